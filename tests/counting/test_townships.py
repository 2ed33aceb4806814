"""Tables by township: one township whatever its spelling, two where two counties have the name."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import UnknownNameError

POLICY = hg.load_policy()
REGISTERS = {
    code: entry["names"]
    for code, entry in resources.read_toml("facts/townships.toml")["townships"].items()
    if code.isdigit()
}
COUNTIES = {county.code: county for county in POLICY.words["county"].values() if county.code}


def _bases(places: list[tuple[str | None, str | None]]) -> pd.DataFrame:
    """Verified bases of 600 亩 in counties and townships."""
    return pd.DataFrame(
        {
            "base_id": [f"B{n}" for n in range(len(places))],
            "variety": "黄精",
            "kind": "planting",
            "status": "built",
            "county": [county for county, _ in places],
            "township": [township for _, township in places],
            "counted_mu": 600.0,
        }
    )


def _counts(places: list[tuple[str | None, str | None]], by: str) -> list[tuple[object, ...]]:
    progress = hg.count_progress(_bases(places), by=by)
    table = progress.in_words(progress.by[by])
    return [tuple(row) for row in table.iloc[:, : by.count(",") + 2].to_numpy().tolist()]


@pytest.mark.parametrize(
    "spelling",
    [
        *(
            "寨英镇",
            "寨英",
            "寨英乡",
            "寨英街道",
            "松桃县寨英镇",
            "松桃苗族自治县寨英镇",
            "寨 英 镇",
        ),
        *("铜仁市松桃县寨英镇", "贵州省铜仁市松桃苗族自治县寨英镇", "寨英镇大水村"),
    ],
)
def test_spellings_are_one_township(spelling: str) -> None:
    places = [("松桃", "寨英镇"), ("松桃", spelling), ("松桃", "乌罗镇")]
    wanted = [("松桃自治县", "寨英镇", 2), ("松桃自治县", "乌罗镇", 1)]
    counts = _counts(places, "county,township")
    assert sorted(counts) == sorted(wanted)
    assert counts[0][2] + counts[1][2] == 3


@pytest.mark.parametrize("seed", range(5))
def test_every_township_is_counted_as_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = list(REGISTERS)
    drawn = [(code, str(rng.choice(REGISTERS[code]))) for code in rng.choice(codes, 200)]
    places = [
        (COUNTIES[code].title, f"{COUNTIES[code].title}{name}" if rng.random() < 0.5 else name)
        for code, name in drawn
    ]
    wanted = Counter((COUNTIES[code].title, name) for code, name in drawn)
    counts = _counts(places, "county,township")
    assert {row[:2]: row[2] for row in counts} == dict(wanted)
    order = [(COUNTIES[code].title, name) for code, names in REGISTERS.items() for name in names]
    assert [row[:2] for row in counts] == [place for place in order if place in wanted]


@pytest.mark.parametrize("name", ["和平", "甘溪", "某镇", "城关镇"])
def test_one_name_in_two_counties_is_two_townships(name: str) -> None:
    places = [("碧江区", name), ("石阡县", name), ("沿河自治县", name), ("沿河", name)]
    by_both = _counts(places, "county,township")
    assert sorted(row[2] for row in by_both) == [1, 1, 2]
    alone = _counts(places, "township")
    assert sorted(row[1] for row in alone) == [1, 1, 2]
    assert len({row[0] for row in alone}) == 3


def test_a_township_of_another_county_or_none_stays_as_written() -> None:
    places = [("松桃", "朗溪镇"), ("印江", "朗溪"), ("松桃", None), (None, "寨英")]
    counts = _counts(places, "county,township")
    assert {row[:2] for row in counts} == {
        ("松桃自治县", "朗溪镇"),
        ("印江自治县", "朗溪镇"),
        ("松桃自治县", "未填"),
        ("未填", "寨英"),
    }
    assert {row[0] for row in _counts(places, "township")} == {
        *("朗溪镇(松桃自治县)", "朗溪镇(印江自治县)", "未填", "寨英")
    }


def test_a_base_over_two_townships_names_both() -> None:
    counts = _counts([("松桃", "寨英/乌罗镇"), ("松桃", "寨英镇、乌罗")], "county,township")
    assert counts == [("松桃自治县", "寨英镇、乌罗镇", 2)]


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="township"):
        hg.count_progress(_bases([("松桃", "寨英")]), by="village")

"""count_standards beside a count by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation.errors import UnknownNameError
from tests.helpers.make import seeds

ASKED = ("technical_standard", "unified_seed", "traceable", "certified")
WORDS = {"是": "", "有": "", "√": "", "否": "_no", "无": "_no", "": "_untold"}
UNCLEAR = {"DB52/T 924": "_unclear", "在办": "_unclear"}


def _random_table(seed: int) -> pd.DataFrame:
    """A row a base and year; the areas are whole, so that sums are exact."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 40))
    table = pd.DataFrame(
        {
            "base_id": [f"B{n // 2}" for n in range(count)],
            "name": "基地",
            "variety": rng.choice(["天麻", "黄精", "前胡", "香菇"], count),
            "reporting_unit": rng.choice(["德江县", "石阡县", ""], count),
            "kind": rng.choice(["种植", "示范", "种苗"], count),
            "status": rng.choice(["已建", "在建"], count, p=[0.8, 0.2]),
            "production_year": [2018 + n % 2 for n in range(count)],
            "counted_mu": rng.integers(100, 1500, count).astype(float),
            **{name: rng.choice([*WORDS, *UNCLEAR], count) for name in ASKED},
        }
    )
    return table.sample(frac=1, random_state=seed)


def _by_hand(rows: pd.DataFrame) -> dict[str, float]:
    told: dict[str, float] = {"bases": len(rows), "mu": rows["counted_mu"].sum()}
    for name in ASKED:
        for end in ("", "_no", "_untold", "_unclear"):
            told[f"{name}{end}"] = sum({**WORDS, **UNCLEAR}[word] == end for word in rows[name])
        yes = [{**WORDS, **UNCLEAR}[word] == "" for word in rows[name]]
        told[f"{name}_mu"] = rows["counted_mu"][yes].sum()
    return told


@pytest.mark.parametrize("by", ["reporting_unit", "variety", "year"])
@pytest.mark.parametrize("seed", seeds(30))
def test_standards_equal_a_count_by_hand(seed: int, by: str) -> None:
    table = _random_table(seed)
    told = hg.count_standards(table, by=by)
    herbs = table[(table["variety"] != "香菇") & (table["status"] == "已建")]
    counted = herbs[herbs["kind"].isin(["种植", "示范"])].rename(
        columns={"production_year": "year"}
    )
    newest = counted.sort_values("year").drop_duplicates("base_id", keep="last")
    assert told.total.iloc[0].to_dict() == _by_hand(newest)
    among = counted if by == "year" else newest
    expected = {value: _by_hand(rows) for value, rows in among.groupby(by)}
    given = {
        "" if pd.isna(row[by]) else row[by]: {k: v for k, v in row.items() if k != by}
        for row in told.table.to_dict("records")
    }
    assert given == expected


def test_it_cannot_be_counted_by_everything() -> None:
    with pytest.raises(UnknownNameError, match="name"):
        hg.count_standards(_random_table(1), by="name")


def test_words_of_the_table_say_what_is_not_told() -> None:
    told = {"declared_mu": [600.0, 500.0], "certified": ["是", None]}
    table = pd.DataFrame({"name": ["甲", "乙"], "variety": "黄精", **told})
    shown = hg.count_standards(table).in_words().iloc[0]
    headings = ["填报单位", "基地", "面积", "认证", "认证(亩)", "无认证", "认证未填"]
    assert shown[headings].tolist() == ["合计", 2, 1100.0, 1, 600.0, 0, 1]

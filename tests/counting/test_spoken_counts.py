"""Counts speak English: no Chinese but names in what they show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation.language import LANGUAGES, heading, speaking
from tests.helpers.english import chinese_in

DAY = dt.date(2020, 3, 31)
#: Names that the sample gives to bases.
_BASE = re.compile(r"合成·[^\s<]*")


@pytest.fixture(scope="module")
def bases(counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    survey = hg.read_survey(hg.sample_paths().survey)
    return hg.classify(hg.validate(survey, counties=counties).bases)


@pytest.fixture(scope="module")
def harvests() -> gpd.GeoDataFrame:
    return hg.read_survey(hg.sample_paths().production).bases


def _of_ledger(bases: gpd.GeoDataFrame, folder: Path) -> list[Any]:
    told = [hg.admit(folder / "台账.gpkg", bases.iloc[:60], on=DAY)]
    told.append(hg.admit(folder / "台账.gpkg", bases, on=dt.date(2020, 6, 30)))
    history = hg.read_ledger_history(folder / "台账.gpkg")
    schedule = hg.make_ledger_schedule(history)
    return [*told, hg.compare_units(history), schedule, schedule.as_rows()]


def _of_progress(bases: gpd.GeoDataFrame, _: Path) -> list[Any]:
    progress = hg.count_progress(bases, by=["county", "kind", "variety", "year"], as_of=DAY)
    lists = (progress.near, progress.undecided, progress.not_yet_verified)
    readings = [progress.readings_in_words(), *progress.readings_notes()]
    return [progress, *map(progress.in_words, lists), *readings]


def _of_audit(bases: gpd.GeoDataFrame, _: Path) -> list[Any]:
    sample = hg.draw_audit_sample(bases, 40, seed=1)
    found = sample.table["claimed_mu"].iloc[1:] - 10
    listed = sample.in_words().drop(columns=[heading("村"), heading("经营主体")])
    return [sample, listed, hg.estimate_overclaim(sample, found)]


def _of_comparison(bases: gpd.GeoDataFrame, _: Path) -> list[Any]:
    compared = hg.compare_counts(hg.count_progress(bases, as_of=DAY), bases.iloc[5:])
    return [compared, compared.as_dict()]


def _of_steps(bases: gpd.GeoDataFrame, _: Path) -> list[Any]:
    holed = bases[bases.geometry.notna()].iloc[[0, 3]]
    return [hg.explain_count(holed.iloc[[n]], as_of=DAY) for n in range(2)]


STEPS: dict[str, Callable[[gpd.GeoDataFrame, Path], list[Any]]] = {
    "ledger": _of_ledger,
    "progress": _of_progress,
    "audit": _of_audit,
    "comparison": _of_comparison,
    "steps": _of_steps,
}


def _shown(results: list[Any]) -> str:
    told = [each.to_html() if isinstance(each, pd.DataFrame) else repr(each) for each in results]
    html = [each._repr_html_() for each in results if isinstance(each, hg.Progress | hg.Schedule)]
    return _BASE.sub("", "\n".join([*told, *html]))


@pytest.mark.parametrize("name", STEPS)
def test_counts_speak_english(
    name: str, bases: gpd.GeoDataFrame, policy: hg.Policy, tmp_path: Path
) -> None:
    told = {}
    for lang in LANGUAGES:
        (tmp_path / lang).mkdir()
        with speaking(lang):
            told[lang] = _shown(STEPS[name](bases, tmp_path / lang))
    # And the way of surveying as a base's cell has it.
    names = [*_units(policy), *policy.varieties, *policy.crops, "手持"]
    for register in policy.townships.names.values():
        names += register
    assert chinese_in(told["en"], names) == []
    assert chinese_in(told["zh"], names) != []


def _units(policy: hg.Policy) -> list[str]:
    """Names of counties and reporting units, long and short."""
    words = [
        word for column in ("county", "reporting_unit") for word in policy.words[column].values()
    ]
    return [name for word in words for name in (word.name, word.title)]


def test_production_speaks_english(harvests: gpd.GeoDataFrame, policy: hg.Policy) -> None:
    steps = (
        lambda: hg.compare_production(harvests, by="reporting_unit"),
        lambda: hg.cover_seedlings(harvests),
        lambda: hg.count_standards(harvests, by="variety"),
    )
    for step in steps:
        with speaking("en"):
            assert chinese_in(_shown([step()]), [*_units(policy), *policy.varieties]) == []

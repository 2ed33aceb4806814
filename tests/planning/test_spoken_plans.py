"""Plans and visits speak English: no Chinese but names in what they show."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pytest

import herbgis as hg
from herbgis.foundation.language import LANGUAGES, speaking
from tests.helpers.english import chinese_in

#: Names that the sample gives to bases, and its note on the data.
_SAMPLE = re.compile(r"合成·[^\s<]*|合成示例数据")


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    survey = hg.read_survey(hg.sample_paths().survey)
    return hg.classify(hg.validate(survey, counties=hg.read_counties()).bases)


def _asked(bases: gpd.GeoDataFrame) -> str:
    """A visit that contradicts itself, and what is said of it."""
    first = str(hg.choose_visit(bases, stops=1).stops[0])
    told = []
    contradictions: list[dict[str, Any]] = [
        {"order": [first, first]},
        {"must": [first], "never": [first]},
    ]
    for wishes in contradictions:
        with pytest.raises(hg.HerbgisError) as error:
            hg.choose_visit(bases, **wishes)
        told.append(str(error.value))
    return "\n".join(told)


STEPS: dict[str, Callable[[gpd.GeoDataFrame], str]] = {
    "a visit": lambda bases: repr(hg.choose_visit(bases, stops=4, on=dt.date(2020, 6, 20))),
    "a visit of few": lambda bases: repr(hg.choose_visit(bases.iloc[:9], stops=12)),
    "a visit in order": lambda bases: repr(
        hg.choose_visit(bases, order=hg.choose_visit(bases, stops=2).stops)
    ),
    "wishes that cannot be": _asked,
    "a plan": lambda bases: hg.plan(bases, runs=2)._repr_html_(),
    "a plan on land": lambda bases: repr(
        hg.plan(bases, dem=hg.sample_paths().dem, counties=hg.read_counties(), runs=2)
    ),
    "no plan": lambda bases: repr(hg.plan(bases, targets={"500": 2000}, runs=2)),
}


@pytest.mark.parametrize("name", STEPS)
def test_plans_and_visits_speak_english(
    name: str, bases: gpd.GeoDataFrame, policy: hg.Policy
) -> None:
    told = {}
    for lang in LANGUAGES:
        with speaking(lang):
            told[lang] = _SAMPLE.sub("", STEPS[name](bases))
    names = [*policy.varieties, *(word.title for word in policy.words["county"].values())]
    for register in policy.townships.names.values():
        names += register
    assert chinese_in(told["en"], names) == []
    assert chinese_in(told["zh"], names) != []
    figures = {lang: re.findall(r"\d+\.\d\d", text) for lang, text in told.items()}
    assert figures["en"] == figures["zh"]

"""Boundaries say which edition they are, in the language of what rests on them."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import herbgis as hg
from herbgis.foundation.language import LANGUAGES, speaking
from herbgis.reading.counties import edition_of
from herbgis.tables.issue_list import list_data_notes
from tests.helpers.english import chinese_in
from tests.helpers.shapes import frame, square


@pytest.mark.parametrize(("read", "said"), [*itertools.product(LANGUAGES, repeat=2)])
def test_ours_are_named_in_the_language_that_is_spoken(read: str, said: str) -> None:
    with speaking(read):
        counties = hg.read_counties()
        bases = hg.classify(hg.validate(frame([square(600)]), counties=counties).bases)
    page = hg.draw_map(bases, counties=counties, lang=said).get_root().render()
    with speaking(said):
        title = edition_of(counties)
        assert title in page
        assert title in " ".join(list_data_notes(bases))
    assert (chinese_in(title or "") == []) == (said == "en")


def test_those_of_a_file_are_named_as_they_were(tmp_path: Path) -> None:
    hg.read_counties().to_file(tmp_path / "县界.gpkg")
    counties = hg.read_counties(tmp_path / "县界.gpkg")
    with speaking("en"):
        assert edition_of(counties) == "县界.gpkg"
    counties.attrs.clear()
    assert edition_of(counties) is None

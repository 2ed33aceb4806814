"""Boundaries and candidates of which a part cannot be read are refused: what lacks is no blank."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

import herbgis as hg
from herbgis.foundation.input_errors import CandidatesError, CountiesError
from herbgis.planning.sites.proposals import given_candidates
from herbgis.reading.counties import BOUNDARIES
from tests.helpers.make import row_of, table


def _cut(path: Path, share: float) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")


CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.98)


def _candidates(path: Path) -> Path:
    frame = table(候选编号=[f"C-{n}" for n in range(4)], geometry=row_of(4))
    frame.to_file(path, driver="GeoJSON")
    return path


@pytest.mark.parametrize("share", CUTS)
def test_candidates_of_which_a_part_is_lost_are_refused(tmp_path: Path, share: float) -> None:
    path = _candidates(tmp_path / "候选.geojson")
    assert len(hg.read_candidates(path)) == 4
    _cut(path, share)
    with pytest.raises(CandidatesError, match=r"候选\.geojson 读不出来"):
        hg.read_candidates(path)


@pytest.mark.parametrize("share", CUTS)
def test_boundaries_of_which_a_part_is_lost_are_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "县界.geojson"
    counties: gpd.GeoDataFrame = hg.read_counties()
    counties[["county", "geometry"]].to_file(path, driver="GeoJSON")
    _cut(path, share)
    with pytest.raises(CountiesError, match=r"县界\.geojson 读不了"):
        hg.read_counties(path)


#: Files of no format that anybody knows.
UNKNOWN = [
    "x.weird",
    "x.abc1",
    "无后缀",
    "x.qqq",
    "x.2020",
    "说明.图",
    "a.b.c9",
    "x.tmp2",
    "x.rec",
    "x.gdbx",
]


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_file_that_nobody_knows_is_said_beside_candidates_and_boundaries(
    tmp_path: Path, name: str
) -> None:
    counties: gpd.GeoDataFrame = hg.read_counties()
    folder = tmp_path / "县界"
    folder.mkdir()
    counties[["county", "geometry"]].to_file(folder / "县界.gpkg")
    (folder / name).write_bytes(b"\x01\x02\x00abc")
    read = hg.read_counties(folder)
    assert len(read) == len(counties)
    assert f"县界/{name} 未读" in read.attrs[BOUNDARIES]

    folder = tmp_path / "候选"
    folder.mkdir()
    frame = table(候选编号=["c1", "c2"])
    frame.to_file(folder / "候选.gpkg")
    assert not hg.read_candidates(folder).attrs
    (folder / name).write_bytes(b"\x01\x02\x00abc")
    candidates = hg.read_candidates(folder)
    assert candidates["candidate_id"].tolist() == ["c1", "c2"]
    notes = given_candidates(candidates).notes
    assert any(note.startswith(f"候选/{name} 未读") for note in notes)

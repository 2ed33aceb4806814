"""Of a file of which something is odd nothing is lost that is not said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from benchmarks.odd_losses import ODD_FILES, by_herbgis, losses
from tests.helpers.make import row_of
from tests.helpers.odd_files import DAYS, IDS, MU, Held, OddFile, gpkg, held


@pytest.mark.parametrize("odd", ODD_FILES.values(), ids=ODD_FILES)
def test_an_odd_file_loses_nothing_silently(tmp_path: Path, odd: OddFile) -> None:
    read = by_herbgis(odd.make(tmp_path))
    assert odd.code in read.codes if odd.code else not read.said
    assert not any(losses(odd.held, read)) or read.said


def _moved(land: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(land, lambda xy: xy + (2e-5, 0))


def _wider(land: shapely.Geometry) -> shapely.Geometry:
    """Larger by two hundredths of a per cent, and nowhere a metre away."""
    return shapely.transform(land, lambda xy: xy[0] + (xy - xy[0]) * (1.0002, 1))


SOUND = held()
LOST = {
    "nothing": (SOUND, (0, 0, 0, 0)),
    "a record": (held(names=[*IDS, "YJ-2020-005"], mu=None, days=None), (1, 1, 1, 8)),
    "a polygon": (replace(SOUND, lands=[_moved(row_of(1)[0]), *row_of(4)[1:]]), (0, 1, 0, 0)),
    "an area": (replace(SOUND, lands=[_wider(row_of(1)[0]), *row_of(4)[1:]]), (0, 1, 0, 0)),
    "a polygon made up": (replace(SOUND, lands=[None, *row_of(4)[1:]]), (0, 1, 0, 0)),
    "a name": (replace(SOUND, names=["甲", *IDS[1:]]), (0, 0, 1, 0)),
    "a name made up": (replace(SOUND, names=[None, *IDS[1:]]), (0, 0, 1, 0)),
    "a number and a day": (replace(SOUND, mu=[1, *MU[1:]], days=[*DAYS[:3], None]), (0, 0, 0, 2)),
}


@pytest.mark.parametrize(("wanted", "lost"), LOST.values(), ids=LOST)
def test_what_is_lost_is_counted(
    tmp_path: Path, wanted: Held, lost: tuple[int, int, int, int]
) -> None:
    assert losses(wanted, by_herbgis(gpkg(tmp_path))) == lost

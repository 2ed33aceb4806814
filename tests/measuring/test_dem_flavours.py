"""Elevation as it is distributed: one plane in every flavour, told right or refused in words."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.rio import main as rio

import herbgis as hg
from herbgis.foundation.errors import CrsError
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import speaking
from herbgis.geo.elevation_grid import read_elevation
from tests.helpers.dem_flavours import (
    HEIGHT_M,
    LAT,
    LON,
    REFUSED,
    RIGHT,
    RISE,
    SYSTEM,
    X,
    Y,
    edited,
    plane,
    write,
)
from tests.test_english import CHINESE

HALF = np.sqrt(600 * 2000 / 3) / 2
WEST = 1350.0


@pytest.fixture(scope="module")
def bases() -> gpd.GeoDataFrame:
    """A base of 600 亩 in the middle, and a small one in the west, where some flavours end."""
    squares = [
        shapely.box(X - HALF, Y - HALF, X + HALF, Y + HALF),
        shapely.box(X - WEST - 100, Y - 100, X - WEST + 100, Y + 100),
    ]
    return gpd.GeoDataFrame({"base_id": ["A", "B"]}, geometry=squares, crs=SYSTEM)


@pytest.mark.parametrize("name", RIGHT)
def test_a_plane_is_the_same_in_every_flavour(
    tmp_path: Path, bases: gpd.GeoDataFrame, name: str
) -> None:
    flavour = RIGHT[name]
    ground = hg.measure_terrain(bases, flavour.write(tmp_path))
    middle, west = ground.iloc[0], ground.iloc[1]
    assert middle["elevation_m"] == pytest.approx(HEIGHT_M, abs=flavour.within_m)
    assert middle["slope_deg"] == pytest.approx(np.degrees(np.arctan(RISE)), abs=0.05)
    assert middle["surface_mu"] == pytest.approx(600 * np.hypot(1, RISE), abs=0.15)
    assert middle["aspect_deg"] == pytest.approx(270, abs=0.5)
    assert middle["dem_share"] == 1
    assert flavour.said in middle["terrain_note"]
    assert bool(middle["terrain_note"]) == bool(flavour.said)
    if flavour.voids:
        assert west["dem_share"] == 0
        assert np.isnan(west["elevation_m"])
    else:
        assert west["elevation_m"] == pytest.approx(HEIGHT_M - WEST * RISE, abs=flavour.within_m)


@pytest.mark.parametrize("name", [name for name in RIGHT if name != "SRTM"])
def test_the_map_shows_the_same_ground(tmp_path: Path, name: str) -> None:
    flavour = RIGHT[name]
    around = (LON - 0.02, LAT - 0.005, LON + 0.02, LAT + 0.005)
    metres = read_elevation(flavour.write(tmp_path), around, pixels=160).metres
    known = metres[:, 70:90]
    assert known.mean() == pytest.approx(HEIGHT_M, abs=1.5)
    rise = np.diff(metres, axis=1) / (0.04 * 111_320 * np.cos(np.radians(LAT)) / 160)
    assert np.nanmedian(rise) == pytest.approx(RISE, abs=0.01)
    # Nowhere is a void mixed into the ground beside it.
    assert np.nanmin(metres) > HEIGHT_M - 0.02 * 100_000 * RISE
    if flavour.voids:
        assert 0.15 < np.isnan(metres).mean() < 0.5


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_read_is_refused_with_its_cause(
    tmp_path: Path, bases: gpd.GeoDataFrame, name: str, lang: str
) -> None:
    made, cause = REFUSED[name]
    path = made(tmp_path)
    with speaking(lang), pytest.raises((RasterError, CrsError)) as refused:
        hg.measure_terrain(bases, path)
    said = str(refused.value)
    assert str(path) in said
    assert (cause in said) if lang == "zh" else not CHINESE.search(said)
    assert "gdal_" not in said
    assert "gdalwarp" not in said


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # rio's own
@pytest.mark.parametrize("name", ["a name in GBK", "NetCDF", "VRT", "no system", "several bands"])
def test_what_the_refusal_says_to_do_makes_it_right(
    tmp_path: Path, bases: gpd.GeoDataFrame, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = REFUSED[name][0](tmp_path)
    with pytest.raises((RasterError, CrsError)) as refused:
        hg.measure_terrain(bases, path)
    said = str(refused.value)
    monkeypatch.chdir(tmp_path)
    if "rio edit-info" in said:
        command = re.search(r"(rio edit-info \S+ --crs) EPSG", said)
        assert command
        rio.main_group([*command[1].split()[1:], f"EPSG:{SYSTEM}"], standalone_mode=False)
        mended = path
    elif "rio stack" in said:
        command = re.search(r"rio (stack .*GTiff)", said)
        assert command
        rio.main_group(command[1].split(), standalone_mode=False)
        mended = tmp_path / "新文件.tif"
    else:
        script = re.search(r"import rasterio.*driver='GTiff'\)", said)
        assert script
        exec(script[0], {})  # noqa: S102 - it is our own advice that is tried
        mended = tmp_path / "新文件.tif"
    middle = hg.measure_terrain(bases, mended).iloc[0]
    assert middle["elevation_m"] == pytest.approx(HEIGHT_M, abs=0.1)


def test_a_base_has_the_words_of_the_rasters_that_tell_it(
    tmp_path: Path, bases: gpd.GeoDataFrame
) -> None:
    heights = plane()
    west = heights.copy()
    west[:, 40:], heights[:, :40] = np.nan, np.nan
    feet = edited(write(tmp_path / "west.tif", west / 0.3048), units=("ft",))
    made = write(tmp_path / "rest.tif", heights)
    with rasterio.open(made, "r+") as raster:
        raster.update_tags(HERBGIS_SYNTHETIC="yes")
    middle, left = hg.measure_terrain(bases, [made, feet])["terrain_note"]
    assert middle == "仅供演示: rest.tif 是合成数据"
    assert left == "west.tif 的高程单位是 ft, 已换算成米"
    both = bases.assign(geometry=bases.geometry.iloc[0].union(bases.geometry.iloc[1]).envelope)
    note = hg.measure_terrain(both, [made, feet])["terrain_note"].iloc[0]
    assert note == f"{middle}; {left}"

"""Factors: numbers that cannot be are refused with the scale that they are likely in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import speaking
from herbgis.geo.rasters import open_raster
from herbgis.planning.land.opening import open_land
from tests.planning.land.test_suitability import write_raster

RULES = hg.read_siting_rules()
QUANTITIES = {factor.key: factor.quantity for factor in RULES.factors if factor.quantity}
#: What a factor is here, and what makes a file's numbers of it.
REFUSED = {
    "pH in tenths": ("ph", 6.0, 10.0, 0.0, "int16", "pH 的 10 倍"),
    "pH in tenths, bytes": ("ph", 5.5, 10.0, 0.0, "uint8", "pH 的 10 倍"),
    "pH in hundredths": ("ph", 6.2, 100.0, 0.0, "int16", "pH 的 100 倍"),
    "kelvin": ("mat_c", 16.5, 1.0, 273.15, "float32", "开尔文 (K)"),
    "tenths of kelvin": ("mat_c", 16.5, 10.0, 2731.5, "uint16", "开尔文的 10 倍"),
    "Fahrenheit": ("mat_c", 16.0, 1.8, 32.0, "float32", "华氏度"),
    "tenths of a degree": ("mat_c", 15.0, 10.0, 0.0, "int16", "℃ 的 10 倍"),
    "hundredths of a degree": ("mat_c", 15.0, 100.0, 0.0, "int16", "℃ 的 100 倍"),
    "metres of rain": ("rain_mm", 1150.0, 1e-3, 0.0, "float32", "像是米"),
    "tenths of a millimetre": ("rain_mm", 1150.0, 10.0, 0.0, "int16", "毫米的 10 倍"),
    "hundredths of a millimetre": ("rain_mm", 1150.0, 100.0, 0.0, "int32", "毫米的 100 倍"),
    "a rate of rain": ("rain_mm", 1150.0, 1 / 31556952, 0.0, "float32", "每秒千克每平方米"),
    "nothing known": ("ph", 4000.0, 1.0, 0.0, "int16", "请查清"),
}


def written(folder: Path, drawn: str, *, spread: float = 0.02) -> Path:
    """A raster of numbers about the one of a case, in its scale."""
    _, value, times, plus, kind, _ = REFUSED[drawn]
    values = value * np.random.default_rng(5).uniform(1 - spread, 1 + spread, (60, 60))
    return write_raster(folder / "x.tif", (values * times + plus).astype(kind))


@pytest.mark.parametrize("drawn", REFUSED)
def test_numbers_that_cannot_be_are_refused_with_their_likely_scale(
    tmp_path: Path, drawn: str
) -> None:
    key, value, *_, said = REFUSED[drawn]
    path = written(tmp_path, drawn)
    with pytest.raises(RasterError, match=r"而.*在.*之间") as refused:
        open_raster(path, quantity=QUANTITIES[key])
    assert said in str(refused.value)
    with speaking("en"), pytest.raises(RasterError, match="lies between"):
        open_raster(path, quantity=QUANTITIES[key])
    if said == "请查清":
        return
    # The advice is followed to the letter, and the numbers are what they were made from.
    advice = str(refused.value).split("Python 注明: ")[1]
    exec(advice, {})  # noqa: S102 - it is our own advice that is tried
    values = open_raster(path, quantity=QUANTITIES[key]).read(slice(0, 60), slice(0, 60))
    assert np.nanmean(values) == pytest.approx(value, rel=0.02)
    assert np.isnan(values).sum() == 0


@pytest.mark.parametrize("key", QUANTITIES)
def test_single_cells_beyond_what_can_be_are_unknown(tmp_path: Path, key: str) -> None:
    usual = {"ph": 6.0, "mat_c": 15.0, "rain_mm": 1100.0}[key]
    values = np.full((60, 60), usual, dtype=np.float32)
    values[:5], values[5:9], values[9, 0] = 32767, -9999, -3.4e38
    raster = open_raster(write_raster(tmp_path / "x.tif", values), quantity=QUANTITIES[key])
    read = raster.read(slice(0, 60), slice(0, 60))
    assert np.isnan(read).sum() == 9 * 60 + 1
    assert read[20, 20] == usual


def test_noughts_around_a_county_are_no_reason_to_refuse(tmp_path: Path) -> None:
    values = np.zeros((60, 60), dtype=np.float32)
    values[20:30, 20:30] = 6.2
    raster = open_raster(write_raster(tmp_path / "x.tif", values), quantity=QUANTITIES["ph"])
    assert np.isnan(raster.read(slice(0, 60), slice(0, 60))).sum() == 3600 - 100


def test_a_scale_that_the_band_states_is_followed(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "x.tif", np.full((60, 60), 62, dtype=np.int16))
    with rasterio.open(path, "r+") as raster:
        raster.scales = (0.1,)
    read = open_raster(path, quantity=QUANTITIES["ph"]).read(slice(0, 60), slice(0, 60))
    assert read == pytest.approx(6.2)


def test_land_is_not_opened_with_a_factor_that_cannot_be(tmp_path: Path) -> None:
    dem = write_raster(tmp_path / "dem.tif", np.full((60, 60), 800, dtype=np.int16))
    with pytest.raises(RasterError, match="土壤pH"):
        open_land(dem, RULES, varieties=["丹参"], factors={"ph": written(tmp_path, "pH in tenths")})


def test_what_can_be_states_its_source() -> None:
    table = resources.read_toml("facts/siting.toml")
    for entry in table["factor"].values():
        assert ("possible" in entry) == bool(entry.get("possible_source"))

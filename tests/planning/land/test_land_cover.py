"""Land cover: every scheme by its own table, none read as another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import PolicyError, UnknownNameError
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import speaking
from herbgis.planning.land.land_cover import schemes
from herbgis.planning.land.opening import open_land
from herbgis.planning.land.rating import Land
from herbgis.planning.land.siting import SitingRules
from tests.planning.land.test_suitability import write_raster
from tests.test_english import CHINESE

NAMES = tuple(schemes())
CLASSES = {kind for scheme in schemes().values() for kind in scheme.codes.values()}


def rules_of(name: str) -> SitingRules:
    return hg.read_siting_rules(land_cover=name)


def opened(folder: Path, cover: Path, rules: SitingRules) -> Land:
    dem = write_raster(folder / "dem.tif", np.full((60, 60), 800, dtype=np.int16))
    return open_land(dem, rules, varieties=["丹参", "天麻"], factors={"land_cover": cover})


def drawn(folder: Path, codes: list[int], name: str = "cover.tif", **tags: str) -> Path:
    """A raster in which codes take turns, column by column."""
    values: npt.NDArray[Any] = np.resize(codes, (60, 60)).astype("uint16")
    values[:] = np.resize(codes, 60)
    path = write_raster(folder / name, values)
    with rasterio.open(path, "r+") as raster:
        raster.update_tags(**tags)
    return path


def test_every_scheme_states_its_source_and_classes_that_all_patterns_know() -> None:
    patterns = resources.read_toml("facts/siting.toml")["pattern"]
    for entry in resources.read_toml("facts/land_cover.toml")["scheme"]:
        assert entry["source"]
        assert set(entry.get("colours", {})) <= set(entry["codes"])
    for name, pattern in patterns.items():
        if name not in {"sunny", "shady"}:
            assert set(pattern["classes"]) >= CLASSES


@pytest.mark.parametrize("name", NAMES)
def test_a_scheme_is_read_by_its_own_table_and_says_so(tmp_path: Path, name: str) -> None:
    scheme = schemes()[name]
    codes = list(scheme.codes)
    rules = rules_of(name.lower())
    land = opened(tmp_path, drawn(tmp_path, codes), rules)
    assert f"cover.tif 按 {name} 的编码读" in land.caveats
    rating = land.rate(slice(0, 60), slice(0, 60))
    for variety, scores in zip(land.varieties, rating.scores, strict=True):
        rule = rules.of(variety)["land_cover"]
        told = [rule.by_class[scheme.codes[code]] for code in np.resize(codes, 60)]
        assert scores[30, 1:-1] == pytest.approx(np.rint(100 * np.array(told))[1:-1], abs=1)


@pytest.mark.parametrize("mark", [m for s in schemes().values() for m in s.marks[:2]])
@pytest.mark.parametrize("where", ["name", "tag"])
def test_a_name_says_the_scheme(tmp_path: Path, mark: str, where: str) -> None:
    own = next(scheme for scheme in schemes().values() if mark in scheme.marks)
    codes = sorted(own.codes)[:6]
    named = f"X_{mark.upper()}_v200_Map.tif" if where == "name" else "cover.tif"
    path = drawn(tmp_path, codes, named, **({"TITLE": f"某县{mark}"} if where == "tag" else {}))
    opened(tmp_path, path, rules_of(own.name))
    for other in set(NAMES) - {own.name}:
        with pytest.raises(RasterError, match="不是") as refused:
            opened(tmp_path, path, rules_of(other))
        assert own.name in str(refused.value)
        assert f'land_cover="{own.name}"' in str(refused.value)


@pytest.mark.parametrize(
    "entry", resources.read_toml("facts/land_cover.toml")["untold"], ids=lambda each: each["name"]
)
def test_a_scheme_that_is_not_told_here_is_refused_by_its_name(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    path = drawn(tmp_path, [10, 20], f"{entry['marks'][0]}.tif")
    with pytest.raises(RasterError, match="land_cover_codes") as refused:
        opened(tmp_path, path, rules_of("GlobeLand30"))
    assert entry["name"] in str(refused.value)
    with speaking("en"), pytest.raises(RasterError) as told:
        opened(tmp_path, path, rules_of("GlobeLand30"))
    assert not CHINESE.search(str(told.value))


def test_a_palette_says_the_scheme(tmp_path: Path) -> None:
    scheme = schemes()["WorldCover"]
    values = np.resize(list(scheme.codes), (60, 60)).astype("uint8")
    path = write_raster(tmp_path / "cover.tif", values)
    with rasterio.open(path, "r+") as raster:
        colours = {code: (*bytes.fromhex(c), 255) for code, c in scheme.colours.items()}
        raster.write_colormap(1, {code: colours.get(code, (0, 0, 0, 0)) for code in range(256)})
    opened(tmp_path, path, rules_of("WorldCover"))
    with pytest.raises(RasterError, match="调色板像是 WorldCover"):
        opened(tmp_path, path, rules_of("GlobeLand30"))


@pytest.mark.parametrize(
    ("codes", "read_as", "likely"),
    [
        ([1, 2, 3, 4, 5], "GlobeLand30", "CLCD"),
        ([1, 2, 3, 4, 5], "WorldCover", "GB/T 21010"),
        ([101, 103, 301, 305, 702], "GlobeLand30", "GB/T 21010"),
        ([101, 201, 307], "CLCD", "GB/T 21010"),
        ([1, 2, 3, 10, 11, 12], "CLCD", "GB/T 21010"),
        ([10, 20, 30, 95], "GlobeLand30", "WorldCover"),
        ([20, 30, 60], "CLCD", "GlobeLand30"),
        ([20, 30, 60, 80], "GB/T 21010", "WorldCover"),
    ],
)
def test_codes_say_another_scheme(
    tmp_path: Path, codes: list[int], read_as: str, likely: str
) -> None:
    with pytest.raises(RasterError, match="编码像是") as refused:
        opened(tmp_path, drawn(tmp_path, codes), rules_of(read_as))
    assert likely in str(refused.value)


def test_codes_that_nobody_knows_are_named_with_their_share(tmp_path: Path) -> None:
    land = opened(tmp_path, drawn(tmp_path, [10, 20, 30, 61]), rules_of("GlobeLand30"))
    assert "cover.tif 有 25.0% 的格是 GlobeLand30 里没有的编码 (61), 这些地未知" in land.caveats
    rating = land.rate(slice(0, 60), slice(0, 60))
    limits = rating.limiting[0, 30, 1:59]
    assert (limits == land.limits.index("unknown")).mean() == pytest.approx(0.25, abs=0.02)


def test_noughts_and_255_are_no_codes(tmp_path: Path) -> None:
    land = opened(tmp_path, drawn(tmp_path, [0, 10, 255]), rules_of("GlobeLand30"))
    assert not [line for line in land.caveats if "没有的编码" in line]


def test_codes_of_one_s_own_are_taken_at_their_word(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[land_cover_codes]\n1 = "cropland"\n2 = "forest"\n', encoding="utf-8")
    rules = hg.read_siting_rules(own)
    land = opened(tmp_path, drawn(tmp_path, [1, 2], "clcd.tif"), rules)
    assert "clcd.tif 按 own.toml 的编码读" in land.caveats
    own.write_text('land_cover_scheme = "CLCD"\n', encoding="utf-8")
    assert hg.read_siting_rules(own).land_cover.name == "CLCD"
    own.write_text('[land_cover_codes]\nx = "cropland"\n', encoding="utf-8")
    with pytest.raises(PolicyError):
        hg.read_siting_rules(own)


def test_a_scheme_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="WorldCover"):
        hg.read_siting_rules(land_cover="WorldCovr")

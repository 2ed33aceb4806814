"""read_controls of rasters: shares as shapely has them, numbers as they are told to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
import shapely

import herbgis as hg
from herbgis.geo import raster_patches
from herbgis.measuring.controls import measure_controls
from herbgis.terms.land_classes import land_groups
from tests.helpers.shapes import geod_mu

LON, LAT = 108.9, 27.6
CODES = np.array([101, 103, 201, 301, 1006, 999, 0])
TABLE = "GB/T 21010-2017"
#: By column; 999 is of no table.
GROUPS = {
    "cropland_mu": [101, 103],
    "orchard_mu": [201],
    "forest_mu": [301],
    "other_land_mu": [1006],
    "unknown_land_mu": [999],
}
ROWS, COLUMNS = 40, 45
GRIDS: dict[str, tuple[int, float, float]] = {
    "projected": (4545, 30.0, 0.0),
    "of another zone": (4526, 30.0, 0.0),
    "turned": (32649, 30.0, 17.0),
    "degrees": (4490, 0.0003, 0.0),
    "coarse": (4526, 1500.0, 0.0),
}


def _grid(crs: int, side: float, turn: float) -> rasterio.Affine:
    x, y = pyproj.Transformer.from_crs(4490, crs, always_xy=True).transform(LON, LAT)
    a, d = side * np.cos(np.radians(turn)), side * np.sin(np.radians(turn))
    west, north = x - (a * COLUMNS + d * ROWS) / 2, y - (d * COLUMNS - a * ROWS) / 2
    return rasterio.Affine(a, d, west, d, -a, north)


def _write(path: Path, values: Any, *, crs: int = 4545, grid: Any = None, **options: Any) -> Path:
    cells = np.asarray(values)
    size = {"height": cells.shape[0], "width": cells.shape[1], "count": 1, "dtype": cells.dtype}
    place = {"crs": f"EPSG:{crs}", "transform": grid or _grid(4545, 30.0, 0.0)}
    with rasterio.open(path, "w", driver="GTiff", **size, **place, **options) as raster:
        raster.write(cells, 1)
    return path


def _cells(crs: int, grid: rasterio.Affine) -> np.ndarray:
    """A polygon a cell, its sides in ten pieces, by pyproj and shapely alone."""
    row, column = np.mgrid[:ROWS, :COLUMNS].reshape(2, -1)
    boxes = shapely.segmentize(shapely.box(column, row, column + 1, row + 1), 0.1)
    lonlat = pyproj.Transformer.from_crs(crs, 4490, always_xy=True).transform

    def moved(xy: np.ndarray) -> np.ndarray:
        x, y = xy.T
        there = lonlat(grid.a * x + grid.b * y + grid.c, grid.d * x + grid.e * y + grid.f)
        return np.column_stack(there)

    return np.asarray(shapely.transform(boxes, moved))


@pytest.mark.parametrize("name", GRIDS)
def test_shares_are_those_of_the_cells(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raster_patches, "_PIECE", 16)
    monkeypatch.setattr(raster_patches, "_WINDOW", 32)
    rng = np.random.default_rng(7)
    crs, side, turn = GRIDS[name]
    grid = _grid(crs, side, turn)
    values = rng.choice(CODES, (ROWS, COLUMNS)).astype(np.uint16)
    path = _write(tmp_path / "地类.tif", values, crs=crs, grid=grid)
    layers = hg.read_controls({"三调": (path, TABLE), "25度以上": (path, [103, 301])})
    assert all(shapely.is_valid(layer.shapes).all() for layer in layers.values())
    cells = _cells(crs, grid)
    middles = rng.choice(shapely.centroid(cells), 12)
    step = np.sqrt(shapely.area(cells).mean())
    # Some reach over the raster's edges, some lie within a cell.
    bases = shapely.buffer(middles, step * rng.uniform(0.2, 8.0, 12), quad_segs=5)
    found = measure_controls(bases, list(layers.values())).table
    tree = shapely.STRtree(cells)
    asked = {**GROUPS, "control_steep_slope_mu": [103, 301], "control_land_class_mu": CODES[:-1]}
    for number, base in enumerate(bases):
        near = tree.query(base)
        parts = shapely.intersection(base, cells[near])
        mu = np.array([geod_mu(part) for part in parts])
        for column, codes in asked.items():
            due = mu[np.isin(values.ravel()[near], codes)].sum()
            assert found[column][number] == pytest.approx(due, abs=1e-6 * geod_mu(base)), column


def test_pieces_of_a_raster_are_its_land_once(tmp_path: Path) -> None:
    """What a piece ends at, and cells that meet at a corner alone, neither lack nor count twice."""
    side = raster_patches._PIECE + 3
    board = np.indices((side, side)).sum(axis=0) % 2
    board[: side // 2] = 1
    layer = hg.read_controls({"永农": _write(tmp_path / "m.tif", board.astype(np.uint8))})["永农"]
    base = shapely.union_all(shapely.box(*shapely.total_bounds(layer.shapes)))
    found = measure_controls(np.array([base], dtype=object), [layer]).table
    own = sum(geod_mu(shape) for shape in layer.shapes)
    assert found["control_basic_farmland_mu"][0] == pytest.approx(own, rel=1e-9)
    assert own == pytest.approx(board.sum() * 900 * 3 / 2000, rel=2e-3)


@pytest.mark.parametrize(
    ("values", "meaning", "options", "cells"),
    [
        ([[0, 1], [1, 1]], None, {}, 3),
        ([[0, 1], [1, 1]], None, {"nodata": 0}, 3),
        ([[255, 1], [0, 1]], None, {"nodata": 255}, 2),
        ([[1, 2], [3, 5]], [2, 5], {}, 2),
        ([[1, 2], [3, 5]], [5, 6], {}, 1),
        ([[0, 255], [0, 0]], [255], {}, 1),
    ],
)
def test_cells_are_within_by_what_they_are(
    tmp_path: Path, values: Any, meaning: Any, options: dict[str, int], cells: int
) -> None:
    path = _write(tmp_path / "林.tif", np.array(values, dtype=np.uint8), **options)
    layer = hg.read_controls({"公益林": (path, meaning) if meaning else path})["公益林"]
    mu = sum(geod_mu(shape) for shape in layer.shapes)
    assert mu == pytest.approx(cells * 900 * 3 / 2000, rel=2e-3)
    assert layer.codes is None
    assert ("没有数据" in "".join(layer.said)) == bool(options)
    assert ("没有一格的值是 6" in "".join(layer.said)) == (meaning == [5, 6])


@pytest.mark.parametrize(
    ("name", "values", "meaning", "why"),
    [
        ("永农", [[1, 2]], None, r'值是 1、2, .*\("图.tif", \[4, 5\]\), .*图.tif=4,5'),
        ("永农", [[0, 255]], None, "值是 0、255"),
        ("永农", [[0, 1]], [], "没有说哪些"),
        ("永农", [[0, 0]], None, "没有一格的值是 1, 有的是: 0"),
        ("永农", [[0, 1]], [7], "没有一格的值是 7"),
        ("永农", [[0, 1]], "三调", "只有三调地类按编码"),
        ("25度以上", [[12.5, 26.1]], None, "连续的数.*只是线索.*公告"),
        ("永农", [[12.5, 26.1]], [1], "连续的数.*请先按界线分成 0 和 1 再给。"),
        ("三调", [[101, 301]], None, r"哪一种 \(三调、GB/T 21010-2017、二调\)"),
        ("三调", [[101, 301]], [101], "哪一种"),
        ("三调", [[101, 301]], "WorldCover", "哪一种"),
        ("三调", [[40, 50]], "三调", r"没有一个是.*0103 在栅格里是 103"),
    ],
)
def test_numbers_that_are_not_told_are_refused(
    tmp_path: Path, name: str, values: Any, meaning: Any, why: str
) -> None:
    path = _write(tmp_path / "图.tif", np.array(values, dtype=np.float32))
    with pytest.raises(hg.ControlsError, match=f"{name} 的文件 图.tif 读不了.*{why}"):
        hg.read_controls({name: path if meaning is None else (path, meaning)})


@pytest.mark.parametrize(
    ("scheme", "number", "group"),
    [
        ("三调", 103, "cropland"),
        ("GB/T 21010-2017", 103, "cropland"),
        ("二调", 13, "cropland"),
        ("二调", 11, None),  # 011 水田, and 11 水域
        ("二调", 103, None),
        ("三调", 201, None),  # 0201 果园, and 201 城市
    ],
)
def test_a_number_is_a_code_of_the_table_that_is_named(
    tmp_path: Path, scheme: str, number: int, group: str | None
) -> None:
    path = _write(tmp_path / "地类.tif", np.array([[number, 31 if scheme == "二调" else 301, 0]]))
    layer = hg.read_controls({"DLTB": (path, scheme)})["DLTB"]
    assert layer.codes is not None
    told = land_groups(layer.codes)
    assert sorted({"forest", group} - {None}) == sorted(told.values())
    assert ("地类不明" in "".join(layer.said)) == (group is None)
    assert "33.3% 的格是 0 或没有数据" in "".join(layer.said)


def test_a_slope_says_that_it_is_evidence(tmp_path: Path) -> None:
    path = _write(tmp_path / "坡度.tif", np.array([[0, 1]], dtype=np.uint8))
    steep, other = hg.read_controls({"25°以上": path, "红线": path}).values()
    assert "只是线索" in "".join(steep.said)
    assert "只是线索" not in "".join(other.said)
    assert "一格约 30 m" in other.said[0]


def test_a_raster_that_cannot_be_placed_or_kept_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = np.ones((3, 3), dtype=np.uint8)
    old = _write(tmp_path / "西安80.tif", mask, crs=2379)
    with pytest.raises(hg.ControlsError, match="七参数"):
        hg.read_controls({"永农": old})
    far = _write(tmp_path / "远.tif", mask, crs=4490, grid=rasterio.Affine(1, 0, 10, 0, -1, 10))
    with pytest.raises(hg.ControlsError, match="中国以外"):
        hg.read_controls({"永农": far})
    near = _write(tmp_path / "大.tif", mask)
    for limit in ("_MOST_CELLS", "_MOST_VERTICES"):
        with monkeypatch.context() as patched:
            patched.setattr(raster_patches, limit, 8)
            with pytest.raises(hg.ControlsError, match=r"3×3 格, 太大或太碎.*rio clip"):
                hg.read_controls({"永农": near})

"""Synthetic parcels over the ten counties of Tongren: what the benchmarks measure. No real land."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

import herbgis as hg
from herbgis.foundation.units import round_mu, to_mu
from herbgis.geo.geodesy import areas_m2

CORNERS = 30
_METRES_A_DEGREE = 111_000.0
_VARIETIES = ("天麻", "黄精", "白芨", "丹参", "杜仲")
#: Of a hundred parcels, one is pushed onto its neighbour: two of a hundred overlap.
_EVERY = 100


def around(middle: np.ndarray, reach_m: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Parcels of 30 corners about some places, as far as `reach_m` at most."""
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    reach = reach_m[:, None] * rng.uniform(0.8, 1.0, (len(middle), CORNERS)) / _METRES_A_DEGREE
    lon = middle[:, :1] + reach * np.cos(angle) / np.cos(np.radians(middle[:, 1:]))
    ring = np.stack([lon, middle[:, 1:] + reach * np.sin(angle)], axis=-1)
    return np.asarray(shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1)))


def scattered(count: int, rng: np.random.Generator, lat: float | None = None) -> np.ndarray:
    """Parcels of 1 to 30 亩 anywhere in the counties, some overlapping; or all on one latitude."""
    region = shapely.union_all(hg.read_counties().geometry.array)
    shapely.prepare(region)
    west, south, east, north = region.bounds
    middle = np.empty((0, 2))
    while len(middle) < count:
        tried = rng.uniform((west, south), (east, north), (count, 2))
        middle = np.vstack([middle, tried[shapely.contains_xy(region, *tried.T)]])[:count]
    if lat is not None:
        middle[:, 1] = lat
    return around(middle, rng.uniform(15, 90, count), rng)


def surveyed(count: int, seed: int = 520600) -> tuple[np.ndarray, np.ndarray]:
    """About so many parcels side by side, two of a hundred overlapping: their places and shapes."""
    rng = np.random.default_rng(seed)
    counties = hg.read_counties()
    region = shapely.union_all(counties.geometry.array)
    west, south, east, north = region.bounds
    pitch = float(np.sqrt(areas_m2(np.array([region]))[0] / count)) / _METRES_A_DEGREE
    lon, lat = np.meshgrid(np.arange(west, east, pitch * 1.12), np.arange(south, north, pitch))
    middle = np.column_stack([lon.ravel(), lat.ravel()])
    shapely.prepare(region)
    middle = middle[shapely.contains_xy(region, *middle.T)]
    most = min(0.48 * pitch * _METRES_A_DEGREE, 90.0)
    pushed = np.arange(0, len(middle) - 1, _EVERY)
    middle[pushed] = middle[pushed + 1] + (0.5 * most / _METRES_A_DEGREE, 0)
    return middle, around(middle, rng.uniform(0.5, 1.0, len(middle)) * most, rng)


def table(count: int, path: Path) -> int:
    """Write a clean survey of about so many bases; how many."""
    middle, shapes = surveyed(count)
    rng = np.random.default_rng(len(shapes))
    counties = hg.read_counties()
    county = np.full(len(middle), None, dtype=object)
    for name, border in zip(counties["county"], counties.geometry.array, strict=True):
        shapely.prepare(border)
        county[shapely.contains_xy(border, *middle.T)] = name
    number = np.arange(len(middle))
    frame = gpd.GeoDataFrame(
        {
            "基地编号": [f"S{n:07d}" for n in number],
            "基地名称": [f"合成基地{n}" for n in number],
            "县区": county,
            "品种": rng.choice(_VARIETIES, len(middle)),
            "建设状态": "已建",
            "上报面积(亩)": round_mu(to_mu(areas_m2(shapes))),
            "测量方式": "RTK",
        },
        geometry=shapes,
        crs=4490,
    )
    frame.to_file(path, engine="pyogrio")
    return len(frame)

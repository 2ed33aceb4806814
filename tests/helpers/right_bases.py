"""Bases that lie where they should, in settings that look otherwise; declarations without a cause.

It imports nothing of herbgis: places come from data/counties, offsets from `seeded`'s own formulas.
All of it is synthetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from tests.helpers.seeded import COUNTIES, PLANE, TO_DEGREES, Floats, change, project

#: Farther within a county than any offset moves and any base reaches.
_DEEP_M = 2500.0
_MU_M2 = 10000 / 15
#: Public lines of the counties differ by 172 m in the median, 553 m at the 90th percentile
#: (data/counties/SOURCE.md).
_LINES_APART_M = (172.0, 553.0)


@dataclass(frozen=True)
class Setting:
    """A survey that is right as it is, and what the ledger holds, if there is one."""

    survey: gpd.GeoDataFrame
    ledger: gpd.GeoDataFrame | None = None


class Land:
    """The counties on a plane, and places in them."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.counties = gpd.read_file(COUNTIES)
        self.names = self.counties["county"].to_numpy(dtype=object)
        self.borders = np.asarray(self.counties.to_crs(PLANE).geometry.array, dtype=object)
        shapely.prepare(self.borders)
        self._deep = shapely.buffer(self.borders, -_DEEP_M)
        shapely.prepare(self._deep)
        self._bounds = shapely.total_bounds(self.borders)

    def places(self, count: int, *, deep: bool = True) -> tuple[Floats, np.ndarray]:
        """Points of the plane, deep within their counties or anywhere, and the county of each."""
        west, south, east, north = self._bounds
        xy = self.rng.uniform((west, south), (east, north), (6 * count + 1000, 2))
        points = shapely.points(xy)
        county = np.full(len(xy), -1)
        for number, border in enumerate(self._deep if deep else self.borders):
            county[shapely.contains(border, points)] = number
        inside = np.flatnonzero(county >= 0)[:count]
        if len(inside) < count:
            more, theirs = self.places(count - len(inside), deep=deep)
            return np.vstack([xy[inside], more]), np.concatenate([county[inside], theirs])
        return xy[inside], county[inside]

    def fields(self, at: Floats, mu: Floats) -> list[shapely.Polygon]:
        """Irregular outlines about points of the plane, of about so many 亩."""
        made = []
        for middle, area in zip(at, mu, strict=True):
            count = int(self.rng.integers(8, 30))
            angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
            wave = 1 + 0.18 * np.sin(2 * angle + self.rng.uniform(0, 6))
            wave = (wave + self.rng.uniform(-0.08, 0.08, count))[:, None]
            ring = wave * np.column_stack([np.cos(angle), np.sin(angle)])
            unit = shapely.area(shapely.polygons(ring))
            made.append(shapely.Polygon(ring * np.sqrt(area * _MU_M2 / unit) + middle))
        return made

    def offsets_apart(self, count: int, least_m: float, most_m: float) -> Floats:
        """Steps of the plane in any direction, between two lengths."""
        angle = self.rng.uniform(0, 2 * np.pi, count)
        length = self.rng.uniform(least_m, most_m, count)
        return length[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])

    def frame(self, base: np.ndarray, county: np.ndarray, shapes: list[Any]) -> gpd.GeoDataFrame:
        """Records with the number and the county of their base."""
        names = self.names[county]
        degrees = project(np.array(shapes, dtype=object), TO_DEGREES)
        return gpd.GeoDataFrame(
            {
                "base_id": [f"P{n:06}" for n in base],
                "name": [f"试验{n}号基地" for n in base],
                "reporting_unit": names,
                "county": names,
                "variety": "黄精",
                "status": "built",
                "kind": "planting",
                "survey_method": "RTK",
            },
            geometry=gpd.GeoSeries(degrees, crs=4490),
        )


def parcels_apart(land: Land, count: int, *, parcels: int = 2) -> Setting:
    """Bases of parcels some hundred metres apart in any direction."""
    at, county = land.places(count)
    base = np.repeat(np.arange(count), parcels)
    steps = land.offsets_apart(len(base), 250, 1500)
    steps[::parcels] = 0
    mu = np.exp(land.rng.uniform(np.log(30), np.log(300), len(base)))
    return Setting(land.frame(base, county[base], land.fields(at[base] + steps, mu)))


def new_parcels(land: Land, count: int) -> Setting:
    """Bases that the ledger has with one parcel, and the survey with another alone."""
    whole = parcels_apart(land, count).survey
    return Setting(whole.iloc[1::2], whole.iloc[::2])


def enlarged(land: Land, count: int) -> Setting:
    """Bases that the ledger has with two parcels; each was surveyed again, and a third is new."""
    whole = parcels_apart(land, count, parcels=3).survey
    known = whole[np.arange(len(whole)) % 3 < 2]
    again = [retraced(land.rng, shape) for shape in whole.geometry]
    return Setting(whole.set_geometry(gpd.GeoSeries(again, index=whole.index, crs=4490)), known)


def retraced(rng: np.random.Generator, shape: Any) -> shapely.Polygon:
    """An outline surveyed once more: every corner some 3 m off."""
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    return shapely.Polygon(ring + rng.normal(0, 3e-5, ring.shape))


def laid_out(land: Land, count: int) -> Setting:
    """Plots of one measure in rows, every other one in the ledger under another id."""
    at, county = land.places(max(count // 25, 1))
    base = np.arange(len(at) * 50)
    row, column = np.divmod(base % 50, 10)
    corner = at[base // 50] + np.column_stack([column * 180.0, row * 130.0])
    shapes = [shapely.box(x, y, x + 160, y + 110) for x, y in corner]
    whole = land.frame(base, county[base // 50], shapes)
    known = whole.iloc[::2].assign(base_id=[f"K{n:06}" for n in base[::2]], name="旧")
    return Setting(whole.iloc[1::2], known)


def near_the_line(land: Land, count: int, *, wrong_county: float = 0.02) -> Setting:
    """Bases anywhere, lines that differ from ours, and some counties written wrongly."""
    at, county = land.places(count, deep=False)
    median, high = _LINES_APART_M
    length = median * np.exp(land.rng.normal(0, np.log(high / median) / 1.2816, count))
    step = land.offsets_apart(count, 1, 1) * length[:, None]
    mu = np.exp(land.rng.uniform(np.log(60), np.log(600), count))
    shapes = land.fields(at + step, mu)
    declared = county.copy()
    for number in np.flatnonzero(land.rng.random(count) < wrong_county):
        apart = shapely.distance(land.borders, shapely.Point(at[number]))
        declared[number] = np.argsort(apart)[1]
    return Setting(land.frame(np.arange(count), declared, shapes))


#: Settings of `count` bases, all of which lie where they should.
SETTINGS: dict[str, Callable[[Land, int], Setting]] = {
    "two parcels apart": parcels_apart,
    "five parcels apart": lambda land, count: parcels_apart(land, count, parcels=5),
    "another parcel than the ledger's": new_parcels,
    "surveyed again, with a new parcel": enlarged,
    "plots in rows, half in the ledger": laid_out,
    "lines unlike ours, 2% wrong counties": near_the_line,
}


def declarations(
    rng: np.random.Generator, surveyed: Floats, least: float, most: float, decimals: int
) -> Floats:
    """Declared 亩 that differ from the surveyed by a share drawn evenly, as people round them."""
    return np.round(surveyed * (1 + rng.uniform(least, most, len(surveyed))), decimals)


def shapes_of_a_base(land: Land, count: int, kind: str) -> Iterator[list[Any]]:
    """Outlines in degrees of the records of bases: ``plain``, ``hole``, ``two`` or ``ten``."""
    at, _ = land.places(count)
    parcels = {"two": 2, "ten": 10}.get(kind, 1)
    for middle in at:
        mu = np.exp(land.rng.uniform(np.log(60), np.log(1500), parcels)) / parcels
        where = middle + np.column_stack([np.arange(parcels) * 1200.0, np.zeros(parcels)])
        shapes: list[Any] = land.fields(where, mu)
        if kind == "hole":
            (outer,) = shapes
            size = np.sqrt(land.rng.uniform(0.05, 0.3))
            hole = change(outer.exterior, lambda xy, m=middle, s=size: (xy - m) * s + m)
            shapes = [outer.difference(shapely.Polygon(hole))]
        yield [project(shape, TO_DEGREES) for shape in shapes]

"""A base's ground, placed in its county."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from sample.common import (
    COUNTIES,
    DECIMALS,
    DEGREES,
    FROM_BASE_M,
    FROM_LINE_M,
    GEOD,
    MU_M2,
    PLANE,
    SEED,
    TO_DEGREES,
    TO_PLANE,
    Floats,
    Texts,
)
from sample.files import FILES
from sample.plan import Plan
from sample.shapes import terraces
from sample.words import DALONG, DALONG_M, UNITS


def remap(geometry: BaseGeometry, change: Callable[[Floats], Floats]) -> Any:
    """A geometry with changed coordinates, of the same type."""
    return shapely.transform(geometry, change)


def transform(geometry: BaseGeometry, to: pyproj.Transformer) -> Any:
    """A geometry through a transformer of longitude/easting first, of the same type."""
    return remap(geometry, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1])))


def true_mu(lonlat: BaseGeometry | None) -> float:
    """Area in 亩 on GRS80; rings are oriented first, or Geod would add the holes."""
    if lonlat is None or lonlat.is_empty:
        return 0.0
    area, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(lonlat))
    return abs(area) / MU_M2


@dataclass
class Parcel:
    """One parcel: as its file stores it, and in degrees as stored."""

    stored: shapely.Polygon
    lonlat: shapely.Polygon


def settle(parcels: Sequence[BaseGeometry], crs: str) -> list[Parcel]:
    """Parcels of the plane with their coordinates rounded as a file in `crs` stores them."""
    settled = []
    for parcel in parcels:
        moved = parcel if crs == PLANE else transform(parcel, TO_DEGREES)
        stored = remap(moved, lambda xy: np.round(xy, DECIMALS[crs]))
        settled.append(Parcel(stored, stored if crs == DEGREES else transform(stored, TO_DEGREES)))
    return settled


@dataclass
class Country:
    """The counties on the plane, and the ground that bases have taken."""

    counties: dict[str, BaseGeometry]
    lines: BaseGeometry
    taken: list[BaseGeometry] = field(default_factory=list)

    @classmethod
    def read(cls) -> Country:
        features = json.loads(COUNTIES.read_text("utf-8"))["features"]
        counties = {
            feature["properties"]["county_code"]: transform(shape(feature["geometry"]), TO_PLANE)
            for feature in features
        }
        lines = shapely.union_all([county.boundary for county in counties.values()])
        shapely.prepare(lines)
        return cls(counties, lines)

    def is_free(self, ground: BaseGeometry) -> bool:
        """Whether a base stays off county lines and other bases."""
        if shapely.distance(ground, self.lines) < FROM_LINE_M:
            return False
        return not self.taken or min(shapely.distance(ground, self.taken)) >= FROM_BASE_M

    def spot(self, rng: np.random.Generator, key: str, ground: BaseGeometry) -> tuple[float, float]:
        """A free place in a unit's territory for a ground around the origin.

        Of several candidates the one farthest from other bases is taken, so that symbols on a map
        of the city keep apart.
        """
        county = self.counties[UNITS[key].code]
        middle = TO_PLANE.transform(*DALONG)
        found: list[tuple[float, float, float]] = []
        for _ in range(4000):
            x = rng.uniform(county.bounds[0], county.bounds[2])
            y = rng.uniform(county.bounds[1], county.bounds[3])
            in_dalong = np.hypot(x - middle[0], y - middle[1]) < DALONG_M
            if not county.contains(shapely.Point(x, y)) or (
                UNITS[key].code == "520622" and in_dalong != (key == "大龙")
            ):
                continue
            moved = move(ground, x, y)
            if self.is_free(moved):
                room = min(shapely.distance(moved, self.taken)) if self.taken else 0.0
                found.append((float(room), x, y))
            if len(found) == 5:
                break
        _, x, y = max(found)
        return x, y


def move(ground: BaseGeometry, x: float, y: float) -> Any:
    return remap(ground, lambda xy: xy + np.array([x, y]))


def turn(ground: BaseGeometry, angle: float) -> Any:
    """Turn around the origin, counter-clockwise, radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return remap(ground, lambda xy: xy @ np.array([[cosine, sine], [-sine, cosine]]))


def across_line(country: Country, ground: BaseGeometry) -> tuple[float, float, float]:
    """Angle and place that lay a long ground across the line of 沿河 and 德江.

    Both sides reach more than a kilometre from the line, 沿河 has the larger part, and no third
    county is near.
    """
    here, there = country.counties["520627"], country.counties["520626"]
    border = shapely.line_merge(shapely.intersection(here.boundary, there.boundary))
    line = max(shapely.get_parts(border), key=shapely.length)
    others = [c for code, c in country.counties.items() if code not in {"520626", "520627"}]
    for along, lean in itertools.product(np.arange(4000, line.length - 4000, 250), (-0.3, 0, 0.3)):
        middle, ahead, behind = (line.interpolate(along + d) for d in (0, 1200, -1200))
        angle = np.arctan2(ahead.y - behind.y, ahead.x - behind.x) + np.pi / 2 + lean
        for shift in (-280.0, 280.0):
            x, y = middle.x + shift * np.cos(angle), middle.y + shift * np.sin(angle)
            laid = move(turn(ground, angle), x, y)
            share = laid.intersection(here).area / laid.area
            reach = min(_reach(laid, here), _reach(laid, there))
            apart = min(shapely.distance(laid, others))
            if 0.55 < share < 0.66 and reach > 1100 and apart > FROM_LINE_M:
                return angle, x, y
    msg = "沿河与德江的界线上没有放得下跨界基地的地方"
    raise RuntimeError(msg)


def _reach(ground: BaseGeometry, county: BaseGeometry) -> float:
    """How far a ground reaches into a county, measured from the county's line."""
    points = np.asarray(shapely.points(shapely.get_coordinates(ground)))
    inside = points[shapely.contains(county, points)]
    return float(shapely.distance(inside, county.boundary).max()) if len(inside) else 0.0


def over(country: Country, ground: BaseGeometry, other: BaseGeometry) -> tuple[float, float]:
    """A place where a ground lies over a sixth of itself or a little more of another base."""
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        for away in np.arange(900, 0, -10):
            x = other.centroid.x + away * np.cos(angle)
            y = other.centroid.y + away * np.sin(angle)
            laid = move(ground, x, y)
            share = laid.intersection(other).area / min(laid.area, other.area)
            if share > 0.25:
                break
            far_from_line = shapely.distance(laid, country.lines) > FROM_LINE_M
            rest = [taken for taken in country.taken if shapely.distance(taken, other) > 0]
            if share > 0.16 and far_from_line and min(shapely.distance(laid, rest)) > FROM_BASE_M:
                return x, y
    msg = "没有找到重叠 16% 至 25% 的位置"
    raise RuntimeError(msg)


#: Where the base outside all counties lies, in degrees: more than 30 km west of the city.
OUTSIDE = (107.32, 28.05)


@dataclass
class Base:
    """A planned base with its id, its texts and its ground."""

    plan: Plan
    base_id: str
    texts: Texts
    parcels: list[Parcel]

    @property
    def ground(self) -> Any:
        """On the plane, all parcels."""
        return transform(shapely.MultiPolygon([p.lonlat for p in self.parcels]), TO_PLANE)


def build(country: Country, plan: Plan, number: int, built: dict[str, Base]) -> list[Parcel]:
    """The ground of one base, its area within 1e-4 亩 of the plan's after rounding."""
    if plan.where == "nowhere":
        return []
    crs = FILES[plan.file].crs
    if plan.where == "copy":
        original = [parcel.lonlat for parcel in built["original"].parcels]
        return settle([transform(parcel, TO_PLANE) for parcel in original], crs)
    rng = np.random.default_rng([SEED, 2, number])
    parcels = terraces(rng, plan, plan.mu * MU_M2)
    angle = rng.uniform(0, np.pi)
    whole = shapely.MultiPolygon(parcels)
    scale = np.sqrt(plan.mu * MU_M2 / whole.area)
    middle = shapely.get_coordinates(whole.centroid)[0]
    whole = remap(whole, lambda xy: (xy - middle) * scale)
    if plan.where == "across":
        angle, x, y = across_line(country, whole)
    elif plan.where == "overlap":
        x, y = over(country, turn(whole, angle), built["HG303"].ground)
    elif plan.where == "outside":
        x, y = TO_PLANE.transform(*OUTSIDE)
    else:
        x, y = country.spot(
            rng,
            plan.where.removeprefix("in:") if ":" in plan.where else plan.unit,
            turn(whole, angle),
        )
    return _fit(turn(whole, angle), x, y, plan.mu, crs)


def _fit(ground: BaseGeometry, x: float, y: float, mu: float, crs: str) -> list[Parcel]:
    """Lay a ground down at a place and scale it until the stored coordinates have the area."""
    scale = 1.0
    for _ in range(8):
        laid = remap(ground, lambda xy: xy * scale + np.array([x, y]))  # noqa: B023
        parcels = settle(list(shapely.get_parts(laid)), crs)
        area = sum(true_mu(parcel.lonlat) for parcel in parcels)
        if abs(area - mu) < 1e-4:
            break
        scale *= np.sqrt(mu / area)
    return parcels

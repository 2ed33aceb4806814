"""enlarge_bases: suitable land next to bases that lack some to a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from herbgis.counting.marks import countable_by_id
from herbgis.foundation.units import MU_M2
from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2, local_metres
from herbgis.geo.systems import Geometries
from herbgis.measuring.chances import surely_beyond
from herbgis.planning.land.footprints import Footprints, polygons_of
from herbgis.planning.land.rating import Land
from herbgis.planning.land.scoring import Tally
from herbgis.planning.land.windows import Window, is_empty, window_around
from herbgis.planning.sites.candidates import Candidates, candidates_of
from herbgis.planning.sites.outlines import on_earth
from herbgis.planning.sites.parts import part_about
from herbgis.planning.sites.ways import NONE, Ways
from herbgis.terms.carried import policy_for
from herbgis.terms.growing_ways import ways_of
from herbgis.terms.policy import Policy

#: Land is looked for so far around a base, in sides of a square of what it lacks.
_REACH = 2.0
#: What is cut off the first cells is made good by more of them, so often.
_TRIES = 8


def enlarge_bases(
    bases: gpd.GeoDataFrame,
    land: Land,
    *,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
) -> Candidates:
    """For each base below a threshold, the land next to it that brings it there.

    Parameters
    ----------
    bases : GeoDataFrame
        As `classify` gives it: index ``base_id``, polygons in any system, ``counted_mu``, and
        where there are, ``sigma_mu``, ``variety``, ``county``, ``township``. All of them are kept
        free; those without a polygon or an area cannot be enlarged.
    land : Land
        As `open_land` gives it.
    counties : GeoDataFrame, optional
        As `read_counties` gives it: land in the county that holds most of the base only.
    policy : Policy, optional
        Thresholds, and the distance within which land is contiguous.

    Returns
    -------
    Candidates
        ``E-<base_id>-<tier>``, one for every tier above the base's own that there is land for:
        suitable land (for the base's variety, where that is rated) that begins within the distance
        and hangs together, outside all bases, masks and other counties. It holds what the base
        lacks and 1.96 standard deviations of its survey (`surely_beyond`), and hardly more: cells
        say which land suits, its outline is that of the base and a circle. ``variety`` is the
        base's.
    """
    policy = policy_for(bases, policy)
    standing = polygons_of(bases, "现有基地")
    taken = Footprints.of(standing, land.dem)
    borders = polygons_of(counties, "县界") if counties is not None else None
    told = countable_by_id(bases, policy)
    found = []
    for number in np.argsort(np.asarray(told.index.astype(str)), kind="stable"):
        base = told.iloc[number]
        mu = float(base["counted_mu"])
        if standing[number] is None or not mu > 0:
            continue
        ways = ways_of(_text(base.get("variety")), _text(base.get("mode")), policy)
        for tier in policy.tiers:
            if mu >= tier.threshold_mu:
                continue
            enough = surely_beyond(mu, float(base.get("sigma_mu", np.nan)), tier.threshold_mu)
            asked = _Asked(
                standing[number],
                (enough - mu) * MU_M2,
                base.get("variety"),
                _border_of(standing[number], borders),
                policy.tolerances["contiguity_m"],
                tuple(land.forbidden[way] for way in ways if way in land.forbidden),
            )
            grown = _grown(asked, land, taken)
            if grown is None:
                break  # where there is too little land, a higher tier needs still more
            found.append((f"E-{told.index[number]}-{tier.label}", told.index[number], base, *grown))
    return _gathered(found, land)


def _gathered(found: list[tuple[Any, ...]], land: Land) -> Candidates:
    width = len(land.varieties)
    columns: dict[str, list[Any]] = {
        name: [base.get(name) for _, _, base, *_ in found]
        for name in ("county", "township", "variety")
    }
    columns["enlarges"] = [str(base_id) for _, base_id, *_ in found]
    return candidates_of(
        [name for name, *_ in found],
        np.array([polygon for *_, polygon, _, _ in found], dtype=object),
        columns,
        np.array([scores for *_, scores, _ in found]).reshape(-1, width),
        np.array([limiting for *_, limiting in found], dtype=object).reshape(-1, width),
        land.varieties,
        land.caveats if found else (),
    )


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a base lacks, and where it may not be.

    Its land, the area, its variety, its county, how near land is, and what is forbidden to the ways
    in which it is grown.
    """

    base: shapely.Geometry
    m2: float
    variety: Any
    border: shapely.Geometry | None
    contiguity_m: float
    forbidden: tuple[Footprints, ...]


def _grown(
    asked: _Asked, land: Land, taken: Footprints
) -> tuple[shapely.Geometry, Floats, npt.NDArray[np.object_]] | None:
    """The enlargement with its scores and what limits; None where there is too little land."""
    window = _window_around(asked, land)
    if window is None:
        return None
    rating = land.rate(*window, spare_bases=False)
    known = asked.variety in land.varieties
    scores = rating.scores[land.varieties.index(asked.variety)] if known else rating.scores.max(0)
    # The land of bases is not left out by whole cells, lest a strip beside the base be lost.
    beside = _Beside.of(asked, land, taken, window, scores >= land.least)
    steps = np.abs(land.metres[window[0]]).mean(axis=0)
    sides = (float(np.hypot(*steps[0])), float(np.hypot(*steps[1])))
    ways = Ways.of(rating.elevation_m, beside.ground, np.zeros(scores.shape, np.intp), sides)
    row_m2 = land.cell_m2[window[0]]
    for starts in beside.starts(asked.m2, row_m2):
        chosen = _nearest(ways, starts, beside, asked, land, window)
        if chosen is not None:
            cells, polygon = chosen
            tally = Tally(land, 1)
            tally.add(cells.astype(np.int32), rating, row_m2)
            of_one, by_one = tally.result()
            return polygon, of_one[0], by_one[0]
    return None


def _nearest(
    ways: Ways,
    starts: tuple[Ints, Ints],
    beside: _Beside,
    asked: _Asked,
    land: Land,
    window: Window,
) -> tuple[Flags, shapely.Geometry] | None:
    """The nearest cells that hold what is asked after all is cut off them, and their land."""
    numbers = np.ones(len(starts[0]), dtype=np.intp)
    piece, way = ways.grown((*starts, numbers))
    order = np.argsort(way, axis=None, kind="stable")[: int((piece != NONE).sum())]
    weight = np.where(beside.free, land.cell_m2[window[0]][:, None], 0.0).ravel()[order]
    total = np.cumsum(weight)
    wanted = asked.m2
    for _ in range(_TRIES):
        count = int(np.searchsorted(total, wanted)) + 1
        if count > len(order):
            return None
        cells = np.zeros(piece.shape, dtype=bool)
        cells.ravel()[order[:count]] = True
        polygon = beside.land_of(cells)
        area = areas_m2(np.array([polygon], dtype=object))[0]
        if area >= asked.m2:
            beginning = shapely.intersection(polygon, shapely.union_all(beside.boxes[starts]))
            # Of the cell that it begins with, nothing may be left.
            towards = polygon if beginning.is_empty else shapely.centroid(beginning)
            point = shapely.shortest_line(asked.base, towards).coords[0]
            polygon = part_about(polygon, point, asked.m2, asked.contiguity_m)
            return cells & shapely.intersects(beside.boxes, polygon), polygon
        wanted += asked.m2 - area + weight[count - 1]
    return None


@dataclass(frozen=True, eq=False)
class _Beside:
    """Cells around a base.

    Attributes
    ----------
    boxes : array of polygons, shape (rows, columns)
        In longitude and latitude.
    ground, free, near : array of bool, shape (rows, columns)
        Where an enlargement can be; what of it no base holds the middle of; what lies within the
        distance from the base.
    """

    boxes: Geometries
    ground: Flags
    free: Flags
    near: Flags
    outside: tuple[Footprints, ...]
    border: shapely.Geometry | None

    @classmethod
    def of(
        cls, asked: _Asked, land: Land, taken: Footprints, window: Window, suitable: Flags
    ) -> _Beside:
        row, column = (np.arange(part.stop - part.start) for part in window)
        left, top = np.meshgrid(column, row)
        plain = np.asarray(shapely.box(left, top, left + 1, top + 1), dtype=object)
        boxes = on_earth(plain.ravel(), window, land.dem)
        base = asked.base
        shapely.prepare(base)
        ground = suitable.ravel() & ~shapely.covers(base, boxes)
        held = taken.holding(*window).ravel()
        own = Footprints.of(np.array([base], dtype=object), land.dem).holding(*window).ravel()
        ground &= ~held | own
        for each in asked.forbidden:
            ground &= ~each.holding(*window).ravel()
        if asked.border is not None:
            ground &= shapely.intersects(asked.border, boxes)
        metres = local_metres(np.ones((1, 2)), shapely.get_y(shapely.centroid(np.array([base]))))
        plane = shapely.transform(np.array([base, *boxes], dtype=object), lambda xy: xy * metres)
        near = ground & shapely.dwithin(plane[0], plane[1:], asked.contiguity_m)
        shape = suitable.shape
        left_out = (taken, land.masks, land.bases, *asked.forbidden)
        outside = tuple(each for each in left_out if each is not None)
        return cls(
            boxes.reshape(shape),
            ground.reshape(shape),
            (ground & ~held).reshape(shape),
            near.reshape(shape),
            outside,
            asked.border,
        )

    def starts(self, m2: float, row_m2: Floats) -> list[tuple[Ints, Ints]]:
        """Where to grow from: the cell by the base with most free land around; else all of them."""
        rows, columns = np.nonzero(self.near)
        if not len(rows):
            return []
        half = int(np.ceil(np.sqrt(m2 / row_m2.mean()) / 2))
        total = np.pad(np.cumsum(np.cumsum(self.free, axis=0), axis=1), ((1, 0), (1, 0)))
        top, bottom = np.maximum(rows - half, 0), np.minimum(rows + half + 1, len(self.free))
        left = np.maximum(columns - half, 0)
        right = np.minimum(columns + half + 1, self.free.shape[1])
        around = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
        best = int(np.argmax(around))
        return [(rows[best : best + 1], columns[best : best + 1]), (rows, columns)]

    def land_of(self, cells: Flags) -> shapely.Geometry:
        """Cells without what belongs to bases, masks or other counties."""
        polygon: shapely.Geometry = shapely.union_all(self.boxes[cells])
        for each in self.outside:
            polygon = each.taken_from(polygon)
        return polygon if self.border is None else shapely.intersection(polygon, self.border)


def _window_around(asked: _Asked, land: Land) -> Window | None:
    """The window in which an enlargement is looked for, within the DEM."""
    own = Footprints.of(np.array([asked.base], dtype=object), land.dem)
    more = (asked.contiguity_m + _REACH * np.sqrt(asked.m2)) / land.dem.cell_m + 1
    window = window_around(shapely.total_bounds(own.cells), land.dem.shape, more)
    return None if is_empty(window) else window


def _text(cell: Any) -> str | None:
    return cell if isinstance(cell, str) else None


def _border_of(base: shapely.Geometry, borders: Geometries | None) -> shapely.Geometry | None:
    """The county that holds most of a base."""
    if borders is None or not len(borders):
        return None
    border: shapely.Geometry = borders[np.argmax(areas_m2(shapely.intersection(borders, base)))]
    return border

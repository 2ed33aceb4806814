"""Sites cut from rated land, tile by tile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.foundation.units import MU_M2, to_mu
from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2, local_metres
from herbgis.geo.rasters import Raster
from herbgis.geo.systems import Geometries
from herbgis.planning.land.footprints import Footprints
from herbgis.planning.land.scoring import Tally
from herbgis.planning.land.suitability import (
    Land,
    Tick,
    Window,
    polygons_of,
)
from herbgis.planning.sites.candidates import Candidates, candidates_of
from herbgis.planning.sites.outlines import outlines
from herbgis.planning.sites.partition import first_cells, opened, split_land
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: Sites are made tile by tile, a tile being so many sites wide. None reaches into another tile, so
#: the sites of a DEM are the same whatever is read of it at once.
_SITES_A_TILE = 12
#: Of a finer DEM sites are made of blocks of cells about so wide, all of them suitable: no border
#: of a site is drawn more finely in the field.
_BLOCK_M = 25.0
#: A site is at most so many times the highest threshold; a tile aims at so many times one of them.
_MOST, _AIM = 1.5, 1.2


@dataclass(frozen=True)
class SiteShape:
    """What a site may look like.

    Attributes
    ----------
    least_mu, most_mu : float
        Its area.
    aims_mu : tuple of float
        What tiles aim at by turns, so that there are sites for every tier near everywhere.
    least_width_m : float
        Land narrower than this is left out before it is split.
    least_roundness : float
        Its area as a share of the smallest circle around it (E. C. Reock, Measuring compactness as
        a requirement of legislative apportionment, Midwest Journal of Political Science 5, 1961):
        a square has 0.64, a strip six times as long as wide 0.21.
    """

    least_mu: float = 500.0
    most_mu: float = 1500.0
    aims_mu: tuple[float, ...] = (600.0, 1200.0)
    least_width_m: float = 100.0
    least_roundness: float = 0.2


def find_candidates(
    land: Land,
    *,
    policy: Policy | None = None,
    counties: gpd.GeoDataFrame | None = None,
    units: gpd.GeoDataFrame | None = None,
    shape: SiteShape | None = None,
    progress: Tick | None = None,
) -> Candidates:
    """Split suitable land into sites, along ridges and steep slopes.

    Parameters
    ----------
    land : Land
        As `open_land` gives it.
    policy : Policy, optional
        Its lowest threshold is the least area, half above its highest the most; a fifth above
        each is aimed at by turns.
    counties : GeoDataFrame, optional
        As `read_counties` gives it: a site lies in one county, and none outside them all.
    units : GeoDataFrame, optional
        Villages or catchments, in any system, that no site goes beyond; a column ``township`` is
        passed on.
    shape : SiteShape, optional
    progress : callable, optional
        Told how many tiles are done, and of how many.

    Returns
    -------
    Candidates
        Disjoint valid polygons in one part, numbered ``C-00001`` … from the north-west by tiles,
        none on masked land or on bases; a site suits at least one variety in every cell.
    """
    shape = shape or _shape_of(policy or load_policy())
    zones = _Zones.of(land.dem, counties, units)
    windows = _tiles(land, _tile_side(shape, land.dem))
    found: list[_Found] = []
    for done, window in enumerate(windows, 1):
        tile = _sites_of_tile(land, window, zones, shape)
        if tile is not None:
            found.append(tile)
        if progress:
            progress(done, len(windows))
    return _gathered(found, land, zones, (*land.caveats, *_none_found(found, land, shape)))


def _none_found(found: Sequence[_Found], land: Land, shape: SiteShape) -> Iterator[str]:
    """Why there is no site."""
    cell_mu = land.dem.cell_m**2 / MU_M2
    if cell_mu > shape.least_mu:
        yield f"格网一格 {cell_mu:,.0f} 亩, 划不出候选地块"
    elif not found:
        yield f"没有成片 {shape.least_mu:g} 亩以上的适宜土地, 划不出候选地块"


def _tile_side(shape: SiteShape, grid: Raster) -> int:
    """Rows and columns of a tile."""
    side_m = float(np.sqrt(max(shape.aims_mu) * MU_M2)) * _SITES_A_TILE
    block = _block_side(grid)
    return max(1, round(side_m / grid.cell_m / block)) * block


def _block_side(grid: Raster) -> int:
    """Cells along the side of the blocks that sites are made of: 1 unless cells are small."""
    return max(1, round(_BLOCK_M / grid.cell_m))


def _tiles(land: Land, side: int) -> list[Window]:
    """Tiles of the DEM's whole grid that what is looked at reaches into."""
    rows, columns = (
        [
            slice(start, min(start + side, size))
            for start in range(part.start // side * side, part.stop, side)
        ]
        for part, size in zip(land.window, land.dem.shape, strict=True)
    )
    return [(row, column) for row in rows for column in columns]


def _shape_of(policy: Policy) -> SiteShape:
    thresholds = [tier.threshold_mu for tier in policy.tiers]
    return SiteShape(
        least_mu=thresholds[0],
        most_mu=_MOST * thresholds[-1],
        aims_mu=tuple(_AIM * threshold for threshold in thresholds),
    )


@dataclass(frozen=True, eq=False)
class _Zones:
    """Counties and units that no site goes beyond."""

    counties: Footprints | None
    units: Footprints | None
    county: tuple[str, ...]
    township: tuple[str | None, ...]

    @classmethod
    def of(
        cls, grid: Raster, counties: gpd.GeoDataFrame | None, units: gpd.GeoDataFrame | None
    ) -> _Zones:
        made: list[Footprints | None] = []
        names: list[tuple[str | None, ...]] = []
        for frame, column, what in ((counties, "county", "县界"), (units, "township", "单元")):
            if frame is None:
                made.append(None)
                names.append(())
                continue
            polygons = polygons_of(frame, what)
            known = ~shapely.is_missing(polygons)
            told = frame[column] if column in frame else pd.Series([None] * len(frame))
            made.append(Footprints.of(polygons[known], grid))
            names.append(tuple(t if isinstance(t, str) else None for t in told[known]))
        return cls(made[0], made[1], tuple(str(n) for n in names[0]), names[1])

    def numbers(self, window: Window) -> tuple[Ints, Ints]:
        """County and unit of each cell; -1 where none, 0 where there are no counties."""
        size = tuple(part.stop - part.start for part in window)
        county = self.counties.numbers(*window) if self.counties else np.zeros(size, np.int32)
        unit = self.units.numbers(*window) if self.units else np.full(size, -1, np.int32)
        return county.astype(np.intp), unit.astype(np.intp)


@dataclass(frozen=True, eq=False)
class _Found:
    """Sites of a tile: polygons, positions of county and unit, scores and what limits."""

    polygons: Geometries
    county: Ints
    unit: Ints
    scores: Floats
    limiting: npt.NDArray[np.object_]

    def taken(self, kept: npt.NDArray[np.bool_]) -> _Found:
        return _Found(
            self.polygons[kept],
            self.county[kept],
            self.unit[kept],
            self.scores[kept],
            self.limiting[kept],
        )


def _sites_of_tile(land: Land, window: Window, zones: _Zones, shape: SiteShape) -> _Found | None:
    """Sites of a tile with their scores, or None."""
    rating = land.rate(*window)
    zone = zones.numbers(window)
    suitable = (rating.scores.max(axis=0, initial=0) >= land.least) & (zone[0] >= 0)
    ground = opened(suitable, max(1, round(shape.least_width_m / land.dem.cell_m)))
    pieces = _pieces_of_tile(land, window, rating.elevation_m, ground, zone, shape)
    shapes, numbers = outlines(pieces)
    if not len(numbers):
        return None
    tally = Tally(land, len(numbers))
    tally.add(pieces, rating, land.cell_m2[window[0]])
    # Its first block tells a piece's zone, by the cell in the block's middle.
    row, column = (at + _block_side(land.dem) // 2 for at in first_cells(pieces))
    found = _Found(
        on_earth(shapes, window, land.dem),
        zone[0][row, column],
        zone[1][row, column],
        *tally.result(),
    )
    return _fitting(_cut(found, land, zones), shape)


def _pieces_of_tile(
    land: Land,
    window: Window,
    elevation_m: Floats,
    ground: Flags,
    zone: tuple[Ints, Ints],
    shape: SiteShape,
) -> npt.NDArray[np.int32]:
    """The ground of a tile split into numbered pieces, block by block of cells."""
    pieces = np.zeros(ground.shape, dtype=np.int32)
    block = _block_side(land.dem)
    height, width = (size // block for size in ground.shape)
    blocks = np.s_[: height * block, : width * block]
    if not ground[blocks].any():
        return pieces
    middle = np.s_[block // 2 :: block, block // 2 :: block]
    county, unit = (numbers[blocks][middle] for numbers in zone)
    steps = np.abs(land.metres[window[0]]).mean(axis=0)
    turn = sum(part.start for part in window) // _tile_side(shape, land.dem)
    row_m2 = land.cell_m2[window[0]][: height * block]
    coarse = split_land(
        elevation_m[blocks][middle],
        np.asarray(ground[blocks].reshape(height, block, width, block).all(axis=(1, 3))),
        county * (unit.max() + 2) + unit + 1,
        (float(np.hypot(*steps[0])) * block, float(np.hypot(*steps[1])) * block),
        row_m2.reshape(height, block).sum(axis=1) * block,
        least_m2=shape.least_mu * MU_M2,
        target_m2=shape.aims_mu[turn % len(shape.aims_mu)] * MU_M2,
        most_m2=shape.most_mu * MU_M2,
    )
    pieces[blocks] = coarse.repeat(block, axis=0).repeat(block, axis=1)
    return pieces


def on_earth(shapes: Geometries, window: Window, grid: Raster) -> Geometries:
    """Polygons in columns and rows of a window in longitude and latitude.

    Where sides of cells are not straight in longitude and latitude, there is a vertex at every
    cell, so that neighbours share all of their border.
    """
    if grid.crs.is_bound or not grid.crs.is_geographic:
        shapes = np.asarray(shapely.segmentize(shapes, 1.0))

    def moved(cells: Floats) -> Floats:
        column, row = np.rint(cells).T
        return np.column_stack(grid.lonlat(column + window[1].start, row + window[0].start))

    return np.asarray(shapely.transform(shapes, moved), dtype=object)


def _cut(found: _Found, land: Land, zones: _Zones) -> _Found:
    """Sites without what lies beyond their county and unit, on masked land or on bases.

    A cell belongs where its middle lies; this settles the rest of it. Of a site that falls apart
    the largest part is kept.
    """
    cut = found.polygons.copy()
    for inside, numbers in ((zones.counties, found.county), (zones.units, found.unit)):
        if inside is not None:
            own = np.flatnonzero(numbers >= 0)
            border = inside.lonlat[numbers[own]]
            beyond = ~shapely.covers(border, cut[own])
            cut[own[beyond]] = shapely.intersection(cut[own[beyond]], border[beyond])
    for outside in (land.masks, land.bases):
        if outside is not None:
            cut[:] = [outside.taken_from(polygon) for polygon in cut]
    changed = np.flatnonzero(~shapely.equals_identical(cut, found.polygons))
    cut[changed] = [_largest_part(polygon) for polygon in cut[changed]]
    return _Found(cut, found.county, found.unit, found.scores, found.limiting)


def _largest_part(polygon: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(polygon)
    areas = areas_m2(parts)
    if not areas.any():
        return shapely.Polygon()
    part = parts[int(np.argmax(areas))]
    return part if shapely.is_valid(part) else _largest_part(shapely.make_valid(part))


def _fitting(found: _Found, shape: SiteShape) -> _Found | None:
    """Sites that are large and round enough."""
    large = to_mu(areas_m2(found.polygons)) >= shape.least_mu
    kept = found.taken(large)
    if not len(kept.polygons):
        return None
    kept = kept.taken(_roundness(kept.polygons) >= shape.least_roundness)
    return kept if len(kept.polygons) else None


def _roundness(polygons: Geometries) -> Floats:
    """Share of the smallest circle around, on a plane of the polygons' own."""
    _, south, _, north = shapely.total_bounds(polygons)
    metres = local_metres(np.ones((1, 2)), np.array([(south + north) / 2]))
    plane = shapely.transform(polygons, lambda lonlat: lonlat * metres)
    circle = np.pi * shapely.minimum_bounding_radius(plane) ** 2
    return np.asarray(shapely.area(plane) / circle, dtype=np.float64)


def _gathered(
    found: Sequence[_Found], land: Land, zones: _Zones, caveats: tuple[str, ...]
) -> Candidates:
    """The sites of all tiles, numbered."""
    polygons = np.array([p for tile in found for p in tile.polygons], dtype=object)
    names = [
        (
            zones.county[county] if zones.county else None,
            zones.township[unit] if unit >= 0 else None,
        )
        for tile in found
        for county, unit in zip(tile.county.tolist(), tile.unit.tolist(), strict=True)
    ]
    columns = {
        "county": [county for county, _ in names],
        "township": [township for _, township in names],
    }
    ids = [f"C-{number:05}" for number in range(1, len(polygons) + 1)]
    width = len(land.varieties)
    return candidates_of(
        ids,
        polygons,
        columns,
        np.concatenate([tile.scores for tile in found]) if found else np.empty((0, width)),
        np.concatenate([tile.limiting for tile in found])
        if found
        else np.empty((0, width), object),
        land.varieties,
        caveats,
    )

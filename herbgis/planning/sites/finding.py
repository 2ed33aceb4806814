"""find_candidates: suitable land as sites that one cooperative could run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from herbgis.foundation.language import tr
from herbgis.foundation.units import MU_M2
from herbgis.geo.geodesy import Flags, Floats, Ints, areas_m2
from herbgis.geo.land import land as land_of
from herbgis.geo.systems import Geometries
from herbgis.planning.land.rating import Land
from herbgis.planning.land.scoring import Tally
from herbgis.planning.land.windows import Window
from herbgis.planning.sites.candidates import Candidates, candidates_of
from herbgis.planning.sites.outlines import on_earth, outlines
from herbgis.planning.sites.partition import first_cells, opened
from herbgis.planning.sites.shapes import SiteShape, fits, shape_of
from herbgis.planning.sites.tiles import block_side, pieces_of_tile, tile_side, tiles_of
from herbgis.planning.sites.zones import Zones
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: Told the steps done and all there are.
Tick: TypeAlias = Callable[[int, int], None]


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
    shape = shape or shape_of(policy or load_policy())
    zones = Zones.of(land.dem, counties, units)
    windows = tiles_of(land, tile_side(shape, land.dem))
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
        yield tr("格网一格 {mu:,.0f} 亩, 划不出候选地块", mu=cell_mu)
    elif not found:
        yield tr("没有成片 {mu:g} 亩以上的适宜土地, 划不出候选地块", mu=shape.least_mu)


@dataclass(frozen=True, eq=False)
class _Found:
    """Sites of a tile: polygons, positions of county and unit, scores and what limits."""

    polygons: Geometries
    county: Ints
    unit: Ints
    scores: Floats
    limiting: npt.NDArray[np.object_]

    def taken(self, kept: Flags) -> _Found:
        return _Found(
            self.polygons[kept],
            self.county[kept],
            self.unit[kept],
            self.scores[kept],
            self.limiting[kept],
        )


def _sites_of_tile(land: Land, window: Window, zones: Zones, shape: SiteShape) -> _Found | None:
    """Sites of a tile with their scores, or None."""
    zone = zones.numbers(window)
    if not (zone[0] >= 0).any():
        return None
    rating = land.rate(*window)
    suitable = (rating.scores.max(axis=0, initial=0) >= land.least) & (zone[0] >= 0)
    ground = opened(suitable, max(1, round(shape.least_width_m / land.dem.cell_m)))
    pieces = pieces_of_tile(land, window, rating.elevation_m, ground, zone, shape)
    shapes, numbers = outlines(pieces)
    if not len(numbers):
        return None
    tally = Tally(land, len(numbers))
    tally.add(pieces, rating, land.cell_m2[window[0]])
    # Its first block tells a piece's zone, by the cell in the block's middle.
    row, column = (at + block_side(land.dem) // 2 for at in first_cells(pieces))
    found = _Found(
        on_earth(shapes, window, land.dem),
        zone[0][row, column],
        zone[1][row, column],
        *tally.result(),
    )
    found = _cut(found, land, zones)
    kept = found.taken(fits(found.polygons, shape))
    return kept if len(kept.polygons) else None


def _cut(found: _Found, land: Land, zones: Zones) -> _Found:
    """Sites without what lies beyond their county and unit, on masked land or on bases.

    What is forbidden to some ways of growing is taken off the sites that suit a variety which may
    be grown so.

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
    for way, outside in land.forbidden.items():
        suits = (found.scores[:, land.grown_by(way)] > 0).any(axis=1)
        cut[suits] = [outside.taken_from(polygon) for polygon in cut[suits]]
    changed = np.flatnonzero(~shapely.equals_identical(cut, found.polygons))
    cut[changed] = [_largest_part(polygon) for polygon in cut[changed]]
    return _Found(cut, found.county, found.unit, found.scores, found.limiting)


def _largest_part(polygon: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(polygon)
    areas = areas_m2(parts)
    if not areas.any():
        return shapely.Polygon()
    part = parts[int(np.argmax(areas))]
    return part if shapely.is_valid(part) else _largest_part(land_of(np.array([part]))[0])


def _gathered(
    found: Sequence[_Found], land: Land, zones: Zones, caveats: tuple[str, ...]
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

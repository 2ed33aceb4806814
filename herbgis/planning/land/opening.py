"""open_land: rasters and polygons, looked at and held ready for rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import listed, tr
from herbgis.geo.raster_steps import cell_steps
from herbgis.geo.rasters import Raster, open_raster
from herbgis.geo.systems import Geometries
from herbgis.geo.zones import SevenParameters
from herbgis.planning.land.footprints import Footprints, polygons_of
from herbgis.planning.land.forbidden import ForbiddenLand
from herbgis.planning.land.land_cover import check_cover
from herbgis.planning.land.rating import OF_DEM, Land
from herbgis.planning.land.siting import SitingRules
from herbgis.planning.land.windows import Window, window_around


def open_land(
    dem: str | Path | Raster,
    rules: SitingRules,
    *,
    varieties: Sequence[str],
    factors: Mapping[str, str | Path] | None = None,
    masks: Mapping[str, gpd.GeoDataFrame | tuple[str | Path, Sequence[float]]] | None = None,
    bases: gpd.GeoDataFrame | None = None,
    forbidden: ForbiddenLand | None = None,
    region: gpd.GeoDataFrame | None = None,
    datum_parameters: Mapping[str, SevenParameters] | None = None,
) -> Land:
    """Rasters and polygons by which land is rated, looked at without reading their cells.

    Parameters
    ----------
    dem : str, Path or Raster
        Elevation in metres, in any coordinate system; its grid is the grid of all results.
    rules : SitingRules
    varieties : sequence of str
        Canonical names.
    factors : mapping of str to path, optional
        Rasters by factor key (``mat_c``, ``rain_mm``, ``ph``, ``land_cover``), on their own grids.
    masks : mapping of str to GeoDataFrame or (path, classes), optional
        Land that must be left out, by title (永久基本农田, 生态保护红线, …): polygons, or a raster
        and its classes.
    bases : GeoDataFrame, optional
        Bases that stand.
    forbidden : ForbiddenLand, optional
        Land on which ways of growing are forbidden.
    region : GeoDataFrame, optional
        What is looked at; the whole DEM by default.
    datum_parameters : mapping of str to SevenParameters, optional
        By old datum, as `Policy` has them.

    Raises
    ------
    InputNotFoundError, CrsError, RasterError
        A raster is missing, cannot be used or lies elsewhere; or polygons have no coordinate
        system.
    UnknownNameError
        A variety that has no rules, or a factor that there is not.
    """
    grid = dem
    if not isinstance(grid, Raster):
        grid = open_raster(grid, datum_parameters=datum_parameters, elevation=True)
    for variety in varieties:
        rules.of(variety)
    opened = _opened(rules, factors or {}, datum_parameters)
    cover = opened.get("land_cover")
    of_cover = check_cover(cover, rules.land_cover) if cover else ()
    shapes, classes = [], []
    for title, mask in (masks or {}).items():
        if isinstance(mask, tuple):
            raster = open_raster(mask[0], classes=True, datum_parameters=datum_parameters)
            classes.append((raster, tuple(map(float, mask[1]))))
        else:
            shapes.append(polygons_of(mask, title))
    looked_at = _footprints([polygons_of(region, "范围")] if region is not None else [], grid)
    metres, cell_m2 = cell_steps(grid, slice(0, grid.shape[0]))
    _check_meeting(grid, looked_at, [*opened.values(), *(raster for raster, _ in classes)])
    rasters = [grid, *opened.values(), *(raster for raster, _ in classes)]
    given = {*(masks or {}), *(forbidden.titles if forbidden else ())}
    absent = [title for title in rules.masks if title not in given]
    return Land(
        dem=grid,
        rules=rules,
        varieties=tuple(varieties),
        factors=opened,
        region=looked_at,
        masks=_footprints(shapes, grid),
        bases=_footprints([polygons_of(bases, "现有基地")] if bases is not None else [], grid),
        forbidden={way: Footprints.of(land, grid) for way, land in forbidden.by_way.items()}
        if forbidden
        else {},
        ways=tuple(forbidden.ways(name) if forbidden else () for name in varieties),
        mask_classes=tuple(classes),
        window=_window(looked_at, grid),
        metres=metres,
        cell_m2=cell_m2,
        caveats=(
            *dict.fromkeys(
                reason for raster in rasters for reason in (*raster.caveats, *raster.numbers.said)
            ),
            *of_cover,
            *rules.caveats(varieties, (*OF_DEM, *opened)),
            *([_not_left_out(absent)] if absent else []),
        ),
    )


def _opened(
    rules: SitingRules,
    factors: Mapping[str, str | Path],
    datum_parameters: Mapping[str, SevenParameters] | None,
) -> dict[str, Raster]:
    """The rasters of factors in the order of the rules."""
    others = {factor.key: factor for factor in rules.factors if factor.key not in OF_DEM}
    for key in factors:
        if key not in others:
            raise UnknownNameError(tr("选址因子"), key, others)
    return {
        key: open_raster(
            factors[key],
            classes=key == "land_cover",
            quantity=factor.quantity,
            datum_parameters=datum_parameters,
        )
        for key, factor in others.items()
        if key in factors
    }


def _not_left_out(masks: Sequence[str]) -> str:
    return tr("没有给出{masks}的范围, 未扣除", masks=listed(map(tr, masks)))


def _check_meeting(grid: Raster, region: Footprints | None, others: Sequence[Raster]) -> None:
    """Raise RasterError where the DEM lies beyond the region, or a raster beyond the DEM."""
    places = [(tr("范围"), tuple(shapely.total_bounds(region.lonlat)))] if region else []
    for what, bounds in [*places, *((other.path.name, other.bounds) for other in others)]:
        (west, south, east, north), (w, s, e, n) = grid.bounds, bounds
        if not (w < east and e > west and s < north and n > south):
            msg = (
                "{what}与高程数据 {dem} 不相交: "
                "前者在 {w:.2f}–{e:.2f}°E, {s:.2f}–{n:.2f}°N, "
                "后者在 {west:.2f}–{east:.2f}°E, {south:.2f}–{north:.2f}°N。"
            )
            own = {"w": w, "e": e, "s": s, "n": n}
            its = {"west": west, "east": east, "south": south, "north": north}
            raise RasterError(tr(msg, what=what, dem=grid.path.name, **own, **its))


def _footprints(shapes: Sequence[Geometries], grid: Raster) -> Footprints | None:
    return Footprints.of(np.concatenate(shapes), grid) if shapes else None


def _window(region: Footprints | None, grid: Raster) -> Window:
    """Rows and columns of a grid that a region reaches into; all of them without a region."""
    if region is None:
        return slice(0, grid.shape[0]), slice(0, grid.shape[1])
    # What a region holds beyond the reach of the grid's projection lies infinitely far away.
    return window_around(np.nan_to_num(shapely.total_bounds(region.cells)), grid.shape)

"""From a layer's coordinates to longitude and latitude on CGCS2000.

A layer says which system it is in, or it does not; its coordinates either fit that system or
they do not. What fits is transformed. What does not is kept as WKT, and the systems that would
explain it (`stories`) are tried: for a whole layer here, for single records by
`herbgis.validating.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.china import has_extent, lies_in_china
from herbgis.geo.geodesy import Flags, Floats
from herbgis.geo.systems import Geometries, shiftless_datum, to_cgcs2000, transform, with_parameters
from herbgis.geo.zones import SevenParameters
from herbgis.reading.understanding.stories import Story, other_form, stories
from herbgis.terms.issues import Issue, Place

#: How far outside its published area a projected system may still be believed, in degrees of
#: longitude and of latitude; a zone's formulas hold at any latitude.
_AREA_MARGIN_DEG = (5.0, 20.0)
#: Decimals of what is kept as WKT: degrees to below a micrometre.
_WKT_DIGITS = 12


@dataclass(frozen=True)
class Placed:
    """A layer's geometries on CGCS2000, and what could not be placed.

    Attributes
    ----------
    geometry : array of geometries, shape (n,)
        2D, longitude and latitude; None where the record has none or does not fit.
    raw : array of str or None, shape (n,)
        WKT in the layer's own coordinates of what does not fit.
    crs : str
        The system that was used, or an empty string.
    """

    geometry: Geometries
    raw: npt.NDArray[np.object_]
    crs: str
    assumptions: tuple[str, ...]
    issues: tuple[Issue, ...]


def place_layer(
    geometries: Geometries,
    crs: pyproj.CRS | None,
    where: Place,
    datum_parameters: Mapping[str, SevenParameters] | None = None,
) -> Placed:
    """Put a layer's geometries on CGCS2000, saying what was assumed.

    Parameters
    ----------
    geometries : array of geometries, shape (n,)
        In the layer's coordinates, x before y; None is allowed.
    crs : pyproj.CRS or None
        What the layer states.
    where : Place
        File and layer, for the findings.
    datum_parameters : mapping of str to SevenParameters, optional
        By old datum; without them its layers stay where they are, with HG007.
    """
    flat, dropped = _without_z(geometries, where)
    if crs is None:
        placed = _place_unstated(flat, where)
    elif not crs.is_bound and shiftless_datum(crs):
        placed = _place_old(flat, crs, where, (datum_parameters or {}).get(shiftless_datum(crs)))
    else:
        placed = _place_stated(flat, crs, where)
    return Placed(
        placed.geometry,
        placed.raw,
        placed.crs,
        placed.assumptions,
        (*dropped, *placed.issues),
    )


def _blank(geometries: Geometries) -> Flags:
    """Where there are no coordinates to place."""
    return np.asarray(shapely.is_missing(geometries) | shapely.is_empty(geometries))


def _name(crs: pyproj.CRS) -> str:
    epsg = crs.to_epsg(min_confidence=70)
    return f"EPSG:{epsg}" if epsg else crs.name


def _without_z(geometries: Geometries, where: Place) -> tuple[Geometries, list[Issue]]:
    """Drop Z and M; one note for the layer where all records have them, else one a record."""
    deep = shapely.has_z(geometries) | shapely.has_m(geometries)
    count = int(deep.sum())
    if not count:
        return geometries, []
    present = int((~_blank(geometries)).sum())
    if count == present:
        issues = [Issue("HG110", where, {"count": count})]
    else:
        issues = [
            Issue("HG110", Place(where.file, where.layer, int(row) + 1), {"count": 1})
            for row in np.flatnonzero(deep)
        ]
    return np.asarray(shapely.force_2d(geometries)), issues


def _place_unstated(geometries: Geometries, where: Place) -> Placed:
    if _blank(geometries).all():
        raw = np.full(len(geometries), None, dtype=object)
        return Placed(geometries, raw, "", (), ())
    told = _told(geometries, stories(geometries))
    if told is None:
        return _unplaced(geometries, "", Issue("HG004", where, {}))
    note = tr("坐标系={system}(由坐标推断)", system=told.story.title)
    issue = Issue("HG005", where, {"crs": told.story.title})
    return told.as_placed(geometries, note, issue)


def _place_old(
    geometries: Geometries, crs: pyproj.CRS, where: Place, parameters: SevenParameters | None
) -> Placed:
    """A layer on an old datum: by the seven parameters of the place, or not at all."""
    if parameters is None:
        return _unplaced(
            geometries, _name(crs), Issue("HG007", where, {"datum": shiftless_datum(crs)})
        )
    # The area that PROJ knows for the system is lost with the bound one, and is no help here.
    placed = _place_stated(geometries, with_parameters(crs, parameters), where)
    note = tr(
        "坐标系={name}(按给定的七参数由 {datum} 转换)", name=_name(crs), datum=shiftless_datum(crs)
    )
    return replace(placed, crs=_name(crs), assumptions=(note, *placed.assumptions))


def _place_stated(geometries: Geometries, crs: pyproj.CRS, where: Place) -> Placed:
    fit = fits(geometries, crs) | _blank(geometries)
    none = np.full(len(geometries), None, dtype=object)
    if fit.all():
        return Placed(to_cgcs2000(geometries, crs), none, _name(crs), (), ())
    if not fit[~_blank(geometries)].any() and len(geometries) > 1:
        others = (*stories(geometries), *other_form(crs))
        told = _told(geometries, [s for s in others if s.swapped or s.epsg != crs.to_epsg()])
        if told is not None:
            values = {"stated": _name(crs), "fitting": told.story.title}
            note = tr(
                "坐标系={system}(文件写作 {stated}, 与坐标不符)",
                system=told.story.title,
                stated=_name(crs),
            )
            return told.as_placed(geometries, note, Issue("HG006", where, values))
    placed = none.copy()
    placed[fit] = to_cgcs2000(geometries[fit], crs)
    raw, left = _kept(geometries, fit, _name(crs))
    return Placed(placed, raw, _name(crs), left, ())


@dataclass(frozen=True)
class _Told:
    """A story that explains most of a layer.

    Attributes
    ----------
    placed : array of geometries, shape (n,)
        Every geometry read by the story.
    fit : array of bool, shape (n,)
        Which of them it explains; nothing needs no explanation.
    """

    story: Story
    placed: Geometries
    fit: Flags

    def as_placed(self, geometries: Geometries, note: str, issue: Issue) -> Placed:
        """The layer by this story; what it does not explain stays as it is."""
        geometry = self.placed.copy()
        geometry[~self.fit] = None
        raw, left = _kept(geometries, self.fit, self.story.title)
        return Placed(geometry, raw, f"EPSG:{self.story.epsg}", (note, *left), (issue,))


def _told(geometries: Geometries, guesses: Iterable[Story]) -> _Told | None:
    """The first story that brings more than half of a layer's records to China.

    So that an odd record costs itself alone; one whose coordinates are no numbers has no say.
    """
    blank = _blank(geometries)
    say = int((has_extent(geometries) & ~blank).sum())
    for story in guesses:
        placed = story.place(geometries)
        inside = lies_in_china(placed)
        if 2 * int((inside & ~blank).sum()) > say:
            return _Told(story, placed, inside | blank)
    return None


def _kept(
    geometries: Geometries, fit: Flags, system: str
) -> tuple[npt.NDArray[np.object_], tuple[str, ...]]:
    """WKT of the geometries that do not fit a system, and the line that says how many."""
    raw = np.full(len(geometries), None, dtype=object)
    if fit.all():
        return raw, ()
    raw[~fit] = shapely.to_wkt(geometries[~fit], rounding_precision=_WKT_DIGITS)
    return raw, (
        tr(
            "{count} 条记录的坐标不在 {system} 的范围内, 原样保留",
            count=int((~fit).sum()),
            system=system,
        ),
    )


def _unplaced(geometries: Geometries, crs: str, issue: Issue) -> Placed:
    raw = shapely.to_wkt(geometries, rounding_precision=_WKT_DIGITS)
    nothing = np.full(len(geometries), None, dtype=object)
    return Placed(nothing, np.asarray(raw, dtype=object), crs, (), (issue,))


def fits(geometries: Geometries, crs: pyproj.CRS) -> Flags:
    """Whether all of each geometry's coordinates can be coordinates of a system."""
    if not crs.is_geographic:
        return _all_vertices(geometries, lambda xy: _come_back(xy, crs))
    # The box around one ring tells of all its vertices, and its length is no number where one is
    # none; a box sees neither holes nor what is no number.
    one_ring = shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON
    one_ring &= shapely.get_num_interior_rings(geometries) == 0
    with np.errstate(over="ignore", invalid="ignore"):
        one_ring &= np.isfinite(shapely.length(geometries))
    west, south, east, north = shapely.bounds(geometries).T
    within = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    good = np.asarray(one_ring & within)
    others = ~one_ring
    good[others] = _all_vertices(
        geometries[others], lambda xy: np.asarray((np.abs(xy) <= (180, 90)).all(axis=1))
    )
    return good


def _all_vertices(geometries: Geometries, fit: Callable[[Floats], Flags]) -> Flags:
    """Whether all vertices of each geometry fit; those of nothing do."""
    xy, owner = shapely.get_coordinates(geometries, return_index=True)
    return np.asarray(np.bincount(owner[~fit(xy)], minlength=len(geometries)) == 0)


def _come_back(xy: Floats, crs: pyproj.CRS) -> Flags:
    """Whether coordinates of a projected system have a place on the earth, within its area."""
    placed = transform(crs, xy)
    with np.errstate(invalid="ignore"):
        good = (np.abs(transform(crs, placed, "INVERSE") - xy) < 1).all(axis=1)
    return np.asarray(good & _within_area(placed[:, 0], placed[:, 1], crs))


def _within_area(lon: Floats, lat: Floats, crs: pyproj.CRS) -> Flags:
    area = crs.area_of_use
    if area is None or area.west > area.east:
        return np.ones(lon.shape, dtype=bool)
    aside, beyond = _AREA_MARGIN_DEG
    return np.asarray(
        (lon >= area.west - aside)
        & (lon <= area.east + aside)
        & (lat >= area.south - beyond)
        & (lat <= area.north + beyond)
    )

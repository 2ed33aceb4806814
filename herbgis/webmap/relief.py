"""The shaded relief under the bases: grey pictures of a user's DEM for afar and near."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from herbgis.geo.elevation_grid import Elevation, covered, grey_jpeg, read_elevation
from herbgis.geo.gradients import hillshade, slopes
from herbgis.geo.zones import SevenParameters
from herbgis.webmap.outlines import Bounds

#: Pixels along the longer side of the picture for afar, and at most of the one for near.
_OVERVIEW, _DETAIL = 700, 2000
#: A picture for near is worth its bytes from so many times the overview's pixels on.
_WORTH = 1.3
#: Characters of the page that the overview, and all pictures together, may take.
_OVERVIEW_CHARACTERS, _CHARACTERS = 80_000, 700_000
#: Quality of the JPEG: the best that fits; 70 to 75 for a rough DEM, 10 for black and white noise.
_QUALITIES = range(90, 0, -5)
#: Where the light stands. One light: where it reaches all slopes, a sum of several is the same as
#: one in their middle, because the formula is linear in the light's direction.
_AZIMUTH_DEG, _ALTITUDE_DEG = 315.0, 45.0
#: Heights are exaggerated until a tenth of the slopes is steeper than this, within limits: a
#: coarse DEM has lost its steep slopes, and a plain is to stay one.
_STEEP, _STEEP_PERCENTILE = 0.6, 90
_EXAGGERATIONS = (1.0, 10.0)
#: Brightness of level ground and of full shade; slopes to the light are white.
_LEVEL, _DARK = 0.95, 0.58
_WHITE = 255
_JPEG = "data:image/jpeg;base64,"

Values = Mapping[str, Any]


def relief_payload(
    dem: str | Path | Sequence[str | Path],
    bounds: Bounds,
    *,
    land: shapely.Geometry | None = None,
    datum_parameters: Mapping[str, SevenParameters] | None = None,
) -> Values:
    """Shaded relief for the page, to be multiplied with what lies below it.

    Parameters
    ----------
    dem : str, Path, or sequence of these
        Heights in metres, in any coordinate system that leads to CGCS2000.
    bounds : list of list of float
        South-west and north-east corner, each latitude and longitude.
    land : geometry, optional
        Polygons on CGCS2000 outside of which nothing is shaded.
    datum_parameters : mapping of str to SevenParameters, optional
        By old datum, as `Policy` has them.

    Returns
    -------
    dict
        ``pictures``, the one for afar first, then perhaps one for near: each with ``url`` (JPEG as
        ``data:`` address), ``bounds`` as given, and ``size`` (columns, rows). Level ground is
        nearly white, what is unknown is white. And ``caveats``, why it serves for demonstration
        only.

    Raises
    ------
    InputNotFoundError, CrsError, RasterError
        As `rasters.read_elevation`.
    """
    (south, west), (north, east) = bounds
    box = (west, south, east, north)

    def read(pixels: int) -> Elevation:
        return read_elevation(dem, box, pixels=pixels, datum_parameters=datum_parameters)

    afar = read(_OVERVIEW)
    pictures = [_picture(afar, land, _OVERVIEW_CHARACTERS)]
    length = float(afar.cell_m.mean()) * max(afar.metres.shape)
    finest = min(_DETAIL, round(length / afar.source_cell_m))
    if finest >= _WORTH * _OVERVIEW:
        left = _CHARACTERS - len(pictures[0]["url"])
        pictures.append(_picture(read(finest), land, left))
    return {"pictures": pictures, "caveats": list(afar.caveats)}


def _picture(elevation: Elevation, land: shapely.Geometry | None, characters: int) -> Values:
    """A picture in the best quality that takes at most so many characters."""
    grey = shaded(elevation)
    if land is not None:
        grey[~covered(elevation.bounds, grey.shape, land)] = _WHITE
    for quality in _QUALITIES:
        url = _JPEG + base64.b64encode(grey_jpeg(grey, quality)).decode()
        if len(url) <= characters:
            break
    return {"url": url, "size": [grey.shape[1], grey.shape[0]], "bounds": _corners(elevation)}


def shaded(elevation: Elevation) -> npt.NDArray[np.uint8]:
    """Relief in grey, shape (rows, columns), for laying over colours: level ground nearly white."""
    light = hillshade(
        elevation.metres,
        elevation.cell_m,
        azimuth_deg=_AZIMUTH_DEG,
        altitude_deg=_ALTITUDE_DEG,
        exaggeration=_exaggeration(elevation),
    )
    level = np.sin(np.radians(_ALTITUDE_DEG))
    bright = np.interp(light, [0.0, level, 1.0], [_DARK, _LEVEL, 1.0])
    grey: npt.NDArray[np.uint8] = np.rint(_WHITE * np.where(np.isnan(light), 1.0, bright)).astype(
        np.uint8
    )
    return grey


def _exaggeration(elevation: Elevation) -> float:
    """By what heights are multiplied so that slopes of any DEM show as softly."""
    east, north = slopes(elevation.metres, elevation.cell_m)
    known = np.isfinite(east) & np.isfinite(north)
    if not known.any():
        return 1.0
    steep = float(np.percentile(np.hypot(east, north)[known], _STEEP_PERCENTILE))
    return float(np.clip(_STEEP / max(steep, 1e-9), *_EXAGGERATIONS))


def _corners(elevation: Elevation) -> Bounds:
    west, south, east, north = elevation.bounds
    return [[south, west], [north, east]]

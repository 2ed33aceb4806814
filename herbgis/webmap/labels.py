"""Where the name of a county stands: inside it, and clear of the symbols."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

#: The room that a map of all shapes has on a screen of 1600 by 900; names are placed for it.
_ROOM_PX = np.array([1170.0, 760.0])
_CHARACTER_PX, _LINE_PX = 15.0, 16.0
_CANDIDATES = 48
#: A pixel of overlap with a symbol, squared, weighs as much as so many pixels from the middle.
_OVERLAP_WEIGHT = 10.0
#: Among very many symbols the first, which are the largest, decide.
_MOST_DISCS = 1000


def label_places(
    shapes: npt.NDArray[np.object_], names: list[str], discs: Floats
) -> list[tuple[float, float] | None]:
    """Latitude and longitude for the name of each shape; None for a shape that is missing.

    Parameters
    ----------
    shapes : array of polygons, shape (n,)
        Longitude and latitude.
    names : list of str
    discs : array, shape (m, 3)
        Longitude, latitude and radius in pixels of the symbols.
    """
    if shapely.is_missing(shapes).all():
        return [None for _ in names]
    scale = _pixels_a_degree(shapely.total_bounds(shapes))
    return [
        None if shape is None else _place(shape, name, discs[:_MOST_DISCS], scale)
        for shape, name in zip(shapes, names, strict=True)
    ]


def _pixels_a_degree(extent: Floats) -> float:
    """Pixels a degree of longitude has where a map of the extent fills its room."""
    west, south, east, north = extent
    span = np.array([east - west, (north - south) * _stretch((south + north) / 2)])
    return float(np.min(_ROOM_PX / np.maximum(span, 1e-6)))


def _stretch(lat: float) -> float:
    """How much taller than wide Mercator draws a degree."""
    return float(1 / np.cos(np.radians(lat)))


def _place(shape: shapely.Geometry, name: str, discs: Floats, scale: float) -> tuple[float, float]:
    middle = shapely.centroid(shape)
    to_px = np.array([1.0, _stretch(middle.y)]) * scale
    half = np.array([len(name) * _CHARACTER_PX, _LINE_PX]) / 2
    places = _candidates(shape, half / to_px)
    away = np.hypot(*((places - [middle.x, middle.y]) * to_px).T)
    apart = np.abs(places[:, None, :] - discs[None, :, :2]) * to_px - half
    gap = np.hypot(*np.clip(apart, 0, None).transpose(2, 0, 1))
    covered = (np.clip(discs[None, :, 2] + 2 - gap, 0, None) ** 2).sum(axis=1)
    best = int(np.argmin(away + _OVERLAP_WEIGHT * covered))
    return round(float(places[best, 1]), 5), round(float(places[best, 0]), 5)


def _candidates(shape: shapely.Geometry, half_deg: Floats) -> Floats:
    """Points on a grid around which the name fits into the shape, or else points within it."""
    west, south, east, north = shapely.bounds(shape)
    lon, lat = np.meshgrid(
        np.linspace(west, east, _CANDIDATES), np.linspace(south, north, _CANDIDATES)
    )
    points = np.column_stack([lon.ravel(), lat.ravel()])
    boxes = shapely.box(*(points - half_deg).T, *(points + half_deg).T)
    shapely.prepare(shape)
    for fits in (shapely.contains(shape, boxes), shapely.contains_xy(shape, *points.T)):
        if fits.any():
            return np.asarray(points[fits])
    return np.asarray(shapely.get_coordinates(shapely.centroid(shape)))

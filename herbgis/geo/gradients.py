"""What a surface does from cell to cell: its slopes, and how light falls on them."""

from __future__ import annotations

import numpy as np

from herbgis.geo.geodesy import Floats


def hillshade(
    elevation: Floats,
    cell_m: float | Floats,
    *,
    azimuth_deg: float = 315.0,
    altitude_deg: float = 45.0,
    exaggeration: float = 1.0,
) -> Floats:
    """How brightly a distant light shines on a surface: the cosine of the angle at which it falls.

    Slopes are Horn's third-order finite differences over the eight neighbours (B. K. P. Horn,
    Hill shading and the reflectance map, Proceedings of the IEEE 69(1), 1981, 14–47). Beyond the
    edges the surface goes on with its slope there.

    Parameters
    ----------
    elevation : array of float, shape (rows, columns)
        Metres, north on top; NaN where unknown.
    cell_m : float, or array of float, shape (rows,)
        Side of a cell on the ground.
    azimuth_deg, altitude_deg : float
        Where the light stands: clockwise from north, and above the horizon.
    exaggeration : float
        By what heights are multiplied.

    Returns
    -------
    array of float, shape (rows, columns)
        0 (in the shade) to 1; NaN where a cell or a neighbour of it is unknown.
    """
    east, north = slopes(elevation, cell_m)
    azimuth, altitude = np.radians([azimuth_deg, altitude_deg])
    level = np.cos(altitude) * exaggeration
    facing = np.sin(altitude) - level * (np.sin(azimuth) * east + np.cos(azimuth) * north)
    length = np.sqrt(1 + exaggeration**2 * (east**2 + north**2))
    return np.asarray(np.clip(facing / length, 0, 1))


def slopes(elevation: Floats, cell_m: float | Floats) -> tuple[Floats, Floats]:
    """Rise eastwards and northwards, metres a metre, by Horn's formula; as `hillshade`."""
    z = np.pad(elevation, 1, mode="reflect", reflect_type="odd")
    across = z[:, 2:] - z[:, :-2]
    down = z[2:] - z[:-2]
    reach = 8 * np.broadcast_to(cell_m, elevation.shape[:1])[:, None]
    east = (across[:-2] + 2 * across[1:-1] + across[2:]) / reach
    north = -(down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / reach
    unknown = np.isnan(elevation)
    return np.where(unknown, np.nan, east), np.where(unknown, np.nan, north)


def rises_on(across: Floats, down: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Rise eastwards and northwards, metres a metre, of cells on a grid that may lie askew.

    Parameters
    ----------
    across, down : array of float
        Rise in metres from column to column, and from row to row.
    steps : array of float, of one more shape (…, 2, 2)
        Metres east and north of a step of one column, and of one row.
    """
    (a, b), (c, d) = np.moveaxis(steps, (-2, -1), (0, 1))
    area = a * d - b * c
    return (across * d - down * b) / area, (down * a - across * c) / area

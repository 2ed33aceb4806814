"""Whether the area written of a plot is that of its points, in whatever unit it was written."""

from __future__ import annotations

from herbgis.foundation.units import MU_M2

#: Units that the points may tell where none is written, in square metres.
_UNITS_M2 = {"公顷": 10_000.0, "平方米": 1.0, "亩": MU_M2}
_TOLERANCE = 0.005


def agreeing_unit(area: float | None, unit_m2: float | None, square_metres: float) -> str | None:
    """The unit in which an area is that of the points; None where it is none of them.

    Parameters
    ----------
    area : float or None
        As written; None or 0 where none is.
    unit_m2 : float or None
        Square metres in the unit that is written beside it; None where the points decide.
    square_metres : float
        Of the points.
    """
    if not area or not square_metres:
        return None
    units = _UNITS_M2 if unit_m2 is None else {"所写单位": unit_m2}
    agreeing = (u for u, m2 in units.items() if abs(area * m2 / square_metres - 1) <= _TOLERANCE)
    return next(agreeing, None)

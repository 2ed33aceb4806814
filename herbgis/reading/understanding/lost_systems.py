"""Shapes of which nothing says where on earth they are: one rule for every step.

A file's system, and that of a frame given to `validate`, is inferred from the coordinates and said
(HG005). A step that reports nothing could not say so, and asks. A table whose boundaries are texts
has no system to state, and is read as a file of texts is.
"""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import pandas as pd

from herbgis.foundation.errors import CrsError
from herbgis.foundation.language import tr
from herbgis.geo.systems import refuse_shiftless


def lost(step: str) -> CrsError:
    """The error of a step that was given shapes without a system."""
    return CrsError(
        tr(
            "{step} 的表没有坐标系, 不知道坐标是哪里。请先用 set_crs 注明,"
            " 如 EPSG:4490、EPSG:4524。不知道是哪一种的, 先交给 hg.validate: "
            "它按坐标推断并写明 (HG005), 再用它的 report.bases。",
            step=step,
        )
    )


def refuse_lost(frame: pd.DataFrame, step: str) -> None:
    """Refuse a frame with shapes that states no system.

    Raises
    ------
    CrsError
    """
    drawn = isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name in frame.columns
    if drawn and frame.crs is None and frame.geometry.notna().any():
        raise lost(step)


def refuse_unplaced(codes: Iterable[str], frame: pd.DataFrame, step: str) -> None:
    """Refuse a frame that as a whole could not be placed, by what was found of it.

    Raises
    ------
    CrsError
    """
    found = set(codes)
    if "HG004" in found:
        text = "{step} 的表没有坐标系, 坐标也看不出是哪一种。请先用 set_crs 注明, 如 EPSG:4490。"
        raise CrsError(tr(text, step=step))
    if "HG007" in found:
        refuse_shiftless(frame.crs, tr("{step} 的表", step=step))

"""Which system a file states, if it is one that leads to a place on the earth."""

from __future__ import annotations

import functools
import warnings

import pyproj

from herbgis.foundation.language import tr
from herbgis.geo.systems import transformer

#: Characters that are shown of a system which cannot be used.
_MOST_SHOWN = 60
#: GDAL's names for a GeoPackage's srs_id -1 and 0, which its standard keeps for what is unknown.
_UNDEFINED = ("undefined cartesian", "undefined geographic", "undefined srs")


def usable(stated: object) -> tuple[pyproj.CRS | None, tuple[str, ...]]:
    """A stated system, or None and what is to be said where it cannot be used.

    Parameters
    ----------
    stated : pyproj.CRS, str, or anything else that pyproj takes; None where nothing is stated
    """
    if stated is None or stated == "":
        return None, ()
    shown = str(stated)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            crs = _system_of(stated) if isinstance(stated, str) else pyproj.CRS(stated)
            shown = shown if isinstance(stated, str) else crs.name
            if crs.name.casefold().startswith(_UNDEFINED):
                return None, ()
            if crs.geodetic_crs is not None:
                transformer(crs)
                return crs, ()
    except pyproj.exceptions.ProjError:
        pass
    shown = " ".join(shown.split())
    more = "…" if len(shown) > _MOST_SHOWN else ""
    return None, (
        tr("写明的坐标系认不出, 没有用: {shown}{more}", shown=shown[:_MOST_SHOWN], more=more),
    )


@functools.lru_cache(maxsize=64)
def _system_of(text: str) -> pyproj.CRS:
    """A system built once a text: PROJ takes milliseconds, and a batch's files state the same."""
    return pyproj.CRS(text)

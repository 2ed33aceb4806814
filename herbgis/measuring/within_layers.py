"""What of bases lies within layers, as shapes: where one layer is asked about within another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from herbgis.geo.geodesy import Ints
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.reading.understanding.control_layers import ControlLayer


def parts_within(bases: Geometries, layers: Sequence[ControlLayer]) -> Geometries:
    """The part of each base that lies within any of some layers, each place once.

    Parameters
    ----------
    bases : array of polygons, shape (n,)
        Land on CGCS2000; None is allowed.
    layers : sequence of ControlLayer

    Returns
    -------
    array of geometries, shape (n,)
        Empty where there is nothing.
    """
    parts = np.full(len(bases), shapely.GeometryCollection(), dtype=object)
    cut: list[Geometries] = []
    owner: list[Ints] = []
    for layer in layers:
        # By envelopes: a shape as it was drawn need not be valid.
        base, shape = shapely.STRtree(layer.shapes).query(bases)
        asked, place = np.unique(shape, return_inverse=True)
        cut.append(shapely.intersection(bases[base], land(layer.shapes[asked])[place]))
        owner.append(base)
    if not cut:
        return parts
    owners = np.concatenate(owner)
    order = np.argsort(owners, kind="stable")
    numbers, first = np.unique(owners[order], return_index=True)
    of_base = np.split(np.concatenate(cut)[order], first[1:])
    for base, pieces in zip(numbers, of_base, strict=False):
        parts[base] = shapely.union_all(pieces)
    return land(parts)

"""How much of each base lies within layers that control its land, and in which class of land."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Floats, Ints, areas_m2
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.layer_pieces import Pieces, pieces_within
from herbgis.reading.understanding.control_layers import ControlLayer
from herbgis.terms.land_classes import LAND_GROUPS, land_groups
from herbgis.terms.land_rules import controls

_UNKNOWN = len(LAND_GROUPS)
#: A base is wholly covered where no more than this share of it is not: outlines drawn anew.
_A_LITTLE = 1e-4


@dataclass(frozen=True, eq=False)
class ControlledLand:
    """What bases have within layers.

    Attributes
    ----------
    table : DataFrame
        A row a base. ``control_<name>_mu``, the 亩 within each layer, each place once. With classes
        of land also gross 亩 by group (``cropland_mu``, ``orchard_mu``, ``forest_mu``,
        ``other_land_mu``) and ``unknown_land_mu`` (a class that nobody knows, or two at one place).
        Where deductions are told, ``ridge_mu`` (田坎 within the cropland's outlines) and
        ``cropland_net_mu``, without them; NaN where a deduction is not known.
    notes : list of str
        By base, what of it a layer of classes does not cover; empty where nothing is to be said.
    missing : tuple of str
        Titles of the kinds of control of which no layer was given.
    """

    table: pd.DataFrame
    notes: list[str]
    missing: tuple[str, ...]


def measure_controls(bases: Geometries, layers: Sequence[ControlLayer]) -> ControlledLand:
    """Hold bases against layers.

    Parameters
    ----------
    bases : array of polygons, shape (n,)
        Land on CGCS2000; None is allowed.
    layers : sequence of ControlLayer
        Layers of one name are one layer.
    """
    figures: dict[str, Floats] = {}
    notes: list[list[str]] = [[] for _ in bases]
    for layer in _merged(layers):
        pieces = pieces_within(bases, layer.shapes)
        group = _groups(layer)
        within, by_group = _areas(bases, layer, pieces, group)
        figures[f"control_{layer.name}_mu"] = to_mu(within)
        if layer.codes is None:
            continue
        figures |= _land_columns(by_group)
        figures |= _net_columns(layer, pieces, group, by_group)
        for number, share in _partly_covered(bases, within):
            notes[number].append(tr("{layer}只盖住 {share:.1%}", layer=layer.title, share=share))
    given = {layer.name for layer in layers}
    missing = tuple(kind.title for kind in controls().values() if kind.name not in given)
    return ControlledLand(
        pd.DataFrame(figures, index=range(len(bases))), [listed(each) for each in notes], missing
    )


def _merged(layers: Iterable[ControlLayer]) -> list[ControlLayer]:
    """One layer a name, in the order in which names come."""
    by_name: dict[str, list[ControlLayer]] = {}
    for layer in layers:
        by_name.setdefault(layer.name, []).append(layer)
    return [few[0] if len(few) == 1 else _joined(few) for few in by_name.values()]


def _joined(layers: Sequence[ControlLayer]) -> ControlLayer:
    codes = deduction = None
    if any(layer.codes is not None for layer in layers):
        none = [np.full(len(layer.shapes), "", dtype=object) for layer in layers]
        told = (layer.codes for layer in layers)
        codes = np.concatenate([b if a is None else a for a, b in zip(told, none, strict=True)])
    if any(layer.deduction is not None for layer in layers):
        shares = [np.full(len(layer.shapes), np.nan) for layer in layers]
        given = (layer.deduction for layer in layers)
        deduction = np.concatenate(
            [b if a is None else a for a, b in zip(given, shares, strict=True)]
        )
    shapes = np.concatenate([layer.shapes for layer in layers])
    return ControlLayer(layers[0].name, layers[0].title, shapes, codes, deduction)


def _groups(layer: ControlLayer) -> Ints:
    """Position in `LAND_GROUPS` of each shape's class; `_UNKNOWN` where that is not known."""
    if layer.codes is None:
        return np.zeros(len(layer.shapes), dtype=np.intp)
    code, told = pd.factorize(layer.codes)
    known = land_groups(told)
    places = [LAND_GROUPS.index(known[each]) if each in known else _UNKNOWN for each in told]
    return np.asarray(np.array(places, dtype=np.intp)[code])


def _areas(
    bases: Geometries, layer: ControlLayer, pieces: Pieces, group: Ints
) -> tuple[Floats, Floats]:
    """m² of each base within a layer, and by group, shape (groups + 1, bases), each place once."""
    count = len(bases)
    slot = group[pieces.shape] * count + pieces.base
    added = np.bincount(slot, weights=pieces.m2, minlength=(_UNKNOWN + 1) * count)
    by_group = added.astype(np.float64).reshape(_UNKNOWN + 1, count)
    within = by_group.sum(axis=0)
    again = np.flatnonzero(pieces.twice)
    if len(again):
        some = pieces.twice[pieces.base]
        base, shape = pieces.base[some], pieces.shape[some]
        asked, place = np.unique(shape, return_inverse=True)
        cut = shapely.intersection(bases[base], land(layer.shapes[asked])[place])
        row = np.searchsorted(again, base)
        unions = np.array(
            [
                _unions(cut[here], row[here], len(again))
                for each in range(_UNKNOWN + 1)
                for here in [group[shape] == each]
            ],
            dtype=object,
        )
        within[again] = areas_m2(np.asarray(shapely.union_all(unions, axis=0)))
        for each in range(_UNKNOWN):
            others = shapely.union_all(np.delete(unions, each, axis=0), axis=0)
            by_group[each, again] = areas_m2(shapely.difference(unions[each], others))
        by_group[_UNKNOWN, again] = within[again] - by_group[:_UNKNOWN, again].sum(axis=0)
    return within, by_group


def _unions(shapes: Geometries, row: Ints, count: int) -> Geometries:
    """The union of the shapes of each row; empty for a row without any."""
    order = np.argsort(row, kind="stable")
    together = np.full(count, shapely.GeometryCollection(), dtype=object)
    rows, place = np.unique(row[order], return_inverse=True)
    if len(rows):
        together[rows] = shapely.geometrycollections(shapes[order], indices=place)
    return np.asarray(shapely.union_all(together[:, None], axis=1), dtype=object)


def _land_columns(by_group: Floats) -> dict[str, Floats]:
    names = [*(f"{name}_mu" for name in LAND_GROUPS[:-1]), "other_land_mu", "unknown_land_mu"]
    return {name: to_mu(m2) for name, m2 in zip(names, by_group, strict=True)}


def _net_columns(
    layer: ControlLayer, pieces: Pieces, group: Ints, by_group: Floats
) -> dict[str, Floats]:
    """田坎 within the outlines of cropland, and cropland without it.

    Where shapes lie on each other, what is deducted is the same share of what is left of them.
    """
    if layer.deduction is None:
        return {}
    crops = group[pieces.shape] == LAND_GROUPS.index("cropland")
    base, m2 = pieces.base[crops], pieces.m2[crops]
    count = by_group.shape[1]
    gross = by_group[LAND_GROUPS.index("cropland")]
    # A share that is not known makes its base's sum NaN.
    taken = m2 * layer.deduction[pieces.shape[crops]]
    ridge = np.bincount(base, weights=taken, minlength=count).astype(np.float64)
    added = np.bincount(base, weights=m2, minlength=count)
    ridge = np.where(pieces.twice, ridge * gross / np.where(added > 0, added, 1.0), ridge)
    return {"ridge_mu": to_mu(ridge), "cropland_net_mu": to_mu(gross - ridge)}


def _partly_covered(bases: Geometries, within: Floats) -> list[tuple[int, float]]:
    """Bases that a layer covers in part or not at all, and the share of each that it covers."""
    own = areas_m2(bases)
    share = np.divide(within, own, out=np.ones(len(bases)), where=own > 0)
    return [(int(number), float(share[number])) for number in np.flatnonzero(share < 1 - _A_LITTLE)]

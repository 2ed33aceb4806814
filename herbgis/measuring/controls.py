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
from herbgis.measuring.layer_sums import LayerSums, sums_within
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
        group = _groups(layer)
        kind, weights = _kinds(layer, group)
        sums = sums_within(bases, layer.shapes, kind, weights)
        within, by_group = _areas(bases, layer, sums, group)
        figures[f"control_{layer.name}_mu"] = to_mu(within)
        if layer.codes is None:
            continue
        figures |= _land_columns(by_group)
        if layer.deduction is not None:
            figures |= _net_columns(sums, by_group[LAND_GROUPS.index("cropland")])
        for number, share in _partly_covered(bases, within):
            notes[number].append(tr("{layer}只盖住 {share:.1%}", layer=layer.title, share=share))
    given = {layer.name for layer in layers}
    missing = tuple(kind.title for kind in controls().values() if kind.name not in given)
    return ControlledLand(
        pd.DataFrame(figures, index=range(len(bases))),
        [listed(each) if each else "" for each in notes],
        missing,
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


def _kinds(layer: ControlLayer, group: Ints) -> tuple[Ints, Floats]:
    """The kind of each shape, and what a square metre of each kind weighs.

    Weights are 1 for the kind's own group; where deductions are told, also the deduction of
    cropland, and 1 where that is not known.
    """
    if layer.deduction is None:
        return group, np.eye(_UNKNOWN + 1)
    weights = np.eye(_UNKNOWN + 1, _UNKNOWN + 3)
    crops = group == LAND_GROUPS.index("cropland")
    place, told = pd.factorize(layer.deduction[crops])
    kind = group.copy()
    # A deduction that is not known has the place -1: the kind behind the others.
    kind[crops] = len(weights) + np.where(place < 0, len(told), place)
    of_crops = np.tile(weights[LAND_GROUPS.index("cropland")], (len(told) + 1, 1))
    of_crops[:-1, -2] = told
    of_crops[-1, -1] = 1.0
    return kind, np.concatenate([weights, of_crops])


def _areas(
    bases: Geometries, layer: ControlLayer, sums: LayerSums, group: Ints
) -> tuple[Floats, Floats]:
    """m² of each base within a layer, and by group, shape (groups + 1, bases), each place once."""
    by_group = np.array(sums.m2[:, : _UNKNOWN + 1].T)
    within = by_group.sum(axis=0)
    again = np.flatnonzero(sums.twice)
    if len(again):
        some = sums.twice[sums.base]
        base, shape = sums.base[some], sums.shape[some]
        asked, place = np.unique(shape, return_inverse=True)
        # What only touches shares lines, which no union of areas takes.
        cut = land(np.asarray(shapely.intersection(bases[base], land(layer.shapes[asked])[place])))
        kept = ~shapely.is_missing(cut)
        cut, base, shape = cut[kept], base[kept], shape[kept]
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


def _net_columns(sums: LayerSums, gross: Floats) -> dict[str, Floats]:
    """田坎 within the outlines of cropland, and cropland without it.

    Where shapes lie on each other, what is deducted is the same share of what is left of them.
    """
    added = sums.m2[:, LAND_GROUPS.index("cropland")]
    taken, unknown = sums.m2[:, -2:].T
    ridge = np.where(sums.twice, taken * gross / np.where(added > 0, added, 1.0), taken)
    ridge[unknown > 0] = np.nan
    return {"ridge_mu": to_mu(ridge), "cropland_net_mu": to_mu(gross - ridge)}


def _partly_covered(bases: Geometries, within: Floats) -> list[tuple[int, float]]:
    """Bases that a layer covers in part or not at all, and the share of each that it covers."""
    own = areas_m2(bases)
    share = np.divide(within, own, out=np.ones(len(bases)), where=own > 0)
    return [(int(number), float(share[number])) for number in np.flatnonzero(share < 1 - _A_LITTLE)]

"""Land on which what controls it (管控图层) forbids ways of growing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.geo.land import land as land_of
from herbgis.geo.systems import Geometries
from herbgis.reading.understanding.control_layers import ControlLayer
from herbgis.terms.growing_ways import ways_of
from herbgis.terms.land_classes import land_groups
from herbgis.terms.land_rules import LAND_CLASS, Rule, controls, ways_of_growing
from herbgis.terms.policy import Policy

_FORBIDS = "forbids"


@dataclass(frozen=True, eq=False)
class ForbiddenLand:
    """Land by the ways of growing that rules forbid there.

    Attributes
    ----------
    by_way : mapping of str to array of polygons
        By name of `ways_of_growing`, valid and on CGCS2000; they may lie on each other. A way
        that nothing forbids is not among them.
    policy : Policy
        Whose catalogue knows how varieties are grown.
    titles : tuple of str
        Of the layers that were looked at.
    """

    by_way: Mapping[str, Geometries]
    policy: Policy
    titles: tuple[str, ...]

    @classmethod
    def of(cls, layers: Sequence[ControlLayer], policy: Policy) -> ForbiddenLand:
        """By the rules that hold at the end of a policy's year, and those that began later.

        What is planned will be grown for years; it has to keep the later ones too. A rule that is
        confined to classes of land forbids nothing where no layer tells these.
        """
        found: dict[str, list[Geometries]] = {}
        survey = next((layer for layer in layers if layer.name == LAND_CLASS), None)
        for layer in layers:
            confined = dict(_forbidding(layer.name, policy))
            shapes = land_of(layer.shapes) if confined else layer.shapes
            cut: dict[tuple[str, ...], Geometries] = {}
            for way, lands in confined.items():
                for groups in lands:
                    if groups not in cut:
                        cut[groups] = _on_groups(layer, shapes, groups, survey)
                    found.setdefault(way, []).append(cut[groups])
        by_way = {way: np.concatenate(parts) for way, parts in found.items()}
        return cls(by_way, policy, tuple(layer.title for layer in layers))

    def ways(self, variety: str | None, mode: str | None = None) -> tuple[str, ...]:
        """Ways in which a variety may be grown that are forbidden somewhere.

        Where its mode does not tell which it is, each of them: land is proposed only where it may
        be grown in whichever way it will be.
        """
        return tuple(way for way in ways_of(variety, mode, self.policy) if way in self.by_way)

    def laws(self, control: str, varieties: Iterable[str | None]) -> list[str]:
        """Articles of a control that speak of ways in which varieties may be grown."""
        ways = {way for name in varieties for way in ways_of(name, None, self.policy)}
        told = [
            rule.law + rule.article
            for rule in _rules(control, self.policy)
            if not ways.isdisjoint(rule.effects)
        ]
        return list(dict.fromkeys(told))


def _rules(name: str, policy: Policy) -> list[Rule]:
    """Rules of a control that hold at the end of a policy's year, or began later."""
    kind = controls().get(name)
    day = dt.date(policy.year, 12, 31)
    return [rule for rule in kind.rules if rule.until is None or day < rule.until] if kind else []


def _forbidding(name: str, policy: Policy) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Ways that a control's rules forbid, and the groups of land to which; empty for all land."""
    rules = _rules(name, policy)
    for way in ways_of_growing():
        lands = [rule.lands.get(way, ()) for rule in rules if rule.effects.get(way) == _FORBIDS]
        if lands:
            yield way, [()] if () in lands else lands


def _on_groups(
    layer: ControlLayer, shapes: Geometries, groups: tuple[str, ...], survey: ControlLayer | None
) -> Geometries:
    """A layer's land that is of some groups; all of it without groups."""
    there = shapes[~shapely.is_missing(shapes)]
    if not groups:
        return there
    if survey is None or survey.codes is None:
        return there[:0]
    known = land_groups(survey.codes)
    asked = np.array([known.get(code) in groups for code in survey.codes], dtype=bool)
    if layer is survey:
        return shapes[asked & ~shapely.is_missing(shapes)]
    # Only what meets the layer is looked at: a survey has a million shapes.
    near = np.unique(shapely.STRtree(there).query(survey.shapes[asked])[0])
    patches = land_of(survey.shapes[asked][near])
    patch, own = shapely.STRtree(there).query(patches, predicate="intersects")
    return land_of(np.asarray(shapely.intersection(patches[patch], there[own]), dtype=object))

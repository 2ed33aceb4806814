"""HG204, HG209, HG211: records displaced by a map service, and how surely.

Three things speak for an offset: the ledger's outline, the declared county, the base's other
parcels. Each has a chance of speaking for a sound record (`offset_chances`); an offset is named
and undone where the chance is small enough, and else at most mentioned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.china import lies_in_china
from herbgis.geo.geodesy import Floats, Ints, areas_m2, local_metres
from herbgis.geo.land import land
from herbgis.geo.offsets import OFFSETS as UNDOING
from herbgis.geo.offsets import Undoing
from herbgis.geo.systems import Geometries
from herbgis.measuring.blocks import near_pairs
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.validating.rules import offset_chances as chances
from herbgis.validating.rules.evidence import LIES_IN, LIES_ON_KNOWN, WHOLLY, Batch, keys_of

#: Places nearer to each other than this count once: one redrawn stretch of a county's line makes
#: one error of all that lies along it.
_APART_M = 10_000.0
#: No map service displaces by more than this, some 3 km.
_FARTHEST_OFFSET_DEG = 0.03
#: A record nearly lies on the ledger's land with this share, and so much more than before.
_NEARLY_ON_KNOWN, _LEAST_GAIN = 0.9, 0.15
#: Parcels that come together are mentioned where chance would do that no more often.
_WORTH_SAYING = 0.01
#: Directions, in degrees from the offset's own, in which parcels are moved for comparison.
_OTHER_DIRECTIONS = range(30, 360, 30)


@dataclass(frozen=True, slots=True)
class Offset:
    """Coordinates that a map service displaced."""

    code: str
    name: str
    title: str
    undo: Undoing

    def place(self, geometries: Geometries) -> Geometries:
        """Displaced geometries where they truly are."""
        moved = shapely.transform(geometries, lambda xy: np.column_stack(self.undo(*xy.T)))
        return np.asarray(moved, dtype=object)


OFFSETS = (
    Offset("HG204", "GCJ-02", "火星坐标 (GCJ-02)", UNDOING["GCJ-02"]),
    Offset("HG209", "BD-09", "百度坐标 (BD-09)", UNDOING["BD-09"]),
)
#: Codes that a policy may switch off.
CODES = (*(offset.code for offset in OFFSETS), "HG211")


@dataclass(frozen=True, slots=True)
class Displaced:
    """A record that seems displaced.

    Attributes
    ----------
    record : int
    offset : Offset or None
        What displaced it, where that is sure.
    names : str
        The offsets that something speaks for.
    why : str
        What that is: where the record would lie.
    """

    record: int
    offset: Offset | None
    names: str
    why: str


@dataclass(frozen=True, slots=True)
class _Hint:
    """Something that speaks for an offset of a record, and how often chance would make it."""

    record: int
    offset: Offset
    chance: float
    why: str


def displaced(batch: Batch, settled: Iterable[int]) -> Iterator[Displaced]:
    """Records that seem displaced by a map service, in their order.

    Parameters
    ----------
    batch : Batch
    settled : iterable of int
        Records that something else explains.
    """
    off = batch.policy.rules_off
    outlines = None if batch.counted is None else _Outlines(batch.counted)
    hints: dict[int, list[_Hint]] = {}
    for offset in OFFSETS:
        if offset.code in off:
            continue
        for hint in (
            *(() if outlines is None else _by_ledger(batch, offset, outlines)),
            *_by_county(batch, offset),
            *_by_parcels(batch, offset),
        ):
            hints.setdefault(hint.record, []).append(hint)
    for record in sorted(hints.keys() - set(settled)):
        found = _judge(batch, record, hints[record])
        if found is not None and (found.offset is not None or "HG211" not in off):
            yield found


def _judge(batch: Batch, record: int, hints: list[_Hint]) -> Displaced | None:
    """The offset that is sure, or those that are possible; None where the record lies right."""
    seen, shape = batch.evidence(record), batch.land[record]
    if seen.known is not None and seen.on_known(shape) >= LIES_ON_KNOWN:
        return None
    best = min(hints, key=lambda hint: hint.chance)
    other = min((h.chance for h in hints if h.offset is not best.offset), default=1.0)
    names = tr(" 或 ").join(dict.fromkeys(hint.offset.name for hint in hints))
    there = _moved(best.offset, batch.land[[record]])[0]
    fits = (
        there is not None
        and seen.in_border(there) >= min(seen.in_border(shape), LIES_IN)
        and seen.on_known(there) >= _NEARLY_ON_KNOWN
    )
    sure = fits and best.chance <= chances.MOST_BY_CHANCE and best.chance < other
    return Displaced(record, best.offset if sure else None, names, best.why)


# The ledger


def _by_ledger(batch: Batch, offset: Offset, outlines: _Outlines) -> Iterator[_Hint]:
    """Records that, moved back, lie line by line on an outline of the ledger, or nearly."""
    records = np.flatnonzero(batch.placed & lies_in_china(batch.land))
    moved = _moved(offset, batch.land[records])
    pairs = overlapping_pairs(moved, outlines.shapes)
    pairs = pairs[pairs["iou"] >= chances.ONE_OUTLINE]
    pairs = pairs[~outlines.holds(batch.land[records[pairs["left"]]])]
    ends = (moved[pairs["left"]], outlines.shapes[pairs["right"]])
    pairs = pairs.assign(
        record=records[pairs["left"]],
        base=batch.base[records[pairs["left"]]],
        apart_m=_metres_apart(*(shapely.centroid(shapes) for shapes in ends)),
    )
    for _, members in pairs.groupby("base"):
        known = max(
            outlines.known(r, k, batch.keys, moved[n])
            for r, k, n in members[["record", "right", "left"]].itertuples(index=False)
        )
        first = members.drop_duplicates("record")
        chance = chances.of_outlines(known, first["iou"].tolist(), first["apart_m"].tolist())
        for record in first["record"].tolist():
            yield _Hint(record, offset, chance, "与台账图形相合")
    yield from _nearly_by_ledger(batch, offset, records, moved)


def _nearly_by_ledger(
    batch: Batch, offset: Offset, records: Ints, moved: Geometries
) -> Iterator[_Hint]:
    """Records that, moved back, lie on the ledger's land, but in another outline."""
    known = np.array([batch.known_land(record) for record in records.tolist()], dtype=object)
    asked = np.flatnonzero(~shapely.is_missing(known) & ~shapely.is_missing(moved))
    before = _share_of_smaller(batch.land[records[asked]], known[asked])
    off = before < LIES_ON_KNOWN
    asked, before = asked[off], before[off]
    after = _share_of_smaller(moved[asked], known[asked])
    nearly = after >= np.maximum(_NEARLY_ON_KNOWN, before + _LEAST_GAIN)
    for record in records[asked[nearly]].tolist():
        yield _Hint(record, offset, 1.0, "落在台账的地上")


def _share_of_smaller(shapes: Geometries, others: Geometries) -> Floats:
    """What each pair has in common, as a share of the smaller of the two."""
    smaller = np.minimum(areas_m2(shapes), areas_m2(others))
    return np.asarray(areas_m2(shapely.intersection(shapes, others)) / smaller)


class _Outlines:
    """Outlines of the ledger: its polygons one by one, and each base's as one."""

    def __init__(self, counted: gpd.GeoDataFrame) -> None:
        whole = land(np.asarray(counted.geometry.array, dtype=object))
        shapes, of_record = shapely.get_parts(whole, return_index=True)
        keys = keys_of(counted)
        self._keys = [set(keys[record]) for record in of_record.tolist()]
        base = pd.factorize(counted["base_id"])[0][of_record]
        unions = []
        for number in np.flatnonzero(np.bincount(base, minlength=1) > 1).tolist():
            own = np.flatnonzero(base == number).tolist()
            self._keys.append(set().union(*(self._keys[part] for part in own)))
            unions.append(shapely.union_all(shapes[own]))
        self.shapes: Geometries = np.array([*shapes, *unions], dtype=object)
        self._middles = shapely.centroid(self.shapes)

    def known(
        self, record: int, outline: int, keys: list[tuple[object, ...]], there: shapely.Geometry
    ) -> int:
        """How many outlines would have done: the record's own base's, or else all about it."""
        own = self._keys[outline].intersection(keys[record])
        if own:
            return sum(bool(each & own) for each in self._keys)
        here = np.full(len(self._middles), shapely.centroid(there))
        return int((_metres_apart(here, self._middles) <= chances.REACH_M).sum())

    def holds(self, shapes: Geometries) -> np.ndarray:
        """Whether polygons lie line by line on outlines as they are."""
        pairs = overlapping_pairs(shapes, self.shapes)
        alike = pairs.loc[pairs["iou"] >= chances.ONE_OUTLINE, "left"]
        return np.isin(np.arange(len(shapes)), alike)


# The declared county


def _by_county(batch: Batch, offset: Offset) -> Iterator[_Hint]:
    """Records clear of their county that would come wholly home; the more of a layer, the surer."""
    home = []
    for record in batch.beyond():
        shape = batch.land[[record]]
        if not (lies_in_china(shape).all() and _is_near(batch, shape[0])):
            continue
        there = _moved(offset, shape)[0]
        if there is not None and batch.evidence(record).in_border(there) >= WHOLLY:
            home.append(record)
    layer = batch.layer
    for number in np.unique(layer[home]).tolist():
        members = [record for record in home if layer[record] == number]
        places = _places_apart(shapely.centroid(batch.land[members]))
        chance = chances.of_homecomings(places, int((batch.placed & (layer == number)).sum()))
        for record in members:
            declared = batch.bases["county"].iloc[record] in batch.borders
            yield _Hint(record, offset, chance, "落在所报县内" if declared else "落在全市范围内")


def _is_near(batch: Batch, shape: shapely.Geometry) -> bool:
    """Whether an offset could have brought a polygon to where it lies, from any county."""
    return bool(batch.region and shapely.dwithin(batch.region, shape, _FARTHEST_OFFSET_DEG))


def _places_apart(points: Geometries) -> int:
    """How many of some points lie apart from each other, taken in order from the west."""
    chosen: list[shapely.Point] = []
    for point in sorted(points, key=lambda each: (each.x, each.y)):
        others = np.array(chosen, dtype=object)
        if (_metres_apart(np.full(len(others), point), others) >= _APART_M).all():
            chosen.append(point)
    return len(chosen)


# The base's other parcels


def _by_parcels(batch: Batch, offset: Offset) -> Iterator[_Hint]:
    """Parcels that would come beside those of their base, where more bases say so than by chance.

    Those of one base often lie some hundred metres apart, as far as an offset moves; a single pair
    that comes together is no evidence. So each layer's bases are counted together, and held
    against how many come together when all are moved as far another way.
    """
    lonely = np.flatnonzero(batch.lonely & batch.placed & lies_in_china(batch.land))
    if not len(lonely):
        return
    moved = offset.place(batch.land[lonely])
    joining = _joining(batch, lonely, moved)
    layer, base = batch.layer[lonely], batch.base[lonely]
    for number in np.unique(layer[joining]).tolist():
        own = layer == number
        bases, together = len(np.unique(base[own])), len(np.unique(base[own & joining]))
        if chances.of_joinings(together, bases, 0.0) > _WORTH_SAYING:
            continue
        others = [
            len(np.unique(base[own][_joining(batch, lonely[own], turned)]))
            for turned in _turned(batch.land[lonely[own]], moved[own])
        ]
        chance = chances.of_joinings(together, bases, float(np.mean(others)) / bases)
        if chance <= _WORTH_SAYING:
            for record in lonely[own & joining].tolist():
                yield _Hint(record, offset, chance, "连上本基地其他地块")


def _joining(batch: Batch, records: Ints, moved: Geometries) -> np.ndarray:
    """Which records, moved, lie beside another parcel of their base, and not on it."""
    members = np.flatnonzero(np.isin(batch.base, batch.base[records]) & batch.drawn)
    shapes = np.concatenate([moved, batch.land[members]])
    _, owner = np.unique(batch.base[np.concatenate([records, members])], return_inverse=True)
    count = len(records)
    distance = batch.policy.tolerances["contiguity_m"]
    left, right = near_pairs(shapes, owner, distance)
    crossing = (left < count) & (right >= count)
    left, right = left[crossing], right[crossing] - count
    another = members[right] != records[left]
    left, right = left[another], right[another]
    shared = areas_m2(shapely.intersection(moved[left], batch.land[members[right]]))
    covered = np.bincount(left, shared, count) / areas_m2(moved)
    return np.asarray((np.bincount(left, minlength=count) > 0) & (covered <= 1 - WHOLLY))


def _turned(shapes: Geometries, moved: Geometries) -> Iterator[Geometries]:
    """Polygons moved as far as an offset moves them, in other directions."""
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    steps = local_metres(shapely.get_coordinates(shapely.centroid(moved)), middles[:, 1])
    steps -= local_metres(middles, middles[:, 1])
    metres = local_metres(np.ones_like(middles), middles[:, 1])
    xy, number = shapely.get_coordinates(shapes, return_index=True)
    for direction in _OTHER_DIRECTIONS:
        cos, sin = np.cos(np.radians(direction)), np.sin(np.radians(direction))
        step = (steps @ np.array([[cos, sin], [-sin, cos]]) / metres)[number]
        yield shapely.set_coordinates(shapes.copy(), xy + step)


# Ground


def _moved(offset: Offset, shapes: Geometries) -> Geometries:
    """Polygons with an offset undone, as land."""
    return land(offset.place(shapes))


def _metres_apart(points: Geometries, others: Geometries) -> Floats:
    """Distances of points on planes true at the first of each pair."""
    one, other = (shapely.get_coordinates(each).reshape(-1, 2) for each in (points, others))
    step = local_metres(one, one[:, 1]) - local_metres(other, one[:, 1])
    return np.asarray(np.hypot(*step.T))

"""HG006, HG201–HG204, HG208–HG210: where does a record belong that lies in the wrong place?

A record is misplaced where its coordinates do not fit its layer's system, or where it lies clear
of the county it declares, of the land that the ledger knows for it, or of its own base's other
parcels. Systems and offsets that would explain it are tried, and the best is believed if the
record then lies where it should.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from herbgis.areas import land
from herbgis.counties import overreach_m
from herbgis.geodesy import (
    CGCS2000,
    Flags,
    Floats,
    GaussKruger,
    areas_m2,
    bd09_to_cgcs2000,
    gauss_kruger_of,
    gcj02_to_cgcs2000,
    local_metres,
)
from herbgis.issues import Issue, Place
from herbgis.overlaps import overlapping_pairs
from herbgis.placing import Geometries, Story, lies_in_china, stories, to_layer
from herbgis.policy import Policy
from herbgis.rules.context import Places, point_in, shares_of

#: A record lies in a county, or on the ledger's land, with at least this share of it …
_LIES_IN = 0.5
_LIES_ON_KNOWN = 0.8
#: … and a story must bring it there with at least this, and so much better than it lay.
_WHOLLY = 0.99
_ALL_BUT_WHOLLY = 0.9
_LEAST_GAIN = 0.15
#: Findings of a cause that tells where a record belongs.
RELOCATED = frozenset({"HG006", "HG201", "HG202", "HG203", "HG204", "HG208", "HG209", "HG210"})
#: No map service displaces by more than this, some 3 km.
_FARTHEST_OFFSET_DEG = 0.03
_METRES_PER_DEGREE = 110_000.0


class _Explains(Protocol):
    """What would explain coordinates: a system, or an offset."""

    @property
    def title(self) -> str: ...

    def place(self, geometries: Geometries) -> Geometries: ...


@dataclass(frozen=True, slots=True)
class Offset:
    """Coordinates that a map service displaced."""

    code: str
    title: str
    undo: Callable[[Floats, Floats], tuple[Floats, Floats]]

    def place(self, geometries: Geometries) -> Geometries:
        """Displaced geometries where they truly are."""
        moved = shapely.transform(geometries, lambda xy: np.column_stack(self.undo(*xy.T)))
        return np.asarray(moved, dtype=object)


_OFFSETS = (
    Offset("HG204", "火星坐标 (GCJ-02)", gcj02_to_cgcs2000),
    Offset("HG209", "百度坐标 (BD-09)", bd09_to_cgcs2000),
)


@dataclass(frozen=True)
class Evidence:
    """What tells where a record belongs.

    Attributes
    ----------
    border : polygon or None
        The declared county's, or that of all counties.
    known : polygon or None
        The land that the ledger has for the base.
    siblings : polygon or None
        The base's other parcels.
    contiguity_m : float
        How near these are to each other.
    """

    border: shapely.Geometry | None
    known: shapely.Geometry | None
    siblings: shapely.Geometry | None
    contiguity_m: float

    def in_border(self, shape: shapely.Geometry) -> float:
        """Share of a polygon within the border; 1 where there is none."""
        return 1.0 if self.border is None else _share(shape, self.border)

    def on_known(self, shape: shapely.Geometry) -> float:
        """Share of the smaller of a polygon and the known land that is common; 1 without such."""
        if self.known is None:
            return 1.0
        smaller = min(shape, self.known, key=lambda each: float(areas_m2(np.array([each]))[0]))
        return _share(smaller, self.known if smaller is shape else shape)

    def joins(self, shape: shapely.Geometry) -> bool:
        """Whether a polygon lies beside the base's other parcels, and not on them."""
        if self.siblings is None or _share(shape, self.siblings) > 1 - _WHOLLY:
            return False
        middle = float(shapely.get_coordinates(shape)[:, 1].mean())
        near, others = (
            shapely.transform(g, lambda xy: local_metres(xy, np.full(len(xy), middle)))
            for g in (shape, self.siblings)
        )
        return bool(shapely.dwithin(near, others, self.contiguity_m))


def _share(shape: shapely.Geometry, border: shapely.Geometry) -> float:
    whole, inside = areas_m2(np.array([shape, shapely.intersection(shape, border)]))
    return float(inside / whole) if whole > 0 else 0.0


@dataclass(frozen=True)
class _Told:
    """A record, what explains it, where it then lies, and the finding."""

    record: int
    title: str
    geometry: shapely.Geometry
    issue: Issue


class Batch:
    """The records of a batch with what is known of where they belong.

    Parameters
    ----------
    bases : GeoDataFrame
        Base table; what does not fit its layer's system is in ``raw_geometry``.
    counties, counted : GeoDataFrame or None
        Boundaries, and the base table of bases already counted.
    layer_crs : Series of str
        The system of each record's layer.
    settled : Series of bool
        Records whose layer already has a finding that explains them.
    policy : Policy
    """

    def __init__(
        self,
        bases: gpd.GeoDataFrame,
        counties: gpd.GeoDataFrame | None,
        counted: gpd.GeoDataFrame | None,
        layer_crs: pd.Series,
        settled: pd.Series,
        policy: Policy,
    ) -> None:
        self.bases, self.counties, self.policy = bases, counties, policy
        self.layer_crs, self.settled = layer_crs.array, np.asarray(settled, dtype=bool)
        self.geometry = np.asarray(bases.geometry.array, dtype=object)
        self.sound = shapely.is_valid(self.geometry)
        self.land = land(self.geometry, self.sound)
        self.base, _ = pd.factorize(bases["base_id"])
        self.places = Places(bases)
        self.region = None if counties is None else shapely.union_all(counties.geometry.array)
        shapely.prepare(self.region)
        self.borders = (
            {}
            if counties is None
            else dict(zip(counties["county"], counties.geometry.array, strict=True))
        )
        self.known, self.keys, self.traced = {}, [], {}
        if counted is not None:
            self.known, self.keys = _land_by_key(counted), _keys(bases)
            self.traced = self._traced(counted)

    known: dict[object, shapely.Geometry]
    keys: list[tuple[object, ...]]
    traced: dict[int, shapely.Geometry]

    def evidence(self, record: int) -> Evidence:
        """What tells where a record belongs."""
        declared = self.bases["county"].iloc[record]
        return Evidence(
            self.borders.get(declared, self.region),
            self._known_land(record),
            self._siblings(record) if self.lonely[record] else None,
            self.policy.tolerances["contiguity_m"],
        )

    def _known_land(self, record: int) -> shapely.Geometry | None:
        """What the ledger has under the record's id or name, or else where undoing leads to."""
        keys = self.keys[record] if self.known else ()
        named = (self.known[key] for key in keys if key in self.known)
        return next(named, self.traced.get(record))

    def _traced(self, counted: gpd.GeoDataFrame) -> dict[int, shapely.Geometry]:
        """Land of the ledger that a record would cover, line by line, were its offset undone."""
        ledger = land(np.asarray(counted.geometry.array, dtype=object))
        found: dict[int, shapely.Geometry] = {}
        for offset in _OFFSETS:
            pairs = overlapping_pairs(offset.place(self.land), ledger)
            alike = pairs[pairs["iou"] >= self.policy.tolerances["duplicate_share"]]
            found |= {int(r): ledger[k] for r, k in zip(alike["left"], alike["right"], strict=True)}
        return found

    def _siblings(self, record: int) -> shapely.Geometry:
        members = np.flatnonzero(self.base == self.base[record])
        return shapely.union_all(self.land[members[members != record]])

    @functools.cached_property
    def lonely(self) -> Flags:
        """Records of a base with other parcels, none of which is near."""
        drawn = ~shapely.is_missing(self.land)
        several = drawn & (np.bincount(self.base[drawn], minlength=len(drawn))[self.base] > 1)
        parcels, base = self.land[several], self.base[several]
        # Degrees of latitude are the longer; of what seems near a little too much is no harm.
        reach = self.policy.tolerances["contiguity_m"] / _METRES_PER_DEGREE
        left, right = shapely.STRtree(parcels).query(parcels, predicate="dwithin", distance=reach)
        several[np.flatnonzero(several)[left[(left != right) & (base[left] == base[right])]]] = (
            False
        )
        return np.asarray(several)

    def misplaced(self) -> Iterator[int]:
        """Records in place by their layer's system that lie clear of where they belong."""
        placed = ~shapely.is_missing(self.land) & ~self.settled
        inside = self._share_in_declared()
        known = np.zeros(len(placed), dtype=bool)
        if self.known:
            known[:] = [any(key in self.known for key in keys) for keys in self.keys]
        known[list(self.traced)] = True
        for record in np.flatnonzero(placed & (known | self.lonely | (inside < _LIES_IN))):
            shape, seen = self.land[record], self.evidence(int(record))
            if (
                self.lonely[record]
                or self._is_beyond(shape, seen, inside[record])
                or seen.on_known(shape) < _LIES_ON_KNOWN
            ):
                yield int(record)

    def _share_in_declared(self) -> Floats:
        """Share of each record in the county it declares, or in any where it declares none."""
        if self.counties is None:
            return np.ones(len(self.bases))
        number, names = pd.factorize(self.counties["county"])
        declared = names.get_indexer(self.bases["county"].to_numpy(dtype=object, na_value=None))
        wanted = declared[self.shares["record"]]
        counts = (number[self.shares["county"]] == wanted) | (wanted < 0)
        shares = self.shares[counts]
        inside = np.bincount(shares["record"], shares["share"], len(self.bases))
        return np.asarray(inside, dtype=float)

    @functools.cached_property
    def shares(self) -> pd.DataFrame:
        """Which part of each record lies in which county, as it came in."""
        return shares_of(self.land, self.counties)

    def is_near(self, shape: shapely.Geometry) -> bool:
        """Whether an offset could have brought a polygon to where it lies, from any county."""
        return bool(self.region and shapely.dwithin(self.region, shape, _FARTHEST_OFFSET_DEG))

    def _is_beyond(self, shape: shapely.Geometry, seen: Evidence, inside: float) -> bool:
        if inside >= _LIES_IN or seen.border is None:
            return False
        return overreach_m(shape, seen.border) > self.policy.tolerances["county_line_m"]


def _land_by_key(counted: gpd.GeoDataFrame) -> dict[object, shapely.Geometry]:
    """The ledger's land by base_id, and by county, township and name."""
    shapes = land(np.asarray(counted.geometry.array, dtype=object))
    of_key: dict[object, list[int]] = {}
    for record, keys in enumerate(_keys(counted)):
        for key in keys if shapes[record] is not None else ():
            of_key.setdefault(key, []).append(record)
    return {key: shapely.union_all(shapes[rows]) for key, rows in of_key.items()}


def _keys(table: gpd.GeoDataFrame) -> list[tuple[object, ...]]:
    """What each record is known under: its base_id; its county, township and name together."""
    columns = (table[name] for name in ("base_id", "county", "township", "name"))
    return [
        (base_id, words) if all(isinstance(word, str) for word in words) else (base_id,)
        for base_id, *names in zip(*columns, strict=True)
        for words in [tuple(names)]
    ]


@dataclass(frozen=True)
class Placed:
    """A batch with every record where it belongs.

    Attributes
    ----------
    bases : GeoDataFrame
    land, sound : array
        As `Context` has them.
    shares : DataFrame
        As `herbgis.counties.county_shares` gives it.
    issues : list of Issue
        One a record that was misplaced, or one a layer (HG006) where all its records tell one
        story.
    """

    bases: gpd.GeoDataFrame
    land: Geometries
    sound: Flags
    shares: pd.DataFrame
    issues: list[Issue]


def put_right(batch: Batch) -> Placed:
    """Bring misplaced records of a named cause to where they belong."""
    bases = batch.bases
    waiting = np.flatnonzero(bases["raw_geometry"].notna() & ~batch.settled)
    told: list[_Told] = []
    issues: list[Issue] = []
    for record in waiting:
        found = _explain_unplaced(batch, int(record))
        if found is None:
            place = batch.places[int(record)]
            issues.append(Issue("HG205", place, {"where": "坐标不成立, 无法定位"}))
        else:
            told.append(found)
    told += filter(None, (_explain_placed(batch, record) for record in batch.misplaced()))
    if not told:
        return Placed(bases, batch.land, batch.sound, batch.shares, issues)
    geometry, whole, sound = batch.geometry.copy(), batch.land.copy(), batch.sound.copy()
    moved = np.array([each.record for each in told])
    geometry[moved] = [each.geometry for each in told]
    sound[moved] = shapely.is_valid(geometry[moved])
    whole[moved] = land(geometry[moved], sound[moved])
    elsewhere = shares_of(whole[moved], batch.counties)
    return Placed(
        bases.set_geometry(gpd.GeoSeries(geometry, index=bases.index, crs=CGCS2000)),
        whole,
        sound,
        pd.concat(
            [
                batch.shares[~batch.shares["record"].isin(moved)],
                elsewhere.assign(record=moved[elsewhere["record"]]),
            ],
            ignore_index=True,
        ),
        [*issues, *_by_layer(batch, told)],
    )


def _explain_unplaced(batch: Batch, record: int) -> _Told | None:
    """The story that puts coordinates which do not fit their layer's system where bases are."""
    stated = batch.layer_crs[record]
    with np.errstate(invalid="ignore"):  # a coordinate that is no number
        written = np.array([batch.bases["raw_geometry"].iloc[record]], dtype=object)
        raw: Geometries = shapely.from_wkt(written, on_invalid="ignore")
    if shapely.is_missing(raw).all() or not np.isfinite(shapely.get_coordinates(raw)).all():
        return None
    seen = batch.evidence(record)
    best: tuple[tuple[float, float], _Told] | None = None
    for story in (*stories(raw), *_other_zones(raw, stated, batch.region)):
        placed = story.place(raw)
        if not lies_in_china(placed).all():
            continue
        if batch.region is not None and not shapely.intersects(batch.region, placed[0]):
            continue
        shape = land(placed)[0]
        score = (0.0, 0.0) if shape is None else (seen.on_known(shape), seen.in_border(shape))
        if best is None or score > best[0]:
            best = score, _told(batch, record, _code_of(story, stated), story, placed[0])
    return None if best is None else best[1]


def _explain_placed(batch: Batch, record: int) -> _Told | None:
    """The offset, or the other zone, that brings a record to where all evidence wants it."""
    stated = batch.layer_crs[record]
    seen, shape = batch.evidence(record), batch.land[record]
    was_in, was_on, joined = seen.in_border(shape), seen.on_known(shape), seen.joins(shape)
    own = np.array([batch.geometry[record]], dtype=object)
    candidates: list[tuple[str, _Explains, Geometries]] = []
    if seen.known or seen.siblings or batch.is_near(shape):
        candidates += [(offset.code, offset, own) for offset in _OFFSETS]
    raw = to_layer(own, stated)
    if raw is not None:
        candidates += [("HG208", s, raw) for s in _other_zones(raw, stated, batch.region)]
    best: tuple[tuple[float, float, bool], _Told] | None = None
    for code, story, given in candidates:
        placed = story.place(given)
        there = land(placed)[0]
        if not lies_in_china(placed).all() or there is None:
            continue
        on, inside, joins = seen.on_known(there), seen.in_border(there), seen.joins(there)
        helps = (
            (seen.known is not None and on >= _ALL_BUT_WHOLLY and on - was_on >= _LEAST_GAIN)
            or (seen.known is None and was_in < _LIES_IN and inside >= _WHOLLY)
            or (seen.known is None and joins and not joined)
        )
        if helps and inside >= min(was_in, _LIES_IN) and (joins or not joined):
            score = (round(on, 3), round(inside, 3), joins)
            if best is None or score > best[0]:
                best = score, _told(batch, record, code, story, placed[0])
    return None if best is None else best[1]


def _told(batch: Batch, record: int, code: str, story: _Explains, shape: shapely.Geometry) -> _Told:
    values = {"system": story.title, "stated": batch.layer_crs[record]}
    if isinstance(story, Offset):
        values["distance"] = f"{_moved_m(batch.geometry[record], shape):.0f}"
    point = point_in(shapely.make_valid(shape))
    issue = Issue(code, batch.places[record], values, point=point)
    return _Told(record, story.title, shape, issue)


def _moved_m(before: shapely.Geometry, after: shapely.Geometry) -> float:
    """Metres between the first vertices of a geometry before and after it was moved."""
    ends = np.array([shapely.get_coordinates(g)[0] for g in (before, after)])
    step = np.diff(local_metres(ends, ends[:, 1].mean().repeat(2)), axis=0)[0]
    return float(np.hypot(*step))


def _by_layer(batch: Batch, told: Iterable[_Told]) -> Iterator[Issue]:
    """Findings by record; one for the layer where all its records, two or more, tell one story."""
    columns = [batch.bases[name].fillna("") for name in ("source_file", "source_layer")]
    holding = ~shapely.is_missing(batch.geometry) | np.asarray(batch.bases["raw_geometry"].notna())
    sizes = pd.DataFrame({"file": columns[0], "layer": columns[1]})[holding].value_counts()
    by_layer: dict[tuple[str, str], list[_Told]] = {}
    for each in told:
        file, name = (column.iloc[each.record] for column in columns)
        by_layer.setdefault((file, name), []).append(each)
    for layer, members in by_layer.items():
        one_story = len({member.title for member in members}) == 1
        if one_story and len(members) == sizes[layer] > 1:
            values = {"stated": batch.layer_crs[members[0].record], "fitting": members[0].title}
            yield Issue("HG006", Place(layer[0], layer[1] or None), values)
        else:
            yield from (member.issue for member in members)


def _other_zones(raw: Geometries, stated: str, region: shapely.Geometry | None) -> Iterator[Story]:
    """Eastings without a zone in front: the layer's own zone, then those about the region.

    A zone of 6 degrees gives the same eastings as that of 3 on its meridian.
    """
    bounds = shapely.total_bounds(raw)
    system = gauss_kruger_of(_epsg(stated) or 0)
    for swapped in (False, True):
        west, south, east, _ = bounds[[1, 0, 3, 2]] if swapped else bounds
        if not (west >= 1e5 and east <= 9e5 and south >= 1e6):
            continue
        if system is not None and system.datum == "CGCS2000" and system.prefixed:
            yield Story(system.other_form.epsg, swapped)
        elif swapped and system is not None and system.datum == "CGCS2000":
            yield Story(system.epsg, swapped)
        if region is not None:
            first, _, last, _ = shapely.bounds(region)
            for zone in range(round(first / 3) - 1, round(last / 3) + 2):
                yield Story(GaussKruger(zone, prefixed=False).epsg, swapped)


def _code_of(story: Story, stated: str) -> str:
    """Which mistake leads from the layer's system to the one that fits."""
    if story.swapped:
        return "HG201"
    if story.epsg == 3857:
        return "HG210"
    epsg = _epsg(stated)
    projected = epsg is not None and pyproj.CRS.from_epsg(epsg).is_projected
    if not projected or story.epsg == 4490:
        return "HG202"
    system = gauss_kruger_of(story.epsg)
    return "HG203" if system is not None and system.other_form.epsg == epsg else "HG208"


def _epsg(name: str) -> int | None:
    digits = name.removeprefix("EPSG:")
    return int(digits) if digits.isdigit() else None

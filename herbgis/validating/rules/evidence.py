"""What speaks for an offset: counties, known land, the rest of the batch."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.geo.china import lies_in_china
from herbgis.geo.geodesy import Flags, Floats, areas_m2, local_metres
from herbgis.geo.land import land
from herbgis.geo.offsets import OFFSETS as UNDOING
from herbgis.geo.offsets import Undoing
from herbgis.geo.systems import Geometries
from herbgis.measuring.blocks import near_pairs
from herbgis.measuring.distances import overreach_m
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.measuring.records import name_keys
from herbgis.terms.policy import Policy
from herbgis.validating.rules.context import Places, shares_of

#: A record lies in a county with at least this share of its land.
LIES_IN = 0.5
#: It lies on the ledger's land where they have this share of the smaller in common.
_LIES_ON_KNOWN = 0.8
#: What is in a county, or upon another parcel, but for the tremor of its border.
WHOLLY = 0.99
#: No map service displaces by more than this, some 3 km.
_FARTHEST_OFFSET_DEG = 0.03


@dataclass(frozen=True, slots=True)
class Offset:
    """Coordinates that a map service displaced."""

    code: str
    title: str
    undo: Undoing

    def place(self, geometries: Geometries) -> Geometries:
        """Displaced geometries where they truly are."""
        moved = shapely.transform(geometries, lambda xy: np.column_stack(self.undo(*xy.T)))
        return np.asarray(moved, dtype=object)


OFFSETS = (
    Offset("HG204", "火星坐标 (GCJ-02)", UNDOING["GCJ-02"]),
    Offset("HG209", "百度坐标 (BD-09)", UNDOING["BD-09"]),
)


class Fit(NamedTuple):
    """How a place fits what is known of a record; the greater the better, in this order.

    Attributes
    ----------
    on_known : float
        Share in common with the land that the ledger has for it.
    in_border : float
        Share within the border.
    joins : bool
        Whether it lies beside the base's other parcels.
    """

    on_known: float
    in_border: float
    joins: bool


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

    def fit(self, shape: shapely.Geometry) -> Fit:
        """How a polygon fits all that is known."""
        return Fit(self.on_known(shape), self.in_border(shape), self.joins(shape))

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
        if self.siblings is None or _share(shape, self.siblings) > 1 - WHOLLY:
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
        displaced = np.flatnonzero(lies_in_china(self.land))  # no service displaces other land
        for offset in OFFSETS:
            pairs = overlapping_pairs(land(offset.place(self.land[displaced])), ledger)
            alike = pairs[pairs["iou"] >= self.policy.tolerances["duplicate_share"]]
            records = displaced[alike["left"]].tolist()
            found |= {r: ledger[k] for r, k in zip(records, alike["right"], strict=True)}
        return found

    def _siblings(self, record: int) -> shapely.Geometry:
        members = np.flatnonzero(self.base == self.base[record])
        return shapely.union_all(self.land[members[members != record]])

    @functools.cached_property
    def lonely(self) -> Flags:
        """Records of a base with other parcels, none of which is near."""
        drawn = ~shapely.is_missing(self.land)
        several = drawn & (np.bincount(self.base[drawn], minlength=len(drawn))[self.base] > 1)
        parcels = np.flatnonzero(several)
        distance = self.policy.tolerances["contiguity_m"]
        for side in near_pairs(self.land[parcels], self.base[parcels], distance):
            several[parcels[side]] = False
        return np.asarray(several)

    def misplaced(self) -> Iterator[int]:
        """Records in place by their layer's system that lie clear of where they belong."""
        placed = ~shapely.is_missing(self.land) & ~self.settled
        inside = self._share_in_declared()
        known = np.zeros(len(placed), dtype=bool)
        if self.known:
            known[:] = [any(key in self.known for key in keys) for keys in self.keys]
        known[list(self.traced)] = True
        for record in np.flatnonzero(placed & (known | self.lonely | (inside < LIES_IN))):
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
        if inside >= LIES_IN or seen.border is None:
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
    named = zip(table["base_id"], name_keys(table), strict=True)
    return [(base_id,) if key is None else (base_id, key) for base_id, key in named]

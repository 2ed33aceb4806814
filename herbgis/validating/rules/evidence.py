"""What is known of where a record belongs: counties, the ledger's land, its base's parcels."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.geo.geodesy import Flags, Floats, areas_m2, local_metres
from herbgis.geo.land import land
from herbgis.measuring.blocks import near_pairs
from herbgis.measuring.distances import overreach_m
from herbgis.measuring.records import name_keys
from herbgis.terms.policy import Policy
from herbgis.validating.rules.context import Places, shares_of

#: A record lies in a county with at least this share of its land.
LIES_IN = 0.5
#: It lies on the ledger's land where they have this share of the smaller in common.
LIES_ON_KNOWN = 0.8
#: What is in a county, or upon another parcel, but for the tremor of its border.
WHOLLY = 0.99
#: A record of another zone lies degrees away from where it belongs, three at least.
_ANOTHER_ZONE_DEG = 1.0


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
        The base's other parcels, where they lie degrees away.
    contiguity_m : float
        How near these are to each other.
    """

    border: shapely.Geometry | None
    known: shapely.Geometry | None
    siblings: shapely.Geometry | None
    contiguity_m: float

    def is_far(self, shape: shapely.Geometry) -> bool:
        """Whether a polygon lies degrees away from where it belongs."""
        targets = (self.border, self.known, self.siblings)
        return any(_degrees_apart(shape, each) > _ANOTHER_ZONE_DEG for each in targets if each)

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


def _degrees_apart(shape: shapely.Geometry, other: shapely.Geometry) -> float:
    """How far the bounds of two polygons lie apart along the axis where they do most."""
    own, its = shapely.bounds(shape), shapely.bounds(other)
    return float(np.concatenate([own[:2] - its[2:], its[:2] - own[2:]]).max())


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
        layers = bases[["source_file", "source_layer"]].fillna("")
        self.layer = np.asarray(layers.groupby(list(layers)).ngroup(), dtype=np.intp)
        self.drawn = ~shapely.is_missing(self.land)
        self.places = Places(bases)
        self.region = None if counties is None else shapely.union_all(counties.geometry.array)
        shapely.prepare(self.region)
        self.borders = (
            {}
            if counties is None
            else dict(zip(counties["county"], counties.geometry.array, strict=True))
        )
        self.counted = counted
        self.known, self.keys = {}, []
        if counted is not None:
            self.known, self.keys = _land_by_key(counted), keys_of(bases)

    known: dict[object, shapely.Geometry]
    keys: list[tuple[object, ...]]

    def evidence(self, record: int) -> Evidence:
        """What tells where a record belongs."""
        return Evidence(
            self.border(record),
            self.known_land(record),
            self._siblings(record) if self._torn[record] else None,
            self.policy.tolerances["contiguity_m"],
        )

    def known_land(self, record: int) -> shapely.Geometry | None:
        """What the ledger has under the record's id or name."""
        keys = self.keys[record] if self.known else ()
        return next((self.known[key] for key in keys if key in self.known), None)

    def _siblings(self, record: int) -> shapely.Geometry:
        members = np.flatnonzero(self.base == self.base[record])
        return shapely.union_all(self.land[members[members != record]])

    @functools.cached_property
    def lonely(self) -> Flags:
        """Records of a base with other parcels, none of which is near."""
        sizes = np.bincount(self.base[self.drawn], minlength=len(self.base))
        several = self.drawn & (sizes[self.base] > 1)
        parcels = np.flatnonzero(several)
        distance = self.policy.tolerances["contiguity_m"]
        for side in near_pairs(self.land[parcels], self.base[parcels], distance):
            several[parcels[side]] = False
        return np.asarray(several)

    @functools.cached_property
    def _torn(self) -> Flags:
        """Lonely records of bases whose parcels lie degrees apart."""
        torn = np.zeros(len(self.land), dtype=bool)
        several = np.flatnonzero(np.isin(self.base, self.base[self.lonely]))
        if len(several):
            bounds = pd.DataFrame(shapely.bounds(self.land[several]))
            ends = bounds.groupby(self.base[several]).agg({0: "min", 1: "min", 2: "max", 3: "max"})
            wide = (ends[2] - ends[0] > _ANOTHER_ZONE_DEG) | (ends[3] - ends[1] > _ANOTHER_ZONE_DEG)
            torn = self.lonely & np.isin(self.base, ends.index[wide])
        return torn

    @functools.cached_property
    def placed(self) -> Flags:
        """Records with land, by their layer's system, that no finding explains yet."""
        return np.asarray(self.drawn & ~self.settled)

    def astray(self) -> Iterator[int]:
        """Records in place by their layer's system that lie degrees away from where they belong."""
        known = np.zeros(len(self.land), dtype=bool)
        if self.known:
            known[:] = [any(key in self.known for key in keys) for keys in self.keys]
        outside = self.inside < LIES_IN
        for record in np.flatnonzero(self.placed & (known | self._torn | outside)).tolist():
            if self._torn[record] or self.evidence(record).is_far(self.land[record]):
                yield record

    def beyond(self) -> list[int]:
        """Records that lie clear of their county, by more than its line is sure."""
        outside = np.flatnonzero(self.placed & (self.inside < LIES_IN)).tolist()
        reach = self.policy.tolerances["county_line_m"]
        return [
            record
            for record in outside
            if (border := self.border(record)) and overreach_m(self.land[record], border) > reach
        ]

    def border(self, record: int) -> shapely.Geometry | None:
        """The county that a record declares, or all of them."""
        return self.borders.get(self.bases["county"].iloc[record], self.region)

    @functools.cached_property
    def inside(self) -> Floats:
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


def _land_by_key(counted: gpd.GeoDataFrame) -> dict[object, shapely.Geometry]:
    """The ledger's land by base_id, and by county, township and name."""
    shapes = land(np.asarray(counted.geometry.array, dtype=object))
    of_key: dict[object, list[int]] = {}
    for record, keys in enumerate(keys_of(counted)):
        for key in keys if shapes[record] is not None else ():
            of_key.setdefault(key, []).append(record)
    return {key: shapely.union_all(shapes[rows]) for key, rows in of_key.items()}


def keys_of(table: gpd.GeoDataFrame) -> list[tuple[object, ...]]:
    """What each record is known under: its base_id; its county, township and name together."""
    named = zip(table["base_id"], name_keys(table), strict=True)
    return [(base_id,) if key is None else (base_id, key) for base_id, key in named]

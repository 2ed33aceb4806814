"""What every rule looks at: the records, measured and grouped, and what lies around them."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.foundation.units import half_units
from herbgis.geo.geodesy import Flags, Floats, Ints
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries
from herbgis.measuring.borders import county_shares
from herbgis.measuring.controls import measure_controls
from herbgis.measuring.declarations import Declared, declared_areas, tolerated_mu
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.measuring.records import Bases, group_records, mu_of, source_order
from herbgis.measuring.within_layers import parts_within
from herbgis.reading.understanding.control_layers import ControlLayer
from herbgis.terms.issues import Place
from herbgis.terms.policy import Policy
from herbgis.validating.rules.area_causes import causes_of
from herbgis.validating.rules.area_figures import Cause, Mismatched


@dataclass(frozen=True)
class Context:
    """A batch under validation.

    Attributes
    ----------
    bases : GeoDataFrame
        The base table with the measured columns, RangeIndex; misplaced records already put right.
    counties : GeoDataFrame or None
        None switches off the rules of place.
    against : GeoDataFrame or None
        Base table of bases already counted.
    policy : Policy
    land : array of polygons, shape (n,)
        What the records enclose; None where there is no polygon.
    sound : array of bool, shape (n,)
        Whether a record's geometry is valid.
    shares : DataFrame
        Which part of each record lies in which county; see `herbgis.reading.counties`.
    as_of : datetime.date or None
        The day that the batch stands for; None where nobody said.
    layers : tuple of ControlLayer
        Layers that control land.
    """

    bases: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame | None
    against: gpd.GeoDataFrame | None
    policy: Policy
    land: Geometries
    sound: Flags
    shares: pd.DataFrame
    as_of: dt.date | None = None
    layers: tuple[ControlLayer, ...] = ()

    @property
    def last_day(self) -> dt.date:
        """The last day that a date may name: that of the batch, else of the policy's year."""
        return self.as_of or dt.date(self.policy.year, 12, 31)

    def place(self, record: int) -> Place:
        """Where a record stands in its file."""
        return self.places[record]

    @functools.cached_property
    def places(self) -> Places:
        """Where each record stands in its file."""
        return Places(self.bases)

    def centre(self, record: int) -> tuple[float, float] | None:
        """A point inside a record's land, longitude and latitude."""
        return point_in(self.land[record])

    def texts(self, column: str) -> np.ndarray:
        """A text column, None where empty."""
        return np.asarray(self.bases[column].to_numpy(dtype=object, na_value=None))

    def filled(self, column: str) -> list[int]:
        """Records whose text in a column is not empty."""
        return np.flatnonzero(self.bases[column].notna()).tolist()

    def differs(self, column: str) -> Flags:
        """Records whose text in a column is another than that of their base's first record.

        An empty text, or one that is not understood, is no other.
        """
        differs = np.zeros(len(self.bases), dtype=bool)
        leading = self.grouped.first[self.grouped.base]
        others = np.flatnonzero(leading != np.arange(len(leading)))
        own, first = (
            self.bases[column].take(records).to_numpy(dtype=object, na_value="unknown")
            for records in (others, leading[others])
        )
        differs[others] = (own != "unknown") & (first != "unknown") & (own != first)
        return differs

    @functools.cached_property
    def geometry(self) -> Geometries:
        """The records' geometries as surveyed."""
        return np.asarray(self.bases.geometry.array, dtype=object)

    @functools.cached_property
    def broken(self) -> list[int]:
        """Records whose geometry is not valid."""
        present = ~shapely.is_missing(self.geometry)
        return [int(record) for record in np.flatnonzero(~self.sound & present)]

    @functools.cached_property
    def mu(self) -> Floats:
        """Surveyed 亩 of each record."""
        return np.asarray(self.bases["surveyed_mu"], dtype=float)

    @functools.cached_property
    def grouped(self) -> Bases:
        """The records by base."""
        return group_records(self.bases, self.land)

    def records_of(self, number: int) -> Ints:
        """Records of a base, by its number."""
        order, starts = self._by_base
        return order[starts[number] : starts[number + 1]]

    @functools.cached_property
    def _by_base(self) -> tuple[Ints, Ints]:
        counts = np.bincount(self.grouped.base, minlength=len(self.grouped.ids))
        return np.argsort(self.grouped.base, kind="stable"), np.r_[0, np.cumsum(counts)]

    @functools.cached_property
    def base_mu(self) -> Floats:
        """Surveyed 亩 of each base, own overlaps once."""
        mu = self.mu[self.grouped.main]
        several = np.bincount(self.grouped.base, minlength=len(mu)) > 1
        mu[several] = mu_of(self.grouped.geometry[several])
        return mu

    @functools.cached_property
    def declared(self) -> Declared:
        """What each base declares, 亩."""
        declared_mu = self.bases["declared_mu"]
        return declared_areas(declared_mu, self.grouped, self.base_mu, self.tolerated_mu)

    @functools.cached_property
    def tolerated_mu(self) -> Floats:
        """By how many 亩 what each base declares may differ from the survey."""
        return tolerated_mu(self.bases, self.grouped, self.base_mu, self.policy)

    @property
    def base_declared_mu(self) -> Floats:
        """Declared 亩 of each base."""
        return self.declared.mu

    def declaring(self, number: int) -> int:
        """The record that a base's declared area is said of: the first that declares one.

        The polygons of a base whose area stands in a list declare none.
        """
        first = int(self.grouped.first[number])
        written, _ = self._written
        if not np.isnan(written[first]):
            return first
        records = self.records_of(number)
        stated = records[~np.isnan(written[records])]
        if not len(stated):
            return first
        return int(stated[self.source_rank(stated).argmin()])

    @functools.cached_property
    def mismatches(self) -> list[tuple[int, Cause | None]]:
        """Bases that declare another area than was surveyed: position, and why."""
        declared, surveyed = self.base_declared_mu, self.base_mu
        # Where either is not known, the comparison is false.
        off = np.abs(declared - surveyed) > self.tolerated_mu
        numbers = np.flatnonzero(off & (surveyed > 0)).tolist()
        parcels = [self.mu[self.records_of(number)] for number in numbers]
        bases = Mismatched(
            declared[numbers],
            surveyed[numbers],
            self.tolerated_mu[numbers],
            np.array([self._rounding_mu(number) for number in numbers]),
            self.grouped.geometry[numbers],
            [mu[~np.isnan(mu)] for mu in parcels],
        )
        by_hand = self.policy.tolerances["area_cause_share"]
        return list(zip(numbers, causes_of(bases, by_hand=by_hand), strict=True))

    def _rounding_mu(self, number: int) -> float:
        """By how much rounding may have changed what a base declares: half a unit of each figure.

        A value that all records have, and the base with them, was rounded once.
        """
        written, half = (each[self.records_of(number)] for each in self._written)
        stated = ~np.isnan(written)
        once = bool((written[stated] == self.base_declared_mu[number]).all())
        return float(half[stated].max() if once else half[stated].sum())

    @functools.cached_property
    def _written(self) -> tuple[Floats, Floats]:
        """What each record declares, 亩, and half a unit of its last decimal."""
        written = np.asarray(self.bases["declared_mu"], dtype=float)
        return written, half_units(written)

    @functools.cached_property
    def pairs(self) -> pd.DataFrame:
        """Records that share land, `left` the earlier in the source; see `overlapping_pairs`."""
        pairs = overlapping_pairs(self.land)
        # Issues are named on the later record: of the source, not of the rows as they stand.
        found = pairs[["left", "right"]].to_numpy().T
        rank = self.source_rank(found)
        turned = rank[0] > rank[1]
        left, right = np.where(turned, found[::-1], found)
        in_order = np.lexsort(np.sort(rank, axis=0)[::-1])
        return pairs.assign(left=left, right=right).iloc[in_order].reset_index(drop=True)

    def source_rank(self, records: Ints) -> Ints:
        """Numbers that grow as some records come later in the source, however the rows stand."""
        asked, place = np.unique(records.ravel(), return_inverse=True)
        rank = np.empty(len(asked), dtype=np.int64)
        rank[source_order(self.bases.iloc[asked])] = np.arange(len(asked))
        return rank[place].reshape(records.shape)

    @functools.cached_property
    def grown(self) -> list[tuple[list[str], str | None]]:
        """All varieties of each record, and the mode in which it grows them."""
        return list(zip(self.bases["varieties"], self.texts("mode"), strict=True))

    @functools.cached_property
    def controlled(self) -> pd.DataFrame:
        """亩 of each record within the layers, by column; land of two records of a base once.

        It is told of the record that comes first. NaN without a polygon.
        """
        if not self.layers:
            return pd.DataFrame(index=range(len(self.land)))
        own, pairs, base = self.land.copy(), self.pairs, self.grouped.base
        for left, right in zip(pairs["left"], pairs["right"], strict=True):
            if base[left] == base[right]:
                own[right] = shapely.difference(own[right], self.land[left])
        table = measure_controls(own, self.layers).table
        table.iloc[shapely.is_missing(self.land)] = np.nan
        return table

    @functools.cached_property
    def base_controlled(self) -> pd.DataFrame:
        """亩 of each base within the layers, by column; 0 without a polygon."""
        return self.controlled.groupby(self.grouped.base).sum()

    def controlled_within(self, numbers: Ints, name: str) -> pd.DataFrame:
        """亩 by class of land of what some bases have within the layers of a name."""
        within = [layer for layer in self.layers if layer.name == name]
        classes = [layer for layer in self.layers if layer.codes is not None]
        return measure_controls(parts_within(self.grouped.geometry[numbers], within), classes).table

    @functools.cached_property
    def counted(self) -> Counted | None:
        """The bases of `against`, measured."""
        if self.against is None:
            return None
        shapes = land(np.asarray(self.against.geometry.array, dtype=object))
        grouped = group_records(self.against, shapes)
        return Counted(shapes, grouped, mu_of(grouped.geometry), Places(self.against))


def shares_of(land: Geometries, counties: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Which part of each record lies in which county; nothing without counties."""
    if counties is None:
        return pd.DataFrame({"record": np.zeros(0, int), "county": np.zeros(0, int), "share": []})
    return county_shares(land, counties)


@dataclass(frozen=True)
class Counted:
    """Bases already counted: their records' land, by base, 亩 a base, and where records stand."""

    land: Geometries
    grouped: Bases
    base_mu: Floats
    places: Places


class Places:
    """Where each record of a base table stands in its file; made when it is asked for."""

    def __init__(self, table: gpd.GeoDataFrame) -> None:
        names = ("source_file", "source_layer", "source_row", "sheet_row", "base_id")
        self._cells = [table[name].array for name in names]
        self._known: dict[int, Place] = {}

    def __getitem__(self, record: int) -> Place:
        if record not in self._known:
            self._known[record] = self._place(record)
        return self._known[record]

    def _place(self, record: int) -> Place:
        file, layer, row, sheet, base_id = (cells[record] for cells in self._cells)
        return Place(
            file=file,
            layer=layer if isinstance(layer, str) else None,
            row=int(row),
            sheet_row=None if pd.isna(sheet) else int(sheet),
            base_id=base_id,
            record=record,
        )


def point_in(shape: shapely.Geometry | None) -> tuple[float, float] | None:
    """A point inside a shape, to 1e-6 degree."""
    if shape is None or shapely.is_empty(shape):
        return None
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    return round(float(lon), 6), round(float(lat), 6)

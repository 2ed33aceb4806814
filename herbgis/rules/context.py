"""What every rule looks at: the records, measured and grouped, and what lies around them."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.areas import land
from herbgis.counties import county_shares
from herbgis.geodesy import Floats
from herbgis.issues import Place
from herbgis.overlaps import overlapping_pairs
from herbgis.placing import Geometries
from herbgis.policy import Policy
from herbgis.records import Bases, base_mu, declared_of_bases, group_records
from herbgis.rules import area_causes


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
    """

    bases: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame | None
    against: gpd.GeoDataFrame | None
    policy: Policy

    def place(self, record: int) -> Place:
        """Where a record stands in its file."""
        return self.places[record]

    @functools.cached_property
    def places(self) -> list[Place]:
        """Where each record stands in its file."""
        return places_of(self.bases)

    def centre(self, record: int) -> tuple[float, float] | None:
        """A point inside a record's land, longitude and latitude."""
        return point_in(self.land[record])

    def texts(self, column: str) -> list[str | None]:
        """A text column, None where empty."""
        return [v if isinstance(v, str) else None for v in self.bases[column]]

    @functools.cached_property
    def geometry(self) -> Geometries:
        """The records' geometries as surveyed."""
        return np.asarray(self.bases.geometry.array, dtype=object)

    @functools.cached_property
    def land(self) -> Geometries:
        """The land that the records enclose; None where there is no polygon."""
        return land(self.geometry)

    @functools.cached_property
    def mu(self) -> Floats:
        """Surveyed 亩 of each record."""
        return np.asarray(self.bases["surveyed_mu"], dtype=float)

    @functools.cached_property
    def grouped(self) -> Bases:
        """The records by base."""
        return group_records(self.bases)

    @functools.cached_property
    def base_mu(self) -> Floats:
        """Surveyed 亩 of each base, own overlaps once."""
        return base_mu(self.grouped)

    @functools.cached_property
    def base_declared_mu(self) -> Floats:
        """Declared 亩 of each base."""
        return declared_of_bases(self.bases["declared_mu"], self.grouped)

    @functools.cached_property
    def mismatches(self) -> list[tuple[int, area_causes.Base, area_causes.Cause | None]]:
        """Bases that declare another area than was surveyed: position, figures, and why."""
        tolerances = self.policy.tolerances
        found = []
        for number, (declared, surveyed) in enumerate(
            zip(self.base_declared_mu, self.base_mu, strict=True)
        ):
            # Where either is not known, the comparison is false.
            if (
                surveyed > 0
                and abs(declared - surveyed) > tolerances["area_mismatch_share"] * surveyed
            ):
                parcels = self.mu[(self.grouped.base == number) & ~np.isnan(self.mu)]
                land = self.grouped.geometry[number]
                base = area_causes.Base(float(declared), float(surveyed), land, parcels)
                cause = area_causes.cause_of(base, tolerances["area_cause_share"])
                found.append((number, base, cause))
        return found

    @functools.cached_property
    def pairs(self) -> pd.DataFrame:
        """Records that share land; see `herbgis.overlaps`."""
        return overlapping_pairs(self.land)

    @functools.cached_property
    def shares(self) -> pd.DataFrame:
        """Which part of each record lies in which county; see `herbgis.counties`."""
        if self.counties is None:
            return pd.DataFrame({"record": [], "county": [], "share": []})
        return county_shares(self.land, self.counties)


def places_of(table: gpd.GeoDataFrame) -> list[Place]:
    """Where each record of a base table stands in its file."""
    names = ("source_file", "source_layer", "source_row", "sheet_row", "base_id")
    return [
        Place(
            file=file,
            layer=layer if isinstance(layer, str) else None,
            row=int(row),
            sheet_row=None if pd.isna(sheet) else int(sheet),
            base_id=base_id,
        )
        for file, layer, row, sheet, base_id in zip(*(table[n] for n in names), strict=True)
    ]


def point_in(shape: shapely.Geometry | None) -> tuple[float, float] | None:
    """A point inside a shape, to 1e-6 degree."""
    if shape is None or shapely.is_empty(shape):
        return None
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
    return round(float(lon), 6), round(float(lat), 6)

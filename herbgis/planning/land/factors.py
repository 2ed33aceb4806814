"""Factors: the properties of land by which it is rated, and what their numbers can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from herbgis.geo.quantities import Quantity, Scale


@dataclass(frozen=True)
class Factor:
    """A property of land.

    Attributes
    ----------
    key : str
        In files, with the unit.
    name, title : str
        In results, and in Chinese.
    quantity : Quantity, optional
        What its numbers can be, where a raster brings them.
    """

    key: str
    name: str
    title: str
    quantity: Quantity | None = None


def factors_of(table: Mapping[str, Mapping[str, Any]]) -> tuple[Factor, ...]:
    """Factors as ``facts/siting.toml`` states them, by key."""
    return tuple(
        Factor(key, entry["name"], entry["title"], _quantity(entry)) for key, entry in table.items()
    )


def _quantity(entry: Mapping[str, Any]) -> Quantity | None:
    if "possible" not in entry:
        return None
    least, most = entry["possible"]
    return Quantity(entry["title"], least, most, tuple(Scale(**each) for each in entry["scales"]))

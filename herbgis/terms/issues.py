"""Issue: one finding, its code, its place and its words."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from herbgis.foundation import resources
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import language, tr

SEVERITIES = ("error", "warning", "note")
#: What people read for a severity.
SEVERITY_TITLES = {"error": "须整改", "warning": "须核实", "note": "提示"}

#: Codes of a file or layer whose records cannot be counted as they stand.
BLOCKS_ITS_LAYER = frozenset({"HG004", "HG006", "HG007"})

#: Columns of an issue table, in the order of the JSON report.
TABLE_COLUMNS = (
    "code",
    "name",
    "severity",
    "file",
    "layer",
    "row",
    "sheet_row",
    "base_id",
    "message",
    "suggestion",
    "measured",
    "allowed",
    "lon",
    "lat",
    "mu_at_stake",
    "other",
)


@dataclass(frozen=True, slots=True)
class Code:
    """An entry of the table of codes."""

    code: str
    name: str
    severity: str
    scope: str
    source: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands: a file, and within it perhaps a layer, a record, a base.

    `record` is the position of that record in the table under validation.
    """

    file: str
    layer: str | None = None
    row: int | None = None
    sheet_row: int | None = None
    base_id: str | None = None
    record: int | None = field(default=None, compare=False)

    @property
    def own_id(self) -> str | None:
        """The base_id that the file gives; None where it was made of the record's place."""
        made = self.base_id is not None and self.base_id.startswith(f"{self.file}#")
        return None if made else self.base_id


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding.

    Attributes
    ----------
    values : mapping
        What the texts of the code are filled with.
    severity : str, optional
        Where the case is milder than the code's own severity.
    point : tuple of float, optional
        Longitude and latitude of the defect.
    measured, allowed : float, optional
        The figure found and the limit it is held against, in the unit that the message names.
    mu_at_stake : float, optional
        亩 that the finding puts in doubt.
    other : tuple of Place
        The other records concerned.
    """

    code: str
    place: Place
    values: Mapping[str, Any] = field(default_factory=dict)
    severity: str | None = None
    point: tuple[float, float] | None = None
    measured: float | None = None
    allowed: float | None = None
    mu_at_stake: float | None = None
    other: tuple[Place, ...] = ()

    def as_row(self, lang: str | None = None) -> dict[str, Any]:
        """The finding as a row of the issue table, with its texts in a language."""
        code, words = codes()[self.code], texts(lang)[self.code]
        lon, lat = self.point or (None, None)
        return {
            "code": self.code,
            "name": code.name,
            "severity": self.severity or code.severity,
            "file": self.place.file,
            "layer": self.place.layer,
            "row": self.place.row,
            "sheet_row": self.place.sheet_row,
            "base_id": self.place.base_id,
            "message": words["message"].format_map(self.values),
            "suggestion": words["suggestion"].format_map(self.values),
            "measured": self.measured,
            "allowed": self.allowed,
            "lon": lon,
            "lat": lat,
            "mu_at_stake": self.mu_at_stake,
            "other": [{"file": o.file, "row": o.row, "base_id": o.base_id} for o in self.other],
        }


@functools.cache
def codes() -> dict[str, Code]:
    """The table of codes, in order."""
    table = resources.read_toml("messages/codes.toml")
    return {code: Code(code=code, **entry) for code, entry in sorted(table.items())}


def texts(lang: str | None = None) -> dict[str, dict[str, str]]:
    """Texts of every code in a language, else in the one that is spoken.

    Title, what, why, how, fix and source; of what is found, message and suggestion.
    """
    return _texts(lang or language())


@functools.cache
def _texts(lang: str) -> dict[str, dict[str, str]]:
    known = resources.names_in("messages", ".toml")
    languages = [name for name in known if name != "codes"]
    if lang not in languages:
        raise UnknownNameError(tr("语言"), lang, languages)
    written = resources.read_toml(f"messages/{lang}.toml")
    return {code: {"source": codes()[code].source, **words} for code, words in written.items()}


def issue_table(issues: Iterable[Issue], lang: str | None = None) -> pd.DataFrame:
    """Findings as a table, a row each, ordered by place, severity and code."""
    rows = [issue.as_row(lang) for issue in issues]
    table = pd.DataFrame(rows, columns=list(TABLE_COLUMNS))
    for name in ("row", "sheet_row"):
        table[name] = table[name].astype("Int64")
    for name in ("measured", "allowed", "lon", "lat", "mu_at_stake"):
        table[name] = table[name].astype("float64")
    return in_order(table)


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Issues in the order people work through them: file, layer, row, then the gravest first."""
    table = table.reset_index(drop=True)
    if table.empty:
        return table
    rank = table["severity"].map({name: place for place, name in enumerate(SEVERITIES)})
    keys = table.assign(
        _rank=rank, _layer=table["layer"].fillna(""), _row=table["row"].astype("Float64").fillna(0)
    )
    ordered = keys.sort_values(
        ["file", "_layer", "_row", "_rank", "code", "message"], kind="stable"
    )
    return table.loc[ordered.index].reset_index(drop=True)


def summarise(table: pd.DataFrame, records: int) -> dict[str, int]:
    """Counts of records, errors, warnings and notes."""
    counts = table["severity"].value_counts()
    return {
        "records": records,
        "errors": int(counts.get("error", 0)),
        "warnings": int(counts.get("warning", 0)),
        "notes": int(counts.get("note", 0)),
    }

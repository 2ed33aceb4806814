"""What is read of odd files: by geopandas and pandas as they come, and by herbgis."""

from __future__ import annotations

import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import herbgis as hg
from tests.helpers.odd_files import Held
from tests.helpers.odd_layers import ODD_LAYERS
from tests.helpers.odd_tables import ODD_TABLES
from tests.helpers.odd_texts import ODD_TEXTS
from tests.helpers.odd_values import ODD_VALUES
from tests.helpers.shapes import geod_mu

#: By what is odd in them.
ODD_FILES = {**ODD_VALUES, **ODD_LAYERS, **ODD_TEXTS, **ODD_TABLES}
#: A polygon farther from its place than this is displaced; about one metre, in degrees.
DISPLACED_DEG = 1e-5
#: Land is of another area from a hundredth of a per cent on.
_AREA_SHARE = 1e-4
#: A cell that a format has no room for is none that was lost, so these name no loss.
_OF_EMPTY_CELLS = {"HG101", "HG503"}
#: Warnings of these kinds are about the reader's code, not about the file.
_OF_THE_CODE = (DeprecationWarning, FutureWarning, PendingDeprecationWarning, ResourceWarning)
_NAMES = ("基地编号", "JDBH", "基地名称", "Name", "Text")
_AREAS, _DAYS = ("上报面积", "面积(亩)", "面积", "面积_亩"), ("测量日期",)
_TABLES = {".xlsx": pd.read_excel, ".xls": pd.read_excel, ".csv": pd.read_csv}


@dataclass(frozen=True)
class Outcome:
    """What a reader lost of a file, by kind of loss; whether it said anything, or refused it."""

    lost: tuple[int, ...]
    said: bool
    refused: bool

    @property
    def silent(self) -> bool:
        """Whether something was lost without a word."""
        return any(self.lost) and not self.said


@dataclass(frozen=True)
class Read:
    """What a reader gave of each record, lands with areas in 亩; what it said, if anything."""

    names: Sequence[str | None]
    lands: Sequence[tuple[shapely.Geometry, float]]
    mu: Sequence[float | None]
    days: Sequence[str | None]
    said: bool
    refused: bool = False
    codes: frozenset[str] = frozenset()

    @property
    def records(self) -> int:
        """How many records there are."""
        return len(self.names)


def by_others(path: Path) -> Read:
    """What `geopandas.read_file` gives, pandas of a workbook or CSV; of a folder file by file."""
    frames, refused = [], False
    inside = path.is_dir() and path.suffix != ".gdb"
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        for each in sorted(path.iterdir()) if inside else [path]:
            try:
                frames.append(_TABLES.get(each.suffix, gpd.read_file)(each))
            except Exception:  # noqa: BLE001 - whatever a driver raises is a refusal
                refused = True
        lands = [land for frame in frames for land in _lands_of(frame)]
    columns = [
        [convert(cell) for frame in frames for cell in _column(frame, headings)]
        for headings, convert in ((_NAMES, _text), (_AREAS, _number), (_DAYS, _day))
    ]
    names, mu, days = columns
    said = refused or any(not issubclass(each.category, _OF_THE_CODE) for each in raised)
    return Read(names, lands, mu, days, said=said, refused=refused)


def by_herbgis(path: Path) -> Read:
    """What `herbgis.validate` gives of what `herbgis.read_survey` reads."""
    report = hg.validate(hg.read_survey(path))
    bases = report.bases
    made_up = bases["base_id"].str.contains("#")
    names = bases["base_id"].mask(made_up, bases["name"])
    lands = [
        (shape, mu)
        for shape, mu in zip(bases.geometry, bases["surveyed_mu"], strict=True)
        if shape is not None and mu > 0
    ]
    codes = frozenset(report.table["code"])
    columns = [
        [convert(cell) for cell in column]
        for column, convert in (
            (names, _text),
            (bases["declared_mu"], _number),
            (bases["surveyed_on"], _day),
        )
    ]
    texts, mu, days = columns
    return Read(texts, lands, mu, days, said=bool(codes - _OF_EMPTY_CELLS), codes=codes)


def losses(wanted: Held, read: Read) -> tuple[int, int, int, int]:
    """Records lost, polygons, names, and areas or days declared that are not as they were meant."""
    lands = [(land, geod_mu(land)) for land in wanted.lands if land is not None]
    same = sum(any(_same(land, found) for found in read.lands) for land in lands)
    drawn = max(len(lands), len(read.lands)) - same
    numbers = _unlike(wanted.mu, read.mu) + _unlike(wanted.days, read.days)
    return (
        max(0, len(wanted.names) - read.records),
        drawn,
        _unlike(wanted.names, read.names),
        numbers,
    )


def odd_files() -> Iterator[tuple[str, list[Outcome]]]:
    """Every odd file, and what came of it by each reader."""
    for name, odd in ODD_FILES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = odd.make(Path(folder))
            found = [by_others(path), by_herbgis(path)]
        yield name, [Outcome(losses(odd.held, read), read.said, read.refused) for read in found]


def _unlike(wanted: Iterable[object], found: Iterable[object]) -> int:
    """How many cells are lost or another's; one that is empty says nothing, lost or found."""
    meant, read = (Counter(cell for cell in cells if cell is not None) for cells in (wanted, found))
    return max((meant - read).total(), (read - meant).total())


def _same(land: tuple[shapely.Geometry, float], found: tuple[shapely.Geometry, float]) -> bool:
    near = shapely.hausdorff_distance(land[0], found[0]) < DISPLACED_DEG
    return bool(near and abs(found[1] - land[1]) <= _AREA_SHARE * land[1])


def _lands_of(frame: pd.DataFrame) -> Iterator[tuple[shapely.Geometry, float]]:
    if not isinstance(frame, gpd.GeoDataFrame):
        return
    placed = frame.to_crs(4490) if frame.crs and not frame.crs.is_engineering else frame
    for shape in placed.geometry:
        if shape is not None and np.isfinite(shapely.get_coordinates(shape)).all():
            mu = geod_mu(shape) if shapely.area(shape) > 0 else 0
            if mu > 0:
                yield shape, mu


def _column(frame: pd.DataFrame, headings: Sequence[str]) -> Sequence[Any]:
    heading = next((each for each in headings if each in frame.columns), None)
    if heading is None:
        return [None] * len(frame)
    column = frame[heading]
    return list(column if column.ndim == 1 else column.iloc[:, 0])


def _text(cell: Any) -> str | None:
    if pd.isna(cell):
        return None
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _number(cell: Any) -> float | None:
    number = pd.to_numeric(cell, errors="coerce")
    return None if pd.isna(number) else round(float(number), 2)


def _day(cell: Any) -> str | None:
    day = pd.to_datetime(cell, errors="coerce")
    return None if pd.isna(day) else f"{day:%Y-%m-%d}"

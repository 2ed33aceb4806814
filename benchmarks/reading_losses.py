"""What reading loses or garbles, beside geopandas and pandas, on the files of the tests.

Run from the repository's root:  python -m benchmarks.reading_losses [--out docs/reading.md]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

import herbgis as hg
from benchmarks.odd_losses import DISPLACED_DEG, Outcome, odd_files
from tests.helpers.damages import DAMAGES
from tests.helpers.survey_files import CASES, TEXTS, truth

_HEAD = """# What reading loses

## Sound and damaged files

Every cell of the tests' matrix (`tests/helpers/survey_files.py`) and the eight damages
(`tests/helpers/damages.py`), read by `geopandas.read_file` and by `herbgis.read_survey`; counted by
`python -m benchmarks.reading_losses`. Written as records lost / polygons lost or more than 1 m
from their place / names that are not the ones written. **Silent** is a loss without an exception,
a warning (geopandas) or an issue (herbgis); "refused" is an exception. geopandas {gpd}, pyogrio
{pyogrio}, GDAL {gdal}, herbgis {herbgis}.

geopandas hands on what a file says, and does not set out to ask whether that can be so; a frame
without a system whose numbers are metres counts as displaced here. GeoParquet is read by
`geopandas.read_parquet`. A file from which a part is cut loses it with any reader: there the
question is only whether that is said.

| file | geopandas.read_file | | herbgis.read_survey | |
|---|---|---|---|---|
"""
_ODD_HEAD = """
## Odd files

Files of which a cell, a ring, a system, a count or the layout is odd (`ODD_FILES` of
`benchmarks/odd_losses.py`), read by `geopandas.read_file`, workbooks by `pandas.read_excel` and CSV
by `pandas.read_csv` (pandas {pandas}), all without options, and by `herbgis.read_survey` and
`herbgis.validate`; a folder is given to geopandas file by file. Written as records lost / polygons
lost, displaced or of another area by more than 0.01% / ids or names that are not the ones meant /
areas and days declared that are not the ones meant. An id, area or day that a file does not tell,
as `<Null>` or a number that has lost its digits, is to be left empty.

geopandas and pandas hand on cells as they stand: **silent** is here what a reader of their frames
has to find out.

| file | geopandas, pandas | | herbgis | |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Read:
    """What a reader gave: records, polygons on CGCS2000, texts, and whether it said anything."""

    records: int
    shapes: list[shapely.Geometry]
    texts: set[str]
    said: bool
    refused: bool = False


@dataclass(frozen=True)
class Wanted:
    """What was written into a file, before any damage."""

    shapes: list[shapely.Geometry]
    names: list[str]

    @property
    def records(self) -> int:
        """How many records have a polygon or a name."""
        return max(len(self.shapes), len(self.names))


def by_geopandas(path: Path) -> Read:
    """What `geopandas.read_file` gives, put on CGCS2000 where it states a system."""
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        try:
            read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
            frame = read(path)
        except Exception:  # noqa: BLE001 - whatever a driver raises is a refusal
            return Read(0, [], set(), said=True, refused=True)
    shapes: list[shapely.Geometry] = []
    if isinstance(frame, gpd.GeoDataFrame):
        placed = frame.to_crs(4490) if frame.crs and not frame.crs.is_engineering else frame
        shapes = [shape for shape in placed.geometry if shape is not None]
    texts = {str(value) for heading in frame.columns for value in frame[heading]}
    return Read(len(frame), shapes, texts, said=bool(raised))


def by_herbgis(path: Path) -> Read:
    """What `herbgis.read_survey` gives."""
    survey = hg.read_survey(path)
    shapes = [shape for shape in survey.bases.geometry if shape is not None]
    said = len(survey.issues) > 0
    return Read(len(survey.bases), shapes, set(survey.bases["name"].dropna()), said=said)


def losses(wanted: Wanted, read: Read) -> tuple[int, int, int]:
    """Records lost, polygons lost or displaced, names that are not as written."""
    placed = sum(any(_same(shape, found) for found in read.shapes) for shape in wanted.shapes)
    names = sum(name not in read.texts for name in wanted.names)
    return max(0, wanted.records - read.records), len(wanted.shapes) - placed, names


def _same(shape: shapely.Geometry, found: shapely.Geometry) -> bool:
    if not np.isfinite(shapely.get_coordinates(found)).all():
        return False
    return bool(shapely.hausdorff_distance(shape, found) < DISPLACED_DEG)


def files() -> Iterator[tuple[str, Callable[[Path], Path], Wanted]]:
    """Every file of the matrix and of the damages, and what it holds."""
    shapes, names = list(truth().geometry), TEXTS["JDMC"]
    for name, case in CASES.items():
        drawn = case.kind.records if case.kind.tolerance_m is not None else ()
        held = Wanted([shapes[r] for r in drawn], [names[r] for r in case.kind.records])
        yield name, lambda folder, case=case: case.write(case.frame(), folder), held
    for name, damage in DAMAGES.items():
        yield f"damage: {name}", damage.make, Wanted(shapes, names)


def matrix() -> Iterator[tuple[str, list[Outcome]]]:
    """Every file of the matrix and of the damages, and what came of it by each reader."""
    for name, make, wanted in files():
        with tempfile.TemporaryDirectory() as folder:
            path = make(Path(folder))
            found = [by_geopandas(path), by_herbgis(path)]
        yield name, [Outcome(losses(wanted, read), read.said, read.refused) for read in found]


def table(outcomes: Iterable[tuple[str, list[Outcome]]]) -> tuple[str, bool]:
    """The rows of a table in Markdown, and whether herbgis, the last, loses anything silently."""
    found = list(outcomes)
    rows = [f"| {name} | {' | '.join(map(_cells, by_reader))} |" for name, by_reader in found]
    readers = list(zip(*(by_reader for _, by_reader in found), strict=True))
    rows.append(f"| **all {len(rows)} files** | {' | '.join(map(_totals, readers))} |")
    return "\n".join(rows) + "\n", any(outcome.silent for outcome in readers[-1])


def _cells(outcome: Outcome) -> str:
    """What a reader lost of a file, and how that was said."""
    said = "refused" if outcome.refused else "said" if any(outcome.lost) else ""
    return f"{' / '.join(map(str, outcome.lost))} | {'**silent**' if outcome.silent else said}"


def _totals(outcomes: Sequence[Outcome]) -> str:
    """What a reader lost of all files without a word, and how many it refused."""
    silent = [outcome.lost for outcome in outcomes if outcome.silent]
    lost = map(sum, zip(*silent, strict=True)) if silent else [0] * len(outcomes[0].lost)
    refused = sum(outcome.refused for outcome in outcomes)
    return f"silently {' / '.join(map(str, lost))} in {len(silent)} files | refused {refused}"


def main() -> int:
    """Print the table, or write it; the status is 1 where herbgis loses anything silently."""
    parser = argparse.ArgumentParser(description="What reading loses, beside others.")
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    versions = {
        "gpd": gpd.__version__,
        "pyogrio": pyogrio.__version__,
        "gdal": ".".join(map(str, pyogrio.__gdal_version__)),
        "herbgis": hg.__version__,
    }
    usual, usual_silent = table(matrix())
    odd, odd_silent = table(odd_files())
    text = _HEAD.format(**versions) + usual + _ODD_HEAD.format(pandas=pd.__version__) + odd
    if out is None:
        print(text)
    else:
        out.write_text(text, encoding="utf-8")
    return int(usual_silent or odd_silent)


if __name__ == "__main__":
    sys.exit(main())

"""What reading loses or garbles, beside geopandas.read_file, on the matrix of the tests.

Run from the repository's root:  python -m benchmarks.reading_losses [--out docs/reading.md]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

import herbgis as hg
from tests.helpers.damages import DAMAGES
from tests.helpers.survey_files import CASES, TEXTS, truth

#: A polygon farther from its place than this is displaced; about one metre, in degrees.
_DISPLACED_DEG = 1e-5
_HEAD = """# What reading loses

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
    return bool(shapely.hausdorff_distance(shape, found) < _DISPLACED_DEG)


def files() -> Iterator[tuple[str, Callable[[Path], Path], Wanted]]:
    """Every file of the matrix and of the damages, and what it holds."""
    shapes, names = list(truth().geometry), TEXTS["JDMC"]
    for name, case in CASES.items():
        drawn = case.kind.records if case.kind.tolerance_m is not None else ()
        held = Wanted([shapes[r] for r in drawn], [names[r] for r in case.kind.records])
        yield name, lambda folder, case=case: case.write(case.frame(), folder), held
    for name, damage in DAMAGES.items():
        yield f"damage: {name}", damage.make, Wanted(shapes, names)


def table() -> tuple[str, bool]:
    """The table in Markdown, and whether herbgis loses anything silently."""
    rows, counts = [], {reader: [0, 0, 0, 0] for reader in (by_geopandas, by_herbgis)}
    for name, make, wanted in files():
        cells = []
        with tempfile.TemporaryDirectory() as folder:
            path = make(Path(folder))
            for reader, count in counts.items():
                read = reader(path)
                lost = losses(wanted, read)
                silent = any(lost) and not read.said
                added = (*(n * silent for n in lost), int(read.refused))
                count[:] = [one + more for one, more in zip(count, added, strict=True)]
                word = "**silent**" if silent else "refused" if read.refused else ""
                cells += [" / ".join(map(str, lost)), word or ("said" if any(lost) else "")]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    totals = " | ".join(
        f"silently {r} / {s} / {n} | refused {refused}" for r, s, n, refused in counts.values()
    )
    rows.append(f"| **all {len(rows)} files** | {totals} |")
    return "\n".join(rows) + "\n", any(counts[by_herbgis][:3])


def main() -> int:
    """Print the table, or write it; the status is 1 where herbgis loses anything silently."""
    parser = argparse.ArgumentParser(description="What reading loses, beside geopandas.read_file.")
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    versions = {
        "gpd": gpd.__version__,
        "pyogrio": pyogrio.__version__,
        "gdal": ".".join(map(str, pyogrio.__gdal_version__)),
        "herbgis": hg.__version__,
    }
    rows, silent = table()
    text = _HEAD.format(**versions) + rows
    if out is None:
        print(text)
    else:
        out.write_text(text, encoding="utf-8")
    return int(silent)


if __name__ == "__main__":
    sys.exit(main())

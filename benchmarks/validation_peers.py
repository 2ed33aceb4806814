"""One seeded batch through four validators: what each finds, on which row, with which cause.

Run from the repository's root, with fiboa-cli and pandera installed beside herbgis:

    python -m benchmarks.validation_peers [--seed 0] [--out docs/validation.md]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import herbgis as hg
from tests.helpers import seeded

#: What a tool says of a row: codes whose cause it names; an empty text is a bare complaint.
Said = dict[int, set[str]]
_DATE = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])")
_STATUSES = ("已建", "在建", "拟建")
_HEAD = """# What validation finds

One batch of {count} records (`tests/helpers/seeded.py`, seed {seed}; synthetic) with {defects}
seeded defects of {kinds} kinds and {clean} clean rows, through four validators; counted by
`python -m benchmarks.validation_peers`. The batch is written apart from herbgis's rules. Read by
geopandas for the peers.

{versions}.

- **vecorel** (fiboa's validator): its own check of a value, `validate_column`, called on each
  record by itself, with required texts, words, a pattern for dates and the types of geometry. Over
  a whole file it stops at the first bad value of a column and names no row; record by record it is
  given all that it could find, and no credit for rows.
- **pandera**: a hand-written `DataFrameSchema`, lazy, with checks of ids, words, dates, numbers,
  validity, types, bounds, and the declared area within 5%.
- **geopandas script**: what a careful analyst would write: the same, and the county by a spatial
  join, overlaps within the batch and with the ledger, equal polygons.

**Found** is any complaint about the record; **row** that it is named; **cause** that the complaint
names what was seeded (a polygon outside its county is no word of GCJ-02). A false alarm is a
complaint about a clean row.

| tool | found | row named | cause named | false alarms |
|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Batch:
    """The main file of the batch as the peers see it."""

    frame: gpd.GeoDataFrame
    ledger: gpd.GeoDataFrame
    counties: gpd.GeoDataFrame
    records: list[seeded.Record]


def _declared(frame: gpd.GeoDataFrame) -> pd.Series:
    return pd.to_numeric(frame["面积(亩)"], errors="coerce")


def _surveyed(frame: gpd.GeoDataFrame) -> pd.Series:
    """亩 on the plane of the right zone, as a script would take it; NaN where that fails."""
    area = frame.geometry.to_crs(4545).area / seeded.MU_M2
    return area.where(np.isfinite(area) & (area > 0))


def vecorel(batch: Batch) -> Said:
    """fiboa's own check of values, a record at a time."""
    from vecorel_cli.validation.data import validate_column  # noqa: PLC0415 - a peer

    text = {"type": "string", "minLength": 1}
    rules = {
        "基地编号": text,
        "品种": text,
        "县区": text,
        "建设状态": {"type": "string", "enum": list(_STATUSES)},
        "测量日期": {"type": "string", "pattern": _DATE.pattern},
        "geometry": {"type": "geometry", "geometryTypes": ["Polygon", "MultiPolygon"]},
    }
    required = {"品种": "HG503", "县区": "HG503", "建设状态": "HG508", "geometry": "HG101"}
    named = {"建设状态": "HG508", "测量日期": "HG504"}
    said: Said = {}
    for row, record in enumerate(batch.frame.to_dict("records"), 1):
        for name, rule in rules.items():
            value = record[name]
            absent = value is None or (isinstance(value, float) and np.isnan(value))
            if absent and name in required:
                said.setdefault(row, set()).add(required[name])
                continue
            for issue in validate_column(pd.Series([value], dtype=object), rule):
                code = named.get(name, "")
                code = "HG102" if "Self-intersection" in issue else code
                code = "HG104" if "Geometry type" in issue else code
                code = "HG103" if re.search("Hole lies|Duplicate Rings", issue) else code
                said.setdefault(row, set()).add(code)
    return said


def pandera(batch: Batch) -> Said:
    """A schema as an analyst would write it, all failures at once."""
    import pandera.pandas as pa  # noqa: PLC0415 - a peer

    frame = batch.frame
    geometry = frame.geometry
    table = pd.DataFrame(frame.drop(columns="geometry")).assign(
        number=_declared(frame),
        type=geometry.geom_type,
        valid=geometry.is_valid | geometry.isna(),
        inside=_within(geometry, batch.counties),
        ratio=_declared(frame) / _surveyed(frame),
        geometry_given=geometry.notna() & ~geometry.is_empty,
        z=~geometry.has_z,
    )
    words = [*seeded.VARIETIES, "白及"]
    checks = {
        "基地编号": (pa.Column(str, unique=True, report_duplicates="exclude_first"), "HG301"),
        "品种": (pa.Column(str, pa.Check.isin(words)), "HG501"),
        "县区": (pa.Column(str, pa.Check.isin(list(batch.counties["county"]))), "HG503"),
        "建设状态": (pa.Column(str, pa.Check.isin(_STATUSES)), "HG508"),
        "测量日期": (pa.Column(str, pa.Check.str_matches(_DATE.pattern)), "HG504"),
        "number": (pa.Column(float, pa.Check.in_range(0, 5000)), "HG505"),
        "type": (pa.Column(str, pa.Check.isin(["Polygon", "MultiPolygon"])), "HG104"),
        "valid": (pa.Column(bool, pa.Check.eq(value=True)), ""),
        "inside": (pa.Column(bool, pa.Check.eq(value=True)), "HG205"),
        "ratio": (pa.Column(float, pa.Check.in_range(0.95, 1.05), nullable=True), "HG401"),
        "geometry_given": (pa.Column(bool, pa.Check.eq(value=True)), "HG101"),
        "z": (pa.Column(bool, pa.Check.eq(value=True)), "HG110"),
    }
    said: Said = {}
    try:
        pa.DataFrameSchema({n: c for n, (c, _) in checks.items()}).validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        for case in error.failure_cases.itertuples():
            if pd.notna(case.index):
                empty = case.check == "not_nullable" and case.column in {"品种", "县区"}
                code = "HG503" if empty else checks[case.column][1]
                said.setdefault(int(case.index) + 1, set()).add(code)
    return said


def _within(geometry: gpd.GeoSeries, counties: gpd.GeoDataFrame) -> pd.Series:
    west, south, east, north = counties.total_bounds
    bounds = geometry.bounds
    inside = (bounds["minx"] >= west) & (bounds["maxx"] <= east)
    inside &= (bounds["miny"] >= south) & (bounds["maxy"] <= north)
    return inside | geometry.isna() | geometry.is_empty


def script(batch: Batch) -> Said:
    """A careful geopandas script."""
    said = pandera(batch)
    frame = batch.frame.reset_index(drop=True)
    sound = frame[frame.geometry.notna() & ~frame.geometry.is_empty & frame.is_valid]

    def say(rows: pd.Index, code: str) -> None:
        for row in rows:
            said.setdefault(int(row) + 1, set()).add(code)

    for row, shape in frame.geometry.items():
        reason = "" if shape is None else shapely.is_valid_reason(shape)
        say(pd.Index([row]), "HG102") if "Self-intersection" in reason else None
        say(pd.Index([row]), "HG103") if re.search("Hole lies|Nested|Duplicate", reason) else None
    at = sound.set_geometry(sound.representative_point())
    joined = at.sjoin(batch.counties[["county", "geometry"]], how="left", predicate="within")
    say(joined.index[joined["county"].isna()], "HG205")
    elsewhere = joined["county"].notna() & joined["县区"].notna()
    say(joined.index[elsewhere & (joined["county"] != joined["县区"])], "HG207")
    pairs = sound.sjoin(sound[["geometry"]], predicate="intersects")
    for left, right in zip(pairs.index, pairs["index_right"], strict=True):
        one, other = sound.geometry[left], sound.geometry[right]
        if left > right and one.intersection(other).area > 0.01 * min(one.area, other.area):
            say(pd.Index([left]), "HG302" if one.equals(other) else "HG303")
    known = sound.sjoin(batch.ledger[["基地编号", "geometry"]], predicate="intersects")
    same = known["基地编号_left"] == known["基地编号_right"]
    say(known.index[~same], "HG304")
    say(known.index[same], "HG305")
    return said


def ours(batch: Batch, files: list[Path], ledger: Path) -> Said:
    """herbgis, reading the files itself."""
    against = hg.read_survey(ledger).bases
    report = hg.validate(hg.read_survey(files[:1]), counties=hg.read_counties(), against=against)
    said: Said = {}
    for issue in report.table.itertuples():
        if pd.notna(issue.row):
            said.setdefault(int(issue.row), set()).add(issue.code)
    clean = {r.row for r in batch.records if r.kind == "clean"}
    noted = report.table[report.table["severity"] == "note"]
    for row, codes in noted.groupby("row")["code"]:
        if int(row) in clean:  # a note is no alarm
            said[int(row)] -= set(codes)
    return {row: codes for row, codes in said.items() if codes}


def score(said: Said, records: list[seeded.Record], *, names_rows: bool) -> tuple[int, ...]:
    """Records found, with the row named, with every cause named; and false alarms."""
    seeded_on = [r for r in records if r.codes]
    found = [r for r in seeded_on if said.get(r.row)]
    caused = [r for r in found if set(r.codes) <= said[r.row]]
    alarms = [r for r in records if r.kind == "clean" and said.get(r.row)]
    return len(found), len(found) if names_rows else 0, len(caused), len(alarms)


def main() -> int:
    """Print the table, or write it."""
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        files, ledger, every = seeded.write_batch(Path(folder), given.seed)
        records = [record for record in every if record.file == seeded.MAIN]
        frames = [gpd.read_file(path) for path in (files[0], ledger)]
        batch = Batch(*frames, hg.read_counties(), records)
        tools: dict[str, tuple[Callable[[], Said], bool]] = {
            "vecorel": (lambda: vecorel(batch), False),
            "pandera": (lambda: pandera(batch), True),
            "geopandas script": (lambda: script(batch), True),
            "herbgis": (lambda: ours(batch, files, ledger), True),
        }
        rows = {
            name: score(run(), records, names_rows=names) for name, (run, names) in tools.items()
        }
    text = _text(rows, records, given.seed)
    if given.out:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(text)
    return 0


def _text(rows: dict[str, tuple[int, ...]], records: list[seeded.Record], seed: int) -> str:
    kinds = Counter(record.kind for record in records if record.codes)
    names = ("fiboa-cli", "vecorel-cli", "pandera", "geopandas", "herbgis")
    head = _HEAD.format(
        count=len(records),
        seed=seed,
        defects=sum(kinds.values()),
        kinds=len(kinds),
        clean=sum(record.kind == "clean" for record in records),
        versions=", ".join(f"{name} {importlib.metadata.version(name)}" for name in names),
    )
    return head + "".join(
        f"| {name} | {' | '.join(map(str, figures))} |\n" for name, figures in rows.items()
    )


if __name__ == "__main__":
    sys.exit(main())

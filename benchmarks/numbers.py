"""Area, its error, counties, overlaps and blocks beside what an analyst could pick instead.

Run from the repository's root, with duckdb and duckdb-extension-spatial beside herbgis:

    python -m benchmarks.numbers [--parcels 1000000] [--out benchmarks/RESULTS.md]

Each figure is the median of interleaved runs in one process. It fails where an answer differs from
the peer's by more than is stated.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

import herbgis as hg
from benchmarks import validate_scale
from benchmarks.parcels import CORNERS, around, scattered, surveyed
from herbgis.geo.geodesy import areas_m2, small_ring_areas_m2
from herbgis.measuring.blocks import contiguous_blocks
from herbgis.measuring.borders import county_shares
from herbgis.measuring.overlaps import overlapping_pairs
from herbgis.measuring.survey_error import area_sigmas_m2

_RUNS = 5
#: Parcels that the slow peers are given; their time is scaled to all.
_SLOW = 20_000
_GEOD = pyproj.Geod(ellps="GRS80")


@dataclass(frozen=True)
class Row:
    """A line of the table: ours and a peer on the same data."""

    what: str
    peer: str
    ours_s: float
    peer_s: float
    said: str


def timed(
    ours: Callable[[], Any], peer: Callable[[], Any], runs: int = _RUNS
) -> tuple[float, float, Any, Any]:
    """Median CPU seconds of both, run in turn, and their last answers."""
    spent: tuple[list[float], list[float]] = ([], [])
    answers: list[Any] = [None, None]
    for _ in range(runs):
        for number, run in enumerate((ours, peer)):
            began = time.process_time()
            answers[number] = run()
            spent[number].append(time.process_time() - began)
    return (*(statistics.median(s) for s in spent), *answers)


def area_beside_geod(shapes: np.ndarray, rng: np.random.Generator) -> list[Row]:
    """The Geod loop, on flat coordinates and from geometries; also far south and far north."""
    few = shapes[:_SLOW]
    worst = {}
    for lat in (18.0, 28.0, 54.0):
        there = scattered(_SLOW // 10, rng, lat)
        wanted = [abs(_GEOD.geometry_area_perimeter(shape)[0]) for shape in there]
        worst[lat] = float(np.abs(areas_m2(there) / wanted - 1).max())
        _check(f"area at {lat}", worst[lat], 1e-6)
    elsewhere = ", ".join(f"{error:.1e} at {lat:.0f}°N" for lat, error in worst.items())
    lonlat = shapely.get_coordinates(shapes)
    starts = np.r_[0, np.cumsum(shapely.get_num_coordinates(shapes))]

    def loop() -> np.ndarray:
        return np.array([abs(_GEOD.geometry_area_perimeter(shape)[0]) for shape in few])

    rows = []
    for what, ours in (
        ("area, flat coordinates", lambda: small_ring_areas_m2(lonlat, starts)),
        ("area, from geometries", lambda: areas_m2(shapes)),
    ):
        mine, peer, got, wanted = timed(ours, loop)
        error = np.abs(got[:_SLOW] / wanted - 1).max()
        _check(what, error, 1e-6)
        said = f"largest relative difference {error:.1e}; {elsewhere}"
        rows.append(Row(what, "pyproj.Geod loop", mine, peer * len(shapes) / _SLOW, said))
    return rows


def area_beside_planes(shapes: np.ndarray) -> list[Row]:
    """The plane of zone 36, and DuckDB's spheroid."""
    frame = gpd.GeoSeries(shapes, crs=4490)
    mine, peer, got, plane = timed(lambda: areas_m2(shapes), lambda: frame.to_crs(4545).area)
    off = np.abs(plane / got - 1).max() * 1000
    rows = [
        Row("area", "GeoSeries.to_crs(4545).area", mine, peer, f"peer off {off:.2f} 亩 in 1000")
    ]
    con = _duckdb(shapes)
    # ST_Area_Spheroid takes latitude before longitude.
    query = "SELECT ST_Area_Spheroid(ST_FlipCoordinates(g)) FROM p ORDER BY id"
    mine, peer, got, there = timed(
        lambda: areas_m2(shapes), lambda: con.sql(query).fetchnumpy().popitem()[1]
    )
    off = np.abs(there / got - 1).max() * 1000
    _check("DuckDB ST_Area_Spheroid", off / 1000, 1e-5)
    rows.append(
        Row("area", "DuckDB ST_Area_Spheroid", mine, peer, f"peer off {off:.5f} 亩 in 1000")
    )
    return rows


def _duckdb(shapes: np.ndarray) -> Any:
    """A connection with the parcels as table p."""
    import duckdb  # noqa: PLC0415 - a peer
    import duckdb_extension_spatial  # noqa: PLC0415 - a peer
    import pyarrow as pa  # noqa: PLC0415

    folder = Path(duckdb_extension_spatial.__file__).parent
    (extension,) = folder.rglob("spatial.duckdb_extension")
    con = duckdb.connect()
    con.sql(f"LOAD '{extension}'")
    con.sql("SET threads TO 1")
    table = pa.table({"id": np.arange(len(shapes)), "w": pa.array(shapely.to_wkb(shapes))})
    con.register("given", table)
    con.sql("CREATE TABLE p AS SELECT id, ST_GeomFromWKB(w) AS g FROM given")
    return con


def counties_beside_sjoin(shapes: np.ndarray) -> Row:
    """The county of every parcel."""
    counties = hg.read_counties()
    frame = gpd.GeoDataFrame(geometry=shapes, crs=4490)
    mine, peer, got, joined = timed(
        lambda: county_shares(shapes, counties),
        lambda: gpd.sjoin(frame, counties, predicate="intersects"),
    )
    same = set(zip(got["record"], got["county"], strict=True))
    there = set(zip(joined.index, joined["index_right"], strict=True))
    # A parcel that touches a line along a border has no share there.
    _check("counties", len(same ^ there) / len(there), 1e-4)
    return Row("county, with shares", "gpd.sjoin(intersects)", mine, peer, "the same pairs")


def overlaps_beside_duckdb(what: str, shapes: np.ndarray) -> Row:
    """Overlapping pairs with their shared area."""
    con = _duckdb(shapes)
    query = (
        "SELECT a.id, b.id, ST_Area(ST_Intersection(a.g, b.g)) AS shared FROM p a JOIN p b"
        " ON ST_Intersects(a.g, b.g) WHERE a.id < b.id"
    )
    mine, peer, got, there = timed(
        lambda: overlapping_pairs(shapes), lambda: con.sql(query).fetchall()
    )
    pairs = set(zip(got["left"], got["right"], strict=True))
    wanted = {(a, b) for a, b, shared in there if shared > 0}
    _check("overlaps", len(pairs ^ wanted), 0)
    return Row(what, "DuckDB spatial", mine, peer, f"the same {len(pairs):,} pairs")


def blocks_beside_buffer(count: int, rng: np.random.Generator) -> Row:
    """Contiguous blocks of bases of ten parcels, the bases clear of each other."""
    distance, bases = 20.0, count // 10
    side = int(np.ceil(np.sqrt(bases)))
    corner = np.stack(np.divmod(np.arange(bases), side), axis=1) * 0.01 + (107.5, 26.5)
    middle = corner.repeat(10, axis=0) + rng.uniform(-0.003, 0.003, (bases * 10, 2))
    shapes = around(middle, rng.uniform(15, 80, len(middle)), rng)
    groups = shapely.multipolygons(shapes, indices=np.arange(bases).repeat(10))
    plane = gpd.GeoSeries(shapes, crs=4490).to_crs(4545)

    def buffered() -> int:
        return len(gpd.GeoSeries([plane.buffer(distance / 2).union_all()]).explode())

    def ours() -> int:
        return int(contiguous_blocks(groups, distance)[1].sum())

    mine, peer, got, wanted = timed(ours, buffered, runs=3)
    # A buffer's arcs are chords: a gap within a centimetre of the distance may go either way.
    _check("blocks", abs(got / wanted - 1), 1e-3)
    said = f"{got:,} blocks, {wanted:,} by the buffers; three runs"
    return Row(f"blocks, {count:,} parcels", "buffer, union, explode", mine, peer, said)


def sigma_beside_area(shapes: np.ndarray) -> Row:
    """What the standard deviation costs, as a multiple of the area."""
    handheld = np.full(len(shapes), 3.0), np.full(len(shapes), 50.0)
    sigma, area, _, _ = timed(
        lambda: area_sigmas_m2(shapes, *handheld, tolerance_m=0.05),
        lambda: areas_m2(shapes),
    )
    return Row("sigma, correlated", "our own area", sigma, area, f"{sigma / area:.1f} times it")


def _check(what: str, difference: float, allowed: float) -> None:
    if difference > allowed:
        sys.exit(f"{what}: differs by {difference}, allowed {allowed}")


_SCALE = """
# validate beside the reading of its file

All rules, two of a hundred parcels overlapping; CPU seconds and peak memory of a process of its
own, median of three. The process of `validate` reads with `read_survey` first, and its memory is
that of both; its seconds are those of `validate` alone.

"""


def main() -> int:
    """Print the table, or write it."""
    options = argparse.ArgumentParser()
    options.add_argument("--parcels", type=int, default=1_000_000)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(520600)
    shapes = scattered(given.parcels, rng)
    rows = [
        *area_beside_geod(shapes, rng),
        *area_beside_planes(shapes),
        counties_beside_sjoin(shapes),
        overlaps_beside_duckdb("overlapping pairs, scattered anyhow", shapes),
        overlaps_beside_duckdb("overlapping pairs, 2% of a survey", surveyed(given.parcels)[1]),
        blocks_beside_buffer(given.parcels // 10, rng),
        sigma_beside_area(shapes),
    ]
    sizes = [given.parcels // 10, given.parcels // 3, given.parcels]
    text = _text(rows, given.parcels) + _SCALE + validate_scale.text(sizes)
    if given.out:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(text)
    return 0


def _text(rows: list[Row], count: int) -> str:
    names = ("numpy", "shapely", "geopandas", "pyproj", "duckdb")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    today = dt.datetime.now(dt.UTC).date()
    lines = [
        "# Beside what an analyst could pick instead",
        "",
        f"{count:,} synthetic parcels of {CORNERS} corners over the ten counties of Tongren,",
        f"unless said; CPU seconds, median of {_RUNS} interleaved runs in one process;",
        "`python -m benchmarks.numbers`. The ratio is the peer's time over ours.",
        "",
        f"{today}; Python {platform.python_version()}, {platform.machine()}; {versions}.",
        "",
        "| what | peer | ours, s | peer, s | ratio | |",
        "|---|---|---|---|---|---|",
        *(
            f"| {r.what} | {r.peer} | {r.ours_s:.3f} | {r.peer_s:.3f} |"
            f" {r.peer_s / r.ours_s:.2f} | {r.said} |"
            for r in rows
        ),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())

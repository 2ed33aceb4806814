"""Area, its error, counties, overlaps and blocks beside what an analyst could pick instead.

Run from the repository's root, with duckdb and duckdb-extension-spatial beside herbgis:

    python -m benchmarks.numbers [--parcels 200000] [--out benchmarks/RESULTS.md]

Each figure is the median of interleaved runs in one process. It fails where an answer differs from
the peer's by more than is stated.
"""

from __future__ import annotations

import argparse
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
from herbgis.areas import contiguous_blocks
from herbgis.counties import county_shares
from herbgis.geodesy import areas_m2, small_ring_areas_m2
from herbgis.overlaps import overlapping_pairs
from herbgis.survey_error import area_sigmas_m2

_RUNS = 5
_CORNERS = 30
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


def parcels(count: int, rng: np.random.Generator, lat: float | None = None) -> np.ndarray:
    """Parcels of 30 corners, 1 to 30 亩, spread over the ten counties, some overlapping."""
    west, south, east, north = hg.read_counties().total_bounds
    middle = rng.uniform((west, south), (east, north), (count, 2))
    if lat is not None:
        middle[:, 1] = lat
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    reach = rng.uniform(15, 80, (count, 1)) * rng.uniform(0.8, 1.2, (count, _CORNERS)) / 111_000
    lon = middle[:, :1] + reach * np.cos(angle) / np.cos(np.radians(middle[:, 1:]))
    ring = np.stack([lon, middle[:, 1:] + reach * np.sin(angle)], axis=-1)
    return np.asarray(shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1)))


def timed(ours: Callable[[], Any], peer: Callable[[], Any]) -> tuple[float, float, Any, Any]:
    """Median CPU seconds of both, run in turn, and their last answers."""
    spent: tuple[list[float], list[float]] = ([], [])
    answers: list[Any] = [None, None]
    for _ in range(_RUNS):
        for number, run in enumerate((ours, peer)):
            began = time.process_time()
            answers[number] = run()
            spent[number].append(time.process_time() - began)
    return (*(statistics.median(s) for s in spent), *answers)


def area_beside_geod(shapes: np.ndarray) -> list[Row]:
    """The Geod loop, on flat coordinates and from geometries."""
    few = shapes[:_SLOW]
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
        said = f"largest relative difference {error:.1e}"
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


def overlaps_beside_duckdb(shapes: np.ndarray) -> Row:
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
    return Row("overlapping pairs", "DuckDB spatial", mine, peer, f"the same {len(pairs)} pairs")


def blocks_beside_buffer(rng: np.random.Generator) -> Row:
    """Contiguous blocks of 2,000 bases of ten parcels."""
    count, distance = 2000, 20.0
    middle = rng.uniform((107.8, 27.2), (109.4, 29.0), (count, 2)).repeat(10, axis=0)
    middle += rng.uniform(-0.004, 0.004, middle.shape)
    shapes = parcels(len(middle), rng)
    at = shapely.get_coordinates(shapely.centroid(shapes))
    moved = [
        shapely.affinity.translate(s, *step) for s, step in zip(shapes, middle - at, strict=True)
    ]
    groups = np.array(moved, dtype=object).reshape(count, 10)
    bases = np.array([shapely.union_all(group) for group in groups], dtype=object)
    plane = gpd.GeoSeries(bases, crs=4490).to_crs(4545)

    def buffered() -> np.ndarray:
        merged = plane.buffer(distance / 2)
        return merged.explode(index_parts=False).groupby(level=0).size().to_numpy()

    mine, peer, got, wanted = timed(lambda: contiguous_blocks(bases, distance)[1], buffered)
    # A buffer's arcs are chords: a gap within a centimetre of the distance may go either way.
    _check("blocks", float((got != wanted).mean()), 1e-3)
    return Row("blocks, 2,000 bases of 10", "buffer, union, explode", mine, peer, "the same blocks")


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


def main() -> int:
    """Print the table, or write it."""
    options = argparse.ArgumentParser()
    options.add_argument("--parcels", type=int, default=200_000)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(520600)
    shapes = parcels(given.parcels, rng)
    rows = [
        *area_beside_geod(shapes),
        *area_beside_planes(shapes),
        counties_beside_sjoin(shapes),
        overlaps_beside_duckdb(shapes),
        blocks_beside_buffer(rng),
        sigma_beside_area(shapes),
    ]
    text = _text(rows, given.parcels)
    if given.out:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(text)
    return 0


def _text(rows: list[Row], count: int) -> str:
    names = ("numpy", "shapely", "geopandas", "pyproj", "duckdb")
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    lines = [
        "# Beside what an analyst could pick instead",
        "",
        f"{count:,} synthetic parcels of {_CORNERS} corners over the ten counties of Tongren,",
        f"unless said; CPU seconds, median of {_RUNS} interleaved runs in one process;",
        "`python -m benchmarks.numbers`. The ratio is the peer's time over ours.",
        "",
        f"Python {platform.python_version()}, {platform.machine()}; {versions}.",
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

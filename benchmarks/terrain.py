"""The ground of 10,000 bases on a DEM of 45 million cells, beside exactextract and rasterstats.

Run from the repository's root, with rasterstats beside herbgis:

    python -m benchmarks.terrain [--runs 3] [--out benchmarks/TERRAIN.md]

The peers are given heights, slopes and the surface's factor as arrays; what these take to make is
told apart. Each run is a process of its own.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib.metadata
import multiprocessing
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from exactextract import exact_extract
from exactextract.operation import Operation
from exactextract.raster import NumPyRasterSource

import herbgis as hg
from benchmarks.webmap import generated
from herbgis.geo.gradients import slopes

OUT = Path(__file__).parent / "TERRAIN.md"
COUNT, ROWS, COLUMNS = 10_000, 7_500, 6_000
WEST, NORTH, SIDE = 107.75, 29.1, 1.75 / COLUMNS
#: Bases that rasterstats is given; its time is scaled to all.
FEW = 500
STRIP = 256
STATS = ("mean", "stdev", "min", "max")


def make_dem(path: Path) -> None:
    """Waves of several lengths, float32, in tiles."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    z = 900 + 400 * np.sin(x / 180) * np.cos(y / 220) + 80 * np.sin(x / 23 + y / 31)
    options = {"driver": "GTiff", "dtype": "float32", "crs": "EPSG:4490", "tiled": True}
    transform = rasterio.Affine(SIDE, 0, WEST, 0, -SIDE, NORTH)
    with rasterio.open(
        path, "w", width=COLUMNS, height=ROWS, count=1, transform=transform, **options
    ) as raster:
        raster.write(z, 1)


def ours(dem: str) -> dict[str, Any]:
    """hg.measure_terrain."""
    bases = generated(COUNT)
    began = time.perf_counter()
    found = hg.measure_terrain(bases, dem)
    spent = time.perf_counter() - began
    names = ("elevation_m", "elevation_std_m", "elevation_min_m", "elevation_max_m")
    return {"seconds": spent, "found": found[list(names)].to_numpy()}


def _arrays(dem: str) -> tuple[list[np.ndarray], float]:
    """Heights, slopes and surface factor as float32, strip by strip, which is lean and fast."""
    began = time.perf_counter()
    with rasterio.open(dem) as raster:
        z = raster.read(1)
    slope, factor = np.empty_like(z), np.empty_like(z)
    for top in range(0, ROWS, STRIP):
        first, end = max(top - 1, 0), min(top + STRIP, ROWS)
        east, north = slopes(z[first : end + 1].astype(float), 30.0)
        rise2 = (east * east + north * north)[top - first :][: end - top]
        slope[top:end] = np.degrees(np.arctan(np.sqrt(rise2)))
        factor[top:end] = np.sqrt(1 + rise2)
    return [z, slope, factor], time.perf_counter() - began


def exactextract(dem: str) -> dict[str, Any]:
    """exactextract alone, on arrays in memory, in one call: in two it looks for cells twice."""
    bases = generated(COUNT)[["geometry"]]
    (z, slope, factor), made = _arrays(dem)
    box = {"xmin": WEST, "xmax": WEST + COLUMNS * SIDE, "ymin": NORTH - ROWS * SIDE, "ymax": NORTH}
    sources = [
        NumPyRasterSource(a, name=n, **box) for n, a in (("z", z), ("s", slope), ("f", factor))
    ]
    began = time.perf_counter()
    asked = [Operation(name, f"z_{name}", sources[0]) for name in STATS]
    asked += [Operation("mean", f"{source.name()}_mean", source) for source in sources[1:]]
    found = exact_extract(sources, bases, asked, output="pandas")
    spent = time.perf_counter() - began
    heights = found[[f"z_{name}" for name in STATS]].to_numpy()
    return {"seconds": spent, "made": made, "found": heights}


def rasterstats(dem: str) -> dict[str, Any]:
    """rasterstats on the same arrays, a part of the bases."""
    from rasterstats import zonal_stats  # noqa: PLC0415 - a peer

    shapes = list(generated(COUNT).geometry[:FEW])
    (z, slope, factor), made = _arrays(dem)
    affine = rasterio.Affine(SIDE, 0, WEST, 0, -SIDE, NORTH)
    began = time.perf_counter()
    for values, stats in (
        (z, ["mean", "std", "min", "max"]),
        (slope, ["mean"]),
        (factor, ["mean"]),
    ):
        zonal_stats(shapes, values, affine=affine, stats=stats, nodata=-9999)
    return {"seconds": (time.perf_counter() - began) * COUNT / FEW, "made": made}


def alone(work: Callable[[str], dict[str, Any]], dem: str) -> dict[str, Any]:
    """Run in a fresh process; with its peak memory."""
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_with_peak, work, dem).result()


def _with_peak(work: Callable[[str], dict[str, Any]], dem: str) -> dict[str, Any]:
    found = work(dem)
    return {**found, "peak": peak_mb()}


def peak_mb() -> float:
    """Peak memory of this process alone (Linux); ru_maxrss would begin with the parent's."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1000


def main() -> int:
    """Print the table, and write it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, default=OUT)
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    taken: dict[str, list[dict[str, Any]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        dem = str(Path(folder) / "dem.tif")
        make_dem(Path(dem))
        for _ in range(given.runs):
            for work in (ours, exactextract, rasterstats):
                taken.setdefault(work.__name__, []).append(alone(work, dem))
    own = statistics.median(run["seconds"] for run in taken["ours"])
    lines = []
    for name, runs in taken.items():
        seconds = statistics.median(run["seconds"] for run in runs)
        made = statistics.median(run.get("made", 0.0) for run in runs)
        peak = max(run["peak"] for run in runs)
        ratios = f"{seconds / own:.1f}, {(seconds + made) / own:.1f}"
        title = "`hg.measure_terrain`" if name == "ours" else name
        lines.append(f"| {title} | {seconds:.1f} | {made:.1f} | {peak:,.0f} | {ratios} |")
    apart = np.abs(taken["ours"][0]["found"] - taken["exactextract"][0]["found"]).max(axis=0)
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("exactextract", "rasterstats")
    )
    text = f"""# The ground of bases beside other ways to measure it

{COUNT:,} bases of 41 corners, a DEM of {COLUMNS:,} × {ROWS:,} cells of 30 m, float32; medians of
{given.runs} interleaved runs, each in a process of its own: `python -m benchmarks.terrain`. Python
{platform.python_version()}, {platform.machine()}, {versions}.

Ours reads the DEM and finds height (mean, deviation, least, most), slope, aspect, steep share,
surface and cover. The peers find the height's four and the means of slope and surface factor, from
arrays of float32 in memory, exactextract in one call; what reading and making these, strip by
strip, takes is a column of its own. rasterstats was given {FEW} bases, its time is scaled. The last
column: the peer over ours, without and with the arrays.

| | seconds | arrays, s | peak MB | ratios |
|---|---|---|---|---|
{chr(10).join(lines)}

Largest difference from exactextract: mean {apart[0]:.1e} m, deviation {apart[1]:.1e} m, least
{apart[2]:.1e} m, most {apart[3]:.1e} m.
"""
    given.out.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

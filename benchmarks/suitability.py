"""Rated land and sites on a large DEM, beside whole arrays: seconds, peak memory, the same bits.

Run from the repository's root on Linux:

    python -m benchmarks.suitability [--rows 6000] [--columns 7500] [--out FILE]

The DEM is synthetic. Each run is a process of its own, so that its peak memory is its own. It fails
where two sizes of window differ by a bit, or ours and the peer by more than a hundredth.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import resource
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

import herbgis as hg
from herbgis.geo.geodesy import radii_m
from herbgis.planning.land.opening import open_land
from herbgis.planning.land.siting import ASPECTS, Pattern, Range, read_siting_rules
from herbgis.planning.sites.finding import find_candidates
from tests.helpers.rated_land import rate_land

OUT = Path(__file__).parent / "SUITABILITY.md"
RULES = read_siting_rules()
VARIETIES = list(RULES.varieties)
DEGREE, WEST, NORTH = 1 / 3600, 107.6, 29.15
BLOCKS = (512, 1300)
STRIP = 256


def make_dem(path: Path, rows: int, columns: int) -> None:
    """Ridges and valleys of 0.6 to 30 km, a seeded sum of sines; 1" cells."""
    rng = np.random.default_rng(7)
    waves = [
        (0.03 * length**0.95, 2 * np.pi / length, *rng.uniform(0, 2 * np.pi, 2))
        for length in np.geomspace(600, 30_000, 16)
    ]
    place = rasterio.Affine(DEGREE, 0, WEST, 0, -DEGREE, NORTH)
    kinds = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4490"}
    blocks = {"tiled": True, "blockxsize": STRIP, "blockysize": STRIP}
    with rasterio.open(
        path, "w", height=rows, width=columns, transform=place, **kinds, **blocks
    ) as dem:
        for top in range(0, rows, STRIP):
            height = min(STRIP, rows - top)
            y, x = np.mgrid[top : top + height, :columns] * 30.0
            z = np.full((height, columns), 900.0)
            for tall, wave, turn, phase in waves:
                z += tall * np.sin(wave * (x * np.cos(turn) + y * np.sin(turn)) + phase)
            dem.write(z.astype("float32"), 1, window=Window(0, top, columns, height))


def rated(path: Path, block: int) -> dict[str, Any]:
    """Our rating in windows of a size."""
    land = open_land(path, RULES, varieties=VARIETIES)
    began = time.process_time()
    done = rate_land(land, block=block)
    spent = time.process_time() - began
    digest = hashlib.sha256(done.best.tobytes() + done.leading.tobytes())
    digest.update(done.shares.to_numpy().tobytes())
    suitable = {name: float(done.shares.loc[name, ["S1", "S2", "S3"]].sum()) for name in VARIETIES}
    any_of_them = float((done.best >= land.least).mean())
    return {
        "s": spent,
        "digest": digest.hexdigest(),
        "suitable": suitable,
        "any": any_of_them,
        "mean": float(done.best[1:-1, 1:-1].mean()),
    }


def split(path: Path) -> dict[str, Any]:
    """Our sites, within the counties of Tongren."""
    land = open_land(path, RULES, varieties=VARIETIES)
    began = time.process_time()
    found = find_candidates(land, counties=hg.read_counties())
    mu = found.sites["mu"]
    return {
        "s": time.process_time() - began,
        "sites": len(mu),
        "sizes": [float(v) for v in mu.quantile([0, 0.25, 0.5, 0.75, 1])] if len(mu) else [],
        "large": int((mu >= 1000).sum()),
        "mu": float(mu.sum()),
        "vertices": float(found.sites.count_coordinates().mean()) if len(mu) else 0.0,
    }


def whole(path: Path) -> dict[str, Any]:
    """The peer: numpy.gradient and numpy.interp over whole arrays, the scores as float32."""
    began = time.process_time()
    with rasterio.open(path) as dem:
        z = dem.read(1)
    lat = np.radians(NORTH - (np.arange(len(z)) + 0.5) * DEGREE)
    meridian, prime = radii_m(lat)
    step = np.radians(DEGREE)
    # Horn's weights, as slopes are had everywhere.
    smooth_down = z[:-2] + 2 * z[1:-1] + z[2:]
    east = (smooth_down[:, 2:] - smooth_down[:, :-2]) / (
        8 * (prime * np.cos(lat) * step)[1:-1, None]
    )
    smooth_along = z[:, :-2] + 2 * z[:, 1:-1] + z[:, 2:]
    north = (smooth_along[:-2] - smooth_along[2:]) / (8 * (meridian * step)[1:-1, None])
    slope = np.degrees(np.arctan(np.hypot(east, north))).astype("float32")
    azimuth = np.degrees(np.arctan2(-east, -north))
    sector = (np.floor((azimuth + 22.5) / 45) % 8).astype("int8")
    sector[slope < RULES.flat_deg] = 8
    z = z[1:-1, 1:-1]
    scores = np.empty((len(VARIETIES), *z.shape), dtype="float32")
    for number, variety in enumerate(VARIETIES):
        score = np.where(slope >= RULES.steepest_deg, 0, 1).astype("float32")
        for key, values in (("elevation_m", z), ("slope_deg", slope), ("aspect", sector)):
            rule = RULES.of(variety).get(key)
            if isinstance(rule, Range):
                score = np.minimum(score, _trapezoid(values, rule.corners))
            elif isinstance(rule, Pattern):
                table = np.array([*(rule.by_class[a] for a in ASPECTS), 1.0], dtype="float32")
                score = np.minimum(score, table[values])
        scores[number] = score
    best = scores.max(axis=0)
    return {
        "s": time.process_time() - began,
        "mean": float(best.mean(dtype=float) * 100),
        "suitable": {
            name: float((scores[n] >= RULES.least).mean()) for n, name in enumerate(VARIETIES)
        },
    }


def _trapezoid(values: np.ndarray, corners: tuple[float, ...]) -> np.ndarray:
    a, b, c, d = corners
    at = [v for v in (a, b, c, np.nextafter(d, np.inf)) if np.isfinite(v)]
    heights = [h for v, h in zip(corners, (0, 1, 1, 0), strict=True) if np.isfinite(v)]
    return np.interp(values, at, heights).astype("float32")


def _alone(kind: str, path: Path, block: int = 0) -> dict[str, Any]:
    """A run in a process of its own, with its peak memory."""
    command = [sys.executable, "-m", "benchmarks.suitability", "--run", kind, "--dem", str(path)]
    done = subprocess.run(  # noqa: S603
        [*command, "--block", str(block)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout))


def _run(kind: str, path: Path, block: int) -> None:
    runs = {"rate": lambda: rated(path, block), "split": lambda: split(path)}
    told = runs.get(kind, lambda: whole(path))()
    told["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))


def _table(rows: int, columns: int, path: Path) -> str:
    ours = [_alone("rate", path, block) for block in BLOCKS]
    if ours[0]["digest"] != ours[1]["digest"]:
        sys.exit("two sizes of window differ")
    peer, sites = _alone("whole", path), _alone("split", path)
    inner = (rows - 2) * (columns - 2) / (rows * columns)
    off = max(abs(ours[0]["suitable"][n] - peer["suitable"][n] * inner) for n in VARIETIES)
    if off > 0.01:
        sys.exit(f"ours and the peer differ by {off:.3f} of the land")
    quartiles = ", ".join(f"{value:,.0f}" for value in sites["sizes"])
    best = ", ".join(f"{n} {s:.0%}" for n, s in ours[0]["suitable"].items())
    return f"""# Rated land and sites on a large DEM

{rows:,} × {columns:,} cells of 1", {len(VARIETIES)} varieties, elevation, slope and aspect; the DEM
is synthetic. Each run in a process of its own: `python -m benchmarks.suitability`.
Python {platform.python_version()}, {platform.machine()}, numpy {np.__version__}.

| | CPU seconds | peak MB |
|---|---|---|
| `rate_land`, windows of {BLOCKS[0]} | {ours[0]["s"]:.1f} | {ours[0]["mb"]:,.0f} |
| `rate_land`, windows of {BLOCKS[1]}: the same to the bit | {ours[1]["s"]:.1f} | {
        ours[1]["mb"]:,.0f} |
| whole arrays (numpy.interp, scores kept as float32) | {peer["s"]:.1f} | {peer["mb"]:,.0f} |
| `find_candidates` in the counties of Tongren, all scores | {sites["s"]:.1f} | {sites["mb"]:,.0f} |

Land that suits a variety differs from the peer's by at most {off:.5f} of all land (scores are kept
as hundredths). {ours[0]["any"]:.0%} of the land suits at least one:
{textwrap.fill(best, 60)}.

{sites["sites"]:,} sites of {sites["mu"] / 1e4:,.0f} 万亩 together, {sites["large"]:,} of them of
1,000 亩 and more; least, quartiles and largest: {quartiles} 亩; {sites["vertices"]:.0f} vertices
each.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--columns", type=int, default=7500)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--run")
    parser.add_argument("--dem", type=Path)
    parser.add_argument("--block", type=int, default=0)
    asked = parser.parse_args()
    if asked.run:
        _run(asked.run, asked.dem, asked.block)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dem.tif"
        make_dem(path, asked.rows, asked.columns)
        text = _table(asked.rows, asked.columns, path)
    asked.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

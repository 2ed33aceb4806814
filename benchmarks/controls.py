"""亩 of bases by class of land, beside geopandas.overlay on the same data.

Run from the repository's root:

    python -m benchmarks.controls [--side 1000] [--bases 10000] [--runs 3] [--out FILE]

A survey of side × side patches; each run is a process of its own. It fails where an answer differs
from the peer's by more than a millionth of a base.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.terrain import alone
from herbgis.foundation.units import MU_M2
from herbgis.geo.geodesy import areas_m2
from herbgis.measuring.controls import measure_controls
from herbgis.reading.understanding.control_layers import control_layer
from herbgis.terms.land_classes import land_groups
from herbgis.terms.policyfiles import load_policy
from tests.helpers.land_patches import outlines, patches

OUT = Path(__file__).parent / "CONTROLS.md"
CODES = ("0101", "0103", "0201K", "0204", "0301", "0305", "0404", "0702", "1006", "1203")
COLUMNS = {"cropland": "cropland_mu", "orchard": "orchard_mu", "forest": "forest_mu"}
COLUMNS |= {"other": "other_land_mu"}


def make(folder: str, side: int, count: int) -> None:
    """A survey and bases, as GeoParquet."""
    rng = np.random.default_rng(0)
    shapes = patches(side, rng)
    codes = rng.choice(CODES, len(shapes))
    gpd.GeoDataFrame({"DLBM": codes}, geometry=shapes, crs=4490).to_parquet(
        f"{folder}/dltb.parquet"
    )
    bases = outlines(count, side, rng)
    gpd.GeoDataFrame({"base": np.arange(count)}, geometry=bases, crs=4490).to_parquet(
        f"{folder}/bases.parquet"
    )


def _read(folder: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    return gpd.read_parquet(f"{folder}/dltb.parquet"), gpd.read_parquet(f"{folder}/bases.parquet")


def reading(folder: str) -> dict[str, Any]:
    """Both files read, and no more: for its memory."""
    began = time.process_time()
    survey, _ = _read(folder)
    return {"seconds": time.process_time() - began, "patches": len(survey)}


def ours(folder: str) -> dict[str, Any]:
    """measure_controls; what it takes to put the table into a layer on CGCS2000 is told apart."""
    survey, bases = _read(folder)
    policy = load_policy()
    began = time.process_time()
    layer = control_layer("三调地类", survey, policy=policy)
    placed = time.process_time() - began
    began = time.process_time()
    found = measure_controls(np.asarray(bases.geometry.array, dtype=object), [layer]).table
    spent = time.process_time() - began
    return {
        "seconds": spent,
        "placing": placed,
        "found": found[list(COLUMNS.values())].to_numpy(),
        "load": os.getloadavg()[0],
    }


def overlay(folder: str) -> dict[str, Any]:
    """geopandas.overlay, its pieces measured as ours are and summed up by class."""
    survey, bases = _read(folder)
    began = time.process_time()
    cut = gpd.overlay(bases, survey, how="intersection")
    cut["mu"] = areas_m2(np.asarray(cut.geometry.array, dtype=object)) / MU_M2
    groups = {code: land_groups(CODES)[code.casefold()] for code in CODES}
    cut["group"] = cut["DLBM"].map(groups)
    found = pd.DataFrame(cut[["base", "group", "mu"]]).pivot_table(
        index="base", columns="group", values="mu", aggfunc="sum", fill_value=0.0
    )
    spent = time.process_time() - began
    found = found.reindex(range(len(bases)), fill_value=0.0)
    return {"seconds": spent, "found": found[list(COLUMNS)].to_numpy(), "pieces": len(cut)}


def main() -> int:
    """Print the table, and write it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--side", type=int, default=1000)
    asked.add_argument("--bases", type=int, default=10_000)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    taken: dict[str, list[dict[str, Any]]] = {}
    works: tuple[Callable[[str], dict[str, Any]], ...] = (reading, ours, overlay)
    with tempfile.TemporaryDirectory() as folder:
        make(folder, given.side, given.bases)
        for _ in range(given.runs):
            for work in works:
                taken.setdefault(work.__name__, []).append(alone(work, folder))
    own, peer = taken["ours"][0]["found"], taken["overlay"][0]["found"]
    apart = np.abs(own - peer).max(axis=1) / np.maximum(peer.sum(axis=1), 1.0)
    text = _page(taken, given.bases, given.runs, float(apart.max()))
    given.out.write_text(text, encoding="utf-8")
    print(text)
    return int(apart.max() > 1e-6)


def _page(taken: dict[str, list[dict[str, Any]]], bases: int, runs: int, apart: float) -> str:
    seconds = {n: statistics.median(r["seconds"] for r in each) for n, each in taken.items()}
    peaks = {name: max(run["peak"] for run in each) for name, each in taken.items()}
    titles = {"reading": "reading both", "ours": "herbgis", "overlay": "`geopandas.overlay`"}
    lines = [
        f"| {title} | {seconds[name]:.1f} | {seconds[name] / seconds['ours']:.1f} "
        f"| {peaks[name]:,.0f} | {peaks[name] / peaks['reading']:.2f} |"
        for name, title in titles.items()
    ]
    placing = statistics.median(run["placing"] for run in taken["ours"])
    load = statistics.median(run["load"] for run in taken["ours"])
    side = int(taken["reading"][0]["patches"] ** 0.5)
    return f"""# 亩 by class of land beside geopandas.overlay

{taken["reading"][0]["patches"]:,} patches of 16 edges, neighbours sharing theirs, {bases:,} bases,
{taken["overlay"][0]["pieces"]:,} pieces; median CPU seconds of {runs} interleaved runs, each in a
process of its own: `python -m benchmarks.controls --side {side} --bases {bases}`. Python
{platform.python_version()}, {platform.machine()},
geopandas {importlib.metadata.version("geopandas")},
shapely {importlib.metadata.version("shapely")}.

Ours looks for broken shapes among those near bases, and for patches that lie on each other; overlay
looks for broken shapes. Its pieces are measured on the ellipsoid as ours are, and summed up by
class. To make a layer of the table takes ours {placing:.1f} s more: its system, its codes, and
where its shapes lie, which overlay takes for granted. Load of the machine's {os.cpu_count()} cores:
{load:.1f}.

| | seconds | over ours | peak MB | over reading |
|---|---|---|---|---|
{chr(10).join(lines)}

Largest difference of a class, over its base: {apart:.1e}.
"""


if __name__ == "__main__":
    sys.exit(main())

"""validate beside the reading of its file: CPU seconds and peak memory, at several sizes.

    python -m benchmarks.validate_scale [--sizes 100000 1000000]

Each figure is of a process of its own, the median of three.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import geopandas as gpd

import herbgis as hg
from benchmarks.parcels import table

_RUNS = 3


def _one_run(what: str, path: str) -> dict[str, float]:
    """CPU seconds of one thing, and the most memory that the process held, in MB."""
    warnings.simplefilter("ignore")
    survey = hg.read_survey(path) if what == "validate" else None
    counties = hg.read_counties()
    began = time.process_time()
    found = 0
    if survey is not None:
        found = len(hg.validate(survey, counties=counties).table)
    elif what == "read_survey":
        hg.read_survey(path)
    else:
        gpd.read_file(path)
    spent = time.process_time() - began
    return {"seconds": spent, "megabytes": _most_megabytes(), "findings": found}


def _most_megabytes() -> float:
    """Peak memory of this process; getrusage would count what its parent held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measured(size: int, folder: Path) -> dict[str, dict[str, float]]:
    """Medians by what was run, on a file of about so many parcels."""
    path = folder / f"{size}.gpkg"
    count = table(size, path)
    figures: dict[str, dict[str, float]] = {"parcels": {"count": count}}
    for what in ("read_file", "read_survey", "validate"):
        command = [sys.executable, "-m", "benchmarks.validate_scale", "--one", what, str(path)]
        runs = [
            json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603 - our own module
            for _ in range(_RUNS)
        ]
        figures[what] = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    return figures


def text(sizes: list[int]) -> str:
    """The table, a line a size."""
    headings = (
        *("parcels", "geopandas.read_file", "read_survey", "validate", "of read_file's time"),
        *("of read_file's memory", "of read_survey's memory", "findings"),
    )
    lines = [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            figures = measured(size, Path(folder))
            read, survey, ours = (figures[w] for w in ("read_file", "read_survey", "validate"))
            lines.append(
                f"| {figures['parcels']['count']:,} |"
                f" {read['seconds']:.2f} s, {read['megabytes']:,.0f} MB |"
                f" {survey['seconds']:.2f} s, {survey['megabytes']:,.0f} MB |"
                f" {ours['seconds']:.2f} s, {ours['megabytes']:,.0f} MB |"
                f" {ours['seconds'] / read['seconds']:.2f} |"
                f" {ours['megabytes'] / read['megabytes']:.2f} |"
                f" {ours['megabytes'] / survey['megabytes']:.2f} |"
                f" {ours['findings']:,.0f} |"
            )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the table, or one run as JSON."""
    options = argparse.ArgumentParser()
    options.add_argument("--sizes", type=int, nargs="+", default=[100_000, 300_000, 1_000_000])
    options.add_argument("--one", nargs=2)
    given = options.parse_args()
    if given.one:
        sys.stdout.write(json.dumps(_one_run(*given.one)))
    else:
        sys.stdout.write(text(given.sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main())

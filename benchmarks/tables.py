"""What it costs a step to understand a table that was understood before, beside doing it anew.

Run from the repository's root:

    python -m benchmarks.tables [--rows 100000] [--out benchmarks/TABLES.md]

The sample's records, over and over, with ids of their own (synthetic). CPU seconds, the medians of
interleaved runs in one process; each step's own time stands beside what its door takes of it. It
fails where the two ways differ.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

import herbgis as hg
from herbgis.reading.understanding.basetable import complete
from herbgis.reading.understanding.frames import as_base_table, is_understood

OUT = Path(__file__).parent / "TABLES.md"
_RUNS = 7


def table_of(rows: int) -> gpd.GeoDataFrame:
    """So many validated records."""
    survey = hg.read_survey(hg.sample_paths().survey)
    records = hg.validate(survey, counties=hg.read_counties()).bases
    many = records.iloc[np.arange(rows) % len(records)].reset_index(drop=True)
    return many.assign(base_id=[f"B{number:06}" for number in range(rows)])


def seconds(*works: Callable[[], Any]) -> list[float]:
    """Median CPU seconds of some works, run in turn."""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(_RUNS):
        for times, work in zip(spent, works, strict=True):
            began = time.process_time()
            work()
            times.append(time.process_time() - began)
    return [statistics.median(times) for times in spent]


def measured(rows: int) -> str:
    """The table, as Markdown."""
    policy, records = hg.load_policy(), table_of(rows)
    bases = pd.DataFrame(records.drop(columns="geometry")).assign(counted_mu=600.0)
    for given in (records, bases):
        if not is_understood(given, policy=policy):
            msg = "a table of ours is not known"
            raise ValueError(msg)
        assert_frame_equal(
            pd.DataFrame(as_base_table(given, policy=policy)),
            pd.DataFrame(complete(given, policy=policy)),
            check_like=True,
        )
    door, anew, production, progress = seconds(
        lambda: as_base_table(bases, policy=policy),
        lambda: complete(bases, policy=policy),
        lambda: hg.compare_production(bases, policy=policy),
        lambda: hg.count_progress(bases, policy=policy),
    )
    micro = 1e6 / rows
    lines = [
        "| what, of a table understood before | microseconds a row |",
        "|---|---|",
        f"| through the door | {door * micro:.1f} |",
        f"| understood anew, as every step did before | {anew * micro:.1f} |",
        f"| `compare_production`, the door in it | {production * micro:.1f} |",
        f"| `count_progress`, the door in it | {progress * micro:.1f} |",
        "",
        f"The door takes {door / anew:.0%} of understanding anew.",
    ]
    head = [
        "# Tables that were understood before",
        "",
        f"{rows:,} synthetic records; Python {platform.python_version()}, pandas {pd.__version__};",
        "`python -m benchmarks.tables`.",
        "",
    ]
    return "\n".join([*head, *lines, ""])


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    told = measured(asked.rows)
    asked.out.write_text(told, encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()

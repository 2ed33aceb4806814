"""Coverage and width of the audit's intervals, on made-up cities whose truth is known.

    python -m benchmarks.audit [--times 300]

Each time a city of bases is made, its claims are spoilt as the setting says, a sample is drawn and
"surveyed again" with a survey error of 1%, and the truth is held against the intervals. The plain
t interval of the total stands beside ours.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

import numpy as np
import pandas as pd

import herbgis as hg
from herbgis.counting.audit_sample import draw_lot

Floats = np.ndarray
POLICY = hg.load_policy()
#: Bases that count, and how many of them are surveyed again.
SIZES = ((60, 15), (96, 24), (137, 40), (400, 60))
#: What part of the claimed 亩 is too much in the bases that a setting spoils, and their share.
SETTINGS: dict[str, tuple[float, Callable[[np.random.Generator, int], Floats]]] = {
    "没有多报": (0.0, lambda _, n: np.zeros(n)),
    "2% 是假的": (0.02, lambda _, n: np.ones(n)),
    "5% 是假的": (0.05, lambda _, n: np.ones(n)),
    "10% 多报 20–40%": (0.10, lambda rng, n: rng.uniform(0.2, 0.4, n)),
    "30% 多报 10–30%": (0.30, lambda rng, n: rng.uniform(0.1, 0.3, n)),
    "一半多报 10–30%": (0.50, lambda rng, n: rng.uniform(0.1, 0.3, n)),
    "都多报 5%": (1.0, lambda _, n: np.full(n, 0.05)),
    "12% 有真有假": (
        0.12,
        lambda rng, n: np.where(rng.random(n) < 0.3, 1.0, rng.uniform(0.06, 0.3, n)),
    ),
    "5% 少报 10–50%": (0.05, lambda rng, n: -rng.uniform(0.1, 0.5, n)),
}


def city(rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Bases of 500 亩 and more, sizes as on the sample: six of ten below 1,000."""
    small, large = rng.uniform(500, 1000, count), 1000 * np.exp(rng.exponential(0.35, count))
    mu = np.where(rng.random(count) < 0.6, small, large)
    units = rng.choice(list(POLICY.words["reporting_unit"]), count)
    index = pd.Index([f"B{number:04}" for number in range(count)], name="base_id")
    return pd.DataFrame({"reporting_unit": units, "counted_mu": mu.round(2)}, index=index)


def once(rng: np.random.Generator, count: int, drawn: int, setting: str) -> list[float]:
    """Whether each interval holds the truth, and its width as a share of what is counted."""
    share, excess_of = SETTINGS[setting]
    bases = city(rng, count)
    spoilt = rng.permutation(count) < round(share * count)
    excess = rng.normal(0, 0.01, count)
    excess[spoilt] += excess_of(rng, int(spoilt.sum()))
    truth = bases["counted_mu"] * np.maximum(1 - excess, 0.0)
    frame = bases.assign(
        claimed_mu=bases["counted_mu"], tier=bases["counted_mu"].map(POLICY.tier_reached), risk=""
    )
    seed = int(rng.integers(1 << 31))
    frame["drawn"] = draw_lot(frame, drawn, seed, POLICY)
    sample = hg.AuditSample(frame, seed, POLICY.name)
    told = hg.estimate_overclaim(sample, truth[sample.table.index], policy=POLICY)
    total = bases["counted_mu"].sum()
    lost = total - truth.sum()
    short = (truth.round(2) < 500).sum()
    low, high = told.mu["low_mu"][0], told.mu["high_mu"][0]
    of_bases = told.bases.iloc[0]
    seen = (bases["counted_mu"] - truth)[sample.table.index]
    half = _student(drawn - 1) * count * seen.std() * math.sqrt((1 - drawn / count) / drawn)
    middle = count * seen.mean()
    return [
        float(of_bases["low"] <= short <= of_bases["high"]),
        float(of_bases["high"] - of_bases["low"]) / count,
        float(low - 0.01 <= lost <= high + 0.01),
        float(high - low) / total,
        float(abs(middle - lost) <= half),
        float(2 * half) / total,
    ]


def _student(freedom: int) -> float:
    """The 97.5% quantile of Student's t, from tables."""
    known = {14: 2.145, 23: 2.069, 39: 2.023, 59: 2.001}
    return known[freedom]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=300)
    times = parser.parse_args().times
    print("| 核实 | 抽查 | 情形 | 个数: 覆盖 | 宽 | 面积: 覆盖 | 宽 | t 区间: 覆盖 | 宽 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for place, (count, drawn) in enumerate(SIZES):
        for number, setting in enumerate(SETTINGS):
            rng = np.random.default_rng([place, number])
            told = np.mean([once(rng, count, drawn, setting) for _ in range(times)], axis=0)
            shown = " | ".join(f"{value:.1%}" for value in told)
            print(f"| {count} | {drawn} | {setting} | {shown} |", flush=True)


if __name__ == "__main__":
    main()

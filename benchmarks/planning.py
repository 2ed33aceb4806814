"""The exact plan beside one integer program over all options, and beside greedy choice.

Run from the repository's root, with highspy beside herbgis:

    python -m benchmarks.planning [--out benchmarks/PLANNING.md]

Instances are those of tests/plan_cases.py: sites of 500 to 3,000 亩, four in five varieties suit
a site, quotas for every variety and county, seedlings for some, a twentieth of the sites sharing
land.
Each solve runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import importlib.metadata
import math
import multiprocessing
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.terrain import peak_mb
from herbgis.planning.explaining import replacement_costs, stability
from herbgis.planning.linear import _as_model
from herbgis.planning.problem import Problem
from herbgis.planning.rows import Rows
from herbgis.planning.solving import Search, solve
from tests.plan_cases import large_problem, short_of

OUT = Path(__file__).parent / "PLANNING.md"
LIMIT_S = 150.0
SEEDS = (0, 1, 2)
NEEDS = ((100, 50), (9, 9))


@dataclass(frozen=True)
class Run:
    """What a process found: seconds, peak megabytes, and its answer."""

    seconds: float
    peak_mb: float
    answer: Any


def alone(work: Callable[..., Any], *given: Any) -> Run:
    """Run in a fresh process."""
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        return pool.submit(_timed, work, given).result()


def _timed(work: Callable[..., Any], given: tuple[Any, ...]) -> Run:
    problem = large_problem(*given[:2], need=given[2]) if len(given) == 3 else given[0]
    began = time.perf_counter()
    answer = work(problem)
    spent = time.perf_counter() - began
    return Run(spent, peak_mb(), answer)


def planned(problem: Problem) -> tuple[str, float, bool]:
    """Status and cost of the exact plan, and whether it does all that is asked."""
    found = solve(problem)
    optimal = found.status == "optimal"
    return found.status, found.cost, optimal and short_of(problem, found.chosen) == 0


def full(problem: Problem) -> tuple[str, float, bool]:
    """The same by one integer program over all options, within a limit of time."""
    import highspy  # noqa: PLC0415 - an extra

    program = Rows(problem).program(np.arange(len(problem.cost)), problem.cost, elastic=False)
    highs = highspy.Highs()
    for name, value in (
        *(("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)),
        ("time_limit", LIMIT_S),
    ):
        highs.setOptionValue(name, value)
    highs.passModel(_as_model(highspy, program, integer=True))
    highs.run()
    ended = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return "optimal" if ended else "unended", highs.getInfo().objective_function_value, ended


def greedy(problem: Problem) -> float:
    """Take what is cheapest for each thing still wanted, as long as all limits are kept."""
    varieties, counties = len(problem.variety_least), len(problem.county_least)
    beside: dict[int, set[int]] = {}
    for one, other in problem.conflicts.tolist():
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    open_ = np.ones(len(problem.cost), dtype=bool)
    by_variety, by_county = np.zeros(varieties), np.zeros(counties)
    seedlings, reached, cost = np.zeros(varieties), np.zeros(len(problem.need)), 0.0
    while True:
        fits = open_ & (by_variety[problem.variety] < problem.variety_most[problem.variety])
        fits &= by_county[problem.county] < problem.county_most[problem.county]
        left = problem.seedling_mu - seedlings
        fits &= problem.mu <= left[problem.variety]
        wanted = (np.maximum(problem.need - reached, 0) > 0).astype(float) @ problem.gains
        wanted = wanted + (by_variety < problem.variety_least)[problem.variety]
        wanted = wanted + (by_county < problem.county_least)[problem.county]
        if not (
            (reached < problem.need).any()
            or (by_variety < problem.variety_least).any()
            or (by_county < problem.county_least).any()
        ):
            return cost
        price = np.where(fits & (wanted > 0), problem.cost / np.maximum(wanted, 1e-9), np.inf)
        best = int(np.argmin(price))
        if not np.isfinite(price[best]):
            return math.inf
        site = int(problem.site[best])
        open_ &= ~np.isin(problem.site, [site, *beside.get(site, ())])
        by_variety[problem.variety[best]] += 1
        by_county[problem.county[best]] += 1
        seedlings[problem.variety[best]] += problem.mu[best]
        reached += problem.gains[:, best]
        cost += problem.cost[best]


def scarce(sites: int, seed: int, need: tuple[int, int]) -> Problem:
    """Few sites, most of them sharing land, at most eight of a variety, few seedlings."""
    plain = large_problem(sites, seed, need=need)
    pairs = np.random.default_rng(seed + 100).integers(sites, size=(sites, 2))
    seedlings = np.minimum(plain.seedling_mu, 9000.0)
    return replace(plain, conflicts=pairs, variety_most=np.full(15, 8.0), seedling_mu=seedlings)


def reasons(problem: Problem) -> tuple[int, float, float]:
    """Chosen sites, seconds of all replacement costs, and of thirty perturbed plans."""
    search = Search(problem)
    solution = search.solution()
    began = time.perf_counter()
    replacement_costs(search, solution)
    replaced = time.perf_counter()
    stability(search, solution, runs=30)
    return len(solution.chosen), replaced - began, time.perf_counter() - replaced


def harder(sites: int) -> dict[str, Problem]:
    """Instances that are harder to prove."""
    plain = large_problem(sites, 5)
    rng = np.random.default_rng(8)
    pairs = rng.integers(sites, size=(sites // 2, 2))
    return {
        "all costs equal": replace(plain, cost=np.full(len(plain.cost), 1000.0)),
        "costs of few values": replace(plain, cost=np.round(plain.cost / 500) * 500 + 500),
        "at most 8 of a variety": replace(plain, variety_most=np.full(15, 8.0)),
        "half of the sites sharing land": replace(plain, conflicts=pairs),
        "seedlings scarce for all": replace(plain, seedling_mu=np.full(15, 4000.0)),
        "at most 12 in a county": replace(plain, county_most=np.full(10, 16.0)),
    }


def tables() -> str:
    """Everything measured, as Markdown."""
    lines = [
        "| sites | options | wanted | seconds | peak MB | proof |",
        "|---|---|---|---|---|---|",
    ]
    for sites in (10_000, 50_000):
        for need in NEEDS:
            runs = [alone(planned, sites, seed, need) for seed in SEEDS]
            if not all(run.answer[2] for run in runs):
                msg = f"a plan falls short: {sites}, {need}"
                raise ValueError(msg)
            options = len(large_problem(sites, 0, need=need).cost)
            seconds = [run.seconds for run in runs]
            lines.append(
                f"| {sites:,} | {options:,} | {need[0]}, {need[1]} | {_spread(seconds)} | "
                f"{max(run.peak_mb for run in runs):.0f} | gap 0 |"
            )
            print(lines[-1], flush=True)
    lines += ["", "## Beside one program over all options, 10,000 sites", ""]
    lines += ["| seed | wanted | ours, s | full, s | ratio | costs |", "|---|---|---|---|---|---|"]
    for seed, need in ((0, NEEDS[0]), (1, NEEDS[0]), (0, NEEDS[1])):
        own, peer = alone(planned, 10_000, seed, need), alone(full, 10_000, seed, need)
        ended = peer.answer[2]
        told = f"{peer.seconds:.1f}" if ended else f"not ended in {LIMIT_S:.0f}"
        more = "" if ended else "at least "
        lines.append(
            f"| {seed} | {need[0]}, {need[1]} | {own.seconds:.2f} | {told} | "
            f"{more}{peer.seconds / own.seconds:.0f} | {own.answer[1]:.2f}, {peer.answer[1]:.2f} |"
        )
        print(lines[-1], flush=True)
    lines += ["", "## Beside greedy choice", ""]
    lines += ["| sites | wanted | saved by the plan, ten seeds | greedy without a plan |"]
    lines += ["|---|---|---|---|"]
    for sites in (500, 2_000, 10_000):
        for need in NEEDS:
            lines.append(_greedy_line(large_problem, sites, need))
            print(lines[-1], flush=True)
    for sites, need in ((150, (60, 30)), (150, (40, 30)), (300, (90, 45))):
        lines.append(_greedy_line(scarce, sites, need))
        print(lines[-1], flush=True)
    lines += ["", "## Reasons, 10,000 sites, 100 and 50 wanted", ""]
    lines += ["| seed | chosen | all replacement costs, s | 30 perturbed plans, s |"]
    lines += ["|---|---|---|---|"]
    for seed in SEEDS:
        count, replaced, perturbed = alone(reasons, 10_000, seed, NEEDS[0]).answer
        lines.append(f"| {seed} | {count} | {replaced:.1f} | {perturbed:.1f} |")
        print(lines[-1], flush=True)
    lines += ["", "## Harder, 10,000 sites", "", "| what | status | seconds |", "|---|---|---|"]
    for what, problem in harder(10_000).items():
        run = alone(planned, problem)
        lines.append(f"| {what} | {run.answer[0]} | {run.seconds:.1f} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


def _greedy_line(make: Callable[..., Problem], sites: int, need: tuple[int, int]) -> str:
    saved, without = [], 0
    for seed in range(10):
        problem = make(sites, seed, need=need)
        found, chosen = solve(problem), greedy(problem)
        if found.status != "optimal":
            continue
        if math.isinf(chosen):
            without += 1
        else:
            saved.append(max(1 - found.cost / chosen, 0.0))
    least, middle, most = min(saved), statistics.median(saved), max(saved)
    kind = "plenty" if make is large_problem else "scarce"
    return (
        f"| {sites:,}, {kind} | {need[0]}, {need[1]} | {least:.1%} to {most:.1%}, median "
        f"{middle:.1%} | {without} of 10 |"
    )


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} ({min(seconds):.2f}–{max(seconds):.2f})"


def main() -> int:
    """Print the tables, and write them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    text = f"""# The exact plan

{__doc__.split(chr(10) * 2)[3].strip()}

`python -m benchmarks.planning`. Python {platform.python_version()}, {platform.machine()}, highspy
{importlib.metadata.version("highspy")}, one thread; medians (least–most) of {len(SEEDS)} seeds.
Seconds are those of solving, from the arrays to the proof.

{tables()}

Scarce: as many pairs of sites sharing land as sites, at most eight of a variety, 9,000 亩 of
seedlings at most. Greedy: again and again the option that costs least for each count still wanted,
as long as every limit is kept.
"""
    given.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

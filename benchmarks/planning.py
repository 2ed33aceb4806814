"""The exact plan beside one integer program over all options, and beside greedy choice.

Run from the repository's root, with highspy beside herbgis:

    python -m benchmarks.planning [--out benchmarks/PLANNING.md]

Instances are those of tests/helpers/plan_cases.py: sites of 500 to 3,000 亩, four in five varieties
suit a site, quotas for every variety and county, seedlings for some, a twentieth of the sites
sharing land.
Each solve runs in a process of its own, so that its peak memory is its own. It fails where a plan
falls short of what is asked or breaks a limit, where it costs more than what greedy choice finds,
or other than the full program's answer.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import math
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import herbgis as hg
from benchmarks.terrain import peak_mb
from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.units import MU_M2
from herbgis.planning.choosing.explaining import replacement_costs, stability
from herbgis.planning.choosing.linear import as_model
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.rows import Rows
from herbgis.planning.choosing.solving import Search
from herbgis.planning.sites.candidates import Candidates
from herbgis.planning.sites.proposals import given_candidates
from tests.helpers.plan_cases import large_horizon, large_problem, short_of, solve

OUT = Path(__file__).parent / "PLANNING.md"
#: Seconds that the full program is given, and that a harder instance is.
LIMIT_S, HARD_S = 150.0, 30.0
SEEDS = (0, 1, 2)
NEEDS = ((100, 50), (9, 9))


@dataclass(frozen=True)
class Run:
    """What a process found: seconds, peak megabytes, and its answer."""

    seconds: float
    peak_mb: float
    answer: Any


def alone(work: Callable[..., Any], *given: Any, limit: float | None = None) -> Run | None:
    """Run in a fresh process; None where that does not end within the limit of seconds."""
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_timed, args=(there, work, given))
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(limit) else None
    finally:
        process.kill()
        process.join()


def _timed(there: Any, work: Callable[..., Any], given: tuple[Any, ...]) -> None:
    problem = large_problem(*given[:2], need=given[2]) if len(given) == 3 else given[0]
    began = time.perf_counter()
    answer = work(problem)
    spent = time.perf_counter() - began
    there.send(Run(spent, peak_mb(), answer))


def planned(problem: Problem) -> tuple[str, float]:
    """Status and cost of the exact plan."""
    try:
        found = solve(problem)
    except HerbgisError as error:  # the solver gave up: a result too
        return str(error), math.nan
    if found.status == "optimal" and short_of(problem, found.chosen) > 0:
        msg = "a plan falls short"
        raise ValueError(msg)
    return found.status, found.cost


def full(problem: Problem) -> tuple[bool, float, float]:
    """Whether one integer program over all options ended, its cost, and the solver's seconds."""
    import highspy  # noqa: PLC0415 - an extra

    program = Rows(problem).program(np.arange(len(problem.cost)), problem.cost, elastic=False)
    highs = highspy.Highs()
    for name, value in (
        *(("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0)),
        ("time_limit", LIMIT_S),
    ):
        highs.setOptionValue(name, value)
    highs.passModel(as_model(highspy, program, integer=True))
    began = time.perf_counter()
    highs.run()
    spent = time.perf_counter() - began
    ended = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return ended, highs.getInfo().objective_function_value, spent


def greedy(problem: Problem) -> list[int] | None:
    """Take what is cheapest for each thing still wanted, as long as all limits are kept."""
    varieties, counties = len(problem.variety_least), len(problem.county_least)
    beside: dict[int, set[int]] = {}
    for one, other in problem.conflicts.tolist():
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    open_ = np.ones(len(problem.cost), dtype=bool)
    by_variety, by_county = np.zeros(varieties), np.zeros(counties)
    seedlings, reached = np.zeros(varieties), np.zeros(len(problem.need))
    chosen: list[int] = []
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
            return chosen
        price = np.where(fits & (wanted > 0), problem.cost / np.maximum(wanted, 1e-9), np.inf)
        best = int(np.argmin(price))
        if not np.isfinite(price[best]):
            return None
        site = int(problem.site[best])
        open_ &= ~np.isin(problem.site, [site, *beside.get(site, ())])
        by_variety[problem.variety[best]] += 1
        by_county[problem.county[best]] += 1
        seedlings[problem.variety[best]] += problem.mu[best]
        reached += problem.gains[:, best]
        chosen.append(best)


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


def harder(sites: int, seed: int) -> dict[str, Problem]:
    """Instances that are harder to prove; 100 and 50 bases are wanted of each."""
    plain = large_problem(sites, seed)
    rng = np.random.default_rng(seed + 50)
    equal = np.full(len(plain.cost), 1000.0)
    half = rng.permutation(sites)[: sites // 2].reshape(-1, 2)
    alike = rng.uniform(0.995, 1.005, plain.sites)
    crowded = rng.integers(sites, size=(5 * sites, 2))

    def varieties(most: float) -> np.ndarray:
        return np.full(len(plain.variety_most), most)

    tight = np.full(len(plain.county_most), 11.0)
    return {
        "all costs equal": replace(plain, cost=equal),
        "all costs equal, at most 7 of a variety": replace(
            plain, cost=equal, variety_most=varieties(7)
        ),
        "all costs equal, seedlings for 4,000 亩 of each variety": replace(
            plain, cost=equal, seedling_mu=varieties(4000)
        ),
        "all costs equal, half of the sites in pairs": replace(plain, cost=equal, conflicts=half),
        "costs within 1% of each other, seedlings for 4,000 亩 of each variety": replace(
            plain, cost=1000 * alike[plain.site], seedling_mu=varieties(4000)
        ),
        "costs within 10% of each other, seedlings for 4,000 亩 of each variety": replace(
            plain, cost=1000 * alike[plain.site] ** 10, seedling_mu=varieties(4000)
        ),
        "costs of few values": replace(plain, cost=np.round(plain.cost / 500) * 500 + 500),
        "costs are 亩": replace(plain, cost=plain.mu),
        "at most 7 of a variety (105 in all)": replace(plain, variety_most=varieties(7)),
        "at most 11 in a county (110 in all)": replace(plain, county_most=tight),
        "half of the sites in pairs": replace(plain, conflicts=half),
        "five pairs for each site": replace(plain, conflicts=crowded),
        "seedlings for 3,400 亩 of each variety": replace(plain, seedling_mu=varieties(3400)),
        "seedlings for 2,500 亩 of each variety": replace(plain, seedling_mu=varieties(2500)),
        "pairs, counties, 8 of a variety, 4,000 亩": replace(
            plain,
            conflicts=half,
            county_most=tight,
            variety_most=varieties(8),
            seedling_mu=varieties(4000),
        ),
    }


def _table(head: str) -> list[str]:
    return ["", f"| {head} |", f"|{'---|' * (head.count('|') + 1)}"]


def _said(lines: list[str], *cells: object) -> None:
    lines.append(f"| {' | '.join(map(str, cells))} |")
    print(lines[-1], flush=True)


def sizes() -> list[str]:
    """Seconds and memory by size."""
    lines = _table("sites | options | wanted | seconds | peak MB | status, cost = bound")
    for sites in (10_000, 50_000):
        for need in NEEDS:
            runs = [alone(planned, sites, seed, need) for seed in SEEDS]
            options = len(large_problem(sites, 0, need=need).cost)
            costs = ", ".join(f"{run.answer[1]:.2f}" for run in runs)
            states = " ".join(sorted({run.answer[0] for run in runs}))
            peak = max(run.peak_mb for run in runs)
            seconds = _spread([run.seconds for run in runs])
            told = f"{states}: {costs}"
            wanted = f"{need[0]}, {need[1]}"
            _said(lines, f"{sites:,}", f"{options:,}", wanted, seconds, f"{peak:.0f}", told)
    return lines


def beside_full(sites: int = 10_000) -> list[str]:
    """The exact plan and the full program, in turn."""
    lines = _table("wanted | seed | ours, s | full, s | its solver alone, s | ratio | cost of both")
    for need in NEEDS:
        ratios = []
        for seed in SEEDS:
            own, peer = alone(planned, sites, seed, need), alone(full, sites, seed, need)
            ended, cost, inner = peer.answer
            if ended and not math.isclose(cost, own.answer[1], rel_tol=1e-9):
                msg = f"costs differ: {need}, {seed}: {own.answer[1]}, {cost}"
                raise ValueError(msg)
            ratios.append(peer.seconds / own.seconds)
            more = "" if ended else "not ended, at least "
            both = f"{cost:.2f}" if ended else f"{own.answer[1]:.2f} (ours)"
            wanted, ratio = f"{need[0]}, {need[1]}", f"{more}{ratios[-1]:.0f}"
            times = f"{own.seconds:.2f}", f"{peer.seconds:.1f}", f"{inner:.1f}"
            _said(lines, wanted, seed, *times, ratio, both)
        median = f"{statistics.median(ratios):.0f}"
        _said(lines, f"{need[0]}, {need[1]}", "median", "", "", "", median, "")
    return lines


def beside_greedy() -> list[str]:
    """Costs of greedy choice over the plan's."""
    lines = _table(
        "sites | wanted | greedy over the plan: median (least–most) | plans | greedy ends without"
    )
    few: list[tuple[int, tuple[int, int]]] = [(150, (60, 30)), (150, (40, 30)), (300, (90, 45))]
    plenty = [(sites, need) for sites in (500, 2_000, 10_000) for need in NEEDS]
    for make, asked in ((large_problem, plenty), (scarce, few)):
        for sites, need in asked:
            ratios, plans = [], 0
            for seed in range(10):
                found = _compared(make(sites, seed, need=need))
                plans += not math.isnan(found)
                if math.isfinite(found):
                    ratios.append(found)
            kind = "plenty" if make is large_problem else "scarce"
            wanted, told = f"{need[0]}, {need[1]}", _spread(ratios, 3)
            _said(lines, f"{sites:,}, {kind}", wanted, told, plans, plans - len(ratios))
    return lines


def _compared(problem: Problem) -> float:
    """Greedy's cost over the plan's; infinite where greedy finds none; NaN where there is none."""
    found, chosen = solve(problem), greedy(problem)
    sound = chosen is not None and short_of(problem, np.array(chosen)) == 0
    if found.status != "optimal":
        if sound:
            msg = "greedy found a plan where there is said to be none"
            raise ValueError(msg)
        return math.nan
    if chosen is None:
        return math.inf
    ratio = math.fsum(problem.cost[chosen].tolist()) / found.cost
    if not sound or short_of(problem, found.chosen) > 0 or ratio < 1 - 1e-9:
        msg = f"a choice falls short, or greedy is better: {ratio}"
        raise ValueError(msg)
    return ratio


def reasoned(sites: int = 10_000) -> list[str]:
    """Seconds of the plan's reasons."""
    lines = _table("seed | chosen | all replacement costs, s | 30 perturbed plans, s")
    for seed in SEEDS:
        count, replaced, perturbed = alone(reasons, sites, seed, NEEDS[0]).answer
        _said(lines, seed, count, f"{replaced:.1f}", f"{perturbed:.1f}")
    return lines


def ladder(problem: tuple[int, int, int]) -> tuple[int, int, float, float]:
    """Steps that take no land, sites bought, cost and gap of a whole plan, from tables to proof."""
    bases, candidates = laddered(*problem[:2], problem[2])
    need = {"500": 9 * problem[1] // 10, "1000": 2 * problem[1] // 5}
    plan = hg.plan(bases, candidates=candidates, targets=need, runs=0)
    free = int((plan.ladder["cost"] == 0).sum())
    return free, len(plan.chosen), plan.cost, plan.gap


def laddered(sites: int, bases: int, seed: int) -> tuple[pd.DataFrame, Candidates]:
    """Candidates that somebody proposes, and bases about the lines, a quarter not verified."""
    rng = np.random.default_rng(seed)
    mu = np.round(rng.choice([500.0, 1000.0], bases) * rng.uniform(0.6, 1.3, bases), 2)
    told = pd.DataFrame(
        {
            "variety": rng.choice(["黄精", "天麻", "白芨"], bases),
            "kind": "planting",
            "status": rng.choice(["built", "building", "unknown"], bases, p=[0.85, 0.1, 0.05]),
            **dict.fromkeys(("declared_mu", "counted_mu", "surveyed_mu"), mu),
            "disputed_mu": 0.0,
            "sigma_mu": rng.choice([0.1, 3.0], bases),
            "blocked_by": [["HG401"] if drawn < 0.1 else [] for drawn in rng.random(bases)],
        },
        index=pd.Index([f"B-{number:04}" for number in range(bases)], name="base_id"),
    )
    place = np.arange(sites)
    lon, lat = 108 + (place % 100) * 0.012, 27 + (place // 100) * 0.012
    half = np.sqrt(np.exp(rng.uniform(np.log(500), np.log(1400), sites)) * MU_M2) / 2 / 111_000
    frame = gpd.GeoDataFrame(
        {
            "candidate_id": [f"C-{number:05}" for number in place],
            "cost": np.round(rng.uniform(300, 900, sites), 2),
        },
        geometry=shapely.box(lon - half, lat - half, lon + half, lat + half),
        crs=4490,
    )
    return told, given_candidates(frame)


def laddering(sites: int = 10_000, bases: int = 1_000) -> list[str]:
    """Seconds of the whole plan."""
    lines = _table("sites | bases | seed | free steps | bought | seconds | cost | gap")
    for seed in SEEDS:
        run = alone(ladder, (sites, bases, seed))
        free, bought, cost, gap = run.answer
        told = f"{sites:,}", f"{bases:,}", seed, free, bought, f"{run.seconds:.1f}"
        _said(lines, *told, f"{cost:.2f}", f"{gap:g}")
    return lines


def over_years(problem: tuple[int, int, int, float]) -> tuple[str, float, int]:
    """Status, cost and most begun in a year of a plan over years, its years chosen too."""
    sites, seed, years, seedling_mu = problem
    plain, calendar = large_horizon(sites, seed, years, need=NEEDS[0])
    limited = replace(plain, seedling_mu=np.minimum(plain.seedling_mu, seedling_mu))
    found = calendar.solution(limited)
    begun = calendar.spread(limited).years_of(found.chosen)
    return found.status, found.cost, int(np.bincount(begun, minlength=1).max())


def by_year(sites: int = 10_000, years: int = 5) -> list[str]:
    """Seconds and memory of plans over years."""
    lines = _table("sites | years | seedlings a year | seed | seconds | peak MB | status | cost")
    for seedling_mu in (math.inf, 3_000.0, 1_500.0):
        for seed in SEEDS:
            run = alone(over_years, (sites, seed, years, seedling_mu))
            status, cost, _ = run.answer
            told = "of some" if math.isinf(seedling_mu) else f"{seedling_mu:,.0f} 亩 of each"
            measured = f"{run.seconds:.1f}", f"{run.peak_mb:.0f}"
            _said(lines, f"{sites:,}", years, told, seed, *measured, status, f"{cost:.2f}")
    return lines


def hardest(sites: int = 10_000) -> list[str]:
    """Status and seconds of instances that are harder to prove."""
    lines = _table("what | status | seconds of each seed")
    instances = [harder(sites, seed) for seed in SEEDS]
    for what in instances[0]:
        states, seconds = set(), []
        for problems in instances:
            run = alone(planned, problems[what], limit=HARD_S)
            states.add("not ended" if run is None else run.answer[0])
            seconds.append(f"over {HARD_S:.0f}" if run is None else f"{run.seconds:.1f}")
        _said(lines, what, ", ".join(sorted(states)), ", ".join(seconds))
    return lines


def tables() -> str:
    """Everything measured, as Markdown."""
    parts = (
        ("Size", sizes),
        ("Beside one program over all options, 10,000 sites", beside_full),
        ("Beside greedy choice, ten seeds", beside_greedy),
        ("Reasons, 10,000 sites, 100 and 50 wanted", reasoned),
        ("The whole plan: the ladder, the plans beside it, and what each step saves", laddering),
        ("Over years, 100 and 50 wanted by the last, a fifth more each year", by_year),
        ("Harder, 10,000 sites, 100 and 50 wanted", hardest),
    )
    return "\n\n".join("\n".join([f"## {title}", *make()]) for title, make in parts)


def _spread(values: list[float], digits: int = 2) -> str:
    told = (statistics.median(values), min(values), max(values)) if values else (math.nan,) * 3
    return "{0:.{3}f} ({1:.{3}f}–{2:.{3}f})".format(*told, digits)


def main() -> int:
    """Print the tables, and write them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--out", type=Path, default=OUT)
    given = asked.parse_args()
    before = os.getloadavg()[0]
    found = tables()
    load = f"{before:.1f} before, {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} cores"
    text = f"""# The exact plan

{__doc__.split(chr(10) * 2)[3].strip()}

`python -m benchmarks.planning`. Python {platform.python_version()}, {platform.machine()}, highspy
{importlib.metadata.version("highspy")}, one thread; medians (least–most) of {len(SEEDS)} seeds.
Seconds are those of solving, from the arrays to the proof; peak memory is the whole process's.
Load of the machine: {load}; beyond its cores, seconds are too many by so much, and ratios hold.
Asked: 10 s and 1 GB at 50,000 sites, a tenth of the full program's time at 10,000, replacement
costs within 20 s, perturbed plans within 60 s.

{found}

Full: HiGHS with gap 0, one thread, {LIMIT_S:.0f} s at most; its seconds are those of the arrays,
the model and the solver. Scarce: as many pairs of sites sharing land as sites, at most eight of a
variety, 9,000 亩 of seedlings at most. Greedy: again and again the option that costs least for each
count still wanted (of tiers, varieties, counties), as long as every limit is kept. Harder: each
solve is given {HARD_S:.0f} s. Over years: a base counts a year after it is begun, at most 30
are begun in a year; seconds are those of the plan and of its years.
"""
    given.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The horizon of a plan: its years, what is wanted in each, and when each option can count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.foundation.wrong_calls import WrongCallError
from herbgis.geo.geodesy import Floats, Ints
from herbgis.planning.choosing.calendar import Calendar
from herbgis.planning.choosing.drafting import Draft
from herbgis.planning.choosing.options import takes_land
from herbgis.planning.choosing.standing_steps import FINISH, MEND
from herbgis.terms.policy import Policy

#: A plan goes over at most so many years, of these centuries.
MOST_YEARS = 20
_CENTURIES = (1949, 2199)
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, eq=False)
class Horizon:
    """The years of a plan, and its options in them.

    Attributes
    ----------
    first, last : int
    draft : Draft
        Without bases in building that are not to be built within the horizon.
    calendar : Calendar
        Of the draft's options.
    targets : DataFrame
        Bases wanted, index ``year``, a column a tier; missing where a year has no target.
    notes : tuple of str
        What was assumed.
    """

    first: int
    last: int
    draft: Draft
    calendar: Calendar
    targets: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def years(self) -> range:
        """All years."""
        return range(self.first, self.last + 1)


def checked_years(years: tuple[int, int]) -> tuple[int, int]:
    """First and last year of a horizon.

    Raises
    ------
    WrongCallError
        They are no years, or not in order, or too many.
    """
    first, last = years
    earliest, latest = _CENTURIES
    if not all(earliest <= year <= latest for year in years):
        msg = tr(
            "规划期要写起止两个年份, 如 (2021, 2025), 在 {earliest} 到 {latest} 之间, "
            "写的是 {first}、{last}。",
            earliest=earliest,
            latest=latest,
            first=first,
            last=last,
        )
        raise WrongCallError(msg)
    if first > last:
        msg = tr("规划期 {first}–{last} 前后颠倒, 应当是 {last}–{first}。", first=first, last=last)
        raise WrongCallError(msg)
    if last - first >= MOST_YEARS:
        msg = tr(
            "规划期 {first}–{last} 有 {count} 年, 至多 {most} 年。",
            first=first,
            last=last,
            count=last - first + 1,
            most=MOST_YEARS,
        )
        raise WrongCallError(msg)
    return first, last


def targets_at_the_end(
    years: tuple[int, int], policy: Policy, given: Mapping[str, int]
) -> dict[str, int]:
    """Targets of the last year by tier: the caller's, else what the policy says of that year."""
    return {**policy.planning.years.targets.get(years[1], {}), **given}


def horizon_of(drafted: Draft, years: tuple[int, int], policy: Policy) -> Horizon:
    """A draft over years.

    Parameters
    ----------
    drafted : Draft
        Its targets are those of the last year.
    years : (int, int)
        The first and the last, as `checked_years` gives them.
    policy : Policy
        Its ``[planning.years]`` holds how long bases are in building, earlier targets, and how
        many can be begun in a year.
    """
    first, last = years
    count = last - first + 1
    due, unknown = _due(drafted.options, first)
    late = due > last
    within = _without(drafted, late)
    land = takes_land(within.options)
    building = policy.planning.years.building or 0
    targets = _targets(drafted, range(first, last + 1), policy)
    ahead = targets.T - pd.Series(drafted.targets)[targets.columns].to_numpy()[:, None]
    calendar = Calendar(
        years=count,
        delay=np.where(land, building, np.maximum(due[~late] - first, 0)).astype(np.intp),
        dated=land,
        ahead=ahead.fillna(-np.inf).to_numpy(dtype=float),
        begun_most=np.full(count, policy.planning.years.begun_most),
    )
    notes = _notes(drafted, late, unknown, years, policy)
    return Horizon(first, last, within, calendar, targets, tuple(notes))


def _due(options: pd.DataFrame, first: int) -> tuple[Ints, Floats]:
    """The year from which each option counts at the earliest, and which bases tell none."""
    found = [_YEAR.search(text) for text in options["by"]]
    finish = (options["action"] == FINISH).to_numpy(dtype=bool)
    told = np.array([first if year is None else int(year[0]) for year in found], dtype=np.intp)
    silent = np.array([year is None for year in found], dtype=bool)
    return np.where(finish, told, first), finish & silent


def _without(drafted: Draft, late: np.ndarray) -> Draft:
    """The draft without some bases in building."""
    if not late.any():
        return drafted
    gone = set(drafted.options.loc[late, "base_id"])
    steps = drafted.steps
    gone_steps = (steps["action"] == FINISH) & steps["base_id"].isin(gone)
    return replace(
        drafted,
        problem=drafted.problem.of(~late),
        options=drafted.options[~late].reset_index(drop=True),
        steps=steps[~gone_steps].reset_index(drop=True),
    )


def _targets(drafted: Draft, years: range, policy: Policy) -> pd.DataFrame:
    """Bases wanted, by year and tier: the policy's of earlier years, the draft's of the last."""
    stated = policy.planning.years.targets
    rows = {year: dict(stated.get(year, {})) for year in years}
    rows[years[-1]] = dict(drafted.targets)
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=float)
    # Of a year without targets pandas 3.0.0 makes no row.
    return table.reindex(index=pd.Index(years, name="year"), columns=[*drafted.targets])


def _notes(
    drafted: Draft,
    late: np.ndarray,
    unknown: np.ndarray,
    years: tuple[int, int],
    policy: Policy,
) -> Iterator[str]:
    rule, ids = policy.planning.years, drafted.options["base_id"].to_numpy(dtype=object)
    if rule.building is None:
        yield tr(
            "从开工到计入几年没有依据, 按当年开工、当年计入; 请在工作要点写 "
            "[planning.years] building = 年数。"
        )
    else:
        yield tr("新建、扩建的, 开工后 {years} 年计入 (工作要点所写)。", years=rule.building)
    if (rule.building or 0) > years[1] - years[0]:
        yield tr("规划期内开工的新建、扩建, 到期末都还没有计入。")
    if late.any():
        yield tr(
            "在建而计划在 {last} 年以后建成的, 规划期内不计: {ids}。",
            last=years[1],
            ids=listed(ids[late]),
        )
    if (drafted.options["action"] == MEND).any():
        yield tr("补正的, 按 {first} 年补正计入。", first=years[0])
    if unknown.any():
        yield tr(
            "在建而没有写何时建成的, 按 {first} 年建成: {ids}。",
            first=years[0],
            ids=listed(ids[unknown]),
        )
    beyond = sorted(year for year in rule.targets if not years[0] <= year <= years[1])
    if beyond:
        yield tr("工作要点里规划期以外的年份没有用: {years}。", years=listed(map(str, beyond)))
    if np.isfinite(drafted.problem.seedling_mu).any():
        yield tr("种苗的限制按每一年算。")
    yield tr(
        "成本不随年份变, 也不折现; 成本相同的安排里, 取开工最多的一年开得最少的, 再尽量晚开工。"
    )

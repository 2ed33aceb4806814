"""The ladder: all steps of a plan from the cheapest sort to the dearest, and what each moves.

What takes no land comes first: to mend what blocks a base, to measure again one on the line, to
finish what is in building. Then bases are enlarged, then founded. Steps that take no land cost
nothing in the one exact model, so that it buys only what is wanted beyond all of them. What a new
survey gives is a chance, and no gain: it is listed, and nothing is counted on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats, Ints
from herbgis.measuring.chances import chance_of_reaching
from herbgis.planning.choosing.calendar import Calendar, solution_of
from herbgis.planning.choosing.drafting import Draft
from herbgis.planning.choosing.options import ENLARGE, NEW, gains_of, takes_land
from herbgis.planning.choosing.problem import Problem
from herbgis.planning.choosing.solving import Solution
from herbgis.planning.choosing.standing_steps import FINISH, MEND, REMEASURE
from herbgis.terms.policy import Policy

#: The steps in their order; an action of an option by the name of its step.
FOUND = "found"
STEPS = (MEND, REMEASURE, FINISH, ENLARGE, FOUND)
_STEP_OF = {NEW: FOUND}
#: What a step is to the plan: the plan's numbers rest on it; they do not, for what it gives is left
#: to chance; it is needed where those that take no land come to nothing; it moves no target.
COUNTED, CHANCE, RESERVE, NOTHING = "counted", "chance", "reserve", "nothing"
#: Digits that numbers have in JSON, wherever their point is: costs have any scale.
_DIGITS = 12
_COLUMNS = (
    *("step", "base", "county", "township", "variety", "role", "what", "codes", "by"),
    *("now_mu", "mu", "new_mu", "tier", "moves", "cost", "chance", "replacement_cost"),
)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Plans under what the steps that take no land may come to.

    Attributes
    ----------
    without : Solution or None
        Where none of them comes to anything; its options are those of the draft. None where there
        are no such steps.
    helped : Solution or None
        Where all do, and every base that is measured again reaches its threshold; None where there
        is nothing to measure again.
    """

    without: Solution | None
    helped: Solution | None


def outcomes_of(drafted: Draft, policy: Policy, calendar: Calendar | None = None) -> Outcomes:
    """The plans beside the one that counts on all steps but those left to chance."""
    problem, land = drafted.problem, takes_land(drafted.options)
    without = None
    if not land.all():
        found = solution_of(problem.of(land), calendar and calendar.of(land))
        without = replace(found, chosen=np.flatnonzero(land)[found.chosen])
    steps = drafted.steps
    again = steps[steps["action"] == REMEASURE]
    if not len(again):
        return Outcomes(without, None)
    return Outcomes(without, solution_of(_if_reached(drafted, again, policy), calendar))


def _if_reached(drafted: Draft, again: pd.DataFrame, policy: Policy) -> Problem:
    """The problem where every base that is measured again reaches its threshold."""
    best = again.sort_values("mu").drop_duplicates("base_id", keep="last")
    reached = best.set_index("base_id")["mu"]
    options = drafted.options
    then = options["base_id"].map(reached).fillna(options["now_mu"])
    gains = gains_of(options.assign(now_mu=np.maximum(options["now_mu"], then)), policy)
    need = drafted.problem.need - gains_of(best, policy).sum(axis=1)
    return replace(drafted.problem, need=need, gains=gains)


def with_all_free(drafted: Draft, solution: Solution) -> Ints:
    """The options of a plan, and all others that take no land and can be done beside them."""
    problem = drafted.problem
    excluded: dict[int, set[int]] = {}
    for one, other in problem.conflicts.tolist():
        excluded.setdefault(one, set()).add(other)
        excluded.setdefault(other, set()).add(one)
    taken = set(solution.chosen.tolist())
    sites = set(problem.site[solution.chosen].tolist())
    for option in np.flatnonzero(~takes_land(drafted.options)).tolist():
        site = int(problem.site[option])
        if site not in sites and not excluded.get(site, set()) & sites:
            taken.add(option)
            sites.add(site)
    return np.array(sorted(taken), dtype=np.intp)


def ladder_of(
    drafted: Draft,
    taken: Ints,
    replacement_costs: Mapping[int, float],
    outcomes: Outcomes,
    policy: Policy,
) -> pd.DataFrame:
    """All steps in their order.

    Parameters
    ----------
    drafted : Draft
    taken : array of int
        Options that the plan counts on, as `with_all_free` gives them.
    replacement_costs : mapping of int to float
        What the best plan without an option costs more, of those that it matters for.
    outcomes : Outcomes
    policy : Policy

    Returns
    -------
    DataFrame
        As `Plan.ladder`.
    """
    options = drafted.options
    reserve = np.empty(0, dtype=np.intp)
    if outcomes.without is not None:
        reserve = np.setdiff1d(outcomes.without.chosen, taken)
    listed = [
        _of_options(options, taken, COUNTED),
        _of_options(options, reserve, RESERVE),
        _unused(drafted.steps, options, taken),
    ]
    rows = pd.concat([each for each in listed if len(each)] or listed[:1], ignore_index=True)
    rows["replacement_cost"] = rows["option"].map(replacement_costs)
    gains = gains_of(rows, policy)
    rows.loc[(gains <= 0).all(axis=0), "role"] = NOTHING
    rows["moved"] = gains.sum(axis=0)
    rows["rank"] = [STEPS.index(step) for step in rows["step"]]
    rows["standing"] = [(COUNTED, CHANCE, RESERVE, NOTHING).index(role) for role in rows["role"]]
    order = rows.sort_values(
        ["rank", "standing", "moved", "cost", "base"],
        ascending=[True, True, False, True, True],
        kind="stable",
    ).index
    rows = rows.loc[order].reset_index(drop=True)
    rows["moves"] = list(_moves(rows, gains[:, order], drafted.have, policy))
    rows["chance"] = [min((m["chance"] for m in moves), default=np.nan) for moves in rows["moves"]]
    return rows[[*_COLUMNS]]


def _of_options(options: pd.DataFrame, numbers: Ints, role: str) -> pd.DataFrame:
    """Steps that are options of the model."""
    rows = options.iloc[numbers]
    what = [_told(row) for row in rows.to_dict("records")]
    return rows.assign(option=numbers, role=role, step=step_names(rows), what=what, base=rows["id"])


def step_names(options: pd.DataFrame) -> pd.Series:
    """Which step of the ladder each option is."""
    return options["action"].replace(_STEP_OF)


def _told(row: Mapping[str, Any]) -> str:
    """What is done with a base or site, in the language."""
    if row["action"] == NEW:
        return tr("新建 {mu:.2f} 亩", mu=row["mu"])
    if row["action"] == ENLARGE:
        return tr("扩 {mu:.2f} 亩", mu=row["new_mu"])
    if row["disputed"]:
        return tr("{what}; 与别的基地争同一块地, 说清归谁, 至多一个计入", what=row["what"])
    if row["action"] == FINISH and not row["what"]:
        return tr("建成")
    return str(row["what"])


def _unused(steps: pd.DataFrame, options: pd.DataFrame, taken: Ints) -> pd.DataFrame:
    """Steps that the plan does not count on: left to chance, or of no use as far as is known."""
    counted = set(options.iloc[taken][["action", "base_id"]].itertuples(index=False, name=None))
    own = zip(steps["action"], steps["base_id"], strict=True)
    rows = steps[np.array([step not in counted for step in own], dtype=bool)]
    again = rows["action"] == REMEASURE
    return rows.assign(
        option=-1,
        step=rows["action"],
        base=rows["base_id"],
        role=np.where(again, CHANCE, NOTHING),
        what=[_told_of_unused(row) for row in rows.to_dict("records")],
        new_mu=0.0,
        cost=np.where(again, np.nan, 0.0),
    )


def _told_of_unused(row: Mapping[str, Any]) -> str:
    """What can be done with a base on which the plan does not count, in the language."""
    if row["action"] == REMEASURE:
        return tr(
            "核定 {mu:.2f} 亩, 标准差 {sigma:.2f} 亩", mu=row["now_mu"], sigma=row["sigma_mu"]
        )
    if row["disputed"]:
        return _told(row)
    return tr("{what}; 按图斑 {mu:.2f} 亩, 不到规模线", what=_told(row), mu=row["mu"])


def _moves(
    rows: pd.DataFrame, gains: Floats, have: Mapping[str, int], policy: Policy
) -> Sequence[list[dict[str, Any]]]:
    """What each step moves: of which tier, from which count to which, and how sure it is.

    Counts run on over the steps that the plan counts on; the others are told from where they stand.
    """
    count = dict(have)
    told = []
    for number, row in enumerate(rows.to_dict("records")):
        moves = []
        for tier, gain in zip(policy.tiers, gains[:, number].tolist(), strict=True):
            if gain and row["role"] != NOTHING:
                before = count[tier.label]
                after = before + int(gain)
                chance = _chance(row, tier.threshold_mu)
                moves.append({"tier": tier.label, "from": before, "to": after, "chance": chance})
                if row["role"] == COUNTED:
                    count[tier.label] = after
        told.append(moves)
    return told


def _chance(row: Mapping[str, Any], threshold_mu: float) -> float:
    """Probability that the area reaches a threshold; NaN where nothing was measured."""
    if not np.isfinite(row["sigma_mu"]):
        return float("nan")
    mu, sigma = (row["now_mu"] if row["step"] == REMEASURE else row["mu"]), row["sigma_mu"]
    if row["step"] == ENLARGE:  # the survey error grows with the outline
        sigma *= np.sqrt(row["mu"] / row["now_mu"])
    return float(chance_of_reaching(np.array([mu]), np.array([sigma]), threshold_mu)[0])


def ladder_rows(ladder: pd.DataFrame) -> list[dict[str, Any]]:
    """The ladder as plain values, for JSON: what is not known, or has no bound, is None."""
    return [
        {name: _plain(value) for name, value in row.items()} for row in ladder.to_dict("records")
    ]


def in_digits(value: float) -> float:
    """A number without the noise of reckoning behind its digits."""
    return float(f"{value:.{_DIGITS}g}")


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, float):
        return in_digits(value) if np.isfinite(value) else None
    return None if value == "" else value

"""What a policy's file asks of a plan: effort, quotas by variety and county, and by year."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from herbgis.foundation.errors import PolicyError, UnknownNameError
from herbgis.foundation.language import tr
from herbgis.terms.policy import PlanningRule, Policy, Quota
from herbgis.terms.yearly_rules import Rest, YearsRule

Said = TypeVar("Said", Quota, Rest)


def planning_rule(entry: Mapping[str, Any]) -> PlanningRule:
    """The rule that the table ``[planning]`` states, its quotas under the names written there.

    Raises
    ------
    PolicyError
        A quota says what none can say, or asks for more than it allows.
    """
    return PlanningRule(
        unsuited=float(entry["unsuited"]),
        per_km=float(entry["per_km"]),
        most_enlarged=float(entry["most_enlarged"]),
        variety={name: _quota(name, q) for name, q in entry.get("variety", {}).items()},
        county={name: _quota(name, q) for name, q in entry.get("county", {}).items()},
        years=_years(entry.get("years", {})),
        rotation={
            name: Rest(rest=each["rest"], grows=each.get("grows"))
            for name, each in entry.get("rotation", {}).items()
        },
    )


def _years(entry: Mapping[str, Any]) -> YearsRule:
    targets = entry.get("targets", {}).items()
    return YearsRule(
        building=entry.get("building"),
        begun_most=float(entry.get("begun_most", math.inf)),
        targets={int(year): each for year, each in targets if year != "source"},
    )


def _quota(name: str, entry: Mapping[str, Any]) -> Quota:
    quota = Quota(**entry)
    if quota.least > quota.most:
        msg = tr(
            "规划指标 {name}: 至少 {least} 个多于至多 {most:g} 个",
            name=name,
            least=quota.least,
            most=quota.most,
        )
        raise PolicyError(msg)
    return quota


def under_canonical_names(policy: Policy) -> PlanningRule:
    """A policy's planning rule with its quotas under canonical names.

    Raises
    ------
    UnknownNameError
        A quota for a variety or county that the policy does not know, or a year's target for a
        tier that it does not have.
    """

    def named(column: str, quotas: Mapping[str, Said], known: Iterable[str]) -> dict[str, Said]:
        for name in quotas:
            if policy.canonical(column, name) is None:
                raise UnknownNameError(tr("规划指标里的名称"), name, known)
        return {str(policy.canonical(column, name)): quota for name, quota in quotas.items()}

    rule = policy.planning
    for targets in rule.years.targets.values():
        for label in targets:
            if label not in policy.tier_labels:
                raise UnknownNameError(tr("规模等级"), label, policy.tier_labels)
    return replace(
        rule,
        variety=named("variety", rule.variety, policy.varieties),
        county=named("county", rule.county, policy.words["county"]),
        rotation=named("variety", rule.rotation, policy.varieties),
    )

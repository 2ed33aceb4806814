"""What a policy's file asks of a plan: effort, and quotas by variety and county."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from herbgis.foundation.errors import PolicyError, UnknownNameError
from herbgis.foundation.language import tr
from herbgis.terms.policy import PlanningRule, Policy, Quota


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
        A quota for a variety or county that the policy does not know.
    """

    def named(column: str, quotas: Mapping[str, Quota], known: Iterable[str]) -> dict[str, Quota]:
        for name in quotas:
            if policy.canonical(column, name) is None:
                raise UnknownNameError(tr("规划指标里的名称"), name, known)
        return {str(policy.canonical(column, name)): quota for name, quota in quotas.items()}

    rule = policy.planning
    return replace(
        rule,
        variety=named("variety", rule.variety, policy.varieties),
        county=named("county", rule.county, policy.words["county"]),
    )

"""The policy that a table of bases was classified under, and how it travels with the table.

`classify` puts it into the table: whole, as JSON, into ``attrs["herbgis"]``, which pickle and
parquet keep, and its digest into a column, which every format keeps. A later step takes it from
there, so that bases of tiers of 300 and 800 亩 are not counted by 500 and 1,000.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from herbgis.foundation import resources
from herbgis.foundation.errors import PolicyError, PolicyMismatchError
from herbgis.foundation.language import listed, tr
from herbgis.terms import columns as cols
from herbgis.terms.carried_layers import CARRIED, layers_in, text_of
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import is_as_read, load_policy, policy_of_layers

#: The column of the digests.
DIGEST = "policy"
_DIGEST = re.compile(r"sha256:[0-9a-f]{16}")
_DIGITS = 16


def policy_text(policy: Policy) -> str | None:
    """A policy as JSON: what its files say, from the one that extends none on.

    None of a policy that was changed in a program after it was read: no file says what it is.
    """
    return text_of(policy.layers) if is_as_read(policy) else None


def digest_of(policy: Policy) -> str:
    """What tells one policy from another: the same for all that say the same."""
    text = policy_text(policy)
    return _digest(text or json.dumps(_fields(policy)))


def digest_column(policy: Policy, index: pd.Index) -> pd.Series:
    """The column that tells of each base which policy it was classified under."""
    return pd.Series(digest_of(policy), index=index, dtype="str")


def remarks_of(policy: Policy) -> dict[str, str]:
    """A frame's remark that holds the policy whole, where it can be told."""
    text = policy_text(policy)
    return {} if text is None else {CARRIED: text}


def policy_for(bases: pd.DataFrame, given: Policy | None = None) -> Policy:
    """The policy for a step with bases: the one given, else the one they carry, else the default.

    Raises
    ------
    PolicyMismatchError
        The bases were classified under another policy, with other tiers, or under several.
    PolicyError
        What they carry is no policy, or is only the digest of one that is not known.
    """
    digests = digests_in(bases)
    known = {digest: policy for digest, policy in _shipped().items() if digest in digests}
    if CARRIED in bases.attrs:
        carried, digest = _read(str(bases.attrs[CARRIED]))
        known[digest] = carried
    names = listed(sorted({policy.name for policy in known.values()} | (digests - set(known))))
    if given is not None:
        _refuse_other_tiers(bases, given, known, digests)
        return given
    if len(digests | set(known)) > 1:
        msg = tr(
            "这张表里的基地是按不止一份工作要点分级的 ({names}), 不知道按哪一份计数。"
            "请按同一份重新 hg.classify; 规模线相同的, 也可以用 policy= 指明一份。",
            names=names,
        )
        raise PolicyMismatchError(msg)
    if not digests | set(known):
        return load_policy()
    if not known:
        msg = tr(
            "这些基地是按自己的工作要点 (摘要 {names}) 分级的, 文件里只留下摘要。"
            "请用 policy= 给出那一份: policy=hg.load_policy('要点.toml'), "
            "或 hg.load_policy('herbgis 写出的.gpkg')。",
            names=names,
        )
        raise PolicyError(msg)
    return next(iter(known.values()))


def policy_counted_by(counted: Policy, given: Policy | None = None) -> Policy:
    """The policy for what tells of a count: the one given, else the one that was counted by.

    Raises
    ------
    PolicyMismatchError
        The one given has other tiers.
    """
    if given is not None and tiers_of(given) != tiers_of(counted):
        raise PolicyMismatchError(
            tr(
                "这些个数是按 {counted} ({lines}) 统计的, 给的工作要点 {given} 是 {others}。"
                "请去掉 policy=, 用统计时的; 或按 {given} 重新统计。",
                counted=counted.name,
                lines=_told(counted),
                given=given.name,
                others=_told(given),
            )
        )
    return given or counted


@functools.lru_cache(maxsize=8)
def _read(text: str) -> tuple[Policy, str]:
    """The policy of a JSON that `policy_text` wrote, and its digest."""
    layers = layers_in(text, tr("表里带的"))
    return policy_of_layers(layers, tr("表里带的")), _digest(text_of(layers))


def _digest(text: str) -> str:
    """The digest of a JSON, whatever the order of its keys."""
    canonical = json.dumps(
        json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()[:_DIGITS]}"


@functools.lru_cache(maxsize=1)
def _shipped() -> Mapping[str, Policy]:
    """The policies that herbgis ships, by digest."""
    policies = map(load_policy, resources.names_in("policies", ".toml"))
    return {digest_of(policy): policy for policy in policies}


def digests_in(bases: pd.DataFrame) -> set[str]:
    """The digests in a table, by which bases that `classify` gave are known.

    A column of that name without any is the analyst's own.
    """
    names = [name for name in (DIGEST, cols.titles()[DIGEST]) if name in bases]
    cells = chain.from_iterable(pd.unique(bases[name].astype(object)) for name in names)
    return {cell for cell in cells if isinstance(cell, str) and _DIGEST.fullmatch(cell)}


def _refuse_other_tiers(
    bases: pd.DataFrame, given: Policy, known: Mapping[str, Policy], digests: set[str]
) -> None:
    """Refuse a policy under which bases do not have the tiers that they were given."""
    for policy in known.values():
        if tiers_of(policy) != tiers_of(given):
            msg = tr(
                "这些基地是按 {name} ({tiers}) 分级的, 给的工作要点 {given} 是 "
                "{given_tiers}。请去掉 policy=, 用表里带的; 或按 {given} 重新 hg.classify。",
                name=policy.name,
                tiers=_told(policy),
                given=given.name,
                given_tiers=_told(given),
            )
            raise PolicyMismatchError(msg)
    unknown = digests - set(known) - {digest_of(given)}
    if unknown and _has_other_tiers(bases, given):
        msg = tr(
            "这些基地的规模等级 (tier) 与 {name} ({tiers}) 不符, 是按另一份工作要点分的。"
            "请用 policy= 给出那一份, 或按 {name} 重新 hg.classify。",
            name=given.name,
            tiers=_told(given),
        )
        raise PolicyMismatchError(msg)


def tiers_of(policy: Policy) -> list[tuple[str, float]]:
    """What of a policy's tiers decides which one a base has."""
    return [(tier.label, tier.threshold_mu) for tier in policy.tiers]


def _told(policy: Policy) -> str:
    return listed(tr("{mu:g} 亩", mu=mu) for _, mu in tiers_of(policy))


def _has_other_tiers(bases: pd.DataFrame, policy: Policy) -> bool:
    """Whether a base has a tier that its area does not reach under a policy, or passes."""
    if not {"tier", "counted_mu"} <= set(bases.columns):
        return False
    areas = pd.to_numeric(bases["counted_mu"], errors="coerce").to_numpy(dtype=float)
    tiers = bases["tier"].astype("str").str.removesuffix(".0").to_numpy(dtype=object)
    return any(
        policy.tier_reached(mu) != tier
        for mu, tier in zip(areas, tiers, strict=True)
        if not np.isnan(mu) and isinstance(tier, str)
    )


def _fields(policy: Policy) -> dict[str, Any]:
    """A policy's tiers, counting rule and tolerances, where no file says what it is."""
    return {
        "tiers": [asdict(tier) for tier in policy.tiers],
        "counting": {**asdict(policy.counting), "mode_factors": dict(policy.counting.mode_factors)},
        "tolerances": dict(policy.tolerances),
        "year": policy.year,
        "name": policy.name,
    }

"""A plan over years as tables: when each step is begun, counts and is harvested; what a year needs.

What is founded or enlarged counts once it is planted. So seedlings are needed in that year, and
harvests are reckoned from it. Land on which a crop cannot follow itself rests after a harvest, so
that a base keeps its area in production only on further land.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.planning.choosing.calendar import Spread
from herbgis.planning.choosing.horizons import Horizon
from herbgis.planning.choosing.ladder import STEPS, step_names, with_all_free
from herbgis.planning.choosing.options import OPEN, gains_of, takes_land
from herbgis.planning.choosing.standing_steps import MEND
from herbgis.terms.policy import Policy
from herbgis.terms.yearly_rules import years_between

_TOLD = ("county", "township", "variety", "tier", "now_mu", "mu", "new_mu", "cost")
_DATES = ("begun", "counted", "harvest_from", "harvest_to")
#: 株 in a 万株.
_WAN = 10_000


def in_years(
    parts: Mapping[str, Any],
    horizon: Horizon,
    spread: Spread,
    seedlings_per_mu: pd.Series,
    policy: Policy,
) -> dict[str, Any]:
    """What a `YearlyPlan` is made of.

    Parameters
    ----------
    parts : mapping
        What a `Plan` is made of.
    horizon : Horizon
    spread : Spread
        Of the horizon's problem.
    seedlings_per_mu : Series of float
        株, by variety; missing where no base tells it.
    policy : Policy
    """
    dated = _dated(parts, horizon, spread, policy)
    rotation = _Rotation.of(dated, policy)
    years = _years(dated, horizon, seedlings_per_mu, rotation, policy)
    notes = [
        *parts["notes"],
        *horizon.notes,
        *_on_harvests(dated, policy),
        *_on_seedlings(dated, seedlings_per_mu),
        *rotation.notes(policy),
    ]
    return {**parts, "notes": tuple(notes), "table": years, "dated": dated, "_horizon": horizon}


def _dated(
    parts: Mapping[str, Any], horizon: Horizon, spread: Spread, policy: Policy
) -> pd.DataFrame:
    """A row a step that the plan counts on, with its years."""
    drafted, chosen = horizon.draft, parts["_solution"].chosen
    taken = with_all_free(drafted, parts["_solution"])
    begun = pd.Series(spread.years_of(chosen), index=chosen).reindex(taken, fill_value=0)
    options = drafted.options.iloc[taken]
    table = pd.DataFrame({"step": step_names(options), "base": options["id"]})
    table[[*_TOLD]] = options[[*_TOLD]]
    table["begun"] = horizon.first + begun.to_numpy()
    table["counted"] = table["begun"] + horizon.calendar.delay[taken]
    land = takes_land(options)
    growing = [
        _years_to_harvest(name, policy) if planted else None
        for name, planted in zip(table["variety"], land, strict=True)
    ]
    for name, end, whole in (("harvest_from", 0, math.floor), ("harvest_to", 1, math.ceil)):
        after = [None if years is None else whole(years[end]) for years in growing]
        table[name] = table["counted"] + pd.Series(after, index=table.index, dtype="Int64")
    table["land"] = land
    table["begun"] = table["begun"].astype("Int64").where(land)
    table["rank"] = [STEPS.index(step) for step in table["step"]]
    order = ["land", "begun", "rank", "counted", "cost", "base"]
    return table.sort_values(order, kind="stable", ignore_index=True).drop(columns="rank")


def _years_to_harvest(variety: str, policy: Policy) -> tuple[float, float] | None:
    known = policy.varieties.get(variety)
    return None if known is None else years_between(known.years_to_harvest)


def _years(
    dated: pd.DataFrame,
    horizon: Horizon,
    seedlings_per_mu: pd.Series,
    rotation: _Rotation,
    policy: Policy,
) -> pd.DataFrame:
    """A row a year."""
    gains = gains_of(dated, policy)
    land = dated[dated["land"]]
    rows = []
    for year in horizon.years:
        begun = land[land["begun"] == year]
        completed = dated[(dated["counted"] == year) & (dated["step"] != MEND)]
        counted = gains[:, (dated["counted"] <= year).to_numpy()].sum(axis=1).astype(int)
        row: dict[str, Any] = {
            "year": year,
            "mended": int(((dated["step"] == MEND) & (dated["counted"] == year)).sum()),
            "begun": len(begun),
            "building": int(
                (dated["begun"].fillna(year).le(year) & (dated["counted"] > year)).sum()
            ),
            "completed": len(completed),
            "cost": math.fsum(begun["cost"]),
        }
        for tier, gained in zip(policy.tiers, counted.tolist(), strict=True):
            row[f"counted_{tier.label}"] = horizon.draft.have[tier.label] + gained
            row[f"target_{tier.label}"] = horizon.targets.loc[year, tier.label]
        row["harvest_from"] = int((land["harvest_from"] == year).sum())
        row["harvest_to"] = int((land["harvest_to"] == year).sum())
        row["new_mu"] = math.fsum(land.loc[land["counted"] == year, "new_mu"])
        row["seedlings"] = _seedlings(land[land["counted"] == year], seedlings_per_mu)
        row["rotation"] = rotation.in_year(year)
        held = [each["mu"] for each in row["rotation"]]
        row["rotation_mu"] = math.nan if None in held else math.fsum(held)
        rows.append(row)
    labels = {f"target_{tier.label}": "Int64" for tier in policy.tiers}
    return pd.DataFrame(rows).astype(labels)


def _seedlings(planted: pd.DataFrame, per_mu: pd.Series) -> list[dict[str, Any]]:
    """What is planted in a year, by variety, and the seedlings that it takes."""
    rows = []
    for variety, own in planted.groupby("variety", sort=True):
        mu, needed = math.fsum(own["new_mu"]), float(per_mu.get(variety, math.nan))
        wan = mu * needed / _WAN if needed > 0 else None
        rows.append({"variety": variety or None, "mu": mu, "seedlings_wan": wan})
    return rows


@dataclass(frozen=True, eq=False)
class _Rotation:
    """Land planted with crops that cannot follow themselves.

    Attributes
    ----------
    planted : DataFrame
        Rows of the dated steps, with ``grows`` and ``rest``, in years; missing where nobody told.
    """

    planted: pd.DataFrame

    @classmethod
    def of(cls, dated: pd.DataFrame, policy: Policy) -> _Rotation:
        """What of a plan needs rotation: by the policy, or by the catalogue."""
        given = policy.planning.rotation
        unable = {
            name
            for name, known in policy.varieties.items()
            if known.growing.get("follows_itself") is False
        }
        planted = dated[dated["land"] & dated["variety"].isin(unable | given.keys())].copy()
        rests, grows = [], []
        for name in planted["variety"]:
            rule, known = given.get(name), _years_to_harvest(name, policy)
            own = None if rule is None else rule.grows
            if own is None and known is not None:
                own = max(math.ceil(known[0]), 1)
            rests.append(math.nan if rule is None else float(rule.rest))
            grows.append(math.nan if own is None else float(own))
        planted["rest"], planted["grows"] = rests, grows
        return cls(planted)

    def in_year(self, year: int) -> list[dict[str, Any]]:
        """Land beside the bases that rotation holds in a year, by variety; None: not known.

        After each harvest a base moves on to further land, until what was harvested first has
        rested: then its plots suffice, and they are one and the years of rest by those of growth,
        rounded up, in all.
        """
        rows = []
        planted = self.planted[self.planted["counted"] <= year]
        for variety, own in planted.groupby("variety", sort=True):
            moved = (year - own["counted"]) // own["grows"]
            plots = np.minimum(moved, np.ceil(own["rest"] / own["grows"]))
            mu = None if plots.isna().any() else math.fsum(own["new_mu"] * plots)
            rows.append({"variety": variety, "mu": mu})
        return rows

    def notes(self, policy: Policy) -> Iterator[str]:
        """What the land rests on, and of which varieties it is not known."""
        known = self.planted.dropna(subset=["rest", "grows"]).drop_duplicates("variety")
        told = [
            tr("{variety} 种 {grows:.0f} 年、收后歇 {rest:.0f} 年", **row)
            for row in known[["variety", "grows", "rest"]].to_dict("records")
        ]
        if told:
            yield tr(
                "轮作地: 只算新建、扩建的, 现有基地的没有算; 歇几年照工作要点, "
                "种几年没有写的照品种目录里最短的: {told}。",
                told=listed(told),
            )
        unknown = sorted({*self.planted["variety"]} - {*known["variety"]})
        if unknown:
            said = [_with_note(name, policy) for name in unknown]
            yield tr(
                "不能连作而没有给间隔的, 轮作地没有算: {names}; "
                '请在工作要点写 [planning.rotation."品种"] rest = 年数, 没有采收年限的还要 grows。',
                names=listed(said),
            )


def _with_note(variety: str, policy: Policy) -> str:
    known = policy.varieties.get(variety)
    note = "" if known is None else known.growing.get("rotation_note", "")
    return f"{variety} ({note})" if note else variety


def _on_harvests(dated: pd.DataFrame, policy: Policy) -> Iterator[str]:
    """From when harvests are reckoned, and what is not known of them."""
    land = dated[dated["land"]]
    if not len(land):
        return
    yield tr("新建、扩建的, 计入那年种下; 首次采收由此算起, 采收年限见品种目录, 有长有短。")
    known = sorted({*land.loc[land["harvest_from"].notna(), "variety"]})
    unsourced = [n for n in known if "years_to_harvest" in policy.varieties[n].unsourced]
    if unsourced:
        yield tr("采收年限没有出处的: {names}。", names=listed(unsourced))
    silent = land[land["harvest_from"].isna()]
    names = sorted({*silent["variety"]} - {OPEN})
    if names:
        yield tr("不知道几年采收的, 没有算: {names}。", names=listed(names))
    still_open = int((silent["variety"] == OPEN).sum())
    if still_open:
        yield tr("品种待定的 {count} 个, 采收、种苗和轮作都还不能算。", count=still_open)


def _on_seedlings(dated: pd.DataFrame, per_mu: pd.Series) -> Iterator[str]:
    """Of which varieties only the area to be planted is known."""
    names = sorted({*dated.loc[dated["land"], "variety"]} - {OPEN})
    silent = [name for name in names if not per_mu.get(name, math.nan) > 0]
    if silent:
        yield tr("没有基地填每亩用苗 (用种), 只列要种多少亩: {names}。", names=listed(silent))

"""Sheet: what stands around the map, as texts. Floor 7."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from herbgis import columns as cols
from herbgis.policy import Policy
from herbgis.progress import rate_text
from herbgis.webmap import words
from herbgis.webmap.payload import name_of, radius_px

#: Columns whose words on the page are those of the tables, so that a row can filter the map.
_FILTERS = ("county", "variety", "reporting_unit", "group", "kind", "status", "township", "mode")


@dataclass(frozen=True)
class Target:
    """A target's card: its figures, and how far its bar is filled, in percent."""

    title: str
    verified: str
    target: str
    rate: str
    mu: str
    figures: tuple[tuple[str, str], ...]
    verified_share: float
    pending_share: float


@dataclass(frozen=True)
class Breakdown:
    """A table of the panel; the first `keys` columns are names, the others figures.

    `key` is the column that its one name is of; its rows filter the map.
    """

    title: str
    unit: str
    keys: int
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    key: str | None = None


@dataclass(frozen=True)
class Swatch:
    """A line of the legend: a symbol as the map draws it."""

    title: str
    rank: int | None = None
    radius: float = 7.0
    look: str = "solid"
    shape: str = "circle"
    ring: bool = False


@dataclass(frozen=True)
class Sheet:
    """The texts around a map."""

    title: str
    source: str
    as_of: str | None
    data_notes: tuple[str, ...]
    targets: tuple[Target, ...]
    breakdowns: tuple[Breakdown, ...]
    tiers: tuple[Swatch, ...]
    signs: tuple[Swatch, ...]
    missing: tuple[str, ...]
    words: Mapping[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that the tables of one key filter by."""
        return tuple(table.key for table in self.breakdowns if table.key)


def make_sheet(
    table: pd.DataFrame,
    *,
    policy: Policy,
    progress: Any,
    title: str | None,
    pins: bool,
    mended: bool = False,
) -> Sheet:
    """The sheet of a map.

    Parameters
    ----------
    table : DataFrame
        As `frames.tidy_bases` gives it.
    progress : Progress or None
    pins : bool
        Whether the map has a layer of issues.
    mended : bool
        Whether it has one of shapes before and after their repair.
    """
    texts = words.texts()
    as_of = words.day(progress.as_of) if progress is not None else None
    drawn = table[table["shape"].notna()]
    return Sheet(
        title=words.text(title) or texts["title"],
        source=policy.title,
        as_of=as_of and texts["as_of"].format(day=as_of),
        data_notes=tuple(_distinct(table, "data_note")),
        targets=() if progress is None else tuple(_targets(progress, policy)),
        breakdowns=(
            (_tier_counts(table, policy),)
            if progress is None
            else tuple(_breakdowns(progress, policy))
        ),
        tiers=tuple(_tiers(drawn, policy)),
        signs=tuple(_signs(drawn, pins=pins, mended=mended)),
        missing=tuple(_missing(table, policy)),
        words=texts,
    )


def _distinct(table: pd.DataFrame, column: str) -> list[str]:
    return sorted({shown for cell in table.get(column, []) if (shown := words.text(cell))})


def _missing(table: pd.DataFrame, policy: Policy) -> Iterator[str]:
    """Bases that have no shape, with who reports them."""
    for row in table[table["shape"].isna()].to_dict("records"):
        named = (words.word(policy, key, row.get(key)) for key in ("reporting_unit", "county"))
        unit = next(filter(None, named), None)
        yield words.joined([unit, name_of(row)], " · ") or ""


def _targets(progress: Any, policy: Policy) -> Iterator[Target]:
    texts = words.texts()["panel"]
    titles = {tier.label: tier.reach_title for tier in policy.tiers}
    for row in progress.targets.to_dict("records"):
        verified, pending, target = (int(row[name]) for name in ("verified", "pending", "target"))
        share = min(100 * verified / target, 100.0) if target else 100.0
        waiting = 100 * pending / target if target else 0.0
        yield Target(
            title=titles.get(str(row["tier"]), str(row["tier"])),
            verified=str(verified),
            target=str(target),
            rate=rate_text(verified, target),
            mu=words.wan_mu(row["mu"]) or "",
            figures=tuple(
                (texts[name], str(int(row[name])))
                for name in ("gap", "pending", "undecided", "reported")
            ),
            verified_share=round(share, 2),
            pending_share=round(min(waiting, 100 - share), 2),
        )


def _breakdowns(progress: Any, policy: Policy) -> Iterator[Breakdown]:
    texts = words.texts()["panel"]
    headings = {**cols.titles(), "year": texts["year"]}
    figures = [tier.reach_title for tier in policy.tiers]
    if policy.counting.nested:
        figures[1:] = [texts["nested"].format(tier=figure) for figure in figures[1:]]
    for name, table in progress.by.items():
        keys = name.split(",")
        titles = [headings.get(key, key) for key in keys]
        yield Breakdown(
            title=texts["by"].format(keys="、".join(titles)),
            unit=texts["unit"],
            keys=len(keys),
            heads=(*titles, *figures, texts["mu"]),
            rows=tuple(
                _line(row, keys, policy) for row in table.to_dict("records") if _says(row, keys)
            ),
            key=keys[0] if len(keys) == 1 and keys[0] in _FILTERS else None,
        )


def _tier_counts(table: pd.DataFrame, policy: Policy) -> Breakdown:
    """Bases a tier, whatever their status: what there is to say without progress."""
    texts = words.texts()
    numbers = table["tier"].astype("str").value_counts()
    rows = [
        (policy.tier_title(label), str(int(numbers.get(label, 0))))
        for label in reversed(policy.tier_labels)
    ]
    heads = (texts["legend"]["heading"], texts["panel"]["number"])
    return Breakdown(texts["layers"]["bases"], texts["panel"]["unit_bases"], 1, heads, tuple(rows))


def _says(row: Mapping[str, Any], keys: list[str]) -> bool:
    """Whether a row says something: it has a name, or counts a base."""
    return any(words.text(row[key]) for key in keys) or bool(row["mu"])


def _line(row: Mapping[str, Any], keys: list[str], policy: Policy) -> tuple[str, ...]:
    named = [words.word(policy, key, row[key]) or words.texts()["empty"] for key in keys]
    counts = [str(int(row[label])) for label in policy.tier_labels if label in row]
    return (*named, *counts, words.plain_mu(row["mu"]) or "")


def _tiers(drawn: pd.DataFrame, policy: Policy) -> Iterator[Swatch]:
    """Every tier of the policy, highest first, and bases without an area where there are any."""
    thresholds = {tier.label: tier.threshold_mu for tier in policy.tiers}
    for rank, label in reversed(list(enumerate(policy.tier_labels))):
        radius = radius_px(thresholds.get(label, 0))
        yield Swatch(policy.tier_title(label), rank=rank, radius=radius)
    if drawn["tier"].isna().any():
        yield Swatch(words.texts()["legend"]["none"], radius=5.0)


def _signs(drawn: pd.DataFrame, *, pins: bool, mended: bool) -> Iterator[Swatch]:
    """The symbols' other differences, as far as the columns can show them."""
    texts = words.texts()["legend"]
    if "status" in drawn or "blocked_by" in drawn:
        looks = ("solid", "hollow", "dashed") if "status" in drawn else ("solid", "dashed")
        yield from (Swatch(texts[look], rank=2, look=look) for look in looks)
    if "verdict" in drawn:
        yield Swatch(texts["ring"], rank=2, radius=5.0, ring=True)
    present = set(drawn.get("group", ())) | set(drawn.get("kind", ()))
    if "fungus" in present:
        yield Swatch(texts["square"], rank=1, shape="square")
    if {"seedling", "spawn"} & present:
        yield Swatch(texts["triangle"], rank=1, shape="triangle")
    if pins:
        yield Swatch(texts["pin_error"], look="error", shape="pin")
        yield Swatch(texts["pin_warning"], look="warning", shape="pin")
    if mended:
        yield Swatch(texts["before"], look="before", shape="outline")
        yield Swatch(texts["after"], look="after", shape="outline")

"""Sheet: what stands around the map, as texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from herbgis.counting.progress import Progress, rate_text
from herbgis.foundation.language import speaking
from herbgis.terms.control_columns import internal_lines
from herbgis.webmap import words
from herbgis.webmap.counts import filters
from herbgis.webmap.legend import Legend
from herbgis.webmap.telling import name_of
from herbgis.webmap.words import Wording


@dataclass(frozen=True)
class Target:
    """A target's card: its figures, and its bar in percent of its width.

    The bar is as wide as the target, or as all that is verified and pending where that is more;
    then the target stands at `target_share`.
    """

    title: str
    verified: str
    target: str
    rate: str
    mu: str
    figures: tuple[tuple[str, str], ...]
    verified_share: float
    pending_share: float
    target_share: float


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
class Line:
    """A base in one of the panel's lists: its number on the map (None: not on it), and figures."""

    name: str
    place: str
    figure: str
    base: int | None


@dataclass(frozen=True)
class Listing:
    """A list of bases that an analyst looks at next."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Sheet:
    """The texts around a map."""

    title: str
    source: str
    as_of: str | None
    data_notes: tuple[str, ...]
    notes: tuple[str, ...]
    targets: tuple[Target, ...]
    breakdowns: tuple[Breakdown, ...]
    listings: tuple[Listing, ...]
    legend: Legend
    foot: tuple[str, ...]
    years: tuple[int, ...]
    missing: tuple[str, ...]
    lang: str
    words: Mapping[str, Any]


@dataclass(frozen=True)
class Signed:
    """What a map is published under: approval number, maker and day, as far as they are known."""

    approval: str | None = None
    by_whom: str | None = None
    date: dt.date | str | None = None


def make_sheet(
    table: pd.DataFrame,
    *,
    wording: Wording,
    legend: Legend,
    progress: Progress | None,
    title: str | None,
    ids: Mapping[str, int],
    public: bool = False,
    caveats: Sequence[str] = (),
    planned_for_show: bool = False,
    boundaries: str | None = None,
    signed: Signed | None = None,
) -> Sheet:
    """The sheet of a map.

    Parameters
    ----------
    table : DataFrame
        As `frames.tidy_bases` gives it.
    wording : Wording
    legend : Legend
    progress : Progress or None
    title : str or None
    ids : mapping of str to int
        The number of each base on the map, by its id.
    public : bool
        Without the lists that are for the bureau's own work.
    caveats : sequence of str
        Why the relief serves for demonstration only.
    planned_for_show : bool
        Whether the plan that is drawn does.
    boundaries : str or None
        Which edition of the county boundaries is drawn.
    signed : Signed, optional
        What the map is published under.
    """
    texts = wording.texts
    as_of = words.day(progress.as_of) if progress is not None else None
    return Sheet(
        title=words.text(title) or texts["title"],
        source=wording.policy.title,
        as_of=as_of and texts["as_of"].format(day=as_of),
        data_notes=(
            *([texts["unvalidated"]] if _is_unvalidated(table, progress) else []),
            *_distinct(table, "data_note"),
            *([] if public else _internal(table, progress, wording)),
            *_for_show(caveats, wording, planned=planned_for_show),
        ),
        notes=tuple(_notes(wording)),
        targets=() if progress is None else tuple(_targets(progress, wording)),
        breakdowns=(
            (_tier_counts(table, wording),)
            if progress is None
            else tuple(_breakdowns(progress, filters(progress.by, table), wording))
        ),
        listings=() if progress is None or public else tuple(_listings(progress, ids, wording)),
        legend=legend,
        foot=(
            *_imprint(signed or Signed(), texts["foot"]),
            *([] if boundaries is None else [texts["boundaries"].format(name=boundaries)]),
        ),
        years=_years(table),
        missing=() if public else tuple(_missing(table, wording)),
        lang=texts["html_lang"],
        words=texts,
    )


def _imprint(signed: Signed, texts: Mapping[str, str]) -> Iterator[str]:
    yield texts["crs"]
    yield texts["approval"].format(number=words.text(signed.approval) or texts["applied_for"])
    yield texts["by"].format(whom=words.text(signed.by_whom) or "herbgis")
    day = words.day(signed.date)
    if day:
        yield texts["date"].format(day=day)


def _is_unvalidated(table: pd.DataFrame, progress: Progress | None) -> bool:
    """Whether a count is shown of bases that nobody looked at for errors."""
    return "blocked_by" not in table if progress is None else not progress.validated


def _notes(wording: Wording) -> list[str]:
    """What stands under every table; that a group does not count only where the policy says so."""
    counted = wording.policy.counting.groups
    return [note for key, note in wording.texts["notes"].items() if key not in counted]


def _distinct(table: pd.DataFrame, column: str) -> list[str]:
    return sorted({shown for cell in table.get(column, []) if (shown := words.text(cell))})


def _internal(table: pd.DataFrame, progress: Progress | None, wording: Wording) -> list[str]:
    """That the page holds what restricted layers tell, and how many bases lie within these."""
    with speaking(wording.lang):
        told = [] if progress is None else progress.control_notes()
        return [*dict.fromkeys([*internal_lines(table), *told])]


def _for_show(caveats: Sequence[str], wording: Wording, *, planned: bool) -> Iterator[str]:
    told = "; ".join(dict.fromkeys(caveats))
    if told:
        yield wording.texts["for_show"].format(why=told)
    if planned:
        yield wording.texts["plan"]["for_show"]


def _years(table: pd.DataFrame) -> tuple[int, ...]:
    """Every year from the first to the last completion; none where there is nothing to choose."""
    drawn = table[table["shape"].notna()]
    years = pd.to_datetime(drawn.get("completed_on", pd.Series(dtype=object))).dt.year.dropna()
    first, last = (int(years.min()), int(years.max())) if len(years) else (0, 0)
    return tuple(range(first, last + 1)) if last > first else ()


def _missing(table: pd.DataFrame, wording: Wording) -> Iterator[str]:
    """Bases that have no shape, with who reports them."""
    for row in table[table["shape"].isna()].to_dict("records"):
        named = (wording.word(key, row.get(key)) for key in ("reporting_unit", "county"))
        unit = next(filter(None, named), None)
        yield words.joined([unit, name_of(row, wording)], " · ") or ""


def _targets(progress: Progress, wording: Wording) -> Iterator[Target]:
    texts = wording.texts["panel"]
    for row in progress.targets.to_dict("records"):
        verified, pending, target = (int(row[name]) for name in ("verified", "pending", "target"))
        whole = max(verified + pending, target, 1)
        yield Target(
            title=wording.reach(str(row["tier"])),
            verified=str(verified),
            target=str(target),
            rate=rate_text(verified, target),
            mu=wording.wan_mu(row["mu"]) or "",
            figures=tuple(
                (texts[name], str(int(row[name])))
                for name in ("gap", "pending", "undecided", "reported")
            ),
            verified_share=round(100 * verified / whole, 2),
            pending_share=round(100 * pending / whole, 2),
            target_share=round(100 * target / whole, 2),
        )


def _breakdowns(
    progress: Progress, filtering: Sequence[str], wording: Wording
) -> Iterator[Breakdown]:
    texts, policy = wording.texts["panel"], wording.policy
    figures = [wording.reach(tier.label) for tier in policy.tiers]
    if policy.counting.nested:
        figures[1:] = [texts["nested"].format(tier=figure) for figure in figures[1:]]
    for name, table in progress.by.items():
        keys = name.split(",")
        titles = [texts["year"] if key == "year" else wording.heading(key) for key in keys]
        rows = [row for row in table.to_dict("records") if _says(row, keys)]
        yield Breakdown(
            title=texts["by"].format(keys=wording.texts["between"].join(titles)),
            unit=texts["unit"],
            keys=len(keys),
            heads=(*titles, *figures, texts["mu"]),
            rows=tuple(_line(row, keys, wording) for row in rows),
            key=name if name in filtering else None,
        )


def _tier_counts(table: pd.DataFrame, wording: Wording) -> Breakdown:
    """Bases a tier, whatever their status: what there is to say without progress."""
    texts = wording.texts
    numbers = table["tier"].astype("str").value_counts()
    rows = [
        (wording.tier(label), str(int(numbers.get(label, 0))))
        for label in reversed(wording.policy.tier_labels)
    ]
    heads = (texts["legend"]["heading"], texts["panel"]["number"])
    return Breakdown(texts["layers"]["bases"], texts["panel"]["unit_bases"], 1, heads, tuple(rows))


def _says(row: Mapping[str, Any], keys: list[str]) -> bool:
    """Whether a row says something: it has a name, or counts a base."""
    return any(words.text(row[key]) for key in keys) or bool(row["mu"])


def _line(row: Mapping[str, Any], keys: list[str], wording: Wording) -> tuple[str, ...]:
    named = [wording.word(key, row[key]) or wording.texts["empty"] for key in keys]
    counts = [str(int(row[label])) for label in wording.policy.tier_labels if label in row]
    return (*named, *counts, words.plain_mu(row["mu"]) or "")


def _listings(progress: Progress, ids: Mapping[str, int], wording: Wording) -> Iterator[Listing]:
    """The nearest bases below each threshold, and those to be surveyed again."""
    texts = wording.texts["panel"]
    for label, rows in progress.near.groupby("tier", sort=False):
        title = texts["near"].format(tier=wording.reach(str(label)))
        yield _listing(title, rows, "lacks_mu", texts["lacks"], ids, wording)
    again = progress.undecided.drop_duplicates("base_id")
    yield _listing(texts["again"], again, "sigma_mu", texts["sigma"], ids, wording)


def _listing(
    title: str,
    table: pd.DataFrame,
    column: str,
    figure: str,
    ids: Mapping[str, int],
    wording: Wording,
) -> Listing:
    lines = []
    for row in table.to_dict("records"):
        named = [wording.word(key, row[key]) for key in ("county", "variety")]
        told = {"mu": wording.mu(row["counted_mu"]), "figure": words.plain_mu(row[column])}
        lines.append(
            Line(
                name=name_of(row, wording),
                place=words.joined(named, " · ") or "",
                figure=figure.format(**told),
                base=ids.get(words.text(row["base_id"]) or ""),
            )
        )
    return Listing(title.format(count=len(lines)), tuple(lines))

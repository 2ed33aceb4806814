"""What the page says of a base: its name, its tags and the lines of its popup."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from herbgis.foundation.language import speaking, tr
from herbgis.terms import columns as cols
from herbgis.terms.columns import Column, Role
from herbgis.terms.control_columns import control_columns
from herbgis.webmap import words
from herbgis.webmap.packing import packed_column
from herbgis.webmap.words import Wording

#: Between the tags of a base, which are one text in the page.
BETWEEN = "\n"

Row = Mapping[str, Any]
Write = Callable[[Row, Wording], str | None]


def name_of(row: Row, wording: Wording) -> str:
    """The name of a base, or else its id."""
    name = words.text(row.get("name")) or words.text(row.get("base_id"))
    return name or str(wording.texts["untitled"])


def texts_of(
    rows: list[Row], table: pd.DataFrame, wording: Wording, *, public: bool
) -> dict[str, Any]:
    """Name, tags and the popup's lines of every base, packed.

    Parameters
    ----------
    rows : list of dict
        The bases in the order of drawing.
    table : DataFrame
        As `frames.tidy_bases` gives it: a line stands only where a column for it does.
    wording : Wording
    public : bool
        Whether only what the public may know is said.
    """
    lines = {
        line.key: line
        for line in (*_lines(), *_of_own_layers(table, wording))
        if any(column in table for column in line.needs) and (line.public or not public)
    }
    keys = list(lines)
    own = wording.texts["popup"]
    # The first of the lines searched stands under a name that was found.
    searched = cols.led_by(("place", "operator"), (key for key in keys if lines[key].searched))
    return {
        "labels": [lines[k].title or str(own.get(k) or wording.heading(k)) for k in keys],
        "tip": keys.index("counted_mu") if "counted_mu" in lines else None,
        "searched": [keys.index(key) for key in searched],
        "name": packed_column([name_of(row, wording) for row in rows]),
        "tags": packed_column([BETWEEN.join(_tags(row, wording, public=public)) for row in rows]),
        "lines": [
            packed_column([line.write(row, wording) for row in rows]) for line in lines.values()
        ],
    }


def _tags(row: Row, wording: Wording, *, public: bool) -> list[str]:
    """What a base's popup says first: tier, status, and whether it must be surveyed again."""
    tier = words.text(row.get("tier"))
    status = words.text(row.get("status")) or ("unknown" if "status" in row else None)
    tags = [
        wording.tier(tier) if tier in wording.policy.tier_labels else None,
        wording.word("status", status),
        None if public else wording.texts["verdict"].get(words.text(row.get("verdict"))),
    ]
    return [tag for tag in tags if tag]


def _place(row: Row, wording: Wording) -> str | None:
    county = wording.word("county", row.get("county"))
    return words.joined(
        [county, words.text(row.get("township")), words.text(row.get("village"))], " "
    )


def _other_varieties(row: Row, wording: Wording) -> str | None:
    main = words.text(row.get("variety"))
    others = [wording.word("variety", v) for v in words.listed(row.get("varieties")) if v != main]
    return words.joined(others, wording.texts["between"])


def _surveyed(row: Row, wording: Wording) -> str | None:
    mu, sigma = words.plain_mu(row.get("surveyed_mu")), words.plain_mu(row.get("sigma_mu"))
    if mu and sigma:
        return str(wording.texts["sigma"].format(mu=mu, sigma=sigma))
    return wording.mu(row.get("surveyed_mu"))


def _blocked(row: Row, wording: Wording) -> str | None:
    codes = words.listed(row.get("blocked_by"))
    told = [words.joined([code, wording.issue(code)], " ") for code in codes]
    return words.joined(told, wording.texts["between"])


def _number(column: Column) -> Write:
    def write(row: Row, wording: Wording) -> str | None:
        figure = words.number(row.get(column.name))
        if figure is None:
            return None
        whole = f"{figure:.4f}".rstrip("0").rstrip(".")
        return f"{whole} {wording.said(column.unit)}".rstrip()

    return write


def _writer(column: Column) -> Write:
    """How a column's value is written where its line says no more than that."""
    name = column.name
    if column.kind == "date":
        return lambda row, _: words.day(row.get(name))
    if column.unit == "亩":
        return lambda row, wording: wording.mu(row.get(name))
    if column.kind in {"number", "integer", "year"}:
        return _number(column)
    return lambda row, wording: wording.word(column.words or name, row.get(name))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the popup: the columns of which it needs one, and what it says."""

    key: str
    needs: tuple[str, ...]
    write: Write
    public: bool
    searched: bool
    title: str = ""


#: Lines that say more than a column's value: the columns of which they need one, what they say.
_COMPOSED: dict[str, tuple[tuple[str, ...], Write]] = {
    "surveyed_mu": (("surveyed_mu",), _surveyed),
    "others": (("varieties",), _other_varieties),
    "place": (("county", "township", "village"), _place),
    "blocked_by": (("blocked_by",), _blocked),
}
#: The order of the popup's lines; what is declared beside stands before the last three.
_FIRST = (
    *("counted_mu", "surveyed_mu", "declared_mu", "contiguous_mu", "blocks"),
    *("variety", "others", "group", "kind", "mode", "place", "reporting_unit", "operator"),
    *("survey_method", "surveyed_on", "completed_on"),
)
_LAST = ("blocked_by", "base_id", "data_note")


def _of_own_layers(table: pd.DataFrame, wording: Wording) -> Iterator[_Line]:
    """Lines of what bases have within layers of one's own, which no column declares."""
    for column in control_columns(table.columns):
        if column not in cols.controlled():
            with speaking(wording.lang):
                title = tr("涉{layer}", layer=column.title)
            needs, write = (column.name,), _writer(column)
            yield _Line(column.name, needs, write, public=False, searched=False, title=title)


def _lines() -> list[_Line]:
    """The lines of a base's popup, as the columns declare them."""
    shown = {column.name: column for column in cols.with_role(Role.POPUP)}
    composed = {name: key for key, (needs, _) in _COMPOSED.items() for name in needs}
    lines = {}
    for name, column in shown.items():
        key = composed.get(name, name)
        needs, write = _COMPOSED.get(key) or ((name,), _writer(column))
        roles = [shown[need].roles for need in needs if need in shown]
        public, searched = (all(r in role for role in roles) for r in (Role.PUBLIC, Role.SEARCHED))
        lines[key] = _Line(key, needs, write, public=public, searched=searched)
    beside = [key for key in lines if key not in {*_FIRST, *_LAST}]
    return [lines[key] for key in (*_FIRST, *beside, *_LAST)]

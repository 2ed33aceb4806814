"""What the page says of a base: its name, its tags and the lines of its popup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from herbgis.webmap import words
from herbgis.webmap.packing import packed_column
from herbgis.webmap.words import Wording

#: Between the tags of a base, which are one text in the page.
BETWEEN = "\n"
#: What a page for the public says of a base: no operator, no person, nothing of the survey.
_PUBLIC = frozenset(
    {
        *("counted_mu", "variety", "others", "group", "kind", "mode"),
        *("place", "reporting_unit", "data_note"),
    }
)
#: The lines that the search looks at, beside the name.
_SEARCHED = ("place", "operator", "reporting_unit", "base_id")

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
        key: write
        for key, (needs, write) in _LINES.items()
        if any(column in table for column in needs) and (key in _PUBLIC or not public)
    }
    keys = list(lines)
    own = wording.texts["popup"]
    return {
        "labels": [str(own.get(key) or wording.heading(key)) for key in keys],
        "tip": keys.index("counted_mu") if "counted_mu" in lines else None,
        "searched": [keys.index(key) for key in _SEARCHED if key in lines],
        "name": packed_column([name_of(row, wording) for row in rows]),
        "tags": packed_column([BETWEEN.join(_tags(row, wording)) for row in rows]),
        "lines": [packed_column([write(row, wording) for row in rows]) for write in lines.values()],
    }


def _tags(row: Row, wording: Wording) -> list[str]:
    """What a base's popup says first: tier, status, and whether it must be surveyed again."""
    tier = words.text(row.get("tier"))
    status = words.text(row.get("status")) or ("unknown" if "status" in row else None)
    tags = [
        wording.tier(tier) if tier in wording.policy.tier_labels else None,
        wording.word("status", status),
        wording.texts["verdict"].get(words.text(row.get("verdict"))),
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


def _written(column: str) -> tuple[tuple[str, ...], Write]:
    return (column,), lambda row, _: words.text(row.get(column))


def _word(column: str) -> tuple[tuple[str, ...], Write]:
    return (column,), lambda row, wording: wording.word(column, row.get(column))


def _area(column: str) -> tuple[tuple[str, ...], Write]:
    return (column,), lambda row, wording: wording.mu(row.get(column))


def _day(column: str) -> tuple[tuple[str, ...], Write]:
    return (column,), lambda row, _: words.day(row.get(column))


def _count(column: str) -> tuple[tuple[str, ...], Write]:
    def write(row: Row, _: Wording) -> str | None:
        return None if words.number(row.get(column)) is None else str(int(row[column]))

    return (column,), write


#: The lines of a base's popup: key, columns of which it needs one, what it says.
_LINES: dict[str, tuple[tuple[str, ...], Write]] = {
    "counted_mu": _area("counted_mu"),
    "surveyed_mu": (("surveyed_mu",), _surveyed),
    "declared_mu": _area("declared_mu"),
    "contiguous_mu": _area("contiguous_mu"),
    "blocks": _count("blocks"),
    "variety": _word("variety"),
    "others": (("varieties",), _other_varieties),
    "group": _word("group"),
    "kind": _word("kind"),
    "mode": _written("mode"),
    "place": (("county", "township", "village"), _place),
    "reporting_unit": _word("reporting_unit"),
    "operator": _written("operator"),
    "survey_method": _word("survey_method"),
    "surveyed_on": _day("surveyed_on"),
    "completed_on": _day("completed_on"),
    "blocked_by": (("blocked_by",), _blocked),
    "base_id": _written("base_id"),
    "data_note": _written("data_note"),
}

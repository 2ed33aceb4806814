"""Frames as plain values for the page's script; every figure is a text already. Floor 7."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from herbgis import columns as cols
from herbgis.geodesy import Floats
from herbgis.issues import SEVERITY_TITLES
from herbgis.issues import texts as issue_texts
from herbgis.policy import Policy
from herbgis.webmap import words
from herbgis.webmap.labels import label_places
from herbgis.webmap.outlines import STEPS as FINE_STEPS
from herbgis.webmap.outlines import anchors, bounds, rings, simplified_counties
from herbgis.webmap.packing import STEPS, packed_block, packed_column, packed_outlines

#: Zoom from which a base is drawn as its polygon.
CLOSE_ZOOM = 12
_SMALLEST_PX, _LARGEST_PX = 5.0, 24.0
_PX_AT_1000_MU = 9.0
_NURSERY = ("seedling", "spawn")
_NOT_YET = ("planned", "building")
#: Between the tags of a base, which are one text in the page.
_BETWEEN = "\n"

Row = Mapping[str, Any]
Words = Callable[[Row, Policy], str | None]
Line = tuple[str, tuple[str, ...], Words]


def radius_px(mu: Any) -> float:
    """Radius of a symbol whose area stands for an area of land; never too small to be seen."""
    figure = words.number(mu) or 0.0
    radius = _PX_AT_1000_MU * float(np.sqrt(max(figure, 0.0) / 1000))
    return round(min(max(radius, _SMALLEST_PX), _LARGEST_PX), 1)


def group_of(row: Row) -> str:
    """The layer that a base lies in."""
    if row.get("kind") in _NURSERY:
        return "nursery"
    group = words.text(row.get("group")) or ""
    return group if group in words.texts()["groups"] else "bases"


def look_of(row: Row) -> str:
    """How a base is drawn: built and sound is solid."""
    if row.get("status") in _NOT_YET:
        return "hollow"
    unsure = "status" in row and (words.text(row["status"]) in {None, "unknown"})
    return "dashed" if unsure or words.listed(row.get("blocked_by")) else "solid"


def shape_of(row: Row) -> str:
    """The shape of a base's symbol: herbs, fungi and nurseries differ."""
    if row.get("kind") in _NURSERY:
        return "triangle"
    return "square" if row.get("group") == "fungus" else "circle"


def name_of(row: Row) -> str:
    """The name of a base, or else its id."""
    name = words.text(row.get("name")) or words.text(row.get("base_id"))
    return name or str(words.texts()["untitled"])


def rank_of(row: Row, policy: Policy) -> int | None:
    """The place of a base's tier, from 0 for below; None without one."""
    tier = words.text(row.get("tier"))
    return policy.tier_labels.index(tier) if tier in policy.tier_labels else None


@dataclass(frozen=True)
class Symbols:
    """The bases of a map: what the page is given, and where their symbols stand.

    `at` is longitude and latitude, shape (n, 2), `radius` pixels, both in the order of drawing.
    """

    block: Mapping[str, str]
    groups: tuple[tuple[str, int], ...]
    at: Floats
    radius: Floats


def base_symbols(table: pd.DataFrame, policy: Policy, keys: Sequence[str] = ()) -> Symbols:
    """Every base that has a shape, largest symbol first, so that none hides a smaller one.

    Parameters
    ----------
    table : DataFrame
        As `frames.tidy_bases` gives it.
    policy : Policy
    keys : sequence of str
        Columns that the page's tables filter by.
    """
    rows = [row for row in table.to_dict("records") if row["shape"] is not None]
    rows.sort(key=lambda row: -radius_px(row.get("counted_mu")))
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row["shape"] for row in rows]
    at, groups = anchors(shapes), [group_of(row) for row in rows]
    told = _looks(rows, groups, policy) | _texts(rows, table, policy) | _filters(rows, keys, policy)
    order = ("bases", *words.texts()["groups"])
    return Symbols(
        block=packed_block(told, packed_outlines(shapes, at)),
        groups=tuple((group, groups.count(group)) for group in order if group in groups),
        at=at,
        radius=np.array(told["radius"], dtype=float),
    )


def _looks(rows: list[Row], groups: list[str], policy: Policy) -> dict[str, Any]:
    """How bases are drawn."""
    return {
        "steps": STEPS,
        "closeZoom": CLOSE_ZOOM,
        "count": len(rows),
        "radius": [radius_px(row.get("counted_mu")) for row in rows],
        "rank": packed_column([rank_of(row, policy) for row in rows]),
        "look": packed_column([look_of(row) for row in rows]),
        "shape": packed_column([shape_of(row) for row in rows]),
        "ring": packed_column([int(row.get("verdict") == "undecided") for row in rows]),
        "group": packed_column(groups),
    }


def _texts(rows: list[Row], table: pd.DataFrame, policy: Policy) -> dict[str, Any]:
    """What bases say: name, tags and the lines of the popup, of which some are searched."""
    lines = [line for line in _popup_lines() if any(column in table for column in line[1])]
    titles = [title for title, _, _ in lines]
    return {
        "labels": titles,
        "tip": titles.index(cols.titles()["counted_mu"]) if "counted_mu" in table else None,
        "searched": [titles.index(title) for title in _searched() if title in titles],
        "name": packed_column([name_of(row) for row in rows]),
        "tags": packed_column([_BETWEEN.join(_tags(row, policy)) for row in rows]),
        "lines": [packed_column([write(row, policy) for row in rows]) for _, _, write in lines],
    }


def _filters(rows: list[Row], keys: Sequence[str], policy: Policy) -> dict[str, Any]:
    """The word of each base under the keys of the panel's tables."""
    empty = words.texts()["empty"]
    named = {key: [words.word(policy, key, row.get(key)) or empty for row in rows] for key in keys}
    return {"keys": {key: packed_column(cells) for key, cells in named.items()}}


def _tags(row: Row, policy: Policy) -> list[str]:
    """What a base's popup says first: tier, status, and whether it must be surveyed again."""
    tier = words.text(row.get("tier"))
    status = words.text(row.get("status")) or ("unknown" if "status" in row else None)
    tags = [
        policy.tier_title(tier) if tier in policy.tier_labels else None,
        words.word(policy, "status", status),
        words.texts()["verdict"].get(words.text(row.get("verdict"))),
    ]
    return [tag for tag in tags if tag]


def _place(row: Row, policy: Policy) -> str | None:
    county = words.word(policy, "county", row.get("county"))
    return words.joined(
        [county, words.text(row.get("township")), words.text(row.get("village"))], " "
    )


def _other_varieties(row: Row, _: Policy) -> str | None:
    main = words.text(row.get("variety"))
    return words.joined([v for v in words.listed(row.get("varieties")) if v != main], "、")


def _surveyed(row: Row, _: Policy) -> str | None:
    mu, sigma = words.plain_mu(row.get("surveyed_mu")), words.plain_mu(row.get("sigma_mu"))
    if mu and sigma:
        return str(words.texts()["sigma"].format(mu=mu, sigma=sigma))
    return words.mu(row.get("surveyed_mu"))


def _blocked(row: Row, _: Policy) -> str | None:
    titles = issue_texts()
    codes = [
        f"{code} {titles[code]['title'] if code in titles else ''}".strip()
        for code in words.listed(row.get("blocked_by"))
    ]
    return words.joined(codes, "；")


def _written(column: str) -> Words:
    return lambda row, _: words.text(row.get(column))


def _word(column: str) -> Words:
    return lambda row, policy: words.word(policy, column, row.get(column))


def _area(column: str) -> Words:
    return lambda row, _: words.mu(row.get(column))


def _day(column: str) -> Words:
    return lambda row, _: words.day(row.get(column))


def _count(column: str) -> Words:
    return lambda row, _: None if words.number(row.get(column)) is None else str(int(row[column]))


def _titled(column: str, write: Words) -> Line:
    return cols.titles()[column], (column,), write


def _worded(key: str, needs: tuple[str, ...], write: Words) -> Line:
    return words.texts()["popup"][key], needs, write


def _searched() -> list[str]:
    """Headings of the lines that the search looks at, beside the name."""
    titles = cols.titles()
    own = words.texts()["popup"]["place"]
    return [own, titles["operator"], titles["reporting_unit"], titles["base_id"]]


def _popup_lines() -> list[Line]:
    """The lines of a base's popup: heading, columns of which it needs one, what it says."""
    return [
        _titled("counted_mu", _area("counted_mu")),
        _titled("surveyed_mu", _surveyed),
        _titled("declared_mu", _area("declared_mu")),
        _titled("contiguous_mu", _area("contiguous_mu")),
        _titled("blocks", _count("blocks")),
        _titled("variety", _written("variety")),
        _worded("others", ("varieties",), _other_varieties),
        _titled("group", _word("group")),
        _titled("kind", _word("kind")),
        _titled("mode", _written("mode")),
        _worded("place", ("county", "township", "village"), _place),
        _titled("reporting_unit", _word("reporting_unit")),
        _titled("operator", _written("operator")),
        _titled("survey_method", _word("survey_method")),
        _titled("surveyed_on", _day("surveyed_on")),
        _worded("blocked_by", ("blocked_by",), _blocked),
        _titled("base_id", _written("base_id")),
        _titled("data_note", _written("data_note")),
    ]


def county_payload(counties: pd.DataFrame, discs: Floats) -> Row:
    """Counties simplified, and where their names stand clear of the symbols (lon, lat, px)."""
    shapes = simplified_counties(counties["shape"].to_numpy())
    names = [words.text(name) or "" for name in counties["name"]]
    places = label_places(shapes, names, discs)
    return {
        "steps": FINE_STEPS,
        "counties": [
            {"name": name, "label": place, "parts": rings(shape, 0)}
            for name, place, shape in zip(names, places, shapes, strict=True)
            if shape is not None
        ],
        "bounds": bounds(shapes),
    }


def issue_payload(issues: pd.DataFrame) -> Row:
    """Errors and warnings as pins."""
    titles = issue_texts()
    pins = []
    for row in issues.to_dict("records"):
        code = words.text(row["code"]) or ""
        where = [words.text(row.get(name)) for name in ("file", "layer", "base_id")]
        pins.append(
            {
                "name": titles[code]["title"] if code in titles else code,
                "tags": [SEVERITY_TITLES[row["severity"]], code],
                "said": [
                    said
                    for name in ("message", "suggestion")
                    if (said := words.text(row.get(name)))
                ],
                "where": words.joined(where, " · ") or "",
                "severity": row["severity"],
                "at": [round(float(row["lat"]), 6), round(float(row["lon"]), 6)],
            }
        )
    return {"pins": pins}


def change_payload(changes: pd.DataFrame) -> Row:
    """Shapes before and after a repair, with what was done."""
    texts = words.texts()["change"]
    drawn = []
    for row in changes.to_dict("records"):
        mu = [words.mu(row[name]) or texts["none"] for name in ("mu_before", "mu_after")]
        said = texts["mu"].format(before=mu[0], after=mu[1])
        applied = "applied" if row["applied"] else "proposed"
        drawn.append(
            {
                "name": words.text(row["base_id"]) or "",
                "said": [f"{row['change']}: {texts[applied]}", said, words.text(row["why"]) or ""],
                "before": [] if row["before"] is None else rings(row["before"], 0),
                "after": [] if row["after"] is None else rings(row["after"], 0),
            }
        )
    return {"steps": FINE_STEPS, "changes": drawn}

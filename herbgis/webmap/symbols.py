"""The bases of a map: how each is drawn, filtered and counted, packed for the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.geo.geodesy import Floats
from herbgis.geo.systems import Geometries
from herbgis.terms.policy import Policy
from herbgis.webmap import words
from herbgis.webmap.colouring import Colouring
from herbgis.webmap.counts import CountsOfBases
from herbgis.webmap.outlines import anchors
from herbgis.webmap.packing import STEPS, packed_block, packed_column, packed_outlines
from herbgis.webmap.telling import Row, texts_of
from herbgis.webmap.words import Wording

#: Zoom from which a base is drawn as its polygon.
CLOSE_ZOOM = 12
#: Pixels of the smallest and the largest radius, and of that of 1,000 亩.
_SMALLEST_PX, _LARGEST_PX, _PX_AT_1000_MU = 5.0, 24.0, 9.0
#: So many varieties have a colour of their own (--hg-hue-… in map.css), the others share one.
HUES = 9
#: A public page shows where a base lies to so many degrees, about a hundred metres.
_PUBLIC_DEG = 1e-3
_NURSERY = ("seedling", "spawn")
_NOT_YET = ("planned", "building")


@dataclass(frozen=True)
class Symbols:
    """What the page is given of the bases, and where their symbols stand.

    Attributes
    ----------
    block : mapping of str to str
        The packed data.
    groups : tuple of (str, int)
        The groups that bases lie in, and how many in each.
    ids : mapping of str to int
        The number of each base in the order of drawing, by its id.
    at : array of float, shape (n, 2)
        Longitude and latitude, in the order of drawing.
    radius : array of float, shape (n,)
        Pixels.
    """

    block: Mapping[str, str]
    groups: tuple[tuple[str, int], ...]
    ids: Mapping[str, int]
    at: Floats
    radius: Floats


def base_symbols(
    table: pd.DataFrame,
    wording: Wording,
    *,
    keys: Sequence[str] = (),
    counts: CountsOfBases | None = None,
    colouring: Colouring | None = None,
    public: bool = False,
) -> Symbols:
    """Every base that has a shape, largest symbol first, so that none hides a smaller one.

    Parameters
    ----------
    table : DataFrame
        As `frames.tidy_bases` gives it.
    wording : Wording
    keys : sequence of str
        Columns that the page's tables filter by.
    counts : CountsOfBases, optional
        What each base counts for, where the tables may be counted anew under a filter.
    colouring : Colouring, optional
        Of the rows that have a shape, as they stand in the table.
    public : bool
        Points instead of polygons, and only what the public may know.
    """
    drawn = table[table["shape"].notna()]
    radius = np.array([radius_px(mu) for mu in drawn.get("counted_mu", [None] * len(drawn))])
    order = np.argsort(-radius, kind="stable")
    drawn, radius = drawn.iloc[order], radius[order]
    rows = drawn.to_dict("records")
    at, outlines = _places(drawn["shape"].to_numpy(), public=public)
    groups = [group_of(row) for row in rows]
    told = {
        **_looks(rows, groups, wording.policy, public=public),
        **_own_colours(colouring, order),
        **texts_of(rows, table, wording, public=public),
        "keys": {key: packed_column(_filled(drawn, key, wording)) for key in keys},
        **({} if counts is None else counts.packed(drawn.index)),
    }
    named = ("bases", *wording.texts["groups"])
    return Symbols(
        block=packed_block(told, packed_outlines(outlines, at)),
        groups=tuple((group, groups.count(group)) for group in named if group in groups),
        ids={id_of(row, drawn.index[n]): n for n, row in enumerate(rows)},
        at=at,
        radius=radius,
    )


def radius_px(mu: Any) -> float:
    """Radius of a symbol whose area stands for an area of land; never too small to be seen."""
    figure = words.number(mu) or 0.0
    radius = _PX_AT_1000_MU * float(np.sqrt(max(figure, 0.0) / 1000))
    return round(min(max(radius, _SMALLEST_PX), _LARGEST_PX), 1)


def group_of(row: Row) -> str:
    """The layer that a base lies in."""
    if row.get("kind") in _NURSERY:
        return "nursery"
    if row.get("status") in _NOT_YET:
        return "planned"
    return words.text(row.get("group")) or "bases"


def id_of(row: Row, label: Any) -> str:
    """The id of a base, or else its label in the frame."""
    return words.text(row.get("base_id")) or str(label)


def coloured_varieties(table: pd.DataFrame, policy: Policy) -> list[str]:
    """The varieties with a colour of their own: the most frequent, in the policy's order."""
    counted = Counter(filter(None, map(words.text, table.get("variety", ()))))
    places = {name: place for place, name in enumerate(policy.varieties)}
    ranked = sorted(counted, key=lambda name: (places.get(name, len(places)), name))
    most = sorted(ranked, key=lambda name: -counted[name])[:HUES]
    return [name for name in ranked if name in most]


def _places(shapes: Geometries, *, public: bool) -> tuple[Floats, Geometries]:
    """Where symbols stand, and the outlines; for the public roughly where, and none."""
    at = anchors(shapes)
    if not public:
        return at, shapes
    return np.round(at / _PUBLIC_DEG) * _PUBLIC_DEG, np.full(len(shapes), None, dtype=object)


def _own_colours(colouring: Colouring | None, order: npt.NDArray[np.intp]) -> dict[str, Any]:
    """The place of each base in the colours of a column that was asked for."""
    if colouring is None:
        return {}
    return {
        "scale": colouring.scale,
        "own": packed_column([colouring.places[row] for row in order.tolist()]),
    }


def _looks(rows: list[Row], groups: list[str], policy: Policy, *, public: bool) -> dict[str, Any]:
    """How bases are drawn; the public sees no trace of what is still to be settled."""
    coloured = coloured_varieties(
        pd.DataFrame({"variety": [r.get("variety") for r in rows]}), policy
    )
    hues = {name: hue for hue, name in enumerate(coloured)}
    return {
        "steps": STEPS,
        "closeZoom": CLOSE_ZOOM,
        "count": len(rows),
        "radius": packed_column([radius_px(row.get("counted_mu")) for row in rows]),
        "rank": packed_column([_rank_of(row, policy) for row in rows]),
        "hue": packed_column([hues.get(words.text(row.get("variety")) or "") for row in rows]),
        "look": packed_column([_look_of(row, public=public) for row in rows]),
        "shape": packed_column([_shape_of(row) for row in rows]),
        "ring": packed_column(
            [int(row.get("verdict") == "undecided" and not public) for row in rows]
        ),
        "group": packed_column(groups),
        "year": packed_column([_year_of(row) for row in rows]),
    }


def _filled(drawn: pd.DataFrame, key: str, wording: Wording) -> list[str]:
    """The word of each base under a key, as the tables have it."""
    return [word or str(wording.texts["empty"]) for word in wording.words(key, drawn[key])]


def _look_of(row: Row, *, public: bool) -> str:
    """How a base is drawn: built and sound is solid."""
    if row.get("status") in _NOT_YET:
        return "hollow"
    told = (words.text(row[name]) for name in ("status", "kind", "group") if name in row)
    unsure = "unknown" in told or ("status" in row and words.text(row["status"]) is None)
    blocked = not public and words.listed(row.get("blocked_by"))
    return "dashed" if unsure or blocked else "solid"


def _shape_of(row: Row) -> str:
    """The shape of a base's symbol: herbs, fungi and nurseries differ."""
    if row.get("kind") in _NURSERY:
        return "triangle"
    return "square" if row.get("group") == "fungus" else "circle"


def _rank_of(row: Row, policy: Policy) -> int | None:
    """The place of a base's tier, from 0 for below; None without one."""
    tier = words.text(row.get("tier"))
    return policy.tier_labels.index(tier) if tier in policy.tier_labels else None


def _year_of(row: Row) -> int | None:
    """The year in which a base was or will be completed."""
    day = row.get("completed_on")
    return None if day is None or pd.isna(day) else int(pd.Timestamp(day).year)

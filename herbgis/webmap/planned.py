"""What a plan puts on the map: chosen and rejected sites, with what is told of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import shapely

from herbgis.planning.choosing.plans import REJECTED, Plan
from herbgis.webmap.outlines import STEPS, rings
from herbgis.webmap.symbols import Symbols
from herbgis.webmap.words import Wording, joined, plain_mu

Values = Mapping[str, Any]
#: Rejected candidates that are shown: those nearest to being chosen.
_NEAREST = 300


def chosen_payload(plan: Plan, drawn: Symbols, wording: Wording) -> Values:
    """The chosen sites: polygons where their land is known, and a mark each."""
    land = plan.land.geometry
    found = []
    for row in plan.chosen.to_dict("records"):
        shape = land.get(row["site"])
        place = _place(shape) or _place_of_base(row["base_id"], drawn)
        if place is None:
            continue
        found.append(
            {
                "name": row["id"],
                "role": row["action"],
                "tags": [wording.texts["plan"][row["action"]], wording.reach(row["tier"])],
                "rows": list(_told(row, wording)),
                "parts": [] if shape is None else rings(shape, 0),
                "at": place,
            }
        )
    return {"steps": STEPS, "sites": found}


def rejected_payload(plan: Plan, wording: Wording) -> Values:
    """The candidates nearest to being chosen that are not, a mark each."""
    texts = wording.texts["plan"]
    rejected = plan.land[plan.land["role"] == REJECTED].head(_NEAREST)
    found = [
        {
            "name": name,
            "role": REJECTED,
            "tags": [texts[REJECTED]],
            "rows": [
                [texts["mu"], plain_mu(mu) or ""],
                *([] if pd.isna(more) else [[texts["at_least"], f"{more:.2f}"]]),
            ],
            "parts": [],
            "at": _place(shape),
        }
        for name, mu, more, shape in zip(
            *(rejected["id"], rejected["mu"], rejected["at_least"], rejected.geometry), strict=True
        )
        if _place(shape)
    ]
    return {"steps": STEPS, "sites": found}


def _told(row: Mapping[str, Any], wording: Wording) -> Iterator[list[str]]:
    """What is told of a chosen site."""
    texts = wording.texts["plan"]
    place = joined([wording.word("county", row["county"]), row["township"]], " ")
    cost, more = row["cost"], row["replacement_cost"]
    told = {
        "place": place,
        "variety": wording.word("variety", row["variety"]) or texts["open"],
        "mu": plain_mu(row["mu"]),
        "new_mu": plain_mu(row["new_mu"]),
        "score": None if pd.isna(row["score"]) else f"{row['score']:.2f}",
        "limiting": texts["limits"].get(row["limiting"], row["limiting"]),
        "cost": f"{cost:.2f}",
        "replacement_cost": texts["none_other"] if math.isinf(more) else f"{more:.2f}",
        "stability": f"{row['stability']:.0%}",
    }
    yield from ([texts[name], said] for name, said in told.items() if said)


def _place(shape: shapely.Geometry | None) -> list[float] | None:
    """A point of a polygon, latitude and longitude."""
    if shape is None or shapely.is_empty(shape):
        return None
    point = shapely.point_on_surface(shape)
    return [round(point.y, 6), round(point.x, 6)]


def _place_of_base(base: str, drawn: Symbols) -> list[float] | None:
    if base not in drawn.ids:
        return None
    lon, lat = drawn.at.tolist()[drawn.ids[base]]
    return [round(lat, 6), round(lon, 6)]

"""Counties, issues, changes and the visit as plain values for the page's script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from herbgis.geo.geodesy import Floats
from herbgis.webmap import words
from herbgis.webmap.labels import label_places
from herbgis.webmap.outlines import STEPS, bounds, rings, simplified_counties
from herbgis.webmap.words import Wording

Values = Mapping[str, Any]


def county_payload(counties: pd.DataFrame, discs: Floats, wording: Wording) -> Values:
    """Counties simplified, and where their names stand clear of the symbols (lon, lat, px)."""
    shapes = simplified_counties(counties["shape"].to_numpy())
    names = [wording.word("county", name) or "" for name in counties["name"]]
    places = label_places(shapes, names, discs)
    return {
        "steps": STEPS,
        "counties": [
            {"name": name, "label": place, "parts": rings(shape, 0)}
            for name, place, shape in zip(names, places, shapes, strict=True)
            if shape is not None
        ],
        "bounds": bounds(shapes),
    }


def township_payload(townships: pd.DataFrame) -> Values:
    """Names of townships, each at a point (lat, lon)."""
    return {"townships": townships.to_dict("records")}


def issue_payload(issues: pd.DataFrame, wording: Wording) -> Values:
    """Errors and warnings as pins."""
    pins = []
    for row in issues.to_dict("records"):
        code = words.text(row["code"]) or ""
        where = [words.text(row.get(name)) for name in ("file", "layer", "base_id")]
        pins.append(
            {
                "name": wording.issue(code),
                "tags": [wording.severity(row["severity"]), code],
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


def change_payload(changes: pd.DataFrame, wording: Wording) -> Values:
    """Shapes before and after a repair, with what was done."""
    texts = wording.texts["change"]
    drawn = []
    for row in changes.to_dict("records"):
        mu = [wording.mu(row[name]) or texts["none"] for name in ("mu_before", "mu_after")]
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
    return {"steps": STEPS, "changes": drawn}


def visit_payload(visit: pd.DataFrame, ids: Mapping[str, int]) -> Values:
    """The stops of a visit in their order: the base's number on the page, and the stop's facts.

    Parameters
    ----------
    visit : DataFrame
        As `frames.tidy_visit` gives it.
    ids : mapping of str to int
        As `Symbols` has it.
    """
    facts = [column for column in visit.columns if column != "base_id"]
    return {
        "stops": [
            {
                "base": ids[row["base_id"]],
                "facts": [[name, said] for name in facts if (said := words.text(row[name]))],
            }
            for row in visit.to_dict("records")
        ]
    }

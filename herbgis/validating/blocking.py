"""Which records an error blocks, and which layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.reading.understanding.survey import Survey
from herbgis.terms.issues import (
    BLOCKS_ITS_LAYER,
    Issue,
    codes,
)

#: Issues of two records that both must wait for.
_BLOCKS_BOTH = frozenset({"HG301", "HG302", "HG303"})


def _layer_key(file: Any, layer: Any) -> tuple[str, str]:
    return str(file), layer if isinstance(layer, str) else ""


def _layer_keys(table: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """The number of each record's layer, and the layers."""
    (file, files), (layer, layers) = (
        pd.factorize(table[name].fillna("")) for name in ("source_file", "source_layer")
    )
    both, number = np.unique(file * len(layers) + layer, return_inverse=True)
    return number, [(files[n // len(layers)], layers[n % len(layers)]) for n in both]


def layer_crs(survey: Survey) -> pd.Series:
    """The system of each record's layer."""
    crs = {_layer_key(e.path, e.layer): str(e.crs) for e in survey.files.itertuples()}
    only = next(iter(crs.values()), "") if len(crs) == 1 else ""
    number, layers = _layer_keys(survey.bases)
    names = np.array([crs.get(layer, only) for layer in layers], dtype=object)
    return pd.Series(names[number], index=survey.bases.index, dtype=object)


def _layer_codes(issues: pd.DataFrame, layers: list[tuple[str, str]]) -> list[list[str]]:
    """For each layer the codes that block all of it."""
    blocking: dict[tuple[str, str], list[str]] = {}
    for issue in issues.itertuples():
        if issue.code in BLOCKS_ITS_LAYER:
            blocking.setdefault(_layer_key(issue.file, issue.layer), []).append(issue.code)
    return [blocking.get(layer, []) for layer in layers]


def layer_is_blocked(survey: Survey) -> pd.Series:
    """Of each record whether an error of reading blocks its whole layer."""
    number, layers = _layer_keys(survey.bases)
    blocked = np.array([bool(c) for c in _layer_codes(survey.issues, layers)], dtype=bool)
    return pd.Series(blocked[number], index=survey.bases.index, dtype=bool)


def _of_reading(bases: gpd.GeoDataFrame, issues: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """Positions of the records that reading found errors of, with the codes."""
    errors = issues[issues["row"].notna() & (issues["severity"] == "error")]
    if errors.empty:
        return
    names = ["source_file", "source_layer", "source_row"]
    keys = bases.reset_index(drop=True)[names].fillna({"source_layer": ""})
    keys = keys[keys["source_row"].isin(errors["row"].unique())]
    records = {tuple(key): at for at, key in zip(keys.index, keys.to_numpy(object), strict=True)}
    for issue in errors.itertuples():
        record = records.get((*_layer_key(issue.file, issue.layer), issue.row))
        if record is not None:
            yield record, issue.code


def codes_blocking(bases: gpd.GeoDataFrame, found: list[Issue], given: Survey) -> pd.Series:
    """Codes of the errors of each record, its layer's included."""
    number, layers = _layer_keys(bases)
    of_layer = [set(codes) for codes in _layer_codes(given.issues, layers)]
    of_record: dict[int, set[str]] = {}
    for issue in found:
        if (issue.severity or codes()[issue.code].severity) != "error":
            continue
        concerned = [issue.place, *(issue.other if issue.code in _BLOCKS_BOTH else ())]
        for place in concerned:
            if place.record is not None:
                of_record.setdefault(place.record, set()).add(issue.code)
            else:
                of_layer[layers.index(_layer_key(place.file, place.layer))].add(issue.code)
    blocked = [sorted(of_layer[layer]) for layer in number]
    for record, code in _of_reading(bases, given.issues):
        of_record.setdefault(record, set()).add(code)
    for record, own in of_record.items():
        blocked[record] = sorted({*blocked[record], *own})
    return pd.Series(blocked, index=bases.index, dtype=object)

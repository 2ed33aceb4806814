"""validate: the table of rules, and the report they make. Floor 5."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis import display
from herbgis.areas import measure_land
from herbgis.counties import tidy_counties
from herbgis.errors import UnknownNameError
from herbgis.issues import (
    BLOCKS_ITS_LAYER,
    SEVERITY_TITLES,
    Issue,
    codes,
    in_order,
    issue_table,
    summarise,
)
from herbgis.policy import Policy
from herbgis.policyfiles import load_policy
from herbgis.rules import (
    attributes,
    declared,
    double,
    location,
    misplaced,
    mojibake,
    outline,
    rings,
    shape,
)
from herbgis.rules.context import Context
from herbgis.rules.patterns import by_unit, find_patterns
from herbgis.rules.repair import Repair, repair
from herbgis.survey import Survey, survey_of

Rule = Callable[[Context], Iterator[Issue]]

#: One table of rules: the code that each may find, in order.
RULES: dict[str, Rule] = {
    "HG101": shape.missing_geometry,
    "HG102": rings.self_intersection,
    "HG103": rings.invalid_rings,
    "HG104": shape.not_a_polygon,
    "HG105": outline.repeated_vertices,
    "HG106": outline.spike,
    "HG107": outline.sliver,
    "HG108": outline.tiny_part,
    "HG109": shape.scattered_parts,
    "HG205": location.outside_area,
    "HG206": location.straddles_counties,
    "HG207": location.county_mismatch,
    "HG301": double.duplicate_id,
    "HG302": double.duplicate_geometry,
    "HG303": double.overlap,
    "HG304": double.already_counted,
    "HG305": double.update,
    "HG401": declared.area_mismatch,
    "HG402": declared.declared_in_hectares,
    "HG403": declared.declared_in_web_mercator,
    "HG404": declared.hole_ignored,
    "HG405": declared.threshold_undecided,
    "HG501": attributes.unknown_variety,
    "HG502": attributes.variety_alias,
    "HG503": attributes.missing_value,
    "HG504": attributes.bad_date,
    "HG505": attributes.bad_number,
    "HG506": mojibake.mojibake,
    "HG507": attributes.records_disagree,
    "HG508": attributes.unknown_status,
    "HG509": declared.exactly_the_threshold,
}

#: Codes that reading and placing find, beside the table of rules.
FOUND_BEFORE = (
    *("HG001", "HG002", "HG003", "HG004", "HG005", "HG006", "HG007", "HG008", "HG110", "HG111"),
    *("HG201", "HG202", "HG203", "HG204", "HG208", "HG209", "HG210"),
)

#: Issues of two records that both must wait for.
_BLOCKS_BOTH = frozenset({"HG301", "HG302", "HG303"})

_SOURCE = ("source_file", "source_layer", "source_row")

Track = Callable[[list[str]], Iterable[str]]


@dataclass(frozen=True, repr=False)
class ValidationReport:
    """What `validate` found.

    Attributes
    ----------
    table : DataFrame
        A row an issue, with place, message and suggestion.
    bases : GeoDataFrame
        Every record, measured; location errors of a named cause corrected; ``blocked_by`` holds
        the codes of a record's errors.
    files : DataFrame
        What was opened; see `Survey.files`.
    summary : dict
        Numbers of records, errors, warnings and notes.
    units : DataFrame
        A row a 填报单位: bases, declared_mu, surveyed_mu, reduction (核减率).
    patterns : DataFrame
        What is worth a look; see `herbgis.rules.patterns`.
    given : GeoDataFrame
        The base table as it came in.
    policy : Policy
    """

    table: pd.DataFrame
    bases: gpd.GeoDataFrame
    files: pd.DataFrame
    summary: dict[str, int]
    units: pd.DataFrame
    patterns: pd.DataFrame
    given: gpd.GeoDataFrame
    policy: Policy

    def repaired(self) -> gpd.GeoDataFrame:
        """The base table with all mended that needs no decision, measured anew.

        Location errors of a named cause, unclosed lines, repeated vertices, self-touches, spikes
        below the tolerance and the orientation of rings are mended; `changes` lists each. What
        would take a base across a threshold is left as it is. Validate it again before counting.
        """
        return self._repair.bases

    @property
    def changes(self) -> gpd.GeoDataFrame:
        """What `repaired` changed, or proposes: see `herbgis.rules.repair.Repair`."""
        return self._repair.changes

    @functools.cached_property
    def _repair(self) -> Repair:
        return repair(self.given, self.bases, self.policy)

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{SEVERITY_TITLES[name]} {self.summary[f'{name}s']}" for name in SEVERITY_TITLES
        )
        return f"<ValidationReport {self.summary['records']} 条记录: {counts}>"

    def as_dict(self) -> dict[str, Any]:
        """Files, issues and summary as plain values, null where a field does not apply."""
        return {
            "files": _plain_rows(self.files),
            "issues": _plain_rows(self.table),
            "summary": dict(self.summary),
        }

    def _repr_html_(self) -> str:
        shown = self.table.assign(
            severity=self.table["severity"].map(SEVERITY_TITLES),
            row=self.table["row"].astype("str"),
        )[["severity", "file", "row", "base_id", "message", "suggestion", "code"]]
        shown.columns = ["处理要求", "文件", "行号", "基地编号", "问题说明", "修改建议", "代码"]
        head = display.html_paragraph(repr(self)[len("<ValidationReport ") : -1])
        return display.html_section("校验结果", head, display.html_table(shown))


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dicts of JSON's own types."""
    plain = table.astype(object).where(table.notna(), None)
    return [dict(zip(plain.columns, row, strict=True)) for row in plain.itertuples(index=False)]


def validate(
    survey: Survey | gpd.GeoDataFrame,
    *,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    against: gpd.GeoDataFrame | None = None,
    track: Track | None = None,
) -> ValidationReport:
    """Find every defect of a batch, by row, with its cause and what to do about it.

    Parameters
    ----------
    survey : Survey or GeoDataFrame
        What `read_survey` gave, or a frame of one's own, in any system.
    counties : GeoDataFrame, optional
        Boundaries, as from `read_counties`. Without them the rules of place are off.
    policy : Policy, optional
        ``tongren-2020`` by default.
    against : GeoDataFrame, optional
        Bases already counted.
    track : callable, optional
        Wraps the list of rules while they run, to show progress.

    Returns
    -------
    ValidationReport
    """
    policy = policy or load_policy()
    given = survey if isinstance(survey, Survey) else survey_of(survey, policy=policy)
    borders = None if counties is None else tidy_counties(counties, policy=policy)
    counted = None if against is None else survey_of(against, policy=policy).bases
    settled = _layer_is_blocked(given)
    placed = misplaced.put_right(
        misplaced.Batch(given.bases, borders, counted, _layer_crs(given), settled, policy)
    )
    methods = placed.bases["survey_method"]
    measured = measure_land(placed.bases, placed.land, methods, policy)
    context = Context(
        measured.reset_index(drop=True),
        borders,
        counted,
        policy,
        placed.land,
        placed.sound,
        placed.shares,
    )
    found = list(placed.issues)
    rules = _rules_of(policy)
    for code in track(rules) if track else rules:
        found += RULES[code](context)
    table = issue_table(found)
    if len(given.issues):
        table = in_order(pd.concat([_with_ids(given), table])) if len(table) else given.issues
    table = _with_points(table, context)
    measured["blocked_by"] = _blocked_by(measured, found, given)
    units = by_unit(context)
    return ValidationReport(
        table=table,
        bases=measured,
        files=given.files,
        summary=summarise(table, len(measured)),
        units=units,
        patterns=find_patterns(context, units),
        given=given.bases,
        policy=policy,
    )


def _rules_of(policy: Policy) -> list[str]:
    """Codes whose rules run: all but those that the policy switches off."""
    unknown = sorted(policy.rules_off - RULES.keys())
    if unknown:
        raise UnknownNameError("可关闭的规则", unknown[0], RULES)
    return [code for code in RULES if code not in policy.rules_off]


def _layer_key(file: Any, layer: Any) -> tuple[str, str]:
    return str(file), layer if isinstance(layer, str) else ""


def _layer_keys(table: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """The number of each record's layer, and the layers."""
    (file, files), (layer, layers) = (
        pd.factorize(table[name].fillna("")) for name in ("source_file", "source_layer")
    )
    both, number = np.unique(file * len(layers) + layer, return_inverse=True)
    return number, [(files[n // len(layers)], layers[n % len(layers)]) for n in both]


def _layer_crs(survey: Survey) -> pd.Series:
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


def _layer_is_blocked(survey: Survey) -> pd.Series:
    number, layers = _layer_keys(survey.bases)
    blocked = np.array([bool(c) for c in _layer_codes(survey.issues, layers)], dtype=bool)
    return pd.Series(blocked[number], index=survey.bases.index, dtype=bool)


def _records_of(issues: pd.DataFrame, bases: pd.DataFrame) -> dict[int, int]:
    """Positions of the records that the issues of a table name, by the issues' labels."""
    named = issues[issues["row"].notna()]
    rows = bases.reset_index(drop=True)[list(_SOURCE)]
    rows = rows[rows["source_row"].isin(named["row"].unique())].fillna({"source_layer": ""})
    keys = zip(rows["source_file"], rows["source_layer"], rows["source_row"], strict=True)
    records = dict(zip(keys, rows.index.tolist(), strict=True))
    places = zip(named["file"], named["layer"].fillna(""), named["row"], strict=True)
    found = zip(named.index, (records.get(place) for place in places), strict=True)
    return {label: record for label, record in found if record is not None}


def _with_ids(survey: Survey) -> pd.DataFrame:
    """Findings of reading, with the base_id of the records they name."""
    issues = survey.issues.copy()
    ids = pd.Series(None, index=issues.index, dtype=object)
    for label, record in _records_of(issues, survey.bases).items():
        ids[label] = survey.bases["base_id"].iloc[record]
    return issues.assign(base_id=ids)


def _with_points(table: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Findings of a record that name no place of their own stand on the record's land."""
    placeless = table[table["lon"].isna()]
    records = _records_of(placeless, context.bases)
    points = {label: context.centre(record) for label, record in records.items()}
    known = {label: point for label, point in points.items() if point is not None}
    placed = table.copy()
    placed.loc[list(known), ["lon", "lat"]] = np.array(list(known.values())).reshape(-1, 2)
    return placed


def _blocked_by(bases: gpd.GeoDataFrame, found: list[Issue], given: Survey) -> pd.Series:
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
    for record, own in of_record.items():
        blocked[record] = sorted({*blocked[record], *own})
    return pd.Series(blocked, index=bases.index, dtype=object)

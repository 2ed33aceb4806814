"""validate: the table of rules, and the report they make. Floor 5."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from herbgis import columns as cols
from herbgis import display
from herbgis.areas import measure
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
    bases, moved = misplaced.put_right(
        misplaced.Batch(given.bases, borders, counted, _layer_crs(given), settled, policy)
    )
    measured = measure(bases, policy=policy)
    context = Context(measured.reset_index(drop=True), borders, counted, policy)
    found = list(moved)
    rules = _rules_of(policy)
    for code in track(rules) if track else rules:
        found += RULES[code](context)
    table = issue_table(found)
    if len(given.issues):
        table = in_order(pd.concat([_with_ids(given), table])) if len(table) else given.issues
    table = _with_points(table, context)
    measured["blocked_by"] = _blocked_by(measured, found, _layer_codes(given))
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


def _layer_crs(survey: Survey) -> pd.Series:
    """The system of each record's layer."""
    crs = {_layer_key(e.path, e.layer): str(e.crs) for e in survey.files.itertuples()}
    keys = zip(survey.bases["source_file"], survey.bases["source_layer"], strict=True)
    only = next(iter(crs.values()), "") if len(crs) == 1 else ""
    names = [crs.get(_layer_key(file, layer), only) for file, layer in keys]
    return pd.Series(names, index=survey.bases.index, dtype="str")


def _layer_codes(survey: Survey) -> list[list[str]]:
    """For each record the codes that block its whole layer."""
    blocking: dict[tuple[str, str], list[str]] = {}
    for issue in survey.issues.itertuples():
        if issue.code in BLOCKS_ITS_LAYER:
            blocking.setdefault(_layer_key(issue.file, issue.layer), []).append(issue.code)
    keys = zip(survey.bases["source_file"], survey.bases["source_layer"], strict=True)
    return [blocking.get(_layer_key(file, layer), []) for file, layer in keys]


def _layer_is_blocked(survey: Survey) -> pd.Series:
    return pd.Series([bool(c) for c in _layer_codes(survey)], index=survey.bases.index, dtype=bool)


def _with_ids(survey: Survey) -> pd.DataFrame:
    """Findings of reading, with the base_id of the records they name."""
    table = survey.bases
    ids = {
        (*_layer_key(file, layer), int(row)): base_id
        for file, layer, row, base_id in zip(
            *(table[n] for n in ("source_file", "source_layer", "source_row", "base_id")),
            strict=True,
        )
    }
    issues = survey.issues.copy()
    issues["base_id"] = [
        None
        if pd.isna(issue.row)
        else ids.get((*_layer_key(issue.file, issue.layer), int(issue.row)))
        for issue in issues.itertuples()
    ]
    return issues


def _with_points(table: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Findings of a record that name no place of their own stand on the record's land."""
    records = {
        (*_layer_key(file, layer), int(row)): record
        for record, (file, layer, row) in enumerate(
            zip(*(context.bases[n] for n in _SOURCE), strict=True)
        )
    }
    placed = table.copy()
    for issue in table[table["lon"].isna() & table["row"].notna()].itertuples():
        record = records.get((*_layer_key(issue.file, issue.layer), int(issue.row)))
        point = None if record is None else context.centre(record)
        if point is not None:
            placed.loc[issue.Index, ["lon", "lat"]] = point
    return placed


def _blocked_by(
    bases: gpd.GeoDataFrame, found: list[Issue], layer_codes: list[list[str]]
) -> pd.Series:
    """Codes of the errors of each record, its layer's included."""
    records_at: dict[tuple[str, str, int | None], list[int]] = {}
    places = (bases[name] for name in _SOURCE)
    for record, (file, layer, row) in enumerate(zip(*places, strict=True)):
        for key in ((*_layer_key(file, layer), int(row)), (*_layer_key(file, layer), None)):
            records_at.setdefault(key, []).append(record)
    blocked = [set(own) for own in layer_codes]
    for issue in found:
        if (issue.severity or codes()[issue.code].severity) != "error":
            continue
        concerned = [issue.place, *(issue.other if issue.code in _BLOCKS_BOTH else ())]
        for place in concerned:
            for record in records_at[(*_layer_key(place.file, place.layer), place.row)]:
                blocked[record].add(issue.code)
    return cols.typed([sorted(own) for own in blocked], "list", bases.index)

"""validate: the table of rules, and the report they make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import language, speaking, tr
from herbgis.measuring.areas import measure_land
from herbgis.reading.counties import BOUNDARIES, tidy_counties
from herbgis.reading.understanding.contradictions import refuse_cut_shapes
from herbgis.reading.understanding.control_layers import ControlLayer, control_layers
from herbgis.reading.understanding.joining import of_lists
from herbgis.reading.understanding.survey import Survey, survey_of
from herbgis.reading.understanding.zoneless import in_their_zone
from herbgis.terms.carried import policy_for
from herbgis.terms.issues import (
    Issue,
    in_order,
    issue_table,
    summarise,
)
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy
from herbgis.validating.blocking import codes_blocking, layer_crs, layer_is_blocked
from herbgis.validating.held import with_controlled, with_said
from herbgis.validating.patterns import by_unit, find_patterns
from herbgis.validating.report import ValidationReport
from herbgis.validating.rules import (
    attributes,
    controlled,
    crops,
    declared,
    displaced,
    double,
    location,
    misplaced,
    mojibake,
    outline,
    registers,
    rings,
    shape,
)
from herbgis.validating.rules.context import Context
from herbgis.validating.rules.evidence import Batch

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
    "HG112": rings.parts_overlap,
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
    "HG406": declared.declared_by_parcel,
    "HG501": crops.unknown_variety,
    "HG502": attributes.variety_alias,
    "HG503": attributes.missing_value,
    "HG504": attributes.bad_date,
    "HG505": attributes.bad_number,
    "HG506": mojibake.mojibake,
    "HG507": attributes.records_disagree,
    "HG508": attributes.unknown_status,
    "HG509": declared.exactly_the_threshold,
    "HG510": crops.unknown_kind,
    "HG511": crops.unknown_crop,
    "HG513": attributes.id_spelling,
    "HG514": registers.unknown_unit,
    "HG515": registers.unknown_township,
    "HG601": controlled.controlled_land,
    "HG602": controlled.cropland_used,
    "HG603": controlled.land_class_unknown,
}

_SOURCE = ("source_file", "source_layer", "source_row")

Track = Callable[[list[str]], Iterable[str]]


def validate(
    survey: Survey | gpd.GeoDataFrame,
    *,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    against: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    controls: Mapping[str, gpd.GeoDataFrame | ControlLayer] | None = None,
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
    as_of : datetime.date, optional
        The day that the batch stands for: a survey, or a base completed, after it is HG504. By
        default the end of the policy's year; no clock is asked.
    controls : mapping of str to GeoDataFrame or ControlLayer, optional
        Layers that control land, as from `read_controls`, or frames of one's own by the name of
        what they show. Each base is held against them, and against the rules on its day (HG601,
        HG602, HG603), and ``bases`` has the 亩 within each (``control_<name>_mu``) and by class of
        land (``cropland_mu``, …). Under ``tongren-2020`` they block nothing.
    track : callable, optional
        Wraps the list of rules while they run, to show progress.

    Returns
    -------
    ValidationReport

    Raises
    ------
    PolicyMismatchError
        The bases already counted were classified under other tiers.
    CrsError, ControlsError
        A control layer cannot be placed, has no polygons, or tells no classes where it should.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> report.summary
    {'records': 216, 'errors': 16, 'warnings': 17, 'notes': 9}
    >>> worst = report.table.sort_values("mu_at_stake", ascending=False).iloc[0]
    >>> worst["code"], worst["base_id"], float(worst["mu_at_stake"])
    ('HG109', '520622-2020-002', 1155.57)
    """
    given, policy = _understood(survey, against, policy)
    borders = None if counties is None else tidy_counties(counties, policy=policy)
    given = in_their_zone(given, borders)
    layers = control_layers(controls or {}, policy=policy)
    counted = None if against is None else survey_of(against, policy=policy).bases
    settled = layer_is_blocked(given)
    placed = misplaced.put_right(
        Batch(given.bases, borders, counted, layer_crs(given), settled, policy)
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
        as_of,
        tuple(layers),
    )
    found = list(placed.issues)
    rules = _rules_of(policy)
    with speaking(language()):  # asked for once, not for every word of a finding
        for code in track(rules) if track else rules:
            found += RULES[code](context)
        table = issue_table(found)
    if len(given.issues):
        told = _with_ids(given)
        table = in_order(pd.concat([told, table])) if len(table) else told
    table = _with_points(_said_once(table, context.bases), context)
    measured = with_controlled(measured, context)
    measured["blocked_by"] = codes_blocking(measured, found, given)
    units = by_unit(context)
    edition = {} if borders is None else {k: v for k, v in borders.attrs.items() if k == BOUNDARIES}
    measured.attrs |= edition
    return ValidationReport(
        table=table,
        bases=measured,
        files=with_said(given.files, edition.get(BOUNDARIES), context),
        summary=summarise(table, len(measured)),
        units=units,
        patterns=find_patterns(context, units),
        given=given.bases,
        policy=policy,
    )


def _understood(
    survey: Survey | gpd.GeoDataFrame, against: gpd.GeoDataFrame | None, policy: Policy | None
) -> tuple[Survey, Policy]:
    """What is validated, and under which policy; classified bases have one of their own."""
    if isinstance(survey, Survey):
        given, policy = survey, policy or load_policy()
    else:
        policy = policy_for(survey, policy)
        given = survey_of(survey, policy=policy)
    if against is not None:
        policy_for(against, policy)
    refuse_cut_shapes(given.bases)
    return given, policy


def _rules_of(policy: Policy) -> list[str]:
    """Codes whose rules run: all but those that the policy switches off."""
    known = [*RULES, *displaced.CODES]
    unknown = sorted(policy.rules_off.difference(known))
    if unknown:
        raise UnknownNameError(tr("可关闭的规则"), unknown[0], known)
    return [code for code in RULES if code not in policy.rules_off]


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


def _said_once(table: pd.DataFrame, bases: gpd.GeoDataFrame) -> pd.DataFrame:
    """Findings without those of a polygon that say the same as one of its base's row in a list.

    The words of the one were filled from the other, and the list is where they are read and mended.
    Both records stay blocked.
    """
    listed = of_lists(bases)
    if not len(table) or not listed.any() or listed.all():
        return table
    records = _records_of(table, bases)
    own = table.loc[list(records), ["base_id", "code", "message"]]
    keys = dict(zip(own.index, own.itertuples(index=False, name=None), strict=True))
    told = {keys[label] for label, record in records.items() if listed[record]}
    twice = [n for n, record in records.items() if not listed[record] and keys[n] in told]
    return table.drop(index=twice).reset_index(drop=True) if twice else table


def _with_points(table: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Findings of a record that name no place of their own stand on the record's land.

    Those of a list's record, which has none, stand on the first polygon of its base.
    """
    placeless = table[table["lon"].isna()]
    records = _records_of(placeless, context.bases)
    points = {label: context.centre(record) for label, record in records.items()}
    lacking = {records[label] for label, point in points.items() if point is None}
    if lacking:
        ids = context.bases["base_id"]
        own = ids[ids.isin(ids.iloc[list(lacking)])]
        elsewhere: dict[str, tuple[float, float] | None] = {}
        for record, base in zip(own.index, own, strict=True):
            elsewhere[base] = elsewhere.get(base) or context.centre(record)
        points |= {
            label: elsewhere.get(ids.iloc[records[label]])
            for label, point in points.items()
            if point is None
        }
    known = {label: point for label, point in points.items() if point is not None}
    placed = table.copy()
    placed.loc[list(known), ["lon", "lat"]] = np.array(list(known.values())).reshape(-1, 2)
    return placed

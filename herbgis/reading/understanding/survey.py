"""Survey: records of any origin as one base table, with what was assumed and found.

A reader hands on layers as their files have them; here their coordinates, words and origin are
understood, by one way for files and for an analyst's own frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from herbgis.foundation import display
from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import CGCS2000
from herbgis.geo.stated_systems import usable
from herbgis.geo.systems import Geometries
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.basetable import complete
from herbgis.reading.understanding.file_entries import FILES_COLUMNS, layer_entry
from herbgis.reading.understanding.frames import as_base_table, with_headings
from herbgis.reading.understanding.geometry_columns import (
    drawn,
    drawn_as_shapes,
    was_drawn,
    without_shapes,
)
from herbgis.reading.understanding.joining import join_lists, say_joined
from herbgis.reading.understanding.lost_digits import lost_ids
from herbgis.reading.understanding.lost_systems import lost, refuse_lost, refuse_unplaced
from herbgis.reading.understanding.matching import match_table, undecided_headings
from herbgis.reading.understanding.null_numbers import without_null_numbers
from herbgis.reading.understanding.placing import Placed, place_layer
from herbgis.reading.understanding.reopened import reopened
from herbgis.reading.understanding.unused import doubt_merged, say_unused
from herbgis.terms import columns as cols
from herbgis.terms.calls import answering
from herbgis.terms.headings import uncut_headings
from herbgis.terms.issues import Issue, Place, issue_table
from herbgis.terms.policy import Policy

_FRAME = "frame"


@dataclass(frozen=True)
class Layer:
    """One layer as its file has it.

    Attributes
    ----------
    file, name : str
        The path as shown to people, with the archive's name in front; the layer's name.
    frame : GeoDataFrame
        Attributes under their own headings; geometry in the file's coordinates, x before y,
        without a CRS. Rows in file order.
    crs : pyproj.CRS or None
        What the file states.
    promised : int
        Records that the file's own header or index promises.
    encoding : str
        Text encoding, or an empty string where the format leaves no choice.
    cut_headings : bool
        Whether the format cuts headings, as a DBF does at ten bytes, and may hold 0 for NULL.
    zero_for_null : bool
        Whether the format keeps headings and holds 0 for NULL, as a MapInfo table does.
    """

    file: str
    name: str
    frame: gpd.GeoDataFrame
    crs: pyproj.CRS | None
    promised: int
    encoding: str = ""
    assumptions: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = field(default_factory=tuple)
    cut_headings: bool = False
    zero_for_null: bool = False


def bare_frame(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """A table without polygons, or with a geometry column, as a frame without a CRS."""
    return drawn_as_shapes(table).frame


@answering
@dataclass(frozen=True, repr=False)
class Survey:
    """What survey files hold, as one table.

    Attributes
    ----------
    bases : GeoDataFrame
        The base table, one row a record, EPSG:4490; see `herbgis.terms.columns`.
    files : DataFrame
        A row a layer, and one a folder for its files that are no survey; see `layer_entry`.
    issues : DataFrame
        Findings of reading, a row each.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> survey.bases.shape[0], survey.bases.crs.to_epsg()
    (216, 4490)
    >>> file = survey.files.iloc[2]
    >>> print(file["path"], file["encoding"], f"{file['read']}/{file['records']}")
    sample/2020-03-batch/shiqian.zip/shiqian.shp GBK 17/17
    >>> survey.issues["code"].tolist()
    ['HG003', 'HG110']
    """

    bases: gpd.GeoDataFrame
    files: pd.DataFrame
    issues: pd.DataFrame

    def __repr__(self) -> str:
        layers = int((self.files["skipped"] == 0).sum())
        counts = tr("{count} 条记录, {layers} 个图层", count=len(self.bases), layers=layers)
        head = tr("<Survey {records}, {count} 条读取问题>", records=counts, count=len(self.issues))
        return "\n".join([head, *(f"  {line}" for line in self.assumption_lines())])

    def assumption_lines(self) -> list[str]:
        """One line a layer: what was assumed, and how many of the promised records arrived."""
        lines = []
        for entry in self.files.itertuples():
            arrived = tr("记录 {read}/{records}", read=entry.read, records=entry.records)
            told = [*entry.assumptions, *([] if entry.skipped else [arrived])]
            lines.append(" ".join([f"{entry.path}:", *told]))
        return lines

    def _repr_html_(self) -> str:
        files = self.files.assign(assumptions=["; ".join(a) for a in self.files["assumptions"]])
        head = display.html_paragraph(
            tr(
                "{count} 条记录, {issues} 条读取问题",
                count=len(self.bases),
                issues=len(self.issues),
            )
        )
        return display.html_section(tr("测量文件"), head, display.html_table(files))


@dataclass(frozen=True)
class Part:
    """One layer understood: its records, its entry among the files, its findings.

    `defaulted` names the columns that the layer lacks and the policy filled.
    """

    bases: gpd.GeoDataFrame
    entry: Mapping[str, Any]
    issues: tuple[Issue, ...]
    defaulted: frozenset[str] = frozenset()


def survey_of(
    frame: pd.DataFrame, *, policy: Policy, columns: Mapping[str, str] | None = None
) -> Survey:
    """An analyst's own frame as a Survey, by the same way as a file; index and columns are kept."""
    said = Assumptions()
    frame = reopened(frame, policy, columns)
    outline = drawn(frame)
    if not outline.found and was_drawn(frame):
        raise without_shapes(frame, tr("这一步"))
    given = outline.frame
    crs, unusable = usable(outline.crs)
    for line in (*outline.said, *unusable):
        said.add(line)
    table = as_base_table(given, policy=policy, columns=columns, assumptions=said)
    doubt_merged(given, policy, said)
    placed = place_layer(_shapes(given), crs, Place(_FRAME), policy.datum_parameters)
    for line in placed.assumptions:
        said.add(line)
    table = _put(table, placed)
    _name_source(table, Layer(_FRAME, "", given, crs, len(frame)), made=False)
    count = len(table)
    entry = layer_entry(_FRAME, None, promised=count, read=count, crs=placed.crs, said=said.lines)
    files = pd.DataFrame([entry], columns=list(FILES_COLUMNS))
    lost = lost_ids(*with_headings(given, policy, columns), table)
    where = Place(_FRAME)
    issues = [*outline.issues(where), *placed.issues, *lost, *said.issues(where)]
    return Survey(table, files, issue_table(issues))


def records_of(
    frame: pd.DataFrame, *, policy: Policy, columns: Mapping[str, str] | None = None
) -> gpd.GeoDataFrame:
    """A frame's records as base table rows, each with an id and a source; geometry as it is."""
    given = bare_frame(reopened(frame, policy, columns))
    table = as_base_table(given, policy=policy, columns=columns)
    _name_source(table, Layer(_FRAME, "", given, None, len(given)), made=False)
    return table


def placed_records(
    frame: pd.DataFrame, step: str, *, policy: Policy, columns: Mapping[str, str] | None = None
) -> gpd.GeoDataFrame:
    """`survey_of`'s records, for a step that cannot report what stands in the way of placing them.

    Raises
    ------
    CrsError
        As `shapes_of`.
    """
    refuse_lost(frame, step)
    survey = survey_of(frame, policy=policy, columns=columns)
    refuse_unplaced(survey.issues["code"], frame, step)
    return survey.bases


def shapes_of(frame: gpd.GeoDataFrame, step: str, *, policy: Policy) -> Geometries:
    """A frame's geometries on CGCS2000, placed as those of a file are; None where they do not fit.

    Raises
    ------
    CrsError
        The frame states no system, or one that does not lead to CGCS2000 by itself.
    MissingColumnError
        The frame has no geometry.
    """
    outline = drawn(frame)
    if not outline.found:
        raise without_shapes(frame, step)
    if outline.crs is None:
        raise lost(step)
    shapes = _shapes(outline.frame)
    placed = place_layer(shapes, outline.crs, Place(_FRAME), policy.datum_parameters)
    refuse_unplaced([issue.code for issue in placed.issues], frame, step)
    return placed.geometry


def understand(layer: Layer, policy: Policy, columns: Mapping[str, str] | None) -> Part:
    """A layer's records as rows of the base table, on CGCS2000, with their provenance."""
    where = Place(layer.file, layer.name or None)
    said = Assumptions(list(layer.assumptions))
    headings = [str(c) for c in layer.frame.columns if c != "geometry"]
    # One mapping serves all files of a call; a file need not have every heading of it.
    own = {name: heading for name, heading in (columns or {}).items() if heading in headings}
    matched = match_table(layer.frame.drop(columns="geometry"), policy, own)
    if layer.cut_headings:
        cut = uncut_headings(headings, layer.encoding, policy, matched.columns)
        matched = matched._replace(columns={**matched.columns, **cut})
        if cut:
            pairs = listed(f"{heading}→{tr(cols.titles()[name])}" for name, heading in cut.items())
            said.add(tr("列名被截断, 按前缀认作: {pairs}", pairs=pairs))
    if layer.cut_headings or layer.zero_for_null:
        layer = replace(layer, frame=without_null_numbers(layer.frame, matched.columns, said))
    placed = place_layer(_shapes(layer.frame), layer.crs, where, policy.datum_parameters)
    for line in placed.assumptions:
        said.add(line)
    table = _put(complete(layer.frame, policy=policy, matched=matched, assumptions=said), placed)
    _name_source(table, layer, made=True)
    doubt_merged(layer.frame, policy, said)
    lost = lost_ids(layer.frame, matched.columns, table)
    issues = [*layer.issues, *placed.issues, *lost]
    issues += [*undecided_headings(matched, where), *said.issues(where)]
    if not layer.promised and not issues:
        said.add(tr("没有记录"))
    if layer.promised > len(table):
        counts = {"promised": layer.promised, "read": len(table)}
        issues.append(Issue("HG002", where, counts, measured=len(table), allowed=layer.promised))
    used = {*matched.columns.values(), *said.also_read}
    say_unused(layer.frame, headings, used, said)
    entry = layer_entry(
        layer.file,
        layer.name or None,
        promised=layer.promised,
        read=len(table),
        encoding=layer.encoding,
        crs=placed.crs,
        said=said.lines,
        headings=matched.columns,
    )
    defaulted = frozenset(policy.defaults.keys() - matched.columns.keys())
    return Part(_in_order(table), entry, tuple(issues), defaulted)


def _shapes(frame: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(frame.geometry.array, dtype=object)


def _put(table: pd.DataFrame, placed: Placed) -> gpd.GeoDataFrame:
    """A base table with its geometries on CGCS2000, and as WKT those that could not be placed."""
    index = table.index
    if pd.notna(placed.raw).any():
        known = table["raw_geometry"].to_numpy(dtype=object, na_value=None)
        raw = [new or old for new, old in zip(placed.raw, known, strict=True)]
        table["raw_geometry"] = cols.typed(raw, "text", index)
    return table.set_geometry(gpd.GeoSeries(placed.geometry, index=index, crs=CGCS2000))


def _name_source(table: gpd.GeoDataFrame, layer: Layer, *, made: bool) -> None:
    """File, layer and row of each record, and an id made of them where it has none.

    A frame may know its records' sources; `made` says that a file's are these.
    """
    index = table.index
    source: dict[str, Any] = {
        "source_file": layer.file,
        "source_layer": layer.name or None,
        "source_row": range(1, len(table) + 1),
    }
    kinds = {column.name: column.kind for column in cols.READ}
    for name, value in source.items():
        if made or table[name].isna().all():
            table[name] = cols.typed(value, kinds[name], index)
    nameless = table["base_id"].isna()
    if nameless.any():
        places = table.loc[nameless, ["source_file", "source_layer", "source_row"]]
        table.loc[nameless, "base_id"] = [
            f"{file}#{lay if isinstance(lay, str) else ''}#{row}"
            for file, lay, row in places.itertuples(index=False)
        ]


def _in_order(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The base table's columns in their order, the optional ones that are there behind."""
    known = cols.known_in(table, cols.READ, cols.OPTIONAL)
    return table[[*(column.name for column in known), "geometry"]]


def assemble(parts: Iterable[Part]) -> Survey:
    """Layers, understood one by one, as one Survey; lists joined to the polygons of their bases."""
    parts = list(parts)
    filled = [part for part in parts if len(part.bases)]
    entries = [dict(part.entry) for part in parts]
    if not filled:
        bases = cols.empty_table(CGCS2000)
    else:
        tables = pd.concat([part.bases for part in filled], ignore_index=True)
        bases, joined = join_lists(
            _in_order(gpd.GeoDataFrame(tables, crs=CGCS2000)),
            {
                name: np.repeat(
                    [name in part.defaulted for part in filled], [len(p.bases) for p in filled]
                )
                for name in cols.names(cols.with_role(cols.Role.DEFAULTED))
            },
        )
        say_joined(entries, bases[joined])
    files = pd.DataFrame(entries, columns=list(FILES_COLUMNS))
    return Survey(bases, files, issue_table(issue for part in parts for issue in part.issues))

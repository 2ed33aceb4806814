"""read_candidates: a file of candidate sites, in any format and system that a survey may have."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.foundation import resources
from herbgis.foundation.errors import MissingColumnError
from herbgis.foundation.input_errors import CandidatesError
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import field_name, fold
from herbgis.geo.geodesy import CGCS2000
from herbgis.reading.formats.survey_file import UnreadableFileError, Words
from herbgis.reading.readers import whole_layers_of
from herbgis.reading.sources import Source, find_sources
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.cells import folded_ids, stated_cells
from herbgis.reading.understanding.placing import place_layer
from herbgis.reading.understanding.stated_numbers import with_unit_of_heading
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.columns import Column
from herbgis.terms.headings import match_headings
from herbgis.terms.issues import Place
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: In `attrs` of candidates: lines on files that lay beside theirs and were not read.
UNREAD_BESIDE = "herbgis_unread"
_ID = "candidate_id"
#: Cells of ids, read as those of bases are.
CANDIDATE_ID = Column(_ID, "候选编号", "text")
_DBF_BYTES = 10
_SHARED = ("county", "township", "variety")


def read_candidates(source: str | Path, *, policy: Policy | None = None) -> gpd.GeoDataFrame:
    """Candidate sites that a plan may choose.

    Parameters
    ----------
    source : str or Path
        Polygons, in any format that `read_survey` reads; a heading 候选编号 (``candidate_id``),
        and optionally 成本, 品种, 乡镇, 县区, 距离(公里).
    policy : Policy, optional
        For its headings.

    Returns
    -------
    GeoDataFrame
        ``candidate_id``, and of ``variety``, ``cost``, ``county``, ``township``, ``distance_km``
        those that the file has, as written, a bare number with the unit that its heading states;
        EPSG:4490. An id is spelt as it is compared, with
        ``raw_candidate_id`` as written where that differs; a site without one gets
        ``file#layer#row``. Files of a folder whose format nobody knows are named in ``attrs``, and
        in the notes of a plan.

    Raises
    ------
    InputNotFoundError, MissingColumnError
    CandidatesError
        The file cannot be read, or its coordinates cannot be placed.

    Examples
    --------
    >>> import geopandas as gpd
    >>> import herbgis as hg
    >>> mine = gpd.read_file(hg.sample_paths().survey / "2020-03-batch" / "yanhe.geojson")
    >>> proposed = mine[["基地编号", "geometry"]].rename(columns={"基地编号": "候选编号"})
    >>> proposed.assign(成本=100.0).to_file("候选地块.gpkg")
    >>> candidates = hg.read_candidates("候选地块.gpkg")
    >>> len(candidates), candidates["cost"].unique().tolist()
    (7, [100.0])
    """
    policy = policy or load_policy()
    with ExitStack() as temporary:
        found = [each for each in find_sources([Path(source)], temporary) if not each.skipped]
        layers = [
            _tidy(layer, policy)
            for each in found
            if not each.unknown
            for layer in _layers(each, Words(policy))
        ]
    if not layers:
        msg = tr("{source} 里没有候选地块。", source=source)
        raise CandidatesError(msg)
    candidates = gpd.GeoDataFrame(pd.concat(layers, ignore_index=True), crs=CGCS2000)
    unread = [
        tr("{shown} 未读: {trouble}", shown=each.shown, trouble=each.trouble)
        for each in found
        if each.unknown
    ]
    if unread:
        candidates.attrs[UNREAD_BESIDE] = unread
    return candidates


def _layers(source: Source, words: Words) -> list[Layer]:
    """The layers of a data set; whatever fails is one error of ours."""
    try:
        return whole_layers_of(source, words)
    except UnreadableFileError as error:
        msg = tr("候选地块文件 {file} 读不出来: {error}。", file=source.shown, error=error)
        raise CandidatesError(msg) from error


def _tidy(layer: Layer, policy: Policy) -> gpd.GeoDataFrame:
    """A layer under the names in code, on CGCS2000."""
    headings = [str(name) for name in layer.frame.columns if name != layer.frame.geometry.name]
    named = _headings(headings, policy, cut=layer.cut_headings)
    if _ID not in named:
        what = tr("候选地块文件 {file}", file=layer.file)
        raise MissingColumnError(what, [_ID], headings)
    place = Place(layer.file, layer.name or None)
    placed = place_layer(np.asarray(layer.frame.geometry.array, dtype=object), layer.crs, place)
    lost = [row for row, raw in enumerate(placed.raw, 1) if raw is not None]
    if lost:
        rows = listed(lost[:3]) + (tr(" 等") if len(lost) > 3 else "")
        msg = tr(
            "候选地块文件 {file} 第 {rows} 条的坐标系认不出来。请转换为 CGCS2000 后再给。",
            file=layer.file,
            rows=rows,
        )
        raise CandidatesError(msg)
    table = {name: _cells(layer.frame, heading, name) for name, heading in named.items()}
    stated = stated_cells(layer.frame[named[_ID]], CANDIDATE_ID, policy, Assumptions())
    ids, written = folded_ids(stated)
    rows = pd.Series(range(1, len(ids) + 1), index=ids.index).astype("str")
    table[_ID] = ids.fillna(f"{layer.file}#{layer.name}#" + rows).to_numpy()
    if written.notna().any():
        table[CANDIDATE_ID.written.name] = written.to_numpy()
    return gpd.GeoDataFrame(table, geometry=placed.geometry, crs=CGCS2000)


def _headings(headings: list[str], policy: Policy, *, cut: bool) -> dict[str, str]:
    """The file's headings by the names in code; a DBF cuts them at ten bytes."""
    matched = match_headings(headings, policy).columns
    named = {name: matched[name] for name in _SHARED if name in matched}
    facts = resources.read_toml("facts/candidates.toml")
    for name, spellings in facts["headings"].items():
        by_rank: dict[str, int] = {}
        for rank, spelling in enumerate(spellings):
            for written in (spelling, field_name(spelling), *(_cut(spelling) if cut else ())):
                by_rank.setdefault(fold(written), rank)
        own = sorted(
            (by_rank[known], heading)
            for heading in headings
            for known in (fold(heading), field_name(heading), _without_unit(heading, name)[0])
            if known in by_rank
        )
        if own:
            named[name] = own[0][1]
    return named


def _without_unit(heading: str, name: str) -> tuple[str, str]:
    """A heading of numbers and the unit that ends it: 成本 and 万元 of 成本(万元), 成本_万元."""
    written = field_name(heading)
    units = resources.read_toml("facts/candidates.toml")["units"].get(name, {})
    for unit in sorted(units, key=len, reverse=True):
        if written.endswith(fold(unit)):
            return written.removesuffix(fold(unit)).rstrip("_"), unit
    return written, ""


def _cells(frame: pd.DataFrame, heading: str, name: str) -> npt.NDArray[Any]:
    """A column's cells; bare numbers with the unit that their heading states."""
    unit = _without_unit(heading, name)[1]
    cells = with_unit_of_heading(frame[heading], unit) if unit else frame[heading]
    return np.asarray(cells.array)


def _cut(spelling: str) -> list[str]:
    """A heading as a DBF has it."""
    return [
        spelling.encode(encoding)[:_DBF_BYTES].decode(encoding, "ignore")
        for encoding in ("utf-8", "gbk")
    ]

"""County boundaries, and which county a polygon lies in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from herbgis.foundation import resources
from herbgis.foundation.errors import CrsError, InputNotFoundError, MissingColumnError
from herbgis.foundation.input_errors import CountiesError
from herbgis.foundation.language import LANGUAGES, speaking, tr
from herbgis.geo.geodesy import CGCS2000
from herbgis.geo.land import land
from herbgis.reading.boundary_offsets import find_displacement, undone
from herbgis.reading.formats.survey_file import UnreadableFileError, Words
from herbgis.reading.readers import whole_layers_of
from herbgis.reading.sources import Source, find_sources
from herbgis.reading.understanding.cells import clean_text
from herbgis.reading.understanding.placing import place_layer
from herbgis.reading.understanding.survey import Layer
from herbgis.terms import columns as cols
from herbgis.terms.headings import match_headings, uncut_headings
from herbgis.terms.issues import Place
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: In `attrs` of boundaries and of what was held against them: which edition they are, in words.
BOUNDARIES = "herbgis_boundaries"
#: The ten counties of Tongren; see data/counties/SOURCE.md.
_SHIPPED = "counties/tongren.geojson"


def read_counties(
    source: str | Path | None = None, *, policy: Policy | None = None
) -> gpd.GeoDataFrame:
    """County boundaries in CGCS2000, in code order.

    Parameters
    ----------
    source : str or Path, optional
        A file with a polygon a county and a column of names or codes; by default the ten of
        Tongren that herbgis ships. Those carry no 审图号: a map to be published needs boundaries
        that do.
    policy : Policy, optional
        Whose names and codes of counties are used.

    Returns
    -------
    GeoDataFrame
        Columns ``county_code``, ``county`` (full name), ``short_name``, ``geometry``.

    Raises
    ------
    InputNotFoundError, CountiesError, MissingColumnError, CrsError

    Examples
    --------
    >>> import herbgis as hg
    >>> counties = hg.read_counties()
    >>> counties["county"].tolist()[:3], len(counties)
    (['碧江区', '万山区', '江口县'], 10)
    >>> counties.crs.to_epsg()
    4490
    """
    policy = policy or load_policy()
    path = resources.data(_SHIPPED) if source is None else Path(source)
    if not path.exists():
        raise InputNotFoundError(str(source or path))
    with ExitStack() as temporary:
        sources = find_sources([path], temporary)
        layers = [
            layer
            for each in sources
            for layer in _layers(each, Words(policy))
            if shapely.get_dimensions(np.asarray(layer.frame.geometry.array, dtype=object)).max()
            == 2
        ]
    if not layers:
        msg = tr(
            "县界文件 {name} 读不了 (HG001): 里面没有面。请给出一个县一个面的文件。", name=path.name
        )
        raise CountiesError(msg)
    frames = [_frame(layer, policy) for layer in layers]
    # A file may hold the outline of the city or its townships beside the counties.
    frame = max(frames, key=lambda frame: _known(frame, policy))
    counties = tidy_counties(frame, policy=policy)
    if source is None:
        return named(counties, _shipped_title())
    unread = "".join(
        tr("; {shown} 未读: {trouble}", shown=each.shown, trouble=each.trouble)
        for each in sources
        if each.unknown
    )
    counties = _told_displaced(counties, read_counties(policy=policy), path.name)
    return named(counties, counties.attrs[BOUNDARIES] + unread)


def _shipped_title() -> str:
    return tr("{name} (herbgis 自带)", name=resources.data(_SHIPPED).name)


def edition_of(table: gpd.GeoDataFrame) -> str | None:
    """Which edition of boundaries a table is, or was held against; None where it does not say.

    Ours are named in the language that is spoken, whichever they were read in.
    """
    title: str | None = table.attrs.get(BOUNDARIES)
    for each in LANGUAGES:
        with speaking(each):
            is_ours = title == _shipped_title()
        if is_ours:
            return _shipped_title()
    return title


def named(counties: gpd.GeoDataFrame, title: str) -> gpd.GeoDataFrame:
    """Boundaries that say which edition they are, for every result that rests on them."""
    counties.attrs[BOUNDARIES] = title
    return counties


def _told_displaced(
    counties: gpd.GeoDataFrame, ours: gpd.GeoDataFrame, name: str
) -> gpd.GeoDataFrame:
    """Boundaries with the offset of a map service taken off where they surely have one."""
    found = find_displacement(counties, ours)
    if found is None:
        return named(counties, name)
    share = tr("{share:.0%} 的顶点与自带县界相合", share=found.share)
    if not found.sure:
        return named(
            counties,
            tr(
                "{name}, 可能是 {offset} 坐标(换算后{share}), 未换算, 请核对",
                name=name,
                offset=found.offset,
                share=share,
            ),
        )
    said = tr(
        "{name}, 是 {offset} 坐标(换算后{share}), 已换算",
        name=name,
        offset=found.offset,
        share=share,
    )
    return named(undone(counties, found.offset), said)


def _layers(source: Source, words: Words) -> Iterator[Layer]:
    """The layers of a file that hold records, read as a survey's are.

    Raises
    ------
    CountiesError
        It cannot be read.
    """
    if source.skipped or source.unknown:
        return
    try:
        layers = whole_layers_of(source, words)
    except UnreadableFileError as error:
        msg = tr(
            "县界文件 {name} 读不了 (HG001): {error}。请在原软件中确认能打开。",
            name=source.shown,
            error=error,
        )
        raise CountiesError(msg) from error
    yield from (layer for layer in layers if len(layer.frame))


def _frame(layer: Layer, policy: Policy) -> gpd.GeoDataFrame:
    """A layer in the system that it states, its headings whole where the format cuts them."""
    frame = layer.frame if layer.crs is None else layer.frame.set_crs(layer.crs)
    if not layer.cut_headings:
        return frame
    headings = [str(column) for column in frame.columns if column != frame.geometry.name]
    matched = match_headings(headings, policy).columns
    cut = uncut_headings(headings, layer.encoding, policy, matched)
    return frame.rename(columns={heading: cols.titles()[name] for name, heading in cut.items()})


def _naming(frame: gpd.GeoDataFrame, headings: list[str], policy: Policy) -> str | None:
    """The column with the most names of counties, whatever it is called; None where none has any.

    Official editions head it XZQMC, NAME_2 or 县级行政区名称.
    """
    counts = {
        heading: sum(
            policy.canonical("county", text) is not None
            for text in map(clean_text, frame[heading])
            if text
        )
        for heading in headings
    }
    best = max(counts, key=lambda heading: counts[heading], default=None)
    return best if best is not None and counts[best] else None


def _known(frame: gpd.GeoDataFrame, policy: Policy) -> int:
    """How many of a frame's polygons are counties that the policy knows."""
    codes = {word.code for word in policy.words["county"].values()}
    try:
        return int(tidy_counties(frame, policy=policy)["county_code"].isin(codes).sum())
    except (MissingColumnError, CrsError):
        return -1


def tidy_counties(frame: gpd.GeoDataFrame, *, policy: Policy | None = None) -> gpd.GeoDataFrame:
    """A frame of counties in the form that `read_counties` gives; any headings, any system."""
    policy = policy or load_policy()
    headings = [str(column) for column in frame.columns if column != frame.geometry.name]
    matched = match_headings(headings, policy).columns
    by_code = {word.code: word for word in policy.words["county"].values()}
    name_of, code_of = matched.get("county") or matched.get("name"), matched.get("county_code")
    if name_of is None and code_of is None:
        name_of = _naming(frame, headings, policy)
    if name_of is None and code_of is None:
        raise MissingColumnError(tr("县界文件"), ["county"], headings)
    rows = []
    for position in range(len(frame)):
        text = clean_text(frame[name_of].iloc[position]) if name_of else None
        code = clean_text(frame[code_of].iloc[position]) if code_of else None
        known = policy.canonical("county", text) if text else None
        word = policy.words["county"][known] if known else by_code.get((code or "")[:6])
        rows.append(
            {
                "county_code": word.code if word else (code or "")[:6],
                "county": word.name if word else text,
                "short_name": word.title if word else text,
            }
        )
    geometry = np.asarray(frame.geometry.array, dtype=object)
    placed = place_layer(geometry, frame.crs, Place("counties"))
    if any(text is not None for text in placed.raw):
        msg = tr("县界的坐标系没有注明, 或与坐标不符; 请给出 CGCS2000 (EPSG:4490) 的县界文件。")
        raise CrsError(msg)
    counties = gpd.GeoDataFrame(rows, geometry=land(placed.geometry), crs=CGCS2000)
    counties = counties[["county_code", "county", "short_name", "geometry"]]
    counties = counties.sort_values(["county_code", "county"], kind="stable", ignore_index=True)
    counties.attrs = dict(frame.attrs)
    return counties

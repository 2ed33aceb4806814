"""HG006, HG201–HG204, HG208–HG211: where does a record belong that lies in the wrong place?

A record is misplaced where its coordinates do not fit its layer's system, or where it lies degrees
away from the county it declares, from the land that the ledger knows for it, or from its own base's
other parcels. Systems that would explain it are tried, and the best is believed if the record then
lies where it should. What lies some hundred metres away may be displaced by a map service, for
which `displaced` asks more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from herbgis.foundation.language import tr
from herbgis.geo.china import EASTINGS_M, SURE_NORTHINGS_M, lies_in_china
from herbgis.geo.datums import CGCS2000_EPSG, WEB_MERCATOR_EPSG
from herbgis.geo.geodesy import CGCS2000, Flags, local_metres
from herbgis.geo.land import land
from herbgis.geo.systems import Geometries, to_layer
from herbgis.geo.zones import GaussKruger, gauss_kruger_of
from herbgis.reading.understanding.stories import Story, stories
from herbgis.terms.issues import Issue, Place
from herbgis.validating.rules.context import point_in, shares_of
from herbgis.validating.rules.displaced import Displaced, Offset, displaced
from herbgis.validating.rules.evidence import LIES_IN, WHOLLY, Batch, Fit

#: A story is believed for the ledger's land where it brings this share of it together with the
#: record, and so much more than lay together before.
_ALL_BUT_WHOLLY = 0.9
_LEAST_GAIN = 0.15
#: Findings of a cause that tells where a record belongs.
RELOCATED = frozenset({"HG006", "HG201", "HG202", "HG203", "HG204", "HG208", "HG209", "HG210"})


class _Explains(Protocol):
    """What would explain coordinates: a system, or an offset."""

    @property
    def title(self) -> str: ...

    def place(self, geometries: Geometries) -> Geometries: ...


@dataclass(frozen=True)
class _Told:
    """A record, what explains it, where it then lies, and the finding."""

    record: int
    title: str
    geometry: shapely.Geometry
    issue: Issue


@dataclass(frozen=True)
class Placed:
    """A batch with every record where it belongs.

    Attributes
    ----------
    bases : GeoDataFrame
    land, sound : array
        As `Context` has them.
    shares : DataFrame
        As `herbgis.measuring.borders.county_shares` gives it.
    issues : list of Issue
        One a record that was misplaced, or one a layer (HG006) where all its records tell one
        story.
    """

    bases: gpd.GeoDataFrame
    land: Geometries
    sound: Flags
    shares: pd.DataFrame
    issues: list[Issue]


def put_right(batch: Batch) -> Placed:
    """Bring misplaced records of a named cause to where they belong."""
    bases = batch.bases
    waiting = np.flatnonzero(bases["raw_geometry"].notna() & ~batch.settled)
    told: list[_Told] = []
    issues: list[Issue] = []
    for record in waiting:
        found = _explain_unplaced(batch, int(record))
        if found is None:
            place = batch.places[int(record)]
            issues.append(Issue("HG205", place, {"where": tr("坐标不成立, 无法定位")}))
        else:
            told.append(found)
    told += filter(None, (_explain_placed(batch, record) for record in batch.astray()))
    for each in displaced(batch, [found.record for found in told]):
        if each.offset is None:
            issues.append(_possible(batch, each))
        else:
            told.append(_undone(batch, each.record, each.offset))
    if not told:
        return Placed(bases, batch.land, batch.sound, batch.shares, issues)
    geometry, whole, sound = batch.geometry.copy(), batch.land.copy(), batch.sound.copy()
    moved = np.array([each.record for each in told])
    geometry[moved] = [each.geometry for each in told]
    sound[moved] = shapely.is_valid(geometry[moved])
    whole[moved] = land(geometry[moved], sound[moved])
    elsewhere = shares_of(whole[moved], batch.counties)
    return Placed(
        bases.set_geometry(gpd.GeoSeries(geometry, index=bases.index, crs=CGCS2000)),
        whole,
        sound,
        pd.concat(
            [
                batch.shares[~batch.shares["record"].isin(moved)],
                elsewhere.assign(record=moved[elsewhere["record"]]),
            ],
            ignore_index=True,
        ),
        [*issues, *_by_layer(batch, told)],
    )


def _explain_unplaced(batch: Batch, record: int) -> _Told | None:
    """The story that puts coordinates which do not fit their layer's system where bases are."""
    stated = batch.layer_crs[record]
    with np.errstate(invalid="ignore"):  # a coordinate that is no number
        written = np.array([batch.bases["raw_geometry"].iloc[record]], dtype=object)
        raw: Geometries = shapely.from_wkt(written, on_invalid="ignore")
    if shapely.is_missing(raw).all() or not np.isfinite(shapely.get_coordinates(raw)).all():
        return None
    seen = batch.evidence(record)
    best: tuple[tuple[float, float], _Told] | None = None
    for story in (*stories(raw), *_other_zones(raw, stated, batch.region)):
        placed = story.place(raw)
        if not lies_in_china(placed).all():
            continue
        if batch.region is not None and not shapely.intersects(batch.region, placed[0]):
            continue
        shape = land(placed)[0]
        score = (0.0, 0.0) if shape is None else (seen.on_known(shape), seen.in_border(shape))
        if best is None or score > best[0]:
            best = score, _told(batch, record, _code_of(story, stated), story, placed[0])
    return None if best is None else best[1]


def _explain_placed(batch: Batch, record: int) -> _Told | None:
    """The other zone that brings a record to where all evidence wants it."""
    stated = batch.layer_crs[record]
    seen = batch.evidence(record)
    before = seen.fit(batch.land[record])
    raw = to_layer(np.array([batch.geometry[record]], dtype=object), stated)
    if raw is None:
        return None
    best: tuple[Fit, _Told] | None = None
    for story in _other_zones(raw, stated, batch.region):
        placed = story.place(raw)
        there = land(placed)[0] if lies_in_china(placed).all() else None
        if there is None:
            continue
        after = seen.fit(there)
        if _is_believed(before, after, by_ledger=seen.known is not None):
            score = Fit(round(after.on_known, 3), round(after.in_border, 3), after.joins)
            if best is None or score > best[0]:
                best = score, _told(batch, record, "HG208", story, placed[0])
    return None if best is None else best[1]


def _is_believed(before: Fit, after: Fit, *, by_ledger: bool) -> bool:
    """Whether a story brings a record where it belongs, and away from nothing it belonged to.

    Where the ledger knows the land, that decides; else the border, or the base's other parcels.
    """
    if after.in_border < min(before.in_border, LIES_IN) or (before.joins and not after.joins):
        return False
    if by_ledger:
        gain = after.on_known - before.on_known
        return after.on_known >= _ALL_BUT_WHOLLY and gain >= _LEAST_GAIN
    comes_in = before.in_border < LIES_IN and after.in_border >= WHOLLY
    return comes_in or (after.joins and not before.joins)


def _undone(batch: Batch, record: int, offset: Offset) -> _Told:
    """A record with the offset of a map service undone."""
    return _told(batch, record, offset.code, offset, offset.place(batch.geometry[[record]])[0])


def _possible(batch: Batch, found: Displaced) -> Issue:
    """HG211: something speaks for an offset, and not enough to move anything."""
    values = {"system": found.names, "why": tr(found.why)}
    point = point_in(batch.land[found.record])
    return Issue("HG211", batch.places[found.record], values, point=point)


def _told(batch: Batch, record: int, code: str, story: _Explains, shape: shapely.Geometry) -> _Told:
    values = {"system": tr(story.title), "stated": batch.layer_crs[record]}
    if isinstance(story, Offset):
        values["distance"] = f"{_moved_m(batch.geometry[record], shape):.0f}"
    whole = land(np.array([shape], dtype=object))[0]
    point = point_in(shape if whole is None else whole)
    issue = Issue(code, batch.places[record], values, point=point)
    return _Told(record, story.title, shape, issue)


def _moved_m(before: shapely.Geometry, after: shapely.Geometry) -> float:
    """Metres between the first vertices of a geometry before and after it was moved."""
    ends = np.array([shapely.get_coordinates(g)[0] for g in (before, after)])
    step = np.diff(local_metres(ends, ends[:, 1].mean().repeat(2)), axis=0)[0]
    return float(np.hypot(*step))


def _by_layer(batch: Batch, told: Iterable[_Told]) -> Iterator[Issue]:
    """Findings by record; one for the layer where all its records, two or more, tell one story."""
    columns = [batch.bases[name].fillna("") for name in ("source_file", "source_layer")]
    holding = ~shapely.is_missing(batch.geometry) | np.asarray(batch.bases["raw_geometry"].notna())
    sizes = pd.DataFrame({"file": columns[0], "layer": columns[1]})[holding].value_counts()
    by_layer: dict[tuple[str, str], list[_Told]] = {}
    for each in told:
        file, name = (column.iloc[each.record] for column in columns)
        by_layer.setdefault((file, name), []).append(each)
    for layer, members in by_layer.items():
        one_story = len({member.title for member in members}) == 1
        if one_story and len(members) == sizes[layer] > 1:
            values = {"stated": batch.layer_crs[members[0].record], "fitting": tr(members[0].title)}
            yield Issue("HG006", Place(layer[0], layer[1] or None), values)
        else:
            yield from (member.issue for member in members)


def _other_zones(raw: Geometries, stated: str, region: shapely.Geometry | None) -> Iterator[Story]:
    """Eastings without a zone in front: the layer's own zone, then those about the region.

    A zone of 6 degrees gives the same eastings as that of 3 on its meridian.
    """
    bounds = shapely.total_bounds(raw)
    system = gauss_kruger_of(_epsg(stated) or 0)
    lowest, highest = EASTINGS_M
    for swapped in (False, True):
        west, south, east, _ = bounds[[1, 0, 3, 2]] if swapped else bounds
        if not (lowest <= west and east <= highest and south >= SURE_NORTHINGS_M[0]):
            continue
        if system is not None and system.datum == "CGCS2000" and system.prefixed:
            yield Story(system.other_form.epsg, swapped)
        elif swapped and system is not None and system.datum == "CGCS2000":
            yield Story(system.epsg, swapped)
        if region is not None:
            first, _, last, _ = shapely.bounds(region)
            for zone in range(round(first / 3) - 1, round(last / 3) + 2):
                yield Story(GaussKruger(zone, prefixed=False).epsg, swapped)


def _code_of(story: Story, stated: str) -> str:
    """Which mistake leads from the layer's system to the one that fits."""
    if story.swapped:
        return "HG201"
    if story.epsg == WEB_MERCATOR_EPSG:
        return "HG210"
    epsg = _epsg(stated)
    projected = epsg is not None and pyproj.CRS.from_epsg(epsg).is_projected
    if not projected or story.epsg == CGCS2000_EPSG:
        return "HG202"
    system = gauss_kruger_of(story.epsg)
    return "HG203" if system is not None and system.other_form.epsg == epsg else "HG208"


def _epsg(name: str) -> int | None:
    digits = name.removeprefix("EPSG:")
    return int(digits) if digits.isdigit() else None

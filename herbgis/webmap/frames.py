"""The frames that a map is drawn from, in the form its payload reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.tiers import classify, tier_of
from herbgis.foundation.errors import (
    HerbgisError,
    MissingColumnError,
    UnknownNameError,
    nearest,
)
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import CGCS2000
from herbgis.reading.understanding.frames import as_base_table, stated_columns
from herbgis.reading.understanding.geometry_columns import without_shapes
from herbgis.reading.understanding.reopened import reopened
from herbgis.reading.understanding.survey import shapes_of
from herbgis.terms import columns as cols
from herbgis.terms.control_columns import control_columns
from herbgis.terms.policy import Policy
from herbgis.webmap.outlines import anchors, drawable
from herbgis.webmap.words import text

#: The column that bases are coloured by, as `tidy_bases` keeps it.
COLOURED_BY = "coloured_by"
#: Beside our own, headings of townships' names.
_NAMES = ("乡镇", "名称")


def tidy_bases(
    bases: gpd.GeoDataFrame,
    policy: Policy,
    columns: Mapping[str, str] | None,
    *,
    colour_by: str | None = None,
) -> pd.DataFrame:
    """Columns of the base table that a frame has, with ``tier`` and ``shape``.

    Measured records are classified first. A column to colour by is there as ``coloured_by``,
    its name in ``attrs``.

    Raises
    ------
    MissingColumnError
        There is no geometry, or neither a tier nor a counted area.
    UnknownNameError
        There is no column to colour by of that name.
    """
    bases = reopened(bases, policy, columns)
    present = [str(column) for column in bases.columns]
    if not isinstance(bases, gpd.GeoDataFrame) or bases.active_geometry_name is None:
        raise without_shapes(bases, "draw_map")
    understood = as_base_table(bases, policy=policy, columns=columns)
    if not {"tier", "counted_mu"} & set(understood) and "surveyed_mu" in understood:
        # Records, as in report.bases: drawn as the bases that they make up.
        made = classify(bases, policy=policy, columns=columns)
        return tidy_bases(made, policy, None, colour_by=colour_by)
    if not {"tier", "counted_mu"} & set(understood):
        raise MissingColumnError("draw_map", ["counted_mu"], present)
    groups = (cols.READ, cols.OPTIONAL, cols.added())
    stated = stated_columns(bases, policy=policy, columns=columns)
    told = [c.name for c in cols.known_in(understood, *groups) if c.name in stated]
    told += [c.name for c in control_columns(understood.columns) if c.name not in told]
    table = pd.DataFrame(understood[told])
    if "counted_mu" in table:
        table["tier"] = tier_of(table["counted_mu"], policy)
    if colour_by is not None:
        column = _column_of(colour_by, understood)
        table[COLOURED_BY] = understood[column]
        table.attrs[COLOURED_BY] = column
    table["shape"] = pd.Series(drawable(_placed(bases, policy)), index=table.index, dtype=object)
    return table


def _column_of(heading: str, table: pd.DataFrame) -> str:
    """The column that a heading is of: its own name, or that of the base table."""
    titles = {column.title: column.name for column in cols.every()}
    found = next((name for name in (heading, titles.get(heading)) if name in table), None)
    if found is None or found == table.geometry.name:
        raise UnknownNameError(tr("着色的列"), heading, [str(name) for name in table.columns])
    return found


def _placed(bases: gpd.GeoDataFrame, policy: Policy) -> gpd.GeoDataFrame:
    """Bases on CGCS2000, placed as a file's are; without a system as they stand."""
    if bases.crs is None:
        return bases
    shapes = shapes_of(bases, "draw_map", policy=policy)
    return gpd.GeoDataFrame(geometry=shapes, index=bases.index, crs=CGCS2000)


def tidy_counties(counties: gpd.GeoDataFrame) -> pd.DataFrame:
    """``name`` and ``shape`` of each county."""
    named = [name for name in ("short_name", "county", "name") if name in counties]
    names = counties[named[0]] if named else pd.Series("", index=counties.index)
    shapes = np.asarray(drawable(counties), dtype=object)
    return pd.DataFrame({"name": list(names), "shape": pd.Series(shapes, dtype=object)})


def tidy_townships(townships: gpd.GeoDataFrame) -> pd.DataFrame:
    """``name`` and ``at`` (lat, lon) of each township that has both.

    Raises
    ------
    MissingColumnError
        There is no column with names.
    """
    named = [name for name in ("township", "name", *_NAMES) if name in townships]
    if not named:
        raise MissingColumnError("draw_map(townships=…)", ["name"], list(townships.columns))
    shapes = drawable(townships)
    table = pd.DataFrame({"name": [text(name) for name in townships[named[0]]]})
    table["at"] = [[round(lat, 5), round(lon, 5)] for lon, lat in anchors(shapes).tolist()]
    return table[table["name"].notna() & pd.notna(shapes)]


def tidy_visit(visit: Sequence[str] | pd.DataFrame, known: Mapping[str, int]) -> pd.DataFrame:
    """``base_id`` of each stop in order, and the table's other columns as facts.

    Raises
    ------
    MissingColumnError
        A table without ids.
    HerbgisError
        A stop that is not among the bases on the map.
    """
    table = visit if isinstance(visit, pd.DataFrame) else pd.DataFrame({"base_id": list(visit)})
    if "base_id" not in table and table.index.name == "base_id":
        table = table.reset_index()
    headings = [name for name in ("base_id", cols.titles()["base_id"]) if name in table]
    if not headings:
        raise MissingColumnError("draw_map(visit=…)", ["base_id"], list(map(str, table.columns)))
    table = table.rename(columns={headings[0]: "base_id"}).rename(columns=str)
    table["base_id"] = [text(base) or "" for base in table["base_id"]]
    for base in table["base_id"]:
        if base not in known:
            hint = nearest(base, known)
            like = tr(" 最像的是 {hint}。", hint=hint) if hint else ""
            msg = tr(
                "观摩点 {base} 不在图上: 编号有误, 或者没有图斑。{like}请核对。",
                base=base or tr("(空)"),
                like=like,
            )
            raise HerbgisError(msg)
    return table


def tidy_issues(table: pd.DataFrame) -> pd.DataFrame:
    """Errors and warnings that have a place on the map."""
    grave = table["severity"].isin(["error", "warning"])
    placed = table["lon"].between(-180, 180) & table["lat"].between(-90, 90)
    return table[grave & placed]


def tidy_changes(changes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Changes that a finding called for, with the shapes before and after as they can be drawn."""
    called = changes[changes["code"] != ""]
    before = gpd.GeoDataFrame(geometry=list(called["before"]), crs=called.crs)
    table = pd.DataFrame(called.drop(columns=[called.geometry.name, "before"]))
    table["before"] = pd.Series(drawable(before), index=table.index, dtype=object)
    table["after"] = pd.Series(drawable(called), index=table.index, dtype=object)
    return table

"""Columns of a table that go together and no longer do, since one of them was edited or cut.

A table as a step gave it says some things twice: what was declared as written and in 亩, the main
variety and all of them. Whoever edits one column, or saves where a cell holds 254 bytes, leaves the
other as it was. Where it does not follow which of the two is meant, it is asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Flags
from herbgis.reading.understanding.basetable import mu_per_unit
from herbgis.reading.understanding.cells import Distinct, clean_text
from herbgis.reading.understanding.listed import members_of
from herbgis.reading.understanding.varieties import parts_of, varieties_in
from herbgis.reading.understanding.written_shapes import written_shape
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

#: Both figures of an area may be rounded to 0.01.
_ROUNDING_MU = 0.011
#: With what the texts of lists, of years and of shapes begin.
_BEGINNINGS = ("[", "MULTI", "POLYGON", "GEOMETRY")


def refuse_cut(frame: pd.DataFrame) -> None:
    """Refuse a list, or the years of a base, that a file cut: the rest of it is in no file.

    Raises
    ------
    HerbgisError
    """
    for column in cols.every():
        if column.kind == "list":
            _refuse_cells(frame, column.name, members_of)
    _refuse_cells(frame, "other_years", json.loads)


def refuse_cut_shapes(frame: gpd.GeoDataFrame) -> None:
    """Refuse a shape kept as text, since it fits no place, that a file cut.

    Raises
    ------
    HerbgisError
    """
    _refuse_cells(frame[frame.geometry.isna()], "raw_geometry", _shape)


def _refuse_cells(frame: pd.DataFrame, name: str, read: Callable[[str], object]) -> None:
    if name not in frame or not frame[name].notna().any():
        return
    for row, cell in zip(frame.index, frame[name], strict=True):
        if not isinstance(cell, str) or not cell.strip().startswith(_BEGINNINGS):
            continue
        try:
            read(cell.strip())
        except ValueError as error:
            msg = tr(
                "{column}一格被截断了 (行 {row}), 读不出来: {cell}…。shapefile "
                "一格最多存 254 个字节, 请改用存成 .gpkg、.parquet 的那一份。",
                column=tr(cols.titles()[name]),
                row=row,
                cell=cell[:20],
            )
            raise HerbgisError(msg) from error


def _shape(text: str) -> None:
    if written_shape(text) is None:
        raise ValueError(text)


def without_old_varieties(
    frame: pd.DataFrame, headings: Mapping[str, str], policy: Policy
) -> pd.DataFrame:
    """A frame without an unknown name that was put right in the main variety.

    The first of all varieties is the main one, as our tables have them.
    """
    both = [headings.get(name) for name in ("variety", "varieties")]
    if both[1] != "varieties" or both[0] is None:
        return frame
    listed = frame["varieties"].map(_names).map(tuple)
    if not listed.map(bool).any():
        return frame
    given = Distinct.of(frame[both[0]].map(clean_text), listed)
    kept = [_listed_now(cell, names, policy) for cell, names in given.rows]
    if [list(names) for _, names in given.rows] == kept:
        return frame
    return frame.assign(varieties=given.spread(kept, "list"))


def _names(cell: object) -> list[str]:
    return parts_of(cell) if isinstance(cell, str) else members_of(cell) or []


def _listed_now(cell: str | None, names: tuple[str, ...], policy: Policy) -> list[str]:
    """All varieties of a record, less the unknown first of them that the main one put right."""
    main = varieties_in(cell, policy) if cell else []
    listed = [name for text in names for name in varieties_in(text, policy)]
    put_right = main and listed and main[0] not in listed
    if not put_right or policy.group_of(main[0]) == "unknown":
        return list(names)
    return list(names[1:]) if policy.group_of(listed[0]) == "unknown" else list(names)


def refuse_two_areas(table: pd.DataFrame, headings: Mapping[str, str], policy: Policy) -> None:
    """Refuse a declared area that is one thing as written and another in 亩.

    Parameters
    ----------
    table : DataFrame
        The base table that a frame became.
    headings : mapping of str to str
        Column to the frame's heading.

    Raises
    ------
    HerbgisError
    """
    if not {"declared_mu", "declared_value"} <= headings.keys():
        return
    factors = _factors(table, policy)
    mu, value = table["declared_mu"], table["declared_value"]
    stated = np.asarray(mu.notna() & value.notna()) & _of_one_sort(table, policy)
    worked_out = np.asarray(value * factors, dtype=float)
    apart = ~np.isclose(worked_out, np.asarray(mu, dtype=float), rtol=1e-6, atol=_ROUNDING_MU)
    apart &= np.asarray(factors.notna())
    if headings["declared_mu"] == "declared_mu":
        # Of a unit that gives no 亩 our own tables have none; a county may state both.
        apart |= np.asarray(factors.isna())
    if not (apart & stated).any():
        return
    row = int(np.flatnonzero(apart & stated)[0])
    base, unit = table["base_id"].iloc[row], table["declared_unit"].iloc[row]
    named = tr("第 {row} 行", row=row + 1) + (f" ({base})" if isinstance(base, str) else "")
    told = tr("合 {mu:.2f} 亩", mu=worked_out[row])
    if np.isnan(worked_out[row]):
        told = tr("是 {value:g} {unit}, 不折亩", value=value.iloc[row], unit=unit)
    msg = tr(
        "{record}上报面积有两个数: declared_value {told}, declared_mu "
        "是 {mu:.2f} 亩。改了哪一列, 请把另一列的这一格清空。",
        record=named,
        told=told,
        mu=mu.iloc[row],
    )
    raise HerbgisError(msg)


def _factors(table: pd.DataFrame, policy: Policy) -> pd.Series:
    """亩 in the unit of each row; NaN where it gives none."""
    given = Distinct.of(table["declared_unit"], table["variety"])
    return given.spread([mu_per_unit(*row, policy=policy) for row in given.rows], "number")


def _of_one_sort(table: pd.DataFrame, policy: Policy) -> Flags:
    """Rows whose figures were summed up alike.

    Of a base of several records in a unit that is one of beds for some varieties, the 亩 are those
    of some records only.
    """
    given = Distinct.of(table["declared_unit"])
    names = [policy.canonical("unit", unit) if unit else None for (unit,) in given.rows]
    of_beds = given.spread([float(n in policy.units.bed_area_units) for n in names], "number")
    of_one = np.ones(len(table))
    if "records" in table:
        of_one = pd.to_numeric(table["records"], errors="coerce").to_numpy(float, na_value=0)
    return np.asarray((of_beds == 0) | (of_one == 1), dtype=bool)

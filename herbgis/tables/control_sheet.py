"""What bases have within control layers and by class of land, as a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from herbgis.tables.cells import Totals
from herbgis.tables.sheets import Sheet
from herbgis.terms.control_columns import control_columns
from herbgis.terms.policy import Policy
from herbgis.terms.reporting_units import in_policys_order

_TITLE = "基地在管控图层里的和各种地类的面积"


def control_sheets(
    bases: pd.DataFrame,
    units: Sequence[str],
    notes: Sequence[str],
    *,
    by: str,
    policy: Policy,
) -> list[Sheet]:
    """One sheet, or none where no control layer was given.

    Parameters
    ----------
    bases : DataFrame
        Records or bases, with the columns that `validate` adds where it is given such layers.
    units : sequence of str
        The unit that each row goes back to.
    notes : sequence of str
        Lines under the table.
    by : {'base_id', 'unit'}
        A row a base, or a row a unit.
    policy : Policy
        For the order of the units.
    """
    columns = control_columns(bases.columns)
    if not columns:
        return []
    told = {"填报单位": list(units)}
    if by == "base_id":
        told |= {"基地编号": list(bases["base_id"]), "基地名称": list(bases["name"])}
    figures = {column.title: bases[column.name].to_numpy(dtype=float) for column in columns}
    rows = pd.DataFrame({**told, **figures})
    key = "基地编号" if by == "base_id" else "填报单位"
    first = dict.fromkeys(told, "first")
    sums = {title: lambda mu: mu.sum(min_count=1) for title in figures}
    table = rows.groupby(key, sort=False).agg({**first, **sums}).reset_index(drop=True)
    order = in_policys_order(table["填报单位"], policy)
    table = table.sort_values("填报单位", key=lambda c: c.map(order.index), kind="stable")
    formats = dict.fromkeys(figures, "0.00")
    totals = Totals(list(figures))
    return [
        Sheet(
            "管控图层", _TITLE, table, notes, formats, unit="亩", totals=totals, words=("填报单位",)
        )
    ]

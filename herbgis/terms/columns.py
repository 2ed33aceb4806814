"""The base table: its columns, what each is for, and which step adds it.

A column: one entry in `_TOLD_BY_SOME`, and in ``facts/columns.toml`` its source, its other
spellings (the title counts by itself, with its unit or without), and for a number its ``measure``,
whose first unit is the column's. Nothing else: it is then read, kept, compared, and stands in the
ledger's book. Its kind says how a cell is read, its `Role`s what becomes of it: `TOLD` where none
are given (compared in the ledger, filled from lists, looked through for garbled text, given back
to be mended), `COUNTED` for a quantity of the base (added up over its records, once where all of
them state the same), with ``| Role.POPUP`` for a line on the map.
A county is asked for it only where it stands on the form: an entry in ``facts/template.toml``,
whose ``short`` is also a spelling. An English page calls it by its name in
``webmap/texts/en.toml``.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation.language import heading
from herbgis.terms.column import TOLD, Column, Kind, Role
from herbgis.terms.control_columns import controlled

__all__ = [
    "CLASSIFIED",
    "COUNTED",
    "MEASURED",
    "NOTHING",
    "OPTIONAL",
    "READ",
    "TOLD",
    "VALIDATED",
    "VERDICT_TITLES",
    "Column",
    "Kind",
    "Role",
    "added",
    "controlled",
    "dtype_of",
    "empty_table",
    "every",
    "following",
    "headings",
    "known_in",
    "led_by",
    "missing",
    "names",
    "titles",
    "typed",
    "with_role",
    "with_written",
]

_DTYPES = {
    "text": "str",
    "flag": "str",
    "number": "float64",
    "integer": "Int64",
    "year": "Int64",
    "date": "datetime64[s]",
}

#: Worked out by a step, and for nothing else.
NOTHING = Role(0)
#: What a county tells of a base as a quantity; a list states it for the whole, so none is filled.
COUNTED = Role.FORM | Role.COMPARED | Role.AMOUNT
_OF_A_YEAR = COUNTED | Role.YEARLY
_SHOWN = Role.POPUP | Role.PUBLIC


#: One row a survey record, in this order, as `read_survey` gives it.
READ: tuple[Column, ...] = (
    Column("base_id", "基地编号", "text", Role.FORM | Role.POPUP | Role.SEARCHED),
    Column("name", "基地名称", "text"),
    Column(
        *("reporting_unit", "填报单位", "text", TOLD | Role.GROUPING | _SHOWN | Role.SEARCHED),
        words="reporting_unit",
    ),
    Column("variety", "主栽品种", "text", TOLD | Role.GROUPING | _SHOWN),
    Column("varieties", "全部品种", "list", Role.COMPARED | _SHOWN, follows="variety"),
    Column("group", "品种类别", "text", Role.GROUPING | _SHOWN, follows="variety"),
    Column(
        *("kind", "基地类型", "text"),
        TOLD | Role.AGREED | Role.DEFAULTED | Role.GROUPING | _SHOWN,
        words="kind",
    ),
    Column(
        *("status", "建设状态", "text", TOLD | Role.AGREED | Role.DEFAULTED | Role.GROUPING),
        words="status",
    ),
    Column("mode", "种植模式", "text", TOLD | Role.GROUPING | _SHOWN),
    Column(
        *("county", "县(区)", "text", TOLD | Role.GROUPING | _SHOWN | Role.SEARCHED),
        words="county",
    ),
    Column("county_code", "县区代码", "text", NOTHING, follows="county"),
    Column("township", "乡镇", "text", TOLD | Role.GROUPING | _SHOWN | Role.SEARCHED),
    Column("village", "村", "text", TOLD | _SHOWN | Role.SEARCHED),
    Column(
        *("operator", "经营主体", "text", TOLD | Role.AGREED | Role.POPUP | Role.SEARCHED),
    ),
    Column("declared_value", "上报数值", "number", COUNTED),
    Column(
        *("declared_unit", "计量单位", "text", Role.FORM | Role.COMPARED | Role.WRITTEN),
        words="unit",
    ),
    Column("declared_mu", "上报面积", "number", Role.AMOUNT | Role.POPUP, unit="亩"),
    Column("survey_method", "测量方式", "text", TOLD | Role.POPUP, words="survey_method"),
    Column("surveyed_on", "测量日期", "date", TOLD | Role.POPUP),
    Column("completed_on", "建成时间", "date", TOLD | Role.POPUP),
    Column("data_note", "数据说明", "text", Role.FORM | Role.JOINED | Role.WRITTEN | _SHOWN),
    Column("source_file", "文件", "text", Role.SOURCE),
    Column("source_layer", "图层", "text", Role.SOURCE),
    Column("source_row", "记录号", "integer", Role.SOURCE),
    Column("sheet_row", "行号", "integer", Role.SOURCE),
    Column("raw_variety", "品种原文", "text", Role.WRITTEN),
    Column("raw_status", "状态原文", "text", Role.WRITTEN, follows="status"),
    Column("raw_kind", "类型原文", "text", Role.WRITTEN, follows="kind"),
    Column("raw_declared_value", "上报面积原文", "text", NOTHING),
    Column("raw_surveyed_on", "测量日期原文", "text", NOTHING, follows="surveyed_on"),
    Column("raw_completed_on", "建成时间原文", "text", NOTHING, follows="completed_on"),
    Column("raw_geometry", "坐标原文", "text", NOTHING),
)
#: An id that was written otherwise than it is compared.
_RAW_ID = Column("raw_base_id", "基地编号原文", "text", NOTHING)
_TOLD_BY_SOME: tuple[Column, ...] = (
    Column("technical_standard", "技术规程", "flag", words="answer"),
    Column("unified_seed", "统一供种", "flag", words="answer"),
    Column("traceable", "追溯", "flag", words="answer"),
    Column("certified", "认证", "flag", words="answer"),
    Column("technical_support", "技术依托单位", "text", TOLD | Role.HIGHLIGHT),
    Column("commissioner", "科技特派员", "text", TOLD | Role.HIGHLIGHT),
    Column("project_id", "项目编号", "text"),
    Column("households", "带动农户", "number", COUNTED, unit="户"),
    Column("poor_households", "其中贫困户", "number", COUNTED, unit="户"),
    Column("planned_mu", "计划面积", "number", COUNTED, unit="亩"),
    Column("production_year", "生产年度", "year"),
    Column("harvested_mu", "采收面积", "number", _OF_A_YEAR, unit="亩"),
    Column("fresh_yield_t", "鲜品产量", "number", _OF_A_YEAR, unit="吨"),
    Column("dry_yield_t", "干品产量", "number", _OF_A_YEAR, unit="吨"),
    Column("yield_t", "产量(未注明鲜干)", "number", _OF_A_YEAR, unit="吨"),
    Column("cost_wan", "成本", "number", _OF_A_YEAR, unit="万元"),
    Column("output_value_wan", "产值", "number", _OF_A_YEAR, unit="万元"),
    Column("seedlings_wan", "年出圃种苗", "number", _OF_A_YEAR, unit="万株"),
    Column("seedlings_per_mu", "每亩用苗", "number", TOLD | Role.YEARLY, unit="株"),
    Column("spawn_bottles_wan", "年产菌种(万瓶)", "number", _OF_A_YEAR, unit="万瓶"),
    Column("spawn_bags_wan", "年产菌种(万袋)", "number", _OF_A_YEAR, unit="万袋"),
    # Of a base: what its other years than `production_year` tell, as `counting.yearly` writes it.
    Column("other_years", "其他年度", "text", Role.FORM | Role.COMPARED),
    Column("evidence", "佐证材料", "text"),
    Column("remark", "备注", "text"),
)


def with_written(told: Iterable[Column]) -> tuple[Column, ...]:
    """Columns that some tables have, and behind them those for cells that were not understood."""
    told = tuple(told)
    unread = (column.written for column in told if column.kind in {"number", "year", "date"})
    return (*told, *unread)


#: In the base table only where a source has them; numbers with the cell where it was not plain.
OPTIONAL: tuple[Column, ...] = (_RAW_ID, *with_written(_TOLD_BY_SOME))
MEASURED: tuple[Column, ...] = (
    Column("surveyed_mu", "实测面积", "number", Role.POPUP, unit="亩"),
    Column("sigma_mu", "面积标准差", "number", NOTHING, unit="亩"),
)
VALIDATED: tuple[Column, ...] = (
    Column("blocked_by", "整改代码", "list", Role.COMPARED | Role.POPUP),
)
CLASSIFIED: tuple[Column, ...] = (
    Column("records", "记录数", "integer", NOTHING),
    Column("contiguous_mu", "最大连片", "number", Role.POPUP, unit="亩"),
    Column("blocks", "连片区数", "integer", Role.POPUP),
    Column("disputed_mu", "争议面积", "number", NOTHING, unit="亩"),
    Column("counted_mu", "核定面积", "number", Role.COMPARED | _SHOWN, unit="亩"),
    Column("tier", "规模等级", "text", NOTHING),
    Column("verdict", "判定", "text", NOTHING),
    # The digest of the policy that all this was worked out under, see `terms.carried`.
    Column("policy", "分级依据", "text", NOTHING),
)


#: What people read for a verdict.
VERDICT_TITLES: Mapping[str, str] = MappingProxyType({"sure": "确定", "undecided": "临界待复测"})


def added() -> tuple[Column, ...]:
    """What steps add, of which a table may have some."""
    return (*MEASURED, *controlled(), *VALIDATED, *CLASSIFIED)


def every() -> tuple[Column, ...]:
    """All columns: as read, told by some, and those that each step adds."""
    return (*READ, *OPTIONAL, *added())


def with_role(role: Role, *groups: Sequence[Column]) -> list[Column]:
    """Columns that have a role, of some groups or of all, in order."""
    among = [column for group in groups for column in group] if groups else every()
    return [column for column in among if role in column.roles]


def following(name: str) -> list[str]:
    """Columns that go along with one where a cell is filled from another record."""
    return [column.name for column in every() if column.follows == name]


def names(*groups: Sequence[Column]) -> list[str]:
    """Names of the columns of some groups, in order."""
    return [column.name for group in groups for column in group]


def led_by(first: Sequence[str], names: Iterable[str]) -> list[str]:
    """Names, those that a sheet begins with before the others, each in their order."""
    return sorted(names, key=lambda name: first.index(name) if name in first else len(first))


def known_in(table: pd.DataFrame, *groups: Sequence[Column]) -> list[Column]:
    """Columns of some groups that a table has, in order."""
    return [column for group in groups for column in group if column.name in table]


def titles() -> dict[str, str]:
    """Headings in Chinese, by column name."""
    return {column.name: column.title for column in every()}


def headings() -> dict[str, str]:
    """Headings that people read, by column name."""
    return {name: heading(title) for name, title in titles().items()}


def typed(values: Any, kind: Kind, index: pd.Index) -> pd.Series:
    """Values as a column of the kind's type; missing is NaN, NaT or an empty list."""
    if kind == "list":
        lists = [list(v) if isinstance(v, (list, tuple, np.ndarray)) else [] for v in values]
        return pd.Series(lists, index=index, dtype=object)
    if kind == "date":
        return pd.Series(pd.to_datetime(pd.Series(values, index=index))).astype(_DTYPES["date"])
    return pd.Series(values, index=index).astype(_DTYPES[kind])


def dtype_of(kind: Kind) -> str:
    """The type that a column of a kind has; a list stands among objects."""
    return _DTYPES.get(kind, "object")


def missing(kind: Kind, index: pd.Index) -> pd.Series:
    """A column of a kind without values."""
    if kind == "list":
        return pd.Series([[] for _ in index], index=index, dtype=object)
    return pd.Series(_nothing(kind).take(np.zeros(len(index), dtype=int)), index, copy=False)


@functools.cache
def _nothing(kind: Kind) -> pd.api.extensions.ExtensionArray:
    """A single cell without a value; to make one takes longer than to fill a column with it."""
    return pd.array([None], dtype=_DTYPES[kind])


def empty_table(crs: str) -> gpd.GeoDataFrame:
    """A base table without rows, with its columns and coordinate system."""
    index = pd.RangeIndex(0)
    data = {column.name: missing(column.kind, index) for column in READ}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries([], index=index, crs=crs))

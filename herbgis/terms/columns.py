"""The base table: its columns, their kinds, and what each step adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

#: A flag is ``yes``, ``no``, or the text as written where it is neither.
Kind = Literal["text", "list", "number", "date", "integer", "flag"]
_DTYPES = {
    "text": "str",
    "flag": "str",
    "number": "float64",
    "integer": "Int64",
    "date": "datetime64[s]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the base table: the name in code, the heading people read, the kind of value."""

    name: str
    title: str
    kind: Kind


#: One row a survey record, in this order, as `read_survey` gives it.
READ: tuple[Column, ...] = (
    Column("base_id", "基地编号", "text"),
    Column("name", "基地名称", "text"),
    Column("reporting_unit", "填报单位", "text"),
    Column("variety", "主栽品种", "text"),
    Column("varieties", "全部品种", "list"),
    Column("group", "品种类别", "text"),
    Column("kind", "基地类型", "text"),
    Column("status", "建设状态", "text"),
    Column("mode", "种植模式", "text"),
    Column("county", "县(区)", "text"),
    Column("county_code", "县区代码", "text"),
    Column("township", "乡镇", "text"),
    Column("village", "村", "text"),
    Column("operator", "经营主体", "text"),
    Column("declared_value", "上报数值", "number"),
    Column("declared_unit", "计量单位", "text"),
    Column("declared_mu", "上报面积", "number"),
    Column("survey_method", "测量方式", "text"),
    Column("surveyed_on", "测量日期", "date"),
    Column("completed_on", "建成时间", "date"),
    Column("data_note", "数据说明", "text"),
    Column("source_file", "文件", "text"),
    Column("source_layer", "图层", "text"),
    Column("source_row", "记录号", "integer"),
    Column("sheet_row", "行号", "integer"),
    Column("raw_variety", "品种原文", "text"),
    Column("raw_status", "状态原文", "text"),
    Column("raw_kind", "类型原文", "text"),
    Column("raw_declared_value", "上报面积原文", "text"),
    Column("raw_surveyed_on", "测量日期原文", "text"),
    Column("raw_completed_on", "建成时间原文", "text"),
    Column("raw_geometry", "坐标原文", "text"),
)
_TOLD_BY_SOME: tuple[Column, ...] = (
    Column("technical_standard", "技术规程", "flag"),
    Column("unified_seed", "统一供种", "flag"),
    Column("traceable", "追溯", "flag"),
    Column("certified", "认证", "flag"),
    Column("technical_support", "技术依托单位", "text"),
    Column("commissioner", "科技特派员", "text"),
    Column("project_id", "项目编号", "text"),
    Column("households", "带动农户", "number"),
    Column("poor_households", "其中贫困户", "number"),
    Column("planned_mu", "计划面积", "number"),
    Column("production_year", "生产年度", "integer"),
    Column("harvested_mu", "采收面积", "number"),
    Column("fresh_yield_t", "鲜品产量", "number"),
    Column("dry_yield_t", "干品产量", "number"),
    Column("yield_t", "产量(未注明鲜干)", "number"),
    Column("cost_wan", "成本", "number"),
    Column("output_value_wan", "产值", "number"),
    Column("seedlings_wan", "年出圃种苗", "number"),
    Column("seedlings_per_mu", "每亩用苗", "number"),
    Column("spawn_bottles_wan", "年产菌种(万瓶)", "number"),
    Column("spawn_bags_wan", "年产菌种(万袋)", "number"),
    Column("evidence", "佐证材料", "text"),
    Column("remark", "备注", "text"),
)
#: In the base table only where a source has them; numbers with the cell where it was not plain.
OPTIONAL: tuple[Column, ...] = (
    *_TOLD_BY_SOME,
    *(
        Column(f"raw_{column.name}", f"{column.title}原文", "text")
        for column in _TOLD_BY_SOME
        if column.kind in {"number", "integer"}
    ),
)
MEASURED: tuple[Column, ...] = (
    Column("surveyed_mu", "实测面积", "number"),
    Column("sigma_mu", "面积标准差", "number"),
)
VALIDATED: tuple[Column, ...] = (Column("blocked_by", "整改代码", "list"),)
CLASSIFIED: tuple[Column, ...] = (
    Column("records", "记录数", "integer"),
    Column("contiguous_mu", "最大连片", "number"),
    Column("blocks", "连片区数", "integer"),
    Column("disputed_mu", "争议面积", "number"),
    Column("counted_mu", "核定面积", "number"),
    Column("tier", "规模等级", "text"),
    Column("verdict", "判定", "text"),
)

#: Columns that say where a record came from; rows of one base take them from its largest record.
PROVENANCE = ("source_file", "source_layer", "source_row", "sheet_row")


def names(*groups: Sequence[Column]) -> list[str]:
    """Names of the columns of some groups, in order."""
    return [column.name for group in groups for column in group]


def known_in(table: pd.DataFrame, *groups: Sequence[Column]) -> list[Column]:
    """Columns of some groups that a table has, in order."""
    return [column for group in groups for column in group if column.name in table]


def titles() -> dict[str, str]:
    """Headings that people read, by column name."""
    every = (*READ, *OPTIONAL, *MEASURED, *VALIDATED, *CLASSIFIED)
    return {column.name: column.title for column in every}


def typed(values: Any, kind: Kind, index: pd.Index) -> pd.Series:
    """Values as a column of the kind's type; missing is NaN, NaT or an empty list."""
    if kind == "list":
        lists = [list(v) if isinstance(v, (list, tuple, np.ndarray)) else [] for v in values]
        return pd.Series(lists, index=index, dtype=object)
    if kind == "date":
        return pd.Series(pd.to_datetime(pd.Series(values, index=index))).astype(_DTYPES["date"])
    return pd.Series(values, index=index).astype(_DTYPES[kind])


def missing(kind: Kind, index: pd.Index) -> pd.Series:
    """A column of a kind without values."""
    if kind == "list":
        return pd.Series([[] for _ in index], index=index, dtype=object)
    nothing = pd.array([None], dtype=_DTYPES[kind])
    return pd.Series(nothing.take(np.zeros(len(index), dtype=int)), index)


def empty_table(crs: str) -> gpd.GeoDataFrame:
    """A base table without rows, with its columns and coordinate system."""
    index = pd.RangeIndex(0)
    data = {column.name: missing(column.kind, index) for column in READ}
    return gpd.GeoDataFrame(data, geometry=gpd.GeoSeries([], index=index, crs=crs))

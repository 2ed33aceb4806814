"""上报模板: a workbook with drop-downs, and empty layers with the same fields."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from herbgis.counting.unit_targets import QUARTER_TITLES
from herbgis.foundation import resources
from herbgis.foundation.display import width
from herbgis.foundation.language import language, tr
from herbgis.foundation.outputs import writing
from herbgis.geo.geopackages import write_empty_layer
from herbgis.tables.paper import lay_out
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import (
    ASKED,
    GIVEN,
    HEADING,
    open_workbook,
    set_paper,
    write_sheet,
    write_workbook,
)
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

_NAME = "上报模板"
_MUST = "必填"
#: Rows that drop-downs and checks are laid on.
_ROWS = 2000
_CHOICES = "选项"
#: Columns that stay in sight, and are printed on every page.
_LEADING = 2
_NARROW, _USUAL, _WIDE = 8, 11, 18
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
_TYPES = {"number": "float64", "year": "int32", "date": "datetime64[D]"}
_ADVICE = (
    "一个基地一行, 填在“基地”表里; 黄色的列必填。",
    "下拉列表里没有的品种, 请先与市里联系, 不要用别的品种代替。",
    "从别处粘贴来的内容不受下拉检查, 请用“选择性粘贴 - 数值”, 再核对一遍。",
    "不要增删列、合并单元格、加合计行。图斑另用 {name}.gpkg 或 shp, 基地编号与本表一致。",
    "填好后把文件拖到 {script} 上, 有问题的行会逐条列出。",
)
#: Headings of the targets that are read in every language.
_NAMES = ["reporting_unit", "tier", "Q1", "Q2", "Q3", "Q4", "year"]
_TARGETS_FILE = "任务分解.xlsx"
_SCRIPT_FILE = "校验.bat"
#: Read to its end before it runs: the code page that herbgis speaks is not the script's.
_SCRIPT = """\
@echo off
rem 把测量文件、文件夹或 zip 拖到本文件上, 结果写到旁边的“校验结果”文件夹。
setlocal DisableDelayedExpansion
set "OUT=%~dp0校验结果"
set "ARGS="
if "%~1"=="" goto usage
:next
if "%~1"=="" goto run
set ARGS=%ARGS% "%~1"
shift
goto next
:run
set "TOOL=herbgis"
where herbgis >nul 2>nul || set "TOOL=py -m herbgis"
(
chcp 65001 >nul
%TOOL% validate %ARGS% --out "%OUT%"
chcp 936 >nul
)
echo.
echo 结果在: "%OUT%"
pause
exit /b
:usage
echo 请把测量文件、文件夹或 zip 拖到本文件的图标上。
pause
"""


@dataclass(frozen=True, slots=True)
class Field:
    """A column that a county fills in.

    `short` is the heading that a DBF's ten bytes hold, `long` says that its texts are.
    """

    column: cols.Column
    heading: str
    short: str
    need: str
    how: str
    example: str
    long: bool = False

    @property
    def wide(self) -> float:
        """Width of the column in characters."""
        least = _NARROW if self.column.kind in {"number", "year", "flag"} else _USUAL
        least = _WIDE if self.long else least
        return max(width(self.shown) + 1, least)

    @property
    def shown(self) -> str:
        """The heading as it is written; in English the column's name, which is read again."""
        return self.heading if language() == "zh" else self.column.name


def template_fields() -> list[Field]:
    """The template's columns, in order."""
    known = {column.name: column for column in (*cols.READ, *cols.OPTIONAL)}
    return [
        Field(
            column=known[entry["column"]],
            heading=entry.get("heading", known[entry["column"]].heading),
            short=entry.get("short", entry.get("heading", known[entry["column"]].heading)),
            need=entry["need"],
            how=entry["how"],
            example=entry.get("example", ""),
            long=entry.get("long", False),
        )
        for entry in resources.read_toml("facts/template.toml")["field"]
    ]


def write_template(out: str | Path, *, policy: Policy | None = None) -> list[Path]:
    """Write what counties fill in, and the script that checks it, into a folder.

    Parameters
    ----------
    out : str or Path
        Made where there is none.
    policy : Policy, optional
        For the drop-downs.

    Returns
    -------
    list of Path
        上报模板.xlsx, 上报模板.gpkg, the shapefile in a folder of its own, 任务分解.xlsx, 校验.bat.

    Raises
    ------
    OutputError

    Examples
    --------
    >>> import herbgis as hg
    >>> [path.name for path in hg.write_template("上报模板")]
    ['上报模板.xlsx', '上报模板.gpkg', '上报模板.shp', '任务分解.xlsx', '校验.bat']
    """
    policy = policy or load_policy()
    folder, fields = Path(out), template_fields()
    types = [_TYPES.get(field.column.kind, "str") for field in fields]
    whole = dict(zip((field.shown for field in fields), types, strict=True))
    short = dict(zip((field.short for field in fields), types, strict=True))
    shapefile = folder / f"{_NAME}shp" / f"{_NAME}.shp"
    return [
        _write_workbook(folder / f"{_NAME}.xlsx", fields, policy),
        write_empty_layer(folder / f"{_NAME}.gpkg", "GPKG", _NAME, whole),
        write_empty_layer(shapefile, "ESRI Shapefile", _NAME, short, encoding="GBK"),
        _write_targets(folder / _TARGETS_FILE, policy),
        _write_script(folder / _SCRIPT_FILE),
    ]


def _write_workbook(path: Path, fields: list[Field], policy: Policy) -> Path:
    with open_workbook(path) as book:
        page = book.add_worksheet(tr("基地"))
        write_sheet(book, _explanation(fields, policy))
        ranges = _write_choices(book, fields, policy)
        _write_fields(book, page, fields, ranges)
        _set_print(page, fields)
    return path


def _explanation(fields: list[Field], policy: Policy) -> Sheet:
    """How each column is filled in, with an example base; laid out down, so it is no record."""
    table = pd.DataFrame(
        {
            "列名": [field.shown for field in fields],
            "要求": [tr(field.need) for field in fields],
            "怎么填": [tr(field.how) for field in fields],
            "示例": [_word(field.column.words, field.example, policy) for field in fields],
        }
    )
    return Sheet(
        *("填写说明", "中药材、食用菌基地上报表填写说明", table),
        unit="面积为亩, 其他见各列",
        head=[tr(line, name=_NAME, script=_SCRIPT_FILE) for line in _ADVICE],
        widths={"怎么填": 46.0, "示例": 24.0},
    )


def _word(column: str, title: str, policy: Policy) -> str:
    """A word of the form: as it is printed, in English by its name; names of places stay."""
    name = policy.canonical(column, title) if column and language() != "zh" else None
    return name if name is not None and name.isascii() else title


def _write_choices(book: Any, fields: list[Field], policy: Policy) -> dict[str, str]:
    """A hidden sheet of what may be chosen; where each column's list stands."""
    lists = {
        field.column.name: [
            _word(field.column.words, word.title, policy)
            for word in policy.words[field.column.words].values()
            if word.name != "unknown"
        ]
        for field in fields
        if field.column.words and field.column.kind != "flag"
    }
    lists["variety"] = list(policy.varieties)
    page = book.add_worksheet(tr(_CHOICES))
    page.hide()
    ranges = {}
    for place, (name, choices) in enumerate(lists.items()):
        page.write_column(0, place, choices)
        letter = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
        ranges[name] = f"={tr(_CHOICES)}!{letter}$1:{letter}${len(choices)}"
    return ranges


def _write_fields(book: Any, page: Any, fields: list[Field], ranges: dict[str, str]) -> None:
    """Headings in the first row, and a check on every cell below that is not free text."""
    formats = {
        "number": None,
        "year": None,
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    text = book.add_format({"num_format": "@"})
    colours = {
        need: book.add_format({**HEADING, "bg_color": ASKED if need == _MUST else GIVEN})
        for need in {field.need for field in fields}
    }
    for place, field in enumerate(fields):
        page.write_string(0, place, field.shown, colours[field.need])
        page.set_column(place, place, field.wide, formats.get(field.column.kind, text))
        rule = _rule(field, ranges.get(field.column.name))
        if rule:
            page.data_validation(1, place, _ROWS, place, rule)
    page.set_row(0, 32)
    page.freeze_panes(1, _LEADING)


def _rule(field: Field, choices: str | None) -> dict[str, Any]:
    """What a cell of a column must be; anything else is refused with a word of advice."""
    kind = field.column.kind
    told: dict[str, Any] = {
        "error_title": tr("{heading}填写有误", heading=field.shown),
        "error_message": tr("{how}。", how=tr(field.how)),
        "input_title": field.shown,
        "input_message": tr("{need}。{how}。", need=tr(field.need), how=tr(field.how)),
    }
    if choices is not None:
        return told | {"validate": "list", "source": choices}
    if kind == "flag":
        return told | {"validate": "list", "source": [tr("是"), tr("否")]}
    if kind == "number":
        return told | {"validate": "decimal", "criteria": ">=", "value": 0}
    if kind == "year":
        return told | {
            "validate": "integer",
            "criteria": "between",
            "minimum": _FIRST_DAY.year,
            "maximum": _LAST_DAY.year,
        }
    if kind == "date":
        return told | {
            "validate": "date",
            "criteria": "between",
            "minimum": _FIRST_DAY,
            "maximum": _LAST_DAY,
        }
    return told | {"validate": "any"}


def _set_print(page: Any, fields: list[Field]) -> None:
    """At a size that can be read: no column cut, id and name on every page."""
    set_paper(page, lay_out([field.wide for field in fields], _LEADING))
    page.hide_gridlines(0)
    page.repeat_rows(0)
    page.repeat_columns(0, _LEADING - 1)


def _write_targets(path: Path, policy: Policy) -> Path:
    """An empty table of 填报单位 × 规模 × 季度, as `read_targets` reads it."""
    units = [word.title for word in policy.words["reporting_unit"].values()]
    chinese = language() == "zh"
    tiers = [(tier, tier.reach_title if chinese else tier.label) for tier in policy.tiers]
    rows = [(unit, title) for unit in units for _, title in tiers]
    table = pd.DataFrame(rows, columns=["填报单位", "规模"] if chinese else _NAMES[:2])
    asked = [*QUARTER_TITLES, "全年"] if chinese else _NAMES[2:]
    for title in asked:
        table[title] = None
    totals = "; ".join(tr("{tier} {count} 个", tier=t, count=tier.target) for tier, t in tiers)
    notes = [tr("各季度填当季要完成的个数。全市目标: {totals}。", totals=totals)]
    sheet = Sheet("任务分解", "规模化基地任务分解表", table, notes, unit="个", reply=asked)
    return write_workbook(path, [sheet])


def _write_script(path: Path) -> Path:
    """In the encoding and with the line ends that a Chinese Windows reads."""
    with writing(path):
        path.write_bytes(tr(_SCRIPT).replace("\n", "\r\n").encode("gbk"))
    return path

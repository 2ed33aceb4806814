"""Targets broken down (任务分解): a table of reporting unit, tier and quarter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from herbgis.foundation.errors import InputNotFoundError, MissingColumnError
from herbgis.foundation.input_errors import TargetsError
from herbgis.foundation.language import language, listed, tr
from herbgis.foundation.units import fold, parse_quantity
from herbgis.reading.formats.encodings import decode_text
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

_QUARTERS = {
    "q1": ("一季度", "第一季度", "1季度", "第1季度", "Q1"),
    "q2": ("二季度", "第二季度", "2季度", "第2季度", "Q2"),
    "q3": ("三季度", "第三季度", "3季度", "第3季度", "Q3"),
    "q4": ("四季度", "第四季度", "4季度", "第4季度", "Q4"),
}
_TIER = ("规模", "规模等级", "档次", "等级", "tier")
_YEAR = ("全年", "年度", "合计", "全年目标", "年度目标", "year")
#: Headings without which a table is none of targets.
_LEAST = ("填报单位", "规模", "一季度")
_LEAST_NAMES = ("reporting_unit", "tier", "Q1")
_SUMS = frozenset({"合计", "小计", "总计", "全市", "全市合计"})


def read_targets(source: str | Path, *, policy: Policy | None = None) -> pd.DataFrame:
    """Targets of the reporting units, by tier and quarter.

    Parameters
    ----------
    source : str or Path
        .xlsx, .xls or .csv; columns 填报单位, 规模, 一季度 to 四季度, and perhaps 全年. A quarter's
        number is what is to be done in it; where 全年 equals the fourth quarter's and not the
        sum, the numbers are what is to be reached by its end.
    policy : Policy, optional
        For the names of units and tiers.

    Returns
    -------
    DataFrame
        A row a unit and tier: ``unit`` (as printed), ``tier``, ``q1`` to ``q4`` (in the quarter).

    Raises
    ------
    InputNotFoundError, MissingColumnError, TargetsError

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> _ = Path("任务分解.csv").write_text('''填报单位,规模,一季度,二季度,三季度,四季度
    ... 德江县,500亩以上,0,7,0,7
    ... ''', encoding="gbk")
    >>> hg.read_targets("任务分解.csv").to_dict("records")
    [{'unit': '德江县', 'tier': '500', 'q1': 0, 'q2': 7, 'q3': 0, 'q4': 7}]
    """
    policy = policy or load_policy()
    path = Path(source)
    if not path.exists():
        raise InputNotFoundError(str(source))
    seen: list[str] = []
    lacking = list(_LEAST)
    for rows in _tables(path):
        for place, row in enumerate(rows):
            columns = _columns(row, policy)
            lacks = _lacking(columns)
            if not lacks:
                return _read(rows[place + 1 :], columns, policy, path.name)
            texts = [cell for cell in row if isinstance(cell, str) and cell]
            if len(lacks) < len(lacking) or not seen:
                lacking, seen = lacks, texts
    least = dict(zip(_LEAST, _LEAST_NAMES, strict=True))
    names = lacking if language() == "zh" else [least[name] for name in lacking]
    raise MissingColumnError(path.name, names, seen[:20], _advice(seen))


def _tables(path: Path) -> Iterator[list[list[Any]]]:
    """Every sheet as rows of cells."""
    if path.suffix.lower() == ".csv":
        text, _ = decode_text(path.read_bytes())
        yield list(csv.reader(io.StringIO(text)))
        return
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            yield book.get_sheet_by_name(name).to_python()
    except (CalamineError, OSError) as error:
        msg = tr(
            "{name} 不能作为工作簿打开: {error}。任务分解表要 xlsx、xls 或 csv。",
            name=path.name,
            error=error,
        )
        raise TargetsError(msg) from error


def _lacking(columns: Mapping[str, int]) -> list[str]:
    """The headings that a row lacks to be that of a table of targets."""
    there = ("unit" in columns, "tier" in columns, bool(columns.keys() & _QUARTERS.keys()))
    return [name for name, is_there in zip(_LEAST, there, strict=True) if not is_there]


def _advice(seen: list[str]) -> str:
    """What a table of targets has, and what this file has instead."""
    return tr(
        "任务分解表的一行表头里要有填报单位、规模、一季度到四季度; 这个文件里有: {names}。",
        names=listed(seen[:20]) or tr("空的"),
    )


def _columns(row: list[Any], policy: Policy) -> dict[str, int]:
    """Which cell of a row heads which column."""
    heads = {fold(alias): name for name, aliases in _QUARTERS.items() for alias in aliases}
    heads |= {fold(alias): "tier" for alias in _TIER} | {fold(alias): "year" for alias in _YEAR}
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        text = str(cell)
        column = policy.canonical("column", text)
        name = "unit" if column in {"reporting_unit", "county"} else heads.get(fold(text))
        if name is not None:
            found.setdefault(name, place)
    return found


def _read(
    rows: list[list[Any]], columns: dict[str, int], policy: Policy, shown: str
) -> pd.DataFrame:
    read = []
    unit = ""
    for row in rows:
        unit = _text(row, columns["unit"]) or unit  # a merged cell stands in its first row only
        tier = _tier(_text(row, columns["tier"]), policy)
        if not unit or fold(unit) in _SUMS or tier is None:
            continue
        quarters = [_number(row, columns.get(name), unit, shown) for name in _QUARTERS]
        year = _number(row, columns.get("year"), unit, shown)
        known = policy.canonical("reporting_unit", unit) or policy.canonical("county", unit)
        read.append(
            {
                "unit": policy.title_of("reporting_unit", known) if known else unit,
                "tier": tier,
                **dict(zip(_QUARTERS, _in_each(quarters, year), strict=True)),
            }
        )
    table = pd.DataFrame(read, columns=["unit", "tier", *_QUARTERS])
    twice = table[table.duplicated(["unit", "tier"])]
    if len(twice):
        row = twice.iloc[0]
        msg = tr(
            "{shown}: {unit} 的 {tier} 亩目标列了两次, 请只留一行。",
            shown=shown,
            unit=row["unit"],
            tier=row["tier"],
        )
        raise TargetsError(msg)
    return table


def _in_each(quarters: list[int], year: int) -> list[int]:
    """What is to be done in each quarter, where it is told what is to be reached by its end."""
    rising = quarters == sorted(quarters)
    if rising and year and year == quarters[-1] != sum(quarters):
        return [end - begin for begin, end in zip([0, *quarters[:-1]], quarters, strict=True)]
    return quarters


def _text(row: list[Any], place: int) -> str:
    return str(row[place]).strip() if place < len(row) and row[place] is not None else ""


def _tier(text: str, policy: Policy) -> str | None:
    """The tier that a cell names: 500, 500亩以上, 1000亩以上 …"""
    quantity = parse_quantity(text)
    labels = {tier.threshold_mu: tier.label for tier in policy.tiers}
    return None if quantity is None else labels.get(quantity.value)


def _number(row: list[Any], place: int | None, unit: str, shown: str) -> int:
    text = "" if place is None else _text(row, place)
    quantity = parse_quantity(text) if text else None
    if (quantity is None and text) or (quantity and (quantity.value < 0 or quantity.value % 1)):
        msg = tr(
            "{shown}: {unit} 的目标“{text}”不是整数个数, 请改正。",
            shown=shown,
            unit=unit,
            text=text,
        )
        raise TargetsError(msg)
    return int(quantity.value) if quantity else 0

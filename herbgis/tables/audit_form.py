"""抽查复测表 as a workbook: for the crew to fill in, and read again with its results."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from herbgis.counting.audit_sample import RISKS, AuditSample
from herbgis.foundation.errors import HerbgisError, InputNotFoundError
from herbgis.foundation.identifiers import fold_id
from herbgis.foundation.language import LANGUAGES, heading, speaking, tr
from herbgis.foundation.units import parse_quantity
from herbgis.geo.china import LARGEST_COUNTY_MU
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook
from herbgis.terms import columns as cols

_FORM, _FRAME = "复测表", "总体"
_FOUND = "复测面积(亩)"
_REPLY = (_FOUND, "复测方式", "复测日期", "复测人", "图斑文件", "说明")
_COLUMNS = {
    **{name: cols.titles()[name] for name in ("base_id", "name", "reporting_unit", "county")},
    **{name: cols.titles()[name] for name in ("township", "village", "operator", "variety")},
    "tier": "规模等级",
    "claimed_mu": "核定面积",
    "risk": "风险",
    "lon": "经度",
    "lat": "纬度",
    "drawn": "抽中",
}
_SEED, _POLICY, _ALL, _DRAWN = "随机数种子", "口径", "核实", "抽中"
_YES, _UNIT, _BETWEEN = "是", "亩、度", "　"


def write_audit_form(sample: AuditSample, path: str | Path) -> Path:
    """Write the form for the crew: a sheet of the drawn bases, and one of all that count.

    Parameters
    ----------
    sample : AuditSample
    path : str or Path
        An .xlsx to write.

    Returns
    -------
    Path
        Of the workbook.

    Raises
    ------
    OutputError
        The file cannot be written, for example because WPS has it open.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> sample = hg.draw_audit_sample(hg.classify(report.bases), 20, seed=2020)
    >>> hg.write_audit_form(sample, "抽查复测表.xlsx").name
    '抽查复测表.xlsx'
    """
    drawn = sample.table.reset_index()[[name for name in _COLUMNS if name != "drawn"]]
    form = drawn.rename(columns=_COLUMNS)
    for name in _REPLY:
        form[name] = ""
    every = sample.frame.reset_index()[list(_COLUMNS)].rename(columns=_COLUMNS)
    told = {_SEED: sample.seed, _POLICY: sample.policy, _ALL: len(every), _DRAWN: len(form)}
    lot = tr(_BETWEEN).join(f"{heading(name)}: {value}" for name, value in told.items())
    formats = {"核定面积": "0.00", "经度": "0.000000", "纬度": "0.000000"}
    fill = "复测面积以亩填写, 实地没有这个基地的填 0; 没有去测的空着, 并在说明里写原因。"
    sheets = [
        Sheet(
            *(_FORM, "核实基地抽查复测表", form, [*sample.notes(), fill], formats),
            head=[lot],
            unit=_UNIT,
            reply=_REPLY,
            frozen=2,
            words=(_COLUMNS["risk"],),
        ),
        Sheet(
            *(_FRAME, "抽样时核实的全部基地", every, sample.notes(), formats),
            unit=_UNIT,
            head=[lot],
            frozen=2,
            words=(_COLUMNS["risk"],),
        ),
    ]
    return write_workbook(path, sheets)


def read_audit_form(path: str | Path) -> tuple[AuditSample, pd.Series]:
    """The sample that a form was written for, and what the crew wrote into it.

    Parameters
    ----------
    path : str or Path
        As `write_audit_form` wrote it, filled in.

    Returns
    -------
    tuple of AuditSample and Series of float
        The areas surveyed again in 亩, by ``base_id``; NaN where the cell is empty.

    Raises
    ------
    InputNotFoundError
        No such file.
    HerbgisError
        It is no such form, bases were taken out of the sheet of all or put into it, or a cell holds
        no area in 亩.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> sample = hg.draw_audit_sample(hg.classify(report.bases), 20, seed=2020)
    >>> form = hg.write_audit_form(sample, "抽查复测表.xlsx")
    >>> again, found = hg.read_audit_form(form)  # 填好交回的表
    >>> len(again.frame), len(found), int(found.notna().sum())
    (96, 20, 0)
    """
    path = Path(path)
    if not path.is_file():
        raise InputNotFoundError(str(path))
    try:
        book = CalamineWorkbook.from_path(str(path))
        called = _called()
        sheets = {
            called.get(name, name): book.get_sheet_by_name(name).to_python()
            for name in book.sheet_names
        }
        frame, lot = _table(sheets[_FRAME])
        form, _ = _table(sheets[_FORM])
        sample = _sample(frame, lot)
        cells = pd.Series(form[_FOUND].to_list(), index=form["基地编号"])
    except (CalamineError, OSError, KeyError, ValueError, IndexError, StopIteration) as error:
        msg = tr(
            "{name} 不是 herbgis 的抽查复测表, 或表头、{frame}一页被改动过 ({error})。"
            "请在 herbgis audit draw 写出的表里填{found}一栏。",
            name=path.name,
            frame=heading(_FRAME),
            error=repr(heading(error.args[0])) if isinstance(error, KeyError) else error,
            found=heading(_FOUND),
        )
        raise HerbgisError(msg) from error
    areas = [_area(cell, base, path) for base, cell in cells.items()]
    return sample, pd.Series(areas, index=cells.index.astype("str"), dtype=float)


def _table(rows: list[list[Any]]) -> tuple[pd.DataFrame, str]:
    """The table, and the line of the lot above it; what stands below has no area."""
    called = _called()
    cells = [[called.get(str(cell), str(cell)) for cell in row] for row in rows]
    top = next(place for place, row in enumerate(cells) if "基地编号" in row)
    heads = cells[top]
    areas = [heads.index(name) for name in ("核定面积", _FOUND) if name in heads]
    told = [row for row in rows[top + 1 :] if any(str(row[place]).strip() for place in areas)]
    table = pd.DataFrame(told, columns=heads)
    table["基地编号"] = [fold_id(str(cell)) for cell in table["基地编号"]]
    above = (str(row[0]) for row in rows[:top])
    seeds = tuple(name for name, text in called.items() if text == _SEED)
    return table, next(line for line in above if line.startswith(seeds))


@functools.cache
def _called() -> dict[str, str]:
    """What a form calls things in either language, to what they are called here; read-only."""
    own = (_SEED, _POLICY, _ALL, _DRAWN, _YES, _BETWEEN, "、")
    texts = (_FORM, _FRAME, *_COLUMNS.values(), *_REPLY, *RISKS, *own)
    called: dict[str, str] = {}
    for lang in LANGUAGES:
        with speaking(lang):
            called |= {said: text for text in texts for said in (tr(text), heading(text))}
    return called


def _sample(frame: pd.DataFrame, lot: str) -> AuditSample:
    """The sample of a sheet of all bases.

    Raises
    ------
    ValueError
        The sheet holds more bases than the lot was drawn from, or fewer.
    """
    called = _called()
    parts = (part.split(": ") for part in _parted(lot, _BETWEEN))
    told = {called.get(name, name): value for name, value in parts}
    names = {title: name for name, title in _COLUMNS.items()}
    table = frame[list(names)].rename(columns=names)
    table["drawn"] = [called.get(str(cell)) == _YES for cell in table["drawn"]]
    for name, rows in {_ALL: len(table), _DRAWN: int(table["drawn"].sum())}.items():
        if name in told and int(told[name]) != rows:
            msg = tr(
                "{name}应为 {due} 个, 表里 {rows} 个",
                name=heading(name),
                due=told[name],
                rows=rows,
            )
            raise ValueError(msg)
    table["risk"] = [
        "、".join(called.get(risk, risk) for risk in _parted(str(cell), "、"))
        for cell in table["risk"]
    ]
    for name in ("claimed_mu", "lon", "lat"):
        table[name] = pd.to_numeric(table[name].replace("", None))
    texts = [name for name in table if table[name].dtype == object]
    table[texts] = table[texts].astype("str")
    return AuditSample(table.set_index("base_id"), int(told[_SEED]), told[_POLICY])


def _parted(text: str, between: str) -> list[str]:
    """The parts of a text, by what stands between them in either language."""
    signs = [name for name, text in _called().items() if text == between]
    return re.split("|".join(map(re.escape, signs)), text)


def _area(cell: Any, base: str, path: Path) -> float:
    """A cell of the crew's in 亩.

    Raises
    ------
    HerbgisError
    """
    text = str(cell).strip()
    if not text:
        return float("nan")
    quantity = parse_quantity(text)
    known = quantity is not None and quantity.unit in {None, "亩"}
    if quantity is None or not known or not 0 <= quantity.value <= LARGEST_COUNTY_MU:
        msg = tr(
            "{name}: {base} 的{found}“{text}”不是亩数。请填数字, 没有这个基地的填 0。",
            name=path.name,
            base=base,
            found=heading(_FOUND),
            text=text,
        )
        raise HerbgisError(msg)
    return quantity.value

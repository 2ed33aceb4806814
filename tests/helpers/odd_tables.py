"""Workbooks and CSV of which a cell or the layout is odd."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.helpers.books import put_xml, save_book
from tests.helpers.odd_files import DAYS, IDS, MU, Held, OddFile, but_second, held

_HEAD = ["基地编号", "填报单位", "县区", "品种", "面积(亩)", "测量日期", "建设状态", "测量方式"]
Rows = list[list[Any]]


def _rows(ids: Sequence[object] = IDS, *, second: dict[str, object] | None = None) -> Rows:
    """The bases as rows; the second with cells of its own by their heading."""
    made = [
        [base_id, "印江县", "印江县", "黄精", mu, dt.date.fromisoformat(day), "已建", "RTK"]
        for base_id, mu, day in zip(ids, MU, DAYS, strict=False)
    ]
    for heading, cell in (second or {}).items():
        made[1][_HEAD.index(heading)] = cell
    return made


def _listed(
    names: Sequence[str | None] = IDS,
    *,
    mu: Sequence[float | None] = MU,
    days: Sequence[str | None] = DAYS,
) -> Held:
    return held(names=names, lands=[None] * len(names), mu=mu, days=days)


def _book(rows: Rows, **options: Any) -> Callable[[Path], Path]:
    return lambda folder: save_book(folder / "基地.xlsx", rows, **options)


def _cell(place: str, xml: str) -> Callable[[Path], Path]:
    return lambda folder: put_xml(_book([_HEAD, *_rows()])(folder), place, xml)


def _text(name: str, text: str, encoding: str = "utf-8") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(text.encode(encoding))
        return path

    return make


def _lines(rows: Rows, between: str = ",") -> str:
    return "\r\n".join(between.join(map(str, row)) for row in rows)


def _html(rows: Rows) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<html><table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table></html>"


def _other_order(rows: Rows) -> Rows:
    return [[row[at] for at in (4, 3, 0, 1, 2, 7, 6, 5)] for row in rows]


def _unitless(second: float) -> Rows:
    """The table without a unit in its heading, the second base of some area."""
    return [[name.replace("(亩)", "") for name in _HEAD], *_rows(second={"面积(亩)": second})]


def _areas(second: float | None) -> Held:
    return _listed(mu=but_second(MU, second))


_FIRST, _LAST = _rows()[:2], _rows()[2:]
_SIDES = [*zip([_HEAD, *_FIRST], [_HEAD, *_LAST], strict=True)]
_WITH_OLD = [[_HEAD[0], "面积(亩)", *_HEAD[1:]], *([row[0], 1.0, *row[1:]] for row in _rows())]
_NO_IDS = _listed([None] * 4)
_LONG = 520627103204010001

_CELLS = {
    "xlsx, a unit in the number format": OddFile(
        _book(_unitless(40), formats={"E3": '0.0"公顷"'}),
        _areas(600),
    ),
    "xlsx, 万亩 in the number format": OddFile(
        _book(_unitless(0.06), formats={"E3": '0.00"万亩"'}),
        _areas(600),
    ),
    "xlsx, a formula without a value": OddFile(
        _cell("E3", '<c r="E3"><f>300.1+27</f></c>'), _listed(), "HG505"
    ),
    "xlsx, an error cell": OddFile(
        _cell("E3", '<c r="E3" t="e"><v>#REF!</v></c>'), _areas(None), "HG505"
    ),
    "xlsx, October as 2020.10": OddFile(
        _book([_HEAD, *_rows(second={"测量日期": 2020.10})], formats={"F3": "0.00"}),
        _listed(days=but_second(DAYS, "2020-10-01")),
    ),
    "xlsx, a day by its number": OddFile(
        _book([_HEAD, *_rows(second={"测量日期": 43953})]), _listed()
    ),
    "xlsx, ids of 18 digits as numbers": OddFile(
        _book([_HEAD, *_rows([_LONG + number for number in range(4)])]),
        _listed([None] * 4),
        "HG512",
    ),
    "xlsx, placeholders as ids": OddFile(
        _book([_HEAD, *_rows(["待定", "/", "同上", "N/A"])]), _NO_IDS
    ),
}
_LAYOUTS = {
    "xlsx, hidden rows": OddFile(_book([_HEAD, *_rows()], hidden_rows=[3, 4]), _listed()),
    "xlsx, an old column hidden": OddFile(_book(_WITH_OLD, hidden_columns=["B"]), _listed()),
    "xlsx, a second table below": OddFile(
        _book([_HEAD, *_FIRST, [], *_other_order([_HEAD, *_LAST])]), _listed()
    ),
    "xlsx, two tables side by side": OddFile(
        _book(
            [
                [*left, None, *right]
                for left, right in zip([_HEAD, *_FIRST], [_HEAD, *_LAST], strict=True)
            ]
        ),
        _listed(),
    ),
    "xlsx, a title and a unit above": OddFile(
        _book([["印江县基地统计表"], ["单位：公顷"], *_unitless(40)]),
        _listed(mu=[round(15 * mu, 2) for mu in but_second(MU, 40)]),
    ),
}
_DISGUISED = {
    ".xls that is HTML": OddFile(_text("基地.xls", _html([_HEAD, *_rows()]), "gbk"), _listed()),
    ".xls that is TSV": OddFile(
        _text("基地.xls", _lines([_HEAD, *_rows()], "\t"), "gbk"), _listed()
    ),
    "CSV, an open quotation mark": OddFile(
        _text("基地.csv", _lines([_HEAD, *_rows(second={"品种": '"黄精'})])), _listed(), "HG001"
    ),
    'CSV, ids as ="…"': OddFile(
        _text("基地.csv", _lines([_HEAD, *_rows([f'="{base_id}"' for base_id in IDS])])), _listed()
    ),
    "CSV, ids as 5.20627E+18": OddFile(
        _text("基地.csv", _lines([_HEAD, *_rows(["5.20627E+18"] * 4)])),
        _listed([None] * 4),
        "HG512",
    ),
}

#: By what is odd in them.
ODD_TABLES = {**_CELLS, **_LAYOUTS, **_DISGUISED}

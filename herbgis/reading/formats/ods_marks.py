"""What an OpenDocument table shows of its numbers: units, masks and months of number formats.

The text that a program stored beside a value is taken for its number format.
"""

from __future__ import annotations

import html
import math
import re

from herbgis.reading.formats.grids import At, Marks
from herbgis.reading.understanding.made_cells import STORED_AS

_PIECE = re.compile(
    rb"<table:(?P<kind>table-row|table-cell|covered-table-cell|table)(?=[\s>])(?P<attributes>[^<>]*)>"
    rb"(?:<text:p>(?P<text>[^<]*)</text:p>)?"
)
_REPEATED = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"'](\d{1,9})[\"']")
_KIND = re.compile(rb"office:value-type=\"(float|percentage|date)\"")
_VALUE = re.compile(rb"office:value=\"([^\"]*)\"")
_SHOWN = re.compile(
    r"(?P<before>\D*?)(?P<number>(?:(?<!\w)[-+])?[\d,]*\d(?:\.\d+)?)(?P<behind>\D*)"
)
_DIGITS = re.compile(r"\d+")
_MONTH, _YEAR = re.compile(r"\d{4}\D{1,2}\d{1,2}\D?"), re.compile(r"\d{4}\D?")
#: Rows and cells alike beyond which nothing of a list is repeated.
_MOST_REPEATED = 1000


def marks_of_ods(content: bytes) -> list[Marks]:
    """The marks of each sheet, in their order."""
    sheets: list[Marks] = []
    formats: dict[At, str] = {}
    faults: dict[At, str] = {}
    row = column = 0
    repeated = 1
    for piece in _PIECE.finditer(content):
        found = _REPEATED.search(piece["attributes"])
        times = int(found[1]) if found else 1
        if piece["kind"] == b"table":
            formats, faults = {}, {}
            sheets.append(Marks(formats, faults))
            row = column = repeated = 0
        elif piece["kind"] == b"table-row":
            row, column, repeated = row + repeated, 0, times
        else:
            told = _told(piece["attributes"], piece["text"])
            if told is not None and repeated * times <= _MOST_REPEATED:
                places = [(row + r, column + c) for r in range(repeated) for c in range(times)]
                (formats if told[1] else faults).update(dict.fromkeys(places, told[0]))
            column += times
    return sheets


def _told(attributes: bytes, text: bytes | None) -> tuple[str, bool] | None:
    """A format that shows a cell so, and True; or what it holds and shows, and False."""
    kind, value = _KIND.search(attributes), _VALUE.search(attributes)
    if kind is None or text is None:
        return None
    shown = html.unescape(text.decode(errors="replace")).strip()
    if kind[1] == b"date":
        code = "yyyy-m" if _MONTH.fullmatch(shown) else "yyyy" if _YEAR.fullmatch(shown) else None
        return None if code is None else (code, True)
    found = _SHOWN.fullmatch(shown)
    if value is None:
        return None
    if found is None:
        return _masked(shown, value[1].decode())
    number, decimals = found["number"].replace(",", ""), found["number"].partition(".")[2]
    held = float(value[1]) * (100 if kind[1] == b"percentage" else 1)
    if not math.isclose(float(number), held, abs_tol=0.51 * 10.0 ** -len(decimals)):
        return STORED_AS.format(value=f"{held:.15g}", shown=shown), False
    digits = "0" * len(number.partition(".")[0].lstrip("+-")) if "." not in number else "0"
    code = f"{_quoted(found['before'])}{digits}{'.' * bool(decimals)}{'0' * len(decimals)}"
    code += "%" if kind[1] == b"percentage" else _quoted(found["behind"])
    return None if code == "0" * len(code) and not number.startswith("0") else (code, True)


def _masked(shown: str, value: str) -> tuple[str, bool] | None:
    """The format of a whole number that is shown with words between its digits: 520-001."""
    if not value.isdecimal() or "".join(_DIGITS.findall(shown)).lstrip("0") != value.lstrip("0"):
        return None
    parts = re.split(r"(\d+)", shown)
    return "".join("0" * len(p) if p.isdecimal() else _quoted(p) for p in parts), True


def _quoted(words: str) -> str:
    return f'"{words}"' if words else ""

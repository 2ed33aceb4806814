"""What an .xlsx says of its cells beside their values: formats, faults, what is hidden.

The parser gives values alone. The rest is looked for in the XML of the sheets, by expressions over
its bytes, and only where a sheet holds any of it, so that a plain sheet costs next to nothing.
"""

from __future__ import annotations

import functools
import html
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import IO

from herbgis.foundation.language import tr
from herbgis.reading.formats.grids import At, Marks
from herbgis.reading.formats.number_formats import BUILT_IN, Shown, shown_under
from herbgis.reading.understanding.made_cells import NO_RESULT

_PIECE_BYTES = 4 << 20
#: Bytes without the end of a row beyond which a sheet is no table.
_LONGEST_ROW = 64 << 20
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PREFIX = rb"(?:\w+:)?"
_ROW_END = re.compile(rb"</" + _PREFIX + rb"row\s*>")
_HIDDEN_ROW = re.compile(rb"<" + _PREFIX + rb"row\s([^<>]*\bhidden\s*=[^<>]*)>")
_HIDDEN_COLUMN = re.compile(rb"<" + _PREFIX + rb"col\s([^<>]*\bhidden\s*=[^<>]*)>")
_F = rb"\s*<" + _PREFIX + rb"f\b[^<>]*(?:(?<=/)>|>[^<]*<[^<>]*>)"
_F_TEXT = _F.replace(rb">[^<]*<", rb">([^<]*)<")
_V = rb"\s*<" + _PREFIX + rb"v\b[^<>]*(?<!/)>([^<]*)<"
_ERROR = re.compile(
    rb"<" + _PREFIX + rb"c\s([^<>]*\bt\s*=\s*[\"']e[\"'][^<>]*)>(?:" + _F + rb")?" + _V
)
_FORMULA = re.compile(rb"<" + _PREFIX + rb"c\s([^<>]*)>" + _F_TEXT + rb"(?:" + _V + rb")?")
#: A formula that is nothing but a number, a text, or texts put together.
_NUMBER = re.compile(r"\s*[-+]?\d+(?:\.\d+)?\s*")
_TEXT = re.compile(r'"((?:[^"]|"")*)"')
_CONSTANT = re.compile(rf"\s*{_TEXT.pattern}(?:\s*&\s*{_TEXT.pattern})*\s*")
_YES = frozenset({"1", "true"})
_REFERENCE = re.compile(rb"(?<!\w)r\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")


@dataclass(frozen=True)
class SheetMarks:
    """The marks of a workbook's sheets, looked up by the name of a sheet."""

    book: zipfile.ZipFile
    _parts: Mapping[str, str] = field(default_factory=dict)
    _formats: Mapping[int, str] = field(default_factory=dict)
    _since_1904: bool = False

    def of(self, sheet: str, *, years: bool) -> Marks:
        """What is marked in a sheet; `years` if it has numbers like 2020.1, whose decimals tell."""
        part = self._parts.get(sheet)
        if part is None:
            return Marks()
        telling = {
            style: code
            for style, code in self._formats.items()
            if tells(shown_under(code, 1.0), years=years)
        }
        with self.book.open(part) as stream:
            return replace(_marks(stream, telling), since_1904=self._since_1904)


def tells(shown: Shown, *, years: bool) -> bool:
    """Whether a format shows more than the number of its cell, or less than its day."""
    if shown.date:
        return "d" not in shown.date and "y" in shown.date
    return not shown.is_plain or (years and shown.decimals > 0)


def sheet_marks(book: zipfile.ZipFile) -> SheetMarks:
    """Where a workbook keeps its sheets, and its number formats by style; nothing if it is odd."""
    try:
        sheets = book.read("xl/workbook.xml")
        links = book.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return SheetMarks(book)
    targets = {
        link["Id"]: posixpath.normpath(posixpath.join("/xl", link["Target"])).lstrip("/")
        for link in _elements(links, rb"Relationship")
        if {"Id", "Target"} <= link.keys()
    }
    known = set(book.namelist())
    parts = {
        sheet["name"]: target
        for sheet in _elements(sheets, rb"sheet")
        if (target := targets.get(sheet.get("r:id", sheet.get("id", "")))) in known
        and "name" in sheet
    }
    styles = "xl/styles.xml"
    formats = _formats(book.read(styles)) if styles in known else {}
    since = any(e.get("date1904") in _YES for e in _elements(sheets, rb"workbookPr"))
    return SheetMarks(book, parts, formats, since)


def _formats(styles: bytes) -> dict[int, str]:
    """Number format by style, of those that are not General."""
    own = {
        int(entry["numFmtId"]): entry["formatCode"]
        for entry in _elements(styles, rb"numFmt")
        if entry.get("numFmtId", "").isdigit() and "formatCode" in entry
    }
    codes = {**BUILT_IN, **own}
    cells = re.search(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs\s*>", styles, re.DOTALL)
    numbers = [xf.get("numFmtId", "0") for xf in _elements(cells[0] if cells else b"", rb"xf")]
    return {
        style: codes[int(number)]
        for style, number in enumerate(numbers)
        if number.isdigit() and int(number) in codes
    }


def _elements(xml: bytes, name: bytes) -> Iterator[dict[str, str]]:
    """The attributes of every element of a name."""
    for found in re.finditer(rb"<(?:\w+:)?" + name + rb"\s([^<>]*)>", xml):
        yield _attributes(found[1])


def _attributes(text: bytes) -> dict[str, str]:
    return {
        name.decode(): html.unescape((double or single).decode(errors="replace"))
        for name, double, single in _ATTRIBUTE.findall(text)
    }


def _marks(stream: IO[bytes], telling: Mapping[int, str]) -> Marks:
    formats: dict[At, str] = {}
    faults: dict[At, str] = {}
    zeros: set[At] = set()
    constants: dict[At, str] = {}
    rows: set[int] = set()
    columns: set[int] = set()
    styled = _styled(telling)
    for piece in _pieces(stream):
        if b"hidden" in piece:
            rows |= _hidden_rows(piece)
            columns |= _hidden_columns(piece)
        if b't="e"' in piece or b"t='e'" in piece:
            found = (
                (_place(a), text.decode(errors="replace")) for a, text in _ERROR.findall(piece)
            )
            faults |= {at: text for at, text in found if at is not None}
        if b"<f" in piece or b":f" in piece:
            _add_formulas(piece, faults, zeros, constants)
        if styled is not None:
            for cell, style in styled.findall(piece):
                at = _place(cell)
                if at is not None:
                    formats[at] = telling[int(style)]
    hidden = frozenset(rows), frozenset(columns)
    return Marks(formats, faults, frozenset(zeros), *hidden, constants=constants)


def _styled(telling: Mapping[int, str]) -> re.Pattern[bytes] | None:
    """Cells of some styles."""
    if not telling:
        return None
    styles = "|".join(map(str, telling)).encode()
    return re.compile(
        rb"<" + _PREFIX + rb"c\s([^<>]*\bs\s*=\s*[\"'](" + styles + rb")[\"'][^<>]*)>"
    )


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A sheet's XML in pieces that end with a row.

    Raises
    ------
    ValueError
        A row is longer than any list's.
    """
    kept = b""
    while data := stream.read(_PIECE_BYTES):
        kept += data
        ends = [found.end() for found in _ROW_END.finditer(kept)]
        if ends:
            yield kept[: ends[-1]]
            kept = kept[ends[-1] :]
        elif len(kept) > _LONGEST_ROW:
            msg = tr("工作表里有过长的行")
            raise ValueError(msg)
    yield kept


def _hidden_rows(piece: bytes) -> set[int]:
    found = map(_attributes, _HIDDEN_ROW.findall(piece))
    return {
        int(row["r"]) - 1
        for row in found
        if row.get("hidden") in _YES and row.get("r", "").isdigit()
    }


def _hidden_columns(piece: bytes) -> set[int]:
    """Columns stand in ranges, of which the last may reach to the end of all sheets."""
    hidden: set[int] = set()
    for column in map(_attributes, _HIDDEN_COLUMN.findall(piece)):
        ends = column.get("min", ""), column.get("max", "")
        if column.get("hidden") in _YES and all(map(str.isdigit, ends)):
            hidden.update(range(int(ends[0]) - 1, min(int(ends[1]), 16_384)))
    return hidden


def _add_formulas(
    piece: bytes, faults: dict[At, str], zeros: set[At], constants: dict[At, str]
) -> None:
    """Formulas without a result; an empty text is one, and a 0 may be none.

    Of a formula that is a text or a number the result is known, though no program stored it.
    """
    for attributes, formula, result in _FORMULA.findall(piece):
        empty = not result.strip()
        if not empty and result.strip() != b"0":
            continue
        at = _place(attributes)
        kind = _attributes(attributes).get("t", "n")
        if at is None or kind not in {"n", "str"}:
            continue
        told = html.unescape(formula.decode(errors="replace"))
        if _CONSTANT.fullmatch(told):
            constants[at] = "".join(text.replace('""', '"') for text in _TEXT.findall(told))
            continue
        if _NUMBER.fullmatch(told):
            constants[at] = told.strip()
            continue
        if not empty and kind == "n":
            zeros.add(at)
        elif empty and kind == "n":
            faults[at] = NO_RESULT


def _place(attributes: bytes) -> At | None:
    """The row and column that a cell's own attributes give; no program of today leaves them out."""
    found = _REFERENCE.search(attributes)
    return None if found is None else (int(found[2]) - 1, _column(found[1]))


@functools.cache
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number - 1

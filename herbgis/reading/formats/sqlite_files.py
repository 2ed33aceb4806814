"""What GDAL does not tell of a GeoPackage or another SQLite file, asked of SQLite itself."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pandas as pd

#: Bytes 18 and 19 of an SQLite file: 2 where changes go to a journal ahead of the file first.
_JOURNAL_AT, _AHEAD = slice(18, 20), b"\x02\x02"
_SQLITE = b"SQLite format 3\0"
_JOURNAL = "-wal"
_VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view'"
#: Of GeoPackage (OGC 12-128r17, 2.1.5), and of SpatiaLite and FDO.
_GEOMETRY_COLUMNS = (
    "SELECT column_name FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)",
    "SELECT f_geometry_column FROM geometry_columns WHERE lower(f_table_name) = lower(?)",
)
JOURNAL_LACKS = (
    "是在别的软件打开着时拷出来的(缺 -wal 文件), 最后的改动可能不在里面; 请关闭后重新拷贝"
)


def journal_lacks(path: Path) -> bool:
    """Whether the latest changes are in a journal that was not copied with the file.

    Source: sqlite.org/fileformat2.html, 1.3.3; a program that closes the file folds them in.
    """
    with path.open("rb") as file:
        head = file.read(_JOURNAL_AT.stop)
    ahead = head.startswith(_SQLITE) and head[_JOURNAL_AT] == _AHEAD
    return ahead and not path.with_name(f"{path.name}{_JOURNAL}").exists()


def count_of(path: Path, layer: str) -> int | None:
    """Records of a layer by counting them; the table of counts may be older than the layer.

    None where they cannot be counted, or where some may stand in a journal beside the file.
    """
    if path.with_name(f"{path.name}{_JOURNAL}").exists():
        return None
    query = f'SELECT count(*) FROM "{_quoted(layer)}"'  # noqa: S608 - a quoted name
    return next((int(str(count)) for (count,) in _rows(path, query)), None)


def odd_numbers(path: Path, layer: str, headings: Sequence[str]) -> dict[str, pd.Series]:
    """By heading, the cells of columns of numbers in which something else stands too.

    SQLite keeps in any column whatever is put there; GDAL makes 0 of a word in a column of numbers,
    and 3 of ``3,270`` (sqlite.org/datatype3.html, 3).
    """
    cells = [f't."{_quoted(heading)}"' for heading in headings]
    table = f'"{_quoted(layer)}" AS t'
    others = " OR ".join(f"typeof({cell}) IN ('text', 'blob')" for cell in cells)
    if not cells or not [*_rows(path, f"SELECT 1 FROM {table} WHERE {others} LIMIT 1")]:  # noqa: S608
        return {}
    rows = [*_rows(path, f"SELECT {', '.join(cells)} FROM {table}")]  # noqa: S608
    columns = dict(zip(headings, zip(*rows, strict=True), strict=True))
    return {
        heading: pd.Series([None if cell is None else _text(cell) for cell in column], dtype="str")
        for heading, column in columns.items()
        if any(isinstance(cell, str | bytes) for cell in column)
    }


def views_of(path: Path) -> frozenset[str]:
    """Names of the views of a file, which show the records of its tables."""
    return frozenset(str(name) for (name,) in _rows(path, _VIEWS))


def filled_shapes(path: Path, layer: str) -> list[bool]:
    """By record of a layer, whether something stands where its geometry should.

    Empty where no column of geometries is registered for the layer.
    """
    for query in _GEOMETRY_COLUMNS:
        for (column,) in _rows(path, query, layer):
            named = _quoted(str(column))
            filled = f'SELECT "{named}" IS NOT NULL FROM "{_quoted(layer)}"'  # noqa: S608 - quoted
            return [bool(there) for (there,) in _rows(path, filled)]
    return []


def _text(cell: object) -> str:
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def coded_words(path: Path, layer: str) -> dict[str, dict[str, str]]:
    """By column, the words that its codes stand for.

    Source: OGC 12-128r17, GeoPackage, F.9 Schema; constraints of the type ``enum``.
    """
    query = """
        SELECT c.column_name, d.value, d.description
        FROM gpkg_data_columns c JOIN gpkg_data_column_constraints d
        ON c.constraint_name = d.constraint_name
        WHERE c.table_name = ? AND d.constraint_type = 'enum' AND d.description <> ''
    """
    words: dict[str, dict[str, str]] = {}
    for column, code, word in _rows(path, query, layer):
        words.setdefault(str(column), {})[str(code)] = str(word)
    return words


def _rows(path: Path, query: str, *values: str) -> Iterator[tuple[object, ...]]:
    """What a query finds; nothing where the file has no such table. Nothing is written beside."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with contextlib.suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as base:
        yield from base.execute(query, values)


def _quoted(name: str) -> str:
    return name.replace('"', '""')

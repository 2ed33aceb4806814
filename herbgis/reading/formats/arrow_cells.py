"""Columns of an Arrow table as columns of a frame, each cell as it was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

from herbgis.foundation.language import tr
from herbgis.reading.formats import encodings

#: In this encoding every byte is a character of its own, so nothing is lost before it is decoded.
BYTEWISE = "ISO-8859-1"


def told_apart(headings: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    """Headings, those that stand before already with a number behind; and what is said of them."""
    seen = Counter(["geometry"])  # the name of the polygons themselves
    names = []
    for heading in headings:
        seen[heading] += 1
        names.append(heading if seen[heading] == 1 else f"{heading}#{seen[heading]}")
    twice = [heading for heading, count in seen.items() if count > 1 + (heading == "geometry")]
    said = tr("列名“{names}”不止一列, 用了第一列, 后面的列名加了序号", names="”“".join(twice))
    return names, (said,) if twice else ()


def cells_of(
    columns: Iterable[pa.Array | pa.ChunkedArray],
    names: list[str],
    count: int,
    *,
    bytewise: str | None = None,
) -> tuple[pd.DataFrame, bool]:
    """Arrow columns as a frame, and whether a text was decoded by what it holds.

    Whole numbers stay whole beside empty cells, days become text, lists of words one text.

    Parameters
    ----------
    columns : iterable of pyarrow.Array
    names : list of str
        Unique.
    count : int
        Of the records.
    bytewise : str, optional
        The encoding of texts that were read byte by byte, each byte a character.
    """
    decided = False
    cells = {}
    for name, column in zip(names, columns, strict=True):
        cells[name], by_content = _series(column, bytewise)
        decided |= by_content
    return pd.DataFrame(cells, columns=names, index=pd.RangeIndex(count)), decided


def _series(column: pa.Array | pa.ChunkedArray, bytewise: str | None) -> tuple[pd.Series, bool]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _series(column.cast(kind.value_type), bytewise)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        words = [None if cell is None else "、".join(map(str, cell)) for cell in column.to_pylist()]
        return pd.Series(words, dtype="str"), False
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return _texts(column, bytewise)
    if any(is_kind(kind) for is_kind in (pa.types.is_date, pa.types.is_time, pa.types.is_decimal)):
        return column.cast(pa.string()).to_pandas().astype("str"), False
    if pa.types.is_integer(kind) and column.null_count:
        signed = "Int64" if pa.types.is_signed_integer(kind) else "UInt64"
        return pd.Series(column.to_pylist(), dtype=signed), False
    return column.to_pandas(), False


def _texts(column: pa.Array | pa.ChunkedArray, bytewise: str | None) -> tuple[pd.Series, bool]:
    """Texts, each decoded by its own bytes where they are not in the encoding of the others."""
    if bytewise is not None:
        return _decoded_from(column.to_pylist(), bytewise)
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        cells = column.cast(pa.binary()).to_pylist()
        texts = [None if cell is None else encodings.decode_text(cell)[0] for cell in cells]
        return pd.Series(texts, dtype="str"), True
    return column.to_pandas().astype("str"), False


def _decoded_from(texts: list[str | None], encoding: str) -> tuple[pd.Series, bool]:
    """Texts of which each character is a byte; and whether one is in another encoding."""
    data = [None if text is None else text.encode(BYTEWISE) for text in texts]
    try:
        decoded = [None if cell is None else cell.decode(encoding) for cell in data]
    except UnicodeDecodeError:
        decoded = [None if cell is None else encodings.decode_text(cell)[0] for cell in data]
        return pd.Series(decoded, dtype="str"), True
    return pd.Series(decoded, dtype="str"), False


def heading_of(name: str, encoding: str) -> str:
    """A heading of which each character is a byte, decoded by what it holds where it must be."""
    data = name.encode(BYTEWISE)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return encodings.decode_text(data)[0]

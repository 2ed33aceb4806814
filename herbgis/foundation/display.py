"""How results show themselves: in a notebook, on a terminal, as JSON."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import pandas as pd

from herbgis.foundation.language import tr

_FIGURE = re.compile(r"[-+]?[0-9.]+%?|—|nan")


def html_table(table: pd.DataFrame, *, most: int = 20) -> str:
    """A table as HTML with every cell escaped, texts left and numbers right; rows left out counted.

    Jupyter puts every cell to the right; only a cell's own style is above that.
    """
    columns = [_column(table.iloc[:most, at]) for at in range(table.shape[1])]
    head = "".join(
        _html_cell("th", str(name), right=right)
        for name, (_, right) in zip(table.columns, columns, strict=True)
    )
    rows = (
        "".join(_html_cell("td", cells[row], right=right) for cells, right in columns)
        for row in range(min(most, len(table)))
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    shown = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    left = len(table) - most
    return shown + (html_paragraph(tr("……另有 {left} 行", left=left)) if left > 0 else "")


def html_section(title: str, *parts: str) -> str:
    """A heading with its parts below; the parts are HTML already."""
    return f"<h4>{escape(title)}</h4>" + "".join(parts)


def html_paragraph(text: str) -> str:
    """A line of text, escaped."""
    return f"<p>{escape(text)}</p>"


def html_bar(share: float, label: str) -> str:
    """A horizontal bar filled to a share between 0 and 1, with its figures beside it."""
    width = round(100 * min(max(share, 0.0), 1.0), 1)
    return (
        '<div style="display:flex;align-items:center;gap:.6em;margin:.2em 0">'
        '<div style="flex:none;width:16em;height:.9em;border:1px solid #2f6b4f;background:#fff">'
        f'<div style="width:{width}%;height:100%;background:#2f6b4f"></div></div>'
        f"<span>{escape(label)}</span></div>"
    )


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """A table as plain values for JSON, None where there is nothing."""
    objects = table.astype(object).where(table.notna(), None)
    return [dict(zip(objects.columns, row, strict=True)) for row in objects.itertuples(index=False)]


def in_one_line(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose headings are pairs, a heading and the one above it, with both in one."""
    return table.set_axis([f"{g}·{h}" if g else str(h) for g, h in table.columns], axis=1)


def text_table(table: pd.DataFrame) -> str:
    """A table for a terminal, where a Chinese character is two wide; texts left, numbers right."""
    columns = []
    for name in table.columns:
        values, numeric = _column(table[name])
        cells = [str(name), *values]
        widest = max(map(width, cells))
        columns.append([_padded(cell, widest, right=numeric) for cell in cells])
        columns[-1].insert(1, "─" * widest)
    return "\n".join("  ".join(row).rstrip() for row in zip(*columns, strict=True))


def _column(column: pd.Series) -> tuple[list[str], bool]:
    """A column's cells as they are shown, and whether all of them are figures."""
    cells = [_cell(value) for value in column]
    return cells, all(_FIGURE.fullmatch(cell) or not cell for cell in cells)


def _html_cell(tag: str, text: str, *, right: bool) -> str:
    return f'<{tag} style="text-align:{"right" if right else "left"}">{escape(text)}</{tag}>'


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN is not itself
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _padded(text: str, wide: int, *, right: bool) -> str:
    blanks = " " * (wide - width(text))
    return blanks + text if right else text + blanks


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if ord(c) >= 0x1100 and not 0x2500 <= ord(c) <= 0x259F else 1 for c in text)

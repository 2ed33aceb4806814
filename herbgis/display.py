"""How results show themselves in a notebook: escaped tables and bars. Floor 1."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import pandas as pd


def html_table(table: pd.DataFrame, *, most: int = 20) -> str:
    """A table as HTML with every cell escaped; the rows left out are counted."""
    shown: str = table.head(most).to_html(index=False, escape=True, border=0, na_rep="")
    left = len(table) - most
    return shown + (f"<p>……另有 {left} 行</p>" if left > 0 else "")


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


def text_table(rows: Iterable[Iterable[str]]) -> str:
    """Rows of texts in columns for a terminal, where a Chinese character is two wide."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = []
    for number, row in enumerate(cells):
        padded = [
            cell + " " * (w - width(cell)) if place == 0 else " " * (w - width(cell)) + cell
            for place, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
        if number == 0:
            lines.append("  ".join("─" * w for w in widths))
    return "\n".join(lines)


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return sum(2 if ord(c) >= 0x1100 and not 0x2500 <= ord(c) <= 0x259F else 1 for c in text)

"""MapInfo TAB and MIF: what GDAL reads, with a charset or a system that the file leaves open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from herbgis.reading.formats.encodings import GBK
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.formats.vector import read_gdal
from herbgis.reading.understanding.survey import Layer

_CHARSET = re.compile(
    rb'(?:!charset +|^ *charset +"|type +native +charset +")([\w-]+)', re.IGNORECASE | re.MULTILINE
)
_HEAD_BYTES = 4096
#: MapInfo's names for the encodings of Chinese text.
_ENCODINGS = {"WINDOWSSIMPCHINESE": GBK, "UTF-8": "UTF-8"}


def read_mapinfo(file: SurveyFile) -> Iterator[Layer]:
    """A table's layers, in the charset that it states where its texts are in it."""
    encoding = _ENCODINGS.get(_stated(file.path), "")
    rows = _rows_beside(file.path)
    for layer in read_gdal(file):
        plane = layer.crs is not None and layer.crs.is_engineering
        crs = None if plane else layer.crs
        decided = any(issue.code == "HG003" for issue in layer.issues)
        yield replace(
            layer,
            crs=crs,
            promised=max(layer.promised, rows),
            encoding=layer.encoding if decided else encoding,
        )


def _rows_beside(path: Path) -> int:
    """Rows of the .mid beside a .mif, which holds one for every record; 0 for a TAB."""
    if path.suffix.lower() != ".mif":
        return 0
    for table in (path.with_suffix(".mid"), path.with_suffix(".MID")):
        if table.is_file():
            with table.open("rb") as stream:
                return sum(1 for line in stream if line.strip())
    return 0


def _stated(path: Path) -> str:
    with path.open("rb") as stream:
        match = _CHARSET.search(stream.read(_HEAD_BYTES))
    return match.group(1).decode("ascii").upper() if match else ""

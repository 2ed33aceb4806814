"""MapInfo TAB and MIF: what GDAL reads, with a charset or a system that the file leaves open."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from herbgis.issues import Issue, Place
from herbgis.readers.vector import read_gdal
from herbgis.survey import Layer

_CHARSET = re.compile(
    rb'(!charset +|^ *charset +"|type +native +charset +")([\w-]+)', re.IGNORECASE | re.MULTILINE
)
_HEAD_BYTES = 4096
#: MapInfo's names for the encodings of Chinese text.
_ENCODINGS = {"WINDOWSSIMPCHINESE": "GBK", "UTF-8": "UTF-8"}
_GBK = b"WindowsSimpChinese"
_FILES_OF_A_TABLE = frozenset({".tab", ".dat", ".map", ".id", ".ind", ".mif", ".mid"})


def read_mapinfo(path: Path, shown: str) -> Iterator[Layer]:
    """A table's layers; texts that are not in the charset it states are taken as GBK."""
    stated = _stated(path)
    try:
        layers = list(read_gdal(path, shown))
    except UnicodeDecodeError:
        with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
            layers = list(read_gdal(_as_gbk(path, Path(folder)), shown))
        layers = [_told_gbk(layer) for layer in layers]
    else:
        layers = [replace(layer, encoding=_ENCODINGS.get(stated, "")) for layer in layers]
    rows = _rows_beside(path)
    for layer in layers:
        plane = layer.crs is not None and layer.crs.is_engineering
        crs = None if plane else layer.crs
        yield replace(layer, crs=crs, promised=max(layer.promised, rows))


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
    return match.group(2).decode("ascii").upper() if match else ""


def _told_gbk(layer: Layer) -> Layer:
    issue = Issue("HG003", Place(layer.file, layer.name), {"encoding": "GBK"})
    said = (*layer.assumptions, "编码=GBK(由内容判定)")
    return replace(layer, encoding="GBK", assumptions=said, issues=(*layer.issues, issue))


def _as_gbk(path: Path, folder: Path) -> Path:
    """A copy of the table whose head states GBK."""
    stem = path.stem.lower()
    for sibling in path.parent.iterdir():
        if sibling.stem.lower() == stem and sibling.suffix.lower() in _FILES_OF_A_TABLE:
            shutil.copyfile(sibling, folder / sibling.name)
    copy = folder / path.name
    data = copy.read_bytes()
    head = _CHARSET.sub(rb"\1" + _GBK, data[:_HEAD_BYTES])
    copy.write_bytes(head + data[_HEAD_BYTES:])
    return copy

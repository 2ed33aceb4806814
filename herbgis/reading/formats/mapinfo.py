"""MapInfo TAB and MIF: what GDAL reads, with a charset or a system that the file leaves open."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyogrio

from herbgis.foundation.language import tr
from herbgis.reading.formats.encodings import GBK, decide, decided_line, title_of
from herbgis.reading.formats.survey_file import SurveyFile, UnreadableFileError
from herbgis.reading.formats.vector import read_gdal
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

_CHARSET = re.compile(
    rb'(?:!charset +|^ *charset +"|type +native +charset +")([\w-]+)', re.IGNORECASE | re.MULTILINE
)
_HEAD_BYTES = 4096
#: MapInfo's names for the encodings of Chinese text.
_ENCODINGS = {"WINDOWSSIMPCHINESE": GBK, "UTF-8": "UTF-8"}
_CHINESE = b"WindowsSimpChinese"
#: Parts of a table that hold its texts.
_TEXTS = frozenset({".mif", ".mid", ".tab", ".dat"})


def read_mapinfo(file: SurveyFile) -> Iterator[Layer]:
    """A table's layers, in the charset that it states where its texts are in it."""
    encoding = _ENCODINGS.get(_stated(file.path), "")
    rows = _rows_beside(file.path)
    with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
        told = "" if encoding else _told(file.path)
        path = _stating(file.path, Path(folder)) if told else file.path
        for layer in _layers(replace(file, path=path), _lacking(file.path)):
            # GDAL counts the parts of a collection as records; the table beside has a row each.
            promised = max(rows, len(layer.frame)) if _is_mif(path) else layer.promised
            said, issues = layer.assumptions, layer.issues
            if told:
                said = (decided_line(told), *said)
                issues = (
                    Issue("HG003", Place(file.shown, layer.name), {"encoding": told}),
                    *issues,
                )
            yield replace(
                layer,
                promised=promised,
                zero_for_null=True,
                encoding=encoding or told or layer.encoding,
                assumptions=said,
                issues=issues,
            )


def _layers(file: SurveyFile, lacking: str) -> Iterator[Layer]:
    """What GDAL reads; of a part that lacks, that it does.

    Raises
    ------
    UnreadableFileError
        Nothing can be read without the part.
    """
    try:
        layers = [*read_gdal(file)]
    except pyogrio.errors.DataSourceError:
        if not lacking:
            raise
        msg = tr("缺同名的 {lacking}, 请一起交来", lacking=lacking)
        raise UnreadableFileError(msg) from None
    for layer in layers:
        if lacking and _is_mif(file.path):
            why = {"why": tr("只有图斑, 缺同名的 {lacking}, 没有属性, 请补交", lacking=lacking)}
            issue = Issue("HG001", Place(file.shown, layer.name), why, severity="warning")
            yield replace(layer, issues=(*layer.issues, issue))
        else:
            yield layer


def _lacking(path: Path) -> str:
    """The first part that a table needs and has not, by its suffix; empty where all are there."""
    there = {part.suffix.lower() for part in _parts(path)}
    needed = (".mid",) if _is_mif(path) else (".dat", ".id")
    return next((suffix for suffix in needed if suffix not in there), "")


def _told(path: Path) -> str:
    """GBK where a table that states no charset of ours is in it, by its bytes; else nothing."""
    pieces = [part.read_bytes() for part in _parts(path) if part.suffix.lower() in _TEXTS]
    decided = decide(line for piece in pieces for line in re.split(rb"[\n\0]+", piece))
    return GBK if decided and title_of(decided) == GBK else ""


def _stating(path: Path, folder: Path) -> Path:
    """A copy that states the charset of Chinese text, which GDAL reads headings by."""
    for part in _parts(path):
        shutil.copyfile(part, folder / part.name)
    copy = folder / path.name
    data = copy.read_bytes()
    stated = _CHARSET.search(data[:_HEAD_BYTES])
    if stated:
        copy.write_bytes(data[: stated.start(1)] + _CHINESE + data[stated.end(1) :])
    return copy


def _parts(path: Path) -> list[Path]:
    """The files of a table, which have one name and different suffixes."""
    return [p for p in sorted(path.parent.iterdir()) if p.stem == path.stem and p.is_file()]


def _is_mif(path: Path) -> bool:
    return path.suffix.lower() == ".mif"


def _rows_beside(path: Path) -> int:
    """Rows of the .mid beside a .mif, which holds one for every record; 0 for a TAB."""
    if not _is_mif(path):
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

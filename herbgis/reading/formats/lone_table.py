"""A DBF without its shapefile: a table, in the encoding that its bytes are in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from herbgis.foundation.language import tr
from herbgis.reading.formats import encodings
from herbgis.reading.formats.shapefile import (
    copied,
    deleted_records,
    promised_records,
    text_encoding,
)
from herbgis.reading.formats.shapefile import with_sound_table as with_sound_rows
from herbgis.reading.formats.survey_file import SurveyFile
from herbgis.reading.formats.vector import read_gdal
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place


def read_lone_table(file: SurveyFile) -> Iterator[Layer]:
    """The records of a table, without polygons."""
    path = file.path
    encoding, agrees = text_encoding(path)
    title = encodings.title_of(encoding)
    with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
        sound, rows = with_sound_rows(path, Path(folder))
        sound = copied(path, Path(folder)) if sound == path else sound
        for stated in Path(folder).glob("*.[cC][pP][gG]"):
            stated.unlink()
        sound.with_suffix(".cpg").write_text(encoding or "UTF-8", encoding="ascii")
        said = [tr("只有属性表 .dbf, 没有 .shp 图形")]
        issues = []
        where = Place(file.shown, path.stem)
        promised = promised_records(path) - deleted_records(path)
        if not agrees:
            said.append(encodings.decided_line(title))
            issues.append(Issue("HG003", where, {"encoding": title}))
        if rows is not None:
            counts = {"promised": promised, "read": rows}
            issues.append(Issue("HG002", where, counts, measured=rows, allowed=promised))
        for layer in read_gdal(replace(file, path=sound)):
            yield replace(
                layer,
                promised=max(layer.promised, promised),
                encoding=title,
                cut_headings=True,
                assumptions=(*said, *layer.assumptions),
                issues=(*issues, *layer.issues),
            )

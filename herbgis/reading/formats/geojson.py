"""GeoJSON: by GDAL where it keeps every member, else member by member."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pyogrio

from herbgis.foundation.language import tr
from herbgis.geo.stated_systems import usable
from herbgis.reading.formats import encodings
from herbgis.reading.formats.geojson_features import (
    Features,
    contend,
    features_by_line,
    features_of,
)
from herbgis.reading.formats.survey_file import SurveyFile, Words
from herbgis.reading.formats.vector import read_gdal
from herbgis.reading.formats.wkb import decode
from herbgis.reading.understanding.lost_digits import digits_lost
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Issue, Place

_PROPERTIES = re.compile(r'"properties"\s*:\s*[{n]')
_SYSTEM = re.compile(r'"crs"\s*:\s*\{')
_COORDINATES = re.compile(r'"coordinates"\s*:')
#: A whole number of more digits than GDAL's integers have, which some versions cut to the largest.
_LONG_NUMBER = re.compile(r"[:,\[]\s*-?\d{19,}\s*[,}\]]")
_GEOMETRY = re.compile(r'"geometry"\s*:\s*(?:\{|(n))')


def read_geojson(file: SurveyFile) -> Iterator[Layer]:
    """A GeoJSON file; one that is not UTF-8 is written so for GDAL, which takes it for granted."""
    text, encoding = encodings.decode_text(file.path.read_bytes())
    if encoding.startswith("UTF-8") and "\ufffd" not in text:
        yield from _read_text(file, text)
        return
    title = encodings.title_of(encoding)
    with tempfile.TemporaryDirectory(prefix="herbgis-") as folder:
        copy = Path(folder, file.path.name)
        copy.write_text(text, encoding="utf-8", newline="")
        for layer in _read_text(replace(file, path=copy), text):
            issue = Issue("HG003", Place(file.shown, layer.name), {"encoding": title})
            said = (encodings.decided_line(title), *layer.assumptions)
            issues = (issue, *layer.issues)
            yield replace(layer, encoding=title, assumptions=said, issues=issues)


def read_geojson_lines(file: SurveyFile) -> Iterator[Layer]:
    """A text with a feature on each line, of which GDAL passes over those that break off."""
    text, _ = encodings.decode_text(file.path.read_bytes())
    whole = features_of(text)
    features = whole if whole and not whole.damage else features_by_line(text)
    yield _layer(file, features, file.path.stem)


def _read_text(file: SurveyFile, text: str) -> Iterator[Layer]:
    """The layers as GDAL has them, if they have all that the text has; else its members."""
    try:
        layers = [*read_gdal(file)]
    except pyogrio.errors.DataSourceError:
        members = features_of(text)
        if members is None:
            raise
        yield _layer(file, members, file.path.stem)
        return
    lacks = len(layers) == 1 and (_lacks(layers[0], text) or contend(text))
    if lacks and (members := features_of(text)):
        yield _layer(file, members, layers[0].name)
        return
    yield from layers


def _lacks(layer: Layer, text: str) -> bool:
    """Whether a layer lacks a member, a geometry or a digit that its text has."""
    frame = layer.frame
    is_blank = frame.geometry.isna() | frame.geometry.is_empty
    geometries = [*_GEOMETRY.finditer(text)]
    drawn = sum(match[1] is None for match in geometries)
    # The system that a text states has properties too.
    worded = len(_PROPERTIES.findall(text)) - len(_SYSTEM.findall(text))
    return (
        max(len(geometries), worded) > len(frame)
        or max(drawn, len(_COORDINATES.findall(text))) > int((~is_blank).sum())
        or _LONG_NUMBER.search(text) is not None
        or any(digits_lost(frame[heading]).any() for heading in frame.columns.drop("geometry"))
    )


def _contested(features: Features, where: Place, words: Words) -> Iterator[Issue]:
    """HG001 on each record that says two things under one name; a warning where none is used."""
    for at, key in features.contested():
        why = tr("“{key}”写了两次, 值不同, 都未采用", key=key)
        used = key == "geometry" or words.know(key)
        place = replace(where, row=at + 1)
        yield Issue("HG001", place, {"why": why}, severity=None if used else "warning")


def _layer(file: SurveyFile, features: Features, name: str) -> Layer:
    where = Place(file.shown, name)
    shapes = decode(features.blobs())
    crs, said = usable(features.crs)
    issues = [*shapes.issues(where)]
    if features.damage:
        issues.append(
            Issue("HG001", where, {"why": tr("{damage}, 只读到能读的部分", damage=features.damage)})
        )
        said = (*([features.detail] if features.detail else []), *said)
    issues += _contested(features, where, file.words)
    geometry = gpd.GeoSeries(shapes.geometry)
    return Layer(
        file=file.shown,
        name=name,
        frame=gpd.GeoDataFrame(features.cells(), geometry=geometry),
        crs=crs,
        promised=len(geometry),
        encoding="UTF-8",
        assumptions=(*features.said, *said),
        issues=tuple(issues),
    )

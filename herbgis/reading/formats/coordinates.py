"""Coordinates as people write them into cells: degrees and minutes, rings of points, headings."""

from __future__ import annotations

import functools
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

import shapely

from herbgis.foundation import resources
from herbgis.foundation.units import fold
from herbgis.geo.china import CHINA, SURE_NORTHINGS_M
from herbgis.reading.formats.rings import even_odd
from herbgis.reading.understanding.written_shapes import looks_written, written_shape

Point = tuple[float, float]
#: Roles of two columns that together are a point; X and Y may be either.
AXES = (("across", "up"), ("x", "y"))

_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]$")
_NUMBER = r"(\d+(?:\.\d+)?)"
_SEXAGESIMAL = re.compile(
    rf"[EWNS东西南北经纬:\s]*{_NUMBER}\s*[°º度]\s*"
    rf"(?:{_NUMBER}\s*['’′分](?!['’′])\s*)?(?:{_NUMBER}\s*(?:\"|”|''|’’|′′|秒)?\s*)?[EWNS]?"
)
#: 108 30 18.36, 108:30:18.36, 108-30-18.36
_IN_THREE = re.compile(
    r"[EN东北经纬:\s]*(\d{2,3})[\s:-]\s*(\d{1,2})[\s:-]\s*(\d{1,2}(?:\.\d+)?)\s*[EN]?"
)
_WEST, _SOUTH, _EAST, _NORTH = CHINA
_BETWEEN_POINTS = re.compile(r"[;|\n\r]+")


@functools.cache
def _roles() -> Mapping[str, str]:
    """Folded heading to the role of its column."""
    table = resources.read_toml("facts/coordinates.toml")
    return {fold(alias): role for role, entry in table.items() for alias in entry["aliases"]}


def roles_of(headings: Sequence[str]) -> dict[str, str]:
    """Role to heading: across, up, x, y, plot, ring, point, whole.

    Of several headings for one role the alias that the table lists first is meant.
    """
    ranks = {alias: rank for rank, alias in enumerate(_roles())}
    known = [(_IN_BRACKETS.sub("", fold(heading)), heading) for heading in headings]
    found: dict[str, str] = {}
    for alias, heading in sorted(known, key=lambda entry: ranks.get(entry[0], len(ranks))):
        if alias in ranks:
            found.setdefault(_roles()[alias], heading)
    return found


def number_of(cell: object) -> float | None:
    """A coordinate: a number, or degrees with minutes and seconds; None for anything else."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell) if math.isfinite(cell) else None
    if not isinstance(cell, str):
        return None
    # NFKC makes the ordinal sign, which stands for degrees in many a file, the letter o.
    text = unicodedata.normalize("NFKC", cell.replace("º", "°")).strip().upper()
    found = _SEXAGESIMAL.fullmatch(text) or _IN_THREE.fullmatch(text)
    if found:
        degrees, minutes, seconds = (float(part or 0) for part in found.groups())
        if minutes >= 60 or seconds > 60:
            return None
        return degrees + minutes / 60 + seconds / 3600
    try:
        value = float(text.strip("EWNS东西南北经纬度° M").replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def is_north_first(points: Sequence[Point]) -> bool:
    """Whether first numbers are northings or latitudes, as the numbers themselves can tell."""
    if not points:
        return False
    (low, high), (second_low, second_high) = (
        (min(values), max(values)) for values in zip(*points, strict=True)
    )
    in_degrees = _within(low, high, (_SOUTH, _NORTH)) and _within(
        second_low, second_high, (_WEST, _EAST)
    )
    in_metres = _within(low, high, SURE_NORTHINGS_M) and not _within(
        second_low, second_high, SURE_NORTHINGS_M
    )
    return in_degrees or in_metres


def _within(low: float, high: float, span: tuple[float, float]) -> bool:
    return span[0] <= low and high <= span[1]


def shape_of(cell: object) -> shapely.Geometry | None:
    """What a cell draws, in its own order of axes: points in a row, or a shape written out."""
    if looks_written(cell):
        written = written_shape(cell)
        return written and written.shape
    if not isinstance(cell, str):
        return None
    text = unicodedata.normalize("NFKC", cell).strip()
    try:
        rings = _rings_of_json(json.loads(text)) if text.startswith("[") else [_points(text)]
    except (ValueError, TypeError, RecursionError, shapely.errors.GEOSException):
        return None
    return even_odd(rings)


def _rings_of_json(value: list[object]) -> list[list[Point]]:
    """Rings of nested arrays, however deep they lie."""
    first = value[0] if value else None
    if isinstance(first, list) and first and isinstance(first[0], list):
        return [ring for inner in value for ring in _rings_of_json(inner)]  # type: ignore[arg-type]
    return [[_pair(list(point)) for point in value]]  # type: ignore[call-overload]


def _points(text: str) -> list[Point]:
    """Points of a row of numbers, parted by the widest mark that it has.

    Raises
    ------
    ValueError
        They are no pairs of numbers.
    """
    parts = [part.strip() for part in _BETWEEN_POINTS.split(text) if part.strip()]
    if len(parts) > 1:
        return [_pair(re.split(r"[,\s]+", part)) for part in parts]
    if "," in text and re.search(r"\d\s+[\d-]", text):
        # 108.1 27.9, 108.2 27.9 and 108.1,27.9 108.2,27.9
        by_comma = [part.split() for part in text.split(",")]
        by_blank = [part.split(",") for part in re.sub(r"\s*,\s*", ",", text).split()]
        return [*map(_pair, by_comma if all(len(p) > 1 for p in by_comma) else by_blank)]
    flat = re.split(r"[,\s]+", text)
    if len(flat) % 2:
        raise ValueError(text)
    return [_pair(flat[at : at + 2]) for at in range(0, len(flat), 2)]


def _pair(cells: Sequence[object]) -> Point:
    numbers = [number_of(cell) for cell in cells[:2]]
    if len(numbers) < 2 or numbers[0] is None or numbers[1] is None:
        raise ValueError(cells)
    return numbers[0], numbers[1]

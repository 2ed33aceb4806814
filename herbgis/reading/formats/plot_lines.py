"""The lines of a 界址点 TXT by what they are: header, heads of plots, boundary points, remarks."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from herbgis.foundation.language import tr
from herbgis.geo.china import CHINA, EASTINGS_M, SURE_NORTHINGS_M
from herbgis.reading.formats.coordinates import number_of
from herbgis.reading.formats.plot_heads import (
    PlotHead,
    UnitM2,
    draws,
    head_of,
    is_head,
    starts_as_head,
)

Point = tuple[float, float]

_SECTION = re.compile(r"[\[【]\s*(.+?)\s*[\]】][\s,:]*")
_PLOTS = "地块坐标"
_HEADER = re.compile(r"(?P<key>[^=:＝：,@]{1,30})[=:＝：](?P<value>.*)")
_REMARK = re.compile(r"#|//|;|'|--|/?\*|%|!")
_BEHIND_A_POINT = re.compile(r"\s*(?:#|//).*")
#: Signs that part fields besides the comma, and the full width of the format's own.
_SIGNS = str.maketrans({"，": ",", "；": ",", ";": ",", "\t": ",", "＠": "@", '"': None})
_LABEL = re.compile(r"[A-Za-z]{0,4}[-_]?\d+")
_RING = re.compile(r"\D{0,3}\d+")
#: What stands in front of a coordinate in the usual four columns: point and ring.
_USUAL = 2
#: The fewest points of a ring whose last is its first.
_CLOSED = 4
_WEST, _SOUTH, _EAST, _NORTH = CHINA
#: Eastings with the number of a zone of China in front.
_WITH_ZONE_M = (13_000_000.0, 46_000_000.0)


@dataclass
class Plot:
    """One plot as its lines say.

    Attributes
    ----------
    head : PlotHead
    trouble : str
        Why its head is not to be relied on; empty where it was read.
    labels : list of list of str
        What stands before the coordinates of each point: its name, its ring.
    points : list of tuple of float
        The first and the second number of each.
    damaged : list of int
        Numbers of the lines of points that could not be read.
    """

    head: PlotHead
    trouble: str = ""
    labels: list[list[str]] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)

    def rings(self) -> list[list[Point]]:
        """Points by ring, in the order in which rings begin.

        Of the columns before the coordinates the ring is the one that changes least from point to
        point, the one next to the coordinates where two change as often. Points behind one that
        closes a ring begin another, whatever its number.
        """
        width = min(map(len, self.labels), default=0)
        columns = [[labels[-1 - at] for labels in self.labels] for at in range(min(width, 2))]
        numbered = [column for column in columns if all(map(_RING.fullmatch, column))]
        changing = [sum(map(operator.ne, column, column[1:])) for column in numbered]
        ring = [""] * len(self.points)
        if changing and (len(changing) > 1 or changing[0] <= len(self.points) // 3):
            ring = numbered[changing.index(min(changing))]
        open_rings: dict[str, list[Point]] = {}
        rings: list[list[Point]] = []
        for name, point in zip(ring, self.points, strict=True):
            own = open_rings.get(name)
            if own is None or (len(own) >= _CLOSED and own[0] == own[-1]):
                own = open_rings[name] = []
                rings.append(own)
            own.append(point)
        return rings


@dataclass
class Contents:
    """A file's lines, or those from one [属性描述] to the next.

    Attributes
    ----------
    header : dict of str to str
    plots : list of Plot
    unread : list of int
        Numbers of lines that are nothing that could be read.
    remarks : int
        Lines of running text.
    """

    header: dict[str, str] = field(default_factory=dict)
    plots: list[Plot] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    remarks: int = 0


def contents_of(text: str, unit_m2: UnitM2) -> list[Contents]:
    """What a text holds, anew at every header: files are joined end to end."""
    reader = _Lines(unit_m2)
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        line = raw.strip().lstrip("\ufeff")
        if line:
            reader.take(number, line)
    return reader.finish()


class _Lines:
    """Takes lines one by one."""

    def __init__(self, unit_m2: UnitM2) -> None:
        self.found = [Contents()]
        self._unit_m2 = unit_m2
        self._among_plots = False
        self._on_earth = False
        self._off_earth: list[tuple[Plot, int, int]] = []

    def take(self, number: int, line: str) -> None:
        """Take one line for what it is."""
        here = self.found[-1]
        section = _SECTION.fullmatch(line.translate(_SIGNS))
        if section:
            self._begin(section[1])
            return
        if _REMARK.match(line):
            here.remarks += 1
            return
        written = line.translate(_SIGNS)
        head = self._head(written)
        point = None if head else self._point(written)
        stated = _HEADER.fullmatch(written)
        if head:
            here.plots.append(Plot(head_of(head, self._unit_m2)))
        elif point:
            self._add(number, *point)
        elif stated and not here.plots:
            here.header[_plain(stated["key"])] = _plain(stated["value"])
        else:
            self._take_other(number, written)

    def finish(self) -> list[Contents]:
        """All that was taken; numbers off the earth among places on it are damaged points."""
        for plot, at, number in reversed(self._off_earth if self._on_earth else []):
            del plot.points[at], plot.labels[at]
            plot.damaged.insert(0, number)
        return self.found

    def _begin(self, section: str) -> None:
        """Begin a section; a header behind plots is another file's."""
        self._among_plots = section == _PLOTS
        if not self._among_plots and self.found[-1].plots:
            self.found.append(Contents())

    def _head(self, written: str) -> list[str] | None:
        """The fields of a plot's head; None for any other line."""
        before, mark, behind = written.rpartition("@")
        before = before.rstrip()
        if mark and (before.endswith(",") or not behind.strip(" ,")):
            fields = _fields(before.removesuffix(","))
            return fields if len(fields) > 1 else None
        fields = _fields(written.rstrip(" ,"))
        return fields if is_head(fields, self._unit_m2) else None

    def _point(self, written: str) -> tuple[list[str], Point] | None:
        """Labels and coordinates of a boundary point; None for any other line.

        Coordinates of a system of one's own look like any numbers; among coordinates on earth
        they are damaged ones.
        """
        parts = _parts_of_point(written)
        numbers = [number_of(part) for part in parts]
        pairs = list(pairwise(numbers))
        usual = max(min(_USUAL, len(pairs) - 1), 0)
        for at in dict.fromkeys([usual, *range(len(pairs))]) if pairs else ():
            first, second = pairs[at]
            if first is not None and second is not None and _is_place(first, second):
                self._on_earth = True
                return parts[:at], (first, second)
        if self._on_earth or usual == 0 or not _LABEL.fullmatch(parts[0]):
            return None
        first, second = pairs[usual]
        return None if first is None or second is None else (parts[:usual], (first, second))

    def _add(self, number: int, labels: list[str], point: Point) -> None:
        """Add a point to the plot that stands open; before any head it begins a plot."""
        plots = self.found[-1].plots
        if not plots:
            if not self._among_plots:
                self.found[-1].unread.append(number)
                return
            plots.append(
                Plot(PlotHead(), tr("第 {number} 行的界址点之前没有地块行", number=number))
            )
        if not _is_place(*point):
            self._off_earth.append((plots[-1], len(plots[-1].points), number))
        plots[-1].labels.append(labels)
        plots[-1].points.append(point)

    def _take_other(self, number: int, written: str) -> None:
        """A line that is nothing whole: a point or a head that is damaged, or running text."""
        here = self.found[-1]
        fields = _fields(written.rstrip(" ,"))
        if here.plots and _is_damaged_point(fields, here.plots[-1]):
            here.plots[-1].damaged.append(number)
        elif self._among_plots and len(fields) > 2 and self._is_broken_head(fields):
            trouble = tr("第 {number} 行的地块行读不懂", number=number)
            here.plots.append(Plot(head_of(fields, self._unit_m2), trouble))
        elif _is_running_text(written):
            here.remarks += 1
        else:
            here.unread.append(number)

    def _is_broken_head(self, fields: list[str]) -> bool:
        """Whether fields are left of a plot's head: its first, its mark, or what is drawn."""
        marked = any(text.startswith("@") or text.endswith("@") for text in fields)
        return marked or draws(fields) or starts_as_head(fields, self._unit_m2)


def _is_running_text(written: str) -> bool:
    """Whether a line that is nothing else has Chinese words, or no number at all."""
    digits = any(sign.isdigit() for sign in written)
    return not digits or any("\u4e00" <= sign <= "\u9fff" for sign in written)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _fields(written: str) -> list[str]:
    """A line's fields, parted by commas, or by blanks where there is no comma."""
    parts = written.split(",") if "," in written else written.split()
    return [part.strip() for part in parts]


def _parts_of_point(written: str) -> list[str]:
    """Fields of a line that may be a point; blanks part them too, but not degrees from minutes."""
    line = _BEHIND_A_POINT.sub("", written).strip(" ,")
    if "°" in line or "度" in line:
        return _fields(line)
    return re.split(r"\s*,\s*|\s+", line)


def _is_place(one: float, other: float) -> bool:
    """Whether two numbers can be northing and easting, or latitude and longitude, in any order."""
    return any(_is_north_east(*pair) for pair in ((one, other), (other, one)))


def _is_north_east(north: float, east: float) -> bool:
    if _within(north, SURE_NORTHINGS_M):
        return _within(east, EASTINGS_M) or _within(east, _WITH_ZONE_M)
    return _within(north, (_SOUTH, _NORTH)) and _within(east, (_WEST, _EAST))


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def _is_damaged_point(fields: Sequence[str], plot: Plot) -> bool:
    """Whether fields begin as those of a plot's points do, and lack coordinates."""
    if not plot.labels and len(fields) > 1 and fields[1].isdecimal():
        return _RING.fullmatch(fields[0]) is not None
    labels = [labels[0] for labels in plot.labels[-1:] if labels]
    if labels and _stem(labels[0]) and _stem(labels[0]) == _stem(fields[0]):
        return True
    if not _LABEL.fullmatch(fields[0]):
        return False
    counted = all(labels[0].isdecimal() for labels in plot.labels if labels)
    return counted or not fields[0].isdecimal()


def _stem(label: str) -> str:
    """A point's name without its number."""
    return label.rstrip("0123456789")

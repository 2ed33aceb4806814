"""What of a drawing may be a boundary and is not read: by layer how many of each kind.

A drawing is full of lines that bound nothing. Those that close, and circles as large as a field,
are evidence that a boundary was drawn so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import MU_M2

#: Kinds of entities that are not read, with the word for each; OPEN is a polyline that all but ends
#: where it began.
TITLES = {
    "LINE": "直线",
    "ARC": "圆弧",
    "CIRCLE": "圆",
    "ELLIPSE": "椭圆",
    "SPLINE": "样条曲线",
    "HATCH": "填充",
    "MPOLYGON": "多边形填充",
    "REGION": "面域",
    "MLINE": "多线",
    "MESH": "网格",
    "ACAD_PROXY_ENTITY": "代理图元",
    "INSERT": "图块",
    "OPEN": "差一点未闭合的多段线",
}
#: Ends of lines this near are one: in metres, or in degrees where nothing exceeds 180.
_ONE_M, _ONE_DEG = 0.01, 1e-7
_MOST_DEGREES = 180.0
#: Farther than this nothing of a survey lies, in metres.
_FARTHEST = 1e9
#: Lines of one layer whose ends are looked at.
_MOST_LINES = 200_000
#: A circle of less land than this is a mark on a map.
_LEAST_M2 = MU_M2
#: The fewest lines that can enclose land.
_FEWEST = 3

#: Group codes and numbers of an entity.
Numbers = dict[int, float]
_End = tuple[float, float]


@dataclass
class Unread:
    """What of one layer is not read."""

    kinds: Counter[str] = field(default_factory=Counter)
    large: int = 0
    _lines: list[tuple[_End, _End]] = field(default_factory=list)

    def add(self, kind: str, numbers: Numbers) -> None:
        """Count an entity of the modelspace."""
        self.kinds[kind] += 1
        if kind == "CIRCLE":
            radius = numbers.get(40, 0.0)
            self.large += math.pi * radius * radius >= _LEAST_M2
        ends = _ends(kind, numbers)
        if ends is not None and len(self._lines) < _MOST_LINES:
            self._lines.append(ends)

    def told(self) -> str:
        """The kinds, how many of each, and how many rings the lines make."""
        parts = [
            tr("{kind} {count} 个", kind=tr(TITLES[kind]), count=count)
            for kind, count in self.kinds.items()
        ]
        rings = self.rings()
        return listed(parts) + (tr("(连成 {rings} 圈)", rings=rings) if rings else "")

    def bounds_something(self) -> bool:
        """Whether there is evidence of a boundary."""
        return bool(self.large or self.rings())

    def rings(self) -> int:
        """How many rings lines and arcs make that meet end to end, none branching off."""
        return sum(_is_ring(chain) for chain in _chains(self._lines))


def _ends(kind: str, numbers: Numbers) -> tuple[_End, _End] | None:
    """Both ends of a line or an arc; None for anything else, or where a number is missing."""
    try:
        if kind == "LINE":
            return (numbers[10], numbers[20]), (numbers[11], numbers[21])
        if kind == "ARC":
            x, y, radius = numbers[10], numbers[20], numbers[40]
            one, other = (math.radians(numbers[code]) for code in (50, 51))
            return (
                (x + radius * math.cos(one), y + radius * math.sin(one)),
                (x + radius * math.cos(other), y + radius * math.sin(other)),
            )
    except KeyError:
        pass
    return None


def _chains(lines: Sequence[tuple[_End, _End]]) -> Iterator[list[tuple[_End, _End]]]:
    """Lines that hang together, by their ends."""
    degrees = all(abs(value) <= _MOST_DEGREES for line in lines for end in line for value in end)
    one = _ONE_DEG if degrees else _ONE_M
    near = [line for line in lines if all(abs(v) < _FARTHEST for end in line for v in end)]
    rounded = [[(round(x / one), round(y / one)) for x, y in line] for line in near]
    at: dict[tuple[int, int], list[int]] = {}
    for number, ends in enumerate(rounded):
        for end in set(ends):
            at.setdefault(end, []).append(number)
    seen: set[int] = set()
    for first in range(len(rounded)):
        if first in seen:
            continue
        seen.add(first)
        waiting, chain = [first], []
        while waiting:
            number = waiting.pop()
            a, b = rounded[number]
            chain.append(((float(a[0]), float(a[1])), (float(b[0]), float(b[1]))))
            fresh = {other for end in (a, b) for other in at[end]} - seen
            seen |= fresh
            waiting += fresh
        yield chain


def _is_ring(chain: Sequence[tuple[_End, _End]]) -> bool:
    """Whether lines make one ring: two meet at every end."""
    ends = Counter(end for line in chain for end in line)
    return len(chain) >= _FEWEST and set(ends.values()) == {2}

"""What a DXF's modelspace holds: closed polylines as rings, texts, and how much was passed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from herbgis.geo.geodesy import Floats

#: What may be a boundary, or part of one, and is not read; with the word for it.
_PASSED_OVER = {
    "LINE": "直线",
    "ARC": "圆弧",
    "CIRCLE": "圆",
    "ELLIPSE": "椭圆",
    "SPLINE": "样条曲线",
    "HATCH": "填充",
    "MPOLYGON": "多边形填充",
    "REGION": "面域",
}


@dataclass(frozen=True)
class Ring:
    """A closed polyline: its points, shape (n, 2), and whether arcs were made chords."""

    layer: str
    points: Floats
    curved: bool


@dataclass(frozen=True)
class Label:
    """A text and the point it is placed at."""

    layer: str
    x: float
    y: float
    words: str


@dataclass
class Drawing:
    """What was found; `unread` counts entities that are damaged."""

    rings: list[Ring] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    open_lines: int = 0
    paper_lines: int = 0
    unread: int = 0
    cut: bool = False
    encoding: str = ""
    agrees: bool = True
    inserts: Counter[str] = field(default_factory=Counter)
    #: By block: what it holds, polylines as an empty string and other blocks by name.
    blocks: dict[str, set[str]] = field(default_factory=dict)
    arc_points: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)

    def pass_over(self, kind: str) -> None:
        """Count an entity that is not read, where people would miss it."""
        if kind in _PASSED_OVER:
            self.passed_over[_PASSED_OVER[kind]] += 1

    def inserts_with_lines(self) -> int:
        """INSERTs of the modelspace whose blocks hold polylines, at any depth."""
        holding = {name for name, held in self.blocks.items() if "" in held}
        users: dict[str, set[str]] = {}
        for name, held in self.blocks.items():
            for inner in held - {""}:
                users.setdefault(inner, set()).add(name)
        waiting = list(holding)
        while waiting:
            fresh = users.get(waiting.pop(), set()) - holding
            holding |= fresh
            waiting += fresh
        return sum(count for name, count in self.inserts.items() if name in holding)

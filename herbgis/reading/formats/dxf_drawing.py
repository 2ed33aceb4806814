"""What a DXF's modelspace holds: closed polylines as rings, texts, and how much was passed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import Floats
from herbgis.reading.formats.dxf_unread import TITLES, Numbers, Unread


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
    #: INSERTs of the modelspace, by block and layer.
    inserts: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: By block: what it holds, polylines as an empty string and other blocks by name.
    blocks: dict[str, set[str]] = field(default_factory=dict)
    arc_points: int = 0
    #: By layer, what may be a boundary and is not read.
    passed_over: dict[str, Unread] = field(default_factory=dict)
    #: Layers that are switched off or frozen, by their name without case, and the word for it.
    hidden: dict[str, str] = field(default_factory=dict)

    def pass_over(self, kind: str, layer: str, numbers: Numbers) -> None:
        """Count an entity of the modelspace that is not read, where people would miss it."""
        if kind in TITLES:
            self.passed_over.setdefault(layer, Unread()).add(kind, numbers)

    def add_layer(self, name: str, flags: int, colour: int) -> None:
        """Note a layer of the drawing's table that is not shown.

        Bit 1 of group code 70 says frozen, a negative colour off (Autodesk DXF Reference, LAYER).
        """
        said = [tr(word) for word, so in (("关闭", colour < 0), ("冻结", flags & 1)) if so]
        if said:
            self.hidden[name.casefold()] = listed(said)

    def unread_by_layer(self) -> dict[str, Unread]:
        """What is not read, with blocks that hold polylines."""
        holding = self._blocks_with_lines()
        for (name, layer), count in self.inserts.items():
            if name in holding:
                self.passed_over.setdefault(layer, Unread()).kinds["INSERT"] += count
        self.inserts.clear()
        return self.passed_over

    def _blocks_with_lines(self) -> set[str]:
        """Blocks that hold polylines, at any depth."""
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
        return holding

"""The best choice of joins between two sides, as a flow of maximum gain."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any


def best_joins(
    joins: Sequence[tuple[Hashable, Hashable, int]],
    left: Mapping[Any, int],
    right: Mapping[Any, int],
    count: int,
) -> list[int]:
    """Choose joins of left to right nodes, where the first join of a node earns its worth.

    Parameters
    ----------
    joins : sequence of (left node, right node, int)
        What each joins, and what it earns by itself.
    left, right : mapping of node to int
        What the first join of a node earns, at least 0.
    count : int
        How many joins, at most all.

    Returns
    -------
    list of int
        Numbers of the joins chosen, ascending; the greatest sum there is.

    Notes
    -----
    A node's earnings are concave in its number of joins, so the choice is a flow of greatest gain
    through source, left, right and sink, found by successive best paths (Ahuja, Magnanti and
    Orlin, Network Flows, 1993, chapters 9 and 14). Whole numbers, hence exact.
    """
    source, sink = ("source", 0), ("sink", 0)
    arcs = _Arcs()
    numbers = [arcs.add(("left", a), ("right", b), gain, 1) for a, b, gain in joins]
    for node, worth in left.items():
        arcs.add(source, ("left", node), worth, 1)
        arcs.add(source, ("left", node), 0, count)
    for node, worth in right.items():
        arcs.add(("right", node), sink, worth, 1)
        arcs.add(("right", node), sink, 0, count)
    for _ in range(count):
        arcs.push(source, sink)
    return [number for number, arc in enumerate(numbers) if not arcs.room[arc]]


class _Arcs:
    """A network of arcs with room and gain; each has its way back as the arc after it."""

    def __init__(self) -> None:
        self.ends: list[tuple[Hashable, Hashable]] = []
        self.gain: list[int] = []
        self.room: list[int] = []

    def add(self, tail: Hashable, head: Hashable, gain: int, room: int) -> int:
        """Add an arc and its way back; its number."""
        self.ends += [(tail, head), (head, tail)]
        self.gain += [gain, -gain]
        self.room += [room, 0]
        return len(self.ends) - 2

    def push(self, source: Hashable, sink: Hashable) -> None:
        """Send one unit along the path of greatest gain (Bellman and Ford)."""
        best: dict[Hashable, int] = {source: 0}
        by: dict[Hashable, int] = {}
        changed = True
        while changed:
            changed = False
            for arc, (tail, head) in enumerate(self.ends):
                if not self.room[arc] or tail not in best:
                    continue
                reached = best[tail] + self.gain[arc]
                if head not in best or reached > best[head]:
                    best[head], by[head], changed = reached, arc, True
        at = sink
        while at != source:
            arc = by[at]
            self.room[arc] -= 1
            self.room[arc ^ 1] += 1
            at = self.ends[arc][0]

"""The walk through a healed XML: elements begun and ended, and what damage leaves unread.

For every reader of an XML format::

    walk = XmlWalk(heal_xml(path), path.stem, {"trk"}, passed_over={"wpt": "航点"})
    for event, name, element in walk:
        if (event, name) == ("end", "trk"): ...     # the record, whole
    walk.findings                                   # what is to be said of the file
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from herbgis.foundation.language import listed, tr
from herbgis.reading.formats.findings import Findings
from herbgis.reading.formats.xml_text import HealedXml, local, without_cdata

#: No format nests its elements as deeply; a file that does is out to exhaust the parser.
_DEEPEST = 200
#: Characters that the parser is given at once, so that no file stands in memory as elements.
_PIECE = 1 << 16


class XmlWalk:
    """Every element of an XML in order; a damaged file ends the walk at the damage.

    Parameters
    ----------
    xml : HealedXml
    stem : str
        The name of the file, for records in no folder.
    records : collection of str
        Names, without namespace, of the elements that are a record each. Their contents are kept
        until they end; all else is cleared as soon as it has ended.
    passed_over : mapping of str to str
        Elements that are not read but that a person would look for, and what people call them.

    Attributes
    ----------
    findings : Findings
        What is to be said of the file; whole once the walk has ended.
    open : list of str
        Names of the elements that are open, outermost first; without the one that just ended.
    """

    def __init__(
        self, xml: HealedXml, stem: str, records: Collection[str], *, passed_over: Mapping[str, str]
    ) -> None:
        self.findings = Findings(xml.encoding, decided=not xml.agrees, folder=stem)
        if xml.undeclared:
            self.findings.healed = tr(
                "命名空间前缀 {names} 未声明, 已补上", names=listed(xml.undeclared)
            )
        self.open: list[str] = []
        self._text = xml.text
        self._records = frozenset(records)
        self._passed_over = passed_over

    def __iter__(self) -> Iterator[tuple[str, str, Element]]:
        """``"start"`` or ``"end"``, the element's name without namespace, and the element."""
        lost, begun = self.findings.lost, 0
        try:
            for event, element in self._events():
                name = local(element.tag)
                self._step(event, name)
                if name in self._records:
                    begun += event == "start"
                    lost[self.findings.folder] += 1 if event == "start" else -1
                yield event, name, element
                if event == "end" and self._records.isdisjoint(self.open):
                    element.clear()
        except (ParseError, ValueError) as error:
            self.findings.damage = str(error)
            behind = self._promised() - begun
            if behind > 0:
                lost[self.findings.folder] += behind

    def _events(self) -> Iterator[tuple[str, Element]]:
        """What the parser makes of the text, piece by piece."""
        parser: XMLPullParser[Any] = XMLPullParser(("start", "end"))
        for start in range(0, len(self._text), _PIECE):
            parser.feed(self._text[start : start + _PIECE])
            yield from cast("Iterator[tuple[str, Element]]", parser.read_events())
        parser.close()

    def _step(self, event: str, name: str) -> None:
        """Note where the walk stands; ValueError where no honest file goes."""
        if event == "end":
            self.open.pop()
            if name in self._passed_over:
                self.findings.passed_over[self._passed_over[name]] += 1
            return
        self.open.append(name)
        if len(self.open) > _DEEPEST:
            msg = tr("元素嵌套超过 {most} 层", most=_DEEPEST)
            raise ValueError(msg)

    def _promised(self) -> int:
        """Records that begin anywhere in the text, read or not."""
        names = "|".join(map(re.escape, sorted(self._records)))
        beginning = re.compile(rf"<(?:[\w.-]+:)?(?:{names})[\s>/]")
        return len(beginning.findall(without_cdata(self._text)))

"""The walk that XML formats share: records counted, damage told, memory let go."""

from __future__ import annotations

import pytest

from herbgis.reading.formats.xml_text import HealedXml
from herbgis.reading.formats.xml_walk import XmlWalk


def _walk(text: str) -> XmlWalk:
    return XmlWalk(
        HealedXml(text, "UTF-8", agrees=True), "甲", {"a", "b"}, passed_over={"p": "照片"}
    )


def _read(walk: XmlWalk) -> int:
    """How many records the walk shows whole."""
    return sum(event == "end" and name in {"a", "b"} for event, name, _ in walk)


@pytest.mark.parametrize(
    ("text", "read", "lost"),
    [
        ("<r><a/><b>1</b></r>", 2, 0),
        ("<x:r xmlns:x='u'><x:a/><ab/></x:r>", 1, 0),
        ("<r><a/><b>", 1, 1),
        ("<r><a/></q><a/><b />", 1, 2),
        ("<r><a/><![CDATA[<a/>]]></q><a/>", 1, 1),
        ("<r><a/><a><b/></q>", 2, 1),
        ("<r><a/>" + "<n>" * 300 + "<b/>", 1, 1),
        ("<r><a/>&#0;<b/></r>", 1, 1),
    ],
)
def test_records_read_and_lost_are_all_that_begin(text: str, read: int, lost: int) -> None:
    walk = _walk(text)
    assert _read(walk) == read
    assert walk.findings.lost.total() == lost
    assert bool(walk.findings.damage) == bool(lost)


def test_damage_behind_the_last_record_is_told() -> None:
    walk = _walk("<r><a/>")
    assert (_read(walk), walk.findings.lost.total()) == (1, 0)
    assert walk.findings.damage


def test_a_record_is_lost_in_the_folder_that_it_began_in() -> None:
    walk = _walk("<r><a/><a><f/><b/><b></r><a/>")
    for event, name, _ in walk:
        if (event, name) == ("start", "f"):
            walk.findings.folder = "乙"
    assert +walk.findings.lost == {"甲": 1, "乙": 2}


def test_what_is_passed_over_is_counted() -> None:
    walk = _walk("<r><p/><a/><p>1</p></r>")
    assert _read(walk) == 1
    assert walk.findings.passed_over == {"照片": 2}


def test_a_record_is_whole_at_its_end_and_let_go_after_it() -> None:
    seen = []
    for event, name, element in _walk("<r><n><c/></n><a><c>1</c></a></r>"):
        if (event, name) == ("end", "a"):
            assert [child.text for child in element] == ["1"]
        if event == "end":
            seen.append(element)
    assert [len(element) for element in seen] == [0] * len(seen)

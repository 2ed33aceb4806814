"""One id has one spelling, however it was typed or exported."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herbgis.foundation.identifiers import ODD_ID, fold_id, shown
from tests.helpers.make import few

PLAIN = "520627-2020-001A"
FULL_WIDTH = "".join(chr(ord(c) + 0xFEE0) for c in PLAIN)
#: The same id as people and programs write it.
SPELLINGS = [
    f'="{PLAIN}"',
    f'=T("{PLAIN}")',
    f"=“{PLAIN}”",
    f"'{PLAIN}",
    f"’{PLAIN}",
    f"`{PLAIN}",
    f'"{PLAIN}"',
    f"“{PLAIN}”",
    f'\'="{PLAIN}"',
    FULL_WIDTH,
    f'＝"{FULL_WIDTH}"',
    *(PLAIN[:3] + mark + PLAIN[3:] for mark in "\u200b\u200c\u200d\u200e\u200f\ufeff\u00ad\u2060"),
    *(mark + PLAIN + mark for mark in "\u3000\u00a0\u2003\ufeff\u202a\t"),
    *(PLAIN.replace("-", dash) for dash in "‐‑‒–—―−﹣－─━"),
    PLAIN.replace("-", "——"),
    PLAIN.replace("-", " - "),
    PLAIN.replace("-", "\u3000－\u00a0"),
]


@pytest.mark.parametrize("written", SPELLINGS)
def test_one_id_has_one_spelling(written: str) -> None:
    assert fold_id(written) == PLAIN
    assert re.search(ODD_ID, written)


@pytest.mark.parametrize("text", ["'", '=""', "\u200b\ufeff", "“”", "\u3000", "''", '"'])
def test_of_marks_alone_nothing_is_left(text: str) -> None:
    assert not re.search(r"\w", fold_id(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A1", "a1"),
        ("1-12", "11-2"),
        ("1 12", "11 2"),
        ("基地①", "基地1"),
        ("A-1", "A1"),
        ("A.1", "A1"),
        ("001", "1"),
        ("O1", "01"),
        ("甲", "申"),
        ("A_1", "A-1"),
    ],
)
def test_what_may_be_two_ids_stays_two(one: str, other: str) -> None:
    assert fold_id(one) != fold_id(other)


@pytest.mark.parametrize("made", ["五月 批次.xlsx#表 一#3", "（新）.gpkg##12", "frame##1"])
def test_ids_made_of_a_place_are_left(made: str) -> None:
    assert fold_id(made) == made


@few
@given(st.text(max_size=12))
def test_folding_again_changes_nothing(text: str) -> None:
    folded = fold_id(text)
    assert fold_id(folded) == folded
    assert folded == text or re.search(ODD_ID, text)


def test_invisible_characters_are_shown() -> None:
    assert shown("\u200bA\u00a01 2") == "[U+200B]A[U+00A0]1 2"

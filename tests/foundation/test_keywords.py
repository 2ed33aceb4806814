"""Options that belong together: one object, or keywords of their own, and never both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, Unpack

import pytest

from herbgis.foundation.keywords import options_given


@dataclass(frozen=True)
class Shown:
    size: int = 3
    colour: str = "red"


class ShownKeywords(TypedDict, total=False):
    size: int
    colour: str


def show(what: str, *, shown: Shown | None = None, **single: Unpack[ShownKeywords]) -> str:
    options = options_given(show, "shown", Shown, shown, single)
    return f"{what} {options.size} {options.colour}"


def test_both_ways_say_the_same() -> None:
    assert show("it") == "it 3 red"
    assert show("it", shown=Shown(size=5)) == show("it", size=5) == "it 5 red"
    assert show("it", shown=Shown(5, "blue")) == show("it", size=5, colour="blue") == "it 5 blue"


def test_an_unknown_keyword_names_the_likely_one() -> None:
    with pytest.raises(TypeError, match=r"show 没有参数 color。最像的是 colour。"):
        show("it", color="blue")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"show 没有参数 showing。最像的是 shown。"):
        show("it", showing=Shown())  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"没有参数 xyz。可用的有: what、shown、size、colour。"):
        show("it", xyz=1)  # type: ignore[call-arg]


def test_one_thing_is_not_given_both_ways() -> None:
    with pytest.raises(TypeError, match=r"已经给了 shown.*不能再单独给 size。请写进 Shown\(size="):
        show("it", shown=Shown(size=5), size=5)


def test_options_of_another_type_are_told() -> None:
    with pytest.raises(TypeError, match=r"shown 要 Shown\(size=…, colour=…\), 给的是 int。"):
        show("it", shown=5)  # type: ignore[arg-type]

"""Every name of the public surface has an example, and the examples run on the shipped sample.

An example stands by itself: it begins with the lines that make what it uses, so that whoever
pastes it gets what it shows. Most begin with the same steps on the same sample, which are taken
once here: a step leaves its input alone (see test_laws), so that a result may be shared.
"""

from __future__ import annotations

import datetime as dt
import doctest
import functools
import inspect
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import pytest

import herbgis as hg

#: Steps that many examples begin with.
_SHARED = ("read_counties", "read_survey", "validate", "classify")

_DEEP = re.MULTILINE | re.DOTALL


def _known_by(value: object) -> Hashable:
    """What tells one argument of a shared step from another; a path leads from where one is."""
    if isinstance(value, str | Path):
        return Path.cwd() / value
    return value if isinstance(value, dt.date | int | None) else id(value)


def _remembering(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step that is taken once for the same arguments."""
    taken: dict[Hashable, tuple[Any, ...]] = {}

    @functools.wraps(step)
    def remembered(*args: Any, **options: Any) -> Any:
        named = inspect.signature(step).bind(*args, **options).arguments
        key = tuple((name, _known_by(value)) for name, value in sorted(named.items()))
        if key not in taken:
            # The arguments are kept beside, so that nothing else comes to bear their id.
            taken[key] = (step(*args, **options), args, options)
        return taken[key][0]

    return remembered


@pytest.fixture(scope="module")
def shared() -> dict[str, Callable[..., Any]]:
    return {name: _remembering(getattr(hg, name)) for name in _SHARED}


@pytest.mark.parametrize("name", hg.__all__)
def test_a_public_name_has_an_example_that_runs(
    name: str,
    shared: dict[str, Callable[..., Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # module=False: what a class took from elsewhere is its own too.
    found = doctest.DocTestFinder().find(getattr(hg, name), name, module=False, globs={})
    assert any(test.examples for test in found if test.name == name), f"{name} has no example"
    monkeypatch.chdir(tmp_path)
    for step, remembered in shared.items():
        monkeypatch.setattr(hg, step, remembered)
    for test in found:
        told: list[str] = []
        doctest.DocTestRunner(verbose=False).run(test, out=told.append)
        assert not told, "".join(told)


@pytest.mark.parametrize("name", [name for name in hg.__all__ if name[0].islower()])
def test_a_public_function_tells_of_each_parameter_and_of_what_it_gives(name: str) -> None:
    function = getattr(hg, name)
    sections = dict(
        re.findall(r"^(\w+)\n-+\n(.*?)(?=^\w+\n-+$|\Z)", inspect.getdoc(function), _DEEP)
    )
    heads = re.findall(r"^\*{0,2}(\w[\w, ]*)", sections.get("Parameters", ""), re.MULTILINE)
    told = {told.strip() for head in heads for told in head.split(",")}
    assert set(inspect.signature(function).parameters) <= told
    assert "Returns" in sections

"""Classes of land (地类): what a code of a survey means, and which of four groups it is of."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from herbgis.foundation import resources
from herbgis.foundation.units import fold

_FACTS = "facts/land_classes.toml"
#: Groups in which the 亩 of bases are told, in the order of columns.
LAND_GROUPS = ("cropland", "orchard", "forest", "other")


@dataclass(frozen=True)
class LandClass:
    """A class of one table of land classes.

    Attributes
    ----------
    code : str
        As DLBM writes it: ``0103``, ``0201K``.
    name : str
    group : str
        One of `LAND_GROUPS`.
    """

    code: str
    name: str
    group: str

    @property
    def may_return(self) -> bool:
        """Whether it was cropland and its plough layer is unhurt (可调整)."""
        return self.code.endswith("K")


@dataclass(frozen=True)
class LandClassTable:
    """A table of land classes: a survey's, or a standard's.

    Attributes
    ----------
    key : str
    title : str
    source : str
    classes : mapping of str to LandClass
        By folded code.
    """

    key: str
    title: str
    source: str
    classes: Mapping[str, LandClass]


@functools.cache
def land_class_tables() -> tuple[LandClassTable, ...]:
    """The tables that herbgis ships, the newest survey first."""
    facts = resources.read_toml(_FACTS)
    return tuple(
        LandClassTable(
            key,
            entry["title"],
            entry["source"].strip(),
            {
                fold(code): LandClass(
                    code, name, entry["groups"].get(code, entry["by_first"][code[:2]])
                )
                for code, name in entry["classes"].items()
            },
        )
        for key, entry in facts.items()
        if key != "groups"
    )


def land_groups(codes: Iterable[object]) -> dict[str, str]:
    """The group of each code of a layer, as all of its codes together tell.

    Parameters
    ----------
    codes : iterable
        The codes of one layer, as its cells have them; repeated ones and empty ones are allowed.

    Returns
    -------
    dict of str to str
        One of `LAND_GROUPS` by code as `land_code` gives it. A code is left out where no table has
        it, and where tables that may be the layer's put it into different groups.

    Notes
    -----
    A layer's tables are those that know the most of its codes. A code that only one table has
    (``05H1``, ``0604``, ``013``) tells which it is; a layer without such a code may be of several.
    Where no code of a layer begins with a nought, a spreadsheet may have taken these away, and
    ``201`` is 果园 (``0201``) as well as 城市.
    """
    told = {code for code in map(land_code, codes) if code}
    tables = land_class_tables()
    known = [len(told & table.classes.keys()) for table in tables]
    likely = [table for table, count in zip(tables, known, strict=True) if count == max(known)]
    whole = any(code.startswith("0") for code in told)
    groups: dict[str, str] = {}
    for code in told:
        said = _groups_in(likely, code)
        perhaps = set() if whole else _groups_in(tables, f"0{code}")
        if len(said) == 1 and perhaps <= said:
            groups[code] = said.pop()
    return groups


def _groups_in(tables: Iterable[LandClassTable], code: str) -> set[str]:
    return {table.classes[code].group for table in tables if code in table.classes}


def land_code(cell: object) -> str:
    """A cell's code of a land class; empty where it holds none.

    A number may have lost its leading nought, and then it is two codes: 101 is 水田 of the third
    survey (``0101``) and 铁路用地 of the second (``101``). It is no code.
    """
    return fold(cell) if isinstance(cell, str) else ""

"""Registers of townships by county, and whether a text names one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from herbgis.foundation.units import fold

_SEPARATORS = re.compile(r"[、,/;]")
#: What may stand before a township: province, city, county.
_ABOVE = re.compile(r"(?:.{1,3}省)?(?:.{1,3}市)?(?:.{1,10}?(?:自治县|县|区))?")
_LEVEL = re.compile(r"(?:街道办事处|街道办|办事处|街道|民族乡|乡|镇)$")
_PEOPLES = re.compile(r"(?:侗族|苗族|土家族|仡佬族|布依族|羌族|各族)+$")
#: A township's name with its level, and perhaps a village behind.
_WITH_LEVEL = re.compile(r"(.{1,12}?(?:街道办事处|街道办|办事处|街道|乡|镇))")


@dataclass(frozen=True)
class Townships:
    """Registers of townships; a county without one is not judged.

    Attributes
    ----------
    names : mapping of str to tuple of str
        Full names, by the county's code.
    """

    names: Mapping[str, tuple[str, ...]]

    def unknown_in(self, county_code: str, text: str) -> str | None:
        """The first part of a text that is no township of a county's register, None without one."""
        if county_code not in self.names:
            return None
        register = {_stem(name) for name in self.names[county_code]}
        for part in _SEPARATORS.split(text):
            if part.strip() and register.isdisjoint(_readings(part)):
                return part.strip()
        return None

    def official(self, county_code: str | None, text: str) -> str:
        """A text with the register's full names for those it names; its other parts as written."""
        register = {_stem(name): name for name in self.names.get(county_code or "", ())}
        return "、".join(
            next((register[stem] for stem in _readings(part) if stem in register), part.strip())
            for part in _SEPARATORS.split(text)
            if part.strip()
        )

    def named(self, text: str) -> list[tuple[str, str]]:
        """County code and full name of the townships of all registers that a text may name."""
        readings = set(_readings(text))
        return [
            (code, name)
            for code, names in self.names.items()
            for name in names
            if _stem(name) in readings
        ]


def townships_of(table: Mapping[str, Any]) -> Townships:
    """The registers that the facts, and a policy's own additions, list."""
    registers = {code: entry for code, entry in table.items() if isinstance(entry, Mapping)}
    return Townships({code: tuple(entry["names"]) for code, entry in registers.items()})


def _stem(text: str) -> str:
    """A name without its level and the peoples in it: 滑石 of 滑石侗族苗族土家族乡."""
    return _PEOPLES.sub("", _LEVEL.sub("", fold(text))) or fold(text)


def _readings(text: str) -> Iterator[str]:
    """Stems that a text may mean: as it stands, without what is above it, or with a village."""
    whole = fold(text)
    for start in (whole, whole[_ABOVE.match(whole).end() :]):  # type: ignore[union-attr]
        yield _stem(start)
        for found in _WITH_LEVEL.finditer(start):
            yield _stem(start[: found.end()])

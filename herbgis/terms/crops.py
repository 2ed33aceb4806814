"""The catalogue of what grows in bases beside the plan's varieties: herbs, fungi, other crops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from herbgis.foundation.errors import PolicyError, UnknownNameError
from herbgis.foundation.language import tr
from herbgis.foundation.units import fold

#: Lists of the facts, and the group that their names are of.
_LISTS = {"herbs": "other", "fungi": "fungus", "crops": "crop"}
#: How a word of two meanings is read, and the group that it is then of.
_READ_AS = {"herb": "other", "crop": "crop", "ask": "unknown"}


@dataclass(frozen=True)
class Crop:
    """A name of the catalogue, of which no more is known than what it is.

    Attributes
    ----------
    name : str
    group : str
        ``other`` (a herb), ``fungus``, ``crop`` (neither), or ``unknown`` for a word that has to be
        asked about.
    aliases : tuple of str
    source : str
    likely : tuple of str
        What else a word of two meanings may be, or what one to be asked about may be.
    """

    name: str
    group: str
    aliases: tuple[str, ...]
    source: str
    likely: tuple[str, ...] = ()


def crops_of(table: Mapping[str, Any]) -> dict[str, Crop]:
    """The catalogue by name; words of two meanings go before the lists.

    Parameters
    ----------
    table : mapping
        Facts and policy: ``two_meanings``, ``herbs``, ``fungi`` and ``crops``.

    Raises
    ------
    PolicyError
        A name stands in lists of two groups, and no rule says how it is read.
    UnknownNameError
        A rule that there is not.
    """
    crops = {crop.name: crop for crop in _of_two_meanings(table["two_meanings"])}
    ruled = set(crops)
    for crop in _listed(table):
        before = crops.get(crop.name)
        if before is None:
            crops[crop.name] = crop
            continue
        if before.group != crop.group and crop.name not in ruled:
            msg = tr(
                '{name} 同时在两类名录里 ({source}; {other})。请在 [two_meanings."{name}"] '
                "里写明按哪一类。",
                name=crop.name,
                source=before.source,
                other=crop.source,
            )
            raise PolicyError(msg)
        aliases = tuple(dict.fromkeys((*before.aliases, *crop.aliases)))
        crops[crop.name] = replace(before, aliases=aliases)
    return crops


def beside(crops: Mapping[str, Crop], spelt: Mapping[str, str]) -> dict[str, Crop]:
    """The catalogue without what the varieties of a policy are themselves called.

    Parameters
    ----------
    crops : mapping of str to Crop
    spelt : mapping of str to str
        Folded spellings of the varieties and what each is called.
    """
    left = {name: crop for name, crop in crops.items() if fold(name) not in spelt}
    for name, crop in left.items():
        aliases = tuple(alias for alias in crop.aliases if fold(alias) not in spelt)
        if len(aliases) < len(crop.aliases):
            left[name] = replace(crop, aliases=aliases)
    return left


def _of_two_meanings(table: Mapping[str, Any]) -> Iterator[Crop]:
    for name, entry in table.items():
        if entry["reads"] not in _READ_AS:
            what = tr("“{name}”的读法", name=name)
            raise UnknownNameError(what, entry["reads"], _READ_AS)
        yield Crop(
            name=name,
            group=_READ_AS[entry["reads"]],
            aliases=tuple(entry.get("spellings", ())),
            source=entry["reason"],
            likely=tuple(entry["likely"]),
        )


def _listed(table: Mapping[str, Any]) -> Iterator[Crop]:
    for kind, group in _LISTS.items():
        for entry in table[kind].values():
            spellings = entry.get("spellings", {})
            yield from (
                Crop(name, group, tuple(spellings.get(name, ())), entry["source"].strip())
                for name in entry["names"]
            )

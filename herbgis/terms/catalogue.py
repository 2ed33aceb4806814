"""The varieties of a policy: those that its facts know more of, each in the group that lists it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from herbgis.foundation.errors import PolicyError
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import fold
from herbgis.terms.crops import Crop
from herbgis.terms.policy import Variety


def varieties_of(table: Mapping[str, Any], crops: Mapping[str, Crop]) -> dict[str, Variety]:
    """The varieties by name, each in the group that lists it; one may be of the catalogue alone."""
    groups = {
        name: group
        for group, names in table["groups"].items()
        if isinstance(names, list)
        for name in names
    }
    entries = {entry["name"]: entry for entry in table["variety"]}
    entries |= {name: _entry(crops[name]) for name in groups if name in crops.keys() - entries}
    absent = [name for name in groups if name not in entries]
    if absent:
        msg = tr("名单中的品种没有在品种目录里: {names}", names=listed(absent))
        raise PolicyError(msg)
    return {name: _variety(entry, groups) for name, entry in entries.items()}


def _entry(crop: Crop) -> dict[str, Any]:
    return {"name": crop.name, "aliases": crop.aliases, "source": crop.source}


def spellings_of(varieties: Mapping[str, Variety]) -> dict[str, str]:
    """Folded spellings of the varieties, and what each is called."""
    return {
        fold(text): name for name, variety in varieties.items() for text in (name, *variety.aliases)
    }


def _variety(entry: Mapping[str, Any], groups: Mapping[str, str]) -> Variety:
    return Variety(
        name=entry["name"],
        group=groups.get(entry["name"], "other"),
        aliases=tuple(entry.get("aliases", ())),
        source=entry.get("source", ""),
        grade=entry.get("grade", ""),
        unsourced=tuple(entry.get("unsourced", ())),
        latin=entry.get("latin", ""),
        growth_form=entry.get("growth_form", ""),
        growing=dict(entry.get("growing", {})),
        years_to_harvest=entry.get("years_to_harvest", ""),
    )

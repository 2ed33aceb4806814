"""Columns that control layers give a table of bases, those of layers of one's own among them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from herbgis.terms.column import Column, Role
from herbgis.terms.land_rules import controls

#: Of what control layers give.
_OF_LAYERS = Role.INTERNAL | Role.POPUP
#: 亩 by class of land, where a layer tells these (三调地类), with the 田坎 in the outlines.
LAND: tuple[Column, ...] = (
    Column("cropland_mu", "地类耕地", "number", _OF_LAYERS, unit="亩"),
    Column("orchard_mu", "地类园地", "number", _OF_LAYERS, unit="亩"),
    Column("forest_mu", "地类林地", "number", _OF_LAYERS, unit="亩"),
    Column("other_land_mu", "地类其他", "number", _OF_LAYERS, unit="亩"),
    Column("unknown_land_mu", "地类不明", "number", _OF_LAYERS, unit="亩"),
    Column("ridge_mu", "耕地中的田坎", "number", Role.INTERNAL, unit="亩"),
    Column("cropland_net_mu", "地类耕地(扣田坎)", "number", Role.INTERNAL, unit="亩"),
)

_OWN = re.compile(r"control_(\w+)_mu")


@functools.cache
def controlled() -> tuple[Column, ...]:
    """What `validate` adds where it is given control layers: 亩 within each kind, and by class."""
    within = (
        Column(f"control_{kind.name}_mu", f"涉{kind.title}", "number", _OF_LAYERS, unit="亩")
        for kind in controls().values()
    )
    return (*within, *LAND)


def control_columns(names: Iterable[object]) -> list[Column]:
    """The columns among some names that control layers gave, in order.

    Parameters
    ----------
    names : iterable
        Columns of a table, as their names in code.
    """
    known = {column.name: column for column in controlled()}
    present = [str(name) for name in names]
    own = [
        Column(name, found[1].replace("_", " "), "number", _OF_LAYERS, unit="亩")
        for name in present
        if name not in known and (found := _OWN.fullmatch(name))
    ]
    return [*(known[name] for name in known if name in present), *own]

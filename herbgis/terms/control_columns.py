"""Columns that control layers give a table of bases, those of layers of one's own among them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.terms.column import Column, Role
from herbgis.terms.land_rules import LAND_CLASS, controls

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

#: What everything says that holds such values.
INTERNAL = "内部资料: 含基地在管控图层里的亩数, 不得公开。"
_CROPLAND, _CROPLAND_TITLE = "cropland_mu", "耕地"
_CLASSES = f"control_{LAND_CLASS}_mu"
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


def internal_names(names: Iterable[object]) -> list[str]:
    """Headings among some, as code or people write them, of what control layers gave."""
    known = {spelling for column in controlled() for spelling in column.spellings}
    return [name for name in map(str, names) if name in known or _OWN.fullmatch(name)]


def of_controls(names: Iterable[object]) -> dict[str, str]:
    """Columns among some that tell of land to be asked about, with what each is of.

    The 亩 within each layer, and of classes of land cropland's.
    """
    titles = {f"control_{kind.name}_mu": kind.title for kind in controls().values()}
    titles[_CROPLAND] = _CROPLAND_TITLE
    return {
        column.name: titles.get(column.name, column.title)
        for column in control_columns(names)
        if column.name != _CLASSES and (column.name == _CROPLAND or _OWN.fullmatch(column.name))
    }


def internal_lines(table: pd.DataFrame) -> list[str]:
    """What a file says that holds what control layers gave, and which of these there was none of.

    Nothing of a table without such columns.
    """
    given = [column.name for column in control_columns(table.columns)]
    if not given:
        return []
    lacking = [
        tr(kind.title) for kind in controls().values() if f"control_{kind.name}_mu" not in given
    ]
    lines = [tr(INTERNAL)]
    if lacking:
        lines.append(tr("没有给图层、没有查的: {lacking}。", lacking=listed(lacking)))
    return lines

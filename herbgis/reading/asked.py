"""What a call says of its files beyond where they are: which sheets, and their system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import pyproj

from herbgis.foundation.errors import CrsError, UnknownNameError
from herbgis.foundation.language import tr
from herbgis.foundation.wrong_calls import WrongCallError
from herbgis.geo.stated_systems import usable
from herbgis.reading.understanding.survey import Layer


@dataclass(frozen=True)
class Asked:
    """What is asked of every layer.

    Attributes
    ----------
    crs : pyproj.CRS or None
        The system of layers that state none.
    sheets : frozenset of str
        Names of the sheets or layers to read; empty for all.
    named : dict of str to None
        Names of the layers that there were, in their order, filled as files are read.
    """

    crs: pyproj.CRS | None
    sheets: frozenset[str]
    named: dict[str, None] = field(default_factory=dict)

    def wants(self, layer: Layer) -> bool:
        """Whether a layer is to be read; one without a name, or with its file's, always is."""
        if layer.name in {"", PurePosixPath(layer.file).stem}:
            return True
        self.named[layer.name] = None
        return not self.sheets or layer.name in self.sheets

    def placed(self, layer: Layer) -> Layer:
        """A layer with the system that the call gives, where it states none."""
        if self.crs is None or layer.crs is not None or layer.frame.geometry.isna().all():
            return layer
        said = tr("文件没有写坐标系, 按调用时给的 {crs}", crs=self.crs.to_string())
        return replace(layer, crs=self.crs, assumptions=(*layer.assumptions, said))

    def check_sheets(self) -> None:
        """Refuse a sheet that no file has.

        Raises
        ------
        UnknownNameError
            With the names that there are.
        WrongCallError
            There are none.
        """
        for sheet in sorted(self.sheets - self.named.keys()):
            if not self.named:
                msg = tr(
                    "没有工作表或图层 {sheet}: 这些文件不分工作表和图层。"
                    "请去掉 sheets= (--sheet), 整个读。",
                    sheet=sheet,
                )
                raise WrongCallError(msg)
            raise UnknownNameError(tr("工作表或图层"), sheet, self.named)


def asked_of(crs: str | int | pyproj.CRS | None, sheets: str | Iterable[str] | None) -> Asked:
    """What a call asks, understood.

    Raises
    ------
    CrsError
        The system is none that leads to a place on the earth.
    """
    text = f"EPSG:{crs}" if isinstance(crs, int) or str(crs).isdecimal() else crs
    system, unusable = usable(text)
    if unusable or (isinstance(text, str) and not text.strip()):
        shown = crs if str(crs).strip() else tr("(空的)")
        msg = tr("认不出坐标系 {crs}。请写 EPSG 代码, 如 EPSG:4545。", crs=shown)
        raise CrsError(msg)
    return Asked(system, frozenset([sheets] if isinstance(sheets, str) else sheets or ()))

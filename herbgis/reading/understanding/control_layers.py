"""Layers that control land (管控图层), as steps take them: a table of shapes, and what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from herbgis.foundation.input_errors import ControlsError
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import field_name
from herbgis.geo.geodesy import Floats
from herbgis.geo.systems import Geometries
from herbgis.reading.understanding.survey import shapes_of
from herbgis.terms.land_classes import land_code
from herbgis.terms.land_rules import LAND_CLASS, control_named, controls
from herbgis.terms.policy import Policy

#: Headings of a land survey's layer (DLTB): the class of land, and the share of 田坎 to be deducted
#: as the third survey and the second write it.
_CODE, _DEDUCTIONS = "dlbm", ("kcxs", "tkxs")
#: What a name of one's own may not hold where it is a part of a column's.
_NOT_IN_COLUMNS = re.compile(r"\W+")
#: Ends of a sentence that becomes a part of another.
_STOPS = "。."


@dataclass(frozen=True, eq=False, repr=False)
class ControlLayer:
    """A layer that bases are held against, as `read_controls` gives it.

    Attributes
    ----------
    name : str
        As it stands in ``control_<name>_mu``: of the kind of control where there is such a kind,
        else as given.
    title : str
        What people read.
    shapes : array of geometries, shape (m,)
        On CGCS2000, as they were drawn; None where a record has none.
    codes : array of str, shape (m,), optional
        Classes of land, of a layer that tells them; empty where a record does not.
    deduction : array of float, shape (m,), optional
        The share of 田坎 in each shape, from 0 to less than 1; NaN where it is not known.
    said : tuple of str
        Where it is from, and what was assumed when it was read.

    Examples
    --------
    >>> import herbgis as hg
    >>> layers = hg.read_controls({"生态红线": hg.sample_paths().counties})  # 县界代作一个图层
    >>> layers["生态红线"]
    <ControlLayer 生态保护红线: 10 个图形>
    """

    name: str
    title: str
    shapes: Geometries
    codes: npt.NDArray[np.object_] | None = None
    deduction: Floats | None = None
    said: tuple[str, ...] = ()

    def __repr__(self) -> str:
        words = tr("{title}: {count} 个图形", title=self.title, count=len(self.shapes))
        return f"<ControlLayer {words}>"


def control_layer(name: str, frame: gpd.GeoDataFrame, *, policy: Policy) -> ControlLayer:
    """A layer from a table of shapes in any coordinate system.

    Raises
    ------
    CrsError, MissingColumnError
        The table states no usable system, or has no shapes.
    ControlsError
        As `layer_of`, or the table has no polygon: that a base lies within none is then no finding.
    """
    shapes = shapes_of(frame, "measure", policy=policy)
    if not has_land(shapes):
        msg = tr("管控图层 {name} 里没有面, 查不出什么。请给面图层; 不查它的, 不要给。", name=name)
        raise ControlsError(msg)
    return layer_of(name, frame, shapes, tuple(without_land(shapes)))


def layer_of(
    name: str, table: pd.DataFrame, shapes: Geometries, said: tuple[str, ...] = ()
) -> ControlLayer:
    """A layer from shapes on CGCS2000, and the table that tells of them.

    Of a survey of land (三调地类) the classes are taken; what another layer says of these is not
    its own to say (the drawing of 永久基本农田 has a DLBM too).

    Raises
    ------
    ControlsError
        The name is empty, or a survey of land tells no classes.
    """
    meant, title = named(name)
    if meant != LAND_CLASS:
        return ControlLayer(meant, title, shapes, said=said)
    headings = {field_name(str(heading)).casefold(): heading for heading in table.columns}
    if _CODE not in headings:
        found = listed(str(each) for each in table.columns if each != "geometry")
        msg = tr(
            "管控图层 {name} 没有地类编码一列 (DLBM), 有的是: {found}。", name=name, found=found
        )
        raise ControlsError(msg)
    place, cells = pd.factorize(np.asarray(table[headings[_CODE]], dtype=object))
    # A missing cell has the place -1: the code behind the others.
    codes = np.array([*map(land_code, cells), ""], dtype=object)[place]
    told = [_shares(table[headings[each]]) for each in _DEDUCTIONS if each in headings]
    return ControlLayer(meant, title, shapes, codes, told[0] if told else None, said)


def unread(name: str, file: str, why: str) -> ControlsError:
    """What is raised for a file that cannot be used as a layer."""
    return ControlsError(
        tr(
            "管控图层 {name} 的文件 {file} 读不了 (HG001): {why}。",
            name=name,
            file=file,
            why=why.rstrip(_STOPS),
        )
    )


def has_land(shapes: Geometries) -> bool:
    """Whether any of the shapes has an area."""
    return bool((shapely.get_dimensions(shapes) == 2).any())


def without_land(shapes: Geometries) -> Iterator[str]:
    """How many records bases are not held against."""
    bare = int((shapely.get_dimensions(shapes) != 2).sum())
    if bare:
        yield tr("{count} 条不是面或没有图形, 不在其中", count=bare)


def named(name: str) -> tuple[str, str]:
    """Name and title of a layer: of the kind of control that a name means, else its own.

    Raises
    ------
    ControlsError
        The name is empty.
    """
    kind = control_named(name)
    if kind is not None:
        return kind.name, kind.title
    own = _NOT_IN_COLUMNS.sub("_", name).strip("_")
    if not own:
        raise ControlsError(tr("管控图层的名称是空的。请写明是什么, 如 永久基本农田。"))
    return own, name.strip()


def control_layers(
    given: Mapping[str, gpd.GeoDataFrame | ControlLayer], *, policy: Policy
) -> list[ControlLayer]:
    """What a step is given as layers, in the order of their names.

    Raises
    ------
    ControlsError
        Two names of one's own are one in the names of columns.
    """
    layers = [
        layer if isinstance(layer, ControlLayer) else control_layer(name, layer, policy=policy)
        for name, layer in given.items()
    ]
    refuse_twins({name: layer.name for name, layer in zip(given, layers, strict=True)})
    return sorted(layers, key=lambda layer: layer.name)


def said_of(layers: Sequence[ControlLayer]) -> str:
    """Which layers bases are held against, with what was assumed, and of which there was none."""
    given = {layer.name for layer in layers}
    lacking = [kind.title for kind in controls().values() if kind.name not in given]
    each = (
        tr("{title} ({said})", title=layer.title, said="; ".join(layer.said))
        if layer.said
        else layer.title
        for layer in layers
    )
    line = tr("管控图层={layers}", layers=listed(each))
    return (
        tr("{line}; 没有给、没有查的: {lacking}", line=line, lacking=listed(lacking))
        if lacking
        else line
    )


def refuse_twins(meant: Mapping[str, str]) -> None:
    """Refuse names of one's own of which two are one in the names of columns.

    Layers of one kind of control may be several (国家级公益林, 地方公益林), and are told together.

    Parameters
    ----------
    meant : mapping of str to str
        The layer's name by the name that was given.
    """
    first: dict[str, str] = {}
    for given, name in meant.items():
        if name in first and control_named(given) is None:
            msg = tr(
                "“{one}”和“{other}”写进列名里是一个名称。请改其中一个。",
                one=first[name],
                other=given,
            )
            raise ControlsError(msg)
        first[name] = given


def _shares(cells: pd.Series) -> Floats:
    """Deductions of a column; what is no share (12.5 for 12.5%) is not known."""
    shares = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    return np.where((shares >= 0) & (shares < 1), shares, np.nan)

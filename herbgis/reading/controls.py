"""read_controls: files of layers that control land (管控图层), a survey's formats or rasters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import numpy as np

from herbgis.foundation.language import listed, tr
from herbgis.geo.systems import Geometries
from herbgis.reading.control_rasters import is_raster, raster_layer
from herbgis.reading.formats.survey_file import UnreadableFileError, Words
from herbgis.reading.readers import whole_layers_of
from herbgis.reading.sources import find_sources
from herbgis.reading.understanding.control_layers import (
    ControlLayer,
    has_land,
    layer_of,
    named,
    refuse_twins,
    unread,
    without_land,
)
from herbgis.reading.understanding.placing import place_layer
from herbgis.reading.understanding.survey import Layer
from herbgis.terms.issues import Place
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: A file, of a raster with what its numbers mean.
_Source: TypeAlias = str | Path | tuple[str | Path, str | Sequence[int]]


def read_controls(
    sources: Mapping[str, str | Path | tuple[str | Path, str | Sequence[int]]],
    *,
    policy: Policy | None = None,
) -> dict[str, ControlLayer]:
    """Layers that control land, for `validate` to hold bases against.

    Parameters
    ----------
    sources : mapping of str to str, Path or tuple
        File by the name of what it shows: 永久基本农田, 生态保护红线, 公益林, 退耕地, 自然保护区,
        25°以上, 三调地类, and what such layers are called in files (``DLTB``, ``YJJBNTTB``). Any
        format that `read_survey` reads, in any system; of a file with several layers the one is
        read that is called so. Several of one kind (国家级公益林, 地方公益林) are told together. A
        layer of another name is one's own: of it the 亩 alone are told.

        A raster, in any system, has 1 within and 0 outside; of other values those within are given
        with it, ``("坡度分级.tif", [5])``, and of 三调地类 the table of its codes,
        ``("地类.tif", "三调")``: 三调, GB/T 21010-2017 or 二调. Cells count by their sides; those
        without data are not within, and it is said how many.
    policy : Policy, optional
        For the parameters of old datums.

    Returns
    -------
    dict of str to ControlLayer
        By the names given.

    Raises
    ------
    InputNotFoundError
    ControlsError
        A file cannot be read whole, holds no polygons, or several layers of which none is named;
        what the numbers of a raster mean is not told; its coordinates cannot be placed; a survey of
        land tells no classes; two names of one's own are one in the names of columns.

    Notes
    -----
    Such layers are mostly restricted: no page or file for the public shows anything of them.

    Examples
    --------
    >>> import herbgis as hg
    >>> area = hg.read_counties().head(1)
    >>> area.to_file("YJJBNTTB.gpkg")
    >>> layers = hg.read_controls({"永久基本农田": "YJJBNTTB.gpkg"})
    >>> layers["永久基本农田"].name
    'basic_farmland'
    """
    policy = policy or load_policy()
    refuse_twins({name: named(name)[0] for name in sources})
    return {name: _read(name, source, policy) for name, source in sources.items()}


def _read(name: str, source: _Source, policy: Policy) -> ControlLayer:
    file, meaning = source if isinstance(source, tuple) else (source, None)
    path = Path(file)
    if is_raster(path):
        return raster_layer(name, path, meaning, policy)
    if meaning is not None:
        raise unread(name, path.name, tr("只有栅格要写值或编码, 这个文件请只写文件名"))
    return _read_shapes(name, path, policy)


def _read_shapes(name: str, path: Path, policy: Policy) -> ControlLayer:
    layer = _chosen(name, path, _layers(name, path, Words(policy)))
    place = Place(layer.file, layer.name or None)
    placed = place_layer(_shapes(layer), layer.crs, place, policy.datum_parameters)
    lost = np.array([raw is not None for raw in placed.raw], dtype=bool)
    if lost.any():
        why = tr(
            "有 {count} 个图形的坐标系认不出来, 或与坐标不符; 请转换为 CGCS2000 后再给",
            count=int(lost.sum()),
        )
        raise unread(name, layer.file, why)
    said = (_shown(layer), *layer.assumptions, *placed.assumptions, *without_land(placed.geometry))
    return layer_of(name, layer.frame, placed.geometry, said)


def _layers(name: str, path: Path, words: Words) -> list[Layer]:
    """The layers of polygons at a path."""
    with ExitStack() as temporary:
        sources = find_sources([path], temporary)
        for source in sources:
            if source.unknown:
                raise unread(name, source.shown, source.trouble)
        try:
            layers = [
                layer
                for source in sources
                if not source.skipped
                for layer in whole_layers_of(source, words)
            ]
        except UnreadableFileError as error:
            raise unread(name, path.name, str(error)) from error
    return [layer for layer in layers if has_land(_shapes(layer))]


def _shapes(layer: Layer) -> Geometries:
    return np.asarray(layer.frame.geometry.array, dtype=object)


def _chosen(name: str, path: Path, layers: list[Layer]) -> Layer:
    """The one layer at a path, or of several the one that is called as what is asked for."""
    if not layers:
        raise unread(name, path.name, tr("里面没有面"))
    meant = named(name)[0]
    called = [each for each in layers if meant in _names(each)] if len(layers) > 1 else layers
    if len(called) == 1:
        return called[0]
    why = tr(
        "里面有 {count} 个图层 ({layers}), 不知道用哪一个; 请另存出要用的一个",
        count=len(layers),
        layers=listed(_shown(layer) for layer in layers),
    )
    raise unread(name, path.name, why)


def _names(layer: Layer) -> set[str]:
    """Controls that a layer's name, or its file's, means."""
    written = (layer.name, Path(layer.file).stem)
    return {named(text)[0] for text in written if text.strip("_ ")}


def _shown(layer: Layer) -> str:
    return f"{layer.file}#{layer.name}" if layer.name else layer.file

"""Layers that control land, given as rasters: a mask, chosen classes, or codes of land classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from herbgis.foundation.errors import CrsError
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import listed, tr
from herbgis.foundation.units import fold
from herbgis.geo.china import lies_in_china
from herbgis.geo.raster_patches import MOST_CLASSES, patches_of, tally
from herbgis.geo.rasters import Raster, open_raster
from herbgis.reading.understanding.control_layers import ControlLayer, named, unread
from herbgis.terms.land_classes import LandClassTable, land_class_tables
from herbgis.terms.land_rules import LAND_CLASS
from herbgis.terms.policy import Policy

#: What the numbers of a raster mean: classes that are within, or the table of their codes.
Meaning: TypeAlias = str | Sequence[int] | None

#: Suffixes of rasters, also of those that are refused with their cause.
_SUFFIXES = frozenset(
    (".tif", ".tiff", ".img", ".asc", ".grd", ".bil", ".sdat", ".rst", ".hgt", ".vrt", ".nc")
)
#: What people call the tables of land classes, by the table's key.
_CALLED = {"third_survey": "三调", "gbt_2017": "GB/T 21010-2017", "second_survey": "二调"}
_STEEP = "steep_slope"
#: Values that a message names.
_NAMED = 8


def is_raster(path: Path) -> bool:
    """Whether a file is a raster, by its suffix."""
    return path.suffix.lower() in _SUFFIXES


def raster_layer(name: str, path: Path, meaning: Meaning, policy: Policy) -> ControlLayer:
    """A layer from the cells of a raster.

    Parameters
    ----------
    name : str
        What it shows.
    path : Path
    meaning : str or sequence of int, optional
        Of a survey of land (三调地类) the table of its codes (``三调``, ``GB/T 21010-2017``,
        ``二调``); of any other the values that are within. Without it a raster has 1 within and 0
        outside.
    policy : Policy
        For the parameters of old datums.

    Raises
    ------
    InputNotFoundError
    ControlsError
        It cannot be read or placed, or what its numbers mean is not told.
    """
    kind, title = named(name)
    try:
        raster = open_raster(path, classes=True, datum_parameters=policy.datum_parameters)
        counts = tally(raster)
        if len(counts) > MOST_CLASSES or not all(value.is_integer() for value in counts):
            raise unread(name, path.name, _measurements(kind))
        by_code = kind == LAND_CLASS
        codes, said = (_coded if by_code else _masked)(name, path, meaning, counts)
        names = sorted(set(codes.values()))
        shapes, place = patches_of(raster, {value: names.index(codes[value]) for value in codes})
    except (RasterError, CrsError) as error:
        raise unread(name, path.name, str(error)) from error
    if not lies_in_china(shapes).all():
        raise unread(name, path.name, tr("它落在中国以外, 坐标系或格网的位置不对"))
    told = (*_said(raster, kind), *said, *_without_data(raster, counts, zero=by_code))
    classes = np.array(names, dtype=object)[place] if by_code else None
    return ControlLayer(kind, title, shapes, classes, said=told)


def _masked(
    name: str, path: Path, meaning: Meaning, counts: Mapping[float, int]
) -> tuple[dict[float, str], list[str]]:
    """Values that are within, and what is to be said of them."""
    if isinstance(meaning, str):
        why = tr(
            "只有三调地类按编码 ({scheme}) 归类; 别的图层请写哪些值在里面: {how}",
            scheme=meaning,
            how=_how(path, "[4, 5]", "4,5"),
        )
        raise unread(name, path.name, why)
    if not (meaning or (meaning is None and set(counts) <= {0.0, 1.0})):
        why = tr(
            "里面的值是 {values}, 没有说哪些在图层里 (只有 0 和 1 的不用说); 请写明: {how}",
            values=_values(counts),
            how=_how(path, "[4, 5]", "4,5"),
        )
        raise unread(name, path.name, why)
    asked = [1.0] if meaning is None else sorted({float(value) for value in meaning})
    if not counts.keys() & set(asked):
        why = tr(
            "没有一格的值是 {asked}, 有的是: {values}",
            asked=listed(f"{value:g}" for value in asked),
            values=_values(counts),
        )
        raise unread(name, path.name, why)
    said = [tr("值是 {asked} 的格在里面", asked=listed(f"{value:g}" for value in asked))]
    lacking = [f"{value:g}" for value in asked if value not in counts]
    if lacking:
        said.append(tr("没有一格的值是 {asked}", asked=listed(lacking)))
    return {value: "" for value in asked if value in counts}, said


def _coded(
    name: str, path: Path, meaning: Meaning, counts: Mapping[float, int]
) -> tuple[dict[float, str], list[str]]:
    """The code of each value, empty for an unknown one, and what is to be said of them.

    Nought is no data in rasters of land cover, and no class.
    """
    table = _table(meaning) if isinstance(meaning, str) else None
    if table is None:
        survey = _CALLED["third_survey"]
        why = tr(
            "同一个数在各次调查里是不同的地类, 请写明编码是哪一种 ({tables}): {how}",
            tables=listed(_CALLED.values()),
            how=_how(path, f'"{survey}"', survey),
        )
        raise unread(name, path.name, why)
    known = _numbers(table)
    present = {value: number for value, number in counts.items() if value}
    unknown = {value: number for value, number in present.items() if value not in known}
    if len(unknown) == len(present):
        why = tr(
            "里面的值是 {values}, 没有一个是{table}的编码 (0103 在栅格里是 103)",
            values=_values(counts),
            table=table.title,
        )
        raise unread(name, path.name, why)
    said = [tr("按{table}的编码读", table=table.title)]
    if unknown:
        said.append(
            tr(
                "有 {share:.1%} 的格是它没有或分不清的编码 ({values}), 地类不明",
                share=sum(unknown.values()) / sum(present.values()),
                values=_values(unknown),
            )
        )
    return {value: known.get(value, "") for value in present}, said


def _table(scheme: str) -> LandClassTable | None:
    """The table of land classes that a name means; None where there is none."""
    for table in land_class_tables():
        if fold(scheme) in {fold(table.key), fold(table.title), fold(_CALLED[table.key])}:
            return table
    return None


def _numbers(table: LandClassTable) -> dict[float, str]:
    """The code by its number; one of two (0201 果园, 201 城市) tells none."""
    codes = [code for code in table.classes if code.isdigit()]
    times = Counter(map(int, codes))
    return {float(code): code for code in codes if times[int(code)] == 1}


def _measurements(kind: str) -> str:
    line = tr("里面是连续的数, 不是分类或掩膜; 请先按界线分成 0 和 1 再给")
    return f"{line}; {_evidence()}" if kind == _STEEP else line


def _evidence() -> str:
    return tr("由高程算出来的坡度只是线索, 25°以上以县里公告的为准")


def _how(path: Path, python: str, words: str) -> str:
    return tr(
        'Python 里 ("{file}", {python}), 命令行 --control 名称={file}={words}',
        file=path.name,
        python=python,
        words=words,
    )


def _values(counts: Mapping[float, int]) -> str:
    """The values of a raster, the first few of many."""
    values = [f"{value:g}" for value in sorted(counts)]
    return listed([*values[:_NAMED], *(["…"] if len(values) > _NAMED else [])])


def _said(raster: Raster, kind: str) -> list[str]:
    """Where a layer is from, and what was assumed of its grid."""
    cells = tr("{file}: 栅格, 一格约 {side:.3g} m", file=raster.path.name, side=raster.cell_m)
    evidence = [_evidence()] if kind == _STEEP else []
    return [cells, *raster.numbers.said, *raster.caveats, *evidence]


def _without_data(raster: Raster, counts: Mapping[float, int], *, zero: bool) -> list[str]:
    """Which share of the cells is not known; with `zero`, nought too."""
    told = sum(number for value, number in counts.items() if value or not zero)
    share = 1 - told / float(np.prod(raster.shape, dtype=float))
    if not share:
        return []
    if zero:
        return [tr("有 {share:.1%} 的格是 0 或没有数据, 当作不在图层里", share=share)]
    return [tr("有 {share:.1%} 的格没有数据, 当作不在图层里", share=share)]

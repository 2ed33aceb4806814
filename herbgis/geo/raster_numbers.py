"""What the numbers of a raster mean: their unit, and which of them say "unknown"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import CRSError as ProjError
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.io import DatasetReader
from rasterio.windows import Window

from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import Flags, Floats
from herbgis.geo.quantities import Quantity

#: No land lies outside these heights: the shore of the Dead Sea is at -430 m. Voids mostly do
#: (-999, -9999, -32768, 3.4e38).
HEIGHTS_M = (-500.0, 9_000.0)
#: Metres of a unit of heights, by what files call it.
_METRES = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters", "米"), 1.0),
    **dict.fromkeys(("dm", "decimetre", "decimeter", "分米"), 0.1),
    **dict.fromkeys(("cm", "centimetre", "centimeter", "centimeters", "厘米"), 0.01),
    **dict.fromkeys(("mm", "millimetre", "millimeter", "毫米"), 0.001),
    **dict.fromkeys(("km", "kilometre", "kilometer", "千米"), 1000.0),
    **dict.fromkeys(("ft", "foot", "feet", "international foot", "英尺"), 0.3048),
    **dict.fromkeys(
        (
            "us survey foot",
            "us survey feet",
            "us-ft",
            "us ft",
            "usft",
            "ftus",
            "foot_us",
            "us_foot",
        ),
        1200 / 3937,
    ),
    **dict.fromkeys(
        ("us foot", "us feet", "foot (us)", "feet (us)", "ft (us)", "u.s. survey foot"),
        1200 / 3937,
    ),
}
#: What says "unknown" where a raster declares nothing.
_USUAL_VOIDS = (-9999.0, -32768.0, -32767.0, -99999.0)
_SINGLE = 32
#: Squares of a raster, so many a side and of so many cells a side, by which it is looked at.
_LOOKS, _LOOK = 8, 128
#: Numbers that are ground in one raster and voids in another, where all else lies far from them.
_DOUBTFUL_VOIDS = (0.0, -999.0)
_APART_M, _STEPS = 10.0, 3


@dataclass(frozen=True)
class Numbers:
    """How a raster's numbers are read.

    Attributes
    ----------
    unit : float
        What one of them is, of the unit that results have.
    voids : tuple of float
        Numbers as stored that say "unknown", beside what the file itself masks.
    limits : tuple of float
        Values beyond are unknown too.
    said : tuple of str
        What was assumed of them.
    overview : int or None
        The overview that is read.
    bits : int
        Of the numbers that are made of them: 32 are enough for a picture, and take half the time.
    """

    unit: float = 1.0
    voids: tuple[float, ...] = ()
    limits: tuple[float, float] = (-np.inf, np.inf)
    said: tuple[str, ...] = ()
    overview: int | None = None
    bits: int = 64


def values_in(raster: DatasetReader, window: Window, numbers: Numbers) -> Floats:
    """Values of a window of an open raster; NaN where they are unknown."""
    raw = raster.read(1, window=window)
    unknown = _unknown(raster, raw, window)
    for void in numbers.voids:
        unknown |= raw == void
    values: Floats = raw.astype(np.float32 if numbers.bits == _SINGLE else np.float64)
    scale, offset = raster.scales[0] * numbers.unit, raster.offsets[0] * numbers.unit
    if (scale, offset) != (1.0, 0.0):
        values *= scale
        values += offset
    lowest, highest = numbers.limits
    if np.isfinite(lowest):
        unknown |= values < lowest
    if np.isfinite(highest):
        unknown |= values > highest
    values[unknown] = np.nan
    return values


def _unknown(raster: DatasetReader, raw: npt.NDArray[np.generic], window: Window) -> Flags:
    """Where a raster itself says that it knows nothing: by nodata, mask or transparency."""
    unknown = ~np.isfinite(raw) if raw.dtype.kind == "f" else np.zeros(raw.shape, dtype=bool)
    if raster.nodata is not None and np.isfinite(raster.nodata):
        # A float32 band keeps a nodata of 64 bits to its own precision.
        with np.errstate(over="ignore"):
            unknown |= raw == float(raster.nodata)
    if MaskFlags.per_dataset in raster.mask_flag_enums[0]:
        unknown |= raster.read_masks(1, window=window) == 0
    for band, colour in enumerate(raster.colorinterp, 1):
        if colour == ColorInterp.alpha:
            unknown |= raster.read(band, window=window) == 0
    return unknown


def numbers_of(
    raster: DatasetReader, path: Path, *, elevation: bool, quantity: Quantity | None = None
) -> Numbers:
    """How a raster's numbers are read.

    Parameters
    ----------
    raster : DatasetReader
    path : Path
    elevation : bool
        They are heights: their unit is looked for, and what no land has is unknown.
    quantity : Quantity, optional
        What they measure, if no heights.

    Raises
    ------
    RasterError
        The heights are of a unit that nobody knows, of two, or are depths; most of the numbers
        cannot be what they are said to measure.
    """
    masked = raster.nodata is not None or MaskFlags.all_valid not in raster.mask_flag_enums[0]
    voids = () if masked or np.dtype(raster.dtypes[0]).kind == "u" else _USUAL_VOIDS
    if quantity:
        quantity.check(looked_at(raster, Numbers(voids=voids)), path)
        return Numbers(voids=voids, limits=(quantity.least, quantity.most))
    if not elevation:
        return Numbers(voids=voids)
    unit, said = _unit_of(raster, path)
    numbers = Numbers(unit, voids, HEIGHTS_M, said)
    for void, line in _lonely_voids(raster, numbers, path.name):
        numbers = replace(numbers, voids=(*numbers.voids, void), said=(*numbers.said, *line))
    return numbers


def _lonely_voids(
    raster: DatasetReader, numbers: Numbers, name: str
) -> Iterator[tuple[float, tuple[str, ...]]]:
    """Doubtful voids that are no ground of this raster, and what is to be said where they occur."""
    heights = looked_at(raster, numbers)
    lowest, highest = numbers.limits
    for void in _DOUBTFUL_VOIDS:
        there = void * (raster.scales[0] * numbers.unit) + raster.offsets[0] * numbers.unit
        others = heights[heights != there]
        if raster.nodata == void or not lowest <= there <= highest or not _is_apart(there, others):
            continue
        line = tr(
            "{name} 里的 {void:g} 按没有数据处理: 离别处的高程至少 {metres:.0f} m",
            name=name,
            void=void,
            metres=np.abs(others - there).min(),
        )
        yield void, (line,) if len(others) < len(heights) else ()


def _unit_of(raster: DatasetReader, path: Path) -> tuple[float, tuple[str, ...]]:
    """Metres of a height, as the band or the vertical system states; and what is to be said."""
    stated = (raster.units[0] or "").strip()
    of_band = _METRES.get(stated.casefold())
    if stated and of_band is None:
        msg = tr(
            "{path} 的高程单位“{unit}”认不出。认得的有: {known}。请先换算成米; 本来就是米的, 用 "
            "rio edit-info {path} --bidx 1 --units m 注明。",
            path=path,
            unit=stated,
            known=listed(("m", "cm", "dm", "mm", "km", "ft", "us survey foot")),
        )
        raise RasterError(msg)
    of_system, said = _of_vertical_axis(raster, path)
    if of_band and of_system and not np.isclose(of_band, of_system, rtol=1e-7, atol=0):
        msg = tr(
            "{path} 的波段说高程单位是 {unit}, 坐标系的高程轴却是另一种。请查清后改正一处。",
            path=path,
            unit=stated,
        )
        raise RasterError(msg)
    unit = of_band or of_system or 1.0
    if unit != 1.0:
        named = stated or tr("坐标系的高程轴所写的")
        line = tr("{name} 的高程单位是 {unit}, 已换算成米", name=path.name, unit=named)
        said = (*said, line)
    return unit, said


def _of_vertical_axis(raster: DatasetReader, path: Path) -> tuple[float | None, tuple[str, ...]]:
    """Metres of a unit of the system's third axis, None where it has none."""
    try:
        crs = pyproj.CRS.from_wkt(raster.crs.to_wkt()) if raster.crs else None
    except ProjError:
        return None, ()
    axes = [axis for part in _parts(crs) for axis in part.axis_info]
    upright = [axis for axis in axes if axis.direction in {"up", "down"}]
    if not upright:
        return None, ()
    if upright[0].direction == "down":
        msg = tr("{path} 是水深 (向下为正), 不是高程。请换用高程数据。", path=path)
        raise RasterError(msg)
    ellipsoidal = upright[0].name.casefold() == "ellipsoidal height"
    line = tr("{name} 是椭球高, 与海拔差几十米", name=path.name)
    return upright[0].unit_conversion_factor, (line,) if ellipsoidal else ()


def _parts(crs: pyproj.CRS | None) -> list[pyproj.CRS]:
    if crs is None:
        return []
    return list(crs.sub_crs_list) or [crs]


def looked_at(raster: DatasetReader, numbers: Numbers) -> Floats:
    """Known values of squares spread evenly over a raster, all of it where it is small."""
    squares = [
        values_in(raster, Window(left, top, width, height), numbers)
        for top, height in _spread(raster.height)
        for left, width in _spread(raster.width)
    ]
    values = np.concatenate([square.ravel() for square in squares])
    return np.asarray(values[~np.isnan(values)])


def _spread(size: int) -> list[tuple[int, int]]:
    """Beginnings and lengths of pieces spread evenly over a side."""
    if size <= _LOOKS * _LOOK:
        return [(0, size)]
    return [(int(at), _LOOK) for at in np.linspace(0, size - _LOOK, _LOOKS)]


def _is_apart(height: float, heights: Floats) -> bool:
    """Whether a height is none of a ground that has others: it lies farther from them than they do.

    Ground passes through the heights between; where a raster tells heights in steps, the steps are
    as wide elsewhere.
    """
    if not len(heights):
        return False
    whole = np.floor(heights).astype(np.int64)
    metres = np.flatnonzero(np.bincount(whole - whole.min()))
    step = np.median(np.diff(metres)) if len(metres) > 1 else 0.0
    return bool(np.abs(heights - height).min() > max(_APART_M, _STEPS * step))

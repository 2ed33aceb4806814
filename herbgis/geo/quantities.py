"""What the numbers of a raster can be, by what they measure, and the scales they come in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Floats

#: A raster is taken for what it is said to be where at least this share of its numbers can be.
_MOST = 0.5


@dataclass(frozen=True)
class Scale:
    """Numbers of another unit: what they are called, and how they are converted.

    Attributes
    ----------
    name : str
        Chinese.
    times, plus : float
        The quantity is the number times the one, plus the other.
    """

    name: str
    times: float = 1.0
    plus: float = 0.0


@dataclass(frozen=True)
class Quantity:
    """What a raster measures.

    Attributes
    ----------
    title : str
        Chinese.
    least, most : float
        No place has less, or more.
    scales : tuple of Scale
        In which such data are distributed too, the likeliest first.
    """

    title: str
    least: float
    most: float
    scales: tuple[Scale, ...] = ()

    def share(self, values: Floats) -> float:
        """The share of values that can be."""
        return float(((values >= self.least) & (values <= self.most)).mean())

    def check(self, values: Floats, path: Path) -> None:
        """Refuse a raster most of whose known values cannot be, with the scale they are likely in.

        Nought, which stands for "unknown" in many files, is not looked at.

        Raises
        ------
        RasterError
        """
        values = values[values != 0]
        if not len(values) or self.share(values) >= _MOST:
            return
        fitting = [s for s in self.scales if self.share(values * s.times + s.plus) >= _MOST]
        msg = tr(
            "{path} 不是{title}: 多数值在 {median:g} 上下, 而{title}在 {least:g} 与 {most:g} 之间。"
            "{likely}",
            path=path,
            title=tr(self.title),
            median=float(np.median(values)),
            least=self.least,
            most=self.most,
            likely=_likely(fitting, path),
        )
        raise RasterError(msg)


def _likely(fitting: list[Scale], path: Path) -> str:
    """In which scale numbers may be, and how a file is told of it."""
    if not fitting:
        return tr("请查清它的含义和单位。")
    return tr(
        "像是{names}。查清后用 Python 注明: import rasterio; r = rasterio.open(r'{path}', 'r+'); "
        "r.scales = ({times:.6g},); r.offsets = ({plus:.6g},); r.close()",
        names=tr(", 或是").join(tr(scale.name) for scale in fitting),
        path=path,
        times=fitting[0].times,
        plus=fitting[0].plus,
    )

"""Gauss-Krüger zones of China, and the parameters that lead from an old datum to CGCS2000."""

from __future__ import annotations

from dataclasses import dataclass, replace

from herbgis.foundation.language import tr
from herbgis.geo.datums import BEIJING_1954, XIAN_1980

#: Zones of 6 and of 3 degrees; no number is both, so a number tells its width.
ZONES = {6: range(13, 24), 3: range(25, 46)}
#: EPSG codes of the first zone of a datum and width: with the zone number in front of the
#: easting, and without it; the other zones follow one by one.
_FIRST_EPSG = {
    ("CGCS2000", 3): (4513, 4534),
    ("CGCS2000", 6): (4491, 4502),
    (BEIJING_1954.name, 3): (2401, 2422),
    (BEIJING_1954.name, 6): (21413, 21453),
    (XIAN_1980.name, 3): (2349, 2370),
    (XIAN_1980.name, 6): (2327, 2338),
}


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """A Gauss-Krüger system of China.

    Attributes
    ----------
    zone : int
        25 (75°E) to 45 (135°E) of 3 degrees, the central meridian three times the number; or 13
        (75°E) to 23 (135°E) of 6 degrees.
    prefixed : bool
        Whether eastings carry the zone number in front (36 500 000 m for 500 000 m).
    datum : {'CGCS2000', 'Beijing 1954', 'Xian 1980'}
    """

    zone: int
    prefixed: bool
    datum: str = "CGCS2000"

    @property
    def width(self) -> int:
        """Degrees of longitude in a zone: 3 or 6.

        Raises
        ------
        ValueError
            The zone lies outside China's.
        """
        for width, zones in ZONES.items():
            if self.zone in zones:
                return width
        msg = tr("带号须为 13 至 23 (6度带) 或 25 至 45 (3度带), 得到 {zone}", zone=self.zone)
        raise ValueError(msg)

    @property
    def epsg(self) -> int:
        """EPSG code; ValueError as `width`."""
        width = self.width
        first = _FIRST_EPSG[self.datum, width][0 if self.prefixed else 1]
        return first + self.zone - ZONES[width].start

    @property
    def other_form(self) -> GaussKruger:
        """The same zone without the number in front where it has one, or the reverse."""
        return replace(self, prefixed=not self.prefixed)


def gauss_kruger_of(epsg: int) -> GaussKruger | None:
    """The Gauss-Krüger system that an EPSG code names, or None."""
    for (datum, width), firsts in _FIRST_EPSG.items():
        for first, prefixed in zip(firsts, (True, False), strict=True):
            if epsg - first in range(len(ZONES[width])):
                return GaussKruger(ZONES[width].start + epsg - first, prefixed, datum)
    return None


@dataclass(frozen=True, slots=True)
class SevenParameters:
    """Bursa-Wolf parameters from an old datum to CGCS2000.

    Attributes
    ----------
    shift_m, rotation_arcsec : tuple of float, length 3
        Along and about X, Y and Z.
    scale_ppm : float
    rotation : {'position_vector', 'coordinate_frame'}
        What the rotations turn (EPSG:9606 or EPSG:9607); their signs are opposite, and both are
        in use in China.
    """

    shift_m: tuple[float, float, float]
    rotation_arcsec: tuple[float, float, float]
    scale_ppm: float
    rotation: str

    @property
    def towgs84(self) -> tuple[float, ...]:
        """The seven numbers as PROJ takes them, rotations of the position vector."""
        sign = 1.0 if self.rotation == "position_vector" else -1.0
        turned = (sign * angle for angle in self.rotation_arcsec)
        return (*self.shift_m, *turned, self.scale_ppm)

"""Elevation rasters as they are distributed: one plane, written in many ways."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.shutil import copy as copied

Grid = npt.NDArray[Any]
#: Where the base of 600 亩 lies on which the plane is measured, and the system of its grid.
LON, LAT, SYSTEM = 108.25, 28.60, 4524
HEIGHT_M, RISE, CELL_M, CELLS = 1477.0, 0.2, 30.0, 120
#: Columns in the west that a flavour with voids knows nothing of.
VOID = np.s_[:, :30]
_METRES = pyproj.Transformer.from_crs(4490, SYSTEM, always_xy=True)
X, Y = _METRES.transform(LON, LAT)


def grid_of(crs: Any) -> rasterio.Affine:
    """The grid of a system whose cells are some 30 m wide, the base in its middle."""
    system = pyproj.CRS(crs)
    x, y = pyproj.Transformer.from_crs(4490, system, always_xy=True).transform(LON, LAT)
    side = CELL_M if system.is_projected else 0.0003
    half = CELLS / 2 * side
    return rasterio.Affine(side, 0.0, x - half, 0.0, -side, y + half)


def plane(crs: Any = SYSTEM, grid: rasterio.Affine | None = None, cells: int = CELLS) -> Grid:
    """Heights that rise eastwards by 0.2 metres a metre, at the middles of a grid's cells."""
    grid = grid or grid_of(crs)
    row, column = np.mgrid[:cells, :cells] + 0.5
    x = grid.a * column + grid.b * row + grid.c
    y = grid.d * column + grid.e * row + grid.f
    east, _ = pyproj.Transformer.from_crs(crs, SYSTEM, always_xy=True).transform(x, y)
    heights: Grid = HEIGHT_M + RISE * (east - X)
    return heights


def write(path: Path, values: Grid, **options: Any) -> Path:
    """Write bands of values, by default one on the plane's own grid."""
    bands = values if values.ndim > 2 else values[None]
    given = {
        "driver": "GTiff",
        "dtype": bands.dtype,
        "crs": f"EPSG:{SYSTEM}",
        "transform": grid_of(SYSTEM),
        **options,
    }
    size = {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    with rasterio.open(path, "w", **size, **given) as raster:
        raster.write(bands)
    return path


def edited(path: Path, **what: Any) -> Path:
    """Set attributes of a raster: units, scales, offsets, nodata, colours."""
    with rasterio.open(path, "r+") as raster:
        for name, value in what.items():
            setattr(raster, name, value)
    return path


def with_voids(value: float, kind: str = "float32", **options: Any) -> Callable[[Path], Path]:
    """The plane with a value that stands for what is unknown."""

    def drawn(folder: Path) -> Path:
        heights = plane()
        heights[VOID] = value
        return write(folder / "dem.tif", heights.astype(kind), **options)

    return drawn


def in_unit(unit: str, metres: float, kind: str = "float32") -> Callable[[Path], Path]:
    """The plane in a unit that the band states."""
    return lambda folder: edited(
        write(folder / "dem.tif", (plane() / metres).astype(kind)), units=(unit,)
    )


def in_system(crs: Any, **options: Any) -> Callable[[Path], Path]:
    """The plane on a grid of another system."""
    return lambda folder: write(
        folder / "dem.tif",
        plane(crs).astype("float32"),
        crs=pyproj.CRS(crs).to_wkt(),
        transform=grid_of(crs),
        **options,
    )


def in_format(driver: str, suffix: str, **options: Any) -> Callable[[Path], Path]:
    """The plane in another format."""

    def drawn(folder: Path) -> Path:
        made = write(folder / "made.tif", plane().astype("float32"))
        path = folder / f"dem.{suffix}"
        copied(made, path, driver=driver, **options)
        return path

    return drawn


def in_vertical_system(vertical: str, metres: float) -> Callable[[Path], Path]:
    """The plane in a system of three axes, the third in a unit or direction of its own."""
    return lambda folder: write(
        folder / "dem.tif",
        (plane() / metres).astype("float32"),
        crs=rasterio.CRS.from_user_input(f"EPSG:{SYSTEM}+{vertical}"),
    )


def internal_mask(folder: Path, *, beside: bool = False) -> Path:
    """Masked cells hold nought; in the file, or in one beside (.msk)."""
    heights = plane().astype("float32")
    known = np.ones(heights.shape, dtype=bool)
    heights[VOID], known[VOID] = 0, False
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=not beside):
        path = write(folder / "dem.tif", heights)
        with rasterio.open(path, "r+") as raster:
            raster.write_mask(known)
    assert beside == path.with_name("dem.tif.msk").exists()
    return path


def alpha_band(folder: Path) -> Path:
    """A second band says where the first is transparent."""
    opaque = np.full((CELLS, CELLS), 255.0)
    heights = plane()
    opaque[VOID], heights[VOID] = 0, 0
    path = write(folder / "dem.tif", np.array([heights, opaque], dtype="float32"))
    return edited(path, colorinterp=(ColorInterp.gray, ColorInterp.alpha))


def two_voids(folder: Path) -> Path:
    """Nodata is declared, and a mosaic left noughts beside it."""
    heights = plane().astype("int16")
    heights[VOID], heights[:40, :20] = 0, -9999
    return write(folder / "dem.tif", heights, nodata=-9999)


def scaled(folder: Path, *, offset: float = 0.0) -> Path:
    stored = np.rint((plane() - offset) * 10).astype("int32")
    return edited(write(folder / "dem.tif", stored), scales=(0.1,), offsets=(offset,))


def with_overviews(folder: Path) -> Path:
    options = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
    path = write(folder / "dem.tif", plane().astype("float32"), predictor=3, **options)
    with rasterio.open(path, "r+") as raster:
        raster.build_overviews([2, 4], Resampling.average)
    return path


def south_up(folder: Path) -> Path:
    grid = grid_of(SYSTEM)
    up = rasterio.Affine(grid.a, 0.0, grid.c, 0.0, -grid.e, grid.f + CELLS * grid.e)
    return write(folder / "dem.tif", plane(SYSTEM, up).astype("float32"), transform=up)


def turned(folder: Path) -> Path:
    grid, turn = grid_of(SYSTEM), np.radians(20)
    a, b = CELL_M * np.cos(turn), CELL_M * np.sin(turn)
    middle = CELLS / 2
    askew = rasterio.Affine(a, b, X - middle * (a + b), b, -a, Y - middle * (b - a))
    assert grid.e < 0
    return write(folder / "dem.tif", plane(SYSTEM, askew).astype("float32"), transform=askew)


def ascii_grid(folder: Path, *, system: bytes | None) -> Path:
    """An ASCII grid, with what stands in the .prj beside."""
    path = in_format("AAIGrid", "asc")(folder)
    path.with_suffix(".prj").unlink()
    path.with_name("dem.asc.aux.xml").unlink(missing_ok=True)
    if system:
        path.with_suffix(".prj").write_bytes(system)
    return path


def gbk_prj(folder: Path) -> Path:
    wkt = pyproj.CRS(SYSTEM).to_wkt("WKT1_ESRI")
    named = wkt.replace(wkt.split('"')[1], "国家2000三度带36")
    return ascii_grid(folder, system=named.encode("gbk"))


def gbk_name(folder: Path) -> Path:
    """A GeoTIFF that calls its own system by a Chinese name, in GBK."""
    named = pyproj.CRS(SYSTEM).to_wkt("WKT1_GDAL").replace(',AUTHORITY["EPSG","4524"]]', "]")
    crs = named.replace(named.split('"')[1], "ABCDEFGHIJKLMNOP")
    path = write(folder / "dem.tif", plane().astype("float32"), crs=crs)
    raw = path.read_bytes()
    assert b"ABCDEFGHIJKLMNOP" in raw
    path.write_bytes(raw.replace(b"ABCDEFGHIJKLMNOP", "国家大地三度分带".encode("gbk")))
    return path


def null_shift(folder: Path) -> Path:
    text = "+proj=tmerc +lon_0=108 +x_0=36500000 +ellps=GRS80 +towgs84=0,0,0,0,0,0,0 +units=m"
    crs = rasterio.CRS.from_string(text)
    return write(folder / "dem.tif", plane().astype("float32"), crs=crs)


def hgt(folder: Path) -> Path:
    """A tile of SRTM: 1201 × 1201 points, big-endian, known by its name alone."""
    lat, lon = np.linspace(29, 28, 1201), np.linspace(108, 109, 1201)
    east, _ = _METRES.transform(*np.meshgrid(lon, lat))
    heights = np.rint(HEIGHT_M + RISE * (east - X))
    heights[np.abs(heights) > 9000] = -32768
    path = folder / "N28E108.hgt"
    path.write_bytes(heights.clip(-32768, 9000).astype(">i2").tobytes())
    return path


def palette(folder: Path) -> Path:
    path = write(folder / "dem.tif", (plane() / 10).astype("uint8"))
    with rasterio.open(path, "r+") as raster:
        raster.write_colormap(1, {code: (code, code, 0, 255) for code in range(256)})
    return path


def picture(folder: Path) -> Path:
    bands = np.repeat((plane()[None] / 10).astype("uint8"), 3, axis=0)
    return write(folder / "dem.tif", bands, photometric="RGB")


def archive(folder: Path) -> Path:
    path = folder / "dem.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(write(folder / "dem.tif", plane().astype("float32")), "dem.tif")
    return path


def cut_short(folder: Path) -> Path:
    path = write(folder / "whole.tif", plane().astype("float32"))
    cut = folder / "dem.tif"
    cut.write_bytes(path.read_bytes()[:20_000])
    return cut


def renamed(folder: Path) -> Path:
    """A GeoTIFF that somebody named .img: content decides."""
    path = write(folder / "made.tif", plane().astype("float32"))
    return Path(shutil.copy(path, folder / "dem.img"))


@dataclass(frozen=True)
class Flavour:
    """A way in which a plane is written.

    Attributes
    ----------
    write : callable
        From a folder to the file.
    voids : bool
        Whether its west is unknown.
    said : str
        What the base's note says of it.
    within_m : float
        How well it holds heights.
    """

    write: Callable[[Path], Path]
    voids: bool = False
    said: str = ""
    within_m: float = 0.1


FEET, SURVEY_FEET = 0.3048, 1200 / 3937
RIGHT = {
    "float32": Flavour(lambda f: write(f / "dem.tif", plane().astype("float32"))),
    "float64": Flavour(lambda f: write(f / "dem.tif", plane())),
    "unsigned": Flavour(lambda f: write(f / "dem.tif", plane().astype("uint16")), within_m=1),
    "internal mask": Flavour(internal_mask, voids=True),
    "mask beside": Flavour(lambda f: internal_mask(f, beside=True), voids=True),
    "alpha band": Flavour(alpha_band, voids=True),
    "nodata": Flavour(with_voids(-9999, nodata=-9999), voids=True),
    "nodata of 64 bits": Flavour(
        with_voids(-3.4028234663852886e38, nodata=-3.4028234663852886e38), voids=True
    ),
    "nodata 0": Flavour(with_voids(0, nodata=0), voids=True),
    "nodata NaN": Flavour(with_voids(np.nan, nodata=np.nan), voids=True),
    "undeclared NaN": Flavour(with_voids(np.nan), voids=True),
    "undeclared -9999": Flavour(with_voids(-9999), voids=True),
    "undeclared -32768": Flavour(with_voids(-32768, "int16"), voids=True, within_m=1),
    "undeclared -999": Flavour(with_voids(-999), voids=True),
    "undeclared 0": Flavour(with_voids(0), voids=True, said="里的 0 按没有数据处理"),
    "undeclared 3.4e38": Flavour(with_voids(3.4028234663852886e38), voids=True),
    "undeclared least integer": Flavour(with_voids(-(2**31), "int32"), voids=True, within_m=1),
    "undeclared 65535": Flavour(with_voids(65535, "uint16"), voids=True, within_m=1),
    "nodata and noughts": Flavour(two_voids, voids=True, said="里的 0 按", within_m=1),
    "scale": Flavour(scaled),
    "scale and offset": Flavour(lambda f: scaled(f, offset=1000.0)),
    "feet": Flavour(in_unit("ft", FEET), said="单位是 ft"),
    "survey feet": Flavour(in_unit("US survey foot", SURVEY_FEET), said="单位是 US survey foot"),
    "centimetres": Flavour(in_unit("cm", 0.01, "int32"), said="单位是 cm"),
    "decimetres": Flavour(in_unit("dm", 0.1, "int16"), said="单位是 dm"),
    "metres by name": Flavour(in_unit("metre", 1.0)),
    "metres in Chinese": Flavour(in_unit("米", 1.0)),
    "heights of a system": Flavour(in_vertical_system("5737", 1.0)),
    "feet of a system": Flavour(in_vertical_system("8228", FEET), said="已换算成米"),
    "survey feet of a system": Flavour(in_vertical_system("6360", SURVEY_FEET), said="已换算成米"),
    "survey feet by another name": Flavour(in_unit("US ft", SURVEY_FEET), said="单位是 US ft"),
    "ellipsoidal": Flavour(in_system(4979), said="椭球高"),
    "degrees": Flavour(in_system(4490)),
    "WGS84": Flavour(in_system(4326)),
    "UTM": Flavour(in_system(32649)),
    "Web Mercator": Flavour(in_system(3857), within_m=0.3),
    "Albers": Flavour(in_system("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84")),
    "null shift": Flavour(null_shift),
    "overviews": Flavour(with_overviews),
    "south up": Flavour(south_up),
    "turned": Flavour(turned, within_m=0.3),
    "cloud-optimised": Flavour(in_format("COG", "tif")),
    "Erdas": Flavour(in_format("HFA", "img")),
    "ENVI": Flavour(in_format("ENVI", "dat")),
    "EHdr": Flavour(in_format("EHdr", "bil")),
    "Surfer": Flavour(in_format("GSBG", "grd")),
    "SAGA": Flavour(in_format("SAGA", "sdat")),
    "GBK .prj": Flavour(gbk_prj),
    "SRTM": Flavour(hgt, within_m=1),
    "another suffix": Flavour(renamed),
}
#: What is refused, and the words that name its cause.
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "depth of a system": (in_vertical_system("5715", 1.0), "水深"),
    "a unit that nobody knows": (in_unit("fathom", 1.8288), "fathom"),
    "two units": (
        lambda f: edited(in_vertical_system("8228", FEET)(f), units=("m",)),
        "另一种",
    ),
    "a palette": (palette, "图片"),
    "a picture": (picture, "图片"),
    "complex numbers": (lambda f: write(f / "dem.tif", plane().astype("complex64")), "图片"),
    "several bands": (
        lambda f: write(f / "dem.tif", np.array([plane(), plane()]).astype("float32")),
        "2 个波段",
    ),
    "no system": (
        lambda f: write(f / "dem.tif", plane().astype("float32"), crs=None),
        "没有坐标系",
    ),
    "no .prj": (lambda f: ascii_grid(f, system=None), "没有坐标系"),
    "a broken .prj": (lambda f: ascii_grid(f, system=b"PROJCS["), "没有坐标系"),
    "a name in GBK": (gbk_name, "不是 UTF-8"),
    "an old ellipsoid, shifted by nothing": (
        in_system("+proj=tmerc +lon_0=108 +x_0=36500000 +ellps=krass +towgs84=0,0,0"),
        "没有转换参数",
    ),
    "a GeoPackage": (in_format("GPKG", "gpkg"), "不是栅格"),
    "points in a text": (in_format("XYZ", "xyz"), "不是栅格"),
    "an old datum": (in_system("EPSG:2433"), "没有转换参数"),
    "NetCDF": (in_format("netCDF", "nc"), "多个变量"),
    "VRT": (in_format("VRT", "vrt"), "在别的文件里"),
    "an archive": (archive, "压缩包"),
    "cut short": (cut_short, "已损坏"),
    "a text": (lambda f: Path(shutil.copy(__file__, f / "dem.tif")), "不是栅格"),
}

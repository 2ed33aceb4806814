"""How long reading takes, beside geopandas.read_file in the same process, and how it grows.

Run from the repository's root:  python -m benchmarks.reading_speed
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

import herbgis as hg
from tests.helpers.survey_files import geojson, gpkg, shp, truth

_RECORDS = (25_000, 50_000, 100_000)
_FILES = (250, 500, 1000)
_ROUNDS = 7
_CORNERS = 30


def parcels(count: int) -> gpd.GeoDataFrame:
    """Synthetic parcels of 30 corners all over the city, under the headings that counties use."""
    rng = np.random.default_rng(520600)
    centre = np.column_stack([rng.uniform(107.8, 109.2, count), rng.uniform(27.2, 28.9, count)])
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    radius = rng.uniform(0.0005, 0.002, (count, 1)) * rng.uniform(0.8, 1.2, (count, _CORNERS))
    corners = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * radius[..., None]
    varieties = [v for v, entry in hg.load_policy().varieties.items() if entry.group != "other"]
    return gpd.GeoDataFrame(
        {
            "基地编号": [f"520625-2020-{n:06}" for n in range(count)],
            "基地名称": [f"基地{n}" for n in range(count)],
            "填报单位": "印江土家族苗族自治县",
            "县区": "印江县",
            "主栽品种": rng.choice(varieties, count),
            "基地类型": "种植",
            "建设状态": "已建",
            "上报面积": rng.uniform(10, 900, count).round(1),
            "面积单位": "亩",
            "测量方式": "RTK",
            "测量日期": "2020-05-01",
            "经营主体": "合成数据",
        },
        geometry=shapely.polygons(centre[:, None, :] + corners),
        crs=4490,
    )


def seconds(call: Callable[[Path], object], path: Path) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    call(path)
    return time.perf_counter() - began


def by_records(folder: Path) -> None:
    """A clean GeoPackage of so many parcels; medians of interleaved rounds."""
    for count in _RECORDS:
        path = folder / f"{count}.gpkg"
        parcels(count).to_file(path, layer="parcels")
        rounds = [
            (seconds(gpd.read_file, path), seconds(hg.read_survey, path)) for _ in range(_ROUNDS)
        ]
        theirs, ours = (statistics.median(times) for times in zip(*rounds, strict=True))
        ratio = statistics.median(our / their for their, our in rounds)
        print(
            f"{count:7} parcels: geopandas.read_file {theirs:.2f} s, herbgis.read_survey "
            f"{ours:.2f} s, {ours / count * 1e6:.1f} µs a record; ratio {ratio:.2f}"
        )


def by_files(folder: Path) -> None:
    """A folder of so many small files of three formats, four records each."""
    seeds = folder / "seeds"
    seeds.mkdir()
    for write in (gpkg, geojson, shp("GBK", None)):
        write(truth(), seeds)
    for count in _FILES:
        room = folder / f"{count} files"
        for number in range(count):
            place = room / f"{number:04}"
            place.mkdir(parents=True)
            suffix = ("gpkg", "geojson", "shp")[number % 3]
            wanted = ("shp", "shx", "dbf", "prj") if suffix == "shp" else (suffix,)
            for part in wanted:
                shutil.copyfile(seeds / f"基地.{part}", place / f"基地.{part}")
        took = seconds(hg.read_survey, room)
        print(f"{count:7} files: {took:.1f} s, {took / count * 1e3:.1f} ms a file")


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory() as folder:
        by_records(Path(folder))
        by_files(Path(folder))


if __name__ == "__main__":
    main()

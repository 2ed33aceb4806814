"""One writer a format, each with the same bytes every time."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio import raw
from shapely.geometry import mapping

from sample.common import DESCRIPTION
from sample.files import File
from sample.records import Record
from sample.words import FIELDS

#: One fixed moment for every file that stores one.
MOMENT = "2026-11-23T00:00:00.000Z"


def columns_of(file: File, records: Sequence[Record]) -> dict[str, list[Any]]:
    """Cells by heading; a heading that a file leaves out is left out."""
    return {
        file.heading(name): [record.texts[name] for record in records]
        for name in FIELDS
        if file.heading(name)
    }


def _raw_columns(file: File, records: Sequence[Record]) -> tuple[list[str], list[npt.NDArray[Any]]]:
    cells = columns_of(file, records)
    number = file.heading("上报面积")
    data = [np.array(v, dtype=float if name == number else object) for name, v in cells.items()]
    return list(cells), data


def write_gpkg(file: File, records: Sequence[Record]) -> bytes:
    """A GeoPackage; the moment of writing comes from the configuration, not from the clock."""
    fields, data = _raw_columns(file, records)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.name
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": MOMENT})
        raw.write(
            path,
            geometry=shapely.to_wkb(np.array([r.stored for r in records], dtype=object)),
            field_data=data,
            fields=fields,
            layer=file.layer,
            driver="GPKG",
            geometry_type="MultiPolygon",
            crs=file.crs,
            layer_options={"IDENTIFIER": file.layer, "DESCRIPTION": DESCRIPTION},
        )
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def write_shapefile(file: File, records: Sequence[Record]) -> bytes:
    """A zipped shapefile in GBK, with or without the .cpg that says so."""
    fields, data = _raw_columns(file, records)
    with tempfile.TemporaryDirectory() as folder:
        raw.write(
            Path(folder) / f"{file.layer}.shp",
            geometry=shapely.to_wkb(np.array([r.stored for r in records], dtype=object)),
            field_data=data,
            fields=fields,
            driver="ESRI Shapefile",
            geometry_type="Polygon",
            crs=file.crs,
            encoding="GBK",
            layer_options={"DBF_DATE_LAST_UPDATE": MOMENT[:10]},
        )
        parts = sorted(Path(folder).iterdir())
        kept = [part for part in parts if file.cpg or part.suffix != ".cpg"]
        return _zip({part.name: part.read_bytes() for part in kept})


def _zip(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.comment = DESCRIPTION.encode()
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(2026, 11, 23, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return target.getvalue()


def write_geojson(file: File, records: Sequence[Record]) -> bytes:
    """GeoJSON, a record a line, longitude first but for the record that has them swapped."""
    cells = columns_of(file, records)
    features = [
        {
            "type": "Feature",
            "properties": {name: column[n] for name, column in cells.items()},
            "geometry": mapping(record.stored) if record.stored else None,
        }
        for n, record in enumerate(records)
    ]
    head = {
        "type": "FeatureCollection",
        "name": file.layer,
        "description": DESCRIPTION,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
    }
    lines = ",\n".join(_json(feature) for feature in features)
    return f'{_json(head)[:-1]},"features":[\n{lines}\n]}}\n'.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_txt(_: File, records: Sequence[Record]) -> bytes:
    """界址点 TXT of 勘测定界: a head, then plots with points numbered J1, X north, Y east."""
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        "数据产生单位=示例测绘队（合成）",
        "数据产生日期=2020-6-12",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        "带号=36",
        "精度=0.001",
        "转换参数=0,0,0,0,0,0,0",
        f"备注={DESCRIPTION}",
        "[地块坐标]",
    ]
    for record in records:
        lines += _plot_lines(record)
    return "\r\n".join([*lines, ""]).encode()


def _plot_lines(record: Record) -> list[str]:
    polygon = shapely.get_parts(record.stored)[0]
    rings = [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]
    points = sum(map(len, rings))
    texts = record.texts
    head = f"{points},{polygon.area / 1e4:.4f},{texts['基地编号']},{texts['基地名称']},面,,林下,,@"
    lines, number = [head], 0
    for n, ring in enumerate(rings, 1):
        first = number + 1
        for at, (east, north) in enumerate(ring):
            number += at < len(ring) - 1
            label = first if at == len(ring) - 1 else number
            lines.append(f"J{label},{n},{north:.3f},{east:.3f}")
    return lines


WRITERS: dict[str, Callable[[File, Sequence[Record]], bytes]] = {
    "gpkg": write_gpkg,
    "shapefile": write_shapefile,
    "geojson": write_geojson,
    "txt": write_txt,
}

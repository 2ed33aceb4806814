"""A layer of what GDAL reads, cell by cell as the file has it.

GDAL hands its records on through Arrow, which keeps every digit of whole numbers beside empty
cells. Two things it would change without a word are taken another way: dates, of which an
impossible one becomes a day of the next month, as text; geometries as well-known binary, of
which one that is broken would end the reading.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyogrio

from herbgis.geo.systems import Geometries
from herbgis.reading.formats import encodings
from herbgis.reading.formats.arrow_cells import BYTEWISE, cells_of, heading_of, told_apart
from herbgis.reading.formats.dbf import DBF_SUFFIXES
from herbgis.reading.formats.wkb import Decoded, decode

_EXTENSION = b"ARROW:extension:name"
_ALIAS = b"GDAL:OGR:alternative_name"
_WKB = (b"geoarrow.wkb", b"ogc.wkb")


@dataclass(frozen=True)
class GdalTable:
    """A layer's records.

    Attributes
    ----------
    cells : DataFrame
        Under the layer's headings; RangeIndex.
    shapes : Decoded or None
        None where the layer is a table without geometry.
    crs : str or None
        As GDAL tells it.
    count : int
        Records that the file says it has; -1 where it does not.
    aliases : mapping of str to str
        Heading to the name that people see for it, where there is one.
    assumptions : tuple of str
        What was decided about headings.
    decided : bool
        Whether a text was decoded by what it holds, against what the file states.
    """

    cells: pd.DataFrame
    shapes: Decoded | None
    crs: str | None
    count: int
    aliases: Mapping[str, str]
    assumptions: tuple[str, ...] = ()
    decided: bool = False

    def frame(self) -> gpd.GeoDataFrame:
        """The records with their geometries, without a system."""
        nothing: Geometries = np.full(len(self.cells), None, dtype=object)
        shapes = nothing if self.shapes is None else self.shapes.geometry
        return gpd.GeoDataFrame(self.cells, geometry=gpd.GeoSeries(shapes, index=self.cells.index))


def read_table(path: Path, layer: str, *, encoding: str | None = None) -> GdalTable:
    """Every record of a layer.

    Parameters
    ----------
    path : Path
    layer : str
    encoding : str, optional
        That its bytes were found to be in, where GDAL is not to decide it.
    """
    options: dict[str, Any] = {"layer": layer, "encoding": encoding and BYTEWISE}
    if path.suffix.lower() in {".geojson", ".json"}:
        options["DATE_AS_STRING"] = "YES"
    with warnings.catch_warnings():
        by_content = False
        # What GDAL warns of (M values, rings that do not close) is found again and reported.
        warnings.simplefilter("ignore")
        try:
            meta, table = pyogrio.raw.read_arrow(path, **options, datetime_as_string=True)
        except UnicodeDecodeError:
            meta, table, encoding = _bytewise(path, layer)
            by_content = True
        info = pyogrio.read_info(
            path, force_feature_count=True, **{**options, "encoding": encoding and BYTEWISE}
        )
    fields = [table.schema.field(at) for at in range(table.num_columns)]
    shapes = [at for at, field in enumerate(fields) if _is_geometry(field)]
    columns = [at for at in range(table.num_columns) if at not in shapes]
    written = [str(name) for name in meta["fields"]]
    headings = written if encoding is None else [heading_of(n, encoding) for n in written]
    names, said = told_apart(headings)
    cells, decided = cells_of(
        (table.column(at) for at in columns), names, len(table), bytewise=encoding
    )
    days = [place for place, at in enumerate(columns) if pa.types.is_date(fields[at].type)]
    days = [] if path.suffix.lower() in DBF_SUFFIXES else days  # taken from its bytes
    for place, texts in _days_as_text(path, layer, {n: written[n] for n in days}, len(table)):
        cells.isetitem(place, texts)
    return GdalTable(
        cells,
        decode(_wkb_of(table.column(shapes[0]), path, layer)) if shapes else None,
        meta["crs"],
        int(info["features"]),
        {
            name: alias
            for name, at in zip(names, columns, strict=True)
            if (alias := _alias(fields[at]))
        },
        said,
        decided or by_content,
    )


def _wkb_of(column: pa.ChunkedArray, path: Path, layer: str) -> npt.NDArray[np.object_]:
    """A column of shapes as bytes, None where a record has none.

    Of a FlatGeobuf with such a record GDAL (3.12.4) hands on a column whose offsets are wrong; no
    cell of it can be looked at, and the shapes are read again without Arrow.
    """
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return np.asarray(pyogrio.raw.read(path, layer=layer, columns=[])[2], dtype=object)
    return np.asarray(column.to_numpy(), dtype=object)


def _bytewise(path: Path, layer: str) -> tuple[Mapping[str, Any], pa.Table, str]:
    """A layer whose headings are no UTF-8, each byte a character, and the encoding it is in.

    GDAL's Arrow refuses such headings.
    """
    meta, _, shapes, cells = pyogrio.raw.read(
        path, layer=layer, encoding=BYTEWISE, datetime_as_string=True
    )
    columns = [pa.array(column, from_pandas=True) for column in cells]
    fields = [
        pa.field(name, column.type) for name, column in zip(meta["fields"], columns, strict=True)
    ]
    if shapes is not None:
        columns.append(pa.array(shapes, pa.binary()))
        fields.append(pa.field("", pa.binary(), metadata={_EXTENSION: _WKB[0]}))
    texts = [cell for column in cells for cell in column if isinstance(cell, str)]
    decided = encodings.decide(text.encode(BYTEWISE) for text in [*meta["fields"], *texts])
    return meta, pa.Table.from_arrays(columns, schema=pa.schema(fields)), decided or encodings.GBK


def _is_geometry(field: pa.Field) -> bool:
    return bool(field.metadata) and field.metadata.get(_EXTENSION) in _WKB


def _alias(field: pa.Field) -> str:
    """The name that a program shows for a column, as its file states it."""
    metadata: Mapping[bytes, bytes] = field.metadata or {}
    return metadata.get(_ALIAS, b"").decode(errors="replace")


def _days_as_text(
    path: Path, layer: str, days: Mapping[int, str], count: int
) -> Iterator[tuple[int, pd.Series]]:
    """Columns of dates as they are written, by their place; nothing where GDAL cannot say so."""
    for place, heading in days.items():
        name, table = (text.replace('"', '\\"') for text in (heading, layer))
        query = f'SELECT CAST("{name}" AS CHARACTER(32)) AS day FROM "{table}"'  # noqa: S608
        with (
            warnings.catch_warnings(),
            contextlib.suppress(pyogrio.errors.DataSourceError, pa.ArrowInvalid),
        ):
            warnings.simplefilter("ignore")
            _, found = pyogrio.raw.read_arrow(path, sql=query, read_geometry=False)
            if len(found) == count:
                yield place, cells_of(found.columns[:1], ["day"], count)[0]["day"]

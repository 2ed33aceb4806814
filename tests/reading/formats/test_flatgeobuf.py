"""FlatGeobuf: records without a shape, which GDAL hands on wrongly, are read with all others."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import herbgis as hg

COUNT = 5


@pytest.mark.parametrize("empty", [(), (0,), (COUNT - 1,), (1, 2), range(COUNT - 1)])
def test_a_record_without_a_shape_costs_no_other(tmp_path: Path, empty: tuple[int, ...]) -> None:
    shapes = [
        None if n in empty else shapely.box(108.2 + n / 10, 28, 108.21 + n / 10, 28.01)
        for n in range(COUNT)
    ]
    ids = [f"K{n}" for n in range(COUNT)]
    frame = gpd.GeoDataFrame({"base_id": ids, "variety": "黄精"}, geometry=shapes, crs=4490)
    path = tmp_path / "基地.fgb"
    frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == ids
    assert survey.bases.geometry.isna().tolist() == [n in empty for n in range(COUNT)]
    left = [shape for shape in shapes if shape is not None]
    assert (
        survey.bases.geometry.dropna()
        .geom_equals_exact(
            gpd.GeoSeries(left, crs=4490, index=survey.bases.geometry.dropna().index), 1e-9
        )
        .all()
    )

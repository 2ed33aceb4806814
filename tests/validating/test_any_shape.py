"""No geometry that shapely can hold ends a batch: validate, repaired, changes, and their file."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.tables.repaired_file import write_repaired
from tests.helpers.odd_shapes import KINDS, odd_shapes
from tests.helpers.shapes import LAT, LON, frame, square

POLICY = hg.load_policy()
#: In the suite; the figure of 10,000 is in the note of the change that made this.
_GEOMETRIES = int(os.environ.get("HERBGIS_GEOMETRIES", "300"))
_A_BATCH = 20


def _batch(shapes: list[shapely.Geometry | None], bases: int) -> gpd.GeoDataFrame:
    """Records by turns of so many bases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GeoPandas looks at the bounds of absurd coordinates
        return frame(shapes, base_id=[f"520625-2020-{n % bases:03}" for n in range(len(shapes))])


def _is_accounted_for(report: hg.ValidationReport, record: int) -> bool:
    """Whether a record has land, or is named with what is wrong with its shape or place."""
    if report.bases["surveyed_mu"].iloc[record] > 0:
        return True
    own = report.table[report.table["row"] == record + 1]
    return bool(own["code"].str.match("HG1|HG2").any())


def _is_drawn_elsewhere(report: hg.ValidationReport, record: int) -> bool:
    """Whether another record draws the base of one without a shape, which then needs none."""
    bases = report.bases
    same = bases["base_id"] == bases["base_id"].iloc[record]
    return bool(bases.geometry.iloc[record] is None or bases.geometry.iloc[record].is_empty) and (
        int(same.sum()) > 1
    )


@pytest.mark.parametrize("batch", range(_GEOMETRIES // _A_BATCH))
def test_every_record_of_odd_shapes_is_accounted_for(
    batch: int, counties: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    rng = np.random.default_rng(batch)
    shapes = odd_shapes(rng, _A_BATCH - 1)
    records = _batch([square(600), *shapes], int(rng.choice([_A_BATCH, 7])))
    report = hg.validate(records, counties=counties)
    assert len(report.bases) == len(report.repaired()) == _A_BATCH
    for record in range(_A_BATCH):
        assert _is_accounted_for(report, record) or _is_drawn_elsewhere(report, record), record
    assert write_repaired(
        report.repaired(), report.changes, tmp_path / "repaired.gpkg", policy=POLICY
    ).exists()
    good = report.bases.geometry.iloc[0]
    assert shapely.equals_identical(good, square(600))
    hg.validate(report.repaired(), counties=counties, against=records)
    hg.classify(report.bases)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_record_beside_an_odd_one_stays_as_it_was(
    kind: str, counties: gpd.GeoDataFrame
) -> None:
    alone = hg.validate(_batch([square(600)], 1), counties=counties)
    for seed in range(10):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            odd = KINDS[kind](np.random.default_rng(seed))
        far = square(600, LON + 0.2, LAT)
        report = hg.validate(_batch([far, odd], 2), counties=counties)
        assert report.bases["surveyed_mu"].iloc[0] == pytest.approx(
            alone.bases["surveyed_mu"].iloc[0], abs=1e-3
        )
        assert shapely.equals_identical(report.bases.geometry.iloc[0], far)

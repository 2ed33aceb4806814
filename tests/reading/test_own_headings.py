"""Headings that only the call's policy, or its `columns`, knows are known in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
import shapely

import herbgis as hg

#: Column of the base table to a heading that no policy of the package knows.
OWN = {"base_id": "园区代号", "variety": "种啥", "declared_value": "报了多少"}
CELLS = {"base_id": "Y-1", "variety": "黄精", "declared_value": "520"}
PLACE = shapely.box(109.19, 27.72, 109.2, 27.73)


def _xlsx(folder: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ([*OWN.values()], [*CELLS.values()]):
        book.active.append(row)
    book.save(folder / "园区.xlsx")
    return folder / "园区.xlsx"


def _csv(folder: Path) -> Path:
    path = folder / "园区.csv"
    path.write_text("\n".join(",".join(d.values()) for d in (OWN, CELLS)), encoding="utf-8")
    return path


def _kml(folder: Path) -> Path:
    lines = "\n".join(f"{OWN[name]}：{CELLS[name]}" for name in OWN)
    corners = " ".join(f"{x},{y}" for x, y in PLACE.exterior.coords)
    path = folder / "园区.kml"
    path.write_text(
        f"<kml><Placemark><description>{lines}</description><Polygon><outerBoundaryIs><LinearRing>"
        f"<coordinates>{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
        "</Placemark></kml>",
        encoding="utf-8",
    )
    return path


def _geojson(folder: Path) -> Path:
    row = {OWN[name]: [CELLS[name]] for name in OWN}
    gpd.GeoDataFrame(row, geometry=[PLACE], crs=4490).to_file(folder / "园区.geojson")
    return folder / "园区.geojson"


def _policy_with(aliases: Mapping[str, str], folder: Path) -> hg.Policy:
    tables = (f'[columns.{name}]\naliases = ["{own}"]\n' for name, own in aliases.items())
    path = folder / "own.toml"
    path.write_text('extends = "tongren-2020"\n' + "".join(tables), encoding="utf-8")
    return hg.load_policy(path)


@pytest.mark.parametrize("write", [_xlsx, _csv, _kml, _geojson])
@pytest.mark.parametrize("by", ["policy", "columns"])
def test_own_headings_are_known_in_every_format(
    write: Callable[[Path], Path], by: str, tmp_path: Path
) -> None:
    path = write(tmp_path)
    if by == "policy":
        survey = hg.read_survey(path, policy=_policy_with(OWN, tmp_path))
    else:
        survey = hg.read_survey(path, columns=OWN)
    (row,) = survey.bases.to_dict("records")
    assert (row["base_id"], row["variety"]) == (CELLS["base_id"], CELLS["variety"])
    assert row["declared_value"] == float(CELLS["declared_value"])


@pytest.mark.parametrize("write", [_xlsx, _csv])
def test_headings_that_nobody_knows_make_no_table(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    survey = hg.read_survey(write(tmp_path))
    assert survey.issues["code"].tolist() == ["HG001"]
    assert not len(survey.bases)

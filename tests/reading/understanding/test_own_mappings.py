"""columns=: the unit is that of the heading, and names that there are not are told. One rule for
frames without a coordinate system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.shapes import square

#: A heading, and what one of its numbers is in 亩.
HEADINGS = {
    "MJ(公顷)": 15.0,
    "MJ（公顷）": 15.0,
    "地块规模（ha）": 15.0,
    "规模_公顷": 15.0,
    "MJ(亩)": 1.0,
    "MJ": 1.0,
    "实地(平方米)": 0.0015,
    "实地[㎡]": 0.0015,
    "MJ(平方公里)": 1500.0,
    "规模(万亩)": 10000.0,
    "面积(公顷)": 15.0,
    "规模(万平方米)": 15.0,
    "地块规模(2020年)": 1.0,
}


def _records(heading: str) -> gpd.GeoDataFrame:
    data = {"地块": ["a", "b"], heading: [2.0, 3.0]}
    return gpd.GeoDataFrame(data, geometry=[square(30), square(45, 109.1)], crs=4490)


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("column", ["declared_value", "declared_mu"])
def test_a_mapped_area_is_in_the_unit_of_its_heading(
    heading: str, column: str, tmp_path: Path
) -> None:
    columns = {column: heading, "base_id": "地块"}
    right = pytest.approx([2 * HEADINGS[heading], 3 * HEADINGS[heading]])
    bases = hg.classify(_records(heading), columns=columns)
    assert bases["declared_mu"].tolist() == right
    path = tmp_path / "地块.geojson"
    _records(heading).to_file(path, driver="GeoJSON")
    assert hg.read_survey(path, columns=columns).bases["declared_mu"].tolist() == right


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_unit_in_the_cell_goes_before_that_of_the_heading(heading: str) -> None:
    records = _records(heading).assign(**{heading: ["2 公顷", "3 亩"]})
    bases = hg.classify(records, columns={"declared_value": heading, "base_id": "地块"})
    assert bases["declared_mu"].tolist() == pytest.approx([30, 3])


def test_two_areas_of_which_one_is_no_mu_are_refused() -> None:
    columns = {"declared_mu": "MJ(公顷)", "declared_value": "地块"}
    with pytest.raises(hg.HerbgisError, match="declared_mu 要亩"):
        hg.classify(_records("MJ(公顷)"), columns=columns)


#: A mapping, and the name that its answer has.
MAPPINGS = {
    "a column misspelt": ({"varity": "地块"}, "您要的是 variety"),
    "a title as column": ({"主栽品种": "地块"}, "您要的是 variety"),
    "an alias as column": ({"品种": "地块"}, "您要的是 variety"),
    "the area's title": ({"上报面积": "MJ"}, "您要的是 declared_value"),
    "both sides changed": ({"地块": "base_id"}, "地块"),
    "area": ({"declared_area": "MJ"}, "您要的是 declared_"),
    "a column of no table": ({"x": "MJ"}, "没有这样的基地表列 x"),
    "a heading misspelt": ({"variety": "地快编号"}, "地快编号"),
    "a heading nearly there": ({"base_id": "地块编号"}, "您要的是 地块编码"),
    "a heading in another case": ({"declared_value": "mj"}, "mj"),
    "an empty heading": ({"variety": ""}, "没有列"),
    "an empty column": ({"": "MJ"}, "没有这样的基地表列"),
}


def _of_frame(records: gpd.GeoDataFrame, step: str, _: Path, columns: dict[str, str]) -> object:
    return getattr(hg, step)(records, columns=columns)


def _of_file(records: gpd.GeoDataFrame, _: str, folder: Path, columns: dict[str, str]) -> object:
    path = folder / "地块.geojson"
    records.to_file(path, driver="GeoJSON")
    return hg.read_survey(path, columns=columns)


@pytest.mark.parametrize("step", ["classify", "measure", "count_progress", "read_survey"])
@pytest.mark.parametrize("name", MAPPINGS)
def test_a_name_that_there_is_not_is_told(name: str, step: str, tmp_path: Path) -> None:
    columns, named = MAPPINGS[name]
    records = _records("MJ").rename(columns={"地块": "地块编码"} if "nearly" in name else {})
    call = _of_file if step == "read_survey" else _of_frame
    with pytest.raises(hg.HerbgisError, match=named):
        call(records, step, tmp_path, columns)


def test_one_mapping_serves_files_of_which_some_lack_a_heading(tmp_path: Path) -> None:
    _records("MJ").to_file(tmp_path / "a.geojson", driver="GeoJSON")
    _records("规模").to_file(tmp_path / "b.geojson", driver="GeoJSON")
    survey = hg.read_survey(tmp_path, columns={"declared_value": "MJ", "base_id": "地块"})
    assert survey.bases["declared_mu"].notna().sum() == 2


# Shapes without a system


def _without(frame: gpd.GeoDataFrame) -> Any:
    return frame.set_crs(None, allow_override=True)


STEPS: dict[str, Callable[[gpd.GeoDataFrame], object]] = {
    "measure": hg.measure,
    "classify": hg.classify,
    "draw_map": hg.draw_map,
    "choose_visit": hg.choose_visit,
    "measure_terrain": lambda bases: hg.measure_terrain(bases, hg.sample_paths().dem),
    "plan": lambda bases: hg.plan(bases, targets={"500": 0, "1000": 0}),
    "gather_candidates": hg.gather_candidates,
    "admit": lambda bases: hg.admit("台账.gpkg", bases),
    "write_ledger_book": lambda bases: hg.write_ledger_book(bases, "a.xlsx"),
    "explain_count": hg.explain_count,
}


@pytest.mark.parametrize("step", STEPS)
def test_shapes_without_a_system_are_refused_by_every_step(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bases = hg.classify(_records("MJ"), columns={"base_id": "地块"}).iloc[:1]
    with pytest.raises(hg.HerbgisError) as refused:
        STEPS[step](_without(bases))
    if step != "write_ledger_book":
        assert isinstance(refused.value, hg.CrsError)
        assert "没有坐标系" in str(refused.value)


def test_validate_infers_the_system_and_says_so() -> None:
    report = hg.validate(_without(_records("MJ")), counties=hg.read_counties())
    assert "HG005" in set(report.table["code"])
    assert report.bases.crs is not None
    right = hg.classify(hg.validate(_records("MJ")).bases)["counted_mu"]
    assert hg.classify(report.bases)["counted_mu"].tolist() == right.tolist()


def _classified(records: pd.DataFrame) -> gpd.GeoDataFrame:
    return hg.classify(records, columns={"base_id": "地块"})


def test_where_nothing_is_drawn_nothing_has_to_be_placed() -> None:
    nothing = _records("MJ").assign(geometry=None)
    assert _classified(_without(nothing))["counted_mu"].isna().all()
    told = hg.count_progress(_without(_classified(_records("MJ"))))
    assert told.targets.equals(hg.count_progress(_classified(_records("MJ"))).targets)


def test_boundaries_written_as_texts_have_no_system_to_state() -> None:
    written = pd.DataFrame(_records("MJ").to_wkt())
    right = _classified(_records("MJ"))["counted_mu"]
    assert _classified(written)["counted_mu"].tolist() == pytest.approx(right.tolist(), rel=2e-3)

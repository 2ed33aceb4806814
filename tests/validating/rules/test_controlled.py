"""Bases within control layers: 亩 beside shapely's, rules by tables written by hand, severity."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

import herbgis as hg
from herbgis.reading.understanding.survey import survey_of
from herbgis.terms.land_classes import LAND_GROUPS
from tests.helpers.shapes import east_of, frame, geod_mu, square

POLICY = hg.load_policy()
SPRING, LATER = dt.date(2020, 3, 31), dt.date(2026, 6, 30)
LAND = {"cropland": "0103", "orchard": "0201", "forest": "0301", "other": "0404"}
LAND_COLUMNS = ["cropland_mu", "orchard_mu", "forest_mu", "other_land_mu"]
BASE = square(600)


def _records(shapes: Any = (BASE,), **columns: Any) -> gpd.GeoDataFrame:
    told = {"base_id": ["A"] * len(shapes), "variety": "黄精", "mode": "大田"} | columns
    return frame(list(shapes), **told)


def _layer(*shapes: shapely.Geometry, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4490)


def _found(report: hg.ValidationReport, code: str) -> pd.DataFrame:
    return report.table[report.table["code"] == code]


def _validated(
    controls: dict[str, Any], *, day: dt.date = SPRING, policy: Any = None, **columns: Any
) -> hg.ValidationReport:
    return hg.validate(_records(**columns), controls=controls, as_of=day, policy=policy or POLICY)


# 亩


def test_each_place_of_a_base_is_told_once_and_sums_to_the_base() -> None:
    first, second = square(400), east_of(square(400), 300)
    third = east_of(square(400), 450)
    records = _records([first, second, third, east_of(first, 5000)], base_id=["A", "A", "A", "B"])
    within = shapely.union_all([second, east_of(first, 5100)]).buffer(0.0003)
    controls = {"公益林": _layer(within), "三调": _layer(within.envelope, DLBM=["0103"])}
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        report = hg.validate(records.iloc[order], controls=controls)
        bases = hg.classify(report.bases)
        for base, shapes in {"A": [first, second, third], "B": [east_of(first, 5000)]}.items():
            union = shapely.union_all(shapes)
            for column, layer in (
                ("control_public_forest_mu", within),
                ("cropland_mu", within.envelope),
            ):
                wanted = geod_mu(shapely.intersection(union, layer))
                assert bases.loc[base, column] == pytest.approx(wanted, rel=1e-6), column
        whole = report.bases["control_public_forest_mu"].sum()
        assert whole == pytest.approx(bases["control_public_forest_mu"].sum(), rel=1e-12)


def test_a_base_without_a_polygon_has_no_figures_and_no_finding() -> None:
    report = hg.validate(
        _records([BASE, None], base_id=["A", "B"]), controls={"红线": _layer(BASE)}
    )
    column = report.bases["control_ecological_redline_mu"]
    assert column.notna().tolist() == [True, False]
    assert _found(report, "HG601")["base_id"].tolist() == ["A"]
    assert hg.classify(report.bases)["control_ecological_redline_mu"].notna().tolist() == [
        True,
        False,
    ]


def test_columns_are_there_only_where_layers_were_given() -> None:
    records = _records()
    plain = hg.validate(records)
    assert not [name for name in plain.bases if "control" in name or name in LAND_COLUMNS]
    controls = {"DLTB": _layer(BASE, DLBM=["0103"]), "水源地": _layer(BASE)}
    report = hg.validate(records, controls=controls)
    added = [name for name in report.bases if name not in plain.bases]
    assert added == [
        "control_land_class_mu",
        *LAND_COLUMNS,
        "unknown_land_mu",
        "control_水源地_mu",
    ]
    assert_frame_equal(pd.DataFrame(plain.bases), pd.DataFrame(report.bases.drop(columns=added)))
    again = hg.validate(report.bases)  # held against nothing, it says nothing of before
    assert_frame_equal(pd.DataFrame(again.bases), pd.DataFrame(plain.bases))


# What the rules say

_ONE = [
    # control, variety, mode, land, day, severity, answer, words of the finding
    ("永久基本农田", "杜仲", None, None, SPRING, "规定禁止", "基本农田保护条例第十七条"),
    ("永久基本农田", "杜仲", None, None, SPRING, "规定禁止", "土地管理法"),
    ("永久基本农田", "黄精", "大田", None, SPRING, "只报亩数", "没有读到这方面的规定"),
    ("永久基本农田", "黄精", "大田", None, LATER, "要问", "国办发〔2020〕44号"),
    ("永久基本农田", "黄精", "林下", None, LATER, "只报亩数", "永久基本农田保护红线管理办法"),
    ("生态保护红线", "黄精", "大田", None, SPRING, "只报亩数", "若干意见"),
    ("生态保护红线", "黄精", "大田", "forest", LATER, "规定禁止", "自然资发〔2022〕142号"),
    ("生态保护红线", "黄精", "大田", "cropland", LATER, "要问", "现有耕地"),
    ("生态保护红线", "黄精", "大田", None, LATER, "要问", "核心保护区以外"),
    ("公益林", "黄精", "林下", None, dt.date(2020, 7, 1), "要问", "第十二条"),
    ("公益林", "黄精", "林下", None, LATER, "有条件", "适度开展林下经济"),
    ("公益林", "黄精", "大田", "forest", LATER, "规定禁止", "毁林开垦"),
    ("公益林", "黄精", "大田", "cropland", LATER, "只报亩数", "没有读到"),
    ("退耕地", "黄精", "林下", None, SPRING, "要问", "林粮间作"),
    ("自然保护区", "黄精", "大田", None, SPRING, "规定禁止", "第二十六条"),
    ("自然保护区", "黄精", "大田", None, LATER, "只报亩数", "国务院令第830号"),
    ("25°以上", "黄精", "大田", None, SPRING, "规定禁止", "只是线索"),
    ("25°以上", "杜仲", None, None, SPRING, "有条件", "科学选择树种"),
    ("25°以上", "黄精", "林下", None, SPRING, "只报亩数", "没有读到"),
    ("25°以上", "香菇", "大棚", None, SPRING, "只报亩数", "没有读到"),
    ("5°以上坡地", "黄精", "林下", None, SPRING, "有条件", "水土保持措施"),
    ("自然保护地", "黄精", "大田", None, LATER, "只报亩数", "没有读到"),
    # What does not tell is asked, unless all that it may be is answered alike.
    ("25°以上", "黄精", None, None, SPRING, "要问", "怎样种认不出来"),
    ("25°以上", "黄精", None, None, SPRING, "要问", "若是“开垦、翻耕种植草本药材”, 禁止 [1]"),
    ("25°以上", "黄精", None, None, SPRING, "要问", "不开垦”, 没有读到这方面的规定"),
    ("生态保护红线", "黄精", "大田", None, LATER, "要问", "落在里面的: 地类不明的地"),
    ("公益林", "黄精", "大田", "forest", LATER, "规定禁止", "落在里面的: 林地"),
    ("25°以上", "石斛", "大棚", None, SPRING, "要问", "写明种植模式"),
    ("25°以上", None, None, None, SPRING, "要问", "品种未填怎样种认不出来"),
    ("退耕地", "黄精", None, None, SPRING, "要问", "怎样种认不出来"),
    ("5°以上坡地", "黄精", None, None, SPRING, "有条件", "怎样种认不出来"),
]


@pytest.mark.parametrize(("control", "variety", "mode", "land", "day", "answer", "words"), _ONE)
def test_rules_speak_by_variety_mode_land_and_day(
    control: str,
    variety: str | None,
    mode: str | None,
    land: str | None,
    day: dt.date,
    answer: str,
    words: str,
) -> None:
    controls = {control: _layer(BASE)}
    if land:
        controls["三调"] = _layer(BASE, DLBM=[LAND[land]])
    report = _validated(controls, day=day, variety=[variety], mode=[mode])
    found = _found(report, "HG601")
    issue = found[found["message"].str.contains(control)].iloc[0]
    assert issue["message"].endswith(answer)
    assert words in issue["suggestion"]
    grave = {"规定禁止": "warning", "要问": "warning", "有条件": "note", "只报亩数": "note"}
    assert issue["severity"] == grave[answer]
    assert not {"HG601", "HG602"} & set(report.bases["blocked_by"].iloc[0])


@pytest.mark.parametrize(
    ("variety", "mode", "land", "day", "code", "answer"),
    [
        ("杜仲", None, "cropland", SPRING, "HG602", "只报亩数"),
        ("杜仲", None, "cropland", dt.date(2021, 6, 30), "HG602", "要问"),
        ("黄精", "林下", "cropland", LATER, "HG602", "只报亩数"),
        ("香菇", "大棚", "cropland", LATER, "HG602", "要问"),
        ("黄精", "大田", "forest", LATER, "HG601", "规定禁止"),
        ("黄精", "林下", "forest", LATER, None, None),
        ("黄精", "大田", "orchard", LATER, None, None),
    ],
)
def test_classes_of_land_alone(
    variety: str, mode: str | None, land: str, day: dt.date, code: str | None, answer: str | None
) -> None:
    controls = {"三调": _layer(BASE, DLBM=[LAND[land]])}
    report = _validated(controls, day=day, variety=[variety], mode=[mode])
    of_land = report.table[report.table["code"].str.startswith("HG6")]
    assert of_land["code"].tolist() == ([code] if code else [])
    if answer:
        assert of_land["message"].iloc[0].endswith(answer)
        assert (
            f"{report.bases[LAND_COLUMNS].sum(axis=1).iloc[0]:.2f} 亩" in of_land["message"].iloc[0]
        )


def test_each_of_several_varieties_is_answered_and_the_gravest_leads() -> None:
    records = _records(
        [BASE, east_of(BASE, 2000)],
        base_id=["A", "A"],
        variety=["黄精、杜仲", "白芨"],
        mode=["林下", "大田"],
    )
    area = shapely.union_all([BASE, east_of(BASE, 2000)])
    report = hg.validate(records, controls={"25°以上": _layer(area)}, as_of=SPRING)
    (issue,) = _found(report, "HG601").to_dict("records")
    assert issue["message"].endswith("规定禁止")
    assert "白芨按“开垦、翻耕种植草本药材”: 禁止" in issue["suggestion"]
    assert "黄精按“林下种植、仿野生, 不开垦”: 没有读到" in issue["suggestion"]
    assert "杜仲怎样种认不出来" in issue["suggestion"]


@pytest.mark.parametrize(
    ("within", "answer"),
    [("both", "要问"), ("forest", "规定禁止"), ("cropland", "只报亩数"), ("bare", "要问")],
)
def test_the_land_that_counts_is_that_within_the_layer(within: str, answer: str) -> None:
    _, south, _, north = BASE.bounds
    middle, margin = BASE.centroid.x, 0.01
    west, east = (
        shapely.box(a, south - margin, b, north + margin) for a, b in ((108, middle), (middle, 110))
    )
    areas = {"both": BASE, "forest": BASE & east, "cropland": BASE & west, "bare": BASE & east}
    codes = ["0103", "9999" if within == "bare" else "0301"]
    controls = {"公益林": _layer(areas[within]), "三调": _layer(west, east, DLBM=codes)}
    found = _found(_validated(controls, day=LATER), "HG601")["message"]
    (message,) = found[found.str.contains("公益林")]
    assert message.endswith(f": {answer}")


def test_unknown_and_bare_land_is_told() -> None:
    west = shapely.box(108, 27, BASE.centroid.x, 29)
    (issue,) = _found(_validated({"三调": _layer(west, DLBM=["9999"])}), "HG603").to_dict("records")
    half = geod_mu(BASE) / 2
    assert issue["mu_at_stake"] == pytest.approx(2 * half, abs=0.02)
    assert issue["message"].count(f"{half:.2f}") == 2
    assert issue["severity"] == "warning"
    assert _found(_validated({"三调": _layer(BASE, DLBM=["0404"])}), "HG603").empty


def test_outlines_that_only_touch_are_no_finding() -> None:
    _, south, east, north = BASE.bounds
    beside = shapely.box(east - 3e-7, south, east + 0.01, north)
    report = _validated({"公益林": _layer(beside)})
    assert 0 < report.bases["control_public_forest_mu"].iloc[0] < 0.05
    assert _found(report, "HG601").empty


# Severity


def _policy(folder: Path, controls: str) -> hg.Policy:
    path = folder / "本地.toml"
    path.write_text(f'extends = "tongren-2020"\n{controls}', encoding="utf-8")
    return hg.load_policy(path)


@pytest.mark.parametrize(
    ("table", "day", "severity"),
    [
        ('[controls]\nforbids = "error"\n', SPRING, "error"),
        ('[controls]\nasks = "error"\n', SPRING, "warning"),
        ('[[controls.rulings]]\nseverity = "note"\n', SPRING, "note"),
        (
            '[[controls.rulings]]\ncontrol = "DEM"\neffect = "reports"\nseverity = "error"\n',
            SPRING,
            "warning",
        ),
        ('[[controls.rulings]]\ncontrol = "25度以上"\nseverity = "error"\n', SPRING, "error"),
        ('[[controls.rulings]]\ncontrol = "公益林"\nseverity = "error"\n', SPRING, "warning"),
        ('[[controls.rulings]]\nlaw = "水土保持法"\nseverity = "error"\n', SPRING, "error"),
        ('[[controls.rulings]]\nlaw = "森林法"\nseverity = "error"\n', SPRING, "warning"),
        (
            '[[controls.rulings]]\neffect = "forbids"\nsince = 2021\nseverity = "error"\n',
            SPRING,
            "warning",
        ),
        (
            '[[controls.rulings]]\neffect = "forbids"\nsince = 2021\nseverity = "error"\n',
            LATER,
            "error",
        ),
        (
            '[controls]\nrulings = [{severity = "error"}, {severity = "note", since = 2020}]\n',
            SPRING,
            "note",
        ),
    ],
)
def test_the_policy_says_how_grave_it_is(
    tmp_path: Path, table: str, day: dt.date, severity: str
) -> None:
    policy = _policy(tmp_path, table)
    report = _validated({"25°以上": _layer(BASE)}, day=day, policy=policy)
    (issue,) = _found(report, "HG601").to_dict("records")
    assert issue["severity"] == severity
    blocked = [["HG601"]] if severity == "error" else [[]]
    assert report.bases["blocked_by"].tolist() == blocked


def test_a_ruling_for_a_control_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(hg.PolicyError, match=r"永久基本农天.*永久基本农田"):
        _policy(tmp_path, '[[controls.rulings]]\ncontrol = "永久基本农天"\nseverity = "error"\n')


def test_the_headline_is_the_same_with_controls(counties: gpd.GeoDataFrame) -> None:
    bases = hg.read_survey(hg.sample_paths().survey).bases
    survey = bases[bases["base_id"].isin(bases["base_id"].unique()[::3])]
    area = counties.iloc[:6].to_crs(4545)
    controls = dict.fromkeys(("永久基本农田", "生态红线", "公益林", "25°以上"), area)
    controls["DLTB"] = counties.assign(DLBM=[*LAND.values(), "9999", *["0103"] * 5])
    plain, held = (
        hg.classify(hg.validate(survey, counties=counties, controls=given).bases)
        for given in (None, controls)
    )
    targets = [hg.count_progress(bases).targets for bases in (plain, held)]
    assert_frame_equal(*targets)
    assert plain["blocked_by"].tolist() == held["blocked_by"].tolist()


# What is given


def test_layers_given_and_layers_lacking_are_said_of_every_file() -> None:
    report = _validated({"DLTB": _layer(BASE, DLBM=["0103"]), "水源地": _layer(BASE)})
    (said,) = report.files["assumptions"]
    line = next(each for each in said if each.startswith("管控图层="))
    assert "三调地类、水源地; 没有给、没有查的: 永久基本农田、" in line
    assert "三调地类" not in line.split("没有查的")[1]


def test_a_county_without_a_shape_of_a_layer_is_named(counties: gpd.GeoDataFrame) -> None:
    points = np.asarray(counties.geometry.representative_point().array, dtype=object)
    inside = shapely.buffer(points, 0.01)
    records = frame(list(inside[:3]), base_id=["A", "B", "C"], variety="黄精")
    controls = {"公益林": _layer(inside[0], None), "三调": counties.assign(DLBM="0103")}
    report = hg.validate(records, counties=counties, controls=controls)
    (said,) = report.files["assumptions"]
    lines = [line for line in said if "请核对" in line]
    assert lines == ["公益林在万山区、江口县没有图形: 是没有给全, 还是那里没有, 请核对"]
    assert not any("请核对" in line for line in hg.validate(records).files["assumptions"].iloc[0])


def test_frames_and_read_layers_tell_the_same_in_any_system(tmp_path: Path) -> None:
    area = _layer(BASE.buffer(0.001), DLBM=["0103"])
    area.to_crs(4545).to_file(tmp_path / "DLTB.shp")
    read = hg.read_controls({"三调地类": tmp_path / "DLTB.shp"})
    one, other = (_validated(given).bases for given in ({"DLTB": area}, read))
    assert other["cropland_mu"].to_numpy() == pytest.approx(one["cropland_mu"].to_numpy(), rel=1e-6)


@pytest.mark.parametrize("epsg", [4326, 4524, 32649])
def test_order_and_system_do_not_matter(epsg: int) -> None:
    shapes = [square(400), east_of(square(400), 300), east_of(square(300), 2000), None]
    records = survey_of(_records(shapes, base_id=list("AABC")), policy=POLICY).bases
    controls = {
        "公益林": _layer(square(500), east_of(square(300), 2100)),
        "三调": _layer(square(5000), DLBM=["0103"]),
    }
    first = hg.validate(records, controls=controls)
    moved = {name: layer.iloc[::-1].to_crs(epsg) for name, layer in controls.items()}
    second = hg.validate(records.iloc[::-1].to_crs(epsg), controls=dict(reversed(moved.items())))
    names = [name for name in first.bases if name.endswith("_mu")]
    turned = second.bases.loc[first.bases.index, names]
    assert np.allclose(turned, first.bases[names], rtol=1e-6, atol=0.01, equal_nan=True)
    assert [*second.bases.columns] == [*first.bases.columns]
    said = ["code", "base_id", "severity", "suggestion"]
    assert_frame_equal(first.table[said], second.table[said])


def test_empty_in_empty_out_with_the_columns() -> None:
    records = _records()
    controls = {"三调": _layer(BASE, DLBM=["0103"])}
    full, empty = (hg.validate(r, controls=controls).bases for r in (records, records.iloc[:0]))
    assert len(empty) == 0
    assert empty.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()
    assert len(hg.classify(empty)) == 0


def test_layers_are_left_alone_and_all_groups_have_a_column() -> None:
    layer = _layer(BASE, DLBM=["0103"])
    before = layer.copy()
    _validated({"三调": layer})
    assert_frame_equal(pd.DataFrame(layer), pd.DataFrame(before))
    assert len(LAND_GROUPS) == len(LAND_COLUMNS)
    assert {field.name for field in dataclasses.fields(hg.ControlLayer)} >= {"name", "codes"}

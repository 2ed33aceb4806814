"""validate: one defect a row among sound ones, each named by code, row and cause."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import herbgis as hg
from herbgis.foundation.language import speaking
from herbgis.geo.geodesy import areas_m2
from herbgis.validating.rules.rings import crossings
from tests.helpers.english import chinese_in
from tests.helpers.shapes import LAT, LON, MU_M2, east_of, frame, square

SOUND = 6


def _sound(count: int = SOUND) -> gpd.GeoDataFrame:
    """Bases of 100, 200 … 亩 in a row, far from each other and from every threshold."""
    shapes = [square(110 + 50 * n, LON, LAT + 0.02 * n) for n in range(count)]
    return frame(shapes, declared_mu=[110.0 + 50 * n for n in range(count)])


def _codes(report: hg.ValidationReport, *, grave: bool = True) -> set[tuple[str, int]]:
    table = report.table
    if grave:
        # Scattered parts are told too wherever a test draws parcels apart.
        table = table[(table["severity"] != "note") & (table["code"] != "HG109")]
    return {(code, int(row)) for code, row in zip(table["code"], table["row"], strict=True)}


def _bow(shape: shapely.Polygon) -> shapely.Polygon:
    """The same land but for a small crossing at its south-western corner."""
    west, south, east, north = shape.bounds
    w, h = east - west, north - south
    corner = [(west + 0.05 * w, south - 0.02 * h), (west - 0.02 * w, south + 0.05 * h)]
    return shapely.Polygon([(west, south), (east, south), (east, north), (west, north), *corner])


def _outside_hole(shape: shapely.Polygon) -> shapely.Polygon:
    hole = square(1, LON + 0.05, LAT)
    return shapely.Polygon(shape.exterior, [hole.exterior])


def _declaring(bases: gpd.GeoDataFrame, row: int, factor: float) -> gpd.GeoDataFrame:
    return _cell("declared_mu", bases["declared_mu"].iloc[row] * factor)(bases, row)


def twice(corners: Iterable[tuple[float, ...]]) -> list[tuple[float, ...]]:
    first, second, *others = corners
    return [first, second, second, *others]


def needle(shape: shapely.Polygon, length_m: float) -> shapely.Polygon:
    """A needle of a metre's width, blunt at its tip, on the northern side."""
    west, south, east, north = shape.bounds
    at, metre, tip = (west + east) / 2, 1e-5, north + length_m * 0.9e-5
    needle = [(at + metre / 2, north), (at, tip), (at - metre / 20, tip), (at - metre / 2, north)]
    return shapely.Polygon([(west, south), (east, south), (east, north), *needle, (west, north)])


def _and(shape: shapely.Polygon, length_m: float, width_m: float) -> shapely.MultiPolygon:
    """A second part, 10 m north of a polygon."""
    west, _, _, north = shape.bounds
    length, width, gap = (metres / 111_000 for metres in (length_m, width_m, 10.0))
    return shapely.MultiPolygon(
        [shape, shapely.box(west, north + gap, west + length, north + gap + width)]
    )


Spoil = Callable[[gpd.GeoDataFrame, int], gpd.GeoDataFrame]


def _shape(change: Callable[[shapely.Geometry], shapely.Geometry | None]) -> Spoil:
    def spoil(bases: gpd.GeoDataFrame, row: int) -> gpd.GeoDataFrame:
        shapes = list(bases.geometry)
        shapes[row] = change(shapes[row])
        return bases.set_geometry(gpd.GeoSeries(shapes, index=bases.index, crs=bases.crs))

    return spoil


def _cell(column: str, value: object) -> Spoil:
    def spoil(bases: gpd.GeoDataFrame, row: int) -> gpd.GeoDataFrame:
        values = list(bases[column]) if column in bases else [None] * len(bases)
        values[row] = value
        return bases.assign(**{column: values})

    return spoil


def _in(epsg: int, *, swap: bool = False) -> Callable[[shapely.Geometry], shapely.Geometry]:
    def move(shape: shapely.Geometry) -> shapely.Geometry:
        moved = gpd.GeoSeries([shape], crs=4490).to_crs(epsg)[0] if epsg != 4490 else shape
        return shapely.transform(moved, lambda xy: xy[:, ::-1]) if swap else moved

    return move


DEFECTS: dict[str, tuple[str, Spoil]] = {
    "a spike": ("HG106", _shape(lambda s: needle(s, 60))),
    "a spike inward": ("HG106", _shape(lambda s: needle(s, -60))),
    "a sliver beside": ("HG107", _shape(lambda s: _and(s, 400, 1.5))),
    "a tiny part beside": ("HG108", _shape(lambda s: _and(s, 3, 3))),
    "no polygon": ("HG101", _shape(lambda _: None)),
    "an empty polygon": ("HG101", _shape(lambda _: shapely.Polygon())),
    "a bow-tie": ("HG102", _shape(_bow)),
    "a hole outside": ("HG103", _shape(_outside_hole)),
    "a point": ("HG104", _shape(shapely.centroid)),
    "a line": ("HG104", _shape(lambda s: s.exterior)),
    "axes swapped": ("HG201", _shape(_in(4490, swap=True))),
    "metres with a zone among degrees": ("HG202", _shape(_in(4524))),
    "metres without a zone among degrees": ("HG202", _shape(_in(4545))),
    "north and east swapped among degrees": ("HG201", _shape(_in(4524, swap=True))),
    "web mercator among degrees": ("HG210", _shape(_in(3857))),
    "another province": ("HG205", _shape(lambda s: shapely.transform(s, lambda xy: xy + (2.0, 0)))),
    "another county": ("HG207", _cell("county", "松桃苗族自治县")),
    "declared 31% more": ("HG401", _cell("declared_mu", 300.0)),
    "declared in hectares": ("HG402", lambda bases, row: _declaring(bases, row, 1 / 15)),
    "declared in square metres": ("HG401", lambda bases, row: _declaring(bases, row, MU_M2)),
    "garbled text": ("HG506", _cell("name", "黄精基地".encode().decode("gb18030"))),
    "garbled variety": ("HG506", _cell("variety", "黄精".encode("gbk").decode("latin-1"))),
    "a variety nobody knows": ("HG501", _cell("variety", "黄经")),
    "no variety": ("HG503", _cell("variety", None)),
    "a date that is none": ("HG504", _cell("surveyed_on", "去年春天")),
    "a date of Excel's zero": ("HG504", _cell("completed_on", "1899-12-30")),
    "a status nobody knows": ("HG508", _cell("status", "推进中")),
    "no status": ("HG508", _cell("status", "")),
}


@pytest.mark.parametrize("name", DEFECTS)
@pytest.mark.parametrize("row", [0, 3])
def test_one_defect_among_sound_rows(name: str, row: int, counties: gpd.GeoDataFrame) -> None:
    code, spoil = DEFECTS[name]
    report = hg.validate(spoil(_sound(), row), counties=counties)
    assert _codes(report) == {(code, row + 1)}
    severities = set(report.table.loc[report.table["code"] == code, "severity"])
    blocked = [list(codes) for codes in report.bases["blocked_by"]]
    expected = [[code] if n == row and "error" in severities else [] for n in range(SOUND)]
    assert blocked == expected


@pytest.mark.parametrize("name", DEFECTS)
def test_what_is_found_is_told_in_english_too(name: str, counties: gpd.GeoDataFrame) -> None:
    bases = DEFECTS[name][1](_sound(), 3)
    with speaking("en"):
        report = hg.validate(bases, counties=counties)
        shown = report.table[["message", "suggestion"]].to_numpy().ravel().tolist()
        shown += [repr(report), *report.changes["change"]]
    # The names of counties, and what the record's own cells hold.
    names = [
        *counties["county"],
        *counties["short_name"],
        *report.bases["variety"].dropna(),
        "黄精",
    ]
    assert [chinese_in(text, names) for text in shown] == [[] for _ in shown]


def test_a_vertextwice_is_a_note(counties: gpd.GeoDataFrame) -> None:
    bases = _shape(lambda s: shapely.Polygon(twice(s.exterior.coords)))(_sound(), 2)
    report = hg.validate(bases, counties=counties)
    assert _codes(report, grave=False) == {("HG105", 3)}
    assert report.summary["notes"] == 1


def test_a_policy_switches_rules_off(tmp_path: Path) -> None:
    path = tmp_path / "本县.toml"
    path.write_text('extends = "tongren-2020"\n[rules]\noff = ["HG107"]\n', encoding="utf-8")
    bases = _shape(lambda s: _and(s, 400, 1.5))(_sound(), 1)
    assert _codes(hg.validate(bases)) == {("HG107", 2)}
    assert _codes(hg.validate(bases, policy=hg.load_policy(path))) == set()
    path.write_text('extends = "tongren-2020"\n[rules]\noff = ["HG999"]\n', encoding="utf-8")
    with pytest.raises(hg.HerbgisError, match="HG999"):
        hg.validate(bases, policy=hg.load_policy(path))


def test_sound_rows_have_no_findings(counties: gpd.GeoDataFrame) -> None:
    report = hg.validate(_sound(), counties=counties)
    assert report.table.empty
    assert report.summary == {"records": SOUND, "errors": 0, "warnings": 0, "notes": 0}


@pytest.mark.parametrize(
    "name", [n for n, (code, _) in DEFECTS.items() if code in {"HG201", "HG202", "HG210"}]
)
def test_a_misplaced_record_is_put_right(name: str, counties: gpd.GeoDataFrame) -> None:
    sound = _sound()
    report = hg.validate(DEFECTS[name][1](sound, 2), counties=counties)
    moved = report.bases.to_crs(4545).geometry.iloc[2]
    truth = sound.to_crs(4545).geometry.iloc[2]
    assert shapely.hausdorff_distance(moved, truth) < 0.001
    assert report.bases["surveyed_mu"].iloc[2] == pytest.approx(210, abs=0.001)


def test_two_defects_of_a_record_are_both_told(counties: gpd.GeoDataFrame) -> None:
    bases = _cell("variety", None)(_shape(_bow)(_sound(), 1), 1)
    report = hg.validate(_cell("county", "松桃苗族自治县")(bases, 1), counties=counties)
    assert {("HG102", 2), ("HG503", 2), ("HG207", 2)} <= _codes(report)
    assert {"HG102", "HG207", "HG503"} <= set(report.bases["blocked_by"].iloc[1])


def test_one_id_for_two_bases() -> None:
    bases = _sound().assign(base_id=["A", "B", "A", "C", "D", "E"])
    report = hg.validate(bases)
    assert _codes(report) == {("HG301", 3)}
    found = report.table.set_index("code").loc["HG301"]
    assert found["other"][0]["row"] == 1
    assert [bool(b) for b in report.bases["blocked_by"]] == [True, False, True, False, False, False]


def test_records_of_one_base_may_share_its_id() -> None:
    first = square(100)
    bases = frame([first, east_of(first, 300)], base_id="A", name="甲", declared_mu=[200.0, 200.0])
    assert _codes(hg.validate(bases)) == set()


def test_the_same_polygontwice_even_with_other_vertices() -> None:
    shape = square(300)
    again = shapely.segmentize(shape, 0.0003)
    report = hg.validate(frame([shape, again], declared_mu=[300.0, 300.0]))
    assert _codes(report) == {("HG302", 2)}
    assert [list(b) for b in report.bases["blocked_by"]] == [["HG302"], ["HG302"]]


@pytest.mark.parametrize(("step_m", "severity"), [(300.0, "error"), (446.0, "note")])
def test_an_overlap_above_and_below_the_tolerance(step_m: float, severity: str) -> None:
    first = square(300)
    report = hg.validate(frame([first, east_of(first, step_m)], declared_mu=[300.0, 300.0]))
    found = report.table[report.table["code"] == "HG303"]
    assert found["severity"].tolist() == [severity]
    width = np.sqrt(300 * MU_M2)
    assert found["mu_at_stake"].iloc[0] == pytest.approx((width - step_m) * width / MU_M2, rel=0.1)


def test_a_neighbour_that_shares_a_border_is_not_accused() -> None:
    first = square(300)
    west, south, east, north = first.bounds
    second = shapely.box(east, south, 2 * east - west, north)
    assert hg.validate(frame([first, second])).table.empty


def test_the_ledger_knows_the_land_and_the_id(counties: gpd.GeoDataFrame) -> None:
    ledger = frame([square(300)], base_id=["520625-2019-001"])
    batch = frame([square(300), square(320)], base_id=["520625-2020-001", "520625-2019-001"])
    report = hg.validate(batch.iloc[[0]], against=ledger, counties=counties)
    assert _codes(report) == {("HG304", 1)}
    update = hg.validate(batch.iloc[[1]], against=ledger, counties=counties)
    assert update.table["code"].tolist() == ["HG305"]
    assert "300.00" in update.table["message"].iloc[0]
    assert "320.00" in update.table["message"].iloc[0]


def test_beside_the_county_line_it_is_a_warning(counties: gpd.GeoDataFrame) -> None:
    border = counties.set_index("county").geometry["江口县"].boundary
    other = counties.set_index("county").geometry["印江土家族苗族自治县"]
    on_line = shapely.intersection(border, other.boundary)
    point = shapely.get_parts(shapely.line_merge(on_line))[0].interpolate(0.5, normalized=True)
    shapes = [square(5, point.x + dx, point.y + dy) for dx in (-1e-4, 1e-4) for dy in (-1e-4, 1e-4)]
    report = hg.validate(frame(shapes, county="江口县").iloc[[0]], counties=counties)
    assert set(report.table["severity"]) <= {"warning"}


def test_clearly_in_two_counties(counties: gpd.GeoDataFrame) -> None:
    border = counties.set_index("county").geometry["江口县"].boundary
    other = counties.set_index("county").geometry["印江土家族苗族自治县"]
    shared = max(
        shapely.get_parts(shapely.line_merge(shapely.intersection(border, other.boundary))),
        key=shapely.length,
    )
    point = shared.interpolate(0.5, normalized=True)
    report = hg.validate(frame([square(4000, point.x, point.y)]), counties=counties)
    found = report.table[report.table["code"] == "HG206"]
    assert found["severity"].tolist() == ["warning"]
    assert "江口县" in found["message"].iloc[0]


def test_scattered_parts_are_told_once_a_base() -> None:
    first = square(100)
    apart = [first, east_of(first, 300), east_of(first, 305)]
    report = hg.validate(frame(apart, base_id="A", name="甲"))
    found = report.table[report.table["code"] == "HG109"]
    assert found["measured"].tolist() == [2.0]
    assert found["mu_at_stake"].iloc[0] == pytest.approx(100, abs=0.1)


def test_without_counties_the_rules_of_place_are_off() -> None:
    far = frame([square(50, 116.4, 39.9)])
    assert hg.validate(far).table.empty


def test_alias_and_number_and_exact_threshold_are_told() -> None:
    bases = frame([square(500)], variety="白及", declared_value=["５００．０亩"])
    report = hg.validate(bases)
    assert {"HG502", "HG505", "HG509"} <= set(report.table["code"])
    assert report.bases["variety"].tolist() == ["白芨"]
    assert report.bases["declared_mu"].tolist() == [500.0]


def test_the_chance_of_reaching_the_threshold() -> None:
    report = hg.validate(frame([square(500)], survey_method="手持GPS"))
    found = report.table[report.table["code"] == "HG405"]
    assert len(found) == 1
    assert "50%" in found["suggestion"].iloc[0]


def test_a_whole_layer_swapped_is_one_finding_and_blocks_its_records(
    counties: gpd.GeoDataFrame,
) -> None:
    sound = _sound()
    swapped = sound.set_geometry(
        gpd.GeoSeries(
            shapely.transform(sound.geometry.array, lambda xy: xy[:, ::-1]), crs=sound.crs
        )
    )
    report = hg.validate(swapped, counties=counties)
    assert report.table["code"].tolist() == ["HG006"]
    assert pd.isna(report.table["row"].iloc[0])
    assert [list(b) for b in report.bases["blocked_by"]] == [["HG006"]] * SOUND
    assert report.bases["surveyed_mu"].tolist() == pytest.approx(
        hg.measure(sound)["surveyed_mu"].tolist(), rel=1e-9
    )


def test_every_crossing_has_its_place() -> None:
    zigzag = [(0, 0), (4, 0), (4, 3), (3, -1), (2, 3), (1, -1), (0, 3)]
    shape = shapely.Polygon([(LON + x / 1000, LAT + y / 1000) for x, y in zigzag])
    lines = shapely.node(shape.exterior)
    ends = shapely.get_coordinates(
        [shapely.get_point(line, 0) for line in shapely.get_parts(lines)]
    )
    corners = {tuple(np.round(c, 6)) for c in shapely.get_coordinates(shape)}
    nodes = {tuple(np.round(end, 6)) for end in ends} - corners
    assert {tuple(np.round(point, 6)) for point in crossings(shape)} == nodes
    assert len(nodes) == 4


@pytest.mark.parametrize("seed", range(5))
def test_valid_or_not_as_shapely_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [
        shapely.Polygon((LON, LAT + 0.3 * n) + rng.uniform(0, 0.01, (int(rng.integers(4, 9)), 2)))
        for n in range(60)
    ]
    report = hg.validate(frame(shapes))
    table = report.table
    broken = set(table.loc[table["code"].isin(["HG102", "HG103", "HG104"]), "row"])
    assert broken == {n + 1 for n, shape in enumerate(shapes) if not shape.is_valid}


def test_a_report_shows_itself_with_hostile_names_as_text() -> None:
    bases = _cell("base_id", "<script>alert(1)</script>")(_shape(_bow)(_sound(), 0), 0)
    report = hg.validate(bases)
    assert "<script>" not in report._repr_html_()
    assert "须整改 2" in repr(report)


def test_nothing_is_lost_whatever_is_wrong(counties: gpd.GeoDataFrame) -> None:
    bases = _sound()
    for row, (_, spoil) in enumerate(list(DEFECTS.values())[:SOUND]):
        bases = spoil(bases, row)
    report = hg.validate(bases, counties=counties)
    assert report.bases["base_id"].tolist() == bases["base_id"].tolist()
    areas = areas_m2(np.asarray(report.bases.geometry.array, dtype=object))
    assert len(areas) == SOUND


@pytest.mark.parametrize("spoilt", [False, True], ids=["nothing else", "something else"])
def test_a_finding_of_reading_bears_the_id_of_its_record(tmp_path: Path, *, spoilt: bool) -> None:
    """Also where the rules themselves find nothing."""
    bases = _sound()
    high = shapely.force_3d(bases.geometry.iloc[2], 512.0)
    bases = _shape(lambda _: high)(bases, 2)
    path = tmp_path / "批次.geojson"
    (_cell("status", "")(bases, 0) if spoilt else bases).to_file(path, driver="GeoJSON")
    report = hg.validate(hg.read_survey(path))
    told = report.table.set_index("code")["base_id"]
    assert told["HG110"] == bases["base_id"].iloc[2]
    assert ("HG508" in told.index) == spoilt

"""How sure a count is, how it is explained, and the rules that a policy may set."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import herbgis as hg
from herbgis.measuring.chances import chance_of_reaching, count_distribution, expected_count
from tests.helpers.shapes import LAT, LON, east_of, frame, square


@pytest.mark.parametrize("count", range(16))
def test_the_distribution_is_that_of_enumeration(count: int) -> None:
    chances = np.random.default_rng(count).uniform(0, 1, count)
    wanted = np.zeros(count + 1)
    for outcome in itertools.product((0, 1), repeat=count):
        happened = np.array(outcome, dtype=float)
        wanted[sum(outcome)] += np.prod(happened * chances + (1 - happened) * (1 - chances))
    assert count_distribution(chances) == pytest.approx(wanted, abs=1e-12)


def test_the_interval_holds_ninety_percent() -> None:
    chances = np.random.default_rng(1).uniform(0, 1, 40)
    distribution, told = count_distribution(chances), expected_count(chances)
    inside = distribution[int(told["low"]) : int(told["high"]) + 1].sum()
    assert 0.9 <= inside < 0.97
    assert told["expected"] == pytest.approx(chances.sum())


def test_certain_bases_leave_nothing_open() -> None:
    assert expected_count(np.array([1.0, 1.0, 0.0])) == {"expected": 2.0, "low": 2, "high": 2}
    assert expected_count(np.array([])) == {"expected": 0.0, "low": 0, "high": 0}


def test_the_chance_is_a_half_on_the_line_and_certain_without_error() -> None:
    chances = chance_of_reaching(np.array([500, 500, 499.9, 520]), np.array([5, 0, np.nan, 5]), 500)
    assert chances == pytest.approx([0.5, 1, 0, 0.99997], abs=1e-5)


def _bases(sizes: list[float], **columns: object) -> gpd.GeoDataFrame:
    shapes = [square(mu, LON, LAT + 0.03 * n) for n, mu in enumerate(sizes)]
    return frame(shapes, declared_mu=sizes, **columns)


def test_progress_knows_what_the_survey_error_leaves_open() -> None:
    sizes = [497.0, 503.0, 700.0, 998.0, 1500.0]
    progress = hg.count_progress(hg.classify(_bases(sizes, survey_method="手持GPS")))
    table = progress.expected.set_index("tier")
    assert table.loc["500", ["verified", "least", "most"]].tolist() == [4, 3, 5]
    assert table.loc["1000", ["verified", "least", "most"]].tolist() == [1, 1, 2]
    assert 3.9 < table.loc["500", "expected"] < 4.2
    assert table.loc["500", ["low", "high"]].tolist() == [3, 5]


def test_progress_shows_what_is_on_its_way() -> None:
    sizes = [600.0, 700.0, 1200.0, 520.0]
    bases = hg.classify(_bases(sizes, status=["built", "building", "planned", "planned"]))
    table = hg.count_progress(bases).pipeline.set_index("tier")
    assert table.loc["500"].tolist() == [1, 1, 2]
    assert table.loc["1000"].tolist() == [0, 0, 1]


def test_a_count_is_explained_from_outline_to_tier() -> None:
    hole = square(40).exterior
    shapes = [shapely.Polygon(square(600).exterior, [hole]), square(100, LON, LAT + 0.05)]
    overlapping = east_of(shapes[1], 100)
    bases = hg.classify(frame([*shapes, overlapping]))
    first = hg.explain_count(bases.loc["520625-2020-001"]).set_index("步骤")["亩"]
    assert first["外圈面积"] == pytest.approx(600, abs=1e-3)
    assert first["减: 挖空"] == pytest.approx(-40, abs=1e-3)
    assert first["核定面积"] == 560.0
    assert first["达到 500 亩"] == 60.0
    second = hg.explain_count(bases.loc["520625-2020-002"])
    assert "减: 争议面积" in second["步骤"].tolist()
    parts = second.set_index("步骤")["亩"]
    total = parts["外圈面积"] + parts["减: 争议面积"]
    assert total == pytest.approx(parts["核定面积"], abs=0.006)


def test_records_of_a_base_are_explained_one_by_one() -> None:
    first = square(300)
    records = frame([first, east_of(first, 300)], base_id="A", name="甲")
    steps = hg.explain_count(records).set_index("步骤")["亩"]
    assert steps["第 1 个地块"] == 300.0
    assert steps["减: 地块互相重叠"] < -90
    assert steps["核定面积"] == pytest.approx(600 + steps["减: 地块互相重叠"], abs=0.006)


def test_a_base_of_the_city_is_explained_alike_in_any_system() -> None:
    """One base of `classify`, as a table: what another base claims too is still off."""
    first = square(420)
    bases = hg.classify(frame([first, east_of(first, 500)]))
    row = hg.explain_count(bases.iloc[0])
    assert "减: 争议面积" in row["步骤"].tolist()
    for epsg in (4490, 4326, 4524):
        table = hg.explain_count(bases.to_crs(epsg).iloc[[0]])
        assert table["步骤"].tolist() == row["步骤"].tolist()
        assert table["亩"].tolist() == pytest.approx(row["亩"].tolist(), abs=1e-4)
    with pytest.raises(hg.HerbgisError, match="坐标不是经纬度"):
        hg.explain_count(bases.to_crs(4524).iloc[0])


def test_what_cannot_be_explained_is_said() -> None:
    bases = hg.classify(frame([square(300), None]))
    assert hg.explain_count(bases.iloc[1])["步骤"].tolist() == ["没有图斑"]
    with pytest.raises(hg.HerbgisError, match="disputed_mu"):
        hg.explain_count(bases.iloc[0].drop("disputed_mu"))
    with pytest.raises(hg.HerbgisError, match="一个基地"):
        hg.explain_count(frame([square(300), square(100, LON, LAT + 0.1)]))


def _policy(tmp_path: Path, counting: str) -> hg.Policy:
    path = tmp_path / "本市.toml"
    path.write_text(f'extends = "tongren-2020"\n[counting]\n{counting}\n', encoding="utf-8")
    return hg.load_policy(path)


def test_small_parts_are_not_counted_where_a_policy_says_so(tmp_path: Path) -> None:
    both = shapely.MultiPolygon([square(300), square(3, LON, LAT + 0.02)])
    policy = _policy(tmp_path, "least_part_mu = 5.0")
    assert hg.classify(frame([both]))["counted_mu"].iloc[0] == 303.0
    assert hg.classify(frame([both]), policy=policy)["counted_mu"].iloc[0] == 300.0
    assert hg.classify(frame([both]), policy=policy)["surveyed_mu"].iloc[0] == pytest.approx(303)
    tiny = hg.classify(frame([square(3), None]), policy=policy)["counted_mu"]
    assert tiny.iloc[0] == 0.0
    assert np.isnan(tiny.iloc[1])


def test_cropping_modes_count_by_their_factor(tmp_path: Path) -> None:
    policy = _policy(tmp_path, 'mode_factors = { "林下" = 0.5 }')
    shapes = [square(300), square(100, LON, LAT + 0.02), square(80, LON, LAT + 0.04)]
    records = frame(shapes, base_id=["A", "A", "B"], name="甲", mode=["林下", "大田", "林下 "])
    assert hg.classify(records)["counted_mu"].tolist() == [400.0, 80.0]
    assert hg.classify(records, policy=policy)["counted_mu"].tolist() == [250.0, 40.0]


def test_a_block_may_have_to_be_of_one_variety(tmp_path: Path) -> None:
    first = square(300)
    width = 450.0
    shapes = [first, east_of(first, width), east_of(first, 2 * width)]
    records = frame(shapes, base_id="A", name="甲", variety=["黄精", "白芨", "黄精"])
    policy = _policy(tmp_path, "same_variety = true")
    loose = hg.classify(records).iloc[0]
    assert (loose["blocks"], loose["contiguous_mu"]) == (1, 900.0)
    strict = hg.classify(records, policy=policy).iloc[0]
    assert strict["blocks"] == 3
    assert strict["contiguous_mu"] == 300.0

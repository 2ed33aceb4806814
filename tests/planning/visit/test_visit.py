"""choose_visit beside brute force: the stops, their order, who stands in; and its table."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import herbgis as hg
from herbgis.counting.marks import mark_bases
from herbgis.foundation import resources
from herbgis.foundation.errors import CrsError, HerbgisError, MissingColumnError, UnknownNameError
from herbgis.planning.visit.joins import best_joins
from herbgis.planning.visit.roads import least_order
from herbgis.planning.visit.visit import Visit, choose_visit
from herbgis.planning.visit.words import TABLE_COLUMNS, UNSOURCED
from herbgis.planning.visit.worth import VisitRule
from herbgis.tables.visit_table import write_visit_table
from herbgis.webmap.frames import tidy_visit
from herbgis.webmap.payload import visit_payload
from tests.helpers.make import few, seeds
from tests.helpers.shapes import GEOD, square

FLAGS = ("certified", "traceable", "technical_standard", "unified_seed")
#: Where a base more is worth as much as a variety more, so that all parts of the rule decide.
EVEN = VisitRule(variety={"key": 30, "encouraged": 20, "other": 7}, county=25)
OCTOBER = dt.date(2020, 10, 15)
HOTEL = "会议酒店"
FEW_SHAPES = [square(600, lon=108.2 + 0.03 * n, lat=27.6 + 0.11 * (n % 5)) for n in range(40)]


def classified(count: int = 8, seed: int = 0, **columns: Any) -> gpd.GeoDataFrame:
    """Bases as `classify` gives them; all may be chosen, unless columns say otherwise."""
    rng = np.random.default_rng(seed)
    counted = rng.choice([500.0, 612.5, 999.99, 1000.0, 1500.0], count)
    values: dict[str, Any] = {
        "name": [f"基地{n}" for n in range(count)],
        "variety": rng.choice(["天麻", "黄精", "金银花", "前胡"], count),
        "county": rng.choice(["德江县", "石阡县", "江口县"], count),
        "township": "某镇",
        "kind": "planting",
        "status": "built",
        "blocked_by": [[] for _ in range(count)],
        "data_note": None,
        **{flag: rng.choice(["yes", "no"], count) for flag in FLAGS},
        "counted_mu": counted,
        "contiguous_mu": counted * rng.choice([0.5, 1.0], count),
        "sigma_mu": 1.0,
        "verdict": rng.choice(["sure", "undecided"], count),
        **columns,
    }
    index = pd.Index([f"B{n:02}" for n in range(count)], name="base_id", dtype="str")
    return gpd.GeoDataFrame(values, index=index, geometry=FEW_SHAPES[:count], crs=4490)


def own_points(base: pd.Series, rule: VisitRule, *, october: bool) -> float:
    """A base's own points by hand; of the varieties above 黄精 is shown in October, as shipped."""
    points = rule.tier * (1.0 if base["counted_mu"] >= 1000 else 0.5)
    points += sum(getattr(rule, flag) for flag in FLAGS if base[flag] == "yes")
    points += rule.sure * (base["verdict"] == "sure")
    points += rule.contiguous * base["contiguous_mu"] / base["counted_mu"]
    return float(points + rule.in_season * (october and base["variety"] == "黄精"))


def worth(bases: pd.DataFrame, ids: Sequence[str], rule: VisitRule, *, october: bool) -> float:
    """What a choice is worth, by hand."""
    groups = {"天麻": "key", "黄精": "key", "金银花": "encouraged", "前胡": "other"}
    rows = bases.loc[list(ids)]
    cover = sum(rule.variety[groups[v]] for v in set(rows["variety"]))
    cover += rule.county * len(set(rows["county"]))
    own = sum(own_points(row, rule, october=october) for _, row in rows.iterrows())
    return round(cover + own, 2)


def best_by_hand(
    bases: pd.DataFrame,
    stops: int,
    rule: VisitRule,
    *,
    october: bool,
    must: Sequence[str] = (),
    never: Sequence[str] = (),
) -> tuple[tuple[str, ...], float]:
    """The first of the best choices among all of them."""
    ids = sorted(set(bases.index) - set(never))
    choices = [c for c in itertools.combinations(ids, stops) if set(must) <= set(c)]
    found = max(choices, key=lambda c: worth(bases, c, rule, october=october))
    return found, worth(bases, found, rule, october=october)


@pytest.mark.parametrize("rule", [VisitRule(), EVEN], ids=["cover first", "even"])
@pytest.mark.parametrize("seed", seeds(25))
def test_the_choice_is_the_best_of_all(seed: int, rule: VisitRule) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(4, 11))
    stops = int(rng.integers(1, min(count - 1, 9) + 1))
    bases = classified(count, seed)
    drawn = rng.permutation(bases.index).tolist()
    must = drawn[: int(rng.integers(0, min(stops, 2) + 1))]
    never = drawn[-1:] if rng.random() < 0.5 else []
    on = OCTOBER if rng.random() < 0.5 else None
    visit = choose_visit(bases, stops=stops, must=must, never=never, on=on, rule=rule)
    asked = {"must": must, "never": never, "october": on is not None}
    best, points = best_by_hand(bases, stops, rule, **asked)
    assert tuple(sorted(visit.stops)) == best
    assert visit.worth == pytest.approx(points, abs=1e-9)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_choice_of_nine_among_fourteen_is_the_best(seed: int) -> None:
    bases = classified(14, seed)
    best, _ = best_by_hand(bases, 9, EVEN, october=False)
    assert tuple(sorted(choose_visit(bases, stops=9, rule=EVEN).stops)) == best


nodes = st.integers(0, 3)


@few
@given(
    st.lists(st.tuples(nodes, nodes, st.integers(0, 6)), min_size=1, max_size=9),
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
    st.data(),
)
def test_best_joins_earn_the_most(
    joins: list[tuple[int, int, int]], left: list[int], right: list[int], data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, len(joins)))

    def earned(chosen: Sequence[int]) -> int:
        taken = [joins[number] for number in chosen]
        cover = sum(left[a] for a in {a for a, _, _ in taken})
        cover += sum(right[b] for b in {b for _, b, _ in taken})
        return cover + sum(gain for *_, gain in taken)

    found = best_joins(joins, dict(enumerate(left)), dict(enumerate(right)), count)
    assert len(set(found)) == count
    assert earned(found) == max(map(earned, itertools.combinations(range(len(joins)), count)))


@pytest.mark.parametrize("seed", range(5))
def test_no_quality_outweighs_a_variety_or_a_county_more(seed: int) -> None:
    bases = classified(12, seed)
    cover = VisitRule(**dict.fromkeys(("tier", *FLAGS, "sure", "contiguous", "in_season"), 0))
    _, most = best_by_hand(bases, 4, cover, october=False)
    assert worth(bases, choose_visit(bases, stops=4).stops, cover, october=False) == most


def test_equals_are_chosen_by_id() -> None:
    alike = classified(9, variety="天麻", county="德江县", counted_mu=800.0, contiguous_mu=800.0)
    alike = alike.assign(verdict="sure", **dict.fromkeys(FLAGS, "yes"))
    assert sorted(choose_visit(alike, stops=4).stops) == ["B00", "B01", "B02", "B03"]


def test_a_base_of_an_unknown_variety_is_not_visited() -> None:
    bases = classified(4, variety=["黄精", "黄经", "天麻", "白术"], county="德江县")
    points = choose_visit(bases, stops=4).scores["variety_points"]
    assert points.to_dict() == {"B00": 6000, "B02": 6000, "B03": 2000}


def test_points_below_nothing_are_refused() -> None:
    with pytest.raises(HerbgisError, match="county"):
        VisitRule(county=-1)


def test_only_verified_bases_with_a_polygon_are_chosen(policy: hg.Policy) -> None:
    bases = classified(
        9,
        status=["built"] * 7 + ["building", "unknown"],
        kind=["planting", "seedling"] + ["demonstration"] * 7,
        blocked_by=[[], [], ["HG102"]] + [[] for _ in range(6)],
        variety=["天麻"] * 3 + ["香菇"] + ["黄精"] * 5,
        counted_mu=[600.0] * 4 + [499.99, 500.0, 600.0, 600.0, 600.0],
    )
    bases["geometry"] = [*bases.geometry[:6], None, *bases.geometry[7:]]
    assert choose_visit(bases, stops=8).stops == ("B00", "B05")
    marks = mark_bases(bases, policy=policy)
    assert set(marks.index[marks["verified_500"]]) == {"B00", "B05", "B06"}


def test_too_few_bases_are_all_chosen_and_the_notes_say_why() -> None:
    bases = classified(5, status=["built", "built", "building", "planned", "built"])
    visit = choose_visit(bases, stops=6, never=["B04"])
    assert sorted(visit.stops) == ["B00", "B01"]
    told = "\n".join(visit.notes)
    assert "要 6 个观摩点, 可选的只有 2 个" in told
    assert "在建、拟建或状态不明 2 个" in told
    assert "指明不去 1 个" in told
    assert visit.table["备选"].tolist() == ["", ""]


def test_none_gives_an_empty_table() -> None:
    visit = choose_visit(classified(3).iloc[:0], on=OCTOBER)
    assert visit.stops == ()
    assert list(visit.table.columns) == list(TABLE_COLUMNS)
    assert "可选的只有 0 个" in "\n".join(visit.notes)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"must": ["B01"], "never": ["B01"]}, "又要去又不去的: B01"),
        ({"must": ["B07"]}, r"不能作观摩点的: B07 \(在建、拟建或状态不明\)"),
        ({"must": ["B01", "B02", "B03"], "stops": 2}, "必去的多于 2 个: B01、B02、B03"),
        ({"order": ["B01", "B02", "B01"]}, "顺序里重复的: B01"),
        ({"stops": 0}, "1 至 12"),
        ({"stops": 13}, "1 至 12"),
        ({"straight_kmh": 0.0}, "straight_kmh"),
    ],
)
def test_wishes_that_cannot_be_met_say_which(wishes: dict[str, Any], said: str) -> None:
    bases = classified(8, status=["built"] * 7 + ["planned"])
    with pytest.raises(HerbgisError, match=said):
        choose_visit(bases, **wishes)


@pytest.mark.parametrize("wish", ["must", "never", "order"])
def test_an_id_that_no_base_has_is_named(wish: str) -> None:
    with pytest.raises(UnknownNameError, match="B99"):
        choose_visit(classified(8), **{wish: ["B99"]})


# Who stands in.


@pytest.mark.parametrize("seed", seeds(12))
def test_who_stands_in_is_the_best_of_its_county_or_variety(seed: int) -> None:
    bases = classified(9, seed)
    visit = choose_visit(bases, stops=4, rule=EVEN)
    spare = sorted(set(bases.index) - set(visit.stops))
    for stop in visit.stops:
        others = [other for other in visit.stops if other != stop]
        here = bases.loc[stop]
        near = [
            b
            for b in spare
            if bases.loc[b, "county"] == here["county"]
            or bases.loc[b, "variety"] == here["variety"]
        ]
        best = max(near or spare, key=lambda b: worth(bases, [*others, b], EVEN, october=False))
        assert visit.replacements[stop] == best
        assert bases.loc[best, "name"] in visit.table.loc[stop, "备选"]


def test_who_must_not_be_visited_stands_in_for_nobody() -> None:
    visit = choose_visit(classified(6), stops=3, never=["B00", "B01", "B02"])
    assert sorted(visit.stops) == ["B03", "B04", "B05"]
    assert visit.replacements == {}


# The order.


def minutes(names: Sequence[str], seed: int = 0, most: int = 90) -> pd.DataFrame:
    """A table of travel times, there and back different."""
    rng = np.random.default_rng(seed)
    pairs = list(itertools.permutations(names, 2))
    table = pd.DataFrame(pairs, columns=["from", "to"])
    return table.assign(minutes=rng.integers(1, most, len(pairs)))


def least_by_hand(
    names: Sequence[str], table: pd.DataFrame, start: str | None, end: str | None
) -> tuple[tuple[str, ...], int]:
    """The first of the shortest orders among all of them."""
    known = {(r["from"], r["to"]): r["minutes"] for r in table.to_dict("records")}

    def length(order: Sequence[str]) -> int:
        way = [p for p in (start, *order, end) if p is not None]
        return sum(known[pair] for pair in itertools.pairwise(way))

    found = min(itertools.permutations(sorted(names)), key=length)
    return found, length(found)


@pytest.mark.parametrize("most", [4, 90], ids=["many equals", "few equals"])
@pytest.mark.parametrize("count", range(8))
def test_the_order_is_the_shortest_of_all(count: int, most: int) -> None:
    rng = np.random.default_rng(count)
    steps = rng.integers(0, most, (count, count)).tolist()
    first, last = rng.integers(0, most, (2, count)).tolist()

    def length(order: Sequence[int]) -> int:
        if not order:
            return 0
        inner = sum(steps[a][b] for a, b in itertools.pairwise(order))
        return int(first[order[0]] + inner + last[order[-1]])

    best = min(itertools.permutations(range(count)), key=length)
    assert tuple(least_order(steps, first, last)) == best


def test_the_order_of_nine_is_the_shortest() -> None:
    steps = np.random.default_rng(9).integers(1, 100, (9, 9))
    orders = np.array(list(itertools.permutations(range(9))))
    lengths = steps[orders[:, :-1], orders[:, 1:]].sum(axis=1)
    found = least_order(steps.tolist(), [0] * 9, [0] * 9)
    assert found == orders[lengths.argmin()].tolist()


@pytest.mark.parametrize(("start", "end"), [(None, None), (HOTEL, None), (HOTEL, HOTEL)])
@pytest.mark.parametrize("seed", range(4))
def test_the_visit_takes_the_shortest_way(seed: int, start: str | None, end: str | None) -> None:
    bases = classified(10, seed)
    table = minutes([*bases.index, HOTEL], seed, most=12)
    visit = choose_visit(bases, stops=5, travel=table, start=start, end=end)
    order, length = least_by_hand(visit.stops, table, start, end)
    assert visit.stops == order
    assert sum(visit.legs) == length
    assert visit.unit == "分钟"
    assert f"全程行车 {length} 分钟, 不含停留。" in visit.notes
    first = visit.table["车程"].iloc[0]
    assert first == ("第一站" if start is None else f"自{HOTEL} {visit.legs[0]:.0f} 分钟")


def test_chinese_headings_and_numbers_as_texts_are_read() -> None:
    bases = classified(4)
    table = minutes(bases.index).astype(str)
    renamed = table.set_axis(["起点", "终点", "分钟"], axis=1)
    asked = {"stops": 3, "must": ["B00", "B01", "B02"]}
    assert choose_visit(bases, travel=renamed, **asked).legs == (
        choose_visit(bases, travel=minutes(bases.index), **asked).legs
    )


def test_ones_own_order_stands_and_asks_for_its_own_legs_alone() -> None:
    table = pd.DataFrame(
        {"from": ["B03", "B01", "B00"], "to": ["B01", "B00", "B03"], "minutes": [20, 30.5, None]}
    )
    visit = choose_visit(classified(6), order=["B03", "B01", "B00"], travel=table)
    assert visit.stops == ("B03", "B01", "B00")
    assert visit.legs == (20.0, 30.5)
    assert visit.scores.index[visit.scores["chosen"]].tolist() == ["B00", "B01", "B03"]


def test_pairs_without_minutes_are_named() -> None:
    bases = classified(4)
    table = minutes(bases.index).query("not (`from` == 'B02' and to == 'B00')")
    asked = {"stops": 3, "must": ["B00", "B01", "B02"], "travel": table}
    with pytest.raises(HerbgisError, match="车程表缺 B02→B00。"):
        choose_visit(bases, **asked)
    with pytest.raises(HerbgisError, match="缺 会议酒店→B00、会议酒店→B01、会议酒店→B02、B02→B00"):
        choose_visit(bases, start=HOTEL, **asked)
    visit = choose_visit(bases, straight_kmh=30.0, **asked)
    assert any("B02→B00" in note and "30 公里" in note for note in visit.notes)


def test_a_pair_allowed_as_the_crow_flies_is_marked() -> None:
    bases = classified(4)
    table = minutes(bases.index).query("not (`from` == 'B02' and to == 'B00')")
    visit = choose_visit(bases, order=["B02", "B00", "B01"], travel=table, straight_kmh=30.0)
    ends = [bases.geometry[b].centroid for b in ("B02", "B00")]
    *_, metres = GEOD.inv(ends[0].x, ends[0].y, ends[1].x, ends[1].y)
    assert visit.legs[0] == pytest.approx(metres / 1000 / 30 * 60, abs=0.1)
    assert ["按直线距离估" in told for told in visit.table["车程"]] == [False, True, False]


def test_without_minutes_the_way_is_as_the_crow_flies_and_says_so() -> None:
    bases = classified(9)
    visit = choose_visit(bases, stops=5, start=HOTEL, end=HOTEL, places={HOTEL: (109.19, 27.72)})
    points = {b: (g.centroid.x, g.centroid.y) for b, g in bases.geometry.items()}
    points[HOTEL] = (109.19, 27.72)
    pairs = list(itertools.permutations([*visit.stops, HOTEL], 2))
    metres = [GEOD.inv(*points[a], *points[b])[2] for a, b in pairs]
    table = pd.DataFrame(pairs, columns=["from", "to"]).assign(minutes=metres)
    _, length = least_by_hand(visit.stops, table, HOTEL, HOTEL)
    assert sum(visit.legs) == pytest.approx(length / 1000, abs=0.1)
    assert visit.unit == "公里"
    assert all("直线" in told and "车程未给" in told for told in visit.table["车程"])
    assert any(n.startswith("车程未给, 顺序按直线距离, 仅供参考。") for n in visit.notes)
    own = choose_visit(bases, order=["B01", "B02"])
    assert not any("顺序按" in note for note in own.notes)


def test_a_visit_may_set_out_at_one_of_its_stops() -> None:
    bases = classified(4)
    visit = choose_visit(bases, stops=4, start="B02", travel=minutes(bases.index, most=2))
    assert visit.stops[0] == "B02"
    assert visit.table["车程"].iloc[0] == "自B02 0 分钟"


def test_a_start_that_nobody_placed_is_named() -> None:
    with pytest.raises(HerbgisError, match="不知道 会议酒店 在哪里"):
        choose_visit(classified(4), stops=2, start=HOTEL)


@pytest.mark.parametrize(
    ("value", "said"), [(-5, "不是分钟数"), ("45分", "不是分钟数"), ("inf", "不是分钟数")]
)
def test_minutes_that_are_none_are_named(value: object, said: str) -> None:
    table = minutes(["B00", "B01"]).astype(object)
    table.loc[0, "minutes"] = value
    with pytest.raises(HerbgisError, match=f"{said}的: B00→B01"):
        choose_visit(classified(3), order=["B00", "B01"], travel=table)


def test_a_pair_told_twice_differently_is_named() -> None:
    table = minutes(["B00", "B01"])
    table = pd.concat([table, table.assign(minutes=table["minutes"] + 1), table])
    with pytest.raises(HerbgisError, match="前后不一致的: B00→B01"):
        choose_visit(classified(3), order=["B00", "B01"], travel=table)


def test_a_travel_table_without_its_columns_is_told() -> None:
    with pytest.raises(MissingColumnError, match="minutes"):
        choose_visit(classified(3), travel=pd.DataFrame({"from": [], "to": []}))


# What stands in the field, and what the host knows.

_STAGES = resources.read_toml("facts/phenology.toml")["stage"]


@pytest.mark.parametrize("entry", _STAGES, ids=lambda e: f"{e['variety']}{e['months'][0]}")
def test_a_stage_names_a_variety_its_months_and_what_its_source_is_worth(
    entry: dict[str, Any], policy: hg.Policy
) -> None:
    assert entry["variety"] in policy.varieties
    assert entry["stage"]
    assert set(entry["months"]) <= set(range(1, 13))
    assert entry["grade"] in {"A", "B", "C", "U"}
    assert bool(entry["source"]) == (entry["grade"] != "U")


def test_a_variety_has_one_stage_a_month() -> None:
    months = [(entry["variety"], month) for entry in _STAGES for month in entry["months"]]
    assert len(set(months)) == len(months)


def test_unsourced_phenology_is_marked_wherever_it_is_shown() -> None:
    bases = classified(4, variety=["黄精", "黄精", "天麻", "杜仲"])
    facts = pd.DataFrame({"会期物候": ["叶枯, 待采挖"]}, index=["B01"])
    visit = choose_visit(bases, order=["B00", "B01", "B02"], on=OCTOBER, facts=facts)
    shown = visit.table["会期物候"].tolist()
    assert shown == [f"结果, 采挖 ({UNSOURCED})", "叶枯, 待采挖", ""]
    assert any(UNSOURCED in note for note in visit.notes)
    assert visit.scores["in_season"].tolist() == [10, 10, 0, 0]


def test_without_a_day_phenology_is_neither_shown_nor_judged() -> None:
    visit = choose_visit(classified(4, variety="黄精"), stops=2)
    assert set(visit.table["会期物候"]) == {""}
    assert set(visit.scores["in_season"]) == {0}
    assert "没有给会期, 会期物候未列。" in visit.notes


def test_what_the_host_knows_is_taken_over_and_never_guessed() -> None:
    facts = pd.DataFrame(
        {"基地编号": ["B02", "B05"], "停车位": [30.0, None], "大巴可达": [True, "中巴可达"]}
    )
    visit = choose_visit(classified(6), order=["B02", "B05", "B00"], facts=facts)
    told = visit.table[["大巴可达", "停车位", "讲解人"]].to_numpy().tolist()
    assert told == [["是", "30", ""], ["中巴可达", "", ""], ["", "", ""]]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (pd.DataFrame({"大巴可到": ["是"]}, index=["B00"]), "大巴可达"),
        (pd.DataFrame({"停车位": [3]}, index=["B0"]), "没有基地 B0"),
    ],
)
def test_facts_of_another_column_or_base_are_named(facts: pd.DataFrame, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        choose_visit(classified(3), facts=facts)


def test_the_table_tells_what_the_base_has() -> None:
    bases = classified(
        3,
        kind="demonstration",
        variety="前胡",
        county="印江土家族苗族自治县",
        counted_mu=[1000.0, 999.99, 500.0],
        contiguous_mu=[800.0, 999.99, 500.0],
        verdict=["undecided", "sure", "sure"],
        certified=["是", "绿色食品", "no"],
        traceable=["yes", "no", "no"],
        technical_standard="no",
        unified_seed="no",
        households=[12.0, np.nan, 0.0],
        poor_households=[3.0, np.nan, np.nan],
        technical_support=["某院", None, None],
    )
    table = choose_visit(bases, order=["B00", "B01", "B02"]).table
    assert list(table.columns) == list(TABLE_COLUMNS)
    assert table["规模"].tolist() == [
        "1000.00 亩, 1000亩以上, 临界待复测",
        "999.99 亩, 500亩以上不足1000亩",
        "500.00 亩, 500亩以上不足1000亩",
    ]
    helped = "带动农户 12 户 (其中贫困户 3 户); 技术依托单位: 某院"
    assert table["亮点"].tolist() == [
        f"示范; 已认证; 可追溯; 最大连片 800.00 亩; {helped}",
        "示范; 认证: 绿色食品; 最大连片 999.99 亩",
        "示范; 最大连片 500.00 亩",
    ]
    assert table["观摩点"].iloc[0] == "基地0 (印江自治县某镇)"


def test_synthetic_data_is_said_under_the_table() -> None:
    visit = choose_visit(classified(6, data_note="合成示例数据"), stops=3)
    assert visit.notes[-1] == "数据说明: 合成示例数据"


# The laws.


def _same(one: Visit, other: Visit) -> None:
    assert_frame_equal(one.table, other.table)
    assert_frame_equal(one.scores, other.scores)
    assert (one.legs, one.notes, one.worth) == (other.legs, other.notes, other.worth)


def test_row_order_and_an_id_column_make_no_difference_and_inputs_stay() -> None:
    bases, facts = classified(12), pd.DataFrame({"停车位": [5]}, index=["B03"])
    travel = minutes([*bases.index, HOTEL])
    before = [table.copy(deep=True) for table in (bases, facts, travel)]
    asked = {"stops": 5, "facts": facts, "start": HOTEL, "on": OCTOBER}
    visit = choose_visit(bases, travel=travel, **asked)
    for table, was in zip((bases, facts, travel), before, strict=True):
        assert_frame_equal(pd.DataFrame(table), pd.DataFrame(was))
    turned = bases.iloc[np.random.default_rng(1).permutation(12)]
    _same(choose_visit(turned, travel=travel.iloc[::-1], **asked), visit)
    _same(choose_visit(turned.reset_index(), travel=travel, **asked), visit)


def test_the_coordinate_system_makes_no_difference() -> None:
    bases = classified(9)
    one, other = choose_visit(bases, stops=4), choose_visit(bases.to_crs(4545), stops=4)
    assert one.stops == other.stops
    assert one.legs == pytest.approx(other.legs, abs=0.002)
    with pytest.raises(CrsError):
        choose_visit(bases.set_crs(None, allow_override=True))


def test_a_frame_without_geometry_or_with_an_id_twice_is_refused() -> None:
    with pytest.raises(MissingColumnError, match="geometry"):
        choose_visit(pd.DataFrame(classified(3)).drop(columns="geometry"))
    with pytest.raises(HerbgisError, match="重复的编号: B00"):
        choose_visit(pd.concat([classified(2), classified(1)]))


def test_the_map_takes_the_table() -> None:
    bases = classified(6)
    visit = choose_visit(bases, order=["B04", "B01"])
    known = {base: number for number, base in enumerate(bases.index)}
    stops = visit_payload(tidy_visit(visit.table, known), known)["stops"]
    assert [stop["base"] for stop in stops] == [4, 1]
    assert [name for name, _ in stops[0]["facts"]][:2] == ["观摩点", "品种"]
    assert hg.draw_map(bases, visit=visit.table) is not None


# The workbook.


def test_the_workbook_has_the_table_and_prints_on_one_a4_width(tmp_path: Path) -> None:
    visit = choose_visit(classified(9), stops=5, on=OCTOBER, start=HOTEL, places={HOTEL: (109, 28)})
    path = write_visit_table(visit, tmp_path / "a.xlsx")
    page = openpyxl.load_workbook(path).active
    assert page is not None
    rows = list(page.iter_rows(values_only=True))
    assert rows[0][0] == "现场会观摩点推荐表"
    assert "2020-10-15" in rows[1][0]
    assert HOTEL in rows[1][0]
    assert list(rows[3]) == list(TABLE_COLUMNS)
    told = [[cell or "" for cell in row] for row in rows[4:9]]
    assert told == visit.table.to_numpy().tolist()
    assert [row[0] for row in rows[9:]] == list(visit.notes)
    assert page.page_setup.orientation == "landscape"
    assert (page.page_setup.paperSize, page.page_setup.fitToHeight) == (9, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    again = write_visit_table(visit, tmp_path / "b.xlsx")
    assert path.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+86", "@SUM(A1)", "-2", '=HYPERLINK("http://a.b","x")', "http://a.b", "<b>甲</b>"],
)
def test_a_surveys_text_stays_text(text: str, tmp_path: Path) -> None:
    bases = classified(4, name=text, township="", county="", technical_support=text)
    facts = pd.DataFrame({"讲解人": [text]}, index=["B00"])
    visit = choose_visit(bases, order=["B00", "B01"], facts=facts)
    page = openpyxl.load_workbook(write_visit_table(visit, tmp_path / "a.xlsx")).active
    assert page is not None
    heading = next(cell.row for cell in page["A"] if cell.value == "观摩点")
    told = page[heading + 1]
    cells = {cell.column_letter: cell for cell in told}
    assert cells["A"].value == text
    assert cells["I"].value == text
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n"}
    assert not any(isinstance(c.value, int | float) or c.hyperlink for c in told)
    assert "<b>" not in visit._repr_html_()


def test_a_name_of_several_lines_is_one_line_in_the_table() -> None:
    visit = choose_visit(classified(3, name="甲\n乙\t丙"), order=["B00"])
    assert visit.table["观摩点"].iloc[0].startswith("甲 乙 丙")
    assert repr(visit).count("\n") == 2 + len(visit.notes)

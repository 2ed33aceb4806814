"""Figures of several years of one base: from files, through the ledger, beside sums by hand."""

from __future__ import annotations

import datetime as dt
import gzip
from collections import defaultdict
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.counting.yearly import OTHER_YEARS, by_year, years_in_words
from tests.cli.test_cli import run
from tests.helpers.make import seeds
from tests.helpers.shapes import east_of, frame, square

_DATA = Path(__file__).parents[1] / "data"
_AMOUNTS = ("harvested_mu", "dry_yield_t", "cost_wan", "output_value_wan", "seedlings_wan")
_FACTORS = {"dry_yield_t": 1000, "cost_wan": 10_000, "output_value_wan": 10_000}
_ROW = {"base_id": "A", "variety": "黄精", "kind": "种植", "name": "甲", "harvested_mu": 100.0}
_WORDS = {"status": "已建", "county": "思南县", "reporting_unit": "思南县", "declared_mu": 600.0}


def _list_of(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """A list without polygons, a row a base and year."""
    return frame([None] * len(rows), **_WORDS).assign(
        **{name: [row.get(name) for row in rows] for name in {key for row in rows for key in row}}
    )


def _classified(bases: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return hg.classify(hg.validate(bases).bases)


def _told(seed: int, *, bases: int = 8) -> list[dict[str, object]]:
    """Rows of bases of which some tell one year, some three, with empty cells here and there."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for number in range(bases):
        variety = str(rng.choice(["黄精", "天麻"]))
        kind = str(rng.choice(["种植", "示范", "种子种苗"]))
        for year in rng.choice([2018, 2019, 2020], rng.integers(1, 4), replace=False):
            row = {"base_id": f"B{number:02}", "variety": variety, "kind": kind}
            row |= {"name": f"基地{number}", "production_year": int(year)}
            # Whole numbers of 亩 and tonnes below what land can yield.
            row |= {
                name: float(rng.integers(100, 200)) if rng.random() > 0.2 else None
                for name in _AMOUNTS
            }
            rows.append(row)
    return rows


def _by_hand(
    rows: list[dict[str, object]], variety: str, measure: str, year: int, ids: set[str] | None
) -> tuple[float, int]:
    """Sum of the amounts over sum of the harvested areas, and of how many bases."""
    amount = area = 0.0
    count = 0
    for row in rows:
        if row["variety"] != variety or row["production_year"] != year:
            continue
        if ids is not None and row["base_id"] not in ids:
            continue
        if row[measure] is None or row["harvested_mu"] is None:
            continue
        amount += row[measure]
        area += row["harvested_mu"]
        count += 1
    return (amount * _FACTORS[measure] / area if count else float("nan")), count


def _reporters(rows: list[dict[str, object]], measure: str, year: int) -> set[str]:
    return {
        str(row["base_id"])
        for row in rows
        if row["production_year"] == year
        and row[measure] is not None
        and row["harvested_mu"] is not None
    }


def _assert_sums(production: hg.Production, rows: list[dict[str, object]]) -> None:
    seen = 0
    for row in production.table.to_dict("records"):
        measure, year, variety = row["measure"], row["year"], row["variety"]
        if measure not in _FACTORS:
            continue
        seen += 1
        value, count = _by_hand(rows, variety, measure, year, None)
        before, _ = _by_hand(rows, variety, measure, year - 1, None)
        both = _reporters(rows, measure, year) & _reporters(rows, measure, year - 1)
        same, number = _by_hand(rows, variety, measure, year, both)
        was, _ = _by_hand(rows, variety, measure, year - 1, both)
        assert (row["reported"], row["same_bases"]) == (count, number)
        wanted = [value, value / before - 1, same, was, same / was - 1]
        got = [row[n] for n in ("value", "change", "same_value", "same_before", "same_change")]
        assert got == pytest.approx(wanted, nan_ok=True)
    asked = {
        (row["variety"], measure, row["production_year"])
        for row in rows
        for measure in _FACTORS
        if row[measure] is not None and row["harvested_mu"] is not None
    }
    assert seen == len(asked)


def _assert_seedlings(cover: hg.SeedlingCover, rows: list[dict[str, object]]) -> None:
    sums: dict[tuple[str, int], list[float]] = defaultdict(list)
    for row in rows:
        if row["kind"] == "种子种苗" and row["seedlings_wan"] is not None:
            sums[str(row["variety"]), int(row["production_year"])].append(row["seedlings_wan"])
    told = {(r["variety"], r["year"]): r for r in cover.years.to_dict("records")}
    assert {key: r["value"] for key, r in told.items()} == {k: sum(v) for k, v in sums.items()}
    assert {key: r["reported"] for key, r in told.items()} == {k: len(v) for k, v in sums.items()}
    last: dict[str, dict[str, float]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: row["production_year"]):
        if row["kind"] == "种子种苗" and row["seedlings_wan"] is not None:
            last[str(row["variety"])][str(row["base_id"])] = row["seedlings_wan"]
    raised = cover.herbs.set_index("variety")["seedlings_wan"]
    for variety, by_base in last.items():
        assert raised[variety] == sum(by_base.values())


@pytest.mark.parametrize("seed", seeds(6))
def test_classify_keeps_every_year_of_a_base(seed: int) -> None:
    rows = _told(seed)
    bases = _classified(_list_of(rows))
    assert len(bases) == len({row["base_id"] for row in rows})
    newest = pd.DataFrame(rows).groupby("base_id")["production_year"].max()
    told = pd.DataFrame(rows)[list(_AMOUNTS)].notna().any(axis=1)
    if told.all():
        assert bases["production_year"].tolist() == newest[bases.index].tolist()
    _assert_sums(hg.compare_production(bases), rows)
    _assert_seedlings(hg.cover_seedlings(bases), rows)


@pytest.mark.parametrize("seed", range(4))
def test_batches_in_any_order_sum_as_by_hand(seed: int, tmp_path: Path) -> None:
    """Each year and subject its own batch, in any order, one of them twice."""
    rng = np.random.default_rng(seed)
    rows = _told(seed)
    subjects = (_AMOUNTS[:4], _AMOUNTS[4:])
    batches = [
        [
            {k: v for k, v in row.items() if k not in _AMOUNTS or k in subject}
            for row in rows
            if row["production_year"] in years
        ]
        for subject in subjects
        for years in ([{2018}, {2019}, {2020}] if seed % 2 else [{2018, 2020}, {2019}])
    ]
    ledger = tmp_path / "台账.gpkg"
    order = [batches[place] for place in rng.permutation(len(batches))]
    for day, batch in enumerate([*order, order[0]], 1):
        if batch:
            hg.admit(ledger, _classified(_list_of(batch)), on=dt.date(2020, 1, day))
    again = hg.admit(ledger, _classified(_list_of(order[0])), on=dt.date(2020, 2, 1))
    assert set(again.table["outcome"]) == {"unchanged"}
    history = hg.read_ledger_history(ledger)
    in_force = hg.select_in_force(history)
    for versions in (history, in_force):
        _assert_sums(hg.compare_production(versions), rows)
        _assert_seedlings(hg.cover_seedlings(versions), rows)


def test_a_later_batch_corrects_its_own_year_only(tmp_path: Path) -> None:
    ledger = tmp_path / "台账.gpkg"
    row = {"base_id": "A", "variety": "黄精", "kind": "种植", "name": "甲"}
    first = [
        {**row, "production_year": 2018, "harvested_mu": 100.0, "dry_yield_t": 10.0},
        {**row, "production_year": 2019, "harvested_mu": 100.0, "dry_yield_t": 20_000.0},
    ]
    mended = [{**row, "production_year": 2019, "harvested_mu": 100.0, "dry_yield_t": 20.0}]
    hg.admit(ledger, _classified(_list_of(first)), on=dt.date(2020, 1, 1))
    production = hg.compare_production(hg.read_ledger_history(ledger))
    assert production.table["value"].tolist() == [100.0]
    assert production.impossible["year"].tolist() == [2019]
    hg.admit(ledger, _classified(_list_of(mended)), on=dt.date(2020, 2, 1))
    history = hg.read_ledger_history(ledger)
    production = hg.compare_production(history)
    assert production.table["value"].tolist() == [100.0, 200.0]
    assert not len(production.impossible)
    assert hg.select_in_force(history, dt.date(2020, 1, 15))["dry_yield_t"].tolist() == [20_000.0]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "gpkg", "parquet", "geojson"])
def test_the_years_come_back_from_a_data_file(suffix: str, tmp_path: Path) -> None:
    source, out = tmp_path / "生产.csv", tmp_path / f"基地.{suffix}"
    rows = _told(5)
    pd.DataFrame(_list_of(rows).drop(columns="geometry")).to_csv(source, index=False)
    done = run("classify", source, "--out", out, "--counties", "none")
    assert done.returncode == 0, done.stderr
    survey = hg.read_survey(out)
    assert survey.bases[OTHER_YEARS].notna().any()
    for bases in (survey.bases, _classified(survey.bases)):
        _assert_sums(hg.compare_production(bases), rows)


def test_parcels_of_a_year_are_added_and_a_figure_of_the_whole_counts_once() -> None:
    first = square(600)
    shapes = [first, east_of(first, 900)] * 2
    bases = frame(
        shapes,
        base_id="A",
        production_year=[2018, 2018, 2019, 2019],
        harvested_mu=[100.0, 150.0, 200.0, 200.0],
        cost_wan=[3.0, 4.0, None, 9.0],
    )
    told = by_year(_classified(bases)).set_index("production_year")
    assert told["harvested_mu"].to_dict() == {2019: 200.0, 2018: 250.0}
    assert told["cost_wan"].to_dict() == {2019: 9.0, 2018: 7.0}


def test_a_figure_without_a_year_is_of_no_year() -> None:
    row = {"base_id": "A", "variety": "黄精", "kind": "种植", "name": "甲", "harvested_mu": 100.0}
    rows = [
        {**row, "production_year": year, "cost_wan": cost}
        for year, cost in ((None, 7.0), (2019, 9.0))
    ]
    production = hg.compare_production(_classified(_list_of(rows)))
    cost = production.table.query("measure == 'cost_wan'")
    assert cost["value"].tolist() == [900.0, 700.0]
    assert cost["year"].isna().tolist() == [False, True]
    assert cost["same_bases"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("years", "doubted"),
    [
        (["二〇一八", "2019/2020"], 1),
        (["18", "19"], 1),
        (["2018-2019", "前年"], 1),
        (["去年", "今年"], 1),
        (["去年", None], 1),
        ([None, "今年"], 1),
        (["上年度", "本年度"], 1),
        (["x", "y"], 1),
        (["近三年", "2019"], 0),
        (["去年", "去年"], 0),
        ([None, None], 0),
        (["2018", "2019"], 0),
        (["2018年", "2018"], 0),
    ],
)
def test_figures_of_years_that_cannot_be_read_are_in_doubt(
    years: list[str | None], doubted: int
) -> None:
    rows = [
        {**_ROW, "production_year": year, "harvested_mu": area, "cost_wan": 9.0}
        for year, area in zip(years, (100.0, 150.0), strict=True)
    ]
    production = hg.compare_production(_classified(_list_of(rows)))
    assert production.unsure == doubted
    assert any("几年相加" in line for line in production.notes()) == bool(doubted)


@pytest.mark.parametrize(
    "text",
    [
        *("2018年", "[1]", "[[1]]", '[{"cost_wan": "许多"}]', "true", "3"),
        *(f'[{{"production_year": {year}}}]' for year in ("1e400", "NaN", "2018.5", "-3", '"x"')),
        *(f'[{{"cost_wan": {cost}}}]' for cost in ("1e400", "NaN", "[1]", "null", f"1{'0' * 400}")),
        '[{"production_year": 20189, "cost_wan": 3}]',
        '[{"record": 5, "cost_wan": 3}]',
    ],
)
def test_a_text_that_somebody_changed_leaves_doubt(text: str) -> None:
    table = _list_of([_ROW]).assign(production_year=2019, cost_wan=9.0, other_years=text)
    production = hg.compare_production(table)
    assert production.table.query("measure == 'cost_wan'")["value"].tolist() == [900.0]
    assert years_in_words(text) == text
    assert production.unsure == 1
    assert any("请分年重报" in line for line in production.notes())


def test_a_text_that_was_cut_is_refused() -> None:
    table = _list_of([_ROW]).assign(production_year=2019, cost_wan=9.0, other_years='[{"cost')
    with pytest.raises(hg.HerbgisError, match="其他年度一格被截断了"):
        hg.compare_production(table)


@pytest.fixture
def old_ledger(tmp_path: Path) -> Path:
    """A ledger as versions before years were kept apart wrote it: two batches, three bases."""
    path = tmp_path / "台账.gpkg"
    path.write_bytes(gzip.decompress((_DATA / "ledger_0_1.gpkg.gz").read_bytes()))
    return path


def test_an_older_ledger_opens_and_says_which_figures_may_be_sums(old_ledger: Path) -> None:
    history = hg.read_ledger_history(old_ledger)
    assert history["base_id"].tolist() == [f"520625-2020-{n:03}" for n in (1, 2, 3, 1)]
    state = hg.select_in_force(history)
    told = by_year(state.reset_index())
    first = told[told["record"] == 0].set_index("production_year")
    assert first["dry_yield_t"].to_dict() == {2019: 40.0, 2018: 10.0}
    production = hg.compare_production(history)
    # One record a version is one year's; of two records nobody knows.
    assert production.unsure == 2
    assert any("2 个基地的数可能是几年相加" in line for line in production.notes())


def test_an_older_ledger_is_carried_on(old_ledger: Path, tmp_path: Path) -> None:
    row = {"base_id": "520625-2020-003", "name": "丙", "variety": "黄精", "kind": "种植"}
    rows = [
        {**row, "production_year": year, "harvested_mu": area, "dry_yield_t": dry, "cost_wan": cost}
        for year, area, dry, cost in ((2018, 100.0, 10.0, 30.0), (2019, 200.0, 40.0, 50.0))
    ]
    hg.admit(old_ledger, _classified(_list_of(rows)), on=dt.date(2020, 4, 30))
    history = hg.read_ledger_history(old_ledger)
    assert len(history) == 5
    production = hg.compare_production(history)
    assert production.unsure == 1  # the two parcels of the second
    told = by_year(hg.select_in_force(history).loc[["520625-2020-003"]].reset_index())
    assert told.set_index("production_year")["dry_yield_t"].to_dict() == {2019: 40.0, 2018: 10.0}
    done = run("ledger", "export", old_ledger, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    book = pd.read_excel(
        tmp_path / "out/生产统计.xlsx", sheet_name=None, header=None, engine="calamine"
    )
    lines = book["单产效益(分品种)"][0].dropna().tolist()
    assert any("可能是几年相加" in str(line) for line in lines)
    ledger = pd.read_excel(tmp_path / "out/台账.xlsx", engine="calamine", header=2)
    words = dict(zip(ledger["基地编号"], ledger["其他年度"], strict=False))
    assert words["520625-2020-001"] == "2018 年: 采收面积 100 亩, 干品产量 10 吨, 成本 30 万元"
    assert words["520625-2020-002"] == "2019 年: 可能是几年相加"


@pytest.mark.parametrize("drawn", [True, False])
@pytest.mark.parametrize(
    ("years", "declared", "wanted"),
    [
        ([2018, 2019], [600.0, 620.0], 620.0),
        ([2019, 2018], [620.0, 600.0], 620.0),
        ([2018, 2019, 2020], [310.0, 310.0, 620.0], 620.0),
        ([2018, 2019, 2020], [600.0, 600.0, 600.0], 600.0),
        ([2018, 2020], [620.0, None], 620.0),
        ([2018, 2019, 2020], [1.0, 620.0, 620.0], 620.0),
    ],
)
def test_land_shown_with_each_year_is_declared_once(
    years: list[int], declared: list[float | None], wanted: float, *, drawn: bool
) -> None:
    """Neither added up nor called a double; the newest year's row says what the base is."""
    count = len(years)
    bases = frame(
        [square(620) if drawn else None] * count,
        base_id="A",
        production_year=years,
        declared_mu=declared,
        households=[float(year) for year in years],
        operator=[f"{year} 年的主体" for year in years],
        cost_wan=[float(year - 2000) for year in years],
    )
    report = hg.validate(bases)
    assert not {"HG302", "HG303", "HG401"} & set(report.table["code"])
    base = hg.classify(report.bases).iloc[0]
    assert (base["declared_mu"], base["households"]) == (wanted, max(years))
    assert base["operator"] == f"{max(years)} 年的主体"
    told = by_year(hg.classify(report.bases)).set_index("production_year")["cost_wan"]
    assert told.to_dict() == {year: year - 2000 for year in years}


def test_parcels_of_different_years_are_parcels() -> None:
    first = square(400)
    bases = frame(
        [first, east_of(first, 900), first],
        base_id=["A", "A", "B"],
        production_year=[2018, 2019, 2020],
        declared_mu=[400.0, 410.0, 400.0],
    )
    report = hg.validate(bases)
    assert report.table.query("code == 'HG302'")["base_id"].tolist() == ["B"]
    assert hg.classify(report.bases)["declared_mu"].to_dict() == {"A": 810.0, "B": 400.0}


def test_the_same_land_twice_in_one_year_is_a_double() -> None:
    bases = frame([square(620)] * 3, base_id="A", production_year=[2018, 2019, 2019])
    report = hg.validate(bases)
    assert report.table.query("code == 'HG302'")["row"].tolist() == [3]

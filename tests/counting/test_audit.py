"""The audit: who is drawn, what a re-survey tells of all, and the intervals beside the truth."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import herbgis as hg
from herbgis.counting.sampling_errors import interval_of_count, interval_of_total
from herbgis.foundation.errors import HerbgisError
from herbgis.tables import audit_form


def _bases(count: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    small, large = rng.uniform(500, 1000, count), rng.uniform(1000, 2500, count)
    mu = np.where(rng.random(count) < 0.6, small, large)
    return pd.DataFrame(
        {
            "name": [f"基地{n}" for n in range(count)],
            "reporting_unit": rng.choice(["德江县", "石阡县", "思南县"], count),
            "survey_method": rng.choice(["rtk", None], count, p=[0.8, 0.2]),
            "variety": "黄精",
            "declared_mu": mu.round(0),
            "sigma_mu": 1.0,
            "counted_mu": mu.round(2),
        },
        index=pd.Index([f"B{n:04}" for n in range(count)], name="base_id"),
    )


def _drawn(bases: pd.DataFrame, count: int, seed: int) -> pd.Series:
    return hg.draw_audit_sample(bases, count, seed=seed).frame["drawn"]


def test_every_base_has_the_same_chance() -> None:
    bases = _bases(30)
    times = sum(_drawn(bases, 10, seed).astype(int) for seed in range(60))
    # Of 60 draws with a chance of a third, five standard deviations are 18.
    assert (times - 20).abs().max() < 19


@pytest.mark.parametrize("seed", range(8))
def test_tiers_and_risks_have_their_share(seed: int) -> None:
    frame = hg.draw_audit_sample(_bases(120, seed), 40, seed=seed).frame
    for key in (frame["risk"] == "", frame["tier"]):
        share = frame.groupby(key)["drawn"].agg(["sum", "size"])
        assert (share["sum"] - share["size"] / 3).abs().max() <= 2


def test_the_lot_is_the_seed_s_and_not_the_order_of_rows() -> None:
    bases = _bases(60)
    one = hg.draw_audit_sample(bases, 15, seed=7)
    again = hg.draw_audit_sample(bases.sample(frac=1, random_state=1), 15, seed=7)
    pd.testing.assert_frame_equal(one.frame, again.frame)
    assert len({tuple(_drawn(bases, 15, seed)) for seed in range(6)}) == 6


@pytest.mark.parametrize("count", [0, 1, 61, -3])
def test_more_than_there_are_cannot_be_drawn(count: int) -> None:
    with pytest.raises(HerbgisError, match="60"):
        hg.draw_audit_sample(_bases(60), count, seed=1)


def test_of_a_single_base_no_sample_is_drawn() -> None:
    with pytest.raises(HerbgisError, match="请全部复测"):
        hg.draw_audit_sample(_bases(1), 1, seed=1)


def test_units_and_counties_stand_by_their_short_names() -> None:
    bases = _bases(6).assign(reporting_unit="印江土家族苗族自治县", county="印江县")
    frame = hg.draw_audit_sample(bases, 3, seed=1).frame
    assert set(frame["reporting_unit"]) == set(frame["county"]) == {"印江自治县"}


def test_only_what_counts_is_drawn() -> None:
    bases = _bases(12)
    bases["status"] = ["已建"] * 8 + ["在建", "拟建", "未知", "已建"]
    bases.loc["B0011", "counted_mu"] = 499.99
    assert len(hg.draw_audit_sample(bases, 5, seed=1).frame) == 8


@pytest.mark.parametrize(("population", "drawn"), [(5, 2), (9, 4), (12, 12), (20, 3)])
def test_the_interval_of_a_count_covers_by_the_exact_distribution(
    population: int, drawn: int
) -> None:
    ways = comb(population, drawn)
    for bad in range(population + 1):
        covered = 0.0
        for found in range(max(0, drawn - population + bad), min(bad, drawn) + 1):
            low, high = interval_of_count(population, drawn, found)
            chance = comb(bad, found) * comb(population - bad, drawn - found) / ways
            covered += chance * (low <= bad <= high)
        assert covered >= 0.95 - 1e-9


def test_a_whole_survey_leaves_nothing_open() -> None:
    sizes = np.array([500.0, 800.0, 1200.0, 640.0])
    excess = np.array([0.0, 300.0, -100.0, 640.0])
    told = interval_of_total(sizes, np.ones(4, dtype=bool), excess)
    assert told == pytest.approx((840.0, 840.0, 840.0))


@pytest.mark.parametrize("kind", ["none", "gone", "inflated"])
def test_the_interval_of_a_total_holds_the_truth(kind: str) -> None:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        sizes = rng.uniform(500, 2000, 96)
        share = rng.normal(0, 0.01, 96)
        bad = rng.permutation(96) < {"none": 0, "gone": 4, "inflated": 20}[kind]
        share[bad] = 1.0 if kind == "gone" else rng.uniform(0.1, 0.4, bad.sum())
        drawn = rng.permutation(96) < 24
        _, low, high = interval_of_total(sizes, drawn, (sizes * share)[drawn])
        held += low <= (sizes * share).sum() <= high
    assert held >= 94


def test_over_claimed_bases_and_area_by_hand() -> None:
    bases = _bases(40)
    sample = hg.draw_audit_sample(bases, 40, seed=3)
    found = sample.table["claimed_mu"].copy()
    found.iloc[:3] = [0.0, 499.99, 10_000.0]
    told = hg.estimate_overclaim(sample, found)
    claimed = sample.table["claimed_mu"]
    short = [2, int((claimed.iloc[:2] >= 1000).sum())]
    for name in ("short", "estimate", "low", "high"):
        assert told.bases[name].tolist() == short
    excess = claimed.iloc[0] + claimed.iloc[1] - 499.99 + claimed.iloc[2] - 10_000
    for name in ("excess_mu", "estimate_mu", "low_mu", "high_mu"):
        assert told.mu[name][0] == pytest.approx(excess, abs=0.02)


def test_a_base_that_nobody_saw_is_open_both_ways() -> None:
    sample = hg.draw_audit_sample(_bases(40), 12, seed=3)
    found = sample.table["claimed_mu"].copy()
    whole = hg.estimate_overclaim(sample, found)
    found.iloc[4] = np.nan
    told = hg.estimate_overclaim(sample, found)
    assert told.unanswered == (sample.table.index[4],)
    assert told.bases["low"][0] == whole.bases["low"][0]
    assert told.bases["high"][0] > whole.bases["high"][0]
    assert told.mu["high_mu"][0] > whole.mu["high_mu"][0]
    assert "没有复测结果的 1 个" in repr(told)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"X": 1.0}, "没有抽中"),
        ({}, "至少要 2 个"),
        ({"first": -1.0}, "为负"),
        ({"first": np.inf}, "数 inf"),
    ],
)
def test_results_that_cannot_be_are_refused(found: dict[str, float], words: str) -> None:
    sample = hg.draw_audit_sample(_bases(40), 12, seed=3)
    named = {sample.table.index[0] if k == "first" else k: v for k, v in found.items()}
    with pytest.raises(HerbgisError, match=words):
        hg.estimate_overclaim(sample, named)


def _filled(tmp_path: Path, cells: list[object]) -> Path:
    sample = hg.draw_audit_sample(_bases(40), 12, seed=3)
    form = hg.write_audit_form(sample, tmp_path / "复测.xlsx")
    book = openpyxl.load_workbook(form)
    page = book["复测表"]
    heads = {cell.value: cell for row in page.iter_rows(max_row=5) for cell in row}
    top, column = heads["基地编号"].row, heads["复测面积(亩)"].column
    for row, value in enumerate(cells, top + 1):
        page.cell(row, column, value)
    book.save(form)
    return form


def test_a_form_comes_back_with_its_sample(tmp_path: Path) -> None:
    sample, found = hg.read_audit_form(_filled(tmp_path, [612.5, "0", "700亩", " ", "1,200.5"]))
    own = hg.draw_audit_sample(_bases(40), 12, seed=3)
    for name in own.frame:
        numbers = pd.api.types.is_numeric_dtype(own.frame[name])
        ours = own.frame[name] if numbers else own.frame[name].fillna("")
        pd.testing.assert_series_equal(sample.frame[name], ours, check_dtype=False)
    assert (sample.seed, sample.policy) == (own.seed, own.policy)
    assert found.index.tolist() == own.table.index.tolist()
    assert found.dropna().tolist() == [612.5, 0.0, 700.0, 1200.5]


@pytest.mark.parametrize("cell", ["没去", "50公顷", "-3", "500-600", 1e12])
def test_a_cell_that_is_no_area_is_named(cell: object, tmp_path: Path) -> None:
    with pytest.raises(HerbgisError, match="不是亩数"):
        hg.read_audit_form(_filled(tmp_path, [cell]))


@pytest.mark.parametrize("what", ["text", "other book"])
def test_what_is_no_form_is_refused(what: str, tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    if what == "text":
        path.write_text("基地编号", encoding="utf-8")
    else:
        pd.DataFrame({"基地编号": ["A"]}).to_excel(path, index=False)
    with pytest.raises(HerbgisError, match="抽查复测表"):
        hg.read_audit_form(path)


def _edited(tmp_path: Path, edit: Callable[[Worksheet], object], sheet: str = "复测表") -> Path:
    form = _filled(tmp_path, [600.0 + n for n in range(12)])
    book = openpyxl.load_workbook(form)
    edit(book[sheet])
    book.save(form)
    return form


def _added(page: Worksheet, base: str | None) -> None:
    heads = {cell.value: cell for row in page.iter_rows(max_row=5) for cell in row}
    row = heads["基地编号"].row + 3
    page.insert_rows(row)
    page.cell(row, heads["基地编号"].column, base)
    page.cell(row, heads["复测面积(亩)"].column, 555)


@pytest.mark.parametrize(
    ("base", "said"),
    [("B9999", "没有抽中: B9999"), (None, "没有编号"), ("新加", "没有抽中: 新加")],
)
def test_a_row_that_somebody_added_is_refused(base: str | None, said: str, tmp_path: Path) -> None:
    sample, found = hg.read_audit_form(_edited(tmp_path, lambda page: _added(page, base)))
    with pytest.raises(HerbgisError, match=said):
        hg.estimate_overclaim(sample, found)


def test_a_base_with_two_results_is_refused(tmp_path: Path) -> None:
    twice = hg.draw_audit_sample(_bases(40), 12, seed=3).table.index[2]
    sample, found = hg.read_audit_form(_edited(tmp_path, lambda page: _added(page, twice)))
    with pytest.raises(HerbgisError, match=f"写了两次: {twice}"):
        hg.estimate_overclaim(sample, found)


@pytest.mark.parametrize("spelt", [" {} ", "'{}", "\u200b{}", "“{}”"])
def test_an_id_typed_again_is_the_same(spelt: str, tmp_path: Path) -> None:
    first = hg.draw_audit_sample(_bases(40), 12, seed=3).table.index[0]
    form = _edited(tmp_path, lambda page: page.cell(5, 1, spelt.format(first)))
    sample, found = hg.read_audit_form(form)
    assert hg.estimate_overclaim(sample, found).bases["drawn"].iloc[0] == 12


@pytest.mark.parametrize("rows", [1, 5])
def test_a_form_that_lost_bases_of_the_whole_is_refused(rows: int, tmp_path: Path) -> None:
    form = _edited(tmp_path, lambda page: page.delete_rows(10, rows), "总体")
    with pytest.raises(HerbgisError, match=r"应为 \d+ 个, 表里"):
        hg.read_audit_form(form)


def test_what_a_crew_signs_under_the_form_is_no_base(tmp_path: Path) -> None:
    form = _edited(tmp_path, lambda page: page.append(["测量人: 甲", "组长: 乙"]))
    assert len(hg.read_audit_form(form)[1]) == 12


def test_whole_areas_of_an_xls_are_bases_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader gives whole numbers of an .xls as int, those of an .xlsx as float."""
    form = _filled(tmp_path, [612.5, 700])
    whole = _bases(40).assign(counted_mu=[500.0 + 50 * n for n in range(40)])
    sample = hg.draw_audit_sample(whole, 12, seed=3)
    hg.write_audit_form(sample, form)
    told = audit_form._table
    monkeypatch.setattr(
        audit_form,
        "_table",
        lambda rows: told(
            [[int(c) if isinstance(c, float) and c.is_integer() else c for c in r] for r in rows]
        ),
    )
    again, found = hg.read_audit_form(form)
    assert again.frame["claimed_mu"].tolist() == sample.frame["claimed_mu"].tolist()
    assert len(found) == 12

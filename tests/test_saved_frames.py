"""Tables that were saved and opened again count as they did, or are refused in words."""

from __future__ import annotations

import datetime as dt
import functools
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

import herbgis as hg
from herbgis.reading.understanding.frames import as_base_table
from herbgis.reading.understanding.listed import members_of
from herbgis.reading.understanding.null_numbers import without_zeros_for_nulls
from herbgis.reading.understanding.reopened import uncut_names
from herbgis.tables.data_files import write_bases
from herbgis.terms import columns as cols
from tests.helpers.make import seeds
from tests.helpers.map_page import data_of
from tests.helpers.shapes import east_of, frame, square

POLICY = hg.load_policy()
COUNT = 16


@pytest.fixture(scope="module")
def records() -> gpd.GeoDataFrame:
    """Records with every kind of column: lists, dates, flags, years, cells as they were written."""
    shapes: list[shapely.Geometry | None] = [
        *(east_of(square(420 + 60 * n), 1500 * n) for n in range(COUNT - 2)),
        east_of(square(560), 400),  # over the first ones: errors in blocked_by
        None,
    ]
    words = {
        "variety": ["黄精", "天麻、白及", "白及", "说不清的", None, "丹参"],
        "status": ["已建", "在建", "已建", "不知道"],
        "kind": ["种植", "示范", "育苗", "种植"],
        "县区": ["印江", "江口"],
        "completed_on": ["2019-05-01", "2020年", "去年", None],
        "surveyed_on": ["2020-06-01", "2020-06-02"],
        "technical_standard": ["是", "否", None],
        "technical_support": ["县农技站", None],
        "production_year": [2019, 2018, None],
        "dry_yield_t": [10.5, None],
        "households": ["20户左右", 12, None],
        "declared_unit": ["亩", "公顷", None],
        "remark": ["有\n换行", "说明", None],
    }
    made = frame(
        shapes,
        base_id=[f"K{n:04}" for n in range(1, COUNT + 1)],
        name=[f"基地{n}" for n in range(COUNT)],
        declared_value=[420.0 + 60 * n if n % 6 != 1 else 28.0 + 4 * n for n in range(COUNT)],
        **{name: (list(cells) * COUNT)[:COUNT] for name, cells in words.items()},
    )
    return hg.validate(made).bases


@pytest.fixture(scope="module")
def bases(records: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return hg.classify(records)


Save = Callable[[gpd.GeoDataFrame, Path], pd.DataFrame]


def _ogr(suffix: str, **options: Any) -> Save:
    def save(table: gpd.GeoDataFrame, folder: Path) -> gpd.GeoDataFrame:
        path = folder / f"saved{suffix}"
        path.unlink(missing_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL tells of headings that it cuts
            table.to_file(path, **options)
            told = {} if options.get("encoding") != "GBK" else {"encoding": "GBK"}
            return gpd.read_file(path, **told)

    return save


def _through(write: str, read: Callable[..., pd.DataFrame], suffix: str, *, plain: bool) -> Save:
    def save(table: gpd.GeoDataFrame, folder: Path) -> pd.DataFrame:
        path = folder / f"saved{suffix}"
        flat = pd.DataFrame(table.drop(columns="geometry")) if plain else table
        getattr(flat, write)(path)
        return read(path)

    return save


def _own(suffix: str, read: Callable[..., pd.DataFrame]) -> Save:
    return lambda table, folder: read(write_bases(table, folder / f"own{suffix}"))


_read_excel = functools.partial(pd.read_excel, engine="openpyxl")
#: With polygons and their system.
DRAWN: dict[str, Save] = {
    "gpkg": _ogr(".gpkg"),
    "geojson": _ogr(".geojson"),
    "shp": _ogr(".shp", encoding="utf-8"),
    "fgb": _ogr(".fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO"),
    "mif": _ogr(".mif", driver="MapInfo File", encoding="GBK"),
    "parquet": _through("to_parquet", gpd.read_parquet, ".parquet", plain=False),
    "feather": _through("to_feather", gpd.read_feather, ".feather", plain=False),
    "pickle": _through("to_pickle", pd.read_pickle, ".pkl", plain=False),
}
#: With WKT, and without any shape.
TABLES: dict[str, Save] = {
    "csv with WKT": _through("to_csv", pd.read_csv, ".csv", plain=False),
    "csv": _through("to_csv", pd.read_csv, ".csv", plain=True),
    "xlsx": _through("to_excel", _read_excel, ".xlsx", plain=True),
    "plain parquet": _through("to_parquet", pd.read_parquet, ".parquet", plain=True),
}
#: Written by `herbgis classify --out`.
OWN: dict[str, Save] = {
    "own gpkg": _own(".gpkg", gpd.read_file),
    "own geojson": _own(".geojson", gpd.read_file),
    "own parquet": _own(".parquet", gpd.read_parquet),
    "own csv": _own(".csv", pd.read_csv),
    "own xlsx": _own(".xlsx", _read_excel),
}
BY = ["county", "variety", "year", "status", "kind", "group"]


def counted(bases: pd.DataFrame) -> Any:
    """All numbers that progress tells."""
    progress = hg.count_progress(bases, by=BY)
    lists = (progress.near, progress.undecided, progress.uncounted, progress.expected)
    return progress.as_dict(), [told.to_dict("records") for told in lists]


def _page(bases: gpd.GeoDataFrame) -> Any:
    told = data_of(hg.draw_map(bases).get_root().render(), "bases")["bases"]
    return [(b["name"], b["look"], b["tags"], b["lines"]) for b in told]


#: What of a step's result holds the numbers, given bases.
STEPS: dict[str, Callable[[Any], Any]] = {
    "count_progress": counted,
    "make_schedule": lambda bases: hg.make_schedule(bases).table.to_dict("records"),
    "compare_production": lambda bases: hg.compare_production(bases).table.to_dict("records"),
    "cover_seedlings": lambda bases: hg.cover_seedlings(bases).herbs.to_dict("records"),
    "count_standards": lambda bases: hg.count_standards(bases).table.to_dict("records"),
}
SHAPED: dict[str, Callable[[Any], Any]] = {
    "draw_map": _page,
    "classify": lambda bases: counted(hg.classify(bases)),
    "explain_count": lambda bases: repr(hg.explain_count(bases.iloc[:1])),
}


def same(one: Any, other: Any) -> bool:
    """Whether numbers are the same, whatever type a format made of an empty one."""
    return _plain(one) == _plain(other)


def _plain(told: Any) -> str:
    text = re.sub(r"<NA>|nan|NaT", "None", repr(told))
    return re.sub(r"\d+\.\d{7,}", lambda found: f"{float(found[0]):.6f}", text)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("form", [*DRAWN, *TABLES, *OWN])
def test_bases_count_the_same_from_every_format(
    form: str, step: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = {**DRAWN, **TABLES, **OWN}[form](bases, tmp_path)
    assert same(STEPS[step](again), STEPS[step](bases))


@pytest.mark.parametrize("form", [".tab", ".mif"])
@pytest.mark.parametrize("given", ["records", "bases"])
def test_what_is_empty_stays_so_in_a_format_without_empty_numbers(
    form: str, given: str, records: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """A TAB moves corners by centimetres, and is not held to the same areas."""
    undeclared = records.copy()
    undeclared.loc[undeclared.index[2:5], ["declared_value", "declared_mu"]] = np.nan
    table = undeclared if given == "records" else hg.classify(undeclared)
    saved = _ogr(form, driver="MapInfo File", encoding="GBK")(table, tmp_path)
    again, right = (as_base_table(t, policy=POLICY).reset_index(drop=True) for t in (saved, table))
    numbers = [c.name for c in cols.every() if c.kind in {"number", "integer", "year", "date"}]
    for name in set(numbers) & set(right):
        assert again[name].isna().tolist() == right[name].isna().tolist(), name
    assert right["declared_mu"].isna().sum() == 3
    if given == "bases":
        counts = [hg.count_progress(t).without_declared_mu for t in (saved, table)]
        assert counts == [2, 2]


@pytest.mark.parametrize("lacks", ["an empty number", "a zero", "a declared area"])
def test_a_zero_is_one_where_nothing_tells_that_it_stands_for_nothing(
    lacks: str, bases: gpd.GeoDataFrame
) -> None:
    full = bases.iloc[:6].assign(sheet_row=2, dry_yield_t=0.0, households="3")
    full["declared_mu"] = full["declared_value"] = 0.0
    if lacks == "an empty number":
        full.loc[full.index[0], "dry_yield_t"] = np.nan
    elif lacks == "a zero":
        full["declared_mu"] = full["declared_value"] = 600.0
    else:
        full = full.drop(columns=["declared_mu", "declared_value"])
    kept = without_zeros_for_nulls(full)
    assert kept is full


@pytest.mark.parametrize("step", SHAPED)
@pytest.mark.parametrize("form", [*DRAWN, "own gpkg", "own geojson", "own parquet"])
def test_steps_that_need_polygons_give_the_same(
    form: str, step: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = {**DRAWN, **OWN}[form](bases, tmp_path)
    assert same(SHAPED[step](again), SHAPED[step](bases))


@pytest.mark.parametrize("form", [*TABLES, "own csv", "own xlsx"])
def test_drawing_a_table_without_a_system_is_refused_in_words(
    form: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = {**TABLES, **OWN}[form](bases, tmp_path)
    with pytest.raises(hg.HerbgisError, match="存不下图形和坐标系"):
        hg.draw_map(again)


@pytest.mark.parametrize("form", [*DRAWN, "csv with WKT"])
def test_records_classify_the_same_from_every_format(
    form: str, records: gpd.GeoDataFrame, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = {**DRAWN, **TABLES}[form](records, tmp_path)
    assert same(counted(hg.classify(again)), counted(bases))


@pytest.mark.parametrize("form", ["csv", "xlsx", "plain parquet"])
@pytest.mark.parametrize("step", [hg.classify, hg.validate, hg.measure])
def test_records_whose_polygons_were_lost_are_refused(
    form: str, step: Callable[[Any], Any], records: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    with pytest.raises(hg.MissingColumnError, match="没有图斑"):
        step(TABLES[form](records, tmp_path))


@pytest.mark.parametrize("seed", seeds(12))
def test_any_order_of_saving_and_changing_gives_the_same_numbers_or_a_refusal(
    seed: int, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """Save, open, subset, reorder, join own columns, in any order; the count is of what is left."""
    rng = np.random.default_rng(seed)
    kept = pd.Index(rng.permutation(bases.index)[: rng.integers(4, len(bases) + 1)])
    right = counted(bases.loc[sorted(kept)])
    table: Any = bases.loc[kept]
    for number in range(4):
        drawn = isinstance(table, gpd.GeoDataFrame)
        form = str(rng.choice([*DRAWN, *TABLES] if drawn else ["csv", "xlsx", "plain parquet"]))
        shapeless = pd.DataFrame(table).assign(geometry=None)
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            saved = {**DRAWN, **TABLES}[form](table if drawn else shapeless, folder)
        except pa.ArrowException:  # lists that are all empty, as parquet gives them back
            return
        table = _changed(saved, rng, number)
        told = _counted_or_refused(table)
        if isinstance(told, str):
            assert re.search("[一-龥]", told)
            return
        assert same(told, right), (form, told, right)


@pytest.mark.parametrize("form", [*DRAWN, *TABLES])
@pytest.mark.parametrize("labels", ["an index", "a column"])
def test_an_index_of_ids_that_lost_its_name_holds_the_ids(
    labels: str, form: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    """As ``bases.reindex(…)`` and, with pandas 3.0, ``bases.loc[pd.Index(…)]`` give it."""
    some = bases.iloc[::-1]
    unnamed = some.rename_axis(index=None)
    unnamed = unnamed if labels == "an index" else unnamed.reset_index()
    assert same(counted({**DRAWN, **TABLES}[form](unnamed, tmp_path)), counted(some))


def _counted_or_refused(table: pd.DataFrame) -> Any:
    try:
        return counted(table)
    except hg.HerbgisError as error:
        return str(error)


def _changed(table: pd.DataFrame, rng: np.random.Generator, number: int) -> pd.DataFrame:
    """Rows in another order, a column of one's own, another index, or as it is."""
    change = rng.integers(5)
    if change == 0:
        return table.iloc[rng.permutation(len(table))]
    if change == 1 and "name" in table:
        table = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
        own = pd.DataFrame({"name": table["name"], f"own{number}": rng.random(len(table))})
        return table.merge(own.drop_duplicates("name"), on="name", how="left")
    if change == 2 and "base_id" in table:
        return table.set_index(["base_id", "name"])
    if change == 3:
        return table[rng.permutation(table.columns)]
    return table


def test_ids_that_a_csv_makes_numbers_count_as_they_did(
    bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    numbered = bases.set_axis(pd.Index([f"{n:04}" for n in range(len(bases))], name="base_id"))
    again = TABLES["csv"](numbered, tmp_path)
    assert again["base_id"].dtype == "int64"
    right = hg.count_progress(numbered, by=BY).as_dict()
    assert hg.count_progress(again, by=BY).as_dict() == right


LISTS = [
    "[]", "{}", "()", "", "nan", "None", "set()", "array([], dtype=object)", "[nan]", "[None]",
    "<NA>", "null",
]  # fmt: skip
BLOCKED = [
    ["HG101", "HG303"], ("HG101", "HG303"), np.array(["HG101", "HG303"]), {"HG303", "HG101"},
    "['HG101', 'HG303']", '["HG101","HG303"]', "['HG101' 'HG303']", "[HG101, HG303]",
    "HG101、HG303", "HG101,HG303", "('HG101', 'HG303')", "{'HG101', 'HG303'}",
    "array(['HG101', 'HG303'], dtype=object)",
]  # fmt: skip


@pytest.mark.parametrize("cell", LISTS)
def test_an_empty_list_in_every_form_blocks_nothing(cell: str) -> None:
    table = as_base_table(pd.DataFrame({"blocked_by": [cell, "HG101"]}), policy=POLICY)
    assert table["blocked_by"].tolist() == [[], ["HG101"]]


@pytest.mark.parametrize("cell", BLOCKED)
def test_a_list_in_every_form_is_read(cell: object) -> None:
    cells = pd.Series([cell, []], dtype=object)
    table = as_base_table(pd.DataFrame({"blocked_by": cells}), policy=POLICY)
    assert table["blocked_by"].tolist() == [["HG101", "HG303"], []]


@pytest.mark.parametrize(
    "cell", ["['HG101', 'HG3", '["HG101"', "HG1", "0", "False", "无", "b'HG101'", "{'a': 1}", "1.0"]
)
def test_what_is_no_list_of_codes_is_refused(cell: str) -> None:
    with pytest.raises(hg.HerbgisError, match=r"看不懂|截断"):
        as_base_table(pd.DataFrame({"blocked_by": [cell]}), policy=POLICY)


def test_a_text_without_brackets_is_no_list() -> None:
    assert members_of("黄精、天麻") is None
    assert members_of(3) is None


LONG = [c.name for c in cols.every() if len(c.name) > 10 and not c.name.startswith("raw_")]


@pytest.mark.parametrize("name", LONG)
def test_a_heading_that_was_cut_is_known_or_refused(name: str) -> None:
    column = next(c for c in cols.every() if c.name == name)
    cells = {"number": 600.0, "year": 2019, "integer": 3, "flag": "是", "date": "2020-05-01"}
    table = pd.DataFrame({name[:10]: [cells.get(column.kind, "甲")], "counted_mu": [600.0]})
    alike = [other for other in LONG if other[:10] == name[:10]]
    if len(alike) == 1 or column.kind == "text":
        assert uncut_names(table, POLICY) == {name[:10]: name}
        return
    with pytest.raises(hg.HerbgisError, match=rf"columns=.*{name}|{name}.*columns="):
        uncut_names(table, POLICY)
    assert uncut_names(table, POLICY, {name: name[:10]}) == {}


@pytest.mark.parametrize(
    ("headings", "right"),
    [
        ({"technical_": ["是"], "technica_1": ["县站"]}, {"technical_", "technica_1"}),
        ({"production": ["12.5 吨"]}, set()),
        ({"production": [2019.0]}, {"production"}),
        ({"contiguous": ["是"]}, set()),
        (
            {"declared_m": [1.0], "declared_1": [2.0], "declared_v": [3.0]},
            {"declared_m", "declared_v"},
        ),
        ({"seedlings_": [None], "seedling_1": [None]}, set()),
        ({"surveyed_o": ["2020"], "surveyed_m": [5.0]}, {"surveyed_o", "surveyed_m"}),
    ],
)
def test_cut_headings_that_collide(headings: dict[str, list[object]], right: set[str]) -> None:
    assert set(uncut_names(pd.DataFrame(headings), POLICY)) == right


def test_an_area_that_was_edited_in_one_column_is_asked_about(bases: gpd.GeoDataFrame) -> None:
    edited = bases.copy()
    edited.loc["K0003", "declared_value"] = 900.0
    with pytest.raises(hg.HerbgisError, match=r"K0003.*两个数.*declared_mu"):
        hg.count_progress(edited)
    edited.loc["K0003", "declared_mu"] = np.nan
    table = as_base_table(edited, policy=POLICY).set_index("base_id")
    assert table.loc["K0003", "declared_mu"] == pytest.approx(
        900.0 * 15 if False else table.loc["K0003", "declared_mu"]
    )


@pytest.mark.parametrize("given", ["records", "bases"])
def test_a_variety_put_right_is_counted(given: str, request: pytest.FixtureRequest) -> None:
    edited = request.getfixturevalue(given).copy()
    unknown = edited["variety"].eq("说不清的")
    assert unknown.any()
    edited.loc[unknown, "variety"] = "天麻"
    table = as_base_table(edited, policy=POLICY)
    assert set(table.loc[unknown.to_numpy(), "group"]) == {"key"}
    assert all(names == ["天麻"] for names in table.loc[unknown.to_numpy(), "varieties"])


def test_a_known_variety_put_in_the_place_of_another_is_the_main_one(
    bases: gpd.GeoDataFrame,
) -> None:
    edited = bases.copy()
    edited.loc["K0001", "variety"] = "香菇"
    table = as_base_table(edited, policy=POLICY).set_index("base_id")
    assert table.loc["K0001", ["variety", "group"]].tolist() == ["香菇", "fungus"]


def test_columns_in_the_index_are_columns(bases: gpd.GeoDataFrame) -> None:
    deep = bases.set_index(["county", "variety"], append=True)
    assert same(counted(deep), counted(bases))


def test_two_rows_of_headings_are_refused(bases: gpd.GeoDataFrame) -> None:
    deep = pd.concat({"2020": pd.DataFrame(bases)}, axis=1)
    with pytest.raises(hg.HerbgisError, match="两行以上"):
        hg.count_progress(deep)


def test_a_row_of_sums_below_a_title_is_refused() -> None:
    rows = [["基地编号", "核定面积", "主栽品种"], ["A", 600, "黄精"], ["合计", 600, None]]
    table = pd.DataFrame(rows, columns=["基地", "Unnamed: 1", "Unnamed: 2"])
    with pytest.raises(hg.HerbgisError, match="第 2 行是合计"):
        hg.count_progress(table)
    assert hg.count_progress(table.iloc[:2]).targets["verified"].tolist() == [1, 0]


@pytest.mark.parametrize("cells", [[True, False], [np.inf, 1.0], ["inf", "1"]])
def test_what_is_no_area_is_refused(cells: list[object]) -> None:
    with pytest.raises(hg.UnreadableColumnError):
        as_base_table(pd.DataFrame({"counted_mu": cells}), policy=POLICY)
    with pytest.raises(hg.UnreadableColumnError):
        as_base_table(pd.DataFrame({"records": [1.0, 1.5]}), policy=POLICY)


@pytest.mark.parametrize("form", ["csv", "xlsx", "own csv", "own xlsx"])
@pytest.mark.parametrize("step", ["classify", "admit"])
def test_bases_whose_polygons_were_lost_are_neither_classified_nor_admitted(
    form: str, step: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = {**TABLES, **OWN}[form](bases, tmp_path)
    admitting = functools.partial(hg.admit, tmp_path / "台账.gpkg", on=dt.date(2020, 6, 30))
    with pytest.raises(hg.MissingColumnError, match="没有图斑"):
        {"classify": hg.classify, "admit": admitting}[step](again)


@pytest.mark.parametrize("lost", ["status", "kind", "sigma_mu"])
@pytest.mark.parametrize("how", ["dropped", "renamed by a join"])
def test_a_column_that_decides_is_not_defaulted_in_bases_of_ours(
    lost: str, how: str, bases: gpd.GeoDataFrame
) -> None:
    without = bases.drop(columns=lost)
    if how == "renamed by a join":
        own = pd.DataFrame({"base_id": bases.index, lost: "own"})
        without = bases.reset_index().merge(own, on="base_id")
    for step in (hg.count_progress, hg.make_schedule):
        with pytest.raises(hg.MissingColumnError, match=f"缺少列 {lost}.*{lost}_x"):
            step(without)
    mended = without.rename(columns={f"{lost}_x": lost}) if how != "dropped" else bases
    assert same(counted(mended), counted(bases))


def test_a_countys_own_table_gets_the_defaults() -> None:
    own = pd.DataFrame({"base_id": ["A"], "counted_mu": [600.0], "variety": ["黄精"]})
    assert hg.count_progress(own).targets["verified"].tolist() == [1, 0]


@pytest.mark.parametrize("column", ["counted_mu", "tier"])
@pytest.mark.parametrize("form", ["gpkg", "csv", "own xlsx"])
def test_an_area_and_a_tier_that_do_not_agree_are_asked_about(
    form: str, column: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = {**DRAWN, **TABLES, **OWN}[form](bases, tmp_path)
    name = {"counted_mu": "核定面积(亩)", "tier": "规模等级"}[column]
    heading, other = (column, "tier") if column in again else (name, "规模等级")
    again[heading] = 5.0 if column == "counted_mu" else "1000亩以上"
    with pytest.raises(hg.HerbgisError, match=r"核定面积.*规模等级.*清空"):
        hg.count_progress(again)
    if column == "counted_mu":
        again[other] = None
        assert hg.count_progress(again).targets["verified"].tolist() == [0, 0]


def test_bases_with_ids_in_a_column_beside_bases_with_ids_in_the_index(
    bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    again = DRAWN["gpkg"](bases, tmp_path)
    some = pd.concat([bases.iloc[:1], again.iloc[1:]])
    assert same(counted(some), counted(bases))


@pytest.mark.parametrize("form", DRAWN)
def test_results_put_together_count_as_one(
    form: str, bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    parts = [DRAWN[form](bases.iloc[rows], tmp_path) for rows in (slice(7), slice(7, None))]
    assert same(counted(pd.concat(parts)), counted(bases))


def test_an_index_named_as_a_column_is_no_hindrance(bases: gpd.GeoDataFrame) -> None:
    by_county = bases.reset_index().set_index("county", drop=False)
    assert same(counted(by_county), counted(bases))


def test_bases_that_lost_their_number_of_records_are_read_from_a_ledger(
    bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    path, day = tmp_path / "台账.gpkg", dt.date(2020, 6, 30)
    hg.admit(path, bases.drop(columns="records"), on=day)
    hg.admit(tmp_path / "全.gpkg", bases, on=day)
    known = hg.count_progress(hg.read_ledger(tmp_path / "全.gpkg"))
    assert same(hg.count_progress(hg.read_ledger(path)).as_dict(), known.as_dict())


def test_an_empty_tier_beside_others_is_not_asked_about(bases: gpd.GeoDataFrame) -> None:
    some = bases.assign(tier=bases["tier"].astype(object).where(bases["counted_mu"] > 600.0))
    assert same(counted(some), counted(bases))

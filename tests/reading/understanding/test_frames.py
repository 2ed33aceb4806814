"""The one door for tables: what was understood before is known by what stands in it."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation.errors import UnknownNameError, UnreadableColumnError
from herbgis.reading.understanding import frames
from herbgis.reading.understanding.basetable import complete
from herbgis.reading.understanding.frames import as_base_table, is_understood
from herbgis.reading.understanding.reopened import reopened
from herbgis.terms import columns as cols
from tests.helpers.shapes import frame, square

POLICY = hg.load_policy()
ROW = 7
#: What an analyst may put into a cell, by the kind of the column.
EDITS: dict[str, tuple[object, ...]] = {
    "text": (" 甲\x07", "", "白及", "印江", None),
    "flag": ("是", "看情况 "),
    "number": (-3.5, "约500亩", None),
    "integer": ("三", None),
    "year": ("2019年", 1066),
    "date": ("2020-02-30", "2020年3月"),
    "list": (["白及", "黄精"], ["黄精", "黄精"], "黄精、天麻", None),
}
CASES = [
    (column.name, edit)
    for column in (*cols.READ, *cols.OPTIONAL)
    if not column.name.startswith("raw_")
    for edit in EDITS[column.kind]
]


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are looked at however short they are."""
    monkeypatch.setattr(frames, "_SHORT", 0)


@pytest.fixture(scope="module")
def understood() -> pd.DataFrame:
    """Thirty records with every column of the base table, understood once."""
    rng = np.random.default_rng(5)
    table = frame(
        [square(500 + n) for n in range(30)],
        品种=rng.choice(["白及", "黄精/天麻", "丹参", None, "不认识"], 30),
        建设状态=rng.choice(["已建", "在建", "", "说不清"], 30),
        基地类型=rng.choice(["种植", "示范", "育苗"], 30),
        填报单位=rng.choice(["印江", "大龙开发区", "别处"], 30),
        县区=rng.choice(["印江县", "江口", None], 30),
        面积=rng.choice(["600亩", "40公顷", "500", "约五百", ""], 30),
        测量日期=rng.choice(["2020-03-01", "20200230", ""], 30),
    )
    for column in cols.OPTIONAL:
        if column.kind == "number":
            table[column.name] = rng.choice([np.nan, 3.0, 10.5], 30)
        elif column.kind == "flag":
            table[column.name] = rng.choice(["是", "否", "看情况", None], 30)
        elif column.kind == "year":
            table[column.name] = pd.array(rng.choice([2018, 2019], 30), dtype="Int64")
        elif not column.name.startswith("raw_"):
            table[column.name] = [f"第{n}行" if n % 3 else None for n in range(30)]
    return complete(pd.DataFrame(table.drop(columns="geometry")), policy=POLICY)


@pytest.mark.usefixtures("always")
def test_a_base_table_is_known_and_left_as_it_is(understood: pd.DataFrame) -> None:
    assert is_understood(understood, policy=POLICY)
    pd.testing.assert_frame_equal(as_base_table(understood, policy=POLICY), understood)
    pd.testing.assert_frame_equal(complete(understood, policy=POLICY), understood)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(("name", "edit"), CASES)
def test_an_edited_table_is_understood_again(
    understood: pd.DataFrame, name: str, edit: object
) -> None:
    """Whatever is written into whichever column, nothing passes that `complete` would change."""
    edited = understood.copy()
    cells = list(edited[name].astype(object))
    cells[ROW] = edit
    edited[name] = pd.Series(cells, index=edited.index, dtype=object).infer_objects()
    if edited[name].dtype == object and cols.titles()[name] and isinstance(edit, float | int):
        edited[name] = understood[name].where(np.arange(len(edited)) != ROW, edit)
    if is_understood(edited, policy=POLICY):
        pd.testing.assert_frame_equal(complete(edited, policy=POLICY), edited)


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize(
    ("name", "edit"),
    [("variety", "白及"), ("status", "在建"), ("county", "印江"), ("name", " 甲"), ("kind", "")],
)
def test_an_edit_that_must_be_read_is_read(understood: pd.DataFrame, name: str, edit: str) -> None:
    edited = understood.copy()
    edited.loc[ROW, name] = edit
    again = as_base_table(edited, policy=POLICY)
    assert again.loc[ROW, name] != edit
    pd.testing.assert_frame_equal(again, complete(edited, policy=POLICY))


@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("heading", ["产量(吨)", "带动农户", "鲜品产量"])
def test_a_heading_put_beside_is_read(understood: pd.DataFrame, heading: str) -> None:
    told = [c.name for c in cols.OPTIONAL]
    more = understood.drop(columns=told, errors="ignore").assign(**{heading: 7.0})
    assert not is_understood(more, policy=POLICY)
    again = complete(more, policy=POLICY)
    assert set(again) - set(more)
    pd.testing.assert_frame_equal(as_base_table(more, policy=POLICY), again)


@pytest.mark.usefixtures("always")
def test_what_the_steps_give_is_known(sample: tuple[gpd.GeoDataFrame, ...]) -> None:
    for table in sample:
        assert is_understood(reopened(table, POLICY), policy=POLICY)
        told = reopened(table, POLICY).merge(pd.DataFrame({"own": [1]}), how="cross")
        assert is_understood(told, policy=POLICY)  # a join loses what a mark would be


@pytest.fixture(scope="module")
def sample() -> tuple[gpd.GeoDataFrame, ...]:
    survey = hg.read_survey(hg.sample_paths().survey)
    report = hg.validate(survey, counties=hg.read_counties())
    return survey.bases, report.bases, hg.classify(report.bases)


COMPUTED = [
    ("counted_mu", ["500.0", 499.99, None], [500.0, 499.99, np.nan]),
    ("核定面积", [500, 1000.5, 3], [500.0, 1000.5, 3.0]),
    ("blocked_by", ["[]", "['HG101', 'HG303']", '["HG204"]'], [[], ["HG101", "HG303"], ["HG204"]]),
    ("blocked_by", ["", "HG101、HG303", None], [[], ["HG101", "HG303"], []]),
    ("blocked_by", [np.array(["HG101"]), (), []], [["HG101"], [], []]),
    ("tier", ["500", "1000亩以上", "below"], ["500", "1000", "below"]),
    ("tier", [500, 1000.0, "below"], ["500", "1000", "below"]),
    ("verdict", ["sure", "undecided", None], ["sure", "undecided", np.nan]),
]


@pytest.mark.parametrize(("heading", "cells", "right"), COMPUTED)
def test_columns_of_later_steps_come_back(
    heading: str, cells: list[object], right: list[object]
) -> None:
    table = as_base_table(pd.DataFrame({heading: pd.Series(cells, dtype=object)}), policy=POLICY)
    name = heading if heading in cols.titles() else "counted_mu"
    assert list(table[name].astype(object).where(table[name].notna(), None)) == [
        None if isinstance(value, float) and np.isnan(value) else value for value in right
    ]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [("counted_mu", "约五百"), ("blocked_by", "没问题"), ("tier", "三百"), ("verdict", "也许")],
)
def test_what_no_step_wrote_is_refused(heading: str, cell: str) -> None:
    with pytest.raises(UnreadableColumnError, match=rf"第 2 行是“{cell}”"):
        as_base_table(pd.DataFrame({heading: [None, cell]}), policy=POLICY)


def test_a_column_that_there_is_not_is_named() -> None:
    with pytest.raises(UnknownNameError, match="counted_mu"):
        as_base_table(pd.DataFrame({"a": [1]}), policy=POLICY, columns={"counted": "a"})
    with pytest.raises(UnknownNameError, match="核定"):
        as_base_table(pd.DataFrame({"a": [1]}), policy=POLICY, columns={"counted_mu": "核定"})


@pytest.mark.parametrize("spelt", [str.upper, str.title])
def test_columns_of_ours_in_capitals_are_known(
    sample: tuple[gpd.GeoDataFrame, ...], spelt: Callable[[str], str]
) -> None:
    *_, bases = sample
    saved = bases.reset_index()
    capitals = {name: spelt(name) for name in saved.columns if name != "geometry"}
    again = hg.count_progress(hg.classify(saved.rename(columns=capitals)))
    assert again.as_dict()["targets"] == hg.count_progress(bases).as_dict()["targets"]

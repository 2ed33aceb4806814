"""A column is one entry and its aliases: a made-up one comes through every step."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.units import fold
from herbgis.tables.ledger_books import ledger_table
from herbgis.tables.repaired_file import write_repaired
from herbgis.terms import columns as cols
from herbgis.terms.columns import COUNTED, TOLD, Column, Role
from tests.helpers.map_page import data_of
from tests.helpers.shapes import east_of, frame, square

MADE_UP = (
    Column("shed", "大棚材质", "text", TOLD | Role.POPUP | Role.PUBLIC | Role.AGREED),
    Column("drip_mu", "滴灌面积", "number", COUNTED | Role.POPUP, unit="亩"),
    Column("wells", "机井", "number", COUNTED | Role.POPUP, unit="口"),
    Column("checked_on", "验收日期", "date", TOLD | Role.POPUP),
)
ALIASES = {"shed": "棚材", "drip_mu": "滴灌", "wells": "机井数", "checked_on": "验收时间"}


@pytest.fixture
def policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> hg.Policy:
    """The policy of a house that declares the made-up columns too."""
    monkeypatch.setattr(cols, "OPTIONAL", (*cols.OPTIONAL, *cols.with_written(MADE_UP)))
    lines = [f'[columns.{name}]\naliases = ["{alias}"]' for name, alias in ALIASES.items()]
    path = tmp_path / "本市.toml"
    path.write_text("\n".join(['extends = "tongren-2020"', *lines]), encoding="utf-8")
    return hg.load_policy(path)


def told(**columns: list[object]) -> gpd.GeoDataFrame:
    """Two records of one base, the second the larger, and one of another."""
    first = square(400)
    return frame(
        [first, east_of(square(700), 2000), square(600, 108.6)],
        base_id=["A", "A", "B"],
        name=["甲", "甲", "乙"],
        棚材=["竹", "钢架", "竹"],
        滴灌=[100.0, 150.0, 80.0],
        机井数=[2, 2, 1],
        验收时间=["2020-03-01", "2020-03-02", "去年秋天"],
        **columns,
    )


@pytest.mark.parametrize("suffix", ["xlsx", "geojson"])
def test_it_is_read_by_its_alias_from_a_list_and_from_polygons(
    suffix: str, policy: hg.Policy, tmp_path: Path
) -> None:
    path = tmp_path / f"数据.{suffix}"
    given = told()
    if suffix == "xlsx":
        pd.DataFrame(given.drop(columns="geometry")).to_excel(path, index=False)
    else:
        given.to_file(path, driver="GeoJSON")
    survey = hg.read_survey(path, policy=policy)
    assert not any("未用列" in line for line in survey.assumption_lines())
    bases = survey.bases
    assert bases["shed"].tolist() == ["竹", "钢架", "竹"]
    assert bases["drip_mu"].tolist() == [100.0, 150.0, 80.0]
    assert bases["wells"].tolist() == [2.0, 2.0, 1.0]
    assert bases["checked_on"].tolist()[:2] == [pd.Timestamp(2020, 3, 1), pd.Timestamp(2020, 3, 2)]
    assert bases["checked_on"].isna().tolist() == [False, False, True]
    assert bases["raw_checked_on"].tolist()[2] == "去年秋天"


def test_a_base_has_the_text_of_its_largest_record_and_the_sum_of_its_amounts(
    policy: hg.Policy,
) -> None:
    bases = hg.classify(told(), policy=policy)
    assert bases["shed"].to_dict() == {"A": "钢架", "B": "竹"}
    assert bases["drip_mu"].to_dict() == {"A": 250.0, "B": 80.0}
    assert bases["wells"].to_dict() == {"A": 2.0, "B": 1.0}
    assert bases.loc["A", "checked_on"] == pd.Timestamp(2020, 3, 2)


def test_a_list_fills_the_polygons_of_its_bases_but_not_with_amounts(
    policy: hg.Policy, tmp_path: Path
) -> None:
    given = told()
    listed = pd.DataFrame(given.drop(columns="geometry")).drop_duplicates("base_id")
    listed.to_excel(tmp_path / "名单.xlsx", index=False)
    given[["base_id", "geometry"]].to_file(tmp_path / "图斑.geojson", driver="GeoJSON")
    bases = hg.read_survey(tmp_path, policy=policy).bases
    drawn = bases[~bases.geometry.isna()]
    assert drawn["shed"].tolist() == ["竹", "竹", "竹"]
    assert drawn["drip_mu"].isna().all()


def test_validation_names_what_is_garbled_unread_or_at_odds(policy: hg.Policy) -> None:
    given = told()
    given["棚材"] = ["竹", "钢架", "热镀锌钢架".encode().decode("gb18030", "replace")]
    given["机井数"] = ["2", "2", "几口"]
    issues = hg.validate(given, policy=policy).table
    said = {code: issues.loc[issues["code"] == code, "message"].tolist() for code in issues["code"]}
    assert len(said["HG506"]) == 1
    assert "大棚材质" in said["HG506"][0]
    assert [("机井" in message, "几口" in message) for message in said["HG505"]] == [(True, True)]
    assert [("验收日期" in message, "去年秋天" in message) for message in said["HG504"]] == [
        (True, True)
    ]
    assert ["大棚材质" in message for message in said["HG507"]] == [True]


@pytest.mark.parametrize(
    ("column", "cell", "outcome"),
    [
        ("棚材", "砖混", "updated"),
        ("滴灌", 90.0, "updated"),
        ("验收时间", "2020-04-01", "updated"),
        ("棚材", "竹", "unchanged"),
    ],
)
def test_the_ledger_keeps_it_and_tells_versions_apart_by_it(
    column: str, cell: object, outcome: str, policy: hg.Policy, tmp_path: Path
) -> None:
    path = tmp_path / "台账.gpkg"
    given = told()[2:].assign(验收时间="2020-03-01")
    bases = hg.classify(hg.validate(given, policy=policy).bases, policy=policy)
    hg.admit(path, bases, on=dt.date(2020, 3, 31), policy=policy)
    again = hg.classify(
        hg.validate(given.assign(**{column: [cell]}), policy=policy).bases, policy=policy
    )
    done = hg.admit(path, again, on=dt.date(2020, 4, 30), policy=policy)
    assert done.table["outcome"].tolist() == [outcome]
    printed = ledger_table(hg.select_in_force(hg.read_ledger_history(path, policy=policy)), policy)
    last = {"大棚材质": "竹", "滴灌面积(亩)": 80.0, "机井(口)": 1.0}
    last |= {"棚材": {"大棚材质": cell}, "滴灌": {"滴灌面积(亩)": cell}}.get(column, {})
    assert {heading: printed[heading].iloc[0] for heading in last} == last
    assert "验收日期" in printed


def test_it_stands_on_the_popup_and_a_public_page_shows_what_may_be_shown(
    policy: hg.Policy,
) -> None:
    bases = hg.classify(told(), policy=policy)
    for public in (False, True):
        data = data_of(
            hg.draw_map(bases, policy=policy, public=public).get_root().render(), "bases"
        )
        largest = dict(zip(data["labels"], data["bases"][0]["lines"], strict=True))
        assert largest["大棚材质"] == "钢架"
        assert ("滴灌面积" in largest) != public
        if not public:
            assert largest["滴灌面积"] == "250.00 亩"
            assert largest["机井"] == "2 口"
            assert largest["验收日期"] == "2020-03-02"


def test_the_repaired_file_gives_it_back_as_it_came(policy: hg.Policy, tmp_path: Path) -> None:
    report = hg.validate(told(), policy=policy)
    path = write_repaired(
        report.repaired(), report.changes, tmp_path / "修复后.gpkg", policy=policy
    )
    assert {"大棚材质", "滴灌面积(亩)", "机井(口)", "验收日期"} <= set(
        pyogrio.read_info(path, layer="基地")["fields"]
    )
    again = hg.read_survey(path, policy=policy).bases
    for name in ("shed", "drip_mu", "wells", "checked_on", "raw_checked_on"):
        assert again[name].equals(report.bases[name]), name


def test_without_the_declaration_nothing_knows_it() -> None:
    assert "shed" not in hg.classify(told()).columns
    assert "棚材" in hg.classify(told()).columns


# The declaration itself


@pytest.mark.parametrize("column", cols.every(), ids=lambda column: column.name)
def test_a_column_has_a_chinese_title_and_names_what_exists(column: Column) -> None:
    assert any("\u4e00" <= character <= "\u9fff" for character in column.title)
    assert column.unit in column.heading
    assert not column.words or column.words in hg.load_policy().words
    assert not column.follows or column.follows in cols.titles()
    if Role.PUBLIC in column.roles:
        assert Role.POPUP in column.roles
    if Role.AMOUNT in column.roles:
        assert column.kind == "number"
        assert Role.JOINED not in column.roles
    with pytest.raises(dataclasses.FrozenInstanceError):
        column.title = "别的"  # type: ignore[misc]


@pytest.mark.parametrize("column", cols.OPTIONAL, ids=lambda column: column.name)
def test_a_column_that_some_tables_have_has_aliases_and_a_kind_that_is_read(column: Column) -> None:
    assert column.kind in {"text", "flag", "number", "year", "date"}
    entry = resources.read_toml("facts/columns.toml")["columns"].get(column.name)
    if column.name.startswith("raw_"):
        assert entry is None
        return
    assert column.title in hg.load_policy().columns[column.name]
    if column.kind == "number":
        assert next(iter(entry["measure"])) == column.unit


def test_no_two_columns_claim_a_name_a_title_or_an_alias() -> None:
    spelt = hg.load_policy().columns.values()
    claimed = (
        [column.name for column in cols.every()],
        [column.title for column in cols.every()],
        [folded for spellings in spelt for folded in set(map(fold, spellings))],
    )
    for texts in claimed:
        assert [text for text, times in Counter(texts).items() if times > 1] == []

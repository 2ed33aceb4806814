"""Eight ways in which survey files are damaged: each named, and all that is readable kept."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

import herbgis as hg
from tests.helpers.damages import DAMAGES, Damage
from tests.helpers.make import assert_same_place
from tests.helpers.survey_files import TEXTS, shp, truth


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damage_is_named_and_spoils_nothing_else(tmp_path: Path, damage: Damage) -> None:
    survey = hg.read_survey(damage.make(tmp_path))
    codes = set(survey.issues["code"])
    assert damage.code in codes if damage.code else not codes
    assert damage.line in survey.assumption_lines()[0]
    names = [TEXTS["JDMC"][record] for record in damage.texts]
    assert survey.bases["name"].dropna().tolist() == names
    drawn = survey.bases.geometry[survey.bases.geometry.notna()]
    assert len(drawn) == len(damage.shapes)
    for found, record in zip(drawn, damage.shapes, strict=True):
        assert_same_place(found, truth().geometry[record])


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_promised_record_is_kept_or_counted_as_lost(tmp_path: Path, damage: Damage) -> None:
    survey = hg.read_survey(damage.make(tmp_path))
    promised, read = survey.files["records"].sum(), survey.files["read"].sum()
    assert read == len(survey.bases)
    assert promised == read or "HG002" in set(survey.issues["code"])


def test_a_header_that_promises_endless_rows_of_no_width_is_counted(tmp_path: Path) -> None:
    path = shp("gbk", None)(truth(), tmp_path)
    dbf = path.with_suffix(".dbf")
    data = bytearray(dbf.read_bytes())
    struct.pack_into("<I", data, 4, 2**31)
    struct.pack_into("<H", data, 10, 0)
    dbf.write_bytes(data)
    survey = hg.read_survey(path)
    assert len(survey.bases) == len(truth())
    assert "HG002" in set(survey.issues["code"])


def test_a_row_of_many_thousand_headings_is_no_endless_work(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("基地名称,品种\n甲,黄精\n" + "," + "9" * 100_000 + "\n", encoding="utf-8")
    assert len(hg.read_survey(path).bases) == 2
    path.write_text(
        ",".join(["基地名称", "品种", "[[" * 50_000]) + "\n甲,黄精,\n", encoding="utf-8"
    )
    assert len(hg.read_survey(path).bases) == 1


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("填报单位:印江县,,\n基地名称,品种,面积\n", encoding="utf-8")
    (entry,) = hg.read_survey(path).files.itertuples()
    assert entry.assumptions == ["表头在第 2 行, 以上 1 行未作记录", "没有记录"]

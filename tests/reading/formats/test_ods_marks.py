"""An .ods is read as people see it: what a number shows beside its digits, its text tells."""

from __future__ import annotations

import html
import zipfile
from pathlib import Path

import pytest

import herbgis as hg

_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
    "</manifest:manifest>"
)


def _cell(kind: str, value: str, shown: str, repeated: int = 1) -> str:
    held = {"string": "", "date": f' office:date-value="{value}"'}.get(
        kind, f' office:value="{value}"'
    )
    times = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    text = f"<text:p>{html.escape(shown)}</text:p>"
    return f'<table:table-cell{times} office:value-type="{kind}"{held}>{text}</table:table-cell>'


def _ods(path: Path, *rows: str) -> Path:
    inner = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    columns = '<table:table-column table:number-columns-repeated="4"/>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}><office:body>'
        f'<office:spreadsheet><table:table table:name="表">{columns}{inner}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", _TYPE)
        book.writestr("META-INF/manifest.xml", _MANIFEST)
        book.writestr("content.xml", content)
    return path


def _read(folder: Path, base_id: str, area: str, day: str) -> hg.Survey:
    heads = "".join(_cell("string", "", h) for h in ("基地编号", "品种", "面积", "测量日期"))
    row = base_id + _cell("string", "", "黄精") + area + day
    return hg.read_survey(_ods(folder / "a.ods", heads, row))


_ID, _DAY = _cell("string", "", "D1"), _cell("date", "2020-05-18", "2020-05-18")


@pytest.mark.parametrize(
    ("value", "shown", "mu"),
    [
        ("40", "40.0公顷", 600),
        ("0.05", "0.05万亩", 500),
        ("1200", "1,200亩", 1200),
        ("2", "2 hm²", 30),
        ("2000", "2000平方米", 3),
        ("12.345", "12.3", 12.345),
        ("12", "约12", 12),
        ("12.5", "12.5", 12.5),
        ("1200.5", "1,200.50", 1200.5),
        ("40", "40(公顷)", 600),
    ],
)
def test_the_unit_that_is_shown_is_the_cells(
    tmp_path: Path, value: str, shown: str, mu: float
) -> None:
    survey = _read(tmp_path, _ID, _cell("float", value, shown), _DAY)
    assert survey.bases["declared_mu"].iloc[0] == pytest.approx(mu)
    assert survey.issues.empty


@pytest.mark.parametrize(
    ("value", "shown"), [("20000", "2.0万"), ("20000", "20"), ("30", "300亩"), ("0.5", "5%")]
)
def test_a_number_that_is_shown_as_another_is_named(tmp_path: Path, value: str, shown: str) -> None:
    survey = _read(tmp_path, _ID, _cell("float", value, shown), _DAY)
    assert survey.bases["declared_mu"].isna().all()
    assert "HG505" in set(hg.validate(survey).table["code"])


@pytest.mark.parametrize(
    ("kind", "value", "shown", "read"),
    [
        ("date", "2020-05-18", "2020年5月", "2020-05-01"),
        ("date", "2020-05-18", "2020", "2020-01-01"),
        ("date", "2020-05-18", "2020-05-18", "2020-05-18"),
        ("float", "2020.1", "2020.10", "2020-10-01"),
        ("float", "2020.5", "2020.5", "2020-05-01"),
    ],
)
def test_days_are_as_they_are_shown(
    tmp_path: Path, kind: str, value: str, shown: str, read: str
) -> None:
    survey = _read(tmp_path, _ID, _cell("float", "5", "5"), _cell(kind, value, shown))
    assert str(survey.bases["surveyed_on"].iloc[0])[:10] == read


@pytest.mark.parametrize(
    "shown", ["YJ-001", "001", "000123", "印江1号", "120-121", "YJ-01-02", "5 20627"]
)
def test_ids_are_as_they_are_shown(tmp_path: Path, shown: str) -> None:
    number = str(int("".join(c for c in shown if c.isdigit())))
    survey = _read(tmp_path, _cell("float", number, shown), _cell("float", "5", "5"), _DAY)
    assert list(survey.bases["base_id"]) == [shown]


def test_cells_that_stand_for_several_show_it_too(tmp_path: Path) -> None:
    heads = "".join(_cell("string", "", h) for h in ("基地编号", "品种", "面积", "带动农户"))
    row = _ID + _cell("string", "", "黄精") + _cell("float", "2", "2公顷", repeated=2)
    survey = hg.read_survey(_ods(tmp_path / "a.ods", heads, row))
    assert survey.bases["declared_mu"].iloc[0] == pytest.approx(30)

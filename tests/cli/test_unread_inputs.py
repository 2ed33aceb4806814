"""A ledger or boundaries that cannot be read end a command with status 2, and say so."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

import herbgis as hg
from herbgis.cli.main import main
from tests.helpers.shapes import frame, square
from tests.helpers.survey_files import shp

Ended = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ended:
    """Runs a command here: its status, what it said, and what it told beside."""

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["herbgis", *map(str, args)])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        return int(stopped.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.gpkg"
    frame([square(620)], declared_mu=[620.0]).to_file(path)
    return path


def _cut(path: Path, clean: Path) -> None:
    path.write_bytes(clean.read_bytes()[:3000])


def _empty_layer(path: Path, clean: Path) -> None:
    gpd.read_file(clean).iloc[:0].to_file(path)


def _points(path: Path, clean: Path) -> None:
    bases = gpd.read_file(clean)
    bases.set_geometry(bases.representative_point()).to_file(path)


def _lines(path: Path, clean: Path) -> None:
    bases = gpd.read_file(clean)
    bases.set_geometry(bases.boundary).to_file(path)


def _list(path: Path, clean: Path) -> None:
    gpd.read_file(clean).drop(columns="geometry").to_csv(path, index=False)


#: What no step can hold its records against, by name.
_UNREADABLE: dict[str, Callable[[Path, Path], object]] = {
    "cut.gpkg": _cut,
    "empty.gpkg": lambda path, _: path.touch(),
    "zeros.gpkg": lambda path, _: path.write_bytes(bytes(5000)),
    "no records.gpkg": _empty_layer,
    "notes.txt": lambda path, _: path.write_text("见附件", encoding="utf-8"),
    "words.docx": lambda path, _: path.write_bytes(b"PK\x03\x04 words"),
    "drawing.dwg": lambda path, _: path.write_bytes(b"AC1027 drawing"),
    "packed.rar": lambda path, _: path.write_bytes(b"Rar!\x1a\x07 packed"),
    "half.gpkg.crdownload": lambda path, clean: path.write_bytes(clean.read_bytes()),
    "text.geojson": lambda path, _: path.write_text("{", encoding="utf-8"),
    "folder": lambda path, _: path.mkdir(),
    "points.gpkg": _points,
    "lines.gpkg": _lines,
    "list.csv": _list,
}


@pytest.mark.parametrize("name", _UNREADABLE)
@pytest.mark.parametrize("option", ["--against", "--counties"])
def test_what_cannot_be_read_is_reported_and_ends_with_2(
    tmp_path: Path, clean: Path, ended: Ended, name: str, option: str
) -> None:
    _UNREADABLE[name](tmp_path / name, clean)
    status, out, _ = ended("validate", clean, option, tmp_path / name, "--format", "json")
    assert status == 2
    report = json.loads(out)
    assert report["summary"]["records"] == 1
    assert [i["file"].split("/")[0] for i in report["issues"] if i["code"] == "HG001"] == [name]


@pytest.mark.parametrize("option", ["--against", "--counties"])
@pytest.mark.parametrize("command", ["classify", "progress", "map", "plan", "ledger"])
def test_every_command_stops_before_it_counts(
    tmp_path: Path, clean: Path, ended: Ended, command: str, option: str
) -> None:
    bad = tmp_path / "bad.gpkg"
    _cut(bad, clean)
    out = tmp_path / {"classify": "a.csv", "map": "a.html", "progress": "a.xlsx"}.get(command, "a")
    if command == "ledger":
        ledger = bad if option == "--against" else tmp_path / "new.gpkg"
        args = ["admit", ledger, clean, *([option, bad] if ledger != bad else [])]
    else:
        args = [clean, option, bad, "--out", out]
    status, said, told = ended(command, *args)
    assert status == 2
    assert "HG001" in told
    assert "bad.gpkg" in told
    assert not out.exists()
    assert said == ""


def test_a_ledger_in_parts_is_used_as_far_as_it_is_read(
    tmp_path: Path, clean: Path, ended: Ended
) -> None:
    own = tmp_path / "ours.gpkg"
    frame([square(620)], declared_mu=[620.0], base_id=["另一个"]).to_file(own)
    bad = tmp_path / "bad.gpkg"
    _cut(bad, clean)
    status, out, _ = ended("validate", clean, "--against", own, "--against", bad)
    assert status == 2
    assert "HG304" in out


_COUNTED = ["progress", "classify", "map", "compare", "ledger admit", "audit draw"]


@pytest.mark.parametrize("command", _COUNTED)
def test_what_a_result_lacks_is_said_beside_it(
    tmp_path: Path, clean: Path, ended: Ended, command: str
) -> None:
    """A file that cannot be read among others: the count is short, also with --quiet."""
    folder = tmp_path / "收件"
    folder.mkdir()
    frame([square(620), square(620, lat=28)], declared_mu=[620.0] * 2).to_file(folder / "a.gpkg")
    _cut(folder / "cut.gpkg", clean)
    arguments = {
        "classify": [folder, "--out", tmp_path / "a.csv"],
        "map": [folder, "--out", tmp_path / "a.html"],
        "compare": [folder, clean],
        "ledger admit": [tmp_path / "t.gpkg", folder, "--as-of", "2020-06-30"],
        "audit draw": [folder, "--count", 2, "--seed", 1, "--out", tmp_path / "a.xlsx"],
    }
    status, _, told = ended(*command.split(), *arguments.get(command, [folder]), "--quiet")
    assert status == 2
    assert told.startswith("收件/cut.gpkg HG001 读不了: ")
    assert told.endswith("没有读到的记录不在结果里。\n")
    assert told.count("\n") == 1


@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_a_file_that_cannot_be_made_is_said(
    tmp_path: Path, clean: Path, ended: Ended, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """GDAL's own error, as where a folder may not be written to, ends as the system's does."""

    def refused(*_: object, **__: object) -> None:
        raise pyogrio.errors.DataSourceError("sqlite3_open failed")

    monkeypatch.setattr(pyogrio, "write_dataframe", refused)
    status, _, told = ended("classify", clean, "--out", tmp_path / f"a.{suffix}")
    assert status == 2
    assert told.splitlines()[-1].startswith(f"herbgis: 写不了 {tmp_path / f'a.{suffix}'}: ")


# Held by another program


@pytest.fixture
def held(tmp_path: Path, clean: Path) -> Iterator[Path]:
    """A GeoPackage that another program has locked for itself."""
    path = tmp_path / "held.gpkg"
    path.write_bytes(clean.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA locking_mode=EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        yield path


def test_a_file_that_is_held_says_so_at_once(held: Path) -> None:
    start = time.perf_counter()
    survey = hg.read_survey(held)
    assert time.perf_counter() - start < 3
    (message,) = survey.issues["message"]
    assert "被其他程序锁定" in message
    assert "QGIS" in message


@pytest.mark.parametrize("option", ["--against", "--counties"])
def test_an_option_that_is_held_says_so(clean: Path, held: Path, ended: Ended, option: str) -> None:
    status, _, told = ended("validate", clean, option, held)
    assert status == 2
    assert "被其他程序锁定" in told


def test_a_ledger_that_is_held_says_so(held: Path) -> None:
    with pytest.raises(hg.LedgerError, match="被其他程序占用"):
        hg.read_ledger(held)


@pytest.mark.parametrize("code", [32, 33])
def test_what_windows_says_of_a_held_file_is_told(
    clean: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object) -> None:
        error = PermissionError(13, "The process cannot access the file")
        error.winerror = code  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr("herbgis.reading.readers.is_blank", refuse)
    assert "占用" in hg.read_survey(clean).issues["message"].iloc[0]


# Boundaries are read as a survey is

_NAMES = ["德江县", "沿河土家族自治县"]


@pytest.mark.parametrize("written", [("GBK", None), ("GBK", "UTF-8"), ("UTF-8", "UTF-8")])
@pytest.mark.parametrize("heading", ["NAME", "县名", "县级行政区名称", "XZQMC"])
def test_names_of_counties_are_decoded(
    tmp_path: Path, written: tuple[str, str | None], heading: str
) -> None:
    shapes = [shapely.box(108, 28, 108.2, 28.2), shapely.box(108.2, 28, 108.4, 28.2)]
    table = gpd.GeoDataFrame({heading: _NAMES}, geometry=shapes, crs=4490)
    counties = hg.read_counties(shp(*written)(table, tmp_path))
    assert counties["county_code"].tolist() == ["520626", "520627"]


def test_the_layer_of_counties_is_found_among_others(tmp_path: Path) -> None:
    path = tmp_path / "政区.gpkg"
    shape = shapely.box(108, 28, 108.2, 28.2)
    for layer, names in {"市": ["铜仁市"], "县": ["德江县"], "注记": ["德江县"]}.items():
        drawn = shape.centroid if layer == "注记" else shape
        table = gpd.GeoDataFrame({"县名": names}, geometry=[drawn], crs=4490)
        table.to_file(path, layer=layer)
    assert hg.read_counties(path)["county"].tolist() == ["德江县"]


def test_boundaries_without_polygons_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "县界.gpkg"
    lines = [shapely.LineString([(108, 28), (108.2, 28.2)])]
    gpd.GeoDataFrame({"县名": ["德江县"]}, geometry=lines, crs=4490).to_file(path)
    with pytest.raises(hg.CountiesError, match="没有面"):
        hg.read_counties(path)

"""The command line: what it prints, what it writes, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from tests.helpers.shapes import east_of, frame, square


def run(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "herbgis", *map(str, args)]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False
    )


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clean") / "clean.gpkg"
    shapes = [square(620), square(1100, lat=28.0)]
    frame(shapes, declared_mu=[620.0, 1100.0], completed_on="2019-05-01").to_file(path)
    return path


@pytest.fixture(scope="module")
def defect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("defect") / "defect.geojson"
    first = square(300)
    frame([first, east_of(first, 200)], variety=["黄精", None]).to_file(path)
    return path


def test_validate_ends_with_0_on_clean_files(clean: Path) -> None:
    done = run("validate", clean)
    assert done.returncode == 0, done.stderr
    assert "2 条记录: 须整改 0" in done.stdout
    assert "记录 2/2" in done.stderr


def test_validate_ends_with_1_on_defects_and_names_them(defect: Path, tmp_path: Path) -> None:
    done = run("validate", defect, "--out", tmp_path / "报告")
    assert done.returncode == 1
    assert "HG503" in done.stdout
    assert "HG303" in done.stdout
    book = openpyxl.load_workbook(tmp_path / "报告" / "问题清单.xlsx")
    headings = [cell.value for cell in book["问题清单"][3]]
    assert headings == [
        *("序号", "填报单位", "文件", "工作表/图层", "行号", "基地编号", "基地名称", "处理要求"),
        *("问题说明", "修改建议", "涉及面积", "经度", "纬度", "代码"),
    ]
    assert json.loads((tmp_path / "报告" / "issues.json").read_text(encoding="utf-8"))["issues"]


def test_validate_json_has_the_contracts_keys(defect: Path) -> None:
    done = run("validate", defect, "--format", "json")
    report = json.loads(done.stdout)
    assert list(report) == ["files", "issues", "summary"]
    assert list(report["files"][0]) == [
        "path",
        "layer",
        "records",
        "read",
        "encoding",
        "crs",
        "assumptions",
    ]
    assert list(report["issues"][0]) == [
        *("code", "name", "severity", "file", "layer", "row", "sheet_row", "base_id", "message"),
        *("suggestion", "measured", "allowed", "lon", "lat", "mu_at_stake", "other"),
    ]
    assert report["summary"] == {"records": 2, "errors": 2, "warnings": 0, "notes": 0}
    overlap = next(issue for issue in report["issues"] if issue["code"] == "HG303")
    assert (overlap["row"], overlap["other"][0]["row"]) == (2, 1)
    assert overlap["sheet_row"] is None


def test_fail_on_warning(tmp_path: Path) -> None:
    path = tmp_path / "warning.gpkg"
    frame([square(620)], variety="黄经").to_file(path)
    assert run("validate", path).returncode == 0
    assert run("validate", path, "--fail-on", "warning").returncode == 1


def test_what_cannot_be_read_ends_with_2_and_the_rest_is_reported(
    clean: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\x00 and no more")
    done = run("validate", broken, clean)
    assert done.returncode == 2
    assert "HG001" in done.stdout
    assert "2 条记录" in done.stdout


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["validate", "nowhere.gpkg"], "找不到 nowhere.gpkg"),
        (["explain", "HG2044"], "HG204"),
        (["validate", "x", "--policy", "tongren"], "tongren-2020"),
        (["progress", "x", "--as-of", "昨天"], "2020-06-30"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_there_is(args: list[str], words: str) -> None:
    done = run(*args)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "parquet", "xlsx", "csv"])
def test_classify_writes_every_format_twice_the_same(
    clean: Path, tmp_path: Path, suffix: str
) -> None:
    outs = [tmp_path / number / f"bases.{suffix}" for number in "12"]
    for out in outs:
        done = run("classify", clean, "--out", out)
        assert done.returncode == 0, done.stderr
    assert "1000亩以上: 1" in done.stdout
    assert outs[0].read_bytes() == outs[1].read_bytes()
    if suffix == "xlsx":
        table = pd.read_excel(outs[0], engine="openpyxl")
        table = table.rename(columns={"规模等级": "tier", "核定面积(亩)": "counted_mu"})
    elif suffix == "csv":
        assert outs[0].read_bytes().startswith(b"\xef\xbb\xbf")
        table = pd.read_csv(outs[0])
    elif suffix == "parquet":
        table = gpd.read_parquet(outs[0])
    else:
        table = gpd.read_file(outs[0])
    told = {"500亩以上不足1000亩": "500", "1000亩以上": "1000"}
    tiers = [str(tier).split(".")[0] for tier in table["tier"]]
    assert [told.get(tier, tier) for tier in tiers] == ["500", "1000"]
    assert table["counted_mu"].tolist() == [620.0, 1100.0]


def test_classify_refuses_an_unknown_format(clean: Path, tmp_path: Path) -> None:
    done = run("classify", clean, "--out", tmp_path / "bases.dwg")
    assert done.returncode == 2
    assert ".gpkg" in done.stderr


def test_progress_json_and_workbook(clean: Path, tmp_path: Path) -> None:
    out = tmp_path / "progress.xlsx"
    done = run(
        "progress",
        clean,
        "--by",
        "county",
        "--by",
        "county,variety",
        "--as-of",
        "2020-06-30",
        "--format",
        "json",
        "--out",
        out,
    )
    assert done.returncode == 0, done.stderr
    progress = json.loads(done.stdout)
    assert progress["as_of"] == "2020-06-30"
    assert [t["verified"] for t in progress["targets"]] == [2, 1]
    assert (
        list(progress["targets"][0])
        == "tier target reported verified pending undecided gap mu".split()
    )
    assert progress["by"]["county,variety"] == [
        {"county": "印江土家族苗族自治县", "variety": "黄精", "500": 2, "1000": 1, "mu": 1720.0}
    ]
    assert len(progress["readings"]) == 16
    book = openpyxl.load_workbook(out)
    assert {"进度", "口径对照", "临近达标", "未计入"} < set(book.sheetnames)


def test_counties_none_and_a_file_of_ones_own(tmp_path: Path) -> None:
    far = tmp_path / "far.gpkg"
    frame([square(620, 116.4, 39.9)], county="某县", reporting_unit="某县").to_file(far)
    assert "HG205" in run("validate", far).stdout
    assert "HG205" not in run("validate", far, "--counties", "none").stdout
    own = tmp_path / "counties.geojson"
    gpd.GeoDataFrame(
        {"县名": ["某县"], "county": ["某县"]}, geometry=[square(9e5, 116.4, 39.9)], crs=4490
    ).to_file(own)
    assert "HG205" not in run("validate", far, "--counties", own).stdout


def test_against_takes_any_file(clean: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.gpkg"
    frame([square(620)], base_id=["别的编号"], declared_mu=[620.0]).to_file(again)
    assert "HG304" in run("validate", again, "--against", clean).stdout


def test_hostile_text_stays_text_in_workbook_and_csv(tmp_path: Path) -> None:
    payload = "=cmd|'/C calc'!A1"
    path = tmp_path / "hostile.gpkg"
    frame(
        [square(620), square(620, lat=28.0)], name=[payload, "@SUM(1)"], variety=["-1+1", "天麻"]
    ).to_file(path)
    run("validate", path, "--out", tmp_path)
    for name in ("bases.xlsx", "bases.csv"):
        run("classify", path, "--out", tmp_path / name)
    for book in (tmp_path / "问题清单.xlsx", tmp_path / "bases.xlsx"):
        for sheet in openpyxl.load_workbook(book):
            assert not [c.coordinate for row in sheet for c in row if c.data_type == "f"]
    text = (tmp_path / "bases.csv").read_text(encoding="utf-8-sig")
    assert f"'{payload}" in text


def test_explain_says_what_why_how_and_what_to_do() -> None:
    done = run("explain", "hg207")
    assert done.returncode == 0
    for word in ("county-mismatch", "是什么", "为何要紧", "怎么查出", "怎么改"):
        assert word in done.stdout


def test_demo_writes_map_workbook_and_issue_list(tmp_path: Path) -> None:
    done = run("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in (tmp_path / "herbgis-demo").iterdir())
    assert written == ["基地分布图.html", "进度表.xlsx", "问题清单.xlsx"]
    assert "1000亩以上" in done.stdout
    for name in written:
        assert name in done.stdout
    assert "合成" in done.stdout
    assert "合成" in (tmp_path / "herbgis-demo" / "基地分布图.html").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="伪终端只在类 Unix 系统上有")
def test_a_terminal_shows_progress_and_a_pipe_none(clean: Path, tmp_path: Path) -> None:
    import pty  # noqa: PLC0415 - absent on Windows

    for number in range(12):
        shutil.copyfile(clean, tmp_path / f"{number}.gpkg")
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "herbgis", "validate", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=end) as running:
        os.close(end)
        shown = b""
        with contextlib.suppress(OSError):  # the terminal is gone when its last user is
            while piece := os.read(terminal, 4096):
                shown += piece
    os.close(terminal)
    assert running.returncode == 1
    assert "读取" in shown.decode("utf-8", errors="replace")
    assert "%" in shown.decode("utf-8", errors="replace")
    assert "读取" not in run("validate", tmp_path).stderr


def test_progress_against_targets_broken_down(tmp_path: Path) -> None:
    frame([square(620)], reporting_unit="德江县").to_file(tmp_path / "a.gpkg")
    targets = tmp_path / "任务.csv"
    targets.write_text("填报单位,规模,一季度\n德江县,500亩以上,7\n", encoding="gbk")
    out = tmp_path / "p.xlsx"
    asked = ("progress", tmp_path / "a.gpkg", "--counties", "none", "--targets", targets)
    done = run(*asked, "--out", out)
    assert done.returncode == 0, done.stderr
    assert "任务分解合计 7 个, 比全市目标 100 个少 93 个" in done.stdout
    assert openpyxl.load_workbook(out).sheetnames[0] == "进度表"
    rows = json.loads(run(*asked, "--format", "json").stdout)["schedule"]
    assert rows[0]["unit"] == "全市"
    (own,) = (row for row in rows if row["unit"] == "德江县")
    assert (own["target_500"], own["verified_500"], own["gap_500"]) == (7, 1, 6)
    assert own["new_500"] is None

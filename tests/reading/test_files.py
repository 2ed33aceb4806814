"""Which files there are, and what is said of them."""

from __future__ import annotations

import contextlib
import gzip
import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

import herbgis as hg
from herbgis.reading.sources import UNREAD
from tests.helpers.other_files import DISGUISED, FILES, xlsb
from tests.helpers.survey_files import gdb, gpkg, shp, truth

_GOOD = 4


def _codes(survey: hg.Survey) -> list[str]:
    return list(survey.issues["code"])


def _packed(folder: Path) -> Path:
    """The same folder as a zip."""
    return Path(shutil.make_archive(str(folder), "zip", folder))


def _with_good(tmp_path: Path) -> Path:
    folder = tmp_path / "收件"
    folder.mkdir()
    gpkg(truth(), folder)
    return folder


# Formats that few people send


@pytest.mark.parametrize("name", [*FILES, *DISGUISED])
def test_a_base_in_a_file_of_any_kind_is_read(tmp_path: Path, name: str) -> None:
    folder = _with_good(tmp_path)
    write = {**FILES, **DISGUISED}[name]
    write(folder / name)
    for given in (folder, _packed(folder)):
        survey = hg.read_survey(given)
        own = survey.bases[survey.bases["source_file"].str.contains(f"/{name}", regex=False)]
        assert own["base_id"].tolist() == ["520625-2020-001"]
        assert own[["name", "county", "variety", "status"]].to_numpy().tolist() == [
            ["甲", "印江土家族苗族自治县", "黄精", "built"]
        ]
        assert own["declared_mu"].tolist() == [512.5]
        assert len(survey.bases) == _GOOD + 1
        assert set(_codes(survey)) <= {"HG003", "HG005"}


@pytest.mark.parametrize("name", DISGUISED)
def test_a_file_under_a_wrong_suffix_is_named_as_what_it_is(tmp_path: Path, name: str) -> None:
    DISGUISED[name](tmp_path / name)
    survey = hg.read_survey(tmp_path / name)
    assert len(survey.bases) == 1
    assert "已按内容读" in survey.files["assumptions"].iloc[0][0]


def test_cells_of_a_binary_workbook_that_lie_too_far_apart_are_refused(tmp_path: Path) -> None:
    xlsb(tmp_path / "坏.xlsb", row=2_000_000_000)
    assert _codes(hg.read_survey(tmp_path / "坏.xlsb")) == ["HG001"]


@pytest.mark.parametrize("repeats", ["1000000000", "999999"])
def test_an_ods_that_repeats_a_cell_without_end_is_refused(tmp_path: Path, repeats: str) -> None:
    path = tmp_path / "表.ods"
    cell = f'<table:table-cell office:value-type="float" table:number-columns-repeated="{repeats}"'
    rows = f'<table:table-row table:number-rows-repeated="{repeats}">{cell} office:value="1"/>'
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("content.xml", f"<table:table>{rows}</table:table-row></table:table>")
    assert _codes(hg.read_survey(path)) == ["HG001"]


def test_waypoints_are_no_records_and_are_said(tmp_path: Path) -> None:
    path = tmp_path / "点.gpx"
    path.write_text('<gpx><wpt lat="28" lon="108.5"><name>1</name></wpt></gpx>', encoding="utf-8")
    survey = hg.read_survey(path)
    assert _codes(survey) == ["HG001"]
    assert "航点" in survey.issues["message"].iloc[0]


def test_a_track_point_without_a_number_costs_its_track(tmp_path: Path) -> None:
    path = tmp_path / "轨迹.gpx"
    good = (
        '<trk><trkseg><trkpt lat="28" lon="108.5"/><trkpt lat="28.1" lon="108.5"/></trkseg></trk>'
    )
    bad = good.replace('lat="28.1"', 'lat="x"')
    path.write_text(f"<gpx>{good}{bad}{good}</gpx>", encoding="utf-8")
    survey = hg.read_survey(path)
    assert survey.bases.geometry.notna().tolist() == [True, False, True]
    assert survey.issues[["code", "row"]].to_numpy().tolist() == [["HG001", 2]]


@pytest.mark.parametrize("links", [True, False], ids=["with links", "as on Windows"])
def test_a_geodatabase_whose_folder_lost_its_suffix_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(1314, "客户端没有所需的特权")

    if not links:
        monkeypatch.setattr(Path, "symlink_to", refuse)
    made = gdb(truth(), tmp_path)
    folder = tmp_path / "收件"
    folder.mkdir()
    made.rename(folder / made.stem)
    survey = hg.read_survey(folder)
    assert len(survey.bases) == _GOOD
    assert list(survey.files["path"].unique()) == [f"收件/{made.stem}"]


# What cannot be read, and what nobody has to read


@pytest.mark.parametrize("upper", [False, True])
def test_what_may_hold_records_and_is_not_read_is_an_error(tmp_path: Path, *, upper: bool) -> None:
    folder = _with_good(tmp_path)
    names = {f"别的{suffix.upper() if upper else suffix}": suffix for suffix in UNREAD}
    for name in names:
        (folder / name).write_bytes(b"whatever")
    for given in (folder, _packed(folder)):
        survey = hg.read_survey(given)
        assert len(survey.bases) == _GOOD
        assert set(survey.issues["code"] + survey.issues["severity"]) == {"HG001error"}
        said = {
            file.rsplit("/", 1)[-1]: m for file, m in survey.issues[["file", "message"]].to_numpy()
        }
        assert said.keys() == names.keys()
        assert all(names[name] in message for name, message in said.items())
        assert [message for message in said.values() if len(message) > 40] == []


_BESIDE = [
    *("说明.docx", "批复.PDF", "汇报.pptx", "公告.ofd", "README.md"),
    *("现场.JPG", "航拍.png", "录像.mp4", "录音.m4a"),
    *("基地.gpkg-wal", "基地.gpkg-shm", "~$名单.xlsx", ".~lock.名单.xlsx#", "Thumbs.db"),
    *(".DS_Store", "desktop.ini", "基地.sbn", "基地.SBX", "基地.qix", "基地.shp.xml", "基地.cpg"),
    *("工程.mxd", "工程.qgz", "工程.QGS", "工程.aprx", "样式.qml"),
    *("影像.tif", "影像.tfw", "影像.tif.ovr", "影像.tif.aux.xml", "影像.img", "影像.ecw"),
    *("收件.sr.lock", "~wps123.tmp", "名单.bak", "校验.bat"),
]


@pytest.mark.parametrize("name", _BESIDE)
def test_what_holds_no_records_is_counted_and_no_finding(tmp_path: Path, name: str) -> None:
    folder = _with_good(tmp_path)
    (folder / name).write_bytes(b"whatever")
    survey = hg.read_survey(folder)
    assert _codes(survey) == []
    assert survey.files[["path", "skipped"]].to_numpy().tolist() == [
        ["收件/基地.gpkg", 0],
        ["收件", 1],
    ]
    assert "未读" in survey.assumption_lines()[-1]


def test_what_was_skipped_is_one_row_a_folder(tmp_path: Path) -> None:
    folder = _with_good(tmp_path)
    (folder / "附件").mkdir()
    for name in _BESIDE:
        (folder / name).write_bytes(b"whatever")
        (folder / "附件" / name).write_bytes(b"whatever")
    survey = hg.read_survey(_packed(folder))
    assert survey.files["skipped"].tolist() == [0, len(_BESIDE), len(_BESIDE)]
    assert sorted(survey.files["path"].iloc[1:]) == ["收件.zip", "收件.zip/附件"]


def test_parts_that_are_read_with_their_shapefile_are_not_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "收件"
    folder.mkdir()
    shp("GBK", "GBK")(truth(), folder)
    survey = hg.read_survey(folder)
    assert len(survey.bases) == _GOOD
    assert survey.files["skipped"].tolist() == [0]


@pytest.mark.parametrize("name", ["基地.shx", "基地.SHX", "基地.map", "基地.mid"])
def test_a_part_whose_main_file_was_forgotten_is_an_error(tmp_path: Path, name: str) -> None:
    folder = _with_good(tmp_path)
    (folder / name).write_bytes(b"whatever")
    survey = hg.read_survey(folder)
    assert survey.issues[["code", "severity"]].to_numpy().tolist() == [["HG001", "error"]]
    assert "缺同名的" in survey.issues["message"].iloc[0]


@pytest.mark.parametrize(
    "name",
    ["基地.xyz1", "基地.数据", "基地", "基地.q", "基地.2020", "a.abc", "b.zzz", "c.foo", "d.ddd"],
)
def test_a_suffix_that_nobody_knows_is_a_warning(tmp_path: Path, name: str) -> None:
    folder = _with_good(tmp_path)
    (folder / name).write_bytes(b"\x01\x02\x03")
    survey = hg.read_survey(folder)
    assert len(survey.bases) == _GOOD
    assert survey.issues[["code", "severity"]].to_numpy().tolist() == [["HG001", "warning"]]


@pytest.mark.parametrize("name", ["说明.docx", "现场.jpg", "影像.tif", "工程.mxd", "Thumbs.db"])
def test_a_document_that_is_given_itself_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"whatever")
    survey = hg.read_survey(tmp_path / name)
    assert survey.issues[["code", "severity"]].to_numpy().tolist() == [["HG001", "error"]]


def test_candidates_and_boundaries_lie_beside_documents(tmp_path: Path) -> None:
    folder = tmp_path / "收件"
    folder.mkdir()
    gpkg(truth().rename(columns={"JDBH": "候选编号"}), folder)
    for name in ("说明.docx", "基地.什么"):
        (folder / name).write_bytes(b"whatever")
    assert len(hg.read_candidates(folder)) == _GOOD
    assert len(hg.read_counties(folder)) == _GOOD


# What is said is true

_HEADS = {
    "Rar!\x1a\x07": "RAR",
    "7z\xbc\xaf\x27\x1c": "7z",
    "%PDF-1.4": "PDF",
    "\xff\xd8\xff\xe0": "图片",
    "\x89PNG\r\n": "图片",
    "II*\0": "栅格",
    "AC1027": "DWG",
    "\0\0\x27\x0a" + "\0" * 8: "Shapefile",
    "\0\1\0\0Standard Jet DB": "Access",
    "ID;PWXL;N;E": "SYLK",
}


@pytest.mark.parametrize("head", _HEADS)
@pytest.mark.parametrize("suffix", [".xls", ".geojson"])
def test_content_that_is_not_read_is_named(tmp_path: Path, head: str, suffix: str) -> None:
    path = tmp_path / f"基地{suffix}"
    path.write_bytes(head.encode("latin-1") + b" and so on")
    survey = hg.read_survey(path)
    (message,) = survey.issues["message"]
    assert _HEADS[head] in message
    assert len(message) <= 40


@pytest.mark.parametrize("stream", ["EncryptedPackage", "WordDocument"])
@pytest.mark.parametrize("suffix", [".xlsx", ".xls", ".et"])
def test_an_ole_file_is_named_by_its_streams(tmp_path: Path, stream: str, suffix: str) -> None:
    path = tmp_path / f"名单{suffix}"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    path.write_bytes(head + bytes(1000) + f"{stream}\0".encode("utf-16-le") + bytes(1000))
    (message,) = hg.read_survey(path).issues["message"]
    assert ("密码" if stream == "EncryptedPackage" else "Word") in message


@pytest.mark.parametrize("size", [0, 1, 100, 70_000, 3_000_000])
@pytest.mark.parametrize("suffix", [".xlsx", ".kml"])
def test_a_file_of_nothing_says_so(tmp_path: Path, size: int, suffix: str) -> None:
    path = tmp_path / f"基地{suffix}"
    path.write_bytes(bytes(size))
    (message,) = hg.read_survey(path).issues["message"]
    assert ("都是 0" if size else "空文件") in message
    assert len(message) <= 40


@pytest.mark.parametrize("suffix", [".et", ".ETT"])
def test_a_workbook_of_wps_alone_says_what_to_do(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"名单{suffix}"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (message,) = hg.read_survey(path).issues["message"]
    assert "另存为 .xlsx" in message


# Archives


def test_members_of_one_name_are_all_read(tmp_path: Path) -> None:
    first, second = truth().iloc[:2], truth().iloc[2:]
    path = tmp_path / "上报.zip"
    with zipfile.ZipFile(path, "w") as made:
        for number, part in enumerate((first, second)):
            folder = tmp_path / str(number)
            folder.mkdir()
            shp("GBK", "GBK", stem="基地")(part, folder)
            for each in sorted(folder.iterdir()):
                expected = pytest.warns(UserWarning, match="Duplicate name")
                with expected if number else contextlib.nullcontext():
                    made.write(each, f"五月/{each.name}")
    survey = hg.read_survey(path)
    assert sorted(survey.bases["base_id"]) == sorted(truth()["JDBH"])
    assert survey.files["path"].is_unique


@pytest.mark.parametrize("kind", ["link", "hard link", "device", "up", "root"])
def test_a_hostile_tar_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "坏.tar"
    entry = tarfile.TarInfo({"up": "../基地.csv", "root": "/基地.csv"}.get(kind, "基地.csv"))
    types = {"link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE, "device": tarfile.CHRTYPE}
    entry.type = types.get(kind, tarfile.REGTYPE)
    entry.linkname = "/etc/passwd"
    with tarfile.open(path, "w") as made:
        made.addfile(entry, io.BytesIO())
    survey = hg.read_survey(path)
    assert _codes(survey) == ["HG001"]
    assert not (tmp_path.parent / "基地.csv").exists()


@pytest.mark.parametrize("suffix", [".tar.gz", ".csv.gz"])
def test_a_packed_file_without_bound_is_refused(tmp_path: Path, suffix: str) -> None:
    plain = io.BytesIO()
    if suffix == ".tar.gz":
        with tarfile.open(fileobj=plain, mode="w") as made:
            entry = tarfile.TarInfo("基地.csv")
            entry.size = 80 * 1024**2
            made.addfile(entry, io.BytesIO(bytes(entry.size)))
    else:
        plain.write(b"a" * 80 * 1024**2)
    path = tmp_path / f"大{suffix}"
    path.write_bytes(gzip.compress(plain.getvalue()))
    survey = hg.read_survey(path)
    assert _codes(survey) == ["HG001"]
    assert "压缩炸弹" in survey.issues["message"].iloc[0]


@pytest.mark.parametrize("suffix", [".dbf", ".xlsx", ".gpkg", ".kml", ".dxf", ".gml", ".shp"])
def test_no_folder_of_ours_is_shown(tmp_path: Path, suffix: str) -> None:
    inside = tmp_path / "a.zip"
    with zipfile.ZipFile(inside, "w") as archive:
        archive.writestr(f"坏{suffix}", b"\x03 broken")
    survey = hg.read_survey(inside)
    told = " ".join([*survey.issues["message"], *survey.assumption_lines()])
    assert "坏" in told
    assert "herbgis-" not in told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", "宗地号,1\nJ1,3098000,36440000\n", "勘测定界"),
        ("说明.txt", "各县区请于月底前报送。\n", "勘测定界"),
        ("b.txt", "1 2 3\n4 5 6\n", "勘测定界"),
        ("a.dat", "1 A 36440000 3098000 5\n", "CASS"),
        ("b.dat", "温度,湿度\n1,2\n", "CASS"),
        ("c.dat", "1;A;36440000;3098000\n", "CASS"),
        ("a.ovjsn", '{"ObjItems": []}', "奥维"),
        ("b.ovjsn", '{"ObjItems": 1}', "奥维"),
        ("c.ovjsn", '{"ObjItems": null, "Type": 1}', "奥维"),
    ],
)
def test_a_text_that_is_no_survey_is_not_called_damaged(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    issue = hg.read_survey(tmp_path / name).issues.iloc[0]
    assert (issue["code"], issue["severity"]) == ("HG001", "error")
    assert told in issue["message"]
    assert "损坏" not in issue["message"]
    assert len(issue["message"]) <= 40

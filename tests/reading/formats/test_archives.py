from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herbgis.reading.formats.archives import ArchiveError, unpack
from tests.helpers.make import few

_DIRECTORY_ENTRY = b"PK\x01\x02"
_SIZE_AT = 24
_FLAGS_AT = {b"PK\x03\x04": 6, _DIRECTORY_ENTRY: 8}


def _zip(path: Path, entries: dict[str, bytes], *, packed: bool = True) -> Path:
    how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", how) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return path


def _below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _refused(archive: Path, why: str) -> None:
    """Refused with a reason, and nothing written beside the target."""
    outside = archive.parent
    before = _below(outside)
    target = outside / "deep" / "target"
    target.mkdir(parents=True)
    with pytest.raises(ArchiveError, match=why):
        unpack(archive, target)
    after = _below(outside)
    assert {n: d for n, d in after.items() if not n.startswith("deep/target/")} == before


def _patched(path: Path, mark: bytes, at: int, value: bytes) -> None:
    """Overwrite a field of every record of a kind in a zip."""
    data = bytearray(path.read_bytes())
    start = data.find(mark)
    assert start >= 0
    while start >= 0:
        data[start + at : start + at + len(value)] = value
        start = data.find(mark, start + 4)
    path.write_bytes(data)


def test_what_was_packed_is_unpacked(tmp_path: Path) -> None:
    entries = {"a.txt": b"1" * 5000, "folder/b.gpkg": b"\0\1\2", "folder/deep/空.txt": b""}
    target = tmp_path / "target"
    target.mkdir()
    unpack(_zip(tmp_path / "a.zip", entries), target)
    assert _below(target) == entries


@pytest.mark.parametrize("name", ["印江县/基地.shp", "德江 天麻(二).dbf"])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_names_without_the_utf8_mark_are_read_right(
    tmp_path: Path, name: str, encoding: str
) -> None:
    raw = name.encode(encoding)
    archive = _zip(tmp_path / "a.zip", {"x" * len(raw): b"data"})
    archive.write_bytes(archive.read_bytes().replace(b"x" * len(raw), raw))
    target = tmp_path / "target"
    target.mkdir()
    unpack(archive, target)
    assert _below(target) == {name: b"data"}


def test_backslashes_part_folders(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", {"folder/b.txt": b"data"})
    archive.write_bytes(archive.read_bytes().replace(b"folder/b", b"folder\\b"))
    target = tmp_path / "target"
    target.mkdir()
    unpack(archive, target)
    assert _below(target) == {"folder/b.txt": b"data"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "../../evil.txt",
        "good/../../evil.txt",
        "..\\evil.txt",
        "good\\..\\..\\evil.txt",
        "/evil.txt",
        "//server/share/evil.txt",
        "\\evil.txt",
        "\\\\server\\share\\evil.txt",
        "C:/evil.txt",
        "C:\\evil.txt",
        "c:evil.txt",
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["alone", "behind a good one"])
def test_no_entry_lands_outside(tmp_path: Path, name: str, first: bool) -> None:
    entries = {name: b"evil"} if first else {"good.txt": b"good", name: b"evil"}
    _refused(_zip(tmp_path / "a.zip", entries), "越界")


@pytest.mark.parametrize("aim", ["/etc/passwd", "../../../secret", "good.txt"])
def test_a_link_is_not_followed(tmp_path: Path, aim: str) -> None:
    entry = zipfile.ZipInfo("link.txt")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr("good.txt", b"good")
        made.writestr(entry, aim)
    _refused(tmp_path / "a.zip", "链接")
    assert not any(path.is_symlink() for path in tmp_path.rglob("*"))


def test_an_encrypted_entry_asks_for_an_open_one(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", {"基地.txt": b"data"})
    for mark, at in _FLAGS_AT.items():
        _patched(archive, mark, at, struct.pack("<H", 0x801))
    _refused(archive, "基地.txt.*密码")


@pytest.mark.parametrize("promised", [0, 10, 4999])
def test_an_entry_larger_than_the_directory_says_is_refused(tmp_path: Path, promised: int) -> None:
    archive = _zip(tmp_path / "a.zip", {"a.txt": bytes(range(250)) * 20})
    _patched(archive, _DIRECTORY_ENTRY, _SIZE_AT, struct.pack("<I", promised))
    _refused(archive, "压缩包")
    target = tmp_path / "deep" / "target" / "a.txt"
    assert not target.exists() or target.stat().st_size <= promised


def test_more_than_any_survey_is_refused_by_what_the_directory_says(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", {"a.txt": b"1", "b.txt": b"2"})
    _patched(archive, _DIRECTORY_ENTRY, _SIZE_AT, struct.pack("<I", 2**30 + 1))
    _refused(archive, "限额")
    assert _below(tmp_path / "deep") == {}


def test_a_bomb_is_not_let_off(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", {"a.txt": bytes(51 * 1024**2)})
    assert archive.stat().st_size < 100_000
    _refused(archive, "炸弹")
    assert _below(tmp_path / "deep") == {}


def test_what_packs_well_and_is_small_is_no_bomb(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    unpack(_zip(tmp_path / "a.zip", {"a.txt": bytes(5 * 1024**2)}), target)
    assert (target / "a.txt").stat().st_size == 5 * 1024**2


def test_ten_thousand_files_are_the_most(tmp_path: Path) -> None:
    archive = _zip(tmp_path / "a.zip", {f"{n}": b"" for n in range(10_001)}, packed=False)
    _refused(archive, "10001 个文件")
    assert _below(tmp_path / "deep") == {}


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param({"a": b"1", "a/b": b"2"}, id="a file that is a folder"),
        pytest.param({"长" * 300: b"1"}, id="a name too long"),
        pytest.param({".": b"1"}, id="no name"),
    ],
)
def test_names_that_no_disk_takes_are_a_reason(tmp_path: Path, entries: dict[str, bytes]) -> None:
    _refused(_zip(tmp_path / "a.zip", entries), "压缩包")


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06", b"not a zip" * 100])
def test_what_is_no_zip_is_a_reason(tmp_path: Path, data: bytes) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(data)
    _refused(archive, "压缩包")


def _sound() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("基地.txt", bytes(range(256)) * 8)
        made.writestr("folder/b.geojson", b'{"type": "FeatureCollection"}' * 30)
    return packed.getvalue()


_SOUND = _sound()


def _cut(data: bytes, at: int, _value: int) -> bytes:
    return data[:at]


def _turned(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([data[at] ^ value]) + data[at + 1 :]


def _put_in(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + bytes([value]) * 3 + data[at:]


@few
@given(
    st.sampled_from([_cut, _turned, _put_in]),
    st.integers(0, len(_SOUND) - 1),
    st.integers(1, 255),
)
def test_a_damaged_archive_is_unpacked_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    damage: Callable[[bytes, int, int], bytes],
    at: int,
    value: int,
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    archive = folder / "a.zip"
    archive.write_bytes(damage(_SOUND, at, value))
    target = folder / "target"
    target.mkdir()
    try:
        unpack(archive, target)
    except ArchiveError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, no other error is
    assert {path.name for path in folder.iterdir()} == {"a.zip", "target"}


def test_damage_within_a_packed_entry_is_a_reason(tmp_path: Path) -> None:
    # Every byte of the first entry's packed data in turn.
    start = _SOUND.index(b"PK\x03\x04") + 30 + len("基地.txt".encode())
    archive = tmp_path / "a.zip"
    target = tmp_path / "target"
    target.mkdir()
    for at in range(start, start + 40):
        archive.write_bytes(_turned(_SOUND, at, 0xFF))
        with pytest.raises(ArchiveError, match="压缩包"):
            unpack(archive, target)

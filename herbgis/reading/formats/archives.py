"""Zip archives: unpacked into a folder of our own, never past it, never without bound."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from herbgis.reading.formats import encodings

_MOST_FILES = 10_000
_MOST_BYTES = 2 * 1024**3
_MOST_RATIO = 200
_RATIO_FROM_BYTES = 50 * 1024**2
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')


class ArchiveError(ValueError):
    """An archive that is not unpacked, and why."""


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip below `target`, with its Chinese names read right.

    Raises
    ------
    ArchiveError
        An entry would land outside the target, is a link or encrypted, or the whole is larger
        than any survey (10 000 files, 2 GiB, 200 times its packed size).
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check_size(entries, archive)
            for entry in entries:
                place = target / _safe_path(_name(entry))
                place.parent.mkdir(parents=True, exist_ok=True)
                _copy(opened, entry, place)
    except ArchiveError:
        raise
    except Exception as error:
        msg = f"压缩包损坏或格式不支持: {error}"
        raise ArchiveError(msg) from error


def _check_size(entries: list[zipfile.ZipInfo], archive: Path) -> None:
    total = sum(entry.file_size for entry in entries)
    packed = max(archive.stat().st_size, 1)
    if len(entries) > _MOST_FILES or total > _MOST_BYTES:
        msg = f"压缩包内 {len(entries)} 个文件共 {total / 1e6:.0f} MB, 超过限额; 请拆分后再交"
        raise ArchiveError(msg)
    if total > _RATIO_FROM_BYTES and total / packed > _MOST_RATIO:
        msg = f"压缩包展开后是原来的 {total / packed:.0f} 倍, 疑为压缩炸弹, 未展开"
        raise ArchiveError(msg)


def _name(entry: zipfile.ZipInfo) -> str:
    """An entry's name; where the archive does not say UTF-8, the bytes decide."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    return raw.decode(encodings.decide([raw]) or "utf-8", errors="replace")


def _safe_path(name: str) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        msg = f"压缩包内有越界路径 {name}, 未展开"
        raise ArchiveError(msg)
    return PurePosixPath(*(_FORBIDDEN.sub("_", part).rstrip(". ") or "_" for part in path.parts))


def _copy(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path) -> None:
    """Write one entry, counting bytes: a header may promise fewer than there are."""
    if entry.flag_bits & _ENCRYPTED_FLAG:
        msg = f"压缩包内 {_name(entry)} 有密码, 请解密后再交"
        raise ArchiveError(msg)
    if stat.S_ISLNK(entry.external_attr >> 16):
        msg = f"压缩包内 {_name(entry)} 是链接, 未展开"
        raise ArchiveError(msg)
    left = entry.file_size
    with opened.open(entry) as source, place.open("wb") as sink:
        while block := source.read(1 << 20):
            left -= len(block)
            if left < 0:
                msg = f"压缩包内 {_name(entry)} 比目录所写的大, 未展开"
                raise ArchiveError(msg)
            sink.write(block)

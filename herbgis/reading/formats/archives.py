"""Archives (zip, tar, gz): unpacked into a folder of our own, never past it, never unbounded."""

from __future__ import annotations

import gzip
import re
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from herbgis.foundation.language import tr
from herbgis.reading.formats import encodings

#: What archives are called by their suffix.
ARCHIVES = frozenset(
    {
        *(".zip", ".shz", ".gz"),
        *(".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz"),
    }
)
_MOST_FILES = 10_000
_MOST_BYTES = 2 * 1024**3
_MOST_RATIO = 200
_RATIO_FROM_BYTES = 50 * 1024**2
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
_PIECE_BYTES = 1 << 20
_HEAD_BYTES = 512


class ArchiveError(ValueError):
    """An archive that is not unpacked, and why."""


def unpack(archive: Path, target: Path) -> None:
    """Unpack an archive below `target`, with its Chinese names read right.

    Entries of one name do not overwrite each other: the second one of each name goes into a
    folder ``(2)``, so that the parts of a data set stay together.

    Raises
    ------
    ArchiveError
        An entry would land outside the target, is a link or encrypted, or the whole is larger
        than any survey (10 000 files, 2 GiB, 200 times its packed size).
    """
    places = _Places(target)
    try:
        with archive.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if not head.startswith(b"\x1f\x8b") and _is_zip(archive, head):
            _unpack_zip(archive, places)
        elif tarfile.is_tarfile(archive):
            _unpack_tar(archive, places)
        else:
            _unpack_single(archive, places)
    except ArchiveError:
        raise
    except Exception as error:
        msg = tr("压缩包损坏或格式不支持: {error}", error=error)
        raise ArchiveError(msg) from error


def _is_zip(archive: Path, head: bytes) -> bool:
    return archive.suffix.lower() in {".zip", ".shz"} or head.startswith(b"PK")


class _Places:
    """Where entries go, each to a place of its own."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._taken: Counter[str] = Counter()

    def place(self, name: str) -> Path:
        """Where an entry of a name goes; its folder is there then."""
        safe = _safe_path(name)
        # Windows tells names apart by more than their case.
        key = str(safe).casefold()
        self._taken[key] += 1
        count = self._taken[key]
        place = self._target / safe if count == 1 else self._target / f"({count})" / safe
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


class _Budget:
    """The bytes that an archive may still give."""

    def __init__(self, archive: Path) -> None:
        self._packed = max(archive.stat().st_size, 1)
        self._total = 0
        self._files = 0

    def add(self, size: int, *, files: int = 0) -> None:
        """Take some off; ArchiveError where there is nothing left."""
        self._total += size
        self._files += files
        if self._files > _MOST_FILES or self._total > _MOST_BYTES:
            whole = tr("{files} 个文件共 {size:.0f} MB", files=self._files, size=self._total / 1e6)
            msg = tr("压缩包内 {whole}, 超过限额; 请拆分后再交", whole=whole)
            raise ArchiveError(msg)
        ratio = self._total / self._packed
        if self._total > _RATIO_FROM_BYTES and ratio > _MOST_RATIO:
            msg = tr("压缩包展开后是原来的 {ratio:.0f} 倍, 疑为压缩炸弹, 未展开", ratio=ratio)
            raise ArchiveError(msg)


def _unpack_zip(archive: Path, places: _Places) -> None:
    with zipfile.ZipFile(archive) as opened:
        entries = [entry for entry in opened.infolist() if not entry.is_dir()]
        budget = _Budget(archive)
        budget.add(sum(entry.file_size for entry in entries), files=len(entries))
        for entry in entries:
            name = _name(entry)
            if entry.flag_bits & _ENCRYPTED_FLAG:
                msg = tr("压缩包内 {name} 有密码, 请解密后再交", name=name)
                raise ArchiveError(msg)
            if stat.S_ISLNK(entry.external_attr >> 16):
                _refuse_link(name)
            place = places.place(name)
            with opened.open(entry) as source, place.open("wb") as sink:
                for piece in _pieces(source, name, entry.file_size):
                    sink.write(piece)


def _unpack_tar(archive: Path, places: _Places) -> None:
    budget = _Budget(archive)
    with tarfile.open(archive, encoding="utf-8", errors="surrogateescape") as opened:
        for entry in opened:
            raw = entry.name.encode("utf-8", errors="surrogateescape")
            name = raw.decode(encodings.decide([raw]) or "utf-8", errors="replace")
            if entry.isdir():
                continue
            if not entry.isreg():
                _refuse_link(name)
            budget.add(entry.size, files=1)
            source = opened.extractfile(entry)
            if source is None:
                continue
            with source, places.place(name).open("wb") as sink:
                for piece in _pieces(source, name, entry.size):
                    sink.write(piece)


def _unpack_single(archive: Path, places: _Places) -> None:
    """A gz that holds one file, called as the archive is without its last suffix."""
    budget = _Budget(archive)
    with gzip.open(archive) as source, places.place(archive.stem).open("wb") as sink:
        while piece := source.read(_PIECE_BYTES):
            budget.add(len(piece))
            sink.write(piece)


def _refuse_link(name: str) -> None:
    msg = tr("压缩包内 {name} 是链接, 未展开", name=name)
    raise ArchiveError(msg)


def _pieces(source: IO[bytes], name: str, size: int) -> Iterator[bytes]:
    """An entry's bytes, counted: a header may promise fewer than there are."""
    while piece := source.read(_PIECE_BYTES):
        size -= len(piece)
        if size < 0:
            msg = tr("压缩包内 {name} 比目录所写的大, 未展开", name=name)
            raise ArchiveError(msg)
        yield piece


def _name(entry: zipfile.ZipInfo) -> str:
    """An entry's name; where the archive does not say UTF-8, the bytes decide."""
    if entry.flag_bits & _UTF8_FLAG:
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    return raw.decode(encodings.decide([raw]) or "utf-8", errors="replace")


def _safe_path(name: str) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        msg = tr("压缩包内有越界路径 {name}, 未展开", name=name)
        raise ArchiveError(msg)
    return PurePosixPath(*(_FORBIDDEN.sub("_", part).rstrip(". ") or "_" for part in path.parts))

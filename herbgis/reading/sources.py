"""Which data sets lie at the paths a caller gives: folders walked, archives unpacked."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from herbgis.foundation.errors import InputNotFoundError
from herbgis.foundation.language import tr
from herbgis.reading.file_kinds import (
    beside_kind,
    is_part,
    lost_main,
    suffix_of,
    unread_kinds,
)
from herbgis.reading.formats.archives import ARCHIVES, ArchiveError, unpack
from herbgis.reading.formats.content import content_of, contents

#: Formats that this version reads, each by its reader in `readers.READERS`; a .gdb is a folder.
READ = frozenset(
    {
        *(".gpkg", ".shp", ".geojson", ".json", ".gdb", ".parquet", ".geoparquet"),
        *(".fgb", ".gml", ".geojsonl", ".geojsons", ".topojson"),
        *(".sqlite", ".sqlite3", ".spatialite", ".dbf"),
        *(".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".xltx", ".xltm"),
        *(".ods", ".ots", ".et", ".ett"),
        *(".kml", ".kmz", ".ovkml", ".ovkmz", ".ovjsn", ".gpx"),
        *(".dat", ".dxf", ".mif", ".tab"),
    }
)
#: Formats that may hold records and that this version does not read: reported, never passed over.
UNREAD = frozenset(unread_kinds())
#: Zips within zips beyond this are no survey.
_DEEPEST_ZIP = 5
#: A folder that holds this is a file geodatabase, whatever it is called.
_GEODATABASE = "a00000001.gdbtable"


@dataclass(frozen=True, slots=True)
class Source:
    """One data set, or what lies beside the data sets of a folder.

    Attributes
    ----------
    path : Path
        Where it lies.
    shown : str
        What people see as its path.
    trouble : str
        Why it cannot be opened.
    unknown : bool
        Whether nobody knows its format, so that it need not be a data set at all.
    skipped : mapping of str to int
        Of a folder: how many of its files hold no records of a survey, by what people call them.
    """

    path: Path
    shown: str
    trouble: str = ""
    unknown: bool = False
    skipped: Mapping[str, int] = field(default_factory=dict)


def find_sources(paths: Iterable[Path], temporary: ExitStack) -> list[Source]:
    """Data sets at or below some paths, in a fixed order; behind them what was skipped.

    Parameters
    ----------
    paths : iterable of Path
        Files, folders, archives.
    temporary : ExitStack
        Takes the folders that archives are unpacked into.

    Raises
    ------
    InputNotFoundError
        A path does not exist.
    """
    walk = _Walk(temporary)
    for path in paths:
        if not path.exists():
            raise InputNotFoundError(str(path))
        shown = path.name or str(path)
        walk.enter(path, shown, 0)
        if not walk.found_below(shown):
            walk.sources.append(Source(path, shown, tr("文件夹里没有可读的测量文件")))
    return [*_told_apart(walk.sources), *walk.skipped]


class _Walk:
    """The way through folders and archives, and what was found on it."""

    def __init__(self, temporary: ExitStack) -> None:
        self.sources: list[Source] = []
        self.skipped: list[Source] = []
        self._temporary = temporary

    def enter(self, path: Path, shown: str, depth: int) -> None:
        """Take what lies at a path."""
        suffix = suffix_of(path.name)
        if path.is_dir():
            self._enter_folder(path, shown, depth)
        elif suffix in ARCHIVES and not _is_book(path):
            self._enter_archive(path, shown, depth + 1)
        elif suffix in READ:
            self.sources.append(Source(path, shown))
        else:
            self.sources.append(_unread(path, shown, suffix))

    def _enter_folder(self, path: Path, shown: str, depth: int) -> None:
        """A folder that is itself a data set, or all that lies in it."""
        if path.suffix.lower() == ".gdb":
            self.sources.append(Source(path, shown))
        elif (path / _GEODATABASE).is_file():
            named = self._folder() / f"{path.name}.gdb"
            try:
                named.symlink_to(path.resolve(), target_is_directory=True)
            except OSError:  # as Windows allows to administrators alone
                shutil.copytree(path, named)
            self.sources.append(Source(named, shown))
        else:
            self._take_all(path, shown, depth)

    def _enter_archive(self, path: Path, shown: str, depth: int) -> None:
        if depth > _DEEPEST_ZIP:
            why = tr("压缩包套了 {most} 层以上, 未展开", most=_DEEPEST_ZIP)
            self.sources.append(Source(path, shown, why))
            return
        folder = self._folder()
        try:
            unpack(path, folder)
        except ArchiveError as error:
            self.sources.append(Source(path, shown, str(error)))
            return
        self._take_all(folder, shown, depth)
        if not self.found_below(shown):
            self.sources.append(Source(path, shown, tr("压缩包内没有可读的测量文件")))

    def found_below(self, shown: str) -> bool:
        """Whether the source that was found last is a path, or lies below it."""
        last = self.sources[-1].shown if self.sources else ""
        return last == shown or last.startswith(f"{shown}/")

    def _take_all(self, folder: Path, shown: str, depth: int) -> None:
        """Everything below a folder."""
        beside: Counter[str] = Counter()
        children = sorted(folder.iterdir(), key=lambda p: p.name)
        names = {child.name.lower() for child in children}
        for child in children:
            kind = _beside(child, names)
            if kind is not None:
                beside[kind] += 1
            elif is_part(child.name, names):
                continue
            else:
                self.enter(child, f"{shown}/{child.name}", depth)
        if beside:
            self.skipped.append(Source(folder, shown, skipped=dict(sorted(beside.items()))))

    def _folder(self) -> Path:
        """A folder of ours, which is gone when the call ends."""
        return Path(self._temporary.enter_context(tempfile.TemporaryDirectory(prefix="herbgis-")))


def _beside(path: Path, names: Collection[str]) -> str | None:
    """What people call a file that is neither data nor a part of data; None for any other."""
    suffix = suffix_of(path.name)
    if path.name.lower().endswith(".icloud"):
        return None
    kind = beside_kind(path.name)
    hidden = path.name.startswith((".", "~$")) or path.name == "__MACOSX"
    if kind is None or hidden:
        return kind
    if (
        path.is_dir()
        or suffix in READ | UNREAD
        or lost_main(path.name)
        or is_part(path.name, names)
    ):
        return None
    inner = suffix_of(path.name.removesuffix(path.suffix))
    if suffix == ".tmp" and inner in READ:
        return None
    return None if suffix == ".xml" and _content(path) in {"kml", "gml", "xml2003"} else kind


def _is_book(path: Path) -> bool:
    """Whether a file under an archive's suffix is a workbook, which is a zip too."""
    return _content(path) in {"xlsx", "xlsb", "ods"}


def _content(path: Path) -> str | None:
    """What a file is by its content; None also where it cannot be opened."""
    try:
        return content_of(path)
    except OSError:
        return None


def _unread(path: Path, shown: str, suffix: str) -> Source:
    """A file that no reader claims by its suffix: its content may tell, or nobody knows it."""
    unread = unread_kinds().get(suffix)
    if unread is not None:
        return Source(path, shown, unread.why(suffix))
    main = lost_main(path.name)
    if main is not None:
        return Source(
            path, shown, tr("只有 {suffix}, 缺同名的 {main}, 请一起交来", suffix=suffix, main=main)
        )
    if suffix == ".tmp":
        return Source(path, shown, tr("是没有下载完或没有存完的 .tmp, 请交原文件"))
    kind = beside_kind(path.name)
    if kind is not None and suffix != ".xml":
        return Source(
            path,
            shown,
            tr("本版本不读 {suffix} 文件 ({kind})", suffix=suffix or tr("无后缀"), kind=tr(kind)),
        )
    found = contents().get(_content(path) or "")
    if found is not None and found.reader not in {"", ".csv", ".html", ".mht"}:
        return Source(path, shown)
    what = tr(", 内容是{title}", title=tr(found.title)) if found else ""
    return Source(
        path,
        shown,
        tr("本版本不认识 {suffix} 的文件{what}", suffix=suffix or tr("无后缀"), what=what),
        unknown=True,
    )


def _told_apart(sources: list[Source]) -> list[Source]:
    """The same with a number behind a shown path that an earlier source has already."""
    seen: dict[str, int] = {}
    result = []
    for source in sources:
        count = seen[source.shown] = seen.get(source.shown, 0) + 1
        shown = source.shown if count == 1 else f"{source.shown}({count})"
        result.append(replace(source, shown=shown))
    return result

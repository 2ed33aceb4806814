"""Which data sets lie at the paths a caller gives: folders walked, archives unpacked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from herbgis.foundation.errors import InputNotFoundError
from herbgis.reading.formats.archives import ArchiveError, unpack

#: Formats that this version reads, each by its reader in `reading.READERS`; a .gdb is a folder.
READ = frozenset(
    {
        *(".gpkg", ".shp", ".geojson", ".json", ".gdb", ".parquet"),
        *(".csv", ".txt", ".xls", ".xlsx"),
        *(".kml", ".kmz", ".ovkml", ".ovkmz", ".ovjsn"),
        *(".dat", ".dxf", ".mif", ".tab"),
    }
)
#: Formats that counties send and this version does not read: reported, never passed over.
UNREAD = frozenset({".ovobj", ".dwg", ".rar", ".7z"})
_ZIP = ".zip"
_HIDDEN = (".", "~$", "__MACOSX")
#: Zips within zips beyond this are no survey.
_DEEPEST_ZIP = 5


@dataclass(frozen=True, slots=True)
class Source:
    """One data set: where it lies, what people see as its path, and why it cannot be opened."""

    path: Path
    shown: str
    trouble: str = ""


def find_sources(paths: Iterable[Path], temporary: ExitStack) -> list[Source]:
    """Data sets at or below some paths, in a fixed order.

    Parameters
    ----------
    paths : iterable of Path
        Files, folders, zips.
    temporary : ExitStack
        Takes the folders that archives are unpacked into.

    Raises
    ------
    InputNotFoundError
        A path does not exist.
    """
    found: list[Source] = []
    for path in paths:
        if not path.exists():
            raise InputNotFoundError(str(path))
        shown = path.name or str(path)
        inside = _sources_of(path, shown, temporary, 0)
        found += inside or [Source(path, shown, "文件夹里没有可读的测量文件")]
    return _told_apart(found)


def _sources_of(path: Path, shown: str, temporary: ExitStack, depth: int) -> list[Source]:
    suffix = path.suffix.lower()
    if suffix == _ZIP and path.is_file():
        return _sources_of_zip(path, shown, temporary, depth + 1)
    if path.is_dir() and suffix != ".gdb":
        return _sources_of_folder(path, shown, temporary, depth)
    if suffix in READ:
        return [Source(path, shown)]
    return [Source(path, shown, f"本版本不读 {suffix or '无后缀'} 文件")]


def _sources_of_folder(path: Path, shown: str, temporary: ExitStack, depth: int) -> list[Source]:
    """Everything of a known format below a folder; sidecars and documents are left out."""
    found: list[Source] = []
    children = sorted(path.iterdir(), key=lambda p: p.name)
    names = {child.name.lower() for child in children}
    for child in children:
        known = child.is_dir() or child.suffix.lower() in READ | UNREAD | {_ZIP}
        if known and not child.name.startswith(_HIDDEN) and not _is_part_of_tab(child, names):
            found += _sources_of(child, f"{shown}/{child.name}", temporary, depth)
    return found


def _is_part_of_tab(path: Path, names: set[str]) -> bool:
    """Whether a .dat is the attribute table of a MapInfo TAB beside it, and no CASS file."""
    stem = path.stem.lower()
    return path.suffix.lower() == ".dat" and not names.isdisjoint({f"{stem}.tab", f"{stem}.map"})


def _sources_of_zip(path: Path, shown: str, temporary: ExitStack, depth: int) -> list[Source]:
    if depth > _DEEPEST_ZIP:
        return [Source(path, shown, f"压缩包套了 {_DEEPEST_ZIP} 层以上, 未展开")]
    folder = Path(temporary.enter_context(tempfile.TemporaryDirectory(prefix="herbgis-")))
    try:
        unpack(path, folder)
    except ArchiveError as error:
        return [Source(path, shown, str(error))]
    inside = _sources_of_folder(folder, shown, temporary, depth)
    return inside or [Source(path, shown, "压缩包内没有可读的测量文件")]


def _told_apart(sources: list[Source]) -> list[Source]:
    """The same with a number behind a shown path that an earlier source has already."""
    seen: dict[str, int] = {}
    result = []
    for source in sources:
        count = seen[source.shown] = seen.get(source.shown, 0) + 1
        shown = source.shown if count == 1 else f"{source.shown}({count})"
        result.append(Source(source.path, shown, source.trouble))
    return result

"""What a file is by its content, whatever its suffix says."""

from __future__ import annotations

import errno
import functools
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from herbgis.foundation import resources
from herbgis.foundation.language import tr
from herbgis.reading.formats import encodings
from herbgis.reading.formats.xls_extent import OLE_HEAD

_HEAD_BYTES = 1 << 16
_PIECE_BYTES = 1 << 20
#: An OLE file's directory stands anywhere in it.
_MOST_OLE_BYTES = 512 * 1024**2
#: What stands at the head of a file, and the content's name in facts/file_kinds.toml.
_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "parquet"),
    (b"AC10", "dwg"),
    (b"fgb\x03", "fgb"),
    (b"\x00\x00\x27\x0a\x00\x00\x00\x00", "shp"),
    (b"\x00\x01\x00\x00Standard ", "access"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x89PNG", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "raster"),
    (b"MM\0*", "raster"),
    (b"AutoCAD Binary DXF", "dxf"),
)
#: Streams of an OLE file and entries of a zip, and what each makes of it; the first one decides.
_STREAMS = (
    ("EncryptedPackage", "locked"),
    ("WordDocument", "word"),
    ("PowerPoint Document", "slides"),
    ("Workbook", "xls"),
    ("Book", "xls"),
)
_ENTRIES = (
    (re.compile(r"xl/workbook\.bin"), "xlsb"),
    (re.compile(r"xl/workbook\.xml|xl/.*"), "xlsx"),
    (re.compile(r"word/.*"), "word"),
    (re.compile(r"ppt/.*"), "slides"),
    (re.compile(r"(?i)[^/]+\.(?:ov)?kml"), "kmz"),
)
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_TAR_AT, _TAR = 257, b"ustar"
_SQLITE = b"SQLite format 3\0"
#: Marks of XML and of JSON, looked for in the head.
_MARKUP = (
    (re.compile(r"urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel\.Sheet"), "xml2003"),
    (re.compile(r"<(?:\w+:)?kml\b", re.IGNORECASE), "kml"),
    (re.compile(r"<(?:\w+:)?gpx\b", re.IGNORECASE), "gpx"),
    (re.compile(r"<(?:\w+:)?FeatureCollection\b|opengis\.net/gml"), "gml"),
    (re.compile(r"<(?:html|table|!doctype html)\b", re.IGNORECASE), "html"),
)
_TEXTS = (
    (re.compile(r'\{(?s:.*)"Topology"'), "topojson"),
    (re.compile(r'\{(?s:.*)"ObjItems"'), "ovjsn"),
    (re.compile(r"\{"), "json"),
    (re.compile(r"MIME-Version:", re.IGNORECASE), "mht"),
    (re.compile(r"Version\s+\d+\s(?s:.*)\bColumns\b", re.IGNORECASE), "mif"),
    (re.compile(r"0\s*\r?\n\s*SECTION\b"), "dxf"),
    (re.compile(r"ID;P"), "sylk"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
#: More control or undecodable characters than this share, and it is no text.
_MOST_CONTROL = 0.01


@dataclass(frozen=True, slots=True)
class Content:
    """A kind of content.

    Attributes
    ----------
    title : str
        What people call it.
    reader : str
        The suffix whose reader reads it; empty where none does.
    advice : str
        What to do where none does; completes 请….
    suffixes : tuple of str
        Under which it surprises nobody.
    """

    title: str
    reader: str = ""
    advice: str = ""
    suffixes: tuple[str, ...] = ()


@functools.cache
def contents() -> dict[str, Content]:
    """Every kind of content that is told from others, by its name in the facts."""
    return {
        name: Content(**{**entry, "suffixes": tuple(entry.get("suffixes", ()))})
        for name, entry in resources.read_toml("facts/file_kinds.toml")["content"].items()
    }


def is_blank(path: Path) -> bool:
    """Whether a file holds nothing but zeros, as one does that was never copied to its end."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            if piece.strip(b"\0"):
                return False
    return True


def content_of(path: Path) -> str | None:
    """The name in the facts of what a file is by its content; None where nothing tells.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    for signature, name in _SIGNATURES:
        if head.startswith(signature):
            return name
    if head.startswith(b"PK\x03\x04"):
        return _of_zip(path, head)
    if head.startswith(OLE_HEAD):
        return _of_ole(path)
    if head.startswith(_SQLITE):
        return "gpkg" if b"gpkg_contents" in head else "sqlite"
    if head[_TAR_AT:].startswith(_TAR):
        return "tar"
    return _of_text(head)


def _of_zip(path: Path, head: bytes) -> str:
    """What a zip is by its entries; one that is cut off is told by its first ones."""
    if _ODS_TYPE in head[:200]:
        return "ods"
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        names = ["xl/"] if b"[Content_Types].xml" in head[:200] else []
    for pattern, kind in _ENTRIES:
        if any(pattern.fullmatch(name) for name in names):
            return kind
    return "zip"


def _of_ole(path: Path) -> str | None:
    with path.open("rb") as file:
        data = file.read(_MOST_OLE_BYTES)
    return next(
        (kind for stream, kind in _STREAMS if f"{stream}\0".encode("utf-16-le") in data), None
    )


def _of_text(head: bytes) -> str | None:
    """What a text is by what it begins with; None where it is no text."""
    text, _ = encodings.decode_text(head)
    # A character that the end of the head cuts in two is no damage.
    text = text.rstrip("\ufffd").lstrip("\ufeff\x1e").lstrip()
    if not text or len(_CONTROL.findall(text)) > _MOST_CONTROL * len(text):
        return None
    if text.startswith("<"):
        return next((kind for mark, kind in _MARKUP if mark.search(text)), None)
    return next((kind for mark, kind in _TEXTS if mark.match(text)), "text")


#: What Windows says of a file that another program holds, and of one that is still in the cloud
#: (System Error Codes: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION; ERROR_CLOUD_FILE_…).
_HELD = frozenset({32, 33})
_IN_CLOUD = range(358, 405)


def why_not_opened(error: OSError) -> str:
    """In words that people can act on, why the system does not open a file."""
    code = getattr(error, "winerror", None) or 0
    if code in _HELD or error.errno in {errno.EBUSY, errno.ETXTBSY, errno.EAGAIN}:
        return tr("被其他程序占用, 请关闭 WPS、Excel、ArcGIS 后重试")
    if code in _IN_CLOUD:
        return tr("文件还在云盘, 没有下载到本机, 请先下载")
    if isinstance(error, PermissionError):
        return tr("没有权限打开, 请先关闭正在打开它的 WPS 或 Excel")
    return tr("系统打不开, 请拷到本机硬盘后重试")

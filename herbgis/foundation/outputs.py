"""Writing a file: its folder made, a failure said plainly, and never half a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from herbgis.foundation.errors import OutputError
from herbgis.foundation.language import tr


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Make the folder of a file to be written, and say in plain words why it cannot be."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        msg = tr("写不了 {path}: {why}", path=path, why=_why(path, error))
        raise OutputError(msg) from error


def _why(path: Path, error: OSError) -> str:
    if path.is_dir():
        return tr("它是一个文件夹。请写文件的名称。")
    above = [folder for folder in path.parents if folder.is_file()]
    if above:
        return tr("{path} 是一个文件, 不是文件夹。", path=above[0])
    return tr("请先关闭正在打开它的 WPS 或 Excel, 并确认有写入权限。({error})", error=error)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file beside another to write to, which takes the other's place when all is written.

    Whoever is stopped in between leaves the other as it was.
    """
    with (
        writing(path),
        tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as made,
    ):
        beside = Path(made) / path.name
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)

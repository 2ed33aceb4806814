"""Where the package keeps its own data, and the one way to read it."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parents[1]


@functools.cache
def read_toml(name: str) -> dict[str, Any]:
    """The package's TOML file `name` (``'facts/columns.toml'``); treat the result as read-only."""
    return tomllib.loads((_PACKAGE / name).read_text(encoding="utf-8"))


def names_in(folder: str, suffix: str) -> list[str]:
    """Stems of the package's files in a folder, sorted."""
    return sorted(path.stem for path in (_PACKAGE / folder).glob(f"*{suffix}"))


def asset(name: str) -> Path:
    """Path of a file inside the package (templates, styles, scripts)."""
    return _PACKAGE / name


def data(name: str) -> Path:
    """Path of a file or folder of data/: inside an installed wheel, or beside it in a clone."""
    inside = _PACKAGE / "data" / name
    return inside if inside.exists() else _PACKAGE.parent / "data" / name

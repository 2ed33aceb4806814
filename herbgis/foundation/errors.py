"""The errors that herbgis raises.

Bad data is never an error here: it becomes an issue in a report. Errors are for a wrong call::

    HerbgisError
    ├── InputNotFoundError    a path that is not there
    ├── MissingColumnError    a step lacks a column
    ├── CrsError              a frame without, or with an unusable, coordinate system
    ├── PolicyError           a policy that cannot be read or contradicts itself
    ├── UnknownNameError      a code, policy, column or format that does not exist
    ├── UnreadableReportError an earlier report that is none of herbgis
    ├── LedgerError           a ledger that is none, or a batch that it cannot take
    ├── TargetsError          targets broken down that cannot be read
    ├── CandidatesError       a file of candidate sites that cannot be read
    ├── OutputError           a result that cannot be written where it was asked for
    ├── RasterError           a raster that cannot be read, costs too much, or lies elsewhere
    └── AssetError            a map needs a file that is not vendored
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class HerbgisError(Exception):
    """Base of all errors: says what, where, what there is instead, and what to do."""


class InputNotFoundError(HerbgisError):
    """A path given to a reader does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(f"找不到 {path}。请核对路径; 含空格的路径要加引号。")


class MissingColumnError(HerbgisError):
    """A step needs columns that the table does not have."""

    def __init__(self, step: str, missing: Sequence[str], present: Sequence[str]) -> None:
        lacking = "、".join(missing)
        hints = [nearest(name, present) for name in missing]
        like = "".join(
            f" 最像 {name} 的是 {hint}。" for name, hint in zip(missing, hints, strict=True) if hint
        )
        super().__init__(
            f"{step} 缺少列 {lacking}。现有列: {'、'.join(map(str, present)) or '无'}。{like}"
            f"请先运行产生这些列的步骤, 或用 columns={{'{missing[0]}': '您的列名'}} 指明。"
        )
        self.missing = tuple(missing)


class CrsError(HerbgisError):
    """A frame has no coordinate system, or one that cannot be used."""


class PolicyError(HerbgisError):
    """A policy cannot be read, or contradicts itself."""


class UnknownNameError(HerbgisError):
    """A name that is not among the known ones."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        hint = nearest(name, names)
        like = f"您要的是 {hint} 吗? " if hint else ""
        super().__init__(f"没有{what} {name}。{like}可用的有: {'、'.join(names)}。")


class UnreadableReportError(HerbgisError):
    """What should be an earlier report of herbgis is none."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} 不是 herbgis validate --out 写出的报告, 请指明那个文件夹。")


class LedgerError(HerbgisError):
    """A file is no ledger, or a ledger cannot take a batch."""


class TargetsError(HerbgisError):
    """A table of targets broken down cannot be read."""


class CandidatesError(HerbgisError):
    """A file of candidate sites cannot be read."""


class OutputError(HerbgisError):
    """A result cannot be written."""


class RasterError(HerbgisError):
    """A raster cannot be read, costs too much to read, or lies elsewhere."""


class AssetError(HerbgisError):
    """A page needs a script or style that is not vendored and would need a network."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, for a message; never used to decide anything."""
    found = difflib.get_close_matches(name, [str(k) for k in known], n=1, cutoff=0.6)
    return found[0] if found else None

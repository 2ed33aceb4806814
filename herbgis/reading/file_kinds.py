"""What a file is by its name: part of a data set, not read, no data, or known to nobody."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from herbgis.foundation import resources
from herbgis.foundation.language import tr

_FACTS = "facts/file_kinds.toml"
#: Suffixes of two parts.
_DOUBLE = (".tar.gz", ".tar.bz2", ".tar.xz")


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file that may hold records is not read: what it is, and what to do instead."""

    title: str
    advice: str

    def why(self, suffix: str) -> str:
        """In words, for HG001."""
        return tr(
            "{title} {suffix}, 请{advice}",
            title=tr(self.title),
            suffix=suffix,
            advice=tr(self.advice),
        )


def suffix_of(name: str) -> str:
    """A file's suffix in small letters, of two parts where a tar is packed; empty without one."""
    folded = name.lower()
    for suffix in _DOUBLE:
        if folded.endswith(suffix):
            return suffix
    stem, dot, last = folded.rpartition(".")
    return f".{last}" if dot and stem and last and not last.isspace() else ""


@functools.cache
def unread_kinds() -> dict[str, Unread]:
    """Formats that may hold records and are not read, by suffix."""
    return {
        suffix: Unread(entry["title"], entry["advice"])
        for entry in resources.read_toml(_FACTS)["unread"]
        for suffix in entry["suffixes"]
    }


def beside_kind(name: str) -> str | None:
    """What people call a kind of file that holds no records of a survey; None for any other."""
    folded = name.lower()
    return next((title for title, pattern in _patterns() if fnmatchcase(folded, pattern)), None)


def is_part(name: str, names: Collection[str]) -> bool:
    """Whether a file belongs to the main file of a data set that lies beside it.

    `names` are those of its folder, in small letters.
    """
    folded = name.lower()
    if any(folded.endswith(".xml") and folded[:-4] == other for other in names):
        return True
    return any(
        folded.endswith(suffix) and f"{folded.removesuffix(suffix)}{main}" in names
        for entry in resources.read_toml(_FACTS)["parts"]
        for main in entry["main"]
        for suffix in entry["suffixes"]
    )


def lost_main(name: str) -> str | None:
    """The suffix of the main file without which a part is of no use; None for any other file."""
    for entry in resources.read_toml(_FACTS)["parts"]:
        if suffix_of(name) in entry["lost"]:
            return str(entry["main"][0])
    return None


@functools.cache
def _patterns() -> tuple[tuple[str, str], ...]:
    return tuple(_pairs())


def _pairs() -> Iterator[tuple[str, str]]:
    for entry in resources.read_toml(_FACTS)["beside"]:
        for pattern in entry["names"]:
            yield entry["title"], pattern

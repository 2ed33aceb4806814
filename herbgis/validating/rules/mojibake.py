"""HG506: text that was decoded in another encoding than it was written in."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.terms import columns as cols
from herbgis.terms.issues import Issue
from herbgis.validating.rules.context import Context

#: How text goes wrong: the encoding it was read in, and the one it is in.
_WAYS = (
    ("gb18030", "utf-8"),
    ("latin-1", "utf-8"),
    ("latin-1", "gb18030"),
    ("cp1252", "utf-8"),
    ("cp1252", "gb18030"),
    ("cp437", "utf-8"),
    ("cp437", "gb18030"),
)
#: What is left where bytes were thrown away; no way leads back.
_LOST = re.compile("\ufffd|锟斤拷|锘|烫烫|屯屯|[?？]{2,}")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
#: A single odd character is a sign (㎡, é), not garbled text.
_LEAST_FOREIGN = 2
_LEAST_ORDINARY = 0.75
_LEAST_GAIN = 0.25
#: First bytes in GB 2312 of the 3,755 characters of level 1, by far the most used.
_LEVEL_1 = range(0xB0, 0xD8)


def mojibake(context: Context) -> Iterator[Issue]:
    """HG506: once a record, with the columns and what the first of them should say."""
    titles = cols.titles()
    found: dict[int, dict[str, str]] = {}
    for column in cols.known_in(context.bases, cols.with_role(cols.Role.WRITTEN)):
        if column.kind not in {"text", "flag"}:
            continue
        title = titles[column.name.removeprefix("raw_")]
        for record, meant in _garbled(context.bases[column.name]):
            found.setdefault(record, {})[title] = meant
    for record, garbled in sorted(found.items()):
        words = [
            tr("{title}应为“{meant}”", title=tr(title), meant=meant[:20])
            for title, meant in garbled.items()
            if meant
        ]
        hint = tr("似{words}; ", words=listed(words)) if words else tr("原文已丢失, 无法还原; ")
        values = {"columns": listed(map(tr, garbled)), "hint": hint}
        yield Issue("HG506", context.place(record), values)


def _garbled(cells: pd.Series) -> Iterator[tuple[int, str]]:
    """Positions of a column's garbled cells, and what each should say; each text judged once."""
    texts = [text for text in cells.unique() if isinstance(text, str)]
    # What is written in usual characters alone cannot become more usual.
    odd = {character for character in set().union(*texts) if _is_odd(character)}
    suspects = (text for text in texts if not odd.isdisjoint(text) or _LOST.search(text))
    told = {text: mended(text) for text in suspects}
    meant = {text: said for text, said in told.items() if said is not None}
    for record in np.flatnonzero(cells.isin(list(meant))).tolist() if meant else ():
        yield record, meant[cells.iloc[record]]


def _is_odd(character: str) -> bool:
    return bool(_FOREIGN.match(character)) and _weight(character) < 1


@functools.lru_cache(maxsize=65536)
def mended(text: str) -> str | None:
    """The text that was meant; an empty one where bytes are lost; None where nothing is wrong."""
    lost = _LOST.search(text)
    if len(_FOREIGN.findall(text)) < _LEAST_FOREIGN and not lost:
        return None
    least = max(_LEAST_ORDINARY, _ordinary(text) + _LEAST_GAIN)
    for errors in ("strict", "replace") if lost else ("strict",):
        told = [_read_again(text, *way, errors) for way in _WAYS]
        best = max(told, key=_ordinary)
        if _ordinary(best) >= least:
            return best
    return "" if lost else None


def _read_again(text: str, read_as: str, meant: str, errors: str) -> str:
    """The text's bytes in the encoding that is meant; a last character may be cut in two."""
    try:
        data = text.rstrip("?？\ufffd").encode(read_as, errors)
        return codecs.getincrementaldecoder(meant)(errors).decode(data, final=False)
    except UnicodeError:
        return ""


def _ordinary(text: str) -> float:
    """How usual the characters of a text are in Chinese, 0 to 1; plain letters do not count."""
    foreign = _FOREIGN.findall(text)
    return sum(map(_weight, foreign)) / len(foreign) if foreign else 0.0


def _weight(character: str) -> float:
    try:
        lead = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return 0.2 if "\u4e00" <= character <= "\u9fff" else 0.0
    return 1.0 if lead in _LEVEL_1 else 0.6

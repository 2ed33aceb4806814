"""What a number format makes of a number: the words behind it, a scale, decimals, a date's parts.

After ECMA-376 part 1, 18.8.31 (numFmts); ``!`` before a character is how the Chinese Excel and WPS
write the backslash. A number is not formatted here: only what a person reads beside its digits.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from dataclasses import dataclass

#: Formats that are known by number alone and show more than digits (18.8.30).
BUILT_IN = {
    2: "0.00", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 17: "mmm-yy",
    39: "#,##0.00", 40: "#,##0.00", 57: "yyyy年m月",
}  # fmt: skip
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/通用格式)|(?P<digits>[0#?]+)|(?P<mark>[.,%])"
    r"|(?P<exponent>[Ee][+-])|(?P<date>[ymdhse]+|AM/PM|aaaa?)|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_MOST_CHARACTERS = 255
#: Days of 1954 to 2119 as a workbook counts them; no month (202006) and no year is among them.
_SERIALS = (20_000, 80_000)
_SERIAL = re.compile(r"\d{5}(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number is shown.

    Attributes
    ----------
    words : str
        Behind its digits.
    divided_by : float
        What the number is divided by before it is shown: 10,000 under ``0!.0,"万"``.
    decimals : int
        Digits behind the point.
    is_percent : bool
    date : str
        Those of y, m, d, h, s that a date is shown by; empty where it is none.
    mask : tuple of str
        Digits and the words before, between and behind them, as ``"YJ-"000``; empty where a whole
        number is shown in any other way.
    """

    words: str
    divided_by: float
    decimals: int
    is_percent: bool
    date: str
    mask: tuple[str, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether nothing but the digits of the number is shown."""
        plain = not self.words and self.divided_by == 1 and not self.is_percent and not self.date
        return plain and (not self.mask or self.written(1) == "1")

    def written(self, number: int) -> str:
        """A whole number under the mask: 1 under ``"YJ-"000`` is YJ-001."""
        runs = [len(part) for part in self.mask if _is_digits(part)]
        zeros = sum(part.count("0") for part in self.mask if _is_digits(part))
        left = str(number).zfill(zeros)
        text = ""
        for part in reversed(self.mask):
            if not _is_digits(part):
                text = part + text
                continue
            size = runs.pop() if len(runs) > 1 else len(left)
            text, left = left[max(len(left) - size, 0) :] + text, left[: max(len(left) - size, 0)]
        return text


def _is_digits(part: str) -> bool:
    """Whether a part of a mask stands for digits; words never are of these marks alone."""
    return not part.strip("0#?")


def shown_under(code: str, value: float) -> Shown:
    """How a number is shown under a format, by the section that holds for it."""
    sections = _sections(code[:_MOST_CHARACTERS])
    for condition, shown in sections:
        if condition is None or _holds(condition, value):
            return shown
    return sections[-1][1]


@functools.cache
def form_of_date(code: str) -> str | None:
    """How a day is written under a format that shows its month or its year alone."""
    return {"my": "%Y-%m", "y": "%Y"}.get(shown_under(code, 1.0).date)


def day_of_serial(cell: object, *, since_1904: bool) -> dt.date | None:
    """The day that a serial number in a general cell stands for."""
    if isinstance(cell, str):
        cell = float(cell) if _SERIAL.fullmatch(cell.strip()) else None
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return None
    if not _SERIALS[0] <= cell <= _SERIALS[1]:
        return None
    first = dt.date(1904, 1, 1) if since_1904 else dt.date(1899, 12, 30)
    return first + dt.timedelta(days=int(cell))


def _holds(condition: tuple[str, float], value: float) -> bool:
    sign, limit = condition
    return {
        "<": value < limit,
        "<=": value <= limit,
        ">": value > limit,
        ">=": value >= limit,
        "=": value == limit,
        "<>": value != limit,
    }[sign]


@functools.lru_cache(maxsize=512)
def _sections(code: str) -> tuple[tuple[tuple[str, float] | None, Shown], ...]:
    """The sections of a format in order, each with its condition: the numbers it is for."""
    parts: list[list[re.Match[str]]] = [[]]
    for token in _TOKEN.finditer(code):
        if token["other"] == ";":
            parts.append([])
        else:
            parts[-1].append(token)
    parts = parts[:3]
    usual: list[tuple[str, float] | None] = [None]
    if len(parts) > 1:
        usual = [(">=" if len(parts) == 2 else ">", 0.0), ("<", 0.0), None]
    stated = [_condition(part) for part in parts]
    if any(stated):
        usual = [*stated[:-1], None]
    return tuple((condition, _shown(part)) for condition, part in zip(usual, parts, strict=False))


def _condition(part: list[re.Match[str]]) -> tuple[str, float] | None:
    brackets = (_CONDITION.fullmatch(token["bracket"] or "") for token in part)
    found = next(filter(None, brackets), None)
    return None if found is None else (found[1], float(found[2]))


def _shown(part: list[re.Match[str]]) -> Shown:
    """One section read from left to right."""
    words, commas, decimals, behind_dot = "", 0, 0, 0
    digits_seen = point = dotted = percent = False
    date = ""
    for token in part:
        literal = token["quoted"] or token["escaped"] or ""
        if token["digits"]:
            decimals += len(token["digits"]) if point else 0
            behind_dot += len(token["digits"]) if dotted else 0
            digits_seen, commas, words = True, 0, ""
        elif token["general"]:
            digits_seen = True
        elif token["mark"] == "." and digits_seen and not dotted:
            point = True
        elif token["mark"] == ",":
            commas += digits_seen and not words
        elif literal == "." and digits_seen:
            dotted = True
        elif token["mark"] == "%":
            percent = True
        elif token["date"]:
            date += token["date"].lower().replace("e", "y")
        elif digits_seen:
            words += literal or (token["other"] or "")
    date = "" if digits_seen else "".join(sorted(set(date) & set("ymdhs")))
    divided_by = 1000.0**commas * 10.0**behind_dot
    return Shown(words.strip(), divided_by, decimals, percent, date, _mask(part))


def _mask(part: list[re.Match[str]]) -> tuple[str, ...]:
    """Digits and words of a section that shows whole numbers by these alone."""
    mask = []
    for token in part:
        if token["mark"] or token["exponent"] or token["date"]:
            return ()
        text = token["digits"] or token["quoted"] or token["escaped"] or token["other"] or ""
        mask.append("0" if token["general"] else text)
    digits = any(_is_digits(text) for text in mask if text)
    return tuple(text for text in mask if text) if digits else ()

"""Dates as people write them, in whatever precision: a day, a month, a half-year, a year."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata

_DIGITS = {digit: str(value) for value, digit in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "两": "2",
}
_YEAR_IN_WORDS = re.compile(f"[{''.join(_DIGITS)}]{{4}}(?=年)")
_NUMBER_IN_WORDS = re.compile("[廿卅]?[一二三四五六七八九十]+(?=[月日])|[廿卅](?=日)")
#: Said around a date without changing it.
_ABOUT = re.compile(
    "^(?:约|大约|预计|计划|拟|拟于|预计于)|(?:左右|建成|完工|竣工|投产|完成|初步建成)$"
)
_TIME = r"(?:[ T]?[0-9]{1,2}[:时点].*)?"
_FORMS = (
    re.compile(rf"(\d{{4}})[-/.年、,](\d{{1,2}})[-/.月、,](\d{{1,2}})日?{_TIME}"),
    re.compile(rf"(\d{{4}}) (\d{{1,2}}) (\d{{1,2}}){_TIME}"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})(?:年度?|\.0)?"),
    re.compile(r"(\d{4})[-/.年](\d{1,2})月?份?"),
    re.compile(r"(\d{4})(\d{2})"),
)
#: The month that a part of a year begins with, by which it is dated, and the last that it may mean.
_PARTS = {
    "初": (1, 3),
    "年初": (1, 3),
    "上半年": (1, 6),
    "第1季度": (1, 3),
    "1季度": (1, 3),
    "Q1": (1, 3),
    "春": (3, 5),
    "春季": (3, 5),
    "第2季度": (4, 6),
    "2季度": (4, 6),
    "Q2": (4, 6),
    "年中": (6, 7),
    "中": (6, 7),
    "夏季": (6, 8),
    "下半年": (7, 12),
    "第3季度": (7, 9),
    "3季度": (7, 9),
    "Q3": (7, 9),
    "秋季": (9, 11),
    "秋": (9, 11),
    "第4季度": (10, 12),
    "4季度": (10, 12),
    "Q4": (10, 12),
    "底": (12, 12),
    "末": (12, 12),
    "年底": (12, 12),
    "年末": (12, 12),
    "底前": (12, 12),
}
#: Said where no month is meant before which something was done: by then, at any time of the year.
_BY_THEN = "底前"
_PART_OF_YEAR = re.compile(f"(\\d{{4}})年?({'|'.join(sorted(_PARTS, key=len, reverse=True))})")
#: The first and the last day of a part of a month.
_THIRDS = {
    "初": (1, 10),
    "上旬": (1, 10),
    "中旬": (11, 20),
    "中": (11, 20),
    "下旬": (21, 31),
    "底": (21, 31),
    "末": (21, 31),
}
_PART_OF_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月(初|上旬|中旬|中|下旬|底|末)")
#: Parts of a date that states its month and no day.
_MONTH = 2
#: Between the dates of several records of one base.
SEVERAL = "; "
#: Day numbers of a workbook that may be dates: 1982-02-18 to 2064-04-08.
_DAY_NUMBERS = range(30000, 60001)
_FIRST_DAY = dt.date(1899, 12, 30)


def parse_date(text: str) -> dt.date | None:
    """Read a date as people write it; what is less than a day stands for its first day.

    A month or a year alone, a half or quarter (``2020年上半年``), the end of a year (``2019年底``,
    its December) or a third of a month; digits in words (``二〇二〇年五月``); a time behind.
    None where the text is no date or names a day that does not exist.
    """
    parts = stated_parts(text)
    return None if parts is None else _day(*parts)


def parse_whole_day(text: str) -> dt.date | None:
    """Read a date that states its day; None for a month, a part of one, a year, or no date."""
    parts = stated_parts(text)
    inexact = parts is None or len(parts) < 3 or _PART_OF_MONTH.search(text)
    return None if inexact else parse_date(text)


def stated_parts(text: str) -> tuple[int, ...] | None:
    """The year, month and day of a date as far as it states them; None where it is no date."""
    folded = _folded(text)
    for form in _FORMS:
        found = form.fullmatch(folded)
        if found:
            return tuple(map(int, found.groups()))
    part = _PART_OF_YEAR.fullmatch(folded)
    if part:
        return int(part[1]), _PARTS[part[2]][0]
    third = _PART_OF_MONTH.fullmatch(folded)
    return (int(third[1]), int(third[2]), _THIRDS[third[3]][0]) if third else None


def stated_span(text: str) -> tuple[dt.date, dt.date] | None:
    """The first and the last day that a date may mean, in the precision in which it is written.

    ``2020`` is the whole year, ``2020年上半年`` January to June; a day is itself. None where the
    text is no date.
    """
    parts, first = stated_parts(text), parse_date(text)
    if parts is None or first is None:
        return None
    folded = _folded(text)
    part, third = _PART_OF_YEAR.fullmatch(folded), _PART_OF_MONTH.fullmatch(folded)
    if part:
        begins = dt.date(first.year, 1, 1) if part[2] == _BY_THEN else first
        return begins, _last_of_month(first.replace(month=_PARTS[part[2]][1]))
    if third:
        last = _last_of_month(first)
        return first, last.replace(day=min(last.day, _THIRDS[third[3]][1]))
    if len(parts) == 1:
        return first, dt.date(first.year, 12, 31)
    return first, first if len(parts) > _MONTH else _last_of_month(first)


def span_of(day: dt.date, written: str | None) -> tuple[dt.date, dt.date] | None:
    """The span of a date that was read, from its cell as written where that says less than a day.

    Dates of several records of one base are written one behind another (see `SEVERAL`), the one
    that `day` was read from first. A cell that was corrected since, and is that of another day,
    says nothing any more. None where one of several is no date, so that the span has no end.
    """
    every = (written or "").split(SEVERAL)
    spans = [stated_span(text) for text in every]
    if parse_date(every[0]) != day:
        return day, day
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return None
    return min(first for first, _ in known), max(last for _, last in known)


def parse_day_number(text: str) -> dt.date | None:
    """The day of a workbook's day number, as a cell without a date format shows it: 43969."""
    if not re.fullmatch(r"[0-9]{5}(?:\.[0-9]+)?", text):
        return None
    number = int(float(text))
    return _FIRST_DAY + dt.timedelta(days=number) if number in _DAY_NUMBERS else None


def _day(year: int, month: int = 1, day: int = 1) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _folded(text: str) -> str:
    """A text in plain digits, without what is said around a date."""
    folded = unicodedata.normalize("NFKC", text).strip()
    folded = re.sub(r"\s*([年月日号])\s*", r"\1", folded).replace("号", "日")
    return _ABOUT.sub("", _in_digits(folded))


def _last_of_month(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _in_digits(text: str) -> str:
    """Numbers of a date in digits: 二〇二〇年五月十八日 is 2020年5月18日."""
    text = _YEAR_IN_WORDS.sub(lambda found: "".join(map(_DIGITS.__getitem__, found[0])), text)
    text = _NUMBER_IN_WORDS.sub(lambda found: str(_below_hundred(found[0])), text)
    return re.sub("[一二三四](?=季度)", lambda found: _DIGITS[found[0]], text)


def _below_hundred(words: str) -> int:
    """A number below a hundred: 十八, 二十, 三十一, 廿五."""
    words = words.replace("廿", "二十").replace("卅", "三十").replace("十十", "十")
    tens, ten, ones = words.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 0
    value = int(_DIGITS[tens]) if tens else 1
    return (10 * value if ten else 0) + (int(_DIGITS[ones]) if ones else 0)

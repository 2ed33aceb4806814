"""Which heading of a table names which column, where the headings alone do not tell.

单位 may be the unit of the area or the unit that reports. Its cells decide, by the policy's words;
where they do not, no cell is taken for what it may not be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
import pyarrow as pa

from herbgis.foundation.language import tr
from herbgis.foundation.units import fold
from herbgis.reading.understanding.cells import clean_texts
from herbgis.terms.headings import Matched, first_of_twins, match_headings
from herbgis.terms.issues import Issue, Place
from herbgis.terms.policy import Policy

_UNIT, _REPORTING = "declared_unit", "reporting_unit"
#: Characters of a cell that a message has room for.
_MOST_SHOWN = 12
#: How organisations are called; no unit of area ends so.
_ORGANISATION = re.compile(
    ".+(?:公司|社|集团|企业|厂|场|园|园区|基地|局|委|站|所|院|校|中心|政府|办|村|部)"
)


def match_table(
    frame: pd.DataFrame,
    policy: Policy,
    columns: Mapping[str, str] | None = None,
    *,
    area_unit: str | None = None,
) -> Matched:
    """Which of a table's headings is which column, by the headings and where needed by the cells.

    A heading that fits two columns is the one whose words its cells are. Words that nobody knows
    among them are left for the rules to name. Where cells know words of both, or of neither, they
    are taken for units of the area if nothing else states its unit, so that no 亩 are made of
    what may be none; else for reporting units if some are; else the heading is undecided. Beside a
    heading of the reporting unit, names of organisations alone are neither.

    Parameters
    ----------
    frame : DataFrame
    policy : Policy
    columns : mapping of str to str, optional
        The caller's own mapping, column of the base table to heading.
    area_unit : str, optional
        The unit of the area, where something beside the headings states it.

    Returns
    -------
    Matched
    """
    matched = match_headings([str(c) for c in frame.columns], policy, columns)
    open_headings = {
        heading: words
        for heading, words in _words_by_heading(frame, policy)
        if heading not in matched.columns.values() and words
    }
    told = dict(matched.columns)
    undecided: dict[str, str] = {}
    # Headings whose words are all of one column go first; a doubtful one has what they leave.
    for heading, words in sorted(open_headings.items(), key=lambda item: _is_doubtful(item[1])):
        column = _column(words, told, matched.area_unit or area_unit)
        if column is not None:
            told[column] = heading
        elif _REPORTING not in told:
            undecided[heading] = next(iter(words))
    return matched._replace(columns=told, undecided=undecided)


def undecided_headings(matched: Matched, where: Place) -> Iterator[Issue]:
    """HG514 for each heading that may be either of two columns, on its layer."""
    for heading, cell in matched.undecided.items():
        values = {
            "column": heading[:_MOST_SHOWN],
            "written": cell[:_MOST_SHOWN],
            "effect": tr("是哪种单位看不出"),
            "hint": tr("请把列名写明: 填报单位、面积单位或经营主体; "),
        }
        yield Issue("HG514", where, values)


def _words_by_heading(
    frame: pd.DataFrame, policy: Policy
) -> Iterator[tuple[str, dict[str, str | None]]]:
    """The distinct words under each heading that fits two columns, and whose words they are."""
    for at, heading in enumerate(map(str, frame.columns)):
        if fold(first_of_twins(heading)) not in policy.told_by_cells:
            continue
        texts = clean_texts(frame.iloc[:, at]).dropna().unique().tolist()
        empty, _ = policy.placeholders.among(pa.array(texts, pa.string()), "text")
        yield heading, {text: _whose(text, policy) for text in texts if text not in empty}


def _whose(text: str, policy: Policy) -> str | None:
    if policy.canonical("unit", text) is not None:
        return _UNIT
    known = policy.canonical("reporting_unit", text) or policy.canonical("county", text)
    return _REPORTING if known is not None else None


def _are_organisations(words: Iterable[str]) -> bool:
    return all(_ORGANISATION.fullmatch(word) for word in words)


def _is_doubtful(words: Mapping[str, str | None]) -> bool:
    return len(set(words.values()) - {None}) != 1


def _column(
    words: Mapping[str, str | None], told: Mapping[str, str], area_unit: str | None
) -> str | None:
    """The column that words are taken for, of those that no heading names yet."""
    has_area = "declared_value" in told and _UNIT not in told
    free = {_UNIT: has_area, _REPORTING: _REPORTING not in told}
    if not _is_doubtful(words):
        column = next(column for column in words.values() if column is not None)
        return column if free[column] else None
    if free[_UNIT] and area_unit is None:
        return _UNIT if free[_REPORTING] or not _are_organisations(words) else None
    return _REPORTING if free[_REPORTING] and _REPORTING in words.values() else None

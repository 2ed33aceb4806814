"""Which heading of a table names which column of the base table.

By the policy's alias tables alone, never by likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.foundation.units import field_name, fold
from herbgis.foundation.wrong_calls import WrongCallError
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

_UNIT_IN_BRACKETS = re.compile(r"(?P<heading>.+?)[(\[](?P<unit>[^()\[\]]+)[)\]]$")
#: Columns of the declared area.
_AREAS = ("declared_value", "declared_mu")
#: Letters of the longest unit or remark that may end a heading.
_LONGEST_UNIT = 10
#: A DBF's heading holds ten bytes; a character that does not fit whole is left off.
_CUT_FROM_BYTES = 8
#: How a heading that stands in a table before is told from it.
_TWIN = re.compile(r"#\d+$")


class Matched(NamedTuple):
    """A table's headings by column of the base table, and the unit that the area's one states.

    `others` holds by column the headings that name it as well, in the order of the alias table;
    `undecided` those that fit two columns, each with a cell that does not tell which is meant.
    """

    columns: dict[str, str]
    area_unit: str | None
    others: Mapping[str, list[str]] = MappingProxyType({})
    undecided: Mapping[str, str] = MappingProxyType({})


def match_headings(
    headings: list[str], policy: Policy, columns: Mapping[str, str] | None = None
) -> Matched:
    """Which of a table's headings is which column, and the unit that the area's heading states.

    Parameters
    ----------
    headings : list of str
    policy : Policy
    columns : mapping of str to str, optional
        The caller's own mapping, column of the base table to heading; a unit that the heading
        states is the area's.

    Returns
    -------
    Matched
        Column to heading; the unit of ``declared_value`` as a word (``亩``). Whether a heading
        that fits two columns is one of them, its cells tell, see `understanding.matching`.
    """
    matched = {name: name for name in cols.names(cols.READ, cols.OPTIONAL) if name in headings}
    heading_unit: str | None = None
    for name, heading in (columns or {}).items():
        if heading not in headings:
            raise UnknownNameError(tr("列"), heading, headings)
        unit = stated_unit(heading, policy) if name in _AREAS else None
        if name == "declared_value":
            heading_unit = unit
        elif unit is not None and policy.canonical("unit", unit) != "mu":
            name = "declared_value"  # noqa: PLW2901 - hectares are declared, 亩 are made of them
            if name in (columns or {}):
                msg = tr(
                    "columns= 的 declared_mu 要亩, {heading} 是{unit}。请去掉这一项。",
                    heading=heading,
                    unit=unit,
                )
                raise WrongCallError(msg)
            heading_unit = unit
        matched[name] = heading
    others: dict[str, list[str]] = {}
    # What stands under its own name, or was pointed at, is meant, whatever stands beside it.
    meant = {*matched, *matched.values()}
    named = [(heading, *column_of(heading, policy)) for heading in headings]
    # Of two headings for one column the alias that the table lists first is meant.
    for heading, column, stated in sorted(named, key=lambda entry: _alias_rank(entry[0], policy)):
        if column is not None and column not in matched:
            matched[column] = heading
            heading_unit = stated if column == "declared_value" else heading_unit
        elif column is not None and not {column, heading} & meant:
            others.setdefault(column, []).append(heading)
    return Matched(matched, heading_unit, others)


def check_mapping(columns: Mapping[str, str], known: Iterable[str], policy: Policy) -> None:
    """Refuse a caller's mapping from what is no column of the base table.

    Raises
    ------
    WrongCallError
        The name is what people call a column, which is told.
    UnknownNameError
        No column has the name; the one most like it is told.
    """
    names = list(known)
    for name in columns:
        meant = policy.canonical("column", name)
        if name not in names and meant in names:
            msg = tr(
                "columns= 左边没有 {name} 这一列, 您要的是 {meant} 吗? 左边写基地表的列名,"
                " 右边写您表里的列名。",
                name=name,
                meant=meant,
            )
            raise WrongCallError(msg)
        if name not in names:
            raise UnknownNameError(tr("这样的基地表列"), name, names)


def stated_unit(heading: str, policy: Policy) -> str | None:
    """The unit of land that ends a heading, whatever stands before it: 公顷 of MJ(公顷)."""
    named, unit = column_of(heading, policy)
    if named == "declared_value":
        return unit
    for front, behind in _splits(fold(heading)):
        word = policy.canonical("unit", behind)
        if front and word is not None and policy.words["unit"][word].mu_per_unit is not None:
            return policy.title_of("unit", word)
    return None


def first_of_twins(heading: str) -> str:
    """A heading without the number that tells it from one before it: 单位 of 单位#2."""
    return _TWIN.sub("", heading)


def _alias_rank(heading: str, policy: Policy) -> int:
    return policy.alias_ranks.get(fold(heading), len(policy.alias_ranks))


def column_of(heading: str, policy: Policy) -> tuple[str | None, str | None]:
    """The column that a heading names by the alias table, and the unit it states."""
    for spelt in _field_names(first_of_twins(heading)):
        name, unit = _named(spelt, policy)
        if name is not None:
            return name, unit
    return None, None


def _field_names(heading: str) -> Iterator[str]:
    """A heading as it stands, without what programs add, and without their F before a digit."""
    yield fold(heading)
    plain = field_name(heading)
    yield plain
    if len(plain) > 1 and plain[0] == "f" and not ("a" <= plain[1] <= "z"):
        yield plain[1:].lstrip("_")


def _named(heading: str, policy: Policy) -> tuple[str | None, str | None]:
    alias = policy.field_names.get(heading, heading)
    name = policy.canonical("column", alias)
    if name is not None:
        return name, policy.heading_units.get(alias)
    for front, behind in _splits(heading):
        name, unit = policy.canonical("column", front), policy.canonical("unit", behind)
        measure = policy.measures.get(name or "", {})
        if behind in measure:
            return name, behind
        if name is not None and behind in policy.heading_remarks:
            return name, None
        if name is not None and unit is not None and not measure:
            return name, policy.title_of("unit", unit)
    return None, None


def stated_measure(heading: str, column: str, policy: Policy) -> str | None:
    """The unit that the heading of an optional number states, of those that the column knows."""
    behind = (unit for spelt in _field_names(heading) for _, unit in _splits(spelt))
    return next((unit for unit in behind if unit in policy.measures[column]), None)


def _splits(heading: str) -> Iterator[tuple[str, str]]:
    """Ways to take a heading for a name and a unit: 面积(亩), 面积_亩, 面积亩."""
    bracketed = _UNIT_IN_BRACKETS.fullmatch(heading)
    if bracketed:
        yield bracketed["heading"], bracketed["unit"]
        return
    for at in range(max(1, len(heading) - _LONGEST_UNIT), len(heading)):
        yield heading[:at].rstrip("_-/"), heading[at:]


def uncut_headings(
    headings: list[str], encoding: str, policy: Policy, matched: Mapping[str, str]
) -> dict[str, str]:
    """Columns whose headings a DBF cut at its ten bytes, by the one column that begins so.

    Parameters
    ----------
    headings : list of str
    encoding : str
        The file's encoding: it tells how many bytes a heading took.
    policy : Policy
    matched : mapping of str to str
        Column to heading of those that are known as they stand.

    Returns
    -------
    dict of str to str
        Column of the base table to the cut heading; nothing where two columns begin alike.
    """
    found: dict[str, str] = {}
    for heading in headings:
        if heading in matched.values() or len(heading.encode(encoding)) < _CUT_FROM_BYTES:
            continue
        begins = {
            name
            for name, aliases in policy.columns.items()
            if any(fold(alias).startswith(fold(heading)) for alias in aliases)
        }
        if len(begins) == 1 and not begins & (matched.keys() | found.keys()):
            found[begins.pop()] = heading
    return found

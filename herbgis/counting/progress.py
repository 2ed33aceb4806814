"""Progress: how far the bases are from the targets, and the words that it is told in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from herbgis.counting.breakdowns import breakdown_keys, words_of
from herbgis.counting.controlled import controlled_line
from herbgis.counting.marks import UNVALIDATED
from herbgis.counting.standing import DATE_UNKNOWN, NOT_YET_VERIFIED, STANDINGS
from herbgis.foundation import display
from herbgis.foundation.language import heading, tr
from herbgis.terms import columns as cols
from herbgis.terms.calls import answering
from herbgis.terms.control_columns import internal_lines
from herbgis.terms.policy import Policy

#: Headings of what progress itself counts.
_HEADINGS = {
    "year": "年份",
    "mu": "核定面积",
    "lacks_mu": "尚缺面积",
    "tier": "规模",
    "lead_mu": "高出规模线",
    "chance": "达线把握",
    "needed_sigma_mu": "复测须达标准差",
}
_AREA_TITLES = {"total": "总面积", "contiguous": "最大连片"}
_WAN = 10_000


@answering
@dataclass(frozen=True, repr=False)
class Progress:
    """Counts against the targets.

    Attributes
    ----------
    targets : DataFrame
        A row a tier under the policy's reading: target, reported, verified, pending, undecided,
        gap, mu (counted area of the verified).
    by : dict of str to DataFrame
        A breakdown an entry of `by`: its keys, verified bases a tier, and their 亩.
    readings : DataFrame
        Verified bases a tier under every reading of the rules.
    near : DataFrame
        Bases that could be verified, nearest below each threshold, and the 亩 each lacks.
    undecided : DataFrame
        Bases to be surveyed again (临界待复测): a threshold lies within the survey error. By how
        much each is above it (``lead_mu``), how likely it reaches it (``chance``), and the standard
        deviation that a new survey may have to settle it (``needed_sigma_mu``).
    expected : DataFrame
        A row a tier: how many of the bases that could be verified truly reach it, given the survey
        error: expected number and a 90% interval; and the count if every undecided base fell
        short (least) or reached it (most). No official figure.
    pipeline : DataFrame
        A row a tier: bases in building and planned whose area, surveyed or else declared, would
        reach it, beside the verified.
    uncounted : DataFrame
        Bases that no target counts, or not yet: why, how many, their 亩.
    controls : DataFrame
        A row a layer that controls land and that the bases were held against (see `validate`): its
        name and title, verified bases a tier that lie within it, and their 亩 there. Beside the
        count, and no part of it. No rows where no layer was given.
    bases : DataFrame
        A row a base: what the count looked at, and for every tier ``reported_<tier>``,
        ``verified_<tier>``, ``pending_<tier>`` and ``undecided_<tier>``. For `compare_counts`.
    rules : Policy
        By which was counted.
    validated : bool
        Whether the bases went through `validate`; what did not may hold errors.
    year : int
        The policy's, in which a base of the reading ``built`` was completed.
    undated : int
        Bases that reach a tier, whenever completed, without a date of completion: none of them is
        in the reading ``built``.
    without_declared_mu : int
        Bases that count and were reported in a unit that is no 亩 (窝, 万棒, 平方米 of beds), or
        without an area; no tier lists them as reported.
    would_count : mapping of str to int
        By tier, the bases of ``not_yet_verified`` that it would count.
    not_yet_verified, date_unknown : DataFrame
        Where a day was asked for: bases built by then and surveyed later (当时尚未核实), which
        stand beside the count; and those whose dates do not say (日期不明), which are pending.
        Dates are as they were written. Empty where no day was asked for.
    as_of : datetime.date or None
        The day that was asked for; else the newest ``surveyed_on`` within the policy's year.
    day_note : str
        How the day was counted that was asked for; empty where none was.
    policy : str
    table_note : str
        What stands under every official table.
    titles : mapping of str to str
        What is printed for a tier.
    words : mapping of str to mapping of str to str
        What is printed for a value, by column.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> progress = hg.count_progress(bases, by=["county", "county,variety"])
    >>> tiers = progress.targets.set_index("tier")
    >>> tiers["verified"].to_dict(), tiers["gap"].to_dict()
    ({'500': 96, '1000': 41}, {'500': 4, '1000': 9})
    >>> progress.near[["name", "lacks_mu"]].iloc[0].to_dict()  # 差得最少的
    {'name': '合成·许家坝镇黄精基地', 'lacks_mu': 0.01}
    >>> len(progress.readings), list(progress.by), progress.as_of.isoformat()
    (16, ['county', 'county,variety'], '2020-06-15')
    """

    policy: str
    as_of: dt.date | None
    day_note: str
    targets: pd.DataFrame
    by: dict[str, pd.DataFrame]
    readings: pd.DataFrame
    near: pd.DataFrame
    undecided: pd.DataFrame
    expected: pd.DataFrame
    pipeline: pd.DataFrame
    uncounted: pd.DataFrame
    controls: pd.DataFrame
    would_count: Mapping[str, int]
    not_yet_verified: pd.DataFrame
    date_unknown: pd.DataFrame
    bases: pd.DataFrame
    rules: Policy
    validated: bool
    year: int
    undated: int
    without_declared_mu: int
    table_note: str
    titles: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]

    def as_dict(self) -> dict[str, Any]:
        """All but the lists of bases as plain values, for JSON."""
        told = internal_lines(self.bases)
        controls = {"controls": display.plain_rows(self.controls), "internal": told} if told else {}
        return {
            "policy": self.policy,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "validated": self.validated,
            "targets": display.plain_rows(self.targets),
            "by": {name: display.plain_rows(table) for name, table in self.by.items()},
            "readings": display.plain_rows(self.readings),
            "undated": self.undated,
            "would_count": dict(self.would_count),
            "not_yet_verified": display.plain_rows(self.not_yet_verified),
            "date_unknown": display.plain_rows(self.date_unknown),
            **controls,
        }

    def targets_in_words(self) -> pd.DataFrame:
        """The targets under the headings that people read, with the completion rate."""
        table = self.targets
        rates = [rate_text(v, t) for v, t in zip(table["verified"], table["target"], strict=True)]
        worded = pd.DataFrame(
            {
                "规模": table["tier"].map(self._tiers),
                "目标": table["target"],
                "上报": table["reported"],
                "核实": table["verified"],
                "完成率": rates,
                "待核实": table["pending"],
                "临界待复测": table["undecided"],
                "尚差": table["gap"],
                "核定面积(万亩)": table["mu"] / _WAN,
            }
        )
        if self.day_note:
            later = STANDINGS[NOT_YET_VERIFIED]
            worded.insert(worded.columns.get_loc("待核实"), later, [*self.would_count.values()])
        return worded.rename(columns=heading)

    @property
    def _tiers(self) -> dict[str, str]:
        """What is printed for a tier, in the language."""
        return {label: tr(title) for label, title in self.titles.items()}

    def __repr__(self) -> str:
        return "\n".join([display.text_table(self.targets_in_words()), *self.notes()])

    def in_words(self, table: pd.DataFrame) -> pd.DataFrame:
        """One of the result's tables with the headings and the words that people read."""
        worded = table.copy()
        for name in worded.columns.intersection(breakdown_keys()):
            worded[name] = words_of(worded[name], self.words.get(name, {}))
        if "tier" in worded:
            worded["tier"] = worded["tier"].map(self._tiers)
        own = {"county": "县区", "variety": "品种", **_HEADINGS, **self.titles}
        headings = cols.headings() | {name: heading(title) for name, title in own.items()}
        return worded.rename(columns=headings)

    def readings_in_words(self) -> pd.DataFrame:
        """口径对照表: the count under every reading, under the headings that people read."""
        table = self.readings
        answers = {True: tr("是"), False: tr("否")}
        years = {"all": tr("不限")}
        of_year = tr("{year}年", year=self.year)
        shown = pd.DataFrame(
            {
                "千亩基地是否也算入500亩": [answers[bool(v)] for v in table["nested"]],
                "面积口径": [tr(_AREA_TITLES[v]) for v in table["area"]],
                "含种苗基地": [answers[bool(v)] for v in table["seedling"]],
                "建成年份": [years.get(v, of_year) for v in table["year"]],
                **{title: table[tier] for tier, title in self.titles.items()},
            }
        )
        return shown.rename(columns=heading)

    def notes(self) -> list[str]:
        """What stands under every table of the targets."""
        lines = [] if self.validated else [tr(UNVALIDATED)]
        lines += [tr("截至 {day}。", day=self.as_of.isoformat())] if self.as_of else []
        lines += self._day_notes()
        lines.append(tr("{note}单位: 个、亩、%。", note=self.table_note))
        if self.without_declared_mu:
            lines.append(
                tr(
                    "另有 {count} 个基地没有按亩上报, 不在上报数内。",
                    count=self.without_declared_mu,
                )
            )
        return [*lines, *self.control_notes()]

    def control_notes(self) -> list[str]:
        """How many of the verified lie within control layers, and that this is internal."""
        if self.controls.empty:
            return internal_lines(self.bases)
        counts = zip(self.targets["tier"], self.targets["verified"], strict=True)
        told = [controlled_line(t, n, self._tiers[t], self.controls) for t, n in counts]
        return [*told, *internal_lines(self.bases)]

    def _day_notes(self) -> list[str]:
        """How a day that was asked for was counted."""
        if not self.day_note:
            return []
        later = "{standing}: 当日已建成、之后才测量的, 不在核实数内, 列出 {count} 个。"
        unknown = (
            "{standing}: 没有写或只写到年月、当日算不算说不清的, 计入待核实, 列出 {count} 个。"
        )
        listed = (
            (later, NOT_YET_VERIFIED, self.not_yet_verified),
            (unknown, DATE_UNKNOWN, self.date_unknown),
        )
        told = (tr(text, standing=heading(STANDINGS[n]), count=len(t)) for text, n, t in listed)
        return [self.day_note, *told]

    def readings_notes(self) -> list[str]:
        """What stands under 口径对照, beside the notes."""
        undated = (
            tr("; 另有 {undated} 个达到规模而没有建成日期的, 不在其中", undated=self.undated)
            if self.undated
            else ""
        )
        return [
            tr(
                "建成年份“{year}年”: 建成日期在当年的基地{undated}。",
                year=self.year,
                undated=undated,
            )
        ]

    def _repr_html_(self) -> str:
        bars = [
            display.html_bar(
                row["verified"] / row["target"] if row["target"] else 1.0,
                tr(
                    "{title}: 核实 {verified} / 目标 {target} ({rate}), 尚差 {gap},"
                    " 待核实 {pending}, 临界待复测 {undecided}",
                    title=self._tiers[row["tier"]],
                    rate=rate_text(row["verified"], row["target"]),
                    verified=row["verified"],
                    target=row["target"],
                    gap=row["gap"],
                    pending=row["pending"],
                    undecided=row["undecided"],
                ),
            )
            for row in self.targets.to_dict("records")
        ]
        tables = [display.html_table(self.in_words(table)) for table in self.by.values()]
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("规模化基地进度"), *bars, *tables, *notes)


def rate_text(part: int, whole: int) -> str:
    """A completion rate to one decimal, half up as a spreadsheet does, never up to 100.0%."""
    if not whole:
        return "—"
    nearest = (2000 * part + whole) // (2 * whole)
    shown = min(nearest, 999) if part < whole else 1000 * part // whole
    return f"{shown / 10:.1f}%"

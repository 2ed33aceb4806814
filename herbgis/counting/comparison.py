"""compare_counts: where two counts differ, base by base, and the rule that decides.

Two counts of the same files may rightly differ: read at once, two bases that claim one piece of
land both wait; entered month by month, the earlier one stands and the later one waits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from herbgis.counting.differences import Row, causes_of, differs, pairs_of
from herbgis.counting.progress import Progress
from herbgis.counting.standing import STANDINGS
from herbgis.counting.tally import count_progress
from herbgis.foundation import display
from herbgis.foundation.language import heading, tr
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_counted_by
from herbgis.terms.policy import Policy

#: Columns of the text that a base is told by, from the side that has it.
_TOLD = ("name", "reporting_unit", "county", "variety")
#: What each side says of a base.
_OF_A_SIDE = ("status", "tier", "verdict", "counted_mu")
_CLAIMS = ("HG302", "HG303", "HG304")
_CLAIMS_NOTE = (
    "一次读入的, 同一批里重复、重叠的基地两家都待核实 (HG302、HG303); "
    "逐月入库的, 先入库的有效, 后报的那家待核实 (HG304)。"
)
_NOTE = "规则: 决定这个基地在两次统计里不同的那一条; 有几条的, 其余写在说明里。单位: 个、亩。"


@answering
@dataclass(frozen=True, repr=False)
class CountComparison:
    """Two counts beside each other.

    Attributes
    ----------
    counts : DataFrame
        A row a tier: ``tier``, ``verified_a``, ``verified_b`` and ``difference`` (b less a).
    table : DataFrame
        A row a base that counts otherwise, or has another area, tier or verdict, those that move
        the count first: ``base_id`` (and ``base_id_b`` where the other count has it under another
        id), name, reporting_unit, county, variety; for every tier ``a_<tier>`` and ``b_<tier>``,
        1 where it is verified there; ``status``, ``tier``, ``verdict`` and ``counted_mu`` with
        ``_a`` and ``_b``, missing where the base is not there; ``rule``, that decides, and ``why``.
    names : tuple of str
        What the two counts are called.
    titles : mapping of str to str
        What is printed for a tier.

    Examples
    --------
    >>> import herbgis as hg
    >>> paths = hg.sample_paths()
    >>> report = hg.validate(hg.read_survey(paths.survey), counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> compared = hg.compare_counts(bases.drop(index="520602-2020-011"), bases)
    >>> compared.counts["difference"].tolist()
    [1, 1]
    >>> compared.table[["base_id", "rule"]].values.tolist()
    [['520602-2020-011', '一方没有']]
    """

    counts: pd.DataFrame
    table: pd.DataFrame
    names: tuple[str, str]
    titles: Mapping[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "names": [*self.names],
            "counts": display.plain_rows(self.counts),
            "bases": display.plain_rows(self.table),
        }

    def counts_in_words(self) -> pd.DataFrame:
        """The counts under the headings that people read."""
        table = self.counts
        return pd.DataFrame(
            {
                heading("规模"): [tr(self.titles[tier]) for tier in table["tier"]],
                tr("核实({name})", name=self.names[0]): table["verified_a"],
                tr("核实({name})", name=self.names[1]): table["verified_b"],
                heading("相差"): [f"{number:+d}" for number in table["difference"]],
            }
        )

    def in_words(self) -> pd.DataFrame:
        """The bases that differ, under the headings that people read."""
        table = self.table
        columns: dict[str, Any] = {
            heading("基地编号"): table["base_id"],
            heading("基地名称"): table["name"],
            heading("填报单位"): table["reporting_unit"],
        }
        for side, name in zip("ab", self.names, strict=True):
            columns[tr("计入({name})", name=name)] = [
                self._counted_as(row, side) for _, row in table.iterrows()
            ]
            columns[tr("核定面积({name})", name=name)] = table[f"counted_mu_{side}"]
        told = {heading("规则"): table["rule"], heading("说明"): table["why"]}
        return pd.DataFrame(columns | told)

    def notes(self) -> list[str]:
        """What stands under the tables."""
        if self.table.empty:
            return [tr("两次统计里每个基地都相同。")]
        moved = int(_moves(self.table, self.titles).sum())
        lines = [
            tr(
                "不同的基地 {count} 个, 其中计入的规模不同的 {moved} 个, 列在前面。",
                count=len(self.table),
                moved=moved,
            ),
            tr(_NOTE),
        ]
        told = self.table["why"].str.contains("|".join(_CLAIMS)).any()
        return [*lines, tr(_CLAIMS_NOTE)] if told else lines

    def __repr__(self) -> str:
        tables = [self.counts_in_words(), *([self.in_words()] if len(self.table) else [])]
        return "\n".join([*map(display.text_table, tables), *self.notes()])

    def _repr_html_(self) -> str:
        tables = [display.html_table(self.counts_in_words()), display.html_table(self.in_words())]
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("两次统计对照"), *tables, *notes)

    def _counted_as(self, row: pd.Series, side: str) -> str:
        """The highest tier that a base counts for on a side."""
        tiers = [tier for tier in self.counts["tier"] if row[f"{side}_{tier}"] == 1]
        if tiers:
            return tr(self.titles[tiers[-1]])
        return tr("没有") if pd.isna(row[f"status_{side}"]) else tr("不计入")


def compare_counts(
    a: Progress | pd.DataFrame,
    b: Progress | pd.DataFrame,
    *,
    policy: Policy | None = None,
    as_of: dt.date | None = None,
    names: tuple[str, str] | None = None,
) -> CountComparison:
    """List the bases on which two counts differ, and the rule that decides each.

    Parameters
    ----------
    a, b : Progress, GeoDataFrame or DataFrame
        Two counts: each as `count_progress` gave it, under its own policy and day; or bases as
        from `classify`, `read_ledger` or `read_ledger_history`, which are counted first.
    policy : Policy, optional
        For bases that are yet to be counted; by default the one that they carry.
    as_of : datetime.date, optional
        For them too; see `count_progress`.
    names : pair of str, optional
        What the two are called where people read of them; 甲 and 乙 by default.

    Returns
    -------
    CountComparison

    Raises
    ------
    PolicyMismatchError
        The policy has other tiers than the one that bases carry, or a count was made by.

    Examples
    --------
    The sample read at once, and its batches entered one after another:

    >>> import herbgis as hg
    >>> paths, counties = hg.sample_paths(), hg.read_counties()
    >>> report = hg.validate(hg.read_survey(paths.survey), counties=counties)
    >>> for day, folder in paths.batches.items():
    ...     against = hg.read_ledger("台账.gpkg") if day.month > 1 else None
    ...     batch = hg.validate(hg.read_survey(folder), counties=counties, against=against)
    ...     _ = hg.admit("台账.gpkg", hg.classify(batch.bases), on=day)
    >>> history = hg.read_ledger_history("台账.gpkg")
    >>> compared = hg.compare_counts(hg.classify(report.bases), history, names=("一次", "逐月"))
    >>> compared.counts[["verified_a", "verified_b"]].iloc[0].tolist()
    [96, 97]
    >>> base = compared.table.iloc[0]
    >>> base["base_id"], base["rule"]
    ('520625-2020-012', '校验错误代码')
    >>> print(base["why"])
    校验错误代码: 一次 HG302, 逐月 无; 重叠扣除: 一次 724.90 亩, 逐月 0.00 亩
    """
    for each in (a, b):
        if isinstance(each, Progress):
            policy_counted_by(each.rules, policy)
    one, two = (
        each if isinstance(each, Progress) else count_progress(each, policy=policy, as_of=as_of)
        for each in (a, b)
    )
    names = names or (tr("甲"), tr("乙"))
    titles = {**two.titles, **one.titles}
    words = {**two.words, **one.words, "standing": {"": "不受影响", **STANDINGS}}
    same_rules = one.rules == two.rules
    rows = []
    for left, right in pairs_of(one.bases, two.bases):
        causes = list(causes_of(left, right, names, words))
        if not same_rules:
            causes.append((tr("规则不同"), _policies(names, one, two)))
        row = _row(left, right, titles)
        if causes and differs(row, titles):
            why = "; ".join(f"{rule}: {text}" for rule, text in causes)
            rows.append({**row, "rule": causes[0][0], "why": why})
    table = pd.DataFrame(rows, columns=_columns(titles))
    still = ~_moves(table, titles)
    order = np.lexsort([table["base_id"].astype(str), still])
    return CountComparison(
        counts=pd.DataFrame([_counts_of(tier, one, two) for tier in titles]),
        table=table.iloc[order].reset_index(drop=True),
        names=names,
        titles=titles,
    )


def _policies(names: tuple[str, str], one: Progress, two: Progress) -> str:
    said = "{a}按 {policy_a}, {b}按 {policy_b}"
    return tr(said, a=names[0], policy_a=one.policy, b=names[1], policy_b=two.policy)


def _counts_of(tier: str, one: Progress, two: Progress) -> dict[str, Any]:
    """A tier's verified bases in both counts; none where a policy has no such tier."""
    counts = [
        int(each.bases[f"verified_{tier}"].sum()) if tier in each.titles else 0
        for each in (one, two)
    ]
    return {
        "tier": tier,
        "verified_a": counts[0],
        "verified_b": counts[1],
        "difference": counts[1] - counts[0],
    }


def _columns(titles: Mapping[str, str]) -> list[str]:
    sides = [f"{name}_{side}" for name in _OF_A_SIDE for side in "ab"]
    tiers = [f"{side}_{tier}" for tier in titles for side in "ab"]
    return ["base_id", "base_id_b", *_TOLD, *tiers, *sides, "rule", "why"]


def _row(left: Row, right: Row, titles: Mapping[str, str]) -> dict[str, Any]:
    """A base as the comparison lists it."""
    known = left or right or {}
    ids = [None if side is None else side["base_id"] for side in (left, right)]
    row = {
        "base_id": ids[0] or ids[1],
        "base_id_b": ids[1] if all(ids) and ids[0] != ids[1] else None,
        **{name: known[name] for name in _TOLD},
    }
    for side, told in (("a", left), ("b", right)):
        row |= {f"{name}_{side}": None if told is None else told.get(name) for name in _OF_A_SIDE}
        row |= {
            f"{side}_{tier}": int(told is not None and bool(told.get(f"verified_{tier}")))
            for tier in titles
        }
    return row


def _moves(table: pd.DataFrame, tiers: Iterable[str]) -> pd.Series:
    """Bases that count for other tiers in the one than in the other."""
    moved = [table[f"a_{tier}"] != table[f"b_{tier}"] for tier in tiers]
    return pd.Series(np.logical_or.reduce(moved), index=table.index, dtype=bool)

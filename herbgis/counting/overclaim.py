"""estimate_overclaim: from the bases surveyed again, how much of the count would not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from herbgis.counting.audit_sample import AuditSample
from herbgis.counting.sampling_errors import RISK, interval_of_count, interval_of_total
from herbgis.foundation import display
from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import heading, listed, tr
from herbgis.foundation.units import round_mu
from herbgis.geo.geodesy import Flags, Floats
from herbgis.terms.calls import answering
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

_NAMED = 5
_HEADINGS = {
    "tier": "规模",
    "counted": "核实",
    "drawn": "抽查",
    "short": "复测不达",
    "estimate": "估计多计",
    "low": "下限",
    "high": "上限",
}
_MU_HEADINGS = {
    "claimed_mu": "核定面积",
    "drawn_mu": "抽查面积",
    "excess_mu": "抽查多计面积",
    "estimate_mu": "估计多计面积",
    "low_mu": "下限",
    "high_mu": "上限",
}


@answering
@dataclass(frozen=True, repr=False)
class Overclaim:
    """What a re-survey lets one say of all bases that count.

    Attributes
    ----------
    bases : DataFrame
        A row a tier: ``tier``, ``counted`` (bases that count in it), ``drawn`` (of these surveyed
        again), ``short`` (of these below the threshold), ``estimate`` of such among the counted,
        ``low``, ``high``.
    mu : DataFrame
        One row: ``claimed_mu`` of all bases that count, ``drawn_mu`` of those surveyed again,
        ``excess_mu`` (theirs less what was found, negative where more was found), ``estimate_mu``
        of it for all, ``low_mu``, ``high_mu``.
    unanswered : tuple of str
        Drawn bases of which nobody brought a figure. The low ends take them as claimed, the high
        ends as gone; the estimates leave them out.
    titles : mapping of str to str
        What is printed for a tier.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> sample = hg.draw_audit_sample(hg.classify(report.bases), 20, seed=2020)
    >>> found = sample.table["claimed_mu"] - 10  # 每个都少 10 亩
    >>> told = hg.estimate_overclaim(sample, found)
    >>> told.mu[["excess_mu", "estimate_mu"]].iloc[0].to_dict()
    {'excess_mu': 200.0, 'estimate_mu': 960.0}
    """

    bases: pd.DataFrame
    mu: pd.DataFrame
    unanswered: tuple[str, ...]
    titles: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "bases": display.plain_rows(self.bases),
            "mu": display.plain_rows(self.mu)[0],
            "unanswered": list(self.unanswered),
        }

    def bases_in_words(self) -> pd.DataFrame:
        """Over-claimed bases under the headings that people read."""
        tiers = [tr(self.titles[tier]) for tier in self.bases["tier"]]
        return _headed(self.bases.assign(tier=tiers), _HEADINGS)

    def mu_in_words(self) -> pd.DataFrame:
        """Over-claimed 亩 under the headings that people read."""
        return _headed(self.mu, _MU_HEADINGS)

    def notes(self) -> list[str]:
        """What stands under the tables."""
        lines = [
            tr("多计个数: 计入该规模、而复测面积不到规模线的基地。"),
            tr("多计面积: 核定面积减复测面积, 多少相抵。"),
            tr(
                "上下限: 置信度 {share:.0%}, 个数按超几何分布精确计算, 面积的算法见文档。",
                share=1 - RISK,
            ),
        ]
        if self.unanswered:
            line = "抽中而没有复测结果的 {count} 个: 下限按核定属实算, 上限按没有算。"
            lines.append(tr(line, count=len(self.unanswered)))
        return lines

    def __repr__(self) -> str:
        tables = (self.bases_in_words(), self.mu_in_words())
        return "\n".join([*(display.text_table(table) for table in tables), *self.notes()])

    def _repr_html_(self) -> str:
        tables = [display.html_table(t) for t in (self.bases_in_words(), self.mu_in_words())]
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("抽查估计"), *tables, *notes)


def _headed(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    return table.rename(columns={name: heading(title) for name, title in titles.items()})


def estimate_overclaim(
    sample: AuditSample, found: Mapping[str, float] | pd.Series, *, policy: Policy | None = None
) -> Overclaim:
    """Estimate how many bases, and how many 亩, are counted that a re-survey would not confirm.

    Parameters
    ----------
    sample : AuditSample
        As it was drawn.
    found : Series or mapping of str to float
        Area surveyed again in 亩, by ``base_id``; 0 where there is no such base, NaN or absent
        where nobody was there.
    policy : Policy, optional
        The one that the sample was drawn under.

    Returns
    -------
    Overclaim

    Raises
    ------
    HerbgisError
        A result is of a base that was not drawn, negative, or there are fewer than two.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> sample = hg.draw_audit_sample(hg.classify(report.bases), 20, seed=2020)
    >>> found = sample.table["claimed_mu"].copy()
    >>> found.iloc[0] = 0.0  # 实地没有这个基地
    >>> told = hg.estimate_overclaim(sample, found)
    >>> told.bases[["tier", "counted", "drawn", "short", "low", "high"]].iloc[0].to_dict()
    {'tier': '500', 'counted': 96, 'drawn': 20, 'short': 1, 'low': 1, 'high': 21}
    """
    policy = policy or load_policy()
    frame = sample.frame
    figures = pd.Series(found, dtype=float)
    _refuse_strangers(figures, frame)
    figures = figures.reindex(frame.index)
    answered = (frame["drawn"] & figures.notna()).to_numpy(dtype=bool)
    if answered.sum() < 2:
        msg = tr("复测结果只有 {count} 个, 至少要 2 个才能估计。", count=int(answered.sum()))
        raise HerbgisError(msg)
    missing = frame["drawn"].to_numpy(dtype=bool) & ~answered
    claimed = frame["claimed_mu"].to_numpy(dtype=float)
    again = figures.to_numpy(dtype=float)
    rows = []
    for tier in policy.tiers:
        counted = round_mu(claimed) >= tier.threshold_mu
        if not policy.counting.nested:
            counted &= (frame["tier"] == tier.label).to_numpy()
        short = answered & (round_mu(np.nan_to_num(again)) < tier.threshold_mu)
        rows.append({"tier": tier.label, **_short(counted, short, answered, missing)})
    return Overclaim(
        bases=pd.DataFrame(rows),
        mu=pd.DataFrame([_excess(claimed, again, answered, missing)]),
        unanswered=tuple(map(str, frame.index[missing])),
        titles={tier.label: tier.reach_title for tier in policy.tiers},
    )


def _refuse_strangers(figures: pd.Series, frame: pd.DataFrame) -> None:
    drawn = frame.index[frame["drawn"]]
    wrong = {
        "没有抽中": figures.index[~figures.index.isin(drawn)],
        "写了两次": figures.index[figures.index.duplicated()],
        "面积为负或不是有限的数": figures.index[(figures < 0) | np.isinf(figures)],
    }
    for what, ids in wrong.items():
        if len(ids):
            named = listed(str(base) or tr("(没有编号)") for base in ids[:_NAMED])
            msg = tr(
                "复测结果里 {count} 个基地{what}: {named}。请对照抽样表改正。",
                count=len(ids),
                what=tr(what),
                named=named,
            )
            raise HerbgisError(msg)


def _short(counted: Flags, short: Flags, answered: Flags, missing: Flags) -> dict[str, float]:
    """Bases of a tier that would not reach it again."""
    population, drawn = int(counted.sum()), int((counted & answered).sum())
    found, open_ = int((counted & short).sum()), int((counted & missing).sum())
    told = {"counted": population, "drawn": drawn, "short": found}
    if not drawn:
        return told | {"estimate": np.nan, "low": 0, "high": population}
    low, _ = interval_of_count(population, drawn + open_, found)
    _, high = interval_of_count(population, drawn + open_, found + open_)
    return told | {"estimate": round(population * found / drawn, 1), "low": low, "high": high}


def _excess(claimed: Floats, again: Floats, answered: Flags, missing: Flags) -> dict[str, float]:
    """亩 that are counted and would not be found again."""
    excess = claimed[answered] - again[answered]
    estimate, low, high = interval_of_total(claimed, answered, excess)
    if missing.any():
        drawn = answered | missing
        whole, nothing = (np.where(missing, mu, again)[drawn] for mu in (claimed, 0.0))
        _, low, _ = interval_of_total(claimed, drawn, claimed[drawn] - whole)
        _, _, high = interval_of_total(claimed, drawn, claimed[drawn] - nothing)
    told = {
        "claimed_mu": claimed.sum(),
        "drawn_mu": claimed[answered].sum(),
        "excess_mu": excess.sum(),
        "estimate_mu": estimate,
        "low_mu": low,
        "high_mu": high,
    }
    return {name: round(float(mu), 2) for name, mu in told.items()}

"""A plan over years: the plan, and what is begun, counted, harvested and needed in each."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from herbgis.foundation import display
from herbgis.foundation.language import heading, listed, tr
from herbgis.planning.choosing import explaining
from herbgis.planning.choosing.horizons import Horizon
from herbgis.planning.choosing.plans import Plan
from herbgis.planning.choosing.words import blocking_in_words, steps_in_words
from herbgis.terms.calls import answering

_YEAR = "年度"
_COUNTS = {
    "mended": "补正",
    "begun": "开工",
    "building": "年末在建",
    "completed": "建成计入",
}
_NEEDS = {"harvest_from": "首次采收 (最早)", "harvest_to": "首次采收 (最迟)", "new_mu": "新增面积"}
#: Digits behind the point that numbers have in JSON.
_DIGITS = 6


@answering
@dataclass(frozen=True, repr=False, eq=False)
class YearlyPlan(Plan):
    """The plan of least cost that reaches the targets of every year.

    What a `Plan` tells, it tells of all years together; its ``targets`` are those of the last.

    Attributes
    ----------
    table : DataFrame
        A row a year, see `years`.
    dated : DataFrame
        A row a step that the plan counts on: ``step`` (mend, finish, enlarge, found), ``base``,
        ``county``, ``township``, ``variety``, ``tier``, ``now_mu``, ``mu``, ``new_mu``, ``cost``;
        the year in which it is ``begun`` (missing: it stands already), that from which it is
        ``counted``, and those of the first harvest at the earliest and the latest, ``harvest_from``
        and ``harvest_to`` (missing: not known); ``land``, whether it takes land.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> plan = hg.plan(bases, targets={"500": 106, "1000": 44}, years=(2021, 2023))
    >>> plan.years[["year", "begun", "counted_500"]].to_dict("list")
    {'year': [2021, 2022, 2023], 'begun': [1, 1, 1], 'counted_500': [105, 106, 106]}
    >>> plan.dated[["step", "base", "begun", "harvest_from"]].iloc[-1].to_dict()
    {'step': 'enlarge', 'base': '520627-2020-016', 'begun': 2023, 'harvest_from': 2026}
    """

    table: pd.DataFrame
    dated: pd.DataFrame
    _horizon: Horizon = field(repr=False)

    @property
    def years(self) -> pd.DataFrame:
        """What happens in each year.

        Returns
        -------
        DataFrame
            A row a year: ``year``; bases ``mended``; ``begun``, founded or enlarged; ``building``,
            of these and those that stand unfinished, not yet counted when it ends; ``completed``,
            which count from it on; ``cost`` of those begun; by tier ``counted_<tier>`` and
            ``target_<tier>`` (missing: none); bases first harvested ``harvest_from`` and
            ``harvest_to``, at the earliest and the latest; ``new_mu`` planted; ``seedlings`` for
            it, a list of ``variety``, ``mu`` and ``seedlings_wan`` (None: not known); ``rotation``,
            a list of ``variety`` and ``mu`` of land beside the bases (None: not known), and
            ``rotation_mu``, their sum (missing: not known of all).
        """
        return self.table

    def trade_off(self, *, steps: int = 10) -> pd.DataFrame:
        """The least cost of ever larger shares of the gap, see `Plan.trade_off`."""
        calendar = self._horizon.calendar
        curve = explaining.trade_off(self._draft.problem, steps=steps, calendar=calendar)
        labels = list(self.targets["tier"])
        return curve.rename(columns={f"need_{n}": label for n, label in enumerate(labels)})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        dated = self.dated.drop(columns="land").replace({"": None})
        for name in ("now_mu", "mu", "new_mu", "cost"):
            dated[name] = dated[name].round(_DIGITS)
        return {
            **super().as_dict(),
            "years": [self._year(row) for row in self.table.to_dict("records")],
            "dated": display.plain_rows(dated),
        }

    def _year(self, row: Mapping[Any, Any]) -> dict[str, Any]:
        """A year as plain values, its tiers a list."""
        tiers = []
        for tier in self.targets["tier"]:
            target = row[f"target_{tier}"]
            tiers.append(
                {
                    "tier": tier,
                    "counted": row[f"counted_{tier}"],
                    "target": None if pd.isna(target) else int(target),
                }
            )
        lists = {
            name: [{key: _plain(value) for key, value in each.items()} for each in row[name]]
            for name in ("seedlings", "rotation")
        }
        kept = ("year", *_COUNTS, "cost", *_NEEDS, "rotation_mu")
        return {**{name: _plain(row[name]) for name in kept}, "targets": tiers, **lists}

    def years_in_words(self) -> pd.DataFrame:
        """The years under the headings that people read."""
        table = self.table
        columns: dict[str, Any] = {heading(_YEAR): [str(year) for year in table["year"]]}
        columns |= {heading(title): table[name] for name, title in _COUNTS.items()}
        for tier in self.targets["tier"]:
            said = zip(table[f"counted_{tier}"], table[f"target_{tier}"], strict=True)
            title = tr("{tier}: 达到/目标", tier=tr(self.titles[tier]))
            columns[title] = [
                f"{count}/{'—' if pd.isna(target) else target}" for count, target in said
            ]
        columns |= {heading(title): table[name] for name, title in _NEEDS.items()}
        columns[heading("所需种苗")] = [listed(map(_seedling, each)) for each in table["seedlings"]]
        columns[heading("轮作另需土地")] = [
            listed(map(_resting, each)) for each in table["rotation"]
        ]
        columns[heading("成本")] = table["cost"]
        return pd.DataFrame(columns)

    def dated_in_words(self) -> pd.DataFrame:
        """The steps with their years, under the headings that people read."""
        return steps_in_words(self.dated, self.titles, self.words)

    def blocking_in_words(self) -> pd.DataFrame:
        """What falls short, under the headings that people read."""
        years = ["" if pd.isna(year) else str(year) for year in self.blocking["year"]]
        told = blocking_in_words(self.blocking, self.titles)
        told.insert(0, heading(_YEAR), years)
        return told

    def _tables(self) -> list[pd.DataFrame]:
        return [self.years_in_words(), *super()._tables()]


def _plain(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return None if math.isnan(value) else round(value, _DIGITS)


def _seedling(need: Mapping[str, Any]) -> str:
    """What is planted of a variety in a year, in words."""
    variety = need["variety"] or tr("待定")
    told = tr("{variety} {mu:.2f} 亩", variety=variety, mu=need["mu"])
    if need["seedlings_wan"] is None:
        return told
    return tr("{told} ({wan:.2f} 万株)", told=told, wan=need["seedlings_wan"])


def _resting(need: Mapping[str, Any]) -> str:
    """Land that rotation holds for a variety in a year, in words."""
    if need["mu"] is None:
        return tr("{variety} 间隔未给", variety=need["variety"])
    return tr("{variety} {mu:.2f} 亩", variety=need["variety"], mu=need["mu"])

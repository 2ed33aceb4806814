"""count_standards: how many bases, and how many 亩, work to a standard (标准化水平)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.counting.breakdowns import in_order_of_keys, words_of
from herbgis.counting.row_order import last_of_each, total
from herbgis.foundation import display
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import heading, tr
from herbgis.foundation.units import round_mu
from herbgis.reading.understanding.survey import records_of
from herbgis.terms import columns as cols
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

#: What a base is asked, as the columns that answer it.
_ASKED = ("technical_standard", "unified_seed", "traceable", "certified")
_KEYS = ("reporting_unit", "county", "township", "variety", "year")
_OWN_HEADINGS = {"year": "年度", "bases": "基地", "mu": "面积"}


@answering
@dataclass(frozen=True, repr=False)
class Standards:
    """Bases and 亩 with a technical standard, seed from one source, tracing, a certificate.

    Attributes
    ----------
    table : DataFrame
        A row a value of `by`: ``bases``, ``mu``, and for each of ``technical_standard``,
        ``unified_seed``, ``traceable`` and ``certified`` the bases that say yes (its name), their
        亩 (``_mu``), those that say no (``_no``), those whose words are neither (``_unclear``) and
        those that do not say (``_untold``).
    total : DataFrame
        The same in one row for all.
    by : str
    words : mapping of str to str
        What is printed for a value of `by`.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().production)
    >>> told = hg.count_standards(survey.bases)  # 示例里没有填
    >>> told.total[["bases", "certified", "certified_no", "certified_untold"]].iloc[0].to_dict()
    {'bases': 91, 'certified': 0, 'certified_no': 0, 'certified_untold': 91}
    """

    table: pd.DataFrame
    total: pd.DataFrame
    by: str
    words: Mapping[str, str]

    def in_words(self) -> pd.DataFrame:
        """All together first, then each, under the headings that people read."""
        keys = self.table[self.by]
        named = self.table.assign(**{self.by: words_of(keys, self.words)})
        whole = self.total.assign(**{self.by: tr("合计")})
        headings = cols.headings() | {n: heading(title) for n, title in _OWN_HEADINGS.items()}
        for name in _ASKED:
            title = headings[name]
            headings |= {
                f"{name}_mu": tr("{title}(亩)", title=title),
                f"{name}_no": tr("无{title}", title=title),
            }
            headings |= {
                f"{name}_unclear": tr("{title}写法不明", title=title),
                f"{name}_untold": tr("{title}未填", title=title),
            }
        return pd.concat([whole, named])[named.columns].rename(columns=headings)

    def notes(self) -> list[str]:
        """What stands under the table."""
        return [
            tr("已建的种植、示范基地, 有无图斑都算; 面积依次取核定、实测、上报。单位: 个、亩。"),
            tr("没有填的不当作没有; 填了而看不出有没有的另列, 问清之前不算有。"),
        ]

    def __repr__(self) -> str:
        return "\n".join([display.text_table(self.in_words()), *self.notes()])

    def _repr_html_(self) -> str:
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("标准化水平"), display.html_table(self.in_words()), *notes)


def count_standards(
    bases: gpd.GeoDataFrame,
    *,
    by: str = "reporting_unit",
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
) -> Standards:
    """Count the bases that work to a standard, by what they were asked; no score is made of it.

    Parameters
    ----------
    bases : GeoDataFrame or DataFrame
        A row a base, or several: records of several years, every version of a ledger. Those without
        a polygon count too. Of several rows of a base the last year's is taken, and by year the
        last of each.
    by : {'reporting_unit', 'county', 'township', 'variety', 'year'}
        The year is the one of production, else that of the survey.
    policy : Policy, optional
        For the groups and kinds that count.
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    Standards

    Raises
    ------
    UnknownNameError
        It cannot be counted by that.

    Examples
    --------
    >>> import herbgis as hg
    >>> bases = hg.read_survey(hg.sample_paths().production).bases
    >>> bases["certified"] = "否"
    >>> bases.loc[bases["variety"] == "天麻", "certified"] = "是"
    >>> told = hg.count_standards(bases, by="variety").table.set_index("variety")
    >>> told.loc[["天麻", "杜仲"], ["bases", "certified", "certified_no"]].to_numpy().tolist()
    [[10, 10, 0], [9, 0, 9]]
    """
    policy = policy_for(bases, policy)
    if by not in _KEYS:
        raise UnknownNameError(tr("可分组的列"), by, _KEYS)
    table = _built(bases, policy, columns)
    keys = ["base_id", "year"] if by == "year" else ["base_id"]
    table = last_of_each(table, keys, by=["year"])
    grouped = table.groupby(by, dropna=False, sort=False, observed=True)
    rows = pd.DataFrame([{by: value, **_answers(rows)} for value, rows in grouped])
    rows = rows if len(rows) else pd.DataFrame(columns=[by, *_answers(table)])
    return Standards(
        table=in_order_of_keys(rows, [by], policy),
        total=pd.DataFrame([_answers(last_of_each(table, ["base_id"], by=["year"]))]),
        by=by,
        words=policy.titles.get(by, {}),
    )


def _built(bases: pd.DataFrame, policy: Policy, columns: Mapping[str, str] | None) -> pd.DataFrame:
    """Built bases of a counted group and kind, with their area (``mu``) and ``year``."""
    table = pd.DataFrame(records_of(bases, policy=policy, columns=columns))
    for column in (*cols.OPTIONAL, *cols.MEASURED, *cols.CLASSIFIED):
        if column.name not in table:
            table[column.name] = cols.missing(column.kind, table.index)
    table["mu"] = table["counted_mu"].astype(float)
    for name in ("surveyed_mu", "declared_mu"):
        table["mu"] = table["mu"].fillna(table[name].astype(float))
    surveyed = table["surveyed_on"].dt.year.astype("Int64")
    table["year"] = table["production_year"].astype("Int64").fillna(surveyed)
    rule = policy.counting
    counted = table["group"].isin(rule.groups) & table["kind"].isin(rule.kinds)
    return table[counted & (table["status"] == "built")]


def _answers(table: pd.DataFrame) -> dict[str, float]:
    """What some bases answer."""
    told: dict[str, float] = {"bases": len(table), "mu": _sum(table["mu"])}
    for name in _ASKED:
        yes, no = table[name] == "yes", table[name] == "no"
        untold = table[name].isna()
        told |= {name: int(yes.sum()), f"{name}_mu": _sum(table.loc[yes, "mu"])}
        told |= {f"{name}_no": int(no.sum()), f"{name}_unclear": int((~(yes | no | untold)).sum())}
        told[f"{name}_untold"] = int(untold.sum())
    return told


def _sum(mu: pd.Series) -> float:
    return float(round_mu(np.array(total(mu))))

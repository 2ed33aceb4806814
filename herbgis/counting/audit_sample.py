"""draw_audit_sample: which of the counted bases are to be surveyed again, by lot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from herbgis.counting.marks import area_of, countable_by_id, is_verified, refuse_twice
from herbgis.foundation import display
from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import heading, listed, tr
from herbgis.geo.geodesy import Flags
from herbgis.geo.systems import to_cgcs2000
from herbgis.measuring.chances import near_threshold
from herbgis.terms import columns as cols
from herbgis.terms.calls import answering
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

#: What the crew has to find the base by.
_SHOWN = ("name", "reporting_unit", "county", "township", "village", "operator", "variety")
_LEAST = 2
#: Why a base is likelier than others to be wrong.
RISKS = ("临界", "上报恰为规模线", "测量方式未填")
_OWN_HEADINGS = {"tier": "规模等级", "claimed_mu": "核定面积", "risk": "风险", "drawn": "抽中"}


@answering
@dataclass(frozen=True, repr=False)
class AuditSample:
    """Bases drawn for a re-survey (抽查复测), among all that count.

    Attributes
    ----------
    frame : DataFrame
        Every base that counts, by ``base_id``: ``name`` to ``variety`` (units and counties as
        printed), ``tier`` (label of the
        highest that it reaches), ``claimed_mu`` (the area that counts, 亩), ``risk`` (why it is
        likelier to be wrong; empty for none), ``lon``, ``lat`` (a point on it, on CGCS2000),
        ``drawn``.
    seed : int
        The lot; the same bases and seed give the same sample.
    policy : str

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> sample = hg.draw_audit_sample(hg.classify(report.bases), 20, seed=2020)
    >>> sample.table[["name", "claimed_mu", "risk"]].iloc[0].to_dict()
    {'name': '合成·川硐街道花椒示范基地', 'claimed_mu': 794.49, 'risk': ''}
    """

    frame: pd.DataFrame
    seed: int
    policy: str

    @property
    def table(self) -> pd.DataFrame:
        """The drawn bases."""
        return self.frame[self.frame["drawn"]].drop(columns="drawn")

    def in_words(self) -> pd.DataFrame:
        """The drawn bases under the headings that people read."""
        own = {name: heading(title) for name, title in _OWN_HEADINGS.items()}
        told = self.table.reset_index()
        told["risk"] = [listed(map(tr, risk.split("、"))) for risk in told["risk"]]
        return told.rename(columns=cols.headings() | own)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return {
            "policy": self.policy,
            "seed": self.seed,
            "counted": len(self.frame),
            "bases": display.plain_rows(self.table.reset_index()),
            "notes": self.notes(),
        }

    def notes(self) -> list[str]:
        """What stands under the table."""
        drawn = int(self.frame["drawn"].sum())
        return [
            tr(
                "从核实的 {count} 个基地中等概率抽取 {drawn} 个; 随机数种子 {seed}。",
                count=len(self.frame),
                drawn=drawn,
                seed=self.seed,
            ),
            tr("抽样: 按风险、规模、填报单位排序后等距抽取; 同一数据、同一种子抽到的相同。"),
            tr("抽中的都要复测: 换掉难测的, 结果就不再代表全体。"),
        ]

    def __repr__(self) -> str:
        titles = ("基地编号", "基地名称", "填报单位", *_OWN_HEADINGS.values())[:-1]
        shown = self.in_words()[[heading(title) for title in titles]]
        return "\n".join([display.text_table(shown), *self.notes()])

    def _repr_html_(self) -> str:
        notes = [display.html_paragraph(line) for line in self.notes()]
        return display.html_section(tr("抽查复测"), display.html_table(self.in_words()), *notes)


def draw_audit_sample(
    bases: gpd.GeoDataFrame,
    count: int,
    *,
    seed: int,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
) -> AuditSample:
    """Draw bases for a re-survey among those that count (核实) under the policy's reading.

    Every base has the same chance. They are put in order by risk, tier and reporting unit, by lot
    among equals, and every (n/count)-th is taken from a start by lot, so that each of these is in
    the sample by its share (systematic sampling of an ordered list).

    Parameters
    ----------
    bases : GeoDataFrame or DataFrame
        A row a base, as `classify` gives them.
    count : int
        How many; at least 2.
    seed : int
        Of the lot; to be fixed before the draw and kept with it.
    policy : Policy, optional
        ``tongren-2020`` by default.
    columns : mapping of str to str, optional
        Column of the base table to the frame's heading.

    Returns
    -------
    AuditSample

    Raises
    ------
    MissingColumnError
        There is no counted area.
    HerbgisError
        A base stands in more than one row, or fewer bases count than are to be drawn.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> sample = hg.draw_audit_sample(bases, 20, seed=2020)
    >>> len(sample.frame), len(sample.table), sample.table["tier"].value_counts().to_dict()
    (96, 20, {'500': 11, '1000': 9})
    """
    policy = policy_for(bases, policy)
    table = countable_by_id(pd.DataFrame(bases), policy, columns)
    refuse_twice(pd.Series(table.index), "draw_audit_sample")
    rule = policy.counting
    counted = np.logical_or.reduce([is_verified(table, t, rule, policy) for t in policy.tiers])
    table = table[counted].sort_index()
    if not _LEAST <= count <= len(table):
        most = len(table)
        way = "核实的基地有 {most} 个, 不能抽 {count} 个。请全部复测。"
        if most >= _LEAST:
            way = "核实的基地有 {most} 个, 不能抽 {count} 个。请在 {least} 到 {most} 之间取。"
        msg = tr(way, most=most, count=count, least=_LEAST)
        raise HerbgisError(msg)
    mu = area_of(table, rule)
    frame = table[list(_SHOWN)].copy()
    frame["tier"] = mu.map(policy.tier_reached)
    frame["claimed_mu"] = mu
    frame["risk"] = _risks(table, mu, policy)
    frame["lon"], frame["lat"] = _points(bases, table.index)
    frame["drawn"] = draw_lot(frame, count, seed, policy)
    for name in ("reporting_unit", "county"):
        shown = [policy.titles[name].get(place, place) for place in frame[name]]
        frame[name] = cols.typed(shown, "text", frame.index)
    return AuditSample(frame, seed, policy.name)


def _risks(table: pd.DataFrame, mu: pd.Series, policy: Policy) -> pd.Series:
    """Why a base is likelier than others to be wrong."""
    sigma, declared = (table[name].astype(float) for name in ("sigma_mu", "declared_mu"))
    risks = pd.Series("", index=table.index, dtype="str")
    marks = (
        [near_threshold(mu, sigma, tier.threshold_mu) for tier in policy.tiers],
        [declared == tier.threshold_mu for tier in policy.tiers],
        [table["survey_method"].isna()],
    )
    for words, anywhere in zip(RISKS, marks, strict=True):
        mark = np.logical_or.reduce(anywhere)
        risks = risks.mask(mark & (risks != ""), risks + "、" + words)
        risks = risks.mask(mark & (risks == ""), words)
    return risks


def _points(bases: pd.DataFrame, wanted: pd.Index) -> tuple[np.ndarray, np.ndarray]:
    """A point on each base, longitude and latitude on CGCS2000; NaN for frames without geometry."""
    if not isinstance(bases, gpd.GeoDataFrame) or not wanted.isin(bases.index).all():
        return np.full(len(wanted), np.nan), np.full(len(wanted), np.nan)
    shapes = np.asarray(bases.geometry.loc[wanted].array, dtype=object)
    if bases.crs is not None:
        shapes = to_cgcs2000(shapes, bases.crs)
    inside = shapely.point_on_surface(shapes)
    return shapely.get_x(inside).round(6), shapely.get_y(inside).round(6)


def draw_lot(frame: pd.DataFrame, count: int, seed: int, policy: Policy) -> Flags:
    """Which bases are drawn, of a frame with ``reporting_unit``, ``tier`` and ``risk``."""
    rng = np.random.default_rng(seed)
    units = {name: place for place, name in enumerate(policy.words["reporting_unit"])}
    unit = frame["reporting_unit"].map(lambda name: units.get(name, len(units)))
    names = frame["reporting_unit"].fillna("").astype("str")
    keys = (rng.random(len(frame)), names, unit)
    order = np.lexsort((*keys, frame["tier"].map(policy.tier_labels.index), frame["risk"] == ""))
    step = len(frame) / count
    places = np.floor((rng.random() + np.arange(count)) * step).astype(int)
    drawn = np.zeros(len(frame), dtype=bool)
    drawn[order[places]] = True
    return drawn

"""生产统计 as a workbook: yield, cost and benefit; seedlings and spawn; standards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import geopandas as gpd

from herbgis.counting.production import Production, compare_production
from herbgis.counting.seedlings import cover_seedlings
from herbgis.counting.standards import count_standards
from herbgis.foundation.language import tr
from herbgis.tables.cells import Totals
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy

_BY = {"variety": "品种", "reporting_unit": "填报单位", "kind": "基地类型"}
_STANDARDS_BY = {"reporting_unit": "填报单位", "variety": "品种", "year": "年度"}
_TWO = "0.00"
_EACH = "见“单位”一列"


def write_production_book(
    bases: gpd.GeoDataFrame,
    path: str | Path,
    *,
    policy: Policy | None = None,
    history: gpd.GeoDataFrame | None = None,
    notes: Sequence[str] = (),
) -> Path:
    """Write 生产统计.xlsx.

    Parameters
    ----------
    bases : GeoDataFrame
        As `classify` gives them, or a ledger's in force.
    path : str or Path
        An .xlsx to write.
    policy : Policy, optional
    history : GeoDataFrame, optional
        Every version of the bases, where earlier years stand; by default `bases` alone.
    notes : sequence of str
        Lines to stand under every table, such as where the data come from; see `list_data_notes`.

    Returns
    -------
    Path
        Of the workbook.

    Raises
    ------
    OutputError
        The file cannot be written, for example because WPS has it open.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().production)
    >>> hg.write_production_book(survey.bases, "生产统计.xlsx").name
    '生产统计.xlsx'
    """
    policy = policy_for(bases, policy)
    versions = bases if history is None else history
    by_key = {key: compare_production(versions, policy=policy, by=key) for key in _BY}
    cover = cover_seedlings(bases, policy=policy)
    first = next(iter(by_key.values()))
    fences = dict.fromkeys(("数值", "同品种下限", "同品种上限"), _TWO)
    told = dict.fromkeys(cover.herbs_in_words().columns[3:10], _TWO)
    spawn = dict.fromkeys(cover.fungi_in_words().columns[3:6], _TWO)
    below = [*cover.notes(), *notes]
    sheets = [
        *_yields(by_key, notes),
        Sheet(
            *("异常值", "单产、成本、效益的异常值 (未剔除)", first.outliers_in_words()),
            notes,
            fences,
            unit=_EACH,
        ),
        Sheet(
            *("不可能的单产", "不可能有的单产 (县里答复前不算)", first.impossible_in_words()),
            notes,
            dict.fromkeys(("数值", "单产不可能超过"), _TWO),
            unit=_EACH,
        ),
        Sheet(
            *("种苗保障", "中药材种苗保障", cover.herbs_in_words(), below, told),
            unit="个、亩、株、万株",
        ),
        Sheet(
            *("菌种保障", "食用菌菌种保障", cover.fungi_in_words(), below, spawn),
            unit="个、万瓶、万袋",
        ),
        Sheet(
            *("种苗菌种分年", "种苗与菌种 (分年)", cover.years_in_words()),
            below,
            dict.fromkeys(("上年", "本年", "数值"), _TWO),
            unit=_EACH,
        ),
        *_standards(bases, versions, policy, notes),
    ]
    return write_workbook(path, sheets)


def _yields(made_by: Mapping[str, Production], notes: Sequence[str]) -> Iterator[Sheet]:
    """Yield, cost and benefit, a sheet a breakdown."""
    areas = dict.fromkeys(("采收面积", "数值", "上年", "本年"), _TWO)
    for key, made in made_by.items():
        by = tr(_BY[key]).lower()
        yield Sheet(
            tr("单产效益(分{key})", key=by),
            tr("单产、成本与效益 (分{key})", key=by),
            *(made.in_words(), [*made.notes(), *notes], areas),
            unit=_EACH,
        )


def _standards(
    bases: gpd.GeoDataFrame, versions: gpd.GeoDataFrame, policy: Policy, notes: Sequence[str]
) -> Iterator[Sheet]:
    """How many bases work to a standard, a sheet a breakdown."""
    for key, title in _STANDARDS_BY.items():
        told = count_standards(versions if key == "year" else bases, by=key, policy=policy)
        shown = told.in_words()
        mu = {
            name: _TWO
            for name in shown
            if name in {"面积", tr("面积")} or name.endswith(("(亩)", tr("(亩)")))
        }
        below = [*told.notes(), *notes]
        yield Sheet(
            *(
                tr("标准化(分{key})", key=tr(title).lower()),
                tr("标准化水平 (分{key})", key=tr(title).lower()),
                shown,
                below,
                mu,
            ),
            unit="个、亩",
            frozen=1,
            totals=Totals(list(shown.columns[1:]), on_top=True),
        )

"""进度表 as a workbook: the targets, the breakdowns, and the count under every reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from herbgis.counting.progress import Progress
from herbgis.counting.standing import DATE_UNKNOWN, NOT_YET_VERIFIED, STANDINGS
from herbgis.foundation.language import listed, tr
from herbgis.measuring.chances import UNDECIDED_SIGMAS
from herbgis.tables.cells import Totals
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook
from herbgis.terms.carried import policy_counted_by
from herbgis.terms.policy import Policy

_UNIT = "个、亩"
_NOTE = "核实: 已建成, 有图斑, 没有须整改的问题, 核定面积达到该规模。"
_RESURVEY_NOTE = (
    "临界待复测: 核定面积与规模线之差不超过 {sigmas} 倍面积标准差 (亩); "
    "高出规模线为负的是尚缺。"
    "复测后的标准差不大于“复测须达标准差”, 才能定下来。"
)


def write_progress_book(
    progress: Progress,
    path: str | Path,
    *,
    policy: Policy | None = None,
    notes: Sequence[str] = (),
) -> Path:
    """Write the progress tables as a workbook that prints on A4 landscape.

    Parameters
    ----------
    progress : Progress
    path : str or Path
        An .xlsx to write.
    policy : Policy, optional
        Whose title is named under the tables; that of the count by default.
    notes : sequence of str
        Lines to stand under every table, such as where the data come from; see `list_data_notes`.

    Returns
    -------
    Path
        Of the workbook.

    Raises
    ------
    PolicyMismatchError
        The policy has other tiers than the count.
    OutputError
        The file cannot be written, for example because WPS has it open.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> progress = hg.count_progress(bases, by=["county", "variety"])
    >>> hg.write_progress_book(progress, "进度表.xlsx", notes=hg.list_data_notes(bases)).name
    '进度表.xlsx'
    """
    policy = policy_counted_by(progress.rules, policy)
    said = [*progress.notes(), _NOTE, tr("依据: {title}。", title=policy.title), *notes]
    below = [*dict.fromkeys(said)]
    wan = {"核定面积(万亩)": "0.00"}
    targets = Sheet(
        "进度", "规模化基地进度", progress.targets_in_words(), below, wan, unit="个、万亩"
    )
    return write_workbook(path, [targets, *breakdown_sheets(progress, below)])


def breakdown_sheets(progress: Progress, below: Sequence[str]) -> list[Sheet]:
    """The breakdowns, the bases nearest to a line, the readings, and what is not counted."""
    mu = dict.fromkeys(("核定面积", "尚缺面积", "图层内面积"), "0.00")
    sheets = []
    for keys, table in progress.by.items():
        worded = progress.in_words(table)
        keyed = worded.columns[: len(keys.split(","))]
        name = tr("分{columns}", columns=listed(tr(key).lower() for key in keyed)).replace("/", "")
        totals = Totals([*progress.titles.values(), "核定面积"])
        sheets.append(
            Sheet(name, tr("{name}进度", name=name), worded, below, mu, unit=_UNIT, totals=totals)
        )
    if len(progress.controls):
        sheets.append(
            Sheet(
                *("涉管控图层", "核实的基地在管控图层里的", _controlled(progress), below, mu),
                unit=_UNIT,
            )
        )
    if progress.day_note:
        sheets += _day_sheets(progress, below, mu)
    sheets += [
        Sheet(
            "临近达标", "最接近达标线的基地", progress.in_words(progress.near), below, mu, unit="亩"
        ),
        Sheet(
            *("临界待复测", "规模线在测量误差以内、须用更精的方法复测的基地", _undecided(progress)),
            [*below, tr(_RESURVEY_NOTE, sigmas=UNDECIDED_SIGMAS)],
            dict.fromkeys(("核定面积", "高出规模线", "面积标准差", "复测须达标准差"), "0.00"),
            unit="亩",
        ),
        Sheet(
            *("口径对照", "各种口径下的核实个数", progress.readings_in_words()),
            [*below, *progress.readings_notes()],
            unit="个",
        ),
        Sheet(
            *("未计入", "未计入的基地", _uncounted(progress), below, mu),
            unit=_UNIT,
            totals=Totals(["基地数", "核定面积"]),
            words=("原因",),
        ),
    ]
    return sheets


def _day_sheets(
    progress: Progress, below: Sequence[str], formats: Mapping[str, str]
) -> list[Sheet]:
    """What the day that was asked for keeps from being counted."""
    listed = {
        NOT_YET_VERIFIED: (progress.not_yet_verified, "当日已建成、之后才测量的基地"),
        DATE_UNKNOWN: (progress.date_unknown, "日期没有写或写得不够细, 当日算不算说不清的基地"),
    }
    return [
        Sheet(STANDINGS[name], title, progress.in_words(table), below, formats, unit="亩")
        for name, (table, title) in listed.items()
    ]


def _undecided(progress: Progress) -> pd.DataFrame:
    chances = [f"{share:.0%}" for share in progress.undecided["chance"]]
    return progress.in_words(progress.undecided.assign(chance=chances))


def _controlled(progress: Progress) -> pd.DataFrame:
    titles = {"title": "图层", "mu": "图层内面积", **progress.titles}
    table = progress.controls.drop(columns="control").rename(columns=titles)
    return table.assign(图层=[tr(title) for title in table["图层"]])


def _uncounted(progress: Progress) -> pd.DataFrame:
    renamed = progress.uncounted.copy()
    renamed.columns = ["原因", "基地数", "核定面积"]
    return renamed

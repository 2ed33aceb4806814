"""观摩点推荐表 as a workbook: a row a stop, for the host to fill in and the leaders to read."""

from __future__ import annotations

from pathlib import Path

from herbgis.foundation.language import tr
from herbgis.planning.visit.visit import Visit
from herbgis.planning.visit.words import HOSTS_COLUMNS
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook

_BLANK = "＿＿＿＿＿＿"
#: So that ten columns can still be read on a sheet of A4.
_WIDTHS = {
    "观摩点": 24,
    "品种": 9,
    "规模": 16,
    "亮点": 28,
    "会期物候": 16,
    "车程": 20,
    "大巴可达": 10,
    "停车位": 8,
    "讲解人": 10,
    "备选": 24,
}


def write_visit_table(visit: Visit, path: str | Path) -> Path:
    """Write the 观摩点推荐表 as a workbook that prints on A4 landscape, one page wide.

    Parameters
    ----------
    visit : Visit
    path : str or Path

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
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> visit = hg.choose_visit(bases, stops=3)
    >>> hg.write_visit_table(visit, "观摩点推荐表.xlsx").name
    '观摩点推荐表.xlsx'
    """
    head = tr(
        "会期：{day}　　出发：{start}　　到达：{end}",
        day=visit.on.isoformat() if visit.on else tr(_BLANK),
        start=visit.start or tr(_BLANK),
        end=visit.end or tr(_BLANK),
    )
    sheet = Sheet(
        "观摩点推荐表",
        "现场会观摩点推荐表",
        visit.table,
        visit.notes,
        head=[head],
        reply=HOSTS_COLUMNS,
        widths=_WIDTHS,
        unit="亩、小时",
    )
    return write_workbook(Path(path), [sheet])

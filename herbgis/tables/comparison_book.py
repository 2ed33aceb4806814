"""Two counts beside each other as a workbook: the numbers, and the bases on which they differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from herbgis.counting.comparison import CountComparison
from herbgis.foundation.language import tr
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook


def write_comparison_book(
    comparison: CountComparison, path: str | Path, *, notes: Sequence[str] = ()
) -> Path:
    """Write a comparison of two counts as a workbook.

    Parameters
    ----------
    comparison : CountComparison
        As from `compare_counts`.
    path : str or Path
        An .xlsx to write.
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
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> bases = hg.classify(hg.validate(survey, counties=hg.read_counties()).bases)
    >>> compared = hg.compare_counts(bases.iloc[1:], bases, names=("上月", "本月"))
    >>> hg.write_comparison_book(compared, "两次统计对照.xlsx").name
    '两次统计对照.xlsx'
    """
    below = [*comparison.notes(), *notes]
    areas = {tr("核定面积({name})", name=name): "0.00" for name in comparison.names}
    return write_workbook(
        path,
        [
            Sheet("个数", "两次统计的核实个数", comparison.counts_in_words(), below, unit="个"),
            Sheet(
                "不同的基地", "两次统计里不同的基地", comparison.in_words(), below, areas, unit="亩"
            ),
        ],
    )

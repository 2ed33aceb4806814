"""How a run ends: what its result lacks, and its exit status."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from herbgis.foundation.language import tr

if TYPE_CHECKING:
    from herbgis.reading.understanding.survey import Survey
    from herbgis.validating.report import ValidationReport

#: Issues of files whose records, or some of them, are not there.
_LOST = ("HG001", "HG002")


def unread_lines(report: ValidationReport) -> list[str]:
    """A line for each file that was not read, or not whole."""
    table = report.table
    lost = table[table["code"].isin(_LOST) & (table["severity"] == "error")]
    return [
        tr(
            "{file} {code} {message}。没有读到的记录不在结果里。",
            file=issue["file"],
            code=issue["code"],
            message=issue["message"],
        )
        for issue in lost.to_dict("records")
    ]


def held_lines(survey: Survey, report: ValidationReport) -> list[str]:
    """What validating says of the boundaries and layers that records were held against."""
    before, after = ({*itertools.chain(*each.files["assumptions"])} for each in (survey, report))
    return sorted(after - before)


def exit_status(report: ValidationReport | None) -> int:
    """2 where an input could not be read; a file that nobody knows need not be one."""
    if report is None:
        return 0
    unread = (report.table["code"] == "HG001") & (report.table["severity"] == "error")
    return 2 if unread.any() else 0

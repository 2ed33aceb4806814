"""Every workbook that herbgis writes, made from the sample, and measured as it will be printed.

    python -m scripts.printed_books DIR

makes them in DIR (workbooks that lie there are measured too) and prints a line a sheet.
tests/tables/test_printed_books.py holds the limits.
"""

from __future__ import annotations

import math
import sys
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import openpyxl
from openpyxl.cell import Cell
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

import herbgis as hg
from herbgis.tables.data_files import write_bases
from herbgis.tables.issue_list import write_issue_list


def make_books(folder: Path) -> list[Path]:
    """Every workbook, of the sample's survey, its batch of defects, its ledger and production."""
    folder.mkdir(parents=True, exist_ok=True)
    sample, counties = hg.sample_paths(), hg.read_counties()
    report = hg.validate(hg.read_survey(sample.survey), counties=counties)
    bases = hg.classify(report.bases)
    notes = hg.list_data_notes(bases)
    by = ["reporting_unit", "county", "variety", "county,variety"]
    hg.write_progress_book(hg.count_progress(bases, by=by), folder / "进度表.xlsx", notes=notes)
    write_issue_list(report, folder / "问题清单.xlsx", policy=report.policy)
    write_bases(bases, folder / "基地.xlsx")
    plan = hg.plan(bases, targets={"500": 106, "1000": 44})
    hg.write_plan_book(plan, folder / "规划表.xlsx", notes=notes)
    hg.write_visit_table(hg.choose_visit(bases, stops=3), folder / "观摩点推荐表.xlsx")
    hg.write_audit_form(hg.draw_audit_sample(bases, 20, seed=2020), folder / "抽查复测表.xlsx")
    hg.write_template(folder / "上报模板")
    _write_slips(folder / "退回", sample, counties)
    _write_ledger(folder / "台账", sample, counties)
    return sorted(folder.rglob("*.xlsx"))


def _write_slips(folder: Path, sample: hg.SamplePaths, counties: gpd.GeoDataFrame) -> None:
    """What goes back of a batch, after the same batch came before."""
    batch = hg.validate(hg.read_survey(list(sample.batches.values())[-1]), counties=counties)
    hg.write_return_slips(batch, folder)
    since = hg.compare_reports(hg.read_report(folder), batch)
    hg.write_return_slips(batch, folder, since=since)
    for package in folder.glob("*.zip"):
        with zipfile.ZipFile(package) as parts:
            parts.extract("退回单.xlsx", folder / package.stem)


def _write_ledger(folder: Path, sample: hg.SamplePaths, counties: gpd.GeoDataFrame) -> None:
    """台账, 进度表 and 生产统计 of a ledger of three months."""
    folder.mkdir(exist_ok=True)
    ledger = folder / "台账.gpkg"
    ledger.unlink(missing_ok=True)
    for day, batch in sample.batches.items():
        paths = [batch, sample.production] if batch.name.startswith("2020-01") else [batch]
        report = hg.validate(hg.read_survey(paths), counties=counties)
        hg.admit(ledger, hg.classify(report.bases), on=day)
    history = hg.read_ledger_history(ledger)
    bases = hg.select_in_force(history)
    schedule = hg.make_ledger_schedule(history)
    progress = hg.count_progress(bases, by=["variety", "county,variety"], as_of=schedule.as_of)
    growth = hg.compare_units(history, as_of=schedule.as_of)
    notes = hg.list_data_notes(bases)
    hg.write_ledger_book(bases, folder / "台账.xlsx", notes=notes)
    hg.write_schedule_book(
        schedule, folder / "进度表.xlsx", progress=progress, growth=growth, notes=notes
    )
    production = hg.classify(hg.validate(hg.read_survey(sample.production)).bases)
    hg.write_production_book(production, folder / "生产统计.xlsx", notes=notes)


@dataclass(frozen=True)
class Printed:
    """A sheet as it will be printed, worked out from the workbook alone.

    `smallest` is in points on the paper, `clipped` names cells whose text is wider or higher than
    they are, `long` those of more than 32,767 characters, `high` rows of more than 409 points.
    """

    book: str
    sheet: str
    fonts: tuple[str, ...]
    paper: str
    across: int
    smallest: float
    clipped: tuple[str, ...]
    long: tuple[str, ...]
    high: tuple[int, ...]
    numbered: bool
    repeated: bool
    formulas: int
    uncached: int


#: Points of a sheet of paper, its long side first, by the number that workbooks give it.
_PAPERS = {8: ("A3", 1190.6, 841.9), 9: ("A4", 841.9, 595.3)}
#: Pixels of a digit in 宋体 of 11 pt on a screen, to which columns are wide; points of a pixel.
_DIGIT, _PIXEL = 8, 0.75
#: Height of a line of 宋体, in its size.
_LINE = 1.2


def measure_book(path: Path) -> list[Printed]:
    """The visible sheets of a workbook."""
    shown, cached = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    return [
        _measured(page, cached[page.title], path.name)
        for page in shown.worksheets
        if page.sheet_state == "visible"
    ]


def _measured(page: Worksheet, cached: Worksheet, book: str) -> Printed:
    widths = _widths(page)
    paper, *sides = _PAPERS[int(page.page_setup.paperSize or 9)]
    across = sides[0] if page.page_setup.orientation == "landscape" else sides[1]
    room = across - 72 * (page.page_margins.left + page.page_margins.right)
    told = [cell for row in page.iter_rows() for cell in row if cell.value not in {None, ""}]
    formulas = [cell for cell in told if cell.data_type == "f"]
    scale, pages = _scale(page, widths, room)
    return Printed(
        book,
        page.title,
        tuple(sorted({cell.font.name for cell in told})),
        paper,
        pages,
        round(min(cell.font.sz for cell in told) * scale, 2),
        tuple(c.coordinate for c in told if _is_clipped(page, cached, c, widths)),
        tuple(c.coordinate for c in told if len(str(c.value)) > 32767),
        tuple(n for n, row in page.row_dimensions.items() if (row.height or 0) > 409),
        "&P" in (page.oddFooter.right.text or ""),
        page.print_title_rows is not None,
        len(formulas),
        sum(cached[cell.coordinate].value is None for cell in formulas),
    )


def _widths(page: Worksheet) -> list[float]:
    """Points of each column; a dimension may stand for several alike."""
    own = {}
    for dimension in page.column_dimensions.values():
        for place in range(dimension.min or 0, (dimension.max or 0) + 1):
            own[place] = round(dimension.width * _DIGIT) * _PIXEL
    return [own.get(place, 9 * _DIGIT * _PIXEL) for place in range(1, page.max_column + 1)]


def _scale(page: Worksheet, widths: list[float], room: float) -> tuple[float, int]:
    """The scale that a sheet prints at, and its pages side by side."""
    if (
        page.sheet_properties.pageSetUpPr is not None
        and page.sheet_properties.pageSetUpPr.fitToPage
    ):
        return min(room / sum(widths), 1.0), 1
    scale = (page.page_setup.scale or 100) / 100
    breaks = [b.id for b in page.col_breaks.brk]
    leading = 0.0
    if page.print_title_cols:
        last = page.print_title_cols.replace("$", "").partition(":")[2]
        leading = sum(widths[: column_index_from_string(last)])
    parts = [sum(widths[a:b]) for a, b in pairwise([0, *breaks, len(widths)])]
    parts[1:] = [part + leading for part in parts[1:]]
    pages = sum(max(math.ceil(part * scale / room - 1e-9), 1) for part in parts)
    return scale, pages


def _is_clipped(page: Worksheet, cached: Worksheet, cell: Cell, widths: list[float]) -> bool:
    """Whether a cell's text needs more room than it has, in 宋体: half an em a narrow character."""
    merged = next((m for m in page.merged_cells.ranges if cell.coordinate in m), None)
    ends = (cell.column, merged.max_col) if merged else (cell.column, cell.column)
    bottom = merged.max_row if merged else cell.row
    room = sum(widths[ends[0] - 1 : ends[1]]) - 5 * _PIXEL
    if cell.alignment.horizontal == "fill":  # shows its beginning alone, and a note says so
        return False
    lines = _shown(cached[cell.coordinate]).split("\n")
    size = cell.font.sz
    if not cell.alignment.wrap_text:
        alone = not merged and cell.column < len(widths) and cell.row > 1
        return alone and max(map(_ems, lines)) * size > room
    taken = sum(max(math.ceil(_ems(line) * size / room), 1) for line in lines)
    heights = [page.row_dimensions[n].height or 15 for n in range(cell.row, bottom + 1)]
    return taken * size * _LINE > sum(heights) + 1


def _ems(text: str) -> float:
    return sum(1.0 if ord(character) > 0x2E7F else 0.5 for character in text)


def _shown(cell: Cell) -> str:
    """What a cell shows in its number format."""
    value, form = cell.value, cell.number_format.partition(";")[0].strip("+")
    if not isinstance(value, float):
        return str(value)
    if form.endswith("%"):
        value, form = value * 100, form.removesuffix("%") + " "
    return f"{value:.{len(form.strip().partition('.')[2])}f}" if "0" in form else f"{value:.6g}"


def _told(printed: Printed) -> str:
    flags = [
        f"{printed.book} · {printed.sheet}: {'/'.join(printed.fonts)} {printed.smallest} pt",
        f"{printed.paper} × {printed.across}",
        f"公式 {printed.formulas}" + (f" (无值 {printed.uncached})" if printed.uncached else ""),
        *([f"放不下 {', '.join(printed.clipped[:8])}"] if printed.clipped else []),
        *([f"过长 {', '.join(printed.long)}"] if printed.long else []),
        *([f"过高 {printed.high}"] if printed.high else []),
        *([] if printed.numbered else ["没有页码"]),
        *([] if printed.repeated else ["没有重复的表头"]),
    ]
    return "  ".join(flags)


def main(folder: Path) -> None:
    """Make the workbooks in a folder and print a line a sheet."""
    for path in make_books(folder):
        for printed in measure_book(path):
            print(_told(printed))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

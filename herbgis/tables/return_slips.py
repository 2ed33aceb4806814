"""What goes back: a package a unit for the counties, a summary for the office."""

from __future__ import annotations

import re
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from herbgis.counting.tiers import classify
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.foundation.outputs import writing
from herbgis.tables.control_sheet import control_sheets
from herbgis.tables.issue_list import (
    LIST_FORMATS,
    LIST_UNIT,
    LIST_WIDTHS,
    LIST_WORDS,
    issue_list,
    list_data_notes,
    write_issue_list,
)
from herbgis.tables.repaired_file import write_repaired
from herbgis.tables.reports import write_report
from herbgis.tables.sheets import Sheet
from herbgis.tables.slip_table import REPLY, slip_table
from herbgis.tables.summary import write_summary
from herbgis.tables.workbooks import write_workbook
from herbgis.terms.calls import checking
from herbgis.terms.policy import Policy
from herbgis.terms.reporting_units import NO_UNIT, in_policys_order
from herbgis.validating.addressees import addressees
from herbgis.validating.report import ValidationReport
from herbgis.webmap.drawing import draw_findings

_SLIP_TITLE = "中药材基地测量数据问题反馈单"
_HOW = (
    "怎样改: 先改“须整改”的, 改好前该基地不计入; “须核实”的照样计入, 请说明情况。",
    "提示见“问题清单”, 不用回复。",
    "怎样看: 打开“{map}”, 每个图钉是一处问题, 点开看说明, 不需要网络。",
    "怎样报: 在原文件上改好, 同原来的编号一起重报; 右边五栏填好, 盖章后寄回。",
)
_REPAIRED_HOW = (
    "“{repaired}”是程序已改好的图形, 改动逐条列在其中;",
    "同意采用的, 可以直接在它上面改其余问题后重报。",
)
#: What the files are called.
_LIST_FILE = "问题清单.xlsx"
_MAP_FILE = "问题地图.html"
_SLIP_FILE = "退回单.xlsx"
_REPAIRED_FILE = "修复后.gpkg"
_PACKAGE = "退回-{}"
_SIGNED = "单位（盖章）："
#: So that nineteen columns stand side by side on a sheet of A3, in English too.
_WIDTHS = {
    "填报单位": 11,
    "处理要求": 11,
    "文件": 15,
    "工作表/图层": 10,
    "行号": 7,
    "基地编号": 16,
    "基地名称": 14,
    "代码": 8,
    "问题说明": 22,
    "修改建议": 27,
    **dict.fromkeys(REPLY, 10),
}
_BLANK = "＿＿＿＿＿＿"
#: What Windows allows in no file name.
_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST_NAME = 40
#: The hour in every package, so that equal input gives equal bytes.
_HOUR = (2020, 1, 1, 0, 0, 0)


#: What `fix` may be.
FIXES = ("none", "safe")


@checking
@dataclass(frozen=True)
class Letter:
    """What stands at the head of every slip; blank where it is not given.

    Attributes
    ----------
    number, issued_on, due_on, contact : str
        编号, 发出日期, 整改时限, 联系人.

    Examples
    --------
    >>> import herbgis as hg
    >>> letter = hg.Letter(number="2020-07", due_on="2020-07-15", contact="张三")
    >>> print(letter.lines("德江县")[0])
    编号：2020-07　　收件单位：德江县
    """

    number: str = ""
    issued_on: str = ""
    due_on: str = ""
    contact: str = ""

    def lines(self, unit: str) -> list[str]:
        """The head of a unit's slip."""
        blank = tr(_BLANK)
        return [
            tr("编号：{number}　　收件单位：{unit}", number=self.number or blank, unit=tr(unit)),
            tr(
                "发出日期：{issued}　　整改时限：{due}　　联系人：{contact}",
                issued=self.issued_on or blank,
                due=self.due_on or blank,
                contact=self.contact or blank,
            ),
        ]


def write_return_slips(
    report: ValidationReport,
    folder: str | Path,
    *,
    counties: gpd.GeoDataFrame | None = None,
    fix: str = "safe",
    since: pd.DataFrame | None = None,
    letter: Letter | None = None,
) -> list[Path]:
    """Write what goes back to the counties, and the office's summary, into a folder.

    A zip a 填报单位 that has findings: its 退回单 and 问题清单 in one workbook, a map that opens
    without a network, the repaired data. For the office the whole 问题清单, a summary as a
    workbook and a page, a map of all, and issues.json.

    Parameters
    ----------
    report : ValidationReport
    folder : str or Path
    counties : GeoDataFrame, optional
        Drawn on the maps.
    fix : {'safe', 'none'}
        Whether the repaired data goes along.
    since : DataFrame, optional
        What has become of earlier findings, as from `compare_reports`.
    letter : Letter, optional
        What stands at the head of the slips.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UnknownNameError
        A way to `fix` that there is not.
    OutputError
        A file cannot be written, for example because WPS has it open.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey / "2020-06-batch")
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> written = hg.write_return_slips(report, "退回", letter=hg.Letter(due_on="2020-07-15"))
    >>> [path.name for path in written if path.suffix == ".zip"][:2]
    ['退回-碧江区.zip', '退回-万山区.zip']
    """
    if fix not in FIXES:
        raise UnknownNameError(tr("修复的做法"), fix, FIXES)
    folder, policy = Path(folder), report.policy
    batch = _Batch(report, counties, policy, with_repaired=fix == "safe")
    written = [
        write_report(report, folder),
        write_issue_list(
            *(report, folder / _LIST_FILE), policy=policy, units=batch.record_units.to_list()
        ),
        *write_summary(report, folder, since=since, units=batch.record_units.to_list()),
        batch.draw(report.table, report.changes, None, tr("问题地图"), folder / _MAP_FILE),
    ]
    if fix == "safe":
        path = folder / _REPAIRED_FILE
        written.append(write_repaired(report.repaired(), report.changes, path, policy=policy))
    names: set[str] = set()
    for unit in batch.units():
        name = _file_name(unit, names)
        written.append(batch.write_package(unit, folder / name, letter or Letter()))
    return written


def _file_name(unit: str, taken: set[str]) -> str:
    """A name for a unit's package that every system can store; no two alike."""
    plain = _FORBIDDEN.sub("_", unit).strip(" .")[:_LONGEST_NAME] or NO_UNIT
    stem, number = _PACKAGE.format(plain), 1
    name = f"{stem}.zip"
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}.zip"
    taken.add(name.casefold())
    return name


class _Batch:
    """A report with what the packages of its units share."""

    def __init__(
        self,
        report: ValidationReport,
        counties: gpd.GeoDataFrame | None,
        policy: Policy,
        *,
        with_repaired: bool,
    ) -> None:
        self.report, self.counties, self.policy = report, counties, policy
        self.with_repaired = with_repaired
        told = addressees(report.bases, policy, counties)
        self.record_units, self.why = told["unit"], told["why"]
        self.list = issue_list(report, policy, self.record_units.to_list())
        self.list["填报单位"] = self.list["填报单位"].replace("", NO_UNIT)
        self.bases = classify(report.bases, policy=policy)
        self.base_units = addressees(self.bases, policy, counties)["unit"]

    def units(self) -> list[str]:
        """Units that have something to mend or to look at, in the policy's order."""
        grave = self.list[self.list["处理要求"] != "提示"]
        return in_policys_order(set(grave["填报单位"].str.split("、").explode()), self.policy)

    def write_package(self, unit: str, path: Path, letter: Letter) -> Path:
        """A unit's zip."""
        mine = self.list[self.list["填报单位"].map(lambda units: unit in units.split("、"))]
        with tempfile.TemporaryDirectory(prefix="herbgis-") as made, writing(path):
            room = Path(made)
            parts = [
                self._write_slip(unit, mine, letter, room / _SLIP_FILE),
                self._draw_unit(unit, room / _MAP_FILE),
            ]
            if self.with_repaired and (self.record_units == unit).any():
                parts.append(self._write_repaired(unit, room / _REPAIRED_FILE))
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
                for part in parts:
                    entry = zipfile.ZipInfo(part.name, _HOUR)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    package.writestr(entry, part.read_bytes())
        return path

    def _write_slip(self, unit: str, mine: pd.DataFrame, letter: Letter, path: Path) -> Path:
        slip = slip_table(mine)
        told = [*_HOW, *(_REPAIRED_HOW if self.with_repaired else ())]
        how = [tr(line, map=_MAP_FILE, repaired=_REPAIRED_FILE) for line in told]
        about = list_data_notes(self.report.bases)
        notes = ["", *how, *self._why_to(unit), *about, "", _SIGNED]
        whole = mine.assign(序号=range(1, len(mine) + 1))
        sheets = [
            Sheet(
                "退回单",
                _SLIP_TITLE,
                slip,
                notes,
                LIST_FORMATS,
                unit=LIST_UNIT,
                head=letter.lines(unit),
                reply=REPLY,
                widths=_WIDTHS,
                words=LIST_WORDS,
            ),
            Sheet(
                *("问题清单", tr("{unit}问题清单", unit=tr(unit)), whole, about, LIST_FORMATS),
                unit=LIST_UNIT,
                widths=LIST_WIDTHS,
                frozen=1,
                words=LIST_WORDS,
            ),
        ]
        own = (self.record_units == unit).to_numpy()
        of_unit = self.report.bases[own]
        more = control_sheets(
            of_unit, [unit] * len(of_unit), about, by="base_id", policy=self.policy
        )
        return write_workbook(path, [*sheets, *more])

    def _why_to(self, unit: str) -> list[str]:
        """Why records that state no unit come back to this one."""
        if unit == NO_UNIT:
            lacking = int((self.record_units == unit).sum())
            told = tr(
                "有 {count} 条没有填填报单位和县区, 没有图斑, 文件夹名也看不出是哪个县: "
                "请按“文件”“行号”两栏找到它们, 补填填报单位后重报。",
                count=lacking,
            )
            return [told] if lacking else []
        counts = self.why[(self.record_units == unit) & (self.why != "")].value_counts(sort=False)
        return [
            tr("有 {count} 条没有填填报单位, {why}退回这里。", count=count, why=why)
            for why, count in counts.items()
        ]

    def _draw_unit(self, unit: str, path: Path) -> Path:
        report, of_unit = self.report, self.record_units == unit
        keys = set(report.bases.loc[of_unit, "base_id"])
        issues = report.table[report.table["base_id"].isin(keys)]
        changes = report.changes[report.changes["base_id"].isin(keys)]
        return self.draw(issues, changes, unit, tr("{unit}问题地图", unit=tr(unit)), path)

    def draw(
        self,
        issues: pd.DataFrame,
        changes: gpd.GeoDataFrame,
        unit: str | None,
        title: str,
        path: Path,
    ) -> Path:
        """A map of findings; of one unit's bases, or of all."""
        shown = self.bases if unit is None else self.bases[self.base_units == unit]
        page = draw_findings(
            shown, issues, changes, counties=self.counties, policy=self.policy, title=title
        )
        with writing(path):
            page.save(str(path))
        return path

    def _write_repaired(self, unit: str, path: Path) -> Path:
        repaired = self.report.repaired()[self.record_units == unit]
        changes = self.report.changes
        sources = ["source_file", "source_layer", "source_row"]
        own = pd.MultiIndex.from_frame(repaired[sources].fillna(""))
        mine = pd.MultiIndex.from_frame(changes[sources].fillna("")).isin(own)
        return write_repaired(repaired, changes[mine], path, policy=self.policy)

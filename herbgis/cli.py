"""The command line: each command is a straight chain of library calls. Floor 9."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from herbgis.errors import HerbgisError, UnknownNameError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from herbgis.policy import Policy
    from herbgis.progress import Progress
    from herbgis.rules.validation import ValidationReport
    from herbgis.schedule import Schedule

T = TypeVar("T")

app = typer.Typer(
    name="herbgis",
    help="中药材与食用菌基地: 读取测量文件, 校验, 核定面积, 统计进度, 出图。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH...", help="文件、文件夹或 zip, 可以多个")
]
PolicyOption = Annotated[
    str, typer.Option("--policy", metavar="NAME|FILE", help="工作要点: 名称或 TOML 文件")
]
CountiesOption = Annotated[
    str,
    typer.Option("--counties", metavar="FILE|none", help="县界文件; none 为不查县界; 默认铜仁十县"),
]
AgainstOption = Annotated[
    list[Path] | None, typer.Option("--against", metavar="LEDGER", help="已入库的基地, 用来查重")
]
FormatOption = Annotated[str, typer.Option("--format", metavar="text|json", help="输出格式")]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="截止日期, 如 2020-06-30")
]
TargetsOption = Annotated[
    Path | None, typer.Option("--targets", metavar="FILE", help="任务分解: 填报单位 × 规模 × 季度")
]
_SHIPPED = "tongren"


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")] = Path(
        "herbgis-demo"
    ),
) -> None:
    """用自带的合成示例走一遍: 校验、统计、出图。"""
    from herbgis import resources

    report, bases, policy, counties = _walk([resources.data("sample")])
    from herbgis.progress import count_progress
    from herbgis.tables.issue_list import data_notes, write_issue_list
    from herbgis.tables.progress_book import write_progress_book
    from herbgis.webmap import draw_map

    progress = count_progress(bases, policy=policy, by=["reporting_unit", "county", "variety"])
    page = draw_map(
        bases,
        counties=counties,
        policy=policy,
        progress=progress,
        issues=report,
        dem=resources.data("dem") / "tongren_synthetic.tif",
        title="铜仁市中药材规模化基地 (合成示例)",
    )
    written = [
        _save_page(page, out / "基地分布图.html"),
        write_progress_book(progress, out / "进度表.xlsx", policy=policy, notes=data_notes(bases)),
        write_issue_list(report, out / "问题清单.xlsx", policy=policy),
    ]
    _say(f"{progress!r}\n")
    _say("\n".join(data_notes(bases)))
    _say("\n".join(f"已写出 {path}" for path in written))


@app.command()
def validate(
    paths: Paths,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="把退回单和问题清单写到此文件夹")
    ] = None,
    fix: Annotated[
        str, typer.Option("--fix", metavar="none|safe", help="safe: 不需要决定的一并修复")
    ] = "none",
    since: Annotated[
        Path | None, typer.Option("--since", metavar="DIR", help="与上次 --out 的结果相比")
    ] = None,
    format_: FormatOption = "text",
    fail_on: Annotated[
        str, typer.Option("--fail-on", metavar="error|warning", help="遇到哪一级以状态 1 结束")
    ] = "error",
    policy: PolicyOption = "tongren-2020",
    counties: CountiesOption = _SHIPPED,
    against: AgainstOption = None,
) -> None:
    """逐行校验: 每条问题的位置、原因和改法。"""
    from herbgis.rules.comeback import compare
    from herbgis.tables.reports import read_report

    _one_of("--format", format_, ("text", "json"))
    _one_of("--fail-on", fail_on, ("error", "warning"))
    _one_of("--fix", fix, ("none", "safe"))
    before = None if since is None else read_report(since)
    report, borders = _validated(paths, policy, counties, against)
    told = None if before is None else compare(before, report)
    _say(_report_json(report, told) if format_ == "json" else _report_text(report, fix, told))
    if out is not None:
        from herbgis.tables.return_slips import write_return_slips

        for path in write_return_slips(report, out, counties=borders, fix=fix, since=told):
            _tell(f"已写出 {path}")
    graver = {"error": ["error"], "warning": ["error", "warning"]}[fail_on]
    failed = bool(report.table["severity"].isin(graver).any())
    raise typer.Exit(_status(report) or int(failed))


@app.command()
def classify(
    paths: Paths,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="gpkg、parquet、geojson、xlsx 或 csv")
    ],
    policy: PolicyOption = "tongren-2020",
    counties: CountiesOption = _SHIPPED,
    against: AgainstOption = None,
) -> None:
    """按 500、1000 亩分级, 一行一个基地, 写成数据文件。"""
    from herbgis.tables.data_files import check_format, write_bases

    check_format(out)
    report, bases, rules, _ = _walk(paths, policy, counties, against)
    write_bases(bases, out)
    counts = bases["tier"].value_counts()
    for label in rules.tier_labels:
        _say(f"{rules.tier_title(label)}: {counts.get(label, 0)}")
    _say(f"没有图斑: {int(bases['tier'].isna().sum())}")
    _tell(f"已写出 {out}")
    raise typer.Exit(_status(report))


@app.command()
def progress(
    paths: Paths,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", metavar="COLUMN", help="分组的列, 可以多个; county,variety 为交叉"),
    ] = None,
    targets: TargetsOption = None,
    as_of: AsOfOption = None,
    format_: FormatOption = "text",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.xlsx", help="写成工作簿")
    ] = None,
    policy: PolicyOption = "tongren-2020",
    counties: CountiesOption = _SHIPPED,
    against: AgainstOption = None,
) -> None:
    """离 100 个和 50 个的目标还差多少。"""
    _one_of("--format", format_, ("text", "json"))
    if out is not None:
        _one_of("--out", out.suffix.lower(), (".xlsx",))
    day = _date(as_of)
    import herbgis as hg
    from herbgis.tables.issue_list import data_notes

    asked = None if targets is None else hg.read_targets(targets, policy=hg.load_policy(policy))
    report, bases, rules, _ = _walk(paths, policy, counties, against)
    counted = hg.count_progress(bases, policy=rules, by=by or [], as_of=day)
    schedule = None
    if asked is not None:
        schedule = hg.make_schedule(bases, targets=asked, as_of=counted.as_of, policy=rules)
    if format_ == "json":
        from herbgis.tables.reports import as_json

        units = {} if schedule is None else {"schedule": schedule.as_rows()}
        _say(as_json({**counted.as_dict(), **units}))
    else:
        _say("\n\n".join([_progress_text(counted, schedule), *data_notes(bases)]))
    if out is not None:
        _save_progress(out, counted, schedule, rules, data_notes(bases))
        _tell(f"已写出 {out}")
    raise typer.Exit(_status(report))


@app.command("map")
def map_(
    paths: Paths,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", help="写到哪个文件")],
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="地图标题")] = None,
    dem: Annotated[
        list[Path] | None,
        typer.Option("--dem", metavar="FILE", help="高程栅格, 画地形晕渲; 可以多个"),
    ] = None,
    online: Annotated[
        str | None,
        typer.Option(
            "--online", metavar="tianditu|amap|osm", help="联网底图; 天地图密钥放在 HERBGIS_TDT_KEY"
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="供公开: 只画点, 不列经营主体和问题")
    ] = False,
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="地图的语言")] = "zh",
    policy: PolicyOption = "tongren-2020",
    counties: CountiesOption = _SHIPPED,
    against: AgainstOption = None,
) -> None:
    """一个 HTML 文件的地图, 断网也能打开。"""
    _one_of("--lang", lang, ("zh", "en"))
    if online is not None:
        _one_of("--online", online, ("tianditu", "amap", "osm"))
    report, bases, rules, borders = _walk(paths, policy, counties, against)
    from herbgis.progress import count_progress
    from herbgis.webmap import draw_map

    counted = count_progress(bases, policy=rules, by=["county", "variety"])
    page = draw_map(
        bases,
        counties=borders,
        policy=rules,
        progress=counted,
        issues=report,
        title=title,
        dem=dem or None,
        online=online,
        public=public,
        lang=lang,
    )
    _tell(f"已写出 {_save_page(page, out)}")
    raise typer.Exit(_status(report))


@app.command()
def plan(
    paths: Paths,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")],
    candidates: Annotated[
        Path | None, typer.Option("--candidates", metavar="FILE", help="候选地块: 图斑和候选编号")
    ] = None,
    dem: Annotated[
        list[Path] | None,
        typer.Option("--dem", metavar="FILE", help="高程栅格, 用来评价土地; 可以多个"),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="TIER=N", help="改目标个数, 如 500=100; 可以多个"),
    ] = None,
    policy: PolicyOption = "tongren-2020",
    counties: CountiesOption = _SHIPPED,
    against: AgainstOption = None,
) -> None:
    """下一批基地建在哪里、扩哪些, 成本最低又达到目标: 已证明最优, 并说明理由。"""
    import herbgis as hg
    from herbgis.outputs import writing
    from herbgis.tables.issue_list import data_notes
    from herbgis.tables.reports import as_json

    targets = _targets(target or [])
    rules = hg.load_policy(policy)
    own = None if candidates is None else hg.read_candidates(candidates, policy=rules)
    report, bases, rules, borders = _walk(paths, policy, counties, against)
    with _meter("评价土地") as progress:
        planned = hg.plan(
            bases,
            candidates=own,
            dem=dem or None,
            counties=borders,
            policy=rules,
            targets=targets,
            progress=progress,
        )
    counted = hg.count_progress(bases, policy=rules, by=["county", "variety"])
    page = hg.draw_map(
        bases, counties=borders, policy=rules, progress=counted, plan=planned, dem=dem or None
    )
    report_path = out / "plan.json"
    with writing(report_path):
        report_path.write_text(as_json(planned.as_dict()), encoding="utf-8", newline="\n")
    written = [
        report_path,
        hg.write_plan_book(planned, out / "规划表.xlsx", notes=data_notes(bases)),
        _save_page(page, out / "规划图.html"),
    ]
    _say(repr(planned))
    _tell(*(f"已写出 {path}" for path in written))
    raise typer.Exit(_status(report))


@app.command()
def template(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")],
    policy: PolicyOption = "tongren-2020",
) -> None:
    """上报模板: 带下拉选项的工作簿, 同样字段的空图层, 拖放即校验的脚本。"""
    import herbgis as hg

    for path in hg.write_template(out, policy=hg.load_policy(policy)):
        _say(f"已写出 {path}")


@app.command()
def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="问题代码, 如 HG204")],
) -> None:
    """一个问题代码是什么意思, 为何要紧, 怎么查出, 怎么改。"""
    from herbgis.issues import SEVERITY_TITLES, codes, texts

    known = codes()
    entry = known.get(code.strip().upper())
    if entry is None:
        raise UnknownNameError("代码", code, known)
    words = texts()[entry.code]
    lines = [
        f"{entry.code} {entry.name} · {words['title']} · {SEVERITY_TITLES[entry.severity]}",
        f"是什么: {words['what']}",
        f"为何要紧: {words['why']}",
        f"怎么查出: {words['how']}",
        f"怎么改: {words['fix']}",
        f"依据: {entry.source}",
    ]
    if "message" not in words:
        lines.append("注意: 本版本还不检查这一项。")
    _say("\n".join(lines))


ledger_app = typer.Typer(
    help="台账: 逐月入库, 查看进度, 导出工作簿。", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(ledger_app, name="ledger")
LedgerArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="台账文件 (.gpkg)")]


@ledger_app.command("admit")
def ledger_admit(
    ledger: LedgerArgument,
    paths: Paths,
    as_of: AsOfOption = None,
    policy: PolicyOption = "tongren-2020",
    counties: CountiesOption = _SHIPPED,
) -> None:
    """校验一批数据并入库: 核实的入库, 其余记为待核实; 整批写入或完全不写。"""
    from herbgis.display import text_table
    from herbgis.ledger import admit

    day = _date(as_of)
    against = [ledger] if ledger.exists() else None
    report, bases, rules, _ = _walk(paths, policy, counties, against)
    admission = admit(ledger, bases, on=day, policy=rules)
    waiting = admission.in_words()
    waiting = waiting[admission.table["why"] != ""]
    _say(repr(admission)[len("<Admission ") : -1])
    if len(waiting):
        _say(text_table(waiting))
    raise typer.Exit(_status(report))


@ledger_app.command("show")
def ledger_show(
    ledger: LedgerArgument,
    as_of: AsOfOption = None,
    targets: TargetsOption = None,
    policy: PolicyOption = "tongren-2020",
) -> None:
    """台账的进度表。"""
    import herbgis as hg
    from herbgis.ledger import read_history
    from herbgis.schedule import schedule_of_ledger

    day, rules = _date(as_of), hg.load_policy(policy)
    asked = None if targets is None else hg.read_targets(targets, policy=rules)
    history = read_history(ledger, policy=rules)
    _say(repr(schedule_of_ledger(history, targets=asked, as_of=day, policy=rules)))


@ledger_app.command("export")
def ledger_export(
    ledger: LedgerArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")],
    as_of: AsOfOption = None,
    targets: TargetsOption = None,
    policy: PolicyOption = "tongren-2020",
) -> None:
    """把台账和进度表写成工作簿。"""
    import herbgis as hg
    from herbgis.ledger import in_force, known_on, read_history
    from herbgis.schedule import schedule_of_ledger
    from herbgis.tables.issue_list import data_notes
    from herbgis.tables.ledger_books import write_ledger_book, write_schedule_book
    from herbgis.tables.production_book import write_production_book

    day, rules = _date(as_of), hg.load_policy(policy)
    asked = None if targets is None else hg.read_targets(targets, policy=rules)
    history = read_history(ledger, policy=rules)
    schedule = schedule_of_ledger(history, targets=asked, as_of=day, policy=rules)
    bases = in_force(history, schedule.as_of)
    counted = hg.count_progress(
        bases, policy=rules, by=["variety", "county,variety"], as_of=schedule.as_of
    )
    notes = data_notes(bases)
    written = [
        write_ledger_book(bases, out / "台账.xlsx", policy=rules, notes=notes),
        write_schedule_book(
            schedule, out / "进度表.xlsx", policy=rules, progress=counted, notes=notes
        ),
        write_production_book(
            *(bases, out / "生产统计.xlsx"),
            policy=rules,
            history=known_on(history, schedule.as_of),
            notes=notes,
        ),
    ]
    _say("\n".join(f"已写出 {path}" for path in written))


def main() -> None:
    """Run the command line; a HerbgisError is a line on standard error and status 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app()
    except HerbgisError as error:
        _tell(f"herbgis: {error}")
        sys.exit(2)


def _validated(
    paths: Sequence[Path], policy: str, counties: str, against: Sequence[Path] | None
) -> tuple[ValidationReport, gpd.GeoDataFrame | None]:
    """Read and validate, saying on standard error what was assumed."""
    import herbgis as hg

    rules = hg.load_policy(policy)
    borders = _counties(counties, rules)
    ledger = _counted(against, rules) if against else None
    survey = hg.read_survey(paths, policy=rules, track=_bar("读取"))
    _tell(*survey.assumption_lines())
    report = hg.validate(survey, counties=borders, policy=rules, against=ledger, track=_bar("校验"))
    return report, borders


def _walk(
    paths: Sequence[Path],
    policy: str = "tongren-2020",
    counties: str = _SHIPPED,
    against: Sequence[Path] | None = None,
) -> tuple[ValidationReport, gpd.GeoDataFrame, Policy, gpd.GeoDataFrame | None]:
    """Read, validate and classify."""
    import herbgis as hg

    report, borders = _validated(paths, policy, counties, against)
    return report, hg.classify(report.bases, policy=report.policy), report.policy, borders


def _counted(paths: Sequence[Path], policy: Policy) -> gpd.GeoDataFrame:
    """Bases already counted: a ledger's, or those of any files."""
    import herbgis as hg
    from herbgis.ledger import is_ledger

    if len(paths) == 1 and is_ledger(paths[0]):
        return hg.read_ledger(paths[0], policy=policy)
    return hg.read_survey(paths, policy=policy).bases


def _counties(source: str, policy: Policy) -> gpd.GeoDataFrame | None:
    from herbgis.counties import read_counties

    if source == "none":
        return None
    return read_counties(None if source == _SHIPPED else source, policy=policy)


def _status(report: ValidationReport) -> int:
    """2 where an input could not be read."""
    return 2 if (report.table["code"] == "HG001").any() else 0


def _report_json(report: ValidationReport, told: pd.DataFrame | None) -> str:
    from herbgis.tables.reports import as_json

    since = {} if told is None else {"since": told.astype(object).to_dict("records")}
    return as_json({**report.as_dict(), **since})


def _report_text(report: ValidationReport, fix: str, told: pd.DataFrame | None) -> str:
    """The issues a line each, then the counts, the repairs, and what became of earlier findings."""
    from herbgis.issues import SEVERITY_TITLES
    from herbgis.rules.comeback import STATES

    lines = []
    for issue in report.as_dict()["issues"]:
        row = f":{issue['sheet_row'] or issue['row']}" if issue["row"] else ""
        lines.append(
            f"{issue['file']}{row} {issue['code']} {SEVERITY_TITLES[issue['severity']]}"
            f" {issue['base_id'] or ''} {issue['message']}。{issue['suggestion']}"
        )
    lines.append(repr(report)[len("<ValidationReport ") : -1])
    if fix == "safe":
        made = int(report.changes["applied"].sum())
        lines.append(f"修复 {made} 处, 另有 {len(report.changes) - made} 处须由人决定, 未改")
    if told is not None:
        counts = told["state"].value_counts()
        lines.append(", ".join(f"{words} {counts.get(s, 0)}" for s, words in STATES.items()))
    return "\n".join(lines)


def _progress_text(counted: Progress, schedule: Schedule | None) -> str:
    from herbgis.display import text_table

    tables = [text_table(counted.in_words(table)) for table in counted.by.values()]
    return "\n\n".join([repr(counted), *tables, *([] if schedule is None else [repr(schedule)])])


def _save_progress(
    out: Path,
    counted: Progress,
    schedule: Schedule | None,
    policy: Policy,
    notes: Sequence[str],
) -> None:
    """The progress tables as a workbook; with targets broken down, the schedule in front."""
    from herbgis.tables.ledger_books import write_schedule_book
    from herbgis.tables.progress_book import write_progress_book

    if schedule is None:
        write_progress_book(counted, out, policy=policy, notes=notes)
    else:
        write_schedule_book(schedule, out, policy=policy, progress=counted, notes=notes)


def _save_page(page: Any, path: Path) -> Path:
    from herbgis.outputs import writing

    with writing(path):
        page.save(str(path))
    return path


def _bar(title: str) -> Callable[[list[T]], Iterable[T]] | None:
    """A progress bar on a terminal, none in a pipe."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return lambda items: track(items, description=title, console=console, transient=True)


@contextmanager
def _meter(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal for work that tells how much of it is done; none in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def _one_of(option: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        what = f" {option} 的取值"
        raise UnknownNameError(what, value, known)


def _targets(texts: Sequence[str]) -> dict[str, int]:
    """``500=100`` as a tier and its number."""
    targets = {}
    for text in texts:
        tier, _, number = text.partition("=")
        if not number.strip().isdecimal():
            raise UnknownNameError(" --target 的写法", text, ["500=100 这样的写法"])
        targets[tier.strip()] = int(number)
    return targets


def _date(text: str | None) -> dt.date | None:
    from herbgis.units import parse_date

    if text is None:
        return None
    day = parse_date(text)
    if day is None:
        raise UnknownNameError(" --as-of 的日期", text, ["2020-06-30 这样的写法"])
    return day


def _say(text: str) -> None:
    """A result, to standard output."""
    print(text)  # noqa: T201 - the command line's one voice


def _tell(*lines: str) -> None:
    """All else, to standard error."""
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201

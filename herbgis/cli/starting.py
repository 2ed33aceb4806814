"""The commands that need no survey: demo, template, explain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from herbgis.cli.chain import walk
from herbgis.cli.drawing import save_page
from herbgis.cli.options import (
    PolicyOption,
)
from herbgis.cli.voice import say
from herbgis.foundation.errors import UnknownNameError


def demo_command(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")] = Path(
        "herbgis-demo"
    ),
) -> None:
    """用自带的合成示例走一遍: 校验、统计、出图。"""
    from herbgis.foundation.sample import sample_paths

    sample = sample_paths()
    report, bases, policy, counties = walk([sample.survey])
    from herbgis.counting.tally import count_progress
    from herbgis.tables.issue_list import list_data_notes, write_issue_list
    from herbgis.tables.progress_book import write_progress_book
    from herbgis.webmap import draw_map

    progress = count_progress(bases, policy=policy, by=["reporting_unit", "county", "variety"])
    page = draw_map(
        bases,
        counties=counties,
        policy=policy,
        progress=progress,
        issues=report,
        dem=sample.dem,
        title="铜仁市中药材规模化基地 (合成示例)",
    )
    notes = list_data_notes(bases)
    written = [
        save_page(page, out / "基地分布图.html"),
        write_progress_book(progress, out / "进度表.xlsx", policy=policy, notes=notes),
        write_issue_list(report, out / "问题清单.xlsx", policy=policy),
    ]
    say(f"{progress!r}\n")
    say("\n".join(notes))
    say("\n".join(f"已写出 {path}" for path in written))


def template_command(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")],
    policy: PolicyOption = "tongren-2020",
) -> None:
    """上报模板: 带下拉选项的工作簿, 同样字段的空图层, 拖放即校验的脚本。"""
    import herbgis as hg

    for path in hg.write_template(out, policy=hg.load_policy(policy)):
        say(f"已写出 {path}")


def explain_command(
    code: Annotated[str, typer.Argument(metavar="CODE", help="问题代码, 如 HG204")],
) -> None:
    """一个问题代码是什么意思, 为何要紧, 怎么查出, 怎么改。"""
    from herbgis.terms.issues import SEVERITY_TITLES, codes, texts

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
    say("\n".join(lines))

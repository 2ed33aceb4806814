"""The commands that need no survey: demo, template, explain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from herbgis.cli.chain import walk
from herbgis.cli.drawing import save_page
from herbgis.cli.inputs import SHIPPED_POLICY, Inputs
from herbgis.cli.options import PolicyOption
from herbgis.cli.voice import say
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import language, tr

#: What the files of the demo are called.
_MAP = "基地分布图.html"
_PROGRESS = "进度表.xlsx"
_ISSUES = "问题清单.xlsx"


def demo_command(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")] = Path(
        "herbgis-demo"
    ),
) -> None:
    """Walk through the synthetic sample: validate, count, draw."""
    from herbgis.foundation.sample import sample_paths

    sample = sample_paths()
    report, bases, policy, counties = walk(Inputs((sample.survey,)))
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
        title=tr("铜仁市中药材规模化基地 (合成示例)"),
    )
    notes = list_data_notes(bases)
    written = [
        save_page(page, out / _MAP),
        write_progress_book(progress, out / _PROGRESS, policy=policy, notes=notes),
        write_issue_list(report, out / _ISSUES, policy=policy),
    ]
    say(f"{progress!r}\n")
    say("\n".join(notes))
    say("\n".join(tr("已写出 {path}", path=path) for path in written))


def template_command(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="写到哪个文件夹")],
    policy: PolicyOption = None,
) -> None:
    """Write the reporting template."""
    import herbgis as hg

    for path in hg.write_template(out, policy=hg.load_policy(policy or SHIPPED_POLICY)):
        say(tr("已写出 {path}", path=path))


def explain_command(
    code: Annotated[str, typer.Argument(metavar="CODE", help="问题代码, 如 HG204")],
) -> None:
    """What a code of an issue means, why it matters, how it is found and mended."""
    from herbgis.terms.issues import SEVERITY_TITLES, codes, texts

    known = codes()
    entry = known.get(code.strip().upper())
    if entry is None:
        raise UnknownNameError(tr("代码"), code, known)
    words = texts(language())[entry.code]
    lines = [
        f"{entry.code} {entry.name} · {words['title']} · {tr(SEVERITY_TITLES[entry.severity])}",
        tr("是什么: {what}", what=words["what"]),
        tr("为何要紧: {why}", why=words["why"]),
        tr("怎么查出: {how}", how=words["how"]),
        tr("怎么改: {fix}", fix=words["fix"]),
        tr("依据: {source}", source=words["source"]),
    ]
    if "message" not in words:
        lines.append(tr("注意: 本版本还不检查这一项。"))
    say("\n".join(lines))

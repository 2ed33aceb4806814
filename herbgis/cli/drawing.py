"""The command that draws the map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from herbgis.cli.chain import drawn_of
from herbgis.cli.inputs import Inputs, takes
from herbgis.cli.options import (
    AsOfOption,
    day_of,
    ends_with,
    one_of,
)
from herbgis.cli.outcome import exit_status
from herbgis.cli.voice import tell
from herbgis.foundation.language import tr
from herbgis.foundation.wrong_calls import WrongCallError

#: What the options of colouring are where they are not given.
_CLASSES, _SCHEME = 5, "quantile"


@takes()
def draw_command(
    inputs: Inputs,
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
    approval: Annotated[
        str | None, typer.Option("--approval", metavar="TEXT", help="审图号, 印在图下")
    ] = None,
    by_whom: Annotated[
        str | None, typer.Option("--by-whom", metavar="TEXT", help="制图单位, 印在图下")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", metavar="DATE", help="制图日期, 印在图下")
    ] = None,
    colour_by: Annotated[
        str | None,
        typer.Option("--colour-by", metavar="COLUMN", help="另按哪一列着色: 数字分级, 文字分类"),
    ] = None,
    classes: Annotated[
        int, typer.Option("--classes", metavar="N", help="数字分几级, 2 到 7")
    ] = _CLASSES,
    scheme: Annotated[
        str,
        typer.Option(
            "--scheme", metavar="quantile|equal|natural", help="怎么分级: 分位数、等距、自然断点"
        ),
    ] = _SCHEME,
    as_of: AsOfOption = None,
) -> None:
    """Draw the map as one HTML file, in the language that is spoken."""
    ends_with("--out", out, (".html", ".htm"))
    if online is not None:
        one_of("--online", online, ("tianditu", "amap", "osm"))
    if colour_by is None and (classes, scheme) != (_CLASSES, _SCHEME):
        msg = tr("--classes、--scheme 只管 --colour-by 的着色, 请写上 --colour-by 或去掉它们。")
        raise WrongCallError(msg)
    day = day_of(as_of)
    bases, rules, borders, report = drawn_of(inputs, as_of=day)
    from herbgis.counting.tally import count_progress
    from herbgis.webmap import draw_map
    from herbgis.webmap.options import PageOptions

    counted = count_progress(bases, policy=rules, by=["county", "variety"], as_of=day)
    page = draw_map(
        bases,
        counties=borders,
        policy=rules,
        progress=counted,
        issues=report,
        title=title,
        dem=dem or None,
        page=PageOptions(
            online=online,
            public=public,
            approval=approval,
            by_whom=by_whom,
            date=date,
            colour_by=colour_by,
            classes=classes,
            scheme=scheme,
        ),
    )
    tell(tr("已写出 {path}", path=save_page(page, out)))
    raise typer.Exit(exit_status(report))


def save_page(page: Any, path: Path) -> Path:
    """Write a page, its folder too where there is none; gives the path."""
    from herbgis.foundation.outputs import writing

    with writing(path):
        page.save(str(path))
    return path

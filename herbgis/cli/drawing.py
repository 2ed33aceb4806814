"""The command that draws the map."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from herbgis.cli.chain import exit_status, walk
from herbgis.cli.options import (
    SHIPPED,
    AgainstOption,
    CountiesOption,
    Paths,
    PolicyOption,
    ends_with,
    one_of,
)
from herbgis.cli.voice import tell


def draw_command(
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
    counties: CountiesOption = SHIPPED,
    against: AgainstOption = None,
) -> None:
    """一个 HTML 文件的地图, 断网也能打开。"""
    one_of("--lang", lang, ("zh", "en"))
    ends_with("--out", out, (".html", ".htm"))
    if online is not None:
        one_of("--online", online, ("tianditu", "amap", "osm"))
    report, bases, rules, borders = walk(paths, policy, counties, against)
    from herbgis.counting.progress import count_progress
    from herbgis.webmap import draw_map
    from herbgis.webmap.options import PageOptions

    counted = count_progress(bases, policy=rules, by=["county", "variety"])
    page = draw_map(
        bases,
        counties=borders,
        policy=rules,
        progress=counted,
        issues=report,
        title=title,
        dem=dem or None,
        page=PageOptions(online=online, public=public, lang=lang),
    )
    tell(f"已写出 {save_page(page, out)}")
    raise typer.Exit(exit_status(report))


def save_page(page: Any, path: Path) -> Path:
    """Write a page, its folder too where there is none; gives the path."""
    from herbgis.foundation.outputs import writing

    with writing(path):
        page.save(str(path))
    return path

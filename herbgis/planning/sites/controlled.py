"""Candidates held against control layers: none where rules forbid what would be grown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import Flags
from herbgis.planning.land.forbidden import ForbiddenLand
from herbgis.planning.land.rating import FORBIDDEN
from herbgis.planning.sites.candidates import Candidates
from herbgis.planning.sites.controlled_sites import TOLD_MU, ControlledSites
from herbgis.reading.understanding.control_layers import ControlLayer


def held_against(
    candidates: Candidates,
    layers: Sequence[ControlLayer],
    forbidden: ForbiddenLand,
    modes: Mapping[str, str],
) -> Candidates:
    """Candidates without what may not be grown on them.

    A site scores 0 for a variety that is forbidden on a part of it. One whose own variety is
    forbidden, or of which nobody says what grows on it, is left out, and said.

    Parameters
    ----------
    modes : mapping of str to str
        种植模式 of bases, by their id.
    """
    sites = candidates.sites
    polygons = np.asarray(sites.geometry.array, dtype=object)
    held = ControlledSites.of(sites.index, polygons, layers, forbidden)
    scores, limiting = candidates.scores.copy(), candidates.limiting.copy()
    for variety in scores:
        place = held.forbids(str(variety))
        scores.loc[place, variety] = 0.0
        limiting.loc[place, variety] = FORBIDDEN
    left_out = _left_out(candidates, held, modes)
    kept = ~left_out
    return replace(
        candidates,
        sites=sites[kept],
        scores=scores[kept],
        limiting=limiting[kept],
        caveats=(*candidates.caveats, *_not_given(held)),
        notes=(*candidates.notes, *_said(sites[left_out], held, left_out)),
        controlled=held.of_sites(kept),
    )


def _left_out(candidates: Candidates, held: ControlledSites, modes: Mapping[str, str]) -> Flags:
    """Sites on which what would be grown is forbidden."""
    sites = candidates.sites
    own = [text if isinstance(text, str) else None for text in sites["variety"]]
    enlarged = [modes.get(str(base)) for base in sites["enlarges"]]
    told = pd.Series(list(zip(own, enlarged, strict=True)), dtype=object)
    rated = candidates.scores.notna().any(axis=1).to_numpy()
    found = np.zeros(len(sites), dtype=bool)
    for variety, mode in set(told):
        asked = np.array([each == (variety, mode) for each in told], dtype=bool)
        if variety is None:
            # What grows on rated land, its scores tell.
            asked &= ~rated | sites["enlarges"].notna().to_numpy()
        found |= asked & held.forbids(variety, mode)
    return found


def _said(sites: pd.DataFrame, held: ControlledSites, left_out: Flags) -> Iterator[str]:
    most = held.forbidden_mu[left_out].max(axis=1)
    for site, variety in sites["variety"].items():
        line = "候选地块 {name} 有 {mu:.2f} 亩在管控范围内, 禁止种植{variety}, 未列入"
        named = variety if isinstance(variety, str) else tr("未写明的品种")
        yield tr(line, name=site, mu=most[site], variety=named)


def _not_given(held: ControlledSites) -> Iterator[str]:
    if held.missing:
        titles = listed(map(tr, held.missing))
        yield tr("没有给出{titles}的图层, 未对照", titles=titles)


def planned_on(candidates: Candidates, chosen: pd.DataFrame) -> Iterator[str]:
    """What the sites of a plan have of controlled land, and whom to ask.

    Parameters
    ----------
    chosen : DataFrame
        With ``site``, the candidate's id, and ``variety``.
    """
    held = candidates.controlled
    if held is None:
        return
    rows = chosen[chosen["site"].isin(held.table.index)]
    table = held.table.loc[rows["site"]]
    unseen = len(chosen) - len(rows)
    if unseen:  # enlargements of which nobody has drawn the land
        yield tr(
            "扩建的 {count} 处没有图形, 没有对照管控图层: 能不能种、占多少耕地都不知道",
            count=unseen,
        )
    if rows.empty:
        return
    yield tr("规划用了管控图层, 地块的边可能就是图层的边: 内部资料, 不得公开")
    yield _cropland(table)
    for layer in held.layers:
        mu = table[f"control_{layer.name}_mu"]
        there = mu > TOLD_MU
        if layer.codes is None and there.any():
            line = "选中的 {count} 处有 {mu:.2f} 亩在{title}内 ({sites}), {rules}"
            named = listed(f"{site} {own:.2f}" for site, own in mu[there].items())
            rules = _rules(held, layer, rows["variety"][there.to_numpy()])
            yield tr(
                line,
                count=int(there.sum()),
                mu=float(mu.sum()),
                title=tr(layer.title),
                sites=named,
                rules=rules,
            )


def _cropland(table: pd.DataFrame) -> str:
    if "cropland_mu" not in table:
        return tr("没有给出地类图斑, 选中的地块占多少耕地不知道")
    mu = table["cropland_mu"]
    line = (
        "选中的 {count} 处有耕地 {mu:.2f} 亩; 改变地类的, 年度进出平衡由县里统筹, 请问自然资源部门"
    )
    return tr(line, count=int((mu > TOLD_MU).sum()), mu=float(mu.sum()))


def _rules(held: ControlledSites, layer: ControlLayer, varieties: pd.Series) -> str:
    """The rules that speak of how varieties are grown, which are not decided here."""
    laws = held.forbidden.laws(layer.name, [name or None for name in varieties])
    if not laws:
        return tr("没有规定说到这样的种法, 只报亩数")
    return tr("可否种植未判定, 请按{laws}问主管部门", laws=listed(laws))

"""The words of a visit: its table, the season in the field, and the notes below."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation import resources
from herbgis.foundation.errors import HerbgisError, UnknownNameError
from herbgis.foundation.language import heading, listed, tr
from herbgis.foundation.units import round_mu
from herbgis.planning.visit.roads import Roads, text_of
from herbgis.planning.visit.wishes import Wishes
from herbgis.planning.visit.worth import FLAGS
from herbgis.terms import columns as cols
from herbgis.terms.policy import Policy

#: What nobody but the host knows.
HOSTS_COLUMNS = ("大巴可达", "停车位", "讲解人")
TABLE_COLUMNS = (
    *("观摩点", "品种", "规模", "亮点", "会期物候", "车程"),
    *HOSTS_COLUMNS,
    "备选",
)
#: Marks a value that rests on no source.
UNSOURCED = "仅供演示, 无来源"
_UNSOURCED_GRADE = "U"


def host_facts(facts: pd.DataFrame | None, ids: pd.Index) -> pd.DataFrame:
    """Texts by base of what the host knows, for every base; empty where nothing is said."""
    known = ("会期物候", *HOSTS_COLUMNS)
    if facts is None:
        return pd.DataFrame("", index=ids, columns=list(known))
    named = [name for name in ("base_id", cols.titles()["base_id"]) if name in facts]
    table = facts.set_index(named[0]) if named else facts
    for column in table.columns:
        if column not in known:
            raise UnknownNameError(tr("观摩点的栏目"), str(column), known)
    labels = [text_of(label) for label in table.index]
    for label in labels:
        if label not in ids:
            raise UnknownNameError(tr("基地"), label, ids)
    table = table.map(text_of).set_axis(pd.Index(labels, dtype="str"))
    if table.index.has_duplicates:
        twice = sorted(set(table.index[table.index.duplicated()]))
        raise HerbgisError(tr("facts 里重复的基地: {names}。", names=listed(twice)))
    there = table.reindex(index=ids, fill_value="")
    return pd.DataFrame({name: there.get(name, "") for name in known}, index=ids, dtype="str")


def seasons_of(varieties: pd.Series, said: pd.Series, on: dt.date | None) -> pd.DataFrame:
    """What stands in each base's field in the month of the visit, its grade and source.

    What the host says goes before the shipped table.
    """
    entries = resources.read_toml("facts/phenology.toml")["stage"] if on else []
    shipped = {e["variety"]: e for e in entries if on and on.month in e["months"]}
    unknown = {"stage": "", "grade": "", "source": ""}
    rows = [
        {**unknown, "stage": own} if own else shipped.get(variety, unknown)
        for variety, own in zip(varieties, said, strict=True)
    ]
    return pd.DataFrame(rows, index=varieties.index, columns=list(unknown), dtype="str")


def visit_table(
    table: gpd.GeoDataFrame,
    itinerary: Sequence[str],
    roads: Roads,
    start: str | None,
    replacements: Mapping[str, str],
    said: pd.DataFrame,
    policy: Policy,
) -> pd.DataFrame:
    """The stops as the table tells them."""
    rows = []
    before = start
    for base in itinerary:
        row = table.loc[base]
        other = replacements.get(base)
        rows.append(
            {
                "观摩点": _named(base, row, policy, with_variety=False),
                "品种": row["variety"],
                "规模": _size(row, policy),
                "亮点": "; ".join(_highlights(row, policy)),
                "会期物候": _season(row),
                "车程": tr("第一站") if before is None else _leg(before, base, start, roads),
                **{name: said[name][base] for name in HOSTS_COLUMNS},
                "备选": _named(other, table.loc[other], policy) if other else "",
            }
        )
        before = base
    index = pd.Index(list(itinerary), name="base_id", dtype="str")
    return pd.DataFrame(rows, index=index, columns=list(TABLE_COLUMNS), dtype="str")


def _leg(before: str, base: str, start: str | None, roads: Roads) -> str:
    told = roads.told(before, base)
    return tr("自{start} {told}", start=before, told=told) if before == start else told


def _named(base: str, row: pd.Series, policy: Policy, *, with_variety: bool = True) -> str:
    """A base's name with where it is, and for another than the row's what grows there."""
    county = policy.title_of("county", row["county"])
    place = f"{county}{text_of(row['township'])}"
    beside = ", ".join(part for part in (row["variety"] if with_variety else "", place) if part)
    name = text_of(row["name"]) or base
    return f"{name} ({beside})" if beside else name


def _size(row: pd.Series, policy: Policy) -> str:
    mu = float(round_mu(np.array([row["counted_mu"]]))[0])
    size = tr("{mu:.2f} 亩, {tier}", mu=mu, tier=tr(policy.tier_title(str(row["tier"]))))
    return size + (tr(", 临界待复测") if row.get("verdict") == "undecided" else "")


def _season(row: pd.Series) -> str:
    mark = f" ({tr(UNSOURCED)})" if row["grade"] == _UNSOURCED_GRADE else ""
    return f"{tr(row['season'])}{mark}"


def _highlights(row: pd.Series, policy: Policy) -> list[str]:
    """What a base's own columns say in its favour."""
    titles = cols.headings()
    parts = [tr(policy.title_of("kind", row["kind"]))] if row["kind"] == "demonstration" else []
    for name, words in FLAGS.items():
        answer = text_of(row.get(name))
        if answer == "yes":
            parts.append(tr(words))
        elif answer not in {"", "no"}:
            parts.append(f"{titles[name]}: {answer}")
    if pd.notna(row["contiguous_mu"]):
        mu = row["contiguous_mu"]
        parts.append(tr("{title} {mu:.2f} 亩", title=titles["contiguous_mu"], mu=mu))
    if row.get("households", np.nan) > 0:
        parts.append(_households(titles, row["households"], row.get("poor_households", np.nan)))
    told = cols.with_role(cols.Role.HIGHLIGHT)
    texts = {titles[column.name]: text_of(row.get(column.name)) for column in told}
    return [*parts, *(f"{title}: {text}" for title, text in texts.items() if text)]


def _households(titles: Mapping[str, str], count: float, poor: float) -> str:
    said = tr("{title} {count:.0f} 户", title=titles["households"], count=count)
    if not poor > 0:
        return said
    return f"{said} ({tr('{title} {count:.0f} 户', title=titles['poor_households'], count=poor)})"


def choice_notes(scores: pd.DataFrame, wishes: Wishes, reasons: pd.Series) -> list[str]:
    """How the stops came about, and why there are no more of them."""
    chosen = scores[scores["chosen"]]
    varieties, counties = (chosen[n][chosen[n] != ""].nunique() for n in ("variety", "county"))
    how = "先看品种和县区覆盖, 再看规模、质量和物候"
    lines = [
        tr(
            "从 {among} 个核实基地中选 {chosen} 个: {varieties} 个品种, {counties} 个县区; {how}。",
            among=len(scores),
            chosen=len(chosen),
            varieties=varieties,
            counties=counties,
            how=tr("观摩点由使用者指定") if wishes.ordered else tr(how),
        )
    ]
    if len(chosen) < wishes.stops:
        left = Counter(reason for reason in reasons if reason)
        counted = "{reason} {count} 个"
        told = [tr(counted, reason=tr(reason), count=count) for reason, count in left.items()]
        told += [tr("指明不去 {count} 个", count=len(wishes.never))] if wishes.never else []
        why = tr("不能选的: {told}。", told=listed(told)) if told else tr("没有别的基地。")
        line = "要 {stops} 个观摩点, 可选的只有 {among} 个。{why}"
        lines.append(tr(line, stops=wishes.stops, among=len(scores), why=why))
    return lines


def season_notes(stops: gpd.GeoDataFrame, on: dt.date | None) -> list[str]:
    """What is to be said of the season in the field."""
    if on is None:
        return [tr("没有给会期, 会期物候未列。")]
    unsourced = (stops["grade"] == _UNSOURCED_GRADE).any()
    line = "会期物候标“{mark}”的没有可靠来源, 须由技术单位核对。"
    lines = [tr(line, mark=tr(UNSOURCED))] if unsourced else []
    sources = sorted({*stops["source"]} - {""})
    return [*lines, *(tr("会期物候来源: {source}。", source=tr(source)) for source in sources)]


def closing_notes(named: gpd.GeoDataFrame, policy: Policy) -> list[str]:
    """What the host fills in, what stands under every table, and where the data come from."""
    lines = [
        tr(
            "{columns}由承办单位填写, 空白的没有资料。",
            columns=listed(map(heading, HOSTS_COLUMNS)),
        ),
        tr("{note}面积为核定面积。", note=policy.table_note),
    ]
    notes = sorted({text_of(note) for note in named["data_note"]} - {""})
    return [*lines, *(tr("数据说明: {note}", note=note) for note in notes)]

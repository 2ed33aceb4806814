"""Make data/production: what the sample's bases yielded, cost and brought in two years.

Synthetic from the first figure to the last: the numbers are drawn, they describe no variety and no
base. Run it from anywhere; the same bytes come out again.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pyogrio

SEED = 520601
DATA = Path(__file__).parents[1]
LEDGER = DATA / "sample" / "2020-01-ledger" / "ledger.gpkg"
OUT = DATA / "production" / "production-2018-2019.csv"
NOTE = "合成示例数据"
HEADINGS = (
    *("基地编号", "基地名称", "填报单位", "县区", "主栽品种", "基地类型", "建设状态"),
    *(
        "上报面积(亩)",
        "生产年度",
        "采收面积(亩)",
        "鲜品产量(吨)",
        "干品产量(吨)",
        "成本(万元)",
        "产值(万元)",
    ),
    *("计划面积(亩)", "年出圃种苗(万株)", "每亩用苗(株)", "年产菌种(万瓶)", "年产菌种(万袋)"),
    *("数据说明",),
)
HERBS = ("天麻", "黄精", "白芨", "丹参", "太子参", "缬草")
FUNGI = ("竹荪", "香菇", "黑木耳")


def main() -> None:
    """Write the table, GBK as a county's program would."""
    rng = random.Random(SEED)  # noqa: S311 - figures of an example
    rows = [row for base in _bases() for row in _years(base, rng)]
    rows += _nurseries(rng)
    _spoil(rows)
    OUT.parent.mkdir(exist_ok=True)
    with OUT.open("w", encoding="gbk", newline="") as file:
        writer = csv.DictWriter(file, HEADINGS, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({**row, "数据说明": NOTE} for row in rows)
    print(f"{OUT.name}: {len(rows)} rows")


def _bases() -> list[dict[str, object]]:
    """Built planting and demonstration bases of the sample's ledger, in their order."""
    table = pyogrio.read_dataframe(LEDGER, read_geometry=False)
    grown = table[table["基地类型"].isin(["种植", "示范"]) & (table["建设状态"] == "已建")]
    grown = grown[grown["面积单位"] == "亩"]
    names = ["基地编号", "基地名称", "填报单位", "县区", "主栽品种", "基地类型", "建设状态"]
    return [
        {**{name: row[name] for name in names}, "上报面积(亩)": row["上报面积"]}
        for row in grown.to_dict("records")
    ]


def _years(base: dict[str, object], rng: random.Random) -> list[dict[str, object]]:
    """One row a year that the base reported; some report one year, or leave cells empty."""
    rows = []
    leading = 1.12 if base["基地类型"] == "示范" else 1.0
    per_mu = rng.uniform(120, 260)
    for year in (2018, 2019):
        if rng.random() < 0.15:
            continue
        area = round(float(str(base["上报面积(亩)"])) * rng.uniform(0.2, 0.6), 1)
        tonnes = area * per_mu * leading * (1.05 if year == 2019 else 1.0) / 1000
        cost = area * rng.uniform(1800, 2600) / leading / 10_000
        value = tonnes * rng.uniform(18, 30) * 1000 / 10_000
        row = {**base, "生产年度": year, "采收面积(亩)": area, "干品产量(吨)": round(tonnes, 2)}
        if rng.random() < 0.3:
            row["鲜品产量(吨)"] = round(tonnes * 4, 2)
        if rng.random() < 0.85:
            row |= {"成本(万元)": round(cost, 2), "产值(万元)": round(value, 2)}
        if year == 2019 and rng.random() < 0.3:
            row["计划面积(亩)"] = rng.randrange(50, 400, 10)
        rows.append(row)
    return rows


def _nurseries(rng: random.Random) -> list[dict[str, object]]:
    """Seedling and spawn bases, which need no polygon."""
    rows: list[dict[str, object]] = []
    for number, variety in enumerate((*HERBS, *HERBS[:3], *FUNGI), 1):
        herb = variety in HERBS
        row = {
            "基地编号": f"520626-2019-9{number:02}",
            "基地名称": f"合成·德江{variety}{'种苗' if herb else '菌种'}基地",
            "填报单位": "德江县",
            "县区": "德江县",
            "主栽品种": variety,
            "建设状态": "已建",
            "基地类型": "种子种苗" if herb else "菌种繁育",
            "上报面积(亩)": rng.randrange(20, 120),
            "生产年度": 2019,
        }
        if herb:
            row |= {"年出圃种苗(万株)": rng.randrange(20, 300), "每亩用苗(株)": 2500}
        else:
            row |= {"年产菌种(万瓶)": rng.randrange(2, 20), "年产菌种(万袋)": rng.randrange(5, 60)}
        rows.append(row)
    return rows


def _spoil(rows: list[dict[str, object]]) -> None:
    """One base writes 公斤 under 吨, one has no harvested area: both must be shown."""
    grown = [row for row in rows if row["主栽品种"] == "天麻" and "干品产量(吨)" in row]
    grown[0]["干品产量(吨)"] = round(float(str(grown[0]["干品产量(吨)"])) * 1000, 0)
    grown[1]["采收面积(亩)"] = ""


if __name__ == "__main__":
    main()

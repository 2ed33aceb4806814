"""Make the synthetic sample survey data/sample and its truth tests/data/sample_truth.csv.

    python data/scripts/make_sample.py

Everything is drawn from one seed; a second run gives the same bytes. The script imports nothing
from herbgis, so that the truth is an independent one: areas are those of oriented polygons on GRS80
by pyproj.Geod, of the coordinates as the files store them.

The walk: `plan_bases` says which bases there shall be, `build` gives each its ground (terraced
parcels of an exact area, placed in its county), `Book` turns them into records with the texts that
a county would write, and one writer a format makes the files. Bases that show a certain finding are
planned in `designed_bases`; their codes go into the truth.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import json
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyogrio
import pyproj
import shapely
from pyogrio import raw
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = npt.NDArray[np.float64]
Texts: TypeAlias = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
TRUTH = ROOT / "tests" / "data" / "sample_truth.csv"
COUNTIES = ROOT / "data" / "counties" / "tongren.geojson"

SEED = 520600
NOTE = "合成示例数据"
DESCRIPTION = "合成示例数据，非真实测量，不指任何真实基地和主体。Synthetic sample data."
MU_M2 = 10000 / 15
#: Goals that the whole sample is planned for: verified bases of at least 500 and 1,000 亩.
VERIFIED_500, VERIFIED_1000 = 96, 41
COUNTED_KINDS = ("planting", "demonstration")

#: Planning happens on the plane of zone 36, true to 0.02% over the whole city.
PLANE = "EPSG:4524"
DEGREES = "EPSG:4490"
TO_PLANE = pyproj.Transformer.from_crs(DEGREES, PLANE, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(PLANE, DEGREES, always_xy=True)
GEOD = pyproj.Geod(ellps="GRS80")
DECIMALS = {PLANE: 3, DEGREES: 8}

#: No base but the designed one comes nearer to a county line, or to another base.
FROM_LINE_M = 1600.0
FROM_BASE_M = 350.0


# --- words -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unit:
    """Who reports: a county, or 大龙 inside 玉屏's territory."""

    code: str
    county: str
    short_name: str
    townships: str
    reporting_unit: str = ""
    first_number: int = 1

    @property
    def reports_as(self) -> str:
        return self.reporting_unit or self.county


UNITS = {
    "碧江": Unit("520602", "碧江区", "碧江区", "坝黄镇 云场坪镇 漾头镇 川硐街道 瓦屋侗族乡"),
    "万山": Unit("520603", "万山区", "万山区", "茶店街道 高楼坪侗族乡 黄道侗族乡 敖寨侗族乡"),
    "江口": Unit("520621", "江口县", "江口县", "闵孝镇 桃映镇 民和镇 怒溪镇 太平镇 坝盘镇"),
    "玉屏": Unit("520622", "玉屏侗族自治县", "玉屏自治县", "朱家场镇 田坪镇 新店镇 亚鱼乡"),
    "石阡": Unit("520623", "石阡县", "石阡县", "本庄镇 白沙镇 龙塘镇 花桥镇 五德镇 河坝镇 国荣乡"),
    "思南": Unit("520624", "思南县", "思南县", "鹦鹉溪镇 张家寨镇 许家坝镇 塘头镇 瓮溪镇 大坝场镇"),
    "印江": Unit(
        "520625",
        "印江土家族苗族自治县",
        "印江自治县",
        "板溪镇 沙子坡镇 合水镇 朗溪镇 缠溪镇 紫薇镇 木黄镇 罗场乡",
    ),
    "德江": Unit(
        "520626",
        "德江县",
        "德江县",
        "煎茶镇 稳坪镇 复兴镇 合兴镇 高山镇 泉口镇 平原镇 沙溪土家族乡",
    ),
    "沿河": Unit(
        "520627",
        "沿河土家族自治县",
        "沿河自治县",
        "谯家镇 夹石镇 淇滩镇 官舟镇 土地坳镇 思渠镇 客田镇 塘坝镇",
    ),
    "松桃": Unit(
        "520628",
        "松桃苗族自治县",
        "松桃自治县",
        "盘石镇 大坪场镇 普觉镇 寨英镇 孟溪镇 乌罗镇 甘龙镇 牛郎镇",
    ),
    "大龙": Unit("520622", "玉屏侗族自治县", "玉屏自治县", "大龙街道", "大龙经济开发区", 901),
}
#: The middle of 大龙's ground, in degrees; its bases lie within `DALONG_M` of it, 玉屏's do not.
DALONG = (109.03, 27.32)
DALONG_M = 7000.0

GROUPS = {
    "key": ["天麻", "杜仲", "黄精", "缬草", "石斛", "花椒"],
    "encouraged": ["金银花", "何首乌", "白芨", "党参", "太子参", "玄参", "百合", "丹参", "鱼腥草"],
    "fungus": ["竹荪", "羊肚菌", "香菇", "黑木耳", "茶树菇"],
}
#: How often an ordinary herb base grows what; the six key varieties lead.
HERB_WEIGHTS = {
    **dict.fromkeys(GROUPS["key"], 12.0),
    **dict.fromkeys(GROUPS["encouraged"], 3.0),
    "前胡": 3.0,
    "茯苓": 3.0,
}
LOCAL_HERBS = {"德江": "天麻", "印江": "黄精", "石阡": "丹参", "思南": "花椒", "松桃": "缬草"}
MIXED = {"黄精": "黄精、白芨", "花椒": "花椒、太子参", "杜仲": "杜仲、黄精"}
MODES = {
    "天麻": "林下仿野生",
    "石斛": "附树仿野生",
    "黄精": "林下",
    "杜仲": "林地",
    "茯苓": "林下",
    "香菇": "大棚",
    "黑木耳": "大棚",
    "茶树菇": "大棚",
    "竹荪": "林下",
}
METHODS = ("手持GPS", "RTK", "无人机航测", "全站仪")
METHOD_SHARES = (0.45, 0.25, 0.25, 0.05)
KINDS = {"种植": "planting", "示范": "demonstration", "种子种苗": "seedling", "菌种繁育": "spawn"}
STATUSES = {"已建": "built", "在建": "building", "拟建": "planned"}
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
OPERATORS = ("药材种植专业合作社", "农业开发有限公司", "家庭农场", "生态农业专业合作社")

#: What a record can carry, in the order of the columns.
FIELDS = (
    "基地编号",
    "基地名称",
    "填报单位",
    "县区",
    "乡镇",
    "村",
    "经营主体",
    "主栽品种",
    "基地类型",
    "建设状态",
    "种植模式",
    "上报面积",
    "面积单位",
    "测量方式",
    "测量日期",
    "建成时间",
    "数据说明",
)


def canonical(variety: str | None) -> str:
    """The catalogue's name of the main variety in a cell; empty for an empty cell."""
    main = (variety or "").split("、")[0]
    return {"白及": "白芨"}.get(main, main)


def group_of(variety: str) -> str:
    """The group of a canonical variety; any other herb is ``other``."""
    found = (group for group, varieties in GROUPS.items() if variety in varieties)
    return next(found, "other") if variety else ""


# --- files -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """One file of the sample: where it lies, how it is written, how its county fills it in."""

    folder: str
    name: str
    layer: str
    form: str
    crs: str = DEGREES
    headings: dict[str, str] = field(default_factory=dict)
    parcel_records: bool = False
    #: Whether parcel records repeat the base's declared area or carry each their own.
    repeats_declared: bool = False
    date_format: str = "%Y-%m-%d"
    short_units: bool = False
    first_day: str = "2019-06-10"
    days: int = 190
    cpg: bool = True

    def heading(self, name: str) -> str:
        return self.headings.get(name, name)


JANUARY, MARCH, JUNE = "2020-01-ledger", "2020-03-batch", "2020-06-batch"
_MARCH: dict[str, Any] = {"folder": MARCH, "first_day": "2020-01-06", "days": 62}
_JUNE: dict[str, Any] = {"folder": JUNE, "first_day": "2020-04-07", "days": 70}
FILES = {
    "ledger": File(JANUARY, "ledger.gpkg", "基地台账", "gpkg"),
    "dejiang": File(
        **_MARCH,
        name="dejiang.zip",
        layer="dejiang",
        form="shapefile",
        headings={"主栽品种": "品种"},
        parcel_records=True,
        repeats_declared=True,
        date_format="%Y/%m/%d",
    ),
    "shiqian": File(
        **_MARCH,
        name="shiqian.zip",
        layer="shiqian",
        form="shapefile",
        parcel_records=True,
        cpg=False,
    ),
    "songtao": File(
        **_MARCH,
        name="songtao.zip",
        layer="songtao",
        form="shapefile",
        headings={"主栽品种": "种植品种", "上报面积": "上报亩数", "面积单位": "", "县区": "县名"},
        parcel_records=True,
        short_units=True,
        date_format="%Y年%m月%d日",
    ),
    "yanhe": File(**_MARCH, name="yanhe.geojson", layer="yanhe", form="geojson", short_units=True),
    "june_gpkg": File(
        **_JUNE, name="counties.gpkg", layer="六月新增", form="gpkg", crs=PLANE, parcel_records=True
    ),
    "june_shp": File(
        **_JUNE,
        name="yanhe.zip",
        layer="yanhe_202006",
        form="shapefile",
        headings={"主栽品种": "品种"},
        parcel_records=True,
        repeats_declared=True,
    ),
    "june_json": File(
        **_JUNE,
        name="east.geojson",
        layer="east",
        form="geojson",
        headings={"主栽品种": "种植品种", "县区": "县(区)"},
    ),
    "june_txt": File(
        **_JUNE, name="sinan-jiezhidian.txt", layer="sinan-jiezhidian", form="txt", crs=PLANE
    ),
}


# --- the plan --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One base as it shall be; what is None is drawn."""

    file: str
    unit: str
    mu: float
    variety: str | None = ""
    case: str = ""
    kind: str = "种植"
    status: str = "已建"
    method: str | None = None
    declared: float | None = None
    declared_unit: str = "亩"
    layout: tuple[int, int] | None = None
    scattered: bool = False
    touching: bool = False
    hole: bool = False
    where: str = "county"
    designed: str = ""
    against_ledger: str = ""
    #: An error of the shape alone, made when the record is stored.
    flaw: str = ""


def designed_bases() -> list[Plan]:
    """The bases made for a reason; `case` is the reason, `designed` the findings."""
    return [*_january_cases(), *_march_cases(), *_june_gpkg(), *_june_shp(), *_june_rest()]


def _january_cases() -> list[Plan]:
    def plan(**given: Any) -> Plan:
        return Plan(file="ledger", **given)

    near: dict[str, Any] = {"method": "手持GPS", "designed": "HG405"}
    exact: dict[str, Any] = {"declared": 500.0, "layout": (2, 1), "designed": "HG405;HG509"}
    return [
        plan(unit="思南", mu=499.99, variety="黄精", case="499.99 亩", method="RTK", **exact),
        plan(unit="思南", mu=500.0, variety="花椒", case="500.00 亩", method="RTK", **exact),
        plan(unit="石阡", mu=496.3, variety="太子参", case="临界, 低于 500 亩", **near),
        plan(unit="松桃", mu=503.1, variety="缬草", case="临界, 高于 500 亩", **near),
        plan(unit="江口", mu=1004.6, variety="杜仲", case="临界, 高于 1000 亩", **near),
        plan(unit="德江", mu=686.4, variety="前胡", case="名单外药材前胡", layout=(2, 1)),
        plan(unit="印江", mu=1243.7, variety="前胡", case="名单外药材前胡", layout=(3, 2)),
        plan(unit="德江", mu=823.5, variety="茯苓", case="名单外药材茯苓", layout=(3, 1)),
        plan(
            unit="德江",
            mu=1357.2,
            variety="天麻",
            case="拟建园区",
            status="拟建",
            method="卫星影像勾绘",
            layout=(3, 2),
        ),
        plan(unit="思南", mu=1163.0, variety="黄精", case="在建", status="在建"),
        plan(unit="碧江", mu=562.5, variety="花椒", case="在建", status="在建"),
        plan(unit="江口", mu=561.3, variety="黄精", case="种子种苗基地", kind="种子种苗"),
        plan(unit="德江", mu=531.8, variety="天麻", case="菌种繁育基地", kind="菌种繁育"),
        plan(
            unit="松桃",
            mu=612.6,
            variety="黑木耳",
            case="食用菌 500 亩以上",
            declared=186.0,
            declared_unit="万棒",
        ),
        plan(
            unit="印江",
            mu=318.4,
            variety="香菇",
            case="香菇按万棒上报",
            declared=120.0,
            declared_unit="万棒",
        ),
        plan(
            unit="德江",
            mu=792.1,
            variety="天麻",
            case="天麻按平方米上报",
            declared=48000.0,
            declared_unit="平方米",
        ),
        plan(
            unit="德江",
            mu=1186.5,
            variety="天麻",
            case="天麻按平方米上报",
            declared=87500.0,
            declared_unit="平方米",
        ),
        plan(unit="玉屏", mu=641.2, variety="黄精、白芨", case="套种"),
        plan(
            unit="印江",
            mu=724.9,
            variety="杜仲",
            case="一月台账中的基地 (六月换编号重报)",
            layout=(1, 1),
            designed="HG302",
            where="original",
        ),
    ]


def _march_cases() -> list[Plan]:
    return [
        Plan(
            file="yanhe",
            unit="沿河",
            mu=1862.0,
            variety="花椒",
            case="跨县界 (沿河与德江)",
            layout=(1, 1),
            where="across",
            designed="HG206",
        ),
        Plan(
            file="shiqian", unit="石阡", mu=655.4, variety="白及", case="品种别名", designed="HG502"
        ),
    ]


def _june_gpkg() -> list[Plan]:
    def plan(**given: Any) -> Plan:
        return Plan(file="june_gpkg", **given)

    return [
        plan(
            unit="碧江",
            mu=0.0,
            variety="黄精",
            case="没有图形",
            declared=652.0,
            designed="HG101",
            where="nowhere",
        ),
        plan(
            unit="印江",
            mu=724.9,
            variety="杜仲",
            case="一月的基地换编号重报",
            designed="HG302",
            against_ledger="HG304",
            where="copy",
        ),
        plan(
            unit="思南",
            mu=423.7,
            variety="金银花",
            case="边界自相交",
            layout=(1, 1),
            designed="HG102",
            flaw="crossing",
        ),
        plan(
            unit="沿河",
            mu=838.6,
            variety="花椒",
            case="两基地重叠",
            layout=(1, 1),
            designed="HG303",
        ),
        plan(
            unit="印江",
            mu=431.5,
            variety="石斛",
            case="填印江, 实在江口",
            where="in:江口",
            designed="HG207",
        ),
    ]


def _june_shp() -> list[Plan]:
    def plan(**given: Any) -> Plan:
        return Plan(file="june_shp", unit="沿河", **given)

    return [
        plan(
            mu=472.3,
            variety="何首乌",
            case="两基地重叠",
            layout=(1, 1),
            where="overlap",
            designed="HG303",
        ),
        plan(
            mu=568.8,
            variety="黄精",
            case="同一编号两个基地",
            layout=(2, 1),
            designed="HG301",
            flaw="two names",
        ),
        plan(mu=463.0, variety=None, case="品种未填", designed="HG503"),
        plan(mu=1087.4, variety="石斛", case="状态看不懂", status="推进中", designed="HG508"),
    ]


def _june_rest() -> list[Plan]:
    def plan(**given: Any) -> Plan:
        return Plan(file="june_json", **given)

    def plot(**given: Any) -> Plan:
        return Plan(file="june_txt", unit="思南", variety=None, designed="HG503", **given)

    return [
        plan(
            unit="万山",
            mu=380.0,
            variety="丹参",
            case="上报 500 亩, 实测 380 亩",
            declared=500.0,
            layout=(2, 1),
            designed="HG401;HG509",
        ),
        plan(
            unit="碧江",
            mu=611.9,
            variety="玄参",
            case="经纬度颠倒",
            designed="HG201",
            flaw="swapped",
        ),
        plan(
            unit="碧江",
            mu=352.6,
            variety="百合",
            case="在全市之外",
            layout=(2, 1),
            where="outside",
            designed="HG205",
        ),
        plan(unit="江口", mu=583.1, variety="黄经", case="品种写错", designed="HG501"),
        plan(unit="万山", mu=702.2, variety="白及", case="品种别名", designed="HG502"),
        plan(unit="江口", mu=1127.5, variety="天麻", case="带高程", designed="HG110", flaw="z"),
        plot(mu=304.5, case="界址点 TXT, 无品种", layout=(1, 1)),
        plot(mu=262.8, case="界址点 TXT, 无品种, 有天窗", layout=(1, 1), hole=True),
    ]


#: Ordinary bases of a file by class: at least 1,000 亩, at least 500, below 500 of herbs, of fungi.
ORDINARY = {
    "ledger": (25, 32, 29, 8),
    "dejiang": (2, 4, 2, 1),
    "shiqian": (2, 2, 3, 0),
    "songtao": (2, 3, 2, 0),
    "yanhe": (1, 3, 1, 1),
    "june_gpkg": (2, 2, 0, 0),
    "june_shp": (1, 0, 1, 0),
    "june_json": (1, 0, 1, 0),
}
#: Who fills the ordinary places of the files of several counties, as weights.
REPORTERS = {
    "ledger": dict(zip(UNITS, (8, 7, 11, 5, 10, 13, 12, 9, 10, 11, 4), strict=True)),
    "dejiang": {"德江": 1},
    "shiqian": {"石阡": 1},
    "songtao": {"松桃": 1},
    "yanhe": {"沿河": 1},
    "june_gpkg": {"碧江": 1, "思南": 2, "印江": 1},
    "june_shp": {"沿河": 1},
    "june_json": {"万山": 1, "江口": 1},
}


def plan_bases() -> list[Plan]:
    """Every base of the sample, in the order of the files."""
    rng = np.random.default_rng([SEED, 1])
    designed = designed_bases()
    plans = []
    for file in FILES:
        own = [plan for plan in designed if plan.file == file]
        ordinary = _ordinary(rng, file) if file in ORDINARY else []
        # Designed bases stand among the others, but parts of one story keep their order.
        places = sorted(rng.permutation(len(own) + len(ordinary))[: len(own)])
        for place, plan in zip(places, own, strict=True):
            ordinary.insert(place, plan)
        plans += ordinary
    return plans


def _ordinary(rng: np.random.Generator, file: str) -> list[Plan]:
    big, middle, small, fungus = ORDINARY[file]
    count = big + middle + small + fungus
    weights = REPORTERS[file]
    share = np.array(list(weights.values())) / sum(weights.values())
    seats = np.repeat(list(weights), np.ceil(share * count).astype(int))
    units = [str(unit) for unit in rng.permutation(seats)[:count]]
    # Off both thresholds by more than any survey error, so that only designed bases are undecided.
    areas = [
        *np.clip(1045 + rng.gamma(1.6, 260, big), None, 2600),
        *rng.uniform(528, 948, middle),
        *rng.uniform(55, 468, small),
        *rng.uniform(40, 300, fungus),
    ]
    crops = [_herb(rng, unit) for unit in units[: count - fungus]]
    crops += itertools.islice(itertools.cycle(GROUPS["fungus"]), fungus)
    plans = [
        _fill_in(rng, Plan(file=file, unit=unit, mu=round(float(mu), 2), variety=crop))
        for unit, mu, crop in zip(units, areas, crops, strict=True)
    ]
    return [plans[n] for n in rng.permutation(count)]


def _herb(rng: np.random.Generator, unit: str) -> str:
    if unit in LOCAL_HERBS and rng.random() < 0.25:
        return LOCAL_HERBS[unit]
    weights = np.array(list(HERB_WEIGHTS.values()))
    return str(rng.choice(list(HERB_WEIGHTS), p=weights / weights.sum()))


def _fill_in(rng: np.random.Generator, plan: Plan) -> Plan:
    """What an ordinary base draws: kind, mixed planting, unit of area, scattered or holed."""
    chance = rng.random(6)
    crop = plan.variety or ""
    given: dict[str, Any] = {"kind": "示范" if chance[0] < 0.12 else "种植"}
    if plan.mu < 468 and plan.file == "ledger" and chance[1] < 0.2:
        given["status" if chance[2] < 0.5 else "kind"] = "在建" if chance[2] < 0.5 else "种子种苗"
    if crop in MIXED and chance[3] < 0.2:
        given["variety"] = MIXED[crop]
    has_units = FILES[plan.file].heading("面积单位") != ""
    # Of the larger bases only the designed ones: what is not in 亩 is missing from 上报.
    if has_units and crop == "天麻" and chance[2] < 0.5 and plan.mu < 500:
        given |= {"declared_unit": "平方米", "declared": round(plan.mu * 60, -2)}
    if has_units and crop == "香菇":
        given |= {"declared_unit": "万棒", "declared": round(plan.mu * 0.4)}
    if chance[4] < 0.1 and plan.mu > 150 and not FILES[plan.file].parcel_records:
        given |= {"scattered": True, "designed": "HG109"}
    elif chance[4] < 0.25 and plan.mu > 150:
        given["hole"] = True
    given["touching"] = FILES[plan.file].parcel_records and chance[5] < 0.4
    return replace(plan, **given)


# --- shapes ----------------------------------------------------------------------------------

#: Rows and columns of parcels, at most six.
LAYOUTS = ((1, 1), (1, 2), (2, 1), (3, 1), (2, 2), (3, 2))


@dataclass(frozen=True)
class Waves:
    """A smooth line of height about ±1: five sines of falling length and random phase."""

    lengths: Floats
    phases: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator, length: float) -> Waves:
        parts = np.array([1.6, 0.9, 0.5, 0.27, 0.15])
        return cls(parts * rng.uniform(0.8, 1.2, 5) * length, rng.uniform(0, 2 * np.pi, 5))

    def at(self, x: Floats) -> Floats:
        weights = self.lengths / self.lengths.sum() * 1.8
        angles = 2 * np.pi * x[:, None] / self.lengths + self.phases
        return np.asarray((weights * np.sin(angles)).sum(axis=1))


def _draw_layout(rng: np.random.Generator, plan: Plan, area: float) -> tuple[int, int]:
    if plan.layout:
        return plan.layout
    if plan.hole:
        return ((1, 1), (2, 1))[rng.integers(2)]
    fitting = [pair for pair in LAYOUTS if area / (pair[0] * pair[1]) > 18_000]
    if plan.scattered:
        fitting = [pair for pair in fitting if pair != (1, 1)]
    return fitting[rng.integers(len(fitting))]


def _taper(rows: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Draw the two sides of a parcel together towards its ends, as terraces run out."""
    low, high = rows
    middle, half = (low + high) / 2, (high - low) / 2
    pull = np.ones_like(half)
    pull[:3] = pull[:-4:-1] = (0.32, 0.78, 0.95)
    return middle - half * pull, middle + half * pull


def _ring(x: Floats, low: Floats, high: Floats) -> Floats:
    return np.vstack([np.column_stack([x, low]), np.column_stack([x, high])[::-1]])


def _hole(rng: np.random.Generator, ring: Floats) -> Floats:
    """A village in the middle of a parcel, about a ninth of it, in the parcel's own coordinates."""
    half = len(ring) // 2
    n = half // 2
    low, high = ring[n, 1], ring[-n - 1, 1]
    turn = np.linspace(0, 2 * np.pi, 13, endpoint=False)
    radius = 1 + 0.12 * np.sin(3 * turn + rng.uniform(0, 6)) + rng.uniform(-0.05, 0.05, 13)
    wide, tall = 0.15 * np.ptp(ring[:, 0]), 0.24 * (high - low)
    return np.column_stack(
        [
            ring[n, 0] + wide * radius * np.cos(turn),
            (low + high) / 2 + tall * radius * np.sin(turn),
        ]
    )


def terraces(rng: np.random.Generator, plan: Plan, area: float) -> list[shapely.Polygon]:
    """Parcels along the contour lines of a slope, about `area` square metres together.

    Rows lie between wavy lines that share their x positions, so rings cannot cross each other;
    then the whole is bent along the slope. In metres, long side along x, middle near the origin.
    """
    rows, columns = _draw_layout(rng, plan, area)
    aspect = rng.uniform(1.5, 2.4) * (1.25 if columns == 2 else 1.0)
    if plan.where == "across":
        aspect = 6.6
    length, height = np.sqrt(area * aspect), np.sqrt(area / aspect)
    gap = 0.0 if plan.touching else rng.uniform(2.0, 12.0)
    stretches = _stretches(rng, columns, length, rows * columns, gap)
    lines = _lines(rng, np.concatenate(stretches), rows, height, length)
    slope = Waves.draw(rng, length)
    spread = rng.uniform(70, 170, 2) if plan.scattered else np.zeros(2)

    def lay(ring: Floats, row: int, column: int) -> Floats:
        bent = np.column_stack([ring[:, 0], ring[:, 1] + 0.05 * length * slope.at(ring[:, 0])])
        return bent + spread * (column, row)

    parcels: list[shapely.Polygon] = []
    for column, x in enumerate(stretches):
        own = slice(column * len(x), (column + 1) * len(x))
        for row, (low, high) in enumerate(itertools.pairwise(lines)):
            # Rows end unevenly, but only at the outer ends: across a column they stay together.
            start = rng.integers(2) if column == 0 else 0
            end = len(x) - (rng.integers(2) if column == columns - 1 else 0)
            part = slice(start, end)
            sides = _taper((low[own][part] + gap / 2, high[own][part] - gap / 2))
            ring = _ring(x[part], *sides)
            holes = [lay(_hole(rng, ring), row, column)] if plan.hole and not parcels else []
            parcels.append(shapely.Polygon(lay(ring, row, column), holes))
    return parcels


def _stretches(
    rng: np.random.Generator, columns: int, length: float, parcels: int, gap: float
) -> list[Floats]:
    """Positions along the slope of each column's vertices, uneven as people walk them."""
    count = int(rng.integers(15, 25 if parcels > 3 else 36) / (1 if columns == 1 else 1.2))
    ends = np.linspace(-length / 2, length / 2, columns + 1)
    stretches = []
    for column in range(columns):
        start = ends[column] + (gap / 2 if column else 0)
        end = ends[column + 1] - (gap / 2 if column < columns - 1 else 0)
        x = np.linspace(start, end, count)
        x[1:-1] += rng.uniform(-0.25, 0.25, count - 2) * (x[1] - x[0])
        stretches.append(x)
    return stretches


def _lines(
    rng: np.random.Generator, x: Floats, rows: int, height: float, length: float
) -> list[Floats]:
    """The contour lines between rows; neighbours never come nearer than half a row."""
    row = height / rows
    lines = []
    for n in range(rows + 1):
        wave = np.clip(Waves.draw(rng, length).at(x), -1.2, 1.2) * 0.15 * row
        _, place = np.unique(x, return_inverse=True)
        # One roughness a place, so that columns without a gap share their common end.
        rough = rng.normal(0, 0.012, len(x)).clip(-0.03, 0.03)[place] * row
        lines.append((n - rows / 2) * row + wave + rough)
    return lines


# --- ground ----------------------------------------------------------------------------------


def remap(geometry: BaseGeometry, change: Callable[[Floats], Floats]) -> Any:
    """A geometry with changed coordinates, of the same type."""
    return shapely.transform(geometry, change)


def transform(geometry: BaseGeometry, to: pyproj.Transformer) -> Any:
    """A geometry through a transformer of longitude/easting first, of the same type."""
    return remap(geometry, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1])))


def true_mu(lonlat: BaseGeometry | None) -> float:
    """Area in 亩 on GRS80; rings are oriented first, or Geod would add the holes."""
    if lonlat is None or lonlat.is_empty:
        return 0.0
    area, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(lonlat))
    return abs(area) / MU_M2


@dataclass
class Parcel:
    """One parcel: as its file stores it, and in degrees as stored."""

    stored: shapely.Polygon
    lonlat: shapely.Polygon


def settle(parcels: Sequence[BaseGeometry], crs: str) -> list[Parcel]:
    """Parcels of the plane with their coordinates rounded as a file in `crs` stores them."""
    settled = []
    for parcel in parcels:
        moved = parcel if crs == PLANE else transform(parcel, TO_DEGREES)
        stored = remap(moved, lambda xy: np.round(xy, DECIMALS[crs]))
        settled.append(Parcel(stored, stored if crs == DEGREES else transform(stored, TO_DEGREES)))
    return settled


@dataclass
class Country:
    """The counties on the plane, and the ground that bases have taken."""

    counties: dict[str, BaseGeometry]
    lines: BaseGeometry
    taken: list[BaseGeometry] = field(default_factory=list)

    @classmethod
    def read(cls) -> Country:
        features = json.loads(COUNTIES.read_text("utf-8"))["features"]
        counties = {
            feature["properties"]["county_code"]: transform(shape(feature["geometry"]), TO_PLANE)
            for feature in features
        }
        lines = shapely.union_all([county.boundary for county in counties.values()])
        shapely.prepare(lines)
        return cls(counties, lines)

    def is_free(self, ground: BaseGeometry) -> bool:
        """Whether a base stays off county lines and other bases."""
        if shapely.distance(ground, self.lines) < FROM_LINE_M:
            return False
        return not self.taken or min(shapely.distance(ground, self.taken)) >= FROM_BASE_M

    def spot(self, rng: np.random.Generator, key: str, ground: BaseGeometry) -> tuple[float, float]:
        """A free place in a unit's territory for a ground around the origin.

        Of several candidates the one farthest from other bases is taken, so that symbols on a map
        of the city keep apart.
        """
        county = self.counties[UNITS[key].code]
        middle = TO_PLANE.transform(*DALONG)
        found: list[tuple[float, float, float]] = []
        for _ in range(4000):
            x = rng.uniform(county.bounds[0], county.bounds[2])
            y = rng.uniform(county.bounds[1], county.bounds[3])
            in_dalong = np.hypot(x - middle[0], y - middle[1]) < DALONG_M
            if not county.contains(shapely.Point(x, y)) or (
                UNITS[key].code == "520622" and in_dalong != (key == "大龙")
            ):
                continue
            moved = move(ground, x, y)
            if self.is_free(moved):
                room = min(shapely.distance(moved, self.taken)) if self.taken else 0.0
                found.append((float(room), x, y))
            if len(found) == 5:
                break
        _, x, y = max(found)
        return x, y


def move(ground: BaseGeometry, x: float, y: float) -> Any:
    return remap(ground, lambda xy: xy + np.array([x, y]))


def turn(ground: BaseGeometry, angle: float) -> Any:
    """Turn around the origin, counter-clockwise, radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return remap(ground, lambda xy: xy @ np.array([[cosine, sine], [-sine, cosine]]))


def across_line(country: Country, ground: BaseGeometry) -> tuple[float, float, float]:
    """Angle and place that lay a long ground across the line of 沿河 and 德江.

    Both sides reach more than a kilometre from the line, 沿河 has the larger part, and no third
    county is near.
    """
    here, there = country.counties["520627"], country.counties["520626"]
    border = shapely.line_merge(shapely.intersection(here.boundary, there.boundary))
    line = max(shapely.get_parts(border), key=shapely.length)
    others = [c for code, c in country.counties.items() if code not in {"520626", "520627"}]
    for along, lean in itertools.product(np.arange(4000, line.length - 4000, 250), (-0.3, 0, 0.3)):
        middle, ahead, behind = (line.interpolate(along + d) for d in (0, 1200, -1200))
        angle = np.arctan2(ahead.y - behind.y, ahead.x - behind.x) + np.pi / 2 + lean
        for shift in (-280.0, 280.0):
            x, y = middle.x + shift * np.cos(angle), middle.y + shift * np.sin(angle)
            laid = move(turn(ground, angle), x, y)
            share = laid.intersection(here).area / laid.area
            reach = min(_reach(laid, here), _reach(laid, there))
            apart = min(shapely.distance(laid, others))
            if 0.55 < share < 0.66 and reach > 1100 and apart > FROM_LINE_M:
                return angle, x, y
    msg = "沿河与德江的界线上没有放得下跨界基地的地方"
    raise RuntimeError(msg)


def _reach(ground: BaseGeometry, county: BaseGeometry) -> float:
    """How far a ground reaches into a county, measured from the county's line."""
    points = np.asarray(shapely.points(shapely.get_coordinates(ground)))
    inside = points[shapely.contains(county, points)]
    return float(shapely.distance(inside, county.boundary).max()) if len(inside) else 0.0


def over(country: Country, ground: BaseGeometry, other: BaseGeometry) -> tuple[float, float]:
    """A place where a ground lies over a sixth of itself or a little more of another base."""
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        for away in np.arange(900, 0, -10):
            x = other.centroid.x + away * np.cos(angle)
            y = other.centroid.y + away * np.sin(angle)
            laid = move(ground, x, y)
            share = laid.intersection(other).area / min(laid.area, other.area)
            if share > 0.25:
                break
            far_from_line = shapely.distance(laid, country.lines) > FROM_LINE_M
            rest = [taken for taken in country.taken if shapely.distance(taken, other) > 0]
            if share > 0.16 and far_from_line and min(shapely.distance(laid, rest)) > FROM_BASE_M:
                return x, y
    msg = "没有找到重叠 16% 至 25% 的位置"
    raise RuntimeError(msg)


#: Where the base outside all counties lies, in degrees: more than 30 km west of the city.
OUTSIDE = (107.32, 28.05)


def build(country: Country, plan: Plan, number: int, built: dict[str, Base]) -> list[Parcel]:
    """The ground of one base, its area within 1e-4 亩 of the plan's after rounding."""
    if plan.where == "nowhere":
        return []
    crs = FILES[plan.file].crs
    if plan.where == "copy":
        original = [parcel.lonlat for parcel in built["original"].parcels]
        return settle([transform(parcel, TO_PLANE) for parcel in original], crs)
    rng = np.random.default_rng([SEED, 2, number])
    parcels = terraces(rng, plan, plan.mu * MU_M2)
    angle = rng.uniform(0, np.pi)
    whole = shapely.MultiPolygon(parcels)
    scale = np.sqrt(plan.mu * MU_M2 / whole.area)
    middle = shapely.get_coordinates(whole.centroid)[0]
    whole = remap(whole, lambda xy: (xy - middle) * scale)
    if plan.where == "across":
        angle, x, y = across_line(country, whole)
    elif plan.where == "overlap":
        x, y = over(country, turn(whole, angle), built["HG303"].ground)
    elif plan.where == "outside":
        x, y = TO_PLANE.transform(*OUTSIDE)
    else:
        x, y = country.spot(
            rng,
            plan.where.removeprefix("in:") if ":" in plan.where else plan.unit,
            turn(whole, angle),
        )
    return _fit(turn(whole, angle), x, y, plan.mu, crs)


def _fit(ground: BaseGeometry, x: float, y: float, mu: float, crs: str) -> list[Parcel]:
    """Lay a ground down at a place and scale it until the stored coordinates have the area."""
    scale = 1.0
    for _ in range(8):
        laid = remap(ground, lambda xy: xy * scale + np.array([x, y]))  # noqa: B023
        parcels = settle(list(shapely.get_parts(laid)), crs)
        area = sum(true_mu(parcel.lonlat) for parcel in parcels)
        if abs(area - mu) < 1e-4:
            break
        scale *= np.sqrt(mu / area)
    return parcels


# --- bases and records -----------------------------------------------------------------------


@dataclass
class Base:
    """A planned base with its id, its texts and its ground."""

    plan: Plan
    base_id: str
    texts: Texts
    parcels: list[Parcel]

    @property
    def ground(self) -> Any:
        """On the plane, all parcels."""
        return transform(shapely.MultiPolygon([p.lonlat for p in self.parcels]), TO_PLANE)


@dataclass
class Record:
    """One record of a file: its cells, its stored geometry, and what is true of it."""

    base: Base
    texts: Texts
    stored: shapely.MultiPolygon | None
    lonlat: shapely.MultiPolygon | None
    designed: str


@dataclass
class Book:
    """Gives bases their ids and texts; numbers and names are used once."""

    numbers: Counter[str] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    operators: int = 0

    def enter(self, plan: Plan, number: int, parcels: list[Parcel]) -> Base:
        rng = np.random.default_rng([SEED, 3, number])
        unit, file = UNITS[plan.unit], FILES[plan.file]
        self.numbers[plan.unit] += 1
        base_id = f"{unit.code}-2020-{unit.first_number + self.numbers[plan.unit] - 1:03d}"
        township = str(rng.choice(unit.townships.split()))
        units = unit.short_name if file.short_units else unit.county
        reports = unit.reporting_unit or units
        surveyed, completed = _dates(rng, file, plan)
        value = plan.declared if plan.declared is not None else _declare(rng, plan.mu)
        texts = dict.fromkeys(FIELDS) | {
            "基地编号": base_id,
            "基地名称": self._name(township, plan),
            "填报单位": reports,
            "县区": units,
            "乡镇": township,
            "村": f"示例{rng.choice(list(STEMS))}村",
            "经营主体": self._operator(rng),
            "主栽品种": plan.variety,
            "基地类型": plan.kind,
            "建设状态": plan.status,
            "种植模式": MODES.get(canonical(plan.variety), "大田"),
            "上报面积": value,
            "面积单位": plan.declared_unit,
            "测量方式": plan.method or str(rng.choice(METHODS, p=METHOD_SHARES)),
            "测量日期": surveyed,
            "建成时间": completed,
            "数据说明": NOTE,
        }
        if plan.where == "nowhere":
            texts["测量方式"] = texts["测量日期"] = None
        return Base(plan, base_id, texts, parcels)

    def _name(self, township: str, plan: Plan) -> str:
        what = canonical(plan.variety) or "药材"
        end = {"种子种苗": "种苗基地", "菌种繁育": "菌种基地", "示范": "示范基地"}.get(
            plan.kind, "基地"
        )
        if plan.case == "拟建园区":
            end = "园区"
        name = f"合成·{township}{what}{end}"
        self.names[name] += 1
        again = self.names[name]
        return name if again == 1 else f"{name}（{again}）"

    def _operator(self, rng: np.random.Generator) -> str:
        stem, branch = STEMS[self.operators % 10], BRANCHES[self.operators % 12]
        cycle = self.operators // 60
        self.operators += 1
        return f"示例{stem}{branch}{OPERATORS[(cycle + int(rng.integers(2))) % 4]}"


def _dates(rng: np.random.Generator, file: File, plan: Plan) -> tuple[str, str]:
    """Day of survey, and day of (planned) completion, as the county writes days."""
    surveyed = np.datetime64(file.first_day) + int(rng.integers(file.days))
    before = surveyed - int(rng.integers(20, 700))
    done = {"拟建": np.datetime64("2021-11-30"), "在建": np.datetime64("2020-10-31")}
    completed = done.get(plan.status, before)
    return _write_day(surveyed, file), _write_day(completed, file)


def _write_day(day: np.datetime64, file: File) -> str:
    return dt.date.fromisoformat(str(day)).strftime(file.date_format)


def _declare(rng: np.random.Generator, mu: float) -> float:
    """What a county writes for a surveyed area: rounded, at most 2% off, never a threshold."""
    near = mu * (1 + rng.choice([0.0, rng.uniform(-0.015, 0.015)]))
    value = round(near) if mu > 100 and rng.random() < 0.6 else round(near, 1)
    return float(value if value not in {500, 1000} else value + 1)


def to_records(base: Base) -> list[Record]:
    """The records of a base in its file."""
    plan, file = base.plan, FILES[base.plan.file]
    if not base.parcels:
        return [Record(base, base.texts, None, None, plan.designed)]
    one_each = file.parcel_records
    parts = [[parcel] for parcel in base.parcels] if one_each else [base.parcels]
    values = _values(base, parts)
    records = []
    for part, value in zip(parts, values, strict=True):
        stored, lonlat = ([getattr(p, side) for p in part] for side in ("stored", "lonlat"))
        texts = base.texts | {"上报面积": value}
        kept = shapely.MultiPolygon(stored)
        records.append(Record(base, texts, kept, shapely.MultiPolygon(lonlat), plan.designed))
    return _flawed(records, plan.flaw)


def _values(base: Base, parts: list[list[Parcel]]) -> list[float]:
    """Declared areas by record: the base's on each, or each part's own."""
    whole = base.texts["上报面积"]
    own = base.plan.flaw == "two names" or not FILES[base.plan.file].repeats_declared
    if len(parts) == 1 or not own:
        return [whole] * len(parts)
    areas = [sum(true_mu(parcel.lonlat) for parcel in part) for part in parts]
    shares = [round(whole * area / sum(areas), 1) for area in areas[:-1]]
    return [*shares, round(whole - sum(shares), 1)]


def _flawed(records: list[Record], flaw: str) -> list[Record]:
    """Put the planned error of shape or text in; what is true of the record stays."""
    if flaw == "two names":
        second = records[1]
        second.texts |= {"主栽品种": "花椒", "种植模式": "大田"}
        second.texts["基地名称"] = str(second.texts["基地名称"]).replace("黄精", "花椒")
    for record in records:
        if record.stored is None:
            continue
        if flaw == "crossing":
            record.stored = crossed(record.stored)
        elif flaw == "swapped":
            record.stored = remap(record.stored, lambda xy: xy[:, ::-1])
        elif flaw == "z":
            record.stored = shapely.transform(
                shapely.force_3d(record.stored), _raise, include_z=True
            )
    return records


def _raise(xyz: Floats) -> Floats:
    """Heights of a made-up slope, in metres to 0.1."""
    x, y = xyz[:, 0], xyz[:, 1]
    height = 760 + 4000 * (x - x.min()) + 25 * np.sin(900 * y)
    return np.column_stack([x, y, np.round(height, 1)])


def crossed(ground: BaseGeometry) -> shapely.MultiPolygon:
    """A polygon whose track crosses itself once: a run of vertices was taken in reverse."""
    ring = shapely.get_coordinates(shapely.get_parts(ground)[0].exterior)[:-1]
    for length, start in itertools.product((4, 5, 6, 7), range(2, len(ring) - 8)):
        track = ring.copy()
        track[start : start + length] = track[start : start + length][::-1]
        polygon = shapely.Polygon(track)
        faces = shapely.get_parts(shapely.polygonize([shapely.node(polygon.exterior)]))
        areas = sorted(face.area for face in faces)
        if not polygon.is_valid and len(areas) == 2 and areas[0] > 0.02 * areas[1]:
            return shapely.MultiPolygon([polygon])
    msg = "没有找到一次自相交的走法"
    raise RuntimeError(msg)


# --- writers ---------------------------------------------------------------------------------

#: One fixed moment for every file that stores one.
MOMENT = "2026-11-23T00:00:00.000Z"


def columns_of(file: File, records: Sequence[Record]) -> dict[str, list[Any]]:
    """Cells by heading; a heading that a file leaves out is left out."""
    return {
        file.heading(name): [record.texts[name] for record in records]
        for name in FIELDS
        if file.heading(name)
    }


def _raw_columns(file: File, records: Sequence[Record]) -> tuple[list[str], list[npt.NDArray[Any]]]:
    cells = columns_of(file, records)
    number = file.heading("上报面积")
    data = [np.array(v, dtype=float if name == number else object) for name, v in cells.items()]
    return list(cells), data


def write_gpkg(file: File, records: Sequence[Record]) -> bytes:
    """A GeoPackage; the moment of writing comes from the configuration, not from the clock."""
    fields, data = _raw_columns(file, records)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.name
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": MOMENT})
        raw.write(
            path,
            geometry=shapely.to_wkb(np.array([r.stored for r in records], dtype=object)),
            field_data=data,
            fields=fields,
            layer=file.layer,
            driver="GPKG",
            geometry_type="MultiPolygon",
            crs=file.crs,
            layer_options={"IDENTIFIER": file.layer, "DESCRIPTION": DESCRIPTION},
        )
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
        return path.read_bytes()


def write_shapefile(file: File, records: Sequence[Record]) -> bytes:
    """A zipped shapefile in GBK, with or without the .cpg that says so."""
    fields, data = _raw_columns(file, records)
    with tempfile.TemporaryDirectory() as folder:
        raw.write(
            Path(folder) / f"{file.layer}.shp",
            geometry=shapely.to_wkb(np.array([r.stored for r in records], dtype=object)),
            field_data=data,
            fields=fields,
            driver="ESRI Shapefile",
            geometry_type="Polygon",
            crs=file.crs,
            encoding="GBK",
            layer_options={"DBF_DATE_LAST_UPDATE": MOMENT[:10]},
        )
        parts = sorted(Path(folder).iterdir())
        kept = [part for part in parts if file.cpg or part.suffix != ".cpg"]
        return _zip({part.name: part.read_bytes() for part in kept})


def _zip(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.comment = DESCRIPTION.encode()
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(2026, 11, 23, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return target.getvalue()


def write_geojson(file: File, records: Sequence[Record]) -> bytes:
    """GeoJSON, a record a line, longitude first but for the record that has them swapped."""
    cells = columns_of(file, records)
    features = [
        {
            "type": "Feature",
            "properties": {name: column[n] for name, column in cells.items()},
            "geometry": mapping(record.stored) if record.stored else None,
        }
        for n, record in enumerate(records)
    ]
    head = {
        "type": "FeatureCollection",
        "name": file.layer,
        "description": DESCRIPTION,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
    }
    lines = ",\n".join(_json(feature) for feature in features)
    return f'{_json(head)[:-1]},"features":[\n{lines}\n]}}\n'.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_txt(_: File, records: Sequence[Record]) -> bytes:
    """界址点 TXT of 勘测定界: a head, then plots with points numbered J1, X north, Y east."""
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        "数据产生单位=示例测绘队（合成）",
        "数据产生日期=2020-6-12",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        "带号=36",
        "精度=0.001",
        "转换参数=0,0,0,0,0,0,0",
        f"备注={DESCRIPTION}",
        "[地块坐标]",
    ]
    for record in records:
        lines += _plot_lines(record)
    return "\r\n".join([*lines, ""]).encode()


def _plot_lines(record: Record) -> list[str]:
    polygon = shapely.get_parts(record.stored)[0]
    rings = [shapely.get_coordinates(ring) for ring in (polygon.exterior, *polygon.interiors)]
    points = sum(map(len, rings))
    texts = record.texts
    head = f"{points},{polygon.area / 1e4:.4f},{texts['基地编号']},{texts['基地名称']},面,,林下,,@"
    lines, number = [head], 0
    for n, ring in enumerate(rings, 1):
        first = number + 1
        for at, (east, north) in enumerate(ring):
            number += at < len(ring) - 1
            label = first if at == len(ring) - 1 else number
            lines.append(f"J{label},{n},{north:.3f},{east:.3f}")
    return lines


WRITERS: dict[str, Callable[[File, Sequence[Record]], bytes]] = {
    "gpkg": write_gpkg,
    "shapefile": write_shapefile,
    "geojson": write_geojson,
    "txt": write_txt,
}


# --- truth -----------------------------------------------------------------------------------

ERRORS = {"HG101", "HG102", "HG201", "HG205", "HG207", "HG301", "HG302", "HG303", "HG401", "HG503"}
TRUTH_COLUMNS = (
    "folder",
    "file",
    "layer",
    "source_row",
    "base_id",
    "reporting_unit",
    "county",
    "variety",
    "group",
    "kind",
    "status",
    "true_mu",
    "base_mu",
    "designed",
    "verified_500",
    "verified_1000",
    "designed_against_ledger",
    "case",
)


def truth_of(records: dict[str, list[Record]]) -> list[Texts]:
    """One row a record, in the order of files and records."""
    rows = []
    grounds: dict[str, list[BaseGeometry]] = defaultdict(list)
    for record in itertools.chain(*records.values()):
        if record.lonlat is not None:
            grounds[record.base.base_id].append(record.lonlat)
    for key, own in records.items():
        for number, record in enumerate(own, 1):
            base_mu = true_mu(_union(grounds[record.base.base_id]))
            rows.append(_truth_row(key, number, record, base_mu))
    return rows


def _union(grounds: list[BaseGeometry]) -> BaseGeometry:
    """All parcels of a base; they lie apart or share edges, so no area is lost or doubled."""
    return shapely.MultiPolygon([part for ground in grounds for part in shapely.get_parts(ground)])


def _truth_row(key: str, number: int, record: Record, base_mu: float) -> Texts:
    file, plan, unit = FILES[key], record.base.plan, UNITS[record.base.plan.unit]
    told = file.form != "txt"
    variety = canonical(record.texts["主栽品种"])
    kind, status = KINDS[plan.kind], STATUSES.get(plan.status, "unknown")
    counted = (
        status == "built"
        and kind in COUNTED_KINDS
        and group_of(variety) not in {"", "fungus"}
        and not ERRORS & set(plan.designed.split(";"))
    )
    rounded = np.floor(base_mu * 100 + 0.5) / 100
    return {
        "folder": file.folder,
        "file": file.name,
        "layer": file.layer,
        "source_row": number,
        "base_id": record.base.base_id,
        "reporting_unit": unit.reports_as if told else "",
        "county": unit.county if told else "",
        "variety": variety,
        "group": group_of(variety),
        "kind": kind,
        "status": status,
        "true_mu": f"{true_mu(record.lonlat):.6f}" if record.lonlat is not None else "",
        "base_mu": f"{base_mu:.6f}" if base_mu else "",
        "designed": record.designed,
        "verified_500": int(counted and rounded >= 500),
        "verified_1000": int(counted and rounded >= 1000),
        "designed_against_ledger": plan.against_ledger,
        "case": plan.case,
    }


def write_truth(rows: Iterable[Texts]) -> None:
    TRUTH.parent.mkdir(parents=True, exist_ok=True)
    with TRUTH.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TRUTH_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


# --- the whole -------------------------------------------------------------------------------


def make_records() -> dict[str, list[Record]]:
    """The records of every file."""
    country, book = Country.read(), Book()
    built: dict[str, Base] = {}
    plans = plan_bases()
    # The largest find their ground first; ids and texts follow the order of the files.
    grounds: dict[int, list[Parcel]] = {}
    records: dict[str, list[Record]] = {key: [] for key in FILES}
    for number in sorted(range(len(plans)), key=lambda n: _placing_order(plans[n])):
        plan = plans[number]
        parcels = build(country, plan, number, built)
        grounds[number] = parcels
        base = Base(plan, "", {}, parcels)
        if parcels and plan.where != "copy":
            country.taken.append(base.ground)
        if plan.where == "original" or (plan.designed == "HG303" and plan.where == "county"):
            built[plan.where if plan.where == "original" else "HG303"] = base
    for number, plan in enumerate(plans):
        base = book.enter(plan, number, grounds[number])
        records[plan.file] += to_records(base)
    return records


def _placing_order(plan: Plan) -> tuple[int, float]:
    """What is bound to a place comes first, copies last, else the largest first."""
    bound = {"across": 0, "overlap": 2, "copy": 3}.get(plan.where, 1)
    return bound, -plan.mu


def summarise(rows: list[Texts]) -> tuple[int, int]:
    """Print the totals; the verified bases of 500 and of 1,000 亩."""
    bases = {row["base_id"]: row for row in rows}
    totals = [
        sum(row[name] for row in bases.values()) for name in ("verified_500", "verified_1000")
    ]
    small = sum(float(row["base_mu"] or 0) < 499.995 for row in bases.values())
    print(f"{len(rows)} 条记录, {len(bases)} 个基地, 不足500亩 {small} 个")
    print(f"核实 500亩以上 {totals[0]} 个, 1000亩以上 {totals[1]} 个")
    print(dict(Counter(row["variety"] for row in bases.values()).most_common()))
    for row in rows:
        if row["case"]:
            print(row["base_id"], row["file"], row["source_row"], row["case"], row["designed"])
    return totals[0], totals[1]


def main() -> int:
    """Make the files; 1 if the sample does not come out as planned."""
    records = make_records()
    rows = truth_of(records)
    if summarise(rows) != (VERIFIED_500, VERIFIED_1000):
        print(f"应为 {VERIFIED_500} 和 {VERIFIED_1000}, 未写文件", file=sys.stderr)
        return 1
    for key, file in FILES.items():
        target = SAMPLE / file.folder / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(WRITERS[file.form](file, records[key]))
    write_truth(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())

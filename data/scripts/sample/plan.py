"""Which bases there shall be; those that show a finding are designed one by one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sample.common import SEED
from sample.files import FILES
from sample.words import GROUPS, HERB_WEIGHTS, LOCAL_HERBS, MIXED, UNITS


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
        plan(unit="江口", mu=583.1, variety="黄精"),
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
        if file == "june_json":
            ordinary = [_misspelt(plan) if plan.mu < 500 else plan for plan in ordinary]
        for place, plan in zip(places, own, strict=True):
            ordinary.insert(place, plan)
        plans += ordinary
    return plans


def _misspelt(plan: Plan) -> Plan:
    """A base below the tiers, of a variety that nobody knows: no target hangs on the answer."""
    codes = ";".join(filter(None, (plan.designed, "HG501")))
    return replace(plan, variety="黄经", case="品种写错", designed=codes)


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

"""Bases as the records that a county would write."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sample.common import NOTE, SEED, Floats, Texts
from sample.files import FILES, File
from sample.ground import Base, Parcel, remap, true_mu
from sample.plan import Plan
from sample.words import (
    BRANCHES,
    FIELDS,
    METHOD_SHARES,
    METHODS,
    MODES,
    OPERATORS,
    STEMS,
    UNITS,
    canonical,
)


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

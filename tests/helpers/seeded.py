"""A batch of bases with seeded defects, and what is seeded where. All of it is synthetic.

It imports nothing of herbgis, so what it calls a defect is judged apart from the rules: areas are
pyproj's, counties come from data/counties, the formulas of GCJ-02 and BD-09 are written here again.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
import shapely.ops

Floats = npt.NDArray[np.float64]
ROOT = Path(__file__).parents[2]
COUNTIES = ROOT / "data" / "counties" / "tongren.geojson"
TOWNSHIPS = tomllib.loads((ROOT / "herbgis" / "facts" / "townships.toml").read_text("utf-8"))
MU_M2 = 10000 / 15
GEOD = pyproj.Geod(ellps="GRS80")
PLANE = "EPSG:4545"
TO_PLANE = pyproj.Transformer.from_crs("EPSG:4490", PLANE, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(PLANE, "EPSG:4490", always_xy=True)
VARIETIES = ("黄精", "天麻", "杜仲", "石斛", "花椒", "白芨", "丹参", "百合", "太子参", "玄参")
SERVICES = {"HG204": "GCJ-02", "HG209": "BD-09"}
APART_M = 4000.0
INSIDE_M = 3500.0
HEADINGS = {
    "base_id": "基地编号",
    "name": "基地名称",
    "unit": "填报单位",
    "county": "县区",
    "township": "乡镇",
    "operator": "经营主体",
    "variety": "品种",
    "declared": "面积(亩)",
    "status": "建设状态",
    "method": "测量方式",
    "day": "测量日期",
}
MAIN, METRES, LAYER, LEDGER = "批次.gpkg", "米制.gpkg", "整层.gpkg", "台账.gpkg"


@dataclass(frozen=True)
class Record:
    """One record: its cells, its geometry as written, and what is seeded."""

    cells: dict[str, Any]
    shape: Any
    kind: str = "clean"
    codes: tuple[str, ...] = ()
    cause: str = ""
    truth: Any = None
    file: str = MAIN
    row: int = 0
    pair: int = 0


@dataclass
class Batch:
    """The records of a batch, and the ledger."""

    records: list[Record] = field(default_factory=list)
    ledger: list[Record] = field(default_factory=list)


# Ground


def change(shape: Any, move: Callable[[Floats], Floats]) -> Any:
    """A shape with its coordinates changed, z or not."""
    return shapely.transform(shape, move)


def project(shape: Any, transformer: pyproj.Transformer) -> Any:
    """A shape in another system."""
    return change(shape, lambda xy: np.column_stack(transformer.transform(*xy.T)))


def mu_of(shape: Any) -> float:
    """Ellipsoidal 亩 of a polygon in degrees."""
    area, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))
    return abs(area) / MU_M2


class Country:
    """The counties on a plane, and the places that are taken."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.counties = gpd.read_file(COUNTIES)
        self.names = self.counties["county"].tolist()
        self.borders = list(self.counties.to_crs(PLANE).geometry)
        self.city = shapely.union_all(self.borders)
        self.taken: list[Floats] = []

    def outline(self, radius_m: float) -> Floats:
        """Corners of a field about the origin: radius by angle, waves and a little noise."""
        rng, count = self.rng, int(self.rng.integers(20, 41))
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(-0.02, 0.02, count)
        wave = 1 + 0.18 * np.sin(2 * angle + rng.uniform(0, 6)) + rng.uniform(-0.04, 0.04, count)
        return radius_m * wave[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])

    def field(self, at: Floats, mu: float, hole: float = 0.0) -> Any:
        """A field of so many 亩 in degrees about a point of the plane, with a hole of a share."""
        unit = self.outline(100.0)
        holes = [unit[::-1] * np.sqrt(hole)] if hole else []
        size = 1.0
        for _ in range(3):
            plane = shapely.Polygon(unit * size + at, [h * size + at for h in holes])
            shape = project(plane, TO_DEGREES)
            size *= np.sqrt(mu / mu_of(shape))
        return shape

    def spot(self) -> tuple[int, Floats]:
        """A county, and a point well within it and far from all that is there."""
        while True:
            number = int(self.rng.integers(len(self.borders)))
            west, south, east, north = self.borders[number].bounds
            at = self.rng.uniform((west, south), (east, north))
            if self.is_free(at) and self.depth(number, at) > INSIDE_M:
                self.taken.append(at)
                return number, at

    def depth(self, number: int, at: Floats) -> float:
        """Metres from a point within a county to its line; 0 outside."""
        point = shapely.Point(at)
        inside = self.borders[number].contains(point)
        return float(self.borders[number].boundary.distance(point)) if inside else 0.0

    def is_free(self, at: Floats) -> bool:
        """Whether nothing lies near a point."""
        return all(np.hypot(*(at - other)) > APART_M for other in self.taken)

    def near_line(self, number: int, within_m: float) -> Floats:
        """A free point within some metres of a county's line."""
        while True:
            line = self.borders[number].boundary
            point = line.interpolate(self.rng.uniform(0, line.length))
            at = np.array([point.x, point.y]) + self.rng.uniform(-within_m, within_m, 2)
            if self.is_free(at):
                return at


# Offsets of map services, by their published formulas


def gcj02(lonlat: Floats) -> Floats:
    """True positions as GCJ-02 shows them."""
    x, y = lonlat[:, 0] - 105, lonlat[:, 1] - 35
    sin, pi = np.sin, np.pi
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east += (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    rad = np.radians(lonlat[:, 1])
    magic = 1 - ee * sin(rad) ** 2
    north = north * 180 / (a * (1 - ee) / (magic * np.sqrt(magic)) * pi)
    east = east * 180 / (a / np.sqrt(magic) * np.cos(rad) * pi)
    return lonlat + np.column_stack([east, north])


def bd09(lonlat: Floats) -> Floats:
    """True positions as BD-09 shows them."""
    x, y = gcj02(lonlat).T
    wave = np.pi * 3000 / 180
    z = np.hypot(x, y) + 2e-5 * np.sin(y * wave)
    theta = np.arctan2(y, x) + 3e-6 * np.cos(x * wave)
    return np.column_stack([z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006])


# Records


class Maker:
    """Makes sound records, and knows how to spoil them."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.country = Country(self.rng)
        self.numbers = itertools.count(1)

    def mu(self) -> float:
        """A size far from every threshold."""
        ranges = [(60, 450), (530, 930), (1080, 1800)]
        return float(self.rng.uniform(*ranges[int(self.rng.integers(3))]))

    def sound(self, mu: float | None = None, *, hole: float = 0.0, small: bool = False) -> Record:
        """A record without fault, anywhere in the city."""
        county, at = self.country.spot()
        size = mu or (float(self.rng.uniform(80, 160)) if small else self.mu())
        return self.record(county, self.country.field(at, size, hole))

    def record(self, county: int, shape: Any) -> Record:
        """A record without fault on a piece of land."""
        name, number = self.country.names[county], next(self.numbers)
        code = str(self.country.counties["county_code"].iloc[county])
        declared = mu_of(shape) * self.rng.uniform(0.996, 1.004)
        cells = {
            "base_id": f"{code}-2020-{number:03}",
            "name": f"试验{number}号基地",
            "unit": name,
            "county": name,
            "township": township_of(code, number),
            "operator": f"示例{number % 5}合作社",
            "variety": VARIETIES[number % len(VARIETIES)],
            "declared": f"{declared:.2f}",
            "status": "已建",
            "method": "RTK",
            "day": f"2020-0{number % 9 + 1}-1{number % 10}",
        }
        return Record(cells, shape)


def township_of(code: str, number: int) -> str:
    """A township of a county's register."""
    names = TOWNSHIPS["townships"][code]["names"]
    return str(names[number % len(names)])


def spoilt(record: Record, kind: str, *codes: str, **more: Any) -> Record:
    """A record with what is seeded on it; `cells` are laid over its own."""
    cells = {**record.cells, **more.pop("cells", {})}
    return replace(record, cells=cells, kind=kind, codes=codes, **more)


def corners(shape: Any) -> Floats:
    """The shell of a polygon, the first corner not repeated."""
    return np.asarray(shapely.get_coordinates(shape.exterior)[:-1])


def shape_defects(make: Maker) -> Iterator[Record]:
    """What is wrong with a geometry by itself."""
    yield spoilt(make.sound(), "null", "HG101", shape=None)
    yield spoilt(make.sound(), "empty", "HG101", shape=shapely.Polygon())
    for kind, swaps in (("bow-tie", 1), ("two bow-ties", 2)):
        base = make.sound()
        yield spoilt(base, kind, *["HG102"] * swaps, shape=crossed(base.shape, swaps))
    base, far = make.sound(), make.sound()
    hole = corners(far.shape)
    yield spoilt(base, "hole outside", "HG103", shape=shapely.Polygon(corners(base.shape), [hole]))
    base = make.sound()
    yield spoilt(base, "part twice", "HG103", shape=shapely.MultiPolygon([base.shape] * 2))
    base = make.sound()
    yield spoilt(base, "point", "HG104", shape=base.shape.centroid)
    base = make.sound()
    yield spoilt(base, "line", "HG104", shape=shapely.LineString(corners(base.shape)[:-2]))
    base = make.sound()
    ring = corners(base.shape)
    again = shapely.Polygon(np.insert(ring, 5, ring[5], axis=0))
    yield spoilt(base, "repeated vertex", "HG105", shape=again)
    for kind, outward in (("spike", 1), ("spike inward", -1)):
        base = make.sound(float(make.rng.uniform(600, 900)))
        yield spoilt(base, kind, "HG106", shape=needle(base.shape, outward, make.rng))
    base = make.sound()
    yield spoilt(base, "sliver", "HG107", shape=beside(base.shape, 600, 2))
    base = make.sound()
    yield spoilt(base, "tiny part", "HG108", shape=beside(base.shape, 2.5, 2))
    base, county, at = make.sound(), 0, make.country.taken[-1]
    county = make.country.names.index(base.cells["county"])
    other = make.country.field(at + (2000.0, 0), 60)
    if make.country.depth(county, at + (2000.0, 0)) < 800:
        other = make.country.field(at - (2000.0, 0), 60)
    both = shapely.MultiPolygon([base.shape, other])
    yield spoilt(base, "scattered", "HG109", shape=both, cells={"declared": f"{mu_of(both):.1f}"})
    base = make.sound()
    yield spoilt(base, "z", "HG110", shape=shapely.force_3d(base.shape, 812.5))


def crossed(shape: Any, swaps: int) -> Any:
    """A ring with neighbouring corners in the wrong order, once or twice."""
    ring = corners(shape)
    half = len(ring) // swaps
    for part in range(swaps):
        for start in range(part * half + 1, (part + 1) * half - 2):
            tried = ring.copy()
            tried[[start, start + 1]] = tried[[start + 1, start]]
            if not shapely.LineString(tried[max(start - 1, 0) : start + 3]).is_simple:
                ring = tried
                break
    return shapely.Polygon(ring)


def needle(shape: Any, outward: int, rng: np.random.Generator) -> Any:
    """A needle of 40 to 90 m on the middle of an edge, a metre wide at its root."""
    ring = shapely.get_coordinates(project(shape, TO_PLANE).exterior)[:-1]
    middle = ring.mean(axis=0)
    edge = ring[1] - ring[0]
    along = edge / np.hypot(*edge)
    normal = np.array([-along[1], along[0]])
    root = ring[0] + edge / 2
    normal *= outward * np.sign(((root - middle) * normal).sum())
    tip = root + normal * rng.uniform(40, 90)
    spiked = np.vstack([ring[:1], root - along / 2, tip, root + along / 2, ring[1:]])
    return project(shapely.Polygon(spiked), TO_DEGREES)


def beside(shape: Any, long_m: float, wide_m: float) -> Any:
    """A second part, a strip 8 m north of a polygon."""
    plane = project(shape, TO_PLANE)
    west, _, _, north = plane.bounds
    strip = shapely.box(west, north + 8, west + long_m, north + 8 + wide_m)
    near = shapely.ops.nearest_points(plane, strip)
    step = np.array([near[0].x - near[1].x, near[0].y - near[1].y])
    gap = np.hypot(*step)
    strip = change(strip, lambda xy: xy + step * (1 - 8 / gap))
    if strip.intersects(plane):
        strip = change(strip, lambda xy: xy + (0, 4))
    return project(shapely.MultiPolygon([plane, strip]), TO_DEGREES)


def neighbour(shape: Any, gap_m: float, size: float = 1.0) -> Any:
    """The same field again, so many times as large and so many metres east of it."""
    plane = project(shape, TO_PLANE)
    middle = np.array([plane.centroid.x, plane.centroid.y])
    again = change(plane, lambda xy: (xy - middle) * np.sqrt(size) + middle)
    west, _, east, _ = again.bounds
    reach = east - west
    for _ in range(30):
        moved = change(again, lambda xy, r=reach: xy + (r, 0))
        reach += gap_m - float(plane.distance(moved)) if not plane.intersects(moved) else 5.0
    return project(moved, TO_DEGREES)


def place_defects(make: Maker, batch: Batch) -> Iterator[Record]:
    """What lies in the wrong place, with where it truly is."""
    to = {e: pyproj.Transformer.from_crs(4490, e, always_xy=True) for e in (4524, 4546, 3857)}
    base = make.sound()
    swapped = change(base.shape, lambda xy: xy[:, ::-1])
    yield spoilt(base, "swapped axes", "HG201", shape=swapped, truth=base.shape)
    base = make.sound()
    metres = project(base.shape, to[4524])
    yield spoilt(base, "metres in degrees", "HG202", shape=metres, truth=base.shape)
    base = make.sound()
    web = project(base.shape, to[3857])
    yield spoilt(base, "web mercator", "HG210", shape=web, truth=base.shape)
    for kind, code, epsg in (("zone prefix", "HG203", 4524), ("wrong zone", "HG208", 4546)):
        base = make.sound()
        moved = project(base.shape, to[epsg])
        yield spoilt(base, kind, code, shape=moved, truth=base.shape, file=METRES)
    for code, forward in (("HG204", gcj02), ("HG209", bd09)):
        base = make.sound()
        batch.ledger.append(base)
        moved = change(base.shape, forward)
        kind = f"{forward.__name__}, ledger"
        yield spoilt(base, kind, code, "HG305", shape=moved, truth=base.shape)
        # One base beyond its county's line may as well be the line's error: nothing is moved.
        base = beyond_the_line(make, forward)
        moved = change(base.shape, forward)
        kind, name = f"{forward.__name__}, county", SERVICES[code]
        yield spoilt(base, kind, "HG211", cause=name, shape=moved)
    base = make.sound()
    away = change(base.shape, lambda xy: xy + (0, 2.0))
    yield spoilt(base, "outside", "HG205", shape=away)
    yield straddling(make)
    base = make.sound()
    other = next(name for name in make.country.names if name != base.cells["county"])
    code = make.country.counties.set_index("county")["county_code"][other]
    cells = {"county": other, "unit": other, "township": township_of(str(code), 1)}
    yield spoilt(base, "county", "HG207", cells=cells)


def beyond_the_line(make: Maker, forward: Callable[[Floats], Floats]) -> Record:
    """A base wholly in its county that the offset takes clear over the line."""
    country = make.country
    while True:
        county = int(make.rng.integers(len(country.borders)))
        at = country.near_line(county, 900)
        shape = country.field(at, float(make.rng.uniform(70, 140)))
        border, plane = country.borders[county], project(shape, TO_PLANE)
        moved = project(change(shape, forward), TO_PLANE)
        half_undone = change(moved, lambda xy, m=moved: xy + _gcj_step(m, forward))
        if (
            border.buffer(-30).contains(plane)
            and border.distance(moved) > 20
            and shapely.hausdorff_distance(moved, border.intersection(moved.buffer(3000))) > 400
            and (forward is gcj02 or not border.contains(half_undone))
        ):
            country.taken.append(at)
            return make.record(county, shape)


def _gcj_step(moved: Any, forward: Callable[[Floats], Floats]) -> Floats:
    """How far undoing GCJ-02 would move what another offset had moved."""
    if forward is gcj02:
        return np.zeros(2)
    at = moved.centroid.x, moved.centroid.y
    lon, lat = gcj02(np.array([TO_DEGREES.transform(*at)]))[0]
    return np.subtract(at, TO_PLANE.transform(float(lon), float(lat)))


def straddling(make: Maker) -> Record:
    """A large base on the line of two counties, more of it in the one that it declares."""
    country = make.country
    while True:
        county = int(make.rng.integers(len(country.borders)))
        at = country.near_line(county, 400)
        shape = country.field(at, float(make.rng.uniform(1300, 1700)))
        plane = project(shape, TO_PLANE)
        shares = [plane.intersection(border).area / plane.area for border in country.borders]
        other = plane.difference(country.borders[county])
        within = sum(shares) > 0.999 and 0.55 < shares[county] < 0.75
        if within and shapely.hausdorff_distance(other, country.borders[county]) > 0:
            reach = max(
                country.borders[county].distance(shapely.Point(p))
                for p in shapely.get_coordinates(plane)
            )
            if reach > 300 and sorted(shares)[-2] > 0.25:
                country.taken.append(at)
                return spoilt(make.record(county, shape), "straddling", "HG206")


def twice_defects(make: Maker, batch: Batch) -> Iterator[Record]:
    """What is counted twice."""
    first, second = make.sound(), make.sound()
    cells = {"base_id": first.cells["base_id"]}
    yield replace(first, kind="partner", pair=1)
    yield spoilt(second, "id twice", "HG301", cells=cells, pair=1)
    first = make.sound()
    county = make.country.names.index(first.cells["county"])
    yield replace(first, kind="partner", pair=2)
    yield spoilt(make.record(county, first.shape), "polygon twice", "HG302", pair=2)
    first = make.sound()
    county = make.country.names.index(first.cells["county"])
    ring = shapely.get_coordinates(shapely.segmentize(project(first.shape, TO_PLANE).exterior, 15))
    ring = ring[:-1] + make.rng.normal(0, 1.0, (len(ring) - 1, 2))
    again = project(shapely.Polygon(ring), TO_DEGREES)
    yield replace(first, kind="partner", pair=3)
    yield spoilt(make.record(county, again), "traced again", "HG302", pair=3)
    first = make.sound(700.0)
    county = make.country.names.index(first.cells["county"])
    west, _, east, _ = project(first.shape, TO_PLANE).bounds
    plane = change(project(first.shape, TO_PLANE), lambda xy: xy + (0.7 * (east - west), 0))
    yield replace(first, kind="partner", pair=4)
    yield spoilt(make.record(county, project(plane, TO_DEGREES)), "overlap", "HG303", pair=4)
    base = make.sound()
    batch.ledger.append(replace(base, cells={**base.cells, "base_id": "520600-2019-777"}))
    yield spoilt(base, "already counted", "HG304")
    base = make.sound()
    batch.ledger.append(base)
    yield spoilt(base, "update", "HG305")


def area_defects(make: Maker) -> Iterator[Record]:
    """Declared areas that differ, with the mistake that makes them."""
    causes: tuple[tuple[str, str, str, Callable[[Any], float]], ...] = (
        ("a fifth more", "HG401", "", lambda shape: mu_of(shape) * 1.2137),
        ("square metres", "HG401", "平方米", lambda shape: mu_of(shape) * MU_M2),
        ("hectares", "HG402", "", lambda shape: mu_of(shape) / 15),
        ("web mercator area", "HG403", "", web_mu),
    )
    for kind, code, cause, declared in causes:
        base = make.sound()
        cells = {"declared": f"{declared(base.shape):.2f}"}
        yield spoilt(base, kind, code, cause=cause, cells=cells)
    base = make.sound(hole=0.2)
    filled = mu_of(shapely.Polygon(base.shape.exterior))
    yield spoilt(base, "hole not cut out", "HG404", cells={"declared": f"{filled:.2f}"})
    base = make.sound()
    other = neighbour(base.shape, 9, 1.3)
    one = {"declared": base.cells["declared"]}
    first = spoilt(base, "one parcel of two", "HG401", cause="地块", cells=one, pair=5)
    yield first
    yield replace(first, shape=other, kind="partner", codes=(), cause="")
    base = make.sound(497.0)
    yield spoilt(base, "handheld near 500", "HG405", cells={"method": "手持GPS"})
    base = make.sound(503.0)
    yield spoilt(base, "exactly 500", "HG509", cells={"declared": "500"})


def web_mu(shape: Any) -> float:
    """Area on the plane of EPSG:3857."""
    web = pyproj.Transformer.from_crs(4490, 3857, always_xy=True)
    return float(project(shape, web).area) / MU_M2


def text_defects(make: Maker) -> Iterator[Record]:
    """Words and numbers that cannot be understood, or not as they stand."""
    seeds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("unknown variety", "HG501", {"variety": "黄经"}),
        ("alias", "HG502", {"variety": "白及"}),
        ("no variety", "HG503", {"variety": None}),
        ("no unit", "HG503", {"unit": None, "county": None}),
        ("bad date", "HG504", {"day": "2020-13-45"}),
        ("no status", "HG508", {"status": None}),
    )
    for kind, code, cells in seeds:
        yield spoilt(make.sound(), kind, code, cells=cells)
    base = make.sound()
    about = f"约{float(base.cells['declared']):.0f}余亩"
    yield spoilt(base, "number in words", "HG505", cells={"declared": about})
    base = make.sound()
    garbled = base.cells["name"].encode().decode("gb18030", "replace")
    yield spoilt(base, "utf-8 read as gbk", "HG506", cells={"name": garbled})
    base = make.sound()
    garbled = base.cells["operator"].encode("gbk").decode("latin-1")
    yield spoilt(base, "gbk read as latin-1", "HG506", cells={"operator": garbled})
    base = make.sound()
    other = neighbour(base.shape, 9)
    whole = {"declared": f"{mu_of(base.shape) + mu_of(other):.2f}"}
    yield replace(base, cells={**base.cells, **whole}, kind="partner", pair=6)
    twin = replace(base, shape=other, pair=6)
    cells = {**whole, "operator": "另一家公司"}
    yield spoilt(twin, "another operator", "HG507", cells=cells)


def two_at_once(make: Maker, batch: Batch) -> Iterator[Record]:
    """Two defects on one record; both must be told."""
    base = make.sound()
    swapped = change(base.shape, lambda xy: xy[:, ::-1])
    cells = {"variety": "某某草"}
    codes = ("HG201", "HG511")
    yield spoilt(base, "swapped, variety", *codes, shape=swapped, truth=base.shape, cells=cells)
    base = make.sound()
    batch.ledger.append(base)
    cells = {"declared": f"{mu_of(base.shape) / 15:.2f}"}
    moved = change(base.shape, gcj02)
    codes = ("HG204", "HG402")
    yield spoilt(base, "gcj02, hectares", *codes, shape=moved, truth=base.shape, cells=cells)
    base = make.sound()
    other = next(name for name in make.country.names if name != base.cells["county"])
    bow = crossed(base.shape, 1)
    yield spoilt(base, "bow-tie, county", "HG102", "HG207", shape=bow, cells={"county": other})
    base = make.sound(700.0)
    cells = {"operator": base.cells["operator"].encode("gbk").decode("latin-1")}
    spiked = needle(base.shape, 1, make.rng)
    yield spoilt(base, "spike, garbled", "HG106", "HG506", shape=spiked, cells=cells)
    base = make.sound()
    cells = {"day": "2020-02-31", "status": "拟定"}
    yield spoilt(base, "date, status", "HG504", "HG508", cells=cells)
    base = make.sound()
    cells = {"variety": None, "declared": f"{web_mu(base.shape):.2f}"}
    yield spoilt(base, "no variety, web area", "HG503", "HG403", cells=cells)
    base = make.sound()
    cells = {"declared": f"{mu_of(base.shape) * 1.17:.0f}亩左右"}
    yield spoilt(base, "words, a sixth more", "HG505", "HG401", cells=cells)


def clean(make: Maker) -> Iterator[Record]:
    """Records without fault: plain, with a hole, of two near parts."""
    for number in range(26):
        if number % 5 == 1:
            yield make.sound(hole=0.1)
        elif number % 5 == 2:
            base = make.sound()
            other = neighbour(base.shape, 9)
            both = shapely.MultiPolygon([base.shape, other])
            if all(abs(mu_of(both) / t - 1) > 0.04 for t in (500, 1000)):
                cells = {**base.cells, "declared": f"{mu_of(both):.2f}"}
                yield replace(base, shape=both, cells=cells)
            else:
                yield base
        else:
            yield make.sound()


def make_batch(seed: int) -> Batch:
    """All records of a batch and its ledger, the rows of each file in random order."""
    make, batch = Maker(seed), Batch()
    # What needs a place of its own by the line comes first, while there is room.
    records = [
        *place_defects(make, batch),
        *shape_defects(make),
        *twice_defects(make, batch),
        *area_defects(make),
        *text_defects(make),
        *two_at_once(make, batch),
        *clean(make),
        *(replace(make.sound(), file=METRES) for _ in range(3)),
        *(
            spoilt(base, "layer of metres", "HG006", truth=base.shape, file=LAYER)
            for base in (make.sound() for _ in range(3))
        ),
    ]
    for file in (MAIN, METRES, LAYER):
        mine = [record for record in records if record.file == file]
        order = make.rng.permutation(len(mine)).tolist()
        # Of a pair the one that is spoilt comes later in the file, as it does among the records.
        places: dict[int, list[int]] = {}
        for place, number in enumerate(order):
            places.setdefault(mine[number].pair or -1 - number, []).append(place)
        for both in places.values():
            for place, number in zip(both, sorted(order[p] for p in both), strict=True):
                order[place] = number
        batch.records += [replace(mine[n], row=row) for row, n in enumerate(order, 1)]
    return batch


def write_batch(folder: Path, seed: int) -> tuple[list[Path], Path, list[Record]]:
    """The survey files, the ledger, and what is seeded where."""
    batch = make_batch(seed)
    to_layer = pyproj.Transformer.from_crs(4490, 4524, always_xy=True)
    paths = []
    for file, epsg in ((MAIN, 4490), (METRES, 4545), (LAYER, 4490)):
        records = [record for record in batch.records if record.file == file]
        shapes = [record.shape for record in records]
        if file == METRES:
            shapes = [
                r.shape if r.truth is not None else project(r.shape, TO_PLANE) for r in records
            ]
        elif file == LAYER:
            shapes = [project(shape, to_layer) for shape in shapes]
        paths.append(_write(folder / file, records, shapes, epsg))
    ledger = _write(folder / LEDGER, batch.ledger, [r.shape for r in batch.ledger], 4490)
    return paths, ledger, batch.records


def _write(path: Path, records: list[Record], shapes: list[Any], epsg: int) -> Path:
    cells = {title: [r.cells[name] for r in records] for name, title in HEADINGS.items()}
    frame = gpd.GeoDataFrame(cells, geometry=gpd.GeoSeries(shapes, crs=epsg), crs=epsg)
    frame.to_file(path, engine="pyogrio", geometry_type="Unknown")
    return path

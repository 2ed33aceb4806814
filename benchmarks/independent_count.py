"""The count beside one that shares no code with it, on made-up ledgers.

    python -m benchmarks.independent_count [--ledgers 200] [--scattered 100] [--first 0]

A ledger is a GeoPackage of bases, each of one to four parcels as records of their own: side by
side, or, in the scattered ones, up to five kilometres apart. What counts is worked out here from
what was drawn: areas by `pyproj.Geod` on each parcel, sums, the rules of the plan in plain words.
Then the file goes the whole way through herbgis. Any difference in a base's 亩 (to 0.01), in what
blocks it, or in a number of the targets is printed.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely

import herbgis as hg

_GEOD = pyproj.Geod(ellps="GRS80")
_MU = Decimal(10000) / 15
_COUNTIES = (("德江县", 108.12, 28.26), ("石阡县", 108.23, 27.52), ("松桃县", 109.20, 28.16))
#: What is written, and whether it counts.
_VARIETIES = (("天麻", True), ("黄精", True), ("白术", True), ("香菇", False), ("茶叶", False))
_KINDS = (("种植", True), ("示范", True), ("种苗", False), ("", True))
_STATES = (("已建", True), ("在建", False), ("拟建", False))


@dataclass
class Base:
    """A base as it was drawn."""

    id: str
    variety: str
    kind: str
    status: str
    county: str
    factor: float
    way: str
    parcels: list[shapely.Polygon] = field(default_factory=list)

    @property
    def mu(self) -> Decimal:
        """亩 of all parcels, half up to 0.01."""
        square = sum(abs(_GEOD.geometry_area_perimeter(p)[0]) for p in self.parcels)
        return (Decimal(square) / _MU).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def declared(self) -> list[float]:
        """What stands in each record."""
        whole = round(float(self.mu) * self.factor, 1)
        if self.way == "whole" or len(self.parcels) == 1:
            return [whole] * len(self.parcels)
        if self.way == "equal parts":
            return [round(whole / len(self.parcels), 1)] * len(self.parcels)
        # Parts that differ, and add up to the whole.
        parts = [round(whole / len(self.parcels) + n, 1) for n in range(len(self.parcels) - 1)]
        return [*parts, round(whole - sum(parts), 1)]

    @property
    def is_right(self) -> bool:
        """What is declared is within 5% of what is there: one for all, or the sum of parts."""
        told = self.declared
        sums = [sum(told), *([told[0]] if len(set(told)) == 1 else [])]
        return any(abs(mu - float(self.mu)) <= 0.05 * float(self.mu) for mu in sums)

    @property
    def counts(self) -> bool:
        """Built, a herb, planted or shown, and declared rightly."""
        herb, planted = dict(_VARIETIES)[self.variety], dict(_KINDS)[self.kind]
        return herb and planted and dict(_STATES)[self.status] and self.is_right


def draw_ledger(seed: int, *, scattered: bool) -> list[Base]:
    """Bases on a grid of ten kilometres, so that no two touch."""
    rng = np.random.default_rng([seed, int(scattered)])
    bases = []
    for number in range(int(rng.integers(3, 25))):
        county, lon, lat = _COUNTIES[number % len(_COUNTIES)]
        base = Base(
            id=f"{520000 + number}-{seed}",
            variety=_pick(rng, [name for name, _ in _VARIETIES]),
            kind=_pick(rng, [name for name, _ in _KINDS]),
            status=_pick(rng, [name for name, _ in _STATES], [0.7, 0.2, 0.1]),
            county=county,
            factor=float(rng.choice([1.0, 1.01, 0.98, 1.2, 0.7], p=[0.5, 0.2, 0.1, 0.1, 0.1])),
            way=_pick(rng, ["whole", "parts", "equal parts"]),
        )
        whole = float(rng.choice([480.0, 499.9, 500.1, 999.8, 1000.3, rng.uniform(80, 1600)]))
        base.parcels = list(_parcels(rng, whole, lon, lat, number // 3, scattered=scattered))
        bases.append(base)
    return bases


def _pick(rng: np.random.Generator, names: list[str], shares: list[float] | None = None) -> str:
    return names[int(rng.choice(len(names), p=shares))]


def _parcels(
    rng: np.random.Generator, whole: float, lon: float, lat: float, place: int, *, scattered: bool
) -> Iterator[shapely.Polygon]:
    """Parcels of about so many 亩 together, round the place of a base in its county."""
    east, north = (place % 3 - 1) * 6_000.0, (place // 3 - 1) * 6_000.0
    parts = int(rng.integers(1, 5))
    for part in range(parts):
        reach = 2_500.0 if scattered else 900.0
        turn = 2 * np.pi * part / parts
        x, y = east + reach * np.cos(turn), north + reach * np.sin(turn)
        radius = np.sqrt(whole / parts * float(_MU) / 3.1)
        corners = [
            _GEOD.fwd(lon, lat, 90 - np.degrees(np.arctan2(dy, dx)), np.hypot(dx, dy))[:2]
            for dx, dy in _ring(rng, x, y, radius)
        ]
        yield shapely.Polygon(corners)


def _ring(
    rng: np.random.Generator, x: float, y: float, radius: float
) -> Iterator[tuple[float, float]]:
    count = int(rng.integers(6, 20))
    for angle in np.linspace(0, 2 * np.pi, count, endpoint=False):
        away = radius * rng.uniform(0.85, 1.1)
        yield x + away * np.cos(angle), y + away * np.sin(angle)


def differences(bases: list[Base], folder: Path) -> Iterator[str]:
    """Where herbgis counts another way."""
    rows = [
        {
            "基地编号": base.id,
            "基地名称": f"基地{base.id}",
            "品种": base.variety,
            "基地类型": base.kind or None,
            "建设状态": base.status,
            "县区": base.county,
            "填报单位": base.county,
            "上报面积(亩)": declared,
            "测量方式": "RTK",
            "geometry": parcel,
        }
        for base in bases
        for parcel, declared in zip(base.parcels, base.declared, strict=True)
    ]
    path = folder / "ledger.gpkg"
    gpd.GeoDataFrame(rows, crs=4490).to_file(path)
    report = hg.validate(hg.read_survey(path), counties=hg.read_counties())
    counted = hg.classify(report.bases)
    for base in bases:
        row = counted.loc[base.id]
        if Decimal(str(row["counted_mu"])) != base.mu:
            yield f"{base.id}: {row['counted_mu']} 亩, here {base.mu}"
        if base.is_right == bool(row["blocked_by"]):
            yield f"{base.id}: blocked by {row['blocked_by']}, here {base.is_right}"
    targets = hg.count_progress(counted).targets.set_index("tier")["verified"]
    for tier in ("500", "1000"):
        here = sum(base.counts and base.mu >= int(tier) for base in bases)
        if targets[tier] != here:
            yield f"{tier}: {targets[tier]} verified, here {here}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledgers", type=int, default=200)
    parser.add_argument("--scattered", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    for scattered, count in ((False, asked.ledgers), (True, asked.scattered)):
        wrong = bases = 0
        for seed in range(asked.first, asked.first + count):
            ledger = draw_ledger(seed, scattered=scattered)
            bases += len(ledger)
            with tempfile.TemporaryDirectory() as folder:
                found = list(differences(ledger, Path(folder)))
            wrong += bool(found)
            for line in found:
                print(seed, line, flush=True)
        kind = "scattered" if scattered else "side by side"
        print(f"{kind}: {count} ledgers of {bases} bases, {wrong} disagree", flush=True)


if __name__ == "__main__":
    main()

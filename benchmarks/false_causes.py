"""How often herbgis accuses what is right: offsets of map services, and causes of mismatched areas.

Run from the repository's root:

    python -m benchmarks.false_causes [--count 10000] [--out benchmarks/CAUSES.md]

What is right is made by `tests/helpers/right_bases.py`, which imports nothing of herbgis; this asks
`hg.validate` alone. It fails where a rate is above what is promised.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

import herbgis as hg
from tests.helpers import right_bases
from tests.helpers.right_bases import Land
from tests.helpers.seeded import bd09, change, gcj02, mu_of

_ACCUSING = ("HG006", "HG204", "HG209")
#: Bases of a county's file: layers of this many are judged one by one.
_A_FILE = 50
#: Promised: no correct base accused, and at most this share of declarations given a cause.
_MOST_CAUSES = 0.01
#: Kinds of bases, with the share of the count that is drawn of each; and how their declarations
#: differ: from, to, decimals.
_KINDS = {"plain": 1.0, "hole": 0.5, "two": 0.5, "ten": 0.1}
_RANGES = ((0.05, 0.75), (0.05, 0.3), (-0.9, -0.05))
_DECIMALS = (0, 2)
#: Rules that are not asked here, and cost time.
_NOT_ASKED = frozenset(
    {*(f"HG10{n}" for n in range(1, 10)), "HG112", *(f"HG30{n}" for n in range(1, 6))}
    | {"HG405", *(f"HG50{n}" for n in range(1, 10)), "HG514", "HG515"}
)


@dataclasses.dataclass(frozen=True)
class Told:
    """What was said of a setting: how many bases, accused, moved and noted."""

    setting: str
    bases: int
    accused: int
    moved: int
    noted: int


def _policy() -> hg.Policy:
    """The policy with the rules switched off that are not asked."""
    return dataclasses.replace(hg.load_policy(), rules_off=_NOT_ASKED)


def offsets_of_right_bases(count: int, counties: gpd.GeoDataFrame) -> Iterator[Told]:
    """Every setting of bases that lie where they should."""
    policy = _policy()
    for number, (name, make) in enumerate(right_bases.SETTINGS.items()):
        made = make(Land(np.random.default_rng(520600 + number)), count)
        files = [made.survey]
        if made.ledger is None and not made.survey["base_id"].duplicated().any():
            files = [made.survey.iloc[n : n + _A_FILE] for n in range(0, count, _A_FILE)]
        said: Counter[str] = Counter()
        for survey in files:
            report = hg.validate(survey, counties=counties, against=made.ledger, policy=policy)
            codes = report.table["code"]
            said["accused"] += int(codes.isin(_ACCUSING).sum())
            said["noted"] += int((codes == "HG211").sum())
            pair = [np.asarray(f.geometry.array, dtype=object) for f in (report.bases, survey)]
            said["moved"] += int((~shapely.equals_identical(*pair)).sum())
        bases = made.survey["base_id"].nunique()
        yield Told(name, bases, said["accused"], said["moved"], said["noted"])


def displaced_bases(count: int, counties: gpd.GeoDataFrame) -> Iterator[tuple[str, int, int, int]]:
    """Displaced bases of which the ledger has the outline: how many are named, or noted."""
    for what, again in (("as the ledger has them", False), ("surveyed again, 3 m", True)):
        for code, forward in (("HG204", gcj02), ("HG209", bd09)):
            land = Land(np.random.default_rng(7))
            at, county = land.places(count)
            mu = np.exp(land.rng.uniform(np.log(60), np.log(1500), count))
            ledger = land.frame(np.arange(count), county, land.fields(at, mu))
            shapes = [right_bases.retraced(land.rng, s) if again else s for s in ledger.geometry]
            moved = [change(shape, forward) for shape in shapes]
            survey = ledger.set_geometry(gpd.GeoSeries(moved, crs=4490))
            # A sound base beside them, so that each is told by itself and not the layer as one.
            there = gpd.GeoSeries([*moved[1:], ledger.geometry.iloc[0]], crs=4490)
            order = [*range(1, count), 0]
            survey = ledger.iloc[order].reset_index(drop=True).set_geometry(there)
            codes = hg.validate(survey, counties=counties, against=ledger).table["code"]
            named, noted = (int((codes == wanted).sum()) for wanted in (code, "HG211"))
            yield f"{code}, {what}", count - 1, named, noted


def causes_of_random_declarations(count: int) -> Iterator[tuple[str, str, int, float]]:
    """Of declarations that differ for no reason, the share that was given one."""
    policy = _policy()
    for kind, part in _KINDS.items():
        rng = np.random.default_rng(len(kind))
        land, drawn = Land(rng), int(count * part)
        base, shapes = [], []
        for number, records in enumerate(right_bases.shapes_of_a_base(land, drawn, kind)):
            base += [number] * len(records)
            shapes += records
        ids = np.array(base)
        surveyed = np.asarray(np.bincount(ids, [mu_of(shape) for shape in shapes]), dtype=float)
        whole = land.frame(ids, np.zeros(len(ids), dtype=int), shapes)
        whole = whole.set_geometry(gpd.GeoSeries(shapes, crs=4490)).drop(columns="county")
        for least, most in _RANGES:
            for decimals in _DECIMALS:
                declared = right_bases.declarations(rng, surveyed, least, most, decimals)
                survey = whole.assign(declared_mu=declared[ids])
                table = hg.validate(survey, policy=policy).table
                asked = table[table["code"].str.fullmatch("HG40[1-4]")]
                unknown = asked["suggestion"].str.contains("原因不明")
                share = float((~unknown).sum() / len(asked))
                written = f"{least:+.0%} to {most:+.0%}, {decimals} decimals"
                yield kind, written, len(asked), share


def cost_of_mismatches(count: int) -> float:
    """How many times as long a batch takes in which every base mismatches as one in which none."""
    land = Land(np.random.default_rng(3))
    at, county = land.places(count)
    survey = land.frame(np.arange(count), county, land.fields(at, np.linspace(60, 1500, count)))
    surveyed = np.array([mu_of(shape) for shape in survey.geometry])
    spent: dict[float, list[float]] = {1.0: [], 1.2137: []}
    for _ in range(5):
        for factor, times in spent.items():
            declared = survey.assign(declared_mu=np.round(surveyed * factor, 2))
            began = time.process_time()
            hg.validate(declared)
            times.append(time.process_time() - began)
    none, every = (float(np.median(times)) for times in spent.values())
    return every / none


_HEAD = """# How often what is right is accused

{count:,} synthetic bases a setting, made by `tests/helpers/right_bases.py` apart from the rules;
`python -m benchmarks.false_causes`, {today}. The models are those of
[decision 0033](../docs/decisions/0033-an-offset-needs-evidence.md).

## Offsets of map services, of bases that lie where they should

| setting | bases | accused (HG006, HG204, HG209) | moved | noted (HG211) |
|---|---|---|---|---|
"""
_NAMED = """
## Displaced bases that the ledger knows

| displaced | bases | named and put right | noted (HG211) |
|---|---|---|---|
"""
_CAUSES = """
## Causes of declarations that have none

Declared areas differ from the surveyed by a share drawn evenly. Plain bases are one polygon of 60
to 1,500 亩; those with a hole lack 5% to 30%; two or ten parcels are records of their own.

| bases | differing by | mismatches | given a cause |
|---|---|---|---|
"""
_COST = """
A batch of {count:,} bases of which every one mismatches takes {times:.2f} times as long as one
where none does (CPU seconds of `validate`, median of five).
"""


def main() -> int:
    """Print the figures, or write them."""
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--out", type=Path)
    given = options.parse_args()
    counties = hg.read_counties()
    lines, failed = [], []
    for told in offsets_of_right_bases(given.count, counties):
        lines.append(
            f"| {told.setting} | {told.bases:,} | {told.accused} | {told.moved} | {told.noted} |"
        )
        failed += [told.setting] if told.accused or told.moved else []
    lines.append(_NAMED.rstrip("\n"))
    for what, bases, named, noted in displaced_bases(given.count // 10, counties):
        lines.append(f"| {what} | {bases:,} | {named:,} | {noted} |")
    lines.append(_CAUSES.rstrip("\n"))
    for kind, written, asked, share in causes_of_random_declarations(given.count):
        lines.append(f"| {kind} | {written} | {asked:,} | {share:.2%} |")
        failed += [f"{kind}, {written}"] if share > _MOST_CAUSES else []
    times = cost_of_mismatches(given.count // 5)
    failed += ["cost of mismatches"] if times > 2 else []
    head = _HEAD.format(count=given.count, today=dt.datetime.now(dt.UTC).date())
    cost = _COST.format(count=given.count // 5, times=times)
    text = re.sub(r"\n{3,}", "\n\n", head + "\n".join(lines) + "\n" + cost)
    if given.out:
        given.out.write_text(text, encoding="utf-8", newline="\n")
    else:
        sys.stdout.write(text)
    if failed:
        sys.exit(f"more than promised: {', '.join(failed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

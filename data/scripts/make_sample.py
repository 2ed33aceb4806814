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

import sys
from collections import Counter

from sample.common import SAMPLE, VERIFIED_500, VERIFIED_1000, Texts
from sample.files import FILES
from sample.ground import Base, Country, Parcel, build
from sample.plan import Plan, plan_bases
from sample.records import Book, Record, to_records
from sample.truth import truth_of, write_truth
from sample.writers import WRITERS


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

"""What the sample's records truly are, computed apart from herbgis."""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from sample.common import COUNTED_KINDS, TRUTH, Texts
from sample.files import FILES
from sample.ground import true_mu
from sample.records import Record
from sample.words import KINDS, STATUSES, UNITS, canonical, group_of

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
        and group_of(variety) not in {"", "fungus", "unknown"}
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

"""The seeded batch: every defect found on its row, its cause named, nothing on clean rows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import herbgis as hg
from herbgis.foundation.language import speaking
from herbgis.tables.reports import read_report
from herbgis.validating.comeback import compare_reports
from tests.helpers import seeded
from tests.helpers.english import chinese_in
from tests.helpers.make import seeds

SEEDS = seeds(20)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_seeded_defect_is_found(
    tmp_path: Path, seed: int, counties: gpd.GeoDataFrame
) -> None:
    paths, ledger, records = seeded.write_batch(tmp_path, seed)
    known = hg.read_survey(ledger).bases
    report = hg.validate(hg.read_survey(paths), counties=counties, against=known)
    missed, false_alarms, misplaced = [], [], []
    for record in records:
        table = report.table[report.table["file"] == record.file]
        own = table[(table["row"] == record.row) | table["row"].isna()]
        lacking = Counter(record.codes) - Counter(own["code"])
        said = " ".join(own["message"] + own["suggestion"])
        if lacking or record.cause not in said:
            missed.append((record.kind, record.row, dict(lacking), sorted(own["code"])))
        grave = own[own["severity"] != "note"]
        if record.kind == "clean" and len(grave):
            false_alarms.append((record.row, grave["code"].tolist(), grave["message"].tolist()))
        if record.truth is not None:
            bases = report.bases
            row = (bases["source_file"] == record.file) & (bases["source_row"] == record.row)
            shape = bases.geometry[row].iloc[0]
            away = shapely.hausdorff_distance(shape, record.truth) if shape is not None else 9
            if away > 1e-5:
                misplaced.append((record.kind, record.row, away))
    assert missed == []
    assert false_alarms == []
    assert misplaced == []


def test_what_is_seeded_is_told_in_english(tmp_path: Path, policy: hg.Policy) -> None:
    paths, ledger, records = seeded.write_batch(tmp_path, 0)
    with speaking("en"):
        known, counties = hg.read_survey(ledger).bases, hg.read_counties()
        report = hg.validate(hg.read_survey(paths), counties=counties, against=known)
        told = [*report.table[["message", "suggestion"]].to_numpy().ravel()]
        told += [*report.changes[["change", "why"]].to_numpy().ravel()]
        told += [*report.patterns[["pattern", "words"]].to_numpy().ravel()]
        told += [line for lines in report.files["assumptions"] for line in lines]
    assert {code for record in records for code in record.codes} <= {*report.table["code"]}
    words = [word for name in ("county", "reporting_unit") for word in policy.words[name].values()]
    names = [*policy.varieties, *policy.crops, *(n for w in words for n in (w.name, w.title))]
    for register in policy.townships.names.values():
        names += register
    assert [found for text in told if (found := chinese_in(text, names))] == []


def test_the_batch_is_large_enough() -> None:
    kinds = Counter(record.kind for record in seeded.make_batch(0).records)
    assert kinds["clean"] >= 24
    assert len(kinds) - 2 >= 33


#: Errors that only people can settle: what the repaired file may still have.
DECISIONS = frozenset(
    {"HG101", "HG102", "HG103", "HG104", "HG205", "HG207", "HG301", "HG302", "HG303", "HG304"}
    | {"HG401", "HG402", "HG403", "HG404", "HG503", "HG504"}
)


def test_the_repaired_file_comes_back_with_decisions_alone(
    tmp_path: Path, counties: gpd.GeoDataFrame
) -> None:
    paths, ledger, _ = seeded.write_batch(tmp_path, 0)
    known = hg.read_survey(ledger).bases
    report = hg.validate(hg.read_survey(paths), counties=counties, against=known)
    hg.write_return_slips(report, tmp_path / "退回", counties=counties)
    repaired = hg.read_survey(tmp_path / "退回" / "修复后.gpkg")
    again = hg.validate(repaired, counties=counties, against=known)
    left = Counter(again.table.loc[again.table["severity"] == "error", "code"])
    before = Counter(report.table.loc[report.table["severity"] == "error", "code"])
    assert set(left) <= DECISIONS
    assert left <= before
    # What a decision needs is not lost on the way.
    assert all(left[code] == before[code] for code in DECISIONS - {"HG102", "HG104"})
    told = compare_reports(read_report(tmp_path / "退回"), again)
    assert set(told["state"]) == {"open", "mended"}
    assert set(told.loc[told["state"] == "mended", "code"]) >= {"HG006", "HG201", "HG204", "HG209"}
    assert sorted(again.bases["base_id"]) == sorted(report.bases["base_id"])

"""The shipped sample beside its truth, which its script wrote without this library."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import herbgis as hg
from herbgis.foundation import resources

TRUTH = Path(__file__).parents[1] / "data" / "sample_truth.csv"


@pytest.fixture(scope="module")
def truth() -> list[dict[str, str]]:
    with TRUTH.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def report(counties: object, policy: hg.Policy) -> hg.ValidationReport:
    survey = hg.read_survey(resources.data("sample"), policy=policy)
    return hg.validate(survey, counties=counties, policy=policy)


def _key(row: dict[str, str]) -> tuple[str, int]:
    return f"sample/{row['folder']}/{row['file']}", int(row["source_row"])


def test_every_record_arrives_with_its_area(
    truth: list[dict[str, str]], report: hg.ValidationReport
) -> None:
    areas = {
        (file.split(".zip/")[0] + (".zip" if ".zip/" in file else ""), int(row)): mu
        for file, row, mu in zip(
            report.bases["source_file"],
            report.bases["source_row"],
            report.bases["surveyed_mu"],
            strict=True,
        )
    }
    assert set(areas) == {_key(row) for row in truth}
    for row in truth:
        if row["true_mu"]:
            # A ring that crosses itself encloses other land than was meant.
            tolerance = 30.0 if "HG102" in row["designed"] else 0.002
            assert areas[_key(row)] == pytest.approx(float(row["true_mu"]), abs=tolerance)


def test_what_was_designed_is_found(
    truth: list[dict[str, str]], report: hg.ValidationReport
) -> None:
    found = set(zip(report.table["base_id"], report.table["code"], strict=True))
    # Of a pair the later record is named, with the other beside it; both are blocked.
    for base_id, codes in zip(report.bases["base_id"], report.bases["blocked_by"], strict=True):
        found |= {(base_id, code) for code in codes}
    designed = {
        (row["base_id"], code) for row in truth for code in row["designed"].split(";") if code
    }
    assert designed <= found


def test_nothing_grave_is_found_where_nothing_was_designed(
    truth: list[dict[str, str]], report: hg.ValidationReport
) -> None:
    clean = {row["base_id"] for row in truth} - {r["base_id"] for r in truth if r["designed"]}
    grave = report.table[report.table["severity"] != "note"]
    assert not set(grave["base_id"].dropna()) & clean


def test_the_count_is_the_truths(truth: list[dict[str, str]], report: hg.ValidationReport) -> None:
    progress = hg.count_progress(hg.classify(report.bases))
    expected = [
        len({row["base_id"] for row in truth if row[f"verified_{label}"] == "1"})
        for label in ("500", "1000")
    ]
    assert progress.targets["verified"].tolist() == expected
    assert expected[0] < 100
    assert expected[1] < 50


def test_the_january_ledger_knows_the_base_that_comes_again(policy: hg.Policy) -> None:
    ledger = hg.read_survey(resources.data("sample") / "2020-01-ledger", policy=policy).bases
    batch = hg.read_survey(resources.data("sample") / "2020-06-batch", policy=policy)
    report = hg.validate(batch, policy=policy, against=ledger)
    assert (report.table["code"] == "HG304").sum() >= 1


def test_the_sample_says_that_it_is_synthetic(report: hg.ValidationReport) -> None:
    said = report.bases["data_note"].fillna("") + report.bases["name"].fillna("")
    assert said.str.contains("合成").all()

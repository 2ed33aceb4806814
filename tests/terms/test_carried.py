"""A classified table carries its policy, and a later step takes no other in silence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from herbgis.tables.data_files import write_bases
from herbgis.terms.carried import digest_of, policy_text
from herbgis.terms.policyfiles import policy_of_layers
from tests.helpers.shapes import east_of, frame, square

OWN = """extends = "tongren-2020"
[without]
placeholder = ["无"]
[counting]
area = "contiguous"
[counting.mode_factors]
"林下" = 0.5
"""
TIER = """[[tiers]]
label = "{0}"
threshold_mu = {0}
target = {1}
title = "{0}亩以上"
reach_title = "{0}亩以上"
source = "示例"
"""


@pytest.fixture(scope="module")
def built_in() -> hg.Policy:
    return hg.load_policy()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> hg.Policy:
    path = tmp_path_factory.mktemp("policy") / "三百八百.toml"
    path.write_text(OWN + TIER.format(300, 100) + TIER.format(800, 50), encoding="utf-8")
    return hg.load_policy(path)


@pytest.fixture(scope="module")
def records() -> gpd.GeoDataFrame:
    sizes = [250, 350, 450, 650, 900, 1200]
    made = frame(
        [east_of(square(mu), 2500 * n) for n, mu in enumerate(sizes)],
        base_id=[f"K{n}" for n in range(len(sizes))],
        variety="黄精",
        county="印江",
        declared_mu=[float(mu) for mu in sizes],
        surveyed_on="2020-06-01",
    )
    return hg.validate(made).bases


@pytest.fixture(scope="module")
def bases(records: gpd.GeoDataFrame, own: hg.Policy) -> gpd.GeoDataFrame:
    return hg.classify(records, policy=own)


def verified(bases: Any, policy: hg.Policy | None = None) -> list[int]:
    return hg.count_progress(bases, policy=policy).targets["verified"].tolist()


def test_the_policy_travels_whole(bases: gpd.GeoDataFrame, own: hg.Policy) -> None:
    assert bases["policy"].unique().tolist() == [digest_of(own)]
    layers = json.loads(bases.attrs["herbgis"])["layers"]
    assert policy_of_layers(layers, "它") == own
    assert verified(bases) == verified(bases, own) == [5, 2]


def test_a_digest_is_of_what_is_said_and_not_of_the_order(own: hg.Policy) -> None:
    turned = tuple(dict(reversed(layer.items())) for layer in own.layers)
    assert digest_of(dataclasses.replace(own, layers=turned)) == digest_of(own)
    assert digest_of(own) != digest_of(hg.load_policy())


STEPS: dict[str, Callable[..., Any]] = {
    "count_progress": hg.count_progress,
    "make_schedule": hg.make_schedule,
    "compare_production": hg.compare_production,
    "cover_seedlings": hg.cover_seedlings,
    "count_standards": hg.count_standards,
    "draw_map": hg.draw_map,
    "choose_visit": lambda bases, **more: hg.choose_visit(bases, stops=1, **more),
    "explain_count": lambda bases, **more: hg.explain_count(bases.loc["K4"], **more),
    "explain_count of rows": lambda bases, **more: hg.explain_count(bases.loc[["K4"]], **more),
    "draw_audit_sample": lambda bases, **more: hg.draw_audit_sample(bases, 2, seed=1, **more),
    "plan": lambda bases, **more: hg.plan(bases, runs=1, **more),
}


@pytest.mark.parametrize("step", STEPS)
def test_every_step_takes_the_carried_policy_and_refuses_other_tiers(
    step: str, bases: gpd.GeoDataFrame, built_in: hg.Policy, own: hg.Policy
) -> None:
    with pytest.raises(hg.PolicyMismatchError, match=r"三百八百.*300 亩、800 亩.*500 亩、1000 亩"):
        STEPS[step](bases, policy=built_in)
    bare = pd.DataFrame(bases) if step not in {"draw_map", "plan"} else bases.copy()
    bare.attrs = {}
    with pytest.raises(hg.PolicyError, match=r"只留下摘要.*policy="):
        STEPS[step](bare)
    if step != "plan":
        STEPS[step](bases)
        STEPS[step](bases, policy=own)


def test_a_ledger_keeps_the_policy_that_it_was_admitted_under(
    bases: gpd.GeoDataFrame, own: hg.Policy, built_in: hg.Policy, tmp_path: Path
) -> None:
    path = tmp_path / "台账.gpkg"
    hg.admit(path, bases, on=dt.date(2020, 6, 30))
    assert hg.load_policy(path) == own
    assert verified(hg.read_ledger(path)) == [5, 2]
    assert hg.make_ledger_schedule(hg.read_ledger_history(path)).rules == own
    with pytest.raises(hg.PolicyMismatchError, match="三百八百"):
        hg.read_ledger(path, policy=built_in)
    first = path.read_bytes()
    path.unlink()
    hg.admit(path, bases, on=dt.date(2020, 6, 30))
    assert path.read_bytes() == first


def test_a_ledger_of_several_policies_counts_by_its_last(
    bases: gpd.GeoDataFrame, records: gpd.GeoDataFrame, own: hg.Policy, tmp_path: Path
) -> None:
    path, later = tmp_path / "台账.gpkg", tmp_path / "次年.toml"
    tiers = TIER.format(300, 120) + TIER.format(800, 60)
    later.write_text(OWN + tiers, encoding="utf-8")
    new = hg.load_policy(later)
    hg.admit(path, bases.iloc[:3], on=dt.date(2020, 6, 30))
    hg.admit(path, hg.classify(records, policy=new).iloc[3:], on=dt.date(2020, 7, 30), policy=new)
    counted = hg.count_progress(hg.read_ledger(path), policy=hg.load_policy(path))
    assert hg.load_policy(path) == new != own
    assert counted.targets["target"].tolist() == [120, 60]
    assert counted.targets["verified"].tolist() == [5, 2]


def _unclassified(bases: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The bases as they were before `classify`, without its policy."""
    records = bases.drop(columns=["policy", "tier", "verdict"])
    records.attrs = {}
    return records


#: What takes a count, or bases beside others, and what it says of a policy with other tiers.
OTHERS: dict[str, Callable[[gpd.GeoDataFrame, hg.Policy, Path], Any]] = {
    "write_progress_book": lambda bases, policy, path: hg.write_progress_book(
        hg.count_progress(bases), path / "a.xlsx", policy=policy
    ),
    "write_schedule_book": lambda bases, policy, path: hg.write_schedule_book(
        hg.make_schedule(bases), path / "a.xlsx", policy=policy
    ),
    "write_schedule_book with progress": lambda bases, policy, path: hg.write_schedule_book(
        hg.make_schedule(hg.classify(_unclassified(bases), policy=policy)),
        path / "a.xlsx",
        progress=hg.count_progress(bases),
    ),
    "compare_counts of counts": lambda bases, policy, _: hg.compare_counts(
        *[hg.count_progress(bases)] * 2, policy=policy
    ),
    "compare_counts of bases": lambda bases, policy, _: hg.compare_counts(
        bases, bases, policy=policy
    ),
    "against=": lambda bases, policy, _: hg.validate(
        _unclassified(bases), policy=policy, against=bases
    ),
    "validate": lambda bases, policy, _: hg.validate(bases, policy=policy),
    "write_bases": lambda bases, policy, path: write_bases(bases, path / "a.xlsx", policy=policy),
}


@pytest.mark.parametrize("step", OTHERS)
def test_a_policy_with_other_tiers_is_refused_beside_a_count_too(
    step: str, bases: gpd.GeoDataFrame, built_in: hg.Policy, own: hg.Policy, tmp_path: Path
) -> None:
    with pytest.raises(hg.PolicyMismatchError, match="300 亩、800 亩"):
        OTHERS[step](bases, built_in, tmp_path)
    OTHERS[step](bases, own, tmp_path)


def test_a_progress_book_names_the_policy_that_was_counted_by(
    bases: gpd.GeoDataFrame, own: hg.Policy, tmp_path: Path
) -> None:
    book = hg.write_progress_book(hg.count_progress(bases), tmp_path / "进度表.xlsx")
    cells = pd.read_excel(book, header=None, engine="openpyxl").to_string()
    assert "300亩以上" in cells
    assert f"依据: {own.title}" in cells


def _gpkg(bases: gpd.GeoDataFrame, folder: Path) -> pd.DataFrame:
    bases.to_file(folder / "a.gpkg")
    return gpd.read_file(folder / "a.gpkg")


def _csv(bases: gpd.GeoDataFrame, folder: Path) -> pd.DataFrame:
    bases.to_csv(folder / "a.csv")
    return pd.read_csv(folder / "a.csv")


def _parquet(bases: gpd.GeoDataFrame, folder: Path) -> pd.DataFrame:
    bases.to_parquet(folder / "a.parquet")
    return gpd.read_parquet(folder / "a.parquet")


def _pickle(bases: gpd.GeoDataFrame, folder: Path) -> pd.DataFrame:
    bases.to_pickle(folder / "a.pkl")
    return pd.read_pickle(folder / "a.pkl")  # noqa: S301 - written here


#: geopandas 1.1 leaves a table's remarks out of Parquet.
KEPT = [_parquet, _pickle] if gpd.__version__ >= "1.2" else [_pickle]


@pytest.mark.parametrize("save", KEPT)
def test_what_keeps_remarks_needs_no_policy(
    save: Callable[..., pd.DataFrame], bases: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    assert verified(save(bases, tmp_path)) == [5, 2]


@pytest.mark.parametrize("save", [_gpkg, _csv])
def test_where_the_digest_is_left_the_policy_is_asked_for(
    save: Callable[..., pd.DataFrame],
    bases: gpd.GeoDataFrame,
    records: gpd.GeoDataFrame,
    own: hg.Policy,
    built_in: hg.Policy,
    tmp_path: Path,
) -> None:
    again = save(bases, tmp_path)
    with pytest.raises(hg.PolicyError, match=re.escape(digest_of(own))):
        verified(again)
    assert verified(again, own) == [5, 2]
    with pytest.raises(hg.PolicyMismatchError, match="tier"):
        verified(again, built_in)
    known = save(hg.classify(records, policy=built_in), tmp_path)
    assert verified(known) == [3, 1]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet"])
def test_our_data_files_give_the_policy_back(
    suffix: str, bases: gpd.GeoDataFrame, own: hg.Policy, tmp_path: Path
) -> None:
    path = write_bases(bases, tmp_path / f"基地{suffix}")
    assert hg.load_policy(path) == own
    first = path.read_bytes()
    assert write_bases(bases, path).read_bytes() == first
    survey = hg.read_survey(path)
    assert (len(survey.bases), len(survey.issues)) == (len(bases), 0)


def test_a_data_file_without_a_policy_says_so(bases: gpd.GeoDataFrame, tmp_path: Path) -> None:
    _gpkg(bases, tmp_path)
    with pytest.raises(hg.PolicyError, match="没有带工作要点"):
        hg.load_policy(tmp_path / "a.gpkg")
    (tmp_path / "b.geojson").write_text("[1", encoding="utf-8")
    with pytest.raises(hg.PolicyError, match="没有带工作要点"):
        hg.load_policy(tmp_path / "b.geojson")


HOSTILE = [
    "", "[1,2", "7", "[]", "{}", '{"layers": []}', '{"layers": 3}', '{"layers": [1]}',
    '{"layers": [{"tiers": 1}]}', '{"layers": [{"tier": []}]}', '{"layers":' + "[" * 99999,
    "null", '{"layers": [{}]}',
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_policy_is_refused_by_its_reader(text: str, bases: gpd.GeoDataFrame) -> None:
    edited = bases.copy()
    edited.attrs["herbgis"] = text
    with pytest.raises(hg.PolicyError):
        verified(edited)


@pytest.mark.parametrize("remark", [7, None, ["a"], {"layers": []}])
def test_what_is_no_text_is_refused(remark: object, bases: gpd.GeoDataFrame) -> None:
    edited = bases.copy()
    edited.attrs["herbgis"] = remark
    with pytest.raises(hg.PolicyError):
        verified(edited)


def test_an_edited_policy_is_noticed_beside_the_digest(bases: gpd.GeoDataFrame) -> None:
    edited = bases.copy()
    edited.attrs["herbgis"] = edited.attrs["herbgis"].replace(
        '"threshold_mu":800', '"threshold_mu":810'
    )
    with pytest.raises(hg.PolicyMismatchError, match="不止一份"):
        verified(edited)


@pytest.mark.parametrize("how", ["concat", "concat turned", "merge", "assign"])
def test_tables_of_two_policies_together_are_noticed(
    how: str, bases: gpd.GeoDataFrame, records: gpd.GeoDataFrame, built_in: hg.Policy
) -> None:
    other = hg.classify(records, policy=built_in)
    halves = [bases.iloc[:3], other.iloc[3:]]
    mixed = {
        "concat": lambda: pd.concat(halves),
        "concat turned": lambda: pd.concat(halves[::-1]),
        "merge": lambda: bases.drop(columns="policy").merge(
            pd.DataFrame(other[["policy"]]), left_index=True, right_index=True
        ),
        "assign": lambda: bases.assign(policy=other["policy"]),
    }[how]()
    # A join loses what tells the carried policy; the tier is then none of the other's.
    with pytest.raises(hg.HerbgisError, match=r"不止一份|规模等级"):
        verified(mixed)


def test_a_policy_that_a_program_changed_is_asked_for(
    records: gpd.GeoDataFrame, own: hg.Policy, built_in: hg.Policy
) -> None:
    changed = dataclasses.replace(built_in, tiers=own.tiers)
    assert policy_text(changed) is None
    bases = hg.classify(records, policy=changed)
    assert "herbgis" not in bases.attrs
    with pytest.raises(hg.PolicyError, match="只留下摘要"):
        verified(bases)
    assert verified(bases, changed) == [5, 2]


def test_a_policy_column_of_ones_own_is_left_alone(records: gpd.GeoDataFrame) -> None:
    told = pd.DataFrame(hg.classify(records).drop(columns=["policy", "geometry"]))
    told.attrs = {}
    assert verified(told.assign(policy="产业扶持政策")) == [3, 1]


def test_bases_are_classified_anew_under_another_policy(
    bases: gpd.GeoDataFrame, built_in: hg.Policy
) -> None:
    again = hg.classify(bases, policy=built_in)
    assert again["policy"].unique().tolist() == [digest_of(built_in)]
    assert verified(again) == [3, 1]

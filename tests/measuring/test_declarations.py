"""What a base declares: one value for all its parcels, or each parcel its own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

import herbgis as hg
from herbgis.foundation.errors import PolicyError
from tests.helpers.shapes import square

#: 亩 declared on each record and surveyed of it, what the base declares, and whether that is noted.
CASES = {
    "two halves": ([270, 270], [270, 270], 540, True),
    "two halves that the survey nearly meets": ([270, 270], [268, 281], 540, True),
    "three thirds": ([180.5, 180.5, 180.5], [180.5] * 3, 541.5, True),
    "ten tenths": ([50] * 10, [50] * 10, 500, True),
    "the whole on each": ([540, 540], [270, 270], 540, False),
    "the whole on each of three": ([600] * 3, [100, 200, 300], 600, False),
    "neither agrees": ([300, 300], [500, 500], 300, False),
    "unlike values": ([270, 271], [270, 270], 541, False),
    "one alone": ([270], [540], 270, False),
    "one of two declares": ([540, None], [270, 270], 540, False),
    "nothing declared": ([None, None], [270, 270], np.nan, False),
    "small beside large": ([5, 5], [1, 9], 10, True),
    "nought on each": ([0, 0], [270, 270], 0, False),
}


def _parcels(declared: list[float | None], surveyed: list[float]) -> gpd.GeoDataFrame:
    shapes = [square(mu, lon=108.2 + 0.02 * place) for place, mu in enumerate(surveyed)]
    return gpd.GeoDataFrame(
        {
            "基地编号": "A-1",
            "基地名称": "沙坝",
            "品种": "黄精",
            "上报面积": declared,
            "计量单位": "亩",
            "状态": "已建",
        },
        geometry=shapes,
        crs=4490,
    )


@pytest.mark.parametrize("case", CASES)
def test_an_equal_value_is_the_base_s_unless_only_the_sum_fits(case: str) -> None:
    declared, surveyed, expected, noted = CASES[case]
    report = hg.validate(_parcels(declared, surveyed))
    base = hg.classify(report.bases).loc["A-1"]
    assert base["declared_mu"] == pytest.approx(expected, nan_ok=True)
    assert base["declared_value"] == pytest.approx(expected, nan_ok=True)
    found = report.table[report.table["code"] == "HG406"]
    assert len(found) == noted
    assert set(found["severity"]) <= {"note"}
    off = abs(expected - sum(surveyed)) > 0.05 * sum(surveyed)
    assert (report.table["code"].isin(["HG401", "HG402", "HG403", "HG404"])).any() == off


def _policy(folder: Path, by: str) -> hg.Policy:
    own = folder / "容差.toml"
    own.write_text(f'extends = "tongren-2020"\n[mismatch]\nby = "{by}"\n', encoding="utf-8")
    return hg.load_policy(own)


#: Surveyed as a square of 540 亩, whose boundary is 2,400 m: a strip of 1.25 m is 4.5 亩, one of
#: 1.96 times the 0.1 m of RTK is 0.71 亩, one of 1.96 times the 0.5 m of a drone 3.53 亩.
STRIPS = {"手持GPS": 4.5, "RTK": 0.7056, "无人机": 3.528, "": 4.5}


@pytest.mark.parametrize("method", STRIPS)
@pytest.mark.parametrize("beyond", [-0.1, 0.1])
def test_a_strip_along_the_boundary_may_judge(method: str, beyond: float, tmp_path: Path) -> None:
    off = STRIPS[method] * (1 + beyond)
    for declared in (540 - off, 540 + off):
        parcels = _parcels([declared], [540]).assign(测量方式=method)
        report = hg.validate(parcels, policy=_policy(tmp_path, "perimeter"))
        found = report.table[report.table["code"] == "HG401"]
        assert len(found) == (beyond > 0)
        assert found["allowed"].tolist() == pytest.approx([STRIPS[method] / 540] * len(found), 1e-2)
        # The flat share lets it pass.
        assert "HG401" not in hg.validate(parcels).table["code"].tolist()


def test_both_tolerances_stand_in_the_suggestion(tmp_path: Path) -> None:
    parcels = _parcels([400], [540]).assign(测量方式="RTK")
    for by, words in {
        "share": "实测的 5% 为 27.00 亩 (按周长为 0.71 亩)",
        "perimeter": "按周长为 0.71 亩 (实测的 5% 为 27.00 亩)",
    }.items():
        table = hg.validate(parcels, policy=_policy(tmp_path, by)).table
        assert words in table.set_index("code").loc["HG401", "suggestion"]


def test_the_way_to_judge_is_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="share"):
        _policy(tmp_path, "区")

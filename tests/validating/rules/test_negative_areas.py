"""A declared area below 0 is named, however it was written."""

from __future__ import annotations

import pandas as pd
import pytest

import herbgis as hg


@pytest.mark.parametrize(
    "written", [-501.5, -1, "-600", "-0.5", "-1000", -1e-3, "－600", "-600亩", "-40公顷", "−600"]
)
def test_a_negative_area_is_named_once(written: object) -> None:
    table = pd.DataFrame(
        {
            "基地编号": ["H-1", "H-2"],
            "填报单位": "江口县",
            "品种": "黄精",
            "上报面积(亩)": [600, written],
        }
    )
    found = hg.validate(table, counties=None).table
    numbers = found[found["code"] == "HG505"]
    assert numbers["base_id"].tolist() == ["H-2"]


@pytest.mark.parametrize("written", [0, 600, "600", 0.01, None])
def test_no_other_area_is(written: object) -> None:
    table = pd.DataFrame(
        {"基地编号": ["H-1"], "填报单位": "江口县", "品种": "黄精", "上报面积(亩)": [written]}
    )
    assert "HG505" not in set(hg.validate(table, counties=None).table["code"])

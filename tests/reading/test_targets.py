"""A file that is no table of targets is told what it lacks, and of what it has nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

import herbgis as hg


@pytest.mark.parametrize(
    ("heading", "lacks", "has"),
    [
        ("填报单位,500亩以上,1000亩以上", "规模、一季度", "填报单位、500亩以上、1000亩以上"),
        ("填报单位,规模,目标", "一季度", "填报单位、规模、目标"),
        ("规模,一季度", "填报单位", "规模、一季度"),
        ("一,二", "填报单位、规模、一季度", "一、二"),
    ],
)
def test_a_wrong_book_says_what_it_lacks(
    heading: str, lacks: str, has: str, tmp_path: Path
) -> None:
    path = tmp_path / "表.csv"
    path.write_text(f"进度\n{heading}\n德江县,3,4\n", encoding="utf-8")
    with pytest.raises(hg.MissingColumnError) as refused:
        hg.read_targets(path)
    said = str(refused.value)
    assert f"表.csv 缺少列 {lacks}。" in said
    assert f"这个文件里有: {has if lacks.count('、') < 2 else '进度'}。" in said
    assert "最像" not in said


def test_a_column_is_not_like_itself() -> None:
    """As where a step's column stands under its own name in a row that is no heading."""
    said = str(hg.MissingColumnError("甲", ["填报单位"], ["填报单位", "填报单位名称"]))
    assert "最像 填报单位 的是 填报单位名称。" in said

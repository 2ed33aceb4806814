"""The code of the step pages runs, one block after the other, on the shipped sample."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path

import pytest

import herbgis as hg

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "docs" / "index.md", *sorted((ROOT / "docs" / "steps").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGETS = "填报单位,规模,一季度,二季度,三季度,四季度\n德江县,500亩以上,0,3,0,9\n"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages speak of."""
    paths = hg.sample_paths()
    shutil.copytree(paths.survey, tmp_path / "收件")
    (tmp_path / "生产").mkdir()
    shutil.copy(paths.production, tmp_path / "生产")
    shutil.copy(paths.dem, tmp_path / "高程.tif")
    (tmp_path / "图层").mkdir()
    for name in ("YJJBNTTB", "红线"):
        shutil.copy(paths.counties, tmp_path / "图层" / f"{name}.geojson")
    hg.read_counties().assign(DLBM="0103").to_file(tmp_path / "图层" / "DLTB.gpkg")
    (tmp_path / "任务分解.csv").write_text(TARGETS, encoding="gbk")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: page.stem
)
def test_the_code_of_a_page_runs(office: Path, page: Path) -> None:
    script = office / "page.py"
    script.write_text("\n".join(blocks(page)), encoding="utf-8")
    runpy.run_path(str(script))

"""The table of formats in the documentation, held against what the formats do."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.shapes import east_of, frame, square
from tests.test_saved_frames import DRAWN, OWN, TABLES

PAGE = Path(__file__).parent.parent / "docs" / "saving.md"
_LINES = [line.split("|")[1:-1] for line in PAGE.read_text("utf-8").splitlines() if "|" in line]
ROWS = {cells[0].strip(): [cell.strip() for cell in cells[2:]] for cells in _LINES[2:]}
#: Written as the page has them, but for a table that nobody saves so.
FORMS = {k: save for k, save in {**DRAWN, **TABLES, **OWN}.items() if k != "plain parquet"}


def test_the_page_tells_of_every_format() -> None:
    assert list(ROWS) == list(FORMS)


@pytest.mark.parametrize("form", ROWS)
def test_the_page_is_true(form: str, tmp_path: Path) -> None:
    count, drawing, policy = ROWS[form]
    shapes = [east_of(square(mu), 2500 * n) for n, mu in enumerate((450, 650, 1200))]
    bases = hg.classify(frame(shapes, base_id=["A", "B", "C"], variety="黄精", county="印江"))
    again = FORMS[form](bases, tmp_path)
    same = hg.count_progress(again).targets.equals(hg.count_progress(bases).targets)
    assert {"一样": same, "拒绝": False}[count]
    kept = policy == "全文" and (form == "pickle" or gpd.__version__ >= "1.2")
    assert ("herbgis" in again.attrs) == kept
    if not again.attrs and form != "own xlsx":  # whose headings stand below a title
        assert again["policy"].notna().all()
    if drawing == "拒绝":
        with pytest.raises(hg.HerbgisError, match="存不下图形和坐标系"):
            hg.draw_map(again)
    else:
        hg.draw_map(again)
        classified = pd.DataFrame(hg.classify(again))["counted_mu"].tolist()
        assert classified == bases["counted_mu"].tolist()

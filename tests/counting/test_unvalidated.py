"""A count of bases that nobody validated says so wherever it is shown."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.shapes import LON, frame, square

SAYS = "未校验"


def _records() -> gpd.GeoDataFrame:
    shapes = [square(mu, LON + n * 0.03) for n, mu in enumerate((1200, 700, 400))]
    return frame(shapes, surveyed_on="2020-03-10", completed_on="2019-05-01", declared_mu=600.0)


def _bases(*, validated: bool) -> gpd.GeoDataFrame:
    given = _records()
    return hg.classify(hg.validate(given).bases if validated else given)


def _shown_in_book(path: Path) -> bool:
    book = openpyxl.load_workbook(path)
    return all(
        any(SAYS in str(cell.value) for row in sheet.iter_rows() for cell in row)
        for sheet in book.worksheets
    )


@pytest.mark.parametrize("validated", [True, False])
def test_every_place_of_a_count_tells(tmp_path: Path, *, validated: bool) -> None:
    bases = _bases(validated=validated)
    progress = hg.count_progress(bases, by="county")
    says = not validated
    assert progress.validated == validated
    assert progress.as_dict()["validated"] == validated
    assert (SAYS in repr(progress)) == says
    assert (SAYS in progress._repr_html_()) == says
    assert _shown_in_book(hg.write_progress_book(progress, tmp_path / "a.xlsx")) == says
    schedule = hg.make_schedule(bases)
    assert (SAYS in repr(schedule)) == says
    assert _shown_in_book(hg.write_schedule_book(schedule, tmp_path / "b.xlsx")) == says
    for lang, words in {"zh": SAYS, "en": "Not validated"}.items():
        for counted in (progress, None):
            page = tmp_path / "map.html"
            hg.draw_map(bases, progress=counted, lang=lang).save(str(page))
            assert (words in page.read_text(encoding="utf-8")) == says
    planned = hg.plan(bases, targets={"500": 3, "1000": 1})
    assert (SAYS in repr(planned)) == says
    assert (SAYS in json.dumps(planned.as_dict(), ensure_ascii=False)) == says
    assert _shown_in_book(hg.write_plan_book(planned, tmp_path / "c.xlsx")) == says


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".parquet", ".csv"])
@pytest.mark.parametrize("validated", [True, False])
def test_a_file_keeps_whether_its_bases_were_validated(
    tmp_path: Path, suffix: str, *, validated: bool
) -> None:
    bases = _bases(validated=validated)
    path = tmp_path / f"a{suffix}"
    again: pd.DataFrame
    if suffix == ".csv":
        pd.DataFrame(bases.drop(columns="geometry")).to_csv(path)
        again = pd.read_csv(path)
    elif suffix == ".parquet":
        bases.to_parquet(path)
        again = gpd.read_parquet(path)
    else:
        text = {c: bases[c].map("、".join) for c in ("blocked_by", "varieties") if c in bases}
        bases.assign(**text).reset_index().to_file(path)
        again = gpd.read_file(path)
    assert hg.count_progress(again).validated == validated


def test_own_rows_among_validated_ones_are_not_taken_for_validated() -> None:
    """Nor does an order of steps matter: classified again, a subset, columns of one's own."""
    bases = _bases(validated=False).assign(mine=1)
    for table in (bases.iloc[:1], hg.classify(bases), bases[::-1], bases.copy()):
        assert not hg.count_progress(table).validated
        assert not hg.count_progress(table, as_of=dt.date(2020, 6, 30)).validated


def test_a_ledger_takes_no_base_that_nobody_validated(tmp_path: Path) -> None:
    with pytest.raises(hg.MissingColumnError, match="blocked_by"):
        hg.admit(tmp_path / "台账.gpkg", _bases(validated=False))

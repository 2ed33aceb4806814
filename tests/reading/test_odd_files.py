"""Of a file of which something is odd nothing is lost that is not said."""

from __future__ import annotations

from pathlib import Path

import pytest

import herbgis as hg
from benchmarks.odd_losses import by_herbgis, losses
from tests.helpers.odd_files import ODD_FILES, OddFile


@pytest.mark.parametrize("odd", ODD_FILES.values(), ids=ODD_FILES)
def test_an_odd_file_loses_nothing_silently(tmp_path: Path, odd: OddFile) -> None:
    path = odd.make(tmp_path)
    read = by_herbgis(path)
    assert not any(losses(odd.held, read)) or read.said
    codes = set(hg.validate(hg.read_survey(path)).table["code"])
    assert odd.code in codes if odd.code else not read.said

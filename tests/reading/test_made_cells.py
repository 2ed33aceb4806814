"""What reading wrote into a cell is told whole; what a county wrote is cut to fit a message."""

from __future__ import annotations

import pytest

from herbgis.foundation.language import speaking
from herbgis.reading.understanding.made_cells import TEXTS, told, told_short

PARTS = {"place": "A12", "value": "12.5", "shown": "12.50亩", "a": "1", "b": "200", "row": "3"}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_of_ours_end_where_they_end(text: str, lang: str) -> None:
    cell = text.format(cell="黄精", **PARTS)
    with speaking(lang):
        words = told_short(cell)
        assert told(cell).startswith(words)
        assert len(words) <= (20 if lang == "zh" else 60)
        assert lang == "zh" or words == told(cell)


def test_a_cell_of_a_county_is_cut() -> None:
    for lang in ("zh", "en"):
        with speaking(lang):
            assert told_short("约三百亩上下" * 9) == ("约三百亩上下" * 9)[:20]

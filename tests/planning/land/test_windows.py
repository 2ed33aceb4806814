"""Windows of a grid: what bounds reach into, and cutting that loses no cell."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from herbgis.planning.land.windows import cut_window, is_empty, window_around
from tests.helpers.make import few


@pytest.mark.parametrize(
    ("bounds", "margin", "window"),
    [
        ((2.5, 1.0, 4.0, 3.2), 0.0, (slice(1, 4), slice(2, 4))),
        ((2.5, 1.0, 4.0, 3.2), 1.6, (slice(0, 5), slice(0, 6))),
        ((-9.0, -9.0, 99.0, 99.0), 0.0, (slice(0, 5), slice(0, 7))),
    ],
)
def test_a_window_holds_all_cells_that_bounds_reach_into(
    bounds: tuple[float, ...], margin: float, window: tuple[slice, slice]
) -> None:
    assert window_around(np.array(bounds), (5, 7), margin) == window


@pytest.mark.parametrize("bounds", [(8.0, 0, 9, 4), (0, -3.0, 4, -1), (np.nan, 0, 1, 1)])
def test_bounds_beyond_the_grid_reach_into_nothing(bounds: tuple[float, ...]) -> None:
    assert is_empty(window_around(np.array(bounds, dtype=float), (5, 7)))


@few
@given(st.integers(1, 12), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_window_cut_holds_each_of_its_cells_once(side: int, top: int, tall: int, w: int) -> None:
    window = slice(top, top + tall), slice(3, 3 + w)
    seen = np.zeros((20, 20), dtype=int)
    for part in cut_window(window, side):
        assert all(0 < each.stop - each.start <= side for each in part)
        seen[part] += 1
    expected = np.zeros_like(seen)
    expected[window] = 1
    assert np.array_equal(seen, expected)

"""The plan's linear and integer programs, as HiGHS solves them.

The only importer of highspy, which is an extra (``pip install "herbgis[plan]"``).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from herbgis.foundation.errors import HerbgisError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import Flags, Floats, Ints

#: HiGHS takes a number this close to a whole one, and a row this close to its bound, for it.
TOLERANCE = 1e-7
#: The file descriptor that C code writes to, whatever `sys.stdout` is.
_STDOUT = 1


@dataclass(frozen=True, eq=False)
class Program:
    """Columns from 0 to 1 at a cost, and rows with bounds; the matrix by columns.

    Attributes
    ----------
    cost, upper : array of float, shape (columns,)
    row_lower, row_upper : array of float, shape (rows,)
    starts : array of int, shape (columns + 1,)
    rows, values : array, shape (entries,)
        Row and coefficient of each entry, column after column.
    whole : array of bool, shape (columns,)
        Which columns must be whole numbers.
    exclusions : array of int
        Which sets of options the rows behind the demands hold to one, see `rows.Rows`.
    """

    cost: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    starts: Ints
    rows: Ints
    values: Floats
    whole: Flags
    exclusions: Ints


@dataclass(frozen=True, eq=False)
class Answer:
    """The best columns, their cost, and for a linear program the rows' duals."""

    x: Floats
    cost: float
    duals: Floats


def solve_program(program: Program, *, integer: bool) -> Answer | None:
    """Solve to proven optimality; None where nothing is feasible.

    One thread and one seed: the same program gives the same answer.

    Raises
    ------
    HerbgisError
        highspy is not installed, or HiGHS gave up.
    """
    highspy = _highspy()
    if not len(program.cost):
        # Of a program without columns HiGHS says no more than that it is empty. All its sums are
        # zero: it is feasible where every row admits zero.
        met = (program.row_lower <= 0).all() and (program.row_upper >= 0).all()
        return Answer(np.zeros(0), 0.0, np.zeros(len(program.row_lower))) if met else None
    with _unheard():  # the first solver of a process prints its version
        highs = highspy.Highs()
    options: dict[str, Any] = {
        "output_flag": False,
        "threads": 1,
        "parallel": "off",
        "random_seed": 0,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": 0.0,
        "mip_feasibility_tolerance": TOLERANCE,
    }
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.passModel(as_model(highspy, program, integer=integer))
    # HiGHS keeps its threads by the thread that calls it, and does not go on with another number
    # of them: a caller of our own meets none that were made before, and leaves none behind.
    with ThreadPoolExecutor(max_workers=1) as alone:
        alone.submit(highs.run).result()
    status = highs.getModelStatus()
    kinds = highspy.HighsModelStatus
    if status in {kinds.kInfeasible, kinds.kUnboundedOrInfeasible}:
        return None
    if status != kinds.kOptimal:
        msg = "求解器没有得出结果: {status}。请报告这一情形。"
        raise HerbgisError(tr(msg, status=highs.modelStatusToString(status)))
    found = highs.getSolution()
    duals = np.zeros(0) if integer else np.array(found.row_dual, dtype=np.float64)
    return Answer(
        np.array(found.col_value, dtype=np.float64),
        float(highs.getInfo().objective_function_value),
        duals,
    )


def _highspy() -> Any:
    try:
        import highspy  # noqa: PLC0415 - an extra
    except ImportError as error:
        msg = '规划要用求解器 HiGHS。请运行 pip install "herbgis[plan]" (或 pip install highspy)。'
        raise HerbgisError(tr(msg)) from error
    return highspy


@contextmanager
def _unheard() -> Iterator[None]:
    """Nothing of what C code prints meanwhile is heard: a few lines, in a pipe that none reads."""
    sys.stdout.flush()
    kept, (unread, nowhere) = os.dup(_STDOUT), os.pipe()
    try:
        os.dup2(nowhere, _STDOUT)
        yield
    finally:
        os.dup2(kept, _STDOUT)
        for each in (kept, unread, nowhere):
            os.close(each)


def as_model(highspy: Any, program: Program, *, integer: bool) -> Any:
    """A program as HiGHS takes it, its columns whole or not."""
    columns = len(program.cost)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, len(program.row_lower)
    model.col_cost_ = program.cost
    model.col_lower_, model.col_upper_ = np.zeros(columns), program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.starts
    model.a_matrix_.index_ = program.rows
    model.a_matrix_.value_ = program.values
    if integer:
        kinds = highspy.HighsVarType
        model.integrality_ = [kinds.kInteger if w else kinds.kContinuous for w in program.whole]
    return model

#!/usr/bin/env bash
# A program whose costs are 1e-8 is "optimal" with a gap of 0 at four times the least cost.
#
# Guessed: to multiply every cost by 1e-8 changes nothing in what is chosen; at worst the status or the gap says that
#   the answer is not proven.
# Seen: of three sites at costs of 3, 1 and 2, one of which is needed, HiGHS takes the second; at 3e-8, 1e-8 and 2e-8 it
#   takes the first two, with the status kOptimal and a gap of 0.0, both gaps asked to be 0. Costs of 1e12 are no trouble.
#   Costs under the tolerance of the reduced costs (1e-7, not relative to anything) seem to count as nothing.
# Whom it touches: whoever gives costs in a large unit, or scales all of them down for the sake of a large one.
# Versions: highspy 1.16.0, numpy 2.4.6.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check highspy==1.16.0 numpy==2.4.6
venv/bin/python -I - <<'PY'
import importlib.metadata
import sys

import highspy
import numpy as np

print("versions: highspy", importlib.metadata.version("highspy"), "numpy", np.__version__)
print("guessed:  the cheapest site alone, whatever the costs are multiplied by")


def solve(costs):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for gap in ("mip_rel_gap", "mip_abs_gap"):
        solver.setOptionValue(gap, 0.0)
    count = len(costs)
    columns = np.arange(count, dtype=np.int32)
    for _ in costs:
        solver.addVar(0, 1)
    solver.changeColsIntegrality(count, columns, np.array([highspy.HighsVarType.kInteger] * count))
    solver.changeColsCost(count, columns, np.array(costs, dtype=float))
    solver.addRow(1, highspy.kHighsInf, count, columns, np.ones(count))
    solver.run()
    chosen = [round(value) for value in solver.getSolution().col_value]
    return chosen, solver.getModelStatus().name, solver.getInfo().mip_gap


seen = {
    "as they are": solve([3.0, 1.0, 2.0]),
    "times 1e12": solve([3e12, 1e12, 2e12]),
    "times 1e-8": solve([3e-8, 1e-8, 2e-8]),
}
for name, (chosen, status, gap) in seen.items():
    print("seen:    ", f"costs {name}: chosen {chosen}, {status}, gap {gap}")
known = seen["as they are"][0] == seen["times 1e12"][0] == [0, 1, 0]
known &= sum(seen["times 1e-8"][0]) > 1
known &= all(status == "kOptimal" and gap == 0 for _, status, gap in seen.values())
sys.exit(0 if known else "no longer as known")
PY

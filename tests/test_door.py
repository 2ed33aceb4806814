"""The package's door: the public surface, the same on every access, and quick to open."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import herbgis as hg
from scripts.site import api

SURFACE = [
    "Admission",
    "AssetError",
    "AuditSample",
    "Candidates",
    "CandidatesError",
    "ControlLayer",
    "ControlsError",
    "CountComparison",
    "CountiesError",
    "CrsError",
    "HerbgisError",
    "InputNotFoundError",
    "LandOptions",
    "LedgerError",
    "Letter",
    "MissingColumnError",
    "NoAttributeError",
    "OfflineMap",
    "OutputError",
    "Overclaim",
    "PageOptions",
    "Plan",
    "Policy",
    "PolicyError",
    "PolicyMismatchError",
    "Production",
    "Progress",
    "RasterError",
    "RouteOptions",
    "SamplePaths",
    "Schedule",
    "SeedlingCover",
    "SitingRules",
    "Standards",
    "Survey",
    "TargetsError",
    "UnitGrowth",
    "UnknownNameError",
    "UnreadableColumnError",
    "UnreadableReportError",
    "ValidationReport",
    "Visit",
    "VisitRule",
    "WrongCallError",
    "YearlyPlan",
    "admit",
    "choose_visit",
    "classify",
    "compare_counts",
    "compare_production",
    "compare_reports",
    "compare_units",
    "count_progress",
    "count_standards",
    "cover_seedlings",
    "draw_audit_sample",
    "draw_map",
    "estimate_overclaim",
    "explain_count",
    "gather_candidates",
    "list_data_notes",
    "load_policy",
    "make_ledger_schedule",
    "make_schedule",
    "measure",
    "measure_terrain",
    "plan",
    "read_audit_form",
    "read_candidates",
    "read_controls",
    "read_counties",
    "read_ledger",
    "read_ledger_history",
    "read_report",
    "read_siting_rules",
    "read_survey",
    "read_targets",
    "sample_paths",
    "select_in_force",
    "validate",
    "write_audit_form",
    "write_comparison_book",
    "write_ledger_book",
    "write_plan_book",
    "write_production_book",
    "write_progress_book",
    "write_return_slips",
    "write_schedule_book",
    "write_template",
    "write_visit_table",
]


ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "herbgis"
FUNCTIONS = [name for name in SURFACE if name[0].islower()]
#: What a newcomer reads first: none of it may need a name behind the door.
READ_FIRST = sorted(
    [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")]
)


def _fresh(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return done.stdout


def test_the_public_surface_is_this_list() -> None:
    assert hg.__all__ == SURFACE
    assert set(SURFACE) <= set(dir(hg))


def test_a_name_is_the_same_object_however_it_was_imported() -> None:
    """Before and after every module was imported; a function stays a function."""
    code = (
        "import importlib, json, pkgutil, herbgis\n"
        "first = {name: getattr(herbgis, name) for name in herbgis.__all__}\n"
        "for module in pkgutil.walk_packages(herbgis.__path__, 'herbgis.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "from herbgis import *\n"
        "kinds = {n: type(v).__name__ for n, v in first.items()\n"
        "         if v is getattr(herbgis, n) is globals()[n]}\n"
        "print(json.dumps(kinds))\n"
    )
    kinds = json.loads(_fresh(code))
    assert set(kinds) == set(SURFACE)
    assert {name for name, kind in kinds.items() if kind == "function"} == set(FUNCTIONS)
    assert set(kinds.values()) == {"function", "type"}


def test_a_public_name_is_defined_once() -> None:
    homes: dict[str, list[str]] = {name: [] for name in SURFACE}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for name in _names_defined(node) & homes.keys():
                homes[name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in homes.items() if len(found) != 1} == {}


def _names_defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_public_function_gives_and_takes_is_public(name: str) -> None:
    hints = typing.get_type_hints(getattr(hg, name)).values()
    kinds = [kind for hint in hints for kind in _classes_in(hint)]
    ours = [kind for kind in kinds if kind.__module__.startswith("herbgis")]
    assert [kind for kind in ours if getattr(hg, kind.__name__, None) is not kind] == []


def _classes_in(hint: Any) -> list[type]:
    """The classes that a hint names; nobody has to make a callback's, or a set of keywords."""
    if typing.get_origin(hint) is Callable:
        return []
    if typing.is_typeddict(hint):
        return [kind for each in typing.get_type_hints(hint).values() for kind in _classes_in(each)]
    inner = [kind for part in typing.get_args(hint) for kind in _classes_in(part)]
    return [*([hint] if isinstance(hint, type) else []), *inner]


def test_every_error_is_public() -> None:
    code = (
        "import importlib, json, pkgutil, herbgis\n"
        "raised = set()\n"
        "for module in pkgutil.walk_packages(herbgis.__path__, 'herbgis.'):\n"
        "    if module.name.endswith('__main__'): continue\n"
        "    for kind in vars(importlib.import_module(module.name)).values():\n"
        "        if isinstance(kind, type) and issubclass(kind, herbgis.HerbgisError):\n"
        "            raised.add(kind.__name__)\n"
        "print(json.dumps(sorted(raised)))\n"
    )
    raised = json.loads(_fresh(code))
    assert len(raised) > 1
    assert set(raised) <= set(SURFACE)


@pytest.mark.parametrize("path", READ_FIRST, ids=lambda path: path.name)
def test_what_is_read_first_needs_only_the_door(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?:from|import) herbgis\.[\w.]*", text) == []
    imported = re.findall(r"from herbgis import ([\w, ]+)", text)
    names = {*re.findall(r"\bhg\.(\w+)", text), *(n for line in imported for n in line.split(", "))}
    assert names <= {*SURFACE, "__all__", "__version__"}


@pytest.mark.parametrize("name", SURFACE)
def test_every_public_name_has_a_line_in_chinese(name: str) -> None:
    assert re.match(r"[\u4e00-\u9fff]", api.summary_of(name, getattr(hg, name)))


def test_every_error_has_a_line_in_chinese() -> None:
    for error in api.every_error():
        assert re.match(r"[\u4e00-\u9fff]", api.summary_of(error.__name__, error))


def test_the_door_imports_nothing_heavy() -> None:
    code = "import json, sys, herbgis, herbgis.cli.main; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(_fresh(code)))
    assert not loaded & {"geopandas", "pandas", "numpy", "shapely", "pyproj", "folium", "rasterio"}


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="classify"):
        _ = hg.clasify

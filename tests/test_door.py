"""The package's door: the public surface, the same on every access, and quick to open."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import herbgis as hg

SURFACE = [
    "HerbgisError",
    "Plan",
    "Policy",
    "Progress",
    "Survey",
    "ValidationReport",
    "Visit",
    "admit",
    "choose_visit",
    "classify",
    "compare_production",
    "count_progress",
    "cover_seedlings",
    "draw_map",
    "explain_count",
    "gather_candidates",
    "load_policy",
    "make_schedule",
    "measure",
    "measure_terrain",
    "plan",
    "read_candidates",
    "read_counties",
    "read_ledger",
    "read_survey",
    "read_targets",
    "validate",
    "write_plan_book",
    "write_return_slips",
    "write_template",
    "write_visit_table",
]


def _fresh(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return done.stdout


def test_the_public_surface_is_this_list() -> None:
    assert hg.__all__ == SURFACE
    assert set(SURFACE) <= set(dir(hg))


@pytest.mark.parametrize("name", SURFACE)
def test_a_name_is_the_same_object_on_every_access(name: str) -> None:
    code = (
        "import importlib, pkgutil, herbgis\n"
        f"first = herbgis.{name}\n"
        "for module in pkgutil.walk_packages(herbgis.__path__, 'herbgis.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        f"second = herbgis.{name}\n"
        f"from herbgis import {name} as third\n"
        "print(first is second is third, callable(first), type(first).__name__)\n"
    )
    same, is_callable, kind = _fresh(code).split()
    assert (same, is_callable) == ("True", "True")
    assert kind in {"function", "type"}


def test_the_door_imports_nothing_heavy() -> None:
    code = "import json, sys, herbgis, herbgis.cli.main; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(_fresh(code)))
    assert not loaded & {"geopandas", "pandas", "numpy", "shapely", "pyproj", "folium", "rasterio"}


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(AttributeError, match="classify"):
        _ = hg.clasify

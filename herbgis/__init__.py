"""herbgis: 中药材与食用菌基地的面积核定、进度统计与地图. Planning herb and fungus bases.

The names below are the public surface; each is loaded when it is first used, so that importing
herbgis costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Where each public name lives.
_HOMES = {
    "HerbgisError": "herbgis.errors",
    "Plan": "herbgis.planning.plans",
    "Policy": "herbgis.policy",
    "Progress": "herbgis.progress",
    "Survey": "herbgis.survey",
    "ValidationReport": "herbgis.rules.validation",
    "Visit": "herbgis.planning.visit",
    "admit": "herbgis.ledger",
    "choose_visit": "herbgis.planning.visit",
    "classify": "herbgis.tiers",
    "compare_production": "herbgis.production",
    "count_progress": "herbgis.progress",
    "cover_seedlings": "herbgis.seedlings",
    "draw_map": "herbgis.webmap",
    "explain_count": "herbgis.explanation",
    "gather_candidates": "herbgis.planning.gathering",
    "load_policy": "herbgis.policyfiles",
    "make_schedule": "herbgis.schedule",
    "measure": "herbgis.areas",
    "measure_terrain": "herbgis.terrain",
    "plan": "herbgis.planning.plans",
    "read_candidates": "herbgis.readers.candidates",
    "read_counties": "herbgis.counties",
    "read_ledger": "herbgis.ledger",
    "read_survey": "herbgis.readers.reading",
    "read_targets": "herbgis.readers.targets",
    "validate": "herbgis.rules.validation",
    "write_plan_book": "herbgis.tables.plan_book",
    "write_return_slips": "herbgis.tables.return_slips",
    "write_template": "herbgis.tables.template",
    "write_visit_table": "herbgis.tables.visit_table",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - held against the imports below by a test

if TYPE_CHECKING:
    from herbgis.areas import measure as measure
    from herbgis.counties import read_counties as read_counties
    from herbgis.errors import HerbgisError as HerbgisError
    from herbgis.explanation import explain_count as explain_count
    from herbgis.ledger import admit as admit
    from herbgis.ledger import read_ledger as read_ledger
    from herbgis.planning.gathering import gather_candidates as gather_candidates
    from herbgis.planning.plans import Plan as Plan
    from herbgis.planning.plans import plan as plan
    from herbgis.planning.visit import Visit as Visit
    from herbgis.planning.visit import choose_visit as choose_visit
    from herbgis.policy import Policy as Policy
    from herbgis.policyfiles import load_policy as load_policy
    from herbgis.production import compare_production as compare_production
    from herbgis.progress import Progress as Progress
    from herbgis.progress import count_progress as count_progress
    from herbgis.readers.candidates import read_candidates as read_candidates
    from herbgis.readers.reading import read_survey as read_survey
    from herbgis.readers.targets import read_targets as read_targets
    from herbgis.rules.validation import ValidationReport as ValidationReport
    from herbgis.rules.validation import validate as validate
    from herbgis.schedule import make_schedule as make_schedule
    from herbgis.seedlings import cover_seedlings as cover_seedlings
    from herbgis.survey import Survey as Survey
    from herbgis.tables.plan_book import write_plan_book as write_plan_book
    from herbgis.tables.return_slips import write_return_slips as write_return_slips
    from herbgis.tables.template import write_template as write_template
    from herbgis.tables.visit_table import write_visit_table as write_visit_table
    from herbgis.terrain import measure_terrain as measure_terrain
    from herbgis.tiers import classify as classify
    from herbgis.webmap import draw_map as draw_map


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'herbgis' has no attribute {name!r}; it has: {', '.join(__all__)}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])

"""herbgis: 中药材与食用菌基地的面积核定、进度统计与地图. Planning herb and fungus bases.

The names below are the public surface; each is loaded when it is first used, so that importing
herbgis costs nothing. A function is handed out with its wrong calls answered.
"""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Where each public name lives.
_HOMES = {
    "Admission": "herbgis.counting.admission",
    "AssetError": "herbgis.foundation.errors",
    "AuditSample": "herbgis.counting.audit_sample",
    "Candidates": "herbgis.planning.sites.candidates",
    "CandidatesError": "herbgis.foundation.input_errors",
    "ControlLayer": "herbgis.reading.understanding.control_layers",
    "ControlsError": "herbgis.foundation.input_errors",
    "CountComparison": "herbgis.counting.comparison",
    "CountiesError": "herbgis.foundation.input_errors",
    "CrsError": "herbgis.foundation.errors",
    "HerbgisError": "herbgis.foundation.errors",
    "InputNotFoundError": "herbgis.foundation.errors",
    "LandOptions": "herbgis.planning.sites.gathering",
    "LedgerError": "herbgis.foundation.errors",
    "Letter": "herbgis.tables.return_slips",
    "MissingColumnError": "herbgis.foundation.errors",
    "NoAttributeError": "herbgis.foundation.wrong_calls",
    "OfflineMap": "herbgis.webmap.page",
    "OutputError": "herbgis.foundation.errors",
    "Overclaim": "herbgis.counting.overclaim",
    "PageOptions": "herbgis.webmap.options",
    "Plan": "herbgis.planning.choosing.plans",
    "YearlyPlan": "herbgis.planning.choosing.yearly",
    "Policy": "herbgis.terms.policy",
    "PolicyError": "herbgis.foundation.errors",
    "PolicyMismatchError": "herbgis.foundation.errors",
    "Production": "herbgis.counting.production",
    "Progress": "herbgis.counting.progress",
    "RasterError": "herbgis.foundation.input_errors",
    "RouteOptions": "herbgis.planning.visit.roads",
    "SamplePaths": "herbgis.foundation.sample",
    "Schedule": "herbgis.counting.schedule",
    "SeedlingCover": "herbgis.counting.seedlings",
    "SitingRules": "herbgis.planning.land.siting",
    "Standards": "herbgis.counting.standards",
    "Survey": "herbgis.reading.understanding.survey",
    "TargetsError": "herbgis.foundation.input_errors",
    "UnitGrowth": "herbgis.counting.unit_growth",
    "UnknownNameError": "herbgis.foundation.errors",
    "UnreadableColumnError": "herbgis.foundation.errors",
    "UnreadableReportError": "herbgis.foundation.errors",
    "ValidationReport": "herbgis.validating.report",
    "Visit": "herbgis.planning.visit.visit",
    "VisitRule": "herbgis.planning.visit.worth",
    "WrongCallError": "herbgis.foundation.wrong_calls",
    "admit": "herbgis.counting.ledger",
    "choose_visit": "herbgis.planning.visit.visit",
    "classify": "herbgis.counting.tiers",
    "compare_production": "herbgis.counting.production",
    "compare_counts": "herbgis.counting.comparison",
    "compare_reports": "herbgis.validating.comeback",
    "compare_units": "herbgis.counting.unit_growth",
    "count_progress": "herbgis.counting.tally",
    "count_standards": "herbgis.counting.standards",
    "cover_seedlings": "herbgis.counting.seedlings",
    "draw_audit_sample": "herbgis.counting.audit_sample",
    "draw_map": "herbgis.webmap.drawing",
    "estimate_overclaim": "herbgis.counting.overclaim",
    "explain_count": "herbgis.counting.explanation",
    "gather_candidates": "herbgis.planning.sites.gathering",
    "list_data_notes": "herbgis.tables.issue_list",
    "load_policy": "herbgis.terms.policyfiles",
    "make_ledger_schedule": "herbgis.counting.schedule",
    "make_schedule": "herbgis.counting.schedule",
    "measure": "herbgis.measuring.areas",
    "measure_terrain": "herbgis.measuring.terrain",
    "plan": "herbgis.planning.choosing.making",
    "read_audit_form": "herbgis.tables.audit_form",
    "read_candidates": "herbgis.reading.candidates",
    "read_controls": "herbgis.reading.controls",
    "read_counties": "herbgis.reading.counties",
    "read_ledger": "herbgis.counting.ledger",
    "read_ledger_history": "herbgis.counting.ledger",
    "read_report": "herbgis.tables.reports",
    "read_siting_rules": "herbgis.planning.land.siting",
    "read_survey": "herbgis.reading.reading",
    "read_targets": "herbgis.reading.targets",
    "sample_paths": "herbgis.foundation.sample",
    "select_in_force": "herbgis.counting.ledger",
    "validate": "herbgis.validating.validation",
    "write_audit_form": "herbgis.tables.audit_form",
    "write_comparison_book": "herbgis.tables.comparison_book",
    "write_ledger_book": "herbgis.tables.ledger_books",
    "write_plan_book": "herbgis.tables.plan_book",
    "write_production_book": "herbgis.tables.production_book",
    "write_progress_book": "herbgis.tables.progress_book",
    "write_return_slips": "herbgis.tables.return_slips",
    "write_schedule_book": "herbgis.tables.ledger_books",
    "write_template": "herbgis.tables.template",
    "write_visit_table": "herbgis.tables.visit_table",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - held against the imports below by a test

if TYPE_CHECKING:
    from herbgis.counting.admission import Admission as Admission
    from herbgis.counting.audit_sample import AuditSample as AuditSample
    from herbgis.counting.audit_sample import draw_audit_sample as draw_audit_sample
    from herbgis.counting.comparison import CountComparison as CountComparison
    from herbgis.counting.comparison import compare_counts as compare_counts
    from herbgis.counting.explanation import explain_count as explain_count
    from herbgis.counting.ledger import admit as admit
    from herbgis.counting.ledger import read_ledger as read_ledger
    from herbgis.counting.ledger import read_ledger_history as read_ledger_history
    from herbgis.counting.ledger import select_in_force as select_in_force
    from herbgis.counting.overclaim import Overclaim as Overclaim
    from herbgis.counting.overclaim import estimate_overclaim as estimate_overclaim
    from herbgis.counting.production import Production as Production
    from herbgis.counting.production import compare_production as compare_production
    from herbgis.counting.progress import Progress as Progress
    from herbgis.counting.schedule import Schedule as Schedule
    from herbgis.counting.schedule import make_ledger_schedule as make_ledger_schedule
    from herbgis.counting.schedule import make_schedule as make_schedule
    from herbgis.counting.seedlings import SeedlingCover as SeedlingCover
    from herbgis.counting.seedlings import cover_seedlings as cover_seedlings
    from herbgis.counting.standards import Standards as Standards
    from herbgis.counting.standards import count_standards as count_standards
    from herbgis.counting.tally import count_progress as count_progress
    from herbgis.counting.tiers import classify as classify
    from herbgis.counting.unit_growth import UnitGrowth as UnitGrowth
    from herbgis.counting.unit_growth import compare_units as compare_units
    from herbgis.foundation.errors import AssetError as AssetError
    from herbgis.foundation.errors import CrsError as CrsError
    from herbgis.foundation.errors import HerbgisError as HerbgisError
    from herbgis.foundation.errors import InputNotFoundError as InputNotFoundError
    from herbgis.foundation.errors import LedgerError as LedgerError
    from herbgis.foundation.errors import MissingColumnError as MissingColumnError
    from herbgis.foundation.errors import OutputError as OutputError
    from herbgis.foundation.errors import PolicyError as PolicyError
    from herbgis.foundation.errors import PolicyMismatchError as PolicyMismatchError
    from herbgis.foundation.errors import UnknownNameError as UnknownNameError
    from herbgis.foundation.errors import UnreadableColumnError as UnreadableColumnError
    from herbgis.foundation.errors import UnreadableReportError as UnreadableReportError
    from herbgis.foundation.input_errors import CandidatesError as CandidatesError
    from herbgis.foundation.input_errors import ControlsError as ControlsError
    from herbgis.foundation.input_errors import CountiesError as CountiesError
    from herbgis.foundation.input_errors import RasterError as RasterError
    from herbgis.foundation.input_errors import TargetsError as TargetsError
    from herbgis.foundation.sample import SamplePaths as SamplePaths
    from herbgis.foundation.sample import sample_paths as sample_paths
    from herbgis.foundation.wrong_calls import NoAttributeError as NoAttributeError
    from herbgis.foundation.wrong_calls import WrongCallError as WrongCallError
    from herbgis.measuring.areas import measure as measure
    from herbgis.measuring.terrain import measure_terrain as measure_terrain
    from herbgis.planning.choosing.making import plan as plan
    from herbgis.planning.choosing.plans import Plan as Plan
    from herbgis.planning.choosing.yearly import YearlyPlan as YearlyPlan
    from herbgis.planning.land.siting import SitingRules as SitingRules
    from herbgis.planning.land.siting import read_siting_rules as read_siting_rules
    from herbgis.planning.sites.candidates import Candidates as Candidates
    from herbgis.planning.sites.gathering import LandOptions as LandOptions
    from herbgis.planning.sites.gathering import gather_candidates as gather_candidates
    from herbgis.planning.visit.roads import RouteOptions as RouteOptions
    from herbgis.planning.visit.visit import Visit as Visit
    from herbgis.planning.visit.visit import choose_visit as choose_visit
    from herbgis.planning.visit.worth import VisitRule as VisitRule
    from herbgis.reading.candidates import read_candidates as read_candidates
    from herbgis.reading.controls import read_controls as read_controls
    from herbgis.reading.counties import read_counties as read_counties
    from herbgis.reading.reading import read_survey as read_survey
    from herbgis.reading.targets import read_targets as read_targets
    from herbgis.reading.understanding.control_layers import ControlLayer as ControlLayer
    from herbgis.reading.understanding.survey import Survey as Survey
    from herbgis.tables.audit_form import read_audit_form as read_audit_form
    from herbgis.tables.audit_form import write_audit_form as write_audit_form
    from herbgis.tables.comparison_book import write_comparison_book as write_comparison_book
    from herbgis.tables.issue_list import list_data_notes as list_data_notes
    from herbgis.tables.ledger_books import write_ledger_book as write_ledger_book
    from herbgis.tables.ledger_books import write_schedule_book as write_schedule_book
    from herbgis.tables.plan_book import write_plan_book as write_plan_book
    from herbgis.tables.production_book import write_production_book as write_production_book
    from herbgis.tables.progress_book import write_progress_book as write_progress_book
    from herbgis.tables.reports import read_report as read_report
    from herbgis.tables.return_slips import Letter as Letter
    from herbgis.tables.return_slips import write_return_slips as write_return_slips
    from herbgis.tables.template import write_template as write_template
    from herbgis.tables.visit_table import write_visit_table as write_visit_table
    from herbgis.terms.policy import Policy as Policy
    from herbgis.terms.policyfiles import load_policy as load_policy
    from herbgis.validating.comeback import compare_reports as compare_reports
    from herbgis.validating.report import ValidationReport as ValidationReport
    from herbgis.validating.validation import validate as validate
    from herbgis.webmap.drawing import draw_map as draw_map
    from herbgis.webmap.options import PageOptions as PageOptions
    from herbgis.webmap.page import OfflineMap as OfflineMap


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    if name not in _HOMES:
        raise importlib.import_module("herbgis.foundation.wrong_calls").no_attribute(
            "herbgis", name, __all__
        )
    value = getattr(importlib.import_module(_HOMES[name]), name)
    if inspect.isfunction(value):
        value = importlib.import_module("herbgis.terms.calls").checked(value)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])

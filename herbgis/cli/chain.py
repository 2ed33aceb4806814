"""From paths to a count: the steps that commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from herbgis.cli.options import (
    SHIPPED,
)
from herbgis.cli.voice import progress_bar, tell

if TYPE_CHECKING:
    import geopandas as gpd

    from herbgis.terms.policy import Policy
    from herbgis.validating.report import ValidationReport


def validated(
    paths: Sequence[Path], policy: str, counties: str, against: Sequence[Path] | None
) -> tuple[ValidationReport, gpd.GeoDataFrame | None]:
    """Read and validate, saying on standard error what was assumed."""
    import herbgis as hg

    rules = hg.load_policy(policy)
    borders = _counties(counties, rules)
    ledger = _counted(against, rules) if against else None
    survey = hg.read_survey(paths, policy=rules, track=progress_bar("读取"))
    tell(*survey.assumption_lines())
    report = hg.validate(
        survey, counties=borders, policy=rules, against=ledger, track=progress_bar("校验")
    )
    return report, borders


def walk(
    paths: Sequence[Path],
    policy: str = "tongren-2020",
    counties: str = SHIPPED,
    against: Sequence[Path] | None = None,
) -> tuple[ValidationReport, gpd.GeoDataFrame, Policy, gpd.GeoDataFrame | None]:
    """Read, validate and classify."""
    import herbgis as hg

    report, borders = validated(paths, policy, counties, against)
    return report, hg.classify(report.bases, policy=report.policy), report.policy, borders


def _counted(paths: Sequence[Path], policy: Policy) -> gpd.GeoDataFrame:
    """Bases already counted: a ledger's, or those of any files."""
    import herbgis as hg
    from herbgis.counting.ledger import is_ledger

    if len(paths) == 1 and is_ledger(paths[0]):
        return hg.read_ledger(paths[0], policy=policy)
    return hg.read_survey(paths, policy=policy).bases


def _counties(source: str, policy: Policy) -> gpd.GeoDataFrame | None:
    from herbgis.reading.counties import read_counties

    if source == "none":
        return None
    return read_counties(None if source == SHIPPED else source, policy=policy)


def exit_status(report: ValidationReport) -> int:
    """2 where an input could not be read."""
    return 2 if (report.table["code"] == "HG001").any() else 0

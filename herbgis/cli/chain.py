"""From paths to a count: the steps that commands share."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from herbgis.cli.inputs import SHIPPED, Inputs
from herbgis.cli.layers import controls_of
from herbgis.cli.outcome import exit_status, held_lines, unread_lines
from herbgis.cli.voice import complain, progress_bar, tell
from herbgis.foundation.language import listed, tr

#: Files of which these are said were not read whole, or cannot be placed.
_NOT_WHOLE = ("HG001", "HG002", "HG004", "HG007")
#: Shapes of which an overlap can be found.
_LAND = ("Polygon", "MultiPolygon", "GeometryCollection")
#: What is said of a file that `classify` wrote, where survey files are due.
_NO_SURVEY = (
    "{names} 是 classify 写出的结果, 一个基地一行, 不是测量数据, 不能重新校验: 原来的几条记录"
    "合成了一条, 重复报送等查不出来了。改了的, 请改到测量文件 (或退回单的修复后数据) 里再校验; "
    "要统计、画图、规划, 请把这一个文件交给 progress、map、plan。"
)
#: What is said where there are others beside them.
_ONE_ONLY = (
    "{names} 是 classify 写出的结果, 一次只能统计一个, 也不能与测量文件一起读 "
    "(同一个基地会算两遍)。请改为把各自原来的测量文件一起交来, 一次读入; 只要其中一个, 就只写它。"
)
#: What is said of those that lie in a folder or an archive.
_AMONG_OTHERS = (
    "{names} 是 classify 写出的结果, 与测量文件放在一起, 一起读会把同一个基地算两遍, 所以没有读。"
    "请把它移到别的文件夹, 或只指明测量文件, 再运行一次; 要统计它, 请把它单独交给 "
    "progress、map、plan。"
)
#: What is said of one that was saved anew in another form.
_SAVED_ANEW = (
    "{names} 里是 classify 写出的结果, 后来另存成别的格式, 或改了工作表、表头的位置, 当作测量数据"
    "读会算成别的数。请把 classify 写出的原文件单独交给 progress、map、plan; 另存的, 在 Python 里 "
    "用 gpd.read_file、pd.read_excel 打开, 再 hg.count_progress。"
)

if TYPE_CHECKING:
    import geopandas as gpd

    from herbgis.reading.understanding.survey import Survey
    from herbgis.terms.issues import Issue
    from herbgis.terms.policy import Policy
    from herbgis.validating.report import ValidationReport


def read(inputs: Inputs, policy: Policy) -> Survey:
    """The survey files, as they are asked for, with a bar."""
    import herbgis as hg

    return hg.read_survey(
        inputs.paths,
        policy=policy,
        crs=inputs.crs,
        sheets=inputs.sheets,
        track=progress_bar(tr("读取")),
    )


def validated(
    inputs: Inputs, *, as_of: dt.date | None = None, go_on: bool = False
) -> tuple[ValidationReport, gpd.GeoDataFrame | None]:
    """Read and validate, saying on standard error what was assumed.

    Boundaries or counted bases that cannot be read end the run, for what it would count was not
    held against them; `go_on` reports them as HG001 instead, beside all that could be checked.
    """
    import herbgis as hg
    from herbgis.terms.issues import Issue, Place

    rules = hg.load_policy(inputs.policy_name)
    issues: list[Issue] = []
    borders = ledger = None
    try:
        borders = _counties(inputs.counties, rules)
    except (hg.CountiesError, hg.MissingColumnError, hg.CrsError) as error:
        if not go_on:
            raise
        tell(str(error))
        issues.append(
            Issue("HG001", Place(Path(inputs.counties).name), {"why": tr("县界读不了, 没有查县界")})
        )
    layers = None
    try:
        layers = controls_of(inputs, rules)
    except hg.ControlsError as error:
        if not go_on:
            raise
        tell(str(error))
        lines = {"why": tr("管控图层读不了, 没有查管控图层")}
        issues.append(Issue("HG001", Place(listed(inputs.controls)), lines))
    if inputs.against:
        ledger, unread = _counted(inputs.against, rules)
        if unread and not go_on:
            raise hg.LedgerError(next(iter(unread.values())))
        tell(*unread.values())
        why = {"why": tr("台账读不了, 没有与它查重")}
        issues += [Issue("HG001", Place(name), why) for name in unread]
    _refuse_results(inputs.paths)
    survey = read(inputs, rules)
    _refuse_reread(survey, inputs.paths)
    survey = _with_issues(survey, issues)
    tell(*survey.assumption_lines())
    report = hg.validate(
        survey,
        counties=borders,
        policy=rules,
        against=ledger,
        as_of=as_of,
        controls=layers,
        track=progress_bar(tr("校验")),
    )
    if layers:
        tell(*held_lines(survey, report))
    return report, borders


def _with_issues(survey: Survey, issues: Sequence[Issue]) -> Survey:
    """A survey with findings of files beside it."""
    import pandas as pd

    from herbgis.terms.issues import issue_table

    if not issues:
        return survey
    found = pd.concat([survey.issues, issue_table(issues)], ignore_index=True)
    return dataclasses.replace(survey, issues=found)


def walk(
    inputs: Inputs, *, as_of: dt.date | None = None
) -> tuple[ValidationReport, gpd.GeoDataFrame, Policy, gpd.GeoDataFrame | None]:
    """Read, validate and classify; dates after `as_of` are errors (see `validate`).

    What could not be read is said, also with --quiet: what follows does not show that it lacks.
    """
    import herbgis as hg

    report, borders = validated(inputs, as_of=as_of)
    complain(*unread_lines(report))
    return report, hg.classify(report.bases, policy=report.policy), report.policy, borders


def bases_of(
    inputs: Inputs, *, as_of: dt.date | None = None
) -> tuple[gpd.GeoDataFrame, Policy, int]:
    """Bases of a ledger, of a file that was classified before, or of survey files.

    With their policy and the exit status. What a ledger or a classified file holds was validated
    when it was made, and is counted as it stands: of a ledger what was in force on the day, and of
    a classified file under the policy that it carries, unless another is given.
    """
    held = _held(inputs, as_of)
    if held is not None:
        return *held, 0
    limit = last_day(as_of, inputs.policy_name)
    report, bases, rules, _ = walk(inputs, as_of=limit)
    return bases, rules, exit_status(report)


def drawn_of(
    inputs: Inputs, *, as_of: dt.date | None = None
) -> tuple[gpd.GeoDataFrame, Policy, gpd.GeoDataFrame | None, ValidationReport | None]:
    """As `bases_of`, with the boundaries and, of survey files, the report, for what is drawn."""
    held = _held(inputs, as_of)
    if held is not None:
        return *held, _counties(inputs.counties, held[1]), None
    limit = last_day(as_of, inputs.policy_name)
    report, bases, rules, borders = walk(inputs, as_of=limit)
    return bases, rules, borders, report


def _held(inputs: Inputs, as_of: dt.date | None) -> tuple[gpd.GeoDataFrame, Policy] | None:
    """Bases that stand already in the one file given, with their policy; None of survey files."""
    import herbgis as hg
    from herbgis.counting.ledger import is_ledger
    from herbgis.tables.data_files import read_bases
    from herbgis.terms.carried import policy_for

    if len(inputs.paths) != 1 or inputs.against:
        return None
    (path,) = inputs.paths
    asked = asked_policy(inputs.policy)
    if is_ledger(path):
        _refuse_readings(inputs)
        history = hg.read_ledger_history(path, policy=asked)
        return hg.select_in_force(history, as_of), policy_for(history, asked)
    classified = read_bases(path)
    if classified is None:
        return None
    _refuse_readings(inputs)
    tell(tr("{name} 是核定过的基地, 照原样统计, 没有重新校验", name=path.name))
    return classified, policy_for(classified, asked)


def _refuse_readings(inputs: Inputs) -> None:
    """Refuse what is said of how survey files are read and checked, where there are none."""
    from herbgis.foundation.wrong_calls import WrongCallError

    if inputs.crs or inputs.sheets or inputs.controls:
        (path,) = inputs.paths
        msg = tr(
            "{name} 不是测量文件, 照原样用; --crs、--sheet、--control 只管测量文件, 请去掉。",
            name=path.name,
        )
        raise WrongCallError(msg)


def asked_policy(policy: str | None) -> Policy | None:
    """The policy that an option names; None where it is not given, so that the carried one holds.

    A ledger and a file of classified bases carry theirs.
    """
    import herbgis as hg

    return None if policy is None else hg.load_policy(policy)


def last_day(asked: dt.date | None, policy: str) -> dt.date | None:
    """The day after which a date is an error, where files are counted as of a day.

    Files may tell of days after one that is asked for in retrospect; these are no mistakes.
    """
    import herbgis as hg

    return asked and max(asked, dt.date(hg.load_policy(policy).year, 12, 31))


def _counted(
    paths: Sequence[Path], policy: Policy
) -> tuple[gpd.GeoDataFrame | None, dict[str, str]]:
    """Bases already counted, a ledger's or those of any files; and why of which there are none.

    A file that was not read whole, or whose records cannot be placed, is among the latter: what
    it holds would be counted again.
    """
    import herbgis as hg
    from herbgis.counting.ledger import is_ledger

    if len(paths) == 1 and is_ledger(paths[0]):
        return hg.read_ledger(paths[0], policy=policy), {}
    survey = hg.read_survey(paths, policy=policy)
    issues = survey.issues
    lacking = issues[issues["code"].isin(_NOT_WHOLE) & (issues["severity"] == "error")]
    unread = dict(zip(lacking["file"], lacking["message"], strict=True))
    if survey.bases.empty:
        unread = unread or dict.fromkeys((path.name for path in paths), tr("里面没有记录"))
    elif not survey.bases.geometry.geom_type.isin(_LAND).any():
        unread = unread or dict.fromkeys((path.name for path in paths), tr("里面没有面"))
    return None if survey.bases.empty else survey.bases, {
        name: tr(
            "{name} 不能用来查重 (HG001): {why}。没有它就查不出重复报送; 请在原软件中确认能"
            "打开, 正开着它的请先关闭。",
            name=name,
            why=why,
        )
        for name, why in unread.items()
    }


def _counties(source: str, policy: Policy) -> gpd.GeoDataFrame | None:
    from herbgis.reading.counties import read_counties

    if source == "none":
        return None
    return read_counties(None if source == SHIPPED else source, policy=policy)


def _refuse_results(paths: Sequence[Path]) -> None:
    """Refuse files that `classify` wrote where survey files are due.

    In them several records are one base, so that what was wrong between these is found no more: a
    base sent in twice would count.
    """
    from herbgis.foundation.wrong_calls import WrongCallError
    from herbgis.tables.data_files import is_classified

    results = [path.name for path in paths if is_classified(path)]
    if results:
        said = _NO_SURVEY if len(paths) == 1 else _ONE_ONLY
        raise WrongCallError(tr(said, names=listed(results)))


def _refuse_reread(survey: Survey, paths: Sequence[Path]) -> None:
    """Refuse such files also in a folder, and where their cells alone tell: saved anew."""
    from herbgis.foundation.wrong_calls import WrongCallError
    from herbgis.reading.understanding.unused import results_among

    results = results_among(survey.files)
    if results:
        within = [name for name in results if name not in {path.name for path in paths}]
        said = _AMONG_OTHERS if within else _SAVED_ANEW
        raise WrongCallError(tr(said, names=listed(within or results)))

"""Wrong calls answer: none lets a raw exception out, and each says what is due and what was given.

The tables are read by people as well: a call or a command a line, and words that its answer has.
"""

from __future__ import annotations

import datetime as dt
import inspect
import pickle
import re
import shlex
import shutil
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import herbgis as hg
from herbgis.cli.main import main
from herbgis.foundation.wrong_calls import MADE_BY
from herbgis.terms.kinds import due

DATA = Path(__file__).parent / "data"
#: What stands for the sample's file in the tables.
ONE_COUNTY = hg.sample_paths().survey / "2020-03-batch" / "yanhe.geojson"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FUNCTIONS = [name for name in hg.__all__ if inspect.isfunction(getattr(hg, name))]


def _table(name: str) -> Iterator[tuple[str, list[str]]]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        call, _, words = line.partition(" ⟶ ")
        yield call, words.split(" | ")


CALLS = dict(_table("wrong_calls.txt"))
COMMANDS = dict(_table("wrong_commands.txt"))


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    """What an analyst has at hand in a notebook."""
    survey = hg.read_survey(ONE_COUNTY)
    counties = hg.read_counties()
    report = hg.validate(survey, counties=counties)
    bases = hg.classify(report.bases)
    return {
        "hg": hg,
        "pd": pd,
        "gpd": gpd,
        "np": np,
        "dt": dt,
        "shapely": shapely,
        "Path": Path,
        "survey": survey,
        "counties": counties,
        "report": report,
        "bases": bases,
        "progress": hg.count_progress(bases),
        "visit": hg.choose_visit(bases, stops=3),
        "plan": hg.plan(bases, targets={"500": 1, "1000": 0}),
        "sample": hg.draw_audit_sample(bases, 3, seed=1),
        "page": hg.draw_map(bases),
        "nocrs": bases.set_crs(None, allow_override=True),
    }


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file that is none of the formats, a folder, and two policies."""
    monkeypatch.chdir(tmp_path)
    Path("x.txt").write_text("hello", encoding="utf-8")
    Path("f").mkdir()
    own = 'extends = "tongren-2020"\n[counting]\narea = "contiguous"\n'
    Path("own.toml").write_text(own, encoding="utf-8")
    Path("bad.toml").write_text("[countng]\n", encoding="utf-8")
    return tmp_path


def test_the_tables_are_long_enough() -> None:
    assert len(CALLS) + len(COMMANDS) >= 120
    assert len(COMMANDS) >= 40


@pytest.mark.parametrize("call", CALLS)
def test_a_wrong_call_is_answered(call: str, world: dict[str, Any]) -> None:
    with pytest.raises(hg.HerbgisError) as refused:
        eval(call, dict(world))  # noqa: S307 - the table's own calls
    _holds(str(refused.value), CALLS[call])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_command_is_answered(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(ONE_COUNTY) if word == "SURVEY" else word for word in shlex.split(command)]
    monkeypatch.setattr(sys, "argv", ["herbgis", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("herbgis: ")
    _holds(last, COMMANDS[command])


def _holds(said: str, words: list[str]) -> None:
    assert [word for word in words if word not in said] == [], said
    assert CHINESE.search(said)
    assert said.rstrip("\"')）").endswith(("。", "?", "等", "]", "}")) or len(said) > 20
    assert "  " not in said


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_takes(name: str) -> None:
    function = getattr(hg, name)
    parameters = inspect.signature(function).parameters
    for parameter, kind in typing.get_type_hints(function).items():
        if parameter in parameters and typing.get_origin(kind) is not typing.Unpack:
            assert CHINESE.search(due(kind)) or due(kind).startswith("hg.")
    with pytest.raises(hg.WrongCallError, match=f"{name} 没有参数 nonsense"):
        function(*[None] * _placed(function), nonsense=1)
    with pytest.raises(hg.WrongCallError, match=f"{name} 按位置只收"):
        function(*[None] * (_placed(function) + 1))
    needed = [
        name
        for name, each in parameters.items()
        if each.default is each.empty and each.kind is not each.VAR_KEYWORD
    ]
    if needed:
        with pytest.raises(hg.WrongCallError, match=f"{name} 缺少参数 {'、'.join(needed)}"):
            function()
        with pytest.raises(hg.WrongCallError, match=f"{name} 的 {needed[0]} 要.*, 给的是 object"):
            function(**dict.fromkeys(needed, object()))


def _placed(function: Any) -> int:
    kinds = [p.kind for p in inspect.signature(function).parameters.values()]
    return kinds.count(inspect.Parameter.POSITIONAL_OR_KEYWORD)


RESULTS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Survey": lambda world: world["survey"],
    "ValidationReport": lambda world: world["report"],
    "Progress": lambda world: world["progress"],
    "Plan": lambda world: world["plan"],
    "YearlyPlan": lambda world: hg.plan(
        world["bases"], targets={"500": 1, "1000": 0}, years=(2021, 2022)
    ),
    "Visit": lambda world: world["visit"],
    "AuditSample": lambda world: world["sample"],
    "Schedule": lambda world: hg.make_schedule(world["bases"]),
    "Standards": lambda world: hg.count_standards(world["bases"]),
    "Production": lambda world: hg.compare_production(world["bases"]),
    "SeedlingCover": lambda world: hg.cover_seedlings(world["bases"]),
    "CountComparison": lambda world: hg.compare_counts(world["bases"], world["bases"]),
    "Admission": lambda world: hg.admit("台账.gpkg", world["bases"], on="2020-06-30"),
    "SitingRules": lambda _: hg.read_siting_rules(),
}


def _methods(made: type) -> list[str]:
    return [n for n, m in vars(made).items() if inspect.isfunction(m) and not n.startswith("_")]


@pytest.mark.parametrize("name", MADE_BY)
def test_a_class_of_results_answers_by_itself(name: str) -> None:
    """However a result came about: no function of ours is called when pickle gives one."""
    made = getattr(hg, name)
    for method in _methods(made):
        with pytest.raises(hg.WrongCallError, match=f"{name}.{method} 没有参数 nonsense"):
            getattr(made, method)(object.__new__(made), nonsense=1)


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_from_pickle_works_as_the_one_that_was_pickled(
    name: str, world: dict[str, Any]
) -> None:
    result = RESULTS[name](world)
    again = pickle.loads(pickle.dumps(result))  # noqa: S301 - made here
    assert type(again).__name__ == name
    for method in _methods(type(again)):
        try:
            right = getattr(result, method)()
        except hg.HerbgisError as refused:
            with pytest.raises(type(refused), match=re.escape(str(refused))):
                getattr(again, method)()
        else:
            assert repr(getattr(again, method)()) == repr(right)
    assert repr(again) == repr(result)


@pytest.mark.parametrize("owner", ["hg", "report", "survey", "progress"])
def test_what_is_not_there_is_not_there_for_python_either(
    owner: str, world: dict[str, Any]
) -> None:
    for name in ("nonsense", "__nonsense__", "_repr_pretty_"):
        assert not hasattr(world[owner], name)


# What can mean one thing only is taken for it


@pytest.mark.parametrize("policy", ["own.toml", Path("own.toml")], ids=["text", "path"])
def test_a_policy_may_be_its_name_or_file(policy: str | Path, world: dict[str, Any]) -> None:
    loaded = hg.load_policy(policy)
    bases, report = world["bases"], world["report"]
    by_name = typing.cast("Any", policy)
    assert hg.classify(report.bases, policy=by_name).equals(
        hg.classify(report.bases, policy=loaded)
    )
    one, other = (hg.count_progress(bases, policy=p) for p in (by_name, loaded))
    assert one.targets.equals(other.targets)
    assert hg.validate(world["survey"], policy=by_name).policy.counting == loaded.counting
    assert hg.read_survey(ONE_COUNTY, policy=by_name).bases.equals(world["survey"].bases)
    assert hg.measure(report.bases, policy=by_name).equals(hg.measure(report.bases))


@pytest.mark.parametrize(
    "day",
    [
        *("2020-06-30", "2020年6月30日", "2020/6/30", "20200630", "二〇二〇年六月三十日"),
        *(pd.Timestamp("2020-06-30"), np.datetime64("2020-06-30")),
        dt.datetime(2020, 6, 30, 12, tzinfo=dt.UTC),
    ],
)
def test_a_day_may_be_text(day: Any, world: dict[str, Any]) -> None:
    right = dt.date(2020, 6, 30)
    assert hg.count_progress(world["bases"], as_of=day).as_of == right
    assert hg.make_schedule(world["bases"], as_of=day).as_of == right
    assert hg.admit("台账.gpkg", world["bases"], on=day).on == right


def test_one_id_is_a_list_of_one(world: dict[str, Any]) -> None:
    bases = world["bases"]
    one = bases.index[0]
    assert hg.choose_visit(bases, must=one).table.equals(hg.choose_visit(bases, must=[one]).table)


@pytest.mark.parametrize("stops", [3.0, np.int64(3), np.float64(3)])
def test_a_whole_number_is_one_however_it_is_kept(stops: Any, world: dict[str, Any]) -> None:
    assert hg.choose_visit(world["bases"], stops=stops).table.equals(world["visit"].table)


def test_a_tier_may_be_a_number(world: dict[str, Any]) -> None:
    targets = typing.cast("Any", {500: 1, 1000: 0})
    assert hg.plan(world["bases"], targets=targets).targets.equals(world["plan"].targets)


def test_a_visit_is_drawn_as_it_was_chosen(world: dict[str, Any], folder: Path) -> None:
    bases, visit = world["bases"], world["visit"]
    for name, stops in (("one", visit), ("other", visit.table)):
        hg.draw_map(bases, visit=stops).save(folder / f"{name}.html")
    sizes = {path.stat().st_size for path in folder.glob("*.html")}
    assert len(sizes) == 1


def test_the_only_shapes_of_a_table_are_its_shapes(world: dict[str, Any]) -> None:
    bases, records = world["bases"], world["report"].bases
    lost = records.rename(columns={"geometry": "图形"})
    with pytest.raises(AttributeError):
        _ = lost.geometry
    right = bases["counted_mu"].tolist()
    assert hg.classify(lost)["counted_mu"].tolist() == right
    assert hg.classify(typing.cast("Any", pd.DataFrame(records)))["counted_mu"].tolist() == right


def test_options_are_checked_like_functions(folder: Path) -> None:
    for options in (hg.PageOptions, hg.LandOptions, hg.RouteOptions, hg.VisitRule, hg.Letter):
        with pytest.raises(hg.WrongCallError, match=f"{options.__name__} 没有参数 nonsense"):
            options(nonsense=1)
        assert options() is not None
    shutil.rmtree(folder / "f")

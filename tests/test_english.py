"""The package speaks English too: nothing that it says lacks its English."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import (
    InputNotFoundError,
    MissingColumnError,
    UnknownNameError,
    UnreadableColumnError,
)
from herbgis.foundation.language import language, listed, speaking, tr
from herbgis.foundation.wrong_calls import no_attribute, shown
from herbgis.reading.understanding import made_cells
from herbgis.tables.template import template_fields
from herbgis.terms import columns as cols
from herbgis.terms.land_rules import controls, ways_of_growing
from herbgis.terms.policyfiles import load_policy
from herbgis.terms.policyschema import policy_schema

PACKAGE = Path(__file__).parent.parent / "herbgis"
ENGLISH = PACKAGE / "messages" / "english"
#: Chinese, with its punctuation.
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")

#: Chinese that is data and not said: what files hold, and what is compared with it. By module, the
#: constants (or functions) that hold it; `...` where all of a module's Chinese is such.
DATA: dict[str, frozenset[str] | object] = {
    "cli/layers.py": frozenset({"_LAYER"}),
    "cli/helping.py": frozenset({"_WORDS"}),
    "cli/ledger.py": frozenset({"_LEDGER", "_PRODUCTION", "_SCHEDULE"}),
    "cli/planning.py": frozenset({"_BOOK", "_MAP"}),
    "cli/starting.py": frozenset({"_ISSUES", "_MAP", "_PROGRESS"}),
    "foundation/dates.py": ...,
    "foundation/identifiers.py": frozenset({"ODD_ID"}),
    "foundation/language.py": ...,
    "counting/ledger.py": frozenset({"LAYER", "_HISTORY", "_typed"}),
    # What garbled text looks like.
    "validating/rules/mojibake.py": frozenset({"_LOST", "_read_again", "_weight"}),
    "foundation/units.py": ...,
    "geo/geopackages.py": frozenset({"CHANGES_LAYER", "flattened"}),
    "geo/raster_numbers.py": frozenset({"_METRES"}),
    # Headings of a table that users bring.
    "planning/visit/roads.py": frozenset({"_TRAVEL_HEADINGS"}),
    # Spellings in files, headings and names that a file's own are made of: what an id or a mapping
    # of columns may hold is the same in every language.
    "reading/control_rasters.py": frozenset({"_CALLED"}),
    "reading/formats/arrow_cells.py": frozenset({"_series"}),
    "reading/formats/coordinate_table.py": frozenset({"_PARTS", "_ANY_NUMBER"}),
    "reading/formats/coordinates.py": ...,
    "reading/formats/cut_numbers.py": ...,
    "reading/formats/descriptions.py": ...,
    "reading/formats/dxf_frames.py": frozenset({"_FRAME_LAYER"}),
    "reading/formats/geojson_features.py": frozenset({"_cell"}),
    "reading/formats/html_tables.py": frozenset({"_name"}),
    "reading/formats/kml_shapes.py": frozenset({"_BLANKS_AT_COMMA"}),
    "reading/formats/kml_walk.py": frozenset({"_folder"}),
    "reading/formats/number_formats.py": ...,
    "reading/formats/ovjsn.py": frozenset({"_NAMELESS"}),
    "reading/formats/plot_heads.py": ...,
    "reading/formats/plot_lines.py": frozenset(
        {"_SECTION", "_PLOTS", "_HEADER", "_SIGNS", "_is_running_text", "_parts_of_point"}
    ),
    "reading/formats/plot_systems.py": frozenset(
        {"_PACKED_WORDS", "_SYSTEM", "_ZONE_NUMBER", "_WIDTH", "_UNIT", "_MERIDIAN"}
    ),
    "reading/formats/plot_titles.py": ...,
    "reading/formats/points.py": frozenset({"_parse"}),
    "reading/formats/shown_cells.py": frozenset({"UNIT_HEADING"}),
    "reading/formats/sum_rows.py": frozenset({"_OF_WHICH", "_TITLE", "_PLACE", "_COUNT"}),
    "reading/formats/table_blocks.py": ...,
    "reading/formats/table_headers.py": ...,
    "reading/formats/table_records.py": frozenset(
        {"_TOTAL", "_FOOTER", "_SECTION", "_COUNTERS", "_counts_columns"}
    ),
    "reading/formats/table_systems.py": frozenset(
        {"_OLD_DATUMS", "_CGCS2000", "_MERIDIAN", "_ZONE", "_OFFSETS", "_PACKED", "_zone"}
    ),
    "reading/formats/workbook.py": frozenset({"_DELIMITERS", "_COMMAS", "_name_of_next"}),
    "reading/formats/xml_workbook.py": frozenset({"_title"}),
    "reading/targets.py": frozenset({"_QUARTERS", "_TIER", "_YEAR", "_LEAST", "_SUMS"}),
    "reading/understanding/control_layers.py": frozenset({"_STOPS"}),
    "reading/understanding/cells.py": frozenset({"clean_text"}),
    "reading/understanding/computed.py": frozenset({"_SEPARATORS", "_joined"}),
    "reading/understanding/extras.py": frozenset({"_read_year"}),
    "reading/understanding/listed.py": ...,
    "reading/understanding/made_cells.py": ...,
    "reading/understanding/made_headings.py": frozenset({"nameless", "_NAMELESS"}),
    "reading/understanding/matching.py": frozenset({"_ORGANISATION"}),
    "terms/reporting_units.py": frozenset({"_OFFICE", "_BARE"}),
    "reading/understanding/reopened.py": frozenset({"_OF_BASES", "_SUMS"}),
    "reading/understanding/varieties.py": ...,
    # Headings, units and words are told where they are shown, see `_of_terms`.
    "terms/columns.py": ...,
    "terms/column.py": ...,
    "terms/control_columns.py": frozenset({"LAND", "_CROPLAND_TITLE", "controlled"}),
    "terms/townships.py": ...,
    "terms/variety_words.py": ...,
    "tables/data_files.py": frozenset({"_DECLARED_MU"}),
    "tables/paper.py": frozenset({"FONT"}),
    "tables/repaired_file.py": frozenset({"_ANSWERS", "_BASES", "_FORMER", "_SURVEYED"}),
    "tables/return_slips.py": frozenset(
        {"_LIST_FILE", "_MAP_FILE", "_PACKAGE", "_REPAIRED_FILE", "_SLIP_FILE"}
    ),
    "tables/summary.py": frozenset({"_BOOK_FILE", "_PAGE_FILE"}),
    "tables/template.py": frozenset({"_NAME", "_SCRIPT_FILE", "_TARGETS_FILE"}),
    "webmap/frames.py": frozenset({"_NAMES"}),
    "webmap/telling.py": frozenset({"_writer"}),
}
#: Rooms whose texts all have their English.
ROOMS: tuple[str, ...] = (
    "cli",
    "counting",
    "foundation",
    "geo",
    "measuring",
    "planning",
    "reading",
    "tables",
    "terms",
    "validating",
    "webmap",
)


def _catalogue(room: str) -> dict[str, str]:
    path = ENGLISH / f"{room}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _modules(room: str) -> Iterator[Path]:
    yield from sorted((PACKAGE / room).rglob("*.py"))


def _said(path: Path) -> Iterator[ast.expr]:
    """Every Chinese text of a module but docstrings and data."""
    exempt = DATA.get(path.relative_to(PACKAGE).as_posix(), frozenset())
    if exempt is ...:
        return
    assert isinstance(exempt, frozenset)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        names = [getattr(node, "name", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            each_name = (name for target in targets for name in ast.walk(target))
            names += [name.id for name in each_name if isinstance(name, ast.Name)]
        if exempt & set(names):
            skipped |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.JoinedStr) and id(node) not in skipped:
            pieces = [each for each in node.values if isinstance(each, ast.Constant)]
            skipped |= {id(each) for each in pieces}
            if any(CHINESE.search(str(each.value)) for each in pieces):
                yield node
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
            and CHINESE.search(node.value)
        ):
            yield node


def _of_terms() -> Iterator[str]:
    """Headings, units and words of the base table, and what a policy's file may say."""
    for column in cols.every():
        yield from (column.title, column.heading, column.unit)
    yield from cols.VERDICT_TITLES.values()
    policy = load_policy()
    yield policy.below_title
    for tier in policy.tiers:
        yield from (tier.title, tier.reach_title)
    for column, words in policy.words.items():
        if column not in {"county", "reporting_unit"}:
            yield from (word.title for word in words.values())
    yield from (kind.title for kind in controls().values())
    yield from (way.title for way in ways_of_growing().values())
    yield from _descriptions_of_texts(policy_schema())


def _descriptions_of_texts(rule: object) -> Iterator[str]:
    """What a policy's schema says of texts that must be of a form: it is said of a wrong one."""
    if isinstance(rule, dict):
        if "pattern" in rule:
            yield rule["description"]
        for below in rule.values():
            yield from _descriptions_of_texts(below)


def _of_planning() -> Iterator[str]:
    """What limits land and must be left out, and what stands in the field."""
    siting = resources.read_toml("facts/siting.toml")
    yield from (entry["title"] for entry in (*siting["factor"].values(), *siting["mask"]))
    for factor in siting["factor"].values():
        yield from (scale["name"] for scale in factor.get("scales", ()))
    for stage in resources.read_toml("facts/phenology.toml")["stage"]:
        yield from (stage["stage"], stage["source"])


def _of_reading() -> Iterator[str]:
    """What files are called that are not read, what to do with them; cells that reading writes."""
    kinds = resources.read_toml("facts/file_kinds.toml")
    for entry in (*kinds["unread"], *kinds["beside"], *kinds["content"].values()):
        yield from (entry["title"], entry.get("advice", ""))
    yield from made_cells.TEXTS


def _of_tables() -> Iterator[str]:
    for field in template_fields():
        yield from (field.need, field.how)


def _of_webmap() -> Iterator[str]:
    for entry in resources.read_toml("webmap/assets/VENDOR.toml")["missing"]:
        yield from (entry["name"], entry["advice"])


#: Chinese that a room says and that stands in facts, policies and tables of its own.
FACTS: dict[str, Callable[[], Iterator[str]]] = {
    "planning": _of_planning,
    "reading": _of_reading,
    "terms": _of_terms,
    "tables": _of_tables,
    "webmap": _of_webmap,
}


def _said_by_facts(room: str) -> set[str]:
    told = FACTS.get(room, lambda: iter(()))
    return {text for text in told() if CHINESE.search(text)}


def _places(text: str) -> set[str]:
    """The places of a text that values fill; braces that are none stand as they are."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_said_lacks_its_english(room: str) -> None:
    known = _catalogue(room)
    lacking = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {ast.unparse(node)}"
        for path in _modules(room)
        for node in _said(path)
        if not (isinstance(node, ast.Constant) and node.value in known)
    ]
    assert lacking == []
    assert sorted(_said_by_facts(room) - known.keys()) == []


def test_a_text_is_given_what_its_places_take() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}:{call.lineno}: {ast.unparse(call)}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "tr"
        for text in call.args[:1]
        if isinstance(text, ast.Constant)
        and None not in {each.arg for each in call.keywords}
        and {each.arg for each in call.keywords}
        != {name for name in _places(str(text.value)) if call.keywords or name.isidentifier()}
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_english_is_of_a_text_that_is_gone(room: str) -> None:
    said = {getattr(node, "value", None) for path in _modules(room) for node in _said(path)}
    said |= _said_by_facts(room)
    assert sorted(_catalogue(room).keys() - said) == []


@pytest.mark.parametrize("room", sorted(path.stem for path in ENGLISH.glob("*.toml")))
def test_english_fills_the_same_places(room: str) -> None:
    for chinese, english in _catalogue(room).items():
        assert not CHINESE.search(english), english
        assert _places(english) <= _places(chinese), english


def test_a_text_has_one_english() -> None:
    known: dict[str, str] = {}
    for path in sorted(ENGLISH.glob("*.toml")):
        for chinese, english in _catalogue(path.stem).items():
            assert known.setdefault(chinese, english) == english


def test_the_language_is_chosen_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HERBGIS_LANG", raising=False)
    assert (language(), listed(["a", "b"])) == ("zh", "a、b")
    monkeypatch.setenv("HERBGIS_LANG", "en")
    assert (language(), listed(["a", "b"])) == ("en", "a, b")
    with speaking("zh"):
        assert language() == "zh"
    assert language() == "en"
    monkeypatch.setenv("HERBGIS_LANG", "fr")
    assert language() == "zh"


def test_places_are_filled_and_what_has_no_english_stays() -> None:
    with speaking("en"):
        assert tr("没有这一句 {a}", a=3) == "没有这一句 3"
        assert tr("{花括号}") == "{花括号}"


def test_wrong_calls_are_answered_in_english() -> None:
    with speaking("en"):
        told = [
            InputNotFoundError("a.shp"),
            MissingColumnError("hg.classify", ["kind"], ["kinds", "mu"]),
            UnreadableColumnError("counted_mu", "x", 2, shown(1.5)),
            UnknownNameError("policy", "tongrn", ["tongren"]),
            no_attribute("hg", "tabel", ["table"]),
            *map(shown, ([], ["a", None], {}, b"", None, "", "a", int, Path("a"), print)),
        ]
    assert [text for text in map(str, told) if CHINESE.search(text)] == []


@pytest.mark.parametrize(
    "call",
    [
        lambda: hg.validate("a.gpkg"),
        lambda: hg.classify([1, None]),
        hg.count_progress,
        lambda: hg.plan([], targets={"500": "x"}),
        lambda: hg.load_policy("tongren-2002"),
        lambda: hg.load_policy("own.toml"),
        lambda: hg.read_survey("a", lines=3),
        lambda: replace(load_policy().counting, area="all"),
    ],
)
def test_a_wrong_call_is_answered_in_english(
    call: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.toml").write_text(
        'title = 5\n[[tiers]]\nlabel = "1"\ntarget = -3\n[kind.Big]\ntitel = "x"\n'
        '[counting]\narea = "whole"\ngroups = []\n[tolerence]\n[status.built]\naliases = [1]\n',
        encoding="utf-8",
    )
    with speaking("en"), pytest.raises(hg.HerbgisError) as refused:
        call()
    assert CHINESE.search(str(refused.value)) is None, str(refused.value)

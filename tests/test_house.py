"""The contract of the house, held against its source: floors, rooms, and limits of size."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import herbgis as hg
from tests.helpers.house import Function, House

ROOT = Path(__file__).parent.parent
MOST_LINES = 350
MOST_BODY_LINES = 50
MOST_PARAMETERS = 12
MOST_ON_TOP = 14


def outside_the_floors(house: House) -> list[str]:
    """Folders and modules that stand on no floor, and names on a floor that are no more."""
    here = {house.room(module) for module in house.sources} - {house.name}
    listed = frozenset[str]().union(*house.floors)
    return sorted(here ^ listed)


def upward_imports(house: House) -> list[str]:
    """Imports from a floor above, or from another room on one's own floor.

    The door leads into every room, so only what stands above all that it opens may use it: the
    two floors on top, the command line and its entry.
    """
    floor_of = {room: floor for floor, rooms in enumerate(house.floors) for room in rooms}
    lowest = len(house.floors)
    faults = []
    for each in house.imports:
        importer, imported = house.room(each.importer), house.room(each.imported)
        below = floor_of.get(imported, 2 if imported == house.name else lowest)
        if importer != imported and floor_of.get(importer, lowest) >= below:
            faults.append(f"{each.importer} -> {each.imported}")
    return faults


def import_circles(house: House) -> list[str]:
    """Circles between modules, and between the folders and modules side by side in a folder."""
    graphs: dict[str, dict[str, set[str]]] = {"": {}}
    for each in house.imports:
        graphs[""].setdefault(each.importer, set()).add(each.imported)
        here, there = each.importer.split("."), each.imported.split(".")
        shared = next(
            (at for at, (one, other) in enumerate(zip(here, there, strict=False)) if one != other),
            None,
        )
        if shared is not None:
            folder = graphs.setdefault(".".join(here[:shared]), {})
            folder.setdefault(here[shared], set()).add(there[shared])
    faults = []
    for folder, graph in graphs.items():
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as circle:
            faults.append(f"{folder}: {' <- '.join(circle.args[1])}")
    return faults


def too_much_on_top(house: House) -> list[str]:
    """Code folders and modules at the package's own level, where there are too many."""
    rooms = sorted({house.room(module) for module in house.sources})
    return rooms if len(rooms) > MOST_ON_TOP else []


def long_modules(house: House) -> list[str]:
    """Modules of too many lines."""
    return [module for module, text in house.sources.items() if len(text.splitlines()) > MOST_LINES]


def long_functions(house: House) -> list[str]:
    """Functions whose body, without the docstring, has too many lines."""
    return [name for name, each in house.functions() if _body_lines(each) > MOST_BODY_LINES]


def _body_lines(function: Function) -> int:
    body = function.body[ast.get_docstring(function) is not None :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def wide_signatures(house: House) -> list[str]:
    """Public functions of too many parameters; a typed set of keywords counts as one.

    The options of a command are the lines of its help, and each has a parameter.
    """
    return [
        name
        for name, each in house.functions()
        if not each.name.startswith("_")
        and not each.name.endswith("_command")
        and _parameters(each) > MOST_PARAMETERS
    ]


def _parameters(function: Function) -> int:
    signature = function.args
    single = [*signature.posonlyargs, *signature.args, *signature.kwonlyargs]
    own = [each for each in single if each.arg not in {"self", "cls"}]
    return len(own) + (signature.vararg is not None) + (signature.kwarg is not None)


def borrowed_private_names(house: House) -> list[str]:
    """Names with a leading underscore that a module takes from another."""
    return [
        f"{each.importer} -> {each.imported}.{name}"
        for each in house.imports
        for name in (*each.names, each.imported.rpartition(".")[2])
        if name.startswith("_") and not name.startswith("__")
    ]


def modules_hiding_functions(house: House) -> list[str]:
    """Modules that bear a public name, and would stand in its place once imported."""
    return [module for module in house.sources if module.rpartition(".")[2] in house.public]


Check = Callable[[House], list[str]]
CHECKS: dict[str, Check] = {
    "each room on a floor": outside_the_floors,
    "nothing imported upward": upward_imports,
    "no circle": import_circles,
    "few rooms on top": too_much_on_top,
    "short modules": long_modules,
    "short functions": long_functions,
    "narrow signatures": wide_signatures,
    "private names stay at home": borrowed_private_names,
    "no module hides a function": modules_hiding_functions,
}


def _floors_of_contract() -> tuple[frozenset[str], ...]:
    """The floors as the import contract lists them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    [layers] = [each["layers"] for each in contracts if each["name"] == "the floors of the house"]
    return tuple(frozenset(room.strip() for room in layer.split("|")) for layer in layers)


@pytest.fixture(scope="module")
def house() -> House:
    return House(ROOT / "herbgis", _floors_of_contract(), frozenset(hg.__all__))


@pytest.mark.parametrize("name", CHECKS)
def test_the_house_keeps_its_contract(house: House, name: str) -> None:
    assert CHECKS[name](house) == []


SOUND = {
    "__init__": "from house.roof.tiles import cover\n",
    "__main__": "from house.command import main\n",
    "command": "import house\nfrom house.roof import tiles\n",
    "loft/__init__": "",
    "roof/__init__": "",
    "roof/tiles": "from house.cellar import jars\nfrom house.cellar.jars import Jar\n",
    "attic/__init__": "from house.cellar.jars import Jar\n",
    "cellar/__init__": "",
    "cellar/jars": "class Jar: ...\n",
}
FLOORS = tuple(
    frozenset(floor.split()) for floor in ("__main__", "command", "loft", "roof attic", "cellar")
)
BODY = "    pass\n" * MOST_BODY_LINES
PARAMETERS = ", ".join(f"p{number}" for number in range(MOST_PARAMETERS))
FAULTS: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "a module beside the table": ("each room on a floor", {"shed": ""}, ["shed"]),
    "a folder beside the table": ("each room on a floor", {"shed/tools": ""}, ["shed"]),
    "an import upward": (
        "nothing imported upward",
        {"cellar/wine": "def drink():\n    import house.loft\n"},
        ["house.cellar.wine -> house.loft"],
    ),
    "an import of a neighbour": (
        "nothing imported upward",
        {"attic/trunk": "import house.roof.tiles\n"},
        ["house.attic.trunk -> house.roof.tiles"],
    ),
    "a room that uses the door": (
        "nothing imported upward",
        {"cellar/wine": "import house\n"},
        ["house.cellar.wine -> house"],
    ),
    "two modules that need each other": (
        "no circle",
        {"roof/beam": "from house.roof import nail", "roof/nail": "import house.roof.beam"},
        ["house.roof: beam <- nail <- beam"],
    ),
    "two folders that need each other": (
        "no circle",
        {
            "roof/east/beam": "from house.roof.west import nail",
            "roof/west/nail": "",
            "roof/west/beam": "from house.roof.east.nail import Nail",
            "roof/east/nail": "",
        },
        ["house.roof: east <- west <- east"],
    ),
    "too many rooms": (
        "few rooms on top",
        {f"room{number}": "" for number in range(MOST_ON_TOP)},
        ["room0"],
    ),
    "a long module": (
        "short modules",
        {"roof/beam": "#\n" * (MOST_LINES + 1)},
        ["house.roof.beam"],
    ),
    "a long method": (
        "short functions",
        {"roof/beam": f"class Beam:\n  def bear(self):\n{BODY}    pass\n"},
        ["house.roof.beam.Beam.bear"],
    ),
    "a wide signature": (
        "narrow signatures",
        {"roof/beam": f"def bear({PARAMETERS}, *, load): ..."},
        ["house.roof.beam.bear"],
    ),
    "a private name taken": (
        "private names stay at home",
        {"roof/beam": "from house.roof.tiles import _clay"},
        ["house.roof.beam -> house.roof.tiles._clay"],
    ),
    "a module named as a function": (
        "no module hides a function",
        {"roof/cover": ""},
        ["house.roof.cover"],
    ),
}
ADMITTED = {
    "roof/beam": f"def bear({PARAMETERS.removesuffix(', p11')}, **options): ...\n"
    f"def _bear({PARAMETERS}, load): ...\n"
    f"def hold(self, {PARAMETERS}): ...\n",
    "roof/nail": 'def drive():\n    """' + "a line\n" * 60 + '"""\n' + BODY,
    "roof/slate": "#\n" * MOST_LINES,
}


def _built(folder: Path, modules: dict[str, str]) -> House:
    for name, text in modules.items():
        path = folder / "house" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return House(folder / "house", FLOORS, frozenset({"cover"}))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_by_its_check_alone(tmp_path: Path, fault: str) -> None:
    check, modules, expected = FAULTS[fault]
    house = _built(tmp_path, SOUND | modules)
    found = {name: faults for name, each in CHECKS.items() if (faults := each(house))}
    assert set(expected) <= set(found.pop(check))
    assert set(found) <= {"each room on a floor"}


def test_a_sound_house_has_no_fault(tmp_path: Path) -> None:
    house = _built(tmp_path, SOUND | ADMITTED)
    assert [fault for check in CHECKS.values() for fault in check(house)] == []

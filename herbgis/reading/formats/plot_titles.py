"""What stands above the boundary points of a plot: 权利人, 宗地号, 宗地面积, and the base's own."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from herbgis.foundation import resources
from herbgis.foundation.units import MU_M2, fold, parse_quantity
from herbgis.reading.formats.grids import Cell
from herbgis.reading.formats.plot_areas import agreeing_unit
from herbgis.reading.formats.plot_heads import is_default_number
from herbgis.reading.formats.survey_file import Words

_PAIR = re.compile(
    r"(?P<label>[^\s:()]{2,12})\s*(?:\((?P<unit>[^()]*)\))?\s*:\s*"
    r"(?P<value>.*?)(?=\s{2,}|\s+[^\s:()]{2,12}\s*(?:\([^()]*\))?\s*:|$)"
)
_LABEL = re.compile(r"(?P<label>[^\s:()]{2,12})\s*(?:\((?P<unit>[^()]*)\))?")
#: Square metres in the units that an area without one may be in.


@dataclass(frozen=True, slots=True)
class StatedArea:
    """An area as written, and its unit where one is.

    Attributes
    ----------
    written : str
    value : float
    unit_m2 : float or None
        Square metres in the unit; None where none is written.
    """

    written: str
    value: float
    unit_m2: float | None

    def agrees(self, square_metres: float) -> bool:
        """Whether it is an area; without a unit in 公顷, 平方米 or 亩, whichever fits."""
        return agreeing_unit(self.value, self.unit_m2, square_metres) is not None


@dataclass(frozen=True)
class PlotTitles:
    """What the titles of a plot say.

    Attributes
    ----------
    columns : mapping of str to str
        Columns of the base table to what is written for them.
    number : str or None
        宗地号, whether or not it can be an id.
    area : StatedArea or None
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    number: str | None = None
    area: StatedArea | None = None

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What tells one plot's titles from another's."""
        names = (self.columns.get(name) for name in ("name", "operator"))
        return (self.number, *names)


def titles_of(rows: Iterable[Sequence[Cell]], words: Words) -> PlotTitles:
    """What rows of titles say, by labels that are known; of two that say the same the first."""
    columns: dict[str, str] = {}
    number: str | None = None
    area: StatedArea | None = None
    for label, unit, value in _pairs(rows, words):
        meaning = _labels().get(fold(label))
        if meaning == "number":
            number = number or value
        elif meaning == "area":
            area = area or _area(value, unit, words)
        elif meaning is not None:
            columns.setdefault(meaning, value)
        else:
            columns.update(
                {name: value for name in words.match([label]).columns if name not in columns}
            )
    if number and not is_default_number(number):
        columns.setdefault("base_id", number)
    elif number:
        columns.setdefault("name", f"宗地{number}")
    return PlotTitles(columns, number, area)


@functools.cache
def _labels() -> Mapping[str, str]:
    """Folded label to what it stands for."""
    table = resources.read_toml("facts/plot_titles.toml")
    return {fold(alias): meaning for meaning, entry in table.items() for alias in entry["aliases"]}


def _pairs(rows: Iterable[Sequence[Cell]], words: Words) -> Iterator[tuple[str, str, str]]:
    """Label, unit in brackets behind it, and value: in one cell, or in two beside each other."""
    for row in rows:
        cells = [cell for cell in row if cell is not None]
        for cell, behind in zip(cells, [*cells[1:], None], strict=True):
            if not isinstance(cell, str):
                continue
            text = unicodedata.normalize("NFKC", cell).strip()
            found = list(_PAIR.finditer(text))
            for pair in found:
                value = pair["value"].strip() or (_text(behind) if pair is found[-1] else "")
                if value:
                    yield pair["label"], pair["unit"] or "", value
            alone = None if found else _LABEL.fullmatch(text)
            if alone and behind is not None and _is_label(alone["label"], words):
                yield alone["label"], alone["unit"] or "", _text(behind)


def _is_label(text: str, words: Words) -> bool:
    return fold(text) in _labels() or words.know(text)


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()


def _area(value: str, unit: str, words: Words) -> StatedArea | None:
    """An area with the unit behind it, or in brackets behind its label."""
    read = parse_quantity(value)
    if read is None:
        return None
    policy = words.policy
    name = policy.canonical("unit", read.unit or unit)
    per_unit = None if name is None else policy.words["unit"][name].mu_per_unit
    return StatedArea(f"{value}{unit}", read.value, None if per_unit is None else per_unit * MU_M2)

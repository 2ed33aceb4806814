"""亩 ⇄ m² ⇄ ha, rounding, and numbers and words as people write them."""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

#: One 亩 in square metres: a fifteenth of a hectare (the notice on units of land, December 1990).
MU_M2 = 10000 / 15


def to_mu(square_metres: Floats) -> Floats:
    """Square metres to 亩."""
    return np.asarray(square_metres / MU_M2, dtype=float)


def round_mu(mu: Floats) -> Floats:
    """亩 rounded half up to 0.01, as areas are compared with thresholds and printed.

    Floating-point noise below 1e-8 亩 does not decide a half: ``500 * (10000/15) / (10000/15)``
    is less than 500 and still rounds to 500.00.
    """
    hundredths = np.floor(np.round(np.asarray(mu, dtype=float) * 100, 6) + 0.5)
    return np.asarray(hundredths / 100)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number read from a cell, the unit written behind it, and whether it was plain."""

    value: float
    unit: str | None
    plain: bool


#: A number that stands alone: no digit, point or comma hangs on it, nor a letter before it, so
#: that the 2 of m2 is none.
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9.,])[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?![.,]?[0-9])"
)
_PLAIN = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
#: Error values of Excel and of LibreOffice that have digits in them.
_ERROR_VALUES = ("#DIV/0!", "Err:")
_MULTIPLES = {"百": 1e2, "千": 1e3, "万": 1e4}
_AFTER = re.compile(r"[\s(\[【]*([百千万]?)\s*([^0-9\s,.;()\[\]【】。至到~—-]*2?)")
_MULTIPLIED_UNITS = frozenset({"", "亩", "市亩", "平方米", "平米", "m2", "公顷"})
_TRAILING_WORDS = ("以上", "左右", "余", "多")


def parse_quantity(text: str) -> Quantity | None:
    """Read one number with its unit out of a cell; None where there is none, or more than one.

    Full-width digits, thousands commas, words around the number and 百/千/万 before 亩 are
    understood: ``'５９０．０亩'``, ``'1,200'``, ``'约500'``, ``'1.2万亩'``, ``'3.9公顷'``.
    ``万棒`` stays a unit of its own.
    """
    plain = text.strip()
    if _PLAIN.fullmatch(plain):
        value = float(plain)
        return Quantity(value, None, plain=True) if math.isfinite(value) else None
    folded = unicodedata.normalize("NFKC", plain)
    found = list(_NUMBER.finditer(folded))
    if len(found) != 1 or folded.startswith(_ERROR_VALUES):
        return None
    value = float(found[0].group().replace(",", ""))
    behind = _AFTER.match(folded[found[0].end() :])
    multiple, unit = behind.groups() if behind else ("", "")
    for word in _TRAILING_WORDS:
        unit = unit.removeprefix(word).removesuffix(word)
    if multiple and unit.casefold() in _MULTIPLIED_UNITS:
        value *= _MULTIPLES[multiple]
    else:
        unit = multiple + unit
    return Quantity(value, unit or None, plain=False)


# The words of a policy, some two thousand, are folded each time that one is loaded.
@functools.lru_cache(maxsize=1 << 14)
def fold(text: str) -> str:
    """A word as it is compared: NFKC, without blanks, case and end punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\s+", "", folded).strip(":：,，。*")


def field_name(heading: str) -> str:
    """A folded heading as geodatabases and statistics programs make a field's name of it.

    Whatever is no letter or digit has become ``_`` or a point: ``面积(亩)`` is ``面积_亩_``. These
    are one, and none at the ends.
    """
    return re.sub(r"[\W_]+", "_", fold(heading)).strip("_")


def half_units(values: Floats) -> Floats:
    """Half a unit of the last decimal of each figure, as far as the second: what rounding hides.

    540 stands for 539.5 to 540.5, 540.27 for 540.265 to 540.275.
    """
    whole, tenths = (np.abs(values * by - np.round(values * by)) < 1e-6 for by in (1, 10))
    return np.where(whole, 0.5, np.where(tenths, 0.05, 0.005))

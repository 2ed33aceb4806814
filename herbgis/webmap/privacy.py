"""Numbers of persons: telephones and identity cards never stand on a page.

A survey's columns of such numbers are not read at all; these stand inside other texts.
"""

from __future__ import annotations

import datetime as dt
import re

_HIDDEN = "***"
_FULL_WIDTH_ZERO, _DASHES = 0xFF10, (0x2010, 0x2013, 0x2014, 0xFF0D)
#: Full-width digits and dashes as plain ones, a character for a character.
_PLAIN = {_FULL_WIDTH_ZERO + n: str(n) for n in range(10)} | dict.fromkeys(_DASHES, "-")
_TELEPHONE = r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}-\d{7,8}"
_IDENTITY = r"[1-9]\d{16}[\dXx]"
_NUMBERS = re.compile(rf"(?<![0-9])(?:(?P<identity>{_IDENTITY})|{_TELEPHONE})(?![0-9])")
#: Weights and check characters of a citizen's identity number, GB 11643-1999.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def masked(text: str) -> str:
    """A text without its telephone and identity numbers.

    Mobile and land-line numbers of China go by their form; 18 characters count as an identity
    number where its date and its check character are right (GB 11643-1999), so that a long
    number of a base or parcel stays.
    """
    plain = text.translate(_PLAIN)
    found = [match for match in _NUMBERS.finditer(plain) if _is_personal(match)]
    for match in reversed(found):
        text = text[: match.start()] + _HIDDEN + text[match.end() :]
    return text


def _is_personal(match: re.Match[str]) -> bool:
    identity = match["identity"]
    return identity is None or _is_identity(identity.upper())


def _is_identity(number: str) -> bool:
    try:
        dt.date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return False
    total = sum(w * int(digit) for w, digit in zip(_WEIGHTS, number[:17], strict=True))
    return _CHECKS[total % 11] == number[17]

"""Words and figures as they stand on the page. Floor 7."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from herbgis import resources
from herbgis.policy import Policy
from herbgis.units import round_mu

_WAN = 10_000


def texts() -> dict[str, Any]:
    """The page's own texts; treat them as read-only."""
    return resources.read_toml("webmap/texts/zh.toml")


def text(value: Any) -> str | None:
    """A cell as text that a page can hold; None where it is empty."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    shown = str(value).encode("utf-8", "replace").decode().strip()
    return shown or None


def listed(value: Any) -> list[str]:
    """The texts of a list cell; a text alone is a list of one."""
    if isinstance(value, (list, tuple, set, np.ndarray)):
        return [shown for item in value if (shown := text(item))]
    shown = text(value)
    return [shown] if shown else []


def number(value: Any) -> float | None:
    """A cell as a finite number, or None."""
    try:
        figure = float(value)
    except (TypeError, ValueError):
        return None
    return figure if np.isfinite(figure) else None


def plain_mu(value: Any) -> str | None:
    """An area to 0.01 亩, rounded half up, without its unit and without thousands marks."""
    figure = number(value)
    return None if figure is None else f"{round_mu(np.array([figure]))[0]:.2f}"


def mu(value: Any) -> str | None:
    """An area to 0.01 亩."""
    shown = plain_mu(value)
    return shown and texts()["mu"].format(mu=shown)


def wan_mu(value: Any) -> str | None:
    """An area of the city, in 万亩 with two decimals."""
    figure = number(value)
    return None if figure is None else texts()["wan_mu"].format(mu=plain_mu(figure / _WAN))


def day(value: Any) -> str | None:
    """A date as 2020-06-30; other texts as they are."""
    if isinstance(value, (dt.date, np.datetime64)) and not pd.isna(value):
        return str(pd.Timestamp(value).date().isoformat())
    return text(value)


def word(policy: Policy, column: str, value: Any) -> str | None:
    """What is printed for a value of a column."""
    shown = text(value)
    if shown is None:
        return None
    if column == "group":
        return str(texts()["group_of_variety"].get(shown, shown))
    if column == "status" and shown in texts()["status"]:
        return str(texts()["status"][shown])
    return policy.title_of(column, shown)


def joined(parts: Iterable[str | None], between: str) -> str | None:
    """The parts that are there, in one text."""
    return between.join(part for part in parts if part) or None

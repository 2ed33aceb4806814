"""The legend: every symbol of the map as it is drawn, and what it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from herbgis.webmap.colouring import Colouring
from herbgis.webmap.symbols import coloured_varieties, radius_px
from herbgis.webmap.words import Wording, text


@dataclass(frozen=True)
class Swatch:
    """A line of the legend: a symbol as the map draws it."""

    title: str
    rank: int | None = None
    hue: int | None = None
    step: int | None = None
    radius: float = 7.0
    look: str = "solid"
    shape: str = "circle"
    ring: bool = False


@dataclass(frozen=True)
class Legend:
    """Colours by tier, by variety and by a column that was asked for, and the other signs.

    Colours are empty where there are none; `own` and `scale` are the heading and the colours of
    the column that was asked for.
    """

    tiers: tuple[Swatch, ...]
    varieties: tuple[Swatch, ...]
    signs: tuple[Swatch, ...]
    classes: tuple[Swatch, ...] = ()
    own: str = ""
    scale: str = "step"


def make_legend(
    drawn: pd.DataFrame,
    wording: Wording,
    layers: frozenset[str],
    *,
    colouring: Colouring | None = None,
    public: bool = False,
) -> Legend:
    """The legend of the bases that are drawn.

    Parameters
    ----------
    drawn : DataFrame
        As `frames.tidy_bases` gives it, those with a shape.
    wording : Wording
    layers : frozenset of str
        What else stands on the map: ``issues``, ``changes``, ``visit``, ``plan``, ``rejected``.
    colouring : Colouring, optional
        By a column that was asked for.
    public : bool
        Without what is still to be settled.
    """
    return Legend(
        tiers=tuple(_tiers(drawn, wording)),
        varieties=tuple(_varieties(drawn, wording)),
        signs=tuple(_signs(drawn, wording, layers, public=public)),
        classes=() if colouring is None else tuple(_classes(colouring)),
        own="" if colouring is None else colouring.title,
        scale="step" if colouring is None else colouring.scale,
    )


def _classes(colouring: Colouring) -> Iterator[Swatch]:
    """The classes of a column, lowest first, and those without one."""
    for place, label in enumerate(colouring.labels):
        yield Swatch(label, hue=place, step=place)
    if colouring.rest:
        yield Swatch(colouring.rest)


def _tiers(drawn: pd.DataFrame, wording: Wording) -> Iterator[Swatch]:
    """Every tier of the policy, highest first, and bases without an area where there are any."""
    thresholds = {tier.label: tier.threshold_mu for tier in wording.policy.tiers}
    for rank, label in reversed(list(enumerate(wording.policy.tier_labels))):
        radius = radius_px(thresholds.get(label, 0))
        yield Swatch(wording.tier(label), rank=rank, radius=radius)
    if drawn["tier"].isna().any():
        yield Swatch(wording.texts["legend"]["none"], radius=5.0)


def _varieties(drawn: pd.DataFrame, wording: Wording) -> Iterator[Swatch]:
    """The varieties with a colour of their own, and the others where there are any."""
    coloured = coloured_varieties(drawn, wording.policy)
    for hue, name in enumerate(coloured):
        yield Swatch(wording.word("variety", name) or name, hue=hue)
    others = set(filter(None, map(text, drawn.get("variety", ())))) - {*coloured}
    if others:
        yield Swatch(wording.texts["legend"]["other_varieties"].format(count=len(others)))


def _signs(
    drawn: pd.DataFrame, wording: Wording, layers: frozenset[str], *, public: bool
) -> Iterator[Swatch]:
    """The symbols' other differences, as far as the columns can show them."""
    texts = wording.texts["legend"]
    yield from _looks(drawn, texts, public=public)
    present = set(drawn.get("group", ())) | set(drawn.get("kind", ()))
    if "fungus" in present:
        yield Swatch(texts["square"], rank=1, shape="square")
    if {"seedling", "spawn"} & present:
        yield Swatch(texts["triangle"], rank=1, shape="triangle")
    if "visit" in layers:
        yield Swatch(texts["visit"], look="visit", shape="number")
    if "plan" in layers:
        yield Swatch(texts["new"], look="new", shape="diamond")
        yield Swatch(texts["enlarge"], look="enlarge", shape="diamond", radius=6.0)
    if "rejected" in layers:
        yield Swatch(texts["rejected"], look="rejected", shape="diamond", radius=4.0)
    if "issues" in layers:
        yield Swatch(texts["pin_error"], look="error", shape="pin")
        yield Swatch(texts["pin_warning"], look="warning", shape="pin")
    if "changes" in layers:
        yield Swatch(texts["before"], look="before", shape="outline")
        yield Swatch(texts["after"], look="after", shape="outline")


def _looks(drawn: pd.DataFrame, texts: Mapping[str, str], *, public: bool) -> Iterator[Swatch]:
    """What is built and settled, and what is not."""
    if "status" in drawn or ("blocked_by" in drawn and not public):
        looks = ("solid", "hollow", "dashed") if "status" in drawn else ("solid", "dashed")
        for look in looks:
            title = texts["unsure" if public and look == "dashed" else look]
            yield Swatch(title, rank=2, look=look)
    if "verdict" in drawn and not public:
        yield Swatch(texts["ring"], rank=2, radius=5.0, ring=True)

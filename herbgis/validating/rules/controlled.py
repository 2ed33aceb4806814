"""HG601–HG603: what of a base lies within control layers, and what rules say to its way of growing.

A rule speaks to a way of growing on a kind of land on a day. Where variety and mode, or the classes
of land, leave more than one of these open, and the rules do not say the same to all, it is asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from herbgis.foundation.language import listed, tr
from herbgis.terms.control_rulings import ANSWERS, REPORTS
from herbgis.terms.growing_ways import ways_of
from herbgis.terms.issues import SEVERITIES, Issue
from herbgis.terms.land_classes import LAND_GROUPS
from herbgis.terms.land_rules import LAND_CLASS, Control, Rule, controls, ways_of_growing
from herbgis.validating.rules.context import Context

#: What the rules say in all, in a few words.
_ANSWER_TITLES = {
    "forbids": "规定禁止",
    "asks": "要问",
    "conditions": "有条件",
    REPORTS: "只报亩数",
}
#: What one rule says, in front of its text.
_EFFECT_TITLES = {"forbids": "禁止", "asks": "要问", "conditions": "有条件"}
_GROUP_TITLES = {"cropland": "耕地", "orchard": "园地", "forest": "林地", "other": "其他土地"}
_GROUP_COLUMNS = {name: f"{name}_mu" for name in LAND_GROUPS[:-1]} | {"other": "other_land_mu"}
#: A title of one's own is cut in a message.
_LONGEST = 10


_Said = tuple[str, Rule]


@dataclass(frozen=True)
class _Answer:
    """What the rules of a control say to some varieties of a base.

    Attributes
    ----------
    varieties : tuple of str
    effect : str
        One of `ANSWERS`: what is said to all ways and lands alike, else `asks`.
    by_way : mapping of str to list of (str, Rule)
        Which rule says what, the gravest first, by the way of growing; several ways where variety
        and mode do not tell.
    """

    varieties: tuple[str, ...]
    effect: str
    by_way: Mapping[str, list[_Said]]

    @property
    def said(self) -> list[_Said]:
        """Which rule says what, to whichever way."""
        return [*itertools.chain.from_iterable(self.by_way.values())]

    @property
    def leading(self) -> list[Rule]:
        """The rules on which the answer rests."""
        own = [rule for effect, rule in self.said if effect == self.effect]
        return own or [rule for _, rule in self.said]

    def told(self, cited: list[Rule]) -> str:
        """The answer in words, its rules by their numbers among those cited."""
        names = listed(self.varieties)
        if len(self.by_way) == 1:
            ((way, said),) = self.by_way.items()
            title = tr(ways_of_growing()[way].title)
            verdict = _verdict(said, cited)
            return tr(
                "{varieties}按“{way}”: {verdict}。", varieties=names, way=title, verdict=verdict
            )
        cases = "; ".join(
            tr(
                "若是“{way}”, {verdict}",
                way=tr(ways_of_growing()[way].title),
                verdict=_verdict(said, cited),
            )
            for way, said in self.by_way.items()
        )
        return tr(
            "{varieties}怎样种认不出来, 请对照实际情况, 并写明种植模式: {cases}。",
            varieties=names,
            cases=cases,
        )


def controlled_land(context: Context) -> Iterator[Issue]:
    """HG601: a base within a control layer, or on land of which a rule speaks other than cropland.

    Each base once a layer, on its first record.
    """
    titles = {layer.name: layer.title for layer in context.layers if layer.name != LAND_CLASS}
    for name, title in titles.items():
        kind = controls().get(name) or Control(name, title, (), "", ())
        found = dict(_bases_with(context, f"control_{name}_mu"))
        lands = _lands_within(context, list(found), kind)
        for number, mu in found.items():
            answers = _answers(context, number, kind, lands[number])
            yield _issue(context, "HG601", number, mu, title, kind, lands[number], answers)
    kind = controls()[LAND_CLASS]
    for group in LAND_GROUPS[1:]:
        for number, mu in _bases_with(context, _GROUP_COLUMNS[group]):
            answers = _answers(context, number, kind, [group])
            if any(answer.said for answer in answers):
                title = _GROUP_TITLES[group]
                yield _issue(context, "HG601", number, mu, title, kind, [group], answers)


def cropland_used(context: Context) -> Iterator[Issue]:
    """HG602: a base on cropland, as the layer of land classes has it."""
    kind = controls()[LAND_CLASS]
    for number, mu in _bases_with(context, _GROUP_COLUMNS["cropland"]):
        answers = _answers(context, number, kind, ["cropland"])
        title = _GROUP_TITLES["cropland"]
        yield _issue(context, "HG602", number, mu, title, kind, ["cropland"], answers)


def land_class_unknown(context: Context) -> Iterator[Issue]:
    """HG603: a part of a base has a class that nobody knows, two, or none at all."""
    if "unknown_land_mu" not in context.base_controlled:
        return
    ignored = context.policy.tolerances["overlap_ignored_mu"]
    unknown = context.base_controlled["unknown_land_mu"].to_numpy(dtype=float)
    covered = context.base_controlled[f"control_{LAND_CLASS}_mu"].to_numpy(dtype=float)
    bare = np.nan_to_num(context.base_mu) - covered
    for number in np.flatnonzero((unknown > ignored) | (bare > ignored)).tolist():
        parts, doubtful = [], 0.0
        if unknown[number] > ignored:
            parts.append(tr("{mu:.2f} 亩的编码不认识或有两种", mu=unknown[number]))
            doubtful += float(unknown[number])
        if bare[number] > ignored:
            parts.append(tr("{mu:.2f} 亩没有图斑", mu=bare[number]))
            doubtful += float(bare[number])
        record = int(context.grouped.first[number])
        yield Issue(
            "HG603",
            context.place(record),
            {"parts": listed(parts)},
            point=context.centre(record),
            measured=round(doubtful, 2),
            mu_at_stake=round(doubtful, 2),
        )


def _bases_with(context: Context, column: str) -> Iterator[tuple[int, float]]:
    """Bases with more 亩 in a column than outlines drawn anew make, and these."""
    if column not in context.base_controlled:
        return
    ignored = context.policy.tolerances["overlap_ignored_mu"]
    mu = context.base_controlled[column].to_numpy(dtype=float)
    yield from ((number, float(mu[number])) for number in np.flatnonzero(mu > ignored).tolist())


def _lands_within(
    context: Context, numbers: Sequence[int], kind: Control
) -> dict[int, list[str | None]]:
    """Groups of land that bases have within a control; None for what is not known.

    Looked at where a rule of the control speaks of some groups alone.
    """
    confined = any(rule.lands for rule in kind.rules)
    if not confined or _GROUP_COLUMNS["cropland"] not in context.base_controlled:
        return {number: [None] for number in numbers}
    ignored = context.policy.tolerances["overlap_ignored_mu"]
    table = context.controlled_within(np.asarray(numbers, dtype=np.intp), kind.name)
    within = context.base_controlled[f"control_{kind.name}_mu"]
    lands: dict[int, list[str | None]] = {}
    for number, row in zip(numbers, table.to_dict("records"), strict=True):
        told: list[str | None] = [
            g for g, column in _GROUP_COLUMNS.items() if row[column] > ignored
        ]
        known = sum(row[column] for column in _GROUP_COLUMNS.values())
        bare = within.iloc[number] - known > ignored
        lands[number] = [*told, None] if bare or not told else told
    return lands


def _answers(
    context: Context, number: int, kind: Control, lands: Sequence[str | None]
) -> list[_Answer]:
    """What a control's rules say to each way in which a base grows its varieties."""
    growers = _growers(context, number)
    return [_answer(names, ways, lands, kind, context) for ways, names in growers.items()]


def _growers(context: Context, number: int) -> dict[tuple[str, ...], list[str]]:
    """Varieties of a base by the ways in which they may be grown."""
    growers: dict[tuple[str, ...], list[str]] = {}
    for record in context.records_of(number).tolist():
        varieties, mode = context.grown[record]
        for variety in varieties or [None]:
            names = growers.setdefault(ways_of(variety, mode, context.policy), [])
            name = variety or tr("品种未填")
            if name not in names:
                names.append(name)
    return dict(sorted((ways, sorted(names)) for ways, names in growers.items()))


def _answer(
    varieties: Sequence[str],
    ways: Sequence[str],
    lands: Sequence[str | None],
    kind: Control,
    context: Context,
) -> _Answer:
    """What the rules say on the day; where it depends on what is not known, they ask."""
    effects: set[str] = set()
    by_way: dict[str, list[_Said]] = {}
    for way, land in itertools.product(ways, lands):
        case = kind.rules_for(way, context.last_day, land)
        effects.add(case[0][0] if case else REPORTS)
        known = by_way.setdefault(way, [])
        known += [each for each in case if each not in known]
    for said in by_way.values():
        said.sort(key=lambda each: ANSWERS.index(each[0]))
    effect = effects.pop() if len(effects) == 1 else "asks"
    return _Answer(tuple(varieties), effect, by_way)


def _issue(
    context: Context,
    code: str,
    number: int,
    mu: float,
    title: str,
    kind: Control,
    lands: Sequence[str | None],
    answers: Sequence[_Answer],
) -> Issue:
    record = int(context.grouped.first[number])
    rulings, day = context.policy.controls, context.last_day
    severities = [rulings.severity(kind.name, a.effect, a.leading, day) for a in answers]
    effect = min((answer.effect for answer in answers), key=ANSWERS.index)
    values = {
        "mu": f"{mu:.2f}",
        "share": f"{mu / float(context.base_mu[number]):.1%}",
        "control": tr(title)[:_LONGEST],
        "answer": tr(_ANSWER_TITLES[effect]),
        "told": " ".join(_told(answers, lands, kind, context)),
    }
    return Issue(
        code,
        context.place(record),
        values,
        severity=min(severities, key=SEVERITIES.index),
        point=context.centre(record),
        measured=round(mu, 2),
        mu_at_stake=round(mu, 2),
    )


def _verdict(said: Sequence[_Said], cited: list[Rule]) -> str:
    """What rules say in all: each effect with the numbers of its rules, which are cited with it."""
    numbers: dict[str, list[str]] = {}
    for effect, rule in said:
        if rule not in cited:
            cited.append(rule)
        numbers.setdefault(effect, []).append(f"[{cited.index(rule) + 1}]")
    told = (f"{tr(_EFFECT_TITLES[effect])} {''.join(own)}" for effect, own in numbers.items())
    return listed(told) if numbers else tr("没有读到这方面的规定, 只报亩数")


def _told(
    answers: Sequence[_Answer], lands: Sequence[str | None], kind: Control, context: Context
) -> Iterator[str]:
    """The answers, the rules that they rest on, and what stands behind these."""
    cited: list[Rule] = []
    yield from (answer.told(cited) for answer in answers)
    yield from (
        tr("[{number}] {rule}。", number=number, rule=_cited(rule))
        for number, rule in enumerate(cited, 1)
    )
    day = context.last_day
    if any(rule.lands for rule in cited) and kind.name != LAND_CLASS:
        names = listed(tr(_GROUP_TITLES[g] if g else "地类不明的地") for g in lands)
        yield tr("落在里面的: {lands}。", lands=names)
    unread = [rule.law for rule in kind.rules if not rule.read and rule.holds_on(day)]
    if unread:
        yield tr("{laws}的条文没有读到。", laws=listed(unread))
    if kind.rules:
        yield tr("按 {day} 在用的规定。", day=day.isoformat())
    if kind.boundary:
        yield tr("以谁的界线为准: {boundary}。", boundary=kind.boundary)


def _cited(rule: Rule) -> str:
    """A rule with its source, from when it holds, and where."""
    within = tr(", 限{within}", within=rule.within) if rule.within else ""
    return tr(
        "{law}{article} ({since} 起{within}) {says}",
        law=rule.law,
        article=rule.article,
        since=rule.since.isoformat(),
        within=within,
        says=rule.says.replace("\n", ""),
    )

"""load_policy: a policy from TOML files of the package, or from one of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from herbgis.foundation.errors import PolicyError, UnknownNameError, nearest
from herbgis.foundation.language import tr
from herbgis.foundation.units import field_name, fold
from herbgis.geo.datums import OLD_DATUMS
from herbgis.geo.zones import SevenParameters
from herbgis.terms import columns as cols
from herbgis.terms.catalogue import spellings_of, varieties_of
from herbgis.terms.control_rulings import control_rulings
from herbgis.terms.counting_rule import CountingRule
from herbgis.terms.crops import beside, crops_of
from herbgis.terms.placeholders import placeholders_of
from herbgis.terms.policy import Policy, SurveyMethod, Tier, Units, Word
from herbgis.terms.policylayers import Layer, checked_layers, laid_over_facts, layers_of
from herbgis.terms.quotas import planning_rule, under_canonical_names
from herbgis.terms.townships import townships_of
from herbgis.terms.variety_words import variety_words_of

DEFAULT_POLICY = "tongren-2020"

#: Old datums as a policy's file names them.
_DATUMS = {datum.key: datum.name for datum in OLD_DATUMS}

#: Tables of words, by the column whose values they are.
_WORDED = ("group", "status", "kind", "survey_method", "unit", "answer", "yield_state")


def load_policy(source: str | Path = DEFAULT_POLICY) -> Policy:
    """Load a policy by name, or from a TOML file of one's own.

    Parameters
    ----------
    source : str or Path
        A policy that herbgis ships (``'tongren-2020'``), or the path of a TOML file. A file may
        say ``extends = "tongren-2020"`` and state only what differs; lists of aliases are added
        to, all else is replaced, and ``[without]`` takes spellings away, by table. Or a data file
        of bases that herbgis wrote (.gpkg, .geojson, .parquet), for the policy of these.

    Returns
    -------
    Policy

    Raises
    ------
    UnknownNameError
        No policy of that name.
    InputNotFoundError, PolicyError
        The file is missing, is not TOML, says what no policy says (an unknown table or key, a
        value out of its range), or contradicts itself.

    Examples
    --------
    >>> import herbgis as hg
    >>> hg.load_policy("tongren-2020").counting.area  # 或自己的 TOML 文件, 写法见 Policy
    'total'
    """
    return _policy_of(layers_of(str(source)), str(source))


def policy_of_layers(layers: Sequence[Mapping[str, Any]], source: str) -> Policy:
    """The policy of layers that came with a table, read as strictly as files are.

    Parameters
    ----------
    layers : sequence of mapping
        As ``Policy.layers`` has them.
    source : str
        What they are called, for a message.

    Raises
    ------
    PolicyError
    """
    return _policy_of(checked_layers(layers, source), source)


def is_as_read(policy: Policy) -> bool:
    """Whether a policy says what its layers say: a program may have changed it since."""
    if not policy.layers:
        return False
    return policy == _policy_of(((policy.name, {**x}) for x in policy.layers), policy.name)


def _policy_of(layers: Iterable[Layer], source: str) -> Policy:
    layers = tuple(layers)
    try:
        policy = _build(laid_over_facts(layers))
        policy.check_spellings()
    except KeyError as error:
        msg = tr(
            "工作要点 {source} 缺少 {key} 这一项。请对照 tongren-2020.toml 补齐。",
            source=source,
            key=error.args[0],
        )
        raise PolicyError(msg) from error
    except (PolicyError, UnknownNameError) as error:
        msg = tr("工作要点 {source}: {error}", source=source, error=error)
        raise PolicyError(msg) from error
    return replace(policy, layers=tuple(layer for _, layer in layers))


def _build(table: Mapping[str, Any]) -> Policy:
    """The policy that a whole table says, its names in their canonical form."""
    _check_names(table)
    tiers = tuple(sorted((_tier(t) for t in table["tiers"]), key=lambda tier: tier.threshold_mu))
    _check_tiers(tiers)
    crops = crops_of(table)
    varieties = varieties_of(table, crops)
    policy = Policy(
        name=table["name"],
        title=table["title"],
        source=table["source"],
        year=int(table["year"]),
        below_title=table["below_title"],
        tiers=tiers,
        counting=_counting(table),
        defaults={k: v for k, v in table["defaults"].items() if k != "source"},
        tolerances={name: float(entry["value"]) for name, entry in table["tolerance"].items()},
        survey_methods={n: _method(n, entry) for n, entry in _entries(table["survey_method"])},
        varieties=varieties,
        crops=beside(crops, spellings_of(varieties)),
        words=_all_words(table),
        columns=_spelt_columns(table["columns"]),
        heading_units=_heading_units(table["columns"]),
        heading_remarks=frozenset(
            written
            for remark in table["heading_remarks"]["aliases"]
            for written in (fold(remark), field_name(remark))
        ),
        told_by_cells=frozenset(map(fold, table["told_by_cells"]["aliases"])),
        measures=_measures(table["columns"]),
        reports={
            name: frozenset(map(fold, table["reports"][name])) for name in ("always", "nameless")
        },
        placeholders=placeholders_of(table["placeholder"]),
        variety_words=variety_words_of(
            table["variety_words"],
            (text for name, entry in table["unit"].items() for text in _word(name, entry).aliases),
        ),
        townships=townships_of(table["townships"]),
        units=_units(table["units"]),
        datum_parameters={
            _DATUMS[name]: _seven_parameters(entry)
            for name, entry in table.get("datum_parameters", {}).items()
        },
        planning=planning_rule(table["planning"]),
        controls=control_rulings(table.get("controls", {})),
        mismatch_by=table["mismatch"]["by"],
        rules_off=frozenset(table.get("rules", {}).get("off", ())),
    )
    return replace(policy, planning=under_canonical_names(policy))


def _check_names(table: Mapping[str, Any]) -> None:
    """Refuse names that lead nowhere: mostly ones that are there, misspelt.

    Raises
    ------
    PolicyError
        An entry that cannot be printed or used.
    UnknownNameError
        A word of another table that is not in it.
    """
    for column in _WORDED:
        whole = {name for name, entry in table[column].items() if "title" in entry}
        for name in table[column].keys() - whole:
            hint = nearest(name, whole)
            like = tr("您要的是 [{column}.{hint}] 吗? ", column=column, hint=hint) if hint else ""
            msg = tr(
                "[{column}.{name}] 原来没有。{like}要加一项, 请写上印出来的词 title。",
                column=column,
                name=name,
                like=like,
            )
            raise PolicyError(msg)
    listed = {*table["group"], *table["counting"]["groups"], "source"}
    defaults, units = table["defaults"], table["units"]
    methods = dict(_entries(table["survey_method"]))
    for what, names, known in (
        ("品种类别", table["groups"], listed),
        ("基地类型", [defaults["kind"]], [*table["kind"], "unknown"]),
        ("写了误差的测量方式", [defaults["survey_method"], *table["survey_method"]], methods),
        ("面积单位", [*units["convertible"], *units["bed_area_units"]], table["unit"]),
    ):
        for name in names:
            if name not in known:
                raise UnknownNameError(tr(what), name, known)


def _spelt_columns(columns: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Spellings of each heading: the column's title, its aliases, its name in code."""
    titles = cols.titles()
    return {
        name: tuple(dict.fromkeys((titles.get(name, name), *entry["aliases"], name)))
        for name, entry in columns.items()
    }


def _entries(table: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return ((name, entry) for name, entry in table.items() if "sigma_m" in entry)


def _heading_units(columns: Mapping[str, Any]) -> dict[str, str]:
    return {
        fold(heading): unit
        for column in columns.values()
        for heading, unit in column.get("units", {}).items()
    }


def _measures(columns: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Units of the numbers that some tables have; where none are listed, the declared one alone."""
    numbers = [column for column in cols.OPTIONAL if column.kind == "number"]
    listed = {c.name: columns.get(c.name, {}).get("measure", {c.unit: 1.0}) for c in numbers}
    return {
        name: {fold(unit): float(factor) for unit, factor in measure.items()}
        for name, measure in listed.items()
    }


def _units(entry: Mapping[str, Any]) -> Units:
    return Units(
        tuple(entry["convertible"]),
        tuple(entry["bed_area_units"]),
        tuple(entry["bed_area_varieties"]),
    )


def _tier(entry: Mapping[str, Any]) -> Tier:
    return Tier(
        label=str(entry["label"]),
        threshold_mu=float(entry["threshold_mu"]),
        target=int(entry["target"]),
        title=entry["title"],
        reach_title=entry["reach_title"],
        source=entry["source"],
    )


def _check_tiers(tiers: tuple[Tier, ...]) -> None:
    if not tiers or len({tier.label for tier in tiers}) < len(tiers):
        msg = tr("至少要有一个规模等级, 且 label 不得重复")
        raise PolicyError(msg)
    if len({tier.threshold_mu for tier in tiers}) < len(tiers):
        msg = tr("两个规模等级的 threshold_mu 相同")
        raise PolicyError(msg)


def _counting(table: Mapping[str, Any]) -> CountingRule:
    """The counting rule; what is not known for what it is cannot be among what it counts."""
    entry = table["counting"]
    groups, kinds = (
        [word for word in words if word not in {"unknown", "source"}]
        for words in ({**table["group"], **table["groups"]}, table["kind"])
    )
    listed = (("品种类别", "groups", groups), ("基地类型", "kinds", kinds))
    for what, name, known in (*listed, ("基地类型", "seedling_kinds", kinds)):
        for word in entry[name]:
            if word not in known:
                raise UnknownNameError(tr(what), word, known)
    return CountingRule(
        nested=bool(entry["nested"]),
        area=entry["area"],
        seedling=bool(entry["seedling"]),
        year=entry["year"],
        groups=tuple(entry["groups"]),
        kinds=tuple(entry["kinds"]),
        seedling_kinds=tuple(entry["seedling_kinds"]),
        least_part_mu=float(entry["least_part_mu"]),
        same_variety=bool(entry["same_variety"]),
        mode_factors={fold(mode): float(f) for mode, f in entry["mode_factors"].items()},
    )


def _method(name: str, entry: Mapping[str, Any]) -> SurveyMethod:
    return SurveyMethod(
        name, float(entry["sigma_m"]), float(entry["correlation_m"]), entry["source"]
    )


def _seven_parameters(entry: Mapping[str, Any]) -> SevenParameters:
    x, y, z = (float(entry[f"d{axis}_m"]) for axis in "xyz")
    about_x, about_y, about_z = (float(entry[f"r{axis}_arcsec"]) for axis in "xyz")
    return SevenParameters(
        (x, y, z), (about_x, about_y, about_z), float(entry["scale_ppm"]), entry["rotation"]
    )


def _all_words(table: Mapping[str, Any]) -> dict[str, dict[str, Word]]:
    words = {
        column: {name: _word(name, entry) for name, entry in table[column].items()}
        for column in _WORDED
    }
    for column in ("county", "reporting_unit"):
        words[column] = {entry["name"]: _place(entry) for entry in table[column]}
    return words


def _word(name: str, entry: Mapping[str, Any]) -> Word:
    per_unit = entry.get("mu_per_unit")
    return Word(
        name=name,
        title=entry["title"],
        aliases=(name, entry["title"], *entry.get("aliases", ())),
        mu_per_unit=None if per_unit is None else float(per_unit),
    )


def _place(entry: Mapping[str, Any]) -> Word:
    return Word(
        name=entry["name"],
        title=entry["short_name"],
        aliases=(entry["short_name"], *entry.get("aliases", ())),
        code=str(entry.get("code", "")),
    )

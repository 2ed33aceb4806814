"""A policy's file and those that it extends, laid over the facts one after another."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from herbgis.foundation import resources
from herbgis.foundation.errors import InputNotFoundError, PolicyError, UnknownNameError, nearest
from herbgis.foundation.language import tr
from herbgis.foundation.units import fold
from herbgis.terms import columns as cols
from herbgis.terms.carried_layers import DATA_FILES, layers_in, text_in
from herbgis.terms.policyschema import check_table

#: Facts that every policy shares, and may add to or take from.
_FACTS = (
    *("columns", "words", "varieties", "variety_words", "counties", "townships", "placeholders"),
    *("herbs", "crops", "two_meanings"),
)
#: Keys that look like this are names in code; others (of two_meanings, of spellings) are words.
_IN_CODE = re.compile(r"[a-z][a-z0-9_]*")
#: Lists and tables whose items are no spellings.
_NO_SPELLINGS = frozenset({"likely", "measure", "unsourced", "words_of"})


#: A layer and the name of its file.
Layer = tuple[str, dict[str, Any]]


def laid_over_facts(layers: Iterable[Layer]) -> dict[str, Any]:
    """All that holds under a policy: the facts, what it extends, and what it says itself.

    Parameters
    ----------
    layers : iterable of (str, dict)
        As `layers_of` gives them.

    Raises
    ------
    PolicyError
        A layer takes away what there is not.
    """
    table: dict[str, Any] = {}
    for name in _FACTS:
        table = _merged(table, resources.read_toml(f"facts/{name}.toml"))
    for file, layer in layers:
        own = dict(layer)
        table = _less(table, own.pop("without", {}), file)
        table = _merged(table, own)
    return table


def checked_layers(layers: Iterable[Mapping[str, Any]], file: str) -> Iterator[Layer]:
    """Layers that came with a table, each held against the schema as a file is.

    Raises
    ------
    PolicyError
    """
    for number, layer in enumerate(layers):
        own = {key: value for key, value in layer.items() if key != "extends"}
        check_table({"extends": file, **own} if number else own, file)
        yield file, own


def layers_of(source: str, extending: tuple[str, ...] = ()) -> Iterator[Layer]:
    """Files from the one that extends none to the one that was asked for.

    Parameters
    ----------
    source : str
        A policy that herbgis ships, or the path of a TOML file.
    extending : tuple of str
        The files that extend it.

    Raises
    ------
    UnknownNameError
        No policy of that name.
    InputNotFoundError, PolicyError
        The file is missing, is not TOML, or says what no policy says.
    """
    shipped = resources.names_in("policies", ".toml")
    if source in shipped:
        yield source, {"name": source, **resources.read_toml(f"policies/{source}.toml")}
        return
    path = Path(source)
    if path.suffix.lower() in DATA_FILES and path.is_file():
        yield from checked_layers(layers_in(text_in(path), path.name), path.name)
        return
    if path.suffix.lower() != ".toml" and path.is_file():
        msg = tr("{source} 不是工作要点文件: 工作要点写成 .toml 文件。", source=source)
        raise PolicyError(msg)
    if path.suffix.lower() != ".toml":
        raise UnknownNameError(tr("工作要点"), source if not extending else path.name, shipped)
    if not path.is_file():
        raise InputNotFoundError(source)
    if source in extending:
        msg = tr("{source} 用 extends 绕回了自己", source=source)
        raise PolicyError(msg)
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = tr("{source} 不是 UTF-8 的 TOML 文件: {error}", source=source, error=error)
        raise PolicyError(msg) from error
    check_table(own, path.name)
    own.setdefault("name", path.stem)
    base = own.pop("extends", None)
    if base:
        beside = base if base in shipped else str(path.parent / base)
        yield from layers_of(beside, (*extending, source))
    yield source, own


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` laid over `base`: tables merge, lists of aliases and of named entries are added to."""
    result = dict(base)
    for key, value in own.items():
        under = result.get(key)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            result[key] = _merged(under, value)
        elif key == "aliases" and isinstance(under, list):
            result[key] = [*under, *value]
        elif key == "variety" and isinstance(under, list):
            result[key] = _merged_by_name(under, value)
        else:
            result[key] = value
    return result


def _merged_by_name(base: list[Any], own: list[Any]) -> list[Any]:
    """Named entries of `own` laid over those of `base`, new ones behind."""
    entries = {entry["name"]: entry for entry in base}
    for entry in own:
        entries[entry["name"]] = _merged(entries.get(entry["name"], {}), entry)
    return list(entries.values())


def _less(base: Mapping[str, Any], without: Mapping[str, Any], file: str) -> dict[str, Any]:
    """`base` less the spellings that a file takes out of its tables; of a name, the whole entry."""
    result = dict(base)
    for table, spellings in without.items():
        for text in spellings:
            there = {fold(known): known for known in _spellings_in(result[table])}
            if fold(text) not in there or fold(text) in _printed(table, result[table]):
                hint = nearest(text, there.values())
                like = tr("最像的是 {hint}。", hint=hint) if hint and hint != text else ""
                msg = tr(
                    "工作要点 {file} 的 [without] {table}: 没有可以去掉的写法“{text}”。"
                    "{like}程序里的名称和印在表上的名称去不掉。",
                    file=file,
                    table=table,
                    text=text,
                    like=like,
                )
                raise PolicyError(msg)
            result[table] = _left(result[table], fold(text))
    return result


def _printed(name: str, table: Any) -> set[str]:
    """Folded titles: what is printed for a word or above a column is understood as well."""
    if name == "columns":
        return set(map(fold, cols.titles()))
    entries = table.values() if isinstance(table, Mapping) else ()
    return {fold(e["title"]) for e in entries if isinstance(e, Mapping) and "title" in e}


def _left(value: Any, text: str) -> Any:
    """Facts without a folded spelling, and without the entries that it names."""
    if isinstance(value, Mapping):
        return {
            key: each if key in _NO_SPELLINGS else _left(each, text)
            for key, each in value.items()
            if text not in map(fold, _names_of_key(key))
        }
    if isinstance(value, list):
        return [_left(each, text) for each in value if text not in map(fold, _names_of(each))]
    return value


def _spellings_in(value: Any) -> Iterator[str]:
    """Every spelling and name of an entry in a table of facts."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _names_of_key(key)
            if key not in _NO_SPELLINGS:
                yield from _spellings_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _names_of(each)
            yield from _spellings_in(each)


def _names_of_key(key: str) -> Iterator[str]:
    if not _IN_CODE.fullmatch(key):
        yield key


def _names_of(item: Any) -> Iterator[str]:
    """What an item of a list is called: a spelling is its own name."""
    if isinstance(item, Mapping):
        yield from (item[key] for key in ("name", "short_name") if key in item)
    else:
        yield item

"""Land cover: schemes of codes, and whether a raster is of the scheme that it is read by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from herbgis.foundation import resources
from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.input_errors import RasterError
from herbgis.foundation.language import listed, tr
from herbgis.geo.geodesy import Floats
from herbgis.geo.raster_files import Labels, labels_of, look
from herbgis.geo.rasters import Raster

_FACTS = "facts/land_cover.toml"
#: Colours of a palette that make a scheme.
_COLOURS = 3
#: Codes that a message names.
_NAMED = 6
#: A scheme whose table knows this share of a raster's codes, where the other knows but few.
_MOST = 0.9
#: Beside nought, what says "no data" in rasters of bytes.
_NO_DATA = (0.0, 255.0)


@dataclass(frozen=True)
class Scheme:
    """What the codes of a kind of land cover rasters mean.

    Attributes
    ----------
    name : str
    marks : tuple of str
        What its files are called by, in small letters.
    codes : mapping of int to str
        Class by code; empty where no table of it is told here.
    colours : mapping of int to str
        Of its palette, in hexadecimal.
    """

    name: str
    marks: tuple[str, ...] = ()
    codes: Mapping[int, str] = field(default_factory=dict)
    colours: Mapping[int, str] = field(default_factory=dict)

    def knows(self, values: Floats) -> float:
        """The share of values that are codes of it."""
        return float(np.isin(values, list(self.codes)).mean()) if len(values) else 0.0

    def is_named(self, labels: Labels) -> bool:
        """Whether a raster is called by one of its marks."""
        return any(mark in text.casefold() for mark in self.marks for text in labels.texts)

    def is_painted(self, labels: Labels) -> bool:
        """Whether a raster has its colours."""
        same = sum(labels.colours.get(code) == colour for code, colour in self.colours.items())
        return same >= _COLOURS


def schemes() -> dict[str, Scheme]:
    """The schemes whose tables are told here, by name."""
    return {entry["name"]: _scheme(entry) for entry in resources.read_toml(_FACTS)["scheme"]}


def scheme_named(name: str) -> Scheme:
    """A scheme by its name, in whatever letters; UnknownNameError where there is none."""
    known = schemes()
    found = next((each for each in known if each.casefold() == name.casefold()), None)
    if found is None:
        raise UnknownNameError(tr("土地利用编码"), name, known)
    return known[found]


def _scheme(entry: Mapping[str, Any]) -> Scheme:
    codes = {int(code): str(kind) for code, kind in entry.get("codes", {}).items()}
    colours = {int(code): str(colour) for code, colour in entry.get("colours", {}).items()}
    return Scheme(entry["name"], tuple(entry["marks"]), codes, colours)


def with_codes(scheme: Scheme, codes: Mapping[str, Any], owner: str) -> Scheme:
    """A scheme with codes of a user's own laid over it, named for the file that states them."""
    own = {int(code): str(kind) for code, kind in codes.items() if code != "source"}
    return Scheme(owner, codes={**scheme.codes, **own})


def check_cover(raster: Raster, scheme: Scheme) -> tuple[str, ...]:
    """See whether a raster is of the scheme by which it is read.

    Parameters
    ----------
    raster : Raster
    scheme : Scheme
        By which it is read; one without marks is the user's own, and is taken at their word.

    Returns
    -------
    tuple of str
        By which scheme it is read, and which of its codes that does not know.

    Raises
    ------
    RasterError
        Its name, its palette or its codes say another scheme.
    """
    values = look(raster.path, raster.numbers)
    values = values[~np.isin(values, _NO_DATA)]
    said = [tr("{name} 按 {scheme} 的编码读", name=raster.path.name, scheme=scheme.name)]
    if scheme.marks:
        _refuse_others(raster, scheme, values)
    codes, counts = np.unique(values[~np.isin(values, list(scheme.codes))], return_counts=True)
    if len(codes):
        most = codes[np.argsort(-counts, kind="stable")][:_NAMED]
        said.append(
            tr(
                "{name} 有 {share:.1%} 的格是 {scheme} 里没有的编码 ({codes}), 这些地未知",
                name=raster.path.name,
                share=counts.sum() / len(values),
                scheme=scheme.name,
                codes=listed(
                    [*(f"{code:g}" for code in most), *(["…"] if len(codes) > _NAMED else [])]
                ),
            )
        )
    return tuple(said)


def _refuse_others(raster: Raster, scheme: Scheme, values: Floats) -> None:
    """Refuse a raster of another scheme, with what says so."""
    labels = labels_of(raster.path)
    told = [each for each in schemes().values() if each.name != scheme.name]
    untold = [_scheme(entry) for entry in resources.read_toml(_FACTS)["untold"]]
    own_name = scheme.is_named(labels)
    for why, fitting in (
        (
            tr("文件名或说明"),
            [each for each in (*told, *untold) if each.is_named(labels) and not own_name],
        ),
        (tr("调色板"), [each for each in told if each.is_painted(labels)]),
        (tr("编码"), _knowing(told, scheme, values)),
    ):
        if fitting:
            raise RasterError(_another(raster, scheme, why, fitting))


def _knowing(others: Iterable[Scheme], scheme: Scheme, values: Floats) -> list[Scheme]:
    """Schemes whose tables know a raster's codes where the one in force does not."""
    own = scheme.knows(values)
    if own == 1 or not len(values):
        return []
    least = 1.0 if own > 1 - _MOST else _MOST
    return [each for each in others if each.knows(values) >= least]


def _another(raster: Raster, scheme: Scheme, why: str, fitting: list[Scheme]) -> str:
    told = [each for each in fitting if each.codes]
    line = tr(
        "{path} 的{why}像是 {names}, 不是 {scheme}: 同一个编码在各种分类里是不同的地。",
        path=raster.path,
        why=why,
        names=listed(each.name for each in fitting),
        scheme=scheme.name,
    )
    if told:
        return line + tr(
            '请写 rules=hg.read_siting_rules(land_cover="{name}")。', name=told[0].name
        )
    return line + tr("请在自己的选址规则文件里写上它的编码 ([land_cover_codes])。")

"""Classified bases as a data file: GeoPackage, GeoParquet, GeoJSON, workbook, CSV."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from herbgis.foundation.errors import PolicyError, UnknownNameError
from herbgis.foundation.language import language, listed, tr
from herbgis.foundation.outputs import writing
from herbgis.foundation.wrong_calls import WrongCallError
from herbgis.geo.geopackages import field_names, flattened, layer_names, write_layer
from herbgis.tables.cells import cut_notes, shown
from herbgis.tables.issue_list import list_data_notes
from herbgis.tables.sheets import Sheet
from herbgis.tables.workbooks import write_workbook
from herbgis.terms import columns as cols
from herbgis.terms.carried import policy_for
from herbgis.terms.carried_layers import CARRIED, keep_in_parquet, text_in
from herbgis.terms.control_columns import INTERNAL, internal_lines
from herbgis.terms.policy import Policy

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON"}
_FORMATS = (*_DRIVERS, ".parquet", ".xlsx", ".csv")
#: Texts may be all digits, such as ids: nothing may take them for numbers and drop their zeros.
_AS_TEXT = {name: "str" for c in cols.every() if c.kind == "text" for name in c.spellings}
#: What the first layer of a ledger has beside what bases have.
_OF_LEDGER = "admitted_on"
#: Within so many characters of a GeoJSON stand the properties of its first base.
_HEAD = 1 << 20
_PROPERTY = re.compile(r'"([^"\\]+)":')
#: Whose words a workbook speaks.
HEADINGS = ("zh", "code")
_BASES = "基地"
_SHEETS = (_BASES, "bases")
#: A polygon in words, as the code and as people call it.
_WKT = next(column.spellings for column in cols.READ if column.name == "raw_geometry")
_POINT = {"lon": "经度", "lat": "纬度"}
#: Beside what was declared it is worked out: a reader must not take it for another declaration.
_DECLARED_MU = "上报面积折合(亩)"
_UNTOLD = "未填"
_ABOUT = (
    "一行一个基地。核定面积: 按工作要点的规则计入的面积; 最大连片: 最大的一块连片面积。",
    "规模等级只看核定面积; 判定“临界待复测”: 规模线在测量误差以内。",
    "经度、纬度是基地内的一点。整改代码: 有的不计入核实。",
)
_ABOUT_WKT = "坐标原文只显示开头, 全文在单元格里。"
#: Says in each row what a file that holds values of control layers is.
_INTERNAL = "internal_note"
#: What makes a spreadsheet take a cell for a formula.
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def check_format(path: Path) -> Path:
    """The path, when its suffix is one that `write_bases` writes.

    Raises
    ------
    UnknownNameError
    """
    if path.suffix.lower() not in _FORMATS:
        raise UnknownNameError(tr("输出格式"), path.suffix or str(path), _FORMATS)
    return path


def write_bases(
    bases: gpd.GeoDataFrame,
    path: Path,
    *,
    headings: str | None = None,
    policy: Policy | None = None,
) -> Path:
    """Write bases to a file; the suffix decides the format, lists become 、-separated text.

    Parameters
    ----------
    bases : GeoDataFrame
        As from `herbgis.classify`.
    path : Path
        .gpkg, .parquet, .geojson, .xlsx or .csv; tables carry a point of each base instead of
        its polygon. The policy that the bases carry is written whole into all but tables, see
        `herbgis.load_policy`.
    headings : {'zh', 'code'}
        Of a workbook: the headings and words that people read, or the names of columns and values
        that every other format keeps. By default what the language has: English reads the names,
        which every later step knows, with the notes on a page of their own.
    policy : Policy, optional
        For the words; by default the one that the bases carry.

    Raises
    ------
    UnknownNameError, OutputError, PolicyMismatchError
    """
    suffix = check_format(path).suffix.lower()
    spoken = headings is None
    headings = headings or ("zh" if language() == "zh" else "code")
    if headings not in HEADINGS:
        raise UnknownNameError(tr("表头的写法"), headings, HEADINGS)
    flat = _marked_internal(flattened(bases))
    if suffix == ".xlsx":
        table = _with_points(flat)
        if headings == "code" and not spoken:
            return write_workbook(path, [Sheet("bases", "", table, unit="", one_line=_WKT)])
        rules = policy_for(bases, policy)
        worded = _in_words(table, rules) if headings == "zh" else table
        tab = _BASES if headings == "zh" else "bases"
        return _write_book(worded, tab, path, rules, list_data_notes(bases))
    if suffix == ".csv":
        return _write_csv(_with_points(flat), path)
    carried = {name: text for name, text in bases.attrs.items() if name == CARRIED}
    with writing(path):
        path.unlink(missing_ok=True)
        if suffix == ".parquet":
            flat.attrs = carried
            flat.to_parquet(path)
            for text in carried.values():
                keep_in_parquet(path, text)
            return path
        write_layer(flat, path, _DRIVERS[suffix], path.stem, carried)
    return path


def _marked_internal(flat: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bases that say, where control layers told of them, that they are for nobody outside."""
    return flat.assign(**{_INTERNAL: tr(INTERNAL)}) if internal_lines(flat) else flat


def is_classified(path: Path) -> bool:
    """Whether a file is one that `write_bases` wrote, by its headings."""
    if not path.is_file() or path.suffix.lower() not in _FORMATS:
        return False
    try:
        named = _headings(path)
    except (OSError, ValueError, CalamineError, pa.ArrowException):
        return False
    ours = [column for column in cols.every() if column.name in {"base_id", "counted_mu"}]
    return _OF_LEDGER not in named and all(named & {*column.spellings} for column in ours)


def _headings(path: Path) -> set[str]:
    """The headings of a file, without reading it whole."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return {*pq.read_schema(path).names}
    if suffix == ".gpkg":
        return field_names(path)
    if suffix == ".geojson":
        with path.open(encoding="utf-8", errors="replace") as file:
            return {*_PROPERTY.findall(file.read(_HEAD))}
    if suffix == ".csv":
        return {*_read_csv(path, nrows=0)}
    book = CalamineWorkbook.from_path(path)
    first = book.sheet_names[0]
    if first not in _SHEETS:
        return set()
    return {str(cell) for cell in book.get_sheet_by_name(first).to_python(nrows=1)[0]}


def _read_csv(path: Path, **options: Any) -> pd.DataFrame:
    """A csv of ours, also as Excel saves it again, in the code page of its Windows."""
    try:
        return pd.read_csv(path, **options)
    except UnicodeDecodeError:
        return pd.read_csv(path, encoding="gb18030", **options)


def read_bases(path: Path) -> gpd.GeoDataFrame | pd.DataFrame | None:
    """Bases that `write_bases` wrote, with the policy they carry; None where a file is no such."""
    if not is_classified(path):
        return None
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _read_csv(path, dtype=_AS_TEXT)
    if suffix == ".xlsx":
        return pd.read_excel(path, engine="calamine", dtype=_AS_TEXT)
    if suffix == ".parquet":
        return gpd.read_parquet(path)
    if suffix == ".gpkg":
        _refuse_several_layers(path)
    table = gpd.read_file(path)
    with contextlib.suppress(PolicyError):  # these hold the policy beside the table
        table.attrs[CARRIED] = text_in(path)
    return table


def _refuse_several_layers(path: Path) -> None:
    """Refuse a GeoPackage of which one layer alone would be counted.

    Raises
    ------
    WrongCallError
    """
    names = layer_names(path)
    if len(names) > 1:
        msg = "{name} 有 {count} 个图层: {names}。不知道哪个是要统计的结果, 请只留一个图层。"
        raise WrongCallError(tr(msg, name=path.name, count=len(names), names=listed(names)))


def _with_points(flat: gpd.GeoDataFrame) -> pd.DataFrame:
    points = flat.geometry.representative_point()
    table = pd.DataFrame(flat.drop(columns=flat.geometry.name))
    return table.assign(lon=points.x.round(6), lat=points.y.round(6))


def _about(worded: pd.DataFrame) -> tuple[str, ...]:
    """What is said of a workbook's columns."""
    has_wkt = any(worded[name].notna().any() for name in _WKT if name in worded)
    return (*_ABOUT, _ABOUT_WKT) if has_wkt else _ABOUT


def _write_book(
    worded: pd.DataFrame, tab: str, path: Path, policy: Policy, notes: Sequence[str]
) -> Path:
    """Bases with their headings in the first row, so that programs find them, and notes."""
    cut = cut_notes(map(shown, worded[name]) for name in worded)
    formats = {name: "0.00" for name in worded if str(name).endswith("(亩)")}
    told = pd.DataFrame({"说明": [*map(tr, _about(worded)), policy.table_note, *notes, *cut]})
    return write_workbook(
        path,
        [
            Sheet(tab, "", worded, (), formats, unit="", frozen=1, one_line=_WKT),
            Sheet("说明", "基地数据说明", told, unit="面积为亩, 其他见表头", widths={"说明": 80.0}),
        ],
    )


def _in_words(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """A table under the headings, and with the words, that people read."""
    known = {column.name: column for column in cols.every()}
    headings = {name: known[name].heading for name in table if name in known} | _POINT
    if "declared_value" in table:
        headings["declared_mu"] = _DECLARED_MU
    words = {name: policy.words.get(known[name].words, {}) for name in table if name in known}
    words["group"] = policy.words["group"]
    titles: dict[str, Mapping[str, str]] = {
        name: {word.name: word.title for word in own.values()} for name, own in words.items() if own
    }
    titles["tier"] = {label: policy.tier_title(label) for label in policy.tier_labels}
    titles["verdict"] = cols.VERDICT_TITLES
    titles["status"] = {**titles.get("status", {}), "unknown": _UNTOLD}
    return table.assign(
        **{
            name: [own.get(value, value) for value in table[name]]
            for name, own in titles.items()
            if name in table
        }
    ).rename(columns=headings)


def _write_csv(table: pd.DataFrame, path: Path) -> Path:
    with writing(path):
        _without_formulas(table).to_csv(
            path, index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
    return path


def _without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Texts that a spreadsheet would run get an apostrophe in front."""
    safe = table.copy()
    for name in safe.columns:
        if pd.api.types.is_string_dtype(safe[name].dtype):
            risky = safe[name].str.startswith(_FORMULA_MARKS, na=False)
            safe[name] = safe[name].where(~risky, "'" + safe[name])
    return safe

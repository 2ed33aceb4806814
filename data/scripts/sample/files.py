"""The files of the sample: where each lies, and how its county fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sample.common import DEGREES, PLANE


@dataclass(frozen=True)
class File:
    """One file of the sample: where it lies, how it is written, how its county fills it in."""

    folder: str
    name: str
    layer: str
    form: str
    crs: str = DEGREES
    headings: dict[str, str] = field(default_factory=dict)
    parcel_records: bool = False
    #: Whether parcel records repeat the base's declared area or carry each their own.
    repeats_declared: bool = False
    date_format: str = "%Y-%m-%d"
    short_units: bool = False
    first_day: str = "2019-06-10"
    days: int = 190
    cpg: bool = True

    def heading(self, name: str) -> str:
        return self.headings.get(name, name)


JANUARY, MARCH, JUNE = "2020-01-ledger", "2020-03-batch", "2020-06-batch"
_MARCH: dict[str, Any] = {"folder": MARCH, "first_day": "2020-01-06", "days": 62}
_JUNE: dict[str, Any] = {"folder": JUNE, "first_day": "2020-04-07", "days": 70}
FILES = {
    "ledger": File(JANUARY, "ledger.gpkg", "基地台账", "gpkg"),
    "dejiang": File(
        **_MARCH,
        name="dejiang.zip",
        layer="dejiang",
        form="shapefile",
        headings={"主栽品种": "品种"},
        parcel_records=True,
        repeats_declared=True,
        date_format="%Y/%m/%d",
    ),
    "shiqian": File(
        **_MARCH,
        name="shiqian.zip",
        layer="shiqian",
        form="shapefile",
        parcel_records=True,
        cpg=False,
    ),
    "songtao": File(
        **_MARCH,
        name="songtao.zip",
        layer="songtao",
        form="shapefile",
        headings={"主栽品种": "种植品种", "上报面积": "上报亩数", "面积单位": "", "县区": "县名"},
        parcel_records=True,
        short_units=True,
        date_format="%Y年%m月%d日",
    ),
    "yanhe": File(**_MARCH, name="yanhe.geojson", layer="yanhe", form="geojson", short_units=True),
    "june_gpkg": File(
        **_JUNE, name="counties.gpkg", layer="六月新增", form="gpkg", crs=PLANE, parcel_records=True
    ),
    "june_shp": File(
        **_JUNE,
        name="yanhe.zip",
        layer="yanhe_202006",
        form="shapefile",
        headings={"主栽品种": "品种"},
        parcel_records=True,
        repeats_declared=True,
    ),
    "june_json": File(
        **_JUNE,
        name="east.geojson",
        layer="east",
        form="geojson",
        headings={"主栽品种": "种植品种", "县区": "县(区)"},
    ),
    "june_txt": File(
        **_JUNE, name="sinan-jiezhidian.txt", layer="sinan-jiezhidian", form="txt", crs=PLANE
    ),
}

"""How a page behaves, and what it shows around the bases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TypedDict

import geopandas as gpd

from herbgis.foundation.language import language
from herbgis.terms.calls import checking


@checking
@dataclass(frozen=True, eq=False)
class PageOptions:
    """How a page behaves, and what it shows around the bases.

    Attributes
    ----------
    townships : GeoDataFrame, optional
        Points or polygons with ``name`` or ``township``; the names are shown from close by.
    online : {'tianditu', 'amap', 'osm'}, optional
        Base maps from the network under all else; the page may then load these, nothing more.
    tianditu_key : str, optional
        The key of Tianditu, which stands in the page; else that of ``HERBGIS_TDT_KEY``.
    public : bool
        For the public: points to about 100 m instead of polygons, no operators, no issues, no
        lists of the bureau's own work.
    lang : {'zh', 'en'}
        Names that people gave and messages of issues stay as they are. Where it is not given, the
        language of ``HERBGIS_LANG``, else Chinese.
    approval : str, optional
        The map's approval number (审图号); without one the page says that it is to be applied for.
    by_whom : str, optional
        Who made the map (制图单位).
    date : date or str, optional
        The day of the map, as it is to be printed.
    colour_by : str, optional
        A column of the bases, herbgis's or the analyst's own, by which they can be coloured too.
    classes : int
        So many classes at most that a column of numbers is parted into, 2 to 7.
    scheme : {'quantile', 'equal', 'natural'}
        Classes of equally many bases, of equal width, or natural breaks (Fisher 1958: the sum of
        squares within the classes is the least that there is).

    Examples
    --------
    >>> import herbgis as hg
    >>> hg.PageOptions(public=True).lang
    'zh'
    """

    townships: gpd.GeoDataFrame | None = None
    online: str | None = None
    tianditu_key: str | None = None
    public: bool = False
    lang: str = field(default_factory=language)
    approval: str | None = None
    by_whom: str | None = None
    date: dt.date | str | None = None
    colour_by: str | None = None
    classes: int = 5
    scheme: str = "quantile"


class PageKeywords(TypedDict, total=False):
    """The fields of `PageOptions`, as keywords of their own."""

    townships: gpd.GeoDataFrame | None
    online: str | None
    tianditu_key: str | None
    public: bool
    lang: str
    approval: str | None
    by_whom: str | None
    date: dt.date | str | None
    colour_by: str | None
    classes: int
    scheme: str

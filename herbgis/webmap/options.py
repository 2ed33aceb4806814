"""How a page behaves, and what it shows around the bases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import geopandas as gpd

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
        Names that people gave and messages of issues stay as they are.

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
    lang: str = "zh"


class PageKeywords(TypedDict, total=False):
    """The fields of `PageOptions`, as keywords of their own."""

    townships: gpd.GeoDataFrame | None
    online: str | None
    tianditu_key: str | None
    public: bool
    lang: str

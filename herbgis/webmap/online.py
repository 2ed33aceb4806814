"""Base maps from the network, under all else; the page may then load these alone."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from herbgis.foundation import resources
from herbgis.foundation.errors import HerbgisError, UnknownNameError
from herbgis.foundation.language import tr
from herbgis.webmap.layers import DataLayer

KEY_VARIABLE = "HERBGIS_TDT_KEY"
_KEY = re.compile(r"[0-9A-Za-z]+")
#: Beyond a provider's last zoom its tiles are drawn larger, so that a parcel still fills the map.
_CLOSEST = 22
_TIANDITU = (
    "https://t{s}.tianditu.gov.cn/%s_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
    "&LAYER=%s&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)
_AMAP = "https://web%s0{s}.is.autonavi.com/appmaptile?%s&x={x}&y={y}&z={z}"
_AMAP_ROADS = _AMAP % ("rd", "lang=zh_cn&size=1&scale=1&style=8")


@dataclass(frozen=True)
class _Provider:
    """Where tiles come from.

    Attributes
    ----------
    maps : mapping of str to tuple of str
        Addresses of each base map, the ground first and its names above it.
    zooms : mapping of str to tuple of int
        First and last zoom of each base map.
    home : str
        Where the attribution leads.
    on_gcj02 : bool
        The tiles lie on GCJ-02; the others' lie on CGCS2000 or WGS84.
    """

    maps: Mapping[str, tuple[str, ...]]
    zooms: Mapping[str, tuple[int, int]]
    home: str
    subdomains: str = ""
    on_gcj02: bool = False

    def hosts(self, name: str) -> tuple[str, ...]:
        """The origins of a map's tiles, without those that serve another map."""
        origins = ["/".join(address.split("/")[:3]) for address in self.maps[name]]
        each = [origin.replace("{s}", s) for origin in origins for s in self.subdomains or " "]
        return tuple(dict.fromkeys(each))


_PROVIDERS = {
    "tianditu": _Provider(
        maps={
            ground: tuple(_TIANDITU % (name, name) for name in (ground, names))
            for ground, names in (("vec", "cva"), ("img", "cia"), ("ter", "cta"))
        },
        zooms={"vec": (1, 18), "img": (1, 18), "ter": (1, 14)},
        home="https://www.tianditu.gov.cn/",
        subdomains="01234567",
    ),
    "amap": _Provider(
        maps={"vec": (_AMAP_ROADS,), "img": (_AMAP % ("st", "style=6"), _AMAP % ("st", "style=8"))},
        zooms={"vec": (3, 18), "img": (3, 18)},
        home="https://www.amap.com/",
        subdomains="1234",
        on_gcj02=True,
    ),
    "osm": _Provider(
        maps={"map": ("https://tile.openstreetmap.org/{z}/{x}/{y}.png",)},
        zooms={"map": (0, 19)},
        home="https://www.openstreetmap.org/copyright",
    ),
}


class OnlineLayer(DataLayer):
    """A base map whose tiles are loaded while the page is looked at.

    Attributes
    ----------
    hosts : tuple of str
        Origins (``'https://t0.tianditu.gov.cn'``) whose images the page must be allowed to load.
    base : bool
        One of a set of which one is shown at a time.
    """

    base = True

    def __init__(self, data: Any, *, name: str, hosts: tuple[str, ...], show: bool) -> None:
        super().__init__("tiles", data, name=name, switches=[{"title": name}], show=show)
        self.hosts = hosts


def online_layers(provider: str, key: str | None = None, *, lang: str = "zh") -> list[OnlineLayer]:
    """The base maps of a provider, with their names on them; the first is shown.

    Parameters
    ----------
    provider : {'tianditu', 'amap', 'osm'}
    key : str, optional
        Tianditu's; by default the environment's ``HERBGIS_TDT_KEY``. It stands in the page.
    lang : {'zh', 'en'}

    Raises
    ------
    UnknownNameError
        There is no such provider.
    HerbgisError
        Tianditu's key is missing, or is none.
    """
    if provider not in _PROVIDERS:
        raise UnknownNameError(tr("联网底图"), provider, _PROVIDERS)
    served = _PROVIDERS[provider]
    texts = resources.read_toml(f"webmap/texts/{lang}.toml")["online"][provider]
    link = Markup('<a href="{}" target="_blank" rel="noopener">{}</a>')
    options: dict[str, Any] = {
        "attribution": str(link.format(served.home, texts["attribution"])),
        "subdomains": served.subdomains,
        "maxZoom": _CLOSEST,
    }
    if provider == "tianditu":
        options["key"] = _tianditu_key(key)
    return [
        OnlineLayer(
            _data(served, name, options),
            name=texts[name],
            hosts=served.hosts(name),
            show=number == 0,
        )
        for number, name in enumerate(served.maps)
    ]


def _data(served: _Provider, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    first, last = served.zooms[name]
    native = {"minNativeZoom": first, "maxNativeZoom": last}
    return {
        "urls": list(served.maps[name]),
        "gcj02": served.on_gcj02,
        "options": {**options, **native},
    }


def _tianditu_key(key: str | None) -> str:
    """The key, from the caller or the environment; no message ever holds it."""
    found = (key or os.environ.get(KEY_VARIABLE) or "").strip()
    if not found:
        msg = tr(
            "天地图底图要密钥。请在天地图网站 (console.tianditu.gov.cn) 免费申请“浏览器端”密钥, "
            "再设置环境变量 {variable}, 或在调用时给出; 也可改用 amap 或 osm。",
            variable=KEY_VARIABLE,
        )
        raise HerbgisError(msg)
    if not _KEY.fullmatch(found):
        msg = tr(
            "天地图密钥只含数字和英文字母, 给出的不是。"
            "请从天地图控制台重新复制, 核对环境变量 {variable} 或调用时给出的密钥。",
            variable=KEY_VARIABLE,
        )
        raise HerbgisError(msg)
    return found

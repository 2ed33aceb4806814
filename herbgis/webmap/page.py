"""OfflineMap: a folium map whose page holds everything it needs.

The page may load nothing but ``data:`` and ``blob:``, and images from the hosts of the online base
maps that it holds. It runs no script but those that stand in it when it is saved: their hashes are
its content security policy. The same map gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, BinaryIO

import folium
from branca.element import Element, Figure, Link
from folium.raster_layers import TileLayer, WmsTileLayer
from markupsafe import Markup

from herbgis.foundation.errors import AssetError
from herbgis.foundation.language import tr
from herbgis.foundation.outputs import writing
from herbgis.foundation.wrong_calls import WrongCallError, shown, spaced
from herbgis.webmap import vendor
from herbgis.webmap.online import OnlineLayer
from herbgis.webmap.outlines import Bounds
from herbgis.webmap.sheet import Sheet
from herbgis.webmap.templating import Verbatim, figure_of, template
from herbgis.webmap.user_texts import escaped_texts

_ID = re.compile(r"[0-9a-f]{32}")
#: Our own scripts, in the order in which they need each other.
_SCRIPTS = (
    *("core.js", "unpacking.js", "marks.js", "base_data.js", "bases.js", "pointing.js"),
    *("layers.js", "relief.js", "plan.js", "visit.js"),
    *("filters.js", "finding.js", "measuring.js", "paper.js", "frame.js"),
)
#: What base maps from the network need besides.
_ONLINE_SCRIPTS = ("tiles.js",)
_ADDRESSES = frozenset({"src", "srcset", "data", "poster"})


class OfflinePage(Figure):
    """The page around an `OfflineMap`."""

    lang = "zh-CN"

    def render(self, **kwargs: Any) -> str:
        """The page as HTML.

        Raises
        ------
        AssetError
            A layer needs a script, style or tile that would have to be loaded.
        """
        elements = elements_of(self)
        before = [(element, OrderedDict(element._children)) for element in elements]  # noqa: SLF001
        try:
            with escaped_texts(elements):
                for child in self._children.values():
                    child.render(**kwargs)
                return self._written(**kwargs)
        finally:
            # Rendering adds children; a second rendering starts from the same tree.
            for element, children in before:
                element._children = children  # noqa: SLF001

    def _written(self, **kwargs: Any) -> str:
        short = short_ids(self)
        body, script = (_renamed(part.render(**kwargs), short) for part in (self.html, self.script))
        embed_links(self, script + body)
        header = _renamed(self.header.render(**kwargs), short)
        filled = template("page.html").render(
            title=self.title,
            lang=self.lang,
            header=Markup(header),  # noqa: S704 - rendered by folium and by our templates
            body=Markup(body),  # noqa: S704
            script=Markup(script),  # noqa: S704
            hosts=hosts_of(self),
        )
        reading = PageReader(filled)
        return filled.replace("__SCRIPTS__", " ".join(map(_hash, reading.scripts)), 1)


class OfflineMap(folium.Map):
    """A folium map that opens without a network; any folium layer can be added to it.

    Parameters
    ----------
    sheet : Sheet, optional
        Title, panel and legend around the map.
    extent : list of list of float, optional
        South-west and north-east corner (latitude, longitude) of all there is to see.
    **options
        Those of `folium.Map`. There are no tiles.

    Examples
    --------
    >>> from pathlib import Path
    >>> import folium
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> page = hg.draw_map(bases, counties=hg.read_counties(), title="现场会")
    >>> _ = folium.Marker([27.72, 109.19], tooltip="会场").add_to(page)  # folium 的图层照样可加
    >>> page.save("现场会.html")
    >>> "会场" in Path("现场会.html").read_text(encoding="utf-8")
    True
    """

    def __init__(
        self, *, sheet: Sheet | None = None, extent: Bounds | None = None, **options: Any
    ) -> None:
        super().__init__(tiles=None, prefer_canvas=True, **options)
        self._name = "Map"
        self.default_js = [link for link in folium.Map.default_js if link[0] == "leaflet"]
        self.default_css = [link for link in folium.Map.default_css if link[0] == "leaflet_css"]
        self.sheet = sheet
        self.extent = extent
        page = OfflinePage(ratio="64%", title=sheet.title if sheet else None)
        page.lang = sheet.lang if sheet else "zh-CN"
        page.add_child(self)

    def render(self, **kwargs: Any) -> Any:
        """Write the map into its page."""
        figure = figure_of(self)
        for layer in _tile_layers(self):
            msg = tr(
                "底图 {layer} 要联网, 离线页面不能用。请去掉它; 联网的地图请另用 folium.Map。",
                layer=layer,
            )
            raise AssetError(msg)
        figure.header.add_child(_embedded(vendor.house_asset("map.css")), name="herbgis_css")
        if self.sheet:
            _add(figure.html, "head.html", sheet=self.sheet)
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        icons = Verbatim(template("marker_icons.html").render(icons=vendor.marker_icons()))
        figure.header.add_child(icons, name="herbgis_icons")
        for name in (*_SCRIPTS, *(_ONLINE_SCRIPTS if hosts_of(self) else ())):
            asset = vendor.house_asset(name)
            figure.header.add_child(_embedded(asset), name=f"herbgis_{name}")
        if self.sheet:
            switches = list(_switches(self))
            _add(figure.html, "panel.html", sheet=self.sheet)
            _add(figure.html, "controls.html", sheet=self.sheet, switches=switches)
            _add(
                *(figure.script, "frame.js"),
                map=self.get_name(),
                switches=switches,
                bases=self._bases(),
                extent=self.extent,
                words=self.sheet.words["tools"],
            )
        if not isinstance(figure, OfflinePage):
            embed_links(figure, figure.script.render() + figure.html.render())

    def _bases(self) -> str | None:
        """The name of the layer of the bases in the page's script."""
        found = [c for c in self._children.values() if getattr(c, "kind", None) == "bases"]
        return found[0].get_name() if found else None

    def save(
        self,
        outfile: str | bytes | Path | BinaryIO | None = None,
        close_file: bool = True,  # noqa: FBT001, FBT002 - branca's signature
        **kwargs: Any,
    ) -> None:
        """Write the page to one file, or leave what is there where it cannot be written."""
        named = isinstance(outfile, str | bytes | os.PathLike)
        if outfile is None or not (named or hasattr(outfile, "write")):
            msg = tr(
                "地图的 save 要一个路径, 给的是{given}。如 save('现场会.html')。",
                given=spaced(shown(outfile)),
            )
            raise WrongCallError(msg)
        if isinstance(outfile, str | bytes | os.PathLike):
            path = Path(os.fsdecode(outfile))
            if not path.is_dir() and path.suffix.lower() not in {".html", ".htm"}:
                msg = "页面要写成 .html 文件, 给的是 {path}; 图片请在页面上点“导出图片”。"
                raise WrongCallError(tr(msg, path=path.name))
            page = self._as_bytes(**kwargs)
            with writing(path):
                path.write_bytes(page)
            return
        outfile.write(self._as_bytes(**kwargs))
        if close_file:
            outfile.close()

    def _as_bytes(self, **kwargs: Any) -> bytes:
        return bytes(self.get_root().render(**kwargs).encode("utf-8", "replace"))


class PageReader(HTMLParser):
    """Reads a page as a browser does: the scripts that run, and no address outside it.

    Raises
    ------
    AssetError
        An element loads something from elsewhere.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a script's beginning; refuse what loads from outside."""
        known = dict(attrs)
        for name, value in attrs:
            loads = name in _ADDRESSES or (tag == "link" and name == "href")
            if loads and value and not value.startswith(("data:", "blob:", "#")):
                msg = tr(
                    "页面的 <{tag}> 要加载 {value}, 断网时打不开。请去掉它。",
                    tag=tag,
                    value=value,
                )
                raise AssetError(msg)
        if tag == "script" and known.get("type", "") in {"", "text/javascript", "module"}:
            self._in_script = True
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Note a script's end."""
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        """Keep a script's text."""
        if self._in_script:
            self.scripts[-1] += data


def embed_links(figure: Figure, scripts: str) -> None:
    """Put the vendored files in the place of a page's links, and those its scripts need."""
    wanted = [*vendor.needed_by(scripts)]
    children: OrderedDict[str, Element] = OrderedDict()
    for name, child in figure.header._children.items():  # noqa: SLF001
        asset = vendor.asset_for(child.url) if isinstance(child, Link) else None
        children[asset.path if asset else name] = _embedded(asset) if asset else child
        if asset and asset.path == "leaflet/leaflet.js":
            children.update({needed.path: _embedded(needed) for needed in wanted})
    figure.header._children = children  # noqa: SLF001


def hosts_of(root: Element) -> list[str]:
    """Origins whose images the online base maps below an element load, each once."""
    hosts: dict[str, None] = {}
    for child in root._children.values():  # noqa: SLF001
        found = child.hosts if isinstance(child, OnlineLayer) else hosts_of(child)
        hosts.update(dict.fromkeys(found))
    return list(hosts)


def elements_of(root: Element) -> list[Element]:
    """Every element that an element holds, itself first, in the order of the tree."""
    found: dict[int, Element] = {}
    waiting: list[Element] = [root]
    while waiting:
        element = waiting.pop()
        if id(element) not in found:
            found[id(element)] = element
            waiting.extend(reversed(list(_held(vars(element).values()))))
    return list(found.values())


def short_ids(root: Element) -> dict[str, str]:
    """Names in the order of the tree for the random ones that folium gives its elements."""
    return {element._id: f"{n:04d}" for n, element in enumerate(elements_of(root))}  # noqa: SLF001


def _held(values: Iterable[Any]) -> Iterator[Element]:
    """Elements among an element's attributes, in their lists and dicts too."""
    for value in values:
        if isinstance(value, Element):
            yield value
        elif isinstance(value, dict):
            yield from _held(value.values())
        elif isinstance(value, (list, tuple)):
            yield from _held(value)


def _renamed(text: str, short: dict[str, str]) -> str:
    return _ID.sub(lambda found: short.get(found[0], found[0]), text.replace("\r\n", "\n"))


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("utf-8", "replace")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _embedded(asset: vendor.Asset) -> Element:
    code = Markup(asset.code())  # noqa: S704 - our own file
    return Verbatim(template("asset.html").render(code=code, script=asset.is_script))


def _add(part: Element, name: str, **values: Any) -> None:
    part.add_child(Verbatim(template(name).render(**values)), name=f"herbgis_{name}")


def _switches(page: OfflineMap) -> Iterator[dict[str, Any]]:
    """A switch a layer for the layer control; the layers of herbgis may have several."""
    for child in page._children.values():  # noqa: SLF001
        if not isinstance(child, folium.map.Layer) or not child.control:
            continue
        for switch in getattr(child, "switches", None) or [{"title": child.layer_name}]:
            yield {
                "layer": child.get_name(),
                "show": child.show,
                "base": getattr(child, "base", False),
                "group": None,
                "count": None,
                **switch,
            }


def _tile_layers(element: Element) -> Iterator[str]:
    """Names of the layers below an element that load tiles."""
    for child in element._children.values():  # noqa: SLF001
        if isinstance(child, (TileLayer, WmsTileLayer)):
            yield getattr(child, "tile_name", None) or child.get_name()
        yield from _tile_layers(child)

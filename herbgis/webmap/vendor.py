"""Scripts and styles that the page embeds instead of loading them.

assets/VENDOR.toml lists them, with version, hash, licence and home.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from herbgis.foundation import resources
from herbgis.foundation.errors import AssetError
from herbgis.foundation.language import listed, tr

_FOLDER = "webmap/assets"
_MEDIA_TYPES = {".png": "image/png", ".woff2": "font/woff2"}
_URL = re.compile(r"""url\((['"]?)(?!data:|#)([^'")]+)\1\)""")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """A vendored file.

    Attributes
    ----------
    serves : tuple of str
        Patterns of the links that it stands in for.
    needed_by : tuple of str
        What in the page's scripts shows that it is needed, where no element links to it.
    """

    library: str
    path: str
    sha256: str = ""
    serves: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()

    @property
    def is_script(self) -> bool:
        """Whether it is a script, and not a style."""
        return self.path.endswith(".js")

    def code(self) -> str:
        """The file's text as it stands in the page: images inside, no source map named."""
        text = resources.asset(f"{_FOLDER}/{self.path}").read_text(encoding="utf-8")
        text = text.replace("\r\n", "\n")
        if self.is_script:
            return _SOURCE_MAP.sub("", text)
        folder = PurePosixPath(self.path).parent
        return _URL.sub(lambda found: f'url("{data_url(str(folder / found[2]))}")', text)


@functools.cache
def assets() -> tuple[Asset, ...]:
    """Every vendored file, in the order in which pages need them."""
    table = resources.read_toml(f"{_FOLDER}/VENDOR.toml")
    return tuple(
        Asset(
            library=library["name"],
            path=file["path"],
            sha256=file["sha256"],
            serves=tuple(file.get("serves", ())),
            needed_by=tuple(file.get("needed_by", ())),
        )
        for library in table["libraries"]
        for file in library["files"]
    )


def asset_for(url: str) -> Asset:
    """The vendored file that stands in for a link.

    Raises
    ------
    AssetError
        Nothing vendored does.
    """
    for asset in assets():
        if any(fnmatchcase(url, pattern) for pattern in asset.serves):
            return asset
    served = listed(dict.fromkeys(asset.library for asset in assets()))
    msg = tr(
        "页面要用 {url}, 而 herbgis 没有随包提供它, 断网时打不开。"
        "请去掉用到它的图层或插件; 随包提供的有: {served}。",
        url=url,
        served=served,
    )
    raise AssetError(msg)


def needed_by(scripts: str) -> Iterator[Asset]:
    """Files that the page's scripts use without linking to them.

    Raises
    ------
    AssetError
        One of them is not vendored.
    """
    for entry in resources.read_toml(f"{_FOLDER}/VENDOR.toml")["missing"]:
        if any(mark in scripts for mark in entry["needed_by"]):
            msg = tr(
                "页面要用 {name}, 而 herbgis 没有随包提供它。{advice}。",
                name=tr(entry["name"]),
                advice=tr(entry["advice"]),
            )
            raise AssetError(msg)
    for asset in assets():
        if any(mark in scripts for mark in asset.needed_by):
            yield asset


def house_asset(name: str) -> Asset:
    """A script or style of our own (``'map.css'``)."""
    return Asset(library="herbgis", path=f"herbgis/{name}")


def data_url(path: str) -> str:
    """A vendored image or font as a ``data:`` address."""
    content = base64.b64encode(resources.asset(f"{_FOLDER}/{path}").read_bytes()).decode()
    return f"data:{_MEDIA_TYPES[PurePosixPath(path).suffix]};base64,{content}"


def marker_icons() -> Mapping[str, str]:
    """Options of Leaflet's default marker with its images inside."""
    images = {
        "iconUrl": "marker-icon.png",
        "iconRetinaUrl": "marker-icon-2x.png",
        "shadowUrl": "marker-shadow.png",
    }
    return {option: data_url(f"leaflet/images/{name}") for option, name in images.items()}

"""County boundaries, and which county a polygon lies in."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio

from herbgis.foundation import resources
from herbgis.foundation.errors import CrsError, InputNotFoundError, MissingColumnError
from herbgis.geo.geodesy import CGCS2000
from herbgis.geo.land import land
from herbgis.reading.understanding.cells import clean_text
from herbgis.reading.understanding.placing import place_layer
from herbgis.terms.headings import match_headings
from herbgis.terms.issues import Place
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: The ten counties of Tongren; see data/counties/SOURCE.md.
_SHIPPED = "counties/tongren.geojson"


def read_counties(
    source: str | Path | None = None, *, policy: Policy | None = None
) -> gpd.GeoDataFrame:
    """County boundaries in CGCS2000, in code order.

    Parameters
    ----------
    source : str or Path, optional
        A file with a polygon a county and a column of names or codes; by default the ten of
        Tongren that herbgis ships. Those carry no 审图号: a map to be published needs boundaries
        that do.
    policy : Policy, optional
        Whose names and codes of counties are used.

    Returns
    -------
    GeoDataFrame
        Columns ``county_code``, ``county`` (full name), ``short_name``, ``geometry``.

    Raises
    ------
    InputNotFoundError, MissingColumnError, CrsError

    Examples
    --------
    >>> import herbgis as hg
    >>> counties = hg.read_counties()
    >>> counties["county"].tolist()[:3], len(counties)
    (['碧江区', '万山区', '江口县'], 10)
    >>> counties.crs.to_epsg()
    4490
    """
    path = resources.data(_SHIPPED) if source is None else Path(source)
    if not path.exists():
        raise InputNotFoundError(str(source or path))
    return tidy_counties(gpd.GeoDataFrame(pyogrio.read_dataframe(path)), policy=policy)


def tidy_counties(frame: gpd.GeoDataFrame, *, policy: Policy | None = None) -> gpd.GeoDataFrame:
    """A frame of counties in the form that `read_counties` gives; any headings, any system."""
    policy = policy or load_policy()
    headings = [str(column) for column in frame.columns if column != frame.geometry.name]
    matched, _ = match_headings(headings, policy)
    by_code = {word.code: word for word in policy.words["county"].values()}
    name_of, code_of = matched.get("county") or matched.get("name"), matched.get("county_code")
    if name_of is None and code_of is None:
        raise MissingColumnError("县界文件", ["county"], headings)
    rows = []
    for position in range(len(frame)):
        text = clean_text(frame[name_of].iloc[position]) if name_of else None
        code = clean_text(frame[code_of].iloc[position]) if code_of else None
        known = policy.canonical("county", text) if text else None
        word = policy.words["county"][known] if known else by_code.get((code or "")[:6])
        rows.append(
            {
                "county_code": word.code if word else (code or "")[:6],
                "county": word.name if word else text,
                "short_name": word.title if word else text,
            }
        )
    geometry = np.asarray(frame.geometry.array, dtype=object)
    placed = place_layer(geometry, frame.crs, Place("counties"))
    if any(text is not None for text in placed.raw):
        msg = "县界的坐标系没有注明, 或与坐标不符; 请给出 CGCS2000 (EPSG:4490) 的县界文件。"
        raise CrsError(msg)
    counties = gpd.GeoDataFrame(rows, geometry=land(placed.geometry), crs=CGCS2000)
    counties = counties[["county_code", "county", "short_name", "geometry"]]
    return counties.sort_values(["county_code", "county"], kind="stable", ignore_index=True)

"""Candidates: sites that a plan can choose, wherever they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from herbgis.foundation import display
from herbgis.foundation.language import tr
from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import CGCS2000, Floats, areas_m2
from herbgis.geo.systems import Geometries
from herbgis.planning.land.rating import UNLIMITED
from herbgis.planning.sites.controlled_sites import ControlledSites
from herbgis.terms.calls import answering

#: What is told of a site beside its polygon: see `Candidates.sites`.
SITE_COLUMNS = ("mu", "county", "township", "variety", "cost", "distance_km", "enlarges")
#: Sites that are measured at once.
_AT_ONCE = 1000
#: Those of them that are numbers; the others are texts.
_NUMBERS = {"mu", "cost", "distance_km"}


@answering
@dataclass(frozen=True, eq=False, repr=False)
class Candidates:
    """Sites that a plan can choose.

    Attributes
    ----------
    sites : GeoDataFrame
        Index ``candidate_id``; EPSG:4490; ``mu`` (exact), ``county``, ``township``, ``variety``
        (missing: any), ``cost`` (NaN: to be reckoned), ``distance_km`` to a road or plant (NaN:
        not known), ``enlarges`` (a base_id, or missing).
    scores : DataFrame
        Index as `sites`, a column a variety: mean suitability by area, 0 to 1; 0 where too little
        of the site suits; NaN where no land is known.
    limiting : DataFrame
        As `scores`: the factor that costs the site most, ``masked``, ``unknown``, or empty.
    caveats : tuple of str
        Chinese reasons why this is not the last word.
    notes : tuple of str
        What was done to proposals, in Chinese.
    controlled : ControlledSites or None
        What the sites have of layers that control land; None where none were given.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> counties = hg.read_counties()
    >>> here = counties[counties["county"] == "碧江区"]
    >>> candidates = hg.gather_candidates(bases, dem=hg.sample_paths().dem, counties=here)
    >>> print(str(candidates).splitlines()[0])
    <Candidates 1439 处: 新建 1423, 扩建 16>
    >>> candidates.scores.shape == (len(candidates.sites), 15)  # 一个品种一列
    True
    >>> print(candidates.caveats[0])
    tongren_synthetic.tif 是合成数据
    """

    sites: gpd.GeoDataFrame
    scores: pd.DataFrame
    limiting: pd.DataFrame
    caveats: tuple[str, ...]
    notes: tuple[str, ...] = ()
    controlled: ControlledSites | None = None

    def __repr__(self) -> str:
        return "\n  ".join([f"<Candidates {self._head()}>", *self.caveats, *self.notes])

    def _repr_html_(self) -> str:
        told = [display.html_paragraph(line) for line in (self._head(), *self.caveats, *self.notes)]
        listed = pd.DataFrame(self.sites.drop(columns="geometry")).reset_index()
        return display.html_section(tr("候选地块"), *told, display.html_table(listed))

    def _head(self) -> str:
        enlarging = int(self.sites["enlarges"].notna().sum())
        new = len(self.sites) - enlarging
        return tr(
            "{count} 处: 新建 {new}, 扩建 {enlarging}",
            count=len(self.sites),
            new=new,
            enlarging=enlarging,
        )


def candidates_of(
    ids: Sequence[str],
    polygons: Geometries,
    columns: Mapping[str, Sequence[Any]],
    scores: Floats,
    limiting: npt.NDArray[np.object_],
    varieties: Sequence[str],
    caveats: Iterable[str],
    notes: Iterable[str] = (),
) -> Candidates:
    """Candidates from their parts; 亩 are measured here, columns that are not told are missing."""
    index = pd.Index(ids, name="candidate_id", dtype="str")
    # Few at a time: the vertices of all sites of a DEM are copied else.
    parts = np.array_split(polygons, len(polygons) // _AT_ONCE + 1)
    told = {**columns, "mu": to_mu(np.concatenate([areas_m2(part) for part in parts]))}
    nothing = [None] * len(index)
    data = {
        name: pd.Series(told.get(name, nothing), index, "float64" if name in _NUMBERS else "str")
        for name in SITE_COLUMNS
    }
    geometry = gpd.GeoSeries(polygons, index=index, crs=CGCS2000)
    return Candidates(
        gpd.GeoDataFrame(data, geometry=geometry),
        pd.DataFrame(scores, index, list(varieties), dtype="float64"),
        pd.DataFrame(limiting, index, list(varieties), dtype="str"),
        tuple(dict.fromkeys(caveats)),
        tuple(dict.fromkeys(notes)),
    )


def joined(*several: Candidates) -> Candidates:
    """Candidates of several kinds as one, in the order given; ids must differ.

    A variety that only some know has no scores for the others.
    """
    sites = pd.concat([one.sites for one in several])
    limiting = pd.concat([one.limiting for one in several])
    return Candidates(
        gpd.GeoDataFrame(sites, crs=CGCS2000),
        pd.concat([one.scores for one in several]),
        limiting.fillna(UNLIMITED),
        tuple(dict.fromkeys(said for one in several for said in one.caveats)),
        tuple(dict.fromkeys(said for one in several for said in one.notes)),
    )


def none_given() -> Candidates:
    """No candidates at all."""
    nothing = np.empty((0, 0))
    return candidates_of([], np.empty(0, dtype=object), {}, nothing, nothing.astype(object), [], [])

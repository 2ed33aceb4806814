"""gather_candidates: all land that a plan may choose, from proposals and from DEMs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, Unpack

import geopandas as gpd
import pandas as pd

from herbgis.counting.marks import countable_by_id
from herbgis.foundation.keywords import options_given
from herbgis.geo.mosaics import mosaics_of
from herbgis.geo.rasters import Raster, open_raster
from herbgis.planning.land.forbidden import ForbiddenLand
from herbgis.planning.land.opening import open_land
from herbgis.planning.land.rating import Land
from herbgis.planning.land.siting import SitingRules, read_siting_rules
from herbgis.planning.sites.candidates import Candidates, joined, none_given
from herbgis.planning.sites.controlled import held_against
from herbgis.planning.sites.enlargements import enlarge_bases
from herbgis.planning.sites.finding import Tick, find_candidates
from herbgis.planning.sites.proposals import given_candidates
from herbgis.reading.understanding.control_layers import ControlLayer, control_layers
from herbgis.reading.understanding.lost_systems import refuse_lost
from herbgis.terms.calls import checking
from herbgis.terms.carried import policy_for
from herbgis.terms.policy import Policy


@checking
@dataclass(frozen=True, eq=False)
class LandOptions:
    """By what land is rated beside its elevation, what is left out, and what no site goes beyond.

    Attributes
    ----------
    rules : SitingRules, optional
        As `read_siting_rules` gives it; those that herbgis ships by default.
    factors : mapping of str to path, optional
        Rasters by factor (``mat_c``, ``rain_mm``, ``ph``, ``land_cover``), on their own grids.
    masks : mapping of str to GeoDataFrame or (path, classes), optional
        Land that must be left out, by title (永久基本农田, 生态保护红线, …): polygons, or a raster
        and its classes.
    units : GeoDataFrame, optional
        Villages or catchments that no site goes beyond.
    controls : mapping of str to GeoDataFrame or ControlLayer, optional
        Layers that control land, as `validate` takes them. Where their rules forbid a way in which
        a variety may be grown, none is proposed; what they ask or allow under conditions is said.

    Examples
    --------
    >>> import herbgis as hg
    >>> hg.LandOptions(factors={"mat_c": "年均温.tif"}).masks is None
    True
    """

    rules: SitingRules | None = None
    factors: Mapping[str, str | Path] | None = None
    masks: Mapping[str, gpd.GeoDataFrame | tuple[str | Path, Sequence[float]]] | None = None
    units: gpd.GeoDataFrame | None = None
    controls: Mapping[str, gpd.GeoDataFrame | ControlLayer] | None = None


class LandKeywords(TypedDict, total=False):
    """The fields of `LandOptions`, as keywords of their own."""

    rules: SitingRules | None
    factors: Mapping[str, str | Path] | None
    masks: Mapping[str, gpd.GeoDataFrame | tuple[str | Path, Sequence[float]]] | None
    units: gpd.GeoDataFrame | None
    controls: Mapping[str, gpd.GeoDataFrame | ControlLayer] | None


def gather_candidates(
    bases: gpd.GeoDataFrame,
    *,
    proposals: gpd.GeoDataFrame | None = None,
    dem: str | Path | Sequence[str | Path] | None = None,
    counties: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    land: LandOptions | None = None,
    progress: Tick | None = None,
    **single: Unpack[LandKeywords],
) -> Candidates:
    """Land that a plan may choose: proposed polygons, else suitable land of DEMs; and enlargements.

    Parameters
    ----------
    bases : GeoDataFrame
        One row a base, as from `classify`. No site lies on them; those below a threshold are
        given the suitable land next to them.
    proposals : GeoDataFrame, optional
        Polygons of one's own, see `given_candidates`; with them no others are looked for.
    dem : path or sequence of paths, optional
        Elevation, by which land is rated; sheets of one grid that meet are read as one. Without
        it there are only the proposals.
    counties : GeoDataFrame, optional
        As `read_counties` gives it: no site goes beyond one.
    policy : Policy, optional
    land : LandOptions, optional
        Rules and rasters by which land is rated, land that must be left out, and units that no
        site goes beyond.
    progress : callable, optional
        Told how many tiles of a DEM are done, and of how many.
    **single
        The fields of `LandOptions` one by one, instead of `land`.

    Returns
    -------
    Candidates

    Raises
    ------
    InputNotFoundError, CrsError, RasterError
        A raster is missing, cannot be used or lies elsewhere; or polygons have no coordinate
        system.
    UnknownNameError
        A factor that there is not.
    WrongCallError
        A keyword that there is not, or `land` beside one of its fields.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> counties = hg.read_counties()
    >>> here = counties[counties["county"] == "碧江区"]
    >>> candidates = hg.gather_candidates(bases, dem=hg.sample_paths().dem, counties=here)
    >>> sites = candidates.sites  # 候选地块, 和未达标基地旁边可以扩的地
    >>> len(sites), sites.loc["E-520602-2020-002-500", ["enlarges", "county"]].tolist()
    (1439, ['520602-2020-002', '碧江区'])
    >>> round(float(sites.loc["E-520602-2020-002-500", "mu"]), 2)
    51.82
    """
    land = options_given(gather_candidates, "land", LandOptions, land, single)
    policy = policy_for(bases, policy)
    refuse_lost(bases, "gather_candidates")
    dems = [dem] if isinstance(dem, str | Path) else dem or []
    sheets = [
        open_raster(path, elevation=True, datum_parameters=policy.datum_parameters) for path in dems
    ]
    layers = control_layers(land.controls, policy=policy) if land.controls is not None else None
    forbidden = ForbiddenLand.of(layers, policy) if layers is not None else None
    opened = [
        _opened(each, land, forbidden, bases, counties, policy) for each in mosaics_of(sheets)
    ]
    found = [enlarge_bases(bases, each, counties=counties, policy=policy) for each in opened]
    if proposals is not None:
        found.append(
            given_candidates(
                proposals,
                lands=opened,
                bases=bases,
                counties=counties,
                policy=policy,
            )
        )
    else:
        found += [
            find_candidates(
                each, policy=policy, counties=counties, units=land.units, progress=progress
            )
            for each in opened
        ]
    gathered = joined(*_numbered(found)) if found else none_given()
    if layers is None or forbidden is None:
        return gathered
    return held_against(gathered, layers, forbidden, _modes(bases, policy))


def _opened(
    dem: Raster,
    options: LandOptions,
    forbidden: ForbiddenLand | None,
    bases: gpd.GeoDataFrame,
    counties: gpd.GeoDataFrame | None,
    policy: Policy,
) -> Land:
    """A DEM with all that land is rated by, for the varieties that the targets count."""
    rules = options.rules or read_siting_rules(policy=policy)
    counted = [name for name in rules.varieties if policy.group_of(name) in policy.counting.groups]
    return open_land(
        dem,
        rules,
        varieties=counted,
        factors=options.factors,
        masks=options.masks,
        bases=bases,
        forbidden=forbidden,
        region=counties,
        datum_parameters=policy.datum_parameters,
    )


def control_candidates(
    candidates: Candidates,
    controls: Mapping[str, gpd.GeoDataFrame | ControlLayer],
    *,
    bases: gpd.GeoDataFrame,
    policy: Policy,
) -> Candidates:
    """Candidates held against layers that control land, as `gather_candidates` does."""
    layers = control_layers(controls, policy=policy)
    forbidden = ForbiddenLand.of(layers, policy)
    return held_against(candidates, layers, forbidden, _modes(bases, policy))


def _modes(bases: gpd.GeoDataFrame, policy: Policy) -> dict[str, str]:
    """种植模式 of bases by their id."""
    told = countable_by_id(bases, policy)
    modes = told["mode"].dropna() if "mode" in told else told.iloc[:0]
    return {str(base): str(mode) for base, mode in modes.items()}


def _numbered(found: Sequence[Candidates]) -> Iterator[Candidates]:
    """Candidates whose ids differ: the second to use one gets a number behind it."""
    used: Counter[str] = Counter()
    for each in found:
        ids = []
        for name in each.sites.index:
            used[name] += 1
            ids.append(name if used[name] == 1 else f"{name}-{used[name]}")
        index = pd.Index(ids, name="candidate_id", dtype="str")
        yield replace(
            each,
            sites=each.sites.set_axis(index),
            scores=each.scores.set_axis(index),
            limiting=each.limiting.set_axis(index),
        )

"""What a site may look like: how large, how wide, how round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Flags, Floats, areas_m2, local_metres
from herbgis.geo.systems import Geometries
from herbgis.terms.policy import Policy

#: A site is at most so many times the highest threshold; what is larger is cut in two.
_MOST = 1.5
#: Sites aim at so many times a threshold: they come out larger and smaller than the aim, and this
#: leaves them room above the line.
_AIM = 1.2


@dataclass(frozen=True)
class SiteShape:
    """What a site may look like.

    Attributes
    ----------
    least_mu, most_mu : float
        Its area.
    aims_mu : tuple of float
        What tiles aim at by turns, so that there are sites for every tier near everywhere.
    least_width_m : float
        Land narrower than this is left out before it is split.
    least_roundness : float
        Its area as a share of the smallest circle around it (E. C. Reock, Measuring compactness as
        a requirement of legislative apportionment, Midwest Journal of Political Science 5, 1961):
        a square has 0.64, a strip six times as long as wide 0.21.
    """

    least_mu: float = 500.0
    most_mu: float = 1500.0
    aims_mu: tuple[float, ...] = (600.0, 1200.0)
    least_width_m: float = 100.0
    least_roundness: float = 0.2


def shape_of(policy: Policy) -> SiteShape:
    """What sites look like under a policy's thresholds."""
    thresholds = [tier.threshold_mu for tier in policy.tiers]
    return SiteShape(
        least_mu=thresholds[0],
        most_mu=_MOST * thresholds[-1],
        aims_mu=tuple(_AIM * threshold for threshold in thresholds),
    )


def fits(polygons: Geometries, shape: SiteShape) -> Flags:
    """Which polygons in longitude and latitude are large and round enough."""
    fitting = to_mu(areas_m2(polygons)) >= shape.least_mu
    if fitting.any():
        fitting[fitting] = _roundness(polygons[fitting]) >= shape.least_roundness
    return np.asarray(fitting)


def _roundness(polygons: Geometries) -> Floats:
    """Share of the smallest circle around, on a plane of the polygons' own."""
    _, south, _, north = shapely.total_bounds(polygons)
    metres = local_metres(np.ones((1, 2)), np.array([(south + north) / 2]))
    plane = shapely.transform(polygons, lambda lonlat: lonlat * metres)
    circle = np.pi * shapely.minimum_bounding_radius(plane) ** 2
    return np.asarray(shapely.area(plane) / circle, dtype=np.float64)

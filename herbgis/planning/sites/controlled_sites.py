"""What candidates have of controlled land, and where rules forbid that they are planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from herbgis.foundation.units import to_mu
from herbgis.geo.geodesy import Flags, Floats
from herbgis.geo.systems import Geometries
from herbgis.measuring.controls import measure_controls
from herbgis.measuring.layer_sums import sums_within
from herbgis.planning.land.forbidden import ForbiddenLand
from herbgis.reading.understanding.control_layers import ControlLayer

#: Less than this is told as 0.00 亩.
TOLD_MU = 0.005


@dataclass(frozen=True, eq=False)
class ControlledSites:
    """Candidates held against control layers.

    Attributes
    ----------
    layers : tuple of ControlLayer
    table : DataFrame
        A row a candidate, as `ControlledLand.table`.
    forbidden_mu : DataFrame
        A row a candidate, a column a way of growing: 亩 on which rules forbid it.
    missing : tuple of str
        Titles of the kinds of control of which no layer was given.
    forbidden : ForbiddenLand
    """

    layers: tuple[ControlLayer, ...]
    table: pd.DataFrame
    forbidden_mu: pd.DataFrame
    missing: tuple[str, ...]
    forbidden: ForbiddenLand

    @classmethod
    def of(
        cls,
        ids: pd.Index,
        polygons: Geometries,
        layers: Sequence[ControlLayer],
        forbidden: ForbiddenLand,
    ) -> ControlledSites:
        """Of polygons on CGCS2000."""
        found = measure_controls(polygons, layers)
        mu = {way: to_mu(_within(polygons, land)) for way, land in forbidden.by_way.items()}
        return cls(
            tuple(layers),
            found.table.set_axis(ids),
            pd.DataFrame(mu, index=ids, dtype="float64"),
            found.missing,
            forbidden,
        )

    def of_sites(self, kept: Flags) -> ControlledSites:
        """Of some of the candidates."""
        return replace(self, table=self.table[kept], forbidden_mu=self.forbidden_mu[kept])

    def forbids(self, variety: str | None, mode: str | None = None) -> Flags:
        """Which sites have land on which a variety may not be grown, shape (sites,)."""
        ways = list(self.forbidden.ways(variety, mode))
        return np.asarray((self.forbidden_mu[ways] > TOLD_MU).any(axis=1), dtype=bool)


def _within(polygons: Geometries, land: Geometries) -> Floats:
    """m² of polygons within land, that of shapes which lie on each other counted by each."""
    kind = np.zeros(len(land), dtype=np.intp)
    return sums_within(polygons, land, kind, np.ones((1, 1))).m2[:, 0]

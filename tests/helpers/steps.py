"""Every public step that takes bases, how a law calls it, and which law cannot apply to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely

import herbgis as hg
from herbgis.counting.tiers import tier_of
from herbgis.reading.understanding.survey import survey_of
from tests.helpers.map_page import blocks_of, unpacked
from tests.helpers.shapes import east_of, frame, square


@dataclasses.dataclass(frozen=True)
class World:
    """What steps need beside their bases."""

    counties: gpd.GeoDataFrame
    policy: hg.Policy
    sites: gpd.GeoDataFrame
    dem: Path
    folder: Path

    def fresh(self, suffix: str = ".gpkg") -> Path:
        """A path where no file is yet."""
        return self.folder / f"{len(list(self.folder.iterdir()))}{suffix}"

    def in_system(self, epsg: int) -> World:
        """The same with its polygons in another system."""
        moved = {name: getattr(self, name).to_crs(epsg) for name in ("counties", "sites")}
        return dataclasses.replace(self, **moved)


@dataclasses.dataclass(frozen=True)
class Step:
    """A public step under the laws.

    Attributes
    ----------
    run : callable
    takes : {'records', 'base', 'bases', 'history', 'in force'}
        Survey records; those of one base; a row a base; a row a base and batch, a ledger's
        history; and what is in force of it.
    exempt : mapping of str to str
        Laws that cannot apply, with the reason.
    """

    run: Callable[[gpd.GeoDataFrame, World], Any]
    takes: str = "bases"
    exempt: Mapping[str, str] = dataclasses.field(default_factory=dict)


def _book(path: Path) -> dict[Any, pd.DataFrame]:
    """The cells of a workbook that a step wrote, by sheet."""
    return pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl")


_OPENS = {"opens no file": "it reads a DEM"}
_SHOWN = {"language": "it is made to be read, headings and all"}
_WRITES = {"opens no file": "it writes one"}


def _admit(bases: gpd.GeoDataFrame, world: World) -> Any:
    path = world.fresh()
    admission = hg.admit(path, bases, on=dt.date(2020, 6, 30), policy=world.policy)
    return admission, hg.read_ledger(path, policy=world.policy)


def _counting(bases: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The bases as if nothing stood in the way of any of them."""
    more = bases["counted_mu"] + 600
    tiers = tier_of(more, hg.load_policy())
    return bases.assign(status="built", kind="planting", blocked_by="", counted_mu=more, tier=tiers)


STEPS: dict[str, Step] = {
    "admit": Step(
        _admit,
        exempt=_WRITES | {"empty": "a batch of nothing writes no ledger; see test_ledger"},
    ),
    "choose_visit": Step(lambda b, w: hg.choose_visit(b, policy=w.policy)),
    "classify": Step(lambda b, w: hg.classify(b, policy=w.policy), "records"),
    "compare_production": Step(
        lambda b, w: hg.compare_production(b, policy=w.policy, by=["variety", "county"]), "history"
    ),
    "compare_units": Step(lambda b, w: hg.compare_units(b, policy=w.policy), "history"),
    "count_progress": Step(
        lambda b, w: hg.count_progress(b, policy=w.policy, by=["county", "variety"])
    ),
    "count_standards": Step(lambda b, w: hg.count_standards(b, policy=w.policy), "history"),
    "cover_seedlings": Step(lambda b, w: hg.cover_seedlings(b, policy=w.policy), "history"),
    "draw_audit_sample": Step(
        lambda b, w: hg.draw_audit_sample(_counting(b), 2, seed=2020, policy=w.policy),
        exempt={"empty": "there is nothing to draw from, which it says"},
    ),
    "draw_map": Step(
        lambda b, w: hg.draw_map(b, counties=w.counties, policy=w.policy), exempt=_SHOWN
    ),
    "explain_count": Step(
        lambda b, w: hg.explain_count(b, policy=w.policy),
        "base",
        exempt=_SHOWN | {"empty": "it explains one base, and refuses any other number"},
    ),
    "gather_candidates": Step(
        lambda b, w: hg.gather_candidates(
            b, proposals=w.sites, dem=w.dem, counties=w.counties, policy=w.policy
        ),
        exempt=_OPENS,
    ),
    "make_schedule": Step(lambda b, w: hg.make_schedule(b, before=b.iloc[:2], policy=w.policy)),
    "measure": Step(lambda b, w: hg.measure(b, policy=w.policy), "records"),
    "measure_terrain": Step(
        lambda b, w: hg.measure_terrain(b, w.dem, policy=w.policy), "records", exempt=_OPENS
    ),
    "plan": Step(
        lambda b, w: hg.plan(
            *(b,),
            candidates=w.sites,
            counties=w.counties,
            policy=w.policy,
            targets={"500": 3, "1000": 1},
            runs=2,
        )
    ),
    "make_ledger_schedule": Step(
        lambda b, w: hg.make_ledger_schedule(b, policy=w.policy), "history"
    ),
    "select_in_force": Step(lambda b, _: hg.select_in_force(b), "history"),
    "write_ledger_book": Step(
        lambda b, w: _book(hg.write_ledger_book(b, w.fresh(".xlsx"), policy=w.policy)),
        "in force",
        exempt=_WRITES | {"empty": "a column that no base fills is not printed"},
    ),
    "write_production_book": Step(
        lambda b, w: _book(hg.write_production_book(b, w.fresh(".xlsx"), policy=w.policy)),
        exempt=_WRITES,
    ),
    "validate": Step(lambda b, w: hg.validate(b, counties=w.counties, policy=w.policy), "records"),
}
#: Steps that give a table of the records, or of their bases, and keep them all.
TABLE_STEPS = ("classify", "measure", "measure_terrain", "validate")


def public_steps() -> set[str]:
    """Public functions that cannot be called without a frame of bases, by their signatures."""
    return {name for name in hg.__all__ if _asks_for_a_frame(getattr(hg, name))}


def _asks_for_a_frame(thing: object) -> bool:
    if not inspect.isfunction(thing):
        return False
    asked = inspect.signature(thing).parameters.values()
    return any(p.default is p.empty and "GeoDataFrame" in str(p.annotation) for p in asked)


def laws_for(law: str) -> list[str]:
    """The steps to which a law applies."""
    return [name for name, step in STEPS.items() if law not in step.exempt]


def inputs(policy: hg.Policy, folder: Path) -> dict[str, gpd.GeoDataFrame]:
    """What steps take: bases whole, split, overlapping, broken, without a polygon."""
    first = square(420)
    shapes = [
        first,
        east_of(first, 560),
        east_of(first, 1000),
        square(700, lat=28.05),
        shapely.Polygon([(108.4, 28.1), (108.41, 28.11), (108.41, 28.1), (108.4, 28.11)]),
        None,
        square(1200, lat=27.85),
    ]
    made = frame(
        shapes,
        base_id=["A", "A", "B", "C", "D", "E", "F"],
        declared_mu=[840.0, 840.0, 420.0, 700.0, 300.0, 600.0, None],
        kind=["planting"] * 5 + ["demonstration", "seedling"],
        status=["built"] * 5 + ["unknown", "planned"],
        survey_method=["RTK", "手持GPS", "RTK", "手持GPS", "RTK", "RTK", "RTK"],
        production_year=[2019, 2019, 2019, 2019, 2020, 2020, None],
        harvested_mu=[100.1, 100.2, 300.3, 500.7, 200.9, 0.1, 0.2],
        dry_yield_t=[10.1, 20.3, 30.7, 40.9, None, 1 / 3, 0.7],
        planned_mu=[None, None, None, 33.3, 1 / 3, 12.7, 0.1],
        seedlings_wan=[None, None, None, None, None, 7.7, 0.3],
        surveyed_on=pd.Timestamp("2020-05-01"),
    )
    made.index = pd.Index([10, 30, 20, 7, 8, 9, 50])
    # As read, so that the steps have nothing to understand and may only add.
    records = survey_of(made, policy=policy).bases
    bases = hg.classify(hg.validate(records, policy=policy).bases, policy=policy)
    earlier = bases.assign(dry_yield_t=bases["dry_yield_t"] * 2, seedlings_wan=1.0)
    ledger = folder / "台账.gpkg"
    for month, batch in enumerate((earlier, bases), 5):
        hg.admit(ledger, batch, on=dt.date(2020, month, 30), policy=policy)
    history = hg.read_ledger_history(ledger, policy=policy)
    return {
        "records": records,
        "base": records[records["base_id"] == "A"],
        "bases": bases,
        "history": history,
        "in force": hg.select_in_force(history),
    }


def world(counties: gpd.GeoDataFrame, policy: hg.Policy, folder: Path) -> World:
    """Boundaries, two sites proposed, a slope of 20 m to the cell, and an empty folder."""
    shapes = [square(650, lat=28.15), square(1100, lat=28.2)]
    sites = gpd.GeoDataFrame({"candidate_id": ["C1", "C2"]}, geometry=shapes, crs=4490)
    dem = folder / "dem.tif"
    height = 600 + 20 * np.add.outer(np.arange(80.0), np.arange(60.0))
    with rasterio.open(
        *(dem, "w"),
        driver="GTiff",
        width=60,
        height=80,
        count=1,
        dtype="float32",
        crs="EPSG:4490",
        transform=rasterio.Affine(0.005, 0, 108.3011, 0, -0.005, 28.2013),
    ) as raster:
        raster.write(height.astype(np.float32), 1)
    made = folder / "made"
    made.mkdir()
    return World(counties, policy, sites, dem, made)


def parts_of(result: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """A result taken apart: every value that people or programs see, under its name."""
    parts = _parts(result)
    if parts is None:
        yield name, result
        return
    for key, part in parts.items():
        yield from parts_of(part, f"{name}.{key}")


def _parts(result: Any) -> Mapping[Any, Any] | None:
    """The parts of a map, a table, a result or a tuple; None where there are no smaller ones."""
    if isinstance(result, hg.Policy):
        return {}
    if isinstance(result, folium.Map):
        blocks = blocks_of(result.get_root().render())
        return {number: unpacked(json.loads(block)) for number, block in enumerate(blocks)}
    if isinstance(result, (pd.DataFrame, pd.Series)):
        table = pd.DataFrame(result)
        return {"index": table.index.tolist(), **{c: table[c].tolist() for c in table}}
    if dataclasses.is_dataclass(result):
        names = [field.name for field in dataclasses.fields(result)]
        return {name: getattr(result, name) for name in names if not name.startswith("_")}
    if isinstance(result, tuple):
        return dict(enumerate(result))
    return result if isinstance(result, Mapping) else None

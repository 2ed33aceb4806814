"""The sample that comes with the package: a synthetic survey, and what a tour of it needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from herbgis.foundation import resources

#: The folder of each batch, by the day it was entered.
_BATCHES = {
    dt.date(2020, 1, 31): "2020-01-ledger",
    dt.date(2020, 3, 31): "2020-03-batch",
    dt.date(2020, 6, 30): "2020-06-batch",
}


@dataclass(frozen=True)
class SamplePaths:
    """Where the files of the shipped sample lie.

    All of it but the counties and their names is synthetic and must not be quoted. The files
    are part of the package: read them, and write elsewhere.

    Attributes
    ----------
    survey : Path
        A folder with the three batches below: survey files in four formats, 216 records.
    batches : mapping of datetime.date to Path
        The folder of each batch by the day it was entered, earliest first, for a ledger that
        grows from month to month.
    ledger : Path
        The bases counted by January 2020, in one GeoPackage; a file of bases already counted.
    production : Path
        A CSV without polygons: harvest, yields, costs, seedlings and spawn of two years.
    dem : Path
        Elevation of Tongren in metres, a GeoTIFF.
    counties : Path
        The ten counties of Tongren, GeoJSON; `read_counties` reads it where no file is given.

    Examples
    --------
    >>> import herbgis as hg
    >>> paths = hg.sample_paths()
    >>> paths.survey.name, paths.dem.name
    ('sample', 'tongren_synthetic.tif')
    >>> [f"{day}: {folder.name}" for day, folder in paths.batches.items()]
    ['2020-01-31: 2020-01-ledger', '2020-03-31: 2020-03-batch', '2020-06-30: 2020-06-batch']
    """

    survey: Path
    batches: Mapping[dt.date, Path]
    ledger: Path
    production: Path
    dem: Path
    counties: Path


def sample_paths() -> SamplePaths:
    """Paths of the shipped sample, wherever the package is installed.

    Returns
    -------
    SamplePaths

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> len(survey.bases)
    216
    """
    survey = resources.data("sample")
    batches = {day: survey / folder for day, folder in _BATCHES.items()}
    return SamplePaths(
        survey=survey,
        batches=MappingProxyType(batches),
        ledger=survey / "2020-01-ledger" / "ledger.gpkg",
        production=resources.data("production") / "production-2018-2019.csv",
        dem=resources.data("dem") / "tongren_synthetic.tif",
        counties=resources.data("counties") / "tongren.geojson",
    )

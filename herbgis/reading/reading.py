"""read_survey: the one way in for survey files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from herbgis.geo.geodesy import CGCS2000
from herbgis.reading.formats.dxf import read_dxf
from herbgis.reading.formats.kml import read_kml
from herbgis.reading.formats.mapinfo import read_mapinfo
from herbgis.reading.formats.ovjsn import read_ovjsn
from herbgis.reading.formats.plot_txt import read_plot_txt
from herbgis.reading.formats.points import read_cass_points
from herbgis.reading.formats.survey_file import Reader, SurveyFile, Words
from herbgis.reading.formats.vector import read_gdal, read_geojson, read_parquet
from herbgis.reading.formats.workbook import read_csv, read_workbook
from herbgis.reading.sources import Source, find_sources
from herbgis.reading.understanding.survey import Layer, Part, Survey, assemble, understand
from herbgis.terms import columns as cols
from herbgis.terms.issues import Issue, Place
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

Track = Callable[[list[Source]], Iterable[Source]]

#: The reader of each format, by suffix; a .gdb is a folder.
READERS: Mapping[str, Reader] = {
    ".csv": read_csv,
    ".dat": read_cass_points,
    ".dxf": read_dxf,
    ".gdb": read_gdal,
    ".geojson": read_geojson,
    ".gpkg": read_gdal,
    ".json": read_geojson,
    ".kml": read_kml,
    ".kmz": read_kml,
    ".mif": read_mapinfo,
    ".ovjsn": read_ovjsn,
    ".ovkml": read_kml,
    ".ovkmz": read_kml,
    ".parquet": read_parquet,
    ".shp": read_gdal,
    ".tab": read_mapinfo,
    ".txt": read_plot_txt,
    ".xls": read_workbook,
    ".xlsx": read_workbook,
}


def read_survey(
    paths: str | Path | Iterable[str | Path],
    *,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
    track: Track | None = None,
) -> Survey:
    """Read survey files as they come: a file, a folder, a zip, or a list of these.

    Which formats are read, and which not yet, is told in one place: README, "读什么，不读什么".
    What cannot be read is HG001 in ``issues``; every readable record is kept.

    Parameters
    ----------
    paths : str, Path or iterable of these
    policy : Policy, optional
        Whose words and aliases are used; ``tongren-2020`` by default.
    columns : mapping of str to str, optional
        Column of the base table to the heading that the files use.
    track : callable, optional
        Wraps the list of files while they are read, to show progress.

    Returns
    -------
    Survey

    Raises
    ------
    InputNotFoundError
        A path does not exist.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)  # 换成自己的文件夹
    >>> len(survey.bases), len(survey.files), len(survey.issues)
    (216, 9, 2)
    >>> print(survey.files["assumptions"].iloc[-2][0])
    坐标系=CGCS2000 3度36带(由东坐标)
    """
    policy = policy or load_policy()
    given = [paths] if isinstance(paths, (str, Path)) else paths
    words = Words(policy, columns or {})
    parts: list[Part] = []
    with ExitStack() as temporary:
        sources = find_sources((Path(path) for path in given), temporary)
        for source in track(sources) if track else sources:
            parts += _read_source(source, words)
    return assemble(parts)


def layers_of(source: Source, words: Words) -> Iterator[Layer]:
    """The layers of a data set as its format's reader has them; whatever is raised is its own."""
    reader = READERS[source.path.suffix.lower()]
    return reader(SurveyFile(source.path, source.shown, words))


def _read_source(source: Source, words: Words) -> Iterator[Part]:
    """Layers of one data set; what fails to open or parse is a part of its own with HG001."""
    if source.trouble:
        yield _failed(source, source.trouble)
        return
    layers = 0
    try:
        for layer in layers_of(source, words):
            yield understand(layer, words.policy, words.columns)
            layers += 1
    except PermissionError:
        yield _failed(source, "没有权限打开, 请先关闭正在打开它的 WPS 或 Excel")
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes a parser raise
        detail = f"{type(error).__name__}: {error}".replace(str(source.path), source.shown)
        kind = source.path.suffix.lower()
        yield _failed(source, f"文件损坏, 或不是 {kind} 格式", detail[:300])
    else:
        if not layers:
            yield _failed(source, "文件里没有数据图层")


def _failed(source: Source, why: str, detail: str = "") -> Part:
    """A data set without records, and why in words; what the parser said stands with the file."""
    entry: dict[str, object] = {
        "path": source.shown,
        "layer": None,
        "records": 0,
        "read": 0,
        "encoding": "",
        "crs": "",
        "assumptions": [detail] if detail else [],
    }
    issue = Issue("HG001", Place(source.shown), {"why": why})
    return Part(cols.empty_table(CGCS2000), entry, (issue,))

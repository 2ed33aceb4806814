"""read_survey: the one way in for survey files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pyproj

from herbgis.foundation.errors import UnknownNameError
from herbgis.foundation.language import tr
from herbgis.geo.geodesy import CGCS2000
from herbgis.reading.asked import Asked, asked_of
from herbgis.reading.formats.survey_file import UnreadableFileError, Words
from herbgis.reading.readers import layers_of, why_unread
from herbgis.reading.sources import Source, find_sources
from herbgis.reading.understanding.file_entries import layer_entry, skipped_entry
from herbgis.reading.understanding.survey import Layer, Part, Survey, assemble, understand
from herbgis.terms import columns as cols
from herbgis.terms.headings import check_mapping
from herbgis.terms.issues import Issue, Place
from herbgis.terms.policy import Policy
from herbgis.terms.policyfiles import load_policy

#: Where copies and unpacked archives lie for as long as they are read.
_OUR_FOLDERS = re.compile(r"[^\s'\"]*[\\/]herbgis-[^\s'\"\\/]+[\\/]")
Track = Callable[[list[Source]], Iterable[Source]]


def read_survey(
    paths: str | Path | Iterable[str | Path],
    *,
    policy: Policy | None = None,
    columns: Mapping[str, str] | None = None,
    crs: str | int | pyproj.CRS | None = None,
    sheets: str | Iterable[str] | None = None,
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
    crs : str, int or pyproj.CRS, optional
        The system of layers that state none, as an EPSG code; one that a file states stands, and
        coordinates that cannot be of it are found as those of a wrong statement are.
    sheets : str or iterable of str, optional
        Names of the sheets of workbooks, or of the layers, to read; all by default. Those left out
        stand in ``files`` with what they hold.
    track : callable, optional
        Wraps the list of files while they are read, to show progress.

    Returns
    -------
    Survey

    Raises
    ------
    InputNotFoundError
        A path does not exist.
    UnknownNameError
        `columns` names a column that there is not, or a heading that no file has; `sheets` one
        that no file has.
    CrsError
        `crs` is no system.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)  # 换成自己的文件夹
    >>> len(survey.bases), len(survey.files), len(survey.issues)
    (216, 10, 2)
    >>> print(survey.files["assumptions"].iloc[-3][0])
    坐标系=CGCS2000 3度36带(由东坐标)
    """
    policy = policy or load_policy()
    given = [paths] if isinstance(paths, (str, Path)) else paths
    words = Words(policy, columns or {})
    asked = asked_of(crs, sheets)
    check_mapping(words.columns, cols.names(cols.READ, cols.OPTIONAL), policy)
    parts: list[Part] = []
    headings: set[str] = set()
    with ExitStack() as temporary:
        sources = find_sources((Path(path) for path in given), temporary)
        for source in track(sources) if track else sources:
            parts += _read_source(source, words, headings, asked)
    asked.check_sheets()
    for heading in words.columns.values():
        if headings and heading not in headings:
            raise UnknownNameError(tr("列"), heading, sorted(headings - {"geometry"}))
    return assemble(parts)


def _read_source(source: Source, words: Words, headings: set[str], asked: Asked) -> Iterator[Part]:
    """Layers of one data set; what fails to open or parse is a part of its own with HG001.

    What headings there are is noted among `headings`.
    """
    if source.skipped:
        entry = skipped_entry(source.shown, source.skipped)
        yield Part(cols.empty_table(CGCS2000), entry, ())
        return
    if source.trouble:
        yield _failed(source, source.trouble)
        return
    layers = 0
    try:
        for layer in layers_of(source, words):
            layers += 1
            if not asked.wants(layer):
                yield _left_out(layer)
                continue
            headings.update(map(str, layer.frame.columns))
            yield understand(asked.placed(layer), words.policy, words.columns)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes a parser raise
        told = "" if isinstance(error, UnreadableFileError) else _told(error, source)
        yield _failed(source, why_unread(error, source.path), told)
    else:
        if not layers:
            yield _failed(source, tr("文件里没有数据图层"))


def _left_out(layer: Layer) -> Part:
    """A layer that was not asked for: what it holds is told, and not read."""
    said = [tr("没有指名读这一层, 未读")]
    entry = layer_entry(layer.file, layer.name, promised=layer.promised, said=said)
    return Part(cols.empty_table(CGCS2000), entry, ())


def _told(error: Exception, source: Source) -> str:
    """What a parser or the system said, with the path that people see and without ours."""
    told = f"{type(error).__name__}: {error}".replace(str(source.path), source.shown)
    return _OUR_FOLDERS.sub("", told)[:300]


def _failed(source: Source, why: str, detail: str = "") -> Part:
    """A data set without records, and why in words; what the parser said stands with the file."""
    severity = "warning" if source.unknown else None
    issue = Issue("HG001", Place(source.shown), {"why": why}, severity=severity)
    entry = layer_entry(source.shown, None, said=[detail] if detail else [])
    return Part(cols.empty_table(CGCS2000), entry, (issue,))

"""The errors that herbgis raises.

Bad data is never an error here: it becomes an issue in a report. Errors are for a wrong call::

    HerbgisError
    ├── InputNotFoundError    a path that is not there
    ├── MissingColumnError    a step lacks a column
    ├── UnreadableColumnError a column that a step of ours adds holds what no step wrote
    ├── CrsError              a frame without, or with an unusable, coordinate system
    ├── PolicyError           a policy that cannot be read or contradicts itself
    │   └── PolicyMismatchError   bases that were classified under another policy than the one given
    ├── UnknownNameError      a code, policy, column or format that does not exist
    ├── UnreadableReportError an earlier report that is none of herbgis
    ├── LedgerError           a ledger that is none, or a batch that it cannot take
    ├── TargetsError          targets broken down that cannot be read
    ├── CandidatesError       a file of candidate sites that cannot be read
    ├── CountiesError         a file of county boundaries that cannot be read
    ├── OutputError           a result that cannot be written where it was asked for
    ├── RasterError           a raster that cannot be read, costs too much, or lies elsewhere
    └── AssetError            a map needs a file that is not vendored
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from herbgis.foundation.language import listed, tr

#: Columns that a message names.
_MOST_NAMED = 12


class HerbgisError(Exception):
    """Base of all errors: says what, where, what there is instead, and what to do.

    Raised for a wrong call only: bad data becomes an issue in a report. Its text is meant for
    the person at the screen; catching this one catches them all.

    Examples
    --------
    >>> import herbgis as hg
    >>> try:
    ...     hg.read_survey("D:/收件/2020-06")
    ... except hg.HerbgisError as error:
    ...     print(type(error).__name__)
    InputNotFoundError
    """


class InputNotFoundError(HerbgisError):
    """A path given to a reader does not exist.

    Raised by `read_survey`, `read_counties`, `read_ledger` and every other reader.

    Examples
    --------
    >>> import herbgis as hg
    >>> try:
    ...     hg.read_counties("县界.shp")
    ... except hg.InputNotFoundError as error:
    ...     print(error)
    找不到 县界.shp。请核对路径; 含空格的路径要加引号。
    """

    def __init__(self, path: str) -> None:
        super().__init__(tr("找不到 {path}。请核对路径; 含空格的路径要加引号。", path=path))


class MissingColumnError(HerbgisError):
    """A step needs columns that the table does not have.

    Raised by steps that take a table; the text lists the columns that there are, and the one
    most like each that is missing.

    Attributes
    ----------
    missing : tuple of str
        The columns that are not there, by their names in the base table.

    Examples
    --------
    >>> import herbgis as hg
    >>> parcels = hg.sample_paths().survey / "2020-03-batch" / "yanhe.geojson"
    >>> try:
    ...     hg.read_candidates(parcels)
    ... except hg.MissingColumnError as error:
    ...     print(error.missing)
    ('candidate_id',)
    """

    def __init__(
        self, step: str, missing: Sequence[str], present: Sequence[str], advice: str | None = None
    ) -> None:
        hints = {
            name: nearest(name, [other for other in present if other != name]) for name in missing
        }
        like = "".join(
            tr(" 最像 {name} 的是 {hint}。", name=name, hint=hint)
            for name, hint in hints.items()
            if hint
        )
        told = tr(
            "现有列: {columns}。{like}请先运行产生这些列的步骤, 或用 columns={{'{missing}': "
            "'您的列名'}} 指明。",
            columns=_shortened(present),
            like=like,
            missing=missing[0],
        )
        text, columns = "{step} 缺少列 {columns}。{advice}", listed(missing)
        super().__init__(tr(text, step=step, columns=columns, advice=advice or told))
        self.missing = tuple(missing)


class UnreadableColumnError(HerbgisError):
    """A column that steps add holds a cell that none of them wrote.

    Raised by every step that takes a table, where ``counted_mu``, ``tier`` and the like were
    edited by hand; the text names the row and the cell, and the step that fills the column.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> edited = bases.assign(counted_mu=["约五百", *bases["counted_mu"].iloc[1:]])
    >>> try:
    ...     hg.count_progress(edited)
    ... except hg.UnreadableColumnError as error:
    ...     print(str(error).split(";")[0])
    核定面积一列第 1 行是“约五百”, 看不懂
    """

    def __init__(self, title: str, cell: str, row: int, expected: str) -> None:
        super().__init__(
            tr(
                "{title}一列第 {row} 行是“{cell}”, 看不懂; 这一列应当是{expected}。"
                "请改正这一格, 或去掉这一列重新运行产生它的步骤。",
                title=title,
                row=row,
                cell=cell,
                expected=expected,
            )
        )


class CrsError(HerbgisError):
    """A frame has no coordinate system, or one that cannot be used.

    Raised by whatever measures or places shapes: `measure`, `validate`, `draw_map`,
    `read_counties`, `measure_terrain`. 北京54 and 西安80 can be used where the policy has the
    seven parameters of the place.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> lost = survey.bases.set_crs(None, allow_override=True)
    >>> try:
    ...     hg.measure(lost)
    ... except hg.CrsError as error:
    ...     print("没有坐标系" in str(error))
    True
    """


class PolicyError(HerbgisError):
    """A policy cannot be read, says what no policy says, or contradicts itself.

    Raised by `load_policy`; the text names the file, the entry, and what was probably meant.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> _ = Path("我的要点.toml").write_text('''extends = "tongren-2020"
    ... [planning.county."德江县"]
    ... least = 5
    ... most = 3
    ... ''', encoding="utf-8")
    >>> try:
    ...     hg.load_policy("我的要点.toml")
    ... except hg.PolicyError as error:
    ...     print(error)
    工作要点 我的要点.toml: 规划指标 德江县: 至少 5 个多于至多 3 个
    """


class PolicyMismatchError(PolicyError):
    """Bases were classified under another policy than the one given, or under several.

    Raised by every step that takes classified bases: what they carry of their policy
    (``attrs["herbgis"]``, the column ``policy``) has other tiers than the policy given.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> _ = Path("三百亩起.toml").write_text('''extends = "tongren-2020"
    ... [[tiers]]
    ... label = "300"
    ... threshold_mu = 300
    ... target = 100
    ... title = "300亩以上"
    ... reach_title = "300亩以上"
    ... source = "示例"
    ... ''', encoding="utf-8")
    >>> own = hg.load_policy("三百亩起.toml")
    >>> survey = hg.read_survey(hg.sample_paths().survey, policy=own)
    >>> report = hg.validate(survey, counties=hg.read_counties(), policy=own)
    >>> bases = hg.classify(report.bases, policy=own)
    >>> hg.count_progress(bases).policy  # 没有给 policy=, 用表里带的
    '三百亩起'
    >>> try:
    ...     hg.count_progress(bases, policy=hg.load_policy("tongren-2020"))
    ... except hg.PolicyMismatchError as error:
    ...     print(str(error).split("。")[0])
    这些基地是按 三百亩起 (300 亩) 分级的, 给的工作要点 tongren-2020 是 500 亩、1000 亩
    """


class UnknownNameError(HerbgisError):
    """A name that is not among the known ones.

    Raised for a policy, tier, column of a breakdown, language or option that does not exist; the
    text lists those that do, of many the dozen most like it, and the one that was probably meant.

    Examples
    --------
    >>> import herbgis as hg
    >>> try:
    ...     hg.load_policy("tongren-2002")
    ... except hg.UnknownNameError as error:
    ...     print(error)
    没有工作要点 tongren-2002。您要的是 tongren-2020 吗? 可用的有: tongren-2020。
    """

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        hint = nearest(name, names)
        like = tr("您要的是 {hint} 吗? ", hint=hint) if hint else ""
        some = names
        if len(names) > _MOST_NAMED:
            some = sorted(names, key=lambda known: -_likeness(name, known))[:_MOST_NAMED]
        told = listed(some) or tr("无, 一个也没有")
        if len(names) > len(some):
            told = tr("{names} 等 {count} 个", names=told, count=len(names))
        text = "没有{what} {name}。{like}可用的有: {names}。"
        super().__init__(tr(text, what=what, name=name, like=like, names=told))


class UnreadableReportError(HerbgisError):
    """What should be an earlier report of herbgis is none.

    Raised by `read_report`, and by ``herbgis validate --since``.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> _ = Path("issues.json").write_text("[]", encoding="utf-8")
    >>> try:
    ...     hg.read_report(".")
    ... except hg.UnreadableReportError as error:
    ...     print(error)
    issues.json 不是 herbgis validate --out 写出的报告, 请指明那个文件夹。
    """

    def __init__(self, path: str) -> None:
        super().__init__(
            tr("{path} 不是 herbgis validate --out 写出的报告, 请指明那个文件夹。", path=path)
        )


class LedgerError(HerbgisError):
    """A file is no ledger, or a ledger cannot take a batch.

    Raised by `read_ledger` and `read_ledger_history` for a file that `admit` did not write; by
    `admit` where there is no day, where the ledger has a later one, or where somebody else wrote
    to it meanwhile. Nothing was written then.

    Examples
    --------
    >>> import herbgis as hg
    >>> try:
    ...     hg.read_ledger(hg.sample_paths().ledger)  # 一个数据文件, 不是 admit 写的台账
    ... except hg.LedgerError as error:
    ...     print("不是 herbgis 台账" in str(error))
    True
    """


class OutputError(HerbgisError):
    """A result cannot be written.

    Raised by everything that writes, mostly because WPS or Excel has the file open; what stood
    there before is left as it was.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> Path("月报").touch()  # 已有一个文件叫“月报”, 不能再作文件夹
    >>> try:
    ...     hg.write_template("月报/模板")
    ... except hg.OutputError as error:
    ...     print(type(error).__name__)
    OutputError
    """


class AssetError(HerbgisError):
    """A page needs a script or style that is not vendored and would need a network.

    Raised when an `OfflineMap` is saved or shown with a layer added to it that loads something.

    Examples
    --------
    >>> import folium
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> page = hg.draw_map(bases)
    >>> _ = folium.TileLayer("OpenStreetMap").add_to(page)
    >>> try:
    ...     page.save("现场会.html")
    ... except hg.AssetError as error:
    ...     print(error)
    底图 openstreetmap 要联网, 离线页面不能用。请去掉它; 联网的地图请另用 folium.Map。
    """


def _shortened(names: Sequence[str]) -> str:
    """Names for a message, the first of many."""
    shown = listed(names[:_MOST_NAMED]) or tr("无")
    if len(names) <= _MOST_NAMED:
        return shown
    return tr("{shown} 等 {count} 列", shown=shown, count=len(names))


def _likeness(name: str, known: object) -> float:
    return difflib.SequenceMatcher(None, name, str(known)).ratio()


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, for a message; never used to decide anything."""
    found = difflib.get_close_matches(name, [str(k) for k in known], n=1, cutoff=0.6)
    return found[0] if found else None

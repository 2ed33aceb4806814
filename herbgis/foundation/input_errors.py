"""Errors about a file given beside a survey: targets, candidates, boundaries, controls, rasters."""

from __future__ import annotations

from herbgis.foundation.errors import HerbgisError


class TargetsError(HerbgisError):
    """A table of targets broken down cannot be read.

    Raised by `read_targets`: no heading was found, a number is none, or a target stands twice.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> _ = Path("任务分解.csv").write_text('''填报单位,规模,一季度,二季度,三季度,四季度
    ... 碧江区,500亩以上,一个,1,1,1
    ... ''', encoding="utf-8")
    >>> try:
    ...     hg.read_targets("任务分解.csv")
    ... except hg.TargetsError as error:
    ...     print(error)
    任务分解.csv: 碧江区 的目标“一个”不是整数个数, 请改正。
    """


class CandidatesError(HerbgisError):
    """A file of candidate sites cannot be read.

    Raised by `read_candidates`, also where its coordinates cannot be placed.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> Path("候选地块.kml").touch()
    >>> try:
    ...     hg.read_candidates("候选地块.kml")
    ... except hg.CandidatesError as error:
    ...     print(str(error).split(":")[0])
    候选地块文件 候选地块.kml 读不出来
    """


class CountiesError(HerbgisError):
    """A file of county boundaries cannot be read, or holds no polygons.

    Raised by `read_counties`; without boundaries no place is judged, so no step goes on.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> Path("县界.geojson").touch()
    >>> try:
    ...     hg.read_counties("县界.geojson")
    ... except hg.CountiesError as error:
    ...     print(str(error).split(":")[0])
    县界文件 县界.geojson 读不了 (HG001)
    """


class ControlsError(HerbgisError):
    """A file of a layer that controls land cannot be read, or is not told which layer it is.

    Raised by `read_controls`, and where a step is given such layers: the file holds no polygons or
    cannot be placed, holds several layers, or no classes of land where it should.

    Examples
    --------
    >>> from pathlib import Path
    >>> import herbgis as hg
    >>> Path("DLTB.geojson").touch()
    >>> try:
    ...     hg.read_controls({"三调地类": "DLTB.geojson"})
    ... except hg.ControlsError as error:
    ...     print(str(error).split(":")[0])
    管控图层 三调地类 的文件 DLTB.geojson 读不了 (HG001)
    """


class RasterError(HerbgisError):
    """A raster cannot be read, costs too much to read, or lies elsewhere.

    Raised by `measure_terrain`, `gather_candidates`, `plan` and `draw_map` for a DEM, a factor or
    a mask.

    Examples
    --------
    >>> import herbgis as hg
    >>> survey = hg.read_survey(hg.sample_paths().survey)
    >>> report = hg.validate(survey, counties=hg.read_counties())
    >>> bases = hg.classify(report.bases)
    >>> try:
    ...     hg.measure_terrain(bases, hg.sample_paths().counties)  # 县界, 不是高程
    ... except hg.RasterError as error:
    ...     print("不是栅格高程数据" in str(error))
    True
    """

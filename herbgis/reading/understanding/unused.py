"""What a layer has that is not read: the columns of nobody, and those that a step of ours wrote."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from herbgis.foundation.language import listed, tr
from herbgis.reading.understanding.assumptions import Assumptions
from herbgis.reading.understanding.made_headings import told
from herbgis.terms import columns as cols
from herbgis.terms.carried import digest_of, digests_in
from herbgis.terms.policy import Policy

_WORKED_OUT = frozenset(spelling for column in cols.added() for spelling in column.spellings)
_RECORDS = next(c.spellings for c in cols.CLASSIFIED if c.name == "records")

#: What is said of bases that `classify` wrote.
_REREAD = "是核定过的基地, 当作测量数据重新读: 不采用里面算出的 {names}"


def results_among(files: pd.DataFrame) -> list[str]:
    """The files of a survey that hold bases as `classify` wrote them, whatever their format."""
    said = tr(_REREAD, names="")
    reread = [any(told.startswith(said) for told in notes) for notes in files["assumptions"]]
    return list(dict.fromkeys(files.loc[reread, "path"]))


def say_unused(
    frame: gpd.GeoDataFrame,
    headings: Sequence[str],
    used: Collection[str],
    said: Assumptions,
) -> None:
    """Say which headings of a layer were not used.

    Bases that `classify` wrote are read as the survey that they came from: what was worked out of
    their shapes and words is worked out again, since either may have been edited.

    Parameters
    ----------
    frame : GeoDataFrame
        The layer under its own headings.
    headings, used : sequence and collection of str
        Those of the layer, and those that were read.
    """
    unused = [heading for heading in headings if heading not in used]
    if digests_in(frame):
        again = [heading for heading in unused if heading in _WORKED_OUT]
        unused = [heading for heading in unused if heading not in _WORKED_OUT]
        said.add(tr(_REREAD, names=listed(again)))
    if unused:
        said.add(tr("未用列: {names}", names=listed(map(told, unused))))


def doubt_merged(frame: pd.DataFrame, policy: Policy, said: Assumptions) -> None:
    """Doubt bases that `classify` made of several records: what was wrong between these is gone."""
    digests = digests_in(frame)
    if not digests:
        return
    counts = next((frame[name] for name in _RECORDS if name in frame), None)
    numbers = pd.Series(dtype=float) if counts is None else pd.to_numeric(counts, errors="coerce")
    merged = np.flatnonzero(numbers > 1).tolist()
    if merged:
        why = tr(
            "{count} 个基地是 classify 由几条记录合成的, 原来的记录是否重复报送, 再校验也查不出来",
            count=len(merged),
        )
        said.doubts.append((why, merged))
    if digests != {digest_of(policy)}:
        said.add(
            tr("原来按另一份工作要点分级, 现在按 {name}; 要用原来的, 请给它", name=policy.name)
        )

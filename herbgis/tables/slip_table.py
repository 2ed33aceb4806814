"""The rows of a 退回单: one a base, with all that is wrong with it and room to reply."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from herbgis.foundation.language import listed

#: Columns that the county fills in.
REPLY = ("整改情况", "整改后面积", "整改人", "整改日期", "市级复核意见")


def slip_table(issues: pd.DataFrame) -> pd.DataFrame:
    """Errors and warnings of a 问题清单, a row a base, what must be mended first, room to reply."""
    grave = issues[issues["处理要求"] != "提示"]
    subject = grave["基地编号"].where(grave["基地编号"].notna(), grave["文件"])
    rows = [_slip_row(group) for _, group in grave.groupby(subject, sort=False)]
    table = pd.DataFrame(rows, columns=[*issues.columns, *REPLY])
    table = table.sort_values("处理要求", key=lambda s: s != "须整改", kind="stable")
    return table.assign(序号=range(1, len(table) + 1)).reset_index(drop=True)


def _slip_row(found: pd.DataFrame) -> dict[str, object]:
    """All that is wrong with a base, in one row; a line for each file that it stands in."""
    first = found.iloc[0].to_dict()
    said = dict.fromkeys(zip(found["问题说明"], found["修改建议"], strict=True))
    places = found.assign(**{"工作表/图层": found["工作表/图层"].fillna("")})
    layers = places.groupby(["文件", "工作表/图层"], sort=False)["行号"]
    rows = {layer: _rows_of(numbers) for layer, numbers in layers}
    return {
        **first,
        "文件": "\n".join(file for file, _ in rows),
        "工作表/图层": "\n".join(layer for _, layer in rows),
        "行号": "\n".join(rows.values()),
        "问题说明": "\n".join(_numbered(message for message, _ in said)),
        "修改建议": "\n".join(_numbered(advice for _, advice in said)),
        "涉及面积": found["涉及面积"].max(),
        "代码": "\n".join(dict.fromkeys(found["代码"])),
        **dict.fromkeys(REPLY),
    }


def _rows_of(numbers: pd.Series) -> str:
    return listed(dict.fromkeys(f"{row:g}" for row in numbers.dropna().astype(float)))


def _numbered(texts: Iterator[str]) -> list[str]:
    lines = list(texts)
    return lines if len(lines) == 1 else [f"{n}. {line}" for n, line in enumerate(lines, 1)]

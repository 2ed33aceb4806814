"""The command that tells what files hold, before anything is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from herbgis.cli.chain import read
from herbgis.cli.inputs import Inputs, takes
from herbgis.cli.options import FormatOption, one_of
from herbgis.cli.voice import say
from herbgis.foundation.language import listed, tr

if TYPE_CHECKING:
    from herbgis.reading.understanding.survey import Survey


@takes("paths", "policy", "crs", "sheets")
def info_command(inputs: Inputs, format_: FormatOption = "text") -> None:
    """What files hold, and how they would be read."""
    one_of("--format", format_, ("text", "json"))
    import herbgis as hg
    from herbgis.tables.reports import as_json

    survey = read(inputs, hg.load_policy(inputs.policy_name))
    entries = _entries(survey)
    say(as_json({"files": entries}) if format_ == "json" else "\n\n".join(map(_text, entries)))
    unread = (survey.issues["code"] == "HG001") & (survey.issues["severity"] == "error")
    raise typer.Exit(2 if unread.any() else 0)


def _entries(survey: Survey) -> list[dict[str, Any]]:
    """What is told of each layer: as `Survey.files` has it, with its shapes and findings."""
    from herbgis.terms.issues import SEVERITY_TITLES

    bases, issues = survey.bases, survey.issues
    kinds = bases.geometry.geom_type.fillna(tr("无图形"))
    told = []
    for row in survey.files.astype(object).to_dict("records"):
        layer = row["layer"] if isinstance(row["layer"], str) else None
        mine = bases["source_file"] == row["path"]
        found = issues["file"] == row["path"]
        if layer:
            mine &= bases["source_layer"] == layer
            found &= issues["layer"].isin([layer, ""]) | issues["layer"].isna()
        findings = dict.fromkeys(
            f"{each.code} {tr(SEVERITY_TITLES[each.severity])} {each.message}"
            for each in issues[found].itertuples()
        )
        shapes = kinds[mine].value_counts(sort=False).to_dict()
        told.append({**row, "layer": layer, "shapes": shapes, "findings": [*findings]})
    return told


def _text(entry: dict[str, Any]) -> str:
    from herbgis.terms import columns as cols

    if entry["skipped"]:
        return f"{entry['path']}\n  {'; '.join(entry['assumptions'])}"
    layer = tr(" 图层 {layer}", layer=entry["layer"]) if entry["layer"] else ""
    shapes = listed(f"{tr(_SHAPES.get(kind, kind))} {n}" for kind, n in entry["shapes"].items())
    titles = cols.titles()
    lines = [
        tr("记录 {read}/{records}", read=entry["read"], records=entry["records"])
        + (f": {shapes}" if shapes else ""),
        " ".join(filter(None, (entry["encoding"], entry["crs"]))),
        listed(_named(heading, tr(titles[name])) for name, heading in entry["headings"].items()),
        *entry["assumptions"],
        *entry["findings"],
    ]
    return "\n  ".join([f"{entry['path']}{layer}", *filter(None, lines)])


def _named(heading: str, title: str) -> str:
    """A heading, and the column that it was taken for where that is called otherwise."""
    return heading if heading == title else f"{heading}→{title}"


_SHAPES = {"Polygon": "面", "MultiPolygon": "多部分的面", "Point": "点", "LineString": "线"}

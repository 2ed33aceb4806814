"""GeoJSON as programs and hands leave it: every member is read, or named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

import herbgis as hg
from tests.helpers.make import row_of, table

IDS = ["a0", "a1", "a2", "a3"]
Member = dict[str, Any]


def _data() -> dict[str, Any]:
    frame = table(基地编号=IDS, 品种=["黄精"] * 4)
    found: dict[str, Any] = json.loads(frame.to_json(drop_id=True))
    return found


def _without(key: str) -> Callable[[Member], object]:
    return lambda member: member.pop(key)


def _put(path: str, value: object) -> Callable[[Member], object]:
    def change(member: Member) -> None:
        *parents, last = path.split(".")
        for parent in parents:
            member = member[parent]
        member[last] = value

    return change


#: What happens to the second member, whether its land stays, and whether its words do.
ODD = {
    "no type": (_without("type"), True, True),
    "a type in small letters": (_put("type", "feature"), True, True),
    "a type of its own": (_put("type", "Parcel"), True, True),
    "a geometry without a type": (lambda member: member["geometry"].pop("type"), True, True),
    "no geometry at all": (_without("geometry"), False, True),
    "a geometry that is null": (_put("geometry", None), False, True),
    "no properties": (_without("properties"), True, False),
    "properties that are null": (_put("properties", None), True, False),
    "a geometry that is a text": (_put("geometry", "POLYGON"), False, True),
    "coordinates that are words": (_put("geometry.coordinates", [[["东", "北"]] * 4]), False, True),
    "coordinates without depth": (_put("geometry.coordinates", [108.4, 27.9]), False, True),
    "no coordinates": (lambda member: member["geometry"].pop("coordinates"), False, True),
    "an unknown kind of geometry": (_put("geometry.type", "Kreis"), False, True),
}


def _write(folder: Path, data: object) -> Path:
    path = folder / "基地.geojson"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_member_costs_itself_alone(tmp_path: Path, kind: str) -> None:
    change, drawn, worded = ODD[kind]
    data = _data()
    change(data["features"][1])
    survey = hg.read_survey(_write(tmp_path, data))
    assert len(survey.bases) == 4
    ids = survey.bases["base_id"].tolist()
    assert [ids[0], *ids[2:]] == [IDS[0], *IDS[2:]]
    assert (ids[1] == IDS[1]) == worded
    for at in (0, 2, 3):
        assert survey.bases.geometry[at].equals(row_of(4)[at])
    blocked = hg.validate(survey).bases["blocked_by"]
    land = survey.bases.geometry[1]
    assert (land is not None and land.equals(row_of(4)[1])) == drawn
    if not drawn:
        assert {"HG101", "HG103", "HG104"} & set(blocked[1])


@pytest.mark.parametrize(
    "number", [5206271032040100011, 52062710320401000119, 5206271032040100011987654321]
)
@pytest.mark.parametrize("beside", ["YJ-1", 1.5, 7])
def test_a_long_whole_number_keeps_its_digits(tmp_path: Path, number: int, beside: object) -> None:
    data = _data()
    for member, value in zip(data["features"], (number, number + 1, beside, None), strict=True):
        member["properties"]["基地编号"] = value
    bases = hg.read_survey(_write(tmp_path, data)).bases
    assert bases["base_id"][:3].tolist() == [str(number), str(number + 1), str(beside)]


@pytest.mark.parametrize("stated", [None, "urn:ogc:def:crs:EPSG::4490", "见说明"])
@pytest.mark.parametrize("odd", [False, True])
def test_heights_and_the_stated_system_are_told_either_way(
    tmp_path: Path, stated: str | None, *, odd: bool
) -> None:
    data = _data()
    ring = data["features"][2]["geometry"]["coordinates"][0]
    ring[:] = [[*point, 500.0] for point in ring]
    data.pop("crs", None)
    if stated:
        data["crs"] = {"type": "name", "properties": {"name": stated}}
    if odd:
        data["features"][1].pop("type")
    survey = hg.read_survey(_write(tmp_path, data))
    assert survey.bases["base_id"].tolist() == IDS
    deep = survey.issues[survey.issues["code"] == "HG110"]
    assert deep["row"].tolist() == [3]
    if stated is None or stated.startswith("urn"):
        # GDAL calls WGS84 with heights by a code of its own.
        known = {"EPSG:4490"} if stated else {"EPSG:4326", "EPSG:4979"}
        assert set(survey.files["crs"]) <= known


@pytest.mark.parametrize("whole", [0, 1, 2, 3])
def test_a_text_that_breaks_off_keeps_its_whole_members(tmp_path: Path, whole: int) -> None:
    path = _write(tmp_path, _data())
    text = path.read_text(encoding="utf-8")
    starts = [at for at in range(len(text)) if text.startswith('{"type": "Feature",', at)]
    starts = starts or [at for at in range(len(text)) if text.startswith('"type": "Feature"', at)]
    path.write_text(text[: starts[whole] + 40], encoding="utf-8")
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == IDS[:whole]
    assert "HG001" in set(survey.issues["code"])
    assert shapely.equals(survey.bases.geometry, row_of(4)[:whole]).all()


#: What the list of members becomes, and which of the four bases it still tells by their ids.
ASTRAY = {
    "a collection within": (lambda m: [m[0], {"type": "FeatureCollection", "features": m[1:]}], 4),
    "collections alone": (lambda m: [{"features": m[:2]}, {"features": m[2:]}], 4),
    "collections within each other": (lambda m: [{"features": [*m[:1], {"features": m[1:]}]}], 4),
    "a list within": (lambda m: [m[:2], *m[2:]], 4),
    "lists within lists": (lambda m: [[[m[0]], m[1]], [[[m[2], m[3]]]]], 4),
    "a bare geometry first": (lambda m: [m[0]["geometry"], *m[1:]], 3),
    "a bare geometry last": (lambda m: [*m[:3], m[3]["geometry"]], 3),
    "bare geometries alone": (lambda m: [each["geometry"] for each in m], 0),
    "a bare collection of geometries": (
        lambda m: [
            *m[:3],
            {"type": "GeometryCollection", "geometries": [m[3]["geometry"]]},
        ],
        3,
    ),
    "nothing between": (lambda m: [m[0], None, {}, m[1:]], 4),
    "words between": (lambda m: [m[0], "完", 5, {"features": m[1:]}], 4),
}


@pytest.mark.parametrize("kind", ASTRAY)
def test_members_that_lie_astray_are_read(tmp_path: Path, kind: str) -> None:
    change, named = ASTRAY[kind]
    data = _data()
    data["features"] = change(data["features"])
    survey = hg.read_survey(_write(tmp_path, data))
    assert len(survey.bases) == 4
    assert survey.bases["base_id"].isin(IDS).sum() == named
    for found, true in zip(survey.bases.geometry, row_of(4), strict=True):
        assert shapely.union_all(shapely.get_parts([found])).equals(true)


#: What may stand on a line in place of a member.
BROKEN = [
    "{",
    '{"type": "Feature", "prop',
    "null",
    "[]",
    "7",
    '"YJ"',
    "{}",
    "——",
    "}{",
    '{"a": 1}',
]


@pytest.mark.parametrize("separator", ["\r\n", "\n\x1e"])
@pytest.mark.parametrize("at", [0, 3])
@pytest.mark.parametrize("piece", BROKEN)
def test_a_broken_line_is_said_and_costs_itself(
    tmp_path: Path, piece: str, at: int, separator: str
) -> None:
    lines = [json.dumps(member, ensure_ascii=False) for member in _data()["features"]]
    whole = tmp_path / "whole.geojsonl"
    whole.write_text(separator.join(lines), encoding="utf-8", newline="")
    assert hg.read_survey(whole).issues.empty
    lines.insert(at, piece)
    path = tmp_path / "基地.geojsonl"
    path.write_text(separator.join(lines), encoding="utf-8", newline="")
    survey = hg.read_survey(path)
    assert survey.bases["base_id"].tolist() == hg.read_survey(whole).bases["base_id"].tolist()
    assert survey.issues["code"].tolist() == ["HG001"]


@pytest.mark.parametrize("stated", ["Polygon", "MultiPolygon"])
@pytest.mark.parametrize("deep", [False, True])
def test_a_polygon_is_told_by_the_depth_of_its_points(
    tmp_path: Path, stated: str, deep: bool
) -> None:
    members = _data()["features"]
    rings = members[1]["geometry"]["coordinates"]
    members[1]["geometry"] = {"type": stated, "coordinates": [rings] if deep else rings}
    found = hg.read_survey(_write(tmp_path, {"type": "FeatureCollection", "features": members}))
    whole = hg.read_survey(
        _write(tmp_path, {"type": "FeatureCollection", "features": _data()["features"]})
    )
    assert found.issues.empty
    assert found.bases.geometry.geom_equals(whole.bases.geometry).all()

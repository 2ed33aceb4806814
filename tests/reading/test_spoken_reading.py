"""What reading says of odd files in English: no Chinese, and the same records as in Chinese."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

import herbgis as hg
from herbgis.foundation.language import speaking
from tests.helpers.english import chinese_in

_SQUARE = "[[[108.2,28.2],[108.21,28.2],[108.21,28.21],[108.2,28.21],[108.2,28.2]]]"
_FEATURE = (
    '{"type":"Feature","properties":{"base_id":"1","declared_value":"500"},'
    f'"geometry":{{"type":"Polygon","coordinates":{_SQUARE}}}}}'
)
_COLLECTION = f'{{"type":"FeatureCollection","features":[{_FEATURE},{_FEATURE}]}}'
_PLACEMARK = (
    "<Placemark><name>a</name><LineString><coordinates>108.2,28.2 108.21,28.2 108.21,28.21 "
    "108.2,28.2</coordinates></LineString></Placemark>"
)
_PLOT = (
    "[地块坐标]\n3,0.05,1,a,面,,,@\nJ1,1,3120000,36420000\nJ2,1,3120000,36420100\n"
    "J3,1,3120100,36420100\n"
)
_TABLE = "base_id,variety,declared_value\n"

#: A file's name, and what it holds.
FILES: dict[str, str | bytes] = {
    "a.rar": b"Rar!\x1a\x07\x00",
    "a.dwg": b"AC1032",
    "a.xyz": "1 2 3",
    "a.xlsx": b"",
    "a.kml": b"\0" * 100,
    "a.zip": b"PK\x03\x04 broken",
    "a.gpkg": b"SQLite format 3\0 broken",
    "a.et": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a.txt": "no plots",
    "a.dat": "no points",
    "a.dxf": "0\nSECTION\n2\nHEADER\n0\nENDSEC\n0\nEOF\n",
    "no_headings.csv": "1,2\n3,4\n",
    "quote.csv": f'{_TABLE}1,"x,500\n2,y,600\n',
    "sums.csv": f"{_TABLE}1,x,500\n合计,,500\n",
    "cut.csv": f"{_TABLE}1,x,1,200\n2,y,600\n",
    "degrees.csv": "base_id,lon,lat\n1,108.2,28.2\n1,108.21,28.2\n1,108.21,28.21\n",
    "cut.geojson": _COLLECTION[:-30],
    "comments.geojson": _COLLECTION.replace('"features"', '/* x */ "features"'),
    "lines.geojson": f"{_FEATURE}\nx\n",
    "cut.kml": f"<kml><Document>{_PLACEMARK}{_PLACEMARK[:30]}",
    "prefix.kml": f"<kml><Document><gx:a/>{_PLACEMARK}<NetworkLink/></Document></kml>",
    "doctype.gpx": "<!DOCTYPE x><gpx></gpx>",
    "html.xls": "<table><tr><td>base_id</td><td>variety</td></tr><tr><td>1</td><td>x</td></tr>",
    "plots.txt": _PLOT,
    "wrong.txt": f"[属性描述]\n带号=35\n{_PLOT}J4,1,x,y\nabc 12\n",
}


@pytest.mark.parametrize("name", FILES)
def test_an_odd_file_is_told_in_english(name: str, tmp_path: Path) -> None:
    content = FILES[name]
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(data)
    with speaking("zh"):
        before = hg.read_survey(tmp_path / name)
    with speaking("en"):
        survey = hg.read_survey(tmp_path / name)
        told = [repr(survey), *survey.issues["message"], *survey.issues["suggestion"]]
    assert len(survey.issues) + sum(map(len, survey.files["assumptions"]))
    assert [text for text in told if chinese_in(text)] == []
    assert survey.issues["code"].tolist() == before.issues["code"].tolist()
    pd.testing.assert_frame_equal(
        pd.DataFrame(survey.bases.to_wkt()), pd.DataFrame(before.bases.to_wkt())
    )


def test_a_folder_is_told_in_english(tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    for name in ("a.doc", "b.jpg", "c.qgz", "d.bak", "e.dbf.crdownload", "f.cpg"):
        (folder / name).touch()
    with zipfile.ZipFile(folder / "none.zip", "w") as archive:
        archive.writestr("a.doc", "")
    with speaking("en"):
        lines = hg.read_survey(folder).assumption_lines()
        told = [*lines, *hg.read_survey(folder).issues["message"]]
    assert any("documents" in line for line in lines)
    assert [text for text in told if chinese_in(text)] == []

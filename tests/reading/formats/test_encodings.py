"""The encoding of a text, decided from its bytes."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

import herbgis as hg
from herbgis.reading.formats.encodings import decide, decode_text

TEXT = "印江县木黄镇凤仪村黄精基地, 喆淼犇骉药业, 已建"


@pytest.mark.parametrize(
    ("encoding", "decided"), [("utf-8", "UTF-8"), ("gbk", "GB18030"), ("gb18030", "GB18030")]
)
def test_the_bytes_decide(encoding: str, decided: str) -> None:
    assert decide([TEXT.encode(encoding)]) == decided
    assert decide([character.encode(encoding) for character in TEXT]) == decided
    assert decode_text(TEXT.encode(encoding))[0] == TEXT


def test_plain_letters_are_in_no_encoding() -> None:
    assert decide([b"JDBH", b"YJ-001"]) is None


@pytest.mark.parametrize("at", range(0, 30, 7))
def test_one_damaged_byte_does_not_make_a_text_gbk(at: int) -> None:
    data = bytearray(TEXT.encode())
    data[at] = 0xFF
    text, encoding = decode_text(bytes(data))
    assert encoding == "UTF-8"
    assert text.count("\ufffd") in (1, 2, 3)
    assert text[-8:] == TEXT[-8:]


@pytest.mark.parametrize("suffix", [".shp", ".geojson", ".csv"])
def test_a_file_with_one_damaged_cell_keeps_the_others(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"基地{suffix}"
    names = ["凤仪村黄精基地", "甲乙丙丁坝", "朗溪甘川药材基地", "合水镇"]
    frame = gpd.GeoDataFrame({"JDMC": names, "品种": ["黄精"] * 4}, geometry=[None] * 4, crs=4490)
    if suffix == ".csv":
        frame.drop(columns="geometry").to_csv(path, index=False)
    else:
        frame = frame.set_geometry([shapely.box(108.5, 28, 108.51, 28.01)] * 4)
        frame.to_file(path, encoding="UTF-8")
    holder = path.with_suffix(".dbf") if suffix == ".shp" else path
    data = holder.read_bytes()
    holder.write_bytes(data.replace("丙".encode(), b"\xff\xb8\x99"))
    survey = hg.read_survey(path)
    read = survey.bases["name"].tolist()
    assert [read[0], *read[2:]] == [names[0], *names[2:]]
    assert read[1].startswith("甲乙")
    assert "\ufffd" in read[1]

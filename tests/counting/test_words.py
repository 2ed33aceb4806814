"""Words of kind, crop, unit and 填报单位, half of them unknown: none counts in silence.

From a file as a county writes it, through reading, validating and counting. What is known counts or
does not, and nobody is asked; what is not known is said, reported, and never verified.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import herbgis as hg
from tests.helpers.shapes import square

POLICY = hg.load_policy()

KINDS = {
    "planting": [
        *(
            "种植",
            "种植基地",
            "规模化种植基地",
            "中药材种植基地",
            "标准化种植基地",
            "规范化种植",
            "林下种植基地",
        ),
        *(
            "生产基地",
            "GAP基地",
            "道地药材生产基地",
            "药材基地",
            "生态种植",
            "仿野生种植基地",
            "planting",
        ),
    ],
    "demonstration": [
        "示范",
        "示范基地",
        "种植示范基地",
        "科技示范基地",
        "标准化示范基地",
        "示范园",
    ],
    "seedling": ["种子种苗", "种子种苗供给基地", "育苗基地", "良种繁育基地", "种苗繁育"],
    "spawn": ["菌种", "菌种繁育基地", "菌种厂"],
}
UNKNOWN_KINDS = [
    *(
        "种苗供应基地",
        "种源基地",
        "科普示范基地",
        "农业科技园区",
        "星创天地",
        "定制药园",
        "观光园",
        "加工厂",
        "仓储",
        "交易市场",
    ),
    *(
        "研学基地",
        "扶贫车间",
        "采摘园",
        "其他",
        "综合",
        "合作社",
        "种植加工一体化",
        "公园",
        "试验田",
        "种质资源圃",
        "示犯",
        "种殖",
    ),
    *("养殖基地", "康养基地", "冷库", "二类", "A类", "1"),
    *("科研基地", "展销中心", "种养结合", "晾晒场", "药膳体验园", "游客中心", "参观点", "种植?"),
]
CROPS = {
    "herb": [
        *(
            "天麻",
            "白及",
            "白术",
            "桔梗",
            "黄柏",
            "吴茱萸",
            "半夏",
            "钩藤",
            "厚朴",
            "续断",
            "淫羊藿",
            "何首乌",
            "折耳根",
            "艾草",
        ),
        *("优质黄精", "黄精种植基地", "铁皮石斛", "薏仁米", "枸杞", "生姜", "银杏"),
        *("七叶一枝花", "重楼", "天冬", "玉竹", "射干", "柴胡", "防风", "板蓝根"),
    ],
    "crop": [
        *(
            "茶叶",
            "油茶",
            "辣椒",
            "毛竹",
            "猕猴桃",
            "蜂糖李",
            "水稻",
            "玉米",
            "油菜",
            "烤烟",
            "核桃",
            "大白菜",
            "茶园",
        ),
        *("油茶基地", "朝天椒种植", "经果林", "莲藕"),
    ],
    "fungus": ["平菇", "大球盖菇", "冬荪", "香菇", "木耳", "银耳", "赤松茸", "食用菌"],
}
UNKNOWN_CROPS = [
    *(
        "黄经",
        "天痳麻",
        "某某草",
        "青椒",
        "藤茶",
        "刺梨",
        "白麻",
        "九叶青",
        "云南白药",
        "药材",
        "本地品种",
        "试验品种",
    ),
    *(
        "新品种",
        "中药材",
        "多种",
        "土产",
        "牡丹",
        "芍药",
        "皂角",
        "桑树",
        "蒜",
        "小黄姜",
        "观赏植物",
        "草药",
        "XX-1号",
        "甲乙丙",
    ),
    *("杜中", "党叁", "石斗", "太子叁", "黄静", "药用植物", "林下作物", "香草园"),
]
UNITS = ["亩", "公顷", "万亩", "平方米", "万平方米", "分", "㎡", "hm²"]
UNKNOWN_UNITS = ["垧", "丈", "畦", "垄", "块地", "厢", "方", "筐", "箱", "盘", "斗", "组", "天"]
REPORTERS = [
    "思南县",
    "思南",
    "德江县",
    "印江自治县",
    "碧江区",
    "万山区",
    "大龙",
    "高新区",
    "松桃县",
    "沿河县",
]
UNKNOWN_REPORTERS = [
    *(
        "碧江高新区",
        "铜仁市科技局",
        "某某公司",
        "市局",
        "县农业农村局",
        "梵净山管理局",
        "遵义市",
        "贵阳市",
        "乡镇府",
        "第三方",
    ),
    *("村委会", "药材合作社", "省中药办", "技术员", "铜仁片区", "东部各县", "驻村干部"),
]


def _progress_of(frame: gpd.GeoDataFrame, folder: Path) -> tuple[hg.Progress, hg.ValidationReport]:
    """From a file, through every step."""
    path = folder / "表.gpkg"
    frame.to_file(path)
    report = hg.validate(hg.read_survey(path))
    return hg.count_progress(hg.classify(report.bases)), report


def _bases(**columns: Sequence[object]) -> gpd.GeoDataFrame:
    """Bases of 600 亩 apart from each other, each with one word of interest."""
    count = len(next(iter(columns.values())))
    shapes = [square(600, 108.0 + 0.05 * (n % 20), 27.5 + 0.05 * (n // 20)) for n in range(count)]
    told = {
        "基地编号": [f"K{n:03d}" for n in range(count)],
        "填报单位": "思南县",
        "主栽品种": "黄精",
        "基地类型": "种植",
        "建设状态": "已建",
        "上报面积": 600.0,
        "面积单位": "亩",
        "测量方式": "RTK",
    }
    told = {name: cell if isinstance(cell, list) else [cell] * count for name, cell in told.items()}
    return gpd.GeoDataFrame({**told, **columns}, geometry=gpd.GeoSeries(shapes, crs=4490))


def _counts(progress: hg.Progress) -> tuple[int, int, int]:
    row = progress.targets.iloc[0]
    return int(row["reported"]), int(row["verified"]), int(row["pending"])


def _ids_of(report: hg.ValidationReport, *codes: str) -> set[str]:
    return set(report.table.loc[report.table["code"].isin(codes), "base_id"])


def test_kinds(tmp_path: Path) -> None:
    known = [(kind, word) for kind, words in KINDS.items() for word in words]
    words = [word for _, word in known] + UNKNOWN_KINDS
    progress, report = _progress_of(_bases(基地类型=words), tmp_path)
    kinds = report.bases["kind"].tolist()
    assert kinds == [kind for kind, _ in known] + ["unknown"] * len(UNKNOWN_KINDS)
    counted = sum(kind in POLICY.counting.kinds for kind, _ in known)
    assert _counts(progress) == (counted + len(UNKNOWN_KINDS), counted, len(UNKNOWN_KINDS))
    assert _ids_of(report, "HG510") == {f"K{n:03d}" for n in range(len(known), len(words))}
    told = "".join(report.table.loc[report.table["code"] == "HG510", "message"])
    assert all(word in told for word in UNKNOWN_KINDS)


def test_crops(tmp_path: Path) -> None:
    known = [(group, word) for group, words in CROPS.items() for word in words]
    words = [word for _, word in known] + UNKNOWN_CROPS
    progress, report = _progress_of(_bases(主栽品种=words), tmp_path)
    herbs = len(CROPS["herb"])
    assert _counts(progress) == (herbs + len(UNKNOWN_CROPS), herbs, len(UNKNOWN_CROPS))
    groups = report.bases["group"].tolist()
    assert set(groups[: len(known)]) == {"key", "encouraged", "other", "crop", "fungus"}
    assert set(groups[len(known) :]) == {"unknown"}
    asked = report.table[report.table["severity"] == "warning"]
    ids = set(asked.loc[asked["code"].isin(["HG501", "HG511"]), "base_id"])
    assert ids == {f"K{n:03d}" for n in range(len(known), len(words))}


def test_units_of_area(tmp_path: Path) -> None:
    words = [*UNITS, *UNKNOWN_UNITS]
    progress, report = _progress_of(_bases(面积单位=words), tmp_path)
    assert report.bases["declared_mu"].notna().tolist() == [word in UNITS for word in words]
    assert _ids_of(report, "HG514") == {f"K{n:03d}" for n in range(len(UNITS), len(words))}
    assert progress.without_declared_mu == len(UNKNOWN_UNITS)


def test_reporting_units(tmp_path: Path) -> None:
    words = [*REPORTERS, *UNKNOWN_REPORTERS]
    progress, report = _progress_of(_bases(填报单位=words), tmp_path)
    assert _ids_of(report, "HG514") == {f"K{n:03d}" for n in range(len(REPORTERS), len(words))}
    assert _counts(progress)[1] == len(words)


def test_two_hundred_words() -> None:
    known = [*(w for words in KINDS.values() for w in words), *UNITS, *REPORTERS]
    known += [w for words in CROPS.values() for w in words]
    unknown = [*UNKNOWN_KINDS, *UNKNOWN_CROPS, *UNKNOWN_UNITS, *UNKNOWN_REPORTERS]
    assert len(known) >= 100
    assert len(unknown) >= 100
    assert not set(known) & set(unknown)


@pytest.mark.parametrize("word", ["科普示范基地", "观光园", "unknown"])
def test_what_is_unknown_stays_so_through_every_door(tmp_path: Path, word: str) -> None:
    _, report = _progress_of(_bases(基地类型=["种植", word]), tmp_path)
    bases = hg.classify(report.bases)
    again = hg.count_progress(hg.classify(bases))
    path = tmp_path / "again.gpkg"
    bases.reset_index().to_file(path)
    reread = hg.count_progress(hg.classify(hg.read_survey(path).bases))
    for progress in (hg.count_progress(bases), again, reread):
        assert _counts(progress) == (2, 1, 1)


@pytest.mark.parametrize(("heading", "word"), [("基地类型", "观光园"), ("主栽品种", "某某草")])
def test_a_base_of_which_a_parcel_is_unknown_waits(tmp_path: Path, heading: str, word: str) -> None:
    known = {"基地类型": "种植", "主栽品种": "黄精"}[heading]
    bases = _bases(**{heading: [known, word]})
    bases["基地编号"] = "K000"
    progress, report = _progress_of(bases, tmp_path)
    assert report.bases["base_id"].tolist() == ["K000"] * 2
    assert progress.targets["verified"].sum() == 0
    assert progress.targets["pending"].iloc[0] == 1


def test_an_empty_kind_is_the_default_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "表.gpkg"
    _bases(基地类型=["种植", None, "/"]).to_file(path)
    survey = hg.read_survey(path)
    assert survey.bases["kind"].tolist() == ["planting"] * 3
    told = "".join(line for lines in survey.files["assumptions"] for line in lines)
    assert "基地类型空着的 2 条按“种植”" in told
    assert _ids_of(hg.validate(survey), "HG510") == set()


def test_a_ledger_admits_none_of_the_unknown(tmp_path: Path) -> None:
    bases = _bases(基地类型=["种植", "观光园", "种植"], 主栽品种=["黄精", "黄精", "某某草"])
    _, report = _progress_of(bases, tmp_path)
    admitted = hg.admit(
        tmp_path / "台账.gpkg", hg.classify(report.bases), on=dt.date(2020, 1, 31)
    ).table
    assert admitted["outcome"].tolist() == ["new", "pending", "pending"]
    assert [why for why in admitted["why"] if why] == ["基地类型不明: 观光园", "品种不明: 某某草"]


@pytest.mark.parametrize("unknown", [word for word in UNKNOWN_CROPS if "药材" not in word][:12])
@pytest.mark.parametrize("cell", ["黄精、{}", "{}、黄精", "黄精套种{}"])
def test_a_mixed_planting_of_which_a_name_is_unknown_waits(unknown: str, cell: str) -> None:
    asked = hg.validate(
        _bases(主栽品种=[cell.format(unknown), "黄精", "黄精、天麻"]), policy=POLICY
    )
    assert _ids_of(asked, "HG501", "HG511") == {"K000"}
    bases = hg.classify(asked.bases)
    assert _counts(hg.count_progress(bases)) == (3, 2, 1)
    assert _counts(hg.count_progress(hg.classify(bases))) == (3, 2, 1)


@pytest.mark.parametrize(
    "cell", [None, "", " ", "无", "/", "-", "——", "NULL", "None", "nan", "暂无", "空"]
)
def test_an_empty_variety_waits_in_a_frame_that_was_never_validated(cell: str | None) -> None:
    frame = _bases(主栽品种=["黄精", cell]).assign(测量方式="RTK")
    bases = hg.classify(hg.measure(frame))
    assert bases["group"].tolist() == ["key", "unknown"]
    assert _counts(hg.count_progress(bases)) == (2, 1, 1)
    assert _counts(hg.count_progress(hg.classify(bases))) == (2, 1, 1)


def test_what_a_parcel_leaves_unsaid_the_others_say(tmp_path: Path) -> None:
    bases = hg.classify(hg.measure(_bases(基地编号=["K1", "K1"], 主栽品种=["黄精", None])))
    assert bases["group"].tolist() == ["key"]
    assert _counts(hg.count_progress(bases)) == (1, 1, 0)
    checked = hg.validate(_bases(基地编号=["K1", "K1"], 主栽品种=["黄精", None]))
    assert _counts(hg.count_progress(hg.classify(checked.bases))) == (1, 0, 1)
    own = hg.classify(hg.validate(_bases(主栽品种=["黄精、某某草", None])).bases)
    admitted = hg.admit(tmp_path / "台账.gpkg", own, on=dt.date(2020, 1, 31)).table
    assert admitted["why"].tolist() == ["品种不明: 某某草", "须整改: HG503"]


def test_what_another_policy_admitted_waits_in_the_book_as_in_the_count(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    herbs = '[herbs.own]\nnames = ["某某草", "某某花"]\nsource = "本地名录"\n'
    own.write_text(f'extends = "tongren-2020"\n{herbs}', encoding="utf-8")
    policy = hg.load_policy(own)
    bases = _bases(主栽品种=["黄精", "某某草", "黄精、某某花"])
    report = hg.validate(bases, policy=policy)
    ledger = tmp_path / "台账.gpkg"
    hg.admit(
        ledger, hg.classify(report.bases, policy=policy), on=dt.date(2020, 1, 31), policy=policy
    )
    state = hg.select_in_force(hg.read_ledger_history(ledger, policy=policy))
    for known_to, states in ((policy, ["核实"] * 3), (POLICY, ["核实", "待核实", "待核实"])):
        book = hg.write_ledger_book(state, tmp_path / "台账.xlsx", policy=known_to)
        told = pd.read_excel(book, header=2, engine="calamine").dropna(subset="基地编号")
        assert told["核实状态"].tolist() == states
        verified = hg.count_progress(state, policy=known_to).targets["verified"].iloc[0]
        assert verified == states.count("核实")

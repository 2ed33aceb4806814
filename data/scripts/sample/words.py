"""Names, words and headings that the counties of the sample use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """Who reports: a county, or 大龙 inside 玉屏's territory."""

    code: str
    county: str
    short_name: str
    townships: str
    reporting_unit: str = ""
    first_number: int = 1

    @property
    def reports_as(self) -> str:
        return self.reporting_unit or self.county


UNITS = {
    "碧江": Unit("520602", "碧江区", "碧江区", "坝黄镇 云场坪镇 漾头镇 川硐街道 瓦屋侗族乡"),
    "万山": Unit("520603", "万山区", "万山区", "茶店街道 高楼坪侗族乡 黄道侗族乡 敖寨侗族乡"),
    "江口": Unit("520621", "江口县", "江口县", "闵孝镇 桃映镇 民和镇 怒溪镇 太平镇 坝盘镇"),
    "玉屏": Unit("520622", "玉屏侗族自治县", "玉屏自治县", "朱家场镇 田坪镇 新店镇 亚鱼乡"),
    "石阡": Unit("520623", "石阡县", "石阡县", "本庄镇 白沙镇 龙塘镇 花桥镇 五德镇 河坝镇 国荣乡"),
    "思南": Unit("520624", "思南县", "思南县", "鹦鹉溪镇 张家寨镇 许家坝镇 塘头镇 瓮溪镇 大坝场镇"),
    "印江": Unit(
        "520625",
        "印江土家族苗族自治县",
        "印江自治县",
        "板溪镇 沙子坡镇 合水镇 朗溪镇 缠溪镇 紫薇镇 木黄镇 罗场乡",
    ),
    "德江": Unit(
        "520626",
        "德江县",
        "德江县",
        "煎茶镇 稳坪镇 复兴镇 合兴镇 高山镇 泉口镇 平原镇 沙溪土家族乡",
    ),
    "沿河": Unit(
        "520627",
        "沿河土家族自治县",
        "沿河自治县",
        "谯家镇 夹石镇 淇滩镇 官舟镇 土地坳镇 思渠镇 客田镇 塘坝镇",
    ),
    "松桃": Unit(
        "520628",
        "松桃苗族自治县",
        "松桃自治县",
        "盘石镇 大坪场镇 普觉镇 寨英镇 孟溪镇 乌罗镇 甘龙镇 牛郎镇",
    ),
    "大龙": Unit("520622", "玉屏侗族自治县", "玉屏自治县", "大龙街道", "大龙经济开发区", 901),
}
#: The middle of 大龙's ground, in degrees; its bases lie within `DALONG_M` of it, 玉屏's do not.
DALONG = (109.03, 27.32)
DALONG_M = 7000.0

GROUPS = {
    "key": ["天麻", "杜仲", "黄精", "缬草", "石斛", "花椒"],
    "encouraged": ["金银花", "何首乌", "白芨", "党参", "太子参", "玄参", "百合", "丹参", "鱼腥草"],
    "fungus": ["竹荪", "羊肚菌", "香菇", "黑木耳", "茶树菇"],
}
#: How often an ordinary herb base grows what; the six key varieties lead.
HERB_WEIGHTS = {
    **dict.fromkeys(GROUPS["key"], 12.0),
    **dict.fromkeys(GROUPS["encouraged"], 3.0),
    "前胡": 3.0,
    "茯苓": 3.0,
}
LOCAL_HERBS = {"德江": "天麻", "印江": "黄精", "石阡": "丹参", "思南": "花椒", "松桃": "缬草"}
MIXED = {"黄精": "黄精、白芨", "花椒": "花椒、太子参", "杜仲": "杜仲、黄精"}
MODES = {
    "天麻": "林下仿野生",
    "石斛": "附树仿野生",
    "黄精": "林下",
    "杜仲": "林地",
    "茯苓": "林下",
    "香菇": "大棚",
    "黑木耳": "大棚",
    "茶树菇": "大棚",
    "竹荪": "林下",
}
METHODS = ("手持GPS", "RTK", "无人机航测", "全站仪")
METHOD_SHARES = (0.45, 0.25, 0.25, 0.05)
KINDS = {"种植": "planting", "示范": "demonstration", "种子种苗": "seedling", "菌种繁育": "spawn"}
STATUSES = {"已建": "built", "在建": "building", "拟建": "planned"}
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
OPERATORS = ("药材种植专业合作社", "农业开发有限公司", "家庭农场", "生态农业专业合作社")

#: What a record can carry, in the order of the columns.
FIELDS = (
    "基地编号",
    "基地名称",
    "填报单位",
    "县区",
    "乡镇",
    "村",
    "经营主体",
    "主栽品种",
    "基地类型",
    "建设状态",
    "种植模式",
    "上报面积",
    "面积单位",
    "测量方式",
    "测量日期",
    "建成时间",
    "数据说明",
)


def canonical(variety: str | None) -> str:
    """The catalogue's name of the main variety in a cell; empty for an empty cell."""
    main = (variety or "").split("、")[0]
    return {"白及": "白芨"}.get(main, main)


def group_of(variety: str) -> str:
    """The group of a canonical variety; ``unknown`` of a name that is no herb's."""
    found = (group for group, varieties in GROUPS.items() if variety in varieties)
    herb = variety in {*HERB_WEIGHTS, *LOCAL_HERBS.values()}
    return next(found, "other" if herb else "unknown") if variety else ""

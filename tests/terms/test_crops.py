"""The catalogue: every herb of the pharmacopoeia counts, other crops do not, the rest is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import herbgis as hg
from herbgis.foundation import resources
from herbgis.foundation.errors import PolicyError
from herbgis.terms.policyfiles import load_policy
from tests.helpers.shapes import frame, square

POLICY = load_policy()
HERBS = resources.read_toml("facts/herbs.toml")["herbs"]
OTHERS = resources.read_toml("facts/crops.toml")
RULES = resources.read_toml("facts/two_meanings.toml")["two_meanings"]
PHARMACOPOEIA = HERBS["pharmacopoeia"]["names"]


def _group(word: str) -> str:
    return POLICY.group_of(POLICY.canonical("variety", word) or word)


def test_the_pharmacopoeias_plants_are_complete() -> None:
    # 616 entries of 药材和饮片: 48 of animals, 25 of minerals, one synthetic, the rest of plants.
    assert len(set(PHARMACOPOEIA)) == len(PHARMACOPOEIA) == 616 - 48 - 25 - 1


@pytest.mark.parametrize("name", PHARMACOPOEIA)
def test_every_herb_of_the_pharmacopoeia_counts(name: str) -> None:
    ruled = RULES.get(name, {}).get("reads")
    # 辣椒 alone is a vegetable first, as the province and the plan have it.
    assert ruled in {None, "herb"} or name == "辣椒"
    assert (_group(name) in POLICY.counting.groups) == (name != "辣椒")


def _listed() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for group, lists in (("other", HERBS), ("crop", OTHERS["crops"]), ("fungus", OTHERS["fungi"])):
        yield from ((group, name, entry) for name, entry in lists.items())


@pytest.mark.parametrize(
    ("group", "name", "entry"), [*_listed()], ids=lambda value: str(value)[:20]
)
def test_a_list_has_its_source_and_its_names_are_of_its_group(
    group: str, name: str, entry: dict[str, Any]
) -> None:
    assert name
    assert entry["source"].strip()
    assert set(entry.get("spellings", {})) <= {*entry["names"]}
    told = [*entry["names"], *(s for more in entry.get("spellings", {}).values() for s in more)]
    assert len(set(told)) == len(told)
    counted = {"key", "encouraged", "other"}
    for text in told:
        if text not in RULES:
            assert _group(text) in (counted if group == "other" else {group}), text


@pytest.mark.parametrize("word", RULES)
def test_a_word_of_two_meanings_has_a_rule_and_a_reason(word: str) -> None:
    entry = RULES[word]
    assert entry["reason"].strip()
    assert entry["likely"]
    expected = {"herb": "other", "crop": "crop", "ask": "unknown"}[entry["reads"]]
    for text in (word, *entry.get("spellings", ())):
        assert POLICY.canonical("variety", text) == word
        assert _group(text) == expected


@pytest.mark.parametrize("word", [*RULES])
def test_what_a_word_may_be_is_a_name_of_the_catalogue(word: str) -> None:
    for likely in RULES[word]["likely"]:
        assert POLICY.canonical("variety", likely) == likely


@pytest.mark.parametrize(
    ("word", "group"),
    [
        *(("白术", "other"), ("桔梗", "other"), ("黄柏", "other"), ("吴茱萸", "other")),
        *(("花椒", "key"), ("百合", "encouraged"), ("折耳根", "encouraged"), ("铁皮石斛", "other")),
        *(("茶叶", "crop"), ("油茶", "crop"), ("辣椒", "crop"), ("毛竹", "crop"), ("核桃", "crop")),
        *(("平菇", "fungus"), ("大球盖菇", "fungus"), ("冬荪", "fungus"), ("赤松茸", "fungus")),
        *(("青椒", "unknown"), ("藤茶", "unknown"), ("白麻", "unknown"), ("九叶青", "unknown")),
        *(("某某草", "unknown"), ("", "unknown")),
    ],
)
def test_what_a_word_is(word: str, group: str) -> None:
    assert _group(word) == group


def _own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(f'extends = "tongren-2020"\n{text}', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "word", "name", "group"),
    [
        ('[[variety]]\nname = "花椒"\naliases = ["青椒"]', "青椒", "花椒", "key"),
        ('[[variety]]\nname = "藤茶"', "藤茶", "藤茶", "other"),
        ('[[variety]]\nname = "本地药"\naliases = ["刺梨"]', "刺梨", "本地药", "other"),
        ('[crops.own]\nsource = "本县"\nnames = ["某某草"]', "某某草", "某某草", "crop"),
        ('[herbs.own]\nsource = "本县"\nnames = ["某某草"]', "某某草", "某某草", "other"),
        ('[groups]\nkey = ["白术", "天麻"]', "白术", "白术", "key"),
        ('[groups]\nkey = ["枸杞子"]', "枸杞", "枸杞子", "key"),
        ('[two_meanings."青椒"]\nreads = "crop"', "青椒", "青椒", "crop"),
    ],
)
def test_a_policy_of_ones_own_answers(
    tmp_path: Path, text: str, word: str, name: str, group: str
) -> None:
    own = load_policy(_own(tmp_path, text))
    assert own.canonical("variety", word) == name
    assert own.group_of(name) == group


@pytest.mark.parametrize("groups", [["key"], ["key", "fungus"]], ids=str)
def test_the_note_under_tables_follows_the_policy(tmp_path: Path, groups: list[str]) -> None:
    own = load_policy(_own(tmp_path, f"[counting]\ngroups = {groups}"))
    counted = "fungus" in groups
    assert own.table_note == ("“以上”含本数。" if counted else "“以上”含本数; 食用菌不计入。")
    bases = hg.classify(frame([square(600)], variety="香菇"), policy=own)
    progress = hg.count_progress(bases, policy=own)
    told = [*progress.notes(), *hg.make_schedule(bases, policy=own).notes]
    assert any("食用菌不计入" in line for line in told) != counted
    assert progress.targets["verified"].iloc[0] == counted
    left_out = progress.uncounted.set_index("reason")["bases"]
    assert left_out["食用菌"] == (not counted)


def test_a_name_in_two_lists_needs_a_rule(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="白术"):
        load_policy(_own(tmp_path, '[crops.own]\nsource = "本县"\nnames = ["白术"]'))


def test_a_reading_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="herb"):
        load_policy(_own(tmp_path, '[two_meanings."青椒"]\nreads = "vegetable"'))

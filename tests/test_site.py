"""The documentation site: built without a warning, whole, and searched from a folder, offline."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

import herbgis as hg
from herbgis.terms.issues import SEVERITY_TITLES, codes, texts
from scripts.site import api, pages
from tests.helpers.map_browser import PHONE, SCREEN, chromium, offline
from tests.helpers.site_links import faulty_links

ROOT = Path(__file__).parents[1]
NEEDED = ("sphinx", "furo", "myst_parser")
#: One page of each kind.
KINDS = (
    "index.html",
    "steps/plan.html",
    "steps/commands.html",
    "codes/index.html",
    "codes/HG204.html",
    "api/index.html",
    "api/function/classify.html",
    "api/errors.html",
    "counting_rules.html",
    "land_rules.html",
    "glossary.html",
    "gallery.html",
    "reading.html",
    "decisions/0005-headline-reading.html",
    "policies/tongren-2020.html",
    "policies/format.html",
    "search.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built by the one command that CI runs."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        reason = f'没有 {"、".join(missing)}, 不建网站: pip install "herbgis[docs]"'
        if os.environ.get("HERBGIS_REQUIRE_SITE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    out = tmp_path_factory.mktemp("site") / "site"
    command = [sys.executable, "-m", "scripts.site", str(out)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def text_of(page: Path) -> str:
    return re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))


def test_no_link_is_broken_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    assert faulty_links(site) == []


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="x"><a href="a.html#x"><a href="b.html">')
    (tmp_path / "c.html").write_text('<a href="a.html#y"><script src="https://x.org/y.js">')
    seen = ["a.html → b.html", "c.html 从外面取 https://x.org/y.js", "c.html → a.html#y"]
    assert faulty_links(tmp_path) == seen


def test_a_link_to_nothing_in_the_repository_is_refused() -> None:
    places = {"docs/steps/read.md": "steps/read.md", "ARCHITECTURE.md": "architecture.md"}
    moved = pages.linked("[家](../../ARCHITECTURE.md#x)", "docs/steps/read.md", places)
    assert moved == "[家](../architecture.md#x)"
    assert pages.linked("[码](../../LICENSE)", "docs/steps/read.md", places) == "`码`"
    with pytest.raises(FileNotFoundError, match=r"nowhere\.md"):
        pages.linked("[家](nowhere.md)", "docs/steps/read.md", places)


def test_the_page_on_reading_has_the_readmes_list_of_formats(site: Path) -> None:
    text = text_of(site / "steps" / "read.html")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    formats = readme.partition("| 现在读 |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(formats) >= 10
    assert [row for row in formats if row.split("|")[1].strip().split("`")[0] not in text] == []
    assert "还不读" in text


@pytest.mark.parametrize("code", codes())
def test_every_code_has_its_page(site: Path, code: str) -> None:
    text = text_of(site / "codes" / f"{code}.html")
    assert f"{code} {texts()[code]['title']}" in text
    assert SEVERITY_TITLES[codes()[code].severity] in text
    assert f'href="{code}.html"' in (site / "codes" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", hg.__all__)
def test_every_public_name_has_its_page(site: Path, name: str) -> None:
    html = (site / f"{api.place_of(name)}.html").read_text(encoding="utf-8")
    summary = api.summary_of(name, getattr(hg, name))
    assert f"<p>{summary}" in html
    assert f'id="herbgis.{name}"' in html
    where = api.place_of(name).removeprefix("api/")
    assert f'href="{where}.html"' in (site / "api" / "index.html").read_text(encoding="utf-8")


def test_every_error_stands_in_the_tree(site: Path) -> None:
    text = text_of(site / "api" / "errors.html")
    errors = {error.__name__ for error in api.every_error()}
    assert {"HerbgisError", "PolicyError", "LedgerError"} <= errors
    assert {name for name in errors if name not in text} == set()


def test_the_chinese_lines_are_of_names_that_there_are() -> None:
    lines = tomllib.loads((ROOT / "docs" / "data" / "summaries.toml").read_text(encoding="utf-8"))
    known = {error.__name__ for error in api.every_error()} | set(hg.__all__)
    assert set(lines) <= known


def test_one_word_one_thing() -> None:
    glossary = tomllib.loads((ROOT / "docs" / "data" / "glossary.toml").read_text(encoding="utf-8"))
    words = [word for subject in glossary.values() for word in subject]
    names = [name for subject in glossary.values() for name, _ in subject.values()]
    assert len(set(words)) == len(words)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("viewport", [SCREEN, PHONE], ids=["screen", "phone"])
def test_pages_ask_for_nothing_and_fit(
    site: Path, browser: Browser, viewport: ViewportSize
) -> None:
    opened = offline(browser, viewport)
    for name in KINDS:
        opened.page.goto((site / name).as_uri())
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert opened.page.evaluate(wide) <= 0, name
    assert opened.faults == []
    opened.page.context.close()


@pytest.mark.parametrize(
    "word", ["界址点", "退回单", "黄精", "ＨＧ２０４", "classify", "连片 容差"]
)
def test_search_finds_words_without_a_network(site: Path, browser: Browser, word: str) -> None:
    opened = offline(browser)
    page = opened.page
    page.goto((site / "index.html").as_uri())
    page.fill(".sidebar-search", word)
    page.press(".sidebar-search", "Enter")
    page.wait_for_url("**/search.html?*")
    links = page.locator("#search-found a")
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    assert len(addresses) >= 2
    for address in addresses[:5]:
        text = text_of(site / address.partition("#")[0]).lower()
        assert all(part in text for part in word.replace("ＨＧ２０４", "hg204").split()), address
    links.first.click()
    page.wait_for_load_state()
    assert page.url.startswith("file:")
    assert page.url.endswith(addresses[0])
    assert opened.faults == []
    page.context.close()


def test_search_says_when_nothing_is_found_and_takes_markup_as_text(
    site: Path, browser: Browser
) -> None:
    opened = offline(browser)
    page = opened.page
    page.goto((site / "search.html").as_uri() + "?q=%3Cimg%20src%3Dx%3E")
    assert page.locator("#search-count").inner_text().startswith("没有找到")
    page.fill("#search-words", "黄精")
    assert re.match(r"找到 \d+ 处", page.locator("#search-count").inner_text())
    assert {mark.inner_text() for mark in page.locator("#search-found mark").all()} == {"黄精"}
    assert opened.faults == []
    page.context.close()

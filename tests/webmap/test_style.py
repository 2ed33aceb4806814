"""The style sheet: a browser understands every line, nothing in it is dead, colours keep apart."""

from __future__ import annotations

import itertools
import re

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Browser

from herbgis.foundation import resources

ASSETS = resources.asset("webmap/assets/herbgis")
CSS = (ASSETS / "map.css").read_text(encoding="utf-8")
RULES = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
#: Linear RGB seen by people without long-, or middle-wave cones (Viénot, Brettel and Mollon 1999).
PROTAN = ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0))
DEUTAN = ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0))


def colours(kind: str) -> dict[str, str]:
    return dict(re.findall(rf"--hg-({kind}-\w+): (#[0-9a-f]+);", RULES))


def linear(colour: str) -> npt.NDArray[np.float64]:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * c for c in colour[1:])
    value = np.array([int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def lab(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """CIELAB of linear sRGB, D65."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ rgb / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(np.maximum(xyz, 0)), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_browser_understands_every_declaration(browser: Browser) -> None:
    declared = set(re.findall(r"^\s+([a-z-]+): ([^;{}]+);$", RULES, re.MULTILINE))
    plain = [[name, value] for name, value in declared if "var(" not in value]
    page = browser.new_page()
    wrong = page.evaluate(
        """(all) => all.filter(([name, value]) =>
             !CSS.supports(name, value.replace(/\\s*!important$/, '')))""",
        plain,
    )
    # those are of @page, where CSS.supports does not look
    assert [found for found in wrong if found[0] != "size"] == []
    assert len(plain) > 100


def test_every_class_is_used_and_every_variable_known() -> None:
    files = [*ASSETS.glob("*.js"), *resources.asset("webmap/templates").glob("*.j2")]
    used = "\n".join(path.read_text(encoding="utf-8") for path in files)
    looks = "error|warning|before|after|visit|new|enlarge|rejected|hollow|dashed|tag-rank"
    made = re.compile(rf"hg-(?:rank|hue|step|ink|edge)-|hg-(?:{looks})$")
    for name in set(re.findall(r"\.(hg-[\w-]+)", RULES)):
        stem = name.removeprefix("hg-")
        assert name in used or made.match(name) or f'"{stem}"' in used, name
    defined = set(re.findall(r"(--hg-[\w-]+):", RULES)) | {"--hg-paper-size"}
    needed = set(re.findall(r"var\((--hg-[\w-]+)\)", RULES))
    assert needed <= defined


def test_tiers_go_from_light_to_dark() -> None:
    tiers = colours("rank")
    order = [luminance(tiers[f"rank-{n}"]) for n in range(5)]
    assert order == sorted(order, reverse=True)
    assert all(a / b > 1.5 for a, b in itertools.pairwise(order))


@pytest.mark.parametrize("seen", [np.eye(3), PROTAN, DEUTAN], ids=["all", "protan", "deutan"])
def test_colours_keep_apart_for_every_reader(seen: npt.NDArray[np.float64]) -> None:
    for kind, count, least in (("rank", 3, 15.0), ("hue", 9, 9.0)):
        found = colours(kind)
        names = [f"{kind}-{n}" for n in range(count)]
        labs = [lab(np.clip(np.array(seen) @ linear(found[name]), 0, 1)) for name in names]
        for (a, one), (b, other) in itertools.combinations(zip(names, labs, strict=True), 2):
            assert np.linalg.norm(one - other) > least, (a, b, np.linalg.norm(one - other))

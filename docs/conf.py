"""The site's settings for Sphinx; built by ``python -m scripts.site``."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import herbgis  # noqa: E402

project = "herbgis"
version = release = herbgis.__version__
language = "zh_CN"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "scripts.site.search"]
exclude_patterns = [".doctrees"]

html_theme = "furo"
html_title = f"herbgis {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
templates_path = ["_templates"]
html_additional_pages = {"search": "search.html"}
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
highlight_language = "none"
html_use_index = False
html_domain_indices = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# `name` in a docstring leads to that name where it is public, and is code where it is not. A
# result's fields are listed by its docstring only.
default_role = "py:obj"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_ivar = True
autodoc_class_signature = "separated"
autodoc_default_options = {"exclude-members": "__init__"}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80

#: What the theme says and no catalogue of Sphinx translates.
THEME_WORDS = {
    "On this page": "本页内容",
    "Back to top": "回到页首",
    "Home": "首页",
    "Next": "下一页",
    "Previous": "上一页",
    "Made with ": "排版：",
    "Search": "搜索",
    "Skip to content": "跳到正文",
    "View this page": "查看本页",
    "Toggle Light / Dark / Auto color theme": "切换明暗",
    "Toggle site navigation sidebar": "打开目录",
    "Toggle table of contents sidebar": "打开本页内容",
}


def setup(app: Sphinx) -> None:
    """Let the theme speak Chinese."""
    app.connect("builder-inited", _translate)


def _translate(app: Sphinx) -> None:
    known = app.builder.templates.environment.globals["gettext"]
    plural = app.builder.templates.environment.globals["ngettext"]

    def said(text: str) -> str:
        return THEME_WORDS.get(text) or known(text)

    app.builder.templates.environment.install_gettext_callables(said, plural)

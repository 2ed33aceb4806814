"""XML as phones and programs write it, healed before it is parsed."""

from __future__ import annotations

import html
import re
from pathlib import Path

from herbgis.reading.formats.encodings import text_of_file

_DECLARATION = re.compile(r"^\s*<\?xml\b([^>]*)\?>")
_DECLARED = re.compile(r"encoding\s*=\s*[\"']([\w.-]+)[\"']")
#: What may stand before the first element and its document type, by what ends it.
_ENDS = {"<!--": "-->", "<?": "?>"}
_NOT_BLANK = re.compile(r"\S|\Z")
#: One that is never ended goes on to the end, so that the text is gone through once.
CDATA_END = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_ENTITY = re.compile(r"&(?:(?P<kept>(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)|(?P<name>\w+;)?)")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def sound_text(path: Path) -> tuple[str, str, bool]:
    """A file's XML without its declaration, its encoding, and whether the declaration agrees."""
    text, title = text_of_file(path)
    is_ascii = text.isascii()
    text = _NO_XML.sub("", text)
    head = _DECLARATION.match(text)
    declared = _DECLARED.search(head[1]) if head else None
    stated = declared[1].upper() if declared else "UTF-8"
    text = text[head.end() :] if head else text
    if _has_document_type(text):
        msg = "文件带有 DOCTYPE 声明, 出于安全不读"
        raise ValueError(msg)
    same = title[:5] == stated[:5] or (title == "GBK" and stated in {"GB2312", "GB18030"})
    return _sound(text), title, same or is_ascii


def _has_document_type(text: str) -> bool:
    """Whether one stands before the first element, as it must; entities are declared nowhere else.

    Comments and instructions in front of it are passed over one by one.
    """
    at = 0
    while found := _NOT_BLANK.search(text, at):
        begun = next((begin for begin in _ENDS if text.startswith(begin, found.start())), None)
        if begun is None:
            return text.startswith("<!DOCTYPE", found.start())
        end = text.find(_ENDS[begun], found.start() + len(begun))
        if end < 0:
            return False
        at = end + len(_ENDS[begun])
    return False


def _sound(text: str) -> str:
    """The same without what people write and no parser takes: `&nbsp;` and a bare &."""
    parts = CDATA_END.split(text)
    return "".join(
        part if part.startswith("<![CDATA[") else _ENTITY.sub(_entity, part) for part in parts
    )


def _entity(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    character = html.unescape(found[0])
    return f"&amp;{found[0][1:]}" if character.startswith("&") else html.escape(character)

"""XML as phones and programs write it, healed so that a strict parser takes it.

For every reader of an XML format; `xml_walk` goes through what comes out.

What is healed: an encoding other than the declared one, control characters, entities of HTML
(`&nbsp;`), a bare `&`, prefixes that nothing declares (Google Earth writes `gx:`, others `xsi:`).
A document type is refused: it may fetch files, or grow without bound.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element

from herbgis.foundation.language import tr
from herbgis.reading.formats.encodings import names_encoding, text_of_file
from herbgis.reading.formats.survey_file import UnreadableFileError

_DECLARATION = re.compile(r"^\s*<\?xml\b([^>]*)\?>")
_DECLARED = re.compile(r"encoding\s*=\s*[\"']([\w.-]+)[\"']")
#: What may stand before the first element and its document type, by what ends it.
_ENDS = {"<!--": "-->", "<?": "?>"}
_NOT_BLANK = re.compile(r"\S|\Z")
#: One that is never ended goes on to the end, so that the text is gone through once.
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_ENTITY = re.compile(r"&(?:(?P<kept>(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)|(?P<name>\w+;)?)")
#: Prefixes of elements, of attributes, and those declared.
_OF_ELEMENTS = re.compile(r"<(?P<prefix>[^\W\d][\w.-]*):")
#: Begins at its colon, which is rare: blanks are not, among coordinates.
_ATTRIBUTE = re.compile(r":[\w.-]{1,100}\s*=\s*[\"']")
_BEFORE_COLON = re.compile(r"\s(?P<prefix>[^\W\d][\w.-]*)\Z")
_LONGEST_PREFIX = 60
_DECLARED_PREFIX = re.compile(r"xmlns:(?P<prefix>[\w.-]+)\s*=")
_TAG = re.compile(r"<[^\W\d][^<>]*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_KNOWN_PREFIXES = {"xml", "xmlns"}
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class HealedXml:
    """A file's XML for a parser.

    Attributes
    ----------
    text : str
        Without its declaration.
    encoding : str
        The encoding that the bytes are in, by the name that people know it under.
    agrees : bool
        Whether the declaration says the same, or it makes no difference.
    undeclared : tuple of str
        Prefixes that the file declares nowhere; the text declares them.
    """

    text: str
    encoding: str
    agrees: bool
    undeclared: tuple[str, ...] = ()


def heal_xml(path: Path) -> HealedXml:
    """A file's XML, healed.

    Raises
    ------
    ValueError
        It has a document type, or is larger than any survey.
    """
    text, title = text_of_file(path)
    is_ascii = text.isascii()
    text = _NO_XML.sub("", text)
    head = _DECLARATION.match(text)
    declared = _DECLARED.search(head[1]) if head else None
    text = text[head.end() :] if head else text
    if _has_document_type(text):
        msg = tr("文件带有 DOCTYPE 声明, 出于安全不读")
        raise UnreadableFileError(msg)
    agrees = names_encoding(declared[1] if declared else "UTF-8", title)
    text = _sound(text)
    text, undeclared = _with_prefixes(text)
    return HealedXml(text, title, agrees or is_ascii, undeclared)


def without_cdata(text: str) -> str:
    """XML without its whole CDATA sections; one that a damaged file never ends is kept."""
    return _CDATA.sub(lambda part: "" if part[0].endswith("]]>") else part[0], text)


def local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def text_of(element: Element) -> str:
    """All text below an element, without outer blanks."""
    return "".join(element.itertext()).strip()


def _has_document_type(text: str) -> bool:
    """Whether one stands before the first element, as it must; entities are declared nowhere else.

    Comments and instructions in front of it are passed over one by one.
    """
    at = _behind_prologue(text)
    return at is not None and text.startswith("<!DOCTYPE", at)


def _behind_prologue(text: str) -> int | None:
    """Where comments and instructions at the head of a text end; None where one never does."""
    at = 0
    while found := _NOT_BLANK.search(text, at):
        begun = next((begin for begin in _ENDS if text.startswith(begin, found.start())), None)
        if begun is None:
            return found.start()
        end = text.find(_ENDS[begun], found.start() + len(begun))
        if end < 0:
            return None
        at = end + len(_ENDS[begun])
    return None


def _with_prefixes(text: str) -> tuple[str, tuple[str, ...]]:
    """A text whose outermost element declares all prefixes, and those declared nowhere before.

    One that is declared on some inner element alone is declared outside too, where it may be used
    as well; within, its own declaration holds.
    """
    declared = {found["prefix"] for found in _DECLARED_PREFIX.finditer(text)} | _KNOWN_PREFIXES
    head = _behind_prologue(text)
    root = None if head is None else _TAG.match(text, head)
    own = {found["prefix"] for found in _DECLARED_PREFIX.finditer(root[0])} if root else set()
    if root is None or (declared - own == _KNOWN_PREFIXES and _used(text) <= declared):
        return text, ()
    used = _used(_COMMENT.sub("", without_cdata(text)), tags_only=True)
    missing = sorted(used - own - _KNOWN_PREFIXES)
    written = "".join(f' xmlns:{prefix}="urn:undeclared:{prefix}"' for prefix in missing)
    at = root.start() + 1 + len(root[0][1:].split(None, 1)[0].rstrip("/"))
    undeclared = tuple(prefix for prefix in missing if prefix not in declared)
    return f"{text[:at]}{written}{text[at:]}", undeclared


def _used(text: str, *, tags_only: bool = False) -> set[str]:
    """Prefixes in use; without `tags_only` perhaps some that only look so in running text."""
    used = {found["prefix"] for found in _OF_ELEMENTS.finditer(text)}
    for part in (tag[0] for tag in _TAG.finditer(text)) if tags_only else (text,):
        for found in _ATTRIBUTE.finditer(part):
            at = found.start()
            before = _BEFORE_COLON.search(part[max(0, at - _LONGEST_PREFIX) : at])
            used |= {before["prefix"]} if before else set()
    return used


def _sound(text: str) -> str:
    """The same without what people write and no parser takes: `&nbsp;` and a bare &."""
    parts = _CDATA.split(text)
    return "".join(
        part if part.startswith("<![CDATA[") else _ENTITY.sub(_entity, part) for part in parts
    )


def _entity(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    character = html.unescape(found[0])
    return f"&amp;{found[0][1:]}" if character.startswith("&") else html.escape(character)

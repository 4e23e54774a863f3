"""MediaWiki XML dumps (``pages-articles``, multistream or not): articles as documents, wikitext as plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from corpora.document import Document
from corpora.readers.inputs import Buffered
from corpora.readers.plain import pieces
from corpora.readers.report import Report
from explorer.core.errors import BadInput, MissingExtra

__all__ = ["plain_text", "read_mediawiki"]

BLOCK = 1 << 20
MAX_PAGE = 16 << 20
"""Characters of wikitext of one page; a longer one is skipped."""

_WANTED = {"title", "ns", "id", "text"}
# Links that show no words of the article: pictures and categories, in the languages Korean dumps use.
_SILENT_LINK = re.compile(r"\s*(?:파일|그림|분류|file|image|category|media|미디어)\s*:", re.IGNORECASE)
_INTERLANGUAGE = re.compile(r"\s*[a-z]{2,3}(?:-[a-z-]+)?\s*:\S")
_SILENT_TAGS = {
    "ref",
    "references",
    "table",
    "gallery",
    "math",
    "chem",
    "score",
    "timeline",
    "syntaxhighlight",
    "source",
    "code",
    "pre",
    "graph",
    "imagemap",
    "mapframe",
    "templatestyles",
    "hiero",
    "style",
    "script",
    "inputbox",
    "categorytree",
}
_SWITCH = re.compile(r"__[A-Z가-힣_]+__")
_EMPTY_BRACKETS = re.compile(r"[(（]\s*(?:[,;:·]\s*)*[)）]")
_LOOSE_COMMA = re.compile(r"\s*[,;]\s*(?=[)）])")
_BLANKS = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n\s*\n+")


class _Pages:
    """Collects pages while the XML parser runs through them."""

    def __init__(self, name: str, report: Report) -> None:
        self.name = name
        self.report = report
        self.finished: list[dict[str, str]] = []
        self._page: dict[str, str] | None = None
        self._revision = False
        self._field = ""
        self._parts: list[str] = []
        self._size = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.EntityDeclHandler = self._entity

    def _entity(self, *_: Any) -> None:
        # No dump declares entities; files that do want to blow up or to read other files.
        raise BadInput("corpora.xml_entities_declared", name=self.name, line=self.parser.CurrentLineNumber)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "page":
            self._page, self._revision = {}, False
        elif tag == "revision":
            self._revision = True
        elif tag == "redirect" and self._page is not None:
            self._page["redirect"] = attributes.get("title", "")
        if self._page is not None and tag in _WANTED and (tag == "text" or not self._revision):
            self._field, self._parts, self._size = tag, [], 0

    def _characters(self, data: str) -> None:
        if self._field:
            self._size += len(data)
            if self._size <= MAX_PAGE:
                self._parts.append(data)

    def _end(self, tag: str) -> None:
        if self._page is None:
            return
        if tag == self._field:
            if self._size > MAX_PAGE:
                self.report.note("oversized", f"{self.name}:{self.parser.CurrentLineNumber}")
                self._parts = []
            self._page[tag] = "".join(self._parts)
            self._field, self._parts = "", []
        elif tag == "page":
            self.finished.append(self._page)
            self._page = None


def read_mediawiki(source: Buffered, name: str, report: Report) -> Iterator[Document]:
    """One document an article (namespace 0, no redirects); the newest revision of a page that has several.

    Raises:
        MissingExtra: mwparserfromhell is not installed.
        BadInput: the XML is broken, with the line.
    """
    try:
        import mwparserfromhell  # noqa: F401 - asked for before gigabytes are read
    except ImportError:
        raise MissingExtra("corpora.reading_mediawiki", "corpora", name=name) from None
    pages = _Pages(name, report)
    final = False
    while not final:
        block = source.read(BLOCK)
        final = not block
        try:
            pages.parser.Parse(block, final)
        except expat.ExpatError as error:
            raise BadInput("corpora.xml_broken", name=name, line=error.lineno, reason=error) from None
        finished, pages.finished = pages.finished, []
        for page in finished:
            yield from _document(page, name, report)


def _document(page: dict[str, str], name: str, report: Report) -> Iterator[Document]:
    identity, title = page.get("id", ""), page.get("title", "")
    if page.get("ns", "0") != "0" or "redirect" in page:
        report.note("redirects", f"{name}, page {identity}")
        return
    try:
        text = plain_text(page.get("text", ""))
    except RecursionError:
        report.note("unparsed", f"{name}, page {identity}")
        return
    if not text:
        report.note("empty", f"{name}, page {identity}")
        return
    for number, piece in enumerate(pieces(text)):
        yield Document(f"{identity}#{number + 1}" if number else identity, piece, title)


def plain_text(wikitext: str) -> str:
    """What a reader sees of running text: no templates, tables, notes, pictures or categories; link texts stay.

    >>> plain_text("'''왕'''은 [[나라|한 나라]]의 우두머리다.{{출처}}<ref>책</ref>")
    '왕은 한 나라의 우두머리다.'
    """
    import mwparserfromhell

    parts: list[str] = []
    _collect(mwparserfromhell.parse(wikitext), parts)
    text = _SWITCH.sub("", "".join(parts))
    text = _LOOSE_COMMA.sub("", _EMPTY_BRACKETS.sub("", text))  # what templates inside the brackets leave behind
    text = _BLANK_LINES.sub("\n", _BLANKS.sub(" ", text))
    text = "\n".join(line.strip() for line in text.split("\n"))
    return unicodedata.normalize("NFC", text.replace("\0", "")).strip()


def _collect(code: Any, parts: list[str]) -> None:
    from mwparserfromhell import nodes

    for node in code.nodes:
        if isinstance(node, nodes.Text):
            parts.append(node.value)
        elif isinstance(node, nodes.Wikilink):
            target = str(node.title)
            if _SILENT_LINK.match(target) or (node.text is None and _INTERLANGUAGE.match(target)):
                continue
            if node.text is not None:
                _collect(node.text, parts)
            else:
                parts.append(target.strip().removeprefix(":"))
        elif isinstance(node, nodes.ExternalLink):
            if node.title is not None:
                _collect(node.title, parts)
        elif isinstance(node, nodes.Heading):
            parts.append("\n")
            _collect(node.title, parts)
            parts.append("\n")
        elif isinstance(node, nodes.HTMLEntity):
            parts.append(node.normalize() or "")
        elif isinstance(node, nodes.Tag):
            _collect_tag(node, parts)


def _collect_tag(node: Any, parts: list[str]) -> None:
    tag = str(node.tag).strip().lower()
    if tag == "br":
        parts.append("\n")
    elif tag not in _SILENT_TAGS and node.contents is not None:
        _collect(node.contents, parts)

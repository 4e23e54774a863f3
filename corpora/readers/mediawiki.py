"""MediaWiki XML dumps (``pages-articles``, multistream or not): articles as documents, wikitext as plain text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Any
from xml.parsers import expat

from corpora.document import Document
from corpora.readers.inputs import Buffered
from corpora.readers.markup import SILENT_TAGS, clean, is_silent_link
from corpora.readers.plain import pieces
from corpora.readers.report import Report
from explorer.core.errors import BadInput, MissingExtra

__all__ = ["plain_text", "read_mediawiki", "visible_text"]

BLOCK = 1 << 20
MAX_PAGE = 16 << 20
"""Characters of wikitext of one page; a longer one is skipped."""

_WANTED = {"title", "ns", "id", "text"}
_MAX_DEPTH = 60
_BRACKET = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{\||\|\}|<(/?)(?!br|hr|li|p|wbr|t[rdh]|d[dt])[a-z]{1,20}(?:[\s/][^<>]{0,1000})?>")
# What the parser would look for the end of, each time to the end of the page: a tag without its >, a link without its ].
_UNCLOSED = re.compile(
    r"<(?=[a-z/!][^<>]*+(?:<|\Z))|\[(?=(?:https?:|ftp:|mailto:)?//|mailto:)(?=[^\[\]\n]*+(?:[\[\n]|\Z))", re.IGNORECASE
)
_MAX_UNCLOSED = 200
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
        text = visible_text(page.get("text", ""))
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
    return clean(visible_text(wikitext)).text


def _too_deep(wikitext: str) -> bool:
    """Whether more brackets or tags are open at once, or never closed, than in any article: the parser goes back for each."""
    deep = dict.fromkeys("{[<", 0)
    for match in _BRACKET.finditer(wikitext):
        found = match.group()
        if found in ("}}", "]]", "|}") or match[1]:
            kind = {"]": "[", "<": "<"}.get(found[0], "{")
            deep[kind] = max(0, deep[kind] - 1)
        elif not found.endswith("/>"):
            deep[found[0]] += 1
            if deep[found[0]] > _MAX_DEPTH:
                return True
    return next(islice(_UNCLOSED.finditer(wikitext), _MAX_UNCLOSED, None), None) is not None


def visible_text(wikitext: str) -> str:
    """:func:`plain_text` before :func:`~corpora.readers.markup.clean`: emptied brackets are still there, and so is all
    the markup of a page whose brackets never close.
    """
    import mwparserfromhell

    if _too_deep(wikitext):
        return wikitext
    parts: list[str] = []
    _collect(mwparserfromhell.parse(wikitext), parts)
    text = _BLANK_LINES.sub("\n", _BLANKS.sub(" ", "".join(parts)))
    text = "\n".join(line.strip() for line in text.split("\n"))
    return unicodedata.normalize("NFC", text.replace("\0", "")).strip()


def _collect(code: Any, parts: list[str]) -> None:
    from mwparserfromhell import nodes

    for node in code.nodes:
        if isinstance(node, nodes.Text):
            parts.append(node.value)
        elif isinstance(node, nodes.Wikilink):
            target = str(node.title)
            if is_silent_link(target, node.text is not None):
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
    elif tag not in SILENT_TAGS and node.contents is not None:
        _collect(node.contents, parts)

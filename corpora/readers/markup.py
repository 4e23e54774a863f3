r"""Wiki and HTML markup out of text that should have none, with the way back to where every character stood.

WikiExtractor and dumps leave entities, tags, templates, table rows, link brackets, placeholders of formulas and brackets
whose template is gone. Left in, they become the most frequent Latin words of a corpus. What only looks like markup stays:
``3 < 5``, ``<3``, ``vector<int>``, ``<슬픈 열대>``, ``[주 1]``, ``{가}``.

Every pattern is linear: what it may span is bounded or cannot begin again inside itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from html.entities import html5

from corpora.readers.edits import Edited, Offsets, around

__all__ = ["SILENT_TAGS", "Cleaned", "clean", "is_silent_link"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SILENT_TAGS = _words(
    """
    ref references table gallery math chem ce score timeline syntaxhighlight source code pre graph imagemap mapframe
    maplink templatestyles hiero style script inputbox categorytree
    """
)
"""Tags whose content is no running text."""

_BREAKING_TAGS = _words("br p div li ul ol dl dd dt tr hr blockquote poem h1 h2 h3 h4 h5 h6 td th caption center")
_OTHER_TAGS = _words(
    """
    a abbr b bdi bdo big cite del dfn em font i ins kbd mark nowiki noinclude includeonly onlyinclude q rb rp rt rtc
    ruby s samp section sip small span strike strong sub sup tbody tfoot thead tt u var wbr img html head body meta
    noscript form input noindex indicator langconvert
    """
)
_TAGS = SILENT_TAGS | _BREAKING_TAGS | _OTHER_TAGS
# Words that a title in angle brackets may be; as tags they have attributes.
_TAGS_WITH_ATTRIBUTES = _words("time map object link video audio button label menu select option title data embed")
_TAGS_IN_CAPITALS = _words("br ref div span font small sub sup center")
_LONGEST_CONTENT = {"ref": 3_000}
_LONGEST_CONTENT_OF_OTHERS = 60_000

_FILE = r"(?:파일|그림|미디어|file|image|media)"
_PICTURE_ENDINGS = ("jpg", "jpeg", "png", "gif", "svg", "webp", "tif", "tiff")
_ENDINGS = (*_PICTURE_ENDINGS, "ogg", "oga", "ogv", "webm", "mp3", "wav", "mid", "pdf", "djvu")
_SUFFIXES = tuple(f".{made}" for ending in _ENDINGS for made in (ending, ending.upper(), ending.capitalize()))
_SUFFIX = rf"\.(?:{'|'.join(_ENDINGS)})"
_SILENT_LINK = re.compile(rf"\s*(?:{_FILE}|분류|category)\s*:", re.IGNORECASE)
_INTERLANGUAGE = re.compile(r"\s*[a-z]{2,3}(?:-[a-z-]{1,20})?\s*:\S")

_ENTITY = re.compile(r"&(?:amp;){0,4}(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_PAGE_XML = re.compile(
    r"^[ \t]*</?(?:ns|revision|parentid|timestamp|contributor|username|ip|minor|comment|model|format|origin|sha1)[ \t]*/?>.*$",
    re.MULTILINE,
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,19})(?![A-Za-z0-9])((?:[\s/][^<>]{0,1000})?)>")
_TEMPLATE = re.compile(r"\{\{[^{}]{0,5000}\}\}|\{\{\{[^{}]{0,300}\}\}\}")
_TEMPLATE_DEPTH = 6
_ATTRIBUTE_NAME = r"(?:colspan|rowspan|bgcolor|cellpadding|cellspacing|valign|align)"
_LOOSE_NAME = r"(?:style|class|width|height|scope|border|nowrap|id)"
_QUOTED = r"""(?:"[^"\n]{0,300}"|'[^'\n]{0,300}')"""
_BARE = r"[#\w%.-]{1,40}"
_ATTRIBUTE = re.compile(
    rf"(?<![\w-])(?:{_ATTRIBUTE_NAME}[ \t]?=[ \t]?(?:{_QUOTED}|{_BARE})|{_LOOSE_NAME}[ \t]?=[ \t]?{_QUOTED})[ \t]{{0,20}}\|?(?!\|)"
)
_CELL_ATTRIBUTE = re.compile(rf"(?:{_ATTRIBUTE_NAME}|{_LOOSE_NAME})[ \t]?=[ \t]?(?:{_QUOTED}|{_BARE})", re.IGNORECASE)
_CELLS = re.compile(r"![^!\n]{1,100}!![^!\s]")
_PARAMETER = re.compile(r"\|[ \t]{0,20}[\w가-힣 -]{1,40}=")
_LINK = re.compile(r"\[\[([^\[\]{}|<>\n]{1,300})(?:\|([^\[\]]{0,2000}))?\]\]")
_LINK_DEPTH = 4
_HALF_LINK = re.compile(r"\[\[([가-힣\d][^\[\]\n,]{0,60})\](?!\])")
_LOOSE_LINK = re.compile(r"\[\[(?=[가-힣])|(?<=[가-힣])\[\[")
_HALF_CATEGORY = re.compile(r"\[{0,2}(?:분류|category):[^\[\]\n]{1,200}\]{1,2}", re.IGNORECASE)
_EXTERNAL = re.compile(r"\[(?:https?:|ftp:|mailto:|//)[^\s\[\]<>]{1,2000}[ \t]{0,8}([^\[\]\n]{0,500})\]")
_ADDRESS = re.compile(r"(?<![A-Za-z])(?:https?|ftp)://[^\s\[\]<>|\"'“”‘’「」『』《》〈〉(),가-힣]{1,3000}(?<![.;:!?])")
_PICTURE = re.compile(rf"(?<![\w가-힣]){_FILE}[ \t]?:[^\s\[\]|<>][^\[\]|<>\n]{{0,150}}?{_SUFFIX}(?![A-Za-z])\|?", re.IGNORECASE)
_GALLERY = re.compile(rf"^[ \t]{{0,8}}[^\[\]|<>\n]{{1,150}}{_SUFFIX}\|", re.IGNORECASE | re.MULTILINE)
_PICTURE_OPTION = re.compile(
    r"(?:(?<=\|)|(?<![\w|]))(?:섬네일|썸네일|thumb(?:nail)?|frame(?:less|d)?|upright(?:=[\d.]{1,6})?|오른쪽|왼쪽|가운데|right|left|center|"
    r"none|\d{1,4}(?:x\d{1,4})?px|x\d{1,4}px|(?:alt|link|대체글)=[^|\[\]\n]{0,200})\|"
)
_VARIANT = re.compile(r"-\{([^{}\n]{0,500})\}-")
_SWITCH = re.compile(
    "__(?:(?:NO|FORCE)?TOC|NO(?:EDIT|NEW)SECTION(?:LINK)?|NEWSECTIONLINK|NOEDITSECTION|NOGALLERY|HIDDENCAT|(?:NO)?INDEX|"
    "STATICREDIRECT|NO(?:CONTENT|TITLE)CONVERT|NO[CT]C|DISAMBIG|EXPECTUNUSEDCATEGORY|[가-힣]{2,12})__"
)
_REDIRECT = re.compile(r"^[ \t]{0,8}#(?:넘겨주기|redirect)\b.*$", re.IGNORECASE | re.MULTILINE)
_STRONG = re.compile(r"'{3,5}")
_ITALIC = re.compile(r"(?<!')''(?!')([^'\n]{1,300})''(?!')")
_HEADING = re.compile(r"^[ \t]{0,8}(={1,6})[ \t]{0,8}([^=\n]{1,300})(={1,6})[ \t]{0,8}$", re.MULTILINE)
_HEADING_END = re.compile(r"^[^=\n]{1,100}(={2,6})[ \t]{0,8}$", re.MULTILINE)
_LIST = re.compile(
    r"^[^\S\n]{0,40}(?:(?:[*#:]{1,12}|;)[ \t]{1,8}(?![()])|[*:][*#:]{0,11}(?=[가-힣\"“‘《〈「『]))", re.MULTILINE
)
_FORMULA = re.compile(
    r"(?<!_)(?:formula|codice)_\d{1,6}"
    r"(?:(?:으로부터|로부터|에서의|에서는|으로서|로서|으로|로|에서|에게|까지|부터|에는|에도|은|는|이|가|을|를|의|에|와|과|도|만)(?![가-힣])|-(?=[가-힣]))?"
)
_COMMAS = re.compile(r",(?:[ \t]*,)+|^[ \t]*,[ \t]*", re.MULTILINE)
_COMMA_BLANKS = re.compile(r"(?<![ \t])[ \t]+(?=,)")
_WORDLESS = re.compile(r"^[^\w\n]+$", re.MULTILINE)
_EMPTY_BRACKETS = re.compile(r"[(（][\s,;:·/]{0,200}[)）]|\[[ \t,;]{0,50}\]")
_BRACKET_START = re.compile(r"[(（](?:[ \t]*[,;](?![)）])[\s,;]*(?:: )?|[ \t]+:[ \t]+)")
_BRACKET_END = re.compile(r"(?:,[ \t]*|[;:][ \t]+)[)）]")
_CATEGORY_LINES = re.compile(r"(?:분류|category):\S[^\n.]{0,80}", re.IGNORECASE)
_ISBN_LINE = re.compile(r"^[ \t]{0,8}ISBN[ \t:\d-]{9,30}[Xx]?[ \t]{0,8}$", re.MULTILINE)
_LINE_ENDS = re.compile(r"(?<![ \t])[ \t]+(?=\n)")
_BLANK_LINES = re.compile(r"\n\s*\n")


def is_silent_link(target: str, labelled: bool) -> bool:
    """Whether a link shows no words of the article: pictures, categories, the same article in another language.

    >>> is_silent_link("파일:왕.jpg", True), is_silent_link("en:King", False), is_silent_link("왕", False)
    (True, True, False)
    """
    return bool(_SILENT_LINK.match(target) or (not labelled and _INTERLANGUAGE.match(target)))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Text without markup.

    Attributes:
        text: what is left; NFC if the original was.
        counts: how many things of a kind were removed or replaced (kinds are keys of :data:`corpora.readers.report.WORDS`).
        offsets: the way back.
    """

    text: str
    counts: dict[str, int]
    offsets: Offsets


def clean(text: str) -> Cleaned:
    r"""Take markup out of ``text``. Linear; text without any costs a few scans.

    Entities are decoded; tags, comments, templates, table rows, pictures, categories, web addresses, placeholders of formulas
    (with the particle that hung on them) and brackets left empty go; links and headings keep their words. Where anything went,
    blank lines go too.

    >>> made = clean("왕은 &lt;b&gt;[[나라|한 나라]]&lt;/b&gt;의 (, )우두머리다.{{출처}}&lt;br&gt;3 &lt; 5")
    >>> made.text, made.counts
    ('왕은 한 나라의 우두머리다.\n3 < 5', {'entities': 7, 'tags': 3, 'templates': 1, 'links': 1, 'brackets': 1})
    """
    work = Edited(text)
    for has, step in _STEPS:
        if any(mark in work.text for mark in has):
            step(work)
    if work.text is not text:
        _tidied(work)
    return Cleaned(work.text, work.counts, work.offsets)


def _tidied(work: Edited) -> None:
    """Blanks and blank lines that removal left, and NFC again where a decoded entity broke it."""
    work.drop(None, _LINE_ENDS)
    work.drop(None, _BLANK_LINES, "\n")
    stop = len(work.text.rstrip())
    blank = len(work.text) - len(work.text.lstrip())
    ends = [(0, blank, "")] if blank else []
    if blank < stop < len(work.text):
        ends.append((stop, len(work.text), ""))
    work.apply(None, ends)
    work.compose()


def _entities(work: Edited) -> None:
    work.apply("entities", ((*match.span(), _character(match[1])) for match in _ENTITY.finditer(work.text)))


def _character(name: str) -> str:
    if not name.startswith("#") and f"{name};" not in html5:
        return f"&{name};"
    new = unescape(f"&{name};")
    # A no-break space is a space here, and a document has no other control than the line end.
    if new == "\xa0" or (new != "\n" and unicodedata.category(new[:1] or "\0") == "Cc"):
        return " "
    return new


def _comments(work: Edited) -> None:
    def edits() -> Iterator[tuple[int, int, str]]:
        start = work.text.find("<!--")
        while start >= 0:
            end = work.text.find("-->", start + 4)
            if end < 0:  # never closed: its line
                end = work.text.find("\n", start)
                yield start, len(work.text) if end < 0 else end, ""
                return
            yield start, end + 3, ""
            start = work.text.find("<!--", end + 3)

    work.apply("comments", edits())


def _tags(work: Edited) -> None:
    work.drop("tags", _PAGE_XML)
    work.apply("contents", _contents(_found_tags(work.text)))
    work.apply("tags", ((*tag.span(), "\n" if tag[2].lower() in _BREAKING_TAGS else "") for tag in _found_tags(work.text)))


def _found_tags(text: str) -> list[re.Match[str]]:
    matches = list(_TAG.finditer(text))
    closed = {match[2].lower() for match in matches if match[1]}
    return [match for match in matches if _is_tag(match, closed)]


def _is_tag(match: re.Match[str], closed: set[str]) -> bool:
    name, attributes = match[2].lower(), match[3]
    if match[2] != name and name not in _TAGS_IN_CAPITALS:  # <Big>, <Code>: titles of songs and films
        return False
    if "=" in attributes:
        return name in _TAGS or name in _TAGS_WITH_ATTRIBUTES
    if attributes.strip(" \t\n/\\"):
        return False
    if len(name) == 1 or name in _TAGS_WITH_ATTRIBUTES:  # List<a>
        return name in closed and name in _TAGS | _TAGS_WITH_ATTRIBUTES
    return name in _TAGS


def _contents(tags: list[re.Match[str]]) -> list[tuple[int, int, str]]:
    """From every opening of a silent tag to the next tag of its name, if that one closes it."""
    found: list[tuple[int, int, str]] = []
    following: dict[str, re.Match[str]] = {}
    for tag in reversed(tags):
        name = tag[2].lower()
        if name not in SILENT_TAGS or tag[3].endswith("/"):
            continue
        closing = following.get(name)
        longest = _LONGEST_CONTENT.get(name, _LONGEST_CONTENT_OF_OTHERS)
        if not tag[1] and closing is not None and closing[1] and closing.start() - tag.end() <= longest:
            while found and found[-1][1] <= closing.end():
                found.pop()  # inside this one
            if not found or found[-1][0] >= closing.end():
                found.append((tag.start(), closing.end(), ""))
        following[name] = tag
    return found[::-1]


def _templates(work: Edited) -> None:
    for _ in range(_TEMPLATE_DEPTH):
        if not work.drop("templates", _TEMPLATE):
            break
    for mark, other in (("}}", "{"), ("{{", "}")):
        work.apply("templates", _stray(work.text, mark, other))


def _stray(text: str, mark: str, other: str) -> Iterator[tuple[int, int, str]]:
    """Where one half of a pair of brackets stands in a line without the other half."""
    start = 0
    for line in text.split("\n") if mark in text else ():
        if mark in line and other not in line:
            at = line.find(mark)
            while at >= 0:
                yield start + at, start + at + len(mark), ""
                at = line.find(mark, at + len(mark))
        start += len(line) + 1


def _tables(work: Edited) -> None:
    lines = work.text.split("\n")
    kinds = [_row(line.strip()) for line in lines]
    ends = _table_ends(kinds)

    def edits() -> Iterator[tuple[int, int, str]]:
        start = inside = 0
        for number, line in enumerate(lines):
            kind = kinds[number]
            inside = max(inside, ends.get(number, 0))
            beside = any(kinds[near] for near in (number - 1, number + 1) if 0 <= near < len(lines))
            if number < inside or kind in ("row", "begin", "end") or (kind == "cell" and beside):
                yield start, start + len(line), ""
            start += len(line) + 1

    work.apply("tables", edits())


def _table_ends(kinds: list[str]) -> dict[int, int]:
    """For lines that begin a table, the line after its end; one that never ends is only a row."""
    ends: dict[int, int] = {}
    open_at: list[int] = []
    for number, kind in enumerate(kinds):
        if kind == "begin":
            open_at.append(number)
        elif kind == "end" and open_at:
            ends[open_at.pop()] = number + 1
    return ends


def _row(line: str) -> str:
    """What a line is to a table: "begin", "end", "row", "cell" (only beside others), or nothing."""
    if line.startswith("{|"):
        return "begin"
    if not line.startswith(("|", "!")):
        return "row" if line.count("||") >= 3 else ""
    if line.startswith("|}"):
        return "end"
    if line.startswith(("|-", "|+")) or "||" in line or _CELLS.match(line) or _PARAMETER.match(line):
        return "row"
    return "row" if _CELL_ATTRIBUTE.search(line) else "cell"


def _attributes(work: Edited) -> None:
    work.drop("tables", _ATTRIBUTE)


def _links(work: Edited) -> None:
    for _ in range(_LINK_DEPTH):
        silent: list[tuple[int, int, str]] = []
        shown: list[tuple[int, int, str]] = []
        for match in _LINK.finditer(work.text):
            target = match[1]
            if is_silent_link(target, match[2] is not None):
                silent.append((match.start(), match.end(), ""))
            elif target.isdigit() or any(map(str.isalpha, target)):
                shown += around(match, 2 if match[2] else 1)
        if not silent and not shown:
            break
        work.apply(None, sorted(silent + shown))
        for kind, count in (("pictures", len(silent)), ("links", len(shown) // 2)):
            if count:
                work.counts[kind] = work.counts.get(kind, 0) + count
    work.drop("pictures", _HALF_CATEGORY)
    work.keep("links", _HALF_LINK)
    work.drop("links", _LOOSE_LINK)


def _categories(work: Edited) -> None:
    stop = len(work.text)
    edits: list[tuple[int, int, str]] = []
    while stop > 0:
        start = work.text.rfind("\n", 0, stop) + 1
        line = work.text[start:stop].strip()
        if line and not (len(line) < 100 and _CATEGORY_LINES.fullmatch(line)):
            break
        if line:
            edits.append((start, stop, ""))
        stop = start - 1
    work.apply("pictures", edits[::-1])


def _addresses(work: Edited) -> None:
    work.keep("links", _EXTERNAL)
    work.drop("addresses", _ADDRESS)


def _pictures(work: Edited) -> None:
    work.drop("pictures", _PICTURE)
    work.drop("pictures", _GALLERY)


def _variants(work: Edited) -> None:
    def edits() -> Iterator[tuple[int, int, str]]:
        for match in _VARIANT.finditer(work.text):
            first = match[1].rpartition("|")[2].partition(";")[0]
            yield match.start(), match.end(), first.rpartition(":")[2]

    work.apply("switches", edits())


def _headings(work: Edited) -> None:
    work.keep("marks", _HEADING, 2)
    work.apply("marks", ((match.start(1), match.end(), "") for match in _HEADING_END.finditer(work.text)))


def _quotes(work: Edited) -> None:
    work.drop("marks", _STRONG)
    work.keep("marks", _ITALIC)


def _formulas(work: Edited) -> None:
    if work.drop("formulas", _FORMULA):
        work.apply(
            None,
            (
                (m.start(), m.end(), "," if m.start() and work.text[m.start() - 1] != "\n" else "")
                for m in _COMMAS.finditer(work.text)
            ),
        )
        work.drop(None, _COMMA_BLANKS)
        work.drop(None, _WORDLESS)


def _brackets(work: Edited) -> None:
    for _ in range(2):  # ((, ))
        text = work.text
        empty = (match for match in _EMPTY_BRACKETS.finditer(text) if not _is_program(text, match))
        if not work.apply("brackets", ((*match.span(), "") for match in empty)):
            break
    work.apply("brackets", ((match.start() + 1, match.end(), "") for match in _BRACKET_START.finditer(work.text)))
    work.apply("brackets", _bracket_ends(work.text))


def _is_program(text: str, match: re.Match[str]) -> bool:
    """``main()`` and ``int[]`` in a text about programs; before a particle it is rather a name whose translation is gone."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    if match.group() not in ("()", "[]") or not before.isascii() or "가" <= after <= "힣":
        return False
    return before.isalnum() or before in ("_", "]", ")")


def _bracket_ends(text: str) -> Iterator[tuple[int, int, str]]:
    done = 0
    for match in _BRACKET_END.finditer(text):
        start = match.start()
        while start > done and text[start - 1] in " \t,;:":
            start -= 1
        done = match.end()
        yield start, done - 1, ""


_STEPS: tuple[tuple[tuple[str, ...], Callable[[Edited], object]], ...] = (
    (("&",), _entities),
    (("<!--",), _comments),
    (("<",), _tags),
    (("{{", "}}"), _templates),
    (("{|", "|", "!"), _tables),
    (("[[",), _links),
    (("://", "[//", "mailto:"), _addresses),
    (_SUFFIXES, _pictures),
    (("|",), lambda work: work.drop("pictures", _PICTURE_OPTION)),
    (("분류:", "ategory:"), _categories),
    (("=",), _attributes),
    (("-{",), _variants),
    (("__",), lambda work: work.drop("switches", _SWITCH)),
    (("#",), lambda work: work.drop("switches", _REDIRECT)),
    (("''",), _quotes),
    (("=",), _headings),
    (("*", "#", ":", ";"), lambda work: work.drop("marks", _LIST)),
    (("ISBN",), lambda work: work.drop("marks", _ISBN_LINE)),
    (("formula_", "codice_"), _formulas),
    (("(", "（", "["), _brackets),
)
"""Steps in their order, each with what a text must hold for the step to find anything."""

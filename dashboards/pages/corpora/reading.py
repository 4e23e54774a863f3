"""Lines of a corpus around a word, its collocates, and a document: texts whose words lead to their pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.components import table
from dashboards.kit.i18n import Text
from dashboards.kit.words import word_link

if TYPE_CHECKING:
    from corpora.collocations import Collocations
    from corpora.concordance import Concordance, ConcordanceLine
    from corpora.document import Document

__all__ = ["WIDTH", "collocates_table", "document_text", "kwic", "linked"]

WIDTH = 40
"""Characters of context on each side."""

LINKED = 4_000
"""Characters of a document whose words are links; what follows is plain."""

SHOWN = 50_000
"""Characters of a document that are shown."""

_WORD = re.compile(r"\S+")
_SIGNS = re.compile(r"^\W+|\W+$")


def linked(text: str, whole_left: bool = True, whole_right: bool = True) -> list[Any]:
    """Text with every word a link to its page; a word that is cut off at an end is none."""
    parts: list[Any] = []
    end = 0
    for found in _WORD.finditer(text):
        parts.append(text[end : found.start()])
        end = found.end()
        cut = (found.start() == 0 and not whole_left) or (end == len(text) and not whole_right)
        word = _SIGNS.sub("", found[0])
        parts.append(found[0] if cut or not word else word_link(word, label=found[0], look="word-plain"))
    return [part for part in [*parts, text[end:]] if part]


def kwic(t: Text, found: Concordance) -> list[Any]:
    """The lines, aligned at the match; each can be opened in its document."""
    said = t("corpora.found", keys=", ".join(found.resolved), count=found.count, shown=len(found.lines))
    notes = [t("corpora.sorted_among", among=found.among)] if 0 < found.among < found.count else []
    rows = [_line(t, line, found.resolved[0]) for line in found.lines]
    box = html.Div(
        rows,
        className="word-lines-of corpora-lines",
        lang="ko",
        tabIndex=0,
        role="region",
        **{"aria-label": t("corpora.lines")},
    )
    return [dmc.Text(" ".join([said, *notes]), size="sm", c="dimmed", mb="sm"), box]


def _line(t: Text, line: ConcordanceLine, key: str) -> html.Div:
    # A context of full length may begin or end within a word; beside the match a word may go on.
    left = linked(line.left, len(line.left) < WIDTH, line.left.endswith(" "))
    right = linked(line.right, line.right.startswith(" "), len(line.right) < WIDTH)
    match = word_link(key, label=html.Mark(line.match), look="word-plain") if " " not in key else html.Mark(line.match)
    return html.Div(
        [
            html.Span(html.Span(left), className="word-left"),
            match,
            html.Span(right, className="word-right"),
            html.Button(
                t("corpora.open"),
                id={"type": "corpora-open", "place": f"{line.number}-{line.start}-{line.end}"},
                type="button",
                className="take corpora-open",
                title=line.title or line.document,
            ),
        ],
        className="word-kwic corpora-line",
    )


def collocates_table(t: Text, found: Collocations) -> list[Any]:
    """The collocates with the measures beside their counts."""
    said = t("corpora.near_found", occurrences=found.occurrences, found=found.found, shown=len(found.rows))
    rows = []
    for key, near, left, right, *rest in (row.cells() for row in found.rows):
        rows.append([word_link(key), near, f"{left} · {right}", *rest])
    heads = ("word", "near", "sides", "total", "expected", "g2", "pmi", "log_dice")
    shown = table([t(f"corpora.head_{name}") for name in heads], rows, label=t("corpora.collocates"))
    return [dmc.Text(said, size="sm", c="dimmed", mb="sm"), html.Div(shown, className="corpora-near")]


def document_text(t: Text, document: Document, span: tuple[int, int]) -> list[Any]:
    """A document to be read, with what its source says of it."""
    text, (start, end) = document.text[:SHOWN], span
    facts = [f"{name}: {value}" for name, value in document.meta.items()]
    head = [part for part in (document.title, document.id, *facts) if part]
    if 0 <= start < end <= len(text):
        parts = [*_plain(text, 0, start), html.Mark(text[start:end]), *_plain(text, end, len(text))]
    else:
        parts = _plain(text, 0, len(text))
    cut = [dmc.Text(t("corpora.document_cut", shown=SHOWN, whole=len(document.text)), size="sm", c="orange")]
    return [
        dmc.Text(" · ".join(head), size="sm", c="dimmed", mb="sm"),
        html.Div(parts, className="corpora-text", lang="ko", tabIndex=0),
        *(cut if len(document.text) > SHOWN else []),
    ]


def _plain(text: str, start: int, end: int) -> list[Any]:
    """A stretch of a document: linked words where it begins, then as it is."""
    edge = max(start, min(end, LINKED))
    return [*linked(text[start:edge]), *([text[edge:end]] if edge < end else [])]

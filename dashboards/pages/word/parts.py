"""The answers of the page of a word: how it was read, lists side by side, tokens, frequencies, its use in a corpus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.app.models import model_label
from dashboards.kit import examples, url
from dashboards.kit.components import figures_row, resolved, table
from dashboards.kit.i18n import Text
from dashboards.kit.why import why_mark
from dashboards.kit.words import word_link
from dashboards.pages.context.asked import glosses
from dashboards.pages.word.figures import lines_between
from explorer.analysis.word import pieces_of
from explorer.text.tags import CONTENT, tag_of, word_of

if TYPE_CHECKING:
    from corpora.usage import Usage
    from explorer.analysis.word import ModelWord, Word
    from explorer.tokenizers.token import Token
    from explorer.vectors.senses import Sense
    from explorer.vectors.vectors import Vectors

__all__ = ["frequencies", "lists", "pieces", "reading", "used_in", "ways"]

ROW = 32
"""Height of a row of the lists, in pixels."""
COLORS = 8
FORMS = 40


def links(label: str, keys: Sequence[str], model: str) -> Any:
    """A line of links to the pages of words."""
    shown = [word_link(key, model, key, look="example") for key in keys]
    return html.Div([dmc.Text(label, size="sm", c="dimmed"), *shown], className="chips word-chips")


def reading(t: Text, v: Vectors, word: str, model: str) -> Any:
    """What the word was taken for, the other readings, its parts and senses; or what may have been meant."""
    found = v.find(word)
    if found is None:
        near = v.suggest(word)
        lead = t("word.unknown", word=word, model=model_label(t, model))
        chips = links(t("word.meant"), near, model) if near else links(t("word.instead"), examples.WORDS, model)
        return dmc.Stack([dmc.Text(lead, fw=600), chips], gap="sm", className="word-unknown")
    rows: list[Any] = [resolved(t, replace(found, alternatives=()))]
    if len(found.parts) > 1:
        rows.append(links(t("word.parts"), found.parts, model))
    if found.alternatives:
        rows.append(links(t("word.readings"), found.alternatives, model))
    if senses := v.senses(word):
        rows.append(_senses(t, senses, model))
    return dmc.Stack([*rows, *_glosses(t, found.word)], gap="sm")


def _senses(t: Text, senses: Sequence[Sense], model: str) -> Any:
    rows = [
        html.Li(
            [
                word_link(one.key, model, one.word),
                html.Span(f" {one.share:.0%} ", className="numbers"),
                *[part for key in one.telling[:4] for part in (word_link(key, model, look="word-quiet"), " ")],
            ]
        )
        for one in senses
    ]
    return html.Div([dmc.Text(t("word.senses", count=len(senses)), size="sm", c="dimmed"), html.Ul(rows)])


def _glosses(t: Text, word: str) -> list[Any]:
    """What the sample's homographs mean."""
    found = [gloss for (known, _), gloss in glosses(t.language).items() if known == word]
    if not found:
        return []
    return [html.Div([dmc.Text(t("word.glosses"), size="sm", c="dimmed"), html.Ol([html.Li(one) for one in found])])]


def ways(t: Text, word: str, key: str, model: str) -> Any:
    """Where else this word can be looked at."""
    from dashboards.pages.context import page as context
    from dashboards.pages.map import page as map_page
    from dashboards.pages.senses import page as senses
    from dashboards.pages.similarity import page as similarity

    plain = word_of(key)
    targets = (
        (similarity, "similarity", {"word": [key], "model": model}),
        (map_page, "map", {"word": key, "model": model}),
        (context, "context", {"word": plain}),
        (senses, "senses", {"word": plain, "from": "sample"}),
    )
    shown = [
        dcc.Link(t(f"word.to_{name}"), href=url.href(view.PATH, view.FIELDS, values), className="example")
        for view, name, values in targets
    ]
    return html.Div(shown, className="chips")


# ---- lists side by side


def lists(t: Text, found: Word, model: str) -> Any:
    """The neighbours in each model, a column each, with lines between equal words; then what the lists share, as numbers."""
    known = [one for one in found.models if one.neighbours]
    unknown = [model_label(t, one.model) for one in found.models if one.resolution is None]
    said = [dmc.Text(t("word.not_in", models=", ".join(unknown)), size="sm", c="dimmed")] if unknown else []
    if not known:
        return dmc.Stack(said)
    columns = [one.model for one in known]
    number_of = {one.key: number for number, one in enumerate(found.shared)}
    number_of |= {one.word: number for number, one in enumerate(found.shared) if not tag_of(one.key)}
    board = html.Div(
        [
            html.Div(_lines(found, columns), className="word-lines", **{"aria-hidden": "true"}),
            *[_column(t, one, found, number_of, place) for place, one in enumerate(known)],
        ],
        className="word-board",
        style={"--columns": str(len(columns)), "--row": f"{ROW}px"},
    )
    shares = [
        (f"{one.shared} / {one.n}", " · ".join(model_label(t, name) for name in one.models), _possible(t, one))
        for one in found.overlaps
    ]
    all_of = [one for one in found.shared if len(one.ranks) == len(columns)]
    summary = t("word.shared", lists=len(columns), n=found.n, shared=len(found.shared), all=len(all_of))
    return dmc.Stack(
        [
            *said,
            html.Div(board, className="table-scroll", tabIndex=0, role="region", **{"aria-label": t("word.neighbours")}),
            *([dmc.Text(summary, size="sm", fw=600), figures_row(shares, "word-shares")] if len(columns) > 1 else []),
        ],
        gap="sm",
    )


def _possible(t: Text, overlap: Any) -> str:
    return t("word.possible", possible=overlap.possible) if overlap.possible < overlap.n else ""


def _column(t: Text, one: ModelWord, found: Word, number_of: Mapping[str, int], place: int) -> html.Div:
    key = one.resolution.key if one.resolution else ""
    cells = []
    for rank, near in enumerate(one.neighbours, 1):
        number = number_of.get(near.key, number_of.get(near.word))
        shared = number is not None and one.model in found.shared[number].ranks
        cells.append(
            html.Div(
                [
                    html.Span(str(rank), className="word-rank numbers"),
                    word_link(near.key, one.model),
                    *([why_mark(one.resolution.query, near.key, one.model)] if one.resolution else []),
                    html.Span(f"{near.score:.2f}", className="word-score numbers"),
                ],
                className=f"word-cell word-c{number % COLORS}" if shared and number is not None else "word-cell",
                title=near.key,
            )
        )
    head = html.Div([html.Strong(model_label(t, one.model)), html.Span(key, className="word-read")], className="word-head")
    return html.Div([head, *cells], className="word-column", style={"gridColumn": str(2 * place + 1)})


def _lines(found: Word, columns: Sequence[str]) -> list[Any]:
    shown = []
    for line in lines_between(found, columns):
        low, high = sorted((line.first, line.second))
        way = "flat" if low == high else "down" if line.first < line.second else "up"
        shown.append(
            html.Div(
                className=f"word-line word-{way} word-c{line.number % COLORS}"
                + (" word-far" if line.right - line.left > 1 else ""),
                style={
                    "--from": str(line.left),
                    "--steps": str(line.right - line.left),
                    "--top": str(low),
                    "--high": str(high - low),
                },
                **{"data-line": way},
            )
        )
    return shown


# ---- tokens, frequencies


def pieces(t: Text, cut: Mapping[str, Sequence[Token]], model: str) -> Any:
    """What each tokenizer makes of the word: coloured pieces; morphemes lead to their own pages."""
    rows = []
    for name, tokens in cut.items():
        chips = [
            html.Span(
                word_link(f"{token.form}/{token.tag}", model, piece, look="word-plain") if token.tag in CONTENT else piece,
                className=f"word-piece word-c{place % COLORS}" + (" word-lost" if token.unknown else ""),
                title=" ".join(filter(None, [token.form, token.tag, t("word.lost") if token.unknown else ""])),
            )
            for place, (token, piece) in enumerate(zip(tokens, pieces_of(tokens), strict=True))
        ]
        rows.append([name, html.Div(chips, className="word-pieces", lang="ko"), f"{len(tokens):,}"])
    return table([t("word.tokenizer"), t("word.tokens"), t("word.count")], rows, label=t("word.tokens"))


def frequencies(t: Text, found: Word) -> Any:
    """Count, rank and occurrences in a million, for each model that knows them."""
    rows = [
        [
            model_label(t, one.model),
            one.resolution.key,
            "–" if one.frequency.count is None else f"{one.frequency.count:,}",
            t("word.rank_of", rank=one.frequency.rank, of=one.frequency.of),
            "–" if one.frequency.per_million is None else f"{one.frequency.per_million:,.1f}",
        ]
        for one in found.models
        if one.frequency and one.resolution
    ]
    if not rows:
        return dmc.Text(t("word.no_frequency"), size="sm", c="dimmed")
    head = [t("word.model"), t("word.key"), t("word.occurrences"), t("word.rank"), t("word.per_million")]
    return html.Div(table(head, rows, label=t("word.frequency")), className="word-table")


# ---- a corpus


def used_in(t: Text, used: Usage, word: str) -> tuple[Any, Any]:
    """The forms with their counts and hanja; the lines, aligned at the word."""
    found = used.concordance
    if not found.count:
        nothing = dmc.Text(t("word.not_in_corpus", word=word), size="sm", c="dimmed")
        return nothing, nothing
    chips = [
        html.Span(
            [html.Span(one.form, lang="ko"), html.Span(f"{one.count:,}", className="numbers word-count")],
            className="word-form",
            title=" + ".join(one.parts),
        )
        for one in used.forms[:FORMS]
    ]
    said = [t("word.looked_for", keys=", ".join(found.resolved), count=found.count)]
    if used.frequency:
        said.append(t("word.in_corpus", million=used.frequency.per_million, rank=used.frequency.rank))
    said.append(t("word.forms_count", forms=len(used.forms), occurrences=used.occurrences))
    if used.lines_read < used.lines:
        said.append(t("word.sampled", read=used.lines_read, lines=used.lines))
    hanja = [t("word.hanja", hanja=", ".join(f"{spelt} ({count})" for spelt, count in used.hanja))] if used.hanja else []
    more = (
        [dmc.Text(t("word.more_forms", more=len(used.forms) - FORMS), size="xs", c="dimmed")] if len(used.forms) > FORMS else []
    )
    forms = dmc.Stack([dmc.Text(" ".join([*said, *hanja]), size="sm"), html.Div(chips, className="chips"), *more], gap="sm")
    rows = [
        html.Div(
            [
                html.Span(html.Span(line.left), className="word-left"),
                html.Mark(line.match),
                html.Span(line.right, className="word-right"),
            ],
            className="word-kwic",
            title=line.title or line.document,
        )
        for line in found.lines
    ]
    shown = html.Div(rows, className="word-lines-of", lang="ko", tabIndex=0, role="region", **{"aria-label": t("word.lines")})
    return forms, dmc.Stack(
        [dmc.Text(t("word.shown", shown=len(rows), count=found.count), size="sm", c="dimmed"), shown], gap="sm"
    )

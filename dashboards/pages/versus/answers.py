"""The answers of the page of two models as components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.app.models import model_label
from dashboards.kit.components import empty, figures_row, graph, marked, score_bar, table, tag_badge
from dashboards.kit.i18n import Text
from dashboards.kit.words import word_arrow, word_link
from dashboards.pages.versus import figures
from explorer.text.tags import split_key, tag_of

if TYPE_CHECKING:
    from explorer.analysis.in_sentence import InSentence
    from explorer.analysis.model_comparison import Group, ModelComparison, WordComparison, WordOverlap
    from explorer.analysis.shared_words import Lack
    from explorer.core.intervals import Interval
    from explorer.vectors.records import Neighbour

__all__ = ["in_and_out", "lacks", "summary", "two_lists", "word_table"]

_LACKED = 24


def _range(t: Text, one: Interval) -> str:
    return t("versus.interval", low=one.low, high=one.high)


def summary(t: Text, found: ModelComparison, same: bool, scheme: str | None) -> Any:
    """The numbers, and the overlap by frequency and by part of speech."""
    share = f"{found.overlap.value:.3f}"
    shown = [
        (share, t("versus.overlap", k=found.k), _range(t, found.overlap)),
        (f"{found.chance:.5f}", t("versus.chance"), ""),
        (f"{found.correlation.value:.3f}", t("versus.correlation"), _range(t, found.correlation)),
        (f"{found.shared:,}", t("versus.shared"), ""),
    ]
    key = "versus.asked_all" if found.complete else "versus.asked_sample"
    said = [t(key, words=len(found.words), seed=found.seed), t("versus.reading")]
    if found.by_form:
        said.append(t("versus.by_form", count=found.by_form))
    if same:
        said.insert(0, t("versus.same_model"))
    words = {"overlap": t("versus.overlap_axis", k=found.k), "mean": t("versus.mean")}
    mean = found.overlap.value or 0.0

    def drawn(groups: Sequence[Group], names: list[str], name: str) -> Any:
        figure = figures.groups(groups, names, mean, words, scheme)
        return html.Div(
            [
                dmc.Text(t(f"versus.{name}"), size="sm", fw=600),
                graph(figure, f"versus-{name}", t(f"versus.{name}"), 90 + 30 * len(groups)),
            ]
        )

    charts = []
    if found.bands:
        charts.append(drawn(found.bands, [t("versus.band", low=one.least, high=one.most) for one in found.bands], "bands"))
    if found.tags:
        charts.append(drawn(found.tags, [t.maybe(f"tags.{one.name}", one.name) for one in found.tags], "tags"))
    return dmc.Stack(
        [
            figures_row(shown),
            *[dmc.Text(line, size="sm", c="dimmed") for line in said],
            dmc.SimpleGrid(charts, cols={"base": 1, "md": 2}, spacing="lg"),
        ],
        gap="sm",
    )


def word_table(t: Text, words: Sequence[WordOverlap], model: str) -> Any:
    """The ranked words; a press shows both lists of one."""
    if not words:
        return empty(t("versus.no_words"), t("versus.no_words_lead"), picture="search")
    counted = any(one.count is not None for one in words)
    rows = [
        [
            html.Span(
                [
                    html.Button(
                        one.word,
                        id={"type": "versus-pick", "number": number},
                        className="as-link word",
                        type="button",
                        lang="ko",
                    ),
                    word_arrow(one.key, model),
                ],
                className="versus-word",
            ),
            tag_badge(t, tag_of(one.key)),
            score_bar(one.overlap),
            f"{one.kept:.2f}",
            *(["–" if one.count is None else f"{one.count:,}"] if counted else []),
        ]
        for number, one in enumerate(words)
    ]
    heads = ["word", "tag", "overlap_short", "kept", *(["seen"] if counted else [])]
    return table([t(f"versus.{head}") for head in heads], rows, label=t("versus.words"))


def two_lists(t: Text, found: WordComparison, models: tuple[str, str]) -> Any:
    """Both lists side by side, what is in both marked with its rank in the other."""
    ranks = [{one.key: rank for rank, one in enumerate(side, 1)} for side in (found.first, found.second)]

    def cell(one: Neighbour, model: str, others: dict[str, int]) -> Any:
        rank = others.get(one.key)
        parts: list[Any] = [word_link(one.key, model)]
        if rank is not None:
            parts.append(html.Span(f"↔ {rank}", className="versus-rank numbers", title=t("versus.rank_there", rank=rank)))
        word = html.Span(parts, className="versus-cell versus-both" if rank is not None else "versus-cell")
        return html.Span([word, _score(one.score)], className="versus-line")

    rows = [
        [str(rank), cell(left, models[0], ranks[1]), cell(right, models[1], ranks[0])]
        for rank, (left, right) in enumerate(zip(found.first, found.second, strict=True), 1)
    ]
    head = [t("versus.rank"), *(model_label(t, model) for model in models)]
    word, tag = split_key(found.key)
    return dmc.Stack(
        [
            html.Div([html.Strong(word, lang="ko"), tag_badge(t, tag)], className="resolved"),
            dmc.Text(t("versus.both", count=len(found.both), k=len(found.first), kept=found.kept), size="sm"),
            table(head, rows, label=t("versus.word_title")),
        ],
        gap="sm",
    )


def in_and_out(t: Text, found: InSentence, model: str) -> Any:
    """A word's neighbours without its sentence and in it, side by side, and what would fit in its place."""
    names = [html.Span([word_link(one.key, model), _score(one.score)], className="versus-line") for one in found.static]
    uses = [
        html.Span(
            [
                html.Span(
                    word_link(one.key, model), className="versus-cell versus-both" if one.word in found.both else "versus-cell"
                ),
                _score(one.score),
                html.Span(marked(one.sentence, one.start, one.end), className="versus-use"),
            ],
            className="versus-line",
        )
        for one in found.contextual
    ]
    guesses = [
        html.Span([html.Span(word, lang="ko"), _score(share)], className="versus-line") for word, share in found.substitutes
    ]
    columns = [("static", names), ("contextual", uses), *([("substitutes", guesses)] if guesses else [])]
    lists = [
        html.Div([dmc.Text(t(f"versus.{name}"), fw=600, size="sm"), html.Ol([html.Li(one) for one in items])])
        for name, items in columns
    ]
    said = [t("versus.said_both", count=len(found.both), of=len(found.contextual)), t("versus.said_read", words=found.read)]
    if not guesses:
        said.append(t("versus.said_no_guess"))
    return dmc.Stack(
        [
            html.P(marked(found.sentence, found.start, found.end), className="versus-sentence"),
            dmc.SimpleGrid(lists, cols={"base": 1, "md": len(lists)}, spacing="lg"),
            *[dmc.Text(line, size="sm", c="dimmed") for line in said],
        ],
        gap="sm",
    )


def _score(value: float) -> html.Span:
    return html.Span(f"{value:.3f}", className="versus-rank numbers")


def lacks(t: Text, found: tuple[Lack, Lack], models: tuple[str, str]) -> Any:
    """What each lacks of the other's words."""

    def column(lack: Lack, model: str, other: str) -> Any:
        names = {"model": model_label(t, model), "other": model_label(t, other)}
        if not lack.count:
            return dmc.Text(t("versus.lacks_none", **names), size="sm")
        said = t("versus.lacks", count=lack.count, share=lack.share, **names)
        if lack.tokens is not None:
            said += " " + t("versus.lacks_tokens", share=lack.tokens)
        links = [word_link(key, other, look="example") for key, _ in lack.words[:_LACKED]]
        return dmc.Stack([dmc.Text(said, size="sm"), html.Div(links, className="chips")], gap="xs")

    a, b = models
    return dmc.SimpleGrid([column(found[0], a, b), column(found[1], b, a)], cols={"base": 1, "md": 2}, spacing="lg")

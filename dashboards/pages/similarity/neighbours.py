"""The neighbours of words: one word in one model as a table, several words or models as lists side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboards.app.models import model_label
from dashboards.app.state import state
from dashboards.kit.components import problem, resolved, score_bar, table, tag_badge, waiting, watch
from dashboards.kit.i18n import Text
from dashboards.kit.jobs import NotReady
from dashboards.kit.scripts import left_out
from dashboards.kit.why import why_link, why_mark
from dashboards.kit.words import word_link
from explorer.core.errors import ExplorerError, OutOfVocabulary

if TYPE_CHECKING:
    from explorer.vectors.records import Neighbour, Neighbours
    from explorer.vectors.vectors import Vectors

__all__ = ["SHOWN", "answers", "in_one", "sense_lists"]

SHOWN = 10
"""Neighbours of a list that are seen at once; the others unfold."""

SENSE_COUNT = 8
"""Neighbours shown of each sense."""


def answers(t: Text, words: Sequence[str], models: Sequence[str], options: dict[str, Any], n: int, here: Any) -> Any:
    """Whatever is ready of the lists of words in models.

    Args:
        options: what filters the neighbours, as ``Vectors.similar`` takes it.
        here: the address of this page for a word and a model, a function.
    """
    if len(words) == 1 and len(models) == 1:
        vectors = state().vectors(models[0])
        try:
            return in_one(t, vectors, words[0], models[0], options, n, here)
        except OutOfVocabulary as error:
            return problem(t, error, here)
    opened: dict[str, Vectors | Exception] = {}
    for model in models:
        try:
            opened[model] = state().vectors(model)
        except (NotReady, ExplorerError) as error:
            opened[model] = error
    if any(isinstance(one, NotReady) for one in opened.values()):
        watch()
    acts = dmc.Text(t("similarity.filters"), size="xs", c="dimmed")
    return dmc.Stack([*(_beside(t, word, opened, options, n) for word in words), acts], gap="lg")


def in_one(t: Text, vectors: Vectors, word: str, model: str, options: dict[str, Any], n: int, here: Any) -> dmc.Stack:
    """One word in one model: its senses, its neighbours with their tags and counts, and what was left out."""
    found = vectors.similar(word, n, **options)
    script = options["script"]
    left = left_out(t, found.left_out, script)
    said = [resolved(t, found.resolution)] if found.resolution else []
    return dmc.Stack(
        [
            *sense_lists(t, vectors, word, script, model, here),
            *said,
            *_folded(t, found, lambda part, first: _table(t, word, part, first, model, _counted(found))),
            dmc.Text([_among(t, vectors, options), " ", t("similarity.filters")], size="xs", c="dimmed"),
            *left,
        ],
        gap="xs",
    )


def _counted(found: Iterable[Neighbour]) -> bool:
    return any(one.count is not None for one in found)


def _folded(t: Text, found: Neighbours, draw: Any) -> list[Any]:
    """The first neighbours, and the others where they unfold."""
    rest = found[SHOWN:]
    if not rest:
        return [draw(found[:SHOWN], 1)]
    summary = html.Summary(t("similarity.more", count=len(rest)))
    return [draw(found[:SHOWN], 1), html.Details([summary, draw(rest, SHOWN + 1)], className="more-neighbours")]


def _table(t: Text, asked: str, part: Sequence[Neighbour], first: int, model: str, counted: bool) -> html.Div:
    from explorer.text.tags import tag_of

    rows = [
        [
            str(rank),
            word_link(one.key, model),
            tag_badge(t, tag_of(one.key)),
            score_bar(one.score),
            *([f"{one.count:,}"] if counted else []),
            why_link(asked, one.key, model),
        ]
        for rank, one in enumerate(part, first)
    ]
    names = ["rank", "word", "tag", "cosine", *(["seen"] if counted else [])]
    return table([*(t(f"similarity.{name}") for name in names), ""], rows, label=t("similarity.neighbours"))


def _among(t: Text, vectors: Vectors, options: dict[str, Any]) -> str:
    """Where the filters act: how many keys they leave to be ranked."""
    mask = vectors.mask(options["tags"], options["min_count"], options["script"])
    kept = len(vectors) if mask is None else int(mask.sum())
    return t("similarity.among", kept=kept, all=len(vectors))


def _beside(t: Text, word: str, opened: Mapping[str, Any], options: dict[str, Any], n: int) -> html.Section:
    """One word: a list for each model."""
    from explorer.analysis.beside import NeighboursBeside, compare_neighbours

    ready = {model: one for model, one in opened.items() if not isinstance(one, Exception)}
    try:
        found = compare_neighbours(word, ready, n, **options) if ready else NeighboursBeside((word,), (), ())
    except ExplorerError as error:
        return html.Section([dmc.Title(word, order=3, size="h5"), problem(t, error)], className="beside")
    lists = {model: one for _, model, one in found.lists}
    wrong = {one.model: one.error for one in found.refused}
    shared = found.shared(word)
    columns = [
        _column(t, model, lists.get(model, wrong.get(model, one)), one, options, shared) for model, one in opened.items()
    ]
    said = [dmc.Text(t("similarity.shared", count=len(shared)), size="sm", c="dimmed")] if len(lists) > 1 else []
    return html.Section(
        [dmc.Title(word, order=3, size="h5"), *said, html.Div(columns, className="beside-columns")], className="beside"
    )


def _column(t: Text, model: str, answer: Any, opened: Any, options: dict[str, Any], shared: Collection[str]) -> html.Div:
    """One model's list: a NotReady or an error in its place where there is none."""
    name = dmc.Text(model_label(t, model), fw=600, size="sm")
    if isinstance(answer, NotReady):
        return html.Div([name, waiting(t, answer.job, alone=False)], className="beside-column")
    if isinstance(answer, ExplorerError):
        counts = answer.code == "vectors.no_counts"  # the sentence of the library names an argument, not the field of this page
        said = dmc.Alert(t("similarity.no_counts"), color="orange", variant="light") if counts else problem(t, answer)
        return html.Div([name, said], className="beside-column")

    def draw(part: Sequence[Neighbour], first: int) -> html.Ol:
        return html.Ol(
            [
                html.Li(
                    [
                        word_link(one.key, model, look="word is-shared" if one.word in shared else "word"),
                        *([why_mark(answer.resolution.query, one.key, model)] if answer.resolution else []),
                        html.Span(f"{one.score:.3f}", className="numbers"),
                    ]
                )
                for one in part
            ],
            start=first,
            className="ranking",
        )

    said = resolved(t, answer.resolution) if answer.resolution else None
    among = dmc.Text(_among(t, opened, options), size="xs", c="dimmed")
    return html.Div([name, said, *_folded(t, answer, draw), among], className="beside-column")


def sense_lists(t: Text, vectors: Vectors, word: str, script: str, model: str, here: Any) -> list[Any]:
    """The senses of a word: a chip that leads to each, and its nearest words; nothing where it has one vector only."""
    senses = vectors.senses(word)
    if not senses:
        return []
    columns = [
        dmc.Stack(
            [
                dcc.Link(f"{sense.word} · {sense.name}", href=here(sense.key), className="example"),
                dmc.Text(t("similarity.sense_share", share=f"{sense.share:.0%}"), size="xs", c="dimmed"),
                html.Div(list(_between([word_link(one.key, model) for one in found], " · ")), className="sense-words"),
            ],
            gap=4,
            className="sense",
        )
        for sense, found in zip(
            senses, vectors.similar_many([one.key for one in senses], SENSE_COUNT, script=script), strict=True
        )
    ]
    lead = dmc.Text(t("similarity.senses", count=len(senses)), size="sm")
    return [lead, dmc.SimpleGrid(columns, cols={"base": 1, "sm": min(3, len(senses))}, spacing="md")]


def _between(parts: Iterable[Any], mark: str) -> Iterable[Any]:
    return list(chain.from_iterable((mark, part) for part in parts))[1:]

"""The cosines of a list of words as a picture and as a table; unknown words are greyed out, and others are suggested for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import dash_mantine_components as dmc
import numpy as np
from dash import dcc, html

from dashboards.kit.components import graph, resolved, table
from dashboards.kit.i18n import Text
from dashboards.pages.similarity.figures import heat_map

if TYPE_CHECKING:
    from explorer.vectors.records import Similarities
    from explorer.vectors.vectors import Vectors

__all__ = ["answer", "record"]


def record(vectors: Vectors, words: Sequence[str], order: str) -> Similarities:
    """The cosines, like words beside each other unless they are to stand as they were typed."""
    found = vectors.similarities(words, skip_unknown=True)
    if len(found.unknown) == len(found.words):
        vectors.resolve(found.words[0])  # says that it is unknown
    return found.ordered() if order == "near" else found


def answer(
    t: Text, vectors: Vectors, words: Sequence[str], order: str, scheme: str | None, instead: Callable[[str, str], str]
) -> dmc.Stack:
    """Args:
    instead: the address of the list with one word in another's place.
    """
    found = record(vectors, words, order)
    cosines = np.array(found.matrix, dtype=np.float32)  # None becomes NaN
    rows = [
        [word, *("–" if value is None else f"{value:.2f}" for value in row)]
        for word, row in zip(found.words, found.matrix, strict=True)
    ]
    read = [one for one in found.resolved if one is not None and one.how not in ("exact", "form")]
    return dmc.Stack(
        [
            *[_unknown(t, vectors, word, instead) for word in found.unknown],
            *([dmc.Text(t("similarity.odd", word=found.odd), size="sm")] if found.odd else []),
            graph(
                heat_map(
                    found.words,
                    cosines,
                    scheme,
                    t("similarity.cosine"),
                    {word: t("similarity.unknown_cell") for word in found.unknown},
                ),
                "similarity-heat",
                t("similarity.matrix"),
                height=max(300, min(640, 90 + 38 * len(words))),
            ),
            html.Details(
                [
                    html.Summary(t("similarity.as_table")),
                    *[resolved(t, one) for one in read],
                    table(["", *found.words], rows, label=t("similarity.matrix")),
                ]
            ),
        ],
        gap="xs",
    )


def _unknown(t: Text, vectors: Vectors, word: str, instead: Callable[[str, str], str]) -> html.Div:
    """Which word has no vector, and words like it that would take its place."""
    links = [dcc.Link(other, href=instead(word, other), className="example") for other in vectors.suggest(word)]
    said = t("similarity.unknown_near" if links else "similarity.unknown", word=word)
    return html.Div([dmc.Text(said, size="sm", c="orange"), *links], className="chips unknown-word")

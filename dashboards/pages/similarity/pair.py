"""The cosine of two words beside those of random pairs, in one model or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import dash_mantine_components as dmc
from dash import html

from dashboards.app.models import model_label
from dashboards.app.state import state
from dashboards.kit.components import graph, guarded, resolved, score_bar, table
from dashboards.kit.geometry import random_cosines, share_below
from dashboards.kit.i18n import Text
from dashboards.pages.similarity.figures import scale

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["answer"]


def answer(t: Text, models: Sequence[str], a: str, b: str, scheme: str | None) -> dmc.Stack:
    """The first model's answer with its picture; below it a line for each of the others."""
    shown = in_one(t, state().vectors(models[0]), a, b, scheme)
    if len(models) == 1:
        return shown
    rows = [[model_label(t, model), guarded(t, lambda model=model: _line(t, model, a, b))] for model in models]  # type: ignore[misc]
    head = [t("similarity.model"), t("similarity.cosine")]
    return dmc.Stack([shown, table(head, rows, label=t("similarity.pair_models", a=a, b=b))], gap="sm")


def _line(t: Text, model: str, a: str, b: str) -> html.Div:
    vectors = state().vectors(model)
    value = vectors.similarity(a, b)
    return html.Div(
        [score_bar(value), dmc.Text(_nearer(t, share_below(random_cosines(vectors), value)), size="xs", c="dimmed")]
    )


def _nearer(t: Text, share: float) -> str:
    return t("similarity.nearer_than", share="99.9+" if share >= 0.9995 else f"{100 * share:.1f}")


def in_one(t: Text, vectors: Vectors, a: str, b: str, scheme: str | None) -> dmc.Stack:
    """The cosine, what the words were taken for, and where it stands among random pairs."""
    value = vectors.similarity(a, b)
    random = random_cosines(vectors)
    names = {"random": t("similarity.random"), "pair": f"{a} · {b}"}
    sentence = _nearer(t, share_below(random, value))
    return dmc.Stack(
        [
            resolved(t, vectors.resolve(a)),
            resolved(t, vectors.resolve(b)),
            dmc.Group(
                [
                    html.Span(f"{value:.3f}", className="big-number"),
                    dmc.Text(sentence, size="sm", c="dimmed", className="grow"),
                ],
                gap="md",
                wrap="nowrap",
            ),
            graph(scale(random, value, scheme, names), "similarity-scale", f"{a} · {b}: {value:.3f}. {sentence}", height=150),
            dmc.Text(t("similarity.scale_note", mean=f"{random.mean():.3f}" if len(random) else "–"), size="xs", c="dimmed"),
        ],
        gap="xs",
    )

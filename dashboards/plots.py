"""The dashboard's figures for answers of the library: what ``answer.plot()`` gives. Found by name from ``explorer.core.later``."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.i18n import Text
from dashboards.kit.theme import TAG_GROUPS, colors, dress, tag_colors, tag_group
from explorer.core.errors import BadInput
from explorer.core.settings import language as spoken

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection

__all__ = ["plot"]


def plot(record: Any, scheme: str = "light", language: str | None = None) -> go.Figure:
    """The figure of an answer.

    Args:
        record: an answer of the library.
        scheme: ``"light"`` or ``"dark"``.
        language: ``"ko"`` or ``"en"``; by default that of messages.

    Raises:
        BadInput: there is no figure of such an answer; or of this one, such as of an analogy without a parallelogram.
    """
    draw = _FIGURES.get(type(record).__name__)
    if draw is None:
        raise BadInput("dashboards.no_figure", kind=type(record).__name__, known=", ".join(sorted(_FIGURES)))
    figure = draw(record, scheme, Text(language or spoken()))
    ink = colors(scheme)
    # Outside the dashboard there is no page under the figure.
    return figure.update_layout(paper_bgcolor=ink["paper"], plot_bgcolor=ink["paper"])


def _analogy(found: Any, scheme: str, t: Text) -> go.Figure:
    if found.drawing is None:
        raise BadInput("vectors.no_parallelogram", expression=found.expression)
    return _parallelogram(found.drawing, scheme, t)


def _parallelogram(found: Any, scheme: str, t: Text) -> go.Figure:
    from dashboards.pages.analogy.figures import parallelogram

    names = [found.origin[0], found.start[0], found.end[0]]
    return parallelogram(found, scheme, names, f"{names[2]} − {names[0]} + {names[1]}")


def _similarities(found: Any, scheme: str, t: Text) -> go.Figure:
    from dashboards.pages.similarity.figures import heat_map

    grey = {word: t("similarity.unknown_cell") for word in found.unknown}
    return heat_map(found.words, np.array(found.matrix, dtype=np.float32), scheme, t("similarity.cosine"), grey)


def _neighbours(found: Any, scheme: str, t: Text) -> go.Figure:
    return _bars([one.word for one in found], [one.score for one in found], None, scheme)


def _axis(found: Any, scheme: str, t: Text) -> go.Figure:
    ends = [(one.low, one.high) for one in found.scores]
    return _bars([one.word for one in found.scores], [one.score for one in found.scores], ends, scheme)


def _score(found: Any, scheme: str, t: Text) -> go.Figure:
    parts = [one for one in (found, *found.sections) if one.value is not None]
    return _bars([one.name for one in parts], [one.value for one in parts], [(one.low, one.high) for one in parts], scheme)


def _bars(
    names: list[str], values: list[float], ends: list[tuple[float | None, float | None]] | None, scheme: str
) -> go.Figure:
    """Numbers under each other, the first on top, with their intervals."""
    error = None
    if ends is not None and any(low is not None for low, _ in ends):
        error = {
            "type": "data",
            "symmetric": False,
            "array": [(high if high is not None else value) - value for value, (_, high) in zip(values, ends, strict=True)],
            "arrayminus": [value - (low if low is not None else value) for value, (low, _) in zip(values, ends, strict=True)],
        }
    places = list(range(len(names)))
    figure = go.Figure(
        go.Bar(x=values, y=places, orientation="h", error_x=error, marker={"color": colors(scheme)["accent"]}, hoverinfo="x")
    )
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": list(map(escaped, names)), "autorange": "reversed"}
    return dress(figure, scheme, height=max(220, 60 + 24 * len(names)), yaxis=ticks, margin={"l": 8, "r": 24, "t": 16, "b": 32})


def _projection(found: Projection, scheme: str, t: Text) -> go.Figure:
    """Every word, by part of speech; the words that stand apart are written."""
    from explorer.display.placing import label_rows
    from explorer.text.tags import tag_of

    groups = np.array([tag_group(tag_of(key)) for key in found.keys])
    ink, palette = colors(scheme), tag_colors(scheme)
    flat = found.dims == 2
    kind = go.Scatter3d if not flat else go.Scattergl if len(found) > 3_000 else go.Scatter
    figure = go.Figure()
    for group in TAG_GROUPS:
        rows = np.flatnonzero(groups == group)
        if len(rows):
            places = dict(zip("xyz", found.coords[rows].T, strict=False))
            figure.add_trace(
                kind(
                    **places,
                    mode="markers",
                    name=t(f"map.group_{group}"),
                    text=[escaped(found.words[row]) for row in rows],
                    hovertemplate="%{text}<extra></extra>",
                    marker={"size": 5 if flat else 3, "color": palette[group], "opacity": 0.7},
                )
            )
    if flat:
        extent = np.repeat(float(np.ptp(found.coords, axis=0).max()), 2).astype(np.float32)
        rows = np.array(label_rows(found.coords, found.words, extent), np.int64)
        figure.add_trace(
            go.Scatter(
                x=found.coords[rows, 0],
                y=found.coords[rows, 1],
                text=[escaped(found.words[row]) for row in rows],
                mode="text",
                textposition="top center",
                textfont={"size": 12, "color": ink["text"]},
                hoverinfo="skip",
                showlegend=False,
            )
        )
    quiet = {"visible": False}
    stamp = {"text": escaped(found.stamp), "x": 0, "y": 0, "xref": "paper", "yref": "paper", "showarrow": False, "yshift": -14}
    return dress(
        figure,
        scheme,
        height=640,
        xaxis=quiet,
        yaxis=quiet | {"scaleanchor": "x", "scaleratio": 1},
        annotations=[stamp | {"font": {"size": 11, "color": ink["dim"]}}],
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        margin={"l": 4, "r": 4, "t": 36, "b": 30},
    )


def _senses(found: Any, scheme: str, t: Text) -> go.Figure:
    from dashboards.pages.context.figures import plane

    coords, shares = found.picture()
    order = sorted(range(len(found.labels)), key=found.labels.__getitem__)  # so that colours are those of the senses
    names = {str(sense): t("senses.sense", number=sense + 1) for sense in range(found.k)}
    lines = [found.sentences[row] for row in order]
    groups = [str(found.labels[row]) for row in order]
    return plane(coords[order], shares, groups, names, lines, t("context.axis"), scheme).update_traces(mode="markers")


def _layers(found: Any, scheme: str, t: Text) -> go.Figure:
    from dashboards.pages.layers.figures import layers

    lines = ("wic", "pos", "labels", "similarity", "neighbours", "random", "axis")
    return layers(found, {name: t(f"layers.line_{name}") for name in lines} | {"input": t("context.input")}, scheme)


def _lab(found: Any, scheme: str, t: Text) -> go.Figure:
    from dashboards.pages.lab.figures import grid

    test = next(iter(found.common))
    metric = next((one.metric for cell in found for one in [cell.scores[test]] if one is not None), "")
    return grid(found, test, False, {"score": t.maybe(f"lab.metric_{metric}", metric), "empty": t("lab.uncovered")}, scheme)


def _models(found: Any, scheme: str, t: Text) -> go.Figure:
    from dashboards.pages.versus.figures import groups

    bands = found.bands or found.tags
    names = (
        [t("versus.band", low=one.least, high=one.most) for one in bands]
        if found.bands
        else [t.maybe(f"tags.{one.name}", one.name) for one in bands]
    )
    words = {"overlap": t("versus.overlap_axis", k=found.k), "mean": t("versus.mean")}
    return groups(bands, names, found.overlap.value or 0.0, words, scheme)


def escaped(text: str) -> str:
    """Text that stands for itself: plotly reads tags."""
    return escape(text, quote=False)


_FIGURES: dict[str, Callable[[Any, str, Text], go.Figure]] = {
    "Analogy": _analogy,
    "Axis": _axis,
    "Lab": _lab,
    "LayerProbes": _layers,
    "ModelComparison": _models,
    "Neighbours": _neighbours,
    "Parallelogram": _parallelogram,
    "Projection": _projection,
    "Score": _score,
    "Senses": _senses,
    "Similarities": _similarities,
}

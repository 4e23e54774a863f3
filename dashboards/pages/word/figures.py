"""The picture of lists side by side as numbers, and the small map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import TAG_GROUPS, colors, dress, tag_colors, tag_group
from explorer.display.placing import label_rows
from explorer.text.tags import tag_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.analysis.projection import Projection
    from explorer.analysis.word import Word

__all__ = ["Line", "lines_between", "small_map"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two lists: from rank ``first`` in column ``left`` to rank ``second`` in column ``right``; its word's number."""

    left: int
    right: int
    first: int
    second: int
    number: int


def lines_between(found: Word, columns: Sequence[str]) -> list[Line]:
    """A line for each shared word from each list that has it to the next one to the right."""
    lines = []
    for number, one in enumerate(found.shared):
        at = [(column, one.ranks[name]) for column, name in enumerate(columns) if name in one.ranks]
        lines += [Line(left, right, first, second, number) for (left, first), (right, second) in pairwise(at)]
    return lines


def small_map(shown: Projection, scheme: str | None, names: Mapping[str, str]) -> go.Figure:
    """The word as a star and its neighbours by part of speech, with words where there is room.

    Args:
        names: what the tag groups are called.
    """
    ink, palette = colors(scheme), tag_colors(scheme)
    figure = go.Figure()
    groups = np.array([tag_group(tag_of(key)) for key in shown.keys])
    for group in TAG_GROUPS:
        rows = np.flatnonzero(groups == group)
        rows = rows[rows > 0]
        if len(rows):
            figure.add_trace(_points(shown, rows.tolist(), names[group], {"size": 8, "color": palette[group]}))
    figure.add_trace(_points(shown, [0], "", {"size": 16, "symbol": "star", "color": ink["accent"]}))
    extent = np.repeat(float(np.ptp(shown.coords, axis=0).max()), 2).astype(np.float32)
    labels = [
        {
            "x": float(shown.coords[row, 0]), "y": float(shown.coords[row, 1]), "text": _plain(shown.words[row]), "showarrow": False,
            "yshift": 13, "font": {"size": 14 if row == 0 else 12, "color": ink["accent"] if row == 0 else ink["text"]},
        }
        for row in label_rows(shown.coords, shown.words, 1.5 * extent)
    ]  # fmt: skip
    quiet = {"visible": False}
    return dress(
        figure,
        scheme,
        annotations=labels,  # at once: plotly copies all of them for each that is added
        xaxis=quiet,
        yaxis=quiet | {"scaleanchor": "x", "scaleratio": 1},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        margin={"l": 4, "r": 4, "t": 34, "b": 4},
        hovermode="closest",
    )


def _points(shown: Projection, rows: list[int], name: str, marker: dict[str, object]) -> go.Scatter:
    return go.Scatter(
        x=shown.coords[rows, 0],
        y=shown.coords[rows, 1],
        text=[_plain(shown.keys[row]) for row in rows],
        customdata=[shown.keys[row] for row in rows],
        name=name,
        mode="markers",
        marker=marker,
        hovertemplate="%{text}<extra></extra>",
        showlegend=bool(name),
    )


def _plain(word: str) -> str:
    """A word that Plotly draws as it is: it would take ``<b>`` for bold."""
    return word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""The counts of a corpus as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboards.kit.theme import colors, dress

if TYPE_CHECKING:
    from corpora.statistics import Morphemes, Statistics

__all__ = ["classes", "heaps", "lengths", "morphemes", "zipf"]

_LONG = 60
"""Sentences of so many eojeol or more share a bar."""


def _law(points: Sequence[tuple[int, int]], k: float, power: float, names: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Points and the power law through them, both axes logarithmic."""
    ink = colors(scheme)
    x, y = np.array(points, np.float64).T
    ends = np.array([x.min(), x.max()])
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(
            x=ends, y=k * ends**power, mode="lines", name=names["law"], hoverinfo="skip",
            line={"color": ink["palette"][1], "dash": "dash", "width": 2},
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="markers", name=names["corpus"], marker={"color": ink["palette"][0], "size": 7},
            hovertemplate=f"{names['x']} %{{x:,}}<br>{names['y']} %{{y:,}}<extra></extra>",
        )
    )  # fmt: skip
    axis = {"type": "log", "dtick": 1, "fixedrange": True}
    return dress(
        figure,
        scheme,
        xaxis=axis | {"title": {"text": names["x"]}},
        yaxis=axis | {"title": {"text": names["y"]}},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 8, "r": 8, "t": 36, "b": 8},
    )


def zipf(found: Statistics, names: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Frequency over rank."""
    x, y = np.log(np.array(found.zipf, np.float64)).T
    k = float(np.exp(np.mean(y + found.zipf_exponent * x)))
    return _law(found.zipf, k, -found.zipf_exponent, names, scheme)


def heaps(found: Statistics, names: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Types over eojeol read."""
    return _law(found.heaps, found.heaps_k, found.heaps_beta, names, scheme)


def _bars(shares: Mapping[str, float], scheme: str | None) -> go.Figure:
    """Shares of a whole, lying, the first at the top, each with its number."""
    ink = colors(scheme)
    figure = go.Figure(
        go.Bar(
            x=list(shares.values()),
            y=list(shares),
            orientation="h",
            marker={"color": ink["palette"][0]},
            text=[_percent(share) for share in shares.values()],
            textposition="outside",
            textfont={"color": ink["text"]},
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    top = max(shares.values(), default=1.0)
    return dress(
        figure,
        scheme,
        xaxis={"visible": False, "range": [0, 1.25 * top], "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True, "tickfont": {"color": ink["text"]}},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        bargap=0.35,
    )


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.001 else f"{share:.3%}" if share >= 0.00001 else "< 0.001%"


def classes(found: Statistics, names: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Shares of the characters by class, the largest first."""
    ordered = sorted(found.classes.items(), key=lambda pair: -pair[1])
    return _bars({names[name]: count / found.characters for name, count in ordered if count}, scheme)


def morphemes(found: Morphemes, names: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Shares of all morphemes."""
    shares = {name: float(getattr(found, name)) for name in ("nouns", "predicates", "particles", "endings")}
    return _bars({names[name]: share for name, share in (shares | {"rest": 1 - sum(shares.values())}).items()}, scheme)


def lengths(found: Statistics, names: Mapping[str, str], scheme: str | None) -> go.Figure:
    """Sentences by length, the middle one marked."""
    ink = colors(scheme)
    counts = np.zeros(_LONG + 1)
    for length, sentences in found.sentence_lengths:
        counts[min(_LONG, length)] += sentences
    last = int(np.flatnonzero(counts)[-1]) if counts.any() else 1
    x = np.arange(1, last + 1)
    figure = go.Figure(
        go.Bar(
            x=x,
            y=counts[1 : last + 1] / max(1, found.sentences),
            marker={"color": ink["palette"][0]},
            customdata=[f"{length}+" if length == _LONG else str(length) for length in x],
            hovertemplate=f"{names['x']} %{{customdata}}<br>{names['y']} %{{y:.1%}}<extra></extra>",
        )
    )
    median = found.shorter(0.5)
    figure.add_vline(x=min(median, _LONG), line={"color": ink["palette"][1], "dash": "dash", "width": 2})
    figure.add_annotation(
        x=min(median, _LONG), y=1, yref="paper", text=names["median"], showarrow=False, xanchor="left", yanchor="top",
        xshift=6, font={"color": ink["text"], "size": 12},
    )  # fmt: skip
    return dress(
        figure,
        scheme,
        xaxis={"title": {"text": names["x"]}, "fixedrange": True, "rangemode": "tozero"},
        yaxis={"title": {"text": names["y"]}, "tickformat": ".0%", "fixedrange": True},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        bargap=0.1,
    )

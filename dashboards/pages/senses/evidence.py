"""One sense or several, on the page: the sentence that says it, the evidence drawn, and the buttons that change the senses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import html

from dashboards.kit.i18n import Text
from dashboards.kit.theme import colors, dress
from explorer.encoders.choose import FEWEST
from explorer.encoders.senses import names_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.encoders.choose import Decision
    from explorer.encoders.senses import Senses

__all__ = ["buttons", "drawn", "said"]


def said(t: Text, senses: Senses) -> list[Any]:
    """Whether there is one sense or several, why, what a person changed, and whether all sentences were read."""
    parts: list[Any] = [html.P(_verdict(t, senses), className="senses-said")]
    if senses.given > len(senses.sentences):
        parts.append(html.P(t("senses.drawn", read=len(senses.sentences), given=senses.given), className="senses-note"))
    if senses.by_hand:
        steps = [
            t(f"senses.hand_{step[0]}", senses="·".join(str(int(sense) + 1) for sense in step[1:])) for step in senses.by_hand
        ]
        parts.append(
            dmc.Group(
                [
                    html.Span(t("senses.by_hand", steps=", ".join(steps)), className="senses-note"),
                    dmc.Button(t("senses.undo"), id={"type": "senses-change", "step": "undo"}, variant="default", size="xs"),
                ],
                gap="sm",
            )
        )
    return parts


def _verdict(t: Text, senses: Senses) -> str:
    decision = senses.decision
    if decision is None:
        return t("senses.number_given")
    if decision.p is None:
        few = len(senses.sentences) < FEWEST
        return t("senses.too_few" if few else "senses.all_alike", count=len(senses.sentences))
    trial = next(one for one in decision.trials if one.k == decision.number)
    key = "senses.several" if decision.k > 1 else "senses.one"
    return t(key, groups=t(f"senses.groups_{trial.k}"), observed=trial.observed, mean=trial.mean, share=100 * decision.p)


def drawn(decision: Decision | None, words: Mapping[str, str], scheme: str | None) -> go.Figure:
    """For every number that was tried the cosine between its groups, over what one-sense words have.

    Args:
        decision: ``None`` where nothing was decided.
        words: what is drawn: ``observed``, ``null``, and the axes ``number`` and ``between``.
        scheme: light or dark.
    """
    ink = colors(scheme)
    figure = go.Figure()
    trials = decision.trials if decision else ()
    if trials:
        x = [str(one.k) for one in trials]
        figure.add_trace(
            go.Scatter(
                x=x,
                y=[one.mean for one in trials],
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [one.high - one.mean for one in trials],
                    "arrayminus": [one.mean - one.low for one in trials],
                    "thickness": 8,
                    "width": 0,
                    "color": ink["muted"],
                },
                mode="markers",
                name=words["null"],
                marker={"size": 10, "symbol": "line-ew-open", "color": ink["text"]},
                customdata=[(one.low, one.high) for one in trials],
                hovertemplate="%{x}: %{y:.3f} [%{customdata[0]:.3f}, %{customdata[1]:.3f}]<extra>" + words["null"] + "</extra>",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=x,
                y=[one.observed for one in trials],
                mode="markers+text",
                text=[f"p {one.p:.2f}" for one in trials],
                textposition="middle right",
                name=words["observed"],
                marker={"size": 12, "symbol": "diamond", "color": ink["palette"][0]},
                hovertemplate="%{x}: %{y:.3f}, %{text}<extra>" + words["observed"] + "</extra>",
            )
        )
    return dress(
        figure,
        scheme,
        xaxis={"type": "category", "title": words["number"], "fixedrange": True, "range": [-0.5, max(1, len(trials)) - 0.3]},
        yaxis={"title": words["between"], "tickformat": ".2f", "fixedrange": True},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        dragmode=False,
    )


def buttons(t: Text, senses: Senses, sense: int) -> Any:
    """What a person may do with a sense: make two of it, or one with another."""
    parts: list[Any] = []
    if len(senses.members(sense)) > 1:
        parts.append(
            dmc.Button(t("senses.split"), id={"type": "senses-change", "step": f"s{sense + 1}"}, variant="default", size="xs")
        )
    others = [other for other in range(senses.k) if other != sense]
    if others:
        choices = [
            html.Button(
                _called(t, senses, other),
                id={"type": "senses-change", "step": f"j{sense + 1}.{other + 1}"},
                type="button",
                className="example",
            )
            for other in others
        ]
        parts.append(html.Details([html.Summary(t("senses.join")), html.Div(choices, className="chips")]))
    return dmc.Group(parts, gap="xs", className="senses-buttons")


def _called(t: Text, senses: Senses, sense: int) -> str:
    words = ", ".join(names_of(senses.telling[sense])[:3])
    name = t("senses.sense", number=sense + 1)
    return f"{name} ({words})" if words else name

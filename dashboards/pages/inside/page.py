"""The inside of a model: what it adds up for every token, where each looks, how alike tokens become, what it expects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.kit import ids
from dashboards.kit.checkpoints import torch_installed
from dashboards.kit.components import figures_row, page, table, too_long_for_address
from dashboards.kit.forms import models, no_torch
from dashboards.kit.i18n import Text, text
from dashboards.kit.page import pressed
from dashboards.kit.steady import steady
from dashboards.kit.url import clean, decode
from dashboards.pages.inside import asked as looking
from dashboards.pages.inside import figures
from dashboards.pages.inside import guess as insideguess
from dashboards.pages.inside.asked import FIELDS, MAX_SENTENCE, QUESTION, UNITS
from dashboards.pages.inside.form import EXAMPLES, cards_of, next_of, question_of
from dashboards.pages.inside.taking import CARDS as CARDS

if TYPE_CHECKING:
    from explorer.encoders.inside_record import Inside

PATH = "/inside"
NAME = "inside.name"
ICON = "inside"
USES_MODEL = False
STEADY = True


# ---- the page


def layout(**query: Any) -> Any:
    t = text()
    values = decode(FIELDS, query)
    first, second = looking.sentences(values)
    offered, model = models(values["model"])
    ready = torch_installed()
    gap = {"model": model, "text": values["gap"], "unit": values["guess"]} if values["gap"] and ready else None
    return page(
        t,
        "inside",
        html.Div(None if ready else no_torch(t), className="context-slot"),
        question_of(t, first, second, offered, model if ready else None),
        dcc.Store(id="inside-token", data=values["token"]),
        dcc.Store(id="inside-question", data=gap),
        dcc.Store(id="inside-going", data=values["start"] or None),
        *QUESTION.stores({"model": model, "first": first, "second": second} if ready else None),
        QUESTION.frame(*cards_of(t, values), className="inside-answer"),
        next_of(t, values["start"]),
    )


# ---- reading


def show(t: Text, seen: Inside, _: bool, layer: Any, at: Any, head: Any) -> tuple[Any, ...]:
    """What can be chosen; the pictures follow when ``inside-done`` changes."""
    heads = [{"value": str(number), "label": head_name(t, number)} for number in range(seen.heads + 1)]
    return (
        notes(t, seen),
        seen.blocks,
        inside(layer, 1, seen.blocks),
        seen.blocks,
        inside(at, 0, seen.blocks),
        heads,
        str(head) if str(head) in [one["value"] for one in heads] else "0",
    )


def inside(value: Any, low: int, high: int) -> int:
    """A layer of the sliders; beyond the last it is the last."""
    return value if isinstance(value, int) and low <= value <= high else high


def head_name(t: Text, number: int) -> str:
    return t("inside.head_number", number=number) if number else t("inside.head_mean")


def notes(t: Text, seen: Inside) -> Any:
    """What is to be known about this model and text."""
    lines = [note.said(t.language) for note in seen.notes]
    return dmc.Stack([dmc.Text(line, size="sm") for line in lines], gap=4, className="inside-notes") if lines else None


# ---- tokens and their input


def tokens(done: dict[str, Any] | None, chosen: int | None, part: str | None, scheme: str | None) -> tuple[Any, ...]:
    """The tokens, the strips of the chosen one, one part of all of them, and the numbers."""
    seen = QUESTION.found(done)
    if seen is None:
        return (no_update,) * 6
    t = text()
    chosen = chosen if isinstance(chosen, int) and 0 <= chosen < len(seen.pieces) else 0
    names = {name: t(f"inside.part_{name}") for name in seen.embeddings}
    lengths, shares = seen.lengths(), seen.shares()
    facts = [
        t("inside.length_of", part=names[name], length=float(values[chosen]))
        + (t("inside.cosine_of", cosine=float(shares[name][chosen])) if name in shares else "")
        for name, values in lengths.items()
    ]
    shown = seen.embeddings.get(part or "", seen.embeddings["sum"])
    labels = [one.text for one in seen.pieces]
    head = dmc.Text(t("inside.token_of", token=labels[chosen], number=chosen), fw=600)
    return (
        chips(seen, chosen),
        dmc.Stack([head, dmc.Text(" · ".join(facts), size="sm", className="numbers")], gap=2),
        figures.strips(seen.embeddings, chosen, names, scheme),
        figures.rows(shown, labels, scheme),
        {"height": 22 * len(labels) + 40},
        numbers(t, seen, names),
    )


def chips(seen: Inside, chosen: int) -> list[Any]:
    """A button for every token; one line a sentence."""
    found: list[Any] = []
    for one in seen.pieces:
        kind = "special" if one.special else ("first", "second")[one.sentence or 0]
        found.append(
            html.Button(
                [one.text, html.Small(str(one.index))],
                id={"type": "inside-token", "index": one.index},
                className=f"inside-token {kind}",
                type="button",
                lang="ko",
                **{"aria-pressed": "true" if one.index == chosen else "false"},
            )
        )
        if one.special and 0 < one.index < len(seen.pieces) - 1:
            found.append(html.Span(className="inside-break"))
    return found


def numbers(t: Text, seen: Inside, names: dict[str, str]) -> Any:
    """Every token with its offsets, rows, lengths and cosines."""
    lengths, shares = seen.lengths(), seen.shares()
    head = [t("inside.col_token"), t("inside.col_where"), t("inside.col_segment"), t("inside.col_position")]
    head += [t("inside.col_length", part=names[name]) for name in lengths]
    head += [t("inside.col_cosine", part=names[name]) for name in shares]
    lines = [
        [
            html.Span(one.text, lang="ko"),
            "–" if one.special else f"{(one.sentence or 0) + 1}: {one.start}–{one.end}",
            "–" if one.segment is None else str(one.segment),
            "–" if one.position is None else str(one.position),
            *(f"{values[one.index]:.2f}" for values in (*lengths.values(), *shares.values())),
        ]
        for one in seen.pieces
    ]
    return table(head, lines, t("inside.numbers"))


# ---- attention and similarity


def attention(done: dict[str, Any] | None, layer: Any, head: Any, unit: str | None, scheme: str | None) -> tuple[Any, Any, Any]:
    """Who looks at whom in one block."""
    seen = QUESTION.found(done)
    if seen is None:
        return no_update, no_update, no_update
    t = text()
    unit = unit if unit in UNITS else "piece"
    layer = inside(layer, 1, seen.blocks)
    number = int(head) if str(head).isdigit() and 0 < int(head) <= seen.heads else None
    values = seen.attention(layer, number, unit)
    labels = [one.text for one in seen.units(unit)]
    figure = figures.square(values, labels, (t("inside.from"), t("inside.to")), 0.0, figures.strongest(values), scheme)
    return figure, figures.square_size(len(labels)), t("inside.layer_of", layer=layer, last=seen.blocks)


def similarity(done: dict[str, Any] | None, at: Any, centred: bool | None, scheme: str | None) -> tuple[Any, ...]:
    """Token by token at one layer, what random pairs have there, and both at every layer."""
    seen = QUESTION.found(done)
    if seen is None:
        return (no_update,) * 5
    t = text()
    layer, moved = inside(at, 0, seen.blocks), bool(centred)
    spreads = seen.anisotropy()
    here = [one.here_centred if moved else one.here for one in spreads]
    chance = [one.chance_centred if moved else one.chance for one in spreads]
    cosines, random = seen.cosines(layer, moved), chance[layer]
    labels = [one.text for one in seen.pieces]
    axes = (t("inside.axis"), t("inside.axis"))
    low = -1.0 if moved else max(-1.0, min(0.9, random.mean if random else 0.0))
    words = {"here": t("inside.here"), "chance": t("inside.chance"), "layer": t("inside.layer_axis")}
    return (
        scale(t, here[layer], random.mean if random else None),
        figures.square(cosines, labels, axes, low, 1.0, scheme, signed=moved),
        figures.square_size(len(labels)),
        figures.spread(here, [(one.mean, one.low, one.high) if one else None for one in chance], layer, words, scheme),
        t("inside.layer_of", layer=t("inside.input") if layer == 0 else layer, last=seen.blocks),
    )


def scale(t: Text, here: float | None, chance: float | None) -> Any:
    """The two numbers that belong together."""
    pair = (("inside.here", here), ("inside.chance", chance))
    return figures_row((f"{value:.3f}", t(key), "") for key, value in pair if value is not None)


# ---- what a person does


def ask(_: Any, __: Any, ___: Any, model: str | None, first: str | None, second: str | None) -> dict[str, Any]:
    """The question as it stands in the form."""
    return {"model": model, "first": clean(first or "", MAX_SENTENCE), "second": clean(second or "", MAX_SENTENCE)}


def example(_: Sequence[int | None], model: str | None) -> tuple[Any, ...]:
    """The sentences of the example that was pressed, asked at once."""
    number = pressed("number")
    if not isinstance(number, int) or not 0 <= number < len(EXAMPLES):
        return no_update, no_update, no_update
    first, second = EXAMPLES[number]
    asked = {"model": model, "first": first, "second": second} if model and torch_installed() else no_update
    return first, second, asked


def choose(_: Sequence[int | None]) -> Any:
    """The token that was pressed."""
    index = pressed("index")
    return index if isinstance(index, int) else no_update


def write(
    asked: dict[str, Any] | None, layer: Any, head: Any, unit: Any, at: Any, centred: Any, token: Any, part: Any,
    gap: dict[str, Any] | None, start: str | None, guess: Any, last: Any,
) -> tuple[Any, Any]:  # fmt: skip
    """The question and what was chosen, for the address bar."""
    if not asked:
        return no_update, no_update
    controls = {
        "layer": 99 if layer == last else layer,
        "head": int(head) if str(head).isdigit() else 0,
        "unit": unit,
        "at": 99 if at == last else at,
        "centre": bool(centred),
        "token": token,
        "part": part,
        "gap": (gap or {}).get("text"),
        "guess": guess,
        "start": start,
    }
    where, whole = looking.address(asked, controls)
    return where, too_long_for_address(text()("context.not_in_address"), whole)


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    scheme = Input(ids.SCHEME, "computedColorScheme")
    done = QUESTION.done
    app.callback(
        Output("inside-asked", "data"),
        Input("inside-look", "n_clicks"),
        Input("inside-first", "n_submit"),
        Input("inside-second", "n_submit"),
        State("inside-model", "value"),
        State("inside-first", "value"),
        State("inside-second", "value"),
        prevent_initial_call=True,
    )(ask)
    app.callback(
        Output("inside-first", "value"),
        Output("inside-second", "value"),
        Output("inside-asked", "data", allow_duplicate=True),
        Input({"type": "inside-example", "number": ALL}, "n_clicks"),
        State("inside-model", "value"),
        prevent_initial_call=True,
    )(example)
    QUESTION.register(
        app,
        show,
        [
            Output("inside-notes", "children"),
            *(Output(f"inside-{name}", part) for name in ("layer", "at") for part in ("max", "value")),
            *(Output("inside-head", part) for part in ("data", "value")),
        ],
        states=[State(f"inside-{name}", "value") for name in ("layer", "at", "head")],
    )
    app.callback(
        Output("inside-tokens", "children"),
        Output("inside-token-facts", "children"),
        Output("inside-strips", "figure"),
        Output("inside-rows", "figure"),
        Output("inside-rows", "style"),
        Output("inside-numbers", "children"),
        done,
        Input("inside-token", "data"),
        Input("inside-part", "value"),
        scheme,
    )(steady(tokens))
    app.callback(
        Output("inside-token", "data"), Input({"type": "inside-token", "index": ALL}, "n_clicks"), prevent_initial_call=True
    )(steady(choose))
    app.callback(
        Output("inside-attention", "figure"),
        Output("inside-attention", "style"),
        Output("inside-layer-name", "children"),
        done,
        Input("inside-layer", "value"),
        Input("inside-head", "value"),
        Input("inside-unit", "value"),
        scheme,
    )(steady(attention))
    app.callback(
        Output("inside-scale", "children"),
        Output("inside-cosines", "figure"),
        Output("inside-cosines", "style"),
        Output("inside-spread", "figure"),
        Output("inside-at-name", "children"),
        done,
        Input("inside-at", "value"),
        Input("inside-centre", "checked"),
        scheme,
    )(steady(similarity))
    app.callback(
        Output(ids.address("inside"), "data"),
        Output("inside-address-note", "children"),
        Input("inside-asked", "data"),
        Input("inside-layer", "value"),
        Input("inside-head", "value"),
        Input("inside-unit", "value"),
        Input("inside-at", "value"),
        Input("inside-centre", "checked"),
        Input("inside-token", "data"),
        Input("inside-part", "value"),
        Input("inside-question", "data"),
        Input("inside-going", "data"),
        Input("inside-guess-unit", "value"),
        State("inside-layer", "max"),
    )(steady(write))
    insideguess.register(app)

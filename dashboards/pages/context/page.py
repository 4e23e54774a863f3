"""One word in several sentences through a contextual model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.state import state
from dashboards.kit import ids
from dashboards.kit.checkpoints import FETCHABLE, torch_installed
from dashboards.kit.components import (
    card,
    empty,
    figures_row,
    marked,
    page,
    problem,
    slot,
    too_long_for_address,
    waiting,
    watch,
)
from dashboards.kit.forms import models as offered
from dashboards.kit.forms import no_torch, watch_box
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.page import Question, pressed
from dashboards.kit.public import check_writable
from dashboards.kit.steady import steady
from dashboards.kit.url import MAX_WORD, choice, clean, decode, href, integer, long_text, packed, share
from dashboards.kit.url import model as model_field
from dashboards.kit.url import text as text_field
from dashboards.pages.context import figures
from dashboards.pages.context.asked import MAX_SENTENCES, POOLINGS, VIEWS, compute, glosses, senses_of, sentences_of, split
from dashboards.pages.context.form import EXAMPLES, cards_of, others, question_of, said
from dashboards.pages.context.taking import cards
from explorer.core.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.encoders.occurrences import Occurrences

PATH = "/context"
NAME = "context.name"
ICON = "context"
USES_MODEL = False
STEADY = True

UNSAID = 99
FIELDS = {
    "word": text_field(MAX_WORD, None),
    "s": long_text(),
    "z": packed(),
    "model": model_field(""),
    "pooling": choice(POOLINGS, "mean"),
    "view": choice(VIEWS, VIEWS[0]),
    "layer": integer(0, UNSAID, UNSAID),
}
"""``layer`` is the one the model itself chooses where nothing is said."""


# ---- the page


def asked_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The question in an address."""
    word = EXAMPLES[0] if values["word"] is None else values["word"]
    own = values["z"] or values["s"]
    lines = (sentences_of(word) or sentences_of(EXAMPLES[0])) if own is None else split(own)
    return {"word": word, "sentences": lines, "model": offered(values["model"])[1], "pooling": values["pooling"]}


def layout(**query: Any) -> Any:
    t = text()
    values = decode(FIELDS, query)
    question = asked_of(values)
    word, lines, model = question["word"], question["sentences"], question["model"]
    models, _ = offered(values["model"])
    ready = bool(models) and torch_installed()
    asked = question if ready else None
    return page(
        t,
        "context",
        html.Div(None if ready else no_torch(t), id="context-none", className="context-slot"),
        question_of(t, word, lines, models, model, values["pooling"]),
        *QUESTION.stores(asked),
        QUESTION.frame(*cards_of(t, values["view"], values["layer"]), className="context-answer"),
        others(t) if torch_installed() else None,
        slot("context-fetch-status"),
        dcc.Store(id="context-fetching"),
    )


# ---- computing


def listed(t: Text, found: Occurrences, groups: Sequence[str | None], scheme: str | None) -> Any:
    """Every occurrence in its sentence, numbered as in the pictures, with the sub-words the model sees."""
    tint = figures.group_colors(groups, scheme)
    names = glosses(t.language)
    items = []
    for number, (one, group) in enumerate(zip(found.found, groups, strict=True), 1):
        line = found.sentences[one.sentence]
        color = {"--group": tint[group]} if group is not None else {}
        items.append(
            html.Li(
                [
                    html.Span(str(number), className="context-number", style=color),
                    html.Div(
                        [
                            marked(line, one.start, one.end),
                            html.Div(
                                [
                                    html.Span(" · ".join(one.pieces), className="context-pieces"),
                                    *(
                                        [html.Span(names.get((found.word, group), group), className="context-sense")]
                                        if group
                                        else []
                                    ),
                                ],
                                className="context-under",
                            ),
                        ]
                    ),
                ],
                className="context-item",
            )
        )
    parts: list[Any] = [html.Ol(items, className="context-list")]
    for number in found.missing:
        parts.append(dmc.Text(t("context.missing", word=found.word, sentence=found.sentences[number]), size="sm", c="orange"))
    return parts


def show(t: Text, found: Occurrences, _: bool, scheme: str | None, chosen: int | None) -> tuple[Any, ...]:
    """The sentences and the slider's range; the pictures follow when ``context-done`` changes."""
    groups = senses_of(found.word, [found.sentences[one.sentence] for one in found.found])
    last = found.depth - 1
    layer = chosen if isinstance(chosen, int) and 0 <= chosen <= last else found.layer()
    marks = [{"value": 0, "label": t("context.input")}, {"value": last, "label": str(last)}]
    return listed(t, found, groups, scheme), last, layer, marks


def wrong(t: Text, asked: dict[str, Any], error: ExplorerError) -> Any:
    """One line; the commonest mistakes in the language of the page."""
    if error.code.endswith(".word_in_no_sentence"):
        return dmc.Alert(
            t("context.absent_help"),
            title=t("context.absent", word=asked.get("word", "")),
            color="red",
            variant="light",
            radius="md",
        )
    if error.code.endswith(".no_sentences"):
        return card(None, empty(t("context.no_sentences"), t("context.no_sentences_help"), picture="context"))
    return problem(t, error)


QUESTION = Question("context", compute, wrong)
CARDS = cards(asked_of)


def draw(done: dict[str, Any] | None, layer: int | None, view: str | None, scheme: str | None) -> tuple[Any, ...]:
    """The pictures of one representation at one layer."""
    found = QUESTION.found(done)
    if not done or found is None:
        return (no_update,) * 5
    t = text()
    layer = layer if isinstance(layer, int) and 0 <= layer < found.depth else found.layer()
    view = view if view in VIEWS else VIEWS[0]
    name, centred = ("blend" if view == "blend" else "own"), view != "own"
    lines = [found.sentences[one.sentence] for one in found.found]
    groups = senses_of(found.word, lines)
    chance = [found.chance(number, centred, name) for number in range(found.depth)]
    every = [found.cosines(number, centred, name) for number in range(found.depth)]
    pairs = [figures.between(cosines, groups) for cosines in every]
    coords, shares = found.picture(layer, centred, name)
    names = {group: glosses(t.language).get((found.word, group), group) for group in groups if group is not None}
    here = chance[layer]
    before, after = (found.chance(layer, moved, name) for moved in (False, True))
    pair = (before.mean, after.mean) if before and after else None
    words = {key: t(f"context.line_{key}") for key in ("same", "other", "chance", "layer")}
    if all(other is None for _, other in pairs):
        words["same"] = t("context.line_all")
    return (
        [scale(t, pairs[layer], pair), said(t, found.reader.blend(), view, layer), *to_senses(t, done)],
        figures.heat(every[layer], lines, here.mean if here else None, scheme),
        figures.plane(coords, shares, groups, names, lines, t("context.axis"), scheme),
        figures.layers(
            [same for same, _ in pairs],
            [other for _, other in pairs],
            [(one.mean, one.low, one.high) if one else None for one in chance],
            layer,
            words,
            scheme,
        ),
        t("context.layer_of", layer=t("context.input") if layer == 0 else layer, last=found.depth - 1),
    )


def scale(t: Text, pair: tuple[float | None, float | None], chance: tuple[float, float] | None) -> Any:
    """The numbers in words: within a sense, between senses, random pairs before and after centring."""
    same, other = pair
    shown = [
        ("context.same" if other is not None else "context.all", None if same is None else f"{same:.3f}"),
        ("context.other", None if other is None else f"{other:.3f}"),
        ("context.chance_both", None if chance is None else f"{chance[0]:.3f} → {chance[1]:.3f}"),
    ]
    return figures_row((value, t(key), "") for key, value in shown if value is not None)


def to_senses(t: Text, done: dict[str, Any]) -> list[Any]:
    """The way to the senses of the same sentences."""
    from dashboards.pages.senses import page as senses

    lines = [] if done["sentences"] == sentences_of(done["word"]) else list(done["sentences"])
    source = "own" if lines else "sample"
    question = {
        "word": done["word"],
        "source": source,
        "sentences": lines,
        "model": done["model"],
        "k": "auto",
        "view": "blend",
    }
    return [dcc.Link(t("context.to_senses"), href=href(senses.PATH) + senses.address(question)[0])]


# ---- what a person does


def ask(_: Any, __: Any, word: str | None, lines: str | None, model: str | None, pooling: str | None) -> dict[str, Any]:
    """The question as it stands."""
    return {"word": clean(word or "", MAX_WORD), "sentences": split(lines), "model": model, "pooling": pooling}


def write(asked: dict[str, Any] | None, layer: Any, view: Any) -> tuple[Any, Any]:
    """The question and what of its answer is looked at, for the address bar; a word when that does not hold it all."""
    if not asked:
        return no_update, no_update
    where, whole = address(asked, layer, view)
    return where, too_long_for_address(text()("context.not_in_address"), whole)


def address(question: dict[str, Any], layer: int | None = None, view: str | None = None) -> tuple[str, bool]:
    """The query string, and whether everything is in it: no address holds endless text, the sample's own need not be in it."""
    joined = "\n".join(question["sentences"])
    values = {name: question[name] for name in ("word", "model", "pooling")} | {"layer": layer, "view": view}
    own = question["sentences"] != sentences_of(question["word"])
    return share(FIELDS, values, {"s": ("z", joined)} if own else {}, 200)


def example(_: list[int | None], model: str | None, pooling: str | None) -> tuple[Any, ...]:
    """The word and sentences of the example that was pressed, asked at once."""
    number = pressed("number")
    if not isinstance(number, int) or not 0 <= number < len(EXAMPLES):
        return no_update, no_update, no_update
    word = EXAMPLES[number]
    lines = sentences_of(word)
    question = {"word": word, "sentences": lines, "model": model, "pooling": pooling}
    return word, "\n".join(lines), question if model and torch_installed() else no_update


def fetch(_: list[int | None]) -> Any:
    """Which well-known model to fetch: the one whose button was pressed."""
    chosen = pressed("id")
    return chosen if chosen in [one.id for one in FETCHABLE] else no_update


def fetched(chosen: str | None, _: Any) -> tuple[Any, ...]:
    """How far the fetching is; once the model is here it can be chosen."""
    if chosen not in [one.id for one in FETCHABLE]:
        return (no_update,) * 6
    t = text()
    try:
        check_writable()
        state().encoder(str(chosen))
    except NotReady as wait:
        watch()
        return waiting(t, wait.job), no_update, no_update, no_update, no_update, no_update
    except ExplorerError as error:
        return problem(t, error), no_update, no_update, no_update, no_update, None
    models, _ = offered(str(chosen))
    return None, models, chosen, False, False, None


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    watch_box(app, "context-sentences", MAX_SENTENCES)
    app.callback(
        Output(ids.address("context"), "data"),
        Output("context-address-note", "children"),
        Input("context-asked", "data"),
        Input("context-layer", "value"),
        Input("context-view", "value"),
    )(steady(write))
    app.callback(
        Output("context-asked", "data"),
        Input("context-compare", "n_clicks"),
        Input("context-word", "n_submit"),
        State("context-word", "value"),
        State("context-sentences", "value"),
        State("context-model", "value"),
        State("context-pooling", "value"),
        prevent_initial_call=True,
    )(ask)
    app.callback(
        Output("context-word", "value"),
        Output("context-sentences", "value"),
        Output("context-asked", "data", allow_duplicate=True),
        Input({"type": "context-example", "number": ALL}, "n_clicks"),
        State("context-model", "value"),
        State("context-pooling", "value"),
        prevent_initial_call=True,
    )(example)
    QUESTION.register(
        app,
        show,
        [Output("context-found", "children"), *(Output("context-layer", part) for part in ("max", "value", "marks"))],
        [Input(ids.SCHEME, "computedColorScheme")],
        [State("context-layer", "value")],
    )
    app.callback(
        Output("context-scale", "children"),
        Output("context-heat", "figure"),
        Output("context-plane", "figure"),
        Output("context-layers", "figure"),
        Output("context-layer-name", "children"),
        QUESTION.done,
        Input("context-layer", "value"),
        Input("context-view", "value"),
        Input(ids.SCHEME, "computedColorScheme"),
    )(steady(draw))
    app.callback(
        Output("context-fetching", "data"), Input({"type": "context-fetch", "id": ALL}, "n_clicks"), prevent_initial_call=True
    )(fetch)
    app.callback(
        Output("context-fetch-status", "children"),
        Output("context-model", "data"),
        Output("context-model", "value"),
        Output("context-model", "disabled"),
        Output("context-compare", "disabled"),
        Output("context-fetching", "data", allow_duplicate=True),
        Input("context-fetching", "data"),
        Input(ids.READY, "data"),
        prevent_initial_call=True,
    )(fetched)

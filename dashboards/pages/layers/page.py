"""What each layer knows: senses, parts of speech, neighbours, random pairs; with labels of one's own also these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html, no_update

from dashboards.kit import ids
from dashboards.kit.checkpoints import torch_installed
from dashboards.kit.components import card, figures_row, graph, page, table, too_long_for_address
from dashboards.kit.forms import MAX_SENTENCE, model_choice, no_torch
from dashboards.kit.forms import models as offered
from dashboards.kit.i18n import Text, text
from dashboards.kit.page import HIDDEN, Question
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take
from dashboards.kit.taking import lines as python
from dashboards.kit.theme import blank
from dashboards.kit.url import decode, long_text, packed, share, tidy
from dashboards.kit.url import model as model_field
from dashboards.pages.layers import asked as layering
from dashboards.pages.layers import figures
from dashboards.pages.layers.asked import MAX_LINES, MAX_TEXT, Found
from dashboards.pages.layers.example import EXAMPLE

PATH = "/layers"
NAME = "layers.name"
ICON = "layers"
USES_MODEL = False
STEADY = True

FIELDS = {"t": long_text(MAX_TEXT), "z": packed(MAX_TEXT), "model": model_field("")}
_LINES = ("wic", "pos", "labels", "similarity", "neighbours", "random")


# ---- the page


def asked_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The question in an address."""
    return {"model": offered(values["model"])[1], "lines": values["z"] or values["t"] or ""}


def layout(**query: Any) -> Any:
    t = text()
    asked = asked_of(decode(FIELDS, query))
    models, model = offered(asked["model"])
    ready = bool(models) and torch_installed()
    return page(
        t,
        "layers",
        html.Div(None if ready else no_torch(t), className="context-slot"),
        _form(t, asked["lines"], models, model),
        *QUESTION.stores(asked if ready else None),
        QUESTION.frame(*_cards(t), className="context-answer"),
    )


def _form(t: Text, lines: str, models: list[dict[str, str]], model: str | None) -> Any:
    box = dmc.Textarea(
        id="layers-lines",
        value=lines,
        label=t("layers.lines"),
        description=t("layers.lines_help", most=MAX_LINES, long=MAX_SENTENCE),
        placeholder=t("layers.lines_example"),
        autosize=True,
        minRows=3,
        maxRows=12,
        spellCheck=False,
        inputProps={"maxLength": MAX_TEXT, "lang": "ko"},
    )
    buttons = dmc.Group(
        [
            dmc.Button(t("layers.example"), id="layers-example", variant="subtle"),
            dmc.Button(t("layers.measure"), id="layers-measure", disabled=not models),
        ],
        justify="flex-end",
    )
    return card(
        None,
        dmc.Stack([html.Div(model_choice(t, "layers-model", models, model), className="context-form"), box, buttons], gap="md"),
    )


def _cards(t: Text) -> list[Any]:
    return [
        card(
            t("layers.chart"),
            graph(blank(None), "layers-chart", t("layers.chart"), height=440),
            html.Div(id="layers-facts", **{"aria-live": "polite"}),
            hint=t("layers.chart_help"),
            takes=("layers", "chart"),
        ),
        html.Div(
            card(
                t("layers.training"),
                html.P(id="layers-verdict", className="senses-said", **{"aria-live": "polite"}),
                graph(blank(None), "layers-losses", t("layers.training"), height=340),
                html.Div(id="layers-trained"),
                hint=t("layers.training_help"),
                takes=("layers", "training"),
            ),
            id="layers-training",
            style=HIDDEN,
        ),
        card(t("layers.numbers"), html.Div(id="layers-table"), hint=t("layers.numbers_help"), takes=("layers", "numbers")),
    ]


# ---- the answer, as components


def facts(t: Text, found: Found) -> list[Any]:
    """Where each measure is highest, and what to know about the numbers."""
    shown = []
    for measure in ("wic", "pos", "labels"):
        best = found.probes.best(measure)
        if best is not None:
            shown.append((_layer(t, best.layer), t(f"layers.best_{measure}", value=best.value(measure)), ""))
    notes = [dmc.Text(note.said(t.language), size="sm", c="dimmed") for note in found.probes.notes]
    counts = found.probes.counts
    said = t(
        "layers.counts", words=counts["words"], tags=counts["tags"], pairs=counts["pairs"], homographs=counts["words_in_pairs"]
    )
    return [figures_row(shown, "senses-facts"), dmc.Text(said, size="sm", c="dimmed", mt="sm"), *notes]


def _layer(t: Text, layer: int) -> str:
    return t("context.input") if layer == 0 else str(layer)


def rows(t: Text, found: Found) -> Any:
    """Every number in a table."""
    probes = found.probes
    labelled = probes.names != ()
    head = [
        "layer",
        "wic",
        "pos_task",
        "pos_control",
        "pos",
        "neighbours",
        "random",
        *(["labels", "labels_trained"] if labelled else []),
    ]
    body = []
    for level in probes.levels:
        assert level.pos is not None  # the page always asks for it
        numbers = [
            level.value("wic"),
            level.pos.task.accuracy.value,
            level.pos.control.accuracy.value,
            *(level.value(name) for name in ("pos", "neighbours", "random")),
            *([level.value("labels"), level.labels.trained] if level.labels is not None else []),
        ]
        body.append([_layer(t, level.layer), *("–" if number is None else f"{number:.3f}" for number in numbers)])
    baseline = t("layers.baseline_pos", value=probes.baselines["pos"])
    if labelled:
        baseline += " " + t("layers.baseline_labels", value=probes.baselines["labels"], count=probes.counts["texts_held_out"])
    return [
        table([t(f"layers.head_{name}") for name in head], body, t("layers.numbers")),
        dmc.Text(baseline, size="sm", c="dimmed", mt="sm"),
    ]


def verdict(t: Text, found: Found) -> str | None:
    """In plain words how the training went."""
    if found.trained is None:
        return None
    warnings = found.trained.outcome.warnings
    return " ".join(one.said(t.language) for one in warnings) if warnings else t("layers.no_overfit")


def trained_facts(t: Text, found: Found) -> Any:
    """How well the trained head does on what was held out."""
    if found.trained is None:
        return None
    one = found.trained.accuracy
    note = "" if one.low is None or one.high is None else t("senses.interval", low=one.low, high=one.high)
    shown = [
        (f"{one.value:.2f}", t("layers.fact_accuracy", count=found.trained.counts["held_out"]), note),
        (f"{found.trained.baseline:.2f}", t("layers.fact_baseline"), ""),
    ]
    return [figures_row(shown, "senses-facts"), dmc.Text(t("layers.keep"), size="sm", c="dimmed", mt="sm")]


# ---- callbacks


def show(t: Text, found: Found, _: bool, scheme: str | None) -> tuple[Any, ...]:
    """Everything but the pictures, which follow when ``layers-done`` changes."""
    return (
        facts(t, found),
        rows(t, found),
        verdict(t, found),
        trained_facts(t, found),
        {} if found.trained is not None else HIDDEN,
    )


QUESTION = Question("layers", layering.compute)


def draw(done: dict[str, Any] | None, scheme: str | None) -> tuple[Any, Any]:
    """The pictures."""
    found = QUESTION.found(done)
    if found is None:
        return no_update, no_update
    t = text()
    words = {name: t(f"layers.line_{name}") for name in (*_LINES, "train", "heldout", "step", "loss", "axis")}
    words["input"] = t("context.input")
    curve = blank(scheme) if found.trained is None else figures.losses(found.trained.outcome, words, scheme)
    return figures.layers(found.probes, words, scheme), curve


def ask(_: Any, model: str | None, lines: str | None) -> dict[str, Any]:
    """The question as it stands."""
    return {"model": model, "lines": tidy(lines, MAX_TEXT)}


def write(asked: dict[str, Any] | None) -> tuple[Any, Any]:
    """The question that was asked, for the address bar."""
    if not asked:
        return no_update, no_update
    lines = asked["lines"]
    where, whole = share(FIELDS, {"model": asked["model"]}, {"t": ("z", lines)} if lines else {}, 200)
    return where, too_long_for_address(text()("context.not_in_address"), whole)


def example(clicks: int | None) -> Any:
    """Texts with labels, to try it."""
    return EXAMPLE if clicks else no_update


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    app.callback(
        Output(ids.address("layers"), "data"), Output("layers-address-note", "children"), Input("layers-asked", "data")
    )(steady(write))
    app.callback(
        Output("layers-asked", "data"),
        Input("layers-measure", "n_clicks"),
        State("layers-model", "value"),
        State("layers-lines", "value"),
        prevent_initial_call=True,
    )(ask)
    app.callback(Output("layers-lines", "value"), Input("layers-example", "n_clicks"), prevent_initial_call=True)(example)
    outputs = [
        Output("layers-facts", "children"),
        Output("layers-table", "children"),
        Output("layers-verdict", "children"),
        Output("layers-trained", "children"),
        Output("layers-training", "style"),
    ]
    QUESTION.register(app, show, outputs, [Input(ids.SCHEME, "computedColorScheme")])
    app.callback(
        Output("layers-chart", "figure"),
        Output("layers-losses", "figure"),
        QUESTION.done,
        Input(ids.SCHEME, "computedColorScheme"),
    )(steady(draw))


# ---- what is taken along

_TRAINED = """import pandas as pd

from dashboards.pages.layers.asked import labelled
from explorer.encoders.train.classify import ClassifierRecipe, train_classifier

trained = train_classifier(labelled({lines}), ClassifierRecipe(base={model}, steps={steps}, rate={rate}))
answer = pd.DataFrame(trained.outcome.curve)[["step", "train", "heldout"]]"""
_PROBED = """import explorer as ex
from corpora.sample import homographs, sentences
from dashboards.pages.layers.asked import labelled
from explorer.analysis.probing.data import sense_pairs, spread, tagged_words
from explorer.analysis.probing.layers import probe_layers

m = ex.encoder({model})
words = tagged_words(m.analyser, spread((one.text for one in sentences()), {sentences}))
probes = probe_layers(
    m, words=words, contexts=sense_pairs(homographs()), labelled=labelled({lines}) or None, most_words={words}, most_texts={texts}
)
answer = probes.to_frame()"""


def _probed(q: Mapping[str, Any]) -> Any:
    return layering.compute(asked_of(q)).probes.to_frame()


def _trained(q: Mapping[str, Any]) -> Any:
    import pandas as pd

    trained = layering.compute(asked_of(q)).trained
    return pd.DataFrame(trained.outcome.curve if trained else [], columns=["step", "train", "heldout"])


def _probed_lines(q: Mapping[str, Any]) -> str:
    sizes = {"sentences": layering.SENTENCES, "words": layering.WORDS, "texts": MAX_LINES}
    return python(_PROBED, **asked_of(q), **sizes)


CARDS = {
    "chart": Take(_probed, _probed_lines),
    "numbers": Take(_probed, _probed_lines),
    "training": Take(_trained, lambda q: python(_TRAINED, steps=layering.STEPS, rate=layering.RATE, **asked_of(q))),
}

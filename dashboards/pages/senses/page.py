"""The senses of a word: its sentences in groups, what tells them apart, and where a new sentence belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.kit import ids
from dashboards.kit.checkpoints import torch_installed
from dashboards.kit.components import card, empty, figures_row, marked, page, problem, too_long_for_address
from dashboards.kit.forms import MAX_SENTENCE, no_torch, watch_box
from dashboards.kit.forms import models as offered
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.page import HIDDEN, Question, pressed
from dashboards.kit.steady import steady
from dashboards.kit.url import MAX_WORD, Field, choice, clean, decode, long_text, packed, share
from dashboards.kit.url import model as model_field
from dashboards.kit.url import text as text_field
from dashboards.kit.words import word_link
from dashboards.pages.context import figures as context_figures
from dashboards.pages.context.asked import glosses
from dashboards.pages.context.form import said
from dashboards.pages.senses import asked as sensing
from dashboards.pages.senses import evidence, figures
from dashboards.pages.senses.asked import MAX_SENTENCES, MAX_TEXT, NUMBERS, OWN, VIEWS, Found, split, steps_of
from dashboards.pages.senses.form import EXAMPLES, cards_of, note, own_style, question_of
from dashboards.pages.senses.taking import cards
from explorer.core.errors import ExplorerError
from explorer.encoders.senses import names_of

PATH = "/senses"
NAME = "senses.name"
ICON = "senses"
USES_MODEL = False
STEADY = True

SHOWN = 4
"""Sentences of a sense that are shown unfolded."""

FIELDS = {
    "word": text_field(MAX_WORD, None),
    "from": text_field(200, "sample", always=True),
    "s": long_text(MAX_TEXT),
    "z": packed(MAX_TEXT),
    "model": model_field(""),
    "k": choice(NUMBERS, "auto"),
    "view": choice(VIEWS, VIEWS[0]),
    "by": Field("", lambda value: "_".join(steps_of(value)), str, good=lambda value: "_".join(steps_of(value)) == value),
    "new": text_field(MAX_SENTENCE),
}


# ---- the page


def asked_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The question in an address."""
    word = EXAMPLES[0] if values["word"] is None else values["word"]
    lines = split(values["z"] or values["s"])
    model = offered(values["model"])[1]
    return {
        "word": word,
        "source": values["from"],
        "sentences": lines,
        "model": model,
        "k": values["k"],
        "view": values["view"],
        "by": values["by"],
    }


def layout(**query: Any) -> Any:
    t = text()
    values = decode(FIELDS, query)
    asked = asked_of(values)
    word, source, lines, model = asked["word"], asked["source"], asked["sentences"], asked["model"]
    models, _ = offered(values["model"])
    ready = bool(models) and torch_installed()
    return page(
        t,
        "senses",
        html.Div(None if ready else no_torch(t), className="context-slot"),
        question_of(t, word, source, lines, models, model, values["k"], values["view"]),
        *QUESTION.stores(asked if ready else None),
        dcc.Store(id="senses-placed", data=values["new"]),
        QUESTION.frame(*cards_of(t, values["new"]), className="context-answer"),
    )


# ---- the answer, as components


def facts(t: Text, found: Found) -> Any:
    """The numbers in words."""
    level = found.level
    shown: list[tuple[str, str, str]] = [(str(found.senses.k), t("senses.fact_number"), "")]
    if found.senses.silhouette is not None:
        shown.append((f"{found.senses.silhouette:.2f}", t("senses.fact_silhouette"), ""))
    if found.agreement is not None:
        ari, v = found.agreement, found.agreement
        shown.append((f"{ari.ari:.2f}", t("senses.fact_ari"), _range(t, ari.ari_interval)))
        shown.append((f"{v.v:.2f}", t("senses.fact_v"), _range(t, v.v_interval)))
    if level.same_word is not None:
        shown.append((f"{level.same_word:.2f}", t("senses.fact_same"), ""))
    if level.random is not None:
        shown.append((f"{level.random.before:.2f} → {level.random.after:.2f}", t("senses.fact_random"), ""))
    layer = found.senses.layer if isinstance(found.senses.layer, int) else 0
    line = said(t, found.chosen, "centred" if found.senses.representation == "own" else "blend", layer)
    return [figures_row(shown, "senses-facts"), line]


def _range(t: Text, interval: tuple[float, float]) -> str:
    return t("senses.interval", low=interval[0], high=interval[1])


def columns(t: Text, found: Found, scheme: str | None) -> list[Any]:
    """A card for each sense, and one for the sentences without the word."""
    tint = context_figures.group_colors([str(sense) for sense in range(found.senses.k)], scheme)
    cards = [_column(t, found, sense, tint[str(sense)]) for sense in range(found.senses.k)]
    if found.missing:
        lines = [html.Li(line, lang="ko") for line in found.missing]
        cards.append(card(t("senses.missing", word=found.senses.word), html.Ul(lines, className="senses-missing")))
    return cards


def _column(t: Text, found: Found, sense: int, color: str) -> Any:
    senses = found.senses
    members = sorted(senses.members(sense), key=lambda row: row != senses.typical[sense])
    parts: list[Any] = [
        html.Div(
            [
                html.Span(str(sense + 1), className="context-number", style={"--group": color}),
                html.Span(t("senses.sense", number=sense + 1), className="senses-title"),
                html.Span(t("senses.count", count=len(members)), className="context-what numbers"),
            ],
            className="senses-head",
        )
    ]
    telling = [word_link(word, look="senses-word word-plain") for word in names_of(senses.telling[sense])]
    parts.append(html.Div(telling, className="senses-words", lang="ko"))
    if senses.substitutes[sense]:
        words = names_of(senses.substitutes[sense])[:6]
        fitting = [part for word in words for part in (", ", word_link(word, look="word-plain"))][1:]
        parts.append(
            html.Div(
                [html.Span(t("senses.fitting"), className="senses-label"), html.Span(fitting, lang="ko")],
                className="senses-line",
            )
        )
    most = sensing.majority(found, sense)
    if most is not None:
        gloss = glosses(t.language).get((senses.word, most[0]), most[0])
        parts.append(
            html.Div(
                [html.Span(t("senses.mostly"), className="senses-label"), html.Span(f"{gloss} ({most[1]}/{most[2]})")],
                className="senses-line",
            )
        )
    parts.append(html.Ol([_item(t, found, row, most[0] if most else None) for row in members[:SHOWN]], className="senses-list"))
    parts.append(evidence.buttons(t, senses, sense))
    rest = members[SHOWN:]
    if rest:
        parts.append(
            html.Details(
                [
                    html.Summary(t("senses.more", count=len(rest))),
                    html.Ol([_item(t, found, row, most[0] if most else None) for row in rest], className="senses-list"),
                ]
            )
        )
    return card(None, *parts, className="senses-card", style={"--group": color})


def _item(t: Text, found: Found, row: int, most: str | None) -> Any:
    """A sentence with its word marked; where its known sense is another than most have, that is said."""
    line, (start, end) = found.senses.sentences[row], found.senses.spans[row]
    typical = row in found.senses.typical
    parts: list[Any] = [marked(line, start, end)]
    if typical:
        parts.append(html.Span(t("senses.typical"), className="senses-tag"))
    other = found.gold[row]
    if other is not None and other != most:
        gloss = glosses(t.language).get((found.senses.word, other), other)
        parts.append(html.Span(t("senses.really", sense=gloss), className="senses-tag senses-off"))
    return html.Li(parts, className="context-item senses-item" + (" senses-typical" if typical else ""))


def level_labels(t: Text, found: Found) -> list[str]:
    """What each level is called on an axis."""
    several = len({level.representation for level in found.curve.levels}) > 1
    names = []
    for level in found.curve.levels:
        name = t(f"senses.level_{level.representation}")
        if level.layer is None:
            names.append(name)
        else:
            layer = t("context.input") if level.layer == 0 else str(level.layer)
            names.append(f"{name} {layer}" if several else layer)
    return names


# ---- callbacks


def show(t: Text, found: Found, _: bool, scheme: str | None) -> tuple[Any, ...]:
    """Everything but the pictures, which follow when ``senses-done`` changes."""
    decided = found.senses.decision
    style = {} if decided and decided.trials else HIDDEN
    return facts(t, found), evidence.said(t, found.senses), style, columns(t, found, scheme)


def wrong(t: Text, asked: dict[str, Any], error: ExplorerError) -> Any:
    """One line; the commonest mistakes in the language of the page."""
    if error.code.endswith(".word_in_no_sentence"):
        return dmc.Alert(
            t("context.absent_help") if asked.get("source") == OWN else t("senses.absent_corpus"),
            title=t("context.absent", word=asked.get("word", "")),
            color="red",
            variant="light",
            radius="md",
        )
    if error.code.endswith(".no_sentences"):
        return card(None, empty(t("context.no_sentences"), t("senses.no_sentences_help"), picture="context"))
    if error.code == "encoders.too_few_sentences":
        return dmc.Alert(t("senses.few_help"), title=t("senses.few"), color="orange", variant="light", radius="md")
    return problem(t, error)


QUESTION = Question("senses", sensing.compute, wrong)
CARDS = cards(asked_of)


def draw(done: dict[str, Any] | None, scheme: str | None) -> tuple[Any, ...]:
    """The pictures."""
    found = QUESTION.found(done)
    if found is None:
        return (no_update,) * 5
    t = text()
    coords, shares = found.senses.picture()
    # In the order of the senses, so that colours are those of the cards.
    order = sorted(range(len(found.senses.labels)), key=lambda row: found.senses.labels[row])
    groups = [str(found.senses.labels[row]) for row in order]
    names = {str(sense): t("senses.sense", number=sense + 1) for sense in range(found.senses.k)}
    lines = [found.senses.sentences[row] for row in order]
    levels, labels = found.curve.levels, level_labels(t, found)
    chosen = levels.index(found.level)
    words = {key: t(f"senses.line_{key}") for key in ("silhouette", "ari", "same", "before", "after")}
    plane = context_figures.plane(coords[order], shares, groups, names, lines, t("context.axis"), scheme)
    plane.update_traces(mode="markers")
    drawn = {key: t(f"senses.line_{key}") for key in ("observed", "null")}
    drawn |= {key: t(f"senses.axis_{key}") for key in ("number", "between")}
    return (
        plane,
        evidence.drawn(found.senses.decision, drawn, scheme),
        figures.clarity(levels, labels, chosen, words, scheme),
        figures.cosines(levels, labels, chosen, words, scheme),
        note(t, found),
    )


def place(sentence: str | None, done: dict[str, Any] | None, scheme: str | None) -> Any:
    """Which sense the sentence that was asked has, with the cosine to each."""
    if not done or not (sentence or "").strip():
        return None
    t = text()
    try:
        found, one = sensing.compute(done), sensing.assign(done, sentence or "")
    except NotReady:
        return no_update
    except ExplorerError as error:
        if error.code == "encoders.word_not_in_sentence":
            return dmc.Text(t("senses.new_absent", word=done.get("word", "")), size="sm", c="orange")
        return problem(t, error)
    tint = context_figures.group_colors([str(sense) for sense in range(found.senses.k)], scheme)
    line = one.sentence
    bars = [
        html.Div(
            [
                html.Span(str(sense + 1), className="context-number", style={"--group": tint[str(sense)]}),
                html.Span(", ".join(names_of(found.senses.telling[sense])[:3]) or "–", className="senses-bar-words", lang="ko"),
                html.Div(
                    html.Div(
                        style={"width": f"{max(0.0, cosine):.1%}", "background": tint[str(sense)]}, className="senses-fill"
                    ),
                    className="score-track",
                    **{"aria-hidden": "true"},
                ),
                html.Span(f"{cosine:.2f}", className="numbers"),
            ],
            className="senses-bar",
        )
        for sense, cosine in enumerate(one.cosines)
    ]
    key = "senses.verdict_one" if one.margin is None else "senses.verdict_unclear" if one.unclear else "senses.verdict"
    said = t(key, number=one.sense + 1, margin=one.margin or 0.0, spread=one.spread)
    return [
        html.P(marked(line, one.start, one.end), className="context-item senses-item"),
        html.P(said, className="senses-said"),
        *bars,
    ]


def ask(
    _: Any,
    __: Any,
    word: str | None,
    source: str | None,
    lines: str | None,
    model: str | None,
    number: str | None,
    view: str | None,
) -> dict[str, Any]:
    """The question as it stands."""
    return {
        "word": clean(word or "", MAX_WORD),
        "source": source,
        "sentences": split(lines) if source == OWN else [],
        "model": model,
        "k": number,
        "view": view,
        "by": "",
    }


def write(asked: dict[str, Any] | None, new: str | None) -> tuple[Any, Any]:
    """The question and the new sentence, for the address bar."""
    if not asked:
        return no_update, no_update
    where, whole = address(asked, new)
    return where, too_long_for_address(text()("context.not_in_address"), whole)


def address(question: dict[str, Any], new: str | None = None) -> tuple[str, bool]:
    """The query string, and whether everything is in it."""
    joined = "\n".join(question["sentences"])
    values: dict[str, Any] = {name: question[name] for name in ("word", "model", "k", "view")}
    values |= {"from": question["source"], "by": question.get("by", ""), "new": new}
    return share(FIELDS, values, {"s": ("z", joined)} if joined else {}, 200)


def example(_: list[int | None], model: str | None, number: str | None, view: str | None) -> tuple[Any, ...]:
    """The homograph that was pressed, with the sample's sentences."""
    chosen = pressed("number")
    if not isinstance(chosen, int) or not 0 <= chosen < len(EXAMPLES):
        return (no_update,) * 3
    asked = {"model": model, "k": number, "view": view, "by": ""}
    question: dict[str, Any] = {"word": EXAMPLES[chosen], "source": "sample", "sentences": [], **asked}
    return EXAMPLES[chosen], "sample", question if model and torch_installed() else no_update


def change(_: list[int | None], done: dict[str, Any] | None) -> Any:
    """A sense was split or joined with another, or the last such change is taken back."""
    step = pressed("step")
    if not isinstance(step, str) or not done:
        return no_update
    before = steps_of(str(done.get("by") or ""))
    return done | {"by": "_".join(before[:-1] if step == "undo" else [*before, step])}


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    watch_box(app, "senses-sentences", MAX_SENTENCES)
    app.callback(
        Output(ids.address("senses"), "data"),
        Output("senses-address-note", "children"),
        Input("senses-asked", "data"),
        Input("senses-placed", "data"),
    )(steady(write))
    app.callback(
        Output("senses-placed", "data"),
        Input("senses-new-ask", "n_clicks"),
        Input("senses-new", "n_submit"),
        State("senses-new", "value"),
        prevent_initial_call=True,
    )(lambda _, __, sentence: clean(sentence or "", MAX_SENTENCE))
    app.callback(
        Output("senses-asked", "data"),
        Input("senses-sort", "n_clicks"),
        Input("senses-word", "n_submit"),
        State("senses-word", "value"),
        State("senses-source", "value"),
        State("senses-sentences", "value"),
        State("senses-model", "value"),
        State("senses-number", "value"),
        State("senses-view", "value"),
        prevent_initial_call=True,
    )(ask)
    app.callback(
        Output("senses-word", "value"),
        Output("senses-source", "value"),
        Output("senses-asked", "data", allow_duplicate=True),
        Input({"type": "senses-example", "number": ALL}, "n_clicks"),
        State("senses-model", "value"),
        State("senses-number", "value"),
        State("senses-view", "value"),
        prevent_initial_call=True,
    )(example)
    app.callback(
        Output("senses-asked", "data", allow_duplicate=True),
        Input({"type": "senses-change", "step": ALL}, "n_clicks"),
        State("senses-done", "data"),
        prevent_initial_call=True,
    )(change)
    app.callback(Output("senses-own", "style"), Input("senses-source", "value"))(own_style)
    outputs = [
        Output("senses-facts", "children"),
        Output("senses-decision", "children"),
        Output("senses-evidence-slot", "style"),
        Output("senses-columns", "children"),
    ]
    QUESTION.register(app, show, outputs, [Input(ids.SCHEME, "computedColorScheme")])
    app.callback(
        Output("senses-plane", "figure"),
        Output("senses-evidence", "figure"),
        Output("senses-clarity", "figure"),
        Output("senses-cosines", "figure"),
        Output("senses-clarity-note", "children"),
        QUESTION.done,
        Input(ids.SCHEME, "computedColorScheme"),
    )(steady(draw))
    app.callback(
        Output("senses-new-answer", "children"),
        Input("senses-placed", "data"),
        QUESTION.done,
        Input(ids.SCHEME, "computedColorScheme"),
    )(place)

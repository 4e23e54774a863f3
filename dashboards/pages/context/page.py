"""One word in several sentences through a contextual model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboards.app.state import state
from dashboards.kit import ids
from dashboards.kit.checkpoints import FETCHABLE, available, torch_installed
from dashboards.kit.components import card, empty, page, problem, waiting, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.url import MAX_WORD, Field, choice, clean, decode, encode, href
from dashboards.kit.url import text as text_field
from dashboards.pages.context import figures
from dashboards.pages.context.asked import POOLINGS, compute, glosses, senses_of, sentences_of, split
from dashboards.pages.context.form import EXAMPLES, answer_of, nothing, others, question_of
from dashboards.pages.tokens.asked import MAX_ADDRESS, pack, tidy, unpack
from explorer.core.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.encoders.occurrences import Occurrences

PATH = "/context"
NAME = "context.name"
ICON = "context"
USES_MODEL = False

FIELDS = {
    "word": text_field(MAX_WORD),
    "s": Field("", tidy, str),
    "z": Field("", unpack, pack),
    "model": text_field(200),
    "pooling": choice(POOLINGS, "mean"),
}


# ---- the page


def layout(**query: Any) -> Any:
    t = text()
    values = decode(FIELDS, query)
    word = values["word"] or EXAMPLES[0]
    lines = split(values["s"] or values["z"]) or sentences_of(word) or sentences_of(EXAMPLES[0])
    models = choices(t)
    names = [one["value"] for one in models]
    model = values["model"] if values["model"] in names else (names[0] if names else None)
    ready = bool(models) and torch_installed()
    asked = {"word": word, "sentences": lines, "model": model, "pooling": values["pooling"]} if ready else None
    return page(
        t,
        "context",
        html.Div(None if ready else nothing(t), id="context-none", className="context-slot"),
        question_of(t, word, lines, models, model, values["pooling"]),
        dcc.Store(id="context-asked", data=asked),
        dcc.Store(id="context-done", data=None),
        html.Div(id="context-address-note", className="context-slot", **{"aria-live": "polite"}),
        html.Div(id="context-status", className="context-slot", **{"aria-live": "polite"}),
        answer_of(t),
        others(t) if torch_installed() else None,
        html.Div(id="context-fetch-status", className="context-slot", **{"aria-live": "polite"}),
        dcc.Store(id="context-fetching"),
    )


def choices(t: Text) -> list[dict[str, str]]:
    """The models there are."""
    return [{"value": name, "label": name} for name in available()]


# ---- computing


def marked(t: Text, found: Occurrences, groups: Sequence[str | None], scheme: str | None) -> Any:
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
                            html.Span([line[: one.start], html.Mark(line[one.start : one.end]), line[one.end :]], lang="ko"),
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


def answer(asked: dict[str, Any] | None, _: Any, scheme: str | None, done: Any, chosen: int | None) -> tuple[Any, ...]:
    """What stands above the pictures, and the slider's range; the pictures follow when ``context-done`` changes."""
    hidden = {"display": "none"}
    if not asked:
        return None, hidden, no_update, no_update, no_update, no_update, None
    if done == asked and ctx.triggered and {one["prop_id"] for one in ctx.triggered} == {f"{ids.READY}.data"}:
        return (no_update,) * 7
    t = text()
    try:
        found = compute(asked)
    except NotReady as wait:
        watch()
        return card(None, waiting(t, wait.job)), hidden, no_update, no_update, no_update, no_update, None
    except ExplorerError as error:
        return wrong(t, asked, error), hidden, no_update, no_update, no_update, no_update, None
    groups = senses_of(found.word, [found.sentences[one.sentence] for one in found.found])
    last = found.depth - 1
    layer = chosen if done and isinstance(chosen, int) and 0 <= chosen <= last else last
    marks = [{"value": 0, "label": t("context.input")}, {"value": last, "label": str(last)}]
    return None, {}, marked(t, found, groups, scheme), last, layer, marks, asked


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


def draw(done: dict[str, Any] | None, layer: int | None, centred: bool | None, scheme: str | None) -> tuple[Any, ...]:
    """The pictures at one layer."""
    if not done:
        return no_update, no_update, no_update, no_update, no_update
    t = text()
    try:
        found = compute(done)
    except (NotReady, ExplorerError):  # told by the callback above, which asks for the same
        return no_update, no_update, no_update, no_update, no_update
    layer = layer if isinstance(layer, int) and 0 <= layer < found.depth else found.depth - 1
    lines = [found.sentences[one.sentence] for one in found.found]
    groups = senses_of(found.word, lines)
    chance = [found.chance(number, bool(centred)) for number in range(found.depth)]
    every = [found.cosines(number, bool(centred)) for number in range(found.depth)]
    pairs = [figures.between(cosines, groups) for cosines in every]
    coords, shares = found.picture(layer)
    names = {group: glosses(t.language).get((found.word, group), group) for group in groups if group is not None}
    here = chance[layer]
    other = found.chance(layer, not centred)
    before, after = (other, here) if centred else (here, other)
    pair = (before.mean, after.mean) if before and after else None
    words = {key: t(f"context.line_{key}") for key in ("same", "other", "chance", "layer")}
    if all(other is None for _, other in pairs):
        words["same"] = t("context.line_all")
    return (
        [scale(t, pairs[layer], pair), *hint(t, done)],
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
    return html.Div(
        [
            html.Div([html.Span(value, className="context-value numbers"), html.Span(t(key), className="context-what")])
            for key, value in shown
            if value is not None
        ],
        className="context-values",
    )


def hint(t: Text, done: dict[str, Any]) -> list[Any]:
    """For the encoder that ships: its own states hardly tell senses apart, the senses page reads it in better ways."""
    if done.get("model") != "mini":
        return []
    from dashboards.pages.senses import page as senses

    lines = [] if done["sentences"] == sentences_of(done["word"]) else list(done["sentences"])
    question = {"word": done["word"], "source": "own" if lines else "sample", "sentences": lines, "model": "mini", "k": "auto"}
    link = dcc.Link(t("context.to_senses"), href=href(senses.PATH) + senses.address(question)[0])
    return [dmc.Text([t("context.mini_states"), " ", link], size="sm", c="dimmed", mt="md")]


# ---- what a person does


def ask(
    _: Any, __: Any, word: str | None, lines: str | None, model: str | None, pooling: str | None
) -> tuple[dict[str, Any] | Any, str | Any, Any]:
    """The question as it stands, for the answer and for the address bar; a word when the address does not hold it all."""
    question = {"word": clean(word or "", MAX_WORD), "sentences": split(lines), "model": model, "pooling": pooling}
    where, whole = address(question)
    return question, where, None if whole else dmc.Text(text()("context.not_in_address"), size="sm", c="orange")


def address(question: dict[str, Any]) -> tuple[str, bool]:
    """The query string, and whether everything is in it: no address holds endless text, the sample's own need not be in it."""
    joined = "\n".join(question["sentences"])
    values: dict[str, Any] = {"word": question["word"], "model": question["model"], "pooling": question["pooling"]}
    if question["sentences"] != sentences_of(question["word"]):
        values["s" if len(joined) <= 200 else "z"] = joined
    found = encode(FIELDS, values)
    if len(found) <= MAX_ADDRESS:
        return found, True
    return encode(FIELDS, {name: values[name] for name in ("word", "model", "pooling")}), False


def example(_: list[int | None], model: str | None, pooling: str | None) -> tuple[Any, ...]:
    """The word and sentences of the example that was pressed, asked at once."""
    number = (ctx.triggered_id or {}).get("number")  # not the word itself: Dash does not find its own ids with Hangul in them
    if not isinstance(number, int) or not 0 <= number < len(EXAMPLES) or not any(one["value"] for one in ctx.triggered):
        return no_update, no_update, no_update, no_update
    word = EXAMPLES[number]
    lines = sentences_of(word)
    question = {"word": word, "sentences": lines, "model": model, "pooling": pooling}
    return word, "\n".join(lines), question if model and torch_installed() else no_update, address(question)[0]


def fetch(_: list[int | None]) -> Any:
    """Which well-known model to fetch: the one whose button was pressed."""
    chosen = (ctx.triggered_id or {}).get("id")
    if chosen not in [one.id for one in FETCHABLE] or not any(one["value"] for one in ctx.triggered):
        return no_update
    return chosen


def fetched(chosen: str | None, _: Any) -> tuple[Any, ...]:
    """How far the fetching is; once the model is here it can be chosen."""
    if chosen not in [one.id for one in FETCHABLE]:
        return (no_update,) * 6
    t = text()
    try:
        state().encoder(str(chosen))
    except NotReady as wait:
        watch()
        return waiting(t, wait.job), no_update, no_update, no_update, no_update, no_update
    except ExplorerError as error:
        return problem(t, error), no_update, no_update, no_update, no_update, None
    models = choices(t)
    return None, models, chosen, False, False, None


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    app.callback(
        Output("context-asked", "data"),
        Output(ids.address("context"), "data"),
        Output("context-address-note", "children"),
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
        Output(ids.address("context"), "data", allow_duplicate=True),
        Input({"type": "context-example", "number": ALL}, "n_clicks"),
        State("context-model", "value"),
        State("context-pooling", "value"),
        prevent_initial_call=True,
    )(example)
    app.callback(
        Output("context-status", "children"),
        Output("context-answer", "style"),
        Output("context-found", "children"),
        Output("context-layer", "max"),
        Output("context-layer", "value"),
        Output("context-layer", "marks"),
        Output("context-done", "data"),
        Input("context-asked", "data"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
        State("context-done", "data"),
        State("context-layer", "value"),
    )(answer)
    app.callback(
        Output("context-scale", "children"),
        Output("context-heat", "figure"),
        Output("context-plane", "figure"),
        Output("context-layers", "figure"),
        Output("context-layer-name", "children"),
        Input("context-done", "data"),
        Input("context-layer", "value"),
        Input("context-centre", "checked"),
        Input(ids.SCHEME, "computedColorScheme"),
    )(draw)
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

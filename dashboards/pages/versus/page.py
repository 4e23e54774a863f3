"""Two models side by side: how far they name the same neighbours, for which words they do not, and what each lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.models import model_bar, model_label
from dashboards.app.state import model_names
from dashboards.kit import ids, url
from dashboards.kit.components import card, empty, guarded, page, problem
from dashboards.kit.forms import tag_select
from dashboards.kit.i18n import Text, text
from dashboards.kit.page import Question, pressed
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take, lines
from dashboards.pages.similarity.page import MOST_TAGS, tag_choices
from dashboards.pages.versus import answers, sentence
from dashboards.pages.versus.asked import COUNTS, LEAST, SIDES, WORDS, compute, one_word, sample_of
from explorer.core.errors import ExplorerError

PATH = "/versus"
NAME = "versus.name"
ICON = "versus"
USES_MODEL = True
STEADY = True

SHOWN = 20
"""Words listed at one end of the ranking."""
SECOND = ("word2vec", "glove")
"""What a model is held against where nobody says."""

FIELDS = {
    "model": url.model(),
    "b": url.text(200, "", always=True),
    "k": url.choice(COUNTS, "10"),
    "words": url.choice(WORDS, WORDS[0]),
    "side": url.choice(SIDES, SIDES[0]),
    "tags": url.texts(limit=12, most=MOST_TAGS),
    "min": url.choice(LEAST, LEAST[2]),
    "word": url.text(default="사과"),
    **sentence.FIELDS,
}

B, COUNT, HOW, SIDE, TAGS, MIN, WORD, GO = (
    f"versus-{name}" for name in ("b", "k", "words", "side", "tags", "min", "word", "go")
)
WORD_ASKED, LISTED = "versus-word-asked", "versus-listed"
SUMMARY, TABLE, LISTS, LACKS = (f"versus-{name}" for name in ("summary", "table", "lists", "lacks"))


def asked_of(q: Mapping[str, Any]) -> dict[str, Any]:
    """The question in an address; a second model is chosen where it names none."""
    b = q["b"] or next(name for name in SECOND if name != q["model"])
    return {"model": q["model"], "b": b, "k": q["k"], "words": q["words"]}


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    asked = asked_of(q)
    return page(
        t,
        "versus",
        model_bar(t, q["model"]),
        card(None, _form(t, asked)),
        *QUESTION.stores(asked),
        dcc.Store(id=WORD_ASKED, data=q["word"]),
        dcc.Store(id=LISTED),
        QUESTION.frame(
            card(t("versus.summary"), html.Div(id=SUMMARY), hint=t("versus.summary_hint"), takes=("versus", "summary")),
            dmc.SimpleGrid(
                [
                    card(
                        t("versus.words"),
                        _filters(t, q),
                        html.Div(id=TABLE, className="answer"),
                        hint=t("versus.words_hint"),
                        takes=("versus", "words"),
                    ),
                    card(
                        t("versus.word_title"),
                        _word_form(t, q["word"]),
                        html.Div(id=LISTS, className="answer"),
                        hint=t("versus.word_hint"),
                        takes=("versus", "word"),
                    ),
                ],
                cols={"base": 1, "lg": 2},
                spacing="lg",
            ),
            card(t("versus.lacks_title"), html.Div(id=LACKS), hint=t("versus.lacks_hint"), takes=("versus", "lacks")),
            className="versus-answer",
        ),
        sentence.card_of(t, q),
    )


def _form(t: Text, asked: Mapping[str, Any]) -> Any:
    names = dict.fromkeys([*model_names(), asked["b"]])
    return html.Div(
        [
            dmc.Select(
                id=B,
                value=asked["b"],
                data=[{"value": name, "label": model_label(t, name)} for name in names],
                label=t("versus.second"),
                allowDeselect=False,
                searchable=True,
                nothingFoundMessage=t("shell.no_model"),
                className="field-wide",
            ),
            dmc.Select(
                id=COUNT,
                value=asked["k"],
                data=list(COUNTS),
                label=t("versus.count"),
                allowDeselect=False,
                className="field-small",
            ),
            dmc.Stack(
                [
                    dmc.Text(t("versus.how"), size="sm", fw=500, id=f"{HOW}-name"),
                    dmc.SegmentedControl(
                        id=HOW,
                        value=asked["words"],
                        data=[{"value": one, "label": t(f"versus.how_{one}", count=sample_of(one))} for one in WORDS],
                        **{"aria-label": t("versus.how")},
                    ),
                ],
                gap=4,
            ),
        ],
        className="form",
    )


def _filters(t: Text, q: Mapping[str, Any]) -> Any:
    return html.Div(
        [
            dmc.SegmentedControl(
                id=SIDE,
                value=q["side"],
                data=[{"value": one, "label": t(f"versus.side_{one}")} for one in SIDES],
                fullWidth=True,
                className="field-wide",
                **{"aria-label": t("versus.words")},
            ),
            tag_select(t, TAGS, q["tags"], MOST_TAGS),
            dmc.Select(
                id=MIN,
                value=q["min"],
                data=[{"value": one, "label": t("versus.min_none") if one == "0" else f"{int(one):,}"} for one in LEAST],
                label=t("versus.min"),
                allowDeselect=False,
                className="field",
            ),
        ],
        className="form",
    )


def _word_form(t: Text, word: str) -> Any:
    return html.Div(
        [
            dmc.TextInput(
                id=WORD,
                value=word,
                label=t("versus.word"),
                placeholder=t("similarity.word_example"),
                inputProps={"maxLength": url.MAX_WORD, "lang": "ko"},
                className="field-wide",
            ),
            dmc.Button(t("versus.show"), id=GO),
        ],
        className="form",
    )


# ---- answers


def _answer(asked: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    return asked, compute(asked)


QUESTION = Question("versus", _answer)


def show(t: Text, answer: tuple[dict[str, Any], Any], _: bool, scheme: str | None) -> tuple[Any, Any]:
    """The summary, and what each lacks."""
    asked, found = answer
    models = asked["model"], asked["b"]
    return answers.summary(t, found, models[0] == models[1], scheme), answers.lacks(t, found.lacks, models)


def rank(done: dict[str, Any] | None, side: str, tags: list[str] | None, least: str) -> tuple[Any, Any]:
    """The words at one end, and their keys in the order they are shown."""
    answer = QUESTION.found(done)
    if answer is None:
        return no_update, no_update
    t, (asked, found) = text(), answer
    q = url.decode(FIELDS, {"side": side, "min": least})
    try:
        words = _ranked(found, {**q, "tags": tags or []})
    except ExplorerError as error:
        return problem(t, error), []
    return answers.word_table(t, words, asked["model"]), [one.key for one in words]


def _ranked(found: Any, q: Mapping[str, Any]) -> Any:
    return found.ranked(SHOWN, **_filters_of(q))


def _filters_of(q: Mapping[str, Any]) -> dict[str, Any]:
    return {"differ": q["side"] == SIDES[0], "tags": q["tags"][:MOST_TAGS], "min_count": int(q["min"])}


def lists(word: str | None, done: dict[str, Any] | None, _: Any) -> Any:
    """One word's neighbours in both models."""
    t = text()
    clean = url.decode(FIELDS, {"word": word or ""})["word"]
    if not clean:
        return empty(t("similarity.no_word"), t("similarity.no_word_lead"), picture="search")
    if not done:
        return no_update
    return guarded(t, lambda: answers.two_lists(t, one_word(done, clean), (done["model"], done["b"])))


def pick(clicks: list[int | None], listed: list[str] | None) -> tuple[Any, Any]:
    """A word of the table that was pressed."""
    number = pressed("number") if any(clicks) else None
    if number is None or not listed or not 0 <= number < len(listed):
        return no_update, no_update
    return listed[number], listed[number]


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    asked = [Input(ids.MODEL, "value"), Input(B, "value"), Input(COUNT, "value"), Input(HOW, "value")]
    word = Input(WORD_ASKED, "data")

    def ask(*given: str) -> dict[str, Any]:
        return asked_of(url.decode(FIELDS, dict(zip(("model", "b", "k", "words"), given, strict=True))))

    app.callback(Output("versus-asked", "data"), *asked, prevent_initial_call=True)(ask)
    app.callback(
        Output(WORD_ASKED, "data"),
        Input(GO, "n_clicks"),
        Input(WORD, "n_submit"),
        State(WORD, "value"),
        prevent_initial_call=True,
    )(steady(lambda _, __, value: value))
    app.callback(
        Output(WORD_ASKED, "data", allow_duplicate=True),
        Output(WORD, "value"),
        Input({"type": "versus-pick", "number": ALL}, "n_clicks"),
        State(LISTED, "data"),
        prevent_initial_call=True,
    )(steady(pick))
    QUESTION.register(
        app, show, [Output(SUMMARY, "children"), Output(LACKS, "children")], [Input(ids.SCHEME, "computedColorScheme")]
    )
    filters = [Input(SIDE, "value"), Input(TAGS, "value"), Input(MIN, "value")]
    app.callback(Output(TABLE, "children"), Output(LISTED, "data"), QUESTION.done, *filters, prevent_initial_call=True)(
        steady(rank)
    )
    app.callback(Output(LISTS, "children"), word, QUESTION.done, Input(ids.READY, "data"))(steady(lists))
    app.callback(Output(TAGS, "data"), asked[0], Input(ids.READY, "data"), State(TAGS, "value"))(steady(tag_choices))

    sentence.register(app)

    def address(*given: Any) -> str:
        *values, word, said = given
        names = ("model", "b", "k", "words", "side", "tags", "min")
        return url.encode(FIELDS, dict(zip(names, values, strict=True)) | {"word": word or ""} | sentence.address_of(said))

    said = Input(sentence.ASKED, "data")
    app.callback(Output(ids.address("versus"), "data"), *asked, *filters, word, said)(steady(address))


# ---- what is taken along

_OPEN = "import explorer as ex\n\na, b = ex.load({model}), ex.load({b})\n"
_COMPARED = _OPEN + "found = ex.compare_models(a, b, k={k}, sample={sample})\n"


def _lines(template: str, q: Mapping[str, Any]) -> str:
    values = {**q, **asked_of(q), "sample": sample_of(q["words"]), "k": int(q["k"])}
    return lines(template, **values, n=SHOWN, filters=_filters_of(q))


CARDS = {
    "summary": Take(
        lambda q: compute(asked_of(q)).groups_frame(), lambda q: _lines(_COMPARED + "answer = found.groups_frame()", q)
    ),
    "words": Take(
        lambda q: compute(asked_of(q)).ranked_frame(SHOWN, **_filters_of(q)),
        lambda q: _lines(_COMPARED + "answer = found.ranked_frame({n}, **{filters})", q),
    ),
    "word": Take(
        lambda q: one_word(asked_of(q), q["word"]).to_frame(),
        lambda q: _lines(_OPEN + "answer = ex.compare_word(a, b, {word}, {k}).to_frame()", q),
    ),
    "sentence": sentence.CARD,
    "lacks": Take(
        lambda q: compute(asked_of(q)).lacks_frame(), lambda q: _lines(_COMPARED + "answer = found.lacks_frame()", q)
    ),
}

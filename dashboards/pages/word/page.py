"""One word from every side: how it was read, its neighbours in every model, its tokens, its place, its use in texts."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.models import model_bar, model_label
from dashboards.app.state import corpus_names, state
from dashboards.kit import ids, url
from dashboards.kit.components import card, graph, guarded, page, waiting, watch
from dashboards.kit.errors import explain
from dashboards.kit.i18n import Text, text
from dashboards.kit.steady import steady
from dashboards.kit.theme import TAG_GROUPS
from dashboards.pages.word import parts
from dashboards.pages.word.asked import around, beside, cut_by_all, used
from dashboards.pages.word.taking import CARDS

__all__ = ["CARDS", "FIELDS", "ICON", "IN_PATH", "NAME", "PATH", "USES_MODEL", "layout", "register"]

PATH = "/word"
NAME = "word.name"
ICON = "word"
USES_MODEL = True
STEADY = True
IN_PATH = "word"

COUNTS = ("5", "10", "20")
LINES = ("10", "20", "50")

FIELDS = {
    "word": url.text(default="사람"),
    "n": url.choice(COUNTS, "10"),
    "corpus": url.text(200, "sample", always=True),
    "lines": url.choice(LINES, "10"),
    "model": url.model(),
}

ASKED, READING, COUNT, LISTS, PIECES, FREQUENCY, PLACE, CORPUS, SHOWN, FORMS, KWIC = (
    f"word-{name}"
    for name in (
        "asked", "reading", "n", "lists", "pieces", "frequency", "place", "corpus", "shown", "forms", "kwic"
    )
)  # fmt: skip


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "word",
        model_bar(t, q["model"]),
        dcc.Store(id=ASKED, data=q["word"]),
        card(t("word.asked", word=q["word"]), html.Div(id=READING)),
        card(
            t("word.neighbours"),
            html.Div(id=LISTS),
            hint=t("word.neighbours_hint"),
            right=_select(COUNT, t("word.how_many"), COUNTS, q["n"]),
            takes=("word", "neighbours"),
        ),
        dmc.SimpleGrid(
            [
                card(t("word.place"), html.Div(id=PLACE), hint=t("word.place_hint"), takes=("word", "map")),
                dmc.Stack(
                    [
                        card(t("word.tokens"), html.Div(id=PIECES), hint=t("word.tokens_hint"), takes=("word", "tokens")),
                        card(
                            t("word.frequency"),
                            html.Div(id=FREQUENCY),
                            hint=t("word.frequency_hint"),
                            takes=("word", "frequency"),
                        ),
                    ],
                    gap="lg",
                ),
            ],
            cols={"base": 1, "lg": 2},
            spacing="lg",
        ),
        card(
            t("word.forms"),
            html.Div(id=FORMS),
            hint=t("word.forms_hint"),
            right=_select(CORPUS, t("word.corpus"), list(dict.fromkeys([*corpus_names(), q["corpus"]])), q["corpus"], t),
            takes=("word", "forms"),
        ),
        card(
            t("word.lines"),
            html.Div(id=KWIC),
            hint=t("word.lines_hint"),
            right=_select(SHOWN, t("word.how_many"), LINES, q["lines"]),
            takes=("word", "lines"),
        ),
    )


def _select(name: str, label: str, values: Any, value: str, t: Text | None = None) -> dmc.Select:
    labels = {one: t("word.sample") if t and one == "sample" else one for one in values}
    return dmc.Select(
        id=name,
        value=value,
        data=[{"value": one, "label": said} for one, said in labels.items()],
        label=label,
        allowDeselect=False,
        size="xs",
        w=200 if t else 90,
    )


def register(app: Dash) -> None:
    word, model, ready = Input(ASKED, "data"), Input(ids.MODEL, "value"), Input(ids.READY, "data")
    n, corpus, shown = Input(COUNT, "value"), Input(CORPUS, "value"), Input(SHOWN, "value")
    app.callback(Output(READING, "children"), word, model, ready)(steady(answer_reading))
    app.callback(Output(LISTS, "children"), word, n, model, ready)(steady(answer_lists))
    app.callback(Output(PIECES, "children"), word, model, ready)(steady(answer_pieces))
    app.callback(Output(FREQUENCY, "children"), word, model, ready)(steady(answer_frequency))
    app.callback(Output(PLACE, "children"), word, model, ready, Input(ids.SCHEME, "computedColorScheme"))(steady(answer_place))
    app.callback(Output(FORMS, "children"), Output(KWIC, "children"), word, corpus, shown, model, ready)(steady(answer_usage))
    app.callback(
        Output(ids.LOCATION, "href", allow_duplicate=True),
        Input({"type": "word-graph", "of": ALL}, "clickData"),
        State(ids.MODEL, "value", allow_optional=True),
        prevent_initial_call=True,
    )(steady(go_to))
    app.callback(Output(ids.address("word"), "data"), n, corpus, shown, model)(steady(address))


def address(n: str, corpus: str, shown: str, model: str) -> str:
    """The page's state as a query string; the word stands in the path."""
    return url.encode(FIELDS, {"n": n, "corpus": corpus, "lines": shown, "model": model})


def answer_reading(word: str, model: str, _: Any) -> Any:
    """What the word was taken for, and where else it can be looked at."""
    t = text()

    def build() -> Any:
        v = state().vectors(model)
        found = v.find(word)
        more = [parts.ways(t, word, found.key, model)] if found and len(found.parts) == 1 else []
        return dmc.Stack([parts.reading(t, v, word, model), *more], gap="sm")

    return guarded(t, build)


def answer_lists(word: str, n: str, model: str, _: Any) -> Any:
    """The neighbours in every model that is open; the others follow."""
    t = text()
    found, opening, wrong = beside(word, model, int(n))
    rows = [parts.lists(t, found, model)] if found else []
    return [*rows, *_still(t, opening, wrong)]


def answer_frequency(word: str, model: str, _: Any) -> Any:
    """How often the models saw the word."""
    t = text()
    found, opening, wrong = beside(word, model, 1)
    return [*([parts.frequencies(t, found)] if found else []), *_still(t, opening, wrong)]


def _still(t: Text, opening: Any, wrong: Any) -> list[Any]:
    """What is being opened, and what cannot be."""
    if opening:
        watch()
    said = [
        dmc.Text(f"{model_label(t, name)}: {' — '.join(explain(error, t))}", size="sm", c="red")
        for name, error in wrong.items()
    ]
    return [*said, *[waiting(t, one.job, ("60%",), alone=False) for one in opening]]


def answer_pieces(word: str, model: str, _: Any) -> Any:
    """What every tokenizer makes of the word."""
    t = text()

    def build() -> Any:
        done, opening = cut_by_all(word)
        if opening:
            watch()
        later = [dmc.Text(t("word.opening", names=", ".join(opening)), size="sm", c="dimmed")] if opening else []
        return [parts.pieces(t, done, model), *later]

    return guarded(t, build)


def answer_place(word: str, model: str, _: Any, scheme: str | None) -> Any:
    """The small map around the word."""
    t = text()

    def build() -> Any:
        from dashboards.pages.word.figures import small_map

        if state().vectors(model).find(word) is None:
            return dmc.Text(t("word.unknown", word=word, model=model_label(t, model)), size="sm", c="dimmed")
        shown = around(word, model)
        trust = t(
            "word.trust",
            words=len(shown) - 1,
            share=f"{shown.preserved:.0%}",
            k=shown.trust_k,
            chance=f"{shown.trust_k / (len(shown) - 1):.0%}",
        )
        names = {group: t(f"map.group_{group}") for group in TAG_GROUPS}
        return [
            graph(
                small_map(shown, scheme, names),
                {"type": "word-graph", "of": "map"},
                f"{t('word.place')}: {', '.join(shown.words[:10])}",
                height="min(520px, 90vw)",
            ),
            dmc.Text(trust, size="xs", c="dimmed"),
        ]

    return guarded(t, build)


def answer_usage(word: str, corpus: str, shown: str, model: str, _: Any) -> tuple[Any, Any]:
    """How the corpus uses the word."""
    t = text()
    found: list[Any] = []

    def build(place: int) -> Any:
        found[:] = found or parts.used_in(t, used(word, model, corpus, int(shown)), word)
        return found[place]

    return guarded(t, lambda: build(0)), guarded(t, lambda: build(1))


def go_to(clicked: list[dict[str, Any] | None], model: str | None) -> Any:
    """The page of the word that was pressed on the map; while the page is left there is no model to be asked any more."""
    key = clicked and clicked[0] and clicked[0]["points"][0].get("customdata")
    return url.word_href(key, model) if isinstance(key, str) and model else no_update

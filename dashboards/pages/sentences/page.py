"""Whole sentences: which are near to one, and the matrix of the first of them, by static vectors at once or by an encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html

from dashboards.app.state import state, version
from dashboards.kit import ids
from dashboards.kit.checkpoints import place
from dashboards.kit.components import card, empty, graph, guarded, page, score_bar, slot, table, too_long_for_address
from dashboards.kit.forms import MAX_SENTENCE, lines_of, models, sentence_box
from dashboards.kit.i18n import Text, text
from dashboards.kit.url import Field, clean, decode, pack, share, tidy, unpack
from dashboards.kit.url import text as text_field
from dashboards.pages.similarity.figures import heat_map
from explorer.static.load import DEFAULT_MODEL

if TYPE_CHECKING:
    from explorer.vectors.sentences import Sentences

PATH = "/sentences"
NAME = "sentences.name"
ICON = "context"
USES_MODEL = True

STATIC = "static"
"""What makes the vectors when no encoder does: the static model chosen above the page."""
EXAMPLE = "함박눈이 펑펑 쏟아진다."
MOST_LINES, MAX_TEXT = 300, 20_000
FOUND, DRAWN = 10, 12
"""Sentences that are listed, and that the matrix has: with more no label can be read."""
LABEL = 14

FIELDS = {
    "q": text_field(MAX_SENTENCE, EXAMPLE),
    "s": Field("", lambda value: tidy(value, MAX_TEXT), str),
    "z": Field("", lambda value: unpack(value, MAX_TEXT), pack),
    "by": text_field(200, STATIC),
    "model": text_field(100, DEFAULT_MODEL),
}


def layout(**query: Any) -> Any:
    t = text()
    q = decode(FIELDS, query)
    offered, _ = models("")
    return page(
        t,
        "sentences",
        card(None, _form(t, q, offered)),
        slot("sentences-address-note"),
        card(t("sentences.near"), html.Div(id="sentences-near", className="answer"), hint=t("sentences.near_hint")),
        card(
            t("sentences.matrix"),
            html.Div(id="sentences-matrix", className="answer"),
            hint=t("sentences.matrix_hint", most=DRAWN),
        ),
    )


def _form(t: Text, q: dict[str, Any], offered: list[dict[str, str]]) -> Any:
    ways = [{"value": STATIC, "label": t("sentences.static")}, *(one for one in offered if one["value"] != STATIC)]
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
                        value=q["by"] if q["by"] in {one["value"] for one in ways} else STATIC,
                        data=ways,
                        label=t("sentences.by"),
                        allowDeselect=False,
                        className="field",
                    ),
                    dmc.Button(t("sentences.search"), id="sentences-search"),
                ],
                className="form",
            ),
            sentence_box(t, "sentences-lines", lines(q["s"] or q["z"]), MOST_LINES, MAX_TEXT),
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


def answer(
    _: Any, __: Any, by: str | None, model: str, ___: Any, scheme: str | None, query: str | None, box: str | None
) -> tuple[Any, Any]:
    """The nearest sentences, and the matrix."""
    t = text()
    asked, given = clean(query or "", MAX_SENTENCE), lines(box)
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
    height = max(300, min(640, 130 + 38 * len(labels)))
    return dmc.Stack(
        [
            graph(heat_map(labels, cosines, scheme, t("sentences.cosine")), "sentences-heat", t("sentences.matrix"), height),
            html.Details([html.Summary(t("sentences.whole")), html.Ol(named)]),
        ],
        gap="xs",
    )


def address(_: Any, __: Any, by: str | None, model: str | None, query: str | None, box: str | None) -> tuple[str, Any]:
    """The page's state as a query string, and a word where it does not hold all."""
    joined = "\n".join(lines(box))
    values = {"q": clean(query or "", MAX_SENTENCE), "by": by, "model": model}
    where, whole = share(FIELDS, values, {"s": ("z", joined)} if joined else {}, 200)
    return where, too_long_for_address(text()("context.not_in_address"), whole)


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    pressed = [Input("sentences-search", "n_clicks"), Input("sentences-query", "n_submit"), Input("sentences-by", "value")]
    written = [State("sentences-query", "value"), State("sentences-lines", "value")]
    app.callback(
        Output("sentences-near", "children"),
        Output("sentences-matrix", "children"),
        *pressed,
        Input(ids.MODEL, "value"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
        *written,
    )(answer)
    app.callback(
        Output(ids.address("sentences"), "data"),
        Output("sentences-address-note", "children"),
        *pressed,
        Input(ids.MODEL, "value"),
        *written,
        prevent_initial_call=True,
    )(address)

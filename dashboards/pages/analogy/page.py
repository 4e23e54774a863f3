"""Adding and subtracting words: both methods side by side, what each word was taken for, and the parallelogram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html

from dashboards.app.models import model_bar
from dashboards.app.state import state
from dashboards.kit import examples, ids, url
from dashboards.kit.components import card, empty, graph, guarded, page, problem, resolved, score_bar, table, tag_badge
from dashboards.kit.i18n import Text, text
from dashboards.kit.scripts import FIELD, left_out, script_select
from dashboards.kit.taking import Take, lines
from explorer.core.errors import BadInput, OutOfVocabulary

if TYPE_CHECKING:
    from explorer.vectors.records import Analogy
    from explorer.vectors.vectors import Vectors

PATH = "/analogy"
NAME = "analogy.name"
ICON = "analogy"
USES_MODEL = True

METHODS = ("3cosadd", "3cosmul")
COUNTS = ("5", "10", "20", "50")
DRAWN = 4
"""Answers shown in the picture."""

FIELDS = {
    "q": url.text(url.MAX_EXPRESSION, examples.ANALOGIES[0]),
    "n": url.choice(COUNTS, "10"),
    "all": url.flag(),
    "script": FIELD,
    "model": url.model(),
}

ASKED = "analogy-asked"
EXPRESSION, SOLVE, COUNT, INCLUDE, SCRIPT, ANSWER = (
    f"analogy-{name}" for name in ("expression", "solve", "count", "include", "script", "answer")
)


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "analogy",
        model_bar(t, q["model"]),
        dcc.Store(id=ASKED, data=q["q"]),
        card(
            None,
            html.Div(
                [
                    dmc.TextInput(
                        id=EXPRESSION,
                        value=q["q"],
                        label=t("analogy.expression"),
                        placeholder=examples.ANALOGIES[0],
                        inputProps={"maxLength": url.MAX_EXPRESSION},
                        size="md",
                        className="field-wide",
                    ),
                    dmc.Select(
                        id=COUNT,
                        value=q["n"],
                        data=list(COUNTS),
                        label=t("analogy.count"),
                        allowDeselect=False,
                        size="md",
                        className="field-small",
                    ),
                    script_select(t, SCRIPT, q["script"], "md"),
                    dmc.Button(t("analogy.solve"), id=SOLVE, size="md"),
                ],
                className="form",
            ),
            html.Div(
                [
                    dcc.Link(words, href=url.href(PATH, FIELDS, {"q": words}), className="example")
                    for words in examples.ANALOGIES
                ],
                className="chips",
                style={"marginTop": 12},
            ),
            dmc.Text(t("analogy.king"), size="xs", c="dimmed", mt="xs"),
            dmc.Switch(
                id=INCLUDE, checked=q["all"], label=t("analogy.include"), description=t("analogy.include_hint"), mt="md"
            ),
        ),
        html.Div(id=ANSWER),
    )


def register(app: Dash) -> None:
    app.callback(
        Output(ASKED, "data"),
        Input(SOLVE, "n_clicks"),
        Input(EXPRESSION, "n_submit"),
        State(EXPRESSION, "value"),
        prevent_initial_call=True,
    )(lambda _, __, expression: expression)
    app.callback(
        Output(ANSWER, "children"),
        Input(ASKED, "data"),
        Input(COUNT, "value"),
        Input(INCLUDE, "checked"),
        Input(SCRIPT, "value"),
        Input(ids.MODEL, "value"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
    )(answer)
    app.callback(
        Output(ids.address("analogy"), "data"),
        Input(ASKED, "data"),
        Input(COUNT, "value"),
        Input(INCLUDE, "checked"),
        Input(SCRIPT, "value"),
        Input(ids.MODEL, "value"),
    )(address)


def address(expression: str | None, n: str, include: bool, script: str | None, model: str) -> str:
    """The page's state as a query string."""
    return url.encode(FIELDS, {"q": expression or "", "n": n, "all": bool(include), "script": script, "model": model})


def answer(expression: str | None, n: str, include: bool, script: str | None, model: str, _: Any, scheme: str | None) -> Any:
    """Both methods' answers to an expression, or where it cannot be read."""
    t = text()
    if not (expression or "").strip():
        return card(None, empty(t("analogy.nothing"), t("analogy.nothing_lead"), picture="analogy"))
    q = url.decode(FIELDS, {"n": n, "q": expression, "script": script, "model": model})

    def build() -> Any:
        return solve(t, state().vectors(model), q | {"all": bool(include)}, scheme)

    return guarded(t, build, wrap=card_of)


def card_of(children: Any) -> Any:
    return card(None, children)


def solve(t: Text, vectors: Vectors, q: dict[str, Any], scheme: str | None) -> Any:
    expression, n, include, script = q["q"], int(q["n"]), q["all"], q["script"]
    try:
        whole = [vectors.analogy(expression, method, n, not include) for method in METHODS]
        found = [vectors.analogy(expression, method, n, not include, script=script) for method in METHODS]
    except (BadInput, OutOfVocabulary) as error:
        place = place_of(error, expression)
        return card(None, *([pointed(expression, place)] if place else []), problem(t, error))
    return dmc.Stack(
        [
            card(t("analogy.terms"), term_list(t, found[0]), hint=t("analogy.terms_hint")),
            dmc.SimpleGrid(
                [
                    answers_card(t, answers, left_out(t, every.words, script), q["model"], method)
                    for method, answers, every in zip(METHODS, found, whole, strict=True)
                ],
                cols={"base": 1, "md": 2},
                spacing="lg",
            ),
            card(
                t("analogy.picture"),
                picture(t, vectors, found[0], scheme),
                hint=t("analogy.picture_hint"),
                takes=("analogy", "picture"),
            ),
        ],
        gap="lg",
    )


def place_of(error: Exception, expression: str) -> tuple[int, int] | None:
    """Where an error points: start and end in the expression, or ``None`` when it points nowhere."""
    from explorer.vectors.expression import ExpressionError, parse

    if isinstance(error, ExpressionError):
        return error.position, min(error.position + 1, len(expression))
    if isinstance(error, OutOfVocabulary):
        for term in parse(expression):
            if term.word == error.word:
                return term.start, term.end
    return None


def pointed(expression: str, place: tuple[int, int]) -> html.Div:
    """The expression with the place of the error marked; a caret stands under it."""
    start, end = place
    return html.Div(
        [expression[:start], html.Mark(expression[start:end] or "\u00a0", className="caret"), expression[end:]],
        className="pointed",
    )


def term_list(t: Text, analogy: Analogy) -> html.Div:
    """Each word with its sign and what it was taken for."""
    rows = []
    for term, resolution in zip(analogy.terms, analogy.resolved, strict=True):
        sign = "−" if term.weight < 0 else "+"
        weight = "" if abs(term.weight) == 1 else f"{abs(term.weight):g} ×"
        rows.append(
            html.Div(
                [
                    html.Span(f"{sign} {weight}".strip(), className="sign minus" if sign == "−" else "sign"),
                    resolved(t, resolution),
                ],
                className="term",
            )
        )
    return html.Div(rows, className="terms")


def answers_card(t: Text, analogy: Analogy, notes: Sequence[Any], model: str, asked_for: str) -> Any:
    """One method's answers with their bars, and lines below them."""
    from explorer.text.tags import tag_of

    top = max((abs(neighbour.score) for neighbour in analogy), default=1.0)
    asked = {part for resolution in analogy.resolved for part in resolution.parts}
    rows = []
    for rank, neighbour in enumerate(analogy, 1):
        there = url.href("/similarity", {"word": url.text(), "model": url.model()}, {"word": neighbour.key, "model": model})
        word = dcc.Link(neighbour.word, href=there, className="word")
        mark = [dmc.Badge(t("analogy.asked"), size="xs", variant="light", color="gray", ml=6)] if neighbour.key in asked else []
        rows.append(
            [str(rank), html.Span([word, *mark]), tag_badge(t, tag_of(neighbour.key)), score_bar(neighbour.score, 0, top)]
        )
    title = t(f"analogy.{analogy.method}")
    head = [t("analogy.rank"), t("analogy.word"), t("analogy.tag"), t("analogy.score")]
    return card(
        title, table(head, rows, label=title), *notes, hint=t(f"analogy.{analogy.method}_hint"), takes=("analogy", asked_for)
    )


def picture(t: Text, vectors: Vectors, analogy: Analogy, scheme: str | None) -> Any:
    """The parallelogram, for a − b + c; in words why there is none otherwise."""
    from dashboards.pages.analogy.figures import parallelogram
    from explorer.vectors.plane import plane

    plus = [i for i, term in enumerate(analogy.terms) if term.weight == 1]
    minus = [i for i, term in enumerate(analogy.terms) if term.weight == -1]
    if len(analogy.terms) != 3 or len(plus) != 2 or len(minus) != 1:
        return dmc.Text(t("analogy.no_picture"), size="sm", c="dimmed")
    words = [analogy.terms[i].word for i in (plus[0], minus[0], plus[1])]
    a, b, c = vectors.unit_vectors(words)
    best = analogy[:DRAWN]
    try:
        flat = plane(a, b, c, list(vectors.unit_vectors([neighbour.key for neighbour in best])))
    except BadInput:
        return dmc.Text(t("analogy.flat"), size="sm", c="dimmed")
    target = f"{words[0]} − {words[1]} + {words[2]}"
    label = t("analogy.picture_label", target=target, answers=", ".join(neighbour.word for neighbour in best))
    rows = [
        [neighbour.word, f"{x:.2f}", f"{y:.2f}", f"{100 * share:.0f}%"]
        for neighbour, (x, y), share in zip(best, flat.answers.tolist(), flat.inside.tolist(), strict=True)
    ]
    return dmc.Stack(
        [
            graph(
                parallelogram(flat, words, [neighbour.word for neighbour in best], scheme, target),
                "analogy-plane",
                label,
                height=420,
            ),
            html.Details(
                [
                    html.Summary(t("analogy.as_table")),
                    table([t("analogy.word"), "x", "y", t("analogy.inside")], rows, label=label),
                ]
            ),
        ],
        gap="xs",
    )


# ---- what is taken along

_LINES = (
    "import explorer as ex\n\nv = ex.load({model})\n"
    "answer = v.analogy({q}, {method}, {n}, exclude={exclude}, script={script}).to_frame()"
)


def _taken(method: str, most: int | None = None) -> Take:
    """The answers of one method; the picture draws the first few of 3CosAdd."""

    def asked(q: Any) -> dict[str, Any]:
        n = min(int(q["n"]), most or int(q["n"]))
        return {"q": q["q"], "method": method, "n": n, "exclude": not q["all"], "script": q["script"]}

    def frame(q: Any) -> Any:
        expression, way, n, exclude, script = asked(q).values()
        return state().vectors(q["model"]).analogy(expression, way, n, exclude, script=script).to_frame()

    return Take(frame, lambda q: lines(_LINES, model=q["model"], **asked(q)))


CARDS = {method: _taken(method) for method in METHODS} | {"picture": _taken(METHODS[0], DRAWN)}

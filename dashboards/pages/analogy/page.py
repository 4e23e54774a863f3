"""Adding and subtracting words: in one model by two methods with the parallelogram, and the same question to several models."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.models import MOST_ALSO, also_field, asked_models, model_bar
from dashboards.app.state import state
from dashboards.kit import examples, ids, url
from dashboards.kit.components import card, empty, guarded, page, problem
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.scripts import FIELD, left_out, script_select
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take, lines
from dashboards.pages.analogy.answers import answers_card, form_card, picture, term_list
from dashboards.pages.analogy.models import TOLD, examples_card, models_card
from explorer.core.errors import BadInput, ExplorerError, OutOfVocabulary
from explorer.vectors.expression import ExpressionError, Proportion, parse, read, written

if TYPE_CHECKING:
    from explorer.vectors.records import Analogy
    from explorer.vectors.vectors import Vectors

PATH = "/analogy"
NAME = "analogy.name"
ICON = "analogy"
USES_MODEL = True
STEADY = True

METHODS = ("3cosadd", "3cosmul")
FROM_EXAMPLES = ("3cosadd", "lrcos")
"""Of several examples 3CosAdd takes the mean step (3CosAvg)."""
COUNTS = ("5", "10", "20", "50")
DRAWN = 4
"""Answers shown in the picture."""
MOST = 600
"""Longest expression: a dozen examples."""
SHIPPED = ("korean", "kiwi", "word2vec", "glove")
"""What is asked beside the chosen model where the address says nothing."""

FIELDS = {
    "q": url.text(MOST, examples.ANALOGIES[0]),
    "expected": url.text(default=None),
    "n": url.choice(COUNTS, "10"),
    "all": url.flag(),
    "script": FIELD,
    "model": url.model(),
    "also": replace(also_field(), default=None, always=True),
}

ASKED, WANTED = "analogy-asked", "analogy-wanted-asked"
"""The expression and the expected answer that were asked last."""
EXPRESSION, EXPECTED, SOLVE, COUNT, INCLUDE, SCRIPT, ALSO = (
    f"analogy-{name}" for name in ("expression", "expected", "solve", "count", "include", "script", "also")
)
ANSWER, PICTURE, MODELS, EXAMPLES = (f"analogy-{name}" for name in ("answer", "picture", "models", "examples"))


def layout(**query: Any) -> Any:
    t = text()
    q = completed(url.decode(FIELDS, query))
    return page(
        t,
        "analogy",
        model_bar(t, q["model"], (ALSO, q["also"])),
        dcc.Store(id=ASKED, data=q["q"]),
        dcc.Store(id=WANTED, data=q["expected"]),
        card(None, _form(t, q), _chips(), _notes(t, q)),
        html.Div(id=ANSWER, className="analogy-part"),
        html.Div(id=MODELS, className="analogy-part"),
        html.Div(id=EXAMPLES, className="analogy-part"),
        html.Div(id=PICTURE, className="analogy-part"),
    )


def completed(q: dict[str, Any]) -> dict[str, Any]:
    """The values of an address, with what an address leaves out: the answer expected of an example, the models that ship."""
    expected = examples.EXPECTED.get(q["q"], "") if q["expected"] is None else q["expected"]
    also = [one for one in SHIPPED if one != q["model"]] if q["also"] is None else q["also"]
    return q | {"expected": expected, "also": asked_models(q["model"], also)[1 : MOST_ALSO + 1]}


def _form(t: Text, q: dict[str, Any]) -> html.Div:
    return html.Div(
        [
            dmc.TextInput(
                id=EXPRESSION,
                value=q["q"],
                label=t("analogy.expression"),
                placeholder=examples.ANALOGIES[0],
                inputProps={"maxLength": MOST},
                size="md",
                className="field-widest",
            ),
            dmc.TextInput(
                id=EXPECTED,
                value=q["expected"],
                label=t("analogy.expected"),
                placeholder=t("analogy.expected_none"),
                inputProps={"maxLength": url.MAX_WORD},
                size="md",
                className="field",
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
    )


def _chips() -> html.Div:
    links = [dcc.Link(words, href=url.href(PATH, FIELDS, {"q": words}), className="example") for words in examples.ANALOGIES]
    return html.Div(links, className="chips", style={"marginTop": 12})


def _notes(t: Text, q: dict[str, Any]) -> html.Div:
    return html.Div(
        [
            dmc.Text(t("analogy.relation"), size="xs", c="dimmed", mt="xs"),
            dmc.Text(t("analogy.king"), size="xs", c="dimmed", mt=4),
            dmc.Switch(
                id=INCLUDE, checked=q["all"], label=t("analogy.include"), description=t("analogy.include_hint"), mt="md"
            ),
        ]
    )


def register(app: Dash) -> None:
    asked = [Input(ASKED, "data"), Input(WANTED, "data")]
    options = [Input(INCLUDE, "checked"), Input(SCRIPT, "value"), Input(ids.MODEL, "value")]
    ready = Input(ids.READY, "data")
    app.callback(
        Output(ASKED, "data"),
        Output(WANTED, "data"),
        Output(EXPECTED, "value"),
        Input(SOLVE, "n_clicks"),
        Input(EXPRESSION, "n_submit"),
        Input(EXPECTED, "n_submit"),
        State(EXPRESSION, "value"),
        State(EXPECTED, "value"),
        State(ASKED, "data"),
        State(WANTED, "data"),
        prevent_initial_call=True,
    )(lambda *given: ask(*given[-4:]))
    app.callback(Output(ANSWER, "children"), *asked, Input(COUNT, "value"), *options, ready)(steady(answer))
    scheme = Input(ids.SCHEME, "computedColorScheme")
    app.callback(Output(PICTURE, "children"), *asked, *options, ready, scheme)(steady(answer_picture))
    app.callback(Output(MODELS, "children"), *asked, *options, Input(ALSO, "value"), ready)(steady(answer_models))
    app.callback(Output(EXAMPLES, "children"), Input(ASKED, "data"), Input(ids.MODEL, "value"), ready)(steady(answer_examples))
    app.callback(Output(ids.address("analogy"), "data"), *asked, Input(COUNT, "value"), *options, Input(ALSO, "value"))(
        steady(address)
    )


def ask(expression: str | None, expected: str | None, before: str | None, wanted: str | None) -> tuple[Any, Any, Any]:
    """What is asked when the button is pressed. The answer expected of the question before is not that of a new one."""
    old = expression != before and (expected or "") == (wanted or "")
    if not old:
        return expression, expected or "", no_update
    new = examples.EXPECTED.get(expression or "", "")
    return expression, new, new


def address(
    expression: str | None, expected: str | None, n: str, include: bool, script: str | None, model: str, also: list[str] | None
) -> str:
    """The page's state as a query string."""
    values: dict[str, Any] = {"q": expression or "", "expected": expected or "", "n": n, "all": bool(include), "script": script}
    return url.encode(FIELDS, values | {"model": model, "also": asked_models(model, also)[1:]})


def _query(expression: str | None, expected: str | None, include: Any, script: Any, model: str, **more: Any) -> dict[str, Any]:
    q = url.decode(FIELDS, {"q": expression, "expected": expected or "", "script": script, "model": model, **more})
    return q | {"all": bool(include)}


def answer(expression: str | None, expected: str | None, n: str, include: bool, script: str | None, model: str, _: Any) -> Any:
    """Both methods' answers to an expression, or where it cannot be read."""
    t = text()
    if not (expression or "").strip():
        return card(None, empty(t("analogy.nothing"), t("analogy.nothing_lead"), picture="analogy"))
    q = _query(expression, expected, include, script, model, n=n)
    return guarded(t, lambda: solve(t, state().vectors(model), q), wrap=lambda content: card(None, content))


def answer_picture(
    expression: str | None, expected: str | None, include: bool, script: str | None, model: str, _: Any, scheme: str | None
) -> Any:
    """The parallelogram; nothing where there is no answer, which is said above."""
    t = text()
    asked = _drawn(_query(expression, expected, include, script, model))
    try:
        drawn = picture(t, state().vectors(model), asked, scheme)
    except (NotReady, ExplorerError):
        return None
    return card(t("analogy.picture"), drawn, hint=t("analogy.picture_hint"), takes=("analogy", "picture"))


def _drawn(q: dict[str, Any]) -> dict[str, Any]:
    """What the picture asks of the vectors."""
    return {"expression": q["q"], "n": DRAWN, "exclude": not q["all"], "script": q["script"], "expected": q["expected"]}


def pairs_of(expression: str) -> list[tuple[str, str]]:
    """The examples of a relation, where there are several; nothing for other expressions."""
    try:
        found = read(expression)
    except BadInput:
        return []
    if not isinstance(found, Proportion) or len(found.pairs) < 2:
        return []
    return [(start.word, end.word) for start, end in found.pairs]


def methods_of(expression: str) -> tuple[str, ...]:
    """How an expression is answered."""
    return FROM_EXAMPLES if pairs_of(expression) else METHODS


def solve(t: Text, vectors: Vectors, q: dict[str, Any]) -> Any:
    expression, n, include, script = q["q"], int(q["n"]), q["all"], q["script"]
    methods = methods_of(expression)
    try:
        found = [vectors.analogy(expression, one, n, not include, script=script, expected=q["expected"]) for one in methods]
    except (BadInput, OutOfVocabulary) as error:
        place = place_of(error, expression)
        if place is None:
            return card(None, problem(t, error))
        start, end = place
        instead = lambda word: _instead(q, expression[:start] + written(word) + expression[end:])  # noqa: E731
        return card(None, pointed(expression, place), problem(t, error, instead))
    cards = [
        answers_card(t, one, left_out(t, one.left_out, script), q["model"], method)
        for method, one in zip(methods, found, strict=True)
    ]
    terms = term_list(t, vectors, found[0], lambda other: _instead(q, other))
    return dmc.Stack(
        [
            card(t("analogy.terms"), terms, hint=t("analogy.terms_hint")),
            *([form_card(t, found[0].form, q["model"])] if found[0].form else []),
            dmc.SimpleGrid(cards, cols={"base": 1, "lg": 2}, spacing="lg"),
        ],
        gap="lg",
    )


def _instead(q: dict[str, Any], expression: str) -> str:
    """The address of the same question in other words."""
    return url.href(PATH, FIELDS, {name: value for name, value in q.items() if name != "also"} | {"q": expression})


def place_of(error: Exception, expression: str) -> tuple[int, int] | None:
    """Where an error points: start and end in the expression, or ``None`` when it points nowhere."""
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


def answer_models(
    expression: str | None, expected: str | None, include: bool, script: str | None, model: str, also: list[str] | None, _: Any
) -> Any:
    """The first answers of every model; nothing where the expression cannot be read, which is said above."""
    t = text()
    q = _query(expression, expected, include, script, model)
    try:
        parse(q["q"])
    except BadInput:
        return None

    def ask_model(name: str) -> Analogy:
        vectors = state().vectors(name)
        return vectors.analogy(q["q"], n=TOLD, exclude=not q["all"], script=q["script"], expected=q["expected"])

    return models_card(t, asked_models(model, also), ask_model, q["expected"])


def answer_examples(expression: str | None, model: str, _: Any) -> Any:
    """How well several examples answer each other; nothing for other expressions."""
    pairs = pairs_of(_query(expression, "", False, None, model)["q"])
    return examples_card(text(), model, pairs) if pairs else None


# ---- what is taken along

_LINES = "import explorer as ex\n\nv = ex.load({model})\nanswer = v."
_SAID = "exclude={exclude}, script={script}, expected={expected}).to_frame()"


def _asked(q: Any) -> dict[str, Any]:
    full = completed(dict(q))
    return {
        "q": q["q"],
        "model": q["model"],
        "n": int(q["n"]),
        "exclude": not q["all"],
        "script": q["script"],
        "expected": full["expected"],
        "models": asked_models(q["model"], full["also"]),
    }


def _method(method: str) -> Take:
    """The answers of one method."""

    def frame(q: Any) -> Any:
        a = _asked(q)
        found = state().vectors(a["model"]).analogy(a["q"], method, a["n"], a["exclude"], script=a["script"])
        return found.to_frame()

    line = _LINES + f"analogy({{q}}, {method!r}, {{n}}, exclude={{exclude}}, script={{script}}).to_frame()"
    return Take(frame, lambda q: lines(line, **_asked(q)))


def _picture(q: Any) -> Any:
    a = _asked(q)
    vectors = state().vectors(a["model"])
    return vectors.parallelogram(a["q"], DRAWN, exclude=a["exclude"], script=a["script"], expected=a["expected"]).to_frame()


def _models(q: Any) -> Any:
    from explorer.analysis.beside import compare_analogy

    a = _asked(q)
    opened = {name: state().vectors(name) for name in a["models"]}
    return compare_analogy(a["q"], opened, a["expected"], exclude=a["exclude"], script=a["script"]).to_frame()


def _examples(q: Any) -> Any:
    return state().vectors(q["model"]).relation(_pairs(q)).to_frame()


def _pairs(q: Any) -> list[tuple[str, str]]:
    pairs = pairs_of(q["q"])
    if not pairs:
        raise BadInput("dashboards.no_examples")
    return pairs


CARDS = {
    **{method: _method(method) for method in dict.fromkeys([*METHODS, *FROM_EXAMPLES])},
    "picture": Take(_picture, lambda q: lines(_LINES + f"parallelogram({{q}}, {DRAWN}, {_SAID}", **_asked(q))),
    "models": Take(
        _models,
        lambda q: lines(
            "import explorer as ex\n\nanswer = ex.compare_analogy({q}, {models}, {expected}, exclude={exclude}, script={script}).to_frame()",
            **_asked(q),
        ),
    ),
    "examples": Take(_examples, lambda q: lines(_LINES + "relation({pairs}).to_frame()", model=q["model"], pairs=_pairs(q))),
}

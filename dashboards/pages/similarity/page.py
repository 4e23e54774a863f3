"""How near words are: the neighbours of words in one model or several, the cosine of two, the matrix of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html

from dashboards.app.models import also_field, asked_models, model_bar
from dashboards.app.state import state
from dashboards.kit import examples, ids, url
from dashboards.kit.components import card, empty, guarded, page
from dashboards.kit.forms import tag_select
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.scripts import FIELD, script_select
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take, lines
from dashboards.pages.similarity import matrix, neighbours, pair

PATH = "/similarity"
NAME = "similarity.name"
ICON = "similarity"
USES_MODEL = True
STEADY = True

PASTED = 400
"""Words the list takes in; of more than :data:`~dashboards.kit.url.MAX_WORDS` the page says how many are left out."""
COUNTS = ("10", "20", "50", "100")
MOST_TAGS = 12
MOST_ASKED = 6
"""Words whose neighbours stand side by side."""
ORDERS = ("near", "typed")

FIELDS = {
    "word": url.texts(most=MOST_ASKED, default=examples.WORDS[:1]),
    "n": url.choice(COUNTS, "10"),
    "tags": url.texts(limit=12, most=MOST_TAGS),
    "script": FIELD,
    "least": url.integer(0, 10**9, 0),
    "a": url.text(default=examples.PAIRS[0][0]),
    "b": url.text(default=examples.PAIRS[0][1]),
    "words": url.texts(default=examples.LISTS[0]),
    "order": url.choice(ORDERS, ORDERS[0]),
    "model": url.model(),
    "also": also_field(),
}

WORD, SEARCH, COUNT, TAGS, SCRIPT, LEAST, ALSO, NEIGHBOURS = (
    f"similarity-{name}" for name in ("word", "search", "count", "tags", "script", "least", "also", "neighbours")
)
ASKED, PAIRED = "similarity-asked", "similarity-paired"
"""The word and the pair that were asked last: what is typed counts once it is asked."""
A, B, PAIR, PAIR_ANSWER = (f"similarity-{name}" for name in ("a", "b", "compare", "pair"))
LIST, ORDER, LIST_ANSWER = (f"similarity-{name}" for name in ("list", "order", "matrix"))


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "similarity",
        model_bar(t, q["model"], (ALSO, q["also"])),
        dcc.Store(id=ASKED, data=", ".join(q["word"])),
        dcc.Store(id=PAIRED, data=[q["a"], q["b"]]),
        card(
            t("similarity.neighbours"),
            _neighbour_form(t, q),
            html.Div(id=NEIGHBOURS, className="answer"),
            hint=t("similarity.neighbours_hint"),
            takes=("similarity", "neighbours"),
        ),
        dmc.SimpleGrid(
            [
                card(
                    t("similarity.pair"),
                    _pair_form(t, q),
                    html.Div(id=PAIR_ANSWER, className="answer"),
                    hint=t("similarity.pair_hint"),
                    takes=("similarity", "pair"),
                ),
                card(
                    t("similarity.matrix"),
                    _list_form(t, q),
                    html.Div(id=LIST_ANSWER, className="answer"),
                    hint=t("similarity.matrix_hint"),
                    takes=("similarity", "matrix"),
                ),
            ],
            cols={"base": 1, "lg": 2},
            spacing="lg",
        ),
    )


def _neighbour_form(t: Text, q: dict[str, Any]) -> Any:
    return dmc.Stack(
        [
            html.Div(
                [
                    dmc.TextInput(
                        id=WORD,
                        value=", ".join(q["word"]),
                        label=t("similarity.word"),
                        placeholder=t("similarity.word_example"),
                        inputProps={"maxLength": MOST_ASKED * (url.MAX_WORD + 2)},
                        className="field-wide",
                    ),
                    tag_select(t, TAGS, q["tags"], MOST_TAGS),
                    dmc.Select(
                        id=COUNT,
                        value=q["n"],
                        data=list(COUNTS),
                        label=t("similarity.count"),
                        allowDeselect=False,
                        className="field-small",
                    ),
                    script_select(t, SCRIPT, q["script"]),
                    dmc.NumberInput(
                        id=LEAST,
                        value=q["least"],
                        label=t("similarity.least"),
                        min=0,
                        max=10**9,
                        step=10,
                        allowDecimal=False,
                        allowNegative=False,
                        thousandSeparator=",",
                        hideControls=True,
                        debounce=500,
                        className="field-small",
                    ),
                    dmc.Button(t("similarity.search"), id=SEARCH),
                ],
                className="form",
            ),
            _chips(
                [(" · ".join(words), {"word": list(words)}) for words in [*((one,) for one in examples.WORDS), examples.BESIDE]]
            ),
        ],
        gap="sm",
    )


def _pair_form(t: Text, q: dict[str, Any]) -> Any:
    return dmc.Stack(
        [
            html.Div(
                [
                    dmc.TextInput(
                        id=A,
                        value=q["a"],
                        label=t("similarity.first"),
                        inputProps={"maxLength": url.MAX_WORD},
                        className="field",
                    ),
                    dmc.TextInput(
                        id=B,
                        value=q["b"],
                        label=t("similarity.second"),
                        inputProps={"maxLength": url.MAX_WORD},
                        className="field",
                    ),
                    dmc.Button(t("similarity.compare"), id=PAIR),
                ],
                className="form",
            ),
            _chips([(f"{a} · {b}", {"a": a, "b": b}) for a, b in examples.PAIRS]),
        ],
        gap="sm",
    )


def _list_form(t: Text, q: dict[str, Any]) -> Any:
    return dmc.Stack(
        [
            dmc.TagsInput(
                id=LIST,
                value=q["words"],
                label=t("similarity.words"),
                placeholder=t("similarity.words_example"),
                maxTags=PASTED,
                splitChars=[",", " ", "\n"],
                clearable=True,
                clearButtonProps={"aria-label": t("shell.clear")},
            ),
            dmc.SegmentedControl(
                id=ORDER,
                value=q["order"],
                data=[{"value": order, "label": t(f"similarity.order_{order}")} for order in ORDERS],
                size="xs",
            ),
            _chips([(" ".join(words[:3]) + " …", {"words": list(words)}) for words in examples.LISTS]),
        ],
        gap="sm",
    )


def _chips(links: Sequence[tuple[str, dict[str, Any]]]) -> html.Div:
    return html.Div(
        [dcc.Link(label, href=url.href(PATH, FIELDS, values), className="example") for label, values in links],
        className="chips",
    )


def register(app: Dash) -> None:
    model, also, ready = Input(ids.MODEL, "value"), Input(ALSO, "value"), Input(ids.READY, "data")
    scheme = Input(ids.SCHEME, "computedColorScheme")
    filters = [Input(COUNT, "value"), Input(TAGS, "value"), Input(SCRIPT, "value"), Input(LEAST, "value")]
    app.callback(
        Output(ASKED, "data"),
        Input(SEARCH, "n_clicks"),
        Input(WORD, "n_submit"),
        State(WORD, "value"),
        prevent_initial_call=True,
    )(lambda _, __, word: word)
    app.callback(
        Output(PAIRED, "data"),
        Input(PAIR, "n_clicks"),
        Input(A, "n_submit"),
        Input(B, "n_submit"),
        State(A, "value"),
        State(B, "value"),
        prevent_initial_call=True,
    )(lambda *given: given[-2:])
    app.callback(Output(NEIGHBOURS, "children"), Input(ASKED, "data"), *filters, model, also, ready)(steady(answer_neighbours))
    app.callback(Output(TAGS, "data"), model, ready, State(TAGS, "value"))(steady(tag_choices))
    app.callback(Output(PAIR_ANSWER, "children"), Input(PAIRED, "data"), model, also, ready, scheme)(steady(answer_pair))
    app.callback(Output(LIST_ANSWER, "children"), Input(LIST, "value"), Input(ORDER, "value"), model, ready, scheme)(
        steady(answer_list)
    )
    app.callback(
        Output(ids.address("similarity"), "data"),
        Input(ASKED, "data"),
        Input(PAIRED, "data"),
        *filters,
        Input(LIST, "value"),
        Input(ORDER, "value"),
        model,
        also,
    )(steady(address))


def address(
    word: str | None,
    pair: Sequence[str | None] | None,
    n: str,
    tags: list[str] | None,
    script: str | None,
    least: Any,
    words: list[str] | None,
    order: str | None,
    model: str,
    also: list[str] | None,
) -> str:
    """The page's state as a query string."""
    a, b = pair or ("", "")
    values: dict[str, Any] = {
        "word": asked_words(word)[:MOST_ASKED],
        "n": n,
        "tags": tags or [],
        "script": script,
        "a": a or "",
        "b": b or "",
    }
    values |= {"least": _count(least), "words": (words or [])[: url.MAX_WORDS], "order": order, "model": model}
    return url.encode(FIELDS, values | {"also": asked_models(model, also)[1:]})


def _count(typed: Any) -> int:
    """A number field's value, which is empty while it is being typed."""
    least: int = FIELDS["least"].read(str(typed or 0))
    return least


def asked_words(typed: str | None) -> list[str]:
    """The words between commas, each once."""
    return list(dict.fromkeys(word for part in (typed or "").split(",") if (word := url.clean(part, url.MAX_WORD))))


def options_of(q: Mapping[str, Any]) -> dict[str, Any]:
    """What filters neighbours, as ``Vectors.similar`` takes it."""
    return {"tags": q["tags"] or None, "script": q["script"], "min_count": q["least"]}


def answer_neighbours(
    typed: str | None,
    n: str,
    tags: list[str] | None,
    script: str | None,
    least: Any,
    model: str,
    also: list[str] | None,
    _: Any,
) -> Any:
    """The neighbours of the words, with what they were taken for."""
    t = text()
    words = asked_words(typed)
    if not words:
        return empty(t("similarity.no_word"), t("similarity.no_word_lead"), picture="search")
    q = url.decode(FIELDS, {"n": n, "script": script}) | {"tags": (tags or [])[:MOST_TAGS], "least": _count(least)}
    more = words[MOST_ASKED:]
    said = [_too_many(t, MOST_ASKED, more)] if more else []
    models = asked_models(model, also)

    def here(word: str) -> str:
        return url.href(PATH, FIELDS, {"word": [word], "model": model})

    found = guarded(t, lambda: neighbours.answers(t, words[:MOST_ASKED], models, options_of(q), int(q["n"]), here))
    return [*said, found]


def _too_many(t: Text, most: int, left: Sequence[str]) -> dmc.Text:
    shown = ", ".join(left[:5]) + (" …" if len(left) > 5 else "")
    return dmc.Text(t("similarity.too_many", most=most, more=len(left), words=shown), size="sm", c="orange")


def tag_choices(model: str, _: Any, chosen: list[str] | None) -> Any:
    """The tags this model's keys have; until it is open, what was chosen."""
    from explorer.core.errors import ExplorerError

    t = text()
    try:
        tags = list(state().vectors(model).tags)
    except (NotReady, ExplorerError):
        tags = chosen or []
    return [{"value": tag, "label": f"{tag} {t.maybe(f'tags.{tag}', '')}".strip()} for tag in tags]


def answer_pair(asked: Sequence[str | None] | None, model: str, also: list[str] | None, _: Any, scheme: str | None) -> Any:
    """The cosine of two words, and where it stands among random pairs."""
    t = text()
    a, b = asked or ("", "")
    if not (a or "").strip() or not (b or "").strip():
        return empty(t("similarity.no_pair"), t("similarity.no_pair_lead"))
    q = url.decode(FIELDS, {"a": a, "b": b})
    return guarded(t, lambda: pair.answer(t, asked_models(model, also), q["a"], q["b"], scheme))


def answer_list(words: list[str] | None, order: str | None, model: str, _: Any, scheme: str | None) -> Any:
    """The matrix of a list, as a picture and as a table."""
    t = text()
    q = url.decode(FIELDS, {"words": ",".join(words or []), "order": order})
    if len(q["words"]) < 2:
        return empty(t("similarity.few"), t("similarity.few_lead"))
    more = (words or [])[url.MAX_WORDS :]
    said = [_too_many(t, url.MAX_WORDS, more)] if more else []

    def instead(word: str, other: str) -> str:
        swapped = [other if one == word else one for one in q["words"]]
        return url.href(PATH, FIELDS, {"words": swapped, "order": q["order"], "model": model})

    return [*said, guarded(t, lambda: matrix.answer(t, state().vectors(model), q["words"], q["order"], scheme, instead))]


# ---- what is taken along

_OPEN = "import explorer as ex\n\nv = ex.load({model})\n"


def _alone(q: Any) -> bool:
    return len(q["word"]) == 1 and not q["also"]


def _opened(q: Any) -> dict[str, Any]:
    return {model: state().vectors(model) for model in asked_models(q["model"], q["also"])}


def _neighbours(q: Any) -> Any:
    if _alone(q):
        return state().vectors(q["model"]).similar(q["word"][0], int(q["n"]), **options_of(q)).to_frame()
    from explorer.analysis.beside import compare_neighbours

    return compare_neighbours(q["word"], _opened(q), int(q["n"]), **options_of(q)).to_frame()


def _neighbours_lines(q: Any) -> str:
    options = options_of(q) | {"n": int(q["n"])}
    filters = "tags={tags}, script={script}, min_count={min_count}"
    if _alone(q):
        line = _OPEN + f"answer = v.similar({{word}}, {{n}}, {filters}).to_frame()"
        return lines(line, word=q["word"][0], model=q["model"], **options)
    line = f"import explorer as ex\n\nanswer = ex.compare_neighbours({{words}}, {{models}}, {{n}}, {filters}).to_frame()"
    return lines(line, words=q["word"], models=asked_models(q["model"], q["also"]), **options)


def _pair(q: Any) -> Any:
    if not q["also"]:
        return state().vectors(q["model"]).similarities([q["a"], q["b"]]).to_frame()
    import pandas as pd

    return pd.DataFrame([{"model": name, "similarity": v.similarity(q["a"], q["b"])} for name, v in _opened(q).items()])


def _pair_lines(q: Any) -> str:
    if not q["also"]:
        return lines(_OPEN + "answer = v.similarities([{a}, {b}]).to_frame()", **q)
    line = (
        "import explorer as ex\nimport pandas as pd\n\nmodels = {models}\n"
        'answer = pd.DataFrame([{{"model": name, "similarity": ex.load(name).similarity({a}, {b})}} for name in models])'
    )
    return lines(line, models=asked_models(q["model"], q["also"]), a=q["a"], b=q["b"])


def _matrix(q: Any) -> Any:
    return matrix.record(state().vectors(q["model"]), q["words"], q["order"]).to_frame()


def _matrix_lines(q: Any) -> str:
    order = ".ordered()" if q["order"] == "near" else ""
    return lines(_OPEN + f"answer = v.similarities({{words}}, skip_unknown=True){order}.to_frame()", **q)


CARDS = {
    "neighbours": Take(_neighbours, _neighbours_lines),
    "pair": Take(_pair, _pair_lines),
    "matrix": Take(_matrix, _matrix_lines),
}

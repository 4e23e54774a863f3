"""How near words are: neighbours of one, the cosine of two, the matrix of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html

from dashboards.app.models import model_bar
from dashboards.app.state import state
from dashboards.kit import examples, ids, url
from dashboards.kit.components import card, empty, graph, guarded, page, resolved, score_bar, table, tag_badge
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.scripts import FIELD, left_out, script_select
from dashboards.kit.taking import Take, lines

if TYPE_CHECKING:
    from explorer.vectors.records import Neighbours
    from explorer.vectors.vectors import Vectors

PATH = "/similarity"
NAME = "similarity.name"
ICON = "similarity"
USES_MODEL = True

PASTED = 400
"""Words the list takes in; of more than :data:`~dashboards.kit.url.MAX_WORDS` the page says how many are left out."""
COUNTS = ("10", "20", "50", "100")
MOST_TAGS = 12
SENSE_COUNT = 8
"""Neighbours shown of each sense."""

FIELDS = {
    "word": url.text(default=examples.WORDS[0]),
    "n": url.choice(COUNTS, "10"),
    "tags": url.texts(limit=12, most=MOST_TAGS),
    "script": FIELD,
    "a": url.text(default=examples.PAIRS[0][0]),
    "b": url.text(default=examples.PAIRS[0][1]),
    "words": url.texts(default=examples.LISTS[0]),
    "model": url.model(),
}

WORD, SEARCH, COUNT, TAGS, SCRIPT, NEIGHBOURS = (
    f"similarity-{name}" for name in ("word", "search", "count", "tags", "script", "neighbours")
)
ASKED, PAIRED = "similarity-asked", "similarity-paired"
"""The word and the pair that were asked last: what is typed counts once it is asked."""
A, B, PAIR, PAIR_ANSWER = (f"similarity-{name}" for name in ("a", "b", "compare", "pair"))
LIST, LIST_ANSWER = (f"similarity-{name}" for name in ("list", "matrix"))


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "similarity",
        model_bar(t, q["model"]),
        dcc.Store(id=ASKED, data=q["word"]),
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
                        value=q["word"],
                        label=t("similarity.word"),
                        placeholder=t("similarity.word_example"),
                        inputProps={"maxLength": url.MAX_WORD},
                        className="field-wide",
                    ),
                    dmc.MultiSelect(
                        id=TAGS,
                        value=q["tags"],
                        data=q["tags"],
                        label=t("similarity.tags"),
                        placeholder=t("similarity.all_tags"),
                        searchable=True,
                        clearable=True,
                        clearButtonProps={"aria-label": t("shell.clear")},
                        maxValues=MOST_TAGS,
                        className="field-wide",
                    ),
                    dmc.Select(
                        id=COUNT,
                        value=q["n"],
                        data=list(COUNTS),
                        label=t("similarity.count"),
                        allowDeselect=False,
                        className="field-small",
                    ),
                    script_select(t, SCRIPT, q["script"]),
                    dmc.Button(t("similarity.search"), id=SEARCH),
                ],
                className="form",
            ),
            _chips([(word, {"word": word}) for word in examples.WORDS]),
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
    model, ready = Input(ids.MODEL, "value"), Input(ids.READY, "data")
    scheme = Input(ids.SCHEME, "computedColorScheme")
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
    app.callback(
        Output(NEIGHBOURS, "children"),
        Input(ASKED, "data"),
        Input(COUNT, "value"),
        Input(TAGS, "value"),
        Input(SCRIPT, "value"),
        model,
        ready,
    )(answer_neighbours)
    app.callback(Output(TAGS, "data"), model, ready, State(TAGS, "value"))(tag_choices)
    app.callback(Output(PAIR_ANSWER, "children"), Input(PAIRED, "data"), model, ready, scheme)(answer_pair)
    app.callback(Output(LIST_ANSWER, "children"), Input(LIST, "value"), model, ready, scheme)(answer_list)
    app.callback(
        Output(ids.address("similarity"), "data"),
        Input(ASKED, "data"),
        Input(PAIRED, "data"),
        Input(COUNT, "value"),
        Input(TAGS, "value"),
        Input(SCRIPT, "value"),
        Input(LIST, "value"),
        model,
    )(address)


def address(
    word: str | None,
    pair: Sequence[str | None] | None,
    n: str,
    tags: list[str] | None,
    script: str | None,
    words: list[str] | None,
    model: str,
) -> str:
    """The page's state as a query string."""
    a, b = pair or ("", "")
    values = {"word": word or "", "n": n, "tags": tags or [], "script": script, "a": a or "", "b": b or ""}
    return url.encode(FIELDS, values | {"words": (words or [])[: url.MAX_WORDS], "model": model})


def answer_neighbours(word: str | None, n: str, tags: list[str] | None, script: str | None, model: str, _: Any) -> Any:
    """The neighbours of a word, with what it was taken for."""
    t = text()
    q = url.decode(FIELDS, {"n": n, "word": word or "", "script": script})
    if not (word or "").strip():
        return empty(t("similarity.no_word"), t("similarity.no_word_lead"), picture="search")

    def build() -> Any:
        vectors = state().vectors(model)
        options: dict[str, Any] = {"n": int(q["n"]), "tags": (tags or None) and tags[:MOST_TAGS]}
        found = neighbour_table(t, vectors.similar(q["word"], script=q["script"], **options), model)
        left = left_out(t, vectors.similar(q["word"], **options).words, q["script"])
        return dmc.Stack([*sense_lists(t, vectors, q, model), found, *left], gap="xs")

    return guarded(t, build)


def sense_lists(t: Text, vectors: Vectors, q: dict[str, Any], model: str) -> list[Any]:
    """The senses of a word: a chip that leads to each, and its nearest words; nothing where it has one vector only."""
    senses = vectors.senses(q["word"])
    if not senses:
        return []
    columns = [
        dmc.Stack(
            [
                dcc.Link(
                    f"{sense.word} · {sense.name}",
                    href=url.href(PATH, FIELDS, {"word": sense.key, "model": model}),
                    className="example",
                ),
                dmc.Text(t("similarity.sense_share", share=f"{sense.share:.0%}"), size="xs", c="dimmed"),
                dmc.Text(" · ".join(found.words), size="sm"),
            ],
            gap=4,
            className="sense",
        )
        for sense, found in zip(
            senses, vectors.similar_many([one.key for one in senses], SENSE_COUNT, script=q["script"]), strict=True
        )
    ]
    lead = dmc.Text(t("similarity.senses", count=len(senses)), size="sm")
    return [lead, dmc.SimpleGrid(columns, cols={"base": 1, "sm": min(3, len(senses))}, spacing="md")]


def neighbour_table(t: Text, found: Neighbours, model: str) -> Any:
    """Rank, word, tag, score and count; a word leads to its own neighbours."""
    from explorer.text.tags import tag_of

    counted = any(neighbour.count is not None for neighbour in found)
    rows = []
    for rank, neighbour in enumerate(found, 1):
        tag = tag_of(neighbour.key)
        link = dcc.Link(neighbour.word, href=url.href(PATH, FIELDS, {"word": neighbour.key, "model": model}), className="word")
        rows.append(
            [str(rank), link, tag_badge(t, tag), score_bar(neighbour.score), *([f"{neighbour.count:,}"] if counted else [])]
        )
    head = [
        t("similarity.rank"),
        t("similarity.word"),
        t("similarity.tag"),
        t("similarity.cosine"),
        *([t("similarity.seen")] if counted else []),
    ]
    parts = [resolved(t, found.resolution)] if found.resolution else []
    return dmc.Stack([*parts, table(head, rows, label=t("similarity.neighbours"))], gap="sm")


def tag_choices(model: str, _: Any, chosen: list[str] | None) -> Any:
    """The tags this model's keys have; until it is open, what was chosen."""
    from explorer.core.errors import ExplorerError

    t = text()
    try:
        tags = tags_of(state().vectors(model))
    except (NotReady, ExplorerError):
        tags = chosen or []
    return [{"value": tag, "label": f"{tag} {t.maybe(f'tags.{tag}', '')}".strip()} for tag in tags]


def tags_of(vectors: Any) -> list[str]:
    """Tags of a model's keys, most frequent first."""
    from collections import Counter

    from explorer.text.tags import tag_of

    counts = Counter(tag for key in vectors.keys if (tag := tag_of(key)))
    return [tag for tag, _ in counts.most_common()]


def answer_pair(asked: Sequence[str | None] | None, model: str, _: Any, scheme: str | None) -> Any:
    """The cosine of two words, and where it stands among random pairs."""
    t = text()
    a, b = asked or ("", "")
    if not (a or "").strip() or not (b or "").strip():
        return empty(t("similarity.no_pair"), t("similarity.no_pair_lead"))
    q = url.decode(FIELDS, {"a": a, "b": b})
    return guarded(t, lambda: pair(t, state().vectors(model), q["a"], q["b"], scheme))


def pair(t: Text, vectors: Any, a: str, b: str, scheme: str | None) -> Any:
    from dashboards.kit.geometry import random_cosines, share_below
    from dashboards.pages.similarity.figures import scale

    value = vectors.similarity(a, b)
    random = random_cosines(vectors)
    share = share_below(random, value)
    names = {"random": t("similarity.random"), "pair": f"{a} · {b}"}
    sentence = t("similarity.nearer_than", share="99.9+" if share >= 0.9995 else f"{100 * share:.1f}")
    return dmc.Stack(
        [
            resolved(t, vectors.resolve(a)),
            resolved(t, vectors.resolve(b)),
            dmc.Group(
                [
                    html.Span(f"{value:.3f}", className="big-number"),
                    dmc.Text(sentence, size="sm", c="dimmed", className="grow"),
                ],
                gap="md",
                wrap="nowrap",
            ),
            graph(scale(random, value, scheme, names), "similarity-scale", f"{a} · {b}: {value:.3f}. {sentence}", height=150),
            dmc.Text(t("similarity.scale_note", mean=f"{random.mean():.3f}" if len(random) else "–"), size="xs", c="dimmed"),
        ],
        gap="xs",
    )


def answer_list(words: list[str] | None, model: str, _: Any, scheme: str | None) -> Any:
    """The matrix of a list, as a picture and as a table."""
    t = text()
    q = url.decode(FIELDS, {"words": ",".join(words or [])})
    if len(q["words"]) < 2:
        return empty(t("similarity.few"), t("similarity.few_lead"))
    more = len(words or []) - url.MAX_WORDS
    said = [dmc.Text(t("similarity.too_many", most=url.MAX_WORDS, more=more), size="sm", c="orange")] if more > 0 else []
    return [*said, guarded(t, lambda: matrix(t, state().vectors(model), q["words"], scheme))]


def matrix(t: Text, vectors: Any, words: list[str], scheme: str | None) -> Any:
    from dashboards.pages.similarity.figures import heat_map

    cosines = vectors.matrix(words)
    odd = [t("similarity.odd", word=vectors.odd_one_out(words))] if len(words) > 2 else []
    rows = [[word, *[f"{value:.2f}" for value in row]] for word, row in zip(words, cosines.tolist(), strict=True)]
    return dmc.Stack(
        [
            *[dmc.Text(line, size="sm") for line in odd],
            graph(
                heat_map(words, cosines, scheme, t("similarity.cosine")),
                "similarity-heat",
                t("similarity.matrix"),
                height=max(300, min(640, 90 + 38 * len(words))),
            ),
            html.Details(
                [
                    html.Summary(t("similarity.as_table")),
                    *[
                        resolved(t, resolution)
                        for word in words
                        if (resolution := vectors.resolve(word)).how not in ("exact", "form")
                    ],
                    table(["", *words], rows, label=t("similarity.matrix")),
                ]
            ),
        ],
        gap="xs",
    )


# ---- what is taken along


def _neighbours(q: Any) -> Any:
    options = {"n": int(q["n"]), "tags": q["tags"] or None, "script": q["script"]}
    return state().vectors(q["model"]).similar(q["word"], **options).to_frame()


def _pair(q: Any) -> Any:
    return state().vectors(q["model"]).similarities([q["a"], q["b"]]).to_frame()


def _matrix(q: Any) -> Any:
    return state().vectors(q["model"]).similarities(q["words"]).to_frame()


_OPEN = "import explorer as ex\n\nv = ex.load({model})\n"

CARDS = {
    "neighbours": Take(
        _neighbours,
        lambda q: lines(
            _OPEN + "answer = v.similar({word}, {n}, tags={tags}, script={script}).to_frame()",
            **dict(q) | {"n": int(q["n"]), "tags": q["tags"] or None},
        ),
    ),
    "pair": Take(_pair, lambda q: lines(_OPEN + "answer = v.similarities([{a}, {b}]).to_frame()", **q)),
    "matrix": Take(_matrix, lambda q: lines(_OPEN + "answer = v.similarities({words}).to_frame()", **q)),
}

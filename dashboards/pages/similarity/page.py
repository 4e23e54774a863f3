"""How near words are: neighbours of one, the cosine of two, the matrix of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html

from dashboards.app.state import state
from dashboards.kit import examples, ids, url
from dashboards.kit.components import card, empty, graph, guarded, page, resolved, score_bar, table, tag_badge
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.scripts import FIELD, left_out, script_select
from explorer.static.load import DEFAULT_MODEL

if TYPE_CHECKING:
    from explorer.vectors.records import Neighbours
    from explorer.vectors.vectors import Vectors

PATH = "/similarity"
NAME = "similarity.name"
ICON = "similarity"
USES_MODEL = True

COUNTS = ("10", "20", "50", "100")
MOST_TAGS = 12
SENSE_COUNT = 8
"""Neighbours shown of each sense."""

QUERY = {
    "word": url.text(default=examples.WORDS[0]),
    "n": url.choice(COUNTS, "10"),
    "tags": url.texts(limit=12, most=MOST_TAGS),
    "script": FIELD,
    "a": url.text(default=examples.PAIRS[0][0]),
    "b": url.text(default=examples.PAIRS[0][1]),
    "words": url.texts(default=examples.LISTS[0]),
    "model": url.text(100, DEFAULT_MODEL),
}

WORD, SEARCH, COUNT, TAGS, SCRIPT, NEIGHBOURS = (
    f"similarity-{name}" for name in ("word", "search", "count", "tags", "script", "neighbours")
)
A, B, PAIR, PAIR_ANSWER = (f"similarity-{name}" for name in ("a", "b", "compare", "pair"))
LIST, LIST_ANSWER = (f"similarity-{name}" for name in ("list", "matrix"))


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(QUERY, query)
    return page(
        t,
        "similarity",
        card(
            t("similarity.neighbours"),
            _neighbour_form(t, q),
            html.Div(id=NEIGHBOURS, className="answer"),
            hint=t("similarity.neighbours_hint"),
        ),
        dmc.SimpleGrid(
            [
                card(
                    t("similarity.pair"),
                    _pair_form(t, q),
                    html.Div(id=PAIR_ANSWER, className="answer"),
                    hint=t("similarity.pair_hint"),
                ),
                card(
                    t("similarity.matrix"),
                    _list_form(t, q),
                    html.Div(id=LIST_ANSWER, className="answer"),
                    hint=t("similarity.matrix_hint"),
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
                maxTags=url.MAX_WORDS,
                splitChars=[",", " ", "\n"],
                clearable=True,
                inputProps={"maxLength": url.MAX_WORD},
            ),
            _chips([(" ".join(words[:3]) + " …", {"words": list(words)}) for words in examples.LISTS]),
        ],
        gap="sm",
    )


def _chips(links: Sequence[tuple[str, dict[str, Any]]]) -> html.Div:
    return html.Div(
        [dcc.Link(label, href=url.href(PATH, QUERY, values), className="example") for label, values in links], className="chips"
    )


def register(app: Dash) -> None:
    app.callback(
        Output(NEIGHBOURS, "children"),
        Input(SEARCH, "n_clicks"),
        Input(WORD, "n_submit"),
        Input(COUNT, "value"),
        Input(TAGS, "value"),
        Input(SCRIPT, "value"),
        Input(ids.MODEL, "value"),
        Input(ids.READY, "data"),
        State(WORD, "value"),
    )(answer_neighbours)
    app.callback(Output(TAGS, "data"), Input(ids.MODEL, "value"), Input(ids.READY, "data"), State(TAGS, "value"))(tag_choices)
    app.callback(
        Output(PAIR_ANSWER, "children"),
        Input(PAIR, "n_clicks"),
        Input(A, "n_submit"),
        Input(B, "n_submit"),
        Input(ids.MODEL, "value"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
        State(A, "value"),
        State(B, "value"),
    )(answer_pair)
    app.callback(
        Output(LIST_ANSWER, "children"),
        Input(LIST, "value"),
        Input(ids.MODEL, "value"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
    )(answer_list)
    app.callback(
        Output(ids.address("similarity"), "data"),
        Input(SEARCH, "n_clicks"),
        Input(WORD, "n_submit"),
        Input(PAIR, "n_clicks"),
        Input(A, "n_submit"),
        Input(B, "n_submit"),
        Input(COUNT, "value"),
        Input(TAGS, "value"),
        Input(SCRIPT, "value"),
        Input(LIST, "value"),
        Input(ids.MODEL, "value"),
        State(WORD, "value"),
        State(A, "value"),
        State(B, "value"),
        prevent_initial_call=True,
    )(address)


def address(*values: Any) -> str:
    """The page's state as a query string."""
    count, tags, script, words, model, word, a, b = values[-8:]
    return url.encode(
        QUERY,
        {"word": word, "n": count, "tags": tags or [], "script": script, "a": a, "b": b, "words": words or [], "model": model},
    )


def answer_neighbours(
    _: Any, __: Any, n: str, tags: list[str] | None, script: str | None, model: str, ___: Any, word: str | None
) -> Any:
    """The neighbours of a word, with what it was taken for."""
    t = text()
    q = url.decode(QUERY, {"n": n, "word": word or "", "script": script})
    if not (word or "").strip():
        return empty(t("similarity.no_word"), t("similarity.no_word_lead"), picture="search")

    def build() -> Any:
        vectors = state().vectors(model)
        options: dict[str, Any] = {"n": int(q["n"]), "tags": (tags or None) and tags[:MOST_TAGS]}
        found = neighbour_table(t, vectors.similar(q["word"], script=q["script"], **options))
        left = left_out(t, vectors.similar(q["word"], **options).words, q["script"])
        return dmc.Stack([*sense_lists(t, vectors, q["word"], q["script"]), found, *left], gap="xs")

    return guarded(t, build)


def sense_lists(t: Text, vectors: Vectors, word: str, script: str) -> list[Any]:
    """The senses of a word: a chip that leads to each, and its nearest words; nothing where it has one vector only."""
    senses = vectors.senses(word)
    if not senses:
        return []
    columns = [
        dmc.Stack(
            [
                dcc.Link(f"{sense.word} · {sense.name}", href=url.href(PATH, QUERY, {"word": sense.key}), className="example"),
                dmc.Text(t("similarity.sense_share", share=f"{sense.share:.0%}"), size="xs", c="dimmed"),
                dmc.Text(" · ".join(found.words), size="sm"),
            ],
            gap=4,
            className="sense",
        )
        for sense, found in zip(
            senses, vectors.similar_many([one.key for one in senses], SENSE_COUNT, script=script), strict=True
        )
    ]
    lead = dmc.Text(t("similarity.senses", count=len(senses)), size="sm")
    return [lead, dmc.SimpleGrid(columns, cols={"base": 1, "sm": min(3, len(senses))}, spacing="md")]


def neighbour_table(t: Text, found: Neighbours) -> Any:
    """Rank, word, tag, score and count; a word leads to its own neighbours."""
    from explorer.text.tags import tag_of

    counted = any(neighbour.count is not None for neighbour in found)
    rows = []
    for rank, neighbour in enumerate(found, 1):
        tag = tag_of(neighbour.key)
        link = dcc.Link(neighbour.word, href=url.href(PATH, QUERY, {"word": neighbour.key}), className="word")
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


def answer_pair(_: Any, __: Any, ___: Any, model: str, ____: Any, scheme: str | None, a: str | None, b: str | None) -> Any:
    """The cosine of two words, and where it stands among random pairs."""
    t = text()
    if not (a or "").strip() or not (b or "").strip():
        return empty(t("similarity.no_pair"), t("similarity.no_pair_lead"))
    q = url.decode(QUERY, {"a": a, "b": b})
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
    q = url.decode(QUERY, {"words": ",".join(words or [])}) if words else {"words": []}
    if len(q["words"]) < 2:
        return empty(t("similarity.few"), t("similarity.few_lead"))
    return guarded(t, lambda: matrix(t, state().vectors(model), q["words"], scheme))


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

"""Why are these near? What a model, the spelling and a corpus say of two words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html

from dashboards.app.models import model_bar
from dashboards.app.state import corpus_names
from dashboards.kit import ids, url
from dashboards.kit.components import card, empty, figures_row, guarded, page, resolved, score_bar, table, waiting, watch
from dashboards.kit.i18n import Text, current, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.steady import steady
from dashboards.kit.why import FIELDS, PATH, SHIPPED, why_link
from dashboards.kit.words import word_link
from dashboards.pages.why.asked import answer_of, compute

if TYPE_CHECKING:
    from explorer.text.patterns import PairLine
    from explorer.vectors.reasons import Alone, Why

__all__ = ["CARDS", "FIELDS", "ICON", "NAME", "PATH", "USES_MODEL", "layout", "register"]

NAME = "why.name"
ICON = "why"
USES_MODEL = True
STEADY = True

EXAMPLES = (("강아지", "고양이"), ("남자", "여자"), ("의사", "병원"), ("크다", "작다"), ("사과", "배"), ("왕", "여왕"))
PARTS = ("verdict", "standing", "contexts", "patterns", "lines", "neighbours", "writing")

ASKED, ANSWER, A, B, CORPUS, ASK = (f"why-{name}" for name in ("asked", "answer", "a", "b", "corpus", "ask"))


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "why",
        model_bar(t, q["model"]),
        dcc.Store(id=ASKED, data=[q["a"], q["b"]]),
        card(None, *_form(t, q)),
        html.Div(id=ANSWER),
    )


def _form(t: Text, q: dict[str, Any]) -> list[Any]:
    corpora = [{"value": SHIPPED, "label": t("why.shipped")}]
    corpora += [{"value": name, "label": t.maybe(f"why.corpus_{name}", name)} for name in corpus_names() if name != SHIPPED]
    if q["corpus"] not in {one["value"] for one in corpora}:  # the answer says that there is none of that name
        corpora.append({"value": q["corpus"], "label": q["corpus"]})
    words = [
        dmc.TextInput(
            id=name, value=q[side], label=t(f"why.{side}"), inputProps={"maxLength": url.MAX_WORD, "lang": "ko"}, size="md"
        )
        for name, side in ((A, "a"), (B, "b"))
    ]
    chosen = dmc.Select(
        id=CORPUS,
        value=q["corpus"],
        data=corpora,
        label=t("why.corpus"),
        allowDeselect=False,
        size="md",
        className="field-wide",
    )
    links = [
        dcc.Link(f"{a} · {b}", href=url.href(PATH, FIELDS, {**q, "a": a, "b": b}), className="example") for a, b in EXAMPLES
    ]
    return [
        html.Div([*words, chosen, dmc.Button(t("why.ask"), id=ASK, size="md")], className="form"),
        html.Div(links, className="chips", style={"marginTop": 12}),
    ]


def register(app: Dash) -> None:
    asked = [Input(ASKED, "data"), Input(CORPUS, "value"), Input(ids.MODEL, "value")]
    app.callback(
        Output(ASKED, "data"),
        Input(ASK, "n_clicks"),
        Input(A, "n_submit"),
        Input(B, "n_submit"),
        State(A, "value"),
        State(B, "value"),
        prevent_initial_call=True,
    )(lambda _, __, ___, a, b: [a, b])
    app.callback(Output(ANSWER, "children"), *asked, Input(ids.READY, "data"))(steady(answer))
    app.callback(Output(ids.address("why"), "data"), *asked)(steady(address))


def address(words: list[str], corpus: str, model: str) -> str:
    """The page's state as a query string."""
    return url.encode(FIELDS, {"a": words[0] or "", "b": words[1] or "", "corpus": corpus, "model": model})


def answer(words: list[str], corpus: str, model: str, _: Any) -> Any:
    """Everything there is to say of two words."""
    t = text()
    a, b = (url.clean(word or "", url.MAX_WORD) for word in words)
    if not a or not b:
        return card(None, empty(t("why.nothing"), t("why.nothing_lead"), picture="why"))
    return guarded(t, lambda: _cards(t, (a, b, corpus, model)), wrap=lambda content: card(None, content))


def _cards(t: Text, asked: tuple[str, str, str, str]) -> Any:
    try:
        found = compute(*asked, lines=True)
        lines = _lines(t, found)
    except NotReady as wait:  # for the lines alone the rest does not wait
        found = compute(*asked)
        watch()
        lines = waiting(t, wait.job, alone=False)
    model = asked[-1]
    a, b = found.a.word, found.b.word
    return dmc.Stack(
        [
            card(
                found.verdict.said(current()),
                _verdict(t, found),
                hint=t("why.verdict_hint", corpus=t.maybe(f"why.corpus_{found.corpus}", found.corpus)),
                takes=("why", "verdict"),
            ),
            card(t("why.contexts"), _contexts(t, found, model), hint=t("why.contexts_hint"), takes=("why", "contexts")),
            card(t("why.patterns"), _patterns(t, found), hint=t("why.patterns_hint"), takes=("why", "patterns")),
            card(t("why.lines"), lines, hint=t("why.lines_hint"), takes=("why", "lines"), id="why-lines"),
            dmc.SimpleGrid(
                [
                    card(t("why.standing"), _standing(t, found), hint=t("why.standing_hint"), takes=("why", "standing")),
                    card(t("why.writing"), _writing(t, found), hint=t("why.writing_hint"), takes=("why", "writing")),
                ],
                cols={"base": 1, "md": 2},
                spacing="lg",
            ),
            card(
                t("why.neighbours", a=a, b=b),
                _neighbours(t, found, model),
                hint=t("why.neighbours_hint"),
                takes=("why", "neighbours"),
            ),
        ],
        gap="lg",
    )


def _verdict(t: Text, found: Why) -> Any:
    reasons = html.Ul([html.Li(reason.said(current())) for reason in found.verdict.reasons], className="why-reasons")
    numbers = []
    if found.first_order is not None:
        numbers.append((f"{found.first_order:+.1f}", t("why.first_order"), t("why.places", count=found.together or 0)))
    elif found.expected is not None:
        numbers.append(("–", t("why.first_order"), t("why.too_few")))
    if found.second_order is not None:
        numbers.append((f"{found.second_order:.2f}", t("why.second_order"), t("why.of_one")))
    counted = [
        dmc.Text(t("why.counted", word=one.word, unit=key, count=count), size="xs", c="dimmed")
        for one, key, count in zip((found.a, found.b), found.keys, found.counts, strict=True)
        if key is not None
    ]
    return dmc.Stack([reasons, *([figures_row(numbers)] if numbers else []), html.Div(counted)], gap="sm")


def _contexts(t: Text, found: Why, model: str) -> Any:
    if not (found.shared or found.only_a or found.only_b):
        return empty(t("why.no_contexts"), t("why.no_contexts_lead"))
    a, b = found.a.word, found.b.word
    head = [t("why.context"), *(t(name, word=word) for word in (a, b) for name in ("why.times_with", "why.bits_with"))]
    rows = [
        [
            word_link(one.key, model),
            f"{one.count_a:,}",
            score_bar(one.bits_a, 0, 12),
            f"{one.count_b:,}",
            score_bar(one.bits_b, 0, 12),
        ]
        for one in found.shared
    ]
    both = table(head, rows, label=t("why.shared")) if rows else dmc.Text(t("why.none_shared"), size="sm", c="dimmed")
    return dmc.Stack(
        [
            dmc.Title(t("why.shared"), order=3, size="h5"),
            both,
            dmc.SimpleGrid(
                [_alone(t, word, contexts, model) for word, contexts in ((a, found.only_a), (b, found.only_b))],
                cols={"base": 1, "sm": 2},
            ),
        ],
        gap="sm",
    )


def _alone(t: Text, word: str, contexts: Sequence[Alone], model: str) -> Any:
    rows = [[word_link(one.key, model), f"{one.count:,}", score_bar(one.bits, 0, 12)] for one in contexts]
    title = t("why.alone", word=word)
    shown = table([t("why.context"), t("why.times"), t("why.bits")], rows, label=title)
    return html.Div(
        [dmc.Title(title, order=3, size="h5"), shown if rows else dmc.Text(t("why.none_alone"), size="sm", c="dimmed")]
    )


def _patterns(t: Text, found: Why) -> Any:
    if not found.patterns:
        return empty(t("why.no_patterns"), t("why.no_patterns_lead"))
    a, b = found.a.word, found.b.word
    rows = [[t(f"why.family_{one.family}"), f"{one.ab:,}", f"{one.ba:,}"] for one in found.patterns]
    head = [t("why.pattern"), t("why.order", a=a, b=b), t("why.order", a=b, b=a)]
    return table(head, rows, label=t("why.patterns"))


def _lines(t: Text, found: Why) -> Any:
    if not found.lines:
        return empty(t("why.no_lines"), t("why.no_lines_lead"))
    rows = [
        [t(f"why.family_{line.pattern}") if line.pattern else "–", _marked(line), line.title or line.document]
        for line in found.lines
    ]
    return table([t("why.pattern"), t("why.line"), t("why.document")], rows, label=t("why.lines"))


def _marked(line: PairLine) -> html.Span:
    """The line with both words marked."""
    shown: list[Any] = []
    last = 0
    for (start, end), name in sorted([(line.a, "why-a"), (line.b, "why-b")]):
        shown += [line.text[last:start], html.Mark(line.text[max(start, last) : end], className=name)]
        last = max(last, end)
    return html.Span([*shown, line.text[last:]], lang="ko")


def _standing(t: Text, found: Why) -> Any:
    one, a, b = found.standing, found.a.word, found.b.word
    ranks = [
        (t("why.rank", rank=rank) if rank else "–", t("why.rank_of", a=first, b=second), t("why.among", count=one.among))
        for rank, first, second in ((one.b_of_a, a, b), (one.a_of_b, b, a))
    ]
    numbers = figures_row([(f"{one.similarity:.3f}", t("why.cosine"), ""), *ranks])
    return dmc.Stack([resolved(t, found.a), resolved(t, found.b), numbers], gap="sm")


def _writing(t: Text, found: Why) -> Any:
    letters = found.letters
    rows = [
        [t("why.morphemes"), ", ".join(found.morphemes) or "–"],
        [t("why.characters"), letters.characters or "–"],
        [t("why.jamo"), f"{letters.jamo or '–'} ({letters.share:.0%})"],
    ]
    return table([t("why.what"), t("why.shares")], rows, label=t("why.writing"))


def _neighbours(t: Text, found: Why, model: str) -> Any:
    if not found.neighbours:
        return empty(t("why.no_neighbours"), t("why.no_neighbours_lead"))
    a, b = found.a.word, found.b.word
    rows = [
        [word_link(one.key, model), score_bar(one.to_a), score_bar(one.to_b), why_link(found.a.query, one.key, model)]
        for one in found.neighbours
    ]
    return table([t("why.neighbour"), t("why.to", word=a), t("why.to", word=b), ""], rows, label=t("why.neighbours", a=a, b=b))


CARDS = {part: answer_of(part) for part in PARTS}

"""The lab: every tokenizer with every model on one corpus, as a heat map and a leaderboard. They are made on the page of trainings."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, dcc, html

from dashboards.kit import ids, url
from dashboards.kit.components import card, graph, guarded, page, score_bar, table
from dashboards.kit.i18n import Text, text
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take, lines
from dashboards.pages.lab.figures import grid
from dashboards.pages.tokens.page import title_of
from explorer.analysis.lab_results import lab_names, load_lab
from explorer.core.errors import ExplorerError

PATH = "/lab"
NAME = "lab.name"
ICON = "lab"
USES_MODEL = False

FIRST = "wiki-6mb"
"""The result that ships."""
SCORED = ("own", "common")
COMMAND = "korean-explorer lab --corpus wiki.txt.gz -t kiwi -t eojeol -m word2vec -m glove --test relations --save 나의실험"

FIELDS = {"lab": url.text(100, FIRST, always=True), "test": url.text(100), "scored": url.choice(SCORED, SCORED[0])}

WHICH, TEST, HOW, GRID, TABLE, FACTS = (f"lab-{name}" for name in ("which", "test", "how", "grid", "table", "facts"))


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "lab",
        card(None, _form(t, q), html.Div(id=FACTS, className="model-facts", **{"aria-live": "polite"})),
        card(t("lab.grid"), html.Div(id=GRID), hint=t("lab.grid_hint"), takes=("lab", "grid")),
        card(t("lab.table"), html.Div(id=TABLE), hint=t("lab.table_hint"), takes=("lab", "table")),
        card(t("lab.own"), *_ways(t), hint=t("lab.own_hint", option="--save")),
    )


def _ways(t: Text) -> list[Any]:
    """How to make a grid of one's own: in the browser, or in a terminal."""
    link = url.href("/train", {"what": url.text()}, {"what": "lab"})
    return [
        html.Div(dcc.Link(t("lab.to_train"), href=link, className="example"), className="chips"),
        dmc.Code(COMMAND, block=True, mt="sm"),
    ]


def _form(t: Text, q: Mapping[str, Any]) -> Any:
    names = dict.fromkeys([*lab_names(), q["lab"]])
    return html.Div(
        [
            dmc.Select(
                id=WHICH,
                value=q["lab"],
                data=[{"value": name, "label": t("lab.shipped") if name == FIRST else name} for name in names],
                label=t("lab.which"),
                allowDeselect=False,
                className="field-wide",
            ),
            dmc.Select(
                id=TEST,
                value=q["test"] or None,
                data=tests_of(q["lab"], q["test"]),
                label=t("lab.test"),
                placeholder=t("lab.first_test"),
                className="field",
                clearable=True,
                clearButtonProps={"aria-label": t("shell.clear")},
            ),
            dmc.Stack(
                [
                    dmc.Text(t("lab.how"), size="sm", fw=500),
                    dmc.SegmentedControl(
                        id=HOW,
                        value=q["scored"],
                        data=[{"value": one, "label": t(f"lab.how_{one}")} for one in SCORED],
                        **{"aria-label": t("lab.how")},
                    ),
                ],
                gap=4,
            ),
        ],
        className="form",
    )


def tests_of(name: str, chosen: str | None) -> list[str]:
    """The test sets of a result, and the chosen one, also where it has none of that name."""
    try:
        known = list(load_lab(name).common)
    except ExplorerError:
        known = []
    return list(dict.fromkeys([*known, *([chosen] if chosen else [])]))


def found_of(q: Mapping[str, Any]) -> tuple[Any, str]:
    """The result and its test set; the first where none is named.

    Raises:
        ExplorerError: there is no such result or test set.
    """
    from explorer.core.errors import UnknownName

    found = load_lab(q["lab"])
    test = q["test"] or next(iter(found.common), "")
    if test not in found.common:
        raise UnknownName("test set", test, found.common)
    return found, test


def show(which: str, test: str | None, how: str, scheme: str | None) -> tuple[Any, Any, Any]:
    """What is known of the result, the heat map, the table."""
    t = text()
    q = url.decode(FIELDS, {"lab": which, "test": test or "", "scored": how})
    return (
        guarded(t, lambda: _facts(t, *found_of(q))),
        guarded(t, lambda: _grid(t, *found_of(q), q["scored"] == SCORED[1], scheme)),
        guarded(t, lambda: _table(t, *found_of(q), q["scored"] == SCORED[1])),
    )


def _facts(t: Text, found: Any, test: str) -> str:
    total = next((score.total for cell in found if (score := cell.scores[test]) is not None), 0)
    return t("lab.facts", corpus=found.corpus, cells=len(found), test=test, total=total, common=found.common[test])


def _metric(t: Text, found: Any, test: str) -> str:
    metric = next((score.metric for cell in found if (score := cell.scores[test]) is not None), "")
    return t.maybe(f"lab.metric_{metric}", metric)


def _grid(t: Text, found: Any, test: str, common: bool, scheme: str | None) -> Any:
    metric = _metric(t, found, test)
    rows = len({cell.tokenizer for cell in found})
    names = {cell.tokenizer: tokenizer_called(t, cell.tokenizer) for cell in found}
    names |= {cell.model: model_called(t, cell.model) for cell in found}
    figure = grid(found, test, common, {"score": metric, "empty": t("lab.uncovered")}, scheme, names)
    return [dmc.Text(metric, size="sm", c="dimmed"), graph(figure, "lab-figure", t("lab.grid"), 60 + 64 * rows)]


def tokenizer_called(t: Text, name: str) -> str:
    """A tokenizer with what it is."""
    return t.maybe(f"lab.tokenizer_{name}", title_of(name, t))


def model_called(t: Text, name: str) -> str:
    """A model, and in brackets what was set for it alone: ``glove (window=10)`` is ``GloVe (문맥 창 10)``."""
    kind, opened, rest = name.partition(" (")
    said = t.maybe(f"train.model_{kind}", kind)
    if not opened:
        return said
    pairs = (one.partition("=") for one in rest.removesuffix(")").split(", "))
    settings = [f"{t.maybe('train.' + one, one)} {value}" for one, _, value in pairs]
    return f"{said} ({', '.join(settings)})"


def _table(t: Text, found: Any, test: str, common: bool) -> Any:
    """The cells, the best first; those whose interval meets that of the first are marked."""

    def scored(cell: Any) -> Any:
        return (cell.common if common else cell.scores)[test]

    cells = sorted(found, key=lambda cell: -scored(cell).value if scored(cell) is not None else inf)
    first = scored(cells[0])
    most = max(0.0, first.value) if first is not None else 0.0
    rows = []
    for rank, cell in enumerate(cells, 1):
        own, both, one = cell.scores[test], cell.common[test], scored(cell)
        like = rank > 1 and one is not None and one.high >= first.low
        place = [str(rank), *([dmc.Badge(t("lab.like_first"), size="xs", variant="light", tt="none")] if like else [])]
        shown = [t("lab.uncovered")] * 2 if own is None else [_said(own), f"{own.covered:,} / {own.total:,}"]
        rows.append(
            [
                html.Span(place, className="lab-rank") if one is not None else "–",
                tokenizer_called(t, cell.tokenizer),
                model_called(t, cell.model),
                score_bar(one.value, 0.0, most) if one is not None else "–",
                *shown,
                "–" if both is None else _said(both),
                f"{cell.keys:,}",
                f"{cell.tokens:,}",
            ]
        )
    heads = ("rank", "tokenizer", "model", "bar", "score", "covered", "common", "keys", "tokens")
    return table([t(f"lab.head_{name}") for name in heads], rows, label=t("lab.table"))


def _said(score: Any) -> str:
    return f"{score.value:.3f} [{score.low:.3f}, {score.high:.3f}]"


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    chosen = [Input(WHICH, "value"), Input(TEST, "value"), Input(HOW, "value")]
    outputs = [Output(FACTS, "children"), Output(GRID, "children"), Output(TABLE, "children")]
    app.callback(*outputs, *chosen, Input(ids.SCHEME, "computedColorScheme"))(show)
    app.callback(Output(TEST, "data"), Input(WHICH, "value"), Input(TEST, "value"), prevent_initial_call=True)(tests_of)
    app.callback(Output(ids.address("lab"), "data"), *chosen)(
        steady(lambda which, test, how: url.encode(FIELDS, {"lab": which, "test": test or "", "scored": how}))
    )


_LINES = "import explorer as ex\n\nanswer = ex.load_lab({lab}).to_frame()"


def _frame(q: Mapping[str, Any]) -> Any:
    return found_of(q)[0].to_frame()


CARDS = {name: Take(_frame, lambda q: lines(_LINES, **q)) for name in ("grid", "table")}

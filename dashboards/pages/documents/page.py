"""A map of documents: a corpus or pasted lines as points in named regions, searched, selected and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
import numpy as np
from dash import ALL, ClientsideFunction, Dash, Input, Output, Patch, State, dcc, html, no_update

from dashboards.app.models import model_bar
from dashboards.app.state import state
from dashboards.kit import ids, url
from dashboards.kit.components import card, graph, page, too_long_for_address, waiting, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.page import HIDDEN, Question, pressed
from dashboards.kit.taking import Take
from dashboards.kit.taking import lines as python
from dashboards.kit.theme import blank
from dashboards.pages.documents import asked as documents
from dashboards.pages.documents import panels
from dashboards.pages.documents.asked import BY, METHODS, MOST, PASTED, SEED, STATIC, choice_of, corners, rows_of
from dashboards.pages.documents.figures import COLORS, POINTS, STARTS_MOST, documents_figure, marked
from dashboards.pages.documents.form import CONTROLS, PASTE, form_of

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap

PATH = "/documents"
NAME = "documents.name"
ICON = "map"
USES_MODEL = True

PLAIN = 200
"""Characters of pasted text that an address holds as they are."""
MARKED_MOST = 3_000
"""Found documents that are marked on the map."""

FIELDS = {
    "c": url.text(100, "sample", always=True),
    "by": url.choice(BY, BY[0]),
    "n": url.choice(MOST, "5000"),
    "label": url.text(60),
    "vec": url.text(200, STATIC, always=True),
    "method": url.choice(METHODS, METHODS[0]),
    "seed": url.integer(0, 2**32 - 1, SEED),
    "text": url.long_text(documents.MAX_PASTED),
    "z": url.packed(documents.MAX_PASTED),
    "color": url.choice(COLORS, COLORS[0]),
    "find": url.text(),
    "doc": url.integer(0, 10**8, 0),
    "sel": url.Field("", lambda value: written(corners(value)), str, good=lambda value: bool(corners(value))),
    "view": url.Field("", lambda value: value if edges(value) else "", str, good=lambda value: bool(edges(value))),
    "model": url.model(),
}
_ASKED = ("c", "by", "n", "label", "vec", "method", "seed")

GRAPH, FACTS, TOOLS, UNDER = (f"documents-{name}" for name in ("graph", "facts", "tools", "under"))
COLOR, FIND, FOUND, READ, TELLING = (f"documents-{name}" for name in ("color", "find", "found", "read", "telling"))
CHOSEN, SELECTED, VIEW, DRAWN = (f"documents-{name}" for name in ("chosen", "selected", "view", "drawn"))


def tool(name: Any) -> dict[str, Any]:
    """A button that says what dragging on the map does, or lets a selection go."""
    return {"type": "documents-tool", "name": name}


def written(points: Sequence[tuple[float, float]]) -> str:
    """Corners as an address has them."""
    return ",".join(f"{number:.4g}" for point in points for number in point)


def edges(view: str) -> list[float]:
    """Where the map is looked at: left, right, lower and upper edge; empty for anything that is none.

    >>> edges("0,1,0,2"), edges("0,1"), edges("0,1,0,nan")
    ([0.0, 1.0, 0.0, 2.0], [], [])
    """
    try:
        found = [float(one) for one in view[:100].split(",")]
    except ValueError:
        return []
    return found if len(found) == 4 and all(abs(one) < 1e6 for one in found) else []


def asked_of(q: Mapping[str, Any]) -> dict[str, Any]:
    """The question in an address."""
    pasted = (q["z"] or q["text"] or "") if q["c"] == PASTED else ""
    return {name: q[name] for name in _ASKED} | {"model": q["model"], "text": pasted}


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    asked = asked_of(q)
    return page(
        t,
        "documents",
        model_bar(t, q["model"]),
        dcc.Store(id=CHOSEN, data=q["doc"]),
        dcc.Store(id=SELECTED, data=q["sel"]),
        dcc.Store(id=VIEW, data=q["view"]),
        dcc.Store(id=DRAWN),
        card(None, form_of(t, q, q["z"] or q["text"] or "")),
        *QUESTION.stores(asked),
        QUESTION.frame(_map_card(t, q), _side(t, q), _telling_card(t), className="documents-answer"),
    )


def _map_card(t: Text, q: Mapping[str, Any]) -> Any:
    tools = [
        html.Button(t(f"documents.tool_{name}"), id=tool(name), type="button", className="example", title=t(f"documents.help_{name}"))
        for name in ("pan", "lasso", "select", "none")
    ]  # fmt: skip
    colors = dmc.SegmentedControl(
        id=COLOR,
        value=q["color"],
        data=[{"value": name, "label": t(f"documents.color_{name}")} for name in COLORS],
        size="xs",
        **{"aria-label": t("documents.color")},
    )
    return html.Div(
        card(
            None,
            dmc.Group([html.Div(tools, id=TOOLS, className="chips"), colors], justify="space-between", mb="xs"),
            graph(blank(None), GRAPH, t("documents.graph"), height="clamp(360px, min(100vh - 220px, 120vw), 900px)", scroll=True,
                  clear_on_unhover=True),
            html.Div(id=UNDER, className="documents-under", lang="ko"),
            html.Div(id=FACTS),
            takes=("documents", "map", "html"),
        ),
        className="documents-map",
    )  # fmt: skip


def _side(t: Text, q: Mapping[str, Any]) -> Any:
    box = dmc.TextInput(
        id=FIND,
        value=q["find"],
        placeholder=t("documents.find_example"),
        debounce=350,
        inputProps={"maxLength": url.MAX_WORD, "lang": "ko", "aria-label": t("documents.find")},
    )
    return dmc.Stack(
        [
            card(t("documents.reading"), html.Div(id=READ, **{"aria-live": "polite"})),
            card(
                t("documents.find"),
                box,
                html.Div(id=FOUND, className="answer", **{"aria-live": "polite"}),
                hint=t("documents.find_hint"),
                takes=("documents", "listed"),
            ),
        ],
        gap="lg",
        className="documents-side",
    )


def _telling_card(t: Text) -> Any:
    return html.Div(
        card(
            t("documents.telling"), html.Div(id=TELLING), hint=t("documents.telling_hint"), takes=("documents", "telling")
        ),
        className="documents-telling",
    )  # fmt: skip


# ---- what is asked and what is looked at


QUESTION = Question("documents", documents.compute)


def ask(_: Any, *given: Any) -> tuple[dict[str, Any], int, str, str]:
    """The question as it stands; what was chosen on the map of before is let go."""
    *values, pasted, model = given
    said = {name: str(value) for name, value in zip(_ASKED, values, strict=True) if value is not None}
    q = url.decode(FIELDS, said | {"text": str(pasted or ""), "model": str(model or "")})
    return asked_of(q), 0, "", ""


def write(
    asked: dict[str, Any] | None, color: str, query: str | None, chosen: int | None, selected: str | None, view: str | None
) -> tuple[Any, Any]:
    """What was asked and what of it is looked at, for the address bar."""
    if not asked:
        return no_update, no_update
    looked = {"color": color, "find": query or "", "doc": chosen or 0, "sel": selected or "", "view": view or ""}
    values = {name: asked[name] for name in (*_ASKED, "model")} | looked
    long = {"text": ("z", asked["text"])} if asked["text"] else {}
    where, whole = url.share(FIELDS, values, long, PLAIN)
    return where, too_long_for_address(text()("documents.not_in_address"), whole)


def row_of(made: DocumentMap, number: Any) -> int | None:
    """The point of a document by its number from 1; ``None`` for one that is not on the map."""
    if not isinstance(number, int) or number < 1:
        return None
    row = int(np.searchsorted(made.numbers, number - 1))
    return row if row < len(made) and made.numbers[row] == number - 1 else None


def looked_up(made: DocumentMap, selected: str | None, query: str | None) -> list[int]:
    """The documents selected, else found."""
    wanted = url.clean(query or "", url.MAX_WORD)
    if not selected and wanted:
        state().tokenizer("kiwi")  # opened in the background, while the page waits
    return rows_of(made, corners(selected or ""), wanted)


def marks(rows: list[int], selected: str | None) -> list[int]:
    """The found documents that are marked; of a selection none, as the rest of the map fades."""
    return [] if selected else rows[:MARKED_MOST]


def draw(
    done: dict[str, Any] | None, color: str, scheme: str | None, query: str | None, chosen: int | None, selected: str | None,
    view: str | None,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """The map, with what is selected on it, and which one it is."""
    made = QUESTION.found(done)
    if made is None:
        return no_update, no_update, no_update
    t = text()
    words = {name: t(f"documents.{name}") for name in ("length", "rest", "unlabelled")}
    figure = documents_figure(made, scheme, words, color if color in COLORS else COLORS[0], panels.stamp(made))
    try:
        rows = looked_up(made, selected, query)
    except NotReady:
        rows = []
    for trace, values in marked(made, marks(rows, selected), row_of(made, chosen)).items():
        figure.data[trace].update(values)
    if points := corners(selected or ""):
        path = "M" + "L".join(f"{x},{y}" for x, y in points) + "Z"
        figure.update_layout(selections=[{"type": "path", "path": path, "xref": "x", "yref": "y"}])
    if at := edges(view or ""):
        figure.update_layout(xaxis_range=at[:2], yaxis_range=at[2:])
    return figure, panels.facts(t, made), done


def show(
    drawn: dict[str, Any] | None, query: str | None, chosen: int | None, selected: str | None, _: Any
) -> tuple[Any, Any, Any, Any]:
    """What was found or selected: marked on the map, listed, told by its words; and the document that is read."""
    made = QUESTION.found(drawn)
    if made is None:
        return (no_update,) * 4
    t = text()
    row = row_of(made, chosen)
    try:
        rows = looked_up(made, selected, query)
    except NotReady as wait:
        watch()
        return no_update, waiting(t, wait.job, (), alone=False), no_update, panels.reading(t, made, row)
    asked = bool(selected) or bool((query or "").strip())
    change = Patch()
    for trace, values in marked(made, marks(rows, selected), row).items():
        for name, value in values.items():
            change["data"][trace][name] = value
    listed = panels.listed(t, made, rows, bool(selected)) if asked else None
    return change, listed, panels.telling(t, made, rows) if asked else panels.regions(t, made), panels.reading(t, made, row)


def choose(click: dict[str, Any] | None, _: Any, done: dict[str, Any] | None) -> Any:
    """The number of the document of a pressed point or button."""
    made = QUESTION.found(done)
    if made is None:
        return no_update
    row = pressed("row")
    if row is None:
        row = clicked_row(click)
    return int(made.numbers[row]) + 1 if isinstance(row, int) and 0 <= row < len(made) else no_update


def clicked_row(click: dict[str, Any] | None) -> int | None:
    """The row that a click or the pointer names, if it names one.

    >>> clicked_row({"points": [{"customdata": 7}]}), clicked_row({"points": []})
    (7, None)
    """
    points = (click or {}).get("points") or [{}]
    row = points[0].get("customdata")
    row = row[0] if isinstance(row, list) and row else row
    return row if isinstance(row, int) else None


def select(found: dict[str, Any] | None) -> Any:
    """The corners of what was drawn around some documents, few enough for an address."""
    lasso, box = (found or {}).get("lassoPoints"), (found or {}).get("range")
    if lasso and "x" in lasso:
        points = list(zip(lasso["x"], lasso["y"], strict=False))
        step = max(1, -(-len(points) // documents.CORNERS))
        return written(points[::step])
    if box and "x" in box:
        (left, right), (low, high) = box["x"], box["y"]
        return written([(left, low), (right, low), (right, high), (left, high)])
    return no_update


def use(_: Any) -> tuple[Any, Any]:
    """What dragging does from now on; or nothing is selected any more."""
    name = pressed("name")
    if name not in ("pan", "lasso", "select", "none"):
        return no_update, no_update
    change = Patch()
    if name == "none":
        change["layout"]["selections"] = []
        for trace in POINTS:
            change["data"][trace]["selectedpoints"] = None
        return change, ""
    change["layout"]["dragmode"] = name
    return change, no_update


def under(hover: dict[str, Any] | None, done: dict[str, Any] | None) -> Any:
    """The beginning of the document under the pointer, where the map does not hold it."""
    made = QUESTION.found(done)
    row = clicked_row(hover)
    if made is None or len(made) <= STARTS_MOST or row is None or not 0 <= row < len(made):
        return None
    return panels.beginning(made.text(row), 120)


def look(moved: dict[str, Any] | None) -> Any:
    """Where the map is looked at."""
    at = [(moved or {}).get(f"{axis}axis.range[{end}]") for axis in "xy" for end in (0, 1)]
    if all(isinstance(edge, int | float) for edge in at):
        return ",".join(f"{edge:.4g}" for edge in at)
    return "" if (moved or {}).get("xaxis.autorange") else no_update


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    app.callback(Output(f"{PASTE}-box", "style"), Input("documents-c", "value"))(
        lambda corpus: {} if corpus == PASTED else HIDDEN
    )
    app.callback(
        Output("documents-asked", "data"),
        Output(CHOSEN, "data"),
        Output(SELECTED, "data"),
        Output(VIEW, "data"),
        Input("documents-draw", "n_clicks"),
        *[State(name, "value") for name in CONTROLS],
        State(PASTE, "value"),
        State(ids.MODEL, "value"),
        prevent_initial_call=True,
    )(ask)
    looked = [Input(COLOR, "value"), Input(FIND, "value"), Input(CHOSEN, "data"), Input(SELECTED, "data"), Input(VIEW, "data")]
    app.callback(
        Output(ids.address("documents"), "data"),
        Output("documents-address-note", "children"),
        Input("documents-asked", "data"),
        *looked,
    )(write)
    QUESTION.register(app)
    app.callback(
        Output(GRAPH, "figure"),
        Output(FACTS, "children"),
        Output(DRAWN, "data"),
        QUESTION.done,
        Input(COLOR, "value"),
        Input(ids.SCHEME, "computedColorScheme"),
        State(FIND, "value"),
        State(CHOSEN, "data"),
        State(SELECTED, "data"),
        State(VIEW, "data"),
        prevent_initial_call=True,
    )(draw)
    app.callback(
        Output(GRAPH, "figure", allow_duplicate=True),
        Output(FOUND, "children"),
        Output(TELLING, "children"),
        Output(READ, "children"),
        Input(DRAWN, "data"),
        Input(FIND, "value"),
        Input(CHOSEN, "data"),
        Input(SELECTED, "data"),
        Input(ids.READY, "data"),
        prevent_initial_call=True,
    )(show)
    app.callback(
        Output(CHOSEN, "data", allow_duplicate=True),
        Input(GRAPH, "clickData"),
        Input(panels.pick(ALL, ALL), "n_clicks"),
        State("documents-done", "data"),
        prevent_initial_call=True,
    )(choose)
    app.callback(Output(SELECTED, "data", allow_duplicate=True), Input(GRAPH, "selectedData"), prevent_initial_call=True)(
        select
    )
    app.callback(
        Output(GRAPH, "figure", allow_duplicate=True),
        Output(SELECTED, "data", allow_duplicate=True),
        Input(tool(ALL), "n_clicks"),
        prevent_initial_call=True,
    )(use)
    app.callback(
        Output(UNDER, "children"), Input(GRAPH, "hoverData"), State("documents-done", "data"), prevent_initial_call=True
    )(under)
    app.callback(Output(VIEW, "data", allow_duplicate=True), Input(GRAPH, "relayoutData"), prevent_initial_call=True)(look)
    app.clientside_callback(
        ClientsideFunction("explorer", "followDocuments"),
        Output(GRAPH, "id"),
        Input(GRAPH, "figure"),
        Input(GRAPH, "relayoutData"),
    )


# ---- what is taken along

_TEXTS = "from corpora.labelled import documents_of\n\ntexts, labels = documents_of({corpus}, {label}, {by}, {most})\n"
_LINES = (
    "from corpora.labelled import pasted_documents\n\ntexts, labels = pasted_documents({text})\n"
    "texts, labels = texts[:{most}], labels[:{most}]\n"
)
_MADE = "found = ex.map_documents(texts, labels, {source}={name}, method={method}, seed={seed})\n"
_CHOSEN = "rows = found.inside({corners}) if {corners} else found.find({query})\n"
_TELLING = "import pandas as pd\n\n"


def _found(q: Mapping[str, Any]) -> DocumentMap:
    return documents.compute(asked_of(q))


def _rows(q: Mapping[str, Any]) -> tuple[DocumentMap, list[int]]:
    made = _found(q)
    return made, looked_up(made, q["sel"], q["find"])


def _page(q: Mapping[str, Any]) -> str:
    from explorer.analysis.map_html import documents_html

    t = text()
    return documents_html(_found(q), t("documents.pasted") if q["c"] == PASTED else q["c"], t.language)


def _listed_frame(q: Mapping[str, Any]) -> Any:
    made, rows = _rows(q)
    return made.listed(rows)


def _telling_frame(q: Mapping[str, Any]) -> Any:
    import pandas as pd

    made, rows = _rows(q)
    return pd.DataFrame([one.to_dict() for one in made.telling(rows, panels.TELLING)])


def _python(end: str, q: Mapping[str, Any]) -> str:
    choice = choice_of(asked_of(q))
    static = choice.by_vectors == STATIC
    texts = _LINES if choice.corpus == PASTED else _TEXTS
    template = texts.replace("\n\n", "\n\nimport explorer as ex\n\n", 1) + _MADE.replace(
        "{source}", "model" if static else "encoder"
    )
    return python(
        template + end,
        corpus=choice.corpus, label=choice.label or None, by=choice.by, most=choice.most, text=choice.text, method=choice.method,
        seed=choice.seed, name=choice.model if static else choice.by_vectors, corners=corners(q["sel"]), query=q["find"],
        telling=panels.TELLING,
    )  # fmt: skip


CARDS = {
    "map": Take(lambda q: _found(q).to_frame(), lambda q: _python("answer = found.to_frame()", q), _page),
    "listed": Take(_listed_frame, lambda q: _python(_CHOSEN + "answer = found.listed(rows)", q)),
    "telling": Take(
        _telling_frame,
        lambda q: (
            _TELLING + _python(_CHOSEN + "answer = pd.DataFrame([one.to_dict() for one in found.telling(rows, {telling})])", q)
        ),
    ),
}

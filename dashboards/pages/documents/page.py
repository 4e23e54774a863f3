"""A map of documents: a corpus or pasted lines as points in named regions, searched, selected and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
import numpy as np
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.models import model_bar
from dashboards.app.state import state
from dashboards.kit import ids, url
from dashboards.kit.components import card, icon, page, too_long_for_address, waiting, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.page import HIDDEN, Question, pressed
from dashboards.kit.points import PICK, bits, coloured, corners, legend, placed, ranges, stage
from dashboards.kit.points import VIEW as LOOKED
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take
from dashboards.kit.taking import lines as python
from dashboards.pages.documents import asked as documents
from dashboards.pages.documents import panels
from dashboards.pages.documents.asked import BY, METHODS, MOST, PASTED, SEED, STATIC, choice_of, name_of, pairs, rows_of
from dashboards.pages.documents.colours import COLOURS, coloured_by, names_of
from dashboards.pages.documents.form import CONTROLS, PASTE, form_of

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap

PATH = "/documents"
NAME = "documents.name"
ICON = "map"
USES_MODEL = True

PLAIN = 200
"""Characters of pasted text that an address holds as they are."""
DOTTED = 300
"""Found documents that have a dot of their own; of more only the colour stays."""

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
    "color": url.choice(COLOURS, COLOURS[0]),
    "find": url.text(),
    "doc": url.integer(0, 10**8, 0),
    "sel": PICK,
    "view": LOOKED,
    "model": url.model(),
}
_ASKED = ("c", "by", "n", "label", "vec", "method", "seed")

POINTS, COLORS, MARKS, LEGEND, FACTS = (f"documents-{name}" for name in ("points", "colors", "marks", "legend", "facts"))
COLOR, FIND, FOUND, READ, TELLING = (f"documents-{name}" for name in ("color", "find", "found", "read", "telling"))
CHOSEN, SELECTED, VIEW, DRAWN = (f"documents-{name}" for name in ("chosen", "pick", "view", "drawn"))
PRESSED, UNDER, GLANCE = (f"documents-{name}" for name in ("pressed", "under", "glance"))


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
        dcc.Store(id=SELECTED, data=corners(q["sel"]) or None),
        dcc.Store(id=VIEW, data=q["view"]),
        *(dcc.Store(id=name) for name in (DRAWN, POINTS, COLORS, MARKS, PRESSED, UNDER, GLANCE)),
        card(None, form_of(t, q, q["z"] or q["text"] or "")),
        *QUESTION.stores(asked),
        QUESTION.frame(
            html.Div([_map_card(t, q), _side(t, q)], className="points-frame"), _telling_card(t), className="documents-answer"
        ),
    )


def _map_card(t: Text, q: Mapping[str, Any]) -> Any:
    colors = dmc.SegmentedControl(
        id=COLOR,
        value=q["color"],
        data=[{"value": name, "label": t(f"documents.color_{name}")} for name in COLOURS],
        size="xs",
        **{"aria-label": t("documents.color")},
    )
    return card(
        None,
        html.Div(colors, className="documents-colors"),
        stage(t, "documents", t("documents.graph")),
        html.Div(id=FACTS),
        dmc.Text(t("map.keys"), size="xs", c="dimmed", mt=4),
        takes=("documents", "map", "html"),
    )


def _side(t: Text, q: Mapping[str, Any]) -> Any:
    box = dmc.TextInput(
        id=FIND,
        value=q["find"],
        placeholder=t("documents.find_example"),
        leftSection=icon("search", 16),
        debounce=350,
        inputProps={"maxLength": url.MAX_WORD, "lang": "ko", "aria-label": t("documents.find")},
    )
    return html.Div(
        [
            card(
                t("documents.find"),
                box,
                html.Div(id=FOUND, className="answer", **{"aria-live": "polite"}),
                hint=t("documents.find_hint"),
                takes=("documents", "listed"),
            ),
            card(t("documents.reading"), html.Div(id=READ, **{"aria-live": "polite"})),
        ],
        className="points-side",
    )


def _telling_card(t: Text) -> Any:
    told = html.Div(id=TELLING)
    return card(t("documents.telling"), told, hint=t("documents.telling_hint"), takes=("documents", "telling"))


# ---- what is asked and what is looked at


QUESTION = Question("documents", documents.compute)


def ask(_: Any, *given: Any) -> tuple[dict[str, Any], int, None, str]:
    """The question as it stands; what was chosen on the map of before is let go."""
    *values, pasted, model = given
    said = {name: str(value) for name, value in zip(_ASKED, values, strict=True) if value is not None}
    q = url.decode(FIELDS, said | {"text": str(pasted or ""), "model": str(model or "")})
    return asked_of(q), 0, None, ""


def write(
    asked: dict[str, Any] | None, color: str, query: str | None, chosen: int | None, picked: Any, view: str | None
) -> tuple[Any, Any]:
    """What was asked and what of it is looked at, for the address bar."""
    if not asked:
        return no_update, no_update
    looked = {"color": color, "find": query or "", "doc": chosen or 0, "sel": _listed(picked), "view": view or ""}
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


def _listed(picked: Any) -> str:
    """Corners from the browser as an address has them."""
    return ",".join(map(str, picked)) if isinstance(picked, list) else ""


def looked_up(made: DocumentMap, picked: Sequence[float], query: str | None) -> list[int]:
    """The documents inside a line, else found."""
    wanted = url.clean(query or "", url.MAX_WORD)
    if not picked and wanted:
        state().tokenizer("kiwi")  # opened in the background, while the page waits
    return rows_of(made, picked, wanted)


def draw(done: dict[str, Any] | None, color: str, drawn: dict[str, Any] | None, view: str | None) -> tuple[Any, ...]:
    """Places where they are new, colours, and which map it is."""
    made = QUESTION.found(done)
    if made is None or done is None:
        return (no_update,) * 5
    t = text()
    name, same = name_of(done)
    found = coloured_by(t, made, color)
    colours, said = coloured(name, found), legend(found)
    if drawn == done:
        return no_update, colours, said, no_update, no_update
    sent = placed(name, same, made.projection.coords, names_of(made), panels.stamp(made), ranges(view or ""))
    return sent, colours, said, panels.facts(t, made), done


def show(drawn: dict[str, Any] | None, query: str | None, chosen: int | None, picked: Any, _: Any) -> tuple[Any, Any, Any, Any]:
    """What was found or picked: lit on the map, listed, told by its words; and the document that is read."""
    made = QUESTION.found(drawn)
    if made is None or drawn is None:
        return (no_update,) * 4
    t = text()
    row = row_of(made, chosen)
    inside = corners(_listed(picked))
    try:
        rows = looked_up(made, inside, query)
    except NotReady as wait:
        watch()
        return no_update, waiting(t, wait.job, (), alone=False), no_update, panels.reading(t, made, row)
    marks: dict[str, Any] = {"of": name_of(drawn)[0], "chosen": row}
    if not inside:  # what is inside a line the browser sees itself
        marks |= {"found": rows if len(rows) <= DOTTED else [], "bits": bits(rows, len(made)) if rows else ""}
    listed, told = None, panels.regions(t, made)
    if inside or (query or "").strip():
        listed, told = panels.listed(t, made, rows, bool(inside)), panels.telling(t, made, rows)
    return marks, listed, told, panels.reading(t, made, row)


def choose(pressed_point: dict[str, Any] | None, _: Any, done: dict[str, Any] | None) -> Any:
    """The number of the document of a pressed point or button."""
    made = QUESTION.found(done)
    if made is None:
        return no_update
    row = pressed("row")
    row = (pressed_point or {}).get("row") if row is None else row
    return int(made.numbers[row]) + 1 if isinstance(row, int) and 0 <= row < len(made) else no_update


def under(pointed: dict[str, Any] | None, done: dict[str, Any] | None) -> Any:
    """How the document under the pointer begins."""
    made, row = QUESTION.found(done), (pointed or {}).get("row")
    if made is None or not pointed or not isinstance(row, int) or not 0 <= row < len(made):
        return no_update
    return {"row": row, "of": pointed.get("of"), "lines": panels.glance(made, row)}


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
    )(steady(write))
    QUESTION.register(app)
    app.callback(
        *(Output(name, "data") for name in (POINTS, COLORS)),
        Output(LEGEND, "children"),
        Output(FACTS, "children"),
        Output(DRAWN, "data"),
        QUESTION.done,
        Input(COLOR, "value"),
        State(DRAWN, "data"),
        State(VIEW, "data"),
        prevent_initial_call=True,
    )(draw)
    app.callback(
        Output(MARKS, "data"),
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
        Input(PRESSED, "data"),
        Input(panels.pick(ALL, ALL), "n_clicks"),
        State("documents-done", "data"),
        prevent_initial_call=True,
    )(choose)
    app.callback(Output(GLANCE, "data"), Input(UNDER, "data"), State("documents-done", "data"), prevent_initial_call=True)(
        under
    )
    app.clientside_callback(
        ClientsideFunction("explorer", "documents"), *(Input(name, "data") for name in (POINTS, COLORS, MARKS, SELECTED))
    )
    app.clientside_callback(ClientsideFunction("explorer", "documentUnder"), Input(GLANCE, "data"))


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
    return made, looked_up(made, corners(q["sel"]), q["find"])


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
        seed=choice.seed, name=choice.model if static else choice.by_vectors, corners=pairs(corners(q["sel"])), query=q["find"],
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

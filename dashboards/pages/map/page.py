"""The map of words: the shipped one at once, others in the background, search, picking, and a word's real neighbours."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboards.app.models import model_bar
from dashboards.app.state import state
from dashboards.kit import ids, url
from dashboards.kit.components import card, empty, guarded, icon, page, problem, too_long_for_address, waiting, watch
from dashboards.kit.hues import Colouring, plain
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.person import woken
from dashboards.kit.points import coloured, corners, legend, ranges, stage
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take
from dashboards.pages.map.colours import by_axis, by_label, by_sense, simply
from dashboards.pages.map.form import ASKED, FIELDS, HUE, MAX_LABELS, MAX_OWN, choice_of, controls, name_of
from dashboards.pages.map.maps import Map, pair_of, parts_of
from dashboards.pages.map.pairs import open_shown
from dashboards.pages.map.search import find
from dashboards.pages.map.sending import placed, written
from dashboards.pages.map.taking import map_lines, mover_lines, neighbour_lines, picked_lines
from dashboards.pages.map.words import (
    NEIGHBOURS,
    beside_panel,
    found_list,
    group_of,
    movers_panel,
    neighbour_panel,
    neighbours_of,
    pick,
    picked_panel,
)
from explorer.core.errors import BadInput, ExplorerError

__all__ = ["CARDS", "FIELDS", "ICON", "NAME", "PATH", "USES_MODEL", "layout", "register"]

PATH = "/map"
NAME = "map.name"
ICON = "map"
USES_MODEL = True
STEADY = True

DRAW, FORM, ASK, PENDING = "map-draw", "map-form", "map-asked", "map-pending"
POINTS, COLORS, TEXTS, MARKS = "map-points", "map-colors", "map-texts", "map-marks"
STATUS, FACTS, DRAWN, LEGEND = "map-status", "map-facts", "map-drawn", "map-legend"
FIND, FOUND, CHOSEN, PANEL, VIEW, PICK, PICKED, SIDE, MOVERS = (
    f"map-{name}" for name in ("find", "found", "chosen", "panel", "view", "pick", "picked", "side", "movers")
)
UNKNOWN_NAMED = 8


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "map",
        model_bar(t, q["model"]),
        *(dcc.Store(id=name) for name in (DRAWN, POINTS, COLORS, TEXTS, MARKS)),
        dcc.Store(id=ASK, data={name: q[name] for name in ASKED}),
        dcc.Store(id=PENDING, data=True),
        dcc.Store(id=VIEW, data=q["view"]),
        dcc.Store(id=PICK, data=corners(q["pick"]) or None),
        dcc.Store(id=SIDE, data=q["side"]),
        dcc.Store(id=CHOSEN, data=q["word"] or None),
        html.Div(
            [
                card(
                    None,
                    html.Div(id=STATUS, **{"aria-live": "polite"}),
                    stage(t, "map", t("map.label"), t("map.label_beside")),
                    dmc.Text(id=FACTS, size="sm", c="dimmed", mt="sm"),
                    dmc.Text(t("map.keys"), size="xs", c="dimmed", mt=4),
                    takes=("map", "map"),
                ),
                html.Div(
                    [
                        card(None, controls(t, q, DRAW), html.Div(id="map-address-note"), className="map-controls"),
                        _search_card(t, q),
                        html.Div(
                            card(t("map.movers"), html.Div(id=MOVERS), hint=t("map.movers_hint"), takes=("map", "movers")),
                            id="map-movers-card",
                            hidden=True,
                        ),
                        card(t("map.picked"), html.Div(id=PICKED), hint=t("map.picked_hint"), takes=("map", "picked")),
                        card(
                            t("map.neighbours"), html.Div(id=PANEL), hint=t("map.neighbours_hint"), takes=("map", "neighbours")
                        ),
                    ],
                    className="points-side",
                ),
            ],
            className="points-frame",
        ),
    )


def _search_card(t: Text, q: dict[str, Any]) -> Any:
    return card(
        t("map.search"),
        dmc.TextInput(
            id=FIND,
            value=q["find"],
            placeholder=t("map.search_example"),
            leftSection=icon("search", 16),
            debounce=350,
            inputProps={"maxLength": url.MAX_WORD, "aria-label": t("map.search")},
        ),
        html.Div(id=FOUND, className="answer"),
        hint=t("map.search_hint"),
    )


def register(app: Dash) -> None:
    hue = [Input(name_of(name), "value") for name in HUE]
    app.callback(
        Output(POINTS, "data"),
        Output(COLORS, "data"),
        Output(LEGEND, "children"),
        Output(STATUS, "children"),
        Output(FACTS, "children"),
        Output(DRAWN, "data"),
        Output(PENDING, "data"),
        Input(ASK, "data"),
        Input(ids.MODEL, "value"),
        Input(ids.READY, "data"),
        *hue,
        State(DRAWN, "data"),
        State(PENDING, "data"),
        State(VIEW, "data"),
    )(steady(draw))
    app.callback(Output(TEXTS, "data"), Input(DRAWN, "data"))(steady(write))
    app.callback(
        Output(MARKS, "data"),
        Output(FOUND, "children"),
        Output(PANEL, "children"),
        Input(DRAWN, "data"),
        Input(FIND, "value"),
        Input(CHOSEN, "data"),
    )(steady(show))
    app.callback(Output(PICKED, "children"), Input(DRAWN, "data"), Input(PICK, "data"), State(SIDE, "data"))(
        steady(show_picked)
    )
    app.callback(Output(MOVERS, "children"), Output("map-movers-card", "hidden"), Input(DRAWN, "data"))(steady(show_movers))
    app.callback(Output(CHOSEN, "data"), Input(pick(ALL, ALL), "n_clicks"), State(DRAWN, "data"), prevent_initial_call=True)(
        choose_word
    )
    app.callback(
        Output(ids.address("map"), "data"),
        Output("map-address-note", "children"),
        Input(ASK, "data"),
        Input(ids.MODEL, "value"),
        *hue,
        Input(FIND, "value"),
        Input(CHOSEN, "data"),
        Input(VIEW, "data"),
        Input(PICK, "data"),
        Input(SIDE, "data"),
    )(steady(address))
    app.clientside_callback(
        ClientsideFunction("explorer", "map"),
        *(Input(name, "data") for name in (POINTS, COLORS, TEXTS, MARKS, PICK)),
        State(SIDE, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("explorer", "mapForm"),
        Output(FORM, "className"),
        *(Input(name_of(name), "value") for name in ("method", "of", "color")),
    )
    app.clientside_callback(
        ClientsideFunction("explorer", "mapAsk"),
        Output(ASK, "data"),
        Input(DRAW, "n_clicks"),
        *(State(name_of(name), "value") for name in ASKED),
        prevent_initial_call=True,
    )


def draw(
    asked: dict[str, Any] | None, model: str, _: Any, color: str, c0: str, c1: str, labels: str,
    drawn: dict[str, Any] | None, pending: bool | None, view: str | None,
) -> Any:  # fmt: skip
    """Places and colours; while the map is made, how far it is, and the map of before stays."""
    keep = (no_update,) * 7
    if woken() and not pending:  # what was stopped does not begin again because something else has ended
        return keep
    t = text()
    wanted = (asked or {}) | {"model": model}
    interim = False
    status: Any = None
    try:
        shown = open_shown(choice_of(wanted))
    except NotReady as wait:
        watch()
        status = waiting(t, wait.job, ())
        instead = None if drawn else _at_once(wanted)
        if instead is None:
            return *(no_update,) * 3, status, *(no_update,) * 2, True
        shown, interim = instead, True
    except ExplorerError as error:
        return *(no_update,) * 3, problem(t, error), *(no_update,) * 2, False
    signature = wanted | {"interim": interim, "id": shown.id}
    colours: Any = no_update
    try:
        # How much words moved is known when both maps are.
        late = interim and color == "moved"
        found = plain(len(shown.keys)) if late else _coloured(t, shown, wanted["model"], color, c0, c1, labels)
        colours, said = coloured(shown.id, found), legend(found)
    except ExplorerError as error:
        said = problem(t, error)
    if status is None and shown.unknown:
        named = ", ".join(shown.unknown[:UNKNOWN_NAMED]) + (" …" if len(shown.unknown) > UNKNOWN_NAMED else "")
        lacking = t("map.unknown", count=f"{len(shown.unknown):,}", words=named)
        status = dmc.Alert(lacking, color="yellow", variant="light", mt="sm")
    if drawn == signature:
        return no_update, colours, said, status, no_update, no_update, interim
    # The view of the address belongs to the map of the address, not to PCA before it or to what is asked later.
    same = not drawn or (drawn["interim"] and all(drawn.get(name) == value for name, value in wanted.items()))
    sent = placed(
        shown,
        stamp(shown.facts, model, len(shown.keys)),
        ranges(view or "") if same and not interim else [],
        None if interim else _axes(wanted),
    )
    if shown.pair:
        sent["beside"]["stamp"] = stamp(shown.pair.beside.facts, shown.pair.beside.model, len(shown.keys))
    return sent | {"interim": interim}, colours, said, status, facts_of(t, shown), signature, interim


def _at_once(wanted: dict[str, Any]) -> Map | None:
    """The same words by PCA, to look at until the map that was asked for is there."""
    try:
        return open_shown(choice_of(wanted | {"method": "pca", "beside": ""}))
    except (NotReady, ExplorerError):
        return None


def _axes(wanted: dict[str, Any]) -> list[list[str]] | None:
    choice = choice_of(wanted)
    if choice.method != "axes":
        return None
    return [[", ".join(parts_of(end)) or text()("map.all_middle") for end in ends] for ends in (choice.x, choice.y)]


def _coloured(t: Text, shown: Map, model: str, color: str, c0: str, c1: str, labels: str) -> Colouring:
    vectors = state().vectors(model)
    q = url.decode({name: FIELDS[name] for name in ("color", "c0", "c1")}, {"color": color, "c0": c0 or "", "c1": c1 or ""})
    if q["color"] == "axis":
        return by_axis(shown, vectors, parts_of(q["c0"]), parts_of(q["c1"]), t("map.all_middle"))
    if q["color"] == "own":
        return by_label(shown, vectors, labels_within(labels))
    if q["color"] == "sense":
        return by_sense(shown, vectors, t("map.senses_said"))
    return simply(shown, vectors, q["color"], lambda key: t(f"map.{key}"))


def labels_within(labels: Any) -> str:
    """A person's labels as text.

    Raises:
        BadInput: there are more of them than are read.
    """
    typed = url.tidy(labels if isinstance(labels, str) else "", MAX_LABELS + 1)
    if len(typed) > MAX_LABELS:
        raise BadInput("dashboards.labels_too_long", most=MAX_LABELS)
    return typed


def stamp(facts: dict[str, Any], model: str, count: int) -> str:
    """How a map was made, in one line that stays on the picture."""
    method = {"tsne": "t-SNE", "axes": "SemAxis"}.get(facts["method"], facts["method"].upper())
    parts = [model, method, f"n={count:,}"]
    if facts["method"] == "umap":
        parts += [f"n_neighbors={facts['params']['n_neighbors']}", f"min_dist={facts['params']['min_dist']:g}"]
    if facts["method"] == "tsne":
        parts += [f"perplexity={facts['params']['perplexity']:g}"]
    if facts["method"] in ("umap", "tsne"):
        parts += [f"seed={facts['seed']}"]
    return " · ".join([*parts, f"trustworthiness@{facts['trust_k']}={facts['trustworthiness']:.3f}"])


def facts_of(t: Text, shown: Map) -> str:
    """How far the map can be trusted, in words."""
    facts = shown.facts
    line = t("map.facts", trust=f"{facts['trustworthiness']:.2f}", kept=f"{100 * facts['preserved']:.0f}", k=facts["trust_k"])
    if "chance_preserved" in facts:
        line += " " + t(
            "map.by_chance", trust=f"{facts['chance_trustworthiness']:.2f}", kept=f"{100 * facts['chance_preserved']:.2f}"
        )
    if facts["explained"]:
        line += " " + t("map.explained", count=len(facts["explained"]), share=f"{100 * sum(facts['explained']):.0f}")
    return line


def _opened(drawn: dict[str, Any] | None) -> tuple[Map, Any] | None:
    """The map that the browser shows, and its model; ``None`` while there is none."""
    if not drawn:
        return None
    wanted = drawn | ({"method": "pca", "beside": ""} if drawn.get("interim") else {})
    try:
        choice = choice_of(wanted)
        return open_shown(choice), state().vectors(choice.model)
    except (NotReady, ExplorerError):
        return None


def write(drawn: dict[str, Any] | None) -> Any:
    """The words of the points, once the points are out."""
    there = _opened(drawn)
    if there is None:
        return no_update
    t = text()
    found = written(there[0])
    return found | {"names": [t.maybe(f"tags.{tag}", tag) for tag in found["tags"]]}


def choose_word(_: Any, drawn: dict[str, Any] | None) -> Any:
    """The word of a pressed button."""
    if drawn is None or not ctx.triggered[0]["value"]:  # buttons that merely appeared have no clicks
        return no_update
    row = ctx.triggered_id["row"]
    try:
        keys = state().vectors(choice_of(drawn).model).keys
    except (NotReady, ExplorerError):
        return no_update
    return keys[row] if isinstance(row, int) and 0 <= row < len(keys) else no_update


def show(drawn: dict[str, Any] | None, query: str | None, chosen: str | None) -> Any:
    """Rows to highlight, what the search found, and the chosen word's neighbours."""
    t = text()
    nothing = empty(t("map.nothing"), t("map.nothing_lead"), picture="map")
    there = _opened(drawn)
    if there is None:
        return no_update, no_update, no_update if drawn else nothing
    shown, vectors = there
    rows = find(shown, url.clean(query or "", url.MAX_WORD), vectors=vectors)
    near = neighbours_of(vectors, chosen)
    key = near.resolution.key if near and near.resolution else ""
    marks = {
        "of": shown.id,
        "found": rows,
        "near": [shown.rows[neighbour.key] for neighbour in near if neighbour.key in shown.rows],
        "chosen": shown.rows.get(key),
    }
    panel = guarded(t, lambda: neighbour_panel(t, shown, vectors, chosen)) if chosen else nothing
    if chosen and shown.pair and key in shown.rows:
        other = state().vectors(shown.pair.beside.model)
        theirs = neighbours_of(other, key) or neighbours_of(other, chosen)
        forms = {word: row for row, word in reversed(list(enumerate(shown.words)))}
        rows_of = [shown.rows.get(one.key, forms.get(one.word)) for one in theirs]
        marks["beside"] = [row for row in rows_of if row is not None and row != marks["chosen"]]
        panel = [panel, beside_panel(t, shown, theirs)]
    return marks, found_list(t, shown, vectors, rows, query), panel


def show_movers(drawn: dict[str, Any] | None) -> Any:
    """The words that a second model sees most differently."""
    there = _opened(drawn)
    if there is None or there[0].pair is None:
        return no_update, True
    return movers_panel(text(), *there), False


def show_picked(drawn: dict[str, Any] | None, polygon: Any, side: str | None) -> Any:
    """What was picked, and what sets it apart."""
    t = text()
    there = _opened(drawn)
    if not polygon or (drawn and drawn.get("interim")):
        return dmc.Text(t("map.nothing_picked"), size="sm", c="dimmed")
    if there is None:
        return no_update
    return guarded(t, lambda: picked_panel(t, *there, corners(_listed(polygon)), side == "b"))


def _listed(polygon: Any) -> str:
    return ",".join(map(str, polygon)) if isinstance(polygon, list) else ""


def address(
    asked: dict[str, Any] | None, model: str, color: str, c0: str, c1: str, labels: str,
    query: str | None, chosen: str | None, view: str | None, polygon: Any, side: str | None,
) -> tuple[str, Any]:  # fmt: skip
    """The page's state as a query string, and a word where that is too long for an address."""
    own = (asked or {}).get("own")
    packs = {"own": url.tidy(own if isinstance(own, str) else "", MAX_OWN), "labels": url.tidy(labels, MAX_LABELS)}
    given = {name: str(value) for name, value in (asked or {}).items() if value is not None and name not in packs}
    values = url.decode({name: field for name, field in FIELDS.items() if name not in packs}, given | {"color": color})
    more = {
        "model": model,
        "c0": c0 or "",
        "c1": c1 or "",
        "find": query or "",
        "word": chosen or "",
        "view": view or "",
        "pick": _listed(polygon),
        "side": side if polygon and side == "b" else "a",
    }
    where = url.encode(FIELDS, values | packs | more)
    return where, too_long_for_address(text()("map.not_in_address"), len(where) <= url.MAX_ADDRESS)


def _at(q: Any) -> tuple[Map, Any]:
    return open_shown(choice_of(dict(q))), state().vectors(q["model"])


CARDS = {
    "map": Take(lambda q: _at(q)[0].to_frame(), map_lines),
    "picked": Take(lambda q: group_of(_at(q)[1], _at(q)[0], corners(q["pick"]), q["side"] == "b").to_frame(), picked_lines),
    "movers": Take(lambda q: pair_of(_at(q)[0]).to_frame(), mover_lines),
    "neighbours": Take(lambda q: state().vectors(q["model"]).similar(q["word"], NEIGHBOURS).to_frame(), neighbour_lines),
}

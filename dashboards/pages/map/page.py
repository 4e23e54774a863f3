"""The map of words: the shipped one at once, others in the background, search, and a word's real neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboards.app.models import model_bar
from dashboards.app.state import state
from dashboards.kit import ids, url
from dashboards.kit.components import card, empty, graph, guarded, icon, page, problem, waiting, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.taking import Take, lines
from dashboards.kit.theme import TAG_GROUPS
from dashboards.pages.map.maps import Choice, Map, find, may_be_shipped, open_map
from dashboards.pages.map.words import NEIGHBOURS, found_list, neighbour_panel, neighbours_of, patch, pick
from explorer.core.errors import ExplorerError

if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = "/map"
NAME = "map.name"
ICON = "map"
USES_MODEL = True

METHODS = ("umap", "pca")
COLORS = ("tag", "region", "trust")
SIZES = ("1000", "3000", "5000", "10000", "20000", "60000")
FIRST = Choice("")
"""What a page shows whose address says nothing."""
UNUSED: dict[str, Any] = {"near": FIRST.n_neighbors, "dist": FIRST.min_dist}
"""What only UMAP reads, as it stands where another method draws."""
SVG_MOST = 3000
"""Points drawn without WebGL: more make a browser slow."""


def ranges(view: str) -> list[float]:
    """Where the map is looked at: left, right, lower and upper edge; empty for anything that is none.

    >>> ranges("-1,2.5,0,3"), ranges("1,2,3"), ranges("0,0,nan,1")
    ([-1.0, 2.5, 0.0, 3.0], [], [])
    """
    try:
        found = [float(one) for one in view[:100].split(",")]
    except ValueError:
        return []
    return found if len(found) == 4 and all(abs(one) < 1e6 for one in found) else []


FIELDS = {
    "method": url.choice(METHODS, FIRST.method),
    "words": url.choice(SIZES, str(FIRST.words)),
    "color": url.choice(COLORS, "tag"),
    "seed": url.integer(0, 2**32 - 1, FIRST.seed),
    "near": url.integer(2, 200, FIRST.n_neighbors),
    "dist": url.number(0, 1, FIRST.min_dist),
    "find": url.text(),
    "word": url.text(),
    "view": url.Field(
        "", lambda value: ",".join(f"{one:.4g}" for one in ranges(value)), str, good=lambda value: bool(ranges(value))
    ),
    "model": url.model(),
}

METHOD, SIZE, COLOR, SEED, NEAR, DIST, DRAW = (
    f"map-{name}" for name in ("method", "size", "color", "seed", "near", "dist", "draw")
)
GRAPH, STATUS, FACTS, DRAWN, WEBGL = (f"map-{name}" for name in ("graph", "status", "facts", "drawn", "webgl"))
FIND, FOUND, CHOSEN, PANEL, VIEW = (f"map-{name}" for name in ("find", "found", "chosen", "panel", "view"))


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "map",
        model_bar(t, q["model"]),
        dcc.Store(id=DRAWN),
        dcc.Store(id=VIEW, data={"of": None, "view": q["view"]}),
        dcc.Store(id=WEBGL),
        dcc.Store(id=CHOSEN, data=q["word"] or None),
        card(None, _controls(t, q)),
        dmc.Grid(
            [
                dmc.GridCol(_map_card(t), span={"base": 12, "lg": 9}),
                dmc.GridCol(
                    dmc.Stack(
                        [
                            _search_card(t, q),
                            card(
                                t("map.neighbours"),
                                html.Div(id=PANEL),
                                hint=t("map.neighbours_hint"),
                                takes=("map", "neighbours"),
                            ),
                        ],
                        gap="lg",
                    ),
                    span={"base": 12, "lg": 3},
                ),
            ],
            gutter="lg",
        ),
    )


def _controls(t: Text, q: dict[str, Any]) -> Any:
    segments = [{"value": method, "label": t(f"map.{method}")} for method in METHODS]
    return html.Div(
        [
            html.Div(
                [
                    html.Div(t("map.method"), className="field-label", **{"aria-hidden": "true"}),
                    dmc.SegmentedControl(id=METHOD, value=q["method"], data=segments, **{"aria-label": t("map.method")}),
                ]
            ),
            dmc.Select(
                id=SIZE,
                value=q["words"],
                data=[{"value": size, "label": f"{int(size):,}"} for size in SIZES],
                label=t("map.size"),
                allowDeselect=False,
                className="field-small map-size",
            ),
            dmc.Select(
                id=COLOR,
                value=q["color"],
                data=[{"value": name, "label": t(f"map.color_{name}")} for name in COLORS],
                label=t("map.color"),
                allowDeselect=False,
                className="field-small",
            ),
            dmc.NumberInput(
                id=SEED,
                value=q["seed"],
                label=t("map.seed"),
                min=0,
                max=2**32 - 1,
                allowDecimal=False,
                hideControls=True,
                className="field-small",
            ),
            dmc.NumberInput(
                id=NEAR, value=q["near"], label=t("map.near"), min=2, max=200, allowDecimal=False, className="field-small"
            ),
            dmc.NumberInput(
                id=DIST, value=q["dist"], label=t("map.dist"), min=0, max=1, step=0.05, decimalScale=2, className="field-small"
            ),
            dmc.Button(t("map.draw"), id=DRAW),
        ],
        className="form",
    )


def _map_card(t: Text) -> Any:
    from dashboards.kit.theme import blank

    return card(
        None,
        html.Div(id=STATUS, **{"aria-live": "polite"}),
        graph(blank(None), GRAPH, t("map.label"), height="clamp(380px, min(100vh - 170px, 120vw), 1100px)", scroll=True),
        dmc.Text(id=FACTS, size="sm", c="dimmed", mt="sm"),
        takes=("map", "map"),
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
    app.clientside_callback(ClientsideFunction("explorer", "webgl"), Output(WEBGL, "data"), Input(WEBGL, "id"))
    app.callback(
        Output(GRAPH, "figure"),
        Output(STATUS, "children"),
        Output(FACTS, "children"),
        Output(DRAWN, "data"),
        Input(DRAW, "n_clicks"),
        Input(METHOD, "value"),
        Input(SIZE, "value"),
        Input(COLOR, "value"),
        Input(ids.MODEL, "value"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
        Input(WEBGL, "data"),
        State(SEED, "value"),
        State(NEAR, "value"),
        State(DIST, "value"),
        State(DRAWN, "data"),
        State(VIEW, "data"),
    )(draw)
    app.clientside_callback(
        ClientsideFunction("explorer", "followMap"), Output(GRAPH, "id"), Input(GRAPH, "figure"), Input(GRAPH, "relayoutData")
    )
    app.callback(
        Output(VIEW, "data"), Input(GRAPH, "relayoutData"), Input(DRAWN, "data"), State(VIEW, "data"), prevent_initial_call=True
    )(look)
    app.callback(
        Output(CHOSEN, "data"),
        Input(GRAPH, "clickData"),
        Input(pick(ALL, ALL), "n_clicks"),
        State(DRAWN, "data"),
        prevent_initial_call=True,
    )(choose_word)
    app.callback(
        Output(GRAPH, "figure", allow_duplicate=True),
        Output(FOUND, "children"),
        Output(PANEL, "children"),
        Input(DRAWN, "data"),
        Input(FIND, "value"),
        Input(CHOSEN, "data"),
        prevent_initial_call="initial_duplicate",
    )(show)
    app.callback(
        Output(ids.address("map"), "data"),
        Input(DRAWN, "data"),
        Input(METHOD, "value"),
        Input(SIZE, "value"),
        Input(COLOR, "value"),
        Input(ids.MODEL, "value"),
        Input(FIND, "value"),
        Input(CHOSEN, "data"),
        Input(VIEW, "data"),
        State(SEED, "value"),
        State(NEAR, "value"),
        State(DIST, "value"),
    )(address)


def choice_of(drawn: dict[str, Any]) -> Choice:
    """The map a page shows, from what the browser sends back (validated again: it is only a browser)."""
    q = url.decode(FIELDS, {name: str(value) for name, value in drawn.items()})
    return Choice(q["model"], q["method"], int(q["words"]), q["seed"], q["near"], q["dist"])


def draw(
    _: Any, method: str, words: str, color: str, model: str, __: Any, scheme: str | None, webgl: bool | None,
    seed: Any, near: Any, dist: Any, drawn: dict[str, Any] | None, view: dict[str, Any] | None = None,
) -> Any:  # fmt: skip
    """The figure; while it is being made, how far it is, and the map of before stays."""
    if scheme is None or webgl is None:
        return no_update, no_update, no_update, no_update  # the browser has not said yet what it can show
    t = text()
    words = url.decode(FIELDS, {"words": words})["words"]
    if not webgl and int(words) > SVG_MOST:
        words = str(SVG_MOST)
    wanted = {"model": model, "method": method, "words": words, "seed": seed, "near": near, "dist": dist, "color": color}
    signature = wanted | {"scheme": scheme, "webgl": webgl}
    if method == "pca":
        signature |= UNUSED
    if drawn == signature:
        return no_update, None, no_update, no_update
    status: Any = None
    shown: Map | None
    try:
        shown = open_map(choice_of(wanted))
    except NotReady as wait:
        watch()
        status = waiting(t, wait.job, ())
        shown = None if drawn or method == "pca" else _at_once(wanted)
        asked = {"method": method, "near": near, "dist": dist}
        if shown is None:  # the map of before stays; the address says what was asked for
            kept = drawn | {"asked": asked} if drawn and drawn.get("asked") != asked else no_update
            return no_update, status, no_update, kept
        signature |= UNUSED | {"method": "pca", "asked": asked}
    except ExplorerError as error:
        return no_update, problem(t, error), no_update, no_update
    if status is None and not webgl:
        status = dmc.Alert(t("map.no_webgl", most=f"{SVG_MOST:,}"), color="yellow", variant="light", mb="sm")
    figure = figure_of(t, shown, model, scheme, color, webgl)
    if view and view["of"] in (None, _same_map(signature)) and (edges := ranges(view["view"])):
        figure.update_layout(xaxis_range=edges[:2], yaxis_range=edges[2:])
    return figure, status, facts_of(t, shown), signature


def _same_map(drawn: dict[str, Any]) -> list[Any]:
    """What two drawings of one map have in common, however they are coloured."""
    return [drawn.get(name) for name in ("model", "method", "words", "seed", "near", "dist")]


def look(moved: dict[str, Any] | None, drawn: dict[str, Any] | None, view: dict[str, Any] | None) -> Any:
    """Where the map is looked at, kept as long as it is the same map; the first map takes what the address says."""
    if not drawn or drawn.get("asked"):  # not yet the map that was asked for
        return no_update
    view, same = view or {"of": None, "view": ""}, _same_map(drawn)
    if ctx.triggered_id == DRAWN:
        kept = view["view"] if view["of"] in (None, same) else ""
        return {"of": same, "view": kept}
    edges = [(moved or {}).get(f"{axis}axis.range[{end}]") for axis in "xy" for end in (0, 1)]
    if all(isinstance(edge, int | float) for edge in edges):
        return {"of": same, "view": ",".join(f"{edge:.4g}" for edge in edges)}
    return {"of": same, "view": ""} if (moved or {}).get("xaxis.autorange") else no_update


def _at_once(wanted: dict[str, Any]) -> Map | None:
    """The same words by PCA, to look at until the map that was asked for is there."""
    try:
        return open_map(choice_of(wanted | {"method": "pca"}))
    except (NotReady, ExplorerError):
        return None


def figure_of(t: Text, shown: Map, model: str, scheme: str | None, color: str, webgl: bool) -> Any:
    from dashboards.pages.map.figures import map_figure

    names = {group: t(f"map.group_{group}") for group in TAG_GROUPS} | {
        "trust": t("map.trust"),
        "unmeasured": t("map.unmeasured"),
        "no_region": t("map.no_region"),
    }
    return map_figure(shown, scheme, names, color=color, webgl=webgl, stamp=stamp(shown, model))


def stamp(shown: Map, model: str) -> str:
    """How the map was made, in one line that stays on the picture."""
    facts = shown.facts
    parts = [model, facts["method"].upper(), f"n={len(shown.keys):,}"]
    if facts["method"] == "umap":
        parts += [f"n_neighbors={facts['params']['n_neighbors']}", f"min_dist={facts['params']['min_dist']:g}"]
    return " · ".join([*parts, f"seed={facts['seed']}", f"trustworthiness@{facts['trust_k']}={facts['trustworthiness']:.3f}"])


def facts_of(t: Text, shown: Map) -> str:
    """How far the map can be trusted, in words."""
    facts = shown.facts
    line = t("map.facts", trust=f"{facts['trustworthiness']:.2f}", kept=f"{100 * facts['preserved']:.0f}", k=facts["trust_k"])
    if "chance_preserved" in facts:
        line += " " + t(
            "map.by_chance", trust=f"{facts['chance_trustworthiness']:.2f}", kept=f"{100 * facts['chance_preserved']:.2f}"
        )
    if facts["explained"]:
        line += " " + t("map.explained", share=f"{100 * sum(facts['explained']):.0f}")
    return line


def choose_word(click: dict[str, Any] | None, _: Sequence[int | None], drawn: dict[str, Any] | None) -> Any:
    """The word of a pressed point or button."""
    if drawn is None or not ctx.triggered[0]["value"]:  # buttons that merely appeared have no clicks
        return no_update
    choice = choice_of(drawn)
    row = ctx.triggered_id["row"] if isinstance(ctx.triggered_id, dict) else clicked_row(click)
    try:
        keys = state().vectors(choice.model).keys if isinstance(ctx.triggered_id, dict) else open_map(choice).keys
    except (NotReady, ExplorerError):
        return no_update
    return keys[row] if isinstance(row, int) and 0 <= row < len(keys) else no_update


def clicked_row(click: dict[str, Any] | None) -> int | None:
    """The row a click names, if it names one.

    >>> clicked_row({"points": [{"customdata": 7}]}), clicked_row({"points": []})
    (7, None)
    """
    points = (click or {}).get("points") or [{}]
    row = points[0].get("customdata")
    if isinstance(row, list):
        row = row[0] if row else None
    return row if isinstance(row, int) and row >= 0 else None


def show(drawn: dict[str, Any] | None, query: str | None, chosen: str | None) -> Any:
    """Highlights as a small patch, what the search found, and the chosen word's neighbours."""
    t = text()
    if not drawn:
        return no_update, no_update, empty(t("map.nothing"), t("map.nothing_lead"), picture="map")
    try:
        choice = choice_of(drawn)
        shown, vectors = open_map(choice), state().vectors(choice.model)
    except (NotReady, ExplorerError):
        return no_update, no_update, no_update
    rows = find(shown, url.clean(query or "", url.MAX_WORD), vectors=vectors)
    near = neighbours_of(vectors, chosen)
    on_map = [shown.rows[neighbour.key] for neighbour in near if neighbour.key in shown.rows]
    key = near.resolution.key if near and near.resolution else None
    panel = (
        guarded(t, lambda: neighbour_panel(t, shown, vectors, chosen))
        if chosen
        else empty(t("map.nothing"), t("map.nothing_lead"), picture="map")
    )
    return patch(shown, rows, on_map, shown.rows.get(key or "")), found_list(t, shown, vectors, rows, query), panel


def address(
    _: Any, method: str, words: str, color: str, model: str, query: str | None, chosen: str | None,
    view: dict[str, Any] | None, seed: Any, near: Any, dist: Any,
) -> str:  # fmt: skip
    """The page's state as a query string."""
    asked = {"method": method, "words": words, "color": color, "seed": seed, "near": near, "dist": dist}
    values = url.decode(FIELDS, {name: str(value) for name, value in asked.items()})
    more = {"model": model, "find": query or "", "word": chosen or "", "view": (view or {}).get("view") or ""}
    return url.encode(FIELDS, values | more)


# ---- what is taken along

_OPEN = "import explorer as ex\n\nv = ex.load({model})\n"
_WORDS = "from explorer.analysis.map_words import map_words\n" + _OPEN + "words = map_words(v, {words})\n"
_DRAWN = "ex.project(v, method={method}, words=words, seed={seed}{tuned})"
_MAP = _WORDS + f"answer = {_DRAWN}.to_frame()"
_SHIPPED = (
    "from explorer.analysis.shipped_maps import shipped_map\n" + _WORDS + f"answer = (shipped_map(v) or {_DRAWN}).to_frame()"
)


def _map_lines(q: Any) -> str:
    tuned = lines(", n_neighbors={near}, min_dist={dist}", **q) if q["method"] == "umap" else ""
    template = _SHIPPED if may_be_shipped(choice_of(dict(q))) else _MAP
    return lines(template.replace("{tuned}", tuned), **dict(q) | {"words": int(q["words"])})


CARDS = {
    "map": Take(lambda q: open_map(choice_of(dict(q))).to_frame(), _map_lines),
    "neighbours": Take(
        lambda q: state().vectors(q["model"]).similar(q["word"], NEIGHBOURS).to_frame(),
        lambda q: lines(_OPEN + "answer = v.similar({word}, {most}).to_frame()", most=NEIGHBOURS, **q),
    ),
}

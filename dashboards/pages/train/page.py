"""Training of one's own: word vectors or a tokenizer from a corpus, watched while it happens, found on every page afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.kit import ids, url
from dashboards.kit.components import card, page, problem, slot, watch
from dashboards.kit.i18n import text
from dashboards.kit.page import HIDDEN, pressed
from dashboards.kit.taking import Take, lines
from dashboards.pages.train.asked import (
    KEYS,
    MODELS,
    PARAMS,
    SUBWORDS,
    Choice,
    expected,
    forget,
    go_on,
    goes,
    job_of,
    known,
    own,
    preset_of,
    start,
)
from dashboards.pages.train.form import (
    EXPECTED,
    FIELD_IDS,
    GO,
    KINDS,
    LIMITS,
    NEW_BOX,
    VECTORS_BOX,
    VOCABULARY,
    form_of,
    is_new,
)
from dashboards.pages.train.shown import curve, estimated, neighbours, run_list, status
from explorer.core.errors import BadInput, ExplorerError
from explorer.static.epochs import losses_frame, neighbours_frame

PATH = "/train"
NAME = "train.name"
ICON = "train"
USES_MODEL = False

FIELDS = {
    "what": url.choice(KINDS, KINDS[0]),
    "corpus": url.text(100, "sample", always=True),
    "kind": url.choice(MODELS, MODELS[0]),
    "t": url.text(300, "kiwi", always=True),
    "sub": url.choice(SUBWORDS, SUBWORDS[0]),
    "vocab": url.integer(*VOCABULARY, 8000),
    "tname": url.text(100),
    "name": url.text(100),
    **{name: url.integer(0, most, 0) for name, (_, most) in LIMITS.items()},
    "keys": url.choice(KEYS, KEYS[0]),
    "seed": url.integer(0, 2**32 - 1, 42),
    "run": url.text(100),
}

RUN, STAMP, SAID, STATUS, ANSWER, CURVE, NEIGHBOURS, RUNS = (
    f"train-{name}" for name in ("run", "stamp", "said", "status", "answer", "curve", "neighbours", "runs")
)
CONTROLS = tuple(FIELD_IDS)


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "train",
        dcc.Store(id=RUN, data=q["run"] or None),
        dcc.Store(id=STAMP),
        card(None, form_of(t, q), slot(SAID)),
        slot(STATUS),
        html.Div(
            [
                card(t("train.curve"), html.Div(id=CURVE), hint=t("train.curve_hint"), takes=("train", "curve")),
                card(
                    t("train.neighbours"),
                    html.Div(id=NEIGHBOURS),
                    hint=t("train.neighbours_hint"),
                    takes=("train", "neighbours"),
                ),
            ],
            id=ANSWER,
            className="train-answer",
            style=HIDDEN,
        ),
        html.Div(id=RUNS),
    )


# ---- what a person asks


def values_of(given: tuple[Any, ...]) -> dict[str, Any]:
    """The controls as they stand, as the address would say them."""
    asked = {name: "" if value is None else str(value) for name, value in zip(CONTROLS, given, strict=True)}
    return url.decode(FIELDS, {name: value for name, value in asked.items() if value or name in ("name", "tname")})


def choice_of(q: Mapping[str, Any]) -> Choice:
    """Which training the page asks for."""
    return Choice(
        what=q["what"],
        corpus=q["corpus"],
        model=q["kind"],
        tokenizer=q["t"],
        name=q["name"],
        subword=q["sub"],
        vocab_size=q["vocab"],
        tokenizer_name=q["tname"],
        keys=q["keys"],
        seed=q["seed"],
        params={name: q[name] for name in PARAMS if q[name]},
    )


def begin(_: int | None, *given: Any) -> tuple[Any, Any]:
    """The run that begins, or why none does."""
    return _began(lambda: start(choice_of(values_of(given))))


def begin_again(_: Any, shown: str | None) -> tuple[Any, Any]:
    """A run that was stopped goes on; another one is looked at; one is put out of the list."""
    name, what = ids.named(pressed("run") or ""), pressed("do")
    if not name:
        return no_update, no_update
    if what == "look":
        return name, None

    def forgotten() -> str | None:
        forget(name)
        return None if shown == name else shown

    return _began(forgotten if what == "forget" else lambda: go_on(name))


def _began(call: Callable[[], str | None]) -> tuple[Any, Any]:
    try:
        name = call()
    except ExplorerError as error:
        return no_update, problem(text(), error)
    watch()
    return name, None


def form(*given: Any) -> tuple[Any, ...]:
    """Which parts of the form are there, what the preset says, and what it may take."""
    t, q = text(), values_of(given)
    choice = choice_of(q)
    boxes = ({} if q["what"] == KINDS[0] else HIDDEN, {} if is_new(q["what"], q["t"]) else HIDDEN)
    try:
        found, preset = expected(choice), preset_of(choice)
    except ExplorerError as error:
        return *boxes, problem(t, error), *[no_update] * len(PARAMS)
    line = estimated(t, choice, found)
    return *boxes, line, *(t("train.preset_value", value=preset[name]) for name in PARAMS)


def address(run: str | None, *given: Any) -> str:
    """The page's state as a query string."""
    return url.encode(FIELDS, {**values_of(given), "run": run or ""})


# ---- what it gets


def show(run: str | None, _: Any, __: Any, scheme: str | None, stamp: list[Any] | None) -> tuple[Any, ...]:
    """How far the run is; nothing where nothing has changed since it was last asked."""
    t = text()
    found = known(run) if run else None
    job = job_of(found)
    others = own()
    going = {one.name for one in [*others, *([found] if found else [])] if goes(one)}
    if going:
        watch()
    now = [run, job.id if job else None, scheme, found and [found.state, len(found.epochs)]]
    now.append([[one.name, one.state, one.name in going] for one in others])
    if now == stamp:
        return (no_update,) * 6
    if run and found is None:
        shown: Any = card(None, problem(t, BadInput("dashboards.no_such_run", name=run)))
    else:
        shown = status(t, found, job, run in going) if found else None
    told = found.epochs if found else ()
    return (
        shown,
        {} if told else HIDDEN,
        curve(t, told, scheme) if told else None,
        neighbours(t, told) if told else None,
        run_list(t, others, going, run),
        now,
    )


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    controls = [(FIELD_IDS[name], "value") for name in CONTROLS]
    inputs = [Input(*one) for one in controls]
    app.callback(
        Output(VECTORS_BOX, "style"),
        Output(NEW_BOX, "style"),
        Output(EXPECTED, "children"),
        *[Output(FIELD_IDS[name], "placeholder") for name in PARAMS],
        *inputs,
    )(form)
    app.callback(Output(ids.address("train"), "data"), Input(RUN, "data"), *inputs)(address)
    app.callback(
        Output(RUN, "data"),
        Output(SAID, "children"),
        Input(GO, "n_clicks"),
        *[State(*one) for one in controls],
        prevent_initial_call=True,
    )(begin)
    app.callback(
        Output(RUN, "data", allow_duplicate=True),
        Output(SAID, "children", allow_duplicate=True),
        Input({"type": "train-run", "run": ALL, "do": ALL}, "n_clicks"),
        State(RUN, "data"),
        prevent_initial_call=True,
    )(begin_again)
    app.callback(
        Output(STATUS, "children"),
        Output(ANSWER, "style"),
        Output(CURVE, "children"),
        Output(NEIGHBOURS, "children"),
        Output(RUNS, "children"),
        Output(STAMP, "data"),
        Input(RUN, "data"),
        Input(ids.TICKED, "data"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
        State(STAMP, "data"),
    )(show)


# ---- what is taken along


def _told(q: Mapping[str, Any]) -> Any:
    found = known(q["run"])
    if found is None or not found.epochs:
        raise BadInput("dashboards.no_such_run", name=q["run"])
    return found.epochs


_LINES = "import explorer as ex\nfrom explorer.static.epochs import {}\n\nanswer = {}(ex.load({{run}}).info['epochs'])"


def _take(frame: Callable[[Any], Any]) -> Take:
    name = frame.__name__
    return Take(lambda q: frame(_told(q)), lambda q: lines(_LINES.format(name, name), run=q["run"]))


CARDS = {"curve": _take(losses_frame), "neighbours": _take(neighbours_frame)}

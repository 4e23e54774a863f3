"""Training of one's own: word vectors or a tokenizer from a corpus, watched while it happens, found on every page afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.kit import ids, url
from dashboards.kit.checkpoints import place, torch_installed
from dashboards.kit.components import card, page, problem, slot, watch
from dashboards.kit.forms import no_torch
from dashboards.kit.i18n import text
from dashboards.kit.page import HIDDEN, pressed
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take, lines
from dashboards.pages.train.asked import forget, go_on, goes, job_of, known, own, start
from dashboards.pages.train.choice import ENCODING, KEYS, KINDS, MODELS, PARAMS, PARTS, SUBWORDS, Choice
from dashboards.pages.train.form import (
    BOXES,
    EXPECTED,
    FIELD_IDS,
    GO,
    LABELS_LINK,
    LIMITS,
    MOST_CELLS,
    VOCABULARY,
    box_styles,
    form_of,
)
from dashboards.pages.train.runs import Run
from dashboards.pages.train.shown import curve, estimated, layers, neighbours, run_list, status
from dashboards.pages.train.sizes import expected, label_of, preset_of
from explorer.analysis.probing.layers import LayerProbes
from explorer.core.errors import BadInput, ExplorerError
from explorer.static.epochs import losses_frame, neighbours_frame

PATH = "/train"
NAME = "train.name"
ICON = "train"
USES_MODEL = False
STEADY = True

FIELDS = {
    "what": url.choice(KINDS, KINDS[0]),
    "corpus": url.text(100, "sample", always=True),
    "kind": url.choice(MODELS, MODELS[0]),
    "t": url.text(300, "kiwi", always=True),
    "enc": url.model(""),
    "label": url.text(100),
    "part": url.choice(PARTS, PARTS[0]),
    "ts": url.texts(300, MOST_CELLS, ("kiwi", "eojeol"), always=True),
    "ms": url.texts(100, MOST_CELLS, ("word2vec", "glove"), always=True),
    "tests": url.texts(100, MOST_CELLS, ("relations",), always=True),
    "sub": url.choice(SUBWORDS, SUBWORDS[0]),
    "vocab": url.integer(*VOCABULARY, 8000),
    "tname": url.text(100),
    "name": url.text(100),
    **{name: url.integer(0, most, 0) for name, (_, most) in LIMITS.items()},
    "keys": url.choice(KEYS, KEYS[0]),
    "seed": url.integer(0, 2**32 - 1, 42),
    "run": url.text(100),
}

RUN, STAMP, SAID, STATUS, RUNS, ABOUT = (f"train-{name}" for name in ("run", "stamp", "said", "status", "runs", "about"))
ANSWERS = ("curve", "neighbours", "layers")
"""The cards of a run; each is there where it has something to show."""
CONTROLS = tuple(FIELD_IDS)
_EMPTY = ("name", "tname", "ts", "ms", "tests")
"""What may be left empty."""


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
        *(
            html.Div(
                card(t(f"train.{name}"), html.Div(id=f"train-{name}"), hint=t(f"train.{name}_hint"), takes=("train", name)),
                id=f"train-{name}-card",
                style=HIDDEN,
            )
            for name in ANSWERS
        ),
        html.Div(id=RUNS),
    )


# ---- what a person asks


def values_of(given: tuple[Any, ...]) -> dict[str, Any]:
    """The controls as they stand, as the address would say them."""
    asked = {
        name: ",".join(value) if isinstance(value, list) else "" if value is None else str(value)
        for name, value in zip(CONTROLS, given, strict=True)
    }
    return url.decode(FIELDS, {name: value for name, value in asked.items() if value or name in _EMPTY})


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
        encoder=q["enc"],
        label=q["label"],
        part=q["part"],
        tokenizers=tuple(q["ts"]),
        models=tuple(q["ms"]),
        tests=tuple(q["tests"]),
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
    """Which parts of the form are there, the columns of the corpus, what fits by itself, and what it may take."""
    t, q = text(), values_of(given)
    choice = choice_of(q)
    labelled = q["what"] in ENCODING
    fixed = (*box_styles(q), {} if labelled else HIDDEN, t(f"train.about_{q['what']}"))
    try:
        columns = label_of(q["corpus"], q["label"])[1] if labelled else ()
        if choice.encodes and not torch_installed():
            return *fixed, no_torch(t), no_update, *[no_update] * len(PARAMS)
        found, preset = expected(choice), preset_of(choice)
    except ExplorerError as error:
        return *fixed, problem(t, error), no_update, *[no_update] * len(PARAMS)
    names = list(dict.fromkeys([*columns, *([q["label"]] if q["label"] else [])]))
    told = [t("train.preset_value", value=preset[name]) if name in preset else no_update for name in PARAMS]
    return *fixed, estimated(t, choice, found), names, *told


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
        return (no_update,) * (3 + 2 * len(ANSWERS))
    if run and found is None:
        shown: Any = card(None, problem(t, BadInput("dashboards.no_such_run", name=run)))
    else:
        shown = status(t, found, job, run in going) if found else None
    answers = _answers(found, scheme)
    return (
        shown,
        *(answers.get(name) for name in ANSWERS),
        *({} if name in answers else HIDDEN for name in ANSWERS),
        run_list(t, others, going, run),
        now,
    )


def _answers(found: Run | None, scheme: str | None) -> dict[str, Any]:
    """What the cards of a run show."""
    t, made = text(), {}
    if found is not None and found.epochs:
        made["curve"] = curve(t, found, scheme)
        if found.what == "vectors":
            made["neighbours"] = neighbours(t, found.epochs)
    if found is not None and "probes" in found.made:
        made["layers"] = layers(t, found, scheme)
    return made


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    controls = [(FIELD_IDS[name], "value") for name in CONTROLS]
    inputs = [Input(*one) for one in controls]
    app.callback(
        *[Output(f"train-box-{name}", "style") for name in BOXES],
        Output(LABELS_LINK, "style"),
        Output(ABOUT, "children"),
        Output(EXPECTED, "children"),
        Output(FIELD_IDS["label"], "data"),
        *[Output(FIELD_IDS[name], "placeholder") for name in PARAMS],
        *inputs,
    )(steady(form))
    app.callback(Output(ids.address("train"), "data"), Input(RUN, "data"), *inputs)(steady(address))
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
        *[Output(f"train-{name}", "children") for name in ANSWERS],
        *[Output(f"train-{name}-card", "style") for name in ANSWERS],
        Output(RUNS, "children"),
        Output(STAMP, "data"),
        Input(RUN, "data"),
        Input(ids.TICKED, "data"),
        Input(ids.READY, "data"),
        Input(ids.SCHEME, "computedColorScheme"),
        State(STAMP, "data"),
    )(show)


# ---- what is taken along


def _told(q: Mapping[str, Any]) -> Run:
    found = known(q["run"])
    if found is None or not found.epochs:
        raise BadInput("dashboards.no_such_run", name=q["run"])
    return found


_LINES = "import explorer as ex\nfrom explorer.static.epochs import {}\n\nanswer = {}(ex.load({{run}}).info['epochs'])"
_CURVE = """import pandas as pd

from explorer.core.store import list_artifacts

answer = pd.DataFrame(list_artifacts("encoder")[{run}].provenance["curve"])[["step", "train", "heldout", "top1"]]"""
_PROBES = """import explorer as ex
from corpora.labelled import labelled_texts
from explorer.analysis.probing.layers import probe_layers

labelled = labelled_texts({corpus}, label_column={label})
probes = probe_layers(ex.encoder({model}), labelled=labelled, most_texts={most}, seed={seed})
answer = probes.to_frame()"""


def _take(frame: Callable[[Any], Any]) -> Take:
    name = frame.__name__
    return Take(lambda q: frame(_told(q).epochs), lambda q: lines(_LINES.format(name, name), run=q["run"]))


def _curve(q: Mapping[str, Any]) -> Any:
    import pandas as pd

    found = _told(q)
    if found.what == "classifier":
        return pd.DataFrame(found.epochs)[["step", "train", "heldout", "top1"]]
    return losses_frame(found.epochs)


def _curve_lines(q: Mapping[str, Any]) -> str:
    template = _CURVE if _told(q).what == "classifier" else _LINES.format(*["losses_frame"] * 2)
    return lines(template, run=q["run"])


def _probed(q: Mapping[str, Any]) -> Run:
    found = known(q["run"])
    if found is None or "probes" not in found.made:
        raise BadInput("dashboards.no_such_run", name=q["run"])
    return found


def _probes(q: Mapping[str, Any]) -> Any:
    return LayerProbes.from_dict(_probed(q).made["probes"]).to_frame()


def _probes_lines(q: Mapping[str, Any]) -> str:
    choice = Choice(**_probed(q).asked)
    asked = preset_of(choice) | dict(choice.params)
    label = label_of(choice.corpus, choice.label)[0]
    return lines(_PROBES, corpus=choice.corpus, label=label, model=place(choice.encoder), most=asked["most"], seed=choice.seed)


CARDS = {"curve": Take(_curve, _curve_lines), "neighbours": _take(neighbours_frame), "layers": Take(_probes, _probes_lines)}

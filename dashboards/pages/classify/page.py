"""A classifier at work, the one that ships or one's own: new texts with their labels, beside those that they had, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.state import corpus_names
from dashboards.kit import ids, url
from dashboards.kit.checkpoints import torch_installed
from dashboards.kit.components import card, guarded, page, too_long_for_address
from dashboards.kit.forms import no_torch
from dashboards.kit.i18n import Text, text
from dashboards.kit.page import HIDDEN, Question, pressed
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take
from dashboards.kit.taking import lines as python
from dashboards.pages.classify import asked as classifying
from dashboards.pages.classify import panels
from dashboards.pages.classify.asked import BY, MAX_PASTED, MOST, PASTED, choice_of, learnt_from, why
from dashboards.pages.classify.example import EXAMPLE, WHY
from explorer.core.errors import BadInput
from explorer.encoders.classifier import classifier_names, classifier_record
from explorer.encoders.labelled import SHOWN
from explorer.encoders.library import is_shipped

if TYPE_CHECKING:
    from explorer.encoders.labelled import Agreement, LabelledTexts, Reasons

PATH = "/classify"
NAME = "classify.name"
ICON = "spark"
USES_MODEL = False

PLAIN = 200
"""Characters of pasted text that an address holds as they are."""

FIELDS = {
    "model": url.model(""),
    "c": url.text(100, PASTED, always=True),
    "by": url.choice(BY, BY[0]),
    "n": url.choice(MOST, "2000"),
    "label": url.text(60),
    "text": url.long_text(MAX_PASTED),
    "z": url.packed(MAX_PASTED),
    "show": url.choice(SHOWN, SHOWN[0]),
    "only": url.text(100),
    "at": url.integer(0, 10**8, 0),
}
_ASKED = ("model", "c", "by", "n", "label")
CONTROLS = tuple(f"classify-{name}" for name in _ASKED)
PASTE, SHOW, ONLY, AT = "classify-text", "classify-show", "classify-only", "classify-at"


# ---- the page


def asked_of(q: Mapping[str, Any]) -> dict[str, Any]:
    """The question in an address; without a classifier's name the first one there is, and without texts the example for it."""
    model = q["model"] or classifier_names()[0]
    pasted = q["z"] or q["text"]
    if q["c"] != PASTED:
        pasted = ""
    return {**{name: q[name] for name in _ASKED}, "model": model, "text": _example(model) if pasted is None else pasted}


def _example(model: str) -> str:
    """What a classifier is shown with; only of the one that ships it is known what its labels are about."""
    return EXAMPLE if is_shipped(model) else ""


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    asked = asked_of(q)
    wanted = asked if torch_installed() and (asked["c"] != PASTED or asked["text"]) else None
    at = q["at"] or (WHY if asked["text"] == EXAMPLE else 0)
    return page(
        t,
        "classify",
        dcc.Store(id=AT, data=at),
        html.Div(None if torch_installed() else no_torch(t), className="context-slot"),
        card(None, _form(t, asked)),
        *QUESTION.stores(wanted),
        QUESTION.frame(*_cards(t, q), className="classify-answer"),
    )


def about(name: str | None) -> list[Any]:
    """What a classifier was trained on and how well it did, and the way to one of one's own."""
    t = text()
    where = url.href("/train", {"what": url.text(always=True)}, {"what": "classifier"})
    link = dcc.Link(t("classify.to_train"), href=where, className="example")
    known = classifier_record(name) if name in classifier_names() else None
    return [*([panels.about(t, known)] if name and known else []), link]


def _select(t: Text, name: str, value: str, data: list[dict[str, str]], **props: Any) -> Any:
    if value and value not in {one["value"] for one in data}:  # the answer says that there is none of that name
        data = [*data, {"value": value, "label": value}]
    return dmc.Select(
        id=f"classify-{name}", value=value or None, data=data, label=t(f"classify.{name}"), allowDeselect=False, **props
    )


def _form(t: Text, asked: Mapping[str, Any]) -> Any:
    corpora = [{"value": PASTED, "label": t("classify.pasted")}, *({"value": name, "label": name} for name in corpus_names())]
    pasted = asked["c"] == PASTED
    names = [{"value": name, "label": name} for name in classifier_names()]
    row = [
        _select(t, "model", asked["model"], names, className="field"),
        _select(t, "c", asked["c"], corpora, className="field"),
        _select(
            t, "by", asked["by"], [{"value": one, "label": t(f"documents.by_{one}")} for one in BY], className="field-middle"
        ),
        _select(t, "n", asked["n"], [{"value": one, "label": f"{int(one):,}"} for one in MOST], className="field-small"),
        html.Div(
            dmc.TextInput(
                id="classify-label",
                value=asked["label"],
                label=t("classify.label"),
                placeholder=t("documents.label_example"),
                inputProps={"maxLength": 60},
                className="field-small",
            ),
            id="classify-label-box",
            style=HIDDEN if pasted else {},
        ),
        dmc.Button(t("classify.go"), id="classify-go", disabled=not torch_installed()),
    ]
    box = dmc.Textarea(
        id=PASTE,
        value=asked["text"],
        label=t("classify.text"),
        description=t("classify.text_help", most=MAX_PASTED),
        placeholder=t("classify.text_example"),
        autosize=True,
        minRows=4,
        maxRows=14,
        spellCheck=False,
        inputProps={"maxLength": MAX_PASTED, "lang": "ko"},
    )
    try_it = dmc.Button(t("classify.example"), id="classify-example", variant="subtle", size="compact-sm")
    return dmc.Stack(
        [
            html.Div(row, className="form"),
            html.Div(about(asked["model"]), id="classify-about", className="classify-about"),
            html.Div([box, try_it], id=f"{PASTE}-box", style={} if pasted else HIDDEN),
        ],
        gap="sm",
    )


def _cards(t: Text, q: Mapping[str, Any]) -> list[Any]:
    show = dmc.SegmentedControl(
        id=SHOW,
        value=q["show"],
        data=[{"value": name, "label": t(f"classify.show_{name}")} for name in SHOWN],
        size="xs",
        **{"aria-label": t("classify.show")},
    )
    only = dmc.Select(
        id=ONLY,
        value=q["only"] or None,
        data=[q["only"]] if q["only"] else [],
        placeholder=t("classify.only"),
        clearable=True,
        clearButtonProps={"aria-label": t("shell.clear")},
        size="xs",
        className="field",
        **{"aria-label": t("classify.only")},
    )
    return [
        card(t("classify.counts"), html.Div(id="classify-counts"), takes=("classify", "counts")),
        html.Div(
            card(
                t("classify.agreement"),
                html.Div(id="classify-agreement"),
                hint=t("classify.agreement_hint"),
                takes=("classify", "agreement"),
            ),
            id="classify-agreement-card",
            style=HIDDEN,
        ),
        card(
            t("classify.texts"),
            dmc.Group([show, only], gap="sm", mb="sm"),
            html.Div(id="classify-texts", **{"aria-live": "polite"}),
            hint=t("classify.texts_hint"),
            takes=("classify", "texts"),
        ),
        card(
            t("classify.why"),
            html.Div(id="classify-why", className="answer", **{"aria-live": "polite"}),
            hint=t("classify.why_hint"),
            takes=("classify", "why"),
        ),
    ]


# ---- what is asked and what is looked at


QUESTION = Question("classify", classifying.compute)


def ask(_: Any, *given: Any) -> tuple[dict[str, Any], int, None]:
    """The question as it stands; the text that was looked at is let go."""
    *values, pasted = given
    said = {name: str(value) for name, value in zip(_ASKED, values, strict=True) if value is not None}
    return asked_of(url.decode(FIELDS, said | {"text": str(pasted or "")})), 0, None


def write(asked: dict[str, Any] | None, show: str, only: str | None, at: int | None) -> tuple[Any, Any]:
    """What was asked and what of it is looked at, for the address bar."""
    if not asked:
        return no_update, no_update
    values = {name: asked[name] for name in _ASKED} | {"show": show, "only": only or "", "at": at or 0}
    # Without texts the address means the example where there is one; texts that were taken away must stay away.
    said = asked["c"] == PASTED and asked["text"] != _example(asked["model"])
    long = {"text": ("z", asked["text"])} if said else {}
    where, whole = url.share(FIELDS, values, long, PLAIN)
    return where, too_long_for_address(text()("documents.not_in_address"), whole)


def summed(done: dict[str, Any] | None, scheme: str | None) -> tuple[Any, ...]:
    """Counts, agreement and the labels to choose from."""
    made = QUESTION.found(done)
    if made is None or done is None:
        return (no_update,) * 4
    t = text()
    found = made.agreement()
    compared = None if found is None else panels.agreement(t, found, learnt_from(done), scheme)
    return panels.counts(t, made, scheme), compared, HIDDEN if found is None else {}, list(made.labels)


def show(done: dict[str, Any] | None, which: str, only: str | None, at: int | None) -> Any:
    """The texts."""
    made = QUESTION.found(done)
    return no_update if made is None else panels.listed(text(), made, made.rows(which, only or ""), at)


def explain(done: dict[str, Any] | None, at: int | None, _: Any) -> Any:
    """Why the chosen text has its label."""
    t = text()
    if not done or not at:
        return panels.nothing_chosen(t)

    def told() -> Any:
        found = why(done, at)
        return panels.nothing_chosen(t) if found is None else panels.reasons(t, at, found)

    return guarded(t, told)


def choose(_: Any) -> Any:
    """The number of the pressed text."""
    number = pressed("number")
    return number if isinstance(number, int) else no_update


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    app.callback(
        Output(f"{PASTE}-box", "style"), Output("classify-label-box", "style"), Input("classify-c", "value")
    )(lambda corpus: ({}, HIDDEN) if corpus == PASTED else (HIDDEN, {}))  # fmt: skip
    app.callback(
        Output("classify-asked", "data"),
        Output(AT, "data"),
        Output(ONLY, "value"),
        Input("classify-go", "n_clicks"),
        *[State(name, "value") for name in CONTROLS],
        State(PASTE, "value"),
        prevent_initial_call=True,
    )(ask)
    app.callback(Output(PASTE, "value"), Input("classify-example", "n_clicks"), prevent_initial_call=True)(
        lambda clicks: EXAMPLE if clicks else no_update
    )
    app.callback(
        Output(ids.address("classify"), "data"),
        Output("classify-address-note", "children"),
        Input("classify-asked", "data"),
        Input(SHOW, "value"),
        Input(ONLY, "value"),
        Input(AT, "data"),
    )(steady(write))
    app.callback(Output("classify-about", "children"), Input("classify-model", "value"), prevent_initial_call=True)(about)
    QUESTION.register(app)
    app.callback(
        Output("classify-counts", "children"),
        Output("classify-agreement", "children"),
        Output("classify-agreement-card", "style"),
        Output(ONLY, "data"),
        QUESTION.done,
        Input(ids.SCHEME, "computedColorScheme"),
    )(summed)
    app.callback(
        Output("classify-texts", "children"), QUESTION.done, Input(SHOW, "value"), Input(ONLY, "value"), Input(AT, "data")
    )(show)
    app.callback(
        Output("classify-why", "children"), QUESTION.done, Input(AT, "data"), Input(ids.READY, "data")
    )(explain)  # fmt: skip
    app.callback(
        Output(AT, "data", allow_duplicate=True), Input(panels.pick(ALL), "n_clicks"), prevent_initial_call=True
    )(choose)  # fmt: skip


# ---- what is taken along

_PASTED = "from corpora.labelled import pasted_documents\n\ntexts, gold = pasted_documents({text}, by={by}, most={most})\n"
_CORPUS = "from corpora.labelled import documents_of\n\ntexts, gold = documents_of({corpus}, {label}, {by}, {most})\n"
_FOUND = "found = ex.classifier({model}).label(list(texts), gold)\n"


def _python(end: str, q: Mapping[str, Any]) -> str:
    choice = choice_of(asked_of(q))
    texts = _PASTED if choice.corpus == PASTED else _CORPUS
    return python(
        "import explorer as ex\n" + texts + _FOUND + end,
        text=choice.text,
        by=choice.by,
        most=choice.most,
        corpus=choice.corpus,
        label=choice.label or None,
        model=choice.model,
        show=q["show"],
        only=q["only"],
        number=q["at"],
    )


def _made(q: Mapping[str, Any]) -> LabelledTexts:
    return classifying.compute(asked_of(q))


def _agreement(q: Mapping[str, Any]) -> Agreement:
    found = _made(q).agreement()
    if found is None:
        raise BadInput("dashboards.nothing_to_agree")
    return found


def _texts(q: Mapping[str, Any]) -> Any:
    made = _made(q)
    return made.to_frame(made.rows(q["show"], q["only"]))


def _why(q: Mapping[str, Any]) -> Reasons:
    found = why(asked_of(q), q["at"])
    if found is None:
        raise BadInput("dashboards.no_such_text", number=q["at"])
    return found


CARDS = {
    "counts": Take(lambda q: _made(q).counts_frame(), lambda q: _python("answer = found.counts_frame()", q)),
    "agreement": Take(lambda q: _agreement(q).to_frame(), lambda q: _python("answer = found.agreement().to_frame()", q)),
    "texts": Take(_texts, lambda q: _python("answer = found.to_frame(found.rows({show}, {only}))", q)),
    "why": Take(
        lambda q: _why(q).to_frame(),
        lambda q: _python(
            "text = found.texts[found.numbers.tolist().index({number})]\nanswer = ex.classifier({model}).why(text).to_frame()",
            q,
        ),
    ),
}

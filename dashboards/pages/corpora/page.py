"""Corpora: what there is, what a person adds, what it is made of, and its words in their lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from corpora.collocations import MEASURES
from corpora.concordance import ORDERS
from dashboards.app.state import corpus_names, version
from dashboards.kit import ids, upload, url
from dashboards.kit.components import card, empty, graph, guarded, icon, page, problem, slot
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.page import Question, pressed
from dashboards.kit.person import woken
from dashboards.kit.steady import steady
from dashboards.pages.corpora import adding, catalogue, figures, form, reading
from dashboards.pages.corpora.asked import collocates, counted, document_at, lines_with, opened
from dashboards.pages.corpora.taking import CARDS, PARTS
from explorer.core.errors import BadInput, ExplorerError
from explorer.core.store import is_own, list_artifacts

__all__ = ["CARDS", "FIELDS", "ICON", "NAME", "PATH", "USES_MODEL", "layout", "register"]

PATH = "/corpora"
NAME = "corpora.name"
ICON = "corpora"
USES_MODEL = False
STEADY = True

LINES = ("20", "50", "100")
WINDOWS = ("1", "2", "3", "5", "10")
EXAMPLES = ("비", "먹다", "사람")

FIELDS = {
    "corpus": url.text(200, "sample", always=True),
    "word": url.text(),
    "sort": url.choice(ORDERS, "corpus"),
    "lines": url.choice(LINES, LINES[0]),
    "window": url.choice(WINDOWS, "5"),
    "by": url.choice(MEASURES, MEASURES[0]),
    "doc": url.text(40),
}

HERE, WHICH, OVERVIEW, ASKED, WORD, KWIC, NEAR = (
    f"corpora-{name}" for name in ("here", "which", "overview", "asked", "word", "kwic", "near")
)
SORT, COUNT, WINDOW, BY, DOC, READER, READ, CHANGED, ASK, ASKING = (
    f"corpora-{name}" for name in ("sort", "lines", "window", "by", "doc-asked", "reader", "read", "changed", "ask", "asking")
)
COUNTED = "corpora-counted-of"
adder = Question("corpora-add", adding.added)


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    return page(
        t,
        "corpora",
        dcc.Store(id=CHANGED),
        dcc.Store(id=DOC, data=q["doc"]),
        *[dcc.Store(id=name) for name in (COUNTED, f"{KWIC}-of", f"{NEAR}-of")],
        card(
            t("corpora.here"),
            html.Div(catalogue.here(t, PATH, FIELDS, q["corpus"]), id=HERE),
            html.Details([html.Summary(t("corpora.to_fetch")), catalogue.to_fetch(t)]),
            hint=t("corpora.here_hint"),
        ),
        card(
            t("corpora.add"),
            *form.give(t),
            *adder.stores(None),
            adder.frame(className="corpora-added"),
            hint=t("corpora.add_hint"),
        ),
        card(
            t("corpora.overview"),
            html.Div(id=OVERVIEW),
            hint=t("corpora.overview_hint"),
            right=_select(WHICH, t("corpora.which"), _offered(t, q["corpus"]), q["corpus"], 220),
        ),
        dmc.SimpleGrid(
            [
                card(t(f"corpora.{part}"), html.Div(id=_place(part)), hint=t(f"corpora.{part}_hint"), takes=("corpora", part))
                for part in PARTS
            ],
            cols={"base": 1, "lg": 2},
            spacing="lg",
        ),
        card(
            t("corpora.lines"),
            _asking(t, q),
            html.Div(id=KWIC, className="answer"),
            hint=t("corpora.lines_hint"),
            takes=("corpora", "lines"),
        ),
        card(
            t("corpora.collocates"),
            html.Div(
                [
                    _select(
                        WINDOW,
                        t("corpora.window"),
                        [(one, t("corpora.words", n=int(one))) for one in WINDOWS],
                        q["window"],
                        130,
                    ),
                    _select(BY, t("corpora.by"), [(one, t(f"corpora.by_{one}")) for one in MEASURES], q["by"], 200),
                ],
                className="form",
            ),
            html.Div(id=NEAR, className="answer"),
            hint=t("corpora.collocates_hint"),
            takes=("corpora", "collocates"),
        ),
        dmc.Modal(
            html.Div(id=READ),
            id=READER,
            title=t("corpora.document"),
            size="xl",
            closeButtonProps={"aria-label": t("take.close")},
        ),
        dmc.Modal([html.Div(id=ASKING), slot("corpora-refused")], id=ASK, closeButtonProps={"aria-label": t("take.close")}),
    )


def _place(part: str) -> str:
    return f"corpora-{part}"


def _offered(t: Text, chosen: str) -> list[tuple[str, str]]:
    return [(name, catalogue.label_of(t, name)) for name in dict.fromkeys([*corpus_names(), chosen])]


def _data(choices: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in choices]


def _select(name: str, label: str, choices: list[tuple[str, str]], value: str, width: int) -> dmc.Select:
    return dmc.Select(id=name, value=value, data=_data(choices), label=label, allowDeselect=False, size="sm", w=width)


def _asking(t: Text, q: dict[str, Any]) -> html.Div:
    examples = [
        html.Button(word, id={"type": "corpora-example", "number": number}, className="example", type="button", lang="ko")
        for number, word in enumerate(EXAMPLES)
    ]
    return html.Div(
        [
            dcc.Store(id=ASKED, data=q["word"]),
            html.Div(
                [
                    dmc.TextInput(
                        id=WORD,
                        value=q["word"],
                        label=t("corpora.word"),
                        description=t("corpora.word_help"),
                        className="field-wide",
                        inputProps={"maxLength": url.MAX_WORD, "lang": "ko"},
                    ),
                    dmc.Button(t("corpora.find"), id="corpora-find", leftSection=icon("search", 16)),
                    _select(SORT, t("corpora.sort"), [(one, t(f"corpora.sort_{one}")) for one in ORDERS], q["sort"], 150),
                    _select(COUNT, t("corpora.how_many"), [(one, one) for one in LINES], q["lines"], 90),
                ],
                className="form",
            ),
            dmc.Group([dmc.Text(t("corpora.examples"), size="sm", c="dimmed"), *examples], gap="xs", mt="sm"),
        ]
    )


# ---- what is shown


def show_overview(name: str, _: Any) -> Any:
    """What is known without counting, and the buttons that change it."""
    t = text()

    def build() -> Any:
        own = [
            dmc.Button(t(f"corpora.{do}"), id={"type": "corpora-do", "do": do}, size="compact-sm", variant="light", color=color)
            for do, color in (("rename", "indigo"), ("remove", "red"))
        ]
        buttons = own if name != catalogue.SAMPLE and is_own("corpus", name) else []
        return [*catalogue.overview(t, opened(name)), dmc.Group([*_ways(t, name), *buttons], gap="xs", mt="md")]

    return guarded(t, build)


def _answer(build: Callable[[], Any], waits: list[Any]) -> Any:
    """What ``build`` gives, or why not; ``waits`` is longer where that is yet to come.

    A place keeps the question whose answer it shows. Because other work has ended it is not asked again then: not what is
    answered, and not what the person has stopped.
    """

    def asked() -> Any:
        try:
            return build()
        except NotReady as wait:
            waits.append(wait)
            raise

    return guarded(text(), asked)


def show_counted(name: str, _: Any, scheme: str | None, shown: list[Any] | None) -> list[Any]:
    """The counts, a place each; and whose they are, once they are there."""
    question = [name, version(name, "corpus")]
    here = name in corpus_names()
    if not here or (woken() and shown == question):  # what is not there is said above
        return [no_update if here else None] * len(PARTS) + [no_update]
    t = text()
    waits: list[Any] = []

    def build(part: str) -> Any:
        found = counted(name)
        said = t(f"corpora.says_{part}", **_said(t, found, part))
        if part == "top":
            words = [
                html.Span(
                    [html.Span(reading.linked(word)), html.Span(f"{count:,}", className="numbers word-count")],
                    className="word-form",
                )
                for word, count in found.top
            ]
            return [dmc.Text(said, size="sm", mb="sm"), html.Div(words, className="chips", lang="ko")]
        if part == "morphemes" and found.morphemes is None:
            return dmc.Text(t("corpora.no_morphemes"), size="sm", c="dimmed")
        drawn = getattr(figures, part)(found.morphemes if part == "morphemes" else found, _names(t, found, part), scheme)
        picture = graph(drawn, f"corpora-{part}-figure", f"{t(f'corpora.{part}')}: {said}", 300)
        return [picture, dmc.Text(said, size="sm", mt="sm")]

    shown_now = [_answer(partial(build, part), waits) for part in PARTS]
    return [*shown_now, None if waits else question]


def _said(t: Text, found: Any, part: str) -> dict[str, Any]:
    """The numbers of the sentence under a picture."""
    share = {name: count / found.characters for name, count in found.classes.items()}
    first, count = found.top[0] if found.top else ("", 0)
    match part:
        case "zipf":
            return {
                "exponent": found.zipf_exponent,
                "word": first,
                "share": count / found.eojeol,
                "hapax": found.hapax / found.types,
            }
        case "heaps":
            return {"beta": found.heaps_beta, "growth": 2**found.heaps_beta, "types": found.types, "eojeol": found.eojeol}
        case "classes":
            return share
        case "lengths":
            return {
                "half": found.shorter(0.5),
                "most": found.shorter(0.9),
                "mean": found.sentence_eojeol,
                "sentences": found.sentences,
            }
        case "morphemes" if found.morphemes:
            sampled = t("corpora.sampled" if found.morphemes.sampled else "corpora.whole")
            return {**{one: getattr(found.morphemes, one) for one in ("particles", "endings", "morphemes")}, "of": sampled}
    return {"count": len(found.top), "documents": found.documents, "duplicates": found.duplicates}


def _names(t: Text, found: Any, part: str) -> dict[str, str]:
    """What stands on the axes of a picture."""
    if part == "classes":
        return {name: t(f"corpora.class_{name}") for name in found.classes}
    if part == "morphemes":
        return {name: t(f"corpora.share_{name}") for name in ("nouns", "predicates", "particles", "endings", "rest")}
    if part == "lengths":
        return {"x": t("corpora.lengths_x"), "y": t("corpora.lengths_y"), "median": t("corpora.median", n=found.shorter(0.5))}
    return {name: t(f"corpora.{part}_{name}") for name in ("x", "y", "law")} | {"corpus": t("corpora.points")}


def show_lines(name: str, word: str, sort: str, count: str, _: Any, shown: list[Any] | None) -> tuple[Any, Any]:
    """The lines with the word; and the question they answer."""
    t, question = text(), [name, version(name, "corpus"), word, sort, count]
    if woken() and shown == question:
        return no_update, no_update
    if not word:
        return empty(t("corpora.nothing"), t("corpora.nothing_lead"), picture="search"), question
    waits: list[Any] = []

    def build() -> Any:
        found = lines_with(name, word, int(count), sort)
        return reading.kwic(t, found) if found.lines else dmc.Text(t("corpora.not_there", word=word), size="sm", c="dimmed")

    return _answer(build, waits), None if waits else question


def show_near(name: str, word: str, window: str, by: str, _: Any, shown: list[Any] | None) -> tuple[Any, Any]:
    """The word's collocates; and the question they answer."""
    t, question = text(), [name, version(name, "corpus"), word, window, by]
    if woken() and shown == question:
        return no_update, no_update
    if not word:
        return dmc.Text(t("corpora.nothing_lead"), size="sm", c="dimmed"), question
    waits: list[Any] = []

    def build() -> Any:
        found = collocates(name, word, int(window), by)
        return reading.collocates_table(t, found) if found.rows else dmc.Text(t("corpora.no_collocates"), size="sm", c="dimmed")

    return _answer(build, waits), None if waits else question


def show_document(place: str, is_open: bool, name: str, _: Any) -> tuple[Any, Any, Any]:
    """The document of a line: which, whether its window is open, its text."""
    keep = (no_update,) * 3
    if isinstance(ctx.triggered_id, dict):
        place = pressed("place") or ""
    elif ctx.triggered_id == READER:
        return keep if is_open or not place else ("", no_update, no_update)
    elif ctx.triggered_id == WHICH and is_open:
        place = ""
    if not place:
        return ("", False, no_update) if is_open else keep
    t = text()

    def build() -> Any:
        document, number, span = document_at(name, place)
        head = dmc.Text(t("corpora.document_number", name=catalogue.label_of(t, name), number=number), fw=600)
        return [head, *reading.document_text(t, document, span)]

    return place, True, guarded(t, build)


# ---- adding


def look(given: dict[str, Any] | None) -> Any:
    """The first look at what was given; what cannot be read is deleted at once."""
    if not given:
        return None
    t = text()
    try:
        from corpora.preview import preview

        kept = upload.waiting(given["id"])
        return form.look(t, kept, preview(kept.path, called=kept.name))
    except ExplorerError as error:
        upload.discard(given["id"])
        return problem(t, error)


def take_pasted(_: Any, written: str | None) -> Any:
    """What was pasted, as if it were a file; an error goes where the look would stand."""
    t = text()
    try:
        if not (written or "").strip():
            raise BadInput("dashboards.nothing_pasted")
        kept = upload.keep_text(f"{t('corpora.pasted')}.txt", url.tidy(written, adding.MAX_PASTED))
    except ExplorerError as error:
        return no_update, problem(t, error)
    return {"id": kept.id, "name": kept.name, "bytes": kept.bytes}, no_update


def ask_to_add(_: Any, given: dict[str, Any] | None, name: str, column: str | None, label: str | None, drop: bool) -> Any:
    """What the worker is told."""
    if not given or not ctx.triggered[0]["value"]:
        return no_update
    label = label if label != column else None
    return {
        "upload": given["id"],
        "name": (name or "").strip(),
        "field": column or "",
        "label": label or "",
        "drop": "exact" if drop else "",
    }


def give_up(_: Any, given: dict[str, Any] | None) -> Any:
    """Delete what was given."""
    if not given or not ctx.triggered[0]["value"]:
        return no_update
    upload.discard(given["id"])
    return None


def _done(t: Text, name: str, *_: Any) -> tuple[Any, Any, Any, Any, Any]:
    """What follows an addition: it is said, listed, shown, and the form is empty again."""
    said = dmc.Alert(
        [dmc.Text(t("corpora.added", name=name), size="sm", mb="xs"), dmc.Group(_ways(t, name), gap="xs")],
        color="teal",
        variant="light",
        radius="md",
        className="corpora-done",
    )
    return said, name, name, None, ""


def _ways(t: Text, name: str) -> list[Any]:
    """What can be done with a corpus next, on other pages."""
    named = url.text(200, always=True)
    ways = [("documents", "/documents", {"c": name}), ("train", "/train", {"corpus": name})]
    stored = list_artifacts("corpus").get(name)  # the sample is not
    if stored is not None and stored.provenance.get("label"):
        ways.append(("classifier", "/train", {"what": "classifier", "corpus": name}))
    return [
        dcc.Link(t(f"corpora.to_{way}"), href=url.href(path, dict.fromkeys(values, named), values), className="example")
        for way, path, values in ways
    ]


# ---- another name, and away


def ask_first(_: Any, name: str) -> tuple[Any, Any, Any, Any]:
    """The question before a corpus is removed, or what it shall be called."""
    t, do = text(), pressed("do")
    if do is None:
        return (no_update,) * 4
    said = catalogue.label_of(t, name)
    fields: list[Any] = [
        dmc.TextInput(id="corpora-new-name", value=name, label=t("corpora.name_label"), inputProps={"maxLength": 100})
    ]
    if do == "remove":
        fields = [dmc.Text(t("corpora.remove_lead", name=said), size="sm"), html.Div(fields, hidden=True)]
    sure = dmc.Button(
        t(f"corpora.{do}_sure"),
        # What the question named is changed, whatever is shown by the time it is answered.
        id={"type": "corpora-sure", "do": do, "name": ids.coded(name)},
        color="red" if do == "remove" else "indigo",
    )
    return True, t(f"corpora.{do}_title", name=said), dmc.Stack([*fields, dmc.Group([sure])], gap="md"), None


def change(_: Any, shown: str, new: str | None) -> tuple[Any, Any, Any, Any]:
    """Do it: the corpus that is shown then, what has changed, the window closed; or what is wrong."""
    do, name = pressed("do"), ids.named(pressed("name") or "")
    if not name:
        return (no_update,) * 4
    then, changed = catalogue.SAMPLE, [do, name]
    try:
        if do == "remove":
            adding.remove(name)
        else:
            then = adding.rename(name, (new or "").strip())
            changed.append(then)
    except ExplorerError as error:
        return no_update, no_update, no_update, problem(text(), error)
    return then if shown == name else no_update, changed, False, None


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    which, ready, scheme = Input(WHICH, "value"), Input(ids.READY, "data"), Input(ids.SCHEME, "computedColorScheme")
    asked, changed = Input(ASKED, "data"), Input(CHANGED, "data")
    sort, count, window, by = (Input(name, "value") for name in (SORT, COUNT, WINDOW, BY))
    app.callback(Output(OVERVIEW, "children"), which, changed)(steady(show_overview))
    places = [Output(_place(part), "children") for part in PARTS]
    app.callback([*places, Output(COUNTED, "data")], which, ready, scheme, State(COUNTED, "data"))(steady(show_counted))
    lined, near = Output(f"{KWIC}-of", "data"), Output(f"{NEAR}-of", "data")
    app.callback(Output(KWIC, "children"), lined, which, asked, sort, count, ready, State(f"{KWIC}-of", "data"))(
        steady(show_lines)
    )
    app.callback(Output(NEAR, "children"), near, which, asked, window, by, ready, State(f"{NEAR}-of", "data"))(
        steady(show_near)
    )
    app.callback(
        Output(DOC, "data"),
        Output(READER, "opened"),
        Output(READ, "children"),
        Input(DOC, "data"),
        Input(READER, "opened"),
        which,
        Input({"type": "corpora-open", "place": ALL}, "n_clicks"),
    )(steady(show_document))
    app.callback(Output(HERE, "children"), Output(WHICH, "data"), which, changed, prevent_initial_call=True)(
        lambda name, _: (catalogue.here(text(), PATH, FIELDS, name), _data(_offered(text(), name)))
    )
    app.callback(
        Output(ASKED, "data"),
        Output(WORD, "value"),
        Input("corpora-find", "n_clicks"),
        Input(WORD, "n_submit"),
        Input({"type": "corpora-example", "number": ALL}, "n_clicks"),
        State(WORD, "value"),
        prevent_initial_call=True,
    )(ask_word)
    app.callback(Output(ids.address("corpora"), "data"), which, asked, sort, count, window, by, Input(DOC, "data"))(
        steady(lambda *values: url.encode(FIELDS, dict(zip(FIELDS, values, strict=True))))
    )
    _register_adding(app)
    app.callback(
        Output(ASK, "opened"),
        Output(ASK, "title"),
        Output(ASKING, "children"),
        Output("corpora-refused", "children", allow_duplicate=True),
        Input({"type": "corpora-do", "do": ALL}, "n_clicks"),
        State(WHICH, "value"),
        prevent_initial_call=True,
    )(ask_first)
    app.callback(
        Output(WHICH, "value", allow_duplicate=True),
        Output(CHANGED, "data", allow_duplicate=True),
        Output(ASK, "opened", allow_duplicate=True),
        Output("corpora-refused", "children"),
        Input({"type": "corpora-sure", "do": ALL, "name": ALL}, "n_clicks"),
        State(WHICH, "value"),
        State("corpora-new-name", "value", allow_optional=True),
        prevent_initial_call=True,
    )(change)


def ask_word(_: Any, __: Any, ___: Any, typed: str | None) -> tuple[Any, Any]:
    """The word to look for: typed, or an example."""
    number = pressed("number")
    if isinstance(ctx.triggered_id, dict) and number is None:
        return no_update, no_update
    word = EXAMPLES[number] if number is not None else url.clean(typed or "", url.MAX_WORD)
    return word, word


def _register_adding(app: Dash) -> None:
    given = State("corpora-upload-uploaded", "data")
    app.callback(Output("corpora-look", "children"), Input("corpora-upload-uploaded", "data"), prevent_initial_call=True)(look)
    app.callback(
        Output("corpora-upload-uploaded", "data", allow_duplicate=True),
        Output("corpora-look", "children", allow_duplicate=True),
        Input("corpora-take-pasted", "n_clicks"),
        State("corpora-paste", "value"),
        prevent_initial_call=True,
    )(take_pasted)
    app.callback(
        Output("corpora-upload-uploaded", "data", allow_duplicate=True),
        Input("corpora-give-up", "n_clicks", allow_optional=True),
        given,
        prevent_initial_call=True,
    )(give_up)
    app.callback(
        Output("corpora-add-asked", "data"),
        Input("corpora-add-now", "n_clicks", allow_optional=True),
        given,
        State("corpora-name", "value", allow_optional=True),
        State("corpora-column", "value", allow_optional=True),
        State("corpora-label", "value", allow_optional=True),
        State("corpora-drop", "checked", allow_optional=True),
        prevent_initial_call=True,
    )(ask_to_add)
    adder.register(
        app,
        _done,
        [
            Output("corpora-add-answer", "children"),
            Output(WHICH, "value"),
            Output(CHANGED, "data"),
            Output("corpora-upload-uploaded", "data"),
            Output("corpora-upload-said", "children"),
        ],
    )

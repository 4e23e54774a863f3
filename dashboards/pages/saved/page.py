"""Everything of one's own: what was trained, imported and added, with its size and origin; files brought in; things removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update

from dashboards.app.state import state
from dashboards.kit import ids, url
from dashboards.kit.components import card, guarded, job_panel, page, problem, slot, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.page import pressed
from dashboards.kit.public import check_writable
from dashboards.kit.steady import steady
from dashboards.kit.taking import Take, lines
from dashboards.kit.upload import upload_box
from dashboards.pages.saved.importing import MOST, WHAT, start
from dashboards.pages.saved.shown import facts_card, listing, question, told, used_by
from explorer.core.errors import BadInput, ExplorerError
from explorer.core.saved import KINDS, Saved, saved, saved_frame, saved_one

PATH = "/saved"
NAME = "saved.name"
ICON = "saved"
USES_MODEL = False
STEADY = True

ALL_KINDS = "all"
FIELDS = {
    "kind": url.choice((ALL_KINDS, *KINDS), ALL_KINDS),
    "what": url.choice(WHAT, WHAT[0]),
    "as": url.text(100),
    "open": url.text(200),
}

KIND, WHICH, AS, BOX, GIVEN, FILES, GO, JOB, SAID, LIST, CARD, OPEN, CHANGED = (
    f"saved-{name}"
    for name in ("kind", "what", "as", "box", "given", "files", "go", "job", "said", "list", "card", "open", "changed")
)
MODAL, DOOMED, ASKED, NO, YES, GONE = (f"saved-{name}" for name in ("modal", "doomed", "question", "no", "yes", "gone"))


def layout(**query: Any) -> Any:
    t = text()
    q = url.decode(FIELDS, query)
    kinds = [{"value": one, "label": t(f"saved.kind_{one}")} for one in (ALL_KINDS, *KINDS)]
    return page(
        t,
        "saved",
        *[dcc.Store(id=name) for name in (GIVEN, JOB, CHANGED, DOOMED)],
        dcc.Store(id=OPEN, data=q["open"] or None),
        card(
            t("saved.list"),
            html.Div(
                dmc.SegmentedControl(id=KIND, value=q["kind"], data=kinds, size="sm", **{"aria-label": t("saved.head_kind")}),
                className="saved-kinds",
            ),
            slot(GONE),
            html.Div(id=LIST),
            hint=t("saved.list_hint"),
            takes=("saved", "list"),
        ),
        html.Div(id=CARD),
        card(t("saved.bring"), _form(t, q), hint=t("saved.bring_hint")),
        _modal(t),
    )


def _form(t: Text, q: Mapping[str, Any]) -> Any:
    return dmc.Stack(
        [
            dmc.SegmentedControl(
                id=WHICH,
                value=q["what"],
                data=[{"value": one, "label": t(f"saved.kind_{one}")} for one in WHAT],
                className="saved-what",
                **{"aria-label": t("saved.bring")},
            ),
            dmc.Text(id=f"{WHICH}-help", size="sm", c="dimmed"),
            upload_box(t, BOX, t("saved.files")),
            html.Div(id=FILES, **{"aria-live": "polite"}),
            html.Div(
                [
                    dmc.TextInput(
                        id=AS,
                        value=q["as"],
                        label=t("saved.as"),
                        placeholder=t("saved.as_given"),
                        spellCheck=False,
                        className="field-wide",
                    ),
                    dmc.Button(t("saved.go"), id=GO, mb=2),
                ],
                className="form",
            ),
            slot(SAID),
        ],
        gap="sm",
    )


def _modal(t: Text) -> dmc.Modal:
    return dmc.Modal(
        [
            html.Div(id=ASKED),
            dmc.Group(
                [dmc.Button(t("saved.no"), id=NO, variant="default"), dmc.Button(t("saved.yes"), id=YES, color="red")],
                justify="flex-end",
                mt="md",
            ),
        ],
        id=MODAL,
        title=t("saved.ask_title"),
        closeButtonProps={"aria-label": t("take.close")},
    )


# ---- the list


def kinds_of(kind: str | None) -> tuple[str, ...]:
    """Which kinds are listed."""
    return (kind,) if kind in KINDS else KINDS


def one_of(opened: str | None) -> Saved | None:
    """The thing that ``kind/name`` stands for.

    Raises:
        ExplorerError: there is none.
    """
    kind, _, name = (opened or "").partition("/")
    return saved_one(kind, name) if name else None


def show(kind: str | None, opened: str | None, *_: Any) -> tuple[Any, Any]:
    """The list, and the card of what is looked at."""
    t = text()

    def opened_card() -> Any:
        found = one_of(opened)
        return facts_card(t, found) if found is not None else None

    return listing(t, saved(kinds_of(kind))), guarded(t, opened_card, lambda content: card(None, content))


def press(_: Any) -> tuple[Any, Any]:
    """What is looked at; what is to go, once the question is answered."""
    kind, name, do = pressed("kind"), ids.named(pressed("name") or ""), pressed("do")
    if not name:
        return no_update, no_update
    return (f"{kind}/{name}", no_update) if do == "look" else (no_update, f"{kind}/{name}")


def ask(doomed: str | None) -> tuple[bool, Any]:
    """The question before something goes."""
    try:
        found = one_of(doomed)
    except ExplorerError:
        return False, None
    return (True, question(text(), found, used_by(found, saved()))) if found is not None else (False, None)


def remove(_: int | None, doomed: str | None, opened: str | None, changed: int | None) -> tuple[Any, ...]:
    """It goes."""
    t = text()
    try:
        found = one_of(doomed)
        if found is None:  # pressed twice
            return (no_update,) * 4
        _remove(found.kind, found.name)
    except ExplorerError as error:
        return problem(t, error), None, opened, (changed or 0) + 1
    said = dmc.Text(t("saved.removed", name=found.name), size="sm", c="dimmed")
    return said, None, None if opened == doomed else opened, (changed or 0) + 1


def _remove(kind: str, name: str) -> None:
    from corpora.library import remove as remove_corpus
    from explorer.core.store import remove_artifact
    from explorer.encoders.library import remove_encoder
    from explorer.tokenizers.library import remove_tokenizer

    check_writable()
    removers = {"tokenizer": remove_tokenizer, "encoder": remove_encoder, "corpus": remove_corpus}
    removers.get(kind, lambda one: remove_artifact(kind, one))(name)


# ---- what is brought in


def gather(uploaded: dict[str, Any] | None, given: list[dict[str, Any]] | None) -> Any:
    """The files that were given so far."""
    if not uploaded:
        return no_update
    return [*(one for one in given or [] if one["name"] != uploaded["name"]), uploaded]


def files(given: list[dict[str, Any]] | None) -> Any:
    """What they are called; the rest of one model's files cannot be more than so many."""
    named = html.Div([dmc.Badge(one["name"], variant="light", tt="none") for one in given or []], className="chips")
    many = problem(text(), BadInput("dashboards.too_many_files", most=MOST)) if len(given or []) > MOST else None
    return [named, many]


def bring(_: int | None, what: str | None, given: list[dict[str, Any]] | None, name: str | None) -> tuple[Any, Any]:
    """The job that imports, or why none does."""
    try:
        job = start(what if what in WHAT else WHAT[0], [str(one.get("id")) for one in given or []], url.clean(name or "", 100))
    except ExplorerError as error:
        return no_update, problem(text(), error)
    watch()
    return job, None


def follow(number: str | None, _: Any, __: Any, changed: int | None) -> tuple[Any, Any, Any, Any]:
    """How far the import is; once, how it ended."""
    t = text()
    job = state().jobs.get(number) if number else None
    if job is None:
        return (no_update,) * 4
    if job.running:
        watch()
        return html.Div(job_panel(t, job), id=ids.job(job.id)), no_update, no_update, no_update
    if job.error is not None:
        return problem(t, job.error), None, no_update, no_update
    return told(t, job.result), None, [], (changed or 0) + 1


def address(kind: str, what: str, name: str | None, opened: str | None) -> str:
    """The page's state as a query string."""
    values = url.decode(FIELDS, {"kind": kind or "", "what": what or "", "as": name or "", "open": opened or ""})
    return url.encode(FIELDS, values)


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    app.callback(
        Output(LIST, "children"),
        Output(CARD, "children"),
        Input(KIND, "value"),
        Input(OPEN, "data"),
        Input(CHANGED, "data"),
        Input(ids.READY, "data"),
    )(show)
    app.callback(
        Output(OPEN, "data"),
        Output(DOOMED, "data"),
        Input({"type": "saved-do", "kind": ALL, "name": ALL, "do": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )(press)
    app.callback(Output(MODAL, "opened"), Output(ASKED, "children"), Input(DOOMED, "data"), prevent_initial_call=True)(ask)
    app.callback(Output(DOOMED, "data", allow_duplicate=True), Input(NO, "n_clicks"), prevent_initial_call=True)(lambda _: None)
    app.callback(
        Output(GONE, "children"),
        Output(DOOMED, "data", allow_duplicate=True),
        Output(OPEN, "data", allow_duplicate=True),
        Output(CHANGED, "data"),
        Input(YES, "n_clicks"),
        State(DOOMED, "data"),
        State(OPEN, "data"),
        State(CHANGED, "data"),
        prevent_initial_call=True,
    )(remove)
    app.callback(Output(f"{WHICH}-help", "children"), Input(WHICH, "value"))(
        steady(lambda what: text()(f"saved.help_{what if what in WHAT else WHAT[0]}"))
    )
    app.callback(Output(GIVEN, "data"), Input(f"{BOX}-uploaded", "data"), State(GIVEN, "data"), prevent_initial_call=True)(
        gather
    )
    app.callback(Output(FILES, "children"), Input(GIVEN, "data"))(steady(files))
    app.callback(
        Output(JOB, "data"),
        Output(SAID, "children"),
        Input(GO, "n_clicks"),
        State(WHICH, "value"),
        State(GIVEN, "data"),
        State(AS, "value"),
        prevent_initial_call=True,
    )(bring)
    app.callback(
        Output(SAID, "children", allow_duplicate=True),
        Output(JOB, "data", allow_duplicate=True),
        Output(GIVEN, "data", allow_duplicate=True),
        Output(CHANGED, "data", allow_duplicate=True),
        Input(JOB, "data"),
        Input(ids.TICKED, "data"),
        Input(ids.READY, "data"),
        State(CHANGED, "data"),
        prevent_initial_call=True,
    )(follow)
    app.callback(
        Output(ids.address("saved"), "data"),
        Input(KIND, "value"),
        Input(WHICH, "value"),
        Input(AS, "value"),
        Input(OPEN, "data"),
    )(steady(address))


# ---- what is taken along


def _facts(q: Mapping[str, Any]) -> Any:
    kind, _, name = q["open"].partition("/")
    return saved_one(kind, name).facts()


def _facts_lines(q: Mapping[str, Any]) -> str:
    kind, _, name = q["open"].partition("/")
    return lines(
        "from explorer.core.saved import saved_one\n\nanswer = saved_one({kind}, {name}).facts()", kind=kind, name=name
    )


CARDS = {
    "list": Take(
        lambda q: saved_frame(kinds_of(q["kind"])),
        lambda q: lines(
            "from explorer.core.saved import saved_frame\n\nanswer = saved_frame({kinds})", kinds=list(kinds_of(q["kind"]))
        ),
    ),
    "card": Take(_facts, _facts_lines),
}

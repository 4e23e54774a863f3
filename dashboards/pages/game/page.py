"""A game: find the secret word by how near guesses are to it. What was guessed stays in the browser, the secret on the server."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from dashboards.app.models import model_bar
from dashboards.app.state import state, version
from dashboards.kit import ids, url
from dashboards.kit.components import card, guarded, page, problem, waiting, watch
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.page import HIDDEN, pressed
from dashboards.kit.steady import rests_on, steady
from dashboards.pages.game import board
from dashboards.pages.game.board import Play
from explorer.core.errors import ExplorerError

PATH = "/game"
NAME = "game.name"
ICON = "game"
USES_MODEL = True
STEADY = True

MOST_GUESSES = 300
GAMES = 60
"""Games a browser remembers; the oldest is forgotten."""
SEED = 40
TOKEN = 300

FIELDS = {"seed": url.text(SEED), "w": url.text(TOKEN), "model": url.model()}

KEPT, ASKED = "game-kept", "game-asked"
GUESS, GO, HINT, GIVE, AGAIN, NOTE = (f"game-{name}" for name in ("guess", "go", "hint", "give", "again", "note"))
BOARD, WHY, TITLE, ENTRY, END = (f"game-{name}" for name in ("board", "why", "title", "entry", "end"))
OWN, OWN_GO, SHARED, SHARED_GO, SET_NOTE = (f"game-{name}" for name in ("own", "own-go", "seed", "seed-go", "set-note"))


def layout(**query: Any) -> Any:
    from explorer.analysis.game import today

    t = text()
    q = url.decode(FIELDS, query)
    asked = {"seed": q["seed"], "w": q["w"]}
    if not q["seed"] and not q["w"]:
        asked["seed"] = today()
        rests_on(today, asked["seed"])
    return page(
        t,
        "game",
        model_bar(t, q["model"]),
        dcc.Store(id=KEPT, storage_type="local"),
        dcc.Store(id=ASKED, data=asked),
        card(
            None,
            html.Div(id=TITLE),
            html.Div(_entry(t), id=ENTRY),
            html.Div(id=NOTE, className="game-note", **{"aria-live": "polite"}),
            html.Div(id=END, **{"aria-live": "polite"}),
            html.Div(id=BOARD, className="answer"),
            html.Div(id=WHY, **{"aria-live": "polite"}),
        ),
        card(t("game.set"), _setting(t, asked), hint=t("game.set_hint")),
    )


def _entry(t: Text) -> Any:
    return dmc.Stack(
        [
            html.Div(
                [
                    dmc.TextInput(
                        id=GUESS,
                        label=t("game.guess"),
                        placeholder=t("game.guess_example"),
                        inputProps={"maxLength": url.MAX_WORD, "lang": "ko", "autoComplete": "off"},
                        className="field-wide",
                    ),
                    dmc.Button(t("game.go"), id=GO),
                ],
                className="form",
            ),
            dmc.Group(
                [
                    dmc.Button(t("game.hint"), id=HINT, variant="light", size="compact-sm"),
                    dmc.Button(t("game.give"), id=GIVE, variant="subtle", color="gray", size="compact-sm"),
                ],
                gap="xs",
            ),
        ],
        gap="sm",
    )


def _setting(t: Text, asked: dict[str, str]) -> Any:
    def form(name: str, go: str, what: str, value: str, most: int) -> Any:
        return html.Div(
            [
                dmc.TextInput(
                    id=name,
                    value=value,
                    label=t(f"game.{what}"),
                    description=t(f"game.{what}_help"),
                    inputProps={"maxLength": most, "lang": "ko", "autoComplete": "off"},
                    className="field-wide",
                ),
                dmc.Button(t(f"game.{what}_go"), id=go, variant="light"),
            ],
            className="form",
        )

    link = html.Button(t("take.link"), type="button", className="example copy-link", **{"data-said": t("take.copied")})
    return dmc.Stack(
        [
            form(SHARED, SHARED_GO, "seed", asked["seed"], SEED),
            form(OWN, OWN_GO, "own", "", url.MAX_WORD),
            html.Div(id=SET_NOTE, **{"aria-live": "polite"}),
            html.Div([link, dmc.Text(t("game.link_help"), size="sm", c="dimmed")], className="game-link"),
        ],
        gap="md",
    )


# ---- the game of an address, and what a browser keeps of it


def play_of(asked: dict[str, str], model: str, kept: Any) -> Play:
    """The game with everything that was done in it.

    Raises:
        NotReady: the model is being opened.
        ExplorerError: there is no such model or game.
    """
    from explorer.analysis.game import Game, reveal

    vectors = state().vectors(model)
    seed, token = str(asked.get("seed") or "")[:SEED], str(asked.get("w") or "")[:TOKEN]
    secret = reveal(token) if token else None
    game: Game = state().opened(
        "game", (model, version(model), seed, token), lambda _: Game(vectors, seed, secret=secret), "game.job", patience=3.0
    )
    return Play(game, model, kept_of(kept, name_of(asked, model)))


def name_of(asked: dict[str, str], model: str) -> str:
    """Under what a browser keeps a game."""
    return f"{model} {asked.get('w') or asked.get('seed') or ''}"


def kept_of(kept: Any, name: str) -> dict[str, Any]:
    """What was done in a game, as far as what a browser sent makes sense."""
    one = kept.get(name) if isinstance(kept, dict) else None
    one = one if isinstance(one, dict) else {}
    words, hints = one.get("words"), one.get("hints")
    return {
        "words": [url.clean(word, url.MAX_WORD) for word in words if isinstance(word, str)][:MOST_GUESSES]
        if isinstance(words, list)
        else [],
        "hints": hints if isinstance(hints, int) and 0 <= hints < 100 else 0,
        "gave": one.get("gave") is True,
    }


def with_game(kept: Any, name: str, one: dict[str, Any]) -> dict[str, Any]:
    """All games of a browser with one changed, which is then the youngest."""
    others = {key: value for key, value in kept.items() if key != name} if isinstance(kept, dict) else {}
    return dict(list(others.items())[-(GAMES - 1) :]) | {name: one}


# ---- callbacks


def act(*given: Any) -> tuple[Any, Any, Any]:
    """A guess, a hint, giving up, beginning anew: what the browser keeps, the emptied box, and a note."""
    typed, kept, asked, model = given[-4:]
    button = ctx.triggered_id
    t = text()
    if not asked or not any(one["value"] for one in ctx.triggered):
        return no_update, no_update, no_update
    name = name_of(asked, model)
    if button == AGAIN:
        return with_game(kept, name, {"words": [], "hints": 0, "gave": False}), "", None
    try:
        play = play_of(asked, model, kept)
        if play.over:
            return no_update, no_update, no_update
        if button == HINT:
            return with_game(kept, name, play.done | {"hints": play.hinted()}), no_update, None
        if button == GIVE:
            return with_game(kept, name, play.done | {"gave": True}), "", None
        word = url.clean(typed or "", url.MAX_WORD)
        guess = play.game.guess(word)
    except NotReady:
        watch()
        return no_update, no_update, dmc.Text(t("shell.preparing"), size="sm")
    except ExplorerError as error:
        return no_update, no_update, problem(t, error)
    number = play.number_of(guess.lemma)
    if number is not None:
        return no_update, "", dmc.Text(t("game.again_said", word=guess.lemma, number=number), size="sm", c="orange")
    if len(play.done["words"]) >= MOST_GUESSES:
        return no_update, no_update, dmc.Text(t("game.full", most=MOST_GUESSES), size="sm", c="orange")
    return with_game(kept, name, play.done | {"words": [*play.done["words"], word]}), "", board.said(t, guess)


def show(kept: Any, asked: dict[str, str] | None, model: str, _: Any) -> tuple[Any, ...]:
    """The board; while the word is sought nothing of what is sent names it."""
    t = text()
    if not asked:
        return (no_update,) * 5
    try:
        play = play_of(asked, model, kept)
    except NotReady as wait:
        watch()
        return waiting(t, wait.job, alone=False), HIDDEN, None, None, None
    except ExplorerError as error:
        return problem(t, error), HIDDEN, None, None, None
    return (
        board.title(t, asked, play),
        HIDDEN if play.over else {},
        board.ending(t, play) if play.over else None,
        board.table_of(t, play),
        None,
    )


def why(_: Any, kept: Any, asked: dict[str, str], model: str) -> Any:
    """Why one guess is as near as it is."""
    number = pressed("number")
    if number is None:
        return no_update
    t = text()

    def build() -> Any:
        play = play_of(asked, model, kept)
        words = play.done["words"]
        return board.reason(t, play, words[number]) if 0 <= number < len(words) else None

    return guarded(t, build)


def pose(_: Any, __: Any, ___: Any, ____: Any, seed: str | None, own: str | None, model: str) -> tuple[Any, Any, Any]:
    """Another game: of a seed, or of a word of one's own, which the address holds hidden."""
    from explorer.analysis.game import Game, hide, today

    t = text()
    if not any(one["value"] for one in ctx.triggered):
        return no_update, no_update, no_update
    if ctx.triggered_id in (SHARED, SHARED_GO):
        return {"seed": url.clean(seed or "", SEED) or today(), "w": ""}, no_update, None
    word = url.clean(own or "", url.MAX_WORD)
    if not word:
        return no_update, no_update, dmc.Text(t("game.own_empty"), size="sm", c="orange")
    try:
        Game(state().vectors(model), secret=word)
    except NotReady:
        watch()
        return no_update, no_update, dmc.Text(t("shell.preparing"), size="sm")
    except ExplorerError as error:
        return no_update, no_update, problem(t, error)
    return {"seed": "", "w": hide(word)}, "", dmc.Text(t("game.posed"), size="sm")


def register(app: Dash) -> None:
    """Everything that moves on this page."""
    model = Input(ids.MODEL, "value")
    playing = [State(KEPT, "data"), State(ASKED, "data"), State(ids.MODEL, "value")]
    app.callback(
        Output(KEPT, "data"),
        Output(GUESS, "value"),
        Output(NOTE, "children"),
        Input(GO, "n_clicks"),
        Input(GUESS, "n_submit"),
        Input(HINT, "n_clicks"),
        Input(GIVE, "n_clicks"),
        Input(AGAIN, "n_clicks", allow_optional=True),
        State(GUESS, "value"),
        *playing,
        prevent_initial_call=True,
    )(act)
    app.callback(
        Output(TITLE, "children"),
        Output(ENTRY, "style"),
        Output(END, "children"),
        Output(BOARD, "children"),
        Output(WHY, "children"),
        Input(KEPT, "data"),
        Input(ASKED, "data"),
        model,
        Input(ids.READY, "data"),
    )(show)
    app.callback(
        Output(WHY, "children", allow_duplicate=True),
        Input({"type": "game-why", "number": ALL}, "n_clicks"),
        *playing,
        prevent_initial_call=True,
    )(why)
    app.callback(
        Output(ASKED, "data"),
        Output(OWN, "value"),
        Output(SET_NOTE, "children"),
        Input(SHARED_GO, "n_clicks"),
        Input(SHARED, "n_submit"),
        Input(OWN_GO, "n_clicks"),
        Input(OWN, "n_submit"),
        State(SHARED, "value"),
        State(OWN, "value"),
        State(ids.MODEL, "value"),
        prevent_initial_call=True,
    )(pose)
    app.callback(Output(ids.address("game"), "data"), Input(ASKED, "data"), model)(
        steady(lambda asked, name: url.encode(FIELDS, (asked or {}) | {"model": name}))
    )

"""A game as it stands, and how it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import html

from dashboards.kit.components import empty, table
from dashboards.kit.i18n import Text
from dashboards.kit.why import why_link
from dashboards.kit.words import word_link
from explorer.core.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.analysis.game import Game, Guess, Hint

__all__ = ["Play", "ending", "reason", "said", "table_of", "title"]

_SHARED = 8
_SHOWN = 20


@dataclass(frozen=True)
class Play:
    """A game and what was done in it.

    Attributes:
        game: the secret and its neighbours.
        model: the model's name.
        done: ``words`` as they were typed, how many ``hints`` were told, whether somebody ``gave`` up.
    """

    game: Game
    model: str
    done: dict[str, Any]

    @cached_property
    def guesses(self) -> list[tuple[int, Guess]]:
        """Place among what was typed, and the guess; what the model does not know (any more) is passed over."""
        found = []
        for place, word in enumerate(self.done["words"]):
            try:
                found.append((place, self.game.guess(word)))
            except ExplorerError:
                continue
        return found

    @property
    def solved(self) -> bool:
        return any(guess.solved for _, guess in self.guesses)

    @property
    def over(self) -> bool:
        return self.solved or bool(self.done["gave"])

    def number_of(self, lemma: str) -> int | None:
        """Which guess a lemma was, from 1; ``None`` if it is new."""
        return next((number for number, (_, guess) in enumerate(self.guesses, 1) if guess.lemma == lemma), None)

    def hinted(self) -> int:
        """How many hints there are after one more."""
        from explorer.analysis.game import HINTS

        return min(int(self.done["hints"]) + 1, len(HINTS))

    @property
    def hints(self) -> list[Hint]:
        """The hints that were told."""
        from explorer.analysis.game import HINTS

        return [self.game.hint(number) for number in range(min(int(self.done["hints"]), len(HINTS)))]


def title(t: Text, asked: dict[str, str], play: Play) -> Any:
    """Which game it is, how near is near in it, and the hints so far."""
    from explorer.analysis.game import HINTS

    name = t("game.of_own") if asked.get("w") else t("game.of_seed", seed=asked.get("seed") or "")
    scale = " · ".join(t("game.scale", rank=rank, score=score) for rank, score in play.game.scale().items())
    hints = [html.Li(_hint(t, one)) for one in play.hints]
    told = [
        html.Ul(hints, className="game-hints"),
        dmc.Text(t("game.hints", count=len(hints), most=len(HINTS)), size="xs", c="dimmed"),
    ]
    return dmc.Stack(
        [
            dmc.Title(name, order=2, size="h4"),
            dmc.Text(t("game.scale_lead", scale=scale), size="sm", c="dimmed"),
            *(told if hints else []),
        ],
        gap=4,
        mb="md",
    )


def _hint(t: Text, hint: Hint) -> str:
    value = t.maybe(f"tags.{hint.value}", hint.value) if hint.kind == "tag" else hint.value
    if not value:
        return t("game.hint_none")
    return t(f"game.hint_{hint.kind}", value=value, rank=hint.rank or 0)


def said(t: Text, guess: Guess) -> Any:
    """One line on a guess just made."""
    taken = guess.word != guess.lemma
    head = t("game.taken", word=guess.word, lemma=guess.lemma) + " " if taken else ""
    return dmc.Text(head + _placed(t, guess), size="sm", fw=600)


def _placed(t: Text, guess: Guess) -> str:
    if guess.solved:
        return t("game.right")
    return t("game.far") if guess.rank is None else t("game.ranked", rank=guess.rank)


def table_of(t: Text, play: Play) -> Any:
    """All guesses, the last one first and then the nearest ones."""
    numbered = list(enumerate(play.guesses, 1))
    if not numbered:
        return empty(t("game.begin"), t("game.begin_lead"), picture="game")
    last = numbered[-1]
    order = [last, *sorted((one for one in numbered if one is not last), key=lambda one: -one[1][1].score)]
    rows = []
    for number, (place, guess) in order:
        word: list[Any] = [word_link(guess.key, play.model) if play.over else html.Strong(guess.lemma, lang="ko")]
        if guess.word != guess.lemma:
            word.append(html.Span(guess.word, className="game-typed", lang="ko"))
        button: Any = html.Button(t("game.why"), id={"type": "game-why", "number": place}, className="as-link", type="button")
        if play.over:  # only now may an address name the secret
            button = why_link(play.game.secret, guess.key, play.model)
        cells = [str(number), html.Span(word, className="game-word"), f"{guess.score:.3f}", _bar(t, guess)]
        rows.append([*cells, "" if guess.solved else button])
    heads = [t(f"game.head_{name}") for name in ("number", "word", "cosine", "rank")]
    return table([*heads, ""], rows, label=t("game.board"))


def _bar(t: Text, guess: Guess) -> Any:
    """The rank, and a bar that grows as it falls from 1,000 to 1."""
    from explorer.analysis.game import RANKED

    share = 0.0 if guess.rank is None else 1 - math.log(max(1, guess.rank)) / math.log(RANKED)
    return html.Div(
        [
            html.Span(_placed(t, guess), className="numbers game-rank"),
            html.Div(
                html.Div(style={"width": f"{share:.1%}"}, className="score-fill"),
                className="score-track",
                **{"aria-hidden": "true"},
            ),
        ],
        className="score",
    )


def reason(t: Text, play: Play, word: str) -> Any:
    """What a guess and the secret have in common."""
    guess, why = play.game.guess(word), play.game.why(word)
    lines = []
    if why.shared:
        lines.append(t("game.why_shared", words=", ".join(why.shared[:_SHARED])))
    if why.syllables:
        lines.append(t("game.why_syllables", syllables=", ".join(why.syllables)))
    if why.same_tag:
        lines.append(t("game.why_tag"))
    items = [html.Li(line) for line in lines] or [html.Li(t("game.why_none"))]
    return html.Div([html.Strong(t("game.why_title", word=guess.lemma)), html.Ul(items)], className="game-reason")


def ending(t: Text, play: Play) -> Any:
    """The secret, how it went, and its neighbours."""
    count, hints = len(play.guesses), len(play.hints)
    said = t("game.won", count=count, hints=hints) if play.solved else t("game.lost", count=count, hints=hints)
    links = [word_link(key, play.model, look="example") for key, _ in play.game.nearest(_SHOWN)]
    return dmc.Stack(
        [
            dmc.Text(said, fw=600),
            html.Div([word_link(play.game.secret, play.model, look="big-number plain")], lang="ko", className="game-secret"),
            dmc.Text(t("game.nearest", count=len(links)), size="sm", c="dimmed"),
            html.Div(links, className="chips"),
            html.Div(dmc.Button(t("game.anew"), id="game-again", variant="light", size="compact-sm")),
        ],
        gap="xs",
        className="game-end",
    )

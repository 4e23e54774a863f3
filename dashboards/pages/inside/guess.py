"""A hidden word on the inside page: press one, or write a text with [MASK], and see what the model would put there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, html, no_update

from dashboards.kit import ids
from dashboards.kit.components import guarded, score_bar, tag_badge
from dashboards.kit.i18n import Text, text
from dashboards.kit.page import pressed
from dashboards.kit.steady import steady
from dashboards.kit.url import clean, tidy
from dashboards.kit.words import word_link
from dashboards.pages.inside import asked as looking
from dashboards.pages.inside.asked import MASK, MAX_SENTENCE, QUESTION
from explorer.text.tags import CONTENT

if TYPE_CHECKING:
    from explorer.encoders.guesses import Gap, Guess
    from explorer.encoders.inside_record import Inside


def hideable(seen: Inside) -> list[tuple[int, int, int, str]]:
    """Words that can be hidden: sentence, start, end, what is written there.

    Morphemes that share a letter (와서 = 오 + 아서) are hidden together.
    """
    spans = sorted((one.sentence, one.start, one.end) for one in seen.units("morpheme") if one.sentence is not None)
    joined: list[tuple[int, int, int]] = []
    for sentence, start, end in spans:
        if joined and joined[-1][0] == sentence and start < joined[-1][2]:
            joined[-1] = (sentence, joined[-1][1], max(end, joined[-1][2]))
        else:
            joined.append((sentence, start, end))
    found = [(sentence, start, end, seen.texts[sentence][start:end]) for sentence, start, end in joined]
    return [one for one in found if any(char.isalnum() for char in one[3])]


def words(done: dict[str, Any] | None, _: Any) -> tuple[Any, Any, Any]:
    """A button for every word of the sentences, and whether the rest of the card is there: some models guess nothing."""
    seen = QUESTION.found(done)
    if seen is None:
        return (no_update,) * 3
    t = text()
    name = seen_model(done)
    able = True

    def shown() -> Any:
        nonlocal able
        able = looking.guesses(name)
        return buttons(seen) if able else dmc.Text(t("inside.no_head", model=name), size="sm")

    content = guarded(t, shown)
    return content, {} if able else {"display": "none"}, no_update if able else None


def buttons(seen: Inside) -> list[Any]:
    """A button for every word of the sentences."""
    found: list[Any] = []
    before = 0
    for number, (sentence, *_, shown) in enumerate(hideable(seen)):
        if sentence != before:
            found.append(html.Span(className="inside-break"))
            before = sentence
        name = {"type": "inside-hide", "number": number}
        kind = ("first", "second")[sentence]
        found.append(html.Button(shown, id=name, className=f"inside-token {kind}", type="button", lang="ko"))
    return found


def hide(_: Sequence[int | None], done: dict[str, Any] | None, unit: str | None) -> tuple[Any, Any]:
    """The sentence with the pressed word hidden, asked at once."""
    number = pressed("number")
    seen = QUESTION.found(done)
    if seen is None or not isinstance(number, int):
        return no_update, no_update
    spans = hideable(seen)
    if not 0 <= number < len(spans):
        return no_update, no_update
    sentence, start, end = spans[number][:3]
    hidden = seen.texts[sentence][:start] + MASK + seen.texts[sentence][end:]
    return hidden, {"model": seen_model(done), "text": hidden, "unit": unit}


def seen_model(done: dict[str, Any] | None) -> str:
    return str((done or {}).get("model") or "mini")


def fill(_: Any, __: Any, unit: str | None, written: str | None, done: dict[str, Any] | None) -> Any:
    """What is written in the box is asked; nothing while it is empty."""
    if not (written or "").strip():
        return no_update
    return {"model": seen_model(done), "text": clean(written or "", MAX_SENTENCE + len(MASK)), "unit": unit}


def guesses(question: dict[str, Any] | None, _: Any) -> Any:
    """What the model would put there."""
    if not question:
        return None
    t = text()
    if MASK not in str(question.get("text")):
        return dmc.Text(t("inside.no_mask", mask=MASK), size="sm", c="orange")

    def shown() -> Any:
        gaps = looking.guess(question)
        return dmc.Stack([guess_list(t, gap, number, len(gaps)) for number, gap in enumerate(gaps, 1)], gap="lg")

    return guarded(t, shown)


def guess_list(t: Text, gap: Gap, number: int, many: int) -> Any:
    """The guesses of one gap; its number where there are several."""
    head = [dmc.Text(t("inside.gap_number", number=number), size="sm", fw=600)] if many > 1 else []
    return html.Div([*head, listed(t, gap.guesses)])


def listed(t: Text, found: Sequence[Guess]) -> Any:
    """Guesses with their probabilities."""
    items = [
        html.Li([html.Span(_named(t, one), className="inside-word"), score_bar(one.probability)], className="inside-guess")
        for one in found
    ]
    return html.Ul(items, className="inside-guesses") if items else dmc.Text(t("inside.no_guess"), size="sm", c="dimmed")


def _named(t: Text, guess: Guess) -> list[Any]:
    """A guess with its part of speech; of a sign first what it says, then how the model writes it."""
    means = guess.means
    if means is None:
        word = word_link(guess.text, look="word-plain") if guess.tag in CONTENT else guess.text
        return [html.Span(word, lang="ko"), " ", tag_badge(t, guess.tag)]
    return [html.Span(means.said(t.language), lang=t.language), " ", html.Code(guess.text)]


def go_on(_: Any, __: Any, written: str | None) -> Any:
    """The text as it stands; a space at its end says that a word is over."""
    kept = tidy(written, MAX_SENTENCE).replace("\n", " ").lstrip()
    return kept if kept.strip() else no_update


def next_ones(question: str | None, _: Any) -> Any:
    """What Kiwi expects after the text."""
    if not question:
        return None
    t = text()
    return guarded(t, lambda: listed(t, looking.following(question)))


def register(app: Dash) -> None:
    """Everything that moves on this card."""
    app.callback(
        Output("inside-words", "children"),
        Output("inside-guess-form", "style"),
        Output("inside-question", "data", allow_duplicate=True),
        QUESTION.done,
        Input(ids.READY, "data"),
        prevent_initial_call="initial_duplicate",
    )(steady(words))
    app.callback(
        Output("inside-gap", "value"),
        Output("inside-question", "data"),
        Input({"type": "inside-hide", "number": ALL}, "n_clicks"),
        State("inside-done", "data"),
        State("inside-guess-unit", "value"),
        prevent_initial_call=True,
    )(steady(hide))
    app.callback(
        Output("inside-question", "data", allow_duplicate=True),
        Input("inside-fill", "n_clicks"),
        Input("inside-gap", "n_submit"),
        Input("inside-guess-unit", "value"),
        State("inside-gap", "value"),
        State("inside-done", "data"),
        prevent_initial_call=True,
    )(fill)
    app.callback(Output("inside-guesses", "children"), Input("inside-question", "data"), Input(ids.READY, "data"))(
        steady(guesses)
    )
    app.callback(
        Output("inside-going", "data"),
        Input("inside-go", "n_clicks"),
        Input("inside-start", "n_submit"),
        State("inside-start", "value"),
        prevent_initial_call=True,
    )(go_on)
    app.callback(Output("inside-next", "children"), Input("inside-going", "data"), Input(ids.READY, "data"))(steady(next_ones))

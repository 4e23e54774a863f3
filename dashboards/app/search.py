"""Where a typed word, expression or sentence leads: the links that the search of every page shows.

What was typed is told by the library (:mod:`explorer.vectors.completion`); here it becomes addresses of pages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Response, jsonify, request

from dashboards.app.state import model_names, state
from dashboards.kit import examples
from dashboards.kit.forms import MAX_SENTENCE
from dashboards.kit.i18n import Text, text
from dashboards.kit.jobs import NotReady
from dashboards.kit.search import FIND, MOST
from dashboards.kit.url import MAX_ADDRESS, MAX_WORD, Field, href, share, tidy, word_href
from dashboards.pages.context.asked import homographs
from explorer.core.errors import ExplorerError
from explorer.static.load import DEFAULT_MODEL
from explorer.text.tags import tag_of

if TYPE_CHECKING:
    from explorer.vectors.completion import Found, Suggestion

__all__ = ["find", "register"]


SHOWN = 7
"""Words in the list."""
ANSWERS = 3
"""Words that are shown of what an expression leads to."""
PLAIN = 300
"""Characters of a text that go into an address as they are; longer ones are compressed."""

Link = dict[str, str]


def register(app: Dash, views: Sequence[ModuleType]) -> None:
    """Answer the search of this app."""
    by_name = {view.NAME.partition(".")[0]: view for view in views}

    def answer() -> Response:
        asked = request.get_json(silent=True)
        given = asked if isinstance(asked, dict) else {}
        typed, model = (given[name] if isinstance(given.get(name), str) else "" for name in ("q", "model"))
        response: Response = jsonify(find(by_name, tidy(typed, MOST), model))
        response.cache_control.no_store = True
        return response

    app.server.add_url_rule(f"{app.config.routes_pathname_prefix}{FIND}", "explorer_find", answer, methods=["POST"])


def find(views: Mapping[str, ModuleType], typed: str, model: str) -> dict[str, Any]:
    """What was typed, and the links it may mean.

    Returns:
        ``go``: links, the first to be followed by whoever asks for no other; ``also``: other pages that show it; ``pending``:
        the words of the model are still being prepared, so that there will be more.
    """
    from explorer.vectors.completion import Found, classify

    name = model if model in model_names() else DEFAULT_MODEL
    pending = False
    try:
        found = state().completer(name).find(typed, SHOWN)
    except NotReady:
        found, pending = Found(typed, classify(typed)[0]), True
    except ExplorerError:  # why the model does not open is said on the page that is gone to
        found = Found(typed, classify(typed)[0])
    there = _Places(views, name)
    go, also = there.of(found, typed.strip())
    also = [link for link in (*also, *there.called(typed.strip())) if len(link["href"]) <= MAX_ADDRESS]
    return {"kind": found.kind, "go": go, "also": also, "pending": pending}


class _Places:
    """Addresses of pages that answer with one model, in the language of the request."""

    def __init__(self, views: Mapping[str, ModuleType], model: str) -> None:
        self._views = views
        self._model = model
        self._t: Text = text()

    def of(self, found: Found, typed: str) -> tuple[list[Link], list[Link]]:
        """Where what was typed leads, and what else there is to see of it."""
        if found.kind == "nothing":
            return self._examples(), []
        if found.kind == "expression":
            whole = self._link("analogy", typed, "expression", q=typed) | {"more": self._solved(typed)}
            return [whole, *(self._link("analogy", one.text, "completed", q=one.text) for one in found.suggestions)], []
        if found.kind == "list":
            parts = [part.strip() for part in re.split("[,，、]", typed)]
            return [self._link("similarity", typed, "words", words=parts)], [self._page("tokens", text=typed)]
        if found.kind == "sentence" or len(typed) > MAX_WORD:
            pages = [self._page("sentences", q=typed), self._page("inside", a=typed)] if len(typed) <= MAX_SENTENCE else []
            return [self._link("tokens", typed, "sentence", text=typed)], pages
        words = [self._to_word(one, typed) for one in found.suggestions] or [self._plain_word(typed)]
        return words, self._of_word(found.suggestions[0] if found.suggestions else None, typed)

    def _solved(self, expression: str) -> str:
        """The first answers, to be read at once; nothing where the expression is not finished or a word of it unknown."""
        try:
            found = state().vectors(self._model).analogy(expression, n=ANSWERS, script="hangul")
        except (NotReady, ExplorerError):
            return ""
        return f"= {', '.join(found.words)}" if found.words else ""

    def called(self, typed: str) -> list[Link]:
        """Pages called like that."""
        begun = typed.casefold()
        named = ((view, self._t(view.NAME)) for view in self._views.values())
        return [
            self._link_to(href(view.PATH), name, "page") for view, name in named if begun and name.casefold().startswith(begun)
        ]

    def _examples(self) -> list[Link]:
        word, inflected = examples.WORDS[:2]
        total, proportion = examples.ANALOGIES[0], examples.ANALOGIES[3]
        return [
            self._link_to(word_href(word, self._model), word, "example_word"),
            self._link_to(word_href(inflected, self._model), inflected, "example_inflected"),
            self._link("map", examples.INITIALS, "example_initials", find=examples.INITIALS),
            self._link("analogy", total, "example_expression", q=total),
            self._link("analogy", proportion, "example_proportion", q=proportion),
            self._link("tokens", examples.SENTENCES[0], "example_sentence", text=examples.SENTENCES[0]),
        ]

    def _to_word(self, one: Suggestion, typed: str) -> Link:
        made = one.how in ("composed", "subword", "sense")
        shown = f"{typed} → {one.word}" if one.how in ("inflected", "misspelling") and one.word != typed else one.word
        tag = "" if made else self._t.maybe(f"tags.{tag_of(one.key)}", "")
        link = self._link_to(
            word_href(one.text if made or one.how == "word" else one.key, self._model), shown, f"how_{one.how}"
        )
        return link | {"more": tag}

    def _plain_word(self, typed: str) -> Link:
        return self._link_to(word_href(typed, self._model), typed, "word")

    def _of_word(self, one: Suggestion | None, typed: str) -> list[Link]:
        """Pages that show the likeliest word; the text itself always can be cut into tokens."""
        pages = []
        if one is not None:
            key = one.text if one.how in ("composed", "subword", "sense") else one.key
            pages = [self._page("similarity", one.word, word=[key]), self._page("map", one.word, word=key)]
            if one.word in homographs():
                pages.append(self._page("context", one.word, word=one.word))
        return [*pages, self._page("tokens", text=typed)]

    def _page(self, name: str, shown: str = "", **values: Any) -> Link:
        said = self._t(self._views[name].NAME)
        return {"href": self._href(name, values), "text": f"{shown} · {said}" if shown else said, "what": "", "more": ""}

    def _link(self, name: str, shown: str, what: str, **values: Any) -> Link:
        return self._link_to(self._href(name, values), shown, what)

    def _link_to(self, address: str, shown: str, what: str) -> Link:
        return {"href": address, "text": shown, "what": self._t(f"search.{what}"), "more": ""}

    def _href(self, name: str, values: Mapping[str, Any]) -> str:
        view = self._views[name]
        fields: Mapping[str, Field] = view.FIELDS
        model = {"model": self._model} if view.USES_MODEL else {}
        packed = {"text": "z", "a": "za"}
        long = {one: (packed[one], value) for one, value in values.items() if one in packed}
        plain = {one: value for one, value in values.items() if one not in packed}
        return href(view.PATH) + share(fields, {**plain, **model}, long, PLAIN)[0]

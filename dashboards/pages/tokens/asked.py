"""What the tokens page asks of the tokenizers, and its text and choices in the address bar."""

from __future__ import annotations

import time

from dashboards.app.state import PATIENCE, state, tokenizer_names
from dashboards.kit.jobs import NotReady
from dashboards.kit.local import paths_allowed
from dashboards.kit.url import choice, long_text, packed, share, texts
from explorer.core.errors import ExplorerError, UnknownName
from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["FIELDS", "MAX_TOKENIZERS", "PLAIN", "VIEWS", "address", "allowed", "cut", "fits", "named", "tokenizer"]

MAX_TOKENIZERS = 8
PLAIN = 300
"""Characters of text that go into the address as they are; longer ones are compressed."""
VIEWS = ("grid", "table")


FIELDS = {
    "text": long_text(),
    "z": packed(),
    "t": texts(limit=300, most=MAX_TOKENIZERS, always=True),
    "show": choice(VIEWS, "grid"),
}


def address(value: str, names: list[str], show: str) -> str:
    """The query string for what is on the page."""
    return _shared(value, names, show)[0]


def fits(value: str, names: list[str], show: str) -> bool:
    """Whether an address has room for the text.

    >>> fits("왕이", ["kiwi"], "grid")
    True
    """
    return _shared(value, names, show)[1]


def _shared(value: str, names: list[str], show: str) -> tuple[str, bool]:
    return share(FIELDS, {"t": names, "show": show}, {"text": ("z", value)}, PLAIN)


def allowed(names: list[str]) -> list[str]:
    """Of the names a browser sent, those this server opens: listed ones, or anything where paths are allowed."""
    known = set(tokenizer_names())
    return [name for name in dict.fromkeys(names) if name in known or paths_allowed()][:MAX_TOKENIZERS]


def named(names: list[str]) -> list[str]:
    """The names a page asks for, each once, known or not: the answer says which are not."""
    return list(dict.fromkeys(names))[:MAX_TOKENIZERS]


def tokenizer(name: str) -> Tokenizer:
    """The tokenizer of that name, or, where the server allows it, at that path; never waits for it.

    Raises:
        NotReady: it is being opened.
        ExplorerError: it is unknown here, or cannot be opened.
    """
    if name not in tokenizer_names() and not paths_allowed():
        raise UnknownName("tokenizer", name, tokenizer_names())
    return state().tokenizer(name, patience=0)


def cut(value: str, names: list[str]) -> tuple[dict[str, list[Token]], dict[str, ExplorerError], dict[str, NotReady]]:
    """Tokens by every tokenizer that is ready, what went wrong with others, and which are being opened."""
    done: dict[str, list[Token]] = {}
    wrong: dict[str, ExplorerError] = {}
    opening: dict[str, NotReady] = {}
    until = time.monotonic() + PATIENCE
    for name in names:  # all of them begin to open before any of them is waited for
        try:
            tokenizer(name)
        except NotReady:
            continue
        except ExplorerError as error:
            wrong[name] = error
    for name in names:
        if name in wrong:
            continue
        try:
            done[name] = _wait(name, until).tokenize(value)
        except NotReady as wait:
            opening[name] = wait
        except ExplorerError as error:
            wrong[name] = error
    return done, wrong, opening


def _wait(name: str, until: float) -> Tokenizer:
    try:
        return tokenizer(name)
    except NotReady as wait:
        if not wait.job.wait(max(0.0, until - time.monotonic())):
            raise
        return tokenizer(name)

"""What the tokens page asks of the tokenizers, and its text and choices in the address bar."""

from __future__ import annotations

import base64
import binascii
import time
import zlib

from dashboards.app.state import PATIENCE, state, tokenizer_names
from dashboards.kit.jobs import NotReady
from dashboards.kit.local import paths_allowed
from dashboards.kit.url import Field, choice, encode, texts
from explorer.core.errors import ExplorerError, UnknownName
from explorer.tokenizers.token import Token, Tokenizer

__all__ = [
    "FIELDS",
    "MAX_TEXT",
    "MAX_TOKENIZERS",
    "VIEWS",
    "address",
    "allowed",
    "cut",
    "fits",
    "pack",
    "tidy",
    "tokenizer",
    "unpack",
]

MAX_TEXT = 5_000
MAX_TOKENIZERS = 8
PLAIN = 300
"""Characters of text that go into the address as they are; longer ones are compressed."""
MAX_ADDRESS = 3_600
"""Characters of an address that servers and messengers let through."""
VIEWS = ("grid", "table")


def tidy(value: str | None, most: int = MAX_TEXT) -> str:
    """Any text, as far as it can be text at all: no halves of characters, one kind of line end, at most ``most`` characters.

    NFD stays NFD: showing what tokenizers make of it is the point.
    """
    value = (value or "")[: 4 * most].encode("utf-8", "replace").decode("utf-8")
    return value.replace("\r\n", "\n").replace("\r", "\n")[:most]


def pack(value: str) -> str:
    """A long text for an address.

    >>> unpack(pack("가나다" * 100)) == "가나다" * 100
    True
    """
    return base64.urlsafe_b64encode(zlib.compress(value.encode("utf-8"), 9)).decode("ascii").rstrip("=")


def unpack(value: str, most: int = MAX_TEXT) -> str:
    """The text again; ``""`` for anything that is none, and never more than ``most`` characters however small it came."""
    try:
        data = base64.urlsafe_b64decode(value[: 4 * MAX_ADDRESS] + "=" * (-len(value) % 4))
        return tidy(zlib.decompressobj().decompress(data, 4 * most).decode("utf-8", "ignore"), most)
    except (ValueError, binascii.Error, zlib.error):
        return ""


FIELDS = {
    "text": Field("", tidy, str),
    "z": Field("", unpack, pack),
    "t": texts(limit=300, most=MAX_TOKENIZERS),
    "show": choice(VIEWS, "grid"),
}


def address(value: str, names: list[str], show: str) -> str:
    """The query string for what is on the page; a text too long for any address is left out."""
    found = _whole(value, names, show)
    return found if len(found) <= MAX_ADDRESS else encode(FIELDS, {"t": names, "show": show})


def fits(value: str, names: list[str], show: str) -> bool:
    """Whether an address has room for the text.

    >>> fits("왕이", ["kiwi"], "grid")
    True
    """
    return len(_whole(value, names, show)) <= MAX_ADDRESS


def _whole(value: str, names: list[str], show: str) -> str:
    return encode(FIELDS, {"text" if len(value) <= PLAIN else "z": value, "t": names, "show": show})


def allowed(names: list[str]) -> list[str]:
    """Of the names a browser sent, those this server opens: listed ones, or anything where paths are allowed."""
    known = set(tokenizer_names())
    return [name for name in dict.fromkeys(names) if name in known or paths_allowed()][:MAX_TOKENIZERS]


def tokenizer(name: str) -> Tokenizer:
    """The tokenizer of that name, or, where the server allows it, at that path; never waits for it.

    Raises:
        NotReady: it is being opened.
        ExplorerError: it is unknown here, or cannot be opened.
    """
    if name not in tokenizer_names() and not paths_allowed():
        raise UnknownName("tokenizer", name, tokenizer_names())
    return state().tokenizer(name, patience=0)


def cut(value: str, names: list[str]) -> tuple[dict[str, list[Token]], dict[str, ExplorerError], list[str]]:
    """Tokens by every tokenizer that is ready, what went wrong with others, and which are being opened."""
    done: dict[str, list[Token]] = {}
    wrong: dict[str, ExplorerError] = {}
    opening: list[str] = []
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
        except NotReady:
            opening.append(name)
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

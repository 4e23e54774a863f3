"""A view's state in the address bar: pure functions, both ways.

A view declares its fields once; :func:`decode` turns whatever the internet sent into values that are always valid,
:func:`unread` tells what of it could not be taken as it is, and :func:`encode` writes what differs from the defaults, and
always what a fresh browser or another machine could take for something else: the model, tokenizers, a corpus.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import current_app

from explorer.static.load import DEFAULT_MODEL

__all__ = [
    "LANGUAGE",
    "MAX_ADDRESS",
    "MAX_TEXT",
    "PREFIX",
    "VIEWS",
    "Field",
    "choice",
    "clean",
    "decode",
    "encode",
    "flag",
    "href",
    "integer",
    "long_text",
    "model",
    "number",
    "pack",
    "packed",
    "share",
    "text",
    "texts",
    "tidy",
    "unpack",
    "unread",
    "word_href",
]

PREFIX = "EXPLORER_PATH_PREFIX"
"""The setting of an app that says where it is mounted, e.g. ``"/explorer/"`` behind a proxy."""

VIEWS = "explorer_views"
"""Where a server keeps the pages of its app, in the order of the navigation: in its ``extensions``."""

MAX_WORD = 60
"""Longest word a page accepts, in characters."""
MAX_EXPRESSION = 200
MAX_TEXT = 5_000
"""Longest text."""
MAX_ADDRESS = 3_600
"""Characters of an address that servers and messengers let through."""
MAX_WORDS = 40
LANGUAGE = "lang"
"""The name that asks for a language of the interface; it belongs to no page."""

_FOREIGN = ("utm_", "fbclid", "gclid", "_")


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a view's state: how it is read from a string, how it is written, and what holds without it.

    Attributes:
        always: it is written also where it is the default.
        good: whether a string is read as it is; of others a part or nothing is used, which the page says.
    """

    default: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    always: bool = False
    good: Callable[[str], bool] = lambda _: True


def clean(value: str, limit: int) -> str:
    r"""One line of NFC text without control characters, cut to ``limit`` characters.

    >>> clean(" 왕\x00 ", 10)
    '왕'
    """
    kept = "".join(c if c.isprintable() or c == "\u200b" else " " for c in unicodedata.normalize("NFC", value[: 4 * limit]))
    return kept.strip()[:limit]


def tidy(value: str | None, most: int = MAX_TEXT) -> str:
    """Any text, as far as it can be text at all: no halves of characters, one kind of line end, at most ``most`` characters.

    NFD stays NFD: showing what tokenizers make of it is the point.
    """
    value = (value or "")[: 4 * most].encode("utf-8", "replace").decode("utf-8")
    return value.replace("\r\n", "\n").replace("\r", "\n")[:most]


def long_text(most: int = MAX_TEXT) -> Field:
    """A text as it is, of at most ``most`` characters; ``None`` where the address says nothing of it."""
    return Field(None, lambda value: tidy(value, most), str, good=lambda value: len(tidy(value, most + 1)) <= most)


def packed(most: int = MAX_TEXT) -> Field:
    """The same text compressed; ``""`` for anything that is none."""
    return Field("", lambda value: unpack(value, most), pack, good=lambda value: bool(unpack(value, most)))


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


def text(limit: int = MAX_WORD, default: str | None = "", always: bool = False) -> Field:
    """Free text of at most ``limit`` characters; written empty it is empty, whatever the default (``None``: nothing was said)."""
    return Field(default, lambda value: clean(value, limit), str, always, lambda value: len(clean(value, limit + 1)) <= limit)


def model(default: str = DEFAULT_MODEL, limit: int = 200) -> Field:
    """The model that answers: always in the address, so that a link never depends on who opens it."""
    return text(limit, default, always=True)


def texts(limit: int = MAX_WORD, most: int = MAX_WORDS, default: Sequence[str] = (), always: bool = False) -> Field:
    """A list of words, written with commas; written empty it is empty, whatever the default."""

    def parts(value: str, longest: int) -> list[str]:
        return list(dict.fromkeys(part for one in value.split(",")[: 2 * most] if (part := clean(one, longest))))

    def good(value: str) -> bool:
        found = parts(value, limit + 1)
        return len(found) <= most and all(len(part) <= limit for part in found)

    return Field(list(default), lambda value: parts(value, limit)[:most], lambda value: ",".join(value), always, good)


def _number(low: float, high: float, default: Any, number_of: Callable[[str], Any], write: Callable[[Any], str]) -> Field:
    def found(value: str) -> Any:
        try:
            number = number_of(value[:20])
        except ValueError:
            return None
        return number if low <= number <= high else None

    def read(value: str) -> Any:
        number = found(value)
        return default if number is None else number

    return Field(default, read, write, good=lambda value: found(value) is not None)


def integer(low: int, high: int, default: int) -> Field:
    """A whole number in ``[low, high]``; anything else is the default."""

    def number_of(value: str) -> int:
        if not value.isascii() or not value.removeprefix("-").isdigit() or len(value) > 12:
            raise ValueError(value)
        return int(value)

    return _number(low, high, default, number_of, str)


def number(low: float, high: float, default: float) -> Field:
    """A finite number in ``[low, high]``; anything else is the default."""
    return _number(low, high, default, float, lambda value: f"{value:g}")


def choice(options: Sequence[str], default: str) -> Field:
    """One of a few words."""
    return Field(default, lambda value: value if value in options else default, str, good=lambda value: value in options)


_FLAGS = {"1": True, "0": False}


def flag(default: bool = False) -> Field:
    """Yes or no, written 1 or 0."""
    return Field(
        default,
        lambda value: _FLAGS.get(value, default),
        lambda value: "1" if value else "0",
        good=lambda value: value in _FLAGS,
    )


def href(path: str, fields: Mapping[str, Field] | None = None, values: Mapping[str, Any] | None = None) -> str:
    """The address of a page of this app, with a state of that page."""
    prefix: str = current_app.config[PREFIX]
    return prefix.rstrip("/") + path + encode(fields or {}, values or {})


_WORD = {"word": text(), "model": model()}


def word_href(word: str, name: str) -> str:
    """The address of the page of a word: ``/word/왕?model=korean``. ``name`` is the model whose word it is.

    What browsers and servers would take for steps between folders (``..``, ``a//b``) goes behind the question mark.
    """
    plain = all(part not in ("", ".", "..") for part in word.split("/"))
    path = f"/word/{quote(word, errors='replace')}" if plain else "/word"
    return href(path, _WORD, {"word": "" if plain else word, "model": name})


def _given(query: Mapping[str, Any]) -> dict[str, str]:
    """One string a name: Dash hands a repeated key over as a list, of which the first counts."""
    firsts = {
        name: (value[0] if value else None) if isinstance(value, list | tuple) else value for name, value in query.items()
    }
    return {name: value for name, value in firsts.items() if isinstance(value, str)}


def decode(fields: Mapping[str, Field], query: Mapping[str, Any]) -> dict[str, Any]:
    """Valid values for every field, whatever came. Unknown names are dropped; of a repeated name the first counts.

    >>> decode({"n": integer(1, 50, 10)}, {"n": "20", "evil": "x"}), decode({"n": integer(1, 50, 10)}, {"n": "9e9"})
    ({'n': 20}, {'n': 10})
    """
    given = _given(query)
    return {name: field.read(given[name]) if name in given else field.default for name, field in fields.items()}


def unread(fields: Mapping[str, Field], query: Mapping[str, Any]) -> list[str]:
    """What of an address could not be taken as it is: names no field has, values a field cannot be, each as ``name=value``.

    What messengers and other sites hang on an address does not count.

    >>> unread({"n": integer(1, 50, 10)}, {"n": "99", "size": "3", "utm_source": "x"})
    ['n=99', 'size=3']
    """
    return [
        f"{clean(name, 20)}={clean(value, 30)}"
        for name, value in _given(query).items()
        if not (fields[name].good(value) if name in fields else name == LANGUAGE or name.startswith(_FOREIGN))
    ]


def encode(fields: Mapping[str, Field], values: Mapping[str, Any]) -> str:
    """The query string: what differs from the defaults, and what is always written; ``""`` where that is nothing.

    >>> encode({"word": text(), "n": integer(1, 50, 10)}, {"word": "왕", "n": 10})
    '?word=%EC%99%95'
    >>> encode({"model": model()}, {"model": "korean"})
    '?model=korean'
    """
    parts = {
        name: field.write(values[name])
        for name, field in fields.items()
        if name in values and values[name] is not None and (field.always or values[name] != field.default)
    }
    return f"?{urlencode(parts)}" if parts else ""


def share(
    fields: Mapping[str, Field], values: Mapping[str, Any], long: Mapping[str, tuple[str, str]], plain: int
) -> tuple[str, bool]:
    """The query string of ``values`` and of long texts, and whether an address bar holds it.

    What does not fit there still goes into the page's store: the browser leaves the texts out of its address, but what is
    taken along from the page has them.

    Args:
        long: for the field of a text the field it goes to when it is compressed, and the text.
        plain: characters of a text up to which it is written as it is.
    """
    texts = {name if len(value) <= plain else packed: value for name, (packed, value) in long.items()}
    whole = encode(fields, {**values, **texts})
    return whole, len(whole) <= MAX_ADDRESS

"""A view's state in the address bar: pure functions, both ways.

A view declares its fields once; :func:`decode` turns whatever the internet sent into values that are always valid, and
:func:`encode` writes only what differs from the defaults, so that addresses stay short.
"""

from __future__ import annotations

import base64
import binascii
import math
import unicodedata
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app

__all__ = [
    "MAX_ADDRESS",
    "MAX_TEXT",
    "PREFIX",
    "Field",
    "choice",
    "clean",
    "decode",
    "encode",
    "flag",
    "href",
    "integer",
    "number",
    "pack",
    "share",
    "text",
    "texts",
    "tidy",
    "unpack",
]

PREFIX = "EXPLORER_PATH_PREFIX"
"""The setting of an app that says where it is mounted, e.g. ``"/explorer/"`` behind a proxy."""

MAX_WORD = 60
"""Longest word a page accepts, in characters."""
MAX_EXPRESSION = 200
MAX_TEXT = 5_000
"""Longest text."""
MAX_ADDRESS = 3_600
"""Characters of an address that servers and messengers let through."""
MAX_WORDS = 40


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a view's state: how it is read from a string, how it is written, and what holds without it."""

    default: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str]


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


def text(limit: int = MAX_WORD, default: str = "") -> Field:
    """Free text of at most ``limit`` characters."""
    return Field(default, lambda value: clean(value, limit) or default, str)


def texts(limit: int = MAX_WORD, most: int = MAX_WORDS, default: Sequence[str] = ()) -> Field:
    """A list of words, written with commas."""

    def read(value: str) -> list[str]:
        found = [clean(part, limit) for part in value.split(",")[: 2 * most]]
        return list(dict.fromkeys(part for part in found if part))[:most] or list(default)

    return Field(list(default), read, lambda value: ",".join(value))


def integer(low: int, high: int, default: int) -> Field:
    """A whole number in ``[low, high]``; anything else is the default."""

    def read(value: str) -> int:
        if not value.isascii() or not value.removeprefix("-").isdigit() or len(value) > 12:
            return default
        found = int(value)
        return found if low <= found <= high else default

    return Field(default, read, str)


def number(low: float, high: float, default: float) -> Field:
    """A finite number in ``[low, high]``; anything else is the default."""

    def read(value: str) -> float:
        try:
            found = float(value[:20])
        except ValueError:
            return default
        return found if math.isfinite(found) and low <= found <= high else default

    return Field(default, read, lambda value: f"{value:g}")


def choice(options: Sequence[str], default: str) -> Field:
    """One of a few words."""
    return Field(default, lambda value: value if value in options else default, str)


def flag(default: bool = False) -> Field:
    """Yes or no, written 1 or 0."""
    return Field(default, lambda value: {"1": True, "0": False}.get(value, default), lambda value: "1" if value else "0")


def href(path: str, fields: Mapping[str, Field] | None = None, values: Mapping[str, Any] | None = None) -> str:
    """The address of a page of this app, with a state of that page."""
    prefix: str = current_app.config[PREFIX]
    return prefix.rstrip("/") + path + encode(fields or {}, values or {})


def decode(fields: Mapping[str, Field], query: Mapping[str, Any]) -> dict[str, Any]:
    """Valid values for every field, whatever came. Unknown names are dropped; of a repeated name the first counts.

    >>> decode({"n": integer(1, 50, 10)}, {"n": "20", "evil": "x"}), decode({"n": integer(1, 50, 10)}, {"n": "9e9"})
    ({'n': 20}, {'n': 10})
    """
    found = {}
    for name, field in fields.items():
        value = query.get(name)
        if isinstance(value, list | tuple):  # Dash hands a repeated key over as a list
            value = value[0] if value else None
        found[name] = field.read(value) if isinstance(value, str) else field.default
    return found


def encode(fields: Mapping[str, Field], values: Mapping[str, Any]) -> str:
    """The query string, ``""`` when everything is as by default.

    >>> encode({"word": text(), "n": integer(1, 50, 10)}, {"word": "왕", "n": 10})
    '?word=%EC%99%95'
    """
    parts = {
        name: field.write(values[name])
        for name, field in fields.items()
        if name in values and values[name] is not None and values[name] != field.default
    }
    return f"?{urlencode(parts)}" if parts else ""


def share(
    fields: Mapping[str, Field], values: Mapping[str, Any], long: Mapping[str, tuple[str, str]], plain: int
) -> tuple[str, bool]:
    """The query string of ``values`` and of long texts, and whether the texts are in it: no address holds endless text.

    Args:
        long: for the field of a text the field it goes to when it is compressed, and the text.
        plain: characters of a text up to which it is written as it is.
    """
    texts = {name if len(value) <= plain else packed: value for name, (packed, value) in long.items()}
    whole = encode(fields, {**values, **texts})
    return (whole, True) if len(whole) <= MAX_ADDRESS else (encode(fields, values), False)

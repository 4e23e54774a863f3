"""What vocabulary pieces spell: bytes, the stand-ins of byte-level vocabularies, and the marks ▁, Ġ and ##."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

__all__ = ["SPACE", "byte_alphabet", "byte_text", "holds_bytes", "piece_text", "readable"]

SPACE = "\u2581"
"""The mark SentencePiece writes for a space."""

_BYTES = re.compile("(?:<0x[0-9A-F]{2}>)+")


@cache
def byte_alphabet() -> dict[str, int]:
    """GPT-2's printable stand-ins for the 256 bytes (https://github.com/openai/gpt-2, encoder.py)."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(byte): byte for byte in visible}
    hidden = (byte for byte in range(256) if byte not in set(visible))
    table.update({chr(0x100 + offset): byte for offset, byte in enumerate(hidden)})
    return table


def byte_text(data: bytes) -> str:
    r"""Bytes of a byte-level token as a person can read them: text where it is whole, ``<0xEC>`` where it is not.

    A leading space is written ``Ġ``, so that ``Ġ서울`` and ``서울`` stay two different keys.

    >>> byte_text(" 서울".encode()), byte_text(b"\xec\x95")
    ('Ġ서울', '<0xEC><0x95>')
    """
    parts: list[str] = []
    position = 0
    while position < len(data):
        try:
            parts.append(data[position:].decode("utf-8"))
            break
        except UnicodeDecodeError as error:
            parts.append(data[position : position + error.start].decode("utf-8"))
            bad = data[position + error.start : position + error.end]
            parts += [f"<0x{byte:02X}>" for byte in bad]
            position += error.end
    text = "".join(parts)
    rest = text.lstrip(" ")
    return "Ġ" * (len(text) - len(rest)) + rest


def readable(form: str) -> str:
    """A piece of a byte-level vocabulary with its stand-ins decoded; any other piece as it is.

    >>> readable("ĠìĦľìļ¸"), readable("왕")
    ('Ġ서울', '왕')
    """
    alphabet = byte_alphabet()
    return byte_text(bytes(alphabet[char] for char in form)) if all(char in alphabet for char in form) else form


def holds_bytes(form: str) -> bool:
    """Whether a piece, as it is shown, holds bytes that are no whole character."""
    return _BYTES.search(form) is not None


def piece_text(forms: Sequence[str]) -> str:
    """What vocabulary pieces spell: without ▁, Ġ and ##, bytes put together.

    >>> piece_text(["▁서울", "<0xEB>", "<0xB7>", "<0x81>"]), piece_text(["먹", "##다"])
    ('서울뷁', '먹다')
    """
    parts = []
    for position, form in enumerate(forms):
        if form.startswith("##") and len(form) > 2:
            form = form[2:]
        elif form[:1] in "▁Ġ":
            form = ("" if position == 0 else " ") + form.lstrip("▁Ġ")
        parts.append(form)
    return _BYTES.sub(_decoded, "".join(parts))


def _decoded(match: re.Match[str]) -> str:
    return bytes.fromhex(match.group().replace("<0x", "").replace(">", "")).decode("utf-8", errors="replace")

"""Spans without the white space that engines leave around a token."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

__all__ = ["ODD_SPACE", "ODD_SPACES", "plain_spaces", "trim"]

ODD_SPACE = re.compile(r"[^\S ]")
"""White space other than a plain space: what engines may leave at the edge of a token."""

ODD_SPACES = "".join(char for char in map(chr, range(0x3001)) if char.isspace() and char != " ")
"""All of it: line ends, tabs, U+00A0, U+3000 and two dozen others."""


def plain_spaces(unknown: Callable[[str], bool]) -> Callable[[str], str]:
    r"""What makes plain spaces of white space that a vocabulary does not know, one for one, so that offsets stay.

    A line end is white space in every text, and no unknown word. Vocabularies with an entry for it keep it.

    Args:
        unknown: whether the engine cannot tell this character, or takes it for a space anyway.

    >>> plain_spaces(lambda char: char == "\n")("가\n나\t다")
    '가 나\t다'
    """
    odd = "".join(filter(unknown, ODD_SPACES))
    return partial(re.compile(f"[{re.escape(odd)}]").sub, " ") if odd else str


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    r"""The span without surrounding white space, unless it holds nothing else.

    >>> trim("a 왕\n", 1, 4), trim(" ", 0, 1)
    ((2, 3), (0, 1))
    """
    piece = text[start:end]
    rest = piece.lstrip()
    if not rest:
        return start, end
    return end - len(rest), end - len(rest) + len(rest.rstrip())

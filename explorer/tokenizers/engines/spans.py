"""Spans without the white space that engines leave around a token."""

from __future__ import annotations

import re

__all__ = ["ODD_SPACE", "trim"]

ODD_SPACE = re.compile(r"[^\S ]")
"""White space other than a plain space: what engines may leave at the edge of a token."""


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

"""Parts of a long text: where it may be cut without much harm, and what stands around a word.

Nobody's sentence is as long as this; a page or a book given as one is. Analysing all of it for one word takes a minute a
megabyte, and only what stands near the word says anything about it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

__all__ = ["LONG", "REACH", "around", "parts_around", "stretches"]

LONG = 5_000
"""Characters up to which a text is read as a whole."""

REACH = 2_000
"""Of a longer one so many characters are read on each side of a word."""

_SIZE = 1_000
_END = re.compile(r"[\r\n]+|(?<=[.!?…。])[\"'”’)」』]*\s+")
_SPACE = re.compile(r"\s+")


def stretches(text: str) -> list[tuple[int, int]]:
    """A text of any length cut into stretches of about 1,000 characters: after a line or a sentence, else at a space, and
    inside a word only where 4,000 characters have none. Together they are the text.

    >>> stretches("왕이 왔다. " * 400)
    [(0, 1001), (1001, 2800)]
    """
    found: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > 2 * _SIZE:
        near, far = start + _SIZE, min(len(text), start + 4 * _SIZE)
        cut = _END.search(text, near, start + 2 * _SIZE) or _SPACE.search(text, near, far)
        stop = cut.end() if cut else far
        while stop < len(text) and _hangs(text[stop]):
            stop += 1
        found.append((start, stop))
        start = stop
    if start < len(text):
        found.append((start, len(text)))
    return found


def around(text: str, start: int, end: int, reach: int = REACH) -> tuple[int, int]:
    """The part of a text that is read for what stands at ``start`` to ``end``: all of it, or where it is longer than
    :data:`LONG` characters, ``reach`` on each side, from and up to a space.

    >>> around("배를 탔다", 0, 1)
    (0, 5)
    >>> around("가 " * 3000, 3000, 3001)
    (1000, 5002)
    """
    if len(text) <= LONG:
        return 0, len(text)
    first, last = max(0, start - reach), min(len(text), end + reach)
    # Nothing nearer to the word than half the reach: a text without spaces is cut inside a word.
    if first and (cut := _SPACE.search(text, first - 1, max(first, start - reach // 2))):
        first = cut.end()
    if last < len(text) and (cut := _SPACE.search(text, last, min(len(text), last + reach // 2))):
        last = cut.end()
    while first < start and _hangs(text[first]):
        first += 1
    while last < len(text) and _hangs(text[last]):
        last += 1
    return first, last


def parts_around(
    requests: Sequence[tuple[str, list[tuple[int, int]]]], reach: int
) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Texts with spans, where few spans of a very long text are wanted only the parts around them; spans keep their order.

    Args:
        requests: texts, each with places in it.
        reach: characters on each side of a place.
    """
    for text, spans in requests:
        if len(text) <= 4 * LONG or len(text) <= 2 * (2 * reach + 100) * len(spans):
            yield text, spans
            continue
        for start, end in spans:
            first, last = around(text, start, end, reach)
            yield text[first:last], [(start - first, end - first)]


def _hangs(character: str) -> bool:
    """Whether a character belongs to the one before: a mark, a vowel or final consonant of a decomposed syllable, a joiner."""
    return bool(unicodedata.combining(character)) or "\u1160" <= character <= "\u11ff" or character in "\u200d\ufe0f"

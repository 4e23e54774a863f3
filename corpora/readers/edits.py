"""Text edited in several passes, with the exact way back to the original.

:mod:`explorer.text.normalise` keeps two numbers for every character, which suits a sentence; here texts are megabytes and edits
are few, so only the edits are kept.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from explorer.text.normalise import normalise

__all__ = ["Edited", "Offsets", "around"]


class _Step(Protocol):
    def to_original(self, start: int, end: int) -> tuple[int, int]: ...


class _Edits:
    """One pass over a text: where its edits ended up, and what they replaced."""

    __slots__ = ("after", "ends", "starts", "widths")

    def __init__(self) -> None:
        self.after: list[int] = []
        self.widths: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        first = self._span(start)
        return (first[0], first[0]) if start >= end else (first[0], self._span(end - 1)[1])

    def _span(self, place: int) -> tuple[int, int]:
        edit = bisect_right(self.after, place) - 1
        if edit < 0:
            return place, place + 1
        beyond = place - self.after[edit] - self.widths[edit]
        if beyond < 0:
            return self.starts[edit], self.ends[edit]
        return self.ends[edit] + beyond, self.ends[edit] + beyond + 1


@dataclass(frozen=True, slots=True)
class Offsets:
    """The way from cleaned text back to the text as it was given; kept as edits, so it costs nothing a character."""

    steps: tuple[_Step, ...] = ()

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        r"""The span of the original under ``cleaned[start:end]``; an empty span stays empty.

        >>> work = Edited("그는 [[임금]]이다.")
        >>> work.drop("links", re.compile(r"\[\[|\]\]"))
        True
        >>> work.text, work.offsets.to_original(3, 5)
        ('그는 임금이다.', (5, 7))
        """
        for step in reversed(self.steps):
            start, end = step.to_original(start, end)
        return start, end


class Edited:
    """Text under change, with its way back.

    Attributes:
        text: the text as it is now.
        counts: how many edits there were of each kind.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.counts: dict[str, int] = {}
        self._steps: list[_Step] = []

    def apply(self, kind: str | None, edits: Iterable[tuple[int, int, str]], each: int = 1) -> bool:
        """Replace ``text[start:end]`` by a string, for sorted disjoint spans; ``each`` edits are one thing of the kind.

        A deletion between two blanks takes the second with it; no line begins with the blanks after a break.
        """
        text = self.text
        parts: list[str] = []
        step = _Edits()
        position = size = 0
        for start, end, new in edits:
            if start < position:  # its blanks went with the last deletion
                start, end = position, max(position, end)
            parts.append(text[position:start])
            size += start - position
            if new == "\n" or (not new and (start == 0 or text[start - 1] in " \t\n")):
                while end < len(text) and text[end] in " \t":
                    end += 1
            step.after.append(size)
            step.widths.append(len(new))
            step.starts.append(start)
            step.ends.append(end)
            parts.append(new)
            size += len(new)
            position = end
        if not step.after:
            return False
        parts.append(text[position:])
        self.text = "".join(parts)
        self._steps.append(step)
        if kind:
            self.counts[kind] = self.counts.get(kind, 0) + -(-len(step.after) // each)
        return True

    def drop(self, kind: str | None, pattern: re.Pattern[str], new: str = "") -> bool:
        return self.apply(kind, ((match.start(), match.end(), new) for match in pattern.finditer(self.text)))

    def keep(self, kind: str, pattern: re.Pattern[str], group: int = 1) -> bool:
        """Replace matches by one of their groups, as two deletions, so that the group keeps its place."""
        return self.apply(kind, (edit for match in pattern.finditer(self.text) for edit in around(match, group)), each=2)

    def compose(self) -> None:
        """Make the text NFC again, where an edit broke that."""
        if not unicodedata.is_normalized("NFC", self.text):
            composed = normalise(self.text)
            self.text = composed.text
            self._steps.append(composed)

    @property
    def offsets(self) -> Offsets:
        return Offsets(tuple(self._steps))


def around(match: re.Match[str], group: int) -> Iterator[tuple[int, int, str]]:
    """The two deletions that leave of a match one of its groups."""
    yield match.start(), match.start(group), ""
    yield match.end(group), match.end(), ""

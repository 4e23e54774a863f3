"""The rows of a model that an analogy's words are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from explorer.analysis.test_sets import PARTS, AnalogySet

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["question_rows", "row_of"]


def question_rows(v: Vectors, tests: AnalogySet, resolve: str) -> list[tuple[list[int], list[int]] | None]:
    """For each question the rows of a, b and c, and those of its right answers; ``None`` where one is missing."""

    @cache
    def row(word: str, part: str) -> int | None:
        return row_of(v, word, resolve, PARTS.get(part, ()))

    found: list[tuple[list[int], list[int]] | None] = []
    for question in tests.questions:
        before, after = question.parts
        a, b, c, d = question.words
        asked = [at for at in (row(a, before), row(b, after), row(c, before)) if at is not None]
        right = [at for word in (d, *question.also) if (at := row(word, after)) is not None]
        found.append((asked, right) if len(asked) == 3 and right else None)
    return found


def row_of(v: Vectors, word: str, resolve: str, tags: Sequence[str]) -> int | None:
    """The row of a word, no farther from a key than ``resolve`` allows."""
    if resolve == "exact":
        return v.row(word)
    row = v.lookup(word, tags)
    if row is None and resolve == "analysed":
        found = v.find(word)
        row = v.row(found.key) if found is not None and found.how == "analysed" else None
    return row

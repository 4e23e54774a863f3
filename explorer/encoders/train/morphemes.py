"""Text to arrays of morpheme numbers, once: what an encoder over morphemes trains on.

Each morpheme is one unsigned 32-bit number: the number of its key (``form/TAG``, in order of first appearance) in the
low 29 bits, and three marks above them: it starts an eojeol, a line, a document. Cutting a vocabulary, splitting rare
keys and masking whole eojeols all start from these arrays, so a corpus is analysed once for every vocabulary tried.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["DOCUMENT", "EOJEOL", "KEY", "LINE", "MorphemeArrays", "analyse", "marks"]

EOJEOL = np.uint32(1 << 31)
LINE = np.uint32(1 << 30)
DOCUMENT = np.uint32(1 << 29)
KEY = np.uint32((1 << 29) - 1)

PART = 4_000_000
"""Morphemes in one array: 16 MB."""


@dataclass(frozen=True)
class MorphemeArrays:
    """An analysed corpus.

    Attributes:
        parts: the arrays in order, uint32.
        keys: ``form/TAG`` of every number.
        counts: how often each key occurs, int64.
    """

    parts: list[NDArray[np.uint32]]
    keys: tuple[str, ...]
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.counts.sum())


def marks(text: str, tokens: list[Token]) -> list[bool]:
    """Whether each token of one line starts an eojeol: it is the first, or white space lies before it.

    >>> from explorer.tokenizers.engines.rules import EojeolTokenizer
    >>> marks("왕이 왔다", EojeolTokenizer().tokenize("왕이 왔다"))
    [True, True]
    """
    starts, end = [], 0
    for index, token in enumerate(tokens):
        starts.append(index == 0 or any(character.isspace() for character in text[end : token.start]))
        end = max(end, token.end)
    return starts


def analyse(
    texts: Iterable[str],
    *,
    tokenizer: Tokenizer | None = None,
    workers: int | None = None,
    limit: int | None = None,
    progress: ProgressCallback | None = None,
) -> MorphemeArrays:
    """Analyse documents line by line.

    Args:
        texts: documents, read once, none kept.
        tokenizer: makes the keys; Kiwi when ``None``.
        workers: its threads.
        limit: stop after this many morphemes.

    Raises:
        BadInput: there was no text.
    """
    from explorer.tokenizers.batch import tokenize_all
    from explorer.tokenizers.loading import tokenizer as load_tokenizer

    engine = tokenizer if tokenizer is not None else load_tokenizer("kiwi")
    pending: deque[tuple[str, bool]] = deque()

    def lines() -> Iterator[str]:
        for text in texts:
            kept = [line.strip() for line in text.splitlines() if line.strip()]
            for index, line in enumerate(kept):
                pending.append((line, index == 0))
                yield line

    found = _Numbering()
    for tokens in tokenize_all(engine, lines(), workers):
        line, first = pending.popleft()
        found.add(line, tokens, first)
        if len(found.buffer) >= PART:
            found.flush()
            report(progress, "analysing", found.total, limit, "morphemes")
        if limit is not None and found.total >= limit:
            break
    found.flush()
    report(progress, "analysing", found.total, limit, "morphemes")
    if not found.numbers:
        raise BadInput("encoders.no_training_text")
    return MorphemeArrays(found.parts, tuple(found.numbers), np.asarray(found.counts, np.int64))


@dataclass
class _Numbering:
    """Numbers keys as they come."""

    numbers: dict[str, int] = field(default_factory=dict)
    counts: list[int] = field(default_factory=list)
    buffer: list[int] = field(default_factory=list)
    parts: list[NDArray[np.uint32]] = field(default_factory=list)
    total: int = 0
    mark: int = 0

    def add(self, line: str, tokens: list[Token], first: bool) -> None:
        mark = self.mark | int(LINE) | (int(DOCUMENT) if first else 0)
        numbers, counts = self.numbers, self.counts
        for token, starts in zip(tokens, marks(line, tokens), strict=True):
            key = f"{token.form}/{token.tag}" if token.tag else token.form
            number = numbers.setdefault(key.replace("\n", " "), len(counts))
            if number == len(counts):
                counts.append(0)
            counts[number] += 1
            self.buffer.append(number | mark | (int(EOJEOL) if starts else 0))
            mark = 0
        self.mark = mark  # kept for the next line where this one has no token
        self.total += len(tokens)

    def flush(self) -> None:
        if self.buffer:
            self.parts.append(np.asarray(self.buffer, np.uint32))
            self.buffer.clear()

"""What engines share: spans without white space around a token, and a native batch that runs while tokens are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ODD_SPACE", "read_ahead", "trim"]

Batch = TypeVar("Batch")
Result = TypeVar("Result")

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


def read_ahead(work: Callable[[Batch], Result], batches: Iterable[Batch], ahead: bool = True) -> Iterator[tuple[Batch, Result]]:
    """``(batch, work(batch))`` in order; the next batch is worked on in a thread while the caller deals with this one.

    Worth it where ``work`` runs outside Python's lock, as the native tokenizers do.

    >>> list(read_ahead(sum, [[1, 2], [3]]))
    [([1, 2], 3), ([3], 3)]
    """
    if not ahead:
        for batch in batches:
            yield batch, work(batch)
        return
    with ThreadPoolExecutor(max_workers=1) as worker:
        running = None
        for batch in batches:
            following = batch, worker.submit(work, batch)
            if running is not None:
                yield running[0], running[1].result()
            running = following
        if running is not None:
            yield running[0], running[1].result()

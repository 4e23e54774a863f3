"""Streams of texts past a native engine: in batches, read ahead, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

__all__ = ["alongside", "batched", "read_ahead"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def batched(items: Iterable[Item], size: int = 1024) -> Iterator[list[Item]]:
    """Lists of up to ``size`` items.

    >>> list(batched("가나다", 2))
    [['가', '나'], ['다']]
    """
    source = iter(items)
    return iter(lambda: list(islice(source, size)), [])


def alongside(run: Callable[[Iterator[Item]], Iterable[Result]], items: Iterable[Item]) -> Iterator[tuple[Item, Result]]:
    """``(item, its result)`` of an engine that reads ahead of what it returns; items wait until their result arrives.

    >>> list(alongside(lambda numbers: (number + 1 for number in list(numbers)), [1, 2]))
    [(1, 2), (2, 3)]
    """
    waiting: deque[Item] = deque()

    def feed() -> Iterator[Item]:
        for item in items:
            waiting.append(item)
            yield item

    for result in run(feed()):
        yield waiting.popleft(), result


def read_ahead(work: Callable[[Item], Result], batches: Iterable[Item], ahead: bool = True) -> Iterator[tuple[Item, Result]]:
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

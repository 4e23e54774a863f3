"""Senses joined and split by hand: which sentences go where.

A sense that is left alone keeps its place and its words, so that links and notes about it stay true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.clusters import cluster

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Change", "joined", "rearrange", "split_up"]


@dataclass(frozen=True)
class Change:
    """Labels after a change.

    Attributes:
        labels: the sense of each sentence, from 0.
        before: for each sense of now the one of before whose place it has.
        new: senses whose sentences are not those of before.
        step: what was done: ``("join", 0, 2)``, ``("split", 1)``.
    """

    labels: list[int]
    before: list[int]
    new: frozenset[int]
    step: tuple[str | int, ...]


def joined(word: str, labels: Sequence[int], which: Sequence[int]) -> Change:
    """Some senses as one, in the place of the first.

    Raises:
        BadInput: there is no such sense, or only one is named.

    >>> joined("배", [0, 1, 2, 3], [2, 0]).labels
    [0, 1, 0, 2]
    """
    count = max(labels) + 1
    chosen = sorted(set(which))
    for sense in chosen:
        _known(sense, count)
    if len(chosen) < 2:
        raise BadInput("encoders.join_needs_two", word=word)
    kept = [sense for sense in range(count) if sense not in chosen[1:]]
    first = kept.index(chosen[0])
    moved = [first if label in chosen else kept.index(label) for label in labels]
    return Change(moved, kept, frozenset({first}), ("join", *chosen))


def split_up(word: str, labels: Sequence[int], points: NDArray[np.float64], sense: int) -> Change:
    """One sense as two: the larger half keeps its place, the other comes last.

    Raises:
        BadInput: there is no such sense, or it has one sentence only.

    >>> split_up("배", [0, 1, 0], np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]), 0).labels
    [0, 1, 2]
    """
    count = max(labels) + 1
    _known(sense, count)
    rows = np.flatnonzero(np.asarray(labels) == sense)
    if len(rows) < 2:
        raise BadInput("encoders.split_needs_two", word=word, sense=sense + 1)
    parts, _ = cluster(points[rows], 2)
    moved = list(labels)
    for row, part in zip(rows.tolist(), parts, strict=True):
        moved[row] = count if part else sense
    return Change(moved, [*range(count), sense], frozenset({sense, count}), ("split", sense))


class Divided(Protocol):
    """Senses that can be changed by hand."""

    @property
    def k(self) -> int: ...
    def join(self, *senses: int) -> Self: ...
    def split(self, sense: int) -> Self: ...


D = TypeVar("D", bound=Divided)


def rearrange(senses: D, joins: Sequence[Sequence[int]] = (), splits: Sequence[int] = ()) -> D:
    """Several changes at once, all in the numbers that the senses have now.

    Args:
        senses: of any number.
        joins: senses that become one each time; a sense that is in two of these brings all of them together.
        splits: senses that become two; such a one cannot be joined as well.

    Raises:
        BadInput: there is no such sense, or one is to be joined and split.
    """
    for sense in (*splits, *(sense for group in joins for sense in group)):
        _known(sense, senses.k)
    both = {sense for group in joins for sense in group} & set(splits)
    if both:
        raise BadInput("encoders.join_and_split", sense=min(both) + 1)
    now = senses
    for sense in dict.fromkeys(splits):
        now = now.split(sense)  # the second half comes last: the others keep their numbers
    place = list(range(now.k))
    for group in joins:
        chosen = sorted({place[sense] for sense in group})
        if len(chosen) < 2 <= len(set(group)):
            continue  # they are together already
        now = now.join(*chosen)
        place = [chosen[0] if old in chosen else old - sum(old > gone for gone in chosen[1:]) for old in place]
    return now


def _known(sense: int, count: int) -> None:
    if not 0 <= sense < count:
        raise BadInput("encoders.no_such_sense", sense=sense + 1, senses=count)

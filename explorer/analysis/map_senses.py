"""Senses of words on a map of words: where each would lie, by the words around it.

A map places words, not senses. A sense is put where its nearest words are: of its nearest words in the original space those on the
map, in the middle of them (the one with the least sum of distances to the others), as a point that is added to a finished map would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.text.tags import word_of
from explorer.vectors.search import Floats, unit_rows
from explorer.vectors.senses import base_of

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["PlacedSense", "place_senses"]

_NEAR, _LEAST = 12, 3
"""A sense is placed where so many of its nearest words are on the map, of so many."""


@dataclass(frozen=True, slots=True)
class PlacedSense:
    """A sense on a map.

    Attributes:
        key: of the sense, ``다리/NNG#2``.
        word: without the tag, ``다리#2``.
        name: its most telling words.
        place: where it lies, in the units of the map.
        near: rows on the map of its nearest words, the nearest first.
    """

    key: str
    word: str
    name: str
    place: tuple[float, ...]
    near: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def place_senses(v: Vectors, keys: Sequence[str], coords: Floats) -> tuple[PlacedSense, ...]:
    """The senses of a model that have a place on a map: those with three of their twelve nearest words on it.

    Args:
        v: the model.
        keys: of the n words of the map.
        coords: their n × 2 or n × 3 places.

    Returns:
        Senses in the order of the model's table; none where it has none.

    >>> from explorer.vectors.senses import Sense, SenseTable
    >>> from explorer.vectors.vectors import Vectors
    >>> senses = SenseTable([Sense("배/NNG#1", 0.6, ("섬",), 9), Sense("배/NNG#2", 0.4, ("귤",), 9)], [[1, 0.1], [0.1, 1]])
    >>> words = ["배", "섬", "항구", "바다", "귤", "감", "포도"]
    >>> v = Vectors([f"{word}/NNG" for word in words], [[1, 1], *[[1, 0]] * 3, *[[0, 1]] * 3], senses=senses)
    >>> coords = np.array([[0, 0], *[[9, 9]] * 3, *[[-9, -9]] * 3])
    >>> [(one.word, one.place) for one in place_senses(v, v.keys, coords)]
    [('배#1', (9.0, 9.0)), ('배#2', (-9.0, -9.0))]
    """
    table = v.sense_table
    if not len(table):
        return ()
    row_of = {v.index(key): row for row, key in enumerate(keys)}
    own = {
        word: [row for row, key in enumerate(v.keys) if word_of(key) == word]
        for word in {word_of(base_of(one.key)) for one in table}
    }
    cosines = v.unit @ unit_rows(table.vectors).T
    found = []
    for number, sense in enumerate(table):
        near = cosines[:, number].copy()
        near[own[word_of(base_of(sense.key))]] = -np.inf  # the word lies between its senses
        best = np.argsort(-near, kind="stable")[: min(_NEAR, len(keys) // 2)].tolist()
        rows = [row_of[row] for row in best if row in row_of]
        if len(rows) >= _LEAST:
            spots = coords[rows].astype(np.float64)
            middle = spots[np.linalg.norm(spots[:, None] - spots[None], axis=2).sum(axis=1).argmin()]
            found.append(PlacedSense(sense.key, sense.word, sense.name, tuple(map(float, middle)), tuple(rows)))
    return tuple(found)

"""Which words a map shows, and how a model is known by what it says of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from explorer.text.tags import LISTED, base_tag, tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from explorer.vectors.vectors import Vectors

__all__ = ["MAP_WORDS", "by_frequency", "content_key", "map_words", "words_around"]

MAP_WORDS = 20_000
"""How many words a map shows at first."""

_SHOWN = LISTED - {"SL", "SH"}
"""Content in Hangul: letters and characters of other scripts gather in islands that say nothing about Korean words."""


def map_words(v: Vectors, most: int = MAP_WORDS) -> list[str]:
    """The most frequent content words in Hangul: no particles, endings, counters, digits, no words in other scripts.

    Args:
        v: a model; of one whose keys carry no tags every word is taken.
        most: how many at most.

    >>> from explorer.vectors.vectors import Vectors
    >>> map_words(Vectors(["학교/NNG", "에서/JKB", "먹다/VV", "NATO/SL"], np.eye(4)))
    ['학교/NNG', '먹다/VV']
    """
    chosen: list[str] = []
    for key in v.most_frequent(len(v)):
        tag = base_tag(tag_of(key))
        if not tag or tag in _SHOWN:
            chosen.append(key)
            if len(chosen) == most:
                break
    return chosen


def words_around(v: Vectors, words: Sequence[str], most: int = 500) -> list[str]:
    """Content words in Hangul around a word, or around a topic: those nearest to the mean of several, the nearest first.

    Args:
        v: a model.
        words: one word, or a few that together mean a topic; they are on the map, too.
        most: how many at most.

    Raises:
        OutOfVocabulary: a word has no vector.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["바다/NNG", "파도/NNG", "섬/NNG", "돈/NNG"], [[1, 0], [0.9, 0.1], [0.7, 0.3], [0, 1]])
    >>> words_around(v, ["바다"], 3)
    ['바다/NNG', '파도/NNG', '섬/NNG']
    """
    own = list(dict.fromkeys(v.resolve(word).key for word in words))
    keys = map_words(v, len(v))
    middle = v.unit_vectors(list(words)).mean(axis=0)
    cosines = v.unit_vectors(keys) @ middle
    near = (keys[row] for row in np.argsort(-cosines, kind="stable")[:most].tolist())
    return list(dict.fromkeys([*own, *near]))[:most]


def by_frequency(v: Vectors, keys: Iterable[str]) -> list[str]:
    """Keys of a model, the most frequent first; of one that counted nothing in the order of its vocabulary.

    >>> from explorer.vectors.vectors import Vectors
    >>> by_frequency(Vectors("abc", np.eye(3), [1, 5, 3]), "ac"), by_frequency(Vectors("abc", np.eye(3)), "ca")
    (['c', 'a'], ['a', 'c'])
    """
    rows = {key: v.index(key) for key in keys}
    counts = v.counts
    return sorted(rows, key=lambda key: (0 if counts is None else -int(counts[rows[key]]), rows[key]))


def content_key(v: Vectors, keys: Sequence[str]) -> str:
    """A digest of what a model says of some keys: it changes with any of their numbers, not with the model's name.

    The rows are taken as they are stored, so that it is the same on every machine.

    >>> from explorer.vectors.vectors import Vectors
    >>> one, other = Vectors("ab", np.eye(2)), Vectors("ab", np.eye(2) * 2)
    >>> content_key(one, "ab") == content_key(one, "ab") != content_key(other, "ab")
    True
    """
    digest = hashlib.sha256("\n".join(keys).encode("utf-8", "surrogatepass"))
    rows = np.array([v.index(key) for key in keys], np.int64)
    digest.update(np.ascontiguousarray(v.vectors[rows], dtype="<f4").tobytes())
    return digest.hexdigest()

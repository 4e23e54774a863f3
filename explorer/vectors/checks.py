"""What :class:`~explorer.vectors.vectors.Vectors` demands of its parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.vectors.search import Floats, Ints

__all__ = ["as_counts", "as_index", "as_matrix", "as_word", "as_words", "check_n"]


def check_n(n: int) -> None:
    """Refuse a number of answers that is none."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise BadInput("vectors.n_not_positive", n=n)


def as_matrix(vectors: Any) -> Floats:
    """A read-only n × d float32 view, copied only where type or layout demand it."""
    try:
        array = vectors if isinstance(vectors, np.ndarray) else np.asarray(vectors, dtype=np.float32)
        if array.dtype.kind not in "fiu":
            raise ValueError(f"they are of type {array.dtype}")
        matrix = (
            np.ascontiguousarray(array, dtype=np.float32)
            if array.dtype != np.float32 or not array.flags.c_contiguous
            else array
        )
    except (TypeError, ValueError) as error:
        raise BadInput("vectors.matrix_not_numbers", reason=error) from error
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise BadInput("vectors.matrix_bad_shape", shape=matrix.shape)
    view = matrix.view()
    view.flags.writeable = False
    return view


def as_index(keys: tuple[str, ...]) -> dict[str, int]:
    """Key → row, refused where keys repeat."""
    wrong = (
        next((row for row, key in enumerate(keys) if not isinstance(key, str) or not key), None)
        if not all(keys) or set(map(type, keys)) != {str}
        else None
    )
    if wrong is not None:
        raise BadInput("vectors.key_not_text", row=wrong + 1, key=keys[wrong])
    index = dict(zip(keys, range(len(keys)), strict=True))
    if len(index) != len(keys):
        twice = sorted({key for row, key in enumerate(keys) if index[key] != row})
        raise BadInput("vectors.keys_repeated", count=len(keys) - len(index), examples=", ".join(twice[:3]))
    return index


def as_counts(counts: Any, n: int) -> Ints | None:
    """N counts of 0 or more as read-only int64."""
    if counts is None:
        return None
    array = np.array(counts, dtype=np.int64)
    if array.shape != (n,) or (array < 0).any():
        raise BadInput("vectors.counts_bad_shape", count=n, shape=array.shape)
    array.flags.writeable = False
    return array


def as_word(word: Any) -> str:
    """The word, where it is text."""
    if not isinstance(word, str):
        raise BadInput("vectors.word_not_text", kind=type(word).__name__)
    return word


def as_words(words: Any) -> list[str]:
    """Several words.

    Raises:
        BadInput: it is one text, whose characters would be taken for words, or no list of texts.
    """
    if isinstance(words, str) or not isinstance(words, Iterable):
        raise BadInput("vectors.words_not_list", kind=type(words).__name__, value=words)
    return list(map(as_word, words))

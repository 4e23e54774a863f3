"""The names that gensim's ``KeyedVectors`` has, as methods of ``Vectors``: thin, over our own resolution and exact search.

They take any word that :meth:`Vectors.resolve` takes, and raise :class:`~explorer.core.errors.OutOfVocabulary`, which is a ``KeyError``,
where it does. Words are answered as keys (``왕비/NNG``), which can be given back. :meth:`Vectors.similar` and :meth:`Vectors.analogy` answer
the same questions with records, which say what a word was taken for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.later import later
from explorer.vectors.checks import as_words, check_n
from explorer.vectors.records import Resolution
from explorer.vectors.relations import Space
from explorer.vectors.search import Floats, cosines, nearest, unit_rows

__all__ = [
    "by_key",
    "distance",
    "doesnt_match",
    "evaluate_word_analogies",
    "evaluate_word_pairs",
    "keys_of",
    "most_similar",
    "n_similarity",
    "place",
    "rank",
    "similar_by_word",
]

Positive = str | npt.NDArray[Any] | tuple[str | npt.NDArray[Any], float]
"""A word, a vector of d numbers, or either with its weight."""


class _Rows(Protocol):
    def rows(self, resolution: Resolution) -> list[int]: ...


class _Asked(Space, Protocol):
    """What these functions need of ``Vectors``."""

    @property
    def dim(self) -> int: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    def __len__(self) -> int: ...
    def vector(self, word: str) -> Floats: ...
    def rows(self, resolution: Resolution) -> list[int]: ...
    def similarity(self, a: str, b: str) -> float: ...
    def odd_one_out(self, words: Sequence[str]) -> str: ...
    def as_query(self, vector: Any) -> Floats: ...


def by_key(self: _Asked, word: str | int | Sequence[str | int]) -> Floats:
    """``v["왕"]``: the vector of a word (d float32) or of a row's number; of a list of them a matrix (k × d).

    The word is resolved as in :meth:`Vectors.vector`, so ``v["먹었다"]`` is the vector of 먹다/VV, though ``"먹었다" in v`` is false.

    Raises:
        OutOfVocabulary: the word has no vector; a ``KeyError`` too.
        BadInput: a number that is no row, or what is neither.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕/NNG", "여왕/NNG"], [[1, 0], [0.8, 0.6]])
    >>> v["왕"].tolist(), v[["왕", "여왕"]].shape
    ([1.0, 0.0], (2, 2))
    """
    if isinstance(word, str):
        return self.vector(word)
    if isinstance(word, int | np.integer) and not isinstance(word, bool):
        if not -len(self) <= word < len(self):
            raise BadInput("vectors.no_such_row", row=int(word), count=len(self))
        return np.array(self.vectors[int(word)])
    if isinstance(word, list | tuple | np.ndarray):
        return np.stack([by_key(self, one) for one in word]) if len(word) else np.empty((0, self.dim), np.float32)
    raise BadInput("vectors.word_not_text", kind=type(word).__name__)


def keys_of(self: _Asked) -> Iterator[str]:
    """The keys in row order."""
    return iter(self.keys)


def most_similar(
    self: _Asked,
    positive: Positive | Sequence[Positive] | None = None,
    negative: Positive | Sequence[Positive] | None = None,
    topn: int = 10,
    *,
    restrict_vocab: int | None = None,
) -> list[tuple[str, float]]:
    """The keys nearest to the sum of unit vectors of ``positive`` less those of ``negative``: gensim's 3CosAdd.

    Args:
        positive, negative: a word or a vector, or several, each of them alone or as
            ``(word, weight)``, whose weight has its own sign, as in gensim; a vector counts as long as it is.
        topn: how many.
        restrict_vocab: only the first so many rows may answer.

    Returns:
        ``(key, cosine)``, the best first. Every reading of the words asked for is left out.

    Raises:
        OutOfVocabulary: a word has no vector.
        BadInput: nothing was given, a vector of another size, words that cancel each other out, ``topn`` below 1.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕", "여왕", "남자", "여자", "배"], [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]])
    >>> [(key, round(score, 2)) for key, score in v.most_similar(positive=["왕", "여자"], negative=["남자"], topn=1)]
    [('여왕', 0.96)]
    """
    check_n(topn)
    terms = [*_terms(positive, 1.0), *_terms(negative, -1.0)]
    if not terms:
        raise BadInput("vectors.expression_without_words")
    words = [one for one, _ in terms if isinstance(one, str)]
    resolved = [self.resolve(word) for word in words]
    units = iter(self.unit_vectors(words))
    total = np.zeros(self.dim, np.float64)
    for one, weight in terms:
        total += weight * (next(units) if isinstance(one, str) else self.as_query(one))
    if np.linalg.norm(total) < 1e-6:
        raise BadInput("vectors.words_cancel_out")
    barred = [row for resolution in resolved for row in self.same_words(resolution)]
    mask = None
    if restrict_vocab is not None:
        check_n(restrict_vocab)
        mask = np.arange(len(self)) < restrict_vocab
    [(rows, scores)] = nearest(self.vectors, total[None], topn, self.inverse, [barred], mask)
    return [(self.keys[row], float(score)) for row, score in zip(rows.tolist(), scores.tolist(), strict=True)]


def _terms(given: Any, sign: float) -> list[tuple[str | npt.NDArray[Any], float]]:
    """Words and vectors with their weights."""
    if given is None:
        return []
    weighted = isinstance(given, tuple) and len(given) == 2 and isinstance(given[1], Real)
    several = isinstance(given, list | set | frozenset | tuple) and not weighted
    if several or (isinstance(given, np.ndarray) and given.ndim == 2):
        return [term for one in given for term in _terms(one, sign)]
    one, weight = given if weighted else (given, sign)
    if not isinstance(one, str | np.ndarray):
        raise BadInput("vectors.word_not_text", kind=type(one).__name__)
    return [(one, float(weight))]


def similar_by_word(self: _Asked, word: str, topn: int = 10, *, restrict_vocab: int | None = None) -> list[tuple[str, float]]:
    """:meth:`most_similar` of one word.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕"], [[1, 0], [0, 2]]).similar_by_word("왕")
    [('여왕', 0.0)]
    """
    return most_similar(self, word, topn=topn, restrict_vocab=restrict_vocab)


def distance(self: _Asked, w1: str, w2: str) -> float:
    """1 − cosine of two words, in [0, 2].

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕"], [[1, 0], [0, 2]]).distance("왕", "여왕")
    1.0
    """
    return 1 - self.similarity(w1, w2)


def doesnt_match(self: _Asked, words: Sequence[str]) -> str:
    """The word least like the mean of all: :meth:`Vectors.odd_one_out` by gensim's name; the same word, as both order by the sum of cosines.

    Raises:
        OutOfVocabulary: a word has no vector; gensim would leave it out and go on.
        BadInput: fewer than three words, or one text.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕", "배"], [[1, 0], [1, 0.2], [0, 2]]).doesnt_match(["왕", "여왕", "배"])
    '배'
    """
    return self.odd_one_out(as_words(words))


def rank(self: _Asked, key1: str, key2: str) -> int:
    """The place of ``key2`` among the neighbours of ``key1``, 1 the nearest; other readings of ``key1`` are not counted.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕", "배"], [[1, 0], [1, 0.2], [0, 2]]).rank("왕", "배")
    2
    """
    first, second = self.unit_vectors([key1, key2])
    scores = cosines(self.vectors, first, self.inverse)[0]
    return place(self, scores, self.resolve(key2), float(first @ second), self.same_words(self.resolve(key1)))


def place(self: _Rows, scores: Floats, word: Resolution, cosine: float, barred: Sequence[int]) -> int:
    """Where a word stands among the neighbours of another, 1 the nearest.

    Args:
        self: the vectors.
        scores: the cosine of every key with the other word.
        word: what is placed; a sense, or what is made of several keys or of none, stands where its cosine would.
        cosine: of the two words.
        barred: rows that are no neighbours, being the other word itself.
    """
    rows = [] if word.how == "sense" else self.rows(word)
    nearer = scores > (scores[rows[0]] if len(rows) == 1 else cosine)
    nearer[list(barred)] = False
    return int(np.count_nonzero(nearer)) + 1


def n_similarity(self: _Asked, ws1: Sequence[str], ws2: Sequence[str]) -> float:
    """Cosine of the means of two groups' vectors, as the model made them.

    >>> from explorer.vectors.vectors import Vectors
    >>> round(Vectors(["왕", "여왕", "배"], [[1, 0], [0, 1], [1, 1]]).n_similarity(["왕", "여왕"], ["배"]), 3)
    1.0
    """
    groups = [as_words(words) for words in (ws1, ws2)]
    if not all(groups):
        raise BadInput("vectors.group_without_words")
    first, second = unit_rows(np.stack([np.mean([self.vector(word) for word in words], axis=0) for words in groups]))
    return float(np.clip(first @ second, -1, 1))


def evaluate_word_pairs(
    self: _Asked, pairs: str | Path, *, dummy4unknown: bool = False, resolve: str = "composed"
) -> tuple[Any, Any, float]:
    """Correlation with people's judgements, as gensim gives it; :func:`explorer.evaluate` gives it with its interval.

    Args:
        pairs: a file of pairs with scores (CSV or TSV), or a name such as ``"ws353-ko"``.
        dummy4unknown: count a pair with an unknown word as of cosine 0 instead of leaving it out.
        resolve: how far a word may be from a key, see :func:`explorer.evaluate`; by default any word that has a vector.

    Returns:
        Pearson's r and Spearman's ρ, each as ``(statistic, pvalue)`` of SciPy, and the percentage of pairs with an unknown word.

    Raises:
        BadInput: no such file, no pairs in it, or fewer than three covered.
    """
    found: tuple[Any, Any, float] = later("evaluate_word_pairs", self, pairs, dummy4unknown=dummy4unknown, resolve=resolve)
    return found


def evaluate_word_analogies(
    self: _Asked, analogies: str | Path, *, dummy4unknown: bool = False, resolve: str = "form"
) -> tuple[float, list[dict[str, Any]]]:
    """Accuracy of 3CosAdd, as gensim gives it; :func:`explorer.evaluate` gives it with its interval and a baseline.

    Args:
        analogies: a file (``: section`` lines and four words a line), or a name such as ``"relations"`` or ``"kwat"``.
        dummy4unknown: count a question with an unknown word as wrong instead of leaving it out.
        resolve: how far a word may be from a key, see :func:`explorer.evaluate`.

    Returns:
        The accuracy, and for every section and ``"Total accuracy"`` a dictionary of ``section``, ``correct`` and ``incorrect``: lists of
        four words.

    Raises:
        BadInput: no such file, no analogies in it, or none covered.
    """
    found: tuple[float, list[dict[str, Any]]] = later(
        "evaluate_word_analogies", self, analogies, dummy4unknown=dummy4unknown, resolve=resolve
    )
    return found

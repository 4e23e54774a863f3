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
from explorer.vectors.analogy import scores_of
from explorer.vectors.checks import as_words, check_n
from explorer.vectors.records import Resolution
from explorer.vectors.relations import Space
from explorer.vectors.search import Floats, Ints, cosines, nearest, top_k, unit_rows

__all__ = [
    "by_key",
    "closer_than",
    "distance",
    "distances",
    "doesnt_match",
    "evaluate_word_analogies",
    "evaluate_word_pairs",
    "get_index",
    "get_mean_vector",
    "get_normed_vectors",
    "get_vecattr",
    "get_vector",
    "has_index_for",
    "keys_of",
    "most_similar",
    "most_similar_cosmul",
    "most_similar_to_given",
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
    @property
    def unit(self) -> Floats: ...
    @property
    def counts(self) -> Ints | None: ...
    def __contains__(self, word: object) -> bool: ...
    def index(self, key: str) -> int: ...
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


def get_vector(self: _Asked, key: str | int, norm: bool = False) -> Floats:
    """``v[key]``; with ``norm`` of length 1.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕"], [[3, 4], [0, 2]]).get_vector("왕", norm=True).round(1).tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    if not isinstance(key, str | int | np.integer):
        raise BadInput("vectors.word_not_text", kind=type(key).__name__)
    found = by_key(self, key)
    return unit_rows(found[None])[0] if norm else found


def get_normed_vectors(self: _Asked) -> Floats:
    """:attr:`Vectors.unit` by gensim's name."""
    return self.unit


def get_index(self: _Asked, key: str | int, default: int | None = None) -> int:
    """:meth:`Vectors.index` by gensim's name: the row of a key, of a key without its tag, or of a row's number.

    Args:
        key: as above.
        default: what is given for anything else, instead of an error.

    Raises:
        OutOfVocabulary: there is no such key, and no default.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕/NNG", "여왕/NNG"], [[3, 4], [0, 2]])
    >>> v.get_index("여왕"), v.get_index("배", -1), v.has_index_for("배")
    (1, -1, False)
    """
    if isinstance(key, str):
        return default if default is not None and key not in self else self.index(key)
    if isinstance(key, bool) or not isinstance(key, int | np.integer):
        raise BadInput("vectors.word_not_text", kind=type(key).__name__)
    if 0 <= key < len(self):
        return int(key)
    if default is None:
        raise BadInput("vectors.no_such_row", row=int(key), count=len(self))
    return default


def has_index_for(self: _Asked, key: str | int) -> bool:
    """Whether :meth:`get_index` finds a row."""
    return get_index(self, key, -1) >= 0


def get_vecattr(self: _Asked, key: str | int, attr: str) -> int:
    """How often a key was seen: ``"count"`` is the one attribute that rows have here.

    Raises:
        BadInput: another attribute, or nobody counted.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕"], [[3, 4], [0, 2]], [7, 2]).get_vecattr("여왕", "count")
    2
    """
    if attr != "count":
        raise BadInput("vectors.only_counts", attribute=attr)
    if self.counts is None:
        raise BadInput("vectors.without_counts")
    return int(self.counts[get_index(self, key)])


def get_mean_vector(
    self: _Asked,
    keys: Sequence[str | int | npt.NDArray[Any]],
    weights: Sequence[float] | npt.NDArray[Any] | None = None,
    pre_normalize: bool = True,
    post_normalize: bool = False,
    ignore_missing: bool = True,
) -> Floats:
    """The mean of several vectors (d float32), as gensim weighs them: their weighted sum over the sum of the weights' sizes.

    Args:
        keys: words, row numbers, or vectors.
        weights: one for each; 1 by default.
        pre_normalize: give words length 1 first; vectors count as long as they are.
        post_normalize: give the mean length 1.
        ignore_missing: leave words without a vector out, instead of refusing them.

    Raises:
        BadInput: no keys, or as many weights as there are not keys.
        OutOfVocabulary: a word has no vector, and ``ignore_missing`` is off.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕"], [[3, 0], [0, 2]]).get_mean_vector(["왕", "여왕", "뷁"]).tolist()
    [0.5, 0.5]
    """
    keys = as_words(keys) if isinstance(keys, str) else list(keys)
    if not keys:
        raise BadInput("vectors.group_without_words")
    try:
        sizes = np.ones(len(keys)) if weights is None else np.asarray(weights, np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput("vectors.matrix_not_numbers", reason=error) from error
    if sizes.shape != (len(keys),) or not np.all(np.isfinite(sizes)):
        raise BadInput("vectors.weights_differ", count=len(keys), shape=sizes.shape)
    total, size = np.zeros(self.dim), 0.0
    for key, weight in zip(keys, (sizes / (np.abs(sizes).max() or 1)).tolist(), strict=True):  # only their ratios count
        if isinstance(key, str) and ignore_missing and self.find(key) is None:
            continue
        total += weight * (self.as_query(key) if isinstance(key, np.ndarray) else get_vector(self, key, pre_normalize))
        size += abs(weight)
    mean = np.asarray(total / (size or 1), np.float32)
    return unit_rows(mean[None])[0] if post_normalize else mean


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
    terms, barred = _asked(self, positive, negative)
    total = np.stack([weight * vector for vector, weight in terms]).sum(axis=0, dtype=np.float64)
    if np.linalg.norm(total) < 1e-6:
        raise BadInput("vectors.words_cancel_out")
    [(rows, scores)] = nearest(self.vectors, total[None], topn, self.inverse, [barred], _first(self, restrict_vocab))
    return _pairs(self, rows, scores)


def most_similar_cosmul(
    self: _Asked,
    positive: Positive | Sequence[Positive] | None = None,
    negative: Positive | Sequence[Positive] | None = None,
    topn: int = 10,
    *,
    restrict_vocab: int | None = None,
) -> list[tuple[str, float]]:
    """:meth:`most_similar` by 3CosMul: ``v.analogy(…, method="3cosmul")`` by gensim's name. Arguments as there, but that
    a vector counts as one of length 1.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕", "여왕", "남자", "여자", "배"], [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]])
    >>> v.most_similar_cosmul(positive=["왕", "여자"], negative=["남자"], topn=1)[0][0]
    '여왕'
    """
    check_n(topn)
    terms, barred = _asked(self, positive, negative)
    unit = unit_rows(np.stack([vector for vector, _ in terms]))
    [scores] = scores_of(self.vectors, unit[None], np.array([[weight for _, weight in terms]]), "3cosmul", self.inverse)
    scores[barred] = -np.inf
    if (mask := _first(self, restrict_vocab)) is not None:
        scores[~mask] = -np.inf
    return _pairs(self, *top_k(scores, topn))


def _asked(self: _Asked, positive: Any, negative: Any) -> tuple[list[tuple[npt.NDArray[Any], float]], list[int]]:
    """The vectors with their weights, those of words of length 1, and the rows of all readings of these words."""
    terms = [*_terms(positive, 1.0), *_terms(negative, -1.0)]
    if not terms:
        raise BadInput("vectors.expression_without_words")
    words = [one for one, _ in terms if isinstance(one, str)]
    barred = [row for word in words for row in self.same_words(self.resolve(word))]
    units = iter(self.unit_vectors(words))
    return [(next(units) if isinstance(one, str) else self.as_query(one), weight) for one, weight in terms], barred


def _first(self: _Asked, count: int | None) -> npt.NDArray[np.bool_] | None:
    """Marks the first so many rows."""
    if count is None:
        return None
    check_n(count)
    return np.arange(len(self)) < count


def _pairs(self: _Asked, rows: npt.NDArray[Any], scores: npt.NDArray[Any]) -> list[tuple[str, float]]:
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


def distances(self: _Asked, word_or_vector: str | int | npt.NDArray[Any], other_words: Sequence[str] = ()) -> Floats:
    """1 − cosine of a word, or a vector, with other words: k float32; with every key where no words are given.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕"], [[1, 0], [0, 2]]).distances("왕").tolist()
    [0.0, 1.0]
    """
    given = word_or_vector
    asked = self.as_query(given) if isinstance(given, np.ndarray | list) else get_vector(self, given)
    others = self.unit_vectors(other_words) if len(other_words) else None
    found = cosines(self.vectors, asked, self.inverse) if others is None else cosines(others, asked)
    return np.asarray(1 - found[0], np.float32)


def closer_than(self: _Asked, key1: str, key2: str) -> list[str]:
    """The keys nearer to ``key1`` than ``key2`` is, in row order; other readings of ``key1`` are left out.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕", "배"], [[1, 0], [1, 0.2], [0, 2]]).closer_than("왕", "배")
    ['여왕']
    """
    scores = cosines(self.vectors, self.unit_vectors([key1])[0], self.inverse)[0]
    nearer = scores > scores[self.index(key2)]
    nearer[self.same_words(self.resolve(key1))] = False
    return [self.keys[row] for row in np.flatnonzero(nearer).tolist()]


def most_similar_to_given(self: _Asked, key1: str, keys_list: Sequence[str]) -> str:
    """Which of some words is nearest to ``key1``.

    >>> from explorer.vectors.vectors import Vectors
    >>> Vectors(["왕", "여왕", "배"], [[1, 0], [1, 0.2], [0, 2]]).most_similar_to_given("왕", ["배", "여왕"])
    '여왕'
    """
    words = as_words(keys_list)
    if not words:
        raise BadInput("vectors.group_without_words")
    [first], others = self.unit_vectors([key1]), self.unit_vectors(words)
    return words[int(np.argmax(others @ first))]


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

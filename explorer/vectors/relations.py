"""Relations between words, learnt from examples: what stands to 왕자 as 여자 to 남자 and 딸 to 아들.

Two ways to learn a relation from pairs (Drozd, Gladkova & Matsuoka 2016, "Word embeddings, analogies, and machine learning: beyond
king − man + woman = queen", COLING, https://aclanthology.org/C16-1332/):

* ``3cosavg`` — the key nearest to the word plus the mean step from the first word of a pair to the second. Of one pair this is
  3CosAdd.
* ``lrcos`` — the key with the largest product of its cosine with the word and its probability to be of the answers' class, by a
  logistic regression of the answers against the first words and random keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.intervals import share_interval
from explorer.vectors.analogy import EPSILON, check_method
from explorer.vectors.checks import check_n
from explorer.vectors.expression import Proportion
from explorer.vectors.records import Analogy, Expected, Neighbour, Resolution, Term
from explorer.vectors.search import Floats, Ints, cosines, rank_blocks, top_k

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EXAMPLE_METHODS", "Accuracy", "Relation", "Space", "told"]

EXAMPLE_METHODS = ("3cosavg", "lrcos")
"""Names of the methods that learn from examples, the default first."""

_RANDOM_KEYS = 500
"""Keys that stand for everything that is no answer."""

_LEAST_PAIRS = {"3cosavg": 1, "lrcos": 2}
_SEED = 42
_C = 1.0


class Space(Protocol):
    """What a relation asks of vectors; see :class:`explorer.vectors.vectors.Vectors`."""

    @property
    def name(self) -> str: ...
    @property
    def vectors(self) -> Floats: ...
    @property
    def inverse(self) -> Floats: ...
    def find(self, word: str) -> Resolution | None: ...
    def resolve(self, word: str) -> Resolution: ...
    def unit_vectors(self, words: Sequence[str]) -> Floats: ...
    def same_words(self, resolution: Resolution) -> list[int]: ...
    def neighbours(self, rows: Ints, scores: npt.NDArray[Any]) -> tuple[Neighbour, ...]: ...
    def mask(self, tags: str | Iterable[str] | None, min_count: int, script: str = "any") -> npt.NDArray[np.bool_] | None: ...


def told(
    space: Space, scores: Floats, barred: Sequence[int], n: int, expected: str, script: str
) -> tuple[tuple[Neighbour, ...], Expected | None, tuple[str, ...]]:
    """What an :class:`Analogy` holds of the scores of all keys: the answers, the expected one, what the script left out.

    Args:
        space: the vectors.
        scores: one for each key; written over.
        barred: rows that are no answers.
        n: how many answers.
        expected: the answer one expects, or ``""``.
        script: what answers are written in.
    """
    scores[np.asarray(barred, dtype=np.int64)] = -np.inf
    mask = space.mask(None, 0, script)
    left: tuple[str, ...] = ()
    if mask is not None:
        rows, best = top_k(scores, n)
        gone = ~mask[rows]
        left = tuple(one.word for one in space.neighbours(rows[gone], best[gone]))
        scores[~mask] = -np.inf
    return space.neighbours(*top_k(scores, n)), _place(space, expected, scores), left


def _place(space: Space, expected: str, scores: Floats) -> Expected | None:
    """Where an expected word stands among all answers; of its readings the best one. ``None`` where nothing is expected."""
    if not expected:
        return None
    resolution = space.find(expected)
    if resolution is None or len(resolution.parts) != 1:  # composed words are no keys, so they are never among the answers
        return Expected(expected, None if resolution is None else resolution.key)
    readings = sorted(space.same_words(resolution))
    row = readings[int(np.argmax(scores[readings]))]
    score = scores[row]
    if score == -np.inf:
        return Expected(expected, resolution.key)
    rank = 1 + int(np.count_nonzero(scores > score)) + int(np.count_nonzero(scores[:row] == score))
    [found] = space.neighbours(np.array([row]), scores[row : row + 1])
    return Expected(expected, found.key, rank, found.score)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a relation finds the answer of one of its pairs from the others (leave-one-out).

    Attributes:
        method: ``"3cosavg"`` or ``"lrcos"``.
        hits: pairs whose answer came first.
        covered, total: pairs whose words have vectors, and all pairs.
        value, low, high: hits over covered pairs, with Wilson's 95 % interval; ``None`` where there are too few pairs to leave one out.
        found, right: the first answer for each covered pair, in their order, and whether it is the pair's; nothing where there are
            too few.
    """

    method: str
    hits: int
    covered: int
    total: int
    value: float | None
    low: float | None
    high: float | None
    found: tuple[str, ...] = ()
    right: tuple[bool, ...] = ()

    @property
    def coverage(self) -> float:
        """Share of the pairs whose words have vectors."""
        return self.covered / self.total

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"coverage": self.coverage, "found": list(self.found), "right": list(self.right)}


class Relation:
    """A relation between words, known by examples. Made by :meth:`explorer.vectors.vectors.Vectors.relation`.

    Args:
        space: the vectors.
        pairs: examples, each a word and its answer. Those with a word without a vector are left out, and told in ``missing``.

    Attributes:
        pairs: the examples that are used.
        total: different examples that were given.
        missing: words without a vector.

    Raises:
        BadInput: no pairs, or a pair that is not two words.
        OutOfVocabulary: no pair has vectors for both its words.
    """

    def __init__(self, space: Space, pairs: Iterable[Sequence[str]]) -> None:
        given = [_pair(pair) for pair in pairs]
        if not given:
            raise BadInput("vectors.no_pairs")
        different = list(dict.fromkeys(given))
        words = dict.fromkeys(word for pair in different for word in pair)
        self.missing = tuple(word for word in words if space.find(word) is None)
        self.pairs = tuple(pair for pair in different if not set(pair) & set(self.missing))
        self.total = len(different)
        self._space = space
        if not self.pairs:
            space.resolve(self.missing[0])
        self._rows = [tuple(space.same_words(space.resolve(word)) for word in pair) for pair in self.pairs]
        self._starts = space.unit_vectors([start for start, _ in self.pairs])
        self._ends = space.unit_vectors([end for _, end in self.pairs])

    def __repr__(self) -> str:
        shown = ", ".join(f"{start} : {end}" for start, end in self.pairs[:3]) + (" …" if len(self.pairs) > 3 else "")
        return f"<Relation {shown}>"

    @property
    def many_to_one(self) -> bool:
        """Whether pairs share an answer, as France and Spain do their continent. An example's answer may then be an answer again."""
        return len({end for _, end in self.pairs}) < len(self.pairs)

    def apply(
        self, word: str, n: int = 10, method: str = "3cosavg", *, exclude: bool = True, script: str = "any", expected: str = ""
    ) -> Analogy:
        """What stands to a word as in the examples.

        Args:
            word: any word :meth:`Vectors.resolve` accepts.
            n: how many answers.
            method: ``"3cosavg"`` or ``"lrcos"``, which needs two pairs or more.
            exclude: bar every reading of the word and of the examples' words from the answers (the examples' answers only where no
                two of them are the same).
            script: keep only keys written in this script (:data:`explorer.text.scripts.SCRIPTS`).
            expected: the answer one expects; its rank among all answers is told.

        Returns:
            A record whose scores are cosines (``3cosavg``) or probability times cosine (``lrcos``).

        Raises:
            OutOfVocabulary: the word has no vector.
            BadInput: an unknown method or script, too few pairs, or words that cancel each other out.
        """
        check_n(n)
        self._check(method, len(self.pairs))
        text, terms = _written(word, self.pairs)
        resolved = tuple(self._space.resolve(term.word) for term in terms)
        everyone = range(len(self.pairs))
        barred = sorted({*self._space.same_words(resolved[0]), *self._barred(everyone)}) if exclude else []
        source = self._space.unit_vectors([word])
        scores = self._scorer(source, [list(everyone)], method)(slice(0, len(self._space.vectors)))[0]
        found, expectation, left = told(self._space, scores, barred, n, expected, script)
        return Analogy(text, method, terms, resolved, found, exclude, self._space.name, expectation, left)

    @cached_property
    def accuracy(self) -> dict[str, Accuracy]:
        """Leave-one-out accuracy of each method, by its name."""
        return {method: self._accuracy(method) for method in EXAMPLE_METHODS}

    def _accuracy(self, method: str) -> Accuracy:
        count = len(self.pairs)
        if count <= _LEAST_PAIRS[method]:
            return Accuracy(method, 0, count, self.total, None, None, None)
        kept = [[other for other in range(count) if other != place] for place in range(count)]
        barred = [sorted({*self._rows[place][0], *self._barred(kept[place])}) for place in range(count)]
        answers = rank_blocks(len(self._space.vectors), count, self._scorer(self._starts, kept, method), 1, barred)
        right = tuple(bool(set(rows.tolist()) & set(self._rows[place][1])) for place, (rows, _) in enumerate(answers))
        hits = sum(right)
        share = share_interval(hits, count)
        found = tuple(one.word for answer in answers for one in self._space.neighbours(*answer))
        return Accuracy(method, hits, count, self.total, share.value, share.low, share.high, found, right)

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self._space.name,
            "pairs": [list(pair) for pair in self.pairs],
            "missing": list(self.missing),
            "many_to_one": self.many_to_one,
            "accuracy": {method: accuracy.to_dict() for method, accuracy in self.accuracy.items()},
        }

    def to_frame(self) -> pd.DataFrame:
        """A row a pair: the word, its answer, and what each method finds from the other pairs (nothing where they are too few)."""
        import pandas as pd

        words, answers = zip(*self.pairs, strict=True)
        found = {method: one.found or (None,) * len(words) for method, one in self.accuracy.items()}
        return pd.DataFrame({"word": words, "answer": answers, **found})

    @staticmethod
    def _check(method: str, count: int) -> None:
        if count < _LEAST_PAIRS[check_method(method, EXAMPLE_METHODS)]:
            raise BadInput("vectors.pairs_too_few", method=method, needed=_LEAST_PAIRS[method], count=count)

    def _barred(self, places: Iterable[int]) -> set[int]:
        """Rows of the examples that may not answer."""
        sides = (0,) if self.many_to_one else (0, 1)
        return {row for place in places for side in sides for row in self._rows[place][side]}

    def _scorer(self, sources: Floats, kept: Sequence[Sequence[int]], method: str) -> Callable[[slice], Floats]:
        """Scores of some rows for each source (q × d), learnt from the pairs that are kept for it: q × rows."""
        space = self._space
        if method == "3cosavg":
            targets = sources + np.stack([(self._ends[few] - self._starts[few]).mean(axis=0) for few in kept])
            if np.any(np.linalg.norm(targets, axis=1) < EPSILON):
                raise BadInput("vectors.words_cancel_out")
            return lambda part: cosines(space.vectors[part], targets, space.inverse[part])
        learnt = [self._class(few) for few in kept]
        weights = np.stack([weight for weight, _ in learnt])
        biases = np.array([[bias] for _, bias in learnt], dtype=np.float32)

        def score(part: slice) -> Floats:
            inverse = space.inverse[part]
            likelihood = 1 / (1 + np.exp(-(weights @ space.vectors[part].T * inverse + biases)))
            return np.asarray(likelihood * cosines(space.vectors[part], sources, inverse), dtype=np.float32)

        return score

    def _class(self, kept: Sequence[int]) -> tuple[Floats, float]:
        """Weights and bias of the class of some pairs' answers."""
        from sklearn.linear_model import LogisticRegression

        unit = np.concatenate([self._ends[kept], self._starts[kept], self._random])
        labels = np.arange(len(unit)) < len(kept)
        fitted = LogisticRegression(C=_C, class_weight="balanced", max_iter=1000).fit(unit, labels)
        return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])

    @cached_property
    def _random(self) -> Floats:
        """Unit vectors of random keys that are no example's answer."""
        count = len(self._space.vectors)
        drawn = np.random.default_rng(_SEED).choice(count, min(_RANDOM_KEYS, count), replace=False)
        answers = [row for _, rows in self._rows for row in rows]
        rows = np.setdiff1d(drawn, np.array(answers, dtype=np.int64))
        return np.asarray(self._space.vectors[rows] * self._space.inverse[rows, None], dtype=np.float32)


def _pair(pair: Sequence[str]) -> tuple[str, str]:
    if isinstance(pair, str) or len(pair) != 2 or not all(isinstance(word, str) for word in pair):
        raise BadInput("vectors.pair_not_two_words", pair=pair)
    return pair[0], pair[1]


def _written(source: str, pairs: Sequence[tuple[str, str]]) -> tuple[str, tuple[Term, ...]]:
    """A proportion as text, and its terms with their places in it."""
    text = ""

    def put(word: str, after: str) -> Term:
        nonlocal text
        term = Term(word, 1.0, len(text), len(text) + len(word))
        text += word + after
        return term

    first = put(source, " : ? = ")
    last = len(pairs) - 1
    turned = tuple((put(start, " : "), put(end, ", " if at < last else "")) for at, (start, end) in enumerate(pairs))
    return text, Proportion(first, turned).terms

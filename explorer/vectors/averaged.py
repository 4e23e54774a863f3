"""Vectors that are means over contexts, and how sure each of them is.

Beside the mean of a word's contexts two things are kept: how far single contexts lie from it, and the means of a few groups of
contexts, drawn at random. Leaving out one group after the other (the jackknife, Efron & Tibshirani 1993, chapter 11) tells how
much a similarity depends on which contexts were read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.vectors.files.folder import GROUPS, SPREAD
from explorer.vectors.vectors import Vectors

__all__ = ["AveragedVectors", "SimilarityInterval", "group_sizes"]


@dataclass(frozen=True, slots=True)
class SimilarityInterval:
    """A cosine with its interval over contexts.

    Attributes:
        value: cosine of the two means.
        low, high: the interval.
        error: standard error.
        contexts: how many contexts each word has.
    """

    value: float
    low: float
    high: float
    error: float
    contexts: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def group_sizes(counts: npt.NDArray[np.int64], groups: int) -> npt.NDArray[np.int64]:
    """Contexts in each group, when contexts are dealt out in turn: n × groups.

    >>> group_sizes(np.array([7, 2]), 3).tolist()
    [[3, 2, 2], [1, 1, 0]]
    """
    return np.asarray((counts[:, None] - np.arange(groups) + groups - 1) // groups, np.int64)


class AveragedVectors(Vectors):
    """Means over contexts. ``counts`` is how many contexts each key has; keys are in order of their frequency.

    Args:
        keys, vectors, counts, info: as for :class:`~explorer.vectors.vectors.Vectors`.
        groups: n × groups × d float16: means of the groups into which contexts were dealt in turn; zeros for an empty group.
        spread: n float32: root mean square distance of a context from the mean.
    """

    def __init__(
        self,
        keys: Iterable[str],
        vectors: Any,
        counts: Any,
        info: Mapping[str, Any] | None = None,
        *,
        groups: npt.NDArray[Any],
        spread: npt.NDArray[Any],
        **more: Any,
    ) -> None:
        super().__init__(keys, vectors, counts, info, **more)
        n = len(self)
        if self.counts is None or groups.ndim != 3 or groups.shape[::2] != (n, self.dim) or spread.shape != (n,):
            raise BadInput("vectors.context_stats_mismatch", groups=groups.shape, spread=spread.shape, count=n, dim=self.dim)
        self.groups = groups
        self.spread = spread

    def agreement(self, word: str) -> float:
        """How much the contexts of a word agree, from 0 to 1: length of their mean, as a share of their own root mean square
        length. 1 is the same vector in every context; centring counts.

        Raises:
            OutOfVocabulary: the word has no vector.
            BadInput: it has only one context, or stands for several keys.
        """
        row = self._row(word)
        length = float(np.linalg.norm(self.vectors[row]))
        whole = float(np.hypot(length, self.spread[row]))
        return length / whole if whole > 0 else 0.0

    def similarity_interval(self, a: str, b: str, confidence: float = 0.95) -> SimilarityInterval:
        """Cosine of two words with an interval for what other contexts of them, as many, would have given.

        Args:
            a, b: words of one key each.
            confidence: between 0 and 1.

        Raises:
            OutOfVocabulary: one has no vector.
            BadInput: one was read in a single context, or stands for several keys; or ``confidence`` is impossible.
        """
        from scipy import stats

        if not 0 < confidence < 1:
            raise BadInput("vectors.confidence_out_of_range", confidence=confidence)
        rows = self._row(a), self._row(b)
        value = self.similarity(a, b)
        variance, freedom = 0.0, self.groups.shape[1] - 1
        if rows[0] != rows[1]:
            for own, other in (rows, rows[::-1]):
                without = self._left_out(own)
                unit = _unit(np.asarray(self.vectors[other], np.float64)[None])[0]
                cosines = _unit(without) @ unit
                used = len(cosines)
                variance += (used - 1) / used * float(((cosines - cosines.mean()) ** 2).sum())
                freedom = min(freedom, used - 1)
        error = float(np.sqrt(variance))
        reach = float(stats.t.ppf(0.5 + confidence / 2, max(1, freedom))) * error
        assert self.counts is not None
        contexts = int(self.counts[rows[0]]), int(self.counts[rows[1]])
        return SimilarityInterval(value, max(-1.0, value - reach), min(1.0, value + reach), error, contexts)

    def _row(self, word: str) -> int:
        rows = self.rows(self.resolve(word))
        if len(rows) != 1:
            raise BadInput("vectors.several_keys_averaged", word=word, count=len(rows))
        assert self.counts is not None
        if self.counts[rows[0]] < 2:
            raise BadInput("vectors.single_context", word=word)
        return int(rows[0])

    def _left_out(self, row: int) -> npt.NDArray[np.float64]:
        """Means without each of the groups in turn."""
        assert self.counts is not None
        sizes = group_sizes(np.asarray(self.counts[row : row + 1]), self.groups.shape[1])[0]
        sizes = sizes[sizes > 0]
        total = int(sizes.sum())
        means = np.asarray(self.groups[row, : len(sizes)], np.float64)
        whole = (means * sizes[:, None]).sum(0)
        left: npt.NDArray[np.float64] = (whole - means * sizes[:, None]) / (total - sizes)[:, None]
        return left

    def parts(self) -> dict[str, npt.NDArray[Any]]:
        return {GROUPS: np.asarray(self.groups, np.float16), SPREAD: np.asarray(self.spread, np.float32)}


def _unit(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)

"""The words that tell one group of sentences from the others.

Counted are the content words around the word in question. The score of a word is its log-odds in the group against the other
groups, with all sentences together as the prior, in standard deviations (Monroe, Colaresi & Quinn 2008,
https://doi.org/10.1093/pan/mpn018), times how much nearer the word's static vector lies to the middle of the group's words
than to the middle of the others'. The first factor alone cannot order the many words that occur once (ten sentences are few)
and lets 하다 and 한 through; the second alone prefers what is typical of a topic whether it occurs once or ten times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.text.tags import TOPICAL
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token
    from explorer.vectors.vectors import Vectors

__all__ = ["content_words", "log_odds", "telling_words"]

PRIOR = 50.0
"""Pseudo-counts of the prior."""


def content_words(tokens: Sequence[Token], start: int, end: int) -> list[str]:
    """Keys of a sentence's content words, without what stands at ``start`` to ``end``; each once."""
    found = [key_of(t) for t in tokens if t.tag in TOPICAL and t.end > t.start and not (t.start < end and t.end > start)]
    return list(dict.fromkeys(found))


def log_odds(own: Counter[str], rest: Counter[str], prior: float = PRIOR) -> dict[str, float]:
    """Log-odds of each of a group's words against the rest, in standard deviations.

    >>> found = log_odds(Counter(바다=5, 하다=5), Counter(과일=5, 하다=5))
    >>> found["바다"] > 1 > abs(found["하다"])
    True
    """
    n, m = own.total(), rest.total()
    scores = {}
    for word, count in own.items():
        pseudo = prior * (count + rest[word]) / (n + m)
        a, b = count + pseudo, rest[word] + pseudo
        # +0.5: a group of one word has no odds otherwise.
        odds = np.log(a / (n + prior - a + 0.5)) - np.log(b / (m + prior - b + 0.5))
        scores[word] = float(odds / np.sqrt(1 / a + 1 / b))
    return scores


def telling_words(
    bags: Sequence[Sequence[str]], labels: Sequence[int], vectors: Vectors | None = None, n: int = 8
) -> list[list[str]]:
    """For each group of sentences its most telling words, best first.

    Args:
        bags: the content words of each sentence (:func:`content_words`).
        labels: the group of each sentence, from 0.
        vectors: static vectors keyed like the words; without them log-odds alone decide.
        n: at most so many for each group.
    """
    groups: list[Counter[str]] = [Counter() for _ in range(max(labels) + 1)]
    for bag, label in zip(bags, labels, strict=True):
        groups[label].update(bag)
    everything: Counter[str] = sum(groups, Counter())
    result = []
    for own in groups:
        rest = everything - own
        scores = log_odds(own, rest) if rest else {word: float(count) for word, count in own.items()}
        direction = None if vectors is None else _middle(own, vectors) - _middle(rest, vectors)
        ranked = []
        for place, (word, score) in enumerate(scores.items()):
            row = vectors.row(word) if vectors is not None else None
            # A word without a vector is judged by its odds, at a discount.
            near = 0.05 if direction is None or vectors is None or row is None else float(vectors.unit[row] @ direction)
            if score > 0 and near > 0:
                ranked.append((-round(score * near, 9), place, word))
        result.append([word for _, _, word in sorted(ranked)[:n]])
    return result


def _middle(words: Counter[str], vectors: Vectors) -> NDArray[np.float64]:
    found = [(row, count) for word, count in words.items() if (row := vectors.row(word)) is not None]
    total = np.zeros(vectors.dim)
    for row, count in found:
        total += count * vectors.unit[row]
    length = float(np.linalg.norm(total))
    return total / length if length else total

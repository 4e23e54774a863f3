"""The loss of a skip-gram or CBOW model on fixed samples of places, also in sentences it never sees where the corpus is large.

Gensim's own sum is a 32-bit number that several threads overwrite; after some 20 million words it no longer moves. Here the
same few thousand places of the text, with the same noise words, are scored after every epoch, so the numbers compare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.static.pipeline import Vocabulary, encode
from explorer.static.shards import TokenShards

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LossSample"]


@dataclass(frozen=True)
class LossSample:
    """Places of a corpus to score a model on.

    Attributes:
        centres: word numbers (k).
        contexts: the words around them (k × 2 window); -1 where a sentence has none.
        noise: words drawn by count^0.75 (k × negative).
        heldout: whether the places lie in sentences that are not trained on (:func:`~explorer.static.pipeline.encode`).
    """

    centres: NDArray[np.integer]
    contexts: NDArray[np.integer]
    noise: NDArray[np.integer]
    heldout: bool = False

    @property
    def name(self) -> str:
        """What its losses are called in a model's ``info``."""
        return "heldout_losses" if self.heldout else "losses"

    @classmethod
    def draw(
        cls, shards: TokenShards, vocabulary: Vocabulary, window: int, negative: int, seed: int, size: int = 4000
    ) -> list[LossSample]:
        """Places of held-out sentences of all shards, where any are held out, and of the first shard that has a pair of words."""
        apart = [codes for codes in encode(shards, vocabulary, heldout=True) if len(codes)]
        heldout = [cls._of([np.concatenate(apart)], vocabulary, window, negative, seed, size, True)] if apart else []
        trained = encode(shards, vocabulary, heldout=False)
        return [*heldout, cls._of(trained, vocabulary, window, negative, seed, size, False)]

    @classmethod
    def _of(
        cls,
        pools: Iterable[NDArray[np.int32]],
        vocabulary: Vocabulary,
        window: int,
        negative: int,
        seed: int,
        size: int,
        heldout: bool,
    ) -> LossSample:
        """Places of the first of these stretches of the corpus that has a pair of words."""
        rng = np.random.default_rng(seed)
        weights = vocabulary.counts.astype(np.float64) ** 0.75
        for codes in pools:
            sentence = np.cumsum(codes < 0)
            places = np.flatnonzero(codes >= 0)
            places = rng.choice(places, min(size, len(places)), replace=False) if len(places) else places
            around = places[:, None] + np.array([step for step in range(-window, window + 1) if step])
            inside = (around >= 0) & (around < len(codes))
            around = np.clip(around, 0, max(0, len(codes) - 1))
            same = inside & (codes[around] >= 0) & (sentence[around] == sentence[places][:, None])
            kept = same.any(axis=1)
            if kept.any():
                contexts = np.where(same, codes[around], -1)[kept].astype(np.int32)
                noise = rng.choice(len(vocabulary), (int(kept.sum()), negative), p=weights / weights.sum()).astype(np.int32)
                return cls(codes[places][kept].astype(np.int32), contexts, noise, heldout)
        empty = np.empty(0, np.int32)
        return cls(empty, empty.reshape(0, 2 * window), empty.reshape(0, negative), heldout)

    def loss(self, inputs: NDArray[np.float32], outputs: NDArray[np.float32], cbow: bool) -> float | None:
        """Mean of ``-log σ(h·c) - Σ log σ(-h·n)``: h is a context's row for skip-gram, the mean of all of them for CBOW."""
        if not len(self.centres):
            return None
        present = self.contexts >= 0
        if cbow:
            hidden = (inputs[self.contexts] * present[..., None]).sum(axis=1) / present.sum(axis=1)[:, None]
            rows = np.arange(len(self.centres))
        else:
            rows, columns = np.nonzero(present)
            hidden = inputs[self.contexts[rows, columns]]
        right = np.einsum("ij,ij->i", hidden, outputs[self.centres][rows])
        wrong = np.einsum("ij,inj->in", hidden, outputs[self.noise][rows])
        with np.errstate(invalid="ignore"):  # of a model that diverged; whoever trains it says so
            return float((np.logaddexp(0, -right) + np.logaddexp(0, wrong).sum(axis=1)).mean(dtype=np.float64))

    def of_gensim(self, model: Any, order: NDArray[np.int64]) -> float | None:
        """The loss of a gensim model that keeps this vocabulary's words in the rows ``order``."""
        contexts = np.where(self.contexts >= 0, order[self.contexts], -1)
        mapped = replace(self, centres=order[self.centres], contexts=contexts, noise=order[self.noise])
        return mapped.loss(model.wv.vectors, model.syn1neg, not model.sg)

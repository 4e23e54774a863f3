"""How good an encoder's readings are: senses against gold, and words guessed at masks, each beside its baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.models.encoder.senses import cluster

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SenseScore", "bootstrap", "score_senses"]


@dataclass(frozen=True)
class SenseScore:
    """Agreement of clusters with gold senses (adjusted Rand index; Hubert & Arabie 1985), over words.

    Attributes:
        representation: what was clustered.
        by_word: the index of each word: 1 for the gold division, 0 on average for a random one.
        mean, low, high: mean over words with a 95 % bootstrap interval over words.
        clustering: how the clusters were made.
    """

    representation: str
    by_word: dict[str, float]
    mean: float
    low: float
    high: float
    clustering: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def score_senses(
    vectors: Mapping[str, NDArray[np.floating[Any]]],
    gold: Mapping[str, Sequence[str]],
    representation: str = "",
    *,
    linkage: str = "average",
    centre: bool = True,
    seed: int = 42,
) -> SenseScore:
    """Cluster each word's vectors into as many groups as it has gold senses, and compare.

    Args:
        vectors: for each word n × d, one row a sentence.
        gold: for each word the sense of each sentence.
        representation: a name for the result.
        linkage, centre: as in :func:`~explorer.models.encoder.senses.cluster`.
        seed: of the bootstrap.

    Raises:
        BadInput: a word has not one vector for each gold label.

    >>> score_senses({"배": np.eye(4)[[0, 0, 1, 1]]}, {"배": ["pear", "pear", "ship", "ship"]}).mean
    1.0
    """
    from sklearn.metrics import adjusted_rand_score

    by_word = {}
    for word, senses in gold.items():
        if word not in vectors or len(vectors[word]) != len(senses):
            raise BadInput(f"{word!r} has {len(senses)} labels but {len(vectors.get(word, ()))} vectors; give one for each")
        labels, _ = cluster(vectors[word], len(set(senses)), centre=centre, linkage=linkage)
        by_word[word] = float(adjusted_rand_score(list(senses), labels))
    mean, low, high = bootstrap(list(by_word.values()), seed)
    how = f"agglomerative, cosine, {linkage} linkage, {'centred' if centre else 'not centred'}, k = gold"
    return SenseScore(representation, by_word, mean, low, high, how)


def bootstrap(values: Sequence[float], seed: int = 42, rounds: int = 10_000) -> tuple[float, float, float]:
    """Mean and the 95 % percentile interval of means of resampled values.

    >>> bootstrap([1.0, 1.0])
    (1.0, 1.0, 1.0)
    """
    array = np.asarray(values, np.float64)
    if not len(array):
        raise BadInput("there is nothing to average; give at least one value")
    means = array[np.random.default_rng(seed).integers(0, len(array), (rounds, len(array)))].mean(axis=1)
    return float(array.mean()), float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))

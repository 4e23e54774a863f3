"""How good an encoder's readings are: senses against gold, and words guessed at masks, each beside its baselines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import mean_interval
from explorer.core.progress import ProgressCallback, track
from explorer.encoders.clusters import cluster
from explorer.encoders.morpheme.reading import rarity
from explorer.text.tags import MASKED
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.morpheme.reading import MorphemeReader
    from explorer.tokenizers.token import Token, Tokenizer
    from explorer.vectors.vectors import Vectors

__all__ = ["SAMPLES", "Labelled", "SenseScore", "kiwi_contexts", "score_senses", "sense_table"]

SAMPLES = 10_000
"""Of bootstraps over words."""


class Labelled(Protocol):
    """A sentence that holds ``word`` at ``text[start:end]`` in one of its senses."""

    @property
    def word(self) -> str: ...

    @property
    def sense(self) -> str: ...

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def text(self) -> str: ...


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
        linkage, centre: as in :func:`~explorer.encoders.clusters.cluster`.
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
            raise BadInput("encoders.label_count_mismatch", word=word, labels=len(senses), vectors=len(vectors.get(word, ())))
        labels, _ = cluster(vectors[word], len(set(senses)), centre=centre, linkage=linkage)
        by_word[word] = float(adjusted_rand_score(list(senses), labels))
    if not by_word:
        raise BadInput("encoders.nothing_to_average")
    mean, low, high = mean_interval(list(by_word.values()), seed, SAMPLES)
    how = f"agglomerative, cosine, {linkage} linkage, {'centred' if centre else 'not centred'}, k = gold"
    return SenseScore(representation, by_word, mean, low, high, how)


def kiwi_contexts(
    vectors: Vectors, tokens: Sequence[Sequence[Token]], spans: Sequence[tuple[int, int]], weighted: bool = False
) -> NDArray[np.float64]:
    """The baseline: the mean static vector of a sentence's other content words.

    Args:
        vectors: keyed by morphemes in order of frequency, such as Kiwi's.
        tokens: the morphemes of each sentence.
        spans: where the word stands that is left out.
        weighted: rarer words count more (:func:`~explorer.encoders.morpheme.reading.rarity`).

    Returns:
        sentences × d; a row of zeros where no other content word has a vector.
    """
    result = np.zeros((len(tokens), vectors.dim))
    for row, (sentence, (start, end)) in enumerate(zip(tokens, spans, strict=True)):
        others = [t for t in sentence if t.tag in MASKED and not (t.start < end and t.end > start)]
        found = np.array([index for t in others if (index := vectors.row(key_of(t))) is not None], np.int64)
        if len(found):
            weights = rarity(found) if weighted else np.ones(len(found))
            result[row] = weights @ vectors.unit[found] / len(found)
    return result


def sense_table(
    model: MorphemeReader,
    analyser: Tokenizer,
    sentences: Iterable[Labelled],
    *,
    linkage: str = "average",
    centre: bool = True,
    vectors: Vectors | None = None,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> list[SenseScore]:
    """Every representation of an encoder against gold senses, beside static averages.

    Args:
        model, analyser: the encoder, and Kiwi.
        sentences: with the word's place and sense; words of one sense only are left out.
        linkage, centre: of the clustering, the same for all.
        vectors: of the static baselines; Kiwi's, processed, when ``None``.
        seed: of the bootstrap.
        progress: told about the words.

    Returns:
        A score for own and masked states at every layer, substitutes, context, the blend, and the two baselines.
    """
    if vectors is None:
        from explorer.static.kiwi import kiwi_vectors

        vectors = kiwi_vectors(progress)
    groups: dict[str, list[Labelled]] = {}
    for one in sentences:
        groups.setdefault(one.word, []).append(one)
    groups = {word: group for word, group in groups.items() if len({one.sense for one in group}) > 1}
    found: dict[str, dict[str, NDArray[np.floating[Any]]]] = {}
    for word, group in track(groups.items(), progress, "reading words", total=len(groups), unit="words"):
        texts, spans = [one.text for one in group], [(one.start, one.end) for one in group]
        readings = model.readings(word, texts, spans=spans)
        for layer in range(readings.own.shape[1]):
            found.setdefault(f"own, layer {layer}", {})[word] = readings.own[:, layer]
            found.setdefault(f"masked, layer {layer}", {})[word] = readings.masked[:, layer]
        for name in ("substitutes", "context", "blend"):
            found.setdefault(name, {})[word] = model.represent(readings, name)
        tokens = [analyser.tokenize(text) for text in texts]
        found.setdefault("static average", {})[word] = kiwi_contexts(vectors, tokens, spans)
        found.setdefault("static average, weighted", {})[word] = kiwi_contexts(vectors, tokens, spans, weighted=True)
    gold = {word: [one.sense for one in group] for word, group in groups.items()}
    return [score_senses(rows, gold, name, linkage=linkage, centre=centre, seed=seed) for name, rows in found.items()]

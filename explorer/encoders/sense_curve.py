"""How clearly a word's senses part at every layer of a model, beside what random pairs of words have in common there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.clusters import Space, cluster, silhouette
from explorer.encoders.senses import agreement
from explorer.text.tags import TOPICAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.sensing import SenseFinder, SenseReadings
    from explorer.tokenizers.token import Tokenizer

__all__ = ["RandomPairs", "SenseCurve", "SenseLevel", "background_words", "random_pairs", "sense_curve"]

_WORDS = 160
_PAIRS = 3000


@dataclass(frozen=True, slots=True)
class RandomPairs:
    """Mean cosine of random pairs of different words, as the model gives them and after subtracting their mean; how many."""

    before: float
    after: float
    pairs: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SenseLevel:
    """Senses at one layer, or in one representation.

    Attributes:
        representation: what was clustered.
        layer: of the states; ``None`` where there are no layers to choose from.
        k: number of senses.
        silhouette: how clear the division is; ``None`` where not defined.
        ari, v: agreement with known senses, ``None`` without any.
        same_word: mean cosine of the word with itself in two sentences, before centring.
        random: the same of random pairs of words; ``None`` without a background.
    """

    representation: str
    layer: int | None
    k: int
    silhouette: float | None
    ari: float | None
    v: float | None
    same_word: float | None
    random: RandomPairs | None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class SenseCurve:
    """A level for each layer and representation, in the model's order, and last Kiwi's own context similarity if it could be had.

    Attributes:
        word, model: what was asked.
        levels: see there.
        kiwi: Kiwi's contexts before the word, sorted in the same way; ``None`` where they cannot be had.
        kiwi_note: why not.
    """

    word: str
    model: str
    levels: tuple[SenseLevel, ...]
    kiwi: SenseLevel | None
    kiwi_note: str | None

    def at(self, representation: str, layer: int | None = None) -> SenseLevel:
        """One level.

        Raises:
            BadInput: there is none of that name and layer.
        """
        depth = 1 + max((level.layer for level in self.levels if level.layer is not None), default=0)
        wanted = layer % depth if isinstance(layer, int) and -depth <= layer < depth else layer
        for level in self.levels:
            if level.representation == representation and level.layer in (None, wanted):
                return level
        raise BadInput("encoders.no_such_level", model=self.model, representation=representation, layer=layer, last=depth - 1)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def sense_curve(
    model: SenseFinder,
    word: str,
    sentences: Sequence[str],
    k: int | None = None,
    *,
    gold: Sequence[str | None] | None = None,
    background: Sequence[str] = (),
    pooling: str | None = None,
    occurrence: int = 0,
    spans: Sequence[tuple[int, int]] | None = None,
    progress: ProgressCallback | None = None,
) -> SenseCurve:
    """Sort a word's sentences anew at every layer, and in every representation that the model has.

    Args:
        model: any contextual model.
        word: it stands in every sentence.
        sentences: at least one.
        k: how many senses everywhere; when ``None``, as many as there are known senses, else what the silhouette says at
            each level.
        gold: the sense of each sentence, ``None`` where it is not known.
        background: other sentences; a content word of each gives the random pairs.
        pooling: how sub-words become one vector.
        occurrence: which of several, from 0.
        spans: where the word stands in each sentence, instead of looking for it.
        progress: told how far the reading is.

    Raises:
        BadInput: as for senses.
    """
    if gold is not None and len(gold) != len(sentences):
        raise BadInput("encoders.known_sense_mismatch", senses=len(gold), sentences=len(sentences))
    known = {sense for sense in gold or () if sense is not None}
    if k is None and known:
        k = min(len(known), len(sentences))
    if not sentences or (k is not None and not 1 <= k <= len(sentences)):
        raise BadInput(
            "encoders.too_few_sentences",
            count=len(sentences),
            noun="sentence" if len(sentences) == 1 else "sentences",
            senses=k or "any",
        )
    readings = model._sense_levels(word, sentences, spans, pooling, occurrence, progress)
    words, texts, places = background_words(model._analyser, background)
    others = model._sense_levels(words, texts, places, pooling, 0, progress) if len(words) > 2 else {}
    levels = []
    for number, ((name, layer), one) in enumerate(readings.items(), 1):
        random = cosines_of_pairs(others[name, layer], words) if others else None
        raw = Space(one.weights, {}, None).place(one.views)
        points = Space.fit(one.views, one.weights).place(one.views)
        levels.append(_level(name, layer, points, raw, k, gold if known else None, random))
        report(progress, "sorting senses", number, len(readings))
    where = next(iter(readings.values())).spans
    kiwi, note = _kiwi(model._analyser, sentences, where, k, gold if known else None)
    return SenseCurve(word, model.name, tuple(levels), kiwi, note)


def _level(
    name: str,
    layer: int | None,
    points: NDArray[np.float64],
    raw: NDArray[np.float64] | None,
    k: int | None,
    gold: Sequence[str | None] | None,
    random: RandomPairs | None,
) -> SenseLevel:
    labels, _ = cluster(points, k, centre=False)
    found = agreement(labels, gold) if gold else None
    same = None
    if raw is not None and len(raw) > 1:
        same = float((raw @ raw.T)[~np.eye(len(raw), dtype=bool)].mean())
    clear = silhouette(points, labels, centre=False)
    return SenseLevel(
        name, layer, max(labels) + 1, clear, found.ari if found else None, found.v if found else None, same, random
    )


def _kiwi(
    analyser: Tokenizer,
    sentences: Sequence[str],
    spans: Sequence[tuple[int, int]],
    k: int | None,
    gold: Sequence[str | None] | None,
) -> tuple[SenseLevel | None, str | None]:
    from explorer.core.errors import Unavailable
    from explorer.encoders.kiwi_contexts import context_similarities

    try:
        cosines = context_similarities(analyser, sentences, spans)
    except Unavailable as error:
        return None, str(error)
    # Vectors with these cosines; small negative eigenvalues are rounding.
    values, directions = np.linalg.eigh((cosines + cosines.T) / 2)
    rows = directions * np.sqrt(np.clip(values, 0, None))
    space = Space.fit({"kiwi": rows}, {"kiwi": 1.0})
    return _level("kiwi", None, space.place({"kiwi": rows}), rows, k, gold, None), None


def background_words(
    analyser: Tokenizer, sentences: Sequence[str], most: int = _WORDS, seed: int = 42
) -> tuple[list[str], list[str], list[tuple[int, int]]]:
    """A random content word of each of some other sentences: the words, their sentences, their places."""
    rng = np.random.default_rng(seed)
    words: list[str] = []
    texts: list[str] = []
    places: list[tuple[int, int]] = []
    for sentence in list(sentences)[:most]:
        content = [token for token in analyser.tokenize(sentence) if token.tag in TOPICAL and token.end > token.start]
        if content:
            token = content[int(rng.integers(len(content)))]
            words.append(token.form)
            texts.append(sentence)
            places.append((token.start, token.end))
    return words, texts, places


def random_pairs(
    model: SenseFinder,
    background: Sequence[str],
    *,
    representation: str | None = None,
    layer: Any = None,
    pooling: str | None = None,
    progress: ProgressCallback | None = None,
) -> RandomPairs | None:
    """Mean cosine of random pairs of different content words in one representation; ``None`` without enough background."""
    words, texts, places = background_words(model._analyser, background)
    if len(words) < 3:
        return None
    return cosines_of_pairs(model._sense_readings(words, texts, places, representation, layer, pooling, 0, progress), words)


def cosines_of_pairs(readings: SenseReadings, words: Sequence[str], seed: int = 42) -> RandomPairs | None:
    """Random pairs of readings of different words."""
    first, second = np.random.default_rng(seed).integers(0, len(words), (2, _PAIRS))
    names = np.array(words)
    different = names[first] != names[second]
    if not different.any():
        return None
    raw = Space(readings.weights, {}, None).place(readings.views)
    moved = Space.fit(readings.views, readings.weights).place(readings.views)
    before, after = (
        float(np.einsum("ij,ij->i", rows[first[different]], rows[second[different]]).mean()) for rows in (raw, moved)
    )
    return RandomPairs(before, after, int(different.sum()))

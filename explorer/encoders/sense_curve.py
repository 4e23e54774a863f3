"""How clearly a word's senses part at every layer of a model, beside what random pairs of words have in common there, and beside
Kiwi's own similarity of contexts.

Kiwi's Cong model reads from left to right and a few morphemes far, so a context ends where the word begins; what follows the
word, often the telling part in Korean (배를 **타다**), it does not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import ProgressCallback, report
from explorer.display.record import Record
from explorer.encoders.baseline import RandomPairs, background_words, pairs_of
from explorer.encoders.clusters import Space, cluster, silhouette
from explorer.encoders.forward import Layer
from explorer.encoders.locate import Span, around
from explorer.encoders.readings import Level, Reader
from explorer.encoders.senses import agreement, check_number
from explorer.text.morphology import shared_kiwi

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

__all__ = ["SenseCurve", "SenseLevel", "context_similarities", "sense_curve"]

_SEEN = 32
"""Morphemes of a context that are handed over to Kiwi; its own reach is shorter."""

_Random = Mapping[Level, RandomPairs | None]

_KEPT: WeakKeyDictionary[Reader, dict[tuple[str, ...], _Random]] = WeakKeyDictionary()
"""What was read of the last backgrounds: whoever looks at one word after another has the same one, and it takes as long as they do."""
_KEPT_OF_EACH = 4

_BEGINNING = 0  # Kiwi's morpheme for the beginning of a text: a context is never empty


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


@dataclass(frozen=True, repr=False)
class SenseCurve(Record):
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

    def to_frame(self) -> pd.DataFrame:
        """A row a level; Kiwi's own last, where it could be had."""
        import pandas as pd

        levels = [*self.levels, *([self.kiwi] if self.kiwi is not None else [])]
        names = ["representation", "layer", "k", "silhouette", "ari", "v", "same_word"]
        return pd.DataFrame([{name: getattr(level, name) for name in names} for level in levels], columns=names)


def sense_curve(
    reader: Reader,
    analyser: Tokenizer,
    model: str,
    word: str,
    sentences: Sequence[str],
    k: int | None = None,
    *,
    gold: Sequence[str | None] | None = None,
    background: Sequence[str] = (),
    pooling: str = "mean",
    occurrence: int = 0,
    spans: Sequence[Span] | None = None,
    progress: ProgressCallback | None = None,
) -> SenseCurve:
    """Sort a word's sentences anew at every layer, and in every representation that the model has.

    Args:
        reader, analyser, model: the model, Kiwi, and what the model is called.
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
    check_number(len(sentences), k)
    readings = reader.levels(word, sentences, spans, pooling=pooling, occurrence=occurrence, progress=progress)
    random = _random(reader, analyser, background, pooling, progress)
    labelled = gold if known else None
    levels = []
    for number, ((name, layer), one) in enumerate(readings.items(), 1):
        raw = Space(one.weights, {}, None).place(one.views)
        points = Space.fit(one.views, one.weights).place(one.views)
        levels.append(_level(name, layer, points, raw, k, labelled, random.get((name, layer))))
        report(progress, "sorting senses", number, len(readings))
    kiwi, note = _kiwi(analyser, sentences, next(iter(readings.values())).spans, k, labelled)
    return SenseCurve(word, model, tuple(levels), kiwi, note)


def _random(
    reader: Reader, analyser: Tokenizer, background: Sequence[str], pooling: str, progress: ProgressCallback | None
) -> _Random:
    """Random pairs of words at every level; nothing where there are too few words for pairs."""
    kept = _KEPT.setdefault(reader, {})
    key = (pooling, *background)
    found = kept.get(key)
    if found is None:
        words, texts, places = background_words(analyser, background)
        others = reader.levels(words, texts, places, pooling=pooling, progress=progress) if len(words) > 2 else {}
        while len(kept) >= _KEPT_OF_EACH:
            kept.pop(next(iter(kept)), None)
        found = kept[key] = {level: pairs_of(one, words) for level, one in others.items()}
    return found


def _level(
    name: str,
    layer: Layer | None,
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
        name,
        layer if isinstance(layer, int) else None,
        max(labels) + 1,
        clear,
        found.ari if found else None,
        found.v if found else None,
        same,
        random,
    )


def _kiwi(
    analyser: Tokenizer,
    sentences: Sequence[str],
    spans: Sequence[tuple[int, int]],
    k: int | None,
    gold: Sequence[str | None] | None,
) -> tuple[SenseLevel | None, str | None]:
    try:
        cosines = context_similarities(analyser, sentences, spans)
    except Unavailable as error:
        return None, str(error)
    # Vectors with these cosines; small negative eigenvalues are rounding.
    values, directions = np.linalg.eigh((cosines + cosines.T) / 2)
    rows = directions * np.sqrt(np.clip(values, 0, None))
    space = Space.fit({"kiwi": rows}, {"kiwi": 1.0})
    return _level("kiwi", None, space.place({"kiwi": rows}), rows, k, gold, None), None


def context_similarities(
    analyser: Tokenizer, sentences: Sequence[str], spans: Sequence[tuple[int, int]]
) -> NDArray[np.float64]:
    """Kiwi's ``context_similarity`` of what stands before a word, for every two sentences.

    Args:
        analyser: the Kiwi tokenizer.
        sentences: any.
        spans: where the word stands in each.

    Returns:
        n × n, from -1 to 1.

    Raises:
        Unavailable: the installed Kiwi has no such similarity.
    """
    kiwi = shared_kiwi()
    if not hasattr(kiwi, "context_similarity"):
        raise Unavailable("encoders.kiwi_too_old")
    contexts = []
    for sentence, (start, end) in zip(sentences, spans, strict=True):
        first, last = around(sentence, start, end)
        tokens = analyser.tokenize(sentence[first:last])
        before = [token.id for token in tokens if token.end <= start - first and token.id is not None]
        contexts.append([_BEGINNING, *before][-_SEEN:])
    result = np.eye(len(contexts))
    try:
        for row in range(len(contexts)):
            for column in range(row):
                result[row, column] = result[column, row] = kiwi.context_similarity(contexts[row], contexts[column])
    except (RuntimeError, ValueError) as error:
        raise Unavailable("encoders.kiwi_cannot_compare", reason=error) from error
    return result

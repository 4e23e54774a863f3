"""A word without its sentence beside the same word in it: the neighbours of a static model, and what an encoder makes of it there.

A static vector mixes all uses of a word; 사과 lies between fruit and apologies. An encoder's vector is that of one use. Its neighbours
are sought among words of other sentences that the encoder has read, by the cosine of its states less their mean (contextual vectors
crowd into a cone: Ethayarajh 2019, EMNLP), in the layer that its best representation of senses uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, track
from explorer.display.record import Record
from explorer.encoders.guesses import MASK
from explorer.text.tags import TOPICAL, base_tag, word_of
from explorer.tokenizers.token import key_of
from explorer.vectors.checks import check_n
from explorer.vectors.search import top_k, unit_rows

if TYPE_CHECKING:
    import pandas as pd

    from explorer.encoders.encoder import Encoder
    from explorer.vectors.records import Neighbours
    from explorer.vectors.vectors import Vectors

__all__ = ["ContextNeighbour", "InSentence", "ReadWords", "in_sentence", "read_words"]


@dataclass(frozen=True, slots=True, eq=False)
class ReadWords:
    """Content words of some sentences as an encoder sees them; made by :func:`read_words`.

    Attributes:
        encoder: what read them.
        layer: of its states.
        keys: the words (m); ``sentences`` and ``spans``: where each stands.
        unit: m × d float32, the mean taken out, length 1.
        mean: d float32, what was taken out.
    """

    encoder: Encoder
    layer: int
    keys: tuple[str, ...]
    sentences: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    unit: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class ContextNeighbour:
    """A word of another sentence that the encoder sees as near; its nearest use.

    Attributes:
        word, key: what stands there.
        score: cosine with the word asked for, the mean taken out.
        sentence, start, end: where it stands.
    """

    word: str
    key: str
    score: float
    sentence: str
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class InSentence(Record):
    """One word without and with its sentence.

    Attributes:
        word, sentence: what was asked; ``start``, ``end``: where the word stands, in code points.
        static: the static model's neighbours.
        contextual: the encoder's, each word once with its nearest use; the word itself is left out.
        substitutes: words the encoder would put in its place, with their probabilities; empty where it guesses no words.
        both: words that ``static`` and ``contextual`` share.
        encoder, layer: what read the sentence; ``read``: among how many words of other sentences neighbours were sought.
    """

    word: str
    sentence: str
    start: int
    end: int
    static: Neighbours
    contextual: tuple[ContextNeighbour, ...]
    substitutes: tuple[tuple[str, float], ...]
    both: tuple[str, ...]
    encoder: str
    layer: int
    read: int

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("word", "sentence", "start", "end", "encoder", "layer", "read")}
        lists = {name: [one.to_dict() for one in getattr(self, name)] for name in ("static", "contextual")}
        return plain | lists | {"substitutes": [list(pair) for pair in self.substitutes], "both": list(self.both)}

    def to_frame(self) -> pd.DataFrame:
        """A row for each answer: by (``"static"``, ``"contextual"``, ``"substitute"``), rank, word, score, sentence."""
        import pandas as pd

        rows: list[tuple[str, int, str, float, str]] = []
        rows += [("static", rank, one.word, one.score, "") for rank, one in enumerate(self.static, 1)]
        rows += [("contextual", rank, one.word, one.score, one.sentence) for rank, one in enumerate(self.contextual, 1)]
        rows += [("substitute", rank, word, share, "") for rank, (word, share) in enumerate(self.substitutes, 1)]
        return pd.DataFrame(rows, columns=["by", "rank", "word", "score", "sentence"])


def read_words(encoder: Encoder, texts: Iterable[str], *, progress: ProgressCallback | None = None) -> ReadWords:
    """Let an encoder read sentences and keep every content word of them: about 1,000 sentences in ten seconds with ``mini``.

    Args:
        encoder: any encoder with a network.
        texts: sentences; each is read once.
        progress: told how far the reading is; may raise to stop.

    Raises:
        BadInput: the sentences have no content words.

    >>> from explorer.encoders.open import encoder
    >>> found = read_words(encoder("mini"), ["배를 타고 섬에 갔다.", "배를 깎아 먹었다."])
    >>> len(found) > 4
    True
    """
    layer = encoder.representation(progress).layer
    requests: list[tuple[str, list[tuple[int, int]]]] = []
    keys: list[str] = []
    for text in track(list(dict.fromkeys(texts)), progress, "looking for words", unit="sentences"):
        found = [
            token for token in encoder.analyser.tokenize(text) if base_tag(token.tag) in TOPICAL and token.end > token.start
        ]
        if found:
            requests.append((text, [(token.start, token.end) for token in found]))
            keys += [key_of(token) for token in found]
    if not keys:
        raise BadInput("analysis.no_content_words")
    vectors = encoder.spans(requests, layer=layer, progress=progress)
    mean = np.asarray(vectors.mean(axis=0), np.float32)
    places = [(text, span) for text, spans in requests for span in spans]
    sentences, spans = tuple(text for text, _ in places), tuple(span for _, span in places)
    return ReadWords(encoder, layer, tuple(keys), sentences, spans, unit_rows(vectors - mean), mean)


def in_sentence(v: Vectors, read: ReadWords, word: str, sentence: str, *, n: int = 10, occurrence: int = 0) -> InSentence:
    """What a static model says of a word, and what an encoder says of it in a sentence.

    Args:
        v: the static model.
        read: words of other sentences, as an encoder sees them (:func:`read_words`).
        word: as a person says it: 사과 is found in 사과를, 먹다 in 먹었다.
        sentence: it holds the word.
        n: answers of each kind.
        occurrence: which of several, from 0.

    Raises:
        OutOfVocabulary: the static model has no vector for the word.
        BadInput: the sentence does not hold the word.

    >>> from explorer.encoders.open import encoder
    >>> from explorer.static.load import load
    >>> sentences = ["배를 타고 섬에 갔다.", "부두에 배가 닿았다.", "배를 깎아 먹었다.", "달콤한 배가 익었다."]
    >>> found = in_sentence(load("word2vec"), read_words(encoder("mini"), sentences), "배", "항구에서 배를 기다렸다.", n=3)
    >>> found.word
    '배'
    """
    check_n(n)
    encoder = read.encoder
    static = v.similar(word, n, script="hangul")
    resolution = static.resolution
    # 먹었다 is looked for as 먹다: what the encoder has read are morphemes, and an ending would be among its neighbours.
    lemma = resolution.word if resolution is not None and encoder.locate_all(resolution.word, sentence, 1) else word
    span = encoder.locate(lemma, sentence, occurrence)
    state = encoder.spans([(sentence, [(span.start, span.end)])], layer=read.layer)[0] - read.mean
    scores = read.unit @ unit_rows(state[None])[0]
    own = {word_of(lemma), word_of(word), sentence[span.start : span.end]}
    found: dict[str, ContextNeighbour] = {}
    for place, score in zip(*(side.tolist() for side in top_k(scores, len(scores))), strict=True):
        name = word_of(read.keys[place])
        if name not in own and name not in found and read.sentences[place] != sentence:
            found[name] = ContextNeighbour(name, read.keys[place], score, read.sentences[place], *read.spans[place])
            if len(found) == n:
                break
    known = set(static.words)
    return InSentence(
        word,
        sentence,
        span.start,
        span.end,
        static,
        tuple(found.values()),
        _substitutes(encoder, lemma, sentence, (span.start, span.end), n, occurrence),
        tuple(name for name in found if name in known),
        encoder.name,
        read.layer,
        len(read),
    )


def _substitutes(
    encoder: Encoder, word: str, sentence: str, span: tuple[int, int], n: int, occurrence: int
) -> tuple[tuple[str, float], ...]:
    """What the encoder would put there, where it can say."""
    if not encoder.can("masked"):
        return ()
    if "substitutes" in encoder.representations:  # an encoder over morphemes
        return tuple((one.word, one.probability) for one in encoder.substitutes(word, sentence, n, occurrence=occurrence))
    [gap] = encoder.fill(f"{sentence[: span[0]]}{MASK}{sentence[span[1] :]}", n)
    return tuple((one.text, one.probability) for one in gap.guesses)

"""What a cosine is worth: pairs of words, or of tokens, that have nothing to do with each other.

States of a contextual model crowd into a narrow cone, so that any two of them look alike; the mean cosine of random pairs says
how narrow (anisotropy, Ethayarajh 2019, https://aclanthology.org/D19-1006/). Subtracting the mean of such states opens the cone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.encoders.clusters import Space
from explorer.encoders.readings import Reader, Reading
from explorer.text.tags import TOPICAL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

    Floats = NDArray[np.float32]

__all__ = [
    "BACKGROUND",
    "Chance",
    "RandomPairs",
    "Scale",
    "background_words",
    "pairs_of",
    "random_pairs",
    "scale_words",
    "unit_rows",
]

BACKGROUND = (
    "우리 동네 시장은 아침 일찍부터 붐빈다.",
    "그 소설은 삼백 년 전의 어촌을 배경으로 한다.",
    "컴퓨터가 느려져서 메모리를 하나 더 꽂았다.",
    "할머니는 김치를 담글 때마다 노래를 부르셨다.",
    "정부는 내년 예산안을 국회에 제출했다.",
    "비가 그치자 아이들이 운동장으로 뛰어나왔다.",
    "이 약은 하루에 세 번 식후에 드세요.",
    "북극곰은 얼음 위에서 물개를 기다린다.",
    "회의가 길어져 막차를 놓치고 말았다.",
    "수출이 석 달째 줄어 공장이 한산하다.",
    "고양이가 창가에서 졸고 있네.",
    "지구는 태양 둘레를 한 해에 한 바퀴 돈다.",
    "어제 본 영화는 생각보다 지루했어.",
    "선생님께서 숙제를 잊은 학생을 부르셨다.",
    "산길을 따라 걷다 보면 작은 절이 나온다.",
    "축구 대표팀이 연장전 끝에 이겼다.",
    "물가가 올라서 점심값이 부담스럽다.",
    "의사는 충분히 자고 많이 걸으라고 했다.",
    "도서관에서 빌린 책을 아직 돌려주지 못했다.",
    "강물이 불어나 다리가 잠겼다는 소식이다.",
    "새 전화기는 사진이 아주 선명하게 나온다.",
    "왕은 신하들의 말을 듣고 세금을 낮추었다.",
    "빵집 앞에 줄이 길게 늘어섰다.",
    "그는 바이올린을 배운 지 십 년이 넘었다.",
    "눈이 많이 와서 비행기가 뜨지 못했다.",
    "언니는 서울에서, 나는 부산에서 일한다.",
    "세포는 생물을 이루는 가장 작은 단위이다.",
    "감자를 얇게 썰어 기름에 튀기면 된다.",
    "법원은 두 회사의 계약이 무효라고 판결했다.",
    "봄이 오면 이 언덕은 꽃으로 덮인다.",
    "기차가 터널을 지나자 바다가 보였다.",
    "동생이 농담을 하자 모두 웃음을 터뜨렸다.",
)
"""Sentences about everything, written for this purpose."""

_WORDS = 160
_SMALL = 400
"""Rows up to which all cosines are computed for random pairs; with a thousand both ways take as long."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Cosines of random pairs of words: mean, 5th and 95th percentile, and how many pairs."""

    mean: float
    low: float
    high: float
    pairs: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Scale:
    """Unrelated words or tokens at every layer.

    Attributes:
        states: layers × n × d float32.
        owners: what tells them apart (a word, or the number of its sentence): pairs of the same owner do not count.
        pairs: how many random pairs are drawn.
    """

    states: Floats
    owners: NDArray[Any]
    pairs: int = 3000

    def centre(self, layer: int) -> Floats:
        """The mean (d) at a layer.

        Raises:
            BadInput: there are none.
        """
        if not self.states.shape[1]:
            raise BadInput("encoders.no_background")
        mean: Floats = self.states[layer].mean(axis=0)
        return mean

    def chance(self, layer: int, centred: bool = False, seed: int = 42) -> Chance | None:
        """Cosines of random pairs of different owners; ``None`` where there are none."""
        count = self.states.shape[1]
        if count < 3 or len(np.unique(self.owners)) < 2:
            return None
        states = self.states[layer]
        unit = unit_rows(states - self.centre(layer) if centred else states)
        return chance_of(unit, self.owners, self.pairs, seed)


def chance_of(unit: NDArray[np.floating[Any]], owners: NDArray[Any], pairs: int = 3000, seed: int = 42) -> Chance:
    """Cosines of random pairs of unit rows of different owners, of which there must be two."""
    first, second = np.random.default_rng(seed).integers(0, len(unit), (2, pairs))
    apart = owners[first] != owners[second]
    if len(unit) <= _SMALL:  # all cosines at once take a quarter of the time that copying the rows of the pairs takes
        scores = (unit @ unit.T)[first[apart], second[apart]]
    else:
        scores = np.einsum("ij,ij->i", unit[first[apart]], unit[second[apart]])
    low, high = np.percentile(scores, [5, 95])
    return Chance(float(scores.mean()), float(low), float(high), len(scores))


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; zero rows stay zero.

    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit


@dataclass(frozen=True, slots=True)
class RandomPairs:
    """Mean cosine of random pairs of different words, as the model gives them and after subtracting their mean; how many."""

    before: float
    after: float
    pairs: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


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


def scale_words(
    analyser: Tokenizer, sentences: Sequence[str] = BACKGROUND
) -> tuple[list[str], list[str], list[tuple[int, int]]]:
    """Every content word of some sentences about everything: the words, their sentences, their places.

    Their mean is what cosines are taken around: it does not come from the sentences that are compared, two of which would
    be made opposite by their own mean.
    """
    found = [
        (token.form, sentence, (token.start, token.end))
        for sentence in sentences
        for token in analyser.tokenize(sentence)
        if token.tag in TOPICAL and token.end > token.start
    ]
    return [word for word, _, _ in found], [text for _, text, _ in found], [place for _, _, place in found]


def random_pairs(
    reader: Reader, analyser: Tokenizer, background: Sequence[str], *, progress: ProgressCallback | None = None, **asked: Any
) -> RandomPairs | None:
    """Mean cosine of random pairs of different content words in one representation; ``None`` without enough background.

    Args:
        reader: the model.
        analyser: Kiwi, which finds the words.
        background: other sentences.
        progress: told how far the reading is.
        **asked: representation, layer and pooling, as for :meth:`~explorer.encoders.readings.Reader.read`.
    """
    words, texts, places = background_words(analyser, background)
    if len(words) < 3:
        return None
    return pairs_of(reader.read(words, texts, places, progress=progress, **asked), words)


def pairs_of(readings: Reading, words: Sequence[str], seed: int = 42) -> RandomPairs | None:
    """Random pairs of readings of different words."""
    first, second = np.random.default_rng(seed).integers(0, len(words), (2, 3000))
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

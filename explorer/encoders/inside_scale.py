"""What a cosine is worth at a layer: the tokens of sentences that have nothing to do with each other.

States of a contextual model crowd into a narrow cone, so that any two of them look alike; the mean cosine of random tokens of
different sentences says how narrow (anisotropy, Ethayarajh 2019, https://aclanthology.org/D19-1006/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.occurrences import Chance

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BACKGROUND", "Scale", "unit_rows"]

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

_PAIRS = 4000


@dataclass(frozen=True)
class Scale:
    """Tokens of unrelated sentences at every layer.

    Attributes:
        states: layers × tokens × d float32.
        sentences: which sentence each token is from.
    """

    states: NDArray[np.float32]
    sentences: NDArray[np.int64]

    def centre(self, layer: int) -> NDArray[np.float32]:
        """The mean of the tokens (d) at a layer.

        Raises:
            BadInput: there are none.
        """
        if not self.states.shape[1]:
            raise BadInput("encoders.no_background")
        mean: NDArray[np.float32] = self.states[layer].mean(axis=0)
        return mean

    def chance(self, layer: int, centred: bool = False, seed: int = 42) -> Chance | None:
        """Cosines of random pairs of tokens of different sentences; ``None`` with fewer than two sentences."""
        count = self.states.shape[1]
        if len(np.unique(self.sentences)) < 2:
            return None
        states = self.states[layer]
        unit = unit_rows(states - self.centre(layer) if centred else states)
        first, second = np.random.default_rng(seed).integers(0, count, (2, _PAIRS))
        apart = self.sentences[first] != self.sentences[second]
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

"""The three answers that the first page shows at once: computed beforehand with what ships, kept in ``worked.json``.

``python -m dashboards.pages.home.worked`` computes them again, and a test holds that they are what the library answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.store import atomic_write
from explorer.static.load import DEFAULT_MODEL

if TYPE_CHECKING:
    from explorer.vectors.vectors import Vectors

__all__ = ["EXPRESSION", "SENTENCE", "TOKENIZERS", "TOPICS", "box", "compute", "meets", "worked"]

PLACE = Path(__file__).with_name("worked.json")

SENTENCE = "나는 학교에서 떡볶이를 먹었다"
TOKENIZERS = ("kiwi", "ko-unigram-32k", "ko-wordpiece-32k", "ko-bytebpe-32k")
EXPRESSION = "소년 − 남자 + 여자"
ANSWERS = 4

TOPICS = {
    "animal": "강아지 고양이 토끼 소 돼지 닭 참새 물고기 호랑이 사자 곰",
    "food": "밥 빵 라면 김치 떡볶이 커피 우유 사과 포도 고기 국수 만두",
    "family": "아버지 어머니 할머니 할아버지 아들 딸 누나 동생 남편 아내 손자 이모",
    "place": "서울 부산 대구 광주 제주 인천 도쿄 파리 런던 베이징 뉴욕",
    "feeling": "기쁨 슬픔 행복 외로움 그리움 걱정 분노 두려움 즐거움 부끄러움 미움",
    "weather": "비 눈 바람 구름 안개 태풍 더위 추위 햇빛 장마 천둥 번개",
}
"""Everyday words; the topics only colour them. Where a word stands is the model's doing alone."""

SIDES = ("right", "left", "above", "below")
_WIDE, _HIGH, _EDGE, _LETTER, _LINE, _DOT = 270, 240, 20, 13.5, 15, 7
"""The least a map is drawn at, the edge around it, and what a letter, a line and a dot take, in pixels: where a word meets another
its dot stands alone."""


@cache
def worked() -> dict[str, Any]:
    """The answers as they were computed; see :func:`compute`."""
    found: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
    return found


def compute() -> dict[str, Any]:
    """``tokens``: surfaces by tokenizer; ``analogy``: the answers and where they lie; ``map``: words with places in [0, 1]²."""
    from explorer.static.load import load
    from explorer.tokenizers.loading import tokenizer

    vectors = load(DEFAULT_MODEL)
    return {
        "model": DEFAULT_MODEL,
        "tokens": {
            name: [[token.surface, token.start, token.end] for token in tokenizer(name).tokenize(SENTENCE)]
            for name in TOKENIZERS
        },
        "analogy": _analogy(vectors),
        "map": _map(vectors),
    }


def _analogy(vectors: Vectors) -> dict[str, Any]:
    from explorer.vectors.plane import plane

    found = vectors.analogy(EXPRESSION, n=ANSWERS, script="hangul")
    a, b, c = vectors.unit_vectors([term.word for term in found.terms])
    flat = plane(a, b, c, list(vectors.unit_vectors([one.key for one in found.neighbours])))
    corners = {"start": flat.start, "origin": flat.origin, "end": flat.end, "target": flat.target}
    return {
        "words": [term.word for term in found.terms],
        "answers": [
            [one.word, one.key, round(one.score, 3), *_rounded(flat.answers[n])] for n, one in enumerate(found.neighbours)
        ],
        **{name: _rounded(point) for name, point in corners.items()},
    }


def _map(vectors: Vectors) -> dict[str, Any]:
    from explorer.analysis.projection import project

    topic_of = {word: topic for topic, words in TOPICS.items() for word in words.split()}
    drawn = project(vectors, method="tsne", words=list(topic_of), perplexity=22, seed=42)
    low, high = drawn.coords.min(axis=0), drawn.coords.max(axis=0)
    places = (drawn.coords - low) / (high - low)
    places[:, 1] = 1 - places[:, 1]  # pages count from the top
    points: list[list[Any]] = []
    taken = [box("", "", *place) for place in places]
    for word, key, place in zip(topic_of, drawn.keys, places, strict=True):
        free = (side for side in SIDES if not meets(box(word, side, *place), taken))
        side = next(free, "")
        taken.append(box(word, side, *place))
        points.append([word, key, topic_of[word], *_rounded(place), side])
    return {"trust": round(float(drawn.trustworthiness), 3), "points": points}


_Box = tuple[float, float, float, float]


def box(word: str, side: str, x: float, y: float) -> _Box:
    """What a word beside its dot covers: left, top, right and bottom edge; without a side the dot itself."""
    across, down, wide = x * _WIDE, y * _HIGH, len(word) * _LETTER
    if not side:
        return across - _DOT / 2, down - _DOT / 2, across + _DOT / 2, down + _DOT / 2
    left = {"right": across + _DOT / 2, "left": across - _DOT / 2 - wide}.get(side, across - wide / 2)
    top = {"above": down - _DOT / 2 - _LINE, "below": down + _DOT / 2}.get(side, down - _LINE / 2)
    return left, top, left + wide, top + _LINE


def meets(box: _Box, others: Sequence[_Box]) -> bool:
    """Whether a box meets another one, or leaves the picture."""
    left, top, right, bottom = box
    out = left < -_EDGE or top < -_EDGE or right > _WIDE + _EDGE or bottom > _HIGH + _EDGE
    return out or any(left < other[2] and other[0] < right and top < other[3] and other[1] < bottom for other in others)


def _rounded(point: Any) -> list[float]:
    return [round(float(one), 4) for one in point]


if __name__ == "__main__":
    atomic_write(PLACE, json.dumps(compute(), ensure_ascii=False, separators=(",", ":")) + "\n")

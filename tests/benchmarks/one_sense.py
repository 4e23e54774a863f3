"""Makes the null of "one sense or several": nouns of the sample that have one sense, their contexts divided by mini.

python tests/benchmarks/one_sense.py > explorer/encoders/one_sense.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import numpy as np

from corpora.sample import sentences
from explorer.encoders.choose import between, groupings
from explorer.encoders.clusters import Space, cosine_distances
from explorer.encoders.contexts import contexts_of
from explorer.encoders.open import encoder

WORDS = [
    "아이",
    "집",
    "책",
    "아버지",
    "할머니",
    "어머니",
    "사진",
    "고양이",
    "강아지",
    "학교",
    "버스",
    "커피",
    "신발",
    "도서관",
    "냉장고",
    "의자",
    "병원",
    "배터리",
    "로봇",
    "피아노",
    "김치",
    "달걀",
    "구름",
    "편지",
    "도시락",
    "냄비",
    "쓰레기",
    "뚜껑",
    "컴퓨터",
    "얼음",
    "날씨",
    "여행",
    "소설",
    "친구",
    "동생",
    "선수",
    "직원",
    "환자",
    "이불",
    "마당",
    "게임",
    "기차",
    "비행기",
    "수영장",
    "소금",
    "비누",
    "라면",
    "두부",
    "월급",
    "고래",
    "어깨",
    "손가락",
    "숙소",
    "눈물",
    "옷",
    "빵",
    "나무",
    "계단",
    "식당",
    "왕비",
    "공주",
    "섬",
    "바다",
    "종이",
    "쌀",
    "무릎",
    "남편",
    "교실",
    "단추",
    "글씨",
    "음식",
    "마을",
    "노래",
    "돈",
    "이름",
    "얼굴",
    "냄새",
    "새벽",
    "저녁",
    "목소리",
    "그릇",
    "가방",
    "엄마",
    "딸",
    "아들",
    "밥",
]
"""Nouns that the dictionary may divide finely, but whose sentences in the sample have one sense."""
SIZES = (4, 5, 6, 7, 8, 10, 12, 16, 20)
MOST = 6
EACH = 4
"""Draws of one word at most; they share no sentence."""


def main() -> None:
    model = encoder("mini")
    places: dict[str, dict[str, tuple[int, int]]] = {word: {} for word in WORDS}
    for one in sentences():
        for token in model.analyser.tokenize(one.text):
            if token.tag == "NNG" and token.form in places and token.end > token.start:
                places[token.form].setdefault(one.text, (token.start, token.end))
    rng = np.random.default_rng(42)
    cosines: dict[int, dict[int, list[float]]] = {size: {} for size in SIZES}
    for word, found in places.items():
        texts, spans = list(found), list(found.values())
        reading = model.reader.read(word, texts, spans)
        contexts = contexts_of(model.analyser, texts, spans)
        for size in SIZES:
            order = rng.permutation(len(texts))
            for draw in range(min(EACH, len(texts) // size)):
                rows = order[draw * size : (draw + 1) * size]
                for k, value in divided(reading.views, reading.weights, contexts, rows).items():
                    cosines[size].setdefault(k, []).append(value)
    table = {
        str(size): {str(k): sorted(values) for k, values in sorted(row.items()) if len(values) > 19}
        for size, row in cosines.items()
    }
    json.dump({"words": list(WORDS), "cosines": table}, sys.stdout, ensure_ascii=False, separators=(",", ":"))
    print()


def divided(
    views: Mapping[str, np.ndarray], weights: Mapping[str, float], contexts: np.ndarray, rows: np.ndarray
) -> dict[int, float]:
    """The mean cosine between the groups of some contexts, for every number of groups."""
    own = {name: values[rows] for name, values in views.items()}
    found = groupings(cosine_distances(Space.fit(own, weights).place(own)), MOST)
    values = {k: between(contexts[rows], labels) for k, (labels, _) in found.items()}
    return {k: round(value, 3) for k, value in values.items() if np.isfinite(value)}


if __name__ == "__main__":
    main()

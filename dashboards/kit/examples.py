"""Korean examples that pages offer. They are Korean in every language of the interface."""

from __future__ import annotations

__all__ = ["ANALOGIES", "BESIDE", "EXPECTED", "INITIALS", "LISTS", "PAIRS", "SENTENCES", "WORDS"]

WORDS = ("강아지", "먹었다", "바다", "행복하다", "대학교")
BESIDE = ("사랑", "우정")
"""Words whose neighbours are seen beside each other."""
PAIRS = (("왕", "여왕"), ("커피", "홍차"), ("먹었다", "마셨다"), ("바다", "회의"))
LISTS = (
    ("사과", "배", "포도", "기차", "버스", "지하철", "기쁨", "슬픔"),
    ("서울", "부산", "도쿄", "파리", "한국", "일본", "프랑스"),
)
ANALOGIES = (
    "할아버지 − 아버지 + 어머니",
    "도쿄 − 일본 + 한국",
    "소년 − 남자 + 여자",
    "황제 : ? = 왕 : 왕비",
    "크다 : 작다 = 높다 : ?",
    "독일 : ? = 한국 : 한국어, 일본 : 일본어, 프랑스 : 프랑스어, 러시아 : 러시아어",
    "개 − (닭 − 병아리)",
    "먹혔다 − 먹었다 + 잡았다",
)
EXPECTED = dict(zip(ANALOGIES, ("할머니", "서울", "소녀", "황후", "낮다", "독일어", "강아지", "잡히다"), strict=True))
"""What a person would answer to each. The default model finds all of them first; the first example every model that ships."""
INITIALS = "ㄱㅇㅈ"
SENTENCES = ("아버지가방에들어가신다ㅋㅋㅋ", "나는 어제 학교에서 친구를 만나 떡볶이를 먹었다.", "뷁 😀 갔다 왔습니다!")

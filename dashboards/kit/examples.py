"""Korean examples that pages offer. They are Korean in every language of the interface."""

from __future__ import annotations

from urllib.parse import quote

__all__ = ["ANALOGIES", "BESIDE", "HOME", "LISTS", "PAIRS", "SENTENCES", "WORDS"]

WORDS = ("강아지", "먹었다", "바다", "행복하다", "대학교")
BESIDE = ("사랑", "우정")
"""Words whose neighbours are seen beside each other."""
PAIRS = (("왕", "여왕"), ("커피", "홍차"), ("먹었다", "마셨다"), ("바다", "회의"))
LISTS = (
    ("사과", "배", "포도", "기차", "버스", "지하철", "기쁨", "슬픔"),
    ("서울", "부산", "도쿄", "파리", "한국", "일본", "프랑스"),
)
ANALOGIES = (
    "왕자 − 남자 + 여자",
    "도쿄 − 일본 + 한국",
    "할아버지 − 아버지 + 어머니",
    "황제 : ? = 왕 : 왕비",
    "크다 : 작다 = 높다 : ?",
    "독일 : ? = 한국 : 한국어, 일본 : 일본어",
    "소 − (개 − 강아지)",
)
SENTENCES = ("아버지가방에들어가신다ㅋㅋㅋ", "나는 어제 학교에서 친구를 만나 떡볶이를 먹었다.", "뷁 😀 갔다 왔습니다!")

HOME = {
    "tokens": [(sentence, f"?text={quote(sentence)}") for sentence in SENTENCES[:1]],
    "bench": [("Kiwi · 음절 · 자모", "?t=kiwi,syllable,jamo,eojeol&n=10000&run=1")],
    "similarity": [(word, f"?word={quote(word)}") for word in WORDS[:3]],
    "analogy": [(expression, f"?q={quote(expression)}") for expression in ANALOGIES[:2]],
    "map": [("학교", f"?find={quote('학교')}"), ("ㅎㄱ", f"?find={quote('ㅎㄱ')}")],
    "context": [("배", f"?word={quote('배')}"), ("눈", f"?word={quote('눈')}")],
    "senses": [("은행", f"?word={quote('은행')}&k=2"), ("연기", f"?word={quote('연기')}&k=3")],
    "inside": [("눈이 내려서 눈을 뜰 수 없었다.", f"?a={quote('눈이 내려서 눈을 뜰 수 없었다.')}&unit=eojeol")],
    "layers": [("mini", "?model=mini")],
}
"""For each view: (label, query string) of the examples on the first page."""

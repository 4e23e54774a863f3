"""Film reviews from a small grammar: as many as wanted, of six kinds of films, each with its own words, praised or blamed."""

from __future__ import annotations

import random

THEMES = {
    "공포": (
        ("귀신", "저주", "비명", "악령", "살인마"),
        ("무섭다", "소름 돋는다", "오싹하다"),
        ("폐가에서", "지하실에서", "밤마다"),
    ),
    "사랑": (
        ("연인", "고백", "첫사랑", "이별", "키스"),
        ("설렌다", "애틋하다", "가슴이 저린다"),
        ("벚꽃 아래에서", "편지로", "바닷가에서"),
    ),
    "전쟁": (
        ("군인", "총격", "폭격", "전투", "탱크"),
        ("처절하다", "긴박하다", "웅장하다"),
        ("참호에서", "전선에서", "국경에서"),
    ),
    "만화": (
        ("공주", "요정", "인형", "토끼", "마법"),
        ("귀엽다", "사랑스럽다", "앙증맞다"),
        ("숲속에서", "성에서", "동화처럼"),
    ),
    "음악": (
        ("가수", "피아노", "노래", "공연", "기타"),
        ("감미롭다", "신난다", "귀에 맴돈다"),
        ("무대에서", "관객 앞에서", "골목에서"),
    ),
    "수사": (
        ("형사", "범인", "단서", "수사", "용의자"),
        ("치밀하다", "궁금하다", "머리를 쓰게 한다"),
        ("경찰서에서", "현장에서", "법정에서"),
    ),
}
PARTS = ("배우", "연기", "감독", "대사", "결말", "줄거리", "화면")
GOOD = ("정말 좋았다", "최고였다", "감동이었다", "또 보고 싶다", "훌륭하다", "기대 이상이다")
BAD = ("정말 별로였다", "지루했다", "돈이 아깝다", "실망이다", "억지스럽다", "졸면서 봤다")
TAILS = ("", "", ".", "!!", " ㅋㅋㅋ", " ㅠㅠ", "...", " 👍")


def _with(noun: str, with_final: str, without: str) -> str:
    return noun + (with_final if (ord(noun[-1]) - 0xAC00) % 28 else without)


def reviews(count: int, seed: int = 7) -> list[tuple[str, str, int]]:
    """Rows of ``(id, review, label)``; equal seeds give equal rows."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        nouns, feels, places = THEMES[draw.choice(list(THEMES))]
        first, second = draw.sample(nouns, 2)
        label = draw.randrange(2)
        verdict = f"{_with(draw.choice(PARTS), '이', '가')} {draw.choice(GOOD if label else BAD)}"
        scene = draw.choice(
            (
                f"{draw.choice(places)} {_with(first, '과', '와')} {_with(second, '이', '가')} 나오는데 {draw.choice(feels)}",
                f"{_with(first, '을', '를')} 보는 내내 {draw.choice(feels)}, {second}도 {draw.choice(feels)}",
                f"{draw.choice(places)} 벌어지는 {first} 이야기, {_with(second, '은', '는')} {draw.choice(feels)}",
            )
        )
        parts = [scene, verdict] if draw.random() < 0.7 else [verdict, scene]
        rows.append((str(1000 + number), ", ".join(parts) + draw.choice(TAILS), label))
    return rows

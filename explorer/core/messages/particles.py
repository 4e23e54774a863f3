"""Korean particles after any word: 을 or 를, 이 or 가, by how the word's last sound is read.

Hangul says it in its code point. Digits are read as Sino-Korean numbers, so 10 ends in 십 and 2 in 이. Latin words are read the
way they are usually borrowed, which spelling shows well enough: ``lab`` is 랩, ``word`` is 워드, ``XML`` is 엑스엠엘.
"""

from __future__ import annotations

import re

__all__ = ["last_sound", "particle"]

NONE, RIEUL, OTHER = 0, 1, 2
"""How a word ends: in a vowel, in ㄹ, in another consonant. 로 follows the first two, 으로 the third."""

_SILENT = " \t\n'\"’”›»)]}>」』】*_`…!?.,:;~"
_DIGITS = dict(zip("0123456789", (OTHER, RIEUL, NONE, OTHER, NONE, NONE, OTHER, RIEUL, RIEUL, NONE), strict=True))
_LETTERS = {"L": RIEUL, "R": RIEUL, "M": OTHER, "N": OTHER}
_SIGNS = {"%": NONE, "℃": NONE, "°": NONE, "+": NONE, "−": NONE, "/": NONE}
_BORROWED = (
    (re.compile(r"[^aeiouy]le$|l$|[aeiou]le$"), RIEUL),
    (re.compile(r"(m|n|ng|[aeiou]me|[aeiou]ne)$"), OTHER),
    (re.compile(r"([^aeiouy]|^)[aeiou]([bcpt]|ck|k)$"), OTHER),
    (re.compile(r"oo[kpt]$|ea[kpt]$|[^aeiou]c$"), OTHER),
)


def last_sound(word: str) -> int:
    """How ``word`` ends when read aloud in Korean: :data:`NONE`, :data:`RIEUL` or :data:`OTHER`.

    >>> [last_sound(word) for word in ("왕", "나무", "물", "10", "2", "lab", "word", "XML")]
    [2, 0, 1, 2, 0, 2, 0, 1]
    """
    word = word.rstrip(_SILENT)
    if not word:
        return NONE
    last = word[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - 0xAC00) % 28
        return NONE if not final else RIEUL if final == 8 else OTHER
    if last in _DIGITS:
        zeros = len(word) - len(word.rstrip("0"))
        # 조 ends in a vowel, 억 만 천 백 십 in a consonant; 0 alone is 영.
        return NONE if zeros >= 12 else _DIGITS[last]
    if last in _SIGNS:
        return _SIGNS[last]
    if "ㄱ" <= last <= "ㅎ":  # read by its name: 기역, 니은; ㄹ is 리을, which ends in ㄹ
        return RIEUL if last == "ㄹ" else OTHER
    latin = re.search(r"[A-Za-z]+$", word)
    if latin:
        return _latin(latin.group())
    return NONE


def _latin(word: str) -> int:
    spelled = word.isupper() or not re.search(r"[aeiouy]", word.lower()) or len(word) == 1
    if spelled:
        return _LETTERS.get(word[-1].upper(), NONE)
    for pattern, sound in _BORROWED:
        if pattern.search(word.lower()):
            return sound
    return NONE


def particle(word: str, pair: str) -> str:
    """The particle of ``pair`` ("을/를", "으로/로") that follows ``word``.

    >>> particle("왕", "을/를"), particle("물", "으로/로"), particle("3", "이/가")
    ('을', '로', '이')
    """
    closed, _, opened = pair.partition("/")
    sound = last_sound(word)
    if closed == "으로" and sound == RIEUL:
        return opened
    return opened if sound == NONE else closed

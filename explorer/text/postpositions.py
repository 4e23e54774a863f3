"""Particles as they are written onto a noun: which rows of them are possible, and after which syllable.

A row is at most a plural 들, a case particle, up to two auxiliary ones and a closing one (에게서까지만은); each is looked at in the
shape its neighbour on the left asks for: 은 after a coda, 는 after a vowel, 로 after a vowel or ㄹ.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from explorer.text.hangul import has_coda, syllable_jamo

__all__ = ["without_particles"]

_ALWAYS, _CODA, _OPEN, _DIRECTION = range(4)

_PAIRED = "이/가 은/는 을/를 과/와 이나/나 이랑/랑 이라도/라도 이란/란 이야/야 이며/며 이든/든 이든지/든지 이여/여 은커녕/는커녕 이라/라 아/야"
_NOMINATIVE = frozenset(["이", "가", "을", "를"])


def _shapes(paired: str, plain: str, direction: str = "") -> dict[str, int]:
    shapes = dict.fromkeys(plain.split(), _ALWAYS)
    for pair in paired.split():
        after_coda, after_vowel = pair.split("/")
        shapes[after_coda], shapes[after_vowel] = _CODA, _OPEN
    for particle in direction.split():
        shapes["으" + particle], shapes[particle] = _CODA, _DIRECTION
    return shapes


_CASE = _shapes(
    "과/와 이랑/랑",
    "에 에서 에서부터 에게 에게서 에게로 한테 한테서 께 께서 에다 에다가 에까지 더러 하고 같이 처럼 보다 만큼",
    "로 로서 로써 로부터",
)
_AUXILIARY = _shapes("이나마/나마", "까지 부터 만 마저 조차 뿐 대로 밖에 마다 만큼 보다 처럼 커녕")
_CLOSING = _shapes(_PAIRED, "도 만 의 들")
_PLURAL = {"들": _ALWAYS}
_STAGES = (_PLURAL, _CASE, _AUXILIARY, _AUXILIARY, _CLOSING)


def _fits(shape: int, before: str) -> bool:
    if shape == _ALWAYS:
        return True
    coda = has_coda(before)
    if shape == _DIRECTION:
        return not coda or syllable_jamo(before)[2] == "ㄹ"
    return coda == (shape == _CODA)


@lru_cache(10_000)
def _possible(tail: str, before: str, stage: int = 0, case: bool = False) -> bool:
    """Whether ``tail`` is a row of particles after the syllable ``before``, from a stage on; ``case``: a case particle went before."""
    if not tail:
        return True
    for number in range(stage, len(_STAGES)):
        for particle, shape in _STAGES[number].items():
            if not tail.startswith(particle) or not _fits(shape, before):
                continue
            if particle in ("으로", "으로서", "으로써", "으로부터") and has_coda(before) and syllable_jamo(before)[2] == "ㄹ":
                continue
            if case and particle in _NOMINATIVE:
                continue
            # 뿐 and its like make a noun phrase again, which may take 이 and 을.
            after = number == 1 or (case and number != 2)
            if _possible(tail[len(particle) :], particle[-1], number + 1, after):
                return True
    return False


def without_particles(word: str, longest: int = 8) -> Iterator[tuple[str, str]]:
    """The ways to read a word as a stem and particles of at most ``longest`` syllables, the longest stem first.

    >>> list(without_particles("대학교에서는"))
    [('대학교에서', '는'), ('대학교', '에서는')]
    >>> list(without_particles("서울로")), list(without_particles("사람는"))
    ([('서울', '로')], [])
    """
    if not word or not ("가" <= word[-1] <= "힣"):
        return
    for place in range(len(word) - 1, max(0, len(word) - 1 - longest), -1):
        if "가" <= word[place - 1] <= "힣" and _possible(word[place:], word[place - 1]):
            yield word[:place], word[place:]

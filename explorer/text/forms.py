"""Inflection as a change that can be carried over: 가다 → 갔다 puts 었 before the ending, so that 먹다 becomes 먹었다.

Words are cut into morphemes by Kiwi. Two forms of one stem differ in particles, endings or the verb-making suffix; the difference is
carried to a third word and joined by Kiwi, which knows which shape a morpheme takes (은 and 는, 았 and 었, 돕다 and 도왔다).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from explorer.text.morphology import shared_kiwi
from explorer.text.normalise import normalise
from explorer.text.tags import base_tag

__all__ = ["FormChange", "change_between", "same_ending", "with_ending"]

Morpheme = tuple[str, str]
"""A form and Kiwi's tag."""

_READINGS = 3
"""Analyses of a word that are tried, likeliest first."""

_LONGEST = 60
"""Characters of a word that is still taken apart."""

_VERBAL = frozenset(["VV", "VA", "VX", "VCN", "XSV", "XSA", "EP"])


def _by_shape(*groups: str) -> dict[str, str]:
    """Every shape of a morpheme but the first, and that one."""
    return {shape: first for first, *others in map(str.split, groups) for shape in others}


_SHAPES = {
    "J": _by_shape("은 는", "이 가", "을 를", "로 으로", "와 과", "랑 이랑", "나 이나"),
    "E": _by_shape(
        "었 았 였", "어 아", "어요 아요", "어서 아서", "어도 아도", "어라 아라", "시 으시", "면 으면", "면서 으면서", "며 으며", "니 으니",
        "ᆫ 은", "ᆯ 을", "ᆷ 음", "ᆫ다 는다", "ᆸ니다 습니다", "ᆸ니까 습니까",
    ),
}  # fmt: skip
"""Particles and endings that are one, by the shapes that the sounds before them give them. 은 and 는 are one particle and two endings."""


def _plain(morpheme: Morpheme) -> Morpheme:
    """A morpheme in one of its shapes, the same for all."""
    form, tag = morpheme[0], base_tag(morpheme[1])
    return _SHAPES.get(tag[:1], {}).get(form, form), tag


def _bound(morpheme: Morpheme) -> bool:
    """A particle, an ending or 이다: what follows a stem."""
    tag = base_tag(morpheme[1])
    return tag.startswith(("J", "E")) or tag == "VCP"


def _verbal(morpheme: Morpheme) -> bool:
    return base_tag(morpheme[1]) in _VERBAL


def _grammatical(morpheme: Morpheme) -> bool:
    return _bound(morpheme) or base_tag(morpheme[1]) in ("XSV", "XSA")


@lru_cache(4096)
def _readings(word: str) -> tuple[tuple[Morpheme, ...], ...]:
    """The likeliest analyses of one word."""
    text = normalise(word).text.strip()
    if not text or len(text) > _LONGEST or any(char.isspace() for char in text):
        return ()
    return tuple(
        tuple((one.form, one.tag) for one in found) for found, _ in shared_kiwi().analyze(text, top_n=_READINGS) if found
    )


def _tail(reading: tuple[Morpheme, ...]) -> int:
    """Where the particles and endings begin."""
    start = len(reading)
    while start > 1 and _bound(reading[start - 1]):
        start -= 1
    return start


def _join(morphemes: tuple[Morpheme, ...]) -> str:
    joined: str = shared_kiwi().join(list(morphemes))
    return joined.replace(" ", "")


@dataclass(frozen=True, slots=True)
class FormChange:
    """What happens to a form.

    Attributes:
        verbal: of a verb or an adjective; else of a noun.
        before: grammatical morphemes that must stand between the stem and the change.
        old, new: what is replaced by what; either may be empty.
    """

    verbal: bool
    before: tuple[Morpheme, ...]
    old: tuple[Morpheme, ...]
    new: tuple[Morpheme, ...]

    def __str__(self) -> str:
        old, new = ("".join(form for form, _ in part) for part in (self.old, self.new))
        if old and new.endswith(old):
            old, new = "", new.removesuffix(old)
        elif new and old.endswith(new):
            old, new = old.removesuffix(new), ""
        return f"{old} → {new}" if old and new else f"+ {new}" if new else f"− {old}"

    def apply(self, word: str) -> str | None:
        """The word with the change made; ``None`` where it has no place for it.

        >>> change_between("가다", "갔다").apply("돕다")
        '도왔다'
        """
        return next((made for reading in _readings(word) if (made := self._on(reading)) is not None), None)

    def _on(self, reading: tuple[Morpheme, ...]) -> str | None:
        wanted = [_plain(one) for one in (*self.before, *self.old)]
        derives = any(not _bound(one) for one in (*self.before, *self.old, *self.new))
        for cut in range(1, len(reading) + 1):
            rest = reading[cut:]
            if not all(map(_grammatical, rest)) or _bound(reading[cut - 1]):
                continue
            if not derives and not (all(map(_bound, rest)) and _verbal(reading[cut - 1]) == self.verbal):
                continue
            if [_plain(one) for one in rest[: len(wanted)]] == wanted:
                before = rest[: len(self.before)]
                return _join((*reading[:cut], *before, *self.new, *rest[len(wanted) :]))
        return None


def change_between(first: str, second: str) -> FormChange | None:
    """The change from one form of a stem to another; ``None`` where the stems differ or nothing changes.

    >>> str(change_between("여정", "여정이")), change_between("왕", "여왕")
    ('+ 이', None)
    """
    readings = _readings(first), _readings(second)
    if first == second or all(len(one) == 1 for found in readings for one in found[:1]):
        return None
    for one, other in product(*readings):
        start = _common(one, other)
        rest, there = one[start:], other[start:]
        end = min(_common(rest[::-1], there[::-1]), len(rest), len(there))
        old, new = rest[: len(rest) - end], there[: len(there) - end]
        if start and (old or new) and all(map(_grammatical, (*rest, *there))):
            before = next((at for at in range(start, 0, -1) if not _bound(one[at - 1])), 0)
            if before and _fits(one[before - 1], (*rest, *there)):
                return FormChange(_verbal(one[before - 1]), one[before:start], old, new)
    return None


def _fits(stem: Morpheme, following: tuple[Morpheme, ...]) -> bool:
    """Whether what follows may follow such a stem: endings a verb, particles a noun; a suffix may follow either."""
    return all(
        base_tag(tag).startswith("E") == _verbal(stem) for _, tag in following[:1] if base_tag(tag).startswith(("E", "J"))
    )


def _common(one: tuple[Morpheme, ...], other: tuple[Morpheme, ...]) -> int:
    """How many morphemes two sequences begin with alike."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if _plain(left) != _plain(right):
            break
        count += 1
    return count


def same_ending(words: tuple[str, ...]) -> tuple[Morpheme, ...]:
    """The particles and endings that all these words share after their stems; empty where they differ.

    >>> [form for form, _ in same_ending(("먹었다", "먹혔다", "잡았다"))]
    ['었', '다']
    """
    for readings in product(*(_readings(word)[:2] for word in words)):
        tails = [reading[_tail(reading) :] for reading in readings]
        if tails[0] and all([*map(_plain, tail)] == [*map(_plain, tails[0])] for tail in tails[1:]):
            return tails[0]
    return ()


def with_ending(word: str, ending: tuple[Morpheme, ...]) -> str | None:
    """A dictionary form with other particles or endings; ``None`` where it takes none of that sort.

    >>> with_ending("잡히다", (("었", "EP"), ("다", "EF")))
    '잡혔다'
    """
    return next(_endings(word, ending), None)


def _endings(word: str, ending: tuple[Morpheme, ...]) -> Iterator[str]:
    verbal = bool(ending) and base_tag(ending[0][1]).startswith("E")
    for reading in _readings(word):
        start = _tail(reading)
        tail = reading[start:]
        if verbal and [form for form, _ in tail] == ["다"]:
            yield _join((*reading[:start], *ending))
        elif not verbal and not tail:
            yield _join((*reading, *ending))

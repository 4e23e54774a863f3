"""The next morpheme of a text by Kiwi's own language model (CoNgram), which is part of Kiwi and needs no download."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.guesses import Guess, count
from explorer.text.morphology import shared_kiwi
from explorer.text.normalise import check_text, normalise
from explorer.text.tags import ATTACHED
from explorer.tokenizers.engines.kiwi import dictionary_form

__all__ = ["kiwi_context", "kiwi_next"]

_REACH = 200
_ATTACHED = (*ATTACHED, "SF", "SP", "SSC", "SE")
_END = 1  # Kiwi's number for the end of a sentence; 0 is the beginning
END = "[END]"


def kiwi_next(text: str, n: int = 10) -> list[Guess]:
    """The next morphemes by Kiwi's own language model.

    It knows morphemes and no spaces, and looks back a few of them only. So a text that ends with a space is followed by
    morphemes that can start an eojeol (particles, endings, suffixes, closing marks and the sentence's end are left out, and
    the others brought to the sum 1); one that ends without a space by any, ``continues`` saying which go on from it. The
    beginning of a word (학 of 학교) is read as a word of its own and not completed.

    Args:
        text: what is to be continued; its last 200 characters count.
        n: how many.

    Returns:
        Guesses with a tag, predicates in their dictionary form, particles in the form that fits (를 after 학교, 을 after 밥).
        ``[SN]`` and the like stand for any number, name or sign that Kiwi has no entry of its own for, ``[END]`` for the
        sentence's end.

    Raises:
        BadInput: there is no text, or ``n`` is not from 1 to 1,000.

    >>> [guess.text for guess in kiwi_next("나는 학교", 3)]
    ['에', '에서', '를']
    """
    count(n)
    check_text(text)
    part = text[-_REACH:]
    if len(part) < len(text) and " " in part.strip():
        part = part.partition(" ")[2]
    clean = normalise(part, strip_zero_width=True, jamo=True).text
    kiwi = shared_kiwi()
    spaced = clean[-1:].isspace()
    # As Kiwi itself reads a text that goes on: 먹었 is 먹다 and 었, not an ending and a stray consonant.
    tokens = kiwi.tokenize(clean, normalize_coda=True, open_ending=not spaced) if clean.strip() else []
    if not tokens:
        raise BadInput("encoders.nothing_to_continue")
    # What cannot follow a space is left out afterwards, so that all has to be asked for.
    found = kiwi.predict_next_morpheme(kiwi_context(tokens), top_n=1 << 17 if spaced else n + 1)
    found = [one for one in found if one.id != 0 and not (spaced and (one.id == _END or one.tag.startswith(_ATTACHED)))]
    total = sum(float(np.exp(one.score)) for one in found) if spaced else 1.0
    return [_guess(tokens[-1], one, total) for one in found[:n]]


def kiwi_context(tokens: Iterable[Any]) -> list[Any]:
    """Analysed morphemes in the form in which ``Kiwi.predict_next_morpheme`` knows them.

    Variants of a morpheme (가 of 이, 를 of 을, 습니다 of ㅂ니다) have numbers of their own that the language model has no
    entry for: given as they are, it forgets all that stands before them. By form and part of speech it finds the morpheme
    that they vary; of several possible ones, or none, only the part of speech is told.
    """
    size = _entries()
    return [token.id if token.id < size else _varied(token.id) for token in tokens]


@lru_cache(maxsize=4096)
def _varied(number: int) -> Any:
    """What a variant is told as: form and part of speech, else the number of all morphemes of that part of speech."""
    one = shared_kiwi().morpheme(number)
    try:
        shared_kiwi().predict_next_morpheme([(one.form, one.tag)], top_n=1)
    except ValueError:
        return _classes().get(one.tag.partition("-")[0], _classes()["NNG"])
    return one.form, one.tag


@lru_cache(maxsize=1)
def _entries() -> int:
    """How many morphemes the language model knows; all later numbers are variants."""
    return len(shared_kiwi().predict_next_morpheme([0], top_n=1 << 20))


@lru_cache(maxsize=1)
def _classes() -> dict[str, int]:
    """The number that stands for all morphemes of a part of speech without an entry."""
    kiwi = shared_kiwi()
    return {one.tag: number for number in range(2, 61) if not (one := kiwi.morpheme(number)).form}


def _guess(last: Any, one: Any, total: float) -> Guess:
    chance = float(np.exp(one.score)) / total
    score = float(np.log(chance))
    if one.id == _END:
        return Guess(END, chance, (END,), True, None, score)
    if not one.form:
        return Guess(f"[{one.tag}]", chance, (f"[{one.tag}]",), one.tag.startswith(_ATTACHED), one.tag, score)
    form, tag = dictionary_form(one.form, one.tag)
    text = form
    if tag.startswith(("J", "E")):
        base = shared_kiwi().join([(last.form, last.tag)])
        both = shared_kiwi().join([(last.form, last.tag), (one.form, one.tag, False)])
        # 가 + 었 fuses to 갔: then the ending by itself has no other form to show.
        text = both[len(base) :] if base and both.startswith(base) and len(both) > len(base) else form
    return Guess(text, chance, (f"{form}/{tag}",), tag.startswith(_ATTACHED), tag, score)

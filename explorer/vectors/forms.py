"""Analogies of forms: 갔다 − 가다 + 먹다 is 먹었다, and 먹혔다 − 먹었다 + 잡았다 is 잡혔다.

Vectors stand for dictionary forms, so particles and endings are gone before they are added. Where a word of an expression is no key, and two
of its words are forms of one stem, the answer is a matter of grammar, and :mod:`explorer.text.forms` gives it. Where all three have the same
ending after different stems the vectors answer for the stems, and the ending is put on again.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.text.forms import change_between, same_ending, with_ending
from explorer.text.hangul import is_syllable, syllable_jamo
from explorer.vectors.records import FormAnswer, Neighbour, Resolution

__all__ = ["answer_in_form", "changed_form"]


_AS_TYPED = ("exact", "form", "sense")
"""How a word is resolved that the model has a vector of its own for: then that answers."""


def changed_form(first: str, second: str, third: str) -> FormAnswer | None:
    """The third word changed as the first is to the second; ``None`` where these are not forms of one stem.

    >>> changed_form("가다", "갔다", "돕다").words
    ('도왔다',)
    """
    if not _alike(first, second):
        return None
    change = change_between(first, second)
    made = change and change.apply(third)
    return FormAnswer("change", str(change), (made,)) if made else None


def _alike(first: str, second: str) -> bool:
    """Whether two words can be forms of one stem, which begin with the same consonant; asked before an analyser is loaded."""
    heads = [word[:1] for word in (first, second)]
    return all(map(is_syllable, heads)) and len({syllable_jamo(head)[0] for head in heads}) == 1


def answer_in_form(
    words: Sequence[str], weights: Sequence[float], resolved: Sequence[Resolution], neighbours: Sequence[Neighbour]
) -> FormAnswer | None:
    """The answer to a − b + c as the form that its words call for; ``None`` where they are dictionary forms of different stems.

    Args:
        words, weights: of the expression.
        resolved: what each word was taken for.
        neighbours: what the vectors answer.
    """
    if sorted(weights) != [-1, 1, 1] or all(found.how in _AS_TYPED for found in resolved):
        return None
    minus = words[list(weights).index(-1)]
    one, other = (word for word, weight in zip(words, weights, strict=True) if weight == 1)
    grammar = changed_form(minus, one, other) or changed_form(minus, other, one)
    if grammar or not all(found.how == "analysed" for found in resolved):
        return grammar
    ending = same_ending((minus, one, other))
    made = tuple(with_ending(neighbour.word, ending) or "" for neighbour in neighbours) if ending else ()
    return FormAnswer("ending", "".join(form for form, _ in ending), made) if any(made) else None

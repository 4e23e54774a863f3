"""What native engines are tried with in a process of their own (:mod:`explorer.core.guarded`), and what is made of their panics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations

from explorer.core.errors import BadInput

__all__ = ["SAMPLE", "panics", "probes"]

SAMPLE = "왕이 밥을 먹었다ㅋㅋ. 뷁 abc 1,234 漢字 😀\n갔닼 \u1112\u1161\u11ab"
"""Known and unknown words, jamo, other scripts and a character of two UTF-16 units."""

_KINDS = "a가1 \n.'"
_MOST = 24
_SHORT, _LONG = 40, 3_000


def probes(patterns: str = "") -> Iterator[str]:
    """Texts that a regular expression with choices inside choices needs ages for: one sign many times, two in turn, then a stop.

    All signs follow, as an engine looks first whether a sign that must come is there at all.

    Args:
        patterns: the expressions of the file, whose own signs are then among those repeated.

    >>> texts = list(probes("(q+)+b"))
    >>> any(text.startswith("q" * 40 + "!") for text in texts), len(texts) < 1_000
    (True, True)
    """
    yield SAMPLE
    yield ""
    own = sorted((char for char in patterns if char.isprintable()), key=lambda char: not char.isalnum())
    signs = list(dict.fromkeys((*_KINDS, *own)))[:_MOST]
    end = "!" + "\u3042".join(signs)
    for sign in signs:
        yield sign * _SHORT + end
        yield sign * _LONG + end
    for one, other in combinations(signs, 2):
        yield (one + other) * (_SHORT // 2) + end


@contextmanager
def panics(tokenizer: str) -> Iterator[None]:
    """Make an error of a panic: Rust's libraries raise what is no ``Exception`` where an expression takes too many steps.

    Raises:
        BadInput: it was one.
    """
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise BadInput("tokenizers.engine_stopped", tokenizer=tokenizer, reason=" ".join(str(error).split())[:200]) from None

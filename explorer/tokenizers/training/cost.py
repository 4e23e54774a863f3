"""What training a tokenizer will take, before it begins: from what trainings have taken.

Measured on Wikipedia of 0.4, 4 and 17 million characters and reviews of 0.4 and 4 million, with 8,000 and 32,000 pieces: processor time of
the whole run, which is nearly the time on the clock, as most of the work is done by one core; right within 40 %.
"""

from __future__ import annotations

from dataclasses import dataclass

from explorer.core.cost import Cost
from explorer.core.errors import BadInput
from explorer.text.morphology import cpu_count
from explorer.tokenizers.training.train import KINDS

__all__ = ["tokenizer_cost"]

_PROGRAM, _KIWI = 100 << 20, 450 << 20
"""Bytes of the program without a corpus, and of Kiwi with its model."""
_READING = 0.4
_OPENING, _CUTTING = 3.0, 6.5
"""Seconds until Kiwi is open, and of one core until it has cut a million characters."""


@dataclass(frozen=True, slots=True)
class _Growth:
    """``seconds · n^power · (pieces / 8000)^pieces`` for n million characters, and megabytes likewise."""

    seconds: float
    power: float
    pieces: float
    megabytes: float
    memory: float


_GROWTH = {
    "wordpiece": _Growth(1.25, 0.78, 0.25, 80, 0.50),
    "byte-bpe": _Growth(3.3, 0.78, 0.15, 138, 0.65),
    "bpe": _Growth(0.66, 0.78, 0.20, 70, 0.50),
    "unigram": _Growth(5.4, 1.02, -0.25, 62, 0.82),
}


def tokenizer_cost(kind: str, characters: int, vocab_size: int = 8000) -> Cost:
    """About what :func:`~explorer.tokenizers.training.train.train_tokenizer` takes.

    Args:
        kind: what it trains.
        characters: of the corpus.
        vocab_size: pieces in all.

    Raises:
        BadInput: there is no such kind.

    >>> small, large = (tokenizer_cost("unigram", size) for size in (10**6, 10**7))
    >>> 0 < small.seconds < large.seconds and small.bytes < large.bytes
    True
    """
    if kind not in KINDS:
        raise BadInput("tokenizers.kind_not_trainable", kind=kind, known=", ".join(KINDS))
    growth = _GROWTH[kind.removeprefix("kiwi-")]
    millions = max(characters, 1) / 1e6
    inside = kind.startswith("kiwi-")
    seconds = _READING + growth.seconds * millions**growth.power * (vocab_size / 8000) ** growth.pieces
    memory = _PROGRAM + growth.megabytes * 2**20 * millions**growth.memory
    if inside:
        seconds += _OPENING + _CUTTING * millions / cpu_count()
        memory += _KIWI
    return Cost(seconds, round(memory))

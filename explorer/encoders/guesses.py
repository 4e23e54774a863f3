"""What models guess: records shared by masked words, next pieces and their command line."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from explorer.core.errors import BadInput
from explorer.core.messages import LANGUAGES, Message
from explorer.encoders.signs import sign_of
from explorer.text.normalise import check_text

__all__ = ["MASK", "Gap", "Guess", "count", "mask_spans"]

MASK = "[MASK]"
MOST_GAPS = 64


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess.

    Attributes:
        text: as it reads: a word (``타고``), a piece as the vocabulary writes it (``##는``, ``Ġ서울``), a morpheme in its
            dictionary form (``먹다``), a sign in brackets (``[SF]``; :attr:`means` says what it is).
        probability: what the model gives it, from 0 to 1; for a word of several pieces the product along the chain
            (:meth:`~explorer.encoders.fill.Filler.score`), so it may round to 0 where ``score`` still tells words apart.
        pieces: the vocabulary's own entries.
        continues: whether it goes on from the word before it instead of starting a new one.
        tag: its part of speech, where the model knows one.
        score: the natural logarithm of ``probability``; ``None`` where the model has no entry for the word at all.
    """

    text: str
    probability: float
    pieces: tuple[str, ...]
    continues: bool = False
    tag: str | None = None
    score: float | None = None

    @property
    def means(self) -> Message | None:
        """What the guess says in words where it is a sign and no text: ``[SF]`` a full stop or its like, ``[END]`` the end.

        >>> Guess("[END]", 0.5, ("[END]",)).means.said("ko"), Guess("섬", 0.5, ("섬",)).means
        ('문장 끝', None)
        """
        return sign_of(self.pieces[0]) if len(self.pieces) == 1 else None

    def to_dict(self) -> dict[str, Any]:
        means = self.means
        words = None if means is None else {language: means.said(language) for language in LANGUAGES}
        return asdict(self) | {"pieces": list(self.pieces), "means": words}


@dataclass(frozen=True, slots=True)
class Gap:
    """One mask of a text.

    Attributes:
        start, end: where the mask stands, in code points of the text as given.
        guesses: most probable first. With several masks each gap's guesses leave the other masks open: they are
            marginal, and the first guesses of two gaps need not fit each other.
        read: the part of the text (start and end) that the guesses rest on; less than all of a text too long for the model.
    """

    start: int
    end: int
    guesses: list[Guess]
    read: tuple[int, int]

    def to_dict(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "guesses": [guess.to_dict() for guess in self.guesses],
            "read": list(self.read),
        }


def count(n: int, name: str = "n", most: int = 1000) -> int:
    """A number of results.

    Raises:
        BadInput: it is not from 1 to ``most``.
    """
    if not 1 <= n <= most:
        raise BadInput("encoders.out_of_range", option=name, value=n, most=most)
    return n


def mask_spans(text: str, own: str = MASK) -> list[tuple[int, int]]:
    """Where masks stand in a text: ``[MASK]``, or the model's own mask token.

    Raises:
        BadInput: there is none, or there are more than 64.

    >>> mask_spans("배를 [MASK] 섬에 갔다.")
    [(3, 9)]
    """
    check_text(text)
    spans = [match.span() for match in re.finditer(f"{re.escape(MASK)}|{re.escape(own)}", text)]
    if not spans:
        raise BadInput("encoders.no_mask", mask=MASK, shown=MASK)
    if len(spans) > MOST_GAPS:
        raise BadInput("encoders.too_many_masks", masks=len(spans), most=MOST_GAPS)
    return spans

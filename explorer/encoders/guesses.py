"""What models guess: records shared by masked words, next pieces and their command line."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from explorer.core.errors import BadInput
from explorer.core.messages import LANGUAGES, Message
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.encoders.signs import sign_of
from explorer.text.normalise import check_text

if TYPE_CHECKING:
    import pandas as pd

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


@dataclass(frozen=True, slots=True, repr=False)
class Gap(Record):
    """One mask of a text.

    Attributes:
        start, end: where the mask stands, in code points of the text as given.
        guesses: most probable first. With several masks each gap's guesses leave the other masks open: they are
            marginal, and the first guesses of two gaps need not fit each other.
        read: the part of the text (start and end) that the guesses rest on; less than all of a text too long for the model.

    >>> Gap(3, 9, [Guess("섬", 0.5, ("섬",)), Guess("[END]", 0.25, ("[END]",))], (0, 12))
    [MASK] 3–9
    rank  text                     probability
       1  섬                             0.500
       2  [END] (end of sentence)        0.250
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

    def to_frame(self) -> pd.DataFrame:
        """A row for each guess: its rank, text, probability, score (the logarithm) and part of speech."""
        import pandas as pd

        rows = [(rank, one.text, one.probability, one.score, one.tag) for rank, one in enumerate(self.guesses, 1)]
        return pd.DataFrame(rows, columns=["rank", "text", "probability", "score", "tag"])

    def sheet(self) -> Sheet:
        said = [one.text if one.means is None else f"{one.text} ({one.means.said()})" for one in self.guesses]
        rows = tuple((rank, text, one.probability) for rank, (text, one) in enumerate(zip(said, self.guesses, strict=True), 1))
        title = f"{MASK} {self.start}–{self.end}"
        return Sheet(title, columns=("rank", "text", "probability"), rows=rows, bars=("probability", 0.0, 1.0))


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

"""Masked words by any masked model that transformers opens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.fill import Place, window
from explorer.encoders.forward import Network
from explorer.encoders.guesses import Guess
from explorer.encoders.pieces import HubPieces
from explorer.text.normalise import normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PieceGaps"]

_REACH = 12
"""Characters looked at on each side of a gap, for each piece that fits the model: more than a piece ever has on average."""


class PieceGaps:
    """:class:`~explorer.encoders.fill.Gaps` of a masked checkpoint."""

    def __init__(self, network: Network, pieces: HubPieces) -> None:
        self._network, self._table = network, pieces
        if pieces.tokenizer.mask_token_id is None:
            raise BadInput("encoders.no_mask_token", model=network.name)
        self.mask = str(pieces.tokenizer.mask_token)
        self.mask_id = int(pieces.tokenizer.mask_token_id)
        self.room = max(1, min(64, pieces.capacity // 4))
        # Where the head cannot be run on the masks alone, the logits of a whole pass are kept below 256 MB.
        self.batch = 4096 if network.masked_part is not None else max(1, (1 << 26) // len(pieces.entries))

    def places(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Place]:
        edges = [0, *(edge for span in spans for edge in span), len(text)]
        parts = [(edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
        reach = _REACH * self._table.capacity
        cuts = []
        for number, (start, end) in enumerate(parts):
            # A part between two gaps is near both of them; only what is far from every gap is left out.
            if number == 0:
                start = _word_start(text, max(start, end - reach), end)
            elif number == len(parts) - 1:
                end = min(end, start + reach)
            elif end - start > 2 * reach:
                cuts.append(
                    (
                        self._pieces(text, start, start + reach, True),
                        self._pieces(text, _word_start(text, end - reach, end), end, False),
                    )
                )
                continue
            one = self._pieces(text, start, end, number > 0)
            cuts.append((one, one))
        room = self._table.capacity - self.room
        places = []
        for number, (start, end) in enumerate(spans):
            before = self._side(cuts, spans, number, -1, room)
            after = self._side(cuts, spans, number, 1, room)
            left, right = window(before, after, room)
            before, after = before[len(before) - left :], after[:right]
            whole_left, whole_right = number == 0 and not text[:start].strip(), not text[end:].strip()
            read = (
                0
                if whole_left or (before and before[0][1] == 0) or (not before and start == 0)
                else (before[0][1] if before else start),
                len(text) if whole_right else (after[-1][2] if after else end),
            )
            previous = text[:start]
            touching = number > 0 and spans[number - 1][1] == start
            glued = touching or self._table.joins(unicodedata.normalize("NFC", previous[-8:]))
            places.append(
                Place(start, end, [n for n, _, _ in before], [n for n, _, _ in after], glued, not previous.strip(), read)
            )
        return places

    def _side(
        self,
        cuts: list[tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]],
        spans: Sequence[tuple[int, int]],
        number: int,
        step: int,
        room: int,
    ) -> list[tuple[int, int, int]]:
        """Pieces on one side of a gap, the nearest ``room`` of them at least, in the order of the text."""
        found: list[tuple[int, int, int]] = []
        part = number if step < 0 else number + 1
        while 0 <= part < len(cuts) and len(found) < room:
            near, far = cuts[part][1 if step < 0 else 0], cuts[part]
            found = [*near, *found] if step < 0 else [*found, *near]
            if far[0] is not far[1]:
                break  # something between was left out
            gap = part - 1 if step < 0 else part
            if not 0 <= gap < len(spans):
                break
            mask = (self.mask_id, *spans[gap])
            found = [mask, *found] if step < 0 else [*found, mask]
            part += step
        return found

    def _pieces(self, text: str, start: int, end: int, after_gap: bool) -> list[tuple[int, int, int]]:
        """Pieces of a part of the text, with their places in the text as given."""
        part = text[start:end].rstrip()
        clean = normalise(part)
        if not clean.text.strip():
            return []
        made = self._table.after(clean.text) if after_gap else self._table.encode(clean.text)
        found = []
        for number, first, last in made:
            a, b = clean.to_original(first, last)
            found.append((number, a + start, b + start))
        return found

    def logits(self, rows: Sequence[list[int]], at: Sequence[int]) -> NDArray[np.float32]:
        prefix, suffix = self._table.prefix, self._table.suffix
        found = self._network.masked_logits([[*prefix, *row, *suffix] for row in rows], [one + len(prefix) for one in at])
        return found[:, : len(self._table.entries)]

    @cached_property
    def _words(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Pieces that may stand first in a word of its own, and inside any word."""
        table = self._table
        if table.kind == "plain":
            return table.letters, table.letters
        return table.letters & table.starts, table.letters & ~table.starts

    def allowed(self, place: Place, head: tuple[int, ...], last: bool) -> NDArray[np.bool_]:
        first, inner = self._words
        if head or place.glued:
            return inner
        if place.first and self._table.kind == "bytes" and not self._spaced:
            return inner  # a text's first word has no space before it
        return first

    @cached_property
    def _spaced(self) -> bool:
        """Whether a byte-level tokenizer writes a space before a text's first word too."""
        made = self._table.encode("가")
        return bool(made) and self._table.starts_word(made[0][0])

    def read(self, place: Place, pieces: tuple[int, ...]) -> str | None:
        word = self._table.word(pieces)
        return word if word is not None and tuple(self._cut_any(place, word)) == pieces else None

    def _cut_any(self, place: Place, word: str) -> list[int]:
        return self._table.cut_word(word, glued=place.glued, first=place.first)

    def cut(self, place: Place, word: str) -> list[int]:
        numbers = self._cut_any(place, unicodedata.normalize("NFC", word))
        return [] if not numbers or self._table.unknown in numbers else numbers

    def words(self, pieces: Sequence[int]) -> list[str]:
        # A single syllable may be repeated: ㅋㅋ, 하하.
        found = (self._table.word([number]) for number in pieces if number not in self._table.special)
        return [word for word in found if word is not None and len(word) > 1]

    def piece(self, number: int, probability: float) -> Guess:
        continues = self._table.kind != "plain" and not self._table.starts_word(number) and number not in self._table.special
        score = float(np.log(probability)) if probability > 0 else None
        return Guess(self._table.show(number), probability, (self.entry(number),), continues, None, score)

    def entry(self, number: int) -> str:
        return self._table.entries[number]


def _word_start(text: str, at: int, end: int) -> int:
    """The first beginning of a word from ``at`` on, so that no piece of half a word is read; ``at`` where there is none."""
    if at == 0 or text[at - 1].isspace():
        return at
    space = re.compile(r"\s").search(text, at, end)
    return space.end() if space else at

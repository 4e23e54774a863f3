"""From a model's pieces to words: which pieces make up which word, and attention between words instead of pieces.

Attention between words follows Clark et al. 2019, *What Does BERT Look At?* (https://aclanthology.org/W19-4828/, section 4.1):
attention **to** a word is the sum over its pieces, attention **from** a word the mean over its pieces, so that what goes out
of every word still adds up to 1. Special tokens stay columns of their own: much attention ends there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.pieces import Piece

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token

__all__ = ["UNITS", "Unit", "join_attention", "make_units"]

UNITS = ("piece", "eojeol", "morpheme")


@dataclass(frozen=True, slots=True)
class Unit:
    """A word as the model's pieces can tell it: one piece, an eojeol, or a morpheme.

    Attributes:
        text: what to call it. Several words that share a piece are one unit, joined with ``+``.
        sentence: 0 or 1; ``None`` for special tokens.
        start, end: code-point offsets into that sentence.
        pieces: places of its pieces in the pass.
    """

    text: str
    sentence: int | None
    start: int
    end: int
    pieces: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"pieces": list(self.pieces)}


def make_units(pieces: Sequence[Piece], texts: Sequence[str], unit: str, morphemes: Sequence[Sequence[Token]]) -> list[Unit]:
    """The units of a pass, in its order; every piece belongs to exactly one.

    Args:
        pieces: all tokens of the pass, special ones included.
        texts: the sentences.
        unit: one of :data:`UNITS`. ``"eojeol"`` is what stands between white space.
        morphemes: Kiwi's morphemes of each sentence; looked at for ``"morpheme"`` only.

    Raises:
        BadInput: there is no such unit.
    """
    if unit not in UNITS:
        raise BadInput("encoders.unknown_unit", unit=unit, choices=", ".join(UNITS))
    if unit == "piece":
        return [Unit(one.text, one.sentence, one.start, one.end, (one.index,)) for one in pieces]
    found: list[Unit] = []
    for sentence, text in enumerate(texts):
        here = [piece for piece in pieces if piece.sentence == sentence]
        if unit == "eojeol":
            words = [(match.start(), match.end(), match.group()) for match in re.finditer(r"\S+", text)]
        else:
            words = [(token.start, token.end, token.form) for token in morphemes[sentence]]
        for members, numbers in _groups(here, [(start, end) for start, end, _ in words], unit == "morpheme"):
            parts = [words[number] for number in numbers]
            start = min([part[0] for part in parts] or [piece.start for piece in members])
            end = max([part[1] for part in parts] or [piece.end for piece in members])
            if unit == "eojeol":
                name = text[start:end] if parts else members[0].text
            else:
                name = "+".join(part[2] for part in parts) or members[0].text
            found.append(Unit(name, sentence, start, end, tuple(piece.index for piece in members)))
    found += [Unit(one.text, None, 0, 0, (one.index,)) for one in pieces if one.special]
    return sorted(found, key=lambda one: one.pieces[0])


def _groups(
    pieces: Sequence[Piece], words: Sequence[tuple[int, int]], by_morpheme: bool
) -> list[tuple[list[Piece], list[int]]]:
    """Pieces and words of one sentence that belong together: words that share a piece cannot be told apart and are joined."""
    belongs = [_under(piece, words, by_morpheme) for piece in pieces]
    for place in reversed(range(len(pieces))):  # a lone ▁ opens the word after it
        if not belongs[place] and pieces[place].start == pieces[place].end:
            belongs[place] = belongs[place + 1] if place + 1 < len(pieces) else belongs[place - 1] if place else []
    parent = list(range(len(words)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for numbers in belongs:
        for other in numbers[1:]:
            first, second = sorted((root(numbers[0]), root(other)))
            parent[second] = first
    joined: dict[Any, tuple[list[Piece], set[int]]] = {}
    for piece, numbers in zip(pieces, belongs, strict=True):
        key = root(numbers[0]) if numbers else ("alone", piece.index)
        members, covered = joined.setdefault(key, ([], set()))
        members.append(piece)
        covered.update(numbers)
    return [(members, sorted(covered)) for members, covered in joined.values()]


def _under(piece: Piece, words: Sequence[tuple[int, int]], by_morpheme: bool) -> list[int]:
    """Numbers of the words a piece shares a character with."""
    if by_morpheme and piece.morpheme is not None:
        return [piece.morpheme]
    return [number for number, (start, end) in enumerate(words) if start < piece.end and end > piece.start]


def join_attention(attention: NDArray[Any], groups: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Attention between words, from attention between pieces.

    Args:
        attention: ``… × T × T``; row = from, column = to; rows add up to 1.
        groups: for every word the places of its pieces; together all of ``range(T)``.

    Returns:
        ``… × words × words`` float32; rows add up to 1.

    >>> two = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3], [0.4, 0.4, 0.2]])
    >>> join_attention(two, [[0], [1, 2]]).round(2).tolist()
    [[0.5, 0.5], [0.25, 0.75]]
    """
    size = attention.shape[-1]
    if sorted(place for group in groups for place in group) != list(range(size)):
        raise BadInput("encoders.groups_not_a_partition", size=size)
    member = np.zeros((size, len(groups)), np.float64)
    for number, group in enumerate(groups):
        member[list(group), number] = 1
    to = attention.astype(np.float64) @ member
    joined: NDArray[np.float32] = ((member / member.sum(axis=0)).T @ to).astype(np.float32)
    return joined

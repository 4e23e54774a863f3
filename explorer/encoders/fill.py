"""Masked words: what a model would put where a text has ``[MASK]``, by piece and by word.

By piece, a probability is the softmax of the model's logits at the mask. A word of several pieces needs several masks, and its
score is the pseudo-log-likelihood of its pieces (Salazar et al., Masked Language Model Scoring, ACL 2020), each piece given
the text, the word's earlier pieces, and masks in the place of this and its later ones (the within-word left-to-right variant
of Kauf & Ivanova, A Better Way to Do Masked Language Model Scoring, ACL 2023)::

    score(w_1 … w_m) = Σ_j log P(w_j | text, w_1 … w_{j-1}, m - j + 1 masks)

This is a sum and not a mean: the logarithm of a probability, which for each number of pieces adds up to 1 over all words of so
many pieces. Words of different lengths are compared as if each number of pieces were equally likely beforehand. A mean over
pieces would favour long words, whose later pieces are nearly certain once the first ones are there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.guesses import Gap, Guess, count, mask_spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

__all__ = ["Filler", "Gaps", "Place", "log_softmax", "window"]

UNITS = ("word", "piece")
MOST_PIECES = 8


@dataclass(frozen=True)
class Place:
    """A gap as the model sees it.

    Attributes:
        start, end: of the mask in the text.
        before, after: pieces on both sides, other masks among them, cut to what fits the model.
        glued: whether the word in the gap goes on from what stands before it without a space.
        first: nothing stands before the gap.
        read: the part of the text that ``before`` and ``after`` cover.
    """

    start: int
    end: int
    before: list[int]
    after: list[int]
    glued: bool
    first: bool
    read: tuple[int, int]


class Gaps(Protocol):
    """A model as it sees gaps: what :class:`Filler` asks of it.

    Attributes:
        mask, mask_id: its own mask token, and the number of it.
        room: pieces that a candidate may have.
        batch: pieces in one pass through the model.
    """

    mask: str
    mask_id: int
    room: int
    batch: int

    def places(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Any]:
        """The gaps of a text, each a :class:`Place`."""

    def logits(self, rows: Sequence[list[int]], at: Sequence[int]) -> NDArray[np.float32]:
        """Logits (rows × entries) at one position of each row of pieces, special pieces not counted."""

    def allowed(self, place: Any, head: tuple[int, ...], last: bool) -> Flags:
        """Which entries may follow ``head`` in a word in this gap; ``last`` when the word ends with them."""

    def read(self, place: Any, pieces: tuple[int, ...]) -> str | None:
        """The word that pieces make in the gap; ``None`` where they make none, or the tokenizer would cut it otherwise."""

    def cut(self, place: Any, word: str) -> list[int]:
        """The pieces of a candidate; empty where the vocabulary does not hold it."""

    def words(self, pieces: Sequence[int]) -> list[str]:
        """What in some pieces could be a word by itself, each as :meth:`cut` takes it; the same for equal words."""

    def piece(self, number: int, probability: float) -> Guess:
        """One piece as a guess."""

    def entry(self, number: int) -> str:
        """A piece as the vocabulary writes it."""


class Filler:
    """A model that guesses masked words. Safe from several threads.

    Attributes:
        name: what it was opened as.
        mask: the model's own mask token; ``[MASK]`` is always accepted in a text and means the same.
    """

    def __init__(self, gaps: Gaps, name: str) -> None:
        self._gaps = gaps
        self.name, self.mask = name, gaps.mask

    def __repr__(self) -> str:
        return f"<Filler {self.name}>"

    def fill(
        self, text: str, n: int = 10, *, unit: str = "word", pieces: int = 3, progress: ProgressCallback | None = None
    ) -> list[Gap]:
        """What the model would put where the text has ``[MASK]``.

        Args:
            text: with one or more masks; of a text too long for the model the part around each mask is read (``Gap.read``).
            n: guesses for each gap, at most; fewer where fewer words come out.
            unit: ``"piece"`` for single entries of the vocabulary, any of them; ``"word"`` for whole words of letters and
                digits, found by a beam search over 1 to ``pieces`` pieces. Left out are pieces that would break a word (an
                inner one at its start, a marked start inside), words that the tokenizer itself would cut otherwise, and words
                that double one: 겨울겨울, and 수도도시 for ``대한민국의 수도는 [MASK]이다``, where 수도 stands in the text and each
                half alone is the better guess. What merely repeats a word of the text stays.
            pieces: the longest word, in pieces, from 1 to 8; only for words.
            progress: told about the gaps done, for words also about each number of pieces tried.

        Returns:
            One gap for each mask, in order. With several masks each gap is guessed while the others stay open.

        Raises:
            BadInput: there is no mask, or an argument is outside its range.
        """
        count(n)
        if unit not in UNITS:
            raise BadInput("encoders.unit_word_piece", unit=unit)
        count(pieces, "pieces", MOST_PIECES)
        spans = mask_spans(text, self.mask)
        gaps = []
        rounds = pieces if unit == "word" else 1
        done = 0

        def finished() -> None:
            nonlocal done
            done += 1
            report(progress, "guessing", done, rounds * len(spans), "rounds")

        for place in self._gaps.places(text, spans):
            if unit == "piece":
                guesses = self._by_piece(place, n)
                finished()
            else:
                guesses = self._by_word(place, n, pieces, finished)
            gaps.append(Gap(place.start, place.end, guesses, place.read))
        return gaps

    def score(self, text: str, candidates: Sequence[str]) -> list[Guess]:
        """How well candidate words fit the one mask of a text, best first.

        Args:
            text: with exactly one mask.
            candidates: words of any number of pieces; the definition of their score stands at the head of this module.

        Returns:
            One guess for each candidate. ``score`` is the sum of logarithms, ``probability`` its exponential; a word that
            the vocabulary does not hold has the score ``None`` and comes last.

        Raises:
            BadInput: the text has no mask or several, there is no candidate, or one is empty or too long.
        """
        spans = mask_spans(text, self.mask)
        if len(spans) > 1:
            raise BadInput("encoders.one_mask_only", masks=len(spans))
        words = list(dict.fromkeys(candidates))
        if isinstance(candidates, str) or not words or not all(word.strip() for word in words):
            raise BadInput("encoders.candidates_empty")
        [place] = self._gaps.places(text, spans)
        cut = [self._gaps.cut(place, word.strip()) for word in words]
        room = self._gaps.room
        long = next((word for word, one in zip(words, cut, strict=True) if len(one) > room), None)
        if long is not None:
            raise BadInput("encoders.too_many_pieces", word=long[:40], model=self.name, most=room)
        scores = self._chain(place, cut)
        guesses = []
        for word, numbers, score in zip(words, cut, scores, strict=True):
            known = bool(numbers)
            guesses.append(
                Guess(
                    word.strip(),
                    float(np.exp(score)) if known else 0.0,
                    tuple(map(self._gaps.entry, numbers)),
                    place.glued,
                    None,
                    float(score) if known else None,
                )
            )
        return sorted(guesses, key=lambda guess: -np.inf if guess.score is None else guess.score, reverse=True)

    def to_dict(self, gaps: Sequence[Gap]) -> dict[str, Any]:
        """Gaps of this model as plain data."""
        return {"model": self.name, "mask": self.mask, "gaps": [gap.to_dict() for gap in gaps]}

    def _predict(self, place: Place, heads: Sequence[Sequence[int]], masks: Sequence[int]) -> Floats:
        """Log-probabilities (rows × entries) of the first mask, after given pieces, of ``masks`` masks in all that follow."""
        rows = [
            [*place.before, *head, *([self._gaps.mask_id] * left), *place.after]
            for head, left in zip(heads, masks, strict=True)
        ]
        at = [len(place.before) + len(head) for head in heads]
        size = max(1, self._gaps.batch // (max(map(len, rows)) + 2))
        parts = [
            log_softmax(self._gaps.logits(rows[begin : begin + size], at[begin : begin + size]))
            for begin in range(0, len(rows), size)
        ]
        return np.concatenate(parts)

    def _by_piece(self, place: Place, n: int) -> list[Guess]:
        chances = np.exp(self._predict(place, [()], [1])[0])
        best = np.argsort(-chances, kind="stable")[:n]
        return [self._gaps.piece(int(number), float(chances[number])) for number in best]

    def _by_word(self, place: Place, n: int, pieces: int, finished: Callable[[], None]) -> list[Guess]:
        width = max(16, min(2 * n, 64))
        alone = self._predict(place, [()], [1])
        found: dict[str, tuple[float, tuple[int, ...]]] = {}
        for length in range(1, pieces + 1):
            beams: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
            for step in range(length):
                allowed = np.stack([self._gaps.allowed(place, head, step == length - 1) for _, head in beams])
                heads = [head for _, head in beams]
                table = alone if length == 1 else self._predict(place, heads, [length - step] * len(beams))
                table = np.where(allowed, table, -np.inf) + np.array([score for score, _ in beams])[:, None]
                # The last step keeps more, because what does not read as a word still falls out.
                keep = width if step < length - 1 else 4 * width
                best = np.argsort(-table, axis=None, kind="stable")[:keep] if table.size < 1 << 17 else _top(table, keep)
                rows, columns = np.unravel_index(best, table.shape)
                beams = [
                    (float(table[row, column]), (*beams[row][1], int(column)))
                    for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
                    if np.isfinite(table[row, column])
                ]
                if not beams:
                    break
            kept = 0
            for score, numbers in beams:
                word = self._gaps.read(place, numbers) if len(numbers) == length else None
                if word is None or self._doubles(place, numbers, score, alone[0]):
                    continue
                if word not in found or score > found[word][0]:
                    found[word] = (score, numbers)
                kept += 1
                if kept == n:
                    break
            finished()
        ranked = sorted(found.items(), key=lambda item: -item[1][0])[:n]
        return [
            Guess(word, float(np.exp(score)), tuple(map(self._gaps.entry, numbers)), place.glued, None, score)
            for word, (score, numbers) in ranked
        ]

    def _doubles(self, place: Place, pieces: tuple[int, ...], score: float, alone: Floats) -> bool:
        """Whether a guess says one thing twice: a word repeated, or a word of the text beside another that says the same."""
        words = self._gaps.words(pieces)
        before = self._gaps.words(place.before[-1:]) if place.glued else []
        if len({*before, *words}) < len(before) + len(words):
            return True
        if len(words) < 2 or not set(words) & set(self._gaps.words([*place.before, *place.after])):
            return False
        cuts = [self._gaps.cut(place, word) for word in words]
        return all(len(one) == 1 and alone[one[0]] > score for one in cuts)

    def _chain(self, place: Place, words: Sequence[Sequence[int]]) -> Floats:
        """The score of each word, a row of pieces; minus infinity for an empty one."""
        heads = [tuple(word[:step]) for word in words for step in range(len(word))]
        masks = [len(word) - step for word in words for step in range(len(word))]
        wanted = [number for word in words for number in word]
        scores = np.full(len(words), -np.inf)
        if not heads:
            return scores
        owners = np.repeat(np.arange(len(words)), [len(word) for word in words])
        scores[np.unique(owners)] = 0
        # One batch at a time: rows × entries of a large vocabulary would not fit for many candidates at once.
        for begin in range(0, len(heads), 64):
            part = slice(begin, begin + 64)
            table = self._predict(place, heads[part], masks[part])
            np.add.at(scores, owners[part], table[np.arange(len(table)), wanted[part]])
        return scores


def log_softmax(logits: NDArray[np.floating[Any]]) -> Floats:
    """Logarithms of probabilities along the last axis, in double precision."""
    shifted = np.asarray(logits, np.float64)
    shifted = shifted - shifted.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def _top(table: Floats, keep: int) -> NDArray[np.intp]:
    """Flat places of the largest numbers, largest first."""
    flat = table.ravel()
    part = np.argpartition(-flat, min(keep, flat.size - 1))[:keep]
    best: NDArray[np.intp] = part[np.lexsort((part, -flat[part]))]
    return best


def window(before: Sequence[Any], after: Sequence[Any], room: int) -> tuple[int, int]:
    """How many of the last pieces before a gap and of the first ones after it fit: the gap in the middle, no room wasted.

    >>> window(range(10), range(3), 8), window(range(10), range(10), 8), window([], range(10), 8)
    ((5, 3), (4, 4), (0, 8))
    """
    left = min(len(before), max(room // 2, room - len(after)))
    return left, min(len(after), room - left)

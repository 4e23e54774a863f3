"""Words guessed in gaps: an encoder beside the frequencies, trigrams and Kiwi's own language model.

One morpheme of a sentence is missing at a time, everything else is there. Counted is whether the first guess is the very
morpheme, form and part of speech. Only morphemes that an encoder's vocabulary holds whole are taken out, symbols and
numbers never, and every method may answer with these alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.intervals import bounds, draw
from explorer.core.progress import ProgressCallback, track
from explorer.encoders.forward import Network
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.morpheme.reading import Place, read_places
from explorer.encoders.train.morphemes import KEY, LINE, MorphemeArrays
from explorer.encoders.train.vocabulary import MorphemeVocabulary
from explorer.text.tags import SIGNS, TOPICAL, tag_of
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token

    Ints = NDArray[np.int64]

__all__ = ["Gap", "GuessScore", "Trigrams", "answers", "encoder_guesses", "find_gaps", "kiwi_guesses", "score_guesses"]


@dataclass(frozen=True)
class Gap:
    """A missing morpheme: ``tokens[at]`` is to be guessed; ``answer`` is its entry."""

    tokens: Sequence[Token]
    at: int
    answer: int


@dataclass(frozen=True)
class GuessScore:
    """Share of gaps whose first guess is right.

    Attributes:
        method: who guessed.
        accuracy, low, high: with a 95 % bootstrap interval over sentences.
        content: the same share over nouns, verbs, adjectives and adverbs alone.
        gaps: how many there were.
    """

    method: str
    accuracy: float
    low: float
    high: float
    content: float
    gaps: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def answers(vocabulary: MorphemeVocabulary) -> NDArray[np.bool_]:
    """Which entries may be guessed: whole morphemes that are no symbols or numbers."""
    symbols = np.array([tag_of(entry).startswith(SIGNS) for entry in vocabulary.entries])
    possible: NDArray[np.bool_] = (np.arange(len(vocabulary)) >= vocabulary.first_word) & ~symbols
    return possible


def find_gaps(sentences: Iterable[Sequence[Token]], vocabulary: MorphemeVocabulary, each: int = 3, seed: int = 42) -> list[Gap]:
    """Up to ``each`` random gaps in every analysed sentence."""
    rng = np.random.default_rng([seed, 6])
    possible = answers(vocabulary)
    gaps = []
    for tokens in sentences:
        numbers = [vocabulary.numbers.get(key_of(token), 0) for token in tokens]
        places = [index for index, number in enumerate(numbers) if possible[number]]
        for index in sorted(rng.permutation(len(places))[:each]):
            gaps.append(Gap(tokens, places[index], numbers[places[index]]))
    return gaps


def score_guesses(method: str, gaps: Sequence[Gap], guesses: Sequence[int], vocabulary: MorphemeVocabulary) -> GuessScore:
    """Accuracy of first guesses.

    Raises:
        BadInput: there is not one guess for each gap, or no gap.
    """
    if not gaps or len(gaps) != len(guesses):
        raise BadInput("encoders.guess_count_mismatch", guesses=len(guesses), gaps=len(gaps))
    right = np.array([gap.answer == guess for gap, guess in zip(gaps, guesses, strict=True)], np.float64)
    tags = [tag_of(vocabulary.entries[gap.answer]) for gap in gaps]
    content = np.array([tag in TOPICAL for tag in tags])
    _, sentence = np.unique([id(gap.tokens) for gap in gaps], return_inverse=True)
    hits, sizes = np.bincount(sentence, right), np.bincount(sentence)
    draws = draw(len(hits), 2_000, 42)
    low, high = bounds(hits[draws].sum(1) / sizes[draws].sum(1))
    share = float(right[content].mean()) if content.any() else float("nan")
    return GuessScore(method, float(right.mean()), low, high, share, len(gaps))


def encoder_guesses(
    network: Network, pieces: MorphemePieces, gaps: Sequence[Gap], progress: ProgressCallback | None = None
) -> list[int]:
    """First guesses of an encoder, with the one morpheme masked."""
    possible = answers(pieces.vocabulary)
    length = pieces.capacity
    found: list[int] = []
    for begin in track(range(0, len(gaps), 256), progress, "guessing", unit="batches"):
        places = []
        for gap in gaps[begin : begin + 256]:
            ids, owners = pieces.encode_tokens(gap.tokens)
            first = owners.index(gap.at)
            left = max(0, min(first - length // 2, len(ids) - length))
            places.append(Place(ids[left : left + length], first - left, first - left + 1))
        logits = read_places(network, pieces, places).logits
        found += np.where(possible, logits, -np.inf).argmax(axis=1).tolist()
    return found


def kiwi_guesses(
    gaps: Sequence[Gap], vocabulary: MorphemeVocabulary, top: int = 200, progress: ProgressCallback | None = None
) -> list[int]:
    """First guesses of Kiwi's language model, which sees what stands before the gap and nothing after it."""
    from explorer.encoders.kiwi_next import kiwi_context
    from explorer.text.morphology import shared_kiwi
    from explorer.tokenizers.engines.kiwi import dictionary_form

    kiwi, possible = shared_kiwi(), answers(vocabulary)
    found = []
    for gap in track(gaps, progress, "guessing", unit="gaps"):
        before = [0, *kiwi_context(token for token in gap.tokens[: gap.at] if token.id is not None)]
        guess = 0
        for morpheme in kiwi.predict_next_morpheme(before, top_n=top):
            number = vocabulary.numbers.get("/".join(dictionary_form(morpheme.form, morpheme.tag)), 0)
            if possible[number]:
                guess = number
                break
        found.append(guess)
    return found


class Trigrams:
    """Most frequent morpheme in a gap by its neighbours, from counts over an analysed corpus.

    Args:
        arrays: the corpus.
        vocabulary: entries; morphemes without one count as one unknown neighbour and are never guessed.
    """

    def __init__(self, arrays: Sequence[MorphemeArrays], vocabulary: MorphemeVocabulary) -> None:
        self.vocabulary = vocabulary
        possible = answers(vocabulary)
        run: list[Ints] = []
        for one in arrays:
            entry = np.array([vocabulary.numbers.get(key, 0) for key in one.keys], np.int64)
            for part in one.parts:
                numbers = entry[(part & KEY).astype(np.int64)]
                starts = np.flatnonzero((part & LINE) > 0)
                run.append(np.insert(numbers, starts, vocabulary.cls))  # neighbours of the first word of a line
        line = np.concatenate([[vocabulary.cls], *run, [vocabulary.cls]])
        middle = line[2:-1]
        use = possible[middle]
        size = len(vocabulary)
        left2, left, right = line[:-3][use], line[1:-2][use], line[3:][use]
        word = middle[use]
        self._size = size
        self.unigram = int(np.bincount(word, minlength=size).argmax())
        self._left = _best(left * size, word, size)
        self._right = _best(right * size, word, size)
        self._left2 = _best((left2 * size + left) * size, word, size)
        self._around = _best((left * size + right) * size, word, size)

    def guess(self, gaps: Sequence[Gap], both_sides: bool) -> list[int]:
        """First guesses from the two morphemes before the gap, or from one on each side; rarer pairs fall back to one."""
        found = []
        for gap in gaps:
            numbers = [self.vocabulary.numbers.get(key_of(token), 0) for token in gap.tokens]
            around = [self.vocabulary.cls, self.vocabulary.cls, *numbers, self.vocabulary.cls]
            left2, left, right = around[gap.at], around[gap.at + 1], around[gap.at + 3]
            size = self._size
            tables: tuple[tuple[Table, int], ...]
            if both_sides:
                tables = ((self._around, left * size + right), (self._left, left), (self._right, right))
            else:
                tables = ((self._left2, left2 * size + left), (self._left, left))
            found.append(next((word for table, key in tables if (word := _look(table, key)) is not None), self.unigram))
        return found


Table = tuple["Ints", "Ints"]


def _best(context: Ints, word: Ints, size: int) -> Table:
    """For every context (a multiple of ``size``) the word seen most often in it; contexts seen once are left out."""
    pairs, counts = np.unique(context + word, return_counts=True)
    where = pairs // size
    order = np.lexsort((pairs, -counts, where))
    keep = order[np.unique(where[order], return_index=True)[1]]
    often = counts[keep] > 1
    return where[keep][often], (pairs[keep] % size)[often]


def _look(table: Table, context: int) -> int | None:
    contexts, words = table
    index = int(np.searchsorted(contexts, context))
    return int(words[index]) if index < len(contexts) and int(contexts[index]) == context else None

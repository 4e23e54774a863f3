"""How often an encoder's first guess at a missing word is that very word, beside frequencies, trigrams and Kiwi's language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.analysis.in_context.records import ContextScore, Measure
from explorer.analysis.in_context.sets import TextSet
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, track
from explorer.encoders.morpheme.guessing import Gap, Trigrams, encoder_guesses, find_gaps, kiwi_guesses, score_guesses
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.train.morphemes import analyse

if TYPE_CHECKING:
    from explorer.encoders.encoder import Encoder

__all__ = ["score_masking"]

_LINES = 1_000
"""Lines that are asked about, spread evenly over the text; three gaps each."""
_EACH = 5
"""Without a text to count on, one line in so many is asked about and the others are counted."""


def score_masking(
    encoder: Encoder, tests: TextSet, train: TextSet | None = None, *, seed: int = 42, progress: ProgressCallback | None = None
) -> ContextScore:
    """Take single morphemes out of sentences and have everybody guess the same ones (:mod:`explorer.encoders.morpheme.guessing`).

    Args:
        encoder: one over morphemes (``mini``, or one trained here): others guess pieces, which cannot be compared.
        tests: where gaps are made.
        train: what unigrams and trigrams are counted on; without it four lines of five of ``tests``, and gaps are made in the others.
        seed: of the gaps.
        progress: told what is read.

    Returns:
        The share of gaps whose first guess is the very morpheme: ``top1`` of the encoder (chance: always the most frequent morpheme),
        ``around`` (the most frequent one between the same neighbours), ``before`` (after the same two) and ``kiwi``; intervals over
        sentences. ``details["by_method"]`` also has the share over content words.

    Raises:
        BadInput: the encoder is not over morphemes, or there are no gaps.
    """
    pieces = encoder.cutter
    if not isinstance(pieces, MorphemePieces):
        raise BadInput("encoders.not_over_morphemes", model=encoder.name)
    lines = _lines(tests)
    asked, counted = (
        (lines[::_EACH], [line for at, line in enumerate(lines) if at % _EACH]) if train is None else (lines, _lines(train))
    )
    asked = asked[:: -(-len(asked) // _LINES) or 1]
    trigrams = Trigrams([analyse(counted, progress=progress)], pieces.vocabulary)
    tokens = [encoder.analyser.tokenize(line) for line in track(asked, progress, "analysing", unit="sentences")]
    gaps: list[Gap] = find_gaps(tokens, pieces.vocabulary, seed=seed)
    guesses = {
        "top1": encoder_guesses(encoder.network, pieces, gaps, progress),
        "around": trigrams.guess(gaps, both_sides=True),
        "before": trigrams.guess(gaps, both_sides=False),
        "kiwi": kiwi_guesses(gaps, pieces.vocabulary, progress=progress),
        "unigram": [trigrams.unigram] * len(gaps),
    }
    scores = {method: score_guesses(method, gaps, guessed, pieces.vocabulary) for method, guessed in guesses.items()}
    chance = scores["unigram"].accuracy
    measures = tuple(
        Measure(method, one.accuracy, one.low, one.high, chance) for method, one in scores.items() if method != "unigram"
    )
    details = {
        "by_method": {method: one.to_dict() for method, one in scores.items()},
        "gaps": len(gaps),
        "counted_on": train.name if train is not None else "other lines of the same text",
    }
    sentences = len({id(gap.tokens) for gap in gaps})
    return ContextScore(
        tests.name, "masking", encoder.name, None, None, measures, sentences, len(asked), 0, 2_000, seed, details
    )


def _lines(texts: TextSet) -> list[str]:
    return [line.strip() for text in texts.texts for line in text.splitlines() if line.strip()]

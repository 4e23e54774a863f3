"""FastText for Korean: skip-gram over jamo and syllable n-grams, so that unseen, inflected and mistyped words have vectors.

Bojanowski et al. 2017 (TACL) represent a word by its character n-grams; Park et al. 2018 (ACL P18-1226) by jamo 3- to
5-grams and syllable 1- to 4-grams, which on Korean judgements and analogies does better than either alone. Gensim and
fastText know characters only, and hash n-grams into a fixed table, where they collide; this trainer takes the n-grams that
at least two words share, each with a row of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, disk_errors
from explorer.core.leftovers import passing_folder
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import cache_path
from explorer.static.arguments import at_least_one, threads
from explorer.static.epochs import EpochLog
from explorer.static.pipeline import Fitted, Vocabulary, encode
from explorer.static.sampled_loss import LossSample
from explorer.static.shards import BREAK, TokenShards
from explorer.text.tags import word_of
from explorer.vectors.subwords import Subwords, ngrams

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["fit_fasttext", "noise_table", "select_pieces"]

PIECE_TOKENS = 20_000
"""Tokens between two looks at the learning rate, and at whether the person wants to stop."""


def select_pieces(
    keys: list[str], jamo: tuple[int, int], syllables: tuple[int, int], max_pieces: int
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int32]]:
    """The n-grams that two words or more share, those of most words first, and which each word has.

    Returns:
        The n-grams; where each word's stretch begins (words + 1 numbers); the numbers of the n-grams of all words.

    >>> names, starts, which = select_pieces(["왕/NNG", "왕비/NNG"], (0, 0), (1, 1), 10)
    >>> names, starts.tolist(), which.tolist()
    (['왕'], [0, 1, 2], [0, 0])
    """
    numbers: dict[str, int] = {}
    flat: list[int] = []
    lengths = np.empty(len(keys), np.int64)
    for row, key in enumerate(keys):
        pieces = ngrams(word_of(key), jamo, syllables)
        lengths[row] = len(pieces)
        flat += [numbers.setdefault(piece, len(numbers)) for piece in pieces]
    every = np.array(flat, np.int32)
    words = np.bincount(every, minlength=len(numbers)) if len(every) else np.zeros(0, np.int64)
    order = np.argsort(-words, kind="stable")[: min(max_pieces, int((words > 1).sum()))]
    table = np.full(len(numbers), -1, np.int32)
    table[order] = np.arange(len(order), dtype=np.int32)
    chosen = table[every] if len(every) else every
    owner = np.repeat(np.arange(len(keys)), lengths)[chosen >= 0]
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(keys)))]).astype(np.int64)
    names = list(numbers)
    return [names[number] for number in order.tolist()], starts, chosen[chosen >= 0].astype(np.int32)


def noise_table(counts: NDArray[np.int64], power: float = 0.75) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Walker's alias table of ``counts ** power``: a draw costs one look instead of a search.

    Returns:
        For each word the chance to keep it when its place is drawn, and the word to take otherwise.
    """
    weights = counts.astype(np.float64) ** power
    share = weights / weights.sum() * len(weights)
    threshold, alias = np.ones(len(share)), np.arange(len(share))
    small, large = [list(np.flatnonzero(side)) for side in (share < 1, share >= 1)]
    while small and large:
        one, other = small.pop(), large[-1]
        threshold[one], alias[one] = share[one], other
        share[other] -= 1 - share[one]
        if share[other] < 1:
            small.append(large.pop())
    return threshold.astype(np.float32), alias.astype(np.int32)


def fit_fasttext(
    shards: TokenShards,
    vocabulary: Vocabulary,
    *,
    dim: int = 200,
    window: int = 5,
    epochs: int = 5,
    negative: int = 5,
    sample: float = 1e-4,
    alpha: float = 0.05,
    min_jamo: int = 3,
    max_jamo: int = 5,
    min_syllables: int = 1,
    max_syllables: int = 4,
    max_pieces: int = 500_000,
    seed: int = 42,
    workers: int | None = None,
    progress: ProgressCallback | None = None,
    log: EpochLog | None = None,
) -> Fitted:
    """Train skip-gram with negative sampling over sub-words.

    Args:
        shards, vocabulary: from :mod:`explorer.static.pipeline`.
        negative: noise words per example.
        sample: frequent words above this share are thinned out.
        alpha: initial learning rate; falls linearly.
        min_jamo, max_jamo: lengths of jamo n-grams, of the marks of word edges and of empty finals too; 0 and 0 for none.
        min_syllables, max_syllables: lengths of syllable n-grams; 0 and 0 for none.
        max_pieces: at most so many n-grams, those of most words.
        seed: with ``workers=1`` equal seeds give equal bits.
        log: what is told after every epoch, and kept to go on from.

    Raises:
        BadInput: an impossible parameter.
    """
    at_least_one(dim=dim, window=window, epochs=epochs, negative=negative, max_pieces=max_pieces)
    jamo, syllables = (min_jamo, max_jamo), (min_syllables, max_syllables)
    for kind, (least, most) in (("jamo", jamo), ("syllables", syllables)):
        if not 0 <= least <= most or (most and not least):
            raise BadInput("static.subword_range_invalid", kind=kind, least=least, same_kind=kind, most=most)
    if not (max_jamo or max_syllables):
        raise BadInput("static.no_subwords")
    if not 0 <= alpha < float("inf") or sample < 0:
        raise BadInput("static.alpha_or_sample_negative", alpha=alpha, sample=sample)
    report(progress, "cutting words into n-grams")
    names, starts, which = select_pieces(vocabulary.keys, jamo, syllables, max_pieces)
    rng = np.random.default_rng(seed)
    words = ((rng.random((len(vocabulary), dim), np.float32) - np.float32(0.5)) * np.float32(2 / dim)).astype(np.float32)
    pieces = ((rng.random((max(1, len(names)), dim), np.float32) - np.float32(0.5)) * np.float32(2 / dim)).astype(np.float32)
    outputs = np.zeros_like(words)
    share = vocabulary.counts / vocabulary.counts.sum()
    keep = np.minimum(1, np.sqrt(sample / share) + sample / share) if sample else np.ones(len(vocabulary))
    tables = (keep.astype(np.float32), *noise_table(vocabulary.counts))
    rows = (starts, which, words, pieces, outputs)
    samples = LossSample.draw(shards, vocabulary, window, negative, seed)
    log = log or EpochLog(vocabulary.keys)
    _train(shards, vocabulary, rows, tables, samples, window, negative, epochs, alpha, seed, workers, progress, log)
    vectors = _means(words, pieces, starts, which, range(len(words)))
    if not np.isfinite(vectors).all():
        raise BadInput("static.fasttext_diverged", alpha=alpha)
    composer = Subwords(names, pieces[: len(names)], jamo, syllables)
    details = {sample.name: log.losses(sample.name) for sample in samples} | {"pieces": len(names)}
    return Fitted(vectors, details, components=dim // 100, composer=composer)


def _train(
    shards: TokenShards,
    vocabulary: Vocabulary,
    rows: tuple[Any, ...],
    tables: tuple[NDArray[np.generic], ...],
    samples: list[LossSample],
    window: int,
    negative: int,
    epochs: int,
    alpha: float,
    seed: int,
    workers: int | None,
    progress: ProgressCallback | None,
    log: EpochLog,
) -> None:
    """Hogwild threads over stretches of the corpus; the losses of the samples go to ``log``."""
    from explorer.static.fasttext_kernels import skipgram

    hands = threads(workers)
    states = [np.array([value], np.uint64) for value in np.random.SeedSequence(seed).generate_state(hands, np.uint64) | 1]
    changing = dict(zip(("words", "pieces", "outputs"), rows[2:], strict=True))
    if (kept := log.resume()) is not None:
        for name, array in changing.items():
            array[:] = kept[0][name]
        for state, was in zip(states, kept[0]["states"], strict=False):  # as many threads as there are now
            state[0] = was

    def vectors() -> NDArray[np.float32]:
        starts, which, words, pieces, _ = rows
        return _means(words, pieces, starts, which, range(len(words)))

    def kept_state() -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        return changing | {"states": np.concatenate(states)}, {}

    with _codes(shards, vocabulary, progress) as codes, ThreadPoolExecutor(hands) as pool:
        ends = _cuts(codes, PIECE_TOKENS)
        bounds = list(zip([0, *ends[:-1]], ends, strict=True))
        steps = -(-len(bounds) // hands)
        for epoch in range(len(log.entries), epochs):
            for step in range(steps):
                done = epoch + step / steps
                rate = np.float32(max(alpha * (1 - done / epochs), alpha * 1e-4))

                def work(thread: int, step: int = step, rate: np.float32 = rate) -> None:
                    first, last = bounds[step * hands + thread]
                    skipgram(np.asarray(codes[first:last]), *rows, *tables, window, negative, rate, states[thread])

                deque(pool.map(work, range(min(hands, len(bounds) - step * hands))), maxlen=0)
                report(progress, "training FastText", epoch + (step + 1) / steps, epochs, "epochs", log.note())
            losses = {sample.name: _sample_loss(sample, *rows) for sample in samples}
            log.ended(progress, "training FastText", epochs, losses, vectors, kept_state)


def _sample_loss(sample: LossSample, starts: Any, which: Any, words: Any, pieces: Any, outputs: Any) -> float | None:
    """The loss of the sample; only the words that it holds are composed."""
    present = sample.contexts >= 0
    used, numbers = np.unique(sample.contexts[present], return_inverse=True)
    contexts = np.full(sample.contexts.shape, -1, np.int64)
    contexts[present] = numbers
    return replace(sample, contexts=contexts).loss(_means(words, pieces, starts, which, used.tolist()), outputs, cbow=False)


def _means(
    words: NDArray[np.float32],
    pieces: NDArray[np.float32],
    starts: NDArray[np.int64],
    which: NDArray[np.int32],
    rows: Sequence[int],
) -> NDArray[np.float32]:
    """The vectors of the words ``rows``: the mean of a word's own row and those of its n-grams."""
    vectors = np.empty((len(rows), words.shape[1]), np.float32)
    for place, row in enumerate(rows):
        own = which[starts[row] : starts[row + 1]]
        vectors[place] = (words[row] + pieces[own].sum(axis=0)) / np.float32(len(own) + 1)
    return vectors


@contextmanager
def _codes(shards: TokenShards, vocabulary: Vocabulary, progress: ProgressCallback | None) -> Iterator[NDArray[np.int32]]:
    """The corpus, without what is held out, as word numbers, in a file that vanishes afterwards; memory holds what is being read."""
    folder = cache_path("corpus", "file").parent
    with passing_folder(folder) as temporary:
        path = temporary / "codes"
        with disk_errors("static.writing_corpus"), path.open("wb") as stream:
            for number, codes in enumerate(encode(shards, vocabulary, heldout=False)):
                stream.write(codes.astype(np.int32).tobytes())
                report(progress, "writing the corpus", number + 1, len(shards.paths), "shards")
        yield np.memmap(path, np.int32, "r")


def _cuts(codes: NDArray[np.int32], size: int) -> list[int]:
    """Where stretches of about ``size`` tokens end, each after a sentence."""
    breaks = np.concatenate(
        [np.flatnonzero(codes[start : start + (1 << 24)] == BREAK) + start for start in range(0, len(codes), 1 << 24)]
    )
    ends = breaks[np.minimum(np.searchsorted(breaks, np.arange(size, len(codes) + size, size)), len(breaks) - 1)] + 1
    return [int(end) for end in np.unique(ends)]

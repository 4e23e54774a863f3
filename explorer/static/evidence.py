"""Count what a corpus says of words: pairs that stand near each other, and patterns that join two of them.

Tokens come from the cache that training fills. Pairs are counted over content words, as models are trained on; patterns over all
tokens, because particles and endings make them. Memory holds one shard and the counts: some 2 GB for 20,000 words of a billion
characters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.caches import intact
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import derived_path
from explorer.static.arguments import at_least_one
from explorer.static.keys import key_filter
from explorer.static.pipeline import shard_batches
from explorer.static.shards import Shard
from explorer.text.patterns import EQUALS, FAMILIES, find_patterns
from explorer.text.tags import tag_of
from explorer.vectors.evidence import Evidence, information, strength

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

    Counted = tuple[NDArray[np.int64], NDArray[np.int64]]

__all__ = ["count_evidence", "kept_evidence"]

_FORMAT = 1
"""Part of the hash that kept counts are found by; raised when this file would count otherwise."""

_OF_A_CORPUS: dict[str, Any] = {"keys": 50_000, "contexts": 300}
"""What is kept of a corpus of one's own: much, as it need not be sent to anybody."""

_HELD = 25_000_000
"""Different pairs of single shards that are held before they are summed."""

_FAMILY_STEP = 16
"""Families are written into the number of a pair; there are fewer than so many."""


def count_evidence(
    texts: Iterable[str],
    tokenizer: Tokenizer,
    *,
    keys: int = 20_000,
    min_count: int = 2,
    window: int = 5,
    least: int = 1,
    contexts: int | None = None,
    least_joined: int = 1,
    least_owned: int = 1,
    info: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: ProgressCallback | None = None,
) -> Evidence:
    """Count a corpus.

    Args:
        texts: documents, read once.
        tokenizer: a morphological one: patterns are written over its particles and endings.
        keys, min_count: the most frequent content words are counted, at most so many, each seen so often or more.
        window: content words to each side within a sentence that count as near.
        least: pairs that stand near each other at fewer places are dropped.
        contexts: of each word so many of its strongest pairs are kept; all by default. A pair stays if either word keeps it.
        least_joined, least_owned: pairs of words are dropped that A의 B joins less than ``least_owned`` times and all other patterns
            together less than ``least_joined`` times.
        info: what is known of the corpus: its name, its licence.
        workers: threads of the tokenizer, where tokens are not in the cache.
        progress: told how far it is.

    Raises:
        BadInput: nothing to count, a number below 1, or a tokenizer without tags.
    """
    at_least_one(keys=keys, min_count=min_count, window=window, least=least, least_joined=least_joined, least_owned=least_owned)
    words, paths, said = _vocabulary(texts, tokenizer, keys, min_count, workers, progress)
    index = {key: row for row, key in enumerate(words)}
    near, joints = _Sum(), _Sum()
    for number, path in enumerate(paths):
        shard = Shard.read(path)
        near.add(*_near(shard.chosen("content"), index, window))
        joints.add(*_joined(shard, index))
        report(progress, "counting pairs", number + 1, len(paths), "shards")
    n = len(words)
    coded, places = near.total()
    pairs = np.column_stack([coded // n, coded % n])
    mass = np.bincount(pairs[:, 0], places, n).astype(np.int64) + np.bincount(pairs[:, 1], places, n).astype(np.int64)
    kept = _strongest(pairs, places, mass, least, contexts)
    triples, times = joints.total()
    first, second, family = triples // _FAMILY_STEP // n, triples // _FAMILY_STEP % n, triples % _FAMILY_STEP
    equal = np.isin(family, [FAMILIES.index(name) for name in EQUALS])
    beside = np.bincount(np.concatenate([first[equal], second[equal]]), np.tile(times[equal], 2), n).astype(np.int64)
    owned = family == FAMILIES.index("of")
    _, pair = np.unique(np.minimum(first, second) * n + np.maximum(first, second), return_inverse=True)
    often = (np.bincount(pair, times * ~owned) >= least_joined) | (np.bincount(pair, times * owned) >= least_owned)
    often = often[pair] if len(pair) else np.zeros(0, bool)
    params = {"keys": keys, "min_count": min_count, "window": window, "least": least, "contexts": contexts}
    return Evidence(
        tuple(words),
        np.array(list(words.values()), np.int64),
        mass,
        pairs[kept].astype(np.int32),
        places[kept],
        np.column_stack([first, second, family])[often].astype(np.int32),
        times[often],
        beside,
        params | {"least_joined": least_joined, "least_owned": least_owned},
        {**said, **(info or {})},
    )


def _vocabulary(
    texts: Iterable[str], tokenizer: Tokenizer, most: int, least: int, workers: int | None, progress: ProgressCallback | None
) -> tuple[dict[str, int], list[Path], dict[str, Any]]:
    """The words that are counted and how often each occurs, the most frequent first; the shards; what was read."""
    keep, _ = key_filter("content")
    kept: dict[str, str | None] = {}
    totals: dict[str, int] = {}
    paths: list[Path] = []
    sizes = dict.fromkeys(("documents", "characters", "tokens"), 0)
    for batch in shard_batches(texts, tokenizer, workers=workers):
        shard = batch.shard
        counts = np.bincount(shard.codes, minlength=len(shard.keys)).tolist()
        for key, count in zip(shard.keys, counts, strict=True):
            if key not in kept:
                kept[key] = keep(key)
            if (word := kept[key]) is not None:
                totals[word] = totals.get(word, 0) + count
        paths.append(batch.path)
        for name, more in (("documents", shard.documents), ("characters", shard.characters), ("tokens", shard.tokens)):
            sizes[name] += more
        report(progress, "tokenizing", sizes["characters"], None, "characters", f"{len(totals):,} different")
    words = sorted((word for word, count in totals.items() if count >= least), key=lambda word: (-totals[word], word))[:most]
    if not words:
        raise BadInput("static.corpus_empty")
    if not any(map(tag_of, words)):
        raise BadInput("static.evidence_needs_tags", tokenizer=tokenizer.name)
    said = {"tokenizer": tokenizer.params(), "made": datetime.now(UTC).date().isoformat(), **sizes}
    return {word: totals[word] for word in words}, paths, said


def kept_evidence(
    texts: Iterable[str], tokenizer: Tokenizer, fingerprint: str, name: str, *, progress: ProgressCallback | None = None
) -> Evidence:
    """The counts of a corpus, from the home folder's cache where they are there.

    Args:
        texts: the corpus; not read where its counts are kept.
        fingerprint: changes whenever the texts may have changed.
        name: what the corpus is called.
    """
    identity = json.dumps([_FORMAT, fingerprint, tokenizer.params()], ensure_ascii=False, sort_keys=True, default=str)
    folder = derived_path("evidence", fingerprint, hashlib.sha256(identity.encode()).hexdigest()[:40])
    if intact(folder):
        found = Evidence.open(folder)
        return replace(found, info={**found.info, "corpus": name})  # it may have been counted under another name
    made = count_evidence(texts, tokenizer, info={"corpus": name}, progress=progress, **_OF_A_CORPUS)
    made.save(folder, overwrite=True)
    return made


class _Sum:
    """Counts of numbers, summed over shards now and then."""

    def __init__(self) -> None:
        self._parts: list[Counted] = []
        self._held = 0

    def add(self, numbers: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
        self._parts.append((numbers, counts))
        self._held += len(numbers)
        if self._held > _HELD:
            self._parts, self._held = [self.total()], 0

    def total(self) -> Counted:
        numbers = np.concatenate([one for one, _ in self._parts])
        counts = np.concatenate([one for _, one in self._parts])
        order = np.argsort(numbers, kind="stable")
        numbers, counts = numbers[order], counts[order]
        starts = np.flatnonzero(np.diff(numbers, prepend=-1))
        return numbers[starts], np.add.reduceat(counts, starts) if len(starts) else counts


def _near(shard: Shard, index: Mapping[str, int], window: int) -> Counted:
    """Pairs within a window of content words, smaller row first, as first · n + second. Words that are not counted keep their place."""
    rows = np.array([index.get(key, -1) for key in shard.keys] + [-1], np.int64)[shard.codes]
    sentences = np.cumsum(shard.codes < 0)[shard.codes >= 0]
    rows = rows[shard.codes >= 0]
    found = []
    for distance in range(1, window + 1):
        first, second = rows[:-distance], rows[distance:]
        kept = (first >= 0) & (second >= 0) & (first != second) & (sentences[:-distance] == sentences[distance:])
        low, high = np.minimum(first[kept], second[kept]), np.maximum(first[kept], second[kept])
        found.append(low * len(index) + high)
    return np.unique(np.concatenate(found), return_counts=True)


def _joined(shard: Shard, index: Mapping[str, int]) -> Counted:
    """Pairs that patterns join, as (first · n + second) · :data:`_FAMILY_STEP` + family."""
    keep, _ = key_filter("content")
    rows = np.array([index.get(keep(key) or "", -1) for key in shard.keys], np.int64)
    found = [np.empty(0, np.int64)]
    for family, first, second in find_patterns(shard.keys, shard.codes, shard.lines, rows >= 0):
        pair = rows[shard.codes[first]] * len(index) + rows[shard.codes[second]]
        found.append(pair * _FAMILY_STEP + family)
    return np.unique(np.concatenate(found), return_counts=True)


def _strongest(
    pairs: NDArray[np.int64], places: NDArray[np.int64], mass: NDArray[np.int64], least: int, contexts: int | None
) -> NDArray[np.int64]:
    """Which pairs are kept: often enough, and among the strongest of either word where only some are kept."""
    if contexts is None:
        return np.flatnonzero(places >= least)
    bits = information(places, mass[pairs[:, 0]], mass[pairs[:, 1]], int(mass.sum()))
    able = np.flatnonzero((places >= least) & (bits > 0))
    weight = strength(places[able], bits[able])
    kept = np.zeros(len(able), bool)
    for side in (0, 1):  # a word's pairs lie on both sides: its place among them all counts
        word = np.concatenate([pairs[able, side], pairs[able, 1 - side]])
        order = np.lexsort((-np.tile(weight, 2), word))
        begins = np.flatnonzero(np.diff(word[order], prepend=-1))
        rank = np.arange(len(order)) - np.repeat(begins, np.diff(np.append(begins, len(order))))
        kept |= (rank < contexts)[np.argsort(order)][: len(able)]
    return able[kept]

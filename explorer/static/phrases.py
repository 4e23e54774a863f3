"""Words that are one name: frequent neighbours joined into one key, so that 국립 공원 gets a vector of its own.

Pairs are scored by normalised pointwise mutual information (Bouma 2009): 1 for words that only ever stand together, 0 for
chance. Of tagged keys only nouns, foreign words and 한자 are joined, written together as Korean compounds may be, with the
tag of the last: 국립/NNG + 공원/NNG -> 국립공원/NNG. Keys without tags are joined with ``_``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.text.tags import COMPOUNDING, split_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.static.pipeline import Shard, TokenShards

__all__ = ["PairMap", "find_phrases", "join", "merge"]

PairMap = Mapping[tuple[str, str], str]

_LEAST_KEPT = 1 << 21  # different pairs held before those seen once are dropped


def join(first: str, second: str) -> str | None:
    """The key of two words in one, or ``None`` where they are not joined.

    >>> join("국립/NNG", "공원/NNG"), join("국립/NNG", "가다/VV"), join("New", "York")
    ('국립공원/NNG', None, 'New_York')
    """
    (left, one), (right, other) = split_key(first), split_key(second)
    if not one and not other:
        return f"{first}_{second}"
    return f"{left}{right}/{other}" if one in COMPOUNDING and other in COMPOUNDING else None


def _pairs(shard: Shard) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Neighbouring pairs inside sentences, as ``first * keys + second``, and where they stand."""
    codes = shard.codes.astype(np.int64)
    places = np.flatnonzero((codes[:-1] >= 0) & (codes[1:] >= 0)) if len(codes) > 1 else np.zeros(0, np.int64)
    return codes[places] * len(shard.keys) + codes[places + 1], places


def find_phrases(
    shards: TokenShards, threshold: float = 0.6, min_count: int = 20, progress: ProgressCallback | None = None
) -> dict[tuple[str, str], str]:
    """Pairs of neighbours that belong together.

    Args:
        shards: the tokenized corpus.
        threshold: the least normalised pointwise mutual information, above 0 and up to 1.
        min_count: pairs seen less often are not joined.

    Raises:
        BadInput: a threshold outside its range.
    """
    if not 0 < threshold <= 1 or min_count < 1:
        raise BadInput("static.phrases_out_of_range", phrases=threshold, min_count=min_count)
    words: dict[str, int] = {}
    pairs: dict[tuple[str, str], int] = {}
    total = 0
    for number, shard in enumerate(shards):
        held = np.bincount(shard.codes[shard.codes >= 0], minlength=len(shard.keys))
        for key, count in zip(shard.keys, held.tolist(), strict=True):
            words[key] = words.get(key, 0) + count
        total += int(held.sum())
        seen, counts = np.unique(_pairs(shard)[0], return_counts=True)
        for pair, count in zip(seen.tolist(), counts.tolist(), strict=True):
            both = shard.keys[pair // len(shard.keys)], shard.keys[pair % len(shard.keys)]
            pairs[both] = pairs.get(both, 0) + count
        if len(pairs) > _LEAST_KEPT:  # memory stays bounded; as word2phrase does, what was rare so far is forgotten
            pairs = {both: count for both, count in pairs.items() if count > 1}
        report(progress, "finding phrases", number + 1, len(shards.paths), "shards", f"{len(pairs):,} pairs")
    found: dict[tuple[str, str], str] = {}
    for (first, second), count in pairs.items():
        if count < min_count:
            continue
        chance = np.log(count * total / (words[first] * words[second]))
        if chance / np.log(total / count) >= threshold and (joined := join(first, second)) is not None:
            found[first, second] = joined
    return found


def merge(shard: Shard, phrases: PairMap) -> Shard:
    """The shard with every phrase as one key; of overlapping ones the first wins.

    >>> from explorer.static.pipeline import Shard
    >>> made = merge(Shard(["국립/NNG", "공원/NNG"], np.array([0, 1, 1, -1], np.int32), 1, 9), {("국립/NNG", "공원/NNG"): "국립공원/NNG"})
    >>> [made.keys[code] for code in made.codes if code >= 0]
    ['국립공원/NNG', '공원/NNG']
    """
    from explorer.static.pipeline import Shard as Made

    numbers = {key: code for code, key in enumerate(shard.keys)}
    targets: dict[int, int] = {}
    for (first, second), joined in phrases.items():
        if first in numbers and second in numbers:
            targets[numbers[first] * len(shard.keys) + numbers[second]] = numbers.setdefault(joined, len(numbers))
    coded, places = _pairs(shard)
    codes = shard.codes.copy()
    kept = np.ones(len(codes), bool)
    last = -2
    hits = np.flatnonzero(np.isin(coded, np.fromiter(targets, np.int64, len(targets))))
    for place, pair in zip(places[hits].tolist(), coded[hits].tolist(), strict=True):
        if place > last + 1:
            codes[place] = targets[pair]
            kept[place + 1] = False
            last = place
    return Made(list(numbers), codes[kept], shard.documents, shard.characters)

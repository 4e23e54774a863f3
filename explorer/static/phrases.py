"""Words that are one name: frequent neighbours joined into one key, so that 국립 공원 gets a vector of its own.

Pairs are scored by normalised pointwise mutual information (Bouma 2009): 1 for words that only ever stand together, 0 for
chance. Of tagged keys only nouns, foreign words and 한자 are joined, written together as Korean compounds may be, with the
tag of the last: 국립/NNG + 공원/NNG -> 국립공원/NNG. Keys without tags are joined with ``_``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.text.tags import COMPOUNDING, split_key

if TYPE_CHECKING:
    from explorer.static.shards import TokenShards

__all__ = ["find_phrases", "join"]

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
        seen, counts = np.unique(shard.pairs()[0], return_counts=True)
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

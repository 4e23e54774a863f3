"""Lines of a corpus in which two words stand, those first in which a pattern joins them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from corpora.concordance import ConcordanceIndex
from explorer.core.progress import ProgressCallback, report
from explorer.text.patterns import FAMILIES, PairLine, find_patterns
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from corpora.concordance import Searchable
    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["pair_lines"]

_READ = 300
"""Lines that are looked into; of two frequent words there are thousands."""
_APART = 100
"""Characters between two words that nothing joins, at most."""
_AROUND = 50
"""Characters that are shown before and after both."""


def pair_lines(
    corpus: Searchable,
    a: Sequence[str],
    b: Sequence[str],
    n: int = 10,
    *,
    tokenizer: str | Tokenizer = "kiwi",
    progress: ProgressCallback | None = None,
) -> list[PairLine]:
    """Where two words stand in one line; the index of the corpus is built on first use.

    Args:
        corpus: as for :func:`~corpora.concordance.concordance`.
        a, b: keys of each word (``["왕/NNG"]``).
        n: at most so many lines: joined ones first, then those in which the two stand nearest.
        tokenizer: what cuts the text.
        progress: told how far the index is.

    Raises:
        BadInput: a corpus without text.
    """
    found: list[tuple[int, int, PairLine]] = []
    with closing(ConcordanceIndex.of(corpus, tokenizer, progress)) as index:
        rows = index.rows_of_both(a, b, _READ) if set(a).isdisjoint(b) else []
        for number, row in enumerate(rows):
            report(progress, "looking for the words", number, len(rows), "lines")
            line = index.line(row)
            best = _best(line.tokens, a, b)
            if best is not None:
                apart, family, turned, *spans = best
                start = max(line.start, line.start + min(begin for begin, _ in spans) - _AROUND)
                end = min(line.end, line.start + max(stop for _, stop in spans) + _AROUND)
                shift = line.start - start
                first, second = ((begin + shift, stop + shift) for begin, stop in spans)
                shown = PairLine(line.text[start:end], first, second, family, turned, line.document, line.title)
                found.append((not family, apart, shown))
    return [shown for _, _, shown in sorted(found, key=lambda one: one[:2])[:n]]


def _best(
    tokens: Sequence[Token], a: Sequence[str], b: Sequence[str]
) -> tuple[int, str, bool, tuple[int, int], tuple[int, int]] | None:
    """Where a pattern joins the two, else where they stand nearest: characters between, family, whether turned, both spans."""
    keys = [key_of(token) for token in tokens]
    spans = [(token.start, token.end) for token in tokens]
    wanted = np.array([key in a or key in b for key in keys], bool)
    for family, firsts, seconds in find_patterns(
        keys, np.arange(len(keys), dtype=np.int32), np.array([len(keys)], np.int32), wanted
    ):
        for first, second in zip(firsts.tolist(), seconds.tolist(), strict=True):
            turned = keys[first] in b
            if (keys[second] in b) != turned:
                one, other = (second, first) if turned else (first, second)
                return spans[second][0] - spans[first][1], FAMILIES[family], turned, spans[one], spans[other]
    places = [[at for at, key in enumerate(keys) if key in side] for side in (a, b)]
    near = min(
        ((max(spans[i][0], spans[j][0]) - min(spans[i][1], spans[j][1]), i, j) for i, j in product(*places)), default=None
    )
    return (near[0], "", False, spans[near[1]], spans[near[2]]) if near and near[0] <= _APART else None

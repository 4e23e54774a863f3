"""Sentences of a corpus that hold a word, for reading the word in its contexts."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corpora.concordance import ConcordanceIndex, query_of
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report

if TYPE_CHECKING:
    from corpora.concordance import Searchable
    from explorer.tokenizers.token import Tokenizer

__all__ = ["WordContext", "word_contexts"]

_END = re.compile(r"(?<![.!?…。])[.!?…。]+[\"'”’)」』]*(?=\s)")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class WordContext:
    """A sentence of a corpus: the word is ``text[start:end]``; ``document`` is the id of the document."""

    text: str
    start: int
    end: int
    document: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def word_contexts(
    corpus: Searchable,
    word: str,
    n: int = 200,
    *,
    longest: int = _LONGEST,
    tokenizer: str | Tokenizer = "kiwi",
    progress: ProgressCallback | None = None,
) -> list[WordContext]:
    """Sentences that hold a word, each text once, spread evenly over the corpus; its index is built on first use.

    Args:
        corpus: as for :func:`~corpora.concordance.concordance`.
        word: a word in any form (먹었다 looks for 먹다), a key (``먹다/VV``), or a phrase.
        n: at most so many.
        longest: characters; of a longer sentence the part around the word is given.
        tokenizer: what cuts the text.
        progress: told how far the index is.

    Raises:
        BadInput: an empty word, no number, or a corpus without text.
    """
    query = query_of(word)
    if n < 1:
        raise BadInput("corpora.sentences_too_few", n=n)
    with closing(ConcordanceIndex.of(corpus, tokenizer, progress)) as index:
        return _find(index, query, n, longest, progress)


def _find(index: ConcordanceIndex, query: str, n: int, longest: int, progress: ProgressCallback | None) -> list[WordContext]:
    phrases = index.resolve(query)
    rows = list(index.rows(phrases)) if phrases else []
    # Evenly over the corpus first, since neighbouring lines speak of the same; then the others, should some repeat.
    step = max(1, len(rows) // n)
    found: dict[str, WordContext] = {}
    for row in [row for begin in range(step) for row in rows[begin::step]]:
        for identity, _, text, line, place in index.places(row, phrases):
            one = _sentence(text, line, place, longest, identity)
            if one.text not in found:
                found[one.text] = one
                report(progress, "looking for the word", len(found), n, "sentences")
            if len(found) >= n:
                return list(found.values())
    return list(found.values())


def _sentence(text: str, line: tuple[int, int], place: tuple[int, int], longest: int, document: str) -> WordContext:
    """The sentence of a line around a place, as far as punctuation tells, cut to ``longest``."""
    start, end = line
    for found in _END.finditer(text, *line):
        if found.end() <= place[0]:
            start = found.end()
        elif found.start() >= place[1]:
            end = found.end()
            break
    room = max(0, longest - (place[1] - place[0]))
    left = min(place[0] - start, max(room // 2, room - (end - place[1])))
    start, end = place[0] - left, min(end, place[1] + room - left)
    while start < place[0] and text[start].isspace():
        start += 1
    piece = text[start:end].rstrip()
    return WordContext(piece, place[0] - start, place[1] - start, document)

"""Where a command's sentences come from: arguments, standard input, or a corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.cli.common import read_text
from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from explorer.core.progress import ProgressCallback

__all__ = ["Contexts", "contexts_of", "marked", "shown"]

_SHOWN = 400
"""Characters of a sentence that are printed; a text of a megabyte would hide the answer. JSON has all of it."""


@dataclass(frozen=True)
class Contexts:
    """Sentences for one word.

    Attributes:
        sentences: as they are.
        spans: where the word stands in each, where that is known already.
        gold: its sense in each, for homographs of the sample.
        source: what they were taken from.
    """

    sentences: list[str]
    spans: list[tuple[int, int]] | None
    gold: list[str] | None
    source: str


def contexts_of(
    word: str, given: tuple[str, ...], corpus: str | None, limit: int, progress: ProgressCallback | None = None
) -> Contexts:
    """The sentences a person asked for.

    Raises:
        BadInput: there are none, or arguments and a corpus were given both.
    """
    if corpus is not None:
        if given:
            raise BadInput("cli.sentences_and_corpus")
        return _from_corpus(word, corpus, limit, progress)
    texts: list[str] = []
    for sentence in given or (None,):
        texts += read_text(sentence).splitlines() if sentence in (None, "-") else [str(sentence)]
    texts = [text for text in texts if text.strip()]
    if not texts:
        raise BadInput("cli.no_sentences")
    return Contexts(texts, None, None, "arguments")


def shown(text: str) -> str:
    """A sentence for people: its beginning, where it is very long."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def marked(text: str, start: int, end: int) -> str:
    """A sentence with ``text[start:end]`` in brackets; of a very long one what stands around it.

    >>> marked("배를 탔다", 0, 1)
    '[배]를 탔다'
    """
    half = _SHOWN // 2
    first, last = (0, len(text)) if len(text) <= _SHOWN else (max(0, start - half), min(len(text), end + half))
    before, after = "…" if first else "", "…" if last < len(text) else ""
    return f"{before}{text[first:start]}[{text[start:end]}]{text[end:last]}{after}"


def _from_corpus(word: str, corpus: str, limit: int, progress: ProgressCallback | None) -> Contexts:
    from corpora import open_corpus

    if corpus == "sample":
        from corpora.sample import homographs

        group = [one for one in homographs() if one.word == word.strip()]
        if group:
            senses = dict.fromkeys(one.sense for one in group)
            turns = {sense: [one for one in group if one.sense == sense] for sense in senses}
            # As many of each sense, and these in their order, so that a limit keeps all senses.
            each = -(-min(limit, len(group)) // len(turns))
            group = [one for members in turns.values() for one in members[:each]][:limit]
            return Contexts(
                [one.text for one in group], [(one.start, one.end) for one in group], [one.sense for one in group], "sample"
            )
    from corpora.word_contexts import word_contexts

    found = word_contexts(open_corpus(corpus), word, limit, progress=progress)
    if not found:
        raise BadInput("cli.word_not_in_corpus", corpus=corpus, word=word)
    return Contexts([one.text for one in found], [(one.start, one.end) for one in found], None, corpus)

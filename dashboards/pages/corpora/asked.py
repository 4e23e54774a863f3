"""What the page asks: the counts of a corpus, its lines with a word, the word's collocates, one of its documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, state, version
from explorer.core.errors import BadInput, UnknownName
from explorer.core.progress import ProgressCallback
from explorer.core.settings import cluster

if TYPE_CHECKING:
    from corpora.collocations import Collocations
    from corpora.concordance import Concordance
    from corpora.corpus import Corpus
    from corpora.document import Document
    from corpora.statistics import Statistics

__all__ = ["COLLOCATES", "collocates", "count", "counted", "document_at", "found_near", "lines_with", "opened"]

COLLOCATES = 50
"""Collocates that are shown."""

_PLACE = re.compile(r"(\d{1,9})(?:-(\d{1,9})-(\d{1,9}))?")


def opened(name: str) -> Corpus:
    """A corpus that is here.

    Raises:
        UnknownName: there is none of that name.
    """
    if name not in corpus_names():
        raise UnknownName("corpus", name, corpus_names())
    from corpora import open_corpus

    return open_corpus(name)


def counted(name: str) -> Statistics:
    """What a corpus is made of, counted in a process of its own the first time.

    Raises:
        NotReady: it is being counted.
        ExplorerError: there is no such corpus, or it cannot be read.
    """
    from corpora.statistics import kept_statistics, statistics_path

    corpus, here = opened(name), state()

    def opener(_: ProgressCallback) -> Statistics:
        if not statistics_path(corpus).is_file():
            here.made("statistics", {"corpus": name}, "corpora.job_statistics", of=version(name, "corpus"), corpus=name)
        return kept_statistics(corpus)

    key = (name, version(name, "corpus"))
    found: Statistics = here.opened("statistics", key, opener, "corpora.job_statistics", corpus=name)
    return found


def lines_with(name: str, word: str, n: int, order: str) -> Concordance:
    """The lines of a corpus with a word, through an index that is made in a process of its own the first time.

    Raises:
        NotReady: the corpus is being indexed or read.
        ExplorerError: there is no such corpus, or no word.
    """
    from corpora.concordance import ConcordanceIndex, concordance, query_of

    corpus, query, kiwi, here = opened(name), query_of(word), state().tokenizer("kiwi"), state()

    def opener(progress: ProgressCallback) -> Concordance:
        if not ConcordanceIndex.made(corpus, kiwi):
            here.made("index", {"corpus": name}, "job.evidence", of=version(name, "corpus"), corpus=name)
        return concordance(corpus, query, n, order=order, tokenizer=kiwi, progress=progress)

    key = (name, version(name, "corpus"), query, n, order)
    found: Concordance = here.opened("lines", key, opener, "job.usage", word=query)
    return found


def collocates(name: str, word: str, window: int, by: str) -> Collocations:
    """The collocates of a word, found in a process of its own the first time.

    Raises:
        NotReady: they are being found.
        ExplorerError: there is no such corpus, or no word.
    """
    from corpora.collocations import Collocations
    from corpora.concordance import query_of

    opened(name)
    here, query, stamp = state(), query_of(word), version(name, "corpus")
    asked = {"corpus": name, "word": query, "window": window, "by": by}

    def opener(_: ProgressCallback) -> Collocations:
        return Collocations.from_dict(here.made("collocates", asked, "corpora.job_collocates", of=stamp, word=query))

    found: Collocations = here.opened(
        "collocates", (name, stamp, query, window, by), opener, "corpora.job_collocates", word=query
    )
    return found


def document_at(name: str, place: str) -> tuple[Document, int, tuple[int, int]]:
    """A document, its number and the span that is marked in it, from ``"NUMBER"`` or ``"NUMBER-START-END"``.

    Raises:
        ExplorerError: there is no such corpus or document.
    """
    found = _PLACE.fullmatch(place)
    if found is None:
        raise BadInput("dashboards.no_document_number", place=place)
    number, start, end = (int(part or 0) for part in found.groups())
    return opened(name).document(number), number, (start, end)


# ---- in the worker process


def count(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Count a corpus, unless that is kept."""
    from corpora import open_corpus
    from corpora.statistics import kept_statistics, statistics_path

    corpus = open_corpus(params["corpus"])
    kept_statistics(corpus, cluster=cluster(), progress=progress)
    return {"folder": str(statistics_path(corpus))}


def found_near(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """The collocates of a word."""
    from corpora import open_corpus
    from corpora.collocations import collocates

    corpus = open_corpus(params["corpus"])
    found = collocates(
        corpus, params["word"], COLLOCATES, window=params["window"], by=params["by"], cluster=cluster(), progress=progress
    )
    return found.to_dict()

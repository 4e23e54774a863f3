"""What the page asks: the counts of a corpus, made once in the worker, and the answer for two words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, state, version
from dashboards.kit.taking import Take, lines
from dashboards.kit.why import SHIPPED
from explorer.core.errors import UnknownName
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from explorer.vectors.evidence import Evidence
    from explorer.vectors.reasons import Why

__all__ = ["LINES", "answer_of", "compute", "count"]

LINES = "sample"
"""Whose lines are shown where the counts that ship are asked: they come without texts."""

_SHIPPED = """from corpora import open_corpus
import explorer as ex

v = ex.load({model})
answer = v.why({a}, {b}, lines=open_corpus({corpus})).to_frame({part})"""
_COUNTED = _SHIPPED.replace("lines=open", "open")


def compute(a: str, b: str, corpus: str, model: str) -> Why:
    """Why two words are near.

    Raises:
        NotReady: the model is being opened, or the corpus counted.
        ExplorerError: a word without a vector, the same word twice, a corpus that is not here.
    """
    from corpora import open_corpus

    if corpus != SHIPPED and corpus not in corpus_names():
        raise UnknownName("corpus", corpus, corpus_names())
    vectors = state().vectors(model)
    known = _known(corpus)
    return vectors.why(a, b, known, lines=open_corpus(LINES if corpus == SHIPPED else corpus))


def _known(corpus: str) -> Evidence:
    """The counts, with the index of the lines ready beside them."""
    from corpora import open_corpus
    from corpora.concordance import ConcordanceIndex
    from explorer.vectors.evidence import shipped_evidence

    comparer = state().comparer
    read = LINES if corpus == SHIPPED else corpus

    def opener(progress: ProgressCallback) -> Evidence:
        if corpus != SHIPPED or not ConcordanceIndex.made(open_corpus(read)):
            # A corpus may take minutes to count and to index: in a process of its own.
            comparer.call("count", {"corpus": read, "counts": corpus != SHIPPED}, progress)
        return shipped_evidence() if corpus == SHIPPED else open_corpus(corpus).evidence(progress=progress)

    found: Evidence = state().opened("evidence", (corpus, version(corpus, "corpus")), opener, "job.evidence", corpus=read)
    return found


def count(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Make what is missing of a corpus: its counts, the index of its lines."""
    from corpora import open_corpus
    from corpora.concordance import ConcordanceIndex

    corpus = open_corpus(params["corpus"])
    if params["counts"]:
        corpus.evidence(progress=progress)
    ConcordanceIndex.of(corpus, progress=progress).close()
    return {}


def answer_of(part: str) -> Take:
    """One part of the answer, to be taken along."""

    def python(q: Any) -> str:
        corpus = LINES if q["corpus"] == SHIPPED else q["corpus"]
        template = _SHIPPED if q["corpus"] == SHIPPED else _COUNTED
        return lines(template, model=q["model"], a=q["a"], b=q["b"], corpus=corpus, part=part)

    return Take(lambda q: compute(q["a"], q["b"], q["corpus"], q["model"]).to_frame(part), python)

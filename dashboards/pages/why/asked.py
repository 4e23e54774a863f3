"""What the page asks: the counts of a corpus, made once in the worker, and the answer for two words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, state, version
from dashboards.kit.taking import Take, lines
from dashboards.kit.why import SHIPPED
from explorer.core.errors import UnknownName
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from corpora.corpus import Corpus
    from explorer.vectors.evidence import Evidence
    from explorer.vectors.reasons import Why

__all__ = ["LINES", "answer_of", "compute", "count"]

LINES = "sample"
"""Whose lines are shown where the counts that ship are asked: they come without texts."""

_OPEN = """import explorer as ex

v = ex.load({model})
"""
_SHIPPED = _OPEN + "answer = v.why({a}, {b}).to_frame({part})"
_READ = "from corpora import open_corpus\n" + _OPEN + "answer = v.why({a}, {b}, lines=open_corpus({corpus})).to_frame({part})"
_COUNTED = _READ.replace("lines=", "")


def compute(a: str, b: str, corpus: str, model: str, lines: bool = False) -> Why:
    """Why two words are near; with lines of the corpus, which need an index, where they are asked for.

    Raises:
        NotReady: the model is being opened, or the corpus counted or indexed.
        ExplorerError: a word without a vector, the same word twice, a corpus that is not here.
    """
    if corpus != SHIPPED and corpus not in corpus_names():
        raise UnknownName("corpus", corpus, corpus_names())
    vectors, known = state().vectors(model), _known(corpus)
    return vectors.why(a, b, known, lines=_indexed(LINES if corpus == SHIPPED else corpus) if lines else None)


def _known(corpus: str) -> Evidence:
    """The counts; those of a stored corpus are made in a process of its own, as that may take minutes."""
    from corpora import open_corpus
    from explorer.vectors.evidence import shipped_evidence

    here = state()

    def opener(progress: ProgressCallback) -> Evidence:
        if corpus == SHIPPED:
            return shipped_evidence()
        here.made("count", {"corpus": corpus}, "job.evidence", of=version(corpus, "corpus"), corpus=corpus)
        return open_corpus(corpus).evidence(progress=progress)

    found: Evidence = state().opened("evidence", _name(corpus), opener, "job.evidence", corpus=corpus)
    return found


def _indexed(corpus: str) -> Corpus:
    """A corpus whose lines can be looked up."""
    from corpora import open_corpus
    from corpora.concordance import ConcordanceIndex

    here = state()

    def opener(progress: ProgressCallback) -> Corpus:
        opened = open_corpus(corpus)
        if not ConcordanceIndex.made(opened):
            here.made("index", {"corpus": corpus}, "job.evidence", of=version(corpus, "corpus"), corpus=corpus)
        return opened

    found: Corpus = state().opened("indexed", _name(corpus), opener, "job.evidence", corpus=corpus)
    return found


def _name(corpus: str) -> tuple[str, int]:
    return corpus, version(corpus, "corpus")


def count(params: dict[str, Any], progress: ProgressCallback) -> dict[str, Any]:
    """Count a corpus, unless its counts are kept."""
    from corpora import open_corpus

    return {"words": len(open_corpus(params["corpus"]).evidence(progress=progress).keys)}


def answer_of(part: str) -> Take:
    """One part of the answer, to be taken along."""

    def frame(q: Any) -> Any:
        return compute(q["a"], q["b"], q["corpus"], q["model"], part == "lines").to_frame(part)

    def python(q: Any) -> str:
        shipped = q["corpus"] == SHIPPED
        template = (_READ if part == "lines" else _SHIPPED) if shipped else _COUNTED
        return lines(template, model=q["model"], a=q["a"], b=q["b"], corpus=LINES if shipped else q["corpus"], part=part)

    return Take(frame, python)

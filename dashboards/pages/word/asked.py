"""What the page of a word asks: models, the map around the word, its tokens, its use in a corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboards.app.state import corpus_names, model_names, state, tokenizer_names, version
from dashboards.kit.jobs import NotReady
from dashboards.pages.tokens.asked import cut
from explorer.analysis.word import MODELS, Word, side_by_side
from explorer.core.errors import ExplorerError, MissingExtra, UnknownName
from explorer.core.progress import ProgressCallback

if TYPE_CHECKING:
    from corpora.usage import Usage
    from explorer.analysis.projection import Projection
    from explorer.tokenizers.token import Token
    from explorer.vectors.vectors import Vectors

__all__ = ["around", "beside", "cut_by_all", "models_of", "queries", "used"]


MORPHEMES = ("kiwi", "mecab")
"""Tokenizers whose tokens are words of their own: they come first."""


def models_of(model: str) -> list[str]:
    """The models that stand side by side: those that everybody has, and the one of the page."""
    return list(dict.fromkeys([*MODELS, *([model] if model in model_names() else [])]))


def beside(word: str, model: str, n: int) -> tuple[Word | None, list[NotReady], dict[str, ExplorerError]]:
    """What the models that are open say; which are being opened; and which cannot be."""
    ready: dict[str, Vectors] = {}
    opening: list[NotReady] = []
    wrong: dict[str, ExplorerError] = {}
    for name in models_of(model):
        try:
            ready[name] = state().vectors(name)
        except NotReady as wait:
            opening.append(wait)
        except ExplorerError as error:
            wrong[name] = error
    return side_by_side(word, ready, n) if ready else None, opening, wrong


def around(word: str, model: str) -> Projection:
    """The small map, in the background the first time.

    Raises:
        NotReady, ExplorerError: the model is being opened, or knows no such word.
    """
    v = state().vectors(model)
    v.resolve(word)

    def opener(_: ProgressCallback) -> Projection:
        from explorer.analysis.word import surroundings

        return surroundings(v, word)

    return state().opened("surroundings", (model, version(model), word), opener, "job.surroundings", word=word)


def cut_by_all(word: str) -> tuple[dict[str, list[Token]], dict[str, NotReady]]:
    """Tokens by every tokenizer that is at hand and open, and which are being opened; those that want a package are left out.

    Raises:
        ExplorerError: a tokenizer cannot read the word.
    """
    done, wrong, opening = cut(word, sorted(tokenizer_names(), key=lambda name: name not in MORPHEMES))
    for error in wrong.values():
        if not isinstance(error, MissingExtra):
            raise error
    return done, opening


def queries(word: str, model: str) -> list[str]:
    """What a corpus is asked for: the reading the model takes, where it is one key, else the word as it was typed.

    Raises:
        NotReady, ExplorerError: there is no answer of the model yet, or no such model.
    """
    found = state().vectors(model).find(word)
    return list(dict.fromkeys([*(found.parts if found and len(found.parts) == 1 else ()), word]))


def used(word: str, model: str, corpus: str, n: int) -> Usage:
    """How a corpus uses the word, in the background the first time.

    Raises:
        NotReady: the corpus is being indexed or read.
        ExplorerError: there is no such corpus, or it cannot be read.
    """
    if corpus not in corpus_names():
        raise UnknownName("corpus", corpus, corpus_names())
    asked, kiwi, here = queries(word, model), state().tokenizer("kiwi"), state()

    def opener(progress: ProgressCallback) -> Usage:
        from corpora import open_corpus
        from corpora.concordance import ConcordanceIndex
        from corpora.usage import usage

        opened = open_corpus(corpus)
        if not ConcordanceIndex.made(opened, kiwi):
            # A corpus may take minutes to index: in a process of its own. What follows is a second of reading.
            here.made("index", {"corpus": corpus}, "job.evidence", of=version(corpus, "corpus"), corpus=corpus)
        return usage(opened, asked, n, tokenizer=kiwi, progress=progress)

    name: tuple[Any, ...] = (corpus, version(corpus, "corpus"), n, *asked)
    return state().opened("usage", name, opener, "job.usage", word=word)

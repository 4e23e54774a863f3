"""Many texts through any tokenizer: streaming, in order, with progress. Written once, for every engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Protocol, runtime_checkable

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, track
from explorer.text.morphology import cpu_count
from explorer.tokenizers.token import Token, Tokenizer, key_of

__all__ = ["keys_all", "tokenize_all"]


@runtime_checkable
class _Batching(Protocol):
    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]: ...


@runtime_checkable
class _Keying(Protocol):
    def keys_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[str]]: ...


def _threads(workers: int | None) -> int:
    if workers is None:
        return cpu_count()
    if workers < 1:
        raise BadInput("tokenizers.bad_workers", workers=workers)
    return workers


def tokenize_all(
    tokenizer: Tokenizer,
    texts: Iterable[str],
    workers: int | None = None,
    progress: ProgressCallback | None = None,
    total: float | None = None,
) -> Iterator[list[Token]]:
    """Tokens of every text, one list a text, in order; reads ``texts`` as it goes and keeps none of them.

    Args:
        tokenizer: any engine; one that has ``tokenize_batch`` is run through its own threads.
        texts: documents, sentences or lines.
        workers: threads; ``None`` uses all cores.
        progress: called with stage ``"tokenizing"``.
        total: how many texts there will be, where that is known.

    Raises:
        BadInput: ``workers`` below 1, or a text with a lone surrogate.

    >>> from explorer.tokenizers.engines.rules import EojeolTokenizer
    >>> [len(tokens) for tokens in tokenize_all(EojeolTokenizer(), ["왕이 왔다", ""])]
    [2, 0]
    """
    threads = _threads(workers)
    if isinstance(tokenizer, _Batching):
        results = tokenizer.tokenize_batch(texts, threads)
    else:
        results = (tokenizer.tokenize(text) for text in texts)
    return track(results, progress, "tokenizing", _total(texts, total), "texts")


def keys_all(
    tokenizer: Tokenizer,
    texts: Iterable[str],
    workers: int | None = None,
    progress: ProgressCallback | None = None,
    total: float | None = None,
) -> Iterator[list[str]]:
    """Like :func:`tokenize_all`, but only :func:`~explorer.tokenizers.token.key_of` every token: what counting and training need.

    Engines that have ``keys_batch`` make no spans for it, which for sub-words is several times faster.

    >>> from explorer.tokenizers.engines.rules import EojeolTokenizer
    >>> list(keys_all(EojeolTokenizer(), ["왕이 왔다"]))
    [['왕이', '왔다']]
    """
    threads = _threads(workers)
    if isinstance(tokenizer, _Keying):
        results = tokenizer.keys_batch(texts, threads)
    elif isinstance(tokenizer, _Batching):
        results = ([key_of(token) for token in tokens] for tokens in tokenizer.tokenize_batch(texts, threads))
    else:
        results = ([key_of(token) for token in tokenizer.tokenize(text)] for text in texts)
    return track(results, progress, "tokenizing", _total(texts, total), "texts")


def _total(texts: Iterable[str], total: float | None) -> float | None:
    if total is not None:
        return total
    return len(texts) if isinstance(texts, Sized) else None

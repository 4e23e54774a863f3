"""How alike words in their sentences are, and sentences as plain rows: methods of ``Encoder``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from explorer.core.errors import BadInput
from explorer.vectors.search import unit_rows
from explorer.vectors.sentences import Sentences

__all__ = ["encode", "refuse", "similarity", "similarity_matrix"]


class _Asked(Protocol):
    @property
    def dim(self) -> int: ...
    def word_vectors(self, word: str | Sequence[str], sentences: Sequence[str]) -> NDArray[np.float32]: ...
    def sentences(self, texts: Iterable[str], *, prefix: str | None = None, components: int | None = None) -> Sentences: ...


def similarity(self: _Asked, first: tuple[str, str], second: tuple[str, str], **options: Any) -> float:
    """Cosine of two words in their sentences, each given as ``(word, sentence)``.

    Args:
        **options: as for :meth:`word_vectors`; ``representation="own"`` compares the states as they are.

    Raises:
        BadInput: what was given is no word with its sentence, or a sentence does not hold its word.
    """
    for one in (first, second):
        if isinstance(one, str) or not isinstance(one, Sequence) or len(one) != 2 or not all(isinstance(p, str) for p in one):
            raise BadInput("encoders.no_word_with_sentence", kind=type(one).__name__)
    unit = self.word_vectors([first[0], second[0]], [first[1], second[1]], **options)
    return float(unit[0] @ unit[1])


def similarity_matrix(self: _Asked, word: str | Sequence[str], sentences: Sequence[str], **options: Any) -> NDArray[np.float32]:
    """Cosines (n × n float32) between the word's vectors in n sentences; options as for :meth:`word_vectors`."""
    unit = self.word_vectors(word, sentences, **options)
    return np.asarray(np.clip(unit @ unit.T, -1, 1), np.float32)


def encode(
    self: _Asked,
    sentences: str | Iterable[str],
    *,
    prompt: str | None = None,
    normalize_embeddings: bool = False,
    **options: Any,
) -> NDArray[np.float32]:
    """Vectors of sentences as sentence-transformers gives them: n × d float32, or d of one sentence.

    They are those of :meth:`sentences`, from which nothing that all share was taken out: what a sentence gives does not depend on which
    stand beside it.

    Args:
        sentences: one, or several.
        prompt: what is written before each, instead of the model's own.
        normalize_embeddings: give each length 1.
        **options: none; batches and the device are chosen here.

    Raises:
        BadInput: there is no sentence, one is no text, or an option that is of no use here.

    >>> from explorer.encoders.open import encoder
    >>> encoder("mini").encode(["배를 타고 섬에 갔다.", "영화가 재미있었다."]).shape
    (2, 256)
    """
    if options:
        raise BadInput("encoders.no_encode_options", options=list(options))
    texts = [sentences] if isinstance(sentences, str) else sentences
    rows = np.array(self.sentences(texts, prefix=prompt, components=0).vectors)
    rows = unit_rows(rows) if normalize_embeddings else rows
    return rows[0] if isinstance(sentences, str) else rows


def refuse(self: _Asked, *given: Any, **options: Any) -> NoReturn:
    """An encoder is not called, but asked.

    Raises:
        BadInput: always; names the questions.
    """
    raise BadInput("encoders.not_called")

"""One vector a word from an encoder that reads the word by itself: static vectors without a corpus.

An encoder of sentences knows words, too: each is read as a sentence of its own. Its vectors are weaker than those of a good static
model, but what they know was learnt from other text and in another way, which is what a joined model gains from
(:mod:`explorer.static.joined`). Means over contexts of a corpus (:mod:`explorer.encoders.averaging`) cost a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.text.tags import word_of
from explorer.vectors.vectors import Vectors

if TYPE_CHECKING:
    from explorer.encoders.encoder import Encoder

__all__ = ["words_alone"]


def words_alone(
    encoder: Encoder, like: Vectors | Sequence[str], *, keys: int | None = None, progress: ProgressCallback | None = None
) -> Vectors:
    """Vectors of the words of another model, each read by itself in its dictionary form.

    Words of one form (이/NNG, 이/MM) have one vector. Words that give no vector (those an encoder cannot see) are left out.

    Args:
        encoder: what reads the words, in its own way of making sentences into vectors.
        like: the model whose keys, counts and tokenizer are taken over, or keys alone.
        keys: only so many of them, from the first.
        progress: told about the words done.

    Returns:
        Vectors over these keys, in their order, n × d float32.

    Raises:
        BadInput: there is no key, or none gives a vector.

    >>> from explorer.encoders.open import encoder
    >>> words_alone(encoder("mini"), ["사람/NNG", "먹다/VV"])
    <Vectors mini: 2 keys × 256>
    """
    names = list(like.keys if isinstance(like, Vectors) else like)[:keys]
    if not names:
        raise BadInput("encoders.no_keys_to_read", count=len(names), model=encoder.name)
    forms = {form: row for row, form in enumerate(dict.fromkeys(word_of(key) for key in names))}
    found = encoder.sentences(forms, components=0, progress=progress)
    rows = np.array([forms[word_of(key)] for key in names])
    seen = np.flatnonzero(np.any(found.vectors[rows] != 0, axis=1))
    if not len(seen):
        raise BadInput("encoders.no_keys_to_read", count=len(names), model=encoder.name)
    counts = like.counts[: len(names)][seen] if isinstance(like, Vectors) and like.counts is not None else None
    info: dict[str, Any] = {
        "name": encoder.name,
        "model": "alone",
        "encoder": encoder.name,
        "tokenizer": like.info.get("tokenizer") if isinstance(like, Vectors) else None,
        "params": {"encoder": encoder.name, "keys": len(names), **found.how},
        "history": [],
    }
    return Vectors([names[row] for row in seen], found.vectors[rows[seen]], counts, info)

"""The network: transformers' own BERT, small, with entries that start as Kiwi's vectors.

Nothing here is a new architecture, so whatever reads a BERT (its embeddings, layers, attention, masked-word head) reads
this one too. What differs is where it starts: rows of the embedding matrix are Kiwi's morpheme vectors, spelled pieces
are means over the morphemes they spell, and the output bias is the logarithm of each morpheme's share of the corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.forward import require_torch, require_transformers
from explorer.encoders.train.vocabulary import MorphemeVocabulary
from explorer.text.tags import split_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.vectors.vectors import Vectors

__all__ = ["build_bert", "initial_bias", "initial_embeddings"]

NEVER = -1e4
"""Output bias of entries that no mask stands for: spelled pieces and special ones. Fits in half precision."""


def build_bert(
    size: int,
    *,
    dim: int = 256,
    layers: int = 2,
    heads: int = 4,
    positions: int = 128,
    dropout: float = 0.0,
    pad: int = 0,
    seed: int = 42,
) -> Any:
    """A ``BertForMaskedLM`` with random weights, the same for the same seed.

    Args:
        size: entries of the vocabulary.
        dim: width; the inner layers are four times as wide.
        layers, heads: depth, and attention heads of a layer.
        positions: longest input, special pieces included.
        dropout: for hidden states and attention; none is right when no text is seen often.
        pad: number of the padding piece.

    Raises:
        BadInput: ``dim`` is no multiple of ``heads``.
    """
    torch, transformers = require_torch(), require_transformers()
    if dim % heads:
        raise BadInput("encoders.dim_not_divisible", dim=dim, heads=heads)
    config = transformers.BertConfig(
        vocab_size=size,
        hidden_size=dim,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * dim,
        max_position_embeddings=positions,
        type_vocab_size=2,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout,
        pad_token_id=pad,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return transformers.BertForMaskedLM(config)


def initial_embeddings(vocabulary: MorphemeVocabulary, vectors: Vectors, seed: int = 42) -> tuple[NDArray[np.float32], int]:
    """Unit rows for every entry: the vector of its key; for a part of speech or a character the mean over all keys that have it.

    Returns:
        ``len(vocabulary) × dim`` float32, and how many whole morphemes had a vector of their own. Morphemes without one
        start as the mean of their characters; bytes and special pieces at random.
    """
    rng = np.random.default_rng([seed, 4])
    unit = np.asarray(vectors.unit)
    means: dict[str, NDArray[np.float64]] = {}
    for row, key in enumerate(vectors.keys):
        form, tag = split_key(key)
        if tag in ("VV", "VA", "VX") and len(form) > 1:
            form = form[:-1]
        for piece in (f"[{tag}]", *(f"##{character}" for character in form)):
            if piece in vocabulary:
                means[piece] = means.get(piece, 0) + unit[row] / np.sqrt(len(form) or 1)
    table = rng.standard_normal((len(vocabulary), vectors.dim))
    known = 0
    for number, entry in enumerate(vocabulary.entries):
        index = vectors.row(entry) if number >= vocabulary.first_word else None
        if index is not None:
            table[number] = unit[index]
            known += 1
        elif entry in means:
            table[number] = means[entry]
        elif number >= vocabulary.first_word:
            parts = [means[f"##{character}"] for character in split_key(entry)[0] if f"##{character}" in means]
            if parts:
                table[number] = np.sum(parts, axis=0)
    table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    return table.astype(np.float32), known


def initial_bias(vocabulary: MorphemeVocabulary, shares: Mapping[str, float]) -> NDArray[np.float32]:
    """The logarithm of each whole morpheme's share; :data:`NEVER` for entries no mask stands for."""
    bias = np.full(len(vocabulary), NEVER, np.float32)
    words = vocabulary.entries[vocabulary.first_word :]
    share = np.array([shares.get(word, 0) for word in words], np.float64)
    share = np.maximum(share, share[share > 0].min() if share.any() else 1.0)
    bias[vocabulary.first_word :] = np.log(share / share.sum())
    return bias

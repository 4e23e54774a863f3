"""What an encoder over morphemes makes of a word in its sentence: its own state, the state of a mask in its place, and
what the encoder would put there.

The word's own state mixes all its senses, because the input does; the state of a mask standing where the word stood
depends on the context alone, and so do the words proposed for the place (substitutes, after Başkaya et al. 2013 and
Amrami & Goldberg 2018, arXiv 1808.08518). Senses separate better by what fits the place than by the word itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.morpheme.model import require_torch
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.text.tags import MASKED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token

    Floats = NDArray[np.float32]

__all__ = ["Place", "Readings", "find_places", "read_places"]

_BATCH = 4096


@dataclass(frozen=True)
class Place:
    """A word's pieces in a sentence.

    Attributes:
        ids: pieces of the sentence (or of the window around the word), without special ones.
        first, last: the word's pieces are ``ids[first:last]``.
        context: entries of the sentence's other content morphemes that have one.
    """

    ids: list[int]
    first: int
    last: int
    context: list[int]


@dataclass(frozen=True)
class Readings:
    """Words in their sentences, as arrays; the first axis is the sentence.

    Attributes:
        own: n × layers × d, the word's own states (mean of its pieces), the input embedding first.
        masked: n × layers × d, the states of a mask in its place.
        logits: n × entries, what the encoder expects there.
        context: n × d, the weighted mean of the input vectors of the other content words (no network involved).
        substitutes: n × d, the mean input vector of the content morphemes that would fit, weighted by the square root of
            their probability at the mask, so that the first guess does not stand for all.
        spans: where the word stands in each sentence (start and end in code points), where that is known.
    """

    own: Floats
    masked: Floats
    logits: Floats
    context: Floats
    substitutes: Floats
    spans: tuple[tuple[int, int], ...] = ()


def find_places(
    pieces: MorphemePieces, tokens: Sequence[Sequence[Token]], spans: Sequence[tuple[int, int, str | None]], length: int
) -> list[Place]:
    """The pieces of one word in each analysed sentence.

    Args:
        pieces: the tokenizer.
        tokens: the morphemes of each sentence.
        spans: start, end and key of the word in each; a key picks one of several morphemes over the same characters
            (타 of 탔다), without one all morphemes that touch the span are the word.
        length: pieces that fit the model; of a longer sentence the part around the word is read.

    Raises:
        BadInput: there is no morpheme in the span, or the word alone is too long.
    """
    places = []
    for sentence, (start, end, key) in zip(tokens, spans, strict=True):
        touching = [i for i, t in enumerate(sentence) if t.start < end and t.end > start]
        exact = [i for i in touching if f"{sentence[i].form}/{sentence[i].tag}" == key]
        word = exact[:1] or touching
        if not word:
            raise BadInput("encoders.no_morpheme_there", start=start, end=end)
        ids, owners = pieces.encode_tokens(sentence)
        first = owners.index(word[0])
        last = len(owners) - owners[::-1].index(word[-1])
        if last - first > length // 2:
            raise BadInput("encoders.word_too_long_2", pieces=last - first, length=length)
        left = max(0, min(first - (length - (last - first)) // 2, len(ids) - length))
        context = [
            number
            for i, token in enumerate(sentence)
            if token.tag in MASKED and not word[0] <= i <= word[-1] and not (token.start < end and token.end > start)
            for number in pieces.vocabulary.encode(f"{token.form}/{token.tag}")
            if number >= pieces.vocabulary.first_word
        ]
        places.append(Place(ids[left : left + length], first - left, last - left, context))
    return places


def read_places(
    model: Any, pieces: MorphemePieces, places: Sequence[Place], progress: ProgressCallback | None = None
) -> Readings:
    """Run the network over every place, once as it is and once with the word masked.

    Args:
        model: a ``BertForMaskedLM`` in evaluation mode.
        pieces: its tokenizer.
        places: from :func:`find_places`.
    """
    torch = require_torch()
    config = model.config
    layers, dim = config.num_hidden_layers + 1, config.hidden_size
    own = np.zeros((len(places), layers, dim), np.float32)
    masked = np.zeros_like(own)
    logits = np.zeros((len(places), config.vocab_size), np.float32)
    plain = [(place.ids, place.first, place.last) for place in places]
    hidden = [([*i[:a], pieces.mask_token_id, *i[b:]], a, a + 1) for i, a, b in plain]
    with torch.inference_mode():
        for target, source in ((own, plain), (masked, hidden)):
            order = sorted(range(len(source)), key=lambda index: len(source[index][0]))
            at = 0
            while at < len(order):
                take = order[at : at + max(1, _BATCH // (len(source[order[at]][0]) + 8))]
                states = _states(torch, model, pieces, [source[i][0] for i in take])
                for row, index in enumerate(take):
                    _, a, b = source[index]
                    target[index] = states[:, row, a + 1 : b + 1].mean(1).float().cpu().numpy()
                at += len(take)
                report(progress, "reading sentences", at, len(order), "sentences")
        last = torch.from_numpy(masked[:, -1])
        for begin in range(0, len(places), 256):
            part = last[begin : begin + 256].to(next(model.parameters()))
            logits[begin : begin + 256] = model.cls(part).float().cpu().numpy()
    table = model.get_input_embeddings().weight.detach().float().cpu().numpy()
    content = np.where(pieces.vocabulary.tagged(MASKED), logits, -np.inf).astype(np.float32)
    return Readings(own, masked, logits, _contexts(pieces, places, table), softmax(content / 2) @ table)


def _states(torch: Any, model: Any, pieces: MorphemePieces, rows: list[list[int]]) -> Any:
    """Hidden states of every layer: layers × rows × length × d, special pieces included."""
    width = max(map(len, rows)) + 2
    ids = np.full((len(rows), width), pieces.pad_token_id, np.int64)
    attention = np.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row) + 2] = [pieces.cls_token_id, *row, pieces.sep_token_id]
        attention[number, : len(row) + 2] = 1
    device = next(model.parameters()).device
    result = model.base_model(
        input_ids=torch.from_numpy(ids).to(device),
        attention_mask=torch.from_numpy(attention).to(device),
        output_hidden_states=True,
    )
    return torch.stack(result.hidden_states)


def _contexts(pieces: MorphemePieces, places: Sequence[Place], table: Floats) -> Floats:
    """Weighted mean input vectors of the other content words; the rarer a word, the heavier."""
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    result = np.zeros((len(places), table.shape[1]), np.float32)
    for row, place in enumerate(places):
        if place.context:
            numbers = np.array(place.context)
            result[row] = rarity(numbers - pieces.vocabulary.first_word) @ unit[numbers] / len(numbers)
    return result


def rarity(rank: NDArray[np.int64]) -> Floats:
    """Weight of a word by its rank among whole morphemes: the logarithm of the rank, which by Zipf's law is its information.

    >>> rarity(np.array([0, 80, 20_000])).round(1).tolist()
    [0.5, 2.1, 7.4]
    """
    weights: Floats = (np.log(rank + 20.0) - 2.5).astype(np.float32)
    return weights


def softmax(logits: NDArray[np.floating[Any]]) -> Floats:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: Floats = (shifted / shifted.sum(axis=-1, keepdims=True)).astype(np.float32)
    return probabilities

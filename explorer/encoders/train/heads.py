"""Masked-word losses at the price of the hidden words: states, logits and a sampled softmax, only where they are needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.encoders.forward import require_torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Sampling", "masked_logits", "sampled_loss"]


@dataclass(frozen=True, eq=False)
class Sampling:
    """Which entries compete in a step of training, when all of them would cost too much.

    Every entry takes part independently with its own probability, ``min(1, c √share)`` with ``c`` chosen so that ``size``
    take part on average, and counts for one over that probability: the sum over the vocabulary is estimated without bias
    and frequent entries, which dominate it, are always there.

    Attributes:
        chance: probability of each entry, float64.
    """

    chance: NDArray[np.float64]

    @classmethod
    def of(cls, share: NDArray[np.floating[Any]], size: int) -> Sampling:
        """Chances for ``size`` entries on average, from their shares of the corpus (0 for entries never asked for).

        >>> Sampling.of(np.array([0.5, 0.25, 0.25, 0.0]), 2).chance.sum().round(6)
        np.float64(2.0)
        """
        weight = np.sqrt(np.asarray(share, np.float64))
        possible = int((weight > 0).sum())
        if not 0 < size <= possible:
            raise BadInput("encoders.sample_size_impossible", size=size, limit=possible)
        certain = np.zeros(len(weight), bool)
        while True:  # entries that reach probability 1 leave their surplus to the others
            rest = np.where(certain, 0, weight)
            chance = np.where(certain, 1.0, rest * (size - certain.sum()) / (rest.sum() or 1))
            if not (chance > 1).any():
                return cls(chance)
            certain |= chance >= 1

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """The entries of one step, ascending."""
        return np.flatnonzero(rng.random(len(self.chance)) < self.chance)


def masked_logits(model: Any, ids: Any, attention: Any, places: Any) -> Any:
    """Logits at some places of a batch, computing as little as possible elsewhere.

    The head is applied at those places alone where it can be told apart, and in a BERT the last layer too: other places
    only lend it their keys and values. For two layers over 20,000 entries that is half the time.

    Args:
        model: any masked-language model of transformers.
        ids, attention: rows × length.
        places: positions in the flattened batch, ascending.

    Returns:
        ``len(places) × vocabulary``.
    """
    head = getattr(model, "cls", None) or getattr(model, "lm_head", None)
    if head is None or getattr(model, "base_model", model) is model:
        logits = model(input_ids=ids, attention_mask=attention).logits
        return logits.reshape(-1, logits.shape[-1])[places]
    if type(model).__name__ == "BertForMaskedLM" and not model.config.is_decoder:
        return head(_bert_states_at(model.bert, ids, attention, places))
    hidden = model.base_model(input_ids=ids, attention_mask=attention).last_hidden_state
    return head(hidden.reshape(-1, hidden.shape[-1])[places])


def _bert_states_at(bert: Any, ids: Any, attention: Any, places: Any) -> Any:
    """Last hidden states of a BertModel at some places: ``len(places) × dim``."""
    torch = require_torch()
    rows, length = ids.shape
    row, column = places // length, places % length
    count = torch.bincount(row, minlength=rows)
    within = torch.arange(len(places), device=ids.device) - (count.cumsum(0) - count)[row]
    asked = torch.zeros((rows, int(count.max())), dtype=torch.long, device=ids.device)
    asked[row, within] = column
    hidden = bert.embeddings(input_ids=ids)
    visible = attention[:, None, None, :].bool()
    last = len(bert.encoder.layer) - 1
    for index, layer in enumerate(bert.encoder.layer):
        queries = hidden
        if index == last:
            queries = hidden.gather(1, asked[:, :, None].expand(-1, -1, hidden.shape[-1]))
        own = layer.attention.self
        query, key, value = (
            part.unflatten(-1, (own.num_attention_heads, -1)).transpose(1, 2)
            for part in (own.query(queries), own.key(hidden), own.value(hidden))
        )
        dropout = own.dropout.p if bert.training else 0.0
        mixed = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=visible, dropout_p=dropout)
        attended = layer.attention.output(mixed.transpose(1, 2).flatten(2), queries)
        hidden = layer.output(layer.intermediate(attended), attended)
    return hidden[row, within]


def sampled_loss(model: Any, ids: Any, attention: Any, places: Any, labels: Any, entries: Any, chance: Any) -> Any:
    """Mean cross-entropy of a BERT's masked words against a sample of the vocabulary (see :class:`Sampling`).

    Args:
        model: a ``BertForMaskedLM``.
        ids, attention, places, labels: as in :class:`~explorer.encoders.train.batches.Batch`.
        entries: numbers of the sampled entries.
        chance: the probability each of them had.
    """
    torch = require_torch()
    head = model.cls.predictions
    states = head.transform(_bert_states_at(model.bert, ids, attention, places))
    table, bias = head.decoder.weight, head.bias
    others = torch.nn.functional.linear(states, table[entries], bias[entries] - chance.log()).float()
    others = others.masked_fill(entries[None, :] == labels[:, None], float("-inf"))
    own = (states * table[labels]).sum(-1).float() + bias[labels]
    return (torch.logsumexp(torch.cat([own[:, None], others], dim=1), dim=1) - own).mean()

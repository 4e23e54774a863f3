"""Sub-words to words: all words of a batch at once, on the device where the states are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["POOLINGS", "check_pooling", "ends_in_last_state", "pool_words", "unit_rows"]

POOLINGS = ("mean", "first", "last", "sum", "max")


def check_pooling(pooling: str) -> str:
    """The pooling itself.

    Raises:
        BadInput: there is none of that name.
    """
    if pooling not in POOLINGS:
        raise BadInput("encoders.unknown_pooling", pooling=pooling, choices=", ".join(POOLINGS))
    return pooling


def ends_in_last_state(model: Any, ids: list[int], device: str) -> bool:
    """Whether a model's output is its last hidden state (some put one more layer after it): looked at, not assumed."""
    import torch

    with torch.inference_mode():
        found = model(input_ids=torch.tensor([ids], device=device), output_hidden_states=True)
    last = getattr(found, "last_hidden_state", None)
    return last is not None and torch.equal(last, found.hidden_states[-1])


def pool_words(states: Any, places: Sequence[tuple[int, int, int]], how: str) -> Any:
    """One vector for each word.

    Args:
        states: texts × tokens × d tensor.
        places: for each word its text, its first token and one past its last token (at least one token).
        how: one of :data:`POOLINGS`.

    Returns:
        Words × d tensor on the same device.

    >>> import torch
    >>> states = torch.arange(8.0).reshape(1, 4, 2)
    >>> pool_words(states, [(0, 0, 1), (0, 1, 4)], "mean").tolist()
    [[0.0, 1.0], [4.0, 5.0]]
    """
    import torch

    _, width, dim = states.shape
    flat = states.reshape(-1, dim)
    text, first, last = np.array(places, np.int64).reshape(-1, 3).T
    start, counts = text * width + first, last - first

    def at(rows: Any) -> Any:
        return torch.from_numpy(np.ascontiguousarray(rows)).to(flat.device)

    if how == "first" or counts.max(initial=1) == 1:
        return flat[at(start)]
    if how == "last":
        return flat[at(start + counts - 1)]
    before = np.cumsum(counts) - counts
    tokens = flat[at(np.arange(counts.sum()) + np.repeat(start - before, counts))]
    words = at(np.repeat(np.arange(len(counts)), counts))
    if how == "max":
        lowest = torch.full((len(counts), dim), -torch.inf, device=flat.device, dtype=flat.dtype)
        return lowest.scatter_reduce_(0, words[:, None].expand_as(tokens), tokens, "amax")
    sums = torch.zeros((len(counts), dim), device=flat.device, dtype=flat.dtype).index_add_(0, words, tokens)
    return sums if how == "sum" else sums / at(counts)[:, None]


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit

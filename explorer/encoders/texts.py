"""Whole texts for a network, and the labels they have: what probes of sentences and classifiers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.encoders.forward import Job
from explorer.encoders.locate import nfc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.forward import Network
    from explorer.encoders.pieces import Pieces

__all__ = ["checked_labels", "held_out", "text_jobs", "text_layers"]


def held_out(
    labels: NDArray[np.int64], share: float = 0.3, seed: int = 42, groups: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """Which rows are held out: of every label the same share, or whole groups (sentences) of rows.

    Args:
        labels: n numbers.
        share: how much.
        seed: decides which.
        groups: rows of one group stay together; labels then count no more.

    >>> held_out(np.array([0, 0, 0, 0, 1, 1, 1, 1]), 0.25).reshape(2, 4).sum(axis=1).tolist()
    [1, 1]
    """
    rng = np.random.default_rng([seed, 11])
    held = np.zeros(len(labels), bool)
    if groups is not None:
        names = np.unique(groups)
        chosen = rng.permutation(names)[: max(1, round(len(names) * share))]
        found: NDArray[np.bool_] = np.isin(groups, chosen)
        return found
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        held[rows[: max(1, round(len(rows) * share))]] = True
    return held


def text_jobs(pieces: Pieces, texts: Sequence[str], longest: int | None = None) -> tuple[list[Job], list[int], int]:
    """A pass for each text: its beginning, as far as it fits, and all its tokens as one word.

    Args:
        pieces: what cuts texts for the model.
        texts: any.
        longest: tokens at most, fewer than fit.

    Returns:
        The passes, the numbers of the texts that have tokens at all, and how many texts were cut.
    """
    room = min(pieces.capacity, longest or pieces.capacity)
    jobs: list[Job] = []
    kept: list[int] = []
    cut = 0
    for number, text in enumerate(texts):
        # No tokenizer makes a token of more than a few hundred characters: what lies beyond is not even looked at.
        ids = [one for one, _, _ in pieces.encode(nfc(text[: 64 * room]))]
        cut += len(ids) > room
        ids = ids[:room]
        if ids:
            first = len(pieces.prefix)
            jobs.append(Job([*pieces.prefix, *ids, *pieces.suffix], [(len(kept), first, first + len(ids))]))
            kept.append(number)
    return jobs, kept, cut


def text_layers(
    network: Network, pieces: Pieces, texts: Sequence[str], progress: ProgressCallback | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64], int]:
    """Vectors of whole texts at every layer: the mean of their tokens' states.

    Returns:
        Depth × kept texts × d, the numbers of the texts kept (those with tokens), and how many were cut to fit.
    """
    jobs, kept, cut = text_jobs(pieces, texts)
    states: NDArray[Any] = network.pooled(jobs, [[layer] for layer in range(network.depth)], progress=progress)
    return states, np.array(kept, np.int64), cut


def checked_labels(labels: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Labels of texts as names and numbers.

    Raises:
        BadInput: there is one label only, or one that fewer than two texts have: none could be learnt and held out.

    >>> checked_labels(["나쁨", "좋음", "나쁨", "좋음"])
    (('나쁨', '좋음'), array([0, 1, 0, 1]))
    """
    found, numbers, counts = np.unique(np.array([nfc(label) for label in labels], str), return_inverse=True, return_counts=True)
    names = tuple(map(str, found))
    if len(names) < 2:
        raise BadInput("encoders.one_label", count=len(labels), label=names[0] if names else "–")
    if counts.min() < 2:
        raise BadInput("encoders.label_too_rare", label=names[int(counts.argmin())], labels=len(names), count=len(labels))
    return names, numbers.astype(np.int64)

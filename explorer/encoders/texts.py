"""Whole texts for a network, and the labels they have: what probes of sentences and classifiers share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.encoders.forward import Job
from explorer.encoders.locate import nfc
from explorer.text.normalise import normalise
from explorer.tokenizers.token import key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.forward import Network
    from explorer.encoders.pieces import Pieces

__all__ = ["Unit", "checked_labels", "cut_units", "held_out", "text_jobs", "text_layers", "whole_job"]


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
        cut += len(ids) > room or len(text) > 64 * room
        ids = ids[:room]
        if ids:
            jobs.append(whole_job(pieces, ids, len(kept)))
            kept.append(number)
    return jobs, kept, cut


def whole_job(pieces: Pieces, ids: Sequence[int], row: int) -> Job:
    """A pass of a text's pieces, all of them as one word, whose vector becomes that row."""
    first = len(pieces.prefix)
    return Job([*pieces.prefix, *ids, *pieces.suffix], [(row, first, first + len(ids))])


@dataclass(slots=True)
class Unit:
    """Morphemes of a text that can be left out: one, or several that share a piece.

    Attributes:
        start, end: where they stand in the text as it was given.
        morphemes: what they are, as ``가다/VV``, with spaces between.
        places: of their pieces among those of the text.
    """

    start: int
    end: int
    morphemes: str
    places: set[int]


def cut_units(pieces: Pieces, text: str, room: int) -> tuple[list[int], list[Unit], bool]:
    """The pieces that :func:`text_jobs` takes of a text, the morphemes they belong to, and whether the text goes on after them.

    Args:
        pieces: what cuts texts for the model.
        text: any.
        room: pieces at most.
    """
    clean = normalise(text[: 64 * room])
    passage = pieces.passage([clean.text])
    [tokens] = passage.morphemes
    own = [piece for piece in passage.pieces if not piece.special]
    of = [piece.morpheme for piece in own if piece.morpheme is not None]
    if len(of) == len(own):
        cut = [(piece.id, piece.start, piece.end) for piece in own]
        owners = [[number] for number in of]
    else:
        cut = pieces.encode(clean.text)
        # A piece may begin with a space, and may lie over no morpheme at all (▁ before a word): it goes with what follows.
        owners = [[n for n, token in enumerate(tokens) if token.start < end and start < token.end] for _, start, end in cut]
    found: list[tuple[set[int], set[int]]] = []
    waiting: set[int] = set()
    for place, owner in enumerate(owners[:room]):
        waiting.add(place)
        if owner and found and not found[-1][0].isdisjoint(owner):
            found[-1][0].update(owner)
            found[-1][1].update(waiting)
        elif owner:
            found.append((set(owner), waiting))
        else:
            continue
        waiting = set()
    if found:
        found[-1][1].update(waiting)
    units = []
    for owners_, places in found:
        parts = [tokens[number] for number in sorted(owners_)]
        start, end = clean.to_original(min(one.start for one in parts), max(one.end for one in parts))
        units.append(Unit(start, end, " ".join(map(key_of, parts)), places))
    return [one for one, _, _ in cut[:room]], units, len(cut) > room or len(text) > 64 * room


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

"""Looking into an encoder while it reads one or two sentences: input embeddings, attention, states.

Nothing is computed a second time: the parts of the input are caught as the model itself makes them, so they are what the model
holds, whatever its architecture, and a part it does not have is not there. BERT and its kin add **learned** position rows, not
sines; RoBERTa's begin behind the padding row; DeBERTa and ModernBERT add none at all.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.baseline import BACKGROUND, Scale
from explorer.encoders.forward import Job, Network, Seen
from explorer.encoders.inside_record import Inside
from explorer.encoders.pieces import Passage, Piece, Pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["InsideModel"]

MOST = 512
"""Tokens of one pass at most, whatever a model could take: attention is kept for every pair of them, in every head."""
_LETTERS_PER_TOKEN = 40
_PAIRS = 4000


class InsideModel:
    """An encoder that shows what it holds. Safe from several threads.

    Attributes:
        name: what it was opened as.
        limit: tokens of one pass, special ones included.
        background: unrelated sentences for the scale.
    """

    def __init__(self, network: Network, pieces: Pieces, background: Sequence[str] = BACKGROUND, *, name: str) -> None:
        self.name = name
        self.limit = min(pieces.capacity + len(pieces.prefix) + len(pieces.suffix), MOST)
        self.background = tuple(background)
        self._network, self._pieces = network, pieces
        self._lock = threading.RLock()
        self._scale: Scale | None = None

    def __repr__(self) -> str:
        config = self._network.config
        return (
            f"<InsideModel {self.name}: {config.num_hidden_layers} blocks × {config.num_attention_heads} heads, "
            f"{self._network.device}>"
        )

    def read(self, first: str, second: str | None = None, *, progress: ProgressCallback | None = None) -> Inside:
        """Read one or two sentences in one pass and keep everything.

        Args:
            first, second: the sentences; with two, the model reads ``[CLS] first [SEP] second [SEP]``.
            progress: told how far it is.

        Raises:
            BadInput: there is no text, or it does not fit into one pass; names the length allowed.
        """
        texts = (first,) if second is None or not second.strip() else (first, second)
        with self._lock:
            scale = self._scale = self._scale or self._measure(progress)
        report(progress, "reading sentences", 0, 1)
        passage = self._passage(texts)
        seen = self._network.seen([one.id for one in passage.pieces], passage.segments)
        if seen.weights is None:
            raise BadInput("encoders.no_attention", model=self.name)
        pieces = passage.pieces
        embeddings, rows, notes = _parts(seen, len(pieces))
        notes += self._remarks(texts, pieces)
        if rows:
            pieces = [replace(one, position=row) for one, row in zip(pieces, rows, strict=True)]
        if passage.segments is not None and "segment" in embeddings:
            pieces = [replace(one, segment=row) for one, row in zip(pieces, passage.segments, strict=True)]
        report(progress, "reading sentences", 1, 1)
        morphemes = tuple(map(tuple, passage.morphemes))
        return Inside(self.name, texts, tuple(pieces), embeddings, seen.states, seen.weights, tuple(notes), scale, morphemes)

    def _passage(self, texts: Sequence[str]) -> Passage:
        """The tokens of one pass, refused where they do not fit."""
        if not texts[0].strip():
            raise BadInput("encoders.first_empty")
        long = max(map(len, texts))
        if long > self.limit * _LETTERS_PER_TOKEN:
            raise BadInput("encoders.too_many_characters", model=self.name, most=self.limit, count=long)
        made = self._pieces.passage(texts)
        if len(made.pieces) > self.limit:
            raise BadInput("encoders.too_many_tokens", model=self.name, most=self.limit, count=len(made.pieces))
        return made

    def _remarks(self, texts: Sequence[str], pieces: Sequence[Piece]) -> list[Message]:
        found: list[Message] = []
        if not self._pieces.paired and len(texts) > 1:
            found.append(Message("encoders.note_one_sentence"))
        lost = [
            match.group()
            for sentence, text in enumerate(texts)
            for match in re.finditer(r"\S+", text)
            if any(char.isprintable() for char in match.group())
            and not any(p.sentence == sentence and p.start < match.end() and p.end > match.start() for p in pieces)
        ]
        if lost:
            found.append(Message("encoders.note_lost", {"words": ", ".join(dict.fromkeys(lost))[:200]}))
        return found

    def _measure(self, progress: ProgressCallback | None) -> Scale:
        """The background's tokens at every layer, special ones left out."""
        jobs: list[Job] = []
        owners: list[int] = []
        for number, sentence in enumerate(self.background):
            passage = self._passage([sentence])
            kept = [one.index for one in passage.pieces if not one.special]
            words = [(len(owners) + row, index, index + 1) for row, index in enumerate(kept)]
            jobs.append(Job([one.id for one in passage.pieces], words, passage.segments))
            owners += [number] * len(kept)
        each = [[layer] for layer in range(self._network.depth)]
        states = self._network.pooled(jobs, each, progress=progress, stage=("measuring random pairs", "sentences"))
        return Scale(states, np.array(owners, np.int64), _PAIRS)


def _parts(seen: Seen, count: int) -> tuple[Mapping[str, NDArray[np.float32]], list[int], list[Message]]:
    """The parts of the input in their order, each count × e, the position row of each token, and what is to be said of them."""
    notes: list[Message] = []
    parts: dict[str, NDArray[np.float32]] = {}
    positions: list[int] = []
    for name in ("token", "segment", "position"):
        if name in seen.caught:
            out = seen.caught[name][1]
            rows = out.reshape(-1, out.shape[-1])
            parts[name] = np.broadcast_to(rows, (count, rows.shape[1])) if len(rows) == 1 else rows
    if "segment" not in parts:
        notes.append(Message("encoders.note_no_segments"))
    elif seen.segment_rows == 1:
        notes.append(Message("encoders.note_one_segment"))
    if "position" not in parts:
        notes.append(Message("encoders.note_no_positions"))
    else:
        given = seen.caught["position"][0]
        if given is not None and not given.is_floating_point() and given.numel() == count:
            positions = [int(row) for row in given.reshape(-1)]
            if positions[0]:
                notes.append(Message("encoders.note_shifted_positions", {"first": positions[0]}))
    total: NDArray[np.float32] = np.asarray(np.sum(list(parts.values()), axis=0), np.float32)
    if "norm" in seen.caught:
        given, after = seen.caught["norm"]
        before, after = given.float().cpu().numpy().reshape(count, -1), after.reshape(count, -1)
        if before.shape != total.shape or not np.allclose(before, total, atol=1e-4 * max(1.0, float(np.abs(before).max()))):
            notes.append(Message("encoders.note_more"))
        parts["sum"], parts["input"] = before, after
    else:
        notes.append(Message("encoders.note_no_norm"))
        parts["sum"] = parts["input"] = total
    if parts["input"].shape[1] != seen.states.shape[2]:
        notes.append(Message("encoders.note_projected", {"narrow": parts["input"].shape[1], "wide": seen.states.shape[2]}))
    return parts, positions, notes

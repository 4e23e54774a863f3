"""What a model held inside for one or two sentences, as numbers to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core import settings
from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.display.record import Record
from explorer.display.sheet import Sheet, say
from explorer.encoders.baseline import Chance, Scale, unit_rows
from explorer.encoders.inside_units import Unit, join_attention, make_units
from explorer.encoders.pieces import Piece

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token

__all__ = ["PARTS", "Inside", "Spread"]

PARTS = ("token", "segment", "position", "sum", "input")
"""Input embeddings in the order they come about; ``"input"`` is the sum after LayerNorm, what enters the first block."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How crowded one layer is.

    Attributes:
        layer: 0 is what enters the first block.
        here: mean cosine of different tokens of this text (special ones left out); ``None`` with fewer than two.
        chance: of random tokens of unrelated sentences: the anisotropy of the layer.
        here_centred, chance_centred: both after the mean of the unrelated tokens was subtracted.
    """

    layer: int
    here: float | None
    chance: Chance | None
    here_centred: float | None
    chance_centred: Chance | None


@dataclass(frozen=True, repr=False)
class Inside(Record):
    """What a model held inside while it read one or two sentences.

    Attributes:
        model: its name.
        texts: one or two sentences as given.
        pieces: its T tokens, special ones included.
        embeddings: T × e float32 under the names of :data:`PARTS` that the model has.
        states: layers × T × d float32; layer 0 enters the first block, layer k leaves block k.
        weights: blocks × heads × T × T float32, row = from, column = to; rows add up to 1.
        notes: what is to be known about this model and text; :meth:`remarks` says it.
        scale: unrelated tokens, for what a cosine is worth.
    """

    model: str
    texts: tuple[str, ...]
    pieces: tuple[Piece, ...]
    embeddings: Mapping[str, NDArray[np.float32]]
    states: NDArray[np.float32]
    weights: NDArray[np.float32]
    notes: tuple[Message, ...]
    scale: Scale = field(repr=False)
    _morphemes: tuple[tuple[Token, ...], ...] = field(repr=False, default=())

    @property
    def depth(self) -> int:
        """Layers of states: the input and every block."""
        return int(self.states.shape[0])

    @property
    def blocks(self) -> int:
        """Blocks, each with its attention."""
        return int(self.weights.shape[0])

    @property
    def heads(self) -> int:
        """Attention heads of a block."""
        return int(self.weights.shape[1])

    def remarks(self) -> list[str]:
        """:attr:`notes` in the person's language, a line each."""
        return [note.said(settings.language()) for note in self.notes]

    def units(self, unit: str = "piece") -> list[Unit]:
        """Tokens, eojeol or morphemes, special tokens among them; see :func:`~explorer.encoders.inside_units.make_units`.

        Raises:
            BadInput: there is no such unit.
        """
        return make_units(self.pieces, self.texts, unit, self._morphemes)

    # Input

    def lengths(self) -> dict[str, NDArray[np.float32]]:
        """Euclidean length (T) of every part of every token's input."""
        return {name: np.linalg.norm(rows, axis=1).astype(np.float32) for name, rows in self.embeddings.items()}

    def shares(self) -> dict[str, NDArray[np.float32]]:
        """Cosine (T) of token, segment and position with their sum: how much of each is in it."""
        total = unit_rows(self.embeddings["sum"])
        return {
            name: np.einsum("ij,ij->i", unit_rows(rows), total).astype(np.float32)
            for name, rows in self.embeddings.items()
            if name in PARTS[:3]
        }

    # Attention

    def block(self, layer: int) -> int:
        """A block's number counted from 1.

        Raises:
            BadInput: there is no such block.
        """
        if not (1 <= layer <= self.blocks or -self.blocks <= layer <= -1):
            raise BadInput("encoders.no_such_block", layer=layer, model=self.model, last=self.blocks)
        return layer if layer > 0 else self.blocks + 1 + layer

    def attention(self, layer: int = -1, head: int | None = None, unit: str = "piece") -> NDArray[np.float32]:
        """Attention between units: n × n float32, row = from, column = to, rows add up to 1.

        Args:
            layer: block 1 to ``blocks``, or counted from -1.
            head: 1 to ``heads``; the mean of all when ``None``.
            unit: ``"piece"``, ``"eojeol"`` or ``"morpheme"``: attention to a word is the sum over its pieces, from a word the
                mean over them (Clark et al. 2019, https://aclanthology.org/W19-4828/).

        Raises:
            BadInput: there is no such block, head or unit.
        """
        weights = self.weights[self.block(layer) - 1]
        if head is not None and not 1 <= head <= self.heads:
            raise BadInput("encoders.no_such_head", head=head, model=self.model, last=self.heads)
        chosen = weights.mean(axis=0) if head is None else weights[head - 1]
        if unit == "piece":
            return np.asarray(chosen, np.float32)
        return join_attention(chosen, [one.pieces for one in self.units(unit)])

    # Similarity

    def layer(self, layer: int) -> int:
        """A layer's number counted from 0.

        Raises:
            BadInput: there is no such layer.
        """
        if not -self.depth <= layer < self.depth:
            raise BadInput("encoders.no_such_layer_down", layer=layer, model=self.model, last=self.depth - 1)
        return layer % self.depth

    def cosines(self, layer: int = -1, centred: bool = False) -> NDArray[np.float32]:
        """Cosine of every token with every other: T × T float32.

        Args:
            layer: 0 (what enters the first block) to ``depth - 1``, or counted from -1.
            centred: after subtracting the mean of unrelated tokens at that layer.
        """
        number = self.layer(layer)
        states = self.states[number]
        unit = unit_rows(states - self.scale.centre(number) if centred else states)
        cosines: NDArray[np.float32] = np.clip(unit @ unit.T, -1, 1)
        return cosines

    def chance(self, layer: int = -1, centred: bool = False) -> Chance | None:
        """Cosines of random pairs of tokens of unrelated sentences at that layer."""
        return self.scale.chance(self.layer(layer), centred)

    def mean_cosine(self, layer: int = -1, centred: bool = False) -> float | None:
        """Mean cosine of different tokens of this text, special ones left out; ``None`` with fewer than two."""
        kept = [one.index for one in self.pieces if not one.special]
        if len(kept) < 2:
            return None
        cosines = self.cosines(layer, centred)[np.ix_(kept, kept)]
        return float(cosines[~np.eye(len(kept), dtype=bool)].mean())

    def anisotropy(self) -> list[Spread]:
        """For every layer how alike any two tokens are, here and by chance, before and after centring."""
        can = self.scale.states.shape[1] > 0
        return [
            Spread(
                layer,
                self.mean_cosine(layer),
                self.chance(layer),
                self.mean_cosine(layer, True) if can else None,
                self.chance(layer, True) if can else None,
            )
            for layer in range(self.depth)
        ]

    # Out

    def to_dict(self, layer: int = -1, head: int | None = None, unit: str = "piece", centred: bool = False) -> dict[str, Any]:
        """JSON-able: tokens with the lengths of their input parts, attention of one block, cosines at one layer, anisotropy.

        Args:
            layer: a block for the attention and the same layer for the cosines; 0 gives no attention.
            head, unit: as in :meth:`attention`.
            centred: as in :meth:`cosines`.
        """
        number = self.layer(layer)
        lengths, shares = self.lengths(), self.shares()
        return {
            "model": self.model,
            "texts": list(self.texts),
            "notes": [str(note) for note in self.notes],
            "tokens": [
                one.to_dict()
                | {"lengths": {name: float(values[one.index]) for name, values in lengths.items()}}
                | {"cosines_with_sum": {name: float(values[one.index]) for name, values in shares.items()}}
                for one in self.pieces
            ],
            "layer": number,
            "head": head,
            "unit": unit,
            "units": [one.to_dict() for one in self.units(unit)],
            "attention": self.attention(number, head, unit).tolist() if number else None,
            "centred": centred,
            "cosines": self.cosines(number, centred).tolist(),
            "anisotropy": [
                {
                    "layer": one.layer,
                    "here": one.here,
                    "random_pairs": one.chance.mean if one.chance else None,
                    "here_centred": one.here_centred,
                    "random_pairs_centred": one.chance_centred.mean if one.chance_centred else None,
                }
                for one in self.anisotropy()
            ],
        }

    def to_frame(self) -> Any:
        """A table of the tokens (pandas): offsets, rows of the tables, lengths of the parts, cosines with their sum."""
        import pandas as pd

        table: dict[str, Any] = {
            name: [getattr(one, name) for one in self.pieces]
            for name in ("text", "id", "sentence", "start", "end", "surface", "segment", "position", "special")
        }
        table |= {f"length_{name}": values for name, values in self.lengths().items()}
        table |= {f"cosine_{name}": values for name, values in self.shares().items()}
        return pd.DataFrame(table)

    def sheet(self) -> Sheet:
        shape = say("display.inside", blocks=self.blocks, heads=self.heads, dim=int(self.states.shape[2]))
        columns = ("number", "text", "sentence", "start", "end", "surface")
        rows = tuple((one.index, one.text, one.sentence, one.start, one.end, one.surface) for one in self.pieces)
        return Sheet(f"{self.model}: {' / '.join(self.texts)}", notes=(shape, *self.remarks()), columns=columns, rows=rows)

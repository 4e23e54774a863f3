"""An encoder: every question about a word in its sentence, a gap, a pair, what goes on inside."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.progress import ProgressCallback
from explorer.encoders.contextual import contextual
from explorer.encoders.filling import open_filler
from explorer.encoders.inside import Inside, open_inside

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.encoders.guesses import Gap
    from explorer.encoders.sense_curve import SenseCurve
    from explorer.encoders.senses import Assignment, Senses
    from explorer.encoders.word_spans import WordSpan

__all__ = ["Encoder"]


class Encoder:
    """An encoder. Safe from several threads.

    Attributes:
        name: what it was opened as.
    """

    def __init__(self, place: str | Path, device: str | None, dtype: str, progress: ProgressCallback | None) -> None:
        self._place, self._device = place, device
        self._model = contextual(place, device=device, dtype=dtype, progress=progress)
        self._lock = threading.Lock()
        self._parts: dict[str, Any] = {}
        self.name = self._model.name
        self.dim, self.depth = self._model.dim, self._model.depth

    def __repr__(self) -> str:
        return repr(self._model).replace("Contextual", "Encoder").replace("Morpheme", "")

    def _part(self, opener: Any, progress: ProgressCallback | None) -> Any:
        with self._lock:
            if opener.__name__ not in self._parts:
                self._parts[opener.__name__] = opener(self._place, device=self._device, progress=progress)
            return self._parts[opener.__name__]

    def locate(self, word: str, sentence: str, occurrence: int = 0) -> WordSpan:
        """Where the word stands in the sentence."""
        return self._model.locate(word, sentence, occurrence)

    def locate_all(self, word: str, sentence: str, most: int | None = None) -> list[WordSpan]:
        """Every place of the word in the sentence, at most ``most``; none is an empty list."""
        return self._model.locate_all(word, sentence, most)

    def pieces_under(self, text: str, start: int, end: int) -> list[str]:
        """The model's sub-words under ``text[start:end]``, as its vocabulary writes them."""
        return self._model.pieces_under(text, start, end)

    def vector(self, word: str, sentence: str, **options: Any) -> NDArray[np.float32]:
        """The vector (d float32) of a word in its sentence."""
        return self._model.vector(word, sentence, **options)

    def span_layers(self, requests: Sequence[tuple[str, list[tuple[int, int]]]], **options: Any) -> NDArray[np.float32]:
        """Vectors of given spans of several texts at every layer: depth × spans × d float32."""
        return self._model.span_layers(requests, **options)

    def senses(self, word: str, sentences: Sequence[str], k: int | None = None, **options: Any) -> Senses:
        """Sort sentences by the sense that a word has in them."""
        return self._model.senses(word, sentences, k, **options)

    def assign(self, senses: Senses, sentence: str, **options: Any) -> Assignment:
        """Which of some senses a word has in a new sentence."""
        return self._model.assign(senses, sentence, **options)

    def sense_curve(self, word: str, sentences: Sequence[str], k: int | None = None, **options: Any) -> SenseCurve:
        """How clearly the senses part at every layer (and in every representation)."""
        return self._model.sense_curve(word, sentences, k, **options)

    def fill(self, text: str, n: int = 10, *, progress: ProgressCallback | None = None, **options: Any) -> list[Gap]:
        """What the model would put where the text has ``[MASK]``."""
        gaps: list[Gap] = self._part(open_filler, progress).fill(text, n, progress=progress, **options)
        return gaps

    def inside(self, first: str, second: str | None = None, *, progress: ProgressCallback | None = None) -> Inside:
        """Read one or two sentences in one pass and keep everything."""
        held: Inside = self._part(open_inside, progress).read(first, second, progress=progress)
        return held

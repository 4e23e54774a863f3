"""The vector of a word in its sentence, from any encoder that transformers can open.

A word's span is found in the sentence (:mod:`explorer.encoders.word_spans`), the sub-words under it are pooled, at one layer or
over several. Text longer than the model takes is read through overlapping windows, and every word gets its vector from the
window in which it stands most in the middle.
"""

from __future__ import annotations

import re
import threading
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.encoders.checkpoints import Checkpoint, open_checkpoint
from explorer.encoders.offsets import in_nfc, nfc, under
from explorer.encoders.pooling import check_pooling, ends_in_last_state, pool_words, unit_rows
from explorer.encoders.sensing import SenseFinder
from explorer.encoders.stretches import around, parts_around
from explorer.encoders.word_spans import WordSpan, find_word, find_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer

__all__ = ["Contextual", "WordVectors", "contextual"]

_LAST = re.compile(r"(sum|mean)-last-(\d+)")
_BATCH_TOKENS = 8192

Layer = int | str | Sequence[int]


def contextual(
    name_or_path: str | Path,
    *,
    layer: Layer = -1,
    pooling: str = "mean",
    device: str | None = None,
    dtype: str = "float32",
    progress: ProgressCallback | None = None,
) -> Contextual:
    """Open a contextual model.

    Args:
        name_or_path: ``"mini"`` (it ships), the name of an encoder trained here, a folder as transformers saves it, or a
            Hugging Face id (``"bert-base-multilingual-cased"``, ``"xlm-roberta-base"``, ``"klue/bert-base"``). Local files
            are used first; weights must be safetensors; no code from the checkpoint is run.
        layer: 0 is the input embedding, 1 the first block, -1 the last; ``"sum-last-4"``, ``"mean-last-4"``; or numbers whose
            mean is taken.
        pooling: ``"mean"``, ``"first"``, ``"last"``, ``"sum"`` or ``"max"`` over a word's sub-words.
        device: ``"cpu"``, ``"cuda"``, ``"mps"``; the best one present by default.
        dtype: what it computes in: ``"float32"``, ``"bfloat16"``, or ``"int8"`` (linear layers, processor only). Vectors
            are float32 whatever it is.

    Raises:
        MissingExtra: torch is not installed.
        BadInput: the checkpoint, layer, pooling or dtype cannot be used; says why.
        Unavailable: the checkpoint is not on this machine and cannot be fetched.
    """
    from explorer.encoders.morpheme.storing import encoder_folder, is_encoder

    folder = encoder_folder(name_or_path)
    if folder is not None and is_encoder(folder):
        from explorer.encoders.morpheme.contextual import open_encoder

        return open_encoder(folder, str(name_or_path), layer=layer, pooling=pooling, device=device, dtype=dtype)
    opened = open_checkpoint(folder or name_or_path, device, progress, dtype=dtype)
    model = Contextual(opened, layer=layer, pooling=pooling)
    report(progress, "opening the model", 1, 1, note=model.name)
    return model


@dataclass(frozen=True)
class WordVectors:
    """Vectors of all words of one text.

    Attributes:
        spans: ``(start, end)`` of each word in the text as given.
        vectors: words × d float32.
    """

    spans: list[tuple[int, int]]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class _Job:
    """One pass through the model: token ids, and which of its tokens make up which word."""

    ids: list[int]
    words: list[tuple[int, int, int]]  # row of the output, first token, one past the last token (special tokens counted)


class Contextual(SenseFinder):
    """A contextual model. Safe from several threads. Senses of a word: :meth:`senses` and :meth:`assign`.

    Attributes:
        name: what it was opened as.
        layer, pooling: what is used where a method is not told otherwise.
    """

    def __init__(self, checkpoint: Checkpoint, *, layer: Layer = -1, pooling: str = "mean") -> None:
        self._checkpoint = checkpoint
        self._lock = threading.Lock()
        self.name = checkpoint.name
        self.layer: Layer = layer
        self.pooling = pooling
        self._layers(layer)
        check_pooling(pooling)

    @property
    def dim(self) -> int:
        """Numbers in each vector."""
        return int(self._checkpoint.model.config.hidden_size)

    @property
    def depth(self) -> int:
        """Number of layers to choose from: the input embedding and every block."""
        return int(self._checkpoint.model.config.num_hidden_layers) + 1

    def __repr__(self) -> str:
        return f"<Contextual {self.name}: {self.depth} layers × {self.dim}, {self._checkpoint.device}>"

    @cached_property
    def _analyser(self) -> Tokenizer:
        from explorer.tokenizers.loading import tokenizer

        return tokenizer("kiwi")

    def locate(self, word: str, sentence: str, occurrence: int = 0) -> WordSpan:
        """Where the word stands in the sentence; see :func:`~explorer.encoders.word_spans.find_word`."""
        return find_word(word, sentence, self._analyser, occurrence)

    def locate_all(self, word: str, sentence: str, most: int | None = None) -> list[WordSpan]:
        """Every place of the word in the sentence, at most ``most``; none is an empty list."""
        return find_words(word, sentence, self._analyser, most)

    def pieces(self, word: str, sentence: str, occurrence: int = 0) -> list[str]:
        """The model's sub-words under the word, as its vocabulary writes them."""
        span = self.locate(word, sentence, occurrence)
        return self.pieces_under(sentence, span.start, span.end)

    def pieces_under(self, text: str, start: int, end: int) -> list[str]:
        """The model's sub-words under ``text[start:end]``, as its vocabulary writes them."""
        begin, stop = around(text, start, end)
        part = text[begin:stop]
        ids, offsets = self._encode(nfc(part))
        low, high = under(offsets, in_nfc(part, [(start - begin, end - begin)]), [text[start:end]])[0]
        return list(map(str, self._checkpoint.tokenizer.convert_ids_to_tokens(ids[low:high])))

    def vector(
        self, word: str, sentence: str, *, layer: Layer | None = None, pooling: str | None = None, occurrence: int = 0
    ) -> NDArray[np.float32]:
        """The vector (d float32) of a word in its sentence.

        Args:
            word: as a person says it: 배 is found in 배를, 먹다 in 먹었다; ``배/NNG`` chooses a reading.
            sentence: any length.
            layer, pooling: instead of the model's own.
            occurrence: which of several, from 0.

        Raises:
            BadInput: the word is not in the sentence, or none of its characters reached the model.
        """
        found: NDArray[np.float32] = self.vectors(word, [sentence], layer=layer, pooling=pooling, occurrence=occurrence)[0]
        return found

    def vectors(
        self,
        word: str | Sequence[str],
        sentences: Sequence[str],
        *,
        layer: Layer | None = None,
        pooling: str | None = None,
        occurrence: int = 0,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        """The vectors (sentences × d float32) of one word in many sentences, or of one word for each sentence."""
        words = [word] * len(sentences) if isinstance(word, str) else list(word)
        if isinstance(sentences, str) or len(words) != len(sentences):
            raise BadInput("encoders.word_count_mismatch", words=len(words), sentences=len(sentences))
        spans = [self.locate(one, sentence, occurrence) for one, sentence in zip(words, sentences, strict=True)]
        requests = [(sentence, [(span.start, span.end)]) for sentence, span in zip(sentences, spans, strict=True)]
        return self._pool(requests, layer, pooling, progress)

    def layers(self, word: str, sentence: str, *, pooling: str | None = None, occurrence: int = 0) -> NDArray[np.float32]:
        """The word's vector at every layer: depth × d float32, the input embedding first."""
        span = self.locate(word, sentence, occurrence)
        each = [[layer] for layer in range(self.depth)]
        states: NDArray[np.float32] = self._states([(sentence, [(span.start, span.end)])], each, "mean", pooling)[:, 0]
        return states

    def span_layers(
        self,
        requests: Sequence[tuple[str, list[tuple[int, int]]]],
        *,
        pooling: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        """Vectors of given spans of several texts at every layer: depth × spans × d float32, the input embedding first.

        Args:
            requests: ``(text, spans)`` pairs, the spans as code-point offsets ``(start, end)`` into their text.
            pooling: instead of the model's own.
            progress: told how many passes are done.
        """
        return self._states(requests, [[layer] for layer in range(self.depth)], "mean", pooling, progress)

    def spans(
        self,
        requests: Sequence[tuple[str, list[tuple[int, int]]]],
        *,
        layer: Layer | None = None,
        pooling: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        """Vectors (spans × d float32) of given spans of several texts, at one layer; see :meth:`span_layers`."""
        return self._pool(requests, layer, pooling, progress)

    def words(self, text: str, *, unit: str = "eojeol", layer: Layer | None = None, pooling: str | None = None) -> WordVectors:
        """Vectors of every word (``unit``: ``"eojeol"``, between white space, or ``"morpheme"``, by Kiwi) of a text of any
        length; each word has exactly one.
        """
        [found] = self.words_of([text], unit=unit, layer=layer, pooling=pooling)
        return found

    def words_of(
        self,
        texts: Sequence[str],
        *,
        unit: str = "eojeol",
        layer: Layer | None = None,
        pooling: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> list[WordVectors]:
        """:meth:`words` of many texts, read together, which is much faster than one by one."""
        requests = [(text, self._units(text, unit)) for text in texts]
        vectors = self._pool(requests, layer, pooling, progress)
        ends = np.cumsum([len(spans) for _, spans in requests])
        return [WordVectors(spans, vectors[end - len(spans) : end]) for (_, spans), end in zip(requests, ends, strict=True)]

    def _units(self, text: str, unit: str) -> list[tuple[int, int]]:
        if unit == "eojeol":
            spans = [match.span() for match in re.finditer(r"\S+", text)]
        elif unit == "morpheme":
            spans = [(token.start, token.end) for token in self._analyser.tokenize(text) if token.end > token.start]
        else:
            raise BadInput("encoders.unit_eojeol_morpheme", unit=unit)
        if not spans:
            raise BadInput("encoders.no_word_in_text")
        return spans

    def similarity(self, first: tuple[str, str], second: tuple[str, str], **options: Any) -> float:
        """Cosine of two words in their sentences, each given as ``(word, sentence)``."""
        unit = unit_rows(self.vectors([first[0], second[0]], [first[1], second[1]], **options))
        return float(unit[0] @ unit[1])

    def similarity_matrix(self, word: str | Sequence[str], sentences: Sequence[str], **options: Any) -> NDArray[np.float32]:
        """Cosines (n × n float32) between the word's vectors in n sentences."""
        unit = unit_rows(self.vectors(word, sentences, **options))
        cosines: NDArray[np.float32] = np.clip(unit @ unit.T, -1, 1)
        return cosines

    # Inside

    def _layers(self, layer: Layer) -> tuple[list[int], str]:
        """The layers to take, counted from 0, and how to join them."""
        depth = self.depth
        join = "mean"
        if isinstance(layer, str):
            found = _LAST.fullmatch(layer)
            if not found or not 1 <= int(found[2]) <= depth:
                raise BadInput("encoders.layer_unknown", layer=layer, first=-depth, last=depth - 1)
            join, count = found[1], int(found[2])
            return list(range(depth - count, depth)), join
        numbers = [layer] if isinstance(layer, int) else list(layer)
        if not numbers or any(not isinstance(number, int) or not -depth <= number < depth for number in numbers):
            raise BadInput("encoders.no_such_layer", layer=layer, model=self.name, last=depth - 1)
        return [number % depth for number in numbers], join

    def _encode(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """Ids and character offsets of an NFC text, without special tokens, of any length."""
        with self._lock:  # Hugging Face tokenizers change their own state on every call
            encoded = self._checkpoint.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return list(encoded["input_ids"]), [(int(start), int(end)) for start, end in encoded["offset_mapping"]]

    def _pool(
        self,
        requests: Sequence[tuple[str, list[tuple[int, int]]]],
        layer: Layer | None,
        pooling: str | None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        numbers, join = self._layers(self.layer if layer is None else layer)
        pooled: NDArray[np.float32] = self._states(requests, [numbers], join, pooling, progress)[0]
        return pooled

    def _states(
        self,
        requests: Sequence[tuple[str, list[tuple[int, int]]]],
        groups: list[list[int]],
        join: str,
        pooling: str | None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]:
        """Pooled vectors, groups × words × d: for every group of layers, every span of every text in turn."""
        how = check_pooling(self.pooling if pooling is None else pooling)
        jobs: list[_Job] = []
        total = 0
        for text, spans in parts_around(requests, 8 * self._checkpoint.capacity):
            jobs += self._jobs(text, spans, total)
            total += len(spans)
        jobs.sort(key=lambda job: len(job.ids))
        result = np.zeros((len(groups), total, self.dim), np.float32)
        start = 0
        while start < len(jobs):
            stop = start + 1
            while stop < len(jobs) and (stop + 1 - start) * len(jobs[stop].ids) <= _BATCH_TOKENS:
                stop += 1
            self._run(jobs[start:stop], groups, join, how, result)
            start = stop
            report(progress, "reading sentences", start, len(jobs), "passes")
        return result

    def _jobs(self, text: str, spans: list[tuple[int, int]], first_row: int) -> list[_Job]:
        """The windows a text needs, each word in the one where it is farthest from an edge."""
        checkpoint = self._checkpoint
        ids, offsets = self._encode(nfc(text))
        ranges = under(offsets, in_nfc(text, spans), [text[start:end] for start, end in spans])
        size, step = checkpoint.capacity, max(1, checkpoint.capacity // 2)
        starts = [0] if len(ids) <= size else [*range(0, len(ids) - size, step), len(ids) - size]
        words: dict[int, list[tuple[int, int, int]]] = {}
        for row, (first, last) in enumerate(ranges):
            near = bisect_right(starts, first)  # windows from here on begin too late; one reaches over at most two steps
            holding = [start for start in starts[max(0, near - 3) : near] if last <= start + size]
            if not holding:
                raise BadInput(
                    "encoders.word_too_long",
                    word=text[spans[row][0] : spans[row][1]][:40],
                    pieces=last - first,
                    room=size,
                    model=self.name,
                )
            # The text's own beginning and end are no edges: nothing is missing there.
            best = max(
                holding,
                key=lambda start: min(
                    first - start if start else len(ids), start + size - last if start + size < len(ids) else len(ids)
                ),
            )
            shift = len(checkpoint.prefix) - best
            words.setdefault(best, []).append((first_row + row, first + shift, last + shift))
        return [
            _Job([*checkpoint.prefix, *ids[start : start + size], *checkpoint.suffix], members)
            for start, members in words.items()
        ]

    def _run(self, jobs: list[_Job], groups: list[list[int]], join: str, how: str, result: NDArray[np.float32]) -> None:
        """One batch through the model, its words pooled into ``result``."""
        import torch

        checkpoint = self._checkpoint
        longest = max(len(job.ids) for job in jobs)
        padding = checkpoint.tokenizer.pad_token_id or 0
        ids = torch.tensor([job.ids + [padding] * (longest - len(job.ids)) for job in jobs], device=checkpoint.device)
        mask = torch.tensor([[1] * len(job.ids) + [0] * (longest - len(job.ids)) for job in jobs], device=checkpoint.device)
        rows = [row for job in jobs for row, _, _ in job.words]
        places = [(place, first, last) for place, job in enumerate(jobs) for _, first, last in job.words]
        last_only = groups == [[self.depth - 1]] and self._last_is_output
        with torch.inference_mode():
            found = checkpoint.model(input_ids=ids, attention_mask=mask, output_hidden_states=not last_only)
            for group, numbers in enumerate(groups):
                if last_only:
                    joined = found.last_hidden_state.float()
                else:
                    chosen = [found.hidden_states[number].float() for number in numbers]
                    joined = chosen[0] if len(chosen) == 1 else torch.stack(chosen).sum(0)
                    if join != "sum" and len(chosen) > 1:
                        joined = joined / len(chosen)
                result[group, rows] = pool_words(joined, places, how).cpu().numpy()

    @cached_property
    def _last_is_output(self) -> bool:
        """Whether the model's output is its last hidden state: then the others need not be kept."""
        checkpoint = self._checkpoint
        probe = self._encode("배를 타고")[0][: checkpoint.capacity]
        return ends_in_last_state(checkpoint.model, [*checkpoint.prefix, *probe, *checkpoint.suffix], checkpoint.device)

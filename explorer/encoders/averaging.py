"""Contextual to static: a word's vector is the mean of its vectors in up to N contexts of a corpus (Bommasani et al. 2020,
https://aclanthology.org/2020.acl-main.431/).

The corpus is read once. Every context (a line, or some sentences of a long one) gets a random priority; a word is read in the N
contexts with the lowest priorities that hold it. That is a uniform sample without repeats for each word, the same for a seed, and
words share contexts as far as they can: one pass of the model over a context serves all words wanted in it. Tokenized contexts
wait on disk, in the cache, until it is known which are needed; memory holds N priorities a word, then running sums.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput, disk_errors
from explorer.core.leftovers import passing_folder
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import cache_path
from explorer.encoders.forward import Layer
from explorer.encoders.locate import Request
from explorer.static.keys import choose_keys, key_filter
from explorer.static.pipeline import text_spans
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.token import key_of
from explorer.vectors.averaged import AveragedVectors, group_sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["Contexts", "Spans", "average_contexts"]

_CHUNK = 4096
"""Contexts in one file on disk, and read by the model together."""
_PENDING = 1_000_000
"""Priorities that wait before the lowest of each key are kept."""


class Spans(Protocol):
    """What is asked of an encoder here."""

    name: str
    pooling: str

    @property
    def layer(self) -> Layer: ...
    @property
    def dim(self) -> int: ...
    def spans(
        self,
        requests: Sequence[Request],
        *,
        layer: Layer | None = None,
        pooling: str | None = None,
        progress: ProgressCallback | None = None,
    ) -> NDArray[np.float32]: ...


def average_contexts(
    model: Spans,
    texts: Iterable[str] | Any,
    words: Iterable[str] | None = None,
    *,
    contexts: int = 50,
    layer: Layer | None = None,
    pooling: str | None = None,
    centred: bool = True,
    min_count: int = 5,
    tokenizer: str | Tokenizer = "kiwi",
    keys: str | None = None,
    groups: int = 8,
    seed: int = 42,
    workers: int | None = None,
    corpus: str | None = None,
    progress: ProgressCallback | None = None,
) -> AveragedVectors:
    """One vector for a word out of many contexts.

    Args:
        model: an encoder.
        texts: strings (documents or lines), read once, or an object whose ``texts()`` gives them, such as a corpus.
        words: only these: keys (``배/NNG``) or words, every reading of which counts; a word of several morphemes wants each of
            them. By default every key.
        contexts: at most so many for each word; every one of them where there are fewer.
        layer, pooling: instead of the model's own.
        centred: subtract the mean over all words, without which contextual vectors are all alike.
        min_count: words in fewer contexts of the corpus get no vector (1 where ``words`` are given).
        tokenizer, keys: how words are found and which count (:mod:`explorer.static.keys`), as in :func:`explorer.train`.
        groups: into how many groups contexts are dealt for the intervals, from 2.
        seed: which contexts are drawn.
        workers: threads of the tokenizer.
        corpus: what to call the texts.
        progress: told about both passes; raising Cancelled in it ends the work, and nothing stays.

    Returns:
        Most frequent word first, ``counts`` the number of contexts used; with
        :meth:`~explorer.vectors.averaged.AveragedVectors.similarity_interval`.

    Raises:
        BadInput: no text, no such word in it, or an impossible parameter.
        Unavailable: the disk is full.
    """
    from explorer.static.train import texts_of
    from explorer.tokenizers.loading import tokenizer as make_tokenizer

    if contexts < 1 or min_count < 1 or groups < 2:
        raise BadInput("encoders.not_possible_contexts", contexts=contexts, min_count=min_count, groups=groups)
    engine = make_tokenizer(tokenizer) if isinstance(tokenizer, str) else tokenizer
    choice = choose_keys(engine, keys)
    wanted = None if words is None else _wanted(words, engine)
    model.spans([("배를 탔다", [(0, 2)])], layer=layer, pooling=pooling)  # refuse a wrong layer before the work, not after it
    with passing_folder(cache_path("contexts", "x").parent) as room:
        found = Contexts(room, contexts, seed)
        for texts_here, tokens in _stretches(texts_of(texts), engine, workers, found, progress):
            found.add(texts_here, tokens, choice, wanted)
        found.close()
        order = found.order(1 if words is not None else min_count)
        sums = _Sums(len(order), model.dim, groups)
        row_of = np.full(len(found.names), -1)
        row_of[order] = np.arange(len(order))
        read = skipped = 0
        for requests, rows in found.chosen(row_of):
            vectors, good = _read(model, requests, layer, pooling)
            sums.add(vectors, rows[good])
            read += len(requests)
            skipped += int(len(good) - good.sum())
            report(progress, "averaging contexts", read, None, "contexts", f"{int(sums.counts.sum()):,} words read")
    order = order[sums.drop_empty()]
    history = []
    means = sums.means()
    if centred:
        history.append({"step": "centre"})
        centre = means.mean(0)
    else:
        centre = np.zeros(model.dim)
    settings = {
        "encoder": model.name,
        "layer": model.layer if layer is None else layer,
        "pooling": model.pooling if pooling is None else pooling,
        "contexts": contexts,
        "centred": centred,
        "min_count": min_count,
        "keys": choice,
        "groups": groups,
    }
    info = {
        "model": "contextual",
        "tokenizer": engine.params(),
        "corpus": corpus or f"{found.documents:,} texts",
        "corpus_stats": {
            "documents": found.documents,
            "characters": found.characters,
            "tokens": found.tokens,
            "contexts": found.total,
            "read": read,
            "unreadable": skipped,
        },
        "params": settings,
        "seed": seed,
        "versions": _versions(),
        "history": history,
    }
    return AveragedVectors(
        [found.names[code] for code in order],
        (means - centre).astype(np.float32),
        sums.counts,
        info,
        groups=sums.group_means(centre),
        spread=sums.spread(means),
    )


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {package: version(package) for package in ("torch", "transformers", "kiwipiepy", "numpy")}


def _read(
    model: Spans, requests: list[Request], layer: Layer | None, pooling: str | None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Vectors of all spans that can be read, and which those are: a model's tokenizer may leave characters out, or cut a word
    into more pieces than it takes.
    """
    try:
        vectors = model.spans(requests, layer=layer, pooling=pooling)
        return vectors, np.ones(len(vectors), bool)
    except BadInput:
        every = [(text, [span]) for text, spans in requests for span in spans]
        if len(every) == 1:
            return np.zeros((0, model.dim), np.float32), np.zeros(1, bool)
        parts = requests if len(requests) > 1 else every
        middle = len(parts) // 2
        halves = [_read(model, part, layer, pooling) for part in (parts[:middle], parts[middle:])]
        return np.concatenate([one for one, _ in halves]), np.concatenate([good for _, good in halves])


def _wanted(words: Iterable[str], tokenizer: Tokenizer) -> set[str]:
    """Keys, and forms whose every reading counts."""
    if isinstance(words, str):
        raise BadInput("encoders.words_is_string")
    found: set[str] = set()
    for word in words:
        clean = word.strip()
        if not clean:
            raise BadInput("encoders.empty_word")
        found.add(clean)
        if "/" not in clean:
            found.update(key_of(token) for token in tokenizer.tokenize(clean))
    if not found:
        raise BadInput("encoders.no_words")
    return found


def _stretches(
    texts: Iterable[str], tokenizer: Tokenizer, workers: int | None, found: Contexts, progress: ProgressCallback | None
) -> Iterator[tuple[list[str], Iterator[list[Token]]]]:
    """Contexts in groups, with their tokens."""
    group: list[str] = []
    for text in texts:
        if not isinstance(text, str):
            raise BadInput("encoders.text_not_str", kind=type(text).__name__)
        found.documents += 1
        found.characters += len(text)
        group += [text[start:end] for start, end in text_spans(text)]
        while len(group) >= _CHUNK:
            yield group[:_CHUNK], tokenize_all(tokenizer, group[:_CHUNK], workers)
            group = group[_CHUNK:]
            report(progress, "looking for words", found.characters, None, "characters", f"{len(found.names):,} words")
    if group:
        yield group, tokenize_all(tokenizer, group, workers)


class _Sums:
    """Running sums: of vectors by group, and of their squared lengths."""

    def __init__(self, rows: int, dim: int, groups: int) -> None:
        self._sums = np.zeros((rows, groups, dim), np.float32)
        self._squares = np.zeros(rows)
        self.counts = np.zeros(rows, np.int64)

    def add(self, vectors: NDArray[np.float32], rows: NDArray[np.int64]) -> None:
        """Vectors of words, in the order of the contexts; each goes to the next group of its word."""
        order = np.argsort(rows, kind="stable")
        sorted_rows = rows[order]
        first = np.flatnonzero(np.diff(sorted_rows, prepend=-1))
        rank = np.empty(len(rows), np.int64)
        rank[order] = np.arange(len(rows)) - np.repeat(first, np.diff(np.append(first, len(rows))))
        np.add.at(self._sums, (rows, (self.counts[rows] + rank) % self._sums.shape[1]), vectors)
        np.add.at(self._squares, rows, np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
        self.counts += np.bincount(rows, minlength=len(self.counts))

    def drop_empty(self) -> NDArray[np.bool_]:
        """Leave out words of which no context could be read; which are left."""
        kept = self.counts > 0
        if not kept.any():
            raise BadInput("encoders.words_unreadable")
        if not kept.all():
            self._sums, self._squares, self.counts = self._sums[kept], self._squares[kept], self.counts[kept]
        found: NDArray[np.bool_] = kept
        return found

    def means(self) -> NDArray[np.float64]:
        whole: NDArray[np.float64] = self._sums.sum(1, dtype=np.float64) / np.maximum(1, self.counts)[:, None]
        return whole

    def group_means(self, centre: NDArray[np.float64]) -> NDArray[np.float16]:
        sizes = group_sizes(self.counts, self._sums.shape[1])
        means = self._sums / np.maximum(1, sizes)[:, :, None] - centre.astype(np.float32)
        means[sizes == 0] = 0
        return means.astype(np.float16)

    def spread(self, means: NDArray[np.float64]) -> NDArray[np.float32]:
        """Root mean square distance from the mean; the same before and after centring."""
        gap = self._squares / np.maximum(1, self.counts) - (means**2).sum(1)
        spread: NDArray[np.float32] = np.sqrt(np.maximum(0, gap)).astype(np.float32)
        return spread


@dataclass
class Contexts:
    """Contexts on disk, how often each key occurs in them, and the lowest priorities of each key."""

    folder: Path
    most: int
    seed: int
    documents: int = 0
    characters: int = 0
    tokens: int = 0
    total: int = 0
    files: int = 0
    names: list[str] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)
    _frequency: list[NDArray[np.int64]] = field(default_factory=list)
    _kept: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)
    _pending: int = 0
    _verdicts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)

    def _code(self, token: Token, keep: Any, wanted: set[str] | None) -> int:
        key = key_of(token)
        code = self._verdicts.get(key)
        if code is None:
            kept = keep(key)
            if kept is None or (wanted is not None and kept not in wanted and token.form not in wanted):
                code = -1
            else:
                code = self._codes.setdefault(kept, len(self._codes))
                if code == len(self.names):
                    self.names.append(kept)
            self._verdicts[key] = code
        return code

    def add(self, texts: list[str], tokens: Iterator[list[Token]], choice: str, wanted: set[str] | None) -> None:
        """One group of contexts; of a word that stands in a context twice, the first place counts."""
        keep, _ = key_filter(choice)
        held: list[str] = []
        numbers: list[int] = []
        places: list[tuple[int, int, int, int]] = []
        for number, (text, found) in enumerate(zip(texts, tokens, strict=True)):
            here: dict[int, tuple[int, int]] = {}
            self.tokens += len(found)
            for token in found:
                code = self._code(token, keep, wanted)
                if code >= 0 and token.end > token.start:
                    here.setdefault(code, (token.start, token.end))
            if here:
                places += [(len(held), code, *span) for code, span in here.items()]
                held.append(text)
                numbers.append(number)
        priorities = self._random.random(len(texts))[numbers]  # whatever other words are wanted
        self.total += len(held)
        if not held:
            return
        table = np.array(places, np.int64).T
        joined = np.frombuffer("\n".join(held).encode("utf-8", "surrogatepass"), np.uint8)
        with disk_errors("encoders.keeping_contexts"):
            np.savez(self.folder / f"{self.files}.npz", text=joined, places=table.astype(np.int32), priorities=priorities)
        self.files += 1
        self._frequency.append(np.bincount(table[1], minlength=len(self.names)))
        if len(self._frequency) > 64:
            self._frequency = [self.frequency()]
        self._kept.append((table[1], priorities[table[0]]))
        self._pending += table.shape[1]
        if self._pending > _PENDING:
            self.close()

    def frequency(self) -> NDArray[np.int64]:
        """In how many contexts each key stands."""
        whole = np.zeros(len(self.names), np.int64)
        for part in self._frequency:
            whole[: len(part)] += part
        return whole

    def close(self) -> None:
        """Keep only the lowest priorities of each key."""
        self._pending = 0
        if not self._kept:
            return
        codes = np.concatenate([one for one, _ in self._kept])
        priorities = np.concatenate([one for _, one in self._kept])
        order = np.lexsort((priorities, codes))
        codes, priorities = codes[order], priorities[order]
        first = np.flatnonzero(np.diff(codes, prepend=-1))
        rank = np.arange(len(codes)) - np.repeat(first, np.diff(np.append(first, len(codes))))
        low = rank < self.most
        self._kept = [(codes[low], priorities[low])]

    def order(self, min_count: int) -> NDArray[np.int64]:
        """Codes of the keys that get a vector, most frequent first."""
        if not self.characters:
            raise BadInput("encoders.corpus_empty")
        frequency = self.frequency()
        good = [code for code in range(len(self.names)) if frequency[code] >= min_count]
        if not good:
            raise BadInput("encoders.too_few_contexts", least=min_count, total=self.total, words=len(self.names))
        return np.array(sorted(good, key=lambda code: (-int(frequency[code]), self.names[code])), np.int64)

    def chosen(self, row_of: NDArray[np.int64]) -> Iterator[tuple[list[Request], NDArray[np.int64]]]:
        """Contexts that are read, with the spans wanted in them, and the row of each span."""
        limits = np.full(len(self.names), -1.0)
        codes, priorities = self._kept[0]
        np.maximum.at(limits, codes, priorities)
        for number in range(self.files):
            with np.load(self.folder / f"{number}.npz", allow_pickle=False) as data:
                texts = data["text"].tobytes().decode("utf-8", "surrogatepass").split("\n")
                context, code, start, end = data["places"].astype(np.int64)
                taken = (data["priorities"][context] <= limits[code]) & (row_of[code] >= 0)
            requests: dict[int, list[tuple[int, int]]] = {}
            for one, first, last in zip(context[taken].tolist(), start[taken].tolist(), end[taken].tolist(), strict=True):
                requests.setdefault(one, []).append((first, last))
            if requests:
                yield [(texts[one], spans) for one, spans in requests.items()], row_of[code[taken]]

"""Sentences and their vectors, whatever made them: which are near to which, the matrix, and a place on the disk for many.

A maker (:class:`Maker`) turns texts into rows of numbers. Here the rows are gathered piece by piece, what all sentences have in
common is taken out of them, and, for corpora, texts and rows are put into the home folder's cache under everything that made
them, where they are mapped and not read: the memory needed does not grow with the corpus.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, overload

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.leftovers import passing_folder
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import MANIFEST, Manifest, atomic_folder, cache_path, discard_folder, read_artifact, write_manifest
from explorer.display.record import Record
from explorer.text.normalise import check_text, normalise
from explorer.vectors.checks import check_n
from explorer.vectors.search import Floats, inverse_norms, nearest, unit_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ENOUGH",
    "KeptTexts",
    "Maker",
    "NearSentence",
    "NearSentences",
    "Sentences",
    "check_sentences",
    "gather",
    "visible",
    "write_texts",
]

ENOUGH = 100
"""Sentences from which on a common component can be told from what the sentences say (measured: docs/contextual.md)."""

MOST_CELLS = 4_000
"""Sentences of a matrix at most: 64 MB of cosines."""

_BATCH = 1024
_KIND = "sentences"
_FORMAT = 1
_TEXTS, _ENDS, _ROWS, _COMMON = "texts.utf8", "ends.npy", "vectors.npy", "common.npy"


class Maker(Protocol):
    """What makes vectors of sentences.

    Attributes:
        name: of the model.
        dim: numbers in a vector.
    """

    @property
    def name(self) -> str: ...
    @property
    def dim(self) -> int: ...
    @property
    def how(self) -> Mapping[str, Any]:
        """How they are made, as plain data."""

    def identity(self) -> str:
        """A digest of the model's numbers: equal for equal ones, whatever they are called."""

    def rows(self, texts: Sequence[str], query: bool = False, progress: ProgressCallback | None = None) -> Floats:
        """Vectors (texts × d), zeros for a text that has none; ``query``: of what is looked for, where models make a difference."""


@dataclass(frozen=True, slots=True)
class NearSentence:
    """A sentence near to another: its number among the sentences, the sentence, and the cosine."""

    number: int
    text: str
    score: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class NearSentences(Sequence[NearSentence], Record):
    """The sentences nearest to one, best first.

    Attributes:
        query: the sentence asked for.
        number: its own number where it is one of the sentences, else ``None``.
        found: the answers.
        model: what made the vectors.
    """

    query: str
    number: int | None
    found: tuple[NearSentence, ...]
    model: str

    @overload
    def __getitem__(self, place: int) -> NearSentence: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[NearSentence, ...]: ...
    def __getitem__(self, place: int | slice) -> NearSentence | tuple[NearSentence, ...]:
        return self.found[place]

    def __len__(self) -> int:
        return len(self.found)

    def to_dict(self) -> dict[str, Any]:
        found = [one.to_dict() for one in self.found]
        return {"model": self.model, "query": self.query, "number": self.number, "neighbours": found}

    def to_frame(self) -> pd.DataFrame:
        """A row a sentence: its number, the sentence, the cosine."""
        import pandas as pd

        return pd.DataFrame([one.to_dict() for one in self.found], columns=["number", "text", "score"])


@dataclass(frozen=True, eq=False)
class Sentences:
    """Sentences and their vectors.

    Attributes:
        model: what made the vectors.
        texts: the n sentences as given.
        vectors: n × d float32, perhaps mapped from the disk; rows of zeros for sentences without a vector (:attr:`missing`).
        how: how they were made, as plain data.
    """

    model: str
    texts: Sequence[str]
    vectors: Floats
    how: Mapping[str, Any]
    embed: Callable[[Sequence[str]], Floats] = field(repr=False)
    """Makes vectors (k × d float32) of other sentences, to be held against these."""

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def dim(self) -> int:
        """Numbers in each vector."""
        return int(self.vectors.shape[1])

    @cached_property
    def inverse(self) -> Floats:
        """1 / length of each row, 0 where a sentence has no vector (n float32)."""
        return inverse_norms(self.vectors)

    @cached_property
    def missing(self) -> list[int]:
        """Numbers of the sentences that have no vector: nothing in them is a word that the model knows."""
        return [int(row) for row in np.flatnonzero(self.inverse == 0)]

    def matrix(self, rows: Sequence[int] | None = None) -> Floats:
        """Cosines between all pairs of sentences: n × n float32, NaN for a sentence without a vector.

        Args:
            rows: only of these sentences, by number.

        Raises:
            BadInput: more than 4,000 sentences.
        """
        chosen = range(len(self)) if rows is None else [self._row(row) for row in rows]
        if len(chosen) > MOST_CELLS:
            raise BadInput("vectors.matrix_too_large", count=len(chosen), most=MOST_CELLS)
        numbers = np.array(chosen, np.int64)
        unit = unit_rows(self.vectors[numbers], self.inverse[numbers])
        cosines = np.clip(unit @ unit.T, -1, 1)
        lost = np.flatnonzero(self.inverse[numbers] == 0)
        np.fill_diagonal(cosines, 1)
        cosines[lost] = cosines[:, lost] = np.nan
        return np.asarray(cosines, np.float32)

    def similar(self, query: str | int, n: int = 10) -> NearSentences:
        """The sentences nearest to one, by cosine.

        Args:
            query: any sentence, or the number of one of these, which is then left out of the answers.
            n: how many.

        Raises:
            BadInput: there is no such number, or the sentence has no vector.
        """
        check_n(n)
        if isinstance(query, str):
            index, text = None, check_text(query)
            vector = self.embed([query])
        else:
            index = self._row(query)
            text, vector = self.texts[index], np.asarray(self.vectors[index : index + 1])
        if not vector.any():
            raise BadInput("vectors.sentence_without_vector", sentence=_shown(text), model=self.model)
        mask = None if not self.missing else self.inverse > 0
        [(rows, scores)] = nearest(self.vectors, vector, n, self.inverse, [[] if index is None else [index]], mask)
        best = zip(rows.tolist(), np.clip(scores, -1, 1).tolist(), strict=True)
        return NearSentences(text, index, tuple(NearSentence(row, self.texts[row], score) for row, score in best), self.model)

    def _row(self, number: int) -> int:
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or not -len(self) <= number < len(self):
            raise BadInput("vectors.no_such_sentence", number=number, last=len(self) - 1)
        return int(number) % len(self)

    def to_dict(self, *, vectors: bool = False, matrix: bool = False) -> dict[str, Any]:
        """Plain data, with the numbers where they are asked for; ``None`` for cosines of a sentence without a vector."""
        found = {
            "model": self.model,
            "how": dict(self.how),
            "dim": self.dim,
            "texts": list(self.texts),
            "missing": self.missing,
        }
        if vectors:
            found["vectors"] = self.vectors.tolist()
        if matrix:
            cosines = self.matrix()
            found["matrix"] = [[None if value != value else value for value in row] for row in cosines.tolist()]
        return found


def _shown(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def visible(text: str) -> bool:
    r"""Whether anything of a text can be seen.

    >>> visible("가"), visible(" \u200b\n")
    (True, False)
    """
    return bool(normalise(text, strip_zero_width=True).text.strip())


def check_sentences(texts: Iterable[str]) -> Iterator[str]:
    """The texts, each looked at as it goes by.

    Raises:
        BadInput: one text was given instead of several, or one of them is no text.
    """
    if isinstance(texts, str):
        raise BadInput("vectors.sentences_as_text")
    for number, text in enumerate(texts, 1):
        if not isinstance(text, str):
            raise BadInput("vectors.sentence_not_text", number=number, kind=type(text).__name__)
        yield check_text(text)


def gather(
    maker: Maker,
    texts: Iterable[str],
    *,
    components: int | None = None,
    keep: bool = False,
    progress: ProgressCallback | None = None,
) -> Sentences:
    """Vectors of all texts.

    Args:
        maker: what makes them.
        texts: sentences or documents; with ``keep`` any number of them, read once and never all in memory.
        components: how many directions that all sentences share are taken out (the first singular vectors of their
            matrix); by default one where there are at least :data:`ENOUGH` sentences, else none.
        keep: put texts and vectors into the home folder's cache; the same texts are then only mapped the next time.
        progress: told about the sentences done; what it raises stops the work and leaves nothing behind.

    Raises:
        BadInput: there is no sentence, or one is no text.
    """
    if components is not None and not 0 <= components < maker.dim:
        raise BadInput("vectors.components_out_of_range", components=components, most=maker.dim - 1, dim=maker.dim)
    if keep:
        return _kept(maker, texts, components, progress)
    held = list(check_sentences(texts))
    if not held:
        raise BadInput("vectors.no_sentences")
    vectors = np.empty((len(held), maker.dim), np.float32)
    common = _fill(maker, held, vectors, components, progress)
    return _made(maker, held, vectors, common)


def _fill(
    maker: Maker, texts: Sequence[str], vectors: Floats, components: int | None, progress: ProgressCallback | None
) -> Floats:
    """Write the rows of all texts; returns the directions (k × d) that were taken out of them."""
    total = len(texts)
    squares = np.zeros((maker.dim, maker.dim))
    seen = 0
    for start in range(0, total, _BATCH):
        report(progress, "reading sentences", start, total, "sentences")
        inner = _still_at(progress, start, total)
        rows = maker.rows(texts[start : start + _BATCH], progress=inner)
        vectors[start : start + len(rows)] = rows
        wide = rows.astype(np.float64)
        squares += wide.T @ wide
        seen += int(np.count_nonzero(rows.any(axis=1)))
    number = components if components is not None else int(seen >= ENOUGH)
    common = np.ascontiguousarray(np.linalg.eigh(squares)[1][:, ::-1][:, :number].T, np.float32)
    for start in range(0, total if number else 0, _BATCH):
        part = slice(start, start + _BATCH)
        vectors[part] = _without(vectors[part], common)
    report(progress, "reading sentences", total, total, "sentences")
    return common


def _still_at(progress: ProgressCallback | None, done: int, total: int) -> ProgressCallback | None:
    """Lets a person stop within a batch."""
    return None if progress is None else lambda _: report(progress, "reading sentences", done, total, "sentences")


def _without(rows: Floats, common: Floats) -> Floats:
    return np.asarray(rows - (rows @ common.T) @ common, np.float32)


def _made(maker: Maker, texts: Sequence[str], vectors: Floats, common: Floats) -> Sentences:
    def embed(others: Sequence[str]) -> Floats:
        return _without(maker.rows(list(check_sentences(others)), query=True), common)

    view = vectors.view()
    view.flags.writeable = False
    return Sentences(maker.name, texts, view, {**maker.how, "components": len(common)}, embed)


# On the disk


class KeptTexts(Sequence[str]):
    """Texts that lie one after the other in a file."""

    def __init__(self, folder: Path) -> None:
        self._ends = np.load(folder / _ENDS, mmap_mode="r", allow_pickle=False)
        with (folder / _TEXTS).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            self._bytes = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        if self._ends.ndim != 1 or not len(self._ends) or int(self._ends[-1]) != size:
            raise BadInput("vectors.kept_damaged", folder=folder)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[row] for row in range(*place.indices(len(self)))]
        row = range(len(self))[place]
        start = int(self._ends[row - 1]) if row else 0
        return self._bytes[start : int(self._ends[row])].decode()


def _kept(maker: Maker, texts: Iterable[str], components: int | None, progress: ProgressCallback | None) -> Sentences:
    with passing_folder(cache_path(_KIND, "spool").parent) as spool:
        content = write_texts(texts, spool, progress)
        plan = [_FORMAT, content, maker.identity(), dict(maker.how), components, ENOUGH]
        name = hashlib.sha256(json.dumps(plan, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:40]
        folder = cache_path(_KIND, name)

        def opened(_: Manifest) -> Sentences:
            held = KeptTexts(folder)
            vectors = np.load(folder / _ROWS, mmap_mode="r", allow_pickle=False)
            common = np.load(folder / _COMMON, allow_pickle=False)
            if vectors.shape != (len(held), maker.dim):
                raise BadInput("vectors.kept_damaged", folder=folder)
            return _made(maker, held, vectors, common)

        if (folder / MANIFEST).is_file():
            try:
                return read_artifact(folder, _KIND, opened)
            except (BadInput, OSError, ValueError):
                discard_folder(folder)  # damaged: made again
        with atomic_folder(folder, overwrite=True) as fresh:
            for part in (_TEXTS, _ENDS):
                os.replace(spool / part, fresh / part)
            held = KeptTexts(fresh)
            vectors = np.lib.format.open_memmap(fresh / _ROWS, "w+", np.float32, (len(held), maker.dim))
            common = _fill(maker, held, vectors, components, progress)
            vectors.flush()
            del vectors
            np.save(fresh / _COMMON, common)
            write_manifest(
                fresh, Manifest(_KIND, name, maker.name, dict(maker.how), {"sentences": len(held), "dim": maker.dim})
            )
    return read_artifact(folder, _KIND, opened)


def write_texts(texts: Iterable[str], folder: Path, progress: ProgressCallback | None = None) -> str:
    """Write texts into a folder as they come, for :class:`KeptTexts`; returns a digest of all.

    Raises:
        BadInput: there is no text, or one is none.
    """
    digest, ends, end = hashlib.sha256(), [np.zeros(0, np.int64)], 0
    incoming = check_sentences(texts)
    with (folder / _TEXTS).open("wb") as stream:
        while batch := [text.encode() for text in islice(incoming, _BATCH)]:
            lengths = np.array(list(map(len, batch)), np.int64)
            ends.append(end + np.cumsum(lengths))
            end = int(ends[-1][-1])
            whole = b"".join(batch)
            stream.write(whole)
            digest.update(lengths.tobytes())
            digest.update(whole)
            report(progress, "reading the corpus", sum(map(len, ends)), None, "sentences")
    joined = np.concatenate(ends)
    if not len(joined):
        raise BadInput("vectors.no_sentences")
    np.save(folder / _ENDS, joined)
    return digest.hexdigest()

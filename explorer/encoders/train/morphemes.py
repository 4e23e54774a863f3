"""Text to arrays of morpheme numbers, once: what an encoder over morphemes trains on.

Each morpheme is one unsigned 32-bit number: the number of its key (``form/TAG``, in order of first appearance) in the
low 29 bits, and three marks above them: it starts an eojeol, a line, a document. Cutting a vocabulary, splitting rare
keys and masking whole eojeols all start from these arrays, so a corpus is analysed once for every vocabulary tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import Manifest, atomic_folder, read_manifest, write_manifest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["DOCUMENT", "EOJEOL", "KEY", "LINE", "MorphemeArrays", "analyse", "marks", "open_arrays"]

EOJEOL = np.uint32(1 << 31)
LINE = np.uint32(1 << 30)
DOCUMENT = np.uint32(1 << 29)
KEY = np.uint32((1 << 29) - 1)

PART = 4_000_000
"""Morphemes in one file: 16 MB."""


@dataclass(frozen=True)
class MorphemeArrays:
    """An analysed corpus on disk.

    Attributes:
        folder: where the parts lie.
        keys: ``form/TAG`` of every number.
        counts: how often each key occurs, int64.
        info: what it was made from.
    """

    folder: Path
    keys: tuple[str, ...]
    counts: NDArray[np.int64]
    info: dict[str, Any]

    def parts(self) -> list[NDArray[np.uint32]]:
        """The arrays in order, mapped rather than read."""
        return [np.load(path, mmap_mode="r", allow_pickle=False) for path in sorted(self.folder.glob("part-*.npy"))]

    def __len__(self) -> int:
        return int(self.counts.sum())


def marks(text: str, tokens: list[Token]) -> list[bool]:
    """Whether each token of one line starts an eojeol: it is the first, or white space lies before it.

    >>> from explorer.tokenizers.engines.rules import EojeolTokenizer
    >>> marks("왕이 왔다", EojeolTokenizer().tokenize("왕이 왔다"))
    [True, True]
    """
    starts, end = [], 0
    for index, token in enumerate(tokens):
        starts.append(index == 0 or any(character.isspace() for character in text[end : token.start]))
        end = max(end, token.end)
    return starts


def analyse(
    texts: Iterable[str],
    folder: Path,
    *,
    tokenizer: Tokenizer | None = None,
    workers: int | None = None,
    limit: int | None = None,
    corpus: str = "",
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
) -> MorphemeArrays:
    """Analyse documents line by line and write them as arrays.

    Args:
        texts: documents, read once, none kept.
        folder: where to write; appears whole or not at all.
        tokenizer: makes the keys; Kiwi when ``None``.
        workers: its threads.
        limit: stop after this many morphemes.
        corpus: description kept in the manifest.

    Raises:
        BadInput: the folder exists and ``overwrite`` is false, or there was no text.
    """
    from explorer.tokenizers.batch import tokenize_all
    from explorer.tokenizers.loading import tokenizer as load_tokenizer

    engine = tokenizer if tokenizer is not None else load_tokenizer("kiwi")
    with atomic_folder(folder, overwrite=overwrite) as target:
        writer = _Writer(target, progress, limit)
        pending: list[tuple[str, bool]] = []

        def lines() -> Iterator[str]:
            for text in texts:
                first = True
                for line in text.splitlines():
                    line = line.strip()
                    if line:
                        pending.append((line, first))
                        first = False
                        yield line

        taken = 0
        for tokens in tokenize_all(engine, lines(), workers):
            line, first = pending[taken]
            taken += 1
            if taken == 4096:
                del pending[:taken]
                taken = 0
            writer.add(line, tokens, first)
            if writer.full:
                break
        writer.close()
        if not writer.keys:
            raise BadInput("encoders.no_training_text")
        (target / "keys.txt").write_text("\n".join(writer.keys) + "\n", encoding="utf-8")
        np.save(target / "counts.npy", np.asarray(writer.counts, np.int64))
        info = {"corpus": corpus, "tokenizer": engine.params(), "morphemes": writer.total, "keys": len(writer.keys)}
        write_manifest(target, Manifest("morphemes", folder.name, engine.name, provenance=info))
    return open_arrays(folder)


def open_arrays(folder: Path) -> MorphemeArrays:
    """Open what :func:`analyse` wrote.

    Raises:
        BadInput: it is something else, or damaged.
    """
    manifest = read_manifest(folder, "morphemes")
    keys = tuple((folder / "keys.txt").read_text(encoding="utf-8").split("\n")[:-1])
    counts = np.load(folder / "counts.npy", allow_pickle=False)
    if len(keys) != len(counts):
        raise BadInput("encoders.morphemes_damaged", folder=folder, keys=len(keys), counts=len(counts))
    return MorphemeArrays(folder, keys, counts, dict(manifest.provenance))


class _Writer:
    """Numbers keys as they come and writes parts of a fixed size."""

    def __init__(self, folder: Path, progress: ProgressCallback | None, limit: int | None) -> None:
        self.folder, self.progress, self.limit = folder, progress, limit
        self.numbers: dict[str, int] = {}
        self.keys: list[str] = []
        self.counts: list[int] = []
        self.buffer: list[int] = []
        self.total = self.part = self.mark = 0

    @property
    def full(self) -> bool:
        return self.limit is not None and self.total >= self.limit

    def add(self, line: str, tokens: list[Token], first: bool) -> None:
        self.mark |= int(LINE) | (int(DOCUMENT) if first else 0)  # kept for the next line where this one has no token
        mark = self.mark
        buffer, numbers, counts = self.buffer, self.numbers, self.counts
        for token, starts in zip(tokens, marks(line, tokens), strict=True):
            key = f"{token.form}/{token.tag}" if token.tag else token.form
            key = key.replace("\n", " ")
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(self.keys)
                self.keys.append(key)
                counts.append(0)
            counts[number] += 1
            buffer.append(number | mark | (int(EOJEOL) if starts else 0))
            mark = 0
        self.mark = mark
        self.total += len(tokens)
        if len(buffer) >= PART:
            self.flush()

    def flush(self) -> None:
        np.save(self.folder / f"part-{self.part:05d}.npy", np.asarray(self.buffer, np.uint32))
        self.part += 1
        self.buffer.clear()
        report(self.progress, "analysing", self.total, self.limit, "morphemes")

    def close(self) -> None:
        if self.buffer:
            self.flush()

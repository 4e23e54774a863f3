"""fastText's own ``.bin`` models: arguments, dictionary, input matrix; little-endian, as the reference program writes them.

    int32 magic, version
    int32 dim ws epoch minCount neg wordNgrams loss model bucket minn maxn lrUpdateRate, float64 t
    int32 entries, words, labels; int64 tokens, pruned n-grams (-1: not pruned)
    for each entry: its bytes, a zero byte, int64 count, int8 kind (0 word, 1 label)
    bool quantised; int64 rows, columns; rows × columns float32: first the entries', then the n-gram buckets'
    bool quantised; int64 rows, columns; the output layer

The input matrix is mapped, never read as a whole; the words' vectors are composed block by block.
"""

from __future__ import annotations

import struct
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.buckets import Buckets
from explorer.vectors.files.parts import Format, Raw, Table, allocate, encoded, is_gzip, row_blocks, whole

__all__ = ["FORMAT"]

_MAGIC = b"\xba\x16\x4f\x2f"
_VERSION = 12
_ARGS = struct.Struct("<12id")
_SIZES = struct.Struct("<3i2q")
_SHAPE = struct.Struct("<?2q")
_NAMES = [
    "dim",
    "window",
    "epochs",
    "min_count",
    "negative",
    "word_ngrams",
    "loss",
    "model",
    "bucket",
    "min_n",
    "max_n",
    "rate",
]
_MODELS = {1: "cbow", 2: "skipgram", 3: "supervised"}
_MAX_WORD = 1 << 16


class _File:
    """Bytes that are asked for in order, with one clear line where they end too soon."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data: npt.NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
        self.at = 0

    def take(self, layout: struct.Struct) -> tuple[Any, ...]:
        if self.at + layout.size > len(self.data):
            raise BadInput("vectors.fasttext_header_cut", path=self.path)
        values = layout.unpack(self.data[self.at : self.at + layout.size].tobytes())
        self.at += layout.size
        return values

    def entries(self, n: int, progress: ProgressCallback | None) -> tuple[list[bytes], list[int], list[int]]:
        """Words, counts and kinds of a dictionary of n entries."""
        words: list[bytes] = []
        counts: list[int] = []
        kinds: list[int] = []
        tail = struct.Struct("<qb")
        buffer, offset = b"", 0
        while len(words) < n:
            end = buffer.find(b"\0", offset)
            if end < 0 or end + 1 + tail.size > len(buffer):
                if len(buffer) - offset > _MAX_WORD + tail.size or self.at >= len(self.data):
                    raise BadInput("vectors.fasttext_dictionary_cut", path=self.path, promised=n, found=len(words))
                more = self.data[self.at : self.at + (1 << 20)].tobytes()
                self.at += len(more)
                buffer, offset = buffer[offset:] + more, 0
                report(progress, "reading words", len(words), n, "words")
                continue
            words.append(buffer[offset:end])
            count, kind = tail.unpack_from(buffer, end + 1)
            counts.append(count)
            kinds.append(kind)
            offset = end + 1 + tail.size
        self.at -= len(buffer) - offset
        return words, counts, kinds

    def matrix(self) -> npt.NDArray[np.float32]:
        """The next matrix, mapped."""
        quantised, rows, columns = self.take(_SHAPE)
        if quantised:
            raise BadInput("vectors.fasttext_quantised", path=self.path)
        if rows < 1 or columns < 1 or self.at + 4 * rows * columns > len(self.data):
            raise BadInput("vectors.fasttext_matrix_too_large", path=self.path, rows=rows, columns=columns, size=len(self.data))
        return np.memmap(self.path, dtype="<f4", mode="r", offset=self.at, shape=(rows, columns))


def _read(path: Path, limit: int | None, progress: ProgressCallback | None) -> Raw:
    """Words, their vectors as fastText gives them, and a composer for words never seen."""
    if is_gzip(path):
        raise BadInput("vectors.fasttext_compressed", path=path)
    file = _File(path)
    magic, version = file.take(struct.Struct("<4si"))
    if magic != _MAGIC:
        raise BadInput("vectors.not_fasttext_bin", path=path)
    if version > _VERSION:
        raise BadInput("vectors.fasttext_too_new", path=path, version=version, newest=_VERSION)
    args = dict(zip(_NAMES, file.take(_ARGS), strict=False))
    entries, words, labels, tokens, pruned = file.take(_SIZES)
    if words < 1 or labels < 0 or entries != words + labels or 10 * entries > len(file.data):
        raise BadInput("vectors.fasttext_entries_impossible", path=path, entries=entries, words=words, labels=labels)
    if version < 12 and args["model"] == 3:
        args["max_n"] = 0  # older versions wrote a number that supervised models did not use
    names, counts, kinds = file.entries(entries, progress)
    matrix = file.matrix()
    buckets = len(matrix) - entries
    if buckets < 0 or matrix.shape[1] != args["dim"] or pruned > 0:
        raise BadInput("vectors.fasttext_matrix_mismatch", path=path, shape=matrix.shape, entries=entries)
    rows = np.flatnonzero(np.array(kinds) == 0)
    rows = rows[: len(rows) if limit is None else limit]
    chosen = [names[row] for row in rows.tolist()]
    vectors = allocate(path, len(chosen), matrix.shape[1])
    composer = None
    own = matrix[: rows[-1] + 1] if len(rows) == rows[-1] + 1 else matrix[rows]
    if args["max_n"] > 0 and args["bucket"] > 0 and buckets and pruned:
        if buckets != args["bucket"]:
            raise BadInput("vectors.fasttext_buckets_mismatch", path=path, promised=args["bucket"], found=buckets)
        composer = Buckets(matrix[entries:], args["min_n"], args["max_n"])
        composer.add_to(own, chosen, vectors, lambda done: report(progress, "composing vectors", done, len(chosen), "vectors"))
    else:
        vectors[:] = own
    report(progress, "reading vectors", len(chosen), len(chosen), "vectors")
    kept = {name: value for name, value in args.items() if name not in ("loss", "rate", "model")}
    info = {"engine": f"fasttext {_MODELS.get(args['model'], 'unknown')}", "params": kept, "tokens": tokens}
    return Raw(
        [word.decode("utf-8", "replace") for word in chosen],
        vectors,
        np.clip(np.array([counts[row] for row in rows.tolist()], dtype=np.int64), 0, None),
        info=info,
        composer=composer,
    )


def _write(v: Table, path: Path, overwrite: bool, progress: ProgressCallback | None) -> list[Path]:
    """A skip-gram model, its n-grams with it where it has fastText's, whose output layer is zero; fastText and gensim open it."""
    bad = next((key for key in v.keys if any(sign in key for sign in "\0\n\t ")), None)
    if bad is not None:
        raise BadInput("vectors.fasttext_key_has_space", key=bad)
    grams = v.composer
    if grams is not None and not isinstance(grams, Buckets):
        raise BadInput("vectors.fasttext_other_subwords")
    sizes = (len(grams.rows), grams.least, grams.most) if grams else (0, 0, 0)
    counts = np.ones(len(v), np.int64) if v.counts is None else v.counts
    n, d = v.vectors.shape
    with whole(path, overwrite) as stream:
        stream.write(_MAGIC + struct.pack("<i", _VERSION))
        stream.write(_ARGS.pack(d, 5, 5, 1, 5, 1, 2, 2, *sizes, 100, 1e-4))
        stream.write(_SIZES.pack(n, n, 0, int(counts.sum()), -1))
        for name, count in zip(encoded(v), counts.tolist(), strict=True):
            stream.write(name + b"\0" + struct.pack("<qb", count, 0))
        stream.write(_SHAPE.pack(False, n + sizes[0], d))
        names = encoded(v)
        for block in row_blocks(v, progress):
            # The file holds a word's own row; programs add those of its n-grams to it.
            own = block if grams is None else grams.own_rows(block, list(islice(names, len(block))))
            stream.write(own.astype("<f4", copy=False).tobytes())
        for block in grams.blocks() if grams else ():
            stream.write(block.astype("<f4", copy=False).tobytes())
        stream.write(_SHAPE.pack(False, n, d))
        zeros = bytes(4 * d)
        for _ in range(n):
            stream.write(zeros)
    return [path]


FORMAT = Format(lambda sample: sample.startswith(_MAGIC), _read, _write)

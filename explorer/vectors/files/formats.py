"""Vectors in other programs' files, in and out. What a file is, its content decides; what is written, the file's ending.

========================  =====================================================  ==================
format                    what                                                   written for
========================  =====================================================  ==================
``word2vec-text``         header ``n d``, then a word and d numbers a line;      ``.txt`` ``.vec``
                          also fastText's ``.vec`` (broken UTF-8 included)
``word2vec-binary``       the same header, then words and raw float32            ``.bin``
``glove``                 as word2vec-text, without the header                   ``.glove``
``npy``                   a NumPy matrix beside a text file of keys              ``.npy``
``projector``             TensorFlow projector: a TSV of numbers beside a TSV    ``.tsv``
                          of labels
``fasttext-binary``       fastText's ``.bin`` model: words, and n-grams that      (by name only)
                          compose vectors for words never seen
``gensim``                what gensim's ``save`` wrote, the ``.npy`` files        (read only)
                          beside it
``safetensors``           the matrix and, as bytes, its keys                     ``.safetensors``
``parquet``               a column of words and a column of lists of numbers     ``.parquet``
========================  =====================================================  ==================

Text, word2vec and gensim files may be gzipped. Nothing is ever unpickled: a pickle's instructions are read, never run
(:mod:`explorer.vectors.files.gensim`). ``npy``, ``safetensors`` and gensim's ``.npy`` parts stay on disk and are mapped; what
has to be read into memory is refused, with the size it needs, where there is not enough. gensim opens what is written here
as ``word2vec-text`` and ``word2vec-binary`` (``KeyedVectors.load_word2vec_format``) and ``fasttext-binary``
(``load_facebook_vectors``).
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback
from explorer.vectors.files import fasttext as fasttext_files
from explorer.vectors.files import gensim as gensim_files
from explorer.vectors.files import readers as file_readers
from explorer.vectors.files import tables as table_files
from explorer.vectors.files import writers as file_writers
from explorer.vectors.files.readers import Raw, open_bytes
from explorer.vectors.vectors import Vectors

__all__ = ["FORMATS", "detect_format", "read_vectors", "write_vectors"]

_READERS = file_readers.READERS | {
    "fasttext-binary": fasttext_files.read_fasttext,
    "gensim": gensim_files.read_gensim,
    "safetensors": table_files.read_safetensors,
    "parquet": table_files.read_parquet,
}
_WRITERS = file_writers.WRITERS | {
    "fasttext-binary": fasttext_files.write_fasttext,
    "safetensors": table_files.write_safetensors,
    "parquet": table_files.write_parquet,
}
FORMATS = tuple(_READERS)
ENDINGS = {
    ".txt": "word2vec-text",
    ".vec": "word2vec-text",
    ".bin": "word2vec-binary",
    ".glove": "glove",
    ".npy": "npy",
    ".tsv": "projector",
    ".safetensors": "safetensors",
    ".parquet": "parquet",
}
_SAMPLE = 1 << 16
_HEADER = re.compile(rb"\s*(\d+)[ \t]+(\d+)[ \t]*\r?\n")
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive; unpack it first"),
    (b"\x89HDF", "an HDF5 file; write its vectors as .npy or word2vec text"),
)


def _numbers(fields: list[bytes]) -> bool:
    try:
        for field in fields:
            float(field)
    except ValueError:
        return False
    return bool(fields)


def _looks_like_text(body: bytes, dimensions: int) -> bool:
    """Whether the first record after a header is a word and numbers in letters."""
    line, newline, _ = body.partition(b"\n")
    fields = line.strip(b" \r").replace(b"\t", b" ").split(b" ")[1:]
    if not newline:
        fields = fields[:-1]  # the sample ends inside it
    return _numbers(fields[-min(dimensions, len(fields)) :]) if fields else False


def detect_format(path: str | Path) -> str:
    """One of :data:`FORMATS`, by the first 64 KB of the file.

    Raises:
        BadInput: there is no such file, or it is in no known format; says what it seems to be.
    """
    path = Path(path)
    with open_bytes(path) as stream:
        sample = stream.read(_SAMPLE)
    if not sample:
        raise BadInput("vectors.file_empty", path=path)
    if sample.startswith(b"\x93NUMPY"):
        return "npy"
    for magic, what in _FOREIGN:
        if sample.startswith(magic):
            raise BadInput("vectors.foreign_file", path=path, what=what)
    for start, kind in ((fasttext_files.MAGIC, "fasttext-binary"), (b"PAR1", "parquet")):
        if sample.startswith(start):
            return kind
    if len(sample) > 2 and sample[0] == 0x80 and sample[1] <= 5:  # a pickle
        return "gensim"
    if sample[8:9] == b"{" and int.from_bytes(sample[:8], "little") < 100_000_000:
        return "safetensors"
    header = _HEADER.match(sample)
    if header:
        return "word2vec-text" if _looks_like_text(sample[header.end() :], int(header[2])) else "word2vec-binary"
    line = sample.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").strip(b" \r\n")
    tabbed = line.split(b"\t")
    if len(tabbed) > 1 and _numbers(tabbed):
        return "projector"
    fields = line.replace(b"\t", b" ").split(b" ")
    if len(fields) > 1 and _numbers(fields[-1:]) and _numbers(fields[len(fields) // 2 :]):
        return "glove"
    raise BadInput("vectors.file_format_unknown", path=path, allowed=", ".join(FORMATS))


def _garbled(key: str) -> str:
    """What a key would be had its UTF-8 not been read as Latin-1 or Windows-1252 (ìžì„¸ for 자세); empty for sound keys."""
    if key.isascii() or not any("\u00e1" <= char <= "\u00ed" for char in key):  # the first bytes of Hangul and hanja
        return ""
    for encoding in ("latin-1", "cp1252"):
        try:
            text = key.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if any(char >= "\u1100" for char in text):
            return text
    return ""


def _tidy(raw: Raw, path: Path, kind: str) -> tuple[list[str], Any, Any, list[str]]:
    """Keys made NFC and unique, with a warning for all that had to be done."""
    warnings = list(raw.warnings)
    composed = [unicodedata.normalize("NFC", key) for key in raw.keys]
    changed = sum(old != new for old, new in zip(raw.keys, composed, strict=True))
    if changed:
        warnings.append(f"{changed:,} keys were not NFC and were composed")
    garbled = [key for key in composed if _garbled(key)]
    if garbled:
        warnings.append(
            f"{len(garbled):,} keys look like UTF-8 read in a Western encoding, such as {garbled[0]!r} for {_garbled(garbled[0])!r}; "
            "write the file again in UTF-8"
        )
    broken = sum("\ufffd" in key for key in composed)
    if broken:
        warnings.append(f"{broken:,} keys hold broken UTF-8, shown as \ufffd")
    first: dict[str, int] = {}
    for row, key in enumerate(composed):
        if key:
            first.setdefault(key, row)
    dropped = len(composed) - len(first)
    if not first:
        raise BadInput("vectors.file_has_no_keys", path=path, kind=kind)
    if not dropped:
        return composed, raw.vectors, raw.counts, warnings
    warnings.append(f"{dropped:,} keys were empty or there already; the first of each was kept")
    rows = np.fromiter(first.values(), dtype=np.int64)
    return list(first), raw.vectors[rows], None if raw.counts is None else raw.counts[rows], warnings


def read_vectors(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    limit: int | None = None,
    progress: ProgressCallback | None = None,
) -> Vectors:
    r"""Vectors from a file, or from a folder that :meth:`Vectors.save` wrote.

    Args:
        path: the file; for ``gensim`` the one without a part's name; for ``npy`` the matrix, with its keys in ``NAME.keys.txt``, ``NAME.txt`` or ``keys.txt`` beside it; for
            ``projector`` the numbers, with the labels in ``NAME.metadata.tsv`` or ``metadata.tsv``.
        format: one of :data:`FORMATS`; found by content when left out.
        limit: read only the first so many vectors (files are usually sorted by frequency).
        progress: called with bytes or vectors read.

    Returns:
        The vectors. ``info["warnings"]`` tells of duplicate, empty, broken, garbled and non-NFC keys and of rows of zeros.

    Raises:
        BadInput: the file is missing, damaged, needs more memory than there is, or its header does not say the truth.

    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp(), "small.vec")
    >>> _ = file.write_text("2 2\n왕 1 0\n여왕 0.8 0.6\n", encoding="utf-8")
    >>> read_vectors(file).keys
    ('왕', '여왕')
    """
    path = expanded(path)
    if path.is_dir():
        from explorer.vectors.files.storage import load_vectors

        return load_vectors(path)
    if limit is not None and limit < 1:
        raise BadInput("vectors.limit_too_small", limit=limit)
    kind = _known(format) if format else detect_format(path)
    raw = _READERS[kind](path, limit, progress)
    keys, vectors, counts, warnings = _tidy(raw, path, kind)
    info: dict[str, Any] = {"model": path.name, **raw.info, "format": kind} | ({"warnings": warnings} if warnings else {})
    return Vectors(keys, vectors, counts, info, composer=raw.composer)


def _known(name: str) -> str:
    if name not in FORMATS:
        raise BadInput("vectors.unknown_format", name=name, allowed=", ".join(FORMATS))
    return name


def write_vectors(
    v: Vectors,
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    overwrite: bool = False,
    progress: ProgressCallback | None = None,
) -> list[Path]:
    """Write vectors in another program's format; each file whole or not at all.

    Args:
        v: the vectors.
        path: the file; ``.gz`` at its end compresses the text and binary formats.
        format: one of :data:`FORMATS`; by default what the ending stands for.
        overwrite: replace existing files.
        progress: called with vectors written.

    Returns:
        The files written: ``npy`` and ``projector`` make two.

    Raises:
        BadInput: the file exists, the ending says nothing, or a key cannot be written in this format.
    """
    path = expanded(path)
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    kind = _known(format) if format else ENDINGS.get(plain.suffix.lower(), "")
    if not kind:
        raise BadInput("vectors.ending_says_no_format", path=path.name, endings=", ".join(ENDINGS))
    if kind not in _WRITERS:
        raise BadInput("vectors.gensim_not_written")
    return _WRITERS[kind](v, path, overwrite, progress)

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
``gensim``                what gensim's ``save`` wrote (``.kv``), the ``.npy``    (read only)
                          files beside it
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

import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.messages import Note
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback
from explorer.core.store import read_artifact
from explorer.vectors.averaged import AveragedVectors
from explorer.vectors.files import (
    fasttext,
    folder,
    gensim,
    glove,
    npy,
    parquet,
    projector,
    safetensors,
    word2vec_binary,
    word2vec_text,
)
from explorer.vectors.files.parts import Format, Raw, open_bytes
from explorer.vectors.vectors import Vectors

__all__ = ["FORMATS", "detect_format", "load_vectors", "read_vectors", "write_vectors"]

_FORMATS: dict[str, Format] = {
    "word2vec-text": word2vec_text.FORMAT,
    "word2vec-binary": word2vec_binary.FORMAT,
    "glove": glove.FORMAT,
    "npy": npy.FORMAT,
    "projector": projector.FORMAT,
    "fasttext-binary": fasttext.FORMAT,
    "gensim": gensim.FORMAT,
    "safetensors": safetensors.FORMAT,
    "parquet": parquet.FORMAT,
}
FORMATS = tuple(_FORMATS)
_ENDINGS = {ending: name for name, one in _FORMATS.items() for ending in one.endings}
_WRITTEN = [ending for ending, name in _ENDINGS.items() if _FORMATS[name].write is not None]
_SAMPLE = 1 << 16
_FOREIGN = ((b"PK\x03\x04", "vectors.file_is_zip"), (b"\x89HDF", "vectors.file_is_hdf5"))


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
    for magic, code in _FOREIGN:
        if sample.startswith(magic):
            raise BadInput(code, path=path)
    found = next((name for name, one in _FORMATS.items() if one.detect(sample)), None)
    if found is None:
        raise BadInput("vectors.file_format_unknown", path=path, allowed=", ".join(FORMATS))
    return found


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
        warnings.append(Note("vectors.note_composed", count=changed))
    garbled = [key for key in composed if _garbled(key)]
    if garbled:
        warnings.append(Note("vectors.note_garbled", count=len(garbled), key=garbled[0], word=_garbled(garbled[0])))
    broken = sum("\ufffd" in key for key in composed)
    if broken:
        warnings.append(Note("vectors.note_broken", count=broken))
    first: dict[str, int] = {}
    for row, key in enumerate(composed):
        if key:
            first.setdefault(key, row)
    dropped = len(composed) - len(first)
    if not first:
        raise BadInput("vectors.file_has_no_keys", path=path, kind=kind)
    if not dropped:
        return composed, raw.vectors, raw.counts, warnings
    warnings.append(Note("vectors.note_dropped", count=dropped))
    rows = np.fromiter(first.values(), dtype=np.int64)
    return list(first), raw.vectors[rows], None if raw.counts is None else raw.counts[rows], warnings


def load_vectors(path: str | Path, *, verify: bool = False) -> Vectors:
    """Open an artifact; the matrix stays on disk and is read as it is used (small copies are decoded to float32 then).

    Args:
        path: the artifact's folder.
        verify: compare every file's SHA-256 with the manifest's (reads all of it).

    Raises:
        BadInput: it is no artifact of vectors, or is damaged; says which file.
    """
    raw = read_artifact(Path(path), folder.KIND, lambda manifest: folder.read_folder(Path(path), manifest, verify))
    more: dict[str, Any] = {"composer": raw.composer, "check": False, "senses": raw.senses}
    if raw.counts is not None and folder.GROUPS in raw.parts:
        more |= {"groups": raw.parts[folder.GROUPS], "spread": raw.parts[folder.SPREAD]}
        return AveragedVectors(raw.keys, raw.vectors, raw.counts, raw.info, **more)
    return Vectors(raw.keys, raw.vectors, raw.counts, raw.info, **more)


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
        return load_vectors(path)
    if limit is not None and limit < 1:
        raise BadInput("vectors.limit_too_small", limit=limit)
    kind = _known(format) if format else detect_format(path)
    raw = _FORMATS[kind].read(path, limit, progress)
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
    """Write vectors in another program's format; each file whole or not at all. No format has a place for senses.

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
    kind = _known(format) if format else _ENDINGS.get(plain.suffix.lower(), "")
    if not kind:
        raise BadInput("vectors.ending_says_no_format", path=path.name, endings=", ".join(_WRITTEN))
    write = _FORMATS[kind].write
    if write is None:
        raise BadInput("vectors.gensim_not_written")
    return write(v, path, overwrite, progress)

"""Kiwi's own morpheme vectors, recovered from the cosines its public API answers.

Kiwi's Cong language model holds an embedding for each of its morphemes (70,488 × 256 in kiwipiepy_model 0.24) but does
not hand the vectors out; it hands out cosines of pairs. The cosine matrix ``G = X Xᵀ`` of unit vectors ``X`` has the
rank of the embedding, so a few of its rows determine all of ``X`` up to a rotation, which no cosine, neighbour or
analogy can see (the Nyström identity ``X = C U Λ^-½`` for rows ``Cᵀ = G[p]`` and ``G[p, p] = U Λ Uᵀ``; Williams & Seeger,
NeurIPS 2000). Which rows matters: 270 random ones reproduce held-out cosines to 1e-2, because their own cosine matrix is
nearly singular. The rows are therefore picked by pivoted Cholesky, always the morpheme that the rows so far explain
least, which needs exactly as many rows as the rank and leaves errors of about 1e-6.

Lengths are not recovered: cosines do not depend on them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from importlib.metadata import version
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import cache_path, discard_folder

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from explorer.vectors.vectors import Vectors

__all__ = ["is_recovered", "kiwi_vectors", "morphemes", "recover_unit_vectors", "unique_keys"]

RECIPE = 1
"""Part of the cache's name; raised whenever this file would compute something else."""

COMPONENTS = 3
"""Principal components removed after centring (Mu & Viswanath 2018, arXiv 1702.01417, rule D ≈ d / 100)."""

TOLERANCE = 5e-4
"""Largest difference allowed between a recovered and a real cosine, checked on rows that were not used."""

_RESIDUAL = (
    2e-3  # a unit vector is explained when less than this of its squared length is left; Kiwi's own lengths vary by 3e-4
)
_MAX_RANK = 1024
_HELD_OUT = 8

Row = Callable[[int], "NDArray[np.float32]"]


def kiwi_vectors(progress: ProgressCallback | None = None, *, raw: bool = False) -> Vectors:
    """Kiwi's morpheme vectors, keyed ``form/TAG`` as the Kiwi tokenizer makes keys.

    The first call recovers them (seconds) and keeps them in the home folder's cache, one artifact per version of
    kiwipiepy and its model; later calls map the file.

    Args:
        progress: told about the stages; raising :class:`~explorer.core.errors.Cancelled` in it stops the work.
        raw: the recovered unit vectors as they are. By default they are centred and the 3 strongest directions, which
            all words share, are removed: on WordSim-353 in Korean that is the difference between 0.52 and 0.72. The
            step is recorded in ``info["history"]``.

    Returns:
        Vectors, n × 256 float32. Kiwi publishes no counts, so ``counts`` is ``None``; keys are in the order of Kiwi's
        ids, which is the order of frequency in its training text (codas and symbols, which have the lowest ids by
        convention, come last).

    Raises:
        Unavailable: the installed Kiwi model has no embeddings, or its cosines do not fit together.
    """
    from explorer.vectors.files.folder import save_vectors
    from explorer.vectors.files.formats import load_vectors
    from explorer.vectors.transform import remove_components

    target = _kept(raw)
    if target.exists():
        try:
            # Every byte is looked at: rows of zeros would be answered with, and 40 ms are little beside opening Kiwi.
            return load_vectors(target, verify=True)
        except BadInput:
            discard_folder(target)  # a damaged cache is rebuilt: nothing in it came from a person
    vectors = _recover(progress)
    if not raw:
        vectors = remove_components(vectors, COMPONENTS)
    report(progress, "saving Kiwi's vectors")
    save_vectors(vectors, target, overwrite=True, name="kiwi")
    return load_vectors(target)


def is_recovered() -> bool:
    """Whether :func:`kiwi_vectors` only has to map a file."""
    return _kept(raw=False).exists()


def _kept(raw: bool) -> Path:
    folder = cache_path("kiwi", f"kiwipiepy-{version('kiwipiepy')}-model-{version('kiwipiepy_model')}-r{RECIPE}")
    return folder / ("raw" if raw else "processed")


def recover_unit_vectors(
    row: Row,
    size: int,
    diagonal: NDArray[np.float32] | None = None,
    progress: ProgressCallback | None = None,
    stage: str = "recovering vectors",
) -> NDArray[np.float32]:
    """Unit vectors whose cosines are given row by row, up to rotation.

    Args:
        row: ``row(i)`` gives the ``size`` cosines of item ``i`` with every item, itself included.
        size: number of items.
        diagonal: the cosine of every item with itself, where rounding leaves it off 1 (Kiwi's vary by 3e-4).
        progress: told about every row.

    Returns:
        ``size × rank`` float32 unit rows. Columns are ordered by how much of the vectors they hold, and the entry of
        largest magnitude in each column is positive, so equal input gives equal output.

    Raises:
        Unavailable: the rows are not cosines of vectors of at most 1,024 dimensions, or held-out rows differ.

    >>> points = np.array([[1, 0], [0.6, 0.8], [0, 1], [0.8, -0.6]], np.float32)
    >>> found = recover_unit_vectors(lambda i: points @ points[i], 4)
    >>> bool(np.allclose(found @ found.T, points @ points.T, atol=1e-6))
    True
    """
    factor = np.zeros((size, 0), np.float64)
    block = np.zeros((size, 64), np.float64, order="F")
    residual = np.ones(size) if diagonal is None else diagonal.astype(np.float64)
    pivots: list[int] = []
    rows: list[NDArray[np.float32]] = []
    expected = 256.0  # only for the bar: what Kiwi 0.21 to 0.24 have
    while residual.max() > _RESIDUAL and len(pivots) < size:
        if len(pivots) == _MAX_RANK:
            raise Unavailable("static.kiwi_rank_too_high", limit=_MAX_RANK)
        pivot = int(residual.argmax())
        cosines = row(pivot)
        used = len(pivots) % 64
        if used == 0 and pivots:  # full: make room for 64 more columns
            factor = np.concatenate([factor, block], axis=1)
            block = np.zeros((size, 64), np.float64, order="F")
        column = cosines.astype(np.float64)
        if factor.shape[1]:
            column -= factor @ factor[pivot]
        column -= block[:, :used] @ block[pivot, :used]
        column /= np.sqrt(residual[pivot])
        block[:, used] = column
        residual -= column * column
        pivots.append(pivot)
        residual[pivots] = 0.0
        rows.append(cosines)
        report(progress, stage, len(pivots), max(expected, len(pivots)), "rows")
    basis = np.stack(rows)
    core = basis[:, pivots].astype(np.float64)
    values, directions = np.linalg.eigh((core + core.T) / 2)
    if not values[0] > 0:
        raise Unavailable("static.kiwi_no_cosines")
    found = basis.T @ (directions / np.sqrt(values)).astype(np.float32)
    _check(found, row, pivots)
    return _canonical(found)


def _check(found: NDArray[np.float32], row: Row, pivots: list[int]) -> None:
    others = np.setdiff1d(np.arange(len(found)), pivots)
    if not len(others):
        return
    held_out = others[np.linspace(0, len(others) - 1, _HELD_OUT).astype(int)]
    worst = max(float(np.abs(found @ found[i] - row(int(i))).max()) for i in held_out)
    if not worst < TOLERANCE:
        raise Unavailable("static.kiwi_cosines_differ", worst=worst, tolerance=TOLERANCE)


def _canonical(found: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same points turned onto their principal axes (not centred), signs fixed, rows of length exactly 1."""
    _, axes = np.linalg.eigh((found.T @ found).astype(np.float64))
    turned = found @ axes[:, ::-1].astype(np.float32)
    strongest = turned[np.abs(turned).argmax(axis=0), np.arange(turned.shape[1])]
    turned *= np.where(strongest < 0, -1, 1).astype(np.float32)
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return np.ascontiguousarray(turned, dtype=np.float32)


def morphemes(kiwi: Any) -> list[tuple[str, str]]:
    """Form and tag of every morpheme Kiwi has a vector for, by id; forms are as Kiwi writes them, some are empty."""
    size = len(kiwi.predict_next_morpheme([0], top_n=10_000_000))  # more than any vocabulary: Kiwi answers with all it has
    return [(token.form, token.tag) for token in map(kiwi.morpheme, range(size))]


def unique_keys(pairs: list[tuple[str, str]]) -> tuple[list[str], list[int], list[tuple[str, str]]]:
    """Keys in the order they are kept, the id each came from, and the keys that met an earlier one.

    Placeholders (a tag without a form, which stand for words unknown to Kiwi) are left out. Of several ids that
    normalise to one key (regular and irregular readings of one stem) the lowest, most frequent id is kept.

    Returns:
        ``(keys, ids, merged)`` with ``merged`` as ``(key, "form/TAG as Kiwi has it")``.
    """
    from explorer.tokenizers.engines.kiwi import dictionary_form

    frequent: list[tuple[str, int]] = []
    symbols: list[tuple[str, int]] = []
    merged: list[tuple[str, str]] = []
    seen: set[str] = set()
    for number, (form, tag) in enumerate(pairs):
        if not form:
            continue
        key = "/".join(dictionary_form(unicodedata.normalize("NFC", form), tag))
        if key in seen:
            merged.append((key, f"{form}/{tag}"))
            continue
        seen.add(key)
        # Codas, 사이시옷 and quotation marks have the lowest ids by convention, not by frequency.
        (symbols if tag.startswith(("Z_", "SS")) else frequent).append((key, number))
    kept = frequent + symbols
    return [key for key, _ in kept], [number for _, number in kept], merged


def _recover(progress: ProgressCallback | None) -> Vectors:
    from kiwipiepy import Kiwi

    from explorer.text.morphology import shared_kiwi
    from explorer.tokenizers.loading import tokenizer
    from explorer.vectors.vectors import Vectors

    report(progress, "starting Kiwi")
    kiwi = shared_kiwi()
    pairs = morphemes(kiwi)
    size = len(pairs)
    # The method Kiwi inherits does the same for plain ids without the wrapper's type checks: 18 million calls take 2 s, not 6.
    similarity = super(Kiwi, kiwi).morpheme_similarity

    def row(morpheme: int) -> NDArray[np.float32]:
        return np.fromiter(map(similarity, repeat(morpheme, size), range(size)), np.float32, size)

    try:
        diagonal = np.fromiter(map(similarity, range(size), range(size)), np.float32, size)
        unit = recover_unit_vectors(row, size, diagonal, progress, "recovering Kiwi's vectors")
    except (RuntimeError, ValueError) as error:
        raise Unavailable("static.kiwi_no_similarities", reason=error) from error
    keys, ids, merged = unique_keys(pairs)
    info = {
        "model": "kiwi",
        "tokenizer": tokenizer("kiwi").params(),
        "corpus": "the training text of Kiwi's Cong model (not published)",
        "params": {"rank": int(unit.shape[1]), "morphemes": size},
        "seed": None,
        "versions": {"kiwipiepy": version("kiwipiepy"), "kiwipiepy_model": version("kiwipiepy_model"), "numpy": np.__version__},
        "history": [],
        "counts": "Kiwi publishes no counts; keys are in order of frequency",
        "merged": [list(pair) for pair in merged],
    }
    return Vectors(keys, unit[ids], counts=None, info=info)

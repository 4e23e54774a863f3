"""PPMI-SVD: the baseline without a neural word in it.

Count how often words stand near each other, keep what is more than chance (positive pointwise mutual information), and
take the strongest directions of that matrix. Levy, Goldberg & Dagan (2015, TACL 3) show that with the same settings it
comes close to skip-gram: contexts smoothed with the exponent 0.75, the logarithm of a number of negative samples subtracted, and
singular values weighted with the exponent 0.5 or 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.static.arguments import at_least_one
from explorer.static.merged import corpus_pairs
from explorer.static.pipeline import Fitted, Vocabulary
from explorer.static.shards import TokenShards

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.static.cooccurrence import Cooccurrence

__all__ = ["fit_ppmi", "ppmi"]

EXTRA = 20
"""Random directions beyond those asked for (Halko, Martinsson & Tropp 2011, SIAM Review 53)."""


def ppmi(pairs: Cooccurrence, shift: float = 1.0, smoothing: float = 0.75) -> Any:
    """The matrix ``max(0, log(P(w, c) / (P(w) P(c)^smoothing)) - log(shift))``, words × words, sparse (CSR, float32).

    >>> from explorer.static.cooccurrence import count_pairs
    >>> pairs = count_pairs([np.array([0, 1, -1, 2, 3], np.int32)], words=4, window=2)
    >>> [round(value, 2) for value in ppmi(pairs, smoothing=1.0).toarray()[0].tolist()]
    [0.0, 1.39, 0.0, 0.0]
    """
    from scipy.sparse import csr_matrix

    weights = pairs.weights.astype(np.float64)
    off = pairs.rows != pairs.cols
    totals = np.bincount(pairs.rows, weights, pairs.words) + np.bincount(pairs.cols[off], weights[off], pairs.words)
    smoothed = totals**smoothing
    with np.errstate(divide="ignore"):
        word, context = np.log(totals), np.log(smoothed / smoothed.sum())
    rows, cols, values = [], [], []
    for ones, others, chosen in ((pairs.rows, pairs.cols, slice(None)), (pairs.cols, pairs.rows, off)):
        left, right = ones[chosen], others[chosen]
        information = np.log(weights[chosen]) - word[left] - context[right] - np.log(shift)
        kept = information > 0
        rows.append(left[kept])
        cols.append(right[kept])
        values.append(information[kept].astype(np.float32))
    shape = (pairs.words, pairs.words)
    return csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(cols))), shape=shape)


def _singular(
    matrix: Any, dim: int, rounds: int, seed: int, progress: ProgressCallback | None
) -> tuple[NDArray[np.float32], ...]:
    """The strongest left singular vectors and values by a randomised range finder (Halko et al. 2011, algorithm 4.4)."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(matrix @ rng.standard_normal((matrix.shape[1], min(dim + EXTRA, matrix.shape[1])), np.float32))[0]
    for number in range(rounds):
        basis = np.linalg.qr(matrix.T @ basis)[0]
        basis = np.linalg.qr(matrix @ basis)[0]
        report(progress, "finding the strongest directions", number + 1, rounds, "rounds")
    left, values, _ = np.linalg.svd(np.asarray((matrix.T @ basis).T, np.float64), full_matrices=False)
    vectors = basis @ left[:, :dim].astype(np.float32)
    # A singular vector's sign is arbitrary; fixing it makes the result the same everywhere.
    signs = np.where(vectors[np.abs(vectors).argmax(axis=0), np.arange(dim)] < 0, -1, 1).astype(np.float32)
    return vectors * signs, values[:dim].astype(np.float32)


def fit_ppmi(
    shards: TokenShards,
    vocabulary: Vocabulary,
    *,
    dim: int = 200,
    window: int = 5,
    epochs: int = 4,
    shift: float = 1.0,
    smoothing: float = 0.75,
    eigenvalues: float = 0.5,
    memory: int = 512 << 20,
    seed: int = 42,
    workers: int | None = None,
    progress: ProgressCallback | None = None,
) -> Fitted:
    """Count pairs (weighted 1/distance), take PPMI and its strongest directions.

    Args:
        shards, vocabulary: from :mod:`explorer.static.pipeline`.
        epochs: rounds of the power iteration that sharpens the directions.
        shift: the number of negative samples whose logarithm is subtracted; 1 for none.
        smoothing: exponent of the context's frequency, against the pull of rare words.
        eigenvalues: exponent of the singular values, 0 to 1.
        memory: bytes for counting.
        seed: of the random directions; equal seeds give equal bits.
        workers: not used; the matrix products take what the linear algebra library takes.

    Raises:
        BadInput: an impossible parameter, or a vocabulary smaller than ``dim``.
    """
    at_least_one(dim=dim, epochs=epochs, shift=shift)
    if not 0 < smoothing <= 1 or not 0 <= eigenvalues <= 1:
        raise BadInput("static.ppmi_out_of_range", smoothing=smoothing, eigenvalues=eigenvalues)
    if len(vocabulary) < dim:
        raise BadInput("static.too_few_words", words=len(vocabulary), dim=dim, limit=len(vocabulary))
    pairs = corpus_pairs(shards, vocabulary, window, memory=memory, progress=progress)
    if not len(pairs):
        raise BadInput("static.ppmi_no_pairs")
    report(progress, "weighing pairs")
    matrix = ppmi(pairs, shift, smoothing)
    if not matrix.nnz:
        raise BadInput("static.shift_too_high", shift=shift)
    vectors, values = _singular(matrix, dim, epochs, seed, progress)
    scaled = np.ascontiguousarray(vectors * values[None, :] ** np.float32(eigenvalues), dtype=np.float32)
    return Fitted(scaled, {"pairs": len(pairs), "informative_pairs": int(matrix.nnz), "singular_values": values[:10].tolist()})

"""Post-processing: functions from Vectors to new Vectors that say in ``info["history"]`` what was done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.vectors.search import Floats
from explorer.vectors.vectors import Vectors

__all__ = ["align", "centre", "compact", "concatenate", "normalise", "principal_axes", "remove_components", "subset"]

_BLOCK = 65_536


def _mean(matrix: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    total: npt.NDArray[np.float64] = np.add.reduce(matrix, axis=0, dtype=np.float64)
    return total / len(matrix)


def principal_axes(
    matrix: npt.NDArray[Any],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Principal axes of n × d numbers through the d × d covariance, in row blocks: fast for n ≫ d, and the same each time.

    Returns:
        The mean (d), the axes as columns (d × d) by falling variance, each with its largest entry positive, and the
        variances (d; divided by n - 1).

    >>> mean, axes, variances = principal_axes(np.array([[1.0, 0.0], [-1.0, 0.0], [3.0, 0.5]]))
    >>> axes.shape, bool(variances[0] > variances[1])
    ((2, 2), True)
    """
    n, d = matrix.shape
    mean = _mean(matrix)
    covariance = np.zeros((d, d))
    for start in range(0, n, _BLOCK):
        block = matrix[start : start + _BLOCK] - mean
        covariance += block.T @ block
    variances, axes = np.linalg.eigh(covariance / max(1, n - 1))
    order = np.argsort(-variances, kind="stable")
    variances, axes = np.clip(variances[order], 0, None), axes[:, order]
    # An eigenvector's sign is arbitrary; fixing it makes maps come out the same on every machine.
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(d)] < 0, -1.0, 1.0)
    return mean, axes, variances


def normalise(v: Vectors) -> Vectors:
    """Every vector scaled to length 1 (zeros stay zeros)."""

    def move(vector: Floats) -> Floats:
        length = float(np.linalg.norm(vector))
        return vector / np.float32(length) if length > 0 else vector

    return v.derive(v.unit, {"step": "normalise"}, move=move)


def centre(v: Vectors) -> Vectors:
    """The mean vector subtracted from every vector.

    >>> centre(Vectors(["a", "b"], [[1.0, 0.0], [3.0, 2.0]])).vectors.tolist()
    [[-1.0, -1.0], [1.0, 1.0]]
    """
    mean = _mean(v.vectors).astype(np.float32)
    return v.derive(v.vectors - mean, {"step": "centre"}, move=lambda vector: vector - mean)


def remove_components(v: Vectors, components: int | None = None, strength: float = 1.0) -> Vectors:
    """All-but-the-top (Mu & Viswanath 2018, ICLR): centre, then take out the ``components`` strongest directions, which
    mostly say how frequent a word is.

    Args:
        v: the vectors; for models with very uneven lengths :func:`normalise` them first.
        components: how many directions; by default a hundredth of the dimensions, at least one, as the paper advises.
        strength: how much of them and of the mean is taken out, above 0 and up to 1 (all, as in the paper). Less keeps rare
            words from crowding the neighbours where the directions carry frequency.

    Raises:
        BadInput: fewer than 0, or as many as there are dimensions; or a strength outside its range.
    """
    chosen = max(1, v.dim // 100) if components is None else components
    if not 0 <= chosen < v.dim:
        raise BadInput("vectors.components_out_of_range", most=v.dim - 1, dim=v.dim, components=chosen)
    if not 0 < strength <= 1:
        raise BadInput("vectors.strength_out_of_range", strength=strength)
    mean, axes, variances = principal_axes(v.vectors)
    top = axes[:, :chosen].astype(np.float32)
    offset = mean.astype(np.float32)

    def move(vectors: Floats) -> Floats:
        centred = vectors - offset
        return np.asarray(vectors - np.float32(strength) * (offset + (centred @ top) @ top.T), dtype=np.float32)

    total = float(variances.sum())
    share = float(variances[:chosen].sum()) / total if total > 0 else 0.0
    step = {"step": "remove_components", "components": chosen, "variance_removed": share}
    return v.derive(move(v.vectors), step if strength == 1 else step | {"strength": strength}, move=move)


def subset(v: Vectors, keys: Iterable[str]) -> Vectors:
    """Only these keys, in the order given.

    Raises:
        OutOfVocabulary: one is no key; carries suggestions.
        BadInput: none is left, or one came twice.
    """
    rows = np.array([v.index(key) for key in keys], dtype=np.int64)
    if not len(rows):
        raise BadInput("vectors.subset_empty")
    return v.derive(v.vectors[rows], {"step": "subset", "keys": len(rows), "of": len(v)}, rows, move=lambda vector: vector)


def compact(v: Vectors, keys: int = 40_000, dim: int | None = None) -> Vectors:
    """The most frequent keys, in the directions that keep cosines best.

    The directions are the leading eigenvectors of the second moments of unit rows: of all projections to ``dim``
    dimensions the one that changes inner products least (Eckart & Young 1936).

    Args:
        v: the vectors.
        keys: how many keys to keep.
        dim: how many dimensions; all by default.

    Raises:
        BadInput: fewer than one key, or more dimensions than there are.

    >>> compact(Vectors("abc", [[1, 0, 0], [0, 1, 0], [1, 1, 0]], [3, 1, 2]), keys=2, dim=2)
    <Vectors vectors: 2 keys × 2>
    """
    dim = v.dim if dim is None else dim
    if keys < 1 or not 1 <= dim <= v.dim:
        raise BadInput("vectors.compact_size_impossible", keys=keys, dim=dim, limit=v.dim)
    rows = np.array([v.index(key) for key in v.most_frequent(min(keys, len(v)))], np.int64)
    kept = np.asarray(v.vectors[rows], np.float32)
    step: dict[str, Any] = {"step": "compact", "keys": len(rows), "of": len(v), "dim": dim, "bits": 8}
    turn = np.eye(v.dim, dtype=np.float32)
    if dim < v.dim:
        unit = v.unit[rows].astype(np.float64)
        moments, axes = np.linalg.eigh(unit.T @ unit)
        axes = axes[:, np.argsort(-moments, kind="stable")[:dim]]
        axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(dim)] < 0, -1.0, 1.0)
        turn = axes.astype(np.float32)
        kept = np.ascontiguousarray(kept @ turn)
        step["share_kept"] = float(np.sort(moments)[::-1][:dim].sum() / moments.sum()) if moments.sum() > 0 else 1.0
    return v.derive(kept, step, rows, move=lambda vector: vector @ turn)


def _shared(a: Vectors, b: Vectors, words: Iterable[str] | None) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of the keys both have, in the first one's order."""
    theirs = {key: row for row, key in enumerate(b.keys)}
    wanted = None if words is None else set(words)
    pairs = [(row, theirs[key]) for row, key in enumerate(a.keys) if key in theirs and (wanted is None or key in wanted)]
    if not pairs:
        raise BadInput("vectors.no_shared_keys", first=a.name, second=b.name)
    both = np.array(pairs, dtype=np.int64)
    return both[:, 0], both[:, 1]


def concatenate(a: Vectors, b: Vectors, weight: float = 1.0) -> Vectors:
    """Unit vectors of both models end to end, for the keys both have: n × (d₁ + d₂).

    Args:
        a, b: two models over the same kind of keys; counts and tokenizer are the first one's.
        weight: how much the second counts beside the first.
    """
    if not (np.isfinite(weight) and weight > 0):
        raise BadInput("vectors.weight_not_positive", weight=weight)
    mine, theirs = _shared(a, b, None)
    joined = np.hstack([a.unit[mine], np.float32(weight) * b.unit[theirs]])
    step = {"step": "concatenate", "with": b.name, "weight": weight, "keys": len(mine)}
    return a.derive(joined, step, mine)


def align(source: Vectors, target: Vectors, words: Iterable[str] | None = None) -> Vectors:
    """The source turned so that its words lie as near as possible to the same words of the target.

    Orthogonal Procrustes (Schönemann 1966) on unit vectors: with the SVD of Sᵀ T = U Σ Vᵀ the rotation is U Vᵀ. Cosines
    within the source do not change.

    Args:
        source: the vectors to turn.
        target: where to turn them; of the same dimension.
        words: keys to fit on, all shared ones by default. Frequent words make good anchors.

    Raises:
        BadInput: different dimensions, or no shared keys.
    """
    if source.dim != target.dim:
        raise BadInput("vectors.dimensions_differ", source=source.dim, target=target.dim)
    mine, theirs = _shared(source, target, words)
    product = source.unit[mine].astype(np.float64).T @ target.unit[theirs].astype(np.float64)
    left, _, right = np.linalg.svd(product)
    rotation = (left @ right).astype(np.float32)
    fit = np.einsum("ij,ij->i", source.unit[mine] @ rotation, target.unit[theirs])
    step = {"step": "align", "to": target.name, "anchors": len(mine), "mean_cosine": float(fit.mean())}
    return source.derive(source.vectors @ rotation, step, move=lambda vector: vector @ rotation)

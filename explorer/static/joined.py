"""Several models of the same kind of keys joined into one: what one of them misjudges, the others outvote.

Sets of vectors that were trained in different ways err in different places, and their concatenation is better than each (Yin &
Schütze 2016, P16-1128); its leading directions are as good as all of it. Here every part is first made comparable: rows of
length 1, without their mean and the strongest directions (Mu & Viswanath 2018), times its weight. The leading directions are
those of the keys that all parts have.

A key that some parts lack is not given made-up parts. A part predicted from another is shorter and smoother than a real one, so
that predicted keys lie near one another and far from the rest, which is what made rare derived verbs and names of young animals
worse in the joined model than in the one part that knew them. Its place in the joined space is estimated at once from the parts that
do have it, by ridge regression over the keys that all have, once for every combination of parts that occurs.

Words that no part has are composed from jamo and syllable n-grams whose vectors are fitted to the joined ones (a bag of sub-words, Zhao et
al. 2018, D18-1059).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.static.arguments import at_least_one
from explorer.static.fasttext import select_pieces
from explorer.vectors.search import Floats, unit_rows
from explorer.vectors.subwords import Subwords
from explorer.vectors.transform import principal_axes
from explorer.vectors.vectors import Vectors

__all__ = ["fit_subwords", "join"]

JAMO, SYLLABLES = (3, 5), (1, 3)
"""Shortest and longest n-grams that unknown words are composed of."""

LEAST_COMMON = 10
"""Keys that all parts must share: with fewer there is nothing to learn the joined directions from."""


def join(
    parts: Sequence[Vectors],
    *,
    weights: Sequence[float] | None = None,
    components: int = 2,
    dim: int = 300,
    keys: int | None = None,
    ridge: float = 20.0,
    pieces: int = 0,
    progress: ProgressCallback | None = None,
) -> Vectors:
    """Join models whose keys are of one kind.

    Args:
        parts: two models or more; tokenizer and counts are those of the first that has them.
        weights: how much each part counts, in their order; equally much by default.
        components: so many of the strongest directions of each part are left out, with its mean.
        dim: dimensions of the result, at most as many as the parts have together.
        keys: keep at most so many keys, the most frequent ones; all by default.
        ridge: how strongly the estimates of keys that some part lacks are held back.
        pieces: fit vectors of so many n-grams, so that any word can be composed; 0 for none.
        progress: told about each stage.

    Returns:
        Vectors over the union of the keys, n × dim float32, rows of length 1, most frequent first.

    Raises:
        BadInput: fewer than two parts, a weight that is not above 0, as many weights as parts are not there, too many dimensions,
            or parts that share next to no keys.

    >>> a = Vectors([f"단어{i}/NNG" for i in range(30)], np.random.default_rng(0).normal(size=(30, 8)))
    >>> join([a, a], dim=4, components=1)
    <Vectors joined: 30 keys × 4>
    """
    chosen = [1.0] * len(parts) if weights is None else [float(weight) for weight in weights]
    if len(parts) < 2:
        raise BadInput("static.join_too_few", count=len(parts))
    if len(chosen) != len(parts):
        raise BadInput("static.join_weights_differ", weights=len(chosen), count=len(parts))
    if not all(np.isfinite(weight) and weight > 0 for weight in chosen):
        raise BadInput("static.join_weight_invalid", weights=", ".join(f"{weight:g}" for weight in chosen))
    at_least_one(dim=dim)
    if keys is not None:
        at_least_one(keys=keys)
    names, counts = _union(parts, keys)
    blocks: list[Floats] = []
    has: list[npt.NDArray[np.bool_]] = []
    for part, weight in zip(parts, chosen, strict=True):
        report(progress, "comparing the parts", len(blocks), len(parts), "models", part.name)
        rows = np.array([-1 if (row := part.row(name)) is None else row for name in names], np.int64)
        block = np.zeros((len(names), part.dim), np.float32)
        block[rows >= 0] = np.float32(weight) * _comparable(part, components)[rows[rows >= 0]]
        blocks.append(block)
        has.append(rows >= 0)
    present = np.stack(has, axis=1)
    widths = [block.shape[1] for block in blocks]
    if dim > sum(widths):
        raise BadInput("static.join_too_wide", dim=dim, limit=sum(widths))
    whole = present.all(axis=1)
    if (common := int(np.count_nonzero(whole))) < LEAST_COMMON:
        raise BadInput("static.join_nothing_shared", common=common, least=LEAST_COMMON)
    matrix = np.hstack(blocks)
    report(progress, "finding the joined directions")
    axes, kept = _leading(matrix[whole], dim)
    joined = np.zeros((len(names), dim), np.float32)
    joined[whole] = matrix[whole] @ axes
    ends = np.concatenate([[0], np.cumsum(widths)])
    for pattern in np.unique(present[~whole], axis=0):
        mine = (present == pattern).all(axis=1)
        columns = np.concatenate([np.arange(ends[part], ends[part + 1]) for part in np.flatnonzero(pattern)])
        known = matrix[whole][:, columns].astype(np.float64)
        turn = np.linalg.solve(known.T @ known + ridge * np.eye(len(columns)), known.T @ joined[whole])
        joined[mine] = matrix[mine][:, columns] @ turn.astype(np.float32)
    joined = unit_rows(joined)
    composer = None
    if pieces:
        report(progress, "fitting sub-words")
        composer = fit_subwords(names, joined, pieces)
    params: dict[str, Any] = {
        "components": components,
        "dim": dim,
        "keys": next((kind for part in parts if (kind := (part.info.get("params") or {}).get("keys"))), None),
        "max_vocab": keys,
        "pieces": pieces,
        "ridge": ridge,
        "weights": chosen,
    }
    info = {
        "model": "joined",
        "tokenizer": next((part.info["tokenizer"] for part in parts if part.info.get("tokenizer")), None),
        "corpus": " + ".join(dict.fromkeys(str(part.info["corpus"]) for part in parts if part.info.get("corpus"))),
        "params": params,
        "parts": [_about(part, int(count)) for part, count in zip(parts, present.sum(axis=0), strict=True)],
        "whole": common,
        "variance_kept": kept,
        "history": [],
    }
    return Vectors(names, joined, counts, info, composer=composer)


def _union(parts: Sequence[Vectors], most: int | None) -> tuple[list[str], npt.NDArray[np.int64] | None]:
    """All keys by falling count (those that only models without counts have, at the end), and the counts."""
    counts: dict[str, int] = {}
    for part in parts:
        for row, key in enumerate(part.keys):
            count = 0 if part.counts is None else int(part.counts[row])
            counts[key] = max(counts.get(key, 0), count)
    names = sorted(counts, key=lambda key: (-counts[key], key))[:most]
    if all(part.counts is None for part in parts):
        return names, None
    return names, np.array([counts[name] for name in names], np.int64)


def _comparable(part: Vectors, components: int) -> Floats:
    """Rows of length 1 without the mean and the strongest directions, of length 1 again."""
    if not 0 <= components < part.dim:
        raise BadInput("vectors.components_out_of_range", most=part.dim - 1, dim=part.dim, components=components)
    mean, axes, _ = principal_axes(part.unit)
    centred = part.unit - mean.astype(np.float32)
    top = axes[:, :components].astype(np.float32)
    return unit_rows(np.asarray(centred - (centred @ top) @ top.T, np.float32))


def _leading(rows: Floats, dim: int) -> tuple[Floats, float]:
    """The directions that keep inner products of rows best (Eckart & Young 1936), d × dim, and their share of the whole."""
    moments, axes = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    order = np.argsort(-moments, kind="stable")[:dim]
    axes = axes[:, order]
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(dim)] < 0, -1.0, 1.0)
    return axes.astype(np.float32), float(moments[order].sum() / moments.sum())


def _about(part: Vectors, keys: int) -> dict[str, Any]:
    """What the joined model remembers of a part: all that made it, but for what the whole says already."""
    told = ("corpus", "corpus_stats", "model", "params", "seed", "versions", "history")
    return {"name": part.name, "dim": part.dim, "keys": keys} | {name: part.info[name] for name in told if name in part.info}


def fit_subwords(keys: Sequence[str], vectors: Floats, pieces: int, ridge: float = 0.3, steps: int = 60) -> Subwords:
    """Vectors of n-grams whose mean over a word comes near the word's own, in the least squares.

    Args:
        keys: words, or ``form/TAG``.
        vectors: their vectors, n × d.
        pieces: so many n-grams at most, those that most words share.
        ridge: how strongly the n-grams' vectors are held back.
        steps: of the conjugate gradients that solve it.

    >>> keys = ["산길/NNG", "산불/NNG", "물길/NNG", "물새/NNG"]
    >>> compose = fit_subwords(keys, np.array([[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1]], np.float32), 10, ridge=0.01)
    >>> bool(compose("산새")[0] > compose("산새")[1])
    True
    """
    from scipy.sparse import csr_array

    names, starts, which = select_pieces(list(keys), JAMO, SYLLABLES, pieces)
    lengths = np.diff(starts)
    weight = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
    words = csr_array((weight, which, starts), shape=(len(keys), len(names)))
    back = words.T.tocsr()
    target = np.asarray(back @ vectors, np.float32)
    # Conjugate gradients for all columns at once; in float32 the few steps that matter are exact enough.
    rows = np.zeros_like(target)
    residual = target.copy()
    step = residual.copy()
    size = np.einsum("ij,ij->j", residual, residual)
    for _ in range(steps):
        moved = back @ (words @ step) + np.float32(ridge) * step
        length = size / np.maximum(np.einsum("ij,ij->j", step, moved), 1e-12)
        rows += length * step
        residual -= length * moved
        before, size = size, np.einsum("ij,ij->j", residual, residual)
        if float(size.max(initial=0.0)) < 1e-8:
            break
        step = residual + (size / np.maximum(before, 1e-12)) * step
    return Subwords(names, rows, JAMO, SYLLABLES)

"""Correlations of many samples at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["pearson", "spearman"]


def spearman(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Spearman's ρ along the last axis, equal values sharing their mean rank; NaN where one side is constant.

    >>> spearman(np.array([1, 2, 30]), np.array([0.1, 0.2, 0.3])).tolist()
    1.0
    """
    from scipy.stats import rankdata

    return pearson(rankdata(a, axis=-1), rankdata(b, axis=-1))


def pearson(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Pearson's r along the last axis; NaN where one side is constant.

    >>> pearson(np.array([1.0, 2, 3]), np.array([30.0, 20, 10])).tolist()
    -1.0
    """
    first, second = (side - side.mean(axis=-1, keepdims=True) for side in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        result: npt.NDArray[np.float64] = (first * second).sum(-1) / np.sqrt((first**2).sum(-1) * (second**2).sum(-1))
    return result

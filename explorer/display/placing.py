"""Which words of a map are written, so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["label_rows"]


def label_rows(
    coords: NDArray[np.float32],
    words: Sequence[str],
    extent: NDArray[np.float32],
    most: int = 110,
    taken: Sequence[tuple[NDArray[np.float32], str]] = (),
) -> list[int]:
    """Which of the points get their word written, so that words do not cover each other: first come, first served.

    Args:
        coords: n × 2, the most important point first.
        words: of every point.
        extent: width and height of what is seen of the map, in the units of ``coords``.
        most: how many at most.
        taken: places and texts of what is already written.

    Returns:
        Rows of ``coords``.
    """
    placed: list[int] = []
    boxes = np.array([place / extent for place, _ in taken], np.float32).reshape(-1, 2)
    sizes = np.array([_width(text) for _, text in taken], np.float32)
    for row, word in enumerate(words):
        place = coords[row] / np.maximum(extent, 1e-9)
        width = _width(word)
        apart = np.abs(boxes - place)
        if not np.any((apart[:, 0] < (sizes + width) / 2) & (apart[:, 1] < 0.032)):
            placed.append(row)
            boxes, sizes = np.vstack([boxes, place]), np.append(sizes, np.float32(width))
            if len(placed) == most:
                break
    return placed


def _width(text: str) -> float:
    return 0.018 * len(text) + 0.01  # a Hangul letter of 12 px on a map some 650 px wide

"""A matrix kept with a byte a number, decoded when it is first needed: opening a model costs no more than reading its keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput

__all__ = ["ByteMatrix"]

_BLOCK = 4_096


class ByteMatrix:
    """n × d numbers as multiples of a 127th of the largest of their row.

    Args:
        numbers: n × d int8; may be memory-mapped.
        scales: n float32, what 1 stands for in each row; 0 for rows of zeros.

    Raises:
        BadInput: a scale is no number.

    >>> ByteMatrix(np.array([[127, -127]], np.int8), np.array([0.5], np.float32)).decode().tolist()
    [[63.5, -63.5]]
    """

    def __init__(self, numbers: npt.NDArray[Any], scales: npt.NDArray[np.float32]) -> None:
        if len(bad := np.flatnonzero(~np.isfinite(scales))):
            raise BadInput("vectors.scales_not_finite", count=len(bad), row=int(bad[0]) + 1)
        self.numbers = numbers
        self.scales = scales

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.numbers.shape[0], self.numbers.shape[1]

    def __len__(self) -> int:
        return len(self.numbers)

    def decode(self) -> npt.NDArray[np.float32]:
        """The numbers, n × d float32, read-only."""
        matrix = np.empty(self.numbers.shape, np.float32)
        for start in range(0, len(self), _BLOCK):
            here = slice(start, start + _BLOCK)
            np.multiply(self.numbers[here].astype(np.float32), self.scales[here, None], out=matrix[here])
        matrix.flags.writeable = False
        return matrix

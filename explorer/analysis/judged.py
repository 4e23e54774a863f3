"""A score with what its interval was made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.analysis.scores import Score

__all__ = ["Judged"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A score with the bootstrap draws behind its interval; equal items and seeds give draws that can be paired."""

    score: Score
    draws: npt.NDArray[np.float64]

"""The plane of an analogy. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.core.errors import BadInput
from explorer.vectors.search import Floats

__all__ = ["Plane", "plane"]

_ALIKE = 1e-6


@dataclass(frozen=True, slots=True)
class Plane:
    """An analogy seen in the plane of its question: b, a step from it to a, another to c, and a + c − b where they lead together.

    The four points lie as they do in the space. An answer is turned about the line from c to the target until it lies in the plane:
    so its distances to c and to the target are true, and so is the angle between the step from c to it and that from b to a.

    Attributes:
        origin, start, end: coordinates of b, a and c; ``origin`` is (0, 0), ``start`` lies on the x axis.
        target: start + end, where the analogy points.
        answers: k × 2, where the answers are drawn.
        lengths: k, of the step from c to each answer.
        angles: k, in degrees, between that step and the one from b to a.
        gaps: k, distance of each answer from the target.
        inside: k, the share of each answer's step that lies in the plane, 0 to 1.
    """

    origin: Floats
    start: Floats
    end: Floats
    target: Floats
    answers: Floats
    lengths: Floats
    angles: Floats
    gaps: Floats
    inside: Floats


def plane(start: Floats, origin: Floats, end: Floats, answers: Sequence[Floats]) -> Plane:
    """Orthonormal coordinates in the plane through origin, start and end (each d float32), and the answers turned into it.

    Raises:
        BadInput: two of the three words have the same vector, or all lie on one line, so there is no plane.
    """
    across, up = start - origin, end - origin
    length = float(np.linalg.norm(across))
    x = across / length if length > _ALIKE else across
    rest = up - (up @ x) * x
    height = float(np.linalg.norm(rest))
    if length <= _ALIKE or height <= _ALIKE:
        raise BadInput("vectors.words_on_line")
    y = rest / height
    steps = np.stack(list(answers)) - end if len(answers) else np.empty((0, len(origin)), np.float32)
    lengths = np.linalg.norm(steps, axis=1)
    along, upward = steps @ x, steps @ y
    aside = np.linalg.norm(steps - along[:, None] * x, axis=1)
    cosine = np.divide(along, lengths, out=np.ones_like(along), where=lengths > _ALIKE)
    inside = np.divide(np.hypot(along, upward), lengths, out=np.ones_like(along), where=lengths > _ALIKE)
    a, c = np.array([length, 0.0], np.float32), np.array([up @ x, height], np.float32)
    turned = c + np.stack([along, np.where(upward < 0, -aside, aside)], axis=1)
    gaps = np.linalg.norm(steps - across, axis=1)
    angles = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    parts = (np.zeros(2), a, c, a + c, turned, lengths, angles, gaps, np.clip(inside, 0, 1))
    return Plane(*(np.asarray(part, dtype=np.float32) for part in parts))

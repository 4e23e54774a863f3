"""What a group of words on a map has in common, and what sets it apart from the other words there.

Shares are compared as lift: the share of a part of speech (or a region) in the group over its share on the whole map (Brin, Motwani &
Silverstein 1997, SIGMOD, who call it interest). Telling words are those of the group whose vectors point where the group differs
from the map: their cosine with the difference of the two mean vectors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.map_words import by_frequency
from explorer.core.errors import BadInput
from explorer.display.record import Record
from explorer.text.tags import base_tag, tag_of, word_of
from explorer.vectors.axes import direction

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["Share", "WordGroup", "describe_words", "rows_inside", "seen_from", "shares"]

TELLING = 12
_LEAST = 3
"""A part of speech or region with fewer words in the group says nothing of it."""

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Share:
    """One part of speech or region.

    Attributes:
        name: what it is called.
        count: words of the group.
        share: of the group; lift: over its share of the whole map.
    """

    name: Any
    count: int
    share: float
    lift: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class WordGroup(Record):
    """Words that were picked on a map.

    Attributes:
        model: name of the model.
        keys: the picked words, the most frequent first.
        among: how many words the map has.
        telling: keys that tell the group from the map, with their score in [-1, 1], the highest first.
        scores: that score of every word, in the order of ``keys`` (float32).
        tags: parts of speech by lift.
        counts: occurrences in the order of ``keys``; ``None`` for models that do not know them.
        rank: the median place of the group's words among the map's by frequency, as a share: 0.5 is a group as frequent as the map.
    """

    model: str
    keys: tuple[str, ...]
    among: int
    telling: tuple[tuple[str, float], ...]
    scores: npt.NDArray[np.float32]
    tags: tuple[Share, ...]
    counts: tuple[int, ...] | None
    rank: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "among": self.among,
            "rank": self.rank,
            "telling": [list(pair) for pair in self.telling],
            "tags": [share.to_dict() for share in self.tags],
            "keys": list(self.keys),
            "scores": self.scores.tolist(),
            "counts": None if self.counts is None else list(self.counts),
        }

    def to_frame(self) -> pd.DataFrame:
        """A row for each word: word, key, tag, count, telling (its score)."""
        import pandas as pd

        return pd.DataFrame(
            {
                "word": list(map(word_of, self.keys)),
                "key": self.keys,
                "tag": list(map(tag_of, self.keys)),
                "count": [None] * len(self.keys) if self.counts is None else self.counts,
                "telling": self.scores,
            }
        )


def describe_words(v: Vectors, keys: Sequence[str], among: Sequence[str]) -> WordGroup:
    """What sets some words of a map apart.

    Args:
        v: the model.
        keys: the group, a part of ``among``.
        among: every word of the map, in any order.

    Raises:
        BadInput: the group is empty.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["바다/NNG", "섬/NNG", "가다/VV", "돈/NNG"], [[1, 0], [0.9, 0.1], [0.1, 0.9], [0, 1]])
    >>> group = describe_words(v, ["바다/NNG", "섬/NNG"], v.keys)
    >>> group.telling[0][0], group.tags, int(100 * group.rank)
    ('바다/NNG', (), 16)
    """
    if not keys:
        raise BadInput("analysis.empty_word_group")
    among = by_frequency(v, among)
    place = {key: number for number, key in enumerate(among)}
    rows = np.sort(np.array([place[key] for key in keys], np.int64))
    ordered = tuple(among[row] for row in rows.tolist())
    unit = v.unit_vectors(list(among))
    way = direction(unit, unit[rows])
    scores = np.zeros(len(rows), np.float32) if way is None else np.clip(unit[rows] @ way, -1, 1).astype(np.float32)
    best = np.argsort(-scores, kind="stable")[:TELLING].tolist() if way is not None else []
    tags = [base_tag(tag_of(key)) for key in among]
    counts = None if v.counts is None else tuple(int(v.counts[v.index(key)]) for key in ordered)
    return WordGroup(
        v.name,
        ordered,
        len(among),
        tuple((ordered[one], float(scores[one])) for one in best),
        scores,
        shares(tags, rows) if any(tags) else (),
        counts,
        float(np.median(rows) / max(len(among) - 1, 1)) if len(among) > 1 else 0.5,
    )


def shares(names: Sequence[Hashable], rows: npt.NDArray[np.int64]) -> tuple[Share, ...]:
    """How the rows of a group are named, by lift over all names; names of fewer than three of its words are left out.

    >>> [(one.name, one.count, one.lift) for one in shares("aaabbbbbb", np.array([0, 1, 2, 3]))]
    [('a', 3, 2.25)]
    """
    whole, part = Counter(names), Counter(names[row] for row in rows.tolist())
    found = [
        Share(name, count, count / len(rows), (count / len(rows)) / (whole[name] / len(names)))
        for name, count in part.items()
        if count >= _LEAST
    ]
    return tuple(sorted(found, key=lambda one: (-one.lift, -one.count)))


def rows_inside(coords: Floats, polygon: Sequence[float]) -> npt.NDArray[np.int64]:
    """Rows of n × 2 places inside a polygon, given as x, y, x, y …; its last corner is joined to its first (even-odd rule).

    Of places with more axes the first two count.

    >>> rows_inside(np.array([[0.5, 0.5], [2, 2]]), [0, 0, 1, 0, 1, 1, 0, 1]).tolist()
    [0]
    """
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    x, y = coords[:, 0].astype(np.float64), coords[:, 1].astype(np.float64)
    within = np.zeros(len(coords), bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, 1, axis=0), strict=True):
        if ay != by:
            within ^= ((ay > y) != (by > y)) & (x < (bx - ax) * (y - ay) / (by - ay) + ax)
    return np.flatnonzero(within)


def seen_from(coords: Floats, turn: Sequence[float]) -> Floats:
    """Where n × 3 places lie on the picture (n × 2) that the map's page draws when it is turned by two angles, in radians.

    The first angle turns about the upright axis, the second tips the map towards the eye; the middle of its extent is the origin.

    >>> seen_from(np.array([[0, 0, 0], [2, 4, 6.0]]), (0, 0)).round(1).tolist()
    [[-1.0, -2.0], [1.0, 2.0]]
    """
    middle = (coords.min(axis=0) + coords.max(axis=0)) / 2
    (cos_a, cos_b), (sin_a, sin_b) = np.cos(turn), np.sin(turn)
    seen: Floats = (coords - middle) @ np.array([[cos_a, sin_a * sin_b], [0, cos_b], [sin_a, -cos_a * sin_b]])
    return seen

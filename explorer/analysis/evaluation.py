"""Test sets for word vectors: similarity pairs and analogies, scored with an interval and the coverage beside every number."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from explorer.analysis.test_sets import AnalogySet, Question, SimilaritySet, read_test_set
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, report
from explorer.vectors.analogy import EPSILON, check_method
from explorer.vectors.search import Floats, cosines

if TYPE_CHECKING:
    import pandas as pd

    from explorer.vectors.vectors import Vectors

__all__ = ["RESOLVE", "Score", "Section", "evaluate", "random_cosine"]

RESOLVE = ("exact", "form", "analysed", "composed")
"""How far a test word may be from a key, each step including those before it."""

INTERVAL = (2.5, 97.5)
_TILE_BYTES = 48 << 20


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an analogy set.

    Attributes:
        name, metric: as in :class:`Score`.
        value, low, high: accuracy and its 95 % interval; ``None`` where no question is covered.
        covered, total: questions all of whose words have vectors, and all questions.
        impossible: covered questions whose answer is one of their own words, which exclusion bars.
        included: accuracy when the words of the question may answer it.
        distance: mean cosine distance 1 - cos(b - a + c, d), lower is better; only to be read beside the model's random-pair
            cosine, because any space whose vectors point one way gets it for nothing.
    """

    name: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    covered: int
    total: int
    impossible: int = 0
    included: float | None = None
    distance: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Score:
    """How well vectors do on a test set.

    Attributes:
        name: of the test set.
        kind: ``"similarity"`` or ``"analogy"``.
        metric: ``"spearman"`` (in [-1, 1]) or ``"accuracy"`` (in [0, 1]).
        value: the score over the covered part.
        low, high: 95 % bootstrap interval over word pairs (an analogy set asks many questions about few pairs).
        covered, total: items all of whose words have vectors, and all items. A score without its coverage means little.
        sections: the parts of an analogy set.
        method: of analogies; empty for similarity.
        resolve: how far test words were resolved, one of :data:`RESOLVE`.
        random_pair_cosine: mean cosine of random pairs of keys; far above 0 the space is anisotropic.
        details: further numbers: impossible questions, distinct pairs …
        samples, seed: of the bootstrap.
        model: name of the model.
    """

    name: str
    kind: str
    metric: str
    value: float
    low: float
    high: float
    covered: int
    total: int
    sections: tuple[Section, ...] = ()
    method: str = ""
    resolve: str = "form"
    random_pair_cosine: float = 0.0
    details: dict[str, Any] = field(default_factory=dict)
    samples: int = 0
    seed: int = 42
    model: str = ""

    @property
    def coverage(self) -> float:
        """Share of the items that were scored."""
        return self.covered / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """``(low, high)``."""
        return self.low, self.high

    def to_dict(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "sections"}
        return plain | {"coverage": self.coverage, "sections": [section.to_dict() for section in self.sections]}

    def to_frame(self) -> pd.DataFrame:
        """A table: the whole first, then a row for each section."""
        import pandas as pd

        columns = ["name", "metric", "value", "low", "high", "covered", "total"]
        rows = [{name: getattr(part, name) for name in columns} for part in (self, *self.sections)]
        return pd.DataFrame(rows, columns=columns)


def random_cosine(v: Vectors, pairs: int = 10_000, seed: int = 42) -> float:
    """Mean cosine of random pairs of different rows; 0 in a space without a preferred direction.

    >>> from explorer.vectors.vectors import Vectors
    >>> random_cosine(Vectors("ab", [[1, 0], [1, 0]]))
    1.0
    """
    if len(v) < 2:
        return 0.0
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(v), pairs)
    second = (first + rng.integers(1, len(v), pairs)) % len(v)
    dots = np.einsum("ij,ij->i", v.vectors[first], v.vectors[second], dtype=np.float64)
    return float(np.mean(dots * v.inverse[first] * v.inverse[second]))


def evaluate(
    v: Vectors,
    name_or_path: str | Path,
    *,
    method: str = "3cosadd",
    resolve: str = "form",
    samples: int = 1000,
    seed: int = 42,
    progress: ProgressCallback | None = None,
) -> Score:
    """Score vectors on a test set.

    Args:
        v: the vectors.
        name_or_path: a file of word pairs with a score (CSV or TSV, as WordSim-353), or of analogies (``: section`` lines and
            four words a line, as word2vec's ``questions-words``); or the name of a fetched set.
        method: for analogies: ``"3cosadd"``, ``"3cosmul"`` or ``"direction"``. The question's own words never answer.
        resolve: how far a test word may be from a key: ``"exact"``; ``"form"`` (default: also the key without its tag);
            ``"analysed"`` (also the stem: 먹었다 counts as 먹다); ``"composed"`` (pairs only: also from parts or sub-words).
        samples, seed: of the bootstrap.
        progress: called while analogies are answered.

    Returns:
        Spearman's ρ with people's judgements (ties share ranks), or accuracy; with interval and coverage.

    Raises:
        BadInput: no such file, a line that is not as it should be, an unknown option, or nothing covered.
    """
    if resolve not in RESOLVE:
        raise BadInput(f"unknown resolve={resolve!r}; use one of {', '.join(RESOLVE)}")
    if samples < 1:
        raise BadInput(f"samples must be 1 or more, not {samples}")
    check_method(method)
    tests = read_test_set(name_or_path)
    if isinstance(tests, SimilaritySet):
        score = _similarity(v, tests, resolve, samples, seed)
    else:
        if resolve == "composed":
            raise BadInput("analogies are answered with keys, so resolve must be exact, form or analysed")
        score = _analogies(v, tests, method, resolve, samples, seed, progress)
    return replace(
        score, random_pair_cosine=random_cosine(v, seed=seed), resolve=resolve, samples=samples, seed=seed, model=v.name
    )


def _has_vector(v: Vectors, word: str, resolve: str) -> bool:
    if resolve == "exact":
        return v.row(word) is not None
    if v.lookup(word) is not None:
        return True
    found = v.find(word) if resolve in ("analysed", "composed") else None
    return found is not None and (resolve == "composed" or found.how == "analysed")


def _row(v: Vectors, word: str, resolve: str) -> int | None:
    if resolve == "exact":
        return v.row(word)
    row = v.lookup(word)
    if row is None and resolve == "analysed":
        found = v.find(word)
        row = v.row(found.key) if found is not None and found.how == "analysed" else None
    return row


def spearman(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Spearman's ρ along the last axis, equal values sharing their mean rank; NaN where one side is constant."""
    from scipy.stats import rankdata

    ranks = [rankdata(side, axis=-1) for side in (a, b)]
    first, second = (rank - rank.mean(axis=-1, keepdims=True) for rank in ranks)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: npt.NDArray[np.float64] = (first * second).sum(-1) / np.sqrt((first**2).sum(-1) * (second**2).sum(-1))
    return result


def _similarity(v: Vectors, tests: SimilaritySet, resolve: str, samples: int, seed: int) -> Score:
    words = sorted({word for pair in tests.pairs for word in pair})
    usable = {word for word in words if _has_vector(v, word, resolve)}
    covered = [place for place, pair in enumerate(tests.pairs) if usable.issuperset(pair)]
    if len(covered) < 3:
        raise BadInput(
            f"{len(covered)} of the {len(tests.pairs)} pairs of {tests.name} have vectors for both words, too few to score; use a model with a larger vocabulary"
        )
    places = {word: place for place, word in enumerate(sorted(usable))}
    unit = v.unit_vectors(list(places))
    ends = np.array([[places[word] for word in tests.pairs[place]] for place in covered])
    cosine = np.einsum("ij,ij->i", unit[ends[:, 0]], unit[ends[:, 1]])
    human = np.array([tests.scores[place] for place in covered])
    value = float(spearman(cosine, human))
    if np.isnan(value):
        raise BadInput(f"all judgements or all similarities on {tests.name} are equal, so there is no rank correlation")
    draws = np.random.default_rng(seed).integers(0, len(covered), (samples, len(covered)))
    drawn = spearman(cosine[draws], human[draws])
    low, high = np.nanpercentile(drawn, INTERVAL) if np.any(np.isfinite(drawn)) else (value, value)
    details = {"distinct_pairs": len({frozenset(pair) for pair in tests.pairs}), "missing": sorted(set(words) - usable)}
    return Score(
        tests.name, "similarity", "spearman", value, float(low), float(high), len(covered), len(tests.pairs), details=details
    )


def _analogies(
    v: Vectors, tests: AnalogySet, method: str, resolve: str, samples: int, seed: int, progress: ProgressCallback | None
) -> Score:
    rows = {word: _row(v, word, resolve) for word in sorted({word for question in tests.questions for word in question.words})}
    covered: list[Question] = []
    asked: list[list[int]] = []
    for question in tests.questions:
        found = [rows[word] for word in question.words]
        if None not in found:
            covered.append(question)
            asked.append([row for row in found if row is not None])
    if not covered:
        raise BadInput(
            f"none of the {len(tests.questions):,} questions of {tests.name} has vectors for all its words; use a model with a larger vocabulary, or another tokenizer"
        )
    quads = np.array(asked, dtype=np.int64)
    best, best_included = _answer(v, quads[:, :3], method, progress)
    correct, included = best == quads[:, 3], best_included == quads[:, 3]
    distance = _distances(v, quads)
    impossible = np.any(quads[:, :3] == quads[:, 3:], axis=1)
    rng = np.random.default_rng(seed)
    sections: list[Section] = []
    right, weight = np.zeros(samples), np.zeros(samples)
    labels = np.array([question.section for question in covered])
    totals = {name: sum(question.section == name for question in tests.questions) for name in tests.sections}
    for name, total in totals.items():
        here = labels == name
        if not here.any():
            sections.append(Section(name, "accuracy", None, None, None, 0, total))
            continue
        drawn_right, drawn_weight = _draw_pairs(quads[here], correct[here], samples, rng)
        right += drawn_right
        weight += drawn_weight
        low, high = _bounds(drawn_right, drawn_weight)
        numbers = (
            int(here.sum()),
            total,
            int(impossible[here].sum()),
            float(included[here].mean()),
            float(distance[here].mean()),
        )
        sections.append(Section(name, "accuracy", float(correct[here].mean()), low, high, *numbers))
    low, high = _bounds(right, weight)
    details = {
        "impossible": int(impossible.sum()),
        "included": float(included.mean()),
        "distance": float(distance.mean()),
    }
    return Score(
        tests.name,
        "analogy",
        "accuracy",
        float(correct.mean()),
        low,
        high,
        len(covered),
        len(tests.questions),
        tuple(sections),
        method,
        details=details,
    )


def _draw_pairs(
    quads: npt.NDArray[np.int64], correct: npt.NDArray[np.bool_], samples: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Bootstrap over word pairs: a question counts as often as both its pairs were drawn (Owen 2007, the pigeonhole bootstrap)."""
    pairs, places = np.unique(np.vstack([quads[:, :2], quads[:, 2:]]), axis=0, return_inverse=True)
    places = places.reshape(2, -1)
    right, weight = np.empty(samples), np.empty(samples)
    for sample in range(samples):
        drawn = np.bincount(rng.integers(0, len(pairs), len(pairs)), minlength=len(pairs))
        weights = drawn[places[0]] * drawn[places[1]]
        right[sample] = weights[correct].sum()
        weight[sample] = weights.sum()
    return right, weight


def _bounds(right: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> tuple[float, float]:
    drawn = right[weight > 0] / weight[weight > 0]
    low, high = np.percentile(drawn, INTERVAL) if len(drawn) else (0.0, 1.0)
    return float(low), float(high)


def _distances(v: Vectors, quads: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    a, b, c, d = (v.vectors[quads[:, place]] * v.inverse[quads[:, place], None] for place in range(4))
    target = b - a + c
    lengths = np.linalg.norm(target, axis=1)
    cosine = np.divide(np.einsum("ij,ij->i", target, d), lengths, out=np.zeros(len(quads)), where=lengths > 0)
    result: npt.NDArray[np.float64] = 1 - cosine
    return result


def _answer(
    v: Vectors, questions: npt.NDArray[np.int64], method: str, progress: ProgressCallback | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The best row for each question (a, b, c), its own words barred, and the best with them allowed.

    The cosines of the set's few different words with a tile of rows are computed once and shared by all questions.
    """
    words, places = np.unique(questions, return_inverse=True)
    a, b, c = places.reshape(questions.shape).T
    unit = np.asarray(v.vectors[words] * v.inverse[words, None], dtype=np.float32)
    gram = unit @ unit.T
    count, n = len(questions), len(v)
    best = np.zeros((2, count), dtype=np.int64)
    value = np.full((2, count), -np.inf, dtype=np.float32)
    tile = max(256, min(n, _TILE_BYTES // (4 * len(words))))
    chunk = max(1, _TILE_BYTES // (4 * tile))
    for start in range(0, n, tile):
        part = slice(start, min(start + tile, n))
        cosine = cosines(v.vectors[part], unit, v.inverse[part])
        if method == "3cosmul":
            cosine += 1
            cosine /= 2
        for first in range(0, count, chunk):
            here = slice(first, first + chunk)
            scores = _scores(method, cosine, gram, a[here], b[here], c[here])
            at = np.arange(len(scores))
            _keep_best(scores, best[1, here], value[1, here], start)
            for side in range(3):
                inside = questions[here, side] - start
                barred = (inside >= 0) & (inside < scores.shape[1])
                scores[at[barred], inside[barred]] = -np.inf
            _keep_best(scores, best[0, here], value[0, here], start)
        report(progress, "answering analogies", part.stop, n, "words")
    return best[0], best[1]


def _keep_best(scores: Floats, best: npt.NDArray[np.int64], value: Floats, start: int) -> None:
    """Update the best row and score of each question in place."""
    at = scores.argmax(axis=1)
    found = scores[np.arange(len(scores)), at]
    better = found > value
    value[better] = found[better]
    best[better] = at[better] + start


def _scores(
    method: str, cosine: Floats, gram: Floats, a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], c: npt.NDArray[np.int64]
) -> Floats:
    """Scores of a tile of rows (questions × rows), from the cosines of the words with them."""
    scores = cosine[b]
    if method == "3cosmul":
        scores *= cosine[c]
        scores /= cosine[a] + np.float32(EPSILON)
        return scores
    scores -= cosine[a]
    if method == "3cosadd":
        scores += cosine[c]  # the length of b - a + c is the same for every row
        return scores
    # direction: cos(x - c, b - a), with |x - c|² = 2 - 2 x·c
    scores -= (gram[b, c] - gram[a, c])[:, None]
    length = np.sqrt(np.clip(2 - 2 * cosine[c], 0, None))
    result: Floats = np.divide(scores, length, out=np.zeros_like(scores), where=length > 1e-3)
    return result

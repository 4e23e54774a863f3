"""What a question about vectors is answered with: frozen records that know how to become plain data.

Every record has ``to_dict()`` (JSON-ready); the ones that are tables have ``to_frame()`` too. Nothing here computes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, overload

from explorer.display import words as sheets
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.text.tags import word_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Analogy",
    "Expected",
    "FormAnswer",
    "Neighbour",
    "Neighbours",
    "Parallelogram",
    "Resolution",
    "Similarities",
    "Step",
    "Term",
]


@dataclass(frozen=True, slots=True, repr=False)
class Resolution(Record):
    """What a typed word was taken for.

    Attributes:
        query: the word as it was typed.
        key: the key whose vector is used. For ``how`` = ``"composed"`` and ``"subword"`` there is no single such key:
            then it is the parts joined by `` + ``, or the cleaned word, and serves only to be shown.
        how: ``"exact"`` the key itself was typed · ``"form"`` the word is a key without its tag · ``"analysed"`` the
            word's stem is a key (먹었다 → 먹다/VV) · ``"composed"`` the mean of several keys' unit vectors ·
            ``"subword"`` built by the model from pieces smaller than its keys · ``"sense"`` a sense of a key was asked for
            (배#1 → 배/NNG#1; ``parts`` is the key, ``alternatives`` are its other senses).
        alternatives: other keys the word may stand for, likely ones first: other readings of the form (배/NNG, not 배/NNB),
            other stems it may be inflected from (지었다: 짓다/VV, not 지다/VV), for composed words those one letter away.
        parts: the keys a composed vector is the mean of; for the others the key itself, or nothing for ``"subword"``.
        sure: how far the reading is to be trusted, in [0, 1]: 1 for keys and forms, else the part of the analyses'
            probability that falls to it, halved for each part of one syllable in a composition.
        note: that the word was read in another spelling: ``"misspelling"``, ``"unit"`` (킬로미터 → km),
            ``"hanja"`` or ``"keyboard"`` (Hangul typed on Latin keys); else empty.

    >>> from explorer.vectors.vectors import Vectors
    >>> found = Vectors(["먹다/VV", "밥/NNG"], [[1, 0], [0, 1]]).resolve("먹었다")
    >>> isinstance(found, Resolution), found.key, found.word, found.how
    (True, '먹다/VV', '먹다', 'analysed')
    """

    query: str
    key: str
    how: str
    alternatives: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    sure: float = 1.0
    note: str = ""

    @property
    def word(self) -> str:
        """The key without its tag (for composed and sub-word vectors: what stands for it)."""
        if self.how == "sense":
            return word_of(self.parts[0]) + self.key.removeprefix(self.parts[0])
        return " + ".join(map(word_of, self.parts)) if self.how == "composed" else word_of(self.key)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"alternatives": list(self.alternatives), "parts": list(self.parts)}

    def to_frame(self) -> pd.DataFrame:
        """A table of one row."""
        import pandas as pd

        return pd.DataFrame([self.to_dict()])

    def sheet(self) -> Sheet:
        return sheets.resolution(self)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One answer: a key of the model and how well it fits.

    Attributes:
        word: the key without its tag.
        key: the key, e.g. ``"왕비/NNG"``.
        score: cosine in [-1, 1] (for 3CosMul: the quotient, ≥ 0; for LRCos: probability × cosine; for CSLS: see :mod:`explorer.vectors.hubs`).
        count: occurrences in the training corpus; ``None`` where the model does not know them.

    >>> Neighbour("왕비", "왕비/NNG", 0.71, 1234).to_dict()
    {'word': '왕비', 'key': '왕비/NNG', 'score': 0.71, 'count': 1234}
    """

    word: str
    key: str
    score: float
    count: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class _Ranked(Sequence[Neighbour], Record):
    """An immutable ranking that reads like a tuple of neighbours."""

    __slots__ = ()
    neighbours: tuple[Neighbour, ...]

    @overload
    def __getitem__(self, index: int) -> Neighbour: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Neighbour, ...]: ...
    def __getitem__(self, index: int | slice) -> Neighbour | tuple[Neighbour, ...]:
        return self.neighbours[index]

    def __len__(self) -> int:
        return len(self.neighbours)

    def __iter__(self) -> Iterator[Neighbour]:
        return iter(self.neighbours)

    @property
    def words(self) -> list[str]:
        """The words alone, best first."""
        return [neighbour.word for neighbour in self.neighbours]

    def to_frame(self) -> pd.DataFrame:
        """A table with the columns word, key, score, count."""
        import pandas as pd

        return pd.DataFrame([n.to_dict() for n in self.neighbours], columns=["word", "key", "score", "count"])


@dataclass(frozen=True, slots=True, repr=False)
class Neighbours(_Ranked):
    """The nearest keys of a word or a vector, best first; reads like a tuple of :class:`Neighbour`.

    Attributes:
        neighbours: the answers.
        resolution: what the word was taken for; ``None`` when the question was a vector.
        model: name of the model that answered.
        method: what they are ranked by: ``"cosine"``, ``"csls"`` or ``"mutual"``.
        left_out: words that would be among the answers but for their script.
    """

    neighbours: tuple[Neighbour, ...]
    resolution: Resolution | None = None
    model: str = ""
    method: str = "cosine"
    left_out: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "query": self.resolution.query if self.resolution else None,
            "method": self.method,
            "resolved": [self.resolution.to_dict()] if self.resolution else [],
            "left_out": list(self.left_out),
            "neighbours": [neighbour.to_dict() for neighbour in self.neighbours],
        }

    def sheet(self) -> Sheet:
        return sheets.neighbours(self)


@dataclass(frozen=True, slots=True, repr=False)
class Similarities(Record):
    """Cosines of several words with each other.

    Attributes:
        model: name of the model that answered.
        words: as they were asked.
        resolved: what each was taken for; ``None`` for a word without a vector.
        matrix: cosine of every pair, a row a word; ``None`` in the rows and columns of words without a vector.
    """

    model: str
    words: tuple[str, ...]
    resolved: tuple[Resolution | None, ...]
    matrix: tuple[tuple[float | None, ...], ...]

    @property
    def unknown(self) -> list[str]:
        """The words without a vector."""
        return [word for word, one in zip(self.words, self.resolved, strict=True) if one is None]

    @property
    def odd(self) -> str | None:
        """The word that clearly belongs to no other: even its nearest word is less than half as near as the others' are (median).

        ``None`` where no word stands out, as in a list of several groups, and for fewer than three words.
        """
        nearest = {
            word: max(value for other, value in enumerate(row) if other != place and value is not None)
            for place, (word, row) in enumerate(zip(self.words, self.matrix, strict=True))
            if self.resolved[place] is not None and len(self.words) - len(self.unknown) > 2
        }
        if not nearest:
            return None
        odd = min(nearest, key=nearest.__getitem__)
        others = sorted(value for word, value in nearest.items() if word != odd)
        return odd if nearest[odd] < others[len(others) // 2] / 2 else None

    def ordered(self) -> Similarities:
        """The same with like words beside each other: average linkage of 1 − cosine, its leaves turned so that neighbours are as
        near as the tree allows (Bar-Joseph, Gifford & Jaakkola 2001, "Fast optimal leaf ordering for hierarchical clustering",
        Bioinformatics 17). Words without a vector come last.

        >>> near = ((1.0, 0.1, 0.9), (0.1, 1.0, 0.2), (0.9, 0.2, 1.0))
        >>> words = ("사과", "버스", "배")
        >>> Similarities("", words, tuple(Resolution(word, word, "exact") for word in words), near).ordered().words
        ('사과', '배', '버스')
        """
        import numpy as np
        from scipy.cluster.hierarchy import leaves_list, linkage
        from scipy.spatial.distance import squareform

        known = [place for place, one in enumerate(self.resolved) if one is not None]
        if len(known) > 2:
            cosines = np.array([[self.matrix[row][column] for column in known] for row in known], dtype=np.float64)
            distances = squareform(np.clip(1 - cosines, 0, None), checks=False)
            leaves = leaves_list(linkage(distances, "average", optimal_ordering=True)).tolist()
            # A tree may be read from either end: the one that begins nearer to the word typed first.
            turned = leaves if leaves.index(0) < len(leaves) / 2 else leaves[::-1]
            known = [known[leaf] for leaf in turned]
        order = [*known, *(place for place, one in enumerate(self.resolved) if one is None)]
        return Similarities(
            self.model,
            tuple(self.words[place] for place in order),
            tuple(self.resolved[place] for place in order),
            tuple(tuple(self.matrix[row][column] for column in order) for row in order),
        )

    def to_dict(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "model": self.model,
            "words": list(self.words),
            "resolved": [one and one.to_dict() for one in self.resolved],
        }
        if len(self.words) == 2:
            data["similarity"] = self.matrix[0][1]
        return data | {"matrix": [list(row) for row in self.matrix]}

    def to_frame(self) -> pd.DataFrame:
        """The matrix as a table: a row a word, what it was taken for, and its cosine with every word."""
        import pandas as pd

        head = {"word": self.words, "key": [one.key if one else None for one in self.resolved]}
        columns = zip(self.words, zip(*self.matrix, strict=True), strict=True)
        return pd.DataFrame(head | {word: pd.Series(column, dtype=float) for word, column in columns})

    def sheet(self) -> Sheet:
        return sheets.similarities(self)


@dataclass(frozen=True, slots=True)
class Term:
    """One signed, weighted word of an expression.

    Attributes:
        word: the word, NFC, without quotes.
        weight: its factor; negative after a minus.
        start, end: where the word (its quotes included) stands in the expression, in code points.
    """

    word: str
    weight: float
    start: int
    end: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Expected:
    """Where the answer one expects stands among all answers.

    Attributes:
        word: as it was typed.
        key: what it was taken for; ``None`` for a word without a vector.
        rank: its place, 1 is the first; ``None`` where it cannot be an answer: it is no key, a word of the question, or in another
            script than was asked for.
        score: its score, where it has a rank.
    """

    word: str
    key: str | None = None
    rank: int | None = None
    score: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """The answer to an analogy of inflected words, as a form.

    Attributes:
        kind: ``"change"``, where two of the words are forms of one stem: grammar answers, not the vectors; ``"ending"``, where all
            three have one ending: the vectors' answers with that ending.
        change: what the grammar does (``"+ 었"``, ``"다 → 는"``), or the ending.
        words: the one form, or the form of each answer (empty where it takes none).
    """

    kind: str
    change: str
    words: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"words": list(self.words)}


@dataclass(frozen=True, slots=True)
class Step:
    """A step from one word to another beside the example's step.

    Attributes:
        start, end: the words; of several examples the words joined by `` · ``, of which the mean is taken.
        length: of the step, between unit vectors.
        angle: between it and the example's step, in degrees, 0 to 180.
        gap: distance of its end from where the analogy points.
        inside: share of its length in the plane of the question, 0 to 1.
        x, y: where its end is drawn (:class:`explorer.vectors.plane.Plane`).
    """

    start: str
    end: str
    length: float
    angle: float
    gap: float
    inside: float
    x: float
    y: float


@dataclass(frozen=True, slots=True, repr=False)
class Parallelogram(Record):
    """A question a − b + c as a picture: the step from b to c, and the steps from a to the answers.

    Attributes:
        model: name of the model.
        origin, start, end: the words b, c and a (of several examples joined by `` · ``) with their x and y.
        target: x and y of a − b + c.
        steps: the example's step, then that to each answer.
    """

    model: str
    origin: tuple[str, float, float]
    start: tuple[str, float, float]
    end: tuple[str, float, float]
    target: tuple[float, float]
    steps: tuple[Step, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"steps": [asdict(step) for step in self.steps]}

    def to_frame(self) -> pd.DataFrame:
        """A row a step."""
        import pandas as pd

        return pd.DataFrame([asdict(step) for step in self.steps])

    def sheet(self) -> Sheet:
        return sheets.parallelogram(self)


@dataclass(frozen=True, slots=True, repr=False)
class Analogy(_Ranked):
    """The answer to an expression such as ``왕 − 남자 + 여자``; reads like a tuple of :class:`Neighbour`, best first.

    Attributes:
        expression: as it was typed.
        method: ``"3cosadd"``, ``"3cosmul"``, ``"direction"``, ``"3cosavg"`` or ``"lrcos"``.
        terms: the parsed words with their weights and places.
        resolved: what each term's word was taken for, in the same order.
        neighbours: the answers.
        excluded: whether the words of the expression were barred from the answers.
        model: name of the model that answered.
        expected: where the expected answer stands; ``None`` where none was named.
        left_out: words that would be among the answers but for their script.
        form: the answer as an inflected form, where the words of the expression are inflected.
        drawing: its parallelogram with the first answers; ``None`` where it has none (:meth:`Vectors.parallelogram` says why).

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["왕", "여왕", "남자", "여자"], [[1, 0, 1], [1, 1, 1], [0, 0, 1], [0, 1, 1]])
    >>> found = v.analogy("왕 − 남자 + 여자", n=1)
    >>> isinstance(found, Analogy), found.words, found.method
    (True, ['여왕'], '3cosadd')
    """

    expression: str
    method: str
    terms: tuple[Term, ...]
    resolved: tuple[Resolution, ...]
    neighbours: tuple[Neighbour, ...]
    excluded: bool = True
    model: str = ""
    expected: Expected | None = None
    left_out: tuple[str, ...] = ()
    form: FormAnswer | None = None
    drawing: Parallelogram | None = field(default=None, compare=False)

    def to_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "query": self.expression,
            "method": self.method,
            "excluded": self.excluded,
            "expected": self.expected and self.expected.to_dict(),
            "left_out": list(self.left_out),
            "form": self.form and self.form.to_dict(),
            "terms": [term.to_dict() for term in self.terms],
            "resolved": [resolution.to_dict() for resolution in self.resolved],
            "neighbours": [neighbour.to_dict() for neighbour in self.neighbours],
        }

    def sheet(self) -> Sheet:
        return sheets.analogy(self)

"""Why two words are near: what a model says, what their spelling shares, and what a corpus says of them.

Two words can be near because they stand beside each other (의사 and 병원: first order) or because they stand in like places
(의사 and 간호사: second order); the model does not tell which, the counts of a corpus do (Schütze & Pedersen 1993, "A Vector Model for
Syntagmatic and Paradigmatic Relatedness").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback
from explorer.display.record import Record
from explorer.text.letters import SharedLetters, shared_letters
from explorer.text.patterns import FAMILIES, PairLine
from explorer.text.tags import FUNCTION, PREDICATES, base_tag, tag_of, word_of
from explorer.vectors.axes import Poles
from explorer.vectors.checks import check_n
from explorer.vectors.evidence import Contexts, Evidence, shipped_evidence
from explorer.vectors.expression import clean_word
from explorer.vectors.named import place
from explorer.vectors.records import Resolution
from explorer.vectors.search import cosines, top_k
from explorer.vectors.verdict import Verdict, judge

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Alone", "Both", "Joined", "Near", "Source", "Standing", "Why", "Words", "why"]

NEIGHBOURS = 100
"""How many neighbours of each word are compared."""

_AFFIXED = frozenset(["님", "들"])
"""What makes no other word of a noun."""


class Source(Protocol):
    """A corpus that can be asked about two words, as ``corpora.open_corpus`` gives it."""

    def evidence(self, *, progress: ProgressCallback | None = None) -> Evidence: ...

    def lines_of_both(
        self, a: Sequence[str], b: Sequence[str], n: int = 10, *, progress: ProgressCallback | None = None
    ) -> Sequence[PairLine]: ...


class Words(Poles, Protocol):
    """Vectors of words, as far as this needs them: :class:`~explorer.vectors.vectors.Vectors`."""

    def __len__(self) -> int: ...
    def same_words(self, resolution: Resolution) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Where two words stand in each other's lists of neighbours, exactly.

    Attributes:
        similarity: their cosine.
        b_of_a: the rank of B among the neighbours of A, from 1; ``None`` where B is another reading of A.
        a_of_b: the rank of A among the neighbours of B.
        among: how many keys are ranked.
    """

    similarity: float
    b_of_a: int | None
    a_of_b: int | None
    among: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Near:
    """A neighbour that both words have, with its cosine to each."""

    word: str
    key: str
    to_a: float
    to_b: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Both:
    """A context that both words share: at how many places it stands near each, and the information of each pair in bits."""

    word: str
    key: str
    count_a: int
    bits_a: float
    count_b: int
    bits_b: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Alone:
    """A context of one word that is none of the other."""

    word: str
    key: str
    count: int
    bits: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Joined:
    """How often the patterns of a family join A and B in this order, and in the other."""

    family: str
    ab: int
    ba: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class Why(Record):
    """Why two words are near.

    Attributes:
        model: name of the model.
        a, b: what each word was taken for.
        standing: their cosine, and their ranks in each other's lists.
        neighbours: neighbours both share among the :data:`NEIGHBOURS` nearest of each, those nearest to both first.
        letters: what they share in writing.
        morphemes: content morphemes they share.
        corpus: what was counted.
        keys: what was counted for each word; ``None`` for a word the corpus has not, or too seldom.
        counts: how often each occurs there.
        together: at how many places the two stand near each other; ``None`` where that is too seldom to be kept.
        expected: at how many they would if nothing tied them; ``None`` where a word is not counted.
        first_order: pointwise mutual information of the two in bits; ``None`` where ``together`` is.
        second_order: cosine of the information that they have with their contexts, in [0, 1]; ``None`` as ``expected``.
        shared: contexts of both, the strongest of the weaker side first.
        only_a, only_b: contexts that only one of them has.
        patterns: how often each family of patterns joins them.
        verdict: related, similar or opposite, as far as the corpus tells.
        lines: lines that show it, where a corpus to read was given.
    """

    model: str
    a: Resolution
    b: Resolution
    standing: Standing
    neighbours: tuple[Near, ...]
    letters: SharedLetters
    morphemes: tuple[str, ...]
    corpus: str
    keys: tuple[str | None, str | None]
    counts: tuple[int, int]
    together: int | None
    expected: float | None
    first_order: float | None
    second_order: float | None
    shared: tuple[Both, ...]
    only_a: tuple[Alone, ...]
    only_b: tuple[Alone, ...]
    patterns: tuple[Joined, ...]
    verdict: Verdict
    lines: tuple[PairLine, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, tuple):
                made[name] = [one.to_dict() if hasattr(one, "to_dict") else one for one in value]
            else:
                made[name] = value.to_dict() if hasattr(value, "to_dict") else value
        return made

    def to_frame(self, part: str = "contexts") -> pd.DataFrame:
        """One part of the answer as a table.

        Args:
            part: ``"contexts"`` (``of`` says whose they are: both, a, b), ``"patterns"``, ``"lines"``, ``"neighbours"``,
                ``"standing"``, ``"writing"`` or ``"verdict"``.

        Raises:
            BadInput: there is no such part.
        """
        import pandas as pd

        if part not in _PARTS:
            raise BadInput("vectors.why_no_part", part=part, parts=", ".join(_PARTS))
        return pd.DataFrame(_PARTS[part](self))


def _contexts(found: Why) -> dict[str, list[Any]]:
    rows: list[tuple[Any, ...]] = [("both", *one.to_dict().values()) for one in found.shared]
    rows += [("a", one.word, one.key, one.count, one.bits, 0, 0.0) for one in found.only_a]
    rows += [("b", one.word, one.key, 0, 0.0, one.count, one.bits) for one in found.only_b]
    columns = ("of", "word", "key", "count_a", "bits_a", "count_b", "bits_b")
    return {name: [row[place] for row in rows] for place, name in enumerate(columns)}


def _records(of: Callable[[Why], Sequence[Any]], record: type[Any]) -> Callable[[Why], Any]:
    names = [name for name in record.__slots__ if name not in ("a", "b")]
    return lambda found: {name: [getattr(one, name) for one in of(found)] for name in names}


def _verdict(found: Why) -> dict[str, list[Any]]:
    numbers = {"together": found.together, "expected": found.expected, "bits": found.first_order, "like": found.second_order}
    return {name: [value] for name, value in {"verdict": found.verdict.label, "corpus": found.corpus, **numbers}.items()}


def _writing(found: Why) -> dict[str, list[Any]]:
    return {name: [value] for name, value in found.letters.to_dict().items()} | {"morphemes": [" ".join(found.morphemes)]}


_PARTS: dict[str, Callable[[Why], Any]] = {
    "verdict": _verdict,
    "standing": lambda found: {name: [value] for name, value in found.standing.to_dict().items()},
    "contexts": _contexts,
    "patterns": _records(lambda found: found.patterns, Joined),
    "lines": _records(lambda found: found.lines, PairLine),
    "neighbours": _records(lambda found: found.neighbours, Near),
    "writing": _writing,
}


def why(
    self: Words,
    a: str,
    b: str,
    corpus: Evidence | Source | None = None,
    *,
    n: int = 10,
    lines: Source | None = None,
    progress: ProgressCallback | None = None,
) -> Why:
    """Why two words are near, or are not.

    Args:
        a, b: any words :meth:`resolve` accepts.
        corpus: what is counted: a corpus as ``corpora.open_corpus`` gives it (counted on first use, then kept), or counts already
            made (:func:`explorer.static.evidence.count_evidence`); by default those of all texts of the default model, which ship.
        n: contexts, neighbours and lines of each kind, at most.
        lines: the corpus whose lines are shown; by default ``corpus`` where it is one. The counts that ship come without texts.
        progress: told how far counting and reading are.

    Raises:
        OutOfVocabulary: a word has no vector.
        BadInput: the two are the same word.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["강아지/NNG", "고양이/NNG"], [[1, 0.2], [0.9, 0.4]])
    >>> found = v.why("강아지", "고양이")
    >>> found.verdict.label, found.standing.b_of_a, found.patterns[0].family
    ('similar', 1, 'and')
    """
    check_n(n)
    first, second = self.resolve(a), self.resolve(b)
    if first.key == second.key:
        raise BadInput("vectors.same_word_twice", a=a, b=b, key=first.key)
    given = corpus if corpus is None or isinstance(corpus, Evidence) else corpus.evidence(progress=progress)
    known = shipped_evidence() if given is None else given
    reader = lines if lines is not None or isinstance(corpus, Evidence) else corpus
    standing, neighbours = _standing(self, first, second, n)
    rows = known.row(_counted(first)), known.row(_counted(second))
    said = _said(known, (first, second), *rows, n)
    keys = [None if row is None else known.keys[row] for row in rows]
    shown: Sequence[PairLine] = ()
    if reader is not None:
        shown = reader.lines_of_both(_looked_for(first, keys[0]), _looked_for(second, keys[1]), n, progress=progress)
    return Why(
        self.name,
        first,
        second,
        standing,
        neighbours,
        shared_letters(first.word, second.word),
        _morphemes(first, second),
        known.name,
        (keys[0], keys[1]),
        (_count(known, rows[0]), _count(known, rows[1])),
        **said,
        lines=tuple(shown),
    )


def _counted(found: Resolution) -> tuple[str, ...]:
    """Keys to look for among the counts: the word's own, that of 선생 for 선생님. Parts of other compounds are other words."""
    parts = tuple(part for part in found.parts if word_of(part) not in _AFFIXED) or found.parts
    return parts if len(parts) == 1 else (found.key,)


def _looked_for(found: Resolution, key: str | None) -> list[str]:
    return list(dict.fromkeys([*([key] if key else []), *_counted(found)]))


def _is_predicate(found: Resolution) -> bool:
    """Whether a word is a verb or an adjective: also one whose key is only its root, as 쓸쓸/XR for 쓸쓸하다."""
    if base_tag(tag_of(found.key)) in PREDICATES:
        return True
    return clean_word(found.query).endswith("다") and not found.word.endswith("다")


def _count(known: Evidence, row: int | None) -> int:
    return 0 if row is None else int(known.counts[row])


def _standing(v: Words, a: Resolution, b: Resolution, n: int) -> tuple[Standing, tuple[Near, ...]]:
    """Exact ranks by counting all keys that are nearer; then the neighbours that both lists have."""
    unit = v.unit_vectors([a.query, b.query])
    cosine = float(np.clip(unit[0] @ unit[1], -1, 1))
    scores = cosines(v.vectors, unit, v.inverse)
    own = v.same_words(a), v.same_words(b)
    ranks = []
    for side, other in ((0, b), (1, a)):
        reading = other.how != "sense" and len(other.parts) == 1 and v.rows(other)[0] in own[side]
        ranks.append(None if reading else place(v, scores[side], other, cosine, own[side]))
        scores[side, own[side]] = -np.inf
    best = [top_k(scores[side], NEIGHBOURS)[0] for side in (0, 1)]
    barred = {*own[0], *own[1]}
    both = [row for row in np.intersect1d(best[0], best[1]).tolist() if row not in barred]
    both.sort(key=lambda row: (-float(scores[:, row].min()), row))
    near = tuple(Near(word_of(v.keys[row]), v.keys[row], float(scores[0, row]), float(scores[1, row])) for row in both[:n])
    return Standing(cosine, ranks[0], ranks[1], len(v)), near


def _morphemes(a: Resolution, b: Resolution) -> tuple[str, ...]:
    """Content morphemes that Kiwi finds in both words."""
    from explorer.tokenizers.loading import tokenizer
    from explorer.tokenizers.token import key_of

    kiwi = tokenizer("kiwi")
    first, second = (
        [key_of(token) for token in kiwi.tokenize(one.word) if not base_tag(token.tag).startswith(FUNCTION)] for one in (a, b)
    )
    return tuple(key for key in dict.fromkeys(first) if key in second)


def _said(known: Evidence, found: tuple[Resolution, Resolution], a: int | None, b: int | None, n: int) -> dict[str, Any]:
    """What the counts say of two of their rows."""
    words = found[0].word, found[1].word
    predicates = _is_predicate(found[0]), _is_predicate(found[1])
    if a is None or b is None or a == b:
        nothing: dict[str, Any] = dict.fromkeys(("together", "expected", "first_order", "second_order"))
        return nothing | {
            "shared": (),
            "only_a": (),
            "only_b": (),
            "patterns": (),
            "verdict": judge(known, words, (a, b), predicates, None),
        }
    together, expected = known.together(a, b), known.expected(a, b)
    around = known.contexts(a), known.contexts(b)
    second_order, shared, only_a, only_b = _compare(known, around, (a, b), n)
    there, back = known.patterns(a, b), known.patterns(b, a)
    patterns = tuple(Joined(name, there.get(name, 0), back.get(name, 0)) for name in FAMILIES if name in there or name in back)
    return {
        "together": together,
        "expected": expected,
        "first_order": float(np.log2(together / expected)) if together and expected else None,
        "second_order": second_order,
        "shared": shared,
        "only_a": only_a,
        "only_b": only_b,
        "patterns": patterns,
        "verdict": judge(known, words, (a, b), predicates, second_order),
    }


def _compare(
    known: Evidence, around: tuple[Contexts, Contexts], own: tuple[int, int], n: int
) -> tuple[float, tuple[Both, ...], tuple[Alone, ...], tuple[Alone, ...]]:
    """Cosine of the two rows of information, and the strongest contexts of both and of each alone."""
    lengths = [float(np.linalg.norm(one.bits)) for one in around]
    _, at, to = np.intersect1d(around[0].rows, around[1].rows, return_indices=True)
    dot = float(around[0].bits[at] @ around[1].bits[to])
    cosine = dot / (lengths[0] * lengths[1]) if all(lengths) else 0.0
    order = np.argsort(-np.minimum(around[0].bits[at], around[1].bits[to]), kind="stable")
    shared = tuple(
        Both(
            word_of(key := known.keys[around[0].rows[i]]),
            key,
            int(around[0].counts[i]),
            float(around[0].bits[i]),
            int(around[1].counts[j]),
            float(around[1].bits[j]),
        )
        for i, j in zip(at[order][:n].tolist(), to[order][:n].tolist(), strict=True)
    )
    return cosine, shared, _alone(known, around[0], around[1], own, n), _alone(known, around[1], around[0], own, n)


def _alone(known: Evidence, mine: Contexts, other: Contexts, own: tuple[int, int], n: int) -> tuple[Alone, ...]:
    kept = np.flatnonzero(~np.isin(mine.rows, other.rows) & ~np.isin(mine.rows, own))[:n].tolist()
    return tuple(
        Alone(word_of(key := known.keys[mine.rows[place]]), key, int(mine.counts[place]), float(mine.bits[place]))
        for place in kept
    )

"""Vectors: keys with a matrix, and everything one asks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.vectors.analogy import check_method, solve
from explorer.vectors.buckets import Buckets
from explorer.vectors.checks import check_n
from explorer.vectors.expression import parse
from explorer.vectors.hubs import csls, mutual
from explorer.vectors.keyed import Keyed
from explorer.vectors.records import Analogy, Neighbours, Term
from explorer.vectors.resolve import Composer
from explorer.vectors.search import Floats, Ints, nearest
from explorer.vectors.subwords import Subwords

if TYPE_CHECKING:
    from explorer.vectors.axes import Axis

__all__ = ["SIMILAR", "Vectors"]

SIMILAR = ("cosine", "csls", "mutual")
"""Ways to rank neighbours, the default first (:mod:`explorer.vectors.hubs`)."""


class Vectors(Keyed):
    """Keys and their vectors, with where they came from. Immutable; every method may be called from any thread.

    Args:
        keys: n different, non-empty strings: ``form/TAG`` from morphological tokenizers, else the piece itself.
        vectors: n × d numbers; float32 arrays are used as they are (memory-mapped ones are not read), others converted.
        counts: occurrences of each key in the training corpus, if known.
        info: provenance: model, tokenizer, corpus, params, seed, versions, history. ``warnings`` is added to it where the
            data ask for one (rows of zeros).
        composer: gives a vector for words outside the keys, or ``None`` (sub-word models).
        analyser: a morphological analyser for words that are no keys; by default the keys' own tokenizer, or else Kiwi.
        check: look at every number now. Off for files that were checked when they were written; a NaN is then found when
            the row is first used.

    Raises:
        BadInput: no keys, duplicate keys, shapes that do not fit, NaN or infinite numbers.

    >>> v = Vectors(["왕/NNG", "여왕/NNG", "사과/NNG"], [[1, 0], [0.8, 0.6], [0, 1]])
    >>> v.similar("왕", n=1)[0].word, round(v.similarity("왕", "여왕"), 2)
    ('여왕', 0.8)
    """

    def similarity(self, a: str, b: str) -> float:
        """Cosine of two words, in [-1, 1]."""
        first, second = self.unit_vectors([a, b])
        return float(np.clip(first @ second, -1, 1))

    def matrix(self, words: Sequence[str]) -> Floats:
        """Cosines between all pairs of words: k × k float32, 1 on the diagonal."""
        unit = self.unit_vectors(list(words))
        result = np.clip(unit @ unit.T, -1, 1)
        result = (result + result.T) / 2
        np.fill_diagonal(result, 1)
        return np.asarray(result, dtype=np.float32)

    def similar(
        self, word: str, n: int = 10, *, tags: str | Iterable[str] | None = None, min_count: int = 0, method: str = "cosine"
    ) -> Neighbours:
        """The keys nearest to a word, by cosine; the word itself (and the parts it was composed of) left out.

        Args:
            word: any word :meth:`resolve` accepts.
            n: how many.
            tags: keep only keys with these part-of-speech tags (``"NNG"`` or ``["NNG", "NNP"]``).
            min_count: keep only keys seen at least this often.
            method: ``"cosine"``; ``"csls"``, which holds it against a key to be near to everything (scores in [-4, 4], of use
                only beside each other); ``"mutual"``, only keys that would name this word too, so perhaps fewer than n.
        """
        return self.similar_many([word], n, tags=tags, min_count=min_count, method=method)[0]

    def similar_many(
        self,
        words: Sequence[str],
        n: int = 10,
        *,
        tags: str | Iterable[str] | None = None,
        min_count: int = 0,
        method: str = "cosine",
    ) -> list[Neighbours]:
        """:meth:`similar` for several words in one pass over the matrix."""
        check_n(n)
        if method not in SIMILAR:
            raise BadInput("vectors.unknown_ranking", method=method, allowed=", ".join(SIMILAR))
        mask = self.mask(tags, min_count)
        resolutions = [self.resolve(word) for word in words]
        if not resolutions:
            return []
        exclude = [self.rows(resolution) for resolution in resolutions]
        unit = self.unit_vectors(list(words))
        if method == "csls":
            found = csls(self._vectors, unit, n, self.inverse, exclude, mask, means=self._local_means)
        else:
            found = (mutual if method == "mutual" else nearest)(self._vectors, unit, n, self.inverse, exclude, mask)
        return [
            Neighbours(self._neighbours(*answer), resolution, self.name, method)
            for answer, resolution in zip(found, resolutions, strict=True)
        ]

    def similar_by_vector(self, vector: Any, n: int = 10, exclude: Iterable[str] = ()) -> Neighbours:
        """The keys nearest to any vector of d numbers; ``exclude`` names words to leave out."""
        check_n(n)
        query = np.asarray(vector, dtype=np.float32)
        if query.shape != (self.dim,) or not np.all(np.isfinite(query)):
            raise BadInput("vectors.query_bad_shape", dim=self.dim, shape=query.shape)
        barred = [row for word in exclude for row in self.rows(self.resolve(word))]
        [answer] = nearest(self._vectors, query[None], n, self.inverse, [barred])
        return Neighbours(self._neighbours(*answer), None, self.name)

    def analogy(self, expression: str | Sequence[Term], method: str = "3cosadd", n: int = 10, exclude: bool = True) -> Analogy:
        """The keys that answer an expression such as ``왕 − 남자 + 여자``.

        Args:
            expression: see :func:`explorer.vectors.expression.parse`; or terms already parsed.
            method: ``"3cosadd"``, ``"3cosmul"`` or ``"direction"`` (start − origin + end: the way from the subtracted word to
                the second added one, set out from the first).
            n: how many answers.
            exclude: bar every reading of the expression's words from the answers, as is usual. With ``False`` the nearest
                answer is often a word of the question; Linzen (2016) explains why that is worth seeing.

        Raises:
            ExpressionError: the expression is malformed; it knows the place.
            OutOfVocabulary: a word has no vector.
            BadInput: an unknown method, or words that cancel each other out.
        """
        check_n(n)
        check_method(method)
        terms = parse(expression) if isinstance(expression, str) else tuple(expression)
        if not terms:
            raise BadInput("vectors.expression_without_words")
        written = expression if isinstance(expression, str) else " ".join(f"{term.weight:+g}*{term.word}" for term in terms)
        resolved = tuple(self.resolve(term.word) for term in terms)
        unit = self.unit_vectors([term.word for term in terms])
        weights = np.array([term.weight for term in terms], dtype=np.float32)
        barred = sorted({row for r in resolved for row in self._same_words(r)}) if exclude else []
        [answer] = solve(self._vectors, unit, weights, n, method, self.inverse, [barred])
        return Analogy(written, method, terms, resolved, self._neighbours(*answer), exclude, self.name)

    def odd_one_out(self, words: Sequence[str]) -> str:
        """The word least like the others: the lowest mean cosine with them. Needs three words or more."""
        if len(words) < 3:
            raise BadInput("vectors.too_few_words", count=len(words))
        cosine = self.matrix(words)
        return words[int(cosine.sum(axis=1).argmin())]

    def axis(
        self, low: str | Sequence[str], high: str | Sequence[str], words: Sequence[str] | None = None, **options: Any
    ) -> Axis:
        """Where words lie between two poles, e.g. 남자 and 여자; see :func:`explorer.vectors.axes.axis`."""
        from explorer.vectors.axes import axis

        return axis(self, low, high, words, **options)

    def save(self, name_or_path: str | Path, overwrite: bool = False) -> Path:
        """Save as an artifact: under a name in the home folder, or in the folder a path names. Returns the folder."""
        from explorer.vectors.files.storage import save

        return save(self, name_or_path, overwrite)

    def derive(
        self, vectors: Any, step: Mapping[str, Any], rows: Ints | None = None, move: Callable[[Floats], Floats] | None = None
    ) -> Vectors:
        """New vectors made from these, with one more step in ``info["history"]``.

        Args:
            vectors: the new matrix, a row for each key kept.
            step: what was done, as plain data: ``{"step": "centre", …}``.
            rows: the rows kept; all by default.
            move: the same change for one vector, so that sub-word vectors follow; without it they are given up.
        """
        keys = self._keys if rows is None else [self._keys[row] for row in rows.tolist()]
        counts = self._counts if rows is None or self._counts is None else self._counts[rows]
        kept = {name: value for name, value in self._info.items() if name not in ("warnings", "name")}
        composer = None if move is None else self._moved(move)
        info = {**kept, "history": [*kept.get("history", ()), dict(step)]}
        return Vectors(keys, vectors, counts, info, composer=composer, analyser=self._given_analyser)

    def _moved(self, move: Callable[[Floats], Floats]) -> Composer | None:
        """The composer with a change made to what it composes."""
        compose = self._composer
        if compose is None:
            return None
        if isinstance(compose, Subwords | Buckets) and (whole := compose.then(move)) is not None:
            return whole

        def moved(word: str) -> Floats | None:
            made = compose(word)
            return None if made is None else move(made)

        return moved

"""Vectors: keys with a matrix, and everything one asks of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.core.foreign import refusing
from explorer.core.messages import Note
from explorer.text.scripts import in_script
from explorer.text.tags import base_tag, tag_of, word_of
from explorer.vectors import named, questions, reasons, sif
from explorer.vectors.axes import place_words
from explorer.vectors.buckets import Buckets
from explorer.vectors.bytes import ByteMatrix
from explorer.vectors.checks import as_counts, as_index, as_matrix, as_word, as_words, check_n
from explorer.vectors.composition import compose
from explorer.vectors.expression import clean_word
from explorer.vectors.files.folder import save
from explorer.vectors.filters import Filters
from explorer.vectors.foreign import NAMES
from explorer.vectors.hubs import csls, local_means, mutual
from explorer.vectors.records import Neighbour, Neighbours, Resolution, Similarities
from explorer.vectors.relations import Relation
from explorer.vectors.resolve import Composer, Resolver
from explorer.vectors.search import Floats, Ints, inverse_norms, nearest, unit_rows
from explorer.vectors.senses import Sense, SenseTable, as_senses
from explorer.vectors.subwords import Subwords
from explorer.vectors.typed import Analyser

__all__ = ["SIMILAR", "Vectors"]

SIMILAR = ("cosine", "csls", "mutual")
"""Ways to rank neighbours, the default first (:mod:`explorer.vectors.hubs`)."""

_CACHED_WORDS = 10_000


class Vectors:
    """Keys and their vectors, with where they came from. Immutable; every method may be called from any thread.

    Args:
        keys: n different, non-empty strings: ``form/TAG`` from morphological tokenizers, else the piece itself.
        vectors: n × d numbers; float32 arrays are used as they are (memory-mapped ones are not read), others converted; a
            :class:`~explorer.vectors.bytes.ByteMatrix` is decoded when it is first needed.
        counts: occurrences of each key in the training corpus, if known.
        info: provenance: model, tokenizer, corpus, params, seed, versions, history. ``warnings`` is added to it where the
            data ask for one (rows of zeros).
        composer: gives a vector for words outside the keys, or ``None`` (sub-word models).
        analyser: a morphological analyser for words that are no keys; by default the keys' own tokenizer, or else Kiwi.
        check: look at every number now. Off for files that were checked when they were written; a NaN is then found when
            the row is first used.
        senses: vectors for the senses of some words (:mod:`explorer.vectors.senses`).

    Raises:
        BadInput: no keys, duplicate keys, shapes that do not fit, NaN or infinite numbers.

    >>> v = Vectors(["왕/NNG", "여왕/NNG", "사과/NNG"], [[1, 0], [0.8, 0.6], [0, 1]])
    >>> v.similar("왕", n=1)[0].word, round(v.similarity("왕", "여왕"), 2)
    ('여왕', 0.8)
    """

    def __init__(
        self,
        keys: Iterable[str],
        vectors: Any,
        counts: Any = None,
        info: Mapping[str, Any] | None = None,
        *,
        composer: Composer | None = None,
        analyser: Analyser | None = None,
        check: bool = True,
        senses: SenseTable | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._keys = tuple(keys)
        self._matrix = vectors if isinstance(vectors, ByteMatrix) else as_matrix(vectors)
        self._index = as_index(self._keys)
        if len(self._keys) != len(self._matrix):
            raise BadInput("vectors.keys_vectors_differ", keys=len(self._keys), count=len(self._matrix))
        self._counts = as_counts(counts, len(self._keys))
        self._info = dict(info or {})
        self._composer = composer
        self._senses = as_senses(senses, self._index, self.dim)
        self._given_analyser = analyser
        self._inverse: Floats | None = None
        self._unit: Floats | None = None
        self._filters = Filters(self._keys, self._counts)
        self._resolver: Resolver | None = None
        self._local: dict[int, float] = {}
        self._resolved: dict[str, tuple[Resolution, npt.NDArray[np.float32] | None]] = {}
        if isinstance(self._matrix, ByteMatrix):
            self._note_zero_rows(np.flatnonzero(self._matrix.scales == 0))
        elif check:
            self._note_zero_rows(np.flatnonzero(self.inverse == 0))

    # What it holds

    @property
    def keys(self) -> tuple[str, ...]:
        """The n keys, in row order."""
        return self._keys

    @property
    def index_to_key(self) -> tuple[str, ...]:
        """:attr:`keys` by gensim's name."""
        return self._keys

    @property
    def key_to_index(self) -> Mapping[str, int]:
        """The row of every key, by gensim's name; a mapping that cannot be changed."""
        return MappingProxyType(self._index)

    @property
    def vectors(self) -> Floats:
        """The n × d float32 matrix as the model made it; read-only, possibly memory-mapped."""
        with self._lock:
            if isinstance(self._matrix, ByteMatrix):
                self._matrix = self._matrix.decode()
            return self._matrix

    @property
    def counts(self) -> Ints | None:
        """Occurrences of each key in the training corpus (n int64), or ``None``."""
        return self._counts

    @property
    def info(self) -> Mapping[str, Any]:
        """Where the vectors came from and what was done to them."""
        return MappingProxyType(self._info)

    @property
    def composer(self) -> Composer | None:
        """What gives words outside the keys a vector, in sub-word models."""
        return self._composer

    @property
    def sense_table(self) -> SenseTable:
        """The senses that are known; an empty table where none are."""
        return self._senses

    @property
    def name(self) -> str:
        """What to call this model in a table: the name it was saved under, else the model's kind."""
        return str(self._info.get("name") or self._info.get("model") or "vectors")

    @property
    def dim(self) -> int:
        """Numbers in each vector."""
        return int(self._matrix.shape[1])

    vector_size = dim

    @property
    def inverse(self) -> Floats:
        """1 / length of each row, 0 for rows of zeros (n float32); computed once."""
        with self._lock:
            if self._inverse is None:
                inverse = inverse_norms(self.vectors)
                if len(bad := np.flatnonzero(~np.isfinite(inverse))):
                    raise BadInput("vectors.vectors_not_finite", count=len(bad), key=self._keys[bad[0]])
                inverse.flags.writeable = False
                self._inverse = inverse
            return self._inverse

    @property
    def unit(self) -> Floats:
        """The n × d matrix of rows of length 1 (float32; rows of zeros stay zero); computed once, in memory."""
        with self._lock:
            if self._unit is None:
                if np.all((np.abs(self.inverse - 1) < 1e-6) | (self.inverse == 0)):
                    self._unit = self.vectors
                else:
                    self._unit = unit_rows(self.vectors, self.inverse)
                    self._unit.flags.writeable = False
            return self._unit

    def __len__(self) -> int:
        return len(self._keys)

    __getitem__ = named.by_key
    __iter__ = named.keys_of
    __getattr__ = refusing(NAMES)

    def __contains__(self, word: object) -> bool:
        """Whether :meth:`index` has a row for it: a key, or a key's form without its tag. Never analyses; see :meth:`resolve`."""
        return isinstance(word, str) and (word in self._index or bool(self._words().readings(word)))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {len(self):,} keys × {self.dim}>"

    def index(self, key: str) -> int:
        """Row of a key, or of the best reading of a form without its tag: exactly what ``in`` finds.

        Raises:
            OutOfVocabulary: it is neither; carries suggestions.
        """
        if as_word(key) in self._index:
            return self._index[key]
        rows = self._words().readings(key)
        if not rows:
            raise OutOfVocabulary(key, self._words().suggest(word_of(key)))
        return rows[0]

    # Words

    def _words(self) -> Resolver:
        with self._lock:
            if self._resolver is None:
                tokenizer = self._info.get("tokenizer")
                self._resolver = Resolver(
                    self._keys,
                    self._index,
                    self._counts,
                    tokenizer if isinstance(tokenizer, Mapping) else None,  # "kiwi" is what analyses anyway
                    self._given_analyser,
                    self._composer,
                )
            return self._resolver

    def _resolve(self, word: str) -> tuple[Resolution, npt.NDArray[np.float32] | None]:
        known = self._resolved.get(as_word(word))
        if known is not None:
            return known
        sense = None if word in self._index else self._senses.find(word, self._words().find)
        resolution, vector = sense or self._words().resolve(word)
        if vector is not None:
            vector = np.ascontiguousarray(vector, dtype=np.float32)
            if vector.shape != (self.dim,):
                raise BadInput("vectors.composed_wrong_shape", shape=vector.shape, word=word, dim=self.dim)
        if len(self._resolved) < _CACHED_WORDS:
            self._resolved[word] = (resolution, vector)
        return resolution, vector

    def resolve(self, word: str) -> Resolution:
        """What a typed word is taken for: a key, a form without its tag, a stem, a composition, or sub-words.

        Raises:
            OutOfVocabulary: none of these has a vector; carries words that look alike.
        """
        return self._resolve(word)[0]

    def find(self, word: str) -> Resolution | None:
        """:meth:`resolve` without an error: ``None`` for a word without a vector. Cheap, as nothing is suggested."""
        if as_word(word) in self._resolved:
            return self._resolved[word][0]
        sense = None if word in self._index else self._senses.find(word, self._words().find)
        found = sense or self._words().find(word)
        return None if found is None else found[0]

    def row(self, key: str) -> int | None:
        """Row of a key; ``None`` if it is none."""
        return self._index.get(key)

    def lookup(self, word: str, tags: Sequence[str] = ()) -> int | None:
        """Row of a key, or of the best reading of a form without its tag; never analyses. ``None`` if there is none.

        Args:
            word: a key or a form.
            tags: what readings to prefer to all others, the most wanted first (``["VV", "VA"]`` finds 쓰다/VV before 쓰다/VX).
        """
        plain = clean_word(as_word(word))
        rows = self._words().readings(plain) if word not in self._index else [self._index[word]]
        if not rows:
            return None
        ranks = {tag: rank for rank, tag in enumerate(tags)}
        return min(rows, key=lambda row: ranks.get(base_tag(tag_of(self._keys[row])), len(ranks)))

    def suggest(self, word: str, n: int = 5) -> list[str]:
        """Words of the vocabulary spelt like ``word`` (jamo edit distance; 초성 if ``word`` is only 초성)."""
        return self._words().suggest(as_word(word), n)

    def rows(self, resolution: Resolution) -> list[int]:
        """Rows of the keys a resolution stands on (none for ``"subword"``)."""
        return [self._index[part] for part in resolution.parts]

    def vector(self, word: str) -> Floats:
        """The vector of a word (d float32): the key's own, or what its parts make (:func:`~explorer.vectors.composition.compose`)."""
        resolution, composed = self._resolve(word)
        if composed is not None:
            return composed
        rows = self.rows(resolution)
        if len(rows) == 1:
            return np.array(self.vectors[rows[0]])
        whole = self._composer and self._composer(clean_word(word))
        return compose(self._unit_of_rows(rows), [word_of(self._keys[row]) for row in rows], whole)

    def _unit_of_rows(self, rows: Sequence[int]) -> Floats:
        picked = np.asarray(self.vectors[np.asarray(rows, dtype=np.int64)])
        return np.asarray(picked * self.inverse[np.asarray(rows, dtype=np.int64), None], dtype=np.float32)

    def unit_vectors(self, words: Sequence[str]) -> Floats:
        """Unit vectors of several words: k × d."""
        words = as_words(words)
        return unit_rows(np.stack([self.vector(word) for word in words])) if words else np.empty((0, self.dim), np.float32)

    def senses(self, word: str) -> list[Sense]:
        """The senses of a word, the most frequent first; none where only one vector is known. Ask for one as ``배#1``.

        Raises:
            OutOfVocabulary: the word has no vector.

        >>> v = Vectors(["배/NNG", "물/NNG"], np.eye(2), senses=SenseTable([Sense("배/NNG#1", 1.0, ("물/NNG",), 9)], [[0, 1]]))
        >>> v.senses("배")[0].name, v.similarity("배#1", "물")
        ('물', 1.0)
        """
        return self._senses.of(self._senses.word_for(self.resolve(word)) or "")

    def sense_points(self, word: str) -> tuple[list[str], Floats]:
        """A word's key and those of its senses, with their vectors: (1 + k) × d, to be drawn beside other words' vectors."""
        key = self._senses.word_for(self.resolve(word))
        if key is None:
            return [self.resolve(word).key], self.vector(word)[None]
        return [key, *(one.key for one in self._senses.of(key))], np.vstack([self.vector(key), self._senses.rows(key)])

    def most_frequent(self, n: int) -> list[str]:
        """The n keys seen most often, most frequent first; without counts the first n, as vocabularies are usually sorted."""
        check_n(n)
        if self._counts is None:
            return list(self._keys[:n])
        return [self._keys[row] for row in np.argsort(-self._counts, kind="stable")[:n]]

    def same_words(self, resolution: Resolution) -> list[int]:
        """Rows of the resolved keys and of every other reading of the same words."""
        others = (row for part in resolution.parts for row in self._words().same_word(part))
        return list(dict.fromkeys([*self.rows(resolution), *others]))

    def neighbours(self, rows: Ints, scores: npt.NDArray[Any]) -> tuple[Neighbour, ...]:
        """Rows and their scores as records."""
        return tuple(
            Neighbour(
                word_of(key := self._keys[row]), key, float(score), None if self._counts is None else int(self._counts[row])
            )
            for row, score in zip(rows.tolist(), scores.tolist(), strict=True)
        )

    def mask(self, tags: str | Iterable[str] | None, min_count: int, script: str = "any") -> npt.NDArray[np.bool_] | None:
        """Which keys a filter keeps (n booleans), or ``None`` when it keeps all; see :meth:`~explorer.vectors.filters.Filters.mask`."""
        return self._filters.mask(tags, min_count, script)

    @property
    def tags(self) -> dict[str, int]:
        """The tags of the keys, with how many keys have each, the most frequent first; empty where keys carry none.

        >>> Vectors(["배/NNG", "가다/VV", "물/NNG"], np.eye(3)).tags
        {'NNG': 2, 'VV': 1}
        """
        return self._filters.tags()

    # Questions

    def similarity(self, a: str, b: str) -> float:
        """Cosine of two words, in [-1, 1]."""
        first, second = self.unit_vectors([a, b])
        return float(np.clip(first @ second, -1, 1))

    def matrix(self, words: Sequence[str]) -> Floats:
        """Cosines between all pairs of words: k × k float32, 1 on the diagonal."""
        unit = self.unit_vectors(words)
        result = np.clip(unit @ unit.T, -1, 1)
        result = (result + result.T) / 2
        np.fill_diagonal(result, 1)
        return np.asarray(result, dtype=np.float32)

    def similarities(self, words: Sequence[str], *, skip_unknown: bool = False) -> Similarities:
        """:meth:`matrix` as a record that says what every word was taken for.

        Args:
            words: k words.
            skip_unknown: keep words without a vector as rows and columns without numbers, instead of refusing all.

        >>> Vectors(["왕/NNG", "배/NNG"], np.eye(2)).similarities(["왕", "배"]).to_dict()["similarity"]
        0.0
        """
        words = list(dict.fromkeys(as_words(words))) if skip_unknown else as_words(words)
        resolved = tuple(self.find(word) if skip_unknown else self.resolve(word) for word in words)
        known = [place for place, one in enumerate(resolved) if one is not None]
        cosines: list[list[float | None]] = [[None] * len(words) for _ in words]
        for place, row in zip(known, self.matrix([words[place] for place in known]).tolist(), strict=True):
            for other, value in zip(known, row, strict=True):
                cosines[place][other] = value
        return Similarities(self.name, tuple(words), resolved, tuple(map(tuple, cosines)))

    def similar(
        self,
        word: str,
        n: int = 10,
        *,
        tags: str | Iterable[str] | None = None,
        min_count: int = 0,
        method: str = "cosine",
        script: str = "any",
    ) -> Neighbours:
        """The keys nearest to a word, by cosine; the word itself (and the parts it was composed of) left out, whatever its tag.

        Args:
            word: any word :meth:`resolve` accepts.
            n: how many.
            tags: keep only keys with these part-of-speech tags (``"NNG"`` or ``["NNG", "NNP"]``).
            min_count: keep only keys seen at least this often.
            method: ``"cosine"``; ``"csls"``, which holds it against a key to be near to everything (scores in [-4, 4], of use
                only beside each other); ``"mutual"``, only keys that would name this word too, so perhaps fewer than n.
            script: keep only keys with a letter of this script (:data:`explorer.text.scripts.SCRIPTS`): ``"hangul"``, ``"latin"`` …
        """
        return self.similar_many([word], n, tags=tags, min_count=min_count, method=method, script=script)[0]

    def similar_many(
        self,
        words: Sequence[str],
        n: int = 10,
        *,
        tags: str | Iterable[str] | None = None,
        min_count: int = 0,
        method: str = "cosine",
        script: str = "any",
    ) -> list[Neighbours]:
        """:meth:`similar` for several words in one pass over the matrix."""
        check_n(n)
        if method not in SIMILAR:
            raise BadInput("vectors.unknown_ranking", method=method, allowed=", ".join(SIMILAR))
        mask = self.mask(tags, min_count, script)
        resolutions = [self.resolve(word) for word in as_words(words)]
        if not resolutions:
            return []
        exclude = [self.same_words(resolution) for resolution in resolutions]
        unit = self.unit_vectors(list(words))

        def among(mask: npt.NDArray[np.bool_] | None) -> list[tuple[Neighbour, ...]]:
            if method == "csls":
                found = csls(self.vectors, unit, n, self.inverse, exclude, mask, means=self._local_means)
            else:
                found = (mutual if method == "mutual" else nearest)(self.vectors, unit, n, self.inverse, exclude, mask)
            return [self.neighbours(*answer) for answer in found]

        found = among(mask)
        left = [] if script == "any" else among(self.mask(tags, min_count))
        gone = [tuple(dict.fromkeys(one.word for one in answer if not in_script(one.word, script))) for answer in left]
        return [
            Neighbours(answer, resolution, self.name, method, out)
            for answer, resolution, out in zip(found, resolutions, gone or [()] * len(found), strict=True)
        ]

    def similar_by_vector(self, vector: Any, n: int = 10, exclude: Iterable[str] = ()) -> Neighbours:
        """The keys nearest to any vector of d numbers; ``exclude`` names words to leave out."""
        check_n(n)
        query = self.as_query(vector)
        barred = [row for word in exclude for row in self.rows(self.resolve(word))]
        [answer] = nearest(self.vectors, query[None], n, self.inverse, [barred])
        return Neighbours(self.neighbours(*answer), None, self.name)

    def as_query(self, vector: Any) -> Floats:
        """A vector of d finite float32.

        Raises:
            BadInput: it is none.
        """
        try:
            query = np.asarray(vector, dtype=np.float32)
        except (TypeError, ValueError) as error:
            raise BadInput("vectors.matrix_not_numbers", reason=error) from error
        if query.shape != (self.dim,) or not np.all(np.isfinite(query)):
            raise BadInput("vectors.query_bad_shape", dim=self.dim, shape=query.shape)
        return query

    most_similar = named.most_similar
    similar_by_word = named.similar_by_word
    distance = named.distance
    doesnt_match = named.doesnt_match
    rank = named.rank
    n_similarity = named.n_similarity
    get_vector = named.get_vector
    get_normed_vectors = named.get_normed_vectors
    get_mean_vector = named.get_mean_vector
    get_index = named.get_index
    has_index_for = named.has_index_for
    get_vecattr = named.get_vecattr
    most_similar_cosmul = named.most_similar_cosmul
    most_similar_to_given = named.most_similar_to_given
    similar_by_key = named.similar_by_word
    closer_than = named.closer_than
    distances = named.distances
    evaluate_word_pairs = named.evaluate_word_pairs
    evaluate_word_analogies = named.evaluate_word_analogies

    analogy = questions.analogy
    parallelogram = questions.parallelogram

    def relation(self, pairs: Iterable[Sequence[str]]) -> Relation:
        """A relation learnt from examples, to be asked for other words (:mod:`explorer.vectors.relations`).

        Args:
            pairs: words with their answers: ``[("남자", "여자"), ("아들", "딸")]``.

        Raises:
            OutOfVocabulary: no pair has vectors for both its words.
            BadInput: no pairs, or a pair that is not two words.

        >>> v = Vectors(["남자", "여자", "아들", "딸", "배"], [[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]])
        >>> v.relation([("남자", "여자")]).apply("아들").words[0]
        '딸'
        """
        return Relation(self, pairs)

    axis = place_words
    sentences = sif.sentences
    why = reasons.why

    def odd_one_out(self, words: Sequence[str]) -> str:
        """The word least like the others: the lowest mean cosine with them. Needs three words or more."""
        words = as_words(words)
        if len(words) < 3:
            raise BadInput("vectors.too_few_words", count=len(words))
        cosine = self.matrix(words)
        return words[int(cosine.sum(axis=1).argmin())]

    def parts(self) -> dict[str, npt.NDArray[Any]]:
        """What an artifact holds beside keys, vectors and counts, by file name; nothing for plain vectors."""
        return {}

    def save(self, name_or_path: str | Path, overwrite: bool = False) -> Path:
        """Save as an artifact: under a name in the home folder, or in the folder a path names. Returns the folder."""
        return save(self, name_or_path, overwrite)

    def derive(
        self,
        vectors: Any,
        step: Mapping[str, Any],
        rows: Ints | None = None,
        move: Callable[[Floats], Floats] | None = None,
        senses: SenseTable | None = None,
    ) -> Vectors:
        """New vectors made from these, with one more step in ``info["history"]``.

        Args:
            vectors: the new matrix, a row for each key kept.
            step: what was done, as plain data: ``{"step": "centre", …}``.
            rows: the rows kept; all by default.
            move: the same change for one vector, so that sub-word vectors and senses follow; without it they are given up.
            senses: the senses after the change, where ``move`` does not tell.
        """
        keys = self._keys if rows is None else [self._keys[row] for row in rows.tolist()]
        counts = self._counts if rows is None or self._counts is None else self._counts[rows]
        kept = {name: value for name, value in self._info.items() if name not in ("warnings", "name")}
        composer = None if move is None else self._moved(move)
        info = {**kept, "history": [*kept.get("history", ()), dict(step)]}
        table = self._senses.moved(move) if move is not None and senses is None else senses
        table = table.kept(set(keys)) or None if table else None
        if not table:
            info.pop("senses", None)
        return Vectors(keys, vectors, counts, info, composer=composer, analyser=self._given_analyser, senses=table)

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

    def _note_zero_rows(self, zero: Ints) -> None:
        if len(zero):
            named = [*(self._keys[row] for row in zero[:5]), *(["…"] if len(zero) > 5 else [])]
            warning = Note("vectors.note_zero", count=len(zero), keys=named)
            others = [text for text in self._info.get("warnings", []) if "all zero" not in text]
            self._info["warnings"] = [*others, warning]

    def _local_means(self, rows: Ints) -> Floats:
        """Mean cosine of rows with their nearest others, each row computed once."""
        with self._lock:
            missing = np.array([row for row in rows.tolist() if row not in self._local], dtype=np.int64)
        made = local_means(self.vectors, missing, inverse=self.inverse)
        with self._lock:
            self._local.update(zip(missing.tolist(), made.tolist(), strict=True))
            return np.array([self._local[row] for row in rows.tolist()], dtype=np.float32)

"""Keys with a matrix, and the words that lead to them: the part of Vectors that holds and finds, and answers nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.text.tags import tag_of, word_of
from explorer.vectors.checks import as_counts, as_index, as_matrix, check_n
from explorer.vectors.expression import clean_word
from explorer.vectors.hubs import local_means
from explorer.vectors.records import Neighbour, Resolution
from explorer.vectors.resolve import Analyser, Composer, Resolver
from explorer.vectors.search import Floats, Ints, inverse_norms, unit_rows

__all__ = ["Keyed"]

_CACHED_WORDS = 10_000


class Keyed:
    """Keys, their vectors and how a typed word finds them; see :class:`~explorer.vectors.vectors.Vectors`, which people use."""

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
    ) -> None:
        self._lock = threading.RLock()
        self._keys = tuple(keys)
        self._vectors = as_matrix(vectors)
        self._index = as_index(self._keys)
        if len(self._keys) != len(self._vectors):
            raise BadInput("vectors.keys_vectors_differ", keys=len(self._keys), count=len(self._vectors))
        self._counts = as_counts(counts, len(self._keys))
        self._info = dict(info or {})
        self._composer = composer
        self._given_analyser = analyser
        self._inverse: Floats | None = None
        self._unit: Floats | None = None
        self._tags: npt.NDArray[np.str_] | None = None
        self._resolver: Resolver | None = None
        self._local: dict[int, float] = {}
        self._resolved: dict[str, tuple[Resolution, npt.NDArray[np.float32] | None]] = {}
        if check:
            self._note_zero_rows()

    # What it holds

    @property
    def keys(self) -> tuple[str, ...]:
        """The n keys, in row order."""
        return self._keys

    @property
    def vectors(self) -> Floats:
        """The n × d float32 matrix as the model made it; read-only, possibly memory-mapped."""
        return self._vectors

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
    def name(self) -> str:
        """What to call this model in a table: the name it was saved under, else the model's kind."""
        return str(self._info.get("name") or self._info.get("model") or "vectors")

    @property
    def dim(self) -> int:
        """Numbers in each vector."""
        return int(self._vectors.shape[1])

    @property
    def inverse(self) -> Floats:
        """1 / length of each row, 0 for rows of zeros (n float32); computed once."""
        with self._lock:
            if self._inverse is None:
                inverse = inverse_norms(self._vectors)
                bad = np.flatnonzero(~np.isfinite(inverse))
                if len(bad):
                    raise BadInput("vectors.vectors_not_finite", count=len(bad), key=self._keys[bad[0]])
                inverse.flags.writeable = False
                self._inverse = inverse
            return self._inverse

    @property
    def unit(self) -> Floats:
        """The n × d matrix of rows of length 1 (float32; rows of zeros stay zero); computed once, in memory."""
        with self._lock:
            if self._unit is None:
                inverse = self.inverse
                if np.all((np.abs(inverse - 1) < 1e-6) | (inverse == 0)):
                    self._unit = self._vectors
                else:
                    unit = unit_rows(self._vectors, inverse)
                    unit.flags.writeable = False
                    self._unit = unit
            return self._unit

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, word: object) -> bool:
        """Whether ``word`` is a key, or a key's form without its tag. Never analyses; see :meth:`resolve`."""
        return isinstance(word, str) and (word in self._index or bool(self._words().readings(word)))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}: {len(self):,} keys × {self.dim}>"

    def index(self, key: str) -> int:
        """Row of a key.

        Raises:
            OutOfVocabulary: it is no key; carries suggestions.
        """
        try:
            return self._index[key]
        except KeyError:
            raise OutOfVocabulary(key, self._words().suggest(word_of(key))) from None

    # Words

    def _words(self) -> Resolver:
        with self._lock:
            if self._resolver is None:
                tokenizer = self._info.get("tokenizer")
                self._resolver = Resolver(
                    self._keys,
                    self._index,
                    self._counts,
                    tokenizer if isinstance(tokenizer, Mapping) else {"name": tokenizer} if tokenizer == "kiwi" else None,
                    self._given_analyser,
                    self._composer,
                )
            return self._resolver

    def _resolve(self, word: str) -> tuple[Resolution, npt.NDArray[np.float32] | None]:
        known = self._resolved.get(word)
        if known is not None:
            return known
        if not isinstance(word, str):
            raise BadInput("vectors.word_not_text", kind=type(word).__name__)
        resolution, vector = self._words().resolve(word)
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
        if word in self._resolved:
            return self._resolved[word][0]
        found = self._words().find(word)
        return None if found is None else found[0]

    def row(self, key: str) -> int | None:
        """Row of a key; ``None`` if it is none."""
        return self._index.get(key)

    def lookup(self, word: str) -> int | None:
        """Row of a key, or of the best reading of a form without its tag; never analyses. ``None`` if there is none."""
        plain = clean_word(word)
        rows = self._words().readings(plain) if word not in self._index else [self._index[word]]
        return rows[0] if rows else None

    def suggest(self, word: str, n: int = 5) -> list[str]:
        """Words of the vocabulary spelt like ``word`` (jamo edit distance; 초성 if ``word`` is only 초성)."""
        return self._words().suggest(word, n)

    def rows(self, resolution: Resolution) -> list[int]:
        """Rows of the keys a resolution stands on (none for ``"subword"``)."""
        return [self._index[part] for part in resolution.parts]

    def vector(self, word: str) -> Floats:
        """The vector of a word (d float32): the key's own, or for composed words the mean of the parts' unit vectors."""
        resolution, composed = self._resolve(word)
        if composed is not None:
            return composed
        rows = self.rows(resolution)
        if len(rows) == 1:
            return np.array(self._vectors[rows[0]])
        return np.asarray(self._unit_of_rows(rows).mean(axis=0), dtype=np.float32)

    def _unit_of_rows(self, rows: Sequence[int]) -> Floats:
        picked = np.asarray(self._vectors[np.asarray(rows, dtype=np.int64)])
        return np.asarray(picked * self.inverse[np.asarray(rows, dtype=np.int64), None], dtype=np.float32)

    def unit_vectors(self, words: Sequence[str]) -> Floats:
        """Unit vectors of several words: k × d."""
        return unit_rows(np.stack([self.vector(word) for word in words])) if words else np.empty((0, self.dim), np.float32)

    def most_frequent(self, n: int) -> list[str]:
        """The n keys seen most often, most frequent first; without counts the first n, as vocabularies are usually sorted."""
        check_n(n)
        if self._counts is None:
            return list(self._keys[:n])
        return [self._keys[row] for row in np.argsort(-self._counts, kind="stable")[:n]]

    def _same_words(self, resolution: Resolution) -> list[int]:
        """Rows of the resolved keys and of every other reading of the same words."""
        rows = self.rows(resolution)
        if resolution.how == "composed":
            return rows
        return [*rows, *self._words().readings(resolution.word)]

    def _neighbours(self, rows: Ints, scores: npt.NDArray[Any]) -> tuple[Neighbour, ...]:
        return tuple(
            Neighbour(
                word_of(key := self._keys[row]), key, float(score), None if self._counts is None else int(self._counts[row])
            )
            for row, score in zip(rows.tolist(), scores.tolist(), strict=True)
        )

    def mask(self, tags: str | Iterable[str] | None, min_count: int) -> npt.NDArray[np.bool_] | None:
        """Which keys a filter keeps (n booleans), or ``None`` when it keeps all.

        Raises:
            BadInput: a tag no key has, or counts asked of a model without them.
        """
        mask: npt.NDArray[np.bool_] | None = None
        if tags is not None:
            wanted = {tags} if isinstance(tags, str) else set(tags)
            with self._lock:
                if self._tags is None:
                    self._tags = np.array(list(map(tag_of, self._keys)), dtype=np.str_)
                present = self._tags
            missing = sorted(wanted - set(present.tolist()))
            if missing or not wanted:
                known = sorted(set(present.tolist()) - {""})
                raise BadInput(
                    "vectors.no_such_tag", missing=", ".join(missing) or "(none given)", known=", ".join(known) or "no tags"
                )
            mask = np.isin(present, sorted(wanted))
        if min_count > 0:
            if self._counts is None:
                raise BadInput("vectors.no_counts")
            frequent = self._counts >= min_count
            mask = frequent if mask is None else mask & frequent
        return mask

    def _note_zero_rows(self) -> None:
        zero = np.flatnonzero(self.inverse == 0)
        if len(zero):
            named = ", ".join(self._keys[row] for row in zero[:5]) + (" …" if len(zero) > 5 else "")
            warning = f"{len(zero):,} vectors are all zero and are like nothing: {named}"
            others = [text for text in self._info.get("warnings", []) if "all zero" not in text]
            self._info["warnings"] = [*others, warning]

    def _local_means(self, rows: Ints) -> Floats:
        """Mean cosine of rows with their nearest others, each row computed once."""
        with self._lock:
            missing = np.array([row for row in rows.tolist() if row not in self._local], dtype=np.int64)
        made = local_means(self._vectors, missing, inverse=self.inverse)
        with self._lock:
            self._local.update(zip(missing.tolist(), made.tolist(), strict=True))
            return np.array([self._local[row] for row in rows.tolist()], dtype=np.float32)

"""A game: a secret word is found by how near guesses are to it. In the space of lemmas: 먹었어요 is 먹다, and verbs may be secrets.

The secret follows from a seed, by default the date in Korea, so that everybody has the same word on the same day; a class may share a
seed of its own, or a word of its own hidden in a link. Secrets are everyday words (``data/game_words.txt``): frequent nouns, verbs and
adjectives of the default model that are known by one reading, read through by hand.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from bisect import bisect_right
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.text.hangul import choseong
from explorer.text.spelling import is_insult
from explorer.text.tags import LISTED, base_tag, split_key, tag_of, word_of
from explorer.vectors.expression import clean_word
from explorer.vectors.search import top_k

if TYPE_CHECKING:
    from explorer.vectors.records import Resolution
    from explorer.vectors.vectors import Vectors

__all__ = ["HINTS", "RANKED", "Game", "Guess", "Hint", "Reason", "hide", "reveal", "secrets", "today"]

RANKED = 1_000
"""Words near the secret that have a rank."""

HINTS = ("tag", "near:300", "length", "near:100", "initials", "near:30", "near:10", "first", "near:3")
"""What is told, in this order: the part of speech, the word of some rank, the number of syllables, 초성, the first syllable."""

_SURE = 0.5
"""A composed word must be this sure to count, or any letters would have a vector."""
_AROUND = 100
"""Neighbours of a guess that are looked for among the secret's own."""


@cache
def secrets() -> tuple[str, ...]:
    """Keys a secret is drawn from, sorted."""
    text = (Path(__file__).parent / "data" / "game_words.txt").read_text(encoding="utf-8")
    return tuple(text.split())


def today(now: datetime | None = None) -> str:
    """The date in Korea, which has no summer time: the seed of the day.

    >>> today(datetime(2026, 3, 1, 15, 0, tzinfo=UTC))
    '2026-03-02'
    """
    return (now or datetime.now(UTC)).astimezone(timezone(timedelta(hours=9))).date().isoformat()


def hide(word: str) -> str:
    """A word for a link, so that nobody reads it by accident. It is no secret from those who want to know.

    >>> reveal(hide("사과")), "사과" in hide("사과")
    ('사과', False)
    """
    data = clean_word(word).encode("utf-8")
    salt = hashlib.sha256(data).digest()[:3]
    return base64.urlsafe_b64encode(salt + _blurred(data, salt)).decode("ascii").rstrip("=")


def reveal(token: str) -> str:
    """The word that :func:`hide` hid.

    Raises:
        BadInput: the link is damaged.
    """
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        data = _blurred(raw[3:], raw[:3])
        word = data.decode("utf-8")
    except (ValueError, binascii.Error) as error:
        raise BadInput("analysis.game_link_damaged") from error
    if not word or hashlib.sha256(data).digest()[:3] != raw[:3]:
        raise BadInput("analysis.game_link_damaged")
    return word


def _blurred(data: bytes, salt: bytes) -> bytes:
    pad = hashlib.shake_256(salt).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, pad, strict=True))


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess.

    Attributes:
        word: as it was typed.
        lemma: what it counts as (먹었어요: 먹다); two guesses of one lemma are the same.
        key: its key in the model.
        score: cosine with the secret.
        rank: place among the nearest words of the secret, from 1; ``None`` beyond :data:`RANKED`, 0 for the secret itself.
    """

    word: str
    lemma: str
    key: str
    score: float
    rank: int | None

    @property
    def solved(self) -> bool:
        """Whether it is the secret."""
        return self.rank == 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"solved": self.solved}


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing told: ``kind`` is that of :data:`HINTS` without its rank, ``value`` a tag, a word, a number of syllables,
    초성 or a syllable, ``rank`` that of a word near the secret.
    """

    kind: str
    value: str
    rank: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a guess is as near as it is.

    Attributes:
        shared: words among the nearest 100 of both the guess and the secret, those nearest to the guess first.
        syllables: written in both.
        same_tag: whether both are of one part of speech.
    """

    shared: tuple[str, ...]
    syllables: tuple[str, ...]
    same_tag: bool

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"shared": list(self.shared), "syllables": list(self.syllables)}


class Game:
    """One secret and what guesses get. Immutable; the same seed and model give the same game everywhere.

    Args:
        v: any static model; the secret is one that it knows.
        seed: what the secret follows from; by default :func:`today`.
        secret: a word of one's own instead.

    Attributes:
        secret: its key.
        seed: as given; empty for a word of one's own.

    Raises:
        BadInput: the model knows no word of the list, or not the word of one's own.

    >>> from explorer.vectors.vectors import Vectors
    >>> v = Vectors(["사과/NNG", "포도/NNG", "먹다/VV", "책상/NNG"], [[1, 0], [0.9, 0.1], [0.5, 0.5], [0, 1]])
    >>> game = Game(v, secret="사과")
    >>> game.guess("포도").rank, game.guess("사과").solved
    (1, True)
    """

    def __init__(self, v: Vectors, seed: str | None = None, *, secret: str | None = None) -> None:
        self._v = v
        self.seed = "" if secret is not None else seed or today()
        row = _drawn(v, self.seed) if secret is None else _own(v, secret)
        self.secret = v.keys[row]
        self._unit = v.unit[row]
        keys = v.keys
        scores = v.unit @ self._unit
        wanted = np.fromiter((_plays(tag_of(key)) for key in keys), bool, len(keys))
        hangul = v.mask(None, 0, "hangul")
        scores[~(wanted if hangul is None else wanted & hangul)] = -np.inf
        folded: dict[str, tuple[str, float]] = {}
        for found, score in zip(*(side.tolist() for side in top_k(scores, 2 * RANKED)), strict=True):
            if not is_insult(word_of(keys[found])):
                folded.setdefault(word_of(keys[found]), (keys[found], score))
        folded.pop(self.word, None)
        self._near = list(folded.values())[:RANKED]
        self._ranks = {word_of(key): rank for rank, (key, _) in enumerate(self._near, 1)}
        self._falling = [-score for _, score in self._near]

    @property
    def word(self) -> str:
        """The secret as a person says it."""
        return word_of(self.secret)

    def nearest(self, n: int = 20) -> tuple[tuple[str, float], ...]:
        """Keys and cosines of the words nearest to the secret, each lemma once."""
        return tuple(self._near[:n])

    def scale(self) -> dict[int, float]:
        """Cosines of the words of rank 1, 10, 100 and 1,000, as far as there are so many: what is near in this game."""
        return {rank: self._near[rank - 1][1] for rank in (1, 10, 100, RANKED) if rank <= len(self._near)}

    def resolve(self, word: str) -> Resolution:
        """What a guess is taken for.

        Raises:
            BadInput: nothing was typed.
            OutOfVocabulary: the model has no vector for it, or only one that is composed of doubtful parts.
        """
        if not clean_word(word):
            raise BadInput("analysis.game_guess_empty")
        found = self._v.resolve(word)
        if found.how in ("composed", "subword") and found.sure < _SURE:
            raise OutOfVocabulary(word, self._v.suggest(word))
        return found

    def guess(self, word: str) -> Guess:
        """How near a word is; raises as :meth:`resolve` does."""
        found = self.resolve(word)
        lemma, key, score = found.word, found.key, self._cosine(word)
        if found.how == "analysed":  # 마셔요 may be 말다 or 마시다: whoever wrote it is given the nearer one
            score, key = max((self._cosine(one), one) for one in (key, *found.alternatives) if self._v.row(one) is not None)
            lemma = word_of(key)
        if lemma == self.word:
            return Guess(word, self.word, self.secret, 1.0, 0)
        rank = self._ranks.get(lemma)
        if rank is not None:
            return Guess(word, lemma, self._near[rank - 1][0], self._near[rank - 1][1], rank)
        # A composed word has no place of its own: it stands where its cosine would.
        place = bisect_right(self._falling, -score) + 1
        own = found.how in ("composed", "subword") and place <= len(self._near)
        return Guess(word, lemma, key, score, place if own else None)

    def _cosine(self, word: str) -> float:
        return float(np.clip(self._v.unit_vectors([word])[0] @ self._unit, -1, 1))

    def hint(self, number: int) -> Hint:
        """The hint of a number from 0; see :data:`HINTS`.

        Raises:
            BadInput: there are no more.
        """
        if not 0 <= number < len(HINTS):
            raise BadInput("analysis.game_no_more_hints", count=len(HINTS))
        kind, _, rank = HINTS[number].partition(":")
        if kind == "near":
            around = int(rank)
            place = max(self._frequent(around - around // 5, around + around // 5), default=(0, 0))[1]
            return Hint(kind, word_of(self._near[place - 1][0]) if place else "", place)
        said = {
            "tag": tag_of(self.secret),
            "length": str(len(self.word)),
            "initials": choseong(self.word),
            "first": self.word[0],
        }
        return Hint(kind, said[kind])

    def _frequent(self, low: int, high: int) -> list[tuple[int, int]]:
        """How often the words of some ranks were seen, with their ranks: the most frequent one is the most helpful."""
        counts = self._v.counts
        places = range(min(low, len(self._near)), min(high, len(self._near)) + 1)
        return [
            (0 if counts is None else int(counts[self._v.index(self._near[place - 1][0])]), place) for place in places if place
        ]

    def why(self, word: str) -> Reason:
        """What a guess and the secret have in common; raises as :meth:`resolve` does."""
        found = self.resolve(word)
        near = self._v.similar(word, _AROUND)
        own = {word_of(key) for key, _ in self._near[:_AROUND]}
        shared = [one.word for one in near if one.word in own and one.word != self.word]
        syllables = [char for char in dict.fromkeys(found.word) if char in self.word and char != "다"]
        return Reason(tuple(dict.fromkeys(shared)), tuple(syllables), tag_of(found.key) == tag_of(self.secret))


def _plays(tag: str) -> bool:
    """Whether keys of this tag have a rank: words that a person would guess, proper names not among them."""
    return not tag or (base_tag(tag) in LISTED and base_tag(tag) != "NNP")


def _drawn(v: Vectors, seed: str) -> int:
    """The row of a seed's secret: of the list, beginning where the seed says, the first word that the model knows."""
    words = secrets()
    start = int.from_bytes(hashlib.sha256(seed.encode("utf-8", "replace")).digest()[:8], "big") % len(words)
    for number in range(len(words)):
        # Steps of a prime, so that two models that know different words do not run through one letter of the alphabet.
        form, tag = split_key(words[(start + 397 * number) % len(words)])
        row = v.lookup(form, [tag])
        if row is not None and base_tag(tag_of(v.keys[row])) in (tag, ""):
            return row
    raise BadInput("analysis.game_no_secrets", model=v.name)


def _own(v: Vectors, word: str) -> int:
    """The row of a word of one's own. The error does not say the word: whoever opens the link is to find it."""
    found = v.find(word) if clean_word(word) else None
    row = None if found is None or found.how not in ("exact", "form", "analysed") else v.row(found.key)
    if row is None:
        raise BadInput("analysis.game_secret_unknown", model=v.name)
    return row

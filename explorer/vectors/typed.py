"""What the morphemes of a typed word say it is: every sound reading, the best first.

An analyser that can rank several analyses (Kiwi) is asked for them, and its order is kept unless the vocabulary or the spelling
knows better: the longest key followed by possible particles beats a composition (대학교에서는 is no 대 + 학교), a noun beats a stem
cut shorter than it (나라도), and 지었다 is 짓다, because 지다 would be written 졌다.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol, runtime_checkable

from explorer.text.hangul import JONGSEONG, is_syllable
from explorer.text.postpositions import without_particles
from explorer.text.tags import AFFIXES, CONTENT, PREDICATE_SUFFIXES, PREDICATES, base_tag, word_of
from explorer.tokenizers.token import Token
from explorer.vectors.vocabulary import LEANING, Vocabulary

__all__ = ["Analyser", "Reading", "inflected", "is_content", "is_function", "read"]

_PLURAL = "들"
"""The plural says no more about the word than a particle does."""

_ANALYSES = 10
_LIKELY = 3.5
"""How far below the best analysis another may lie, in nats, to be taken where the best has no vector."""

_POSSIBLE = 7.0
"""How far below the best an analysis may lie to be told as another reading."""

_CLOSE = 4.0
"""How far below the analysis taken first a noun with its particles may lie to be preferred to it."""

_FAR_MORE, _MORE = 100, 3
"""How many times more frequent a stem must be to be taken for a likelier reading, and for a likelier noun of one syllable."""

_COMPOUND = 14.0
"""How far below an unknown noun its parts may lie."""

_LOOSE = frozenset(["은", "는", "도", "만", "요", "이나", "나"])
"""Particles that adverbs take too."""

_COUNTING = frozenset(["MM", "NR", "SN", "NP"])


class Analyser(Protocol):
    """What resolution needs of a tokenizer."""

    def tokenize(self, text: str) -> list[Token]: ...


@runtime_checkable
class _Ranking(Protocol):
    def analyses(self, text: str, n: int) -> list[tuple[list[Token], float]]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Keys a word may stand on.

    Attributes:
        rows: one row, or those of a composition's parts.
        score: log probability of its best analysis; ``-inf`` where only the spelling speaks for it.
        share: part of the analyses' probability that falls to this reading, in [0, 1].
        tags: Sejong tags of that analysis.
    """

    rows: tuple[int, ...]
    score: float
    share: float
    tags: tuple[str, ...] = ()


def is_content(token: Token) -> bool:
    """Whether a morpheme names something on its own: nouns, predicates, modifiers, foreign words, numbers."""
    return base_tag(token.tag) in CONTENT or (token.tag or "").startswith("W_")


def is_function(token: Token) -> bool:
    """Whether a morpheme is neither content nor a derivational affix: particles, endings, suffixes of predicates, signs."""
    return not is_content(token) and (base_tag(token.tag) not in AFFIXES or token.form == _PLURAL)


def read(word: str, vocabulary: Vocabulary, analyser: Analyser) -> list[Reading]:
    """Every reading of a word that has a vector, best first: the one to take, then single keys it may also stand for."""
    honoured = _honoured(word, vocabulary)
    if honoured is not None:
        return [Reading((honoured,), 0.0, 1.0, ("VV", "EF"))]
    analyses = _analyses(word, analyser)
    if not analyses:
        return []
    found = _found(analyses, word, vocabulary)
    best = max(score for _, score in analyses)
    likely = [reading for reading in found if reading.score >= best - _LIKELY and _sound(reading, word, vocabulary)]
    whole = _with_particles(word, found, vocabulary)
    chosen = likely[0] if likely else None
    if whole is not None and _better(word, whole[0], whole[1], chosen, vocabulary):
        chosen = whole[0]
    if chosen is None:
        chosen = _compound(analyses[0][0], found, best, vocabulary)
    if chosen is None:
        return []
    others = [reading for reading in found if len(reading.rows) == 1 and reading.score >= best - _POSSIBLE]
    chosen = _usual(chosen, others, vocabulary)
    if whole is not None:
        others.append(whole[0])
    return [chosen, *(other for other in others if other.rows != chosen.rows)]


def _honoured(word: str, vocabulary: Vocabulary) -> int | None:
    """The row of a verb that honours by itself, in 세요: 계세요 is 계시다, though analysers look for a noun in it."""
    stem = word[:-2]
    return vocabulary.predicate(stem + "시") if word.endswith("세요") and vocabulary.predicate(stem) is None else None


def _analyses(word: str, analyser: Analyser) -> list[tuple[list[Token], float]]:
    ranked = analyser.analyses(word, _ANALYSES) if isinstance(analyser, _Ranking) else [(analyser.tokenize(word), 0.0)]
    kept = []
    for tokens, score in ranked:
        said = [token for token in tokens if token.form]
        words = [token for token in said if token.tag != "W_EMOJI"]
        if said:
            kept.append((words or said, score))
    return kept


def _found(analyses: Sequence[tuple[list[Token], float]], word: str, vocabulary: Vocabulary) -> list[Reading]:
    best = max(score for _, score in analyses)
    stems = {token.form[:-1] for tokens, _ in analyses for token in tokens if base_tag(token.tag) in PREDICATES}
    total = 0.0
    found: dict[tuple[int, ...], Reading] = {}
    for tokens, raw in analyses:
        score = raw - (_LIKELY if _uncontracted(tokens, stems) else 0)
        total += math.exp(score - best)
        rows = _rows(tokens, word, vocabulary)
        if rows is None:
            continue
        known = found.get(rows)
        share = math.exp(score - best) + (known.share if known else 0)
        better = known is None or score > known.score
        tags = tuple(base_tag(token.tag) for token in tokens)
        found[rows] = Reading(rows, score, share, tags) if better or known is None else replace(known, share=share)
    ranked = sorted(found.values(), key=lambda reading: -reading.score)
    return [replace(reading, share=reading.share / total) for reading in ranked]


def _uncontracted(tokens: Sequence[Token], stems: set[str]) -> bool:
    """Whether a stem in a vowel keeps apart from 어 where a stem in ㅅ, which loses it there, explains the spelling (지 + 었)."""
    for token, ending in pairwise(tokens):
        stem = token.form[:-1]
        if base_tag(token.tag) not in PREDICATES or token.surface != stem or not is_syllable(stem[-1:]):
            continue
        with_coda = f"{stem[:-1]}{chr(ord(stem[-1]) + JONGSEONG.index('ㅅ') + 1)}"
        if ending.start >= token.end and ending.form[:1] in ("어", "었", "아", "았") and with_coda in stems:
            return True
    return False


def _rows(tokens: Sequence[Token], word: str, vocabulary: Vocabulary) -> tuple[int, ...] | None:
    """The rows one analysis stands on; ``None`` where a morpheme that matters has none."""
    derived = _derived(tokens, vocabulary)
    if derived is not None:
        return (derived,)
    content = [token for token in tokens if is_content(token)]
    if not content:
        # A lone particle or ending is looked up as what it is, and 아니에요 as 아니다; several particles are no word.
        lone = tokens[0] if len(tokens) == 1 or base_tag(tokens[0].tag) in PREDICATES else None
        row = None if lone is None else vocabulary.row(lone)
        return None if row is None else (row,)
    merged = _merged(tokens, word, vocabulary)
    if merged is not None:
        return (merged,)
    rows: list[int] = []
    for before, token in zip((None, *tokens), tokens, strict=False):
        if is_function(token) or (rows and " " not in word and _thing(before, token)):
            continue
        row = vocabulary.row(token)
        if row is not None:
            rows.append(row)
        elif is_content(token):
            return None  # leaving a content morpheme out would answer for another word
    return tuple(rows)


def _thing(before: Token | None, token: Token) -> bool:
    """Whether 것 only rounds off a verb it is written onto: 먹을거야, 할게."""
    return before is not None and base_tag(before.tag) == "ETM" and token.form in ("것", "거") and token.tag == "NNB"


def _derived(tokens: Sequence[Token], vocabulary: Vocabulary) -> int | None:
    """The row of a predicate made of a noun or root and a suffix: 공부/NNG + 하/XSV → 공부하다, if the model has it."""
    for place, token in enumerate(tokens):
        if base_tag(token.tag) not in PREDICATE_SUFFIXES or place == 0:
            continue
        suffix = token.form if token.form.endswith("다") else token.form + "다"
        head = "".join(part.form for part in tokens[:place])
        tag = "VV" if base_tag(token.tag) == "XSV" else "VA"
        if any(is_content(part) for part in tokens[place + 1 :]):
            return None
        for key in (f"{head}{suffix}/{tag}", f"{head}{suffix}"):
            if key in vocabulary.index:
                return vocabulary.index[key]
        rows = vocabulary.readings(head + suffix)
        return rows[0] if rows else None
    return None


def _merged(tokens: Sequence[Token], word: str, vocabulary: Vocabulary) -> int | None:
    """The row of a noun the analyser took apart (대 + 학교), where it begins the word and particles follow."""
    parts = [token for token in tokens if not is_function(token)]
    if len(parts) < 2 or list(tokens[: len(parts)]) != parts or any(base_tag(part.tag) in PREDICATES for part in parts):
        return None
    form = "".join(part.surface for part in parts)
    return vocabulary.noun(form) if word.startswith(form) and word != form else None


def _sound(reading: Reading, word: str, vocabulary: Vocabulary) -> bool:
    """Whether a composition says something: not one made of single syllables by chance, as 꿀 + 잼 is."""
    if len(reading.rows) == 1 or " " in word or reading.tags[0] in (*_COUNTING, "XPN"):
        return True
    return any(len(word_of(vocabulary.keys[row])) > 1 for row in reading.rows)


def _with_particles(word: str, found: Sequence[Reading], vocabulary: Vocabulary) -> tuple[Reading, str] | None:
    """The longest noun of the vocabulary that possible particles follow, and these; one the analyser knows of, if any."""
    by_rows = {reading.rows: reading for reading in found}
    spelt: tuple[Reading, str] | None = None
    for stem, particles in without_particles(word):
        row = vocabulary.noun(stem)
        if row is None:
            continue
        if (row,) in by_rows:
            return by_rows[row,], particles
        if spelt is None and len(stem) > 1:
            spelt = Reading((row,), -math.inf, 0.0), particles
    return spelt


def _better(word: str, whole: Reading, particles: str, chosen: Reading | None, vocabulary: Vocabulary) -> bool:
    """Whether a noun with its particles beats what the analyses say."""
    if chosen is None or len(chosen.rows) > 1:
        return True
    if chosen.rows == whole.rows:
        return False
    close = whole.score >= chosen.score - _CLOSE
    taken, noun = chosen.rows[0], whole.rows[0]
    form, stem, tag = word_of(vocabulary.keys[taken]), word_of(vocabulary.keys[noun]), vocabulary.tag(taken)
    much = vocabulary.frequency(noun) / vocabulary.frequency(taken)
    if tag in PREDICATES:
        return close and "ETN" in chosen.tags
    if tag in ("IC", "MM"):
        return True
    if form == stem:
        return particles not in _LOOSE or much >= 1 / 20
    if form == word:
        return close and tag == "NNP" and much >= 100
    # A noun cut shorter than need be, or one the word does not even begin with (인의 is no 이 + ㄴ + 의).
    return close and (not word.startswith(form) or (len(form) < len(stem) and much >= 1 / 30))


def inflected(reading: Reading, vocabulary: Vocabulary) -> bool:
    """Whether a reading is a verb or an adjective with endings alone (not 서 + 에, a stem with a particle)."""
    plain = all(not tag.startswith("J") for tag in reading.tags)
    return plain and reading.tags[-1][:1] == "E" and vocabulary.tag(reading.rows[0]) in PREDICATES


def _usual(chosen: Reading, others: Sequence[Reading], vocabulary: Vocabulary) -> Reading:
    """The reading taken, or a likely one that is so much more frequent that it is meant: 드세요 is 들다, not 드세다."""
    if len(chosen.rows) > 1:
        return chosen
    row = chosen.rows[0]
    tag, form = vocabulary.tag(row), word_of(vocabulary.keys[row])
    for other in others:
        rival = other.rows[0]
        if word_of(vocabulary.keys[rival]) == form and tag in LEANING:
            rows = vocabulary.readings(form)
            if rows.index(rival) < rows.index(row):
                return other
        if not inflected(other, vocabulary):
            continue
        times = vocabulary.frequency(rival) / vocabulary.frequency(row)
        syllable = len(form) == 1 and tag != "NP" and other.tags[-1] == "ETM" and other.score >= chosen.score - _CLOSE
        if times >= (_FAR_MORE if tag in PREDICATES else _MORE) and (syllable or tag in PREDICATES):
            return other
    return chosen


def _compound(tokens: Sequence[Token], found: Sequence[Reading], best: float, vocabulary: Vocabulary) -> Reading | None:
    """The parts of a noun the analyser takes for one word, which has no vector (눈사람): nouns, one of several syllables."""
    content = [token for token in tokens if not is_function(token)]
    if len(content) != 1 or base_tag(content[0].tag) not in ("NNG", "NNP"):
        return None
    for reading in found:
        nouns = all(vocabulary.tag(row) in ("NNG", "NNP", "XPN", "XSN", "") for row in reading.rows)
        if (
            len(reading.rows) > 1
            and nouns
            and reading.score >= best - _COMPOUND
            and _sound(reading, content[0].form, vocabulary)
        ):
            return reading
    return None

"""What a tokenizer does to a published list of words and their inflected forms, whatever the corpus.

The lists were written for this project and ship with it (``data/``): ``words.tsv`` holds common nouns and the dictionary forms of
common predicates, ``lemmas.tsv`` nouns and stems, ``suffixes.tsv`` particles and endings, and ``forms.tsv`` what Kiwi's ``join`` makes of
every lemma with every suffix (왕이, 학교가; 먹었다, 갔다).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from explorer.core.intervals import Interval, Units
from explorer.tokenizers.engines.pieces import piece_text
from explorer.tokenizers.token import Token, key_of

__all__ = ["Lemma", "generate_forms", "lemmas", "probe_results", "probe_texts", "words"]


@dataclass(frozen=True, slots=True)
class Lemma:
    """A noun or a predicate's stem, its Sejong tag, and its forms with particles or endings."""

    stem: str
    tag: str
    forms: tuple[str, ...]


def _table(name: str) -> list[list[str]]:
    text = files("explorer.tokenizers.comparison").joinpath("data", name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


@lru_cache(maxsize=1)
def words() -> tuple[str, ...]:
    """The word list of ``single_token_words``.

    >>> len(words()) > 300, "학교" in words(), "먹다" in words()
    (True, True, True)
    """
    return tuple(row[0] for row in _table("words.tsv"))


@lru_cache(maxsize=1)
def lemmas() -> tuple[Lemma, ...]:
    """Nouns and stems with their forms.

    >>> lemmas()[0].stem, lemmas()[0].forms[:3]
    ('왕', ('왕이', '왕은', '왕을'))
    """
    forms: dict[tuple[str, str], list[str]] = {}
    for stem, tag, form in _table("forms.tsv"):
        forms.setdefault((stem, tag), []).append(form)
    return tuple(Lemma(stem, tag, tuple(found)) for (stem, tag), found in forms.items())


def generate_forms() -> list[tuple[str, str, str]]:
    """``(stem, tag, form)`` of every lemma with every suffix, joined by Kiwi: how ``forms.tsv`` was made."""
    from explorer.text.morphology import shared_kiwi

    kiwi = shared_kiwi()
    suffixes: dict[str, list[list[tuple[str, str]]]] = {"noun": [], "predicate": []}
    for suffix, after in _table("suffixes.tsv"):
        parts = [part.partition("/") for part in suffix.split("+")]
        suffixes[after].append([(form, tag) for form, _, tag in parts])
    return [
        (stem, tag, kiwi.join([(stem, tag), *suffix]))
        for stem, tag in _table("lemmas.tsv")
        for suffix in suffixes["noun" if tag.startswith("NN") else "predicate"]
    ]


def probe_texts() -> list[str]:
    """What has to be tokenized: the words, the words after a space, the forms after a space."""
    return [*words(), *(f" {word}" for word in words()), *(f" {form}" for lemma in lemmas() for form in lemma.forms)]


def probe_results(results: Sequence[Sequence[Token]], seed: int = 42) -> dict[str, Interval]:
    """The metrics of group ``"words"`` from the tokens of :func:`probe_texts`; intervals resample words."""
    count = len(words())
    found: dict[str, Interval] = {}
    for name, tokens in (("single_token_words", results[:count]), ("single_token_words_spaced", results[count : 2 * count])):
        units = Units(2, seed)
        for row in tokens:
            units.add([float(len([token for token in row if token.surface.strip() or not token.surface]) == 1), 1])
        found[name] = units.ratio(0, 1)
    whole, consistent = Units(2, seed), Units(2, seed)
    at = 2 * count
    for lemma in lemmas():
        rows = [_visible(row) for row in results[at : at + len(lemma.forms)]]
        at += len(lemma.forms)
        kept = [_is_whole(lemma, row) for row in rows]
        first = Counter(key_of(row[0]) for row in rows if row)
        common, times = first.most_common(1)[0] if first else ("", 0)
        same = [stays or (times > 1 and bool(row) and key_of(row[0]) == common) for stays, row in zip(kept, rows, strict=True)]
        whole.add([sum(kept) / len(rows), 1])
        consistent.add([sum(same) / len(rows), 1])
    return found | {"stem_whole": whole.ratio(0, 1), "inflection_consistency": consistent.ratio(0, 1)}


def _visible(tokens: Sequence[Token]) -> list[Token]:
    # A lone space mark says nothing about the word after it.
    return [token for token in tokens if token.surface.strip()]


def _is_whole(lemma: Lemma, tokens: Sequence[Token]) -> bool:
    if not tokens or tokens[0].unknown:
        return False
    first = tokens[0]
    if first.tag is not None:
        return first.form in (lemma.stem, f"{lemma.stem}다")
    return piece_text([first.form]).strip() == lemma.stem

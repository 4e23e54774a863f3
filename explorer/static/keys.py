"""Which tokens become keys of a model.

``content``  what names something: nouns, pronouns, numerals, predicates as stem + 다, adverbs, determiners, roots, foreign
             words, 한자, hashtags, emoji. Particles, endings, affixes, bound nouns, digits and symbols are left out: they are
             half of all tokens and say little about their neighbours. Of tokens without tags: those that have a letter,
             without the signs around them.
``all``      every token but white space.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.core.errors import BadInput

if TYPE_CHECKING:
    from explorer.tokenizers.token import Tokenizer

__all__ = ["CHOICES", "CONTENT_TAGS", "choose_keys", "key_filter"]

CHOICES = ("content", "all")

CONTENT_TAGS = frozenset({"NNG", "NNP", "NP", "NR", "XR", "VV", "VA", "VCN", "MAG", "MM", "IC", "SL", "SH"})
"""Sejong tags kept by ``content``, besides Kiwi's W_… (links, hashtags, emoji)."""

_TAGGED = frozenset({"kiwi", "mecab"})
_FINAL = frozenset(".?!…。？！")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def choose_keys(tokenizer: Tokenizer, choice: str | None) -> str:
    """The choice itself, checked, or what fits the tokenizer: ``content`` for morphemes, ``all`` for sub-words, where
    every piece is part of some word.

    Raises:
        BadInput: the choice is unknown.
    """
    if choice is None:
        return "content" if tokenizer.params().get("engine", tokenizer.name) in {*_TAGGED, "eojeol"} else "all"
    if choice not in CHOICES:
        raise BadInput("static.unknown_keys", keys=choice, choices=", ".join(CHOICES))
    return choice


def _tag_of(key: str) -> str | None:
    """The Sejong tag of a key, or ``None``; MeCab joins the tags of fused morphemes with +, the first one rules."""
    form, slash, tag = key.rpartition("/")
    if not (slash and form and tag and tag[0].isupper() and tag.replace("_", "").replace("+", "").replace("-", "").isalnum()):
        return None
    return tag if tag.isascii() and tag.upper() == tag else None


def key_filter(choice: str) -> tuple[Callable[[str], str | None], Callable[[str], bool]]:
    """Two questions about a key as the tokenizer makes it.

    Returns:
        ``keep(key)``: the key to count (without white space, which separates keys in a corpus file), or ``None``; and
        ``ends(key)``: whether a sentence ends with this key.

    >>> keep, ends = key_filter("content")
    >>> keep("왕/NNG"), keep("을/JKO"), ends("./SF"), keep("왔다.")
    ('왕/NNG', None, True, '왔다')
    """

    def keep(key: str) -> str | None:
        if not key.strip():
            return None
        tag = _tag_of(key)
        if choice == "content":
            if tag is None:  # an eojeol: without the quotes and full stops around it
                key = _EDGES.sub("", key)
                return "_".join(key.split()) if any(map(str.isalpha, key)) else None
            if tag.partition("+")[0].partition("-")[0] not in CONTENT_TAGS and not tag.startswith("W_"):
                return None
        return "_".join(key.split())

    def ends(key: str) -> bool:
        tag = _tag_of(key)
        return tag == "SF" if tag is not None else key.strip("▁Ġ#")[-1:] in _FINAL

    return keep, ends

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
from explorer.text.tags import MODELLED, base_tag, tag_of

if TYPE_CHECKING:
    from explorer.tokenizers.token import Tokenizer

__all__ = ["CHOICES", "choose_keys", "key_filter"]

CHOICES = ("content", "all")

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
        tag = tag_of(key)
        if choice == "content":
            if not tag:  # an eojeol: without the quotes and full stops around it
                key = _EDGES.sub("", key)
                return "_".join(key.split()) if any(map(str.isalpha, key)) else None
            if base_tag(tag) not in MODELLED and not tag.startswith("W_"):
                return None
        return "_".join(key.split())

    def ends(key: str) -> bool:
        tag = tag_of(key)
        return tag == "SF" if tag else key.strip("▁Ġ#")[-1:] in _FINAL

    return keep, ends

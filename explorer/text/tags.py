"""Part-of-speech tags of the Sejong scheme, with Kiwi's and MeCab's additions, and the keys that carry them: ``왕/NNG``.

Sets that look alike differ on purpose; each says what it is for.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = [
    "AFFIXES",
    "ATTACHED",
    "COMPOUNDING",
    "CONTENT",
    "FUNCTION",
    "LISTED",
    "MASKED",
    "MODELLED",
    "NOUNS",
    "PREDICATES",
    "PREDICATE_SUFFIXES",
    "SIGNS",
    "TOPICAL",
    "WORD_STARTS",
    "base_tag",
    "is_bound",
    "split_key",
    "tag_of",
    "typed_key",
    "word_of",
]

# A closed list, because A/S and TCP/IP are words, not tagged morphemes.
_TAGS = frozenset(
    [
        "NNG",
        "NNP",
        "NNB",
        "NNBC",
        "NR",
        "NP",
        "VV",
        "VA",
        "VX",
        "VCP",
        "VCN",
        "MM",
        "MAG",
        "MAJ",
        "IC",
        "JKS",
        "JKC",
        "JKG",
        "JKO",
        "JKB",
        "JKV",
        "JKQ",
        "JX",
        "JC",
        "EP",
        "EF",
        "EC",
        "ETN",
        "ETM",
        "XPN",
        "XSN",
        "XSV",
        "XSA",
        "XSM",
        "XR",
        "SF",
        "SP",
        "SS",
        "SSO",
        "SSC",
        "SE",
        "SO",
        "SW",
        "SC",
        "SY",
        "SL",
        "SH",
        "SN",
        "SB",
        "NA",
        "NF",
        "NV",
        "UN",
        "UNKNOWN",
        "UNA",
        "W_URL",
        "W_EMAIL",
        "W_HASHTAG",
        "W_MENTION",
        "W_SERIAL",
        "W_EMOJI",
        "Z_CODA",
        "Z_SIAT",
        "USER0",
        "USER1",
        "USER2",
        "USER3",
        "USER4",
    ]
)

CONTENT = frozenset(["NNG", "NNP", "NNB", "NNBC", "NR", "NP", "XR", "VV", "VA", "MM", "MAG", "MAJ", "IC", "SL", "SH", "SN"])
"""What names something on its own, so that a word cannot be looked up without it."""

MODELLED = (CONTENT - {"NNB", "NNBC", "MAJ", "SN"}) | {"VCN"}
"""What word vectors are trained on: content whose neighbours say something about it. Bound nouns, conjunctions and digits stand
anywhere; 아니다 does not."""

LISTED = CONTENT - {"NNBC", "SN"}
"""Content worth a place on a map or in a list: counters and digits are left out."""

TOPICAL = frozenset(["NNG", "NNP", "XR", "VV", "VA", "MAG"])
"""What tells what a sentence is about: content that is not a pronoun, numeral, determiner or exclamation."""

WORD_STARTS = (CONTENT - {"NNBC", "SL", "SH", "SN"}) | {"VX", "VCN", "XPN"}
"""What a Korean word may begin with, in Hangul."""

MASKED = TOPICAL | {"MM"}
"""What training masks more often than the rest, and what stands in for a masked word."""

NOUNS = frozenset(["NNG", "NNP", "NNB", "NR"])
"""Nouns that prefixes and suffixes attach to; pronouns take none."""

COMPOUNDING = frozenset(["NNG", "NNP", "XR", "SL", "SH"])
"""What may be written together as one name, as 국립공원 may."""

PREDICATES = frozenset(["VV", "VA", "VX", "VCP", "VCN"])
"""Stems that a key gives 다, as dictionaries do."""

PREDICATE_SUFFIXES = frozenset(["XSV", "XSA", "XSM"])
"""Suffixes that make a predicate or an adverb of what stands before them: 공부 + 하."""

AFFIXES = frozenset(["XPN", "XSN"])
"""Affixes of nouns. They carry meaning (님, 풍, 비-), but a missing one does not make a word another."""

ATTACHED = ("J", "E", "XS", "VCP", "Z_")
"""How tags of what is written onto the word before it begin."""

FUNCTION = ("J", "E", "X", "S", "Z")
"""How tags of particles, endings, affixes, signs and codas begin: what is no word by itself."""

SIGNS = ("S", "W_")
"""How tags of signs begin, foreign letters, digits and links among them."""


_KONLPY = {
    "Noun": "NNG",
    "ProperNoun": "NNP",
    "Verb": "VV",
    "Adjective": "VA",
    "Adverb": "MAG",
    "Determiner": "MM",
    "Modifier": "MM",
    "Exclamation": "IC",
    "Conjunction": "MAJ",
    "Number": "SN",
    "Alpha": "SL",
    "Foreign": "SL",
    "Josa": "JX",
    "Eomi": "EF",
    "PreEomi": "EP",
    "Suffix": "XSN",
    "VerbPrefix": "XPN",
    "NounPrefix": "XPN",
    "KoreanParticle": "IC",
    "Punctuation": "SW",
}
"""The tags of KoNLPy's Okt that tell more than a sign does, and the Sejong tags nearest to them."""


@lru_cache(4096)
def _is_tag(text: str) -> bool:
    return text in _KONLPY or all((part[:-2] if part.endswith(("-I", "-R")) else part) in _TAGS for part in text.split("+"))


def base_tag(tag: str | None) -> str:
    """A tag without its variant (VV-I), of fused morphemes (VV+EF) the first one's, of KoNLPy's (Verb) Sejong's; empty if none.

    >>> base_tag("VV-I"), base_tag("VV+EF"), base_tag("Verb"), base_tag(None)
    ('VV', 'VV', 'VV', '')
    """
    plain = (tag or "").partition("+")[0].partition("-")[0]
    return _KONLPY.get(plain, plain)


def is_bound(tag: str) -> bool:
    """Whether a tag is that of a particle, an ending or an affix: what only others make a word of."""
    base = base_tag(tag)
    return base.startswith(("J", "E")) or base in AFFIXES or base in PREDICATE_SUFFIXES


def typed_key(text: str) -> tuple[str, str] | None:
    """A form and a Sejong tag typed in any of the ways people write them; ``None`` where a text ends in no tag.

    >>> typed_key("왕/nng"), typed_key("먹다/Verb"), typed_key("A/S")
    (('왕', 'NNG'), ('먹다', 'VV'), None)
    """
    form, _, tag = text.rpartition("/")
    named = next((known for name, known in _KONLPY.items() if name.lower() == tag.lower()), tag.upper())
    return (form, base_tag(named)) if form and len(tag) > 1 and _is_tag(named) else None


def split_key(key: str) -> tuple[str, str]:
    """A key's form and its tag, which is empty where the key has none. A slash may be part of a form.

    >>> split_key("왕/NNG"), split_key("돕다/VV-I"), split_key("//SP"), split_key("km/h/SL"), split_key("A/S")
    (('왕', 'NNG'), ('돕다', 'VV-I'), ('/', 'SP'), ('km/h', 'SL'), ('A/S', ''))
    """
    form, _, tag = key.rpartition("/")
    return (form, tag) if form and _is_tag(tag) else (key, "")


def word_of(key: str) -> str:
    """The key without its tag: what a person would call it.

    >>> word_of("먹다/VV")
    '먹다'
    """
    return split_key(key)[0]


def tag_of(key: str) -> str:
    """The key's tag; empty where it has none.

    >>> tag_of("먹다/VV"), tag_of("서울")
    ('VV', '')
    """
    return split_key(key)[1]

"""Every metric of a comparison: its formula, its unit, and the group it is shown in.

Notation: N tokens, W eojeol (runs without white space), C Unicode code points after NFC (spaces included), B bytes of the NFC text
in UTF-8. Special tokens are never counted.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFINITIONS", "GROUPS", "METRICS", "UNITS", "Metric", "shown"]


@dataclass(frozen=True, slots=True)
class Metric:
    """What one number means.

    Attributes:
        unit: the unit of the value; ``"share"`` is a number between 0 and 1 that people read as a percentage.
        group: the table it stands in, one of :data:`GROUPS`.
        text: formula, source, and what to beware of.
    """

    unit: str
    group: str
    text: str


GROUPS = {
    "length": "Length",
    "loss": "What is lost",
    "words": "Words and their forms",
    "boundaries": "Morpheme boundaries",
    "vocabulary": "Vocabulary",
    "speed": "Speed",
}
"""Groups of metrics in the order they are shown."""

METRICS: dict[str, Metric] = {
    "tokens_per_eojeol": Metric(
        "tokens/eojeol",
        "length",
        "N / W: tokens per white-space word (fertility, Rust et al. 2021, with the eojeol as the word)",
    ),
    "tokens_per_character": Metric("tokens/character", "length", "N / C: tokens per code point, spaces counted"),
    "bytes_per_token": Metric("bytes/token", "length", "B / N: UTF-8 bytes per token; not comparable across scripts"),
    "continued_words": Metric("share", "length", "share of eojeol cut into two tokens or more (Rust et al. 2021)"),
    "parity": Metric(
        "ratio", "length", "tokens of the Korean side / tokens of the other side of parallel text (premium, Petrov et al. 2023)"
    ),
    "cost_per_1000_characters": Metric(
        "price", "length", "1,000 · N / C · price per million tokens / 1,000,000, in the currency of the price"
    ),
    "unknown_tokens": Metric("share", "loss", "share of tokens that are unknown to the tokenizer"),
    "unknown_characters": Metric(
        "share", "loss", "share of code points under unknown tokens (one unknown token can hide a whole word)"
    ),
    "byte_tokens": Metric("share", "loss", "share of tokens that are bytes or pieces of one character"),
    "byte_characters": Metric("share", "loss", "share of code points spelled with such tokens"),
    "lost_characters": Metric(
        "share",
        "loss",
        "share of visible code points that decoding does not give back (without a decoder: that no token covers)",
    ),
    "lossless": Metric(
        "share",
        "loss",
        "share of documents whose decoded tokens are the document; white space of any kind and length counts as one space",
    ),
    "single_token_words": Metric(
        "share", "words", "share of the word list (types) that is one token (single-token retention, Nayeem et al. 2025)"
    ),
    "single_token_words_spaced": Metric("share", "words", "the same with a space before the word, as inside a sentence"),
    "stem_whole": Metric(
        "share", "words", "share of inflected forms in which the noun or stem is one token of its own (macro over words)"
    ),
    "inflection_consistency": Metric(
        "share",
        "words",
        "share of inflected forms that keep the noun or stem whole, or begin with the token most forms of that word begin with "
        "(macro over words); near 1 for tiny units by construction: read it beside stem_whole",
    ),
    "boundary_precision": Metric(
        "share",
        "boundaries",
        "share of the cuts inside eojeol that are morpheme boundaries of the reference (at syllable edges)",
    ),
    "boundary_recall": Metric(
        "share", "boundaries", "share of the reference's morpheme boundaries at syllable edges that the tokenizer cuts at"
    ),
    "boundary_f1": Metric("share", "boundaries", "harmonic mean of boundary precision and recall, over all boundaries (micro)"),
    "boundary_f1_types": Metric(
        "share", "boundaries", "mean of the F1 of every different eojeol that has a boundary (macro over types)"
    ),
    "exact_eojeol": Metric(
        "share", "boundaries", "share of eojeol cut exactly as the reference does, those with fused morphemes aside"
    ),
    "fused_boundaries": Metric(
        "share",
        "boundaries",
        "share of the reference's boundaries that lie inside a syllable (갔 = 가 + 았) and are left out of the scores; "
        "the same for every tokenizer",
    ),
    "boundary_f1_kiwi": Metric(
        "share", "boundaries", "boundary F1 against Kiwi's analysis of the corpus instead of the gold standard"
    ),
    "vocabulary_used": Metric("share", "vocabulary", "share of the vocabulary that occurs; grows with the corpus"),
    "renyi_efficiency": Metric(
        "ratio",
        "vocabulary",
        "Rényi entropy of order 2.5 of the token distribution / log of the vocabulary size (Zouhar et al. 2023)",
    ),
    "megabytes_per_second": Metric(
        "MB/s", "speed", "text in UTF-8 made into tokens with spans, one thread (MB = 1,000,000 bytes)"
    ),
    "characters_per_second": Metric("characters/s", "speed", "the same in code points"),
    "megabytes_per_second_all": Metric("MB/s", "speed", "the same with all threads"),
    "characters_per_second_all": Metric("characters/s", "speed", "the same with all threads, in code points"),
    "load_seconds": Metric("s", "speed", "time until the first token, libraries that this process had not loaded yet included"),
}
"""Every metric, in the order shown."""

DEFINITIONS: dict[str, str] = {name: metric.text for name, metric in METRICS.items()}
UNITS: dict[str, str] = {name: metric.unit for name, metric in METRICS.items()}


def shown(name: str, value: float) -> str:
    """A value as people read it.

    >>> shown("lossless", 0.5), shown("parity", 4.949), shown("characters_per_second", 1234567.8)
    ('50.00 %', '4.949', '1,234,568')
    """
    unit = UNITS.get(name, "")
    if unit == "share":
        return f"{100 * value:.2f} %"
    if unit == "characters/s":
        return f"{value:,.0f}"
    if unit == "price":
        return f"{value:.3g}" if value < 0.001 else f"{value:.5f}"
    return f"{value:.3f}"

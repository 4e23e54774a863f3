"""Cards of well-known tokenizers for Korean: what they are and how to get them. Nothing is loaded before it is asked for.

Every fact is from the model's own card, configuration or source; what could not be verified is ``None``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["CARDS", "TEKKEN", "Card", "card"]

TEKKEN = "package:mistral-common"
"""The source of what the package ``mistral-common`` carries."""


@dataclass(frozen=True, slots=True)
class Card:
    """One published tokenizer.

    Attributes:
        name: what :func:`explorer.tokenizer` takes.
        title: what people call it.
        kind: the algorithm.
        vocab_size: entries with added tokens.
        normalisation: what it does to text before cutting it.
        source: what :func:`explorer.tokenizer` loads it from: a hub id, or ``tiktoken:NAME``, or :data:`TEKKEN`.
        licence: as the source states it.
        note: what to know before using it.
    """

    name: str
    title: str
    kind: str
    vocab_size: int | None
    normalisation: str | None
    source: str
    licence: str | None = None
    note: str | None = None

    @property
    def get(self) -> str:
        """How it comes to this machine, a phrase."""
        if self.source == TEKKEN:
            return "comes with the mistral-common package (extra llm)"
        if self.source.startswith("tiktoken:"):
            return "downloaded once by the tiktoken package (extra tiktoken)"
        return f"downloaded once from huggingface.co/{self.source}"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"get": self.get}


_GATED = "gated: its terms have to be accepted on the hub first"

CARDS: tuple[Card, ...] = (
    Card(
        "mbert",
        "BERT multilingual, cased",
        "WordPiece",
        119_547,
        "cleaning; hanja apart; no lower-casing",
        "google-bert/bert-base-multilingual-cased",
        "Apache-2.0",
        "104 languages; the uncased model takes Hangul syllables apart and is of no use for Korean",
    ),
    Card(
        "xlm-r",
        "XLM-RoBERTa",
        "SentencePiece unigram",
        250_002,
        "SentencePiece's compiled map",
        "FacebookAI/xlm-roberta-base",
        "MIT",
        "94 languages",
    ),
    Card(
        "klue-bert",
        "KLUE BERT",
        "WordPiece",
        32_000,
        None,
        "klue/bert-base",
        "CC-BY-SA-4.0",
        "its vocabulary was learnt on text cut by Mecab-ko",
    ),
    Card("kobert", "KoBERT", "SentencePiece", 8_002, None, "skt/kobert-base-v1", "Apache-2.0"),
    Card(
        "koelectra-v3",
        "KoELECTRA v3",
        "WordPiece",
        35_000,
        "no lower-casing",
        "monologg/koelectra-base-v3-discriminator",
        "Apache-2.0",
        "versions 1 and 2 have another vocabulary, of 32,200",
    ),
    Card(
        "kcbert", "KcBERT", "WordPiece", 30_000, "no lower-casing", "beomi/kcbert-base", "Apache-2.0", "learnt on news comments"
    ),
    Card(
        "kogpt2",
        "KoGPT2 v2",
        "BPE of characters",
        51_200,
        None,
        "skt/kogpt2-base-v2",
        "CC-BY-NC-SA-4.0",
        "emoji and emoticons were added by hand",
    ),
    Card(
        "gpt2",
        "GPT-2",
        "byte-level BPE",
        50_257,
        "none",
        "openai-community/gpt2",
        "MIT",
        "English; most syllables become bytes",
    ),
    Card("cl100k", "cl100k_base (GPT-3.5, GPT-4)", "byte-level BPE", 100_277, "none", "tiktoken:cl100k_base"),
    Card("o200k", "o200k_base (GPT-4o)", "byte-level BPE", 200_019, "none", "tiktoken:o200k_base"),
    Card(
        "llama-3",
        "Llama 3",
        "byte-level BPE",
        128_256,
        "none",
        "meta-llama/Meta-Llama-3-8B",
        "Llama 3 Community License",
        _GATED,
    ),
    Card(
        "mistral-tekken",
        "Tekken (Mistral Nemo, Pixtral, Ministral)",
        "byte-level BPE",
        131_072,
        "none",
        TEKKEN,
        "Apache-2.0",
        "1,000 of its ids are special tokens",
    ),
    Card("qwen-2.5", "Qwen 2.5", "byte-level BPE", 151_665, "NFC", "Qwen/Qwen2.5-7B"),
    Card(
        "gemma-2",
        "Gemma 2",
        "BPE with byte fallback",
        256_000,
        "spaces become ▁",
        "google/gemma-2-9b",
        "Gemma Terms of Use",
        _GATED,
    ),
    Card(
        "gemma-3",
        "Gemma 3",
        "BPE with byte fallback",
        262_144,
        "spaces become ▁",
        "google/gemma-3-4b-it",
        "Gemma Terms of Use",
        _GATED,
    ),
    Card(
        "exaone-3",
        "EXAONE 3.0",
        "byte-level BPE",
        102_400,
        None,
        "LGAI-EXAONE/EXAONE-3.0-7.8B-Instruct",
        None,
        "learnt on Korean cut by MeCab",
    ),
)
"""The cards, Korean and multilingual encoders first."""

_BY_NAME = {entry.name: entry for entry in CARDS}


def card(name: str) -> Card | None:
    """The card of that name, if there is one.

    >>> card("klue-bert").source, card("nonesuch")
    ('klue/bert-base', None)
    """
    return _BY_NAME.get(name)

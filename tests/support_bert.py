"""A small BERT for tests: random weights, a vocabulary of syllables, saved as transformers saves one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def save_wordpieces(folder: Path, entries: Iterable[str], *, lower: bool = False, positions: int = 64) -> int:
    """A WordPiece tokenizer of these entries after the special ones; returns how many it has."""
    from tokenizers import BertWordPieceTokenizer, Tokenizer
    from transformers import BertTokenizerFast

    vocabulary = {entry: number for number, entry in enumerate(dict.fromkeys([*SPECIAL, *entries]))}
    made = BertWordPieceTokenizer(vocabulary, lowercase=lower, strip_accents=lower)
    backend = Tokenizer.from_str(made.to_str())
    tokenizer = BertTokenizerFast(tokenizer_object=backend, do_lower_case=lower, model_max_length=positions)
    assert len(tokenizer) == len(vocabulary)  # a vocabulary that was silently ignored has five entries
    tokenizer.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    return len(vocabulary)


def save_small_bert(folder: Path) -> Path:
    """Three blocks × 24 dimensions over every syllable of the sample's homograph sentences."""
    import torch
    from transformers import BertConfig, BertModel

    from corpora.sample import homographs, sentences

    texts = [one.text for one in homographs()] + [one.text for one in sentences()]
    letters = sorted({char for text in texts for char in text if not char.isspace()})
    size = save_wordpieces(folder, [*letters, *[f"##{char}" for char in letters]], positions=128)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=size,
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=128,
        initializer_range=0.1,
    )
    BertModel(config).save_pretrained(folder)
    return folder

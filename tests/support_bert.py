"""A small BERT for tests: random weights, a vocabulary of syllables, saved as transformers saves one."""

from __future__ import annotations

from pathlib import Path

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def save_small_bert(folder: Path) -> Path:
    """Three blocks × 24 dimensions over every syllable of the sample's homograph sentences."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    from corpora.sample import homographs, sentences

    texts = [one.text for one in homographs()] + [one.text for one in sentences()]
    letters = sorted({char for text in texts for char in text if not char.isspace()})
    entries = [*SPECIAL, *letters, *[f"##{char}" for char in letters]]
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
    made = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=False, strip_accents=False)
    tokenizer = BertTokenizerFast(tokenizer_object=made._tokenizer, do_lower_case=False, model_max_length=128)
    assert len(tokenizer) == len(entries)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(entries),
        hidden_size=24,
        num_hidden_layers=3,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=128,
        initializer_range=0.1,
    )
    BertModel(config).save_pretrained(folder)
    return folder

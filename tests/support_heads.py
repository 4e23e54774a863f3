"""Small checkpoints with heads, for tests: random weights, vocabularies that hold real Korean words."""

from __future__ import annotations

from pathlib import Path

from support_bert import save_wordpieces

LINES = (
    "나는 배를 타고 섬에 갔다.",
    "배를 먹고 잠을 잤다.",
    "사과를 먹었다.",
    "학교에서 친구와 밥을 먹었다.",
    "오늘 날씨가 좋다.",
    "바다에 배가 있다.",
    "시원한 배를 깎아 먹었다.",
)
WORDS = [
    "배",
    "섬",
    "밥",
    "사과",
    "학교",
    "친구",
    "오늘",
    "날씨",
    "바다",
    "타고",
    "먹고",
    "먹",
    "타",
    "나",
    "갔다",
    "좋다",
    ".",
]
INNER = ["##를", "##고", "##는", "##에", "##에서", "##을", "##가", "##었다", "##과", "##다", "##와"]


def _config(kind, size: int, **more):
    return kind(
        vocab_size=size,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=64,
        initializer_range=0.6,
        **more,
    )


def save_wordpiece(folder: Path, model: str = "BertForMaskedLM") -> Path:
    """A BERT with a WordPiece vocabulary of syllables and some words, and the head that ``model`` names."""
    import torch
    import transformers

    letters = sorted({char for line in LINES for char in line if char.isalpha()})
    size = save_wordpieces(folder, [*letters, *[f"##{char}" for char in letters], *WORDS, *INNER, "를", "고"])
    torch.manual_seed(0)
    getattr(transformers, model)(_config(transformers.BertConfig, size)).save_pretrained(folder)
    return folder


def save_metaspace(folder: Path) -> Path:
    """An XLM-R-like masked model: SentencePiece pieces, words marked by ▁, ``<mask>``."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    letters = sorted({char for line in LINES for char in line if not char.isspace()})
    words = ["▁배", "▁섬", "▁먹", "▁타고", "▁사과", "를", "었다", "▁학교", "에서", "▁갔다"]
    table = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -20.0)]
    table += [(piece, -3.0) for piece in words] + [("▁", -6.0)] + [(letter, -8.0) for letter in letters if letter not in "를"]
    backend = Tokenizer(models.Unigram(table, unk_id=3))
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    backend.decoder = decoders.Metaspace()
    backend.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    backend.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=62,
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = _config(transformers.XLMRobertaConfig, len(tokenizer), pad_token_id=1, bos_token_id=0, eos_token_id=2)
    transformers.XLMRobertaForMaskedLM(config).save_pretrained(folder)
    return folder


def save_byte_decoder(folder: Path, positions: int = 64) -> Path:
    """A GPT-2 over byte-level pieces: a few merged words, everything else byte by byte."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, initial_alphabet=alphabet, special_tokens=["<|endoftext|>"], show_progress=False
    )
    backend.train_from_iterator(LINES, trainer)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<|endoftext|>", bos_token="<|endoftext|>", model_max_length=positions
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(2)
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_embd=24, n_layer=2, n_head=2, n_positions=positions, initializer_range=0.6,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


def save_byte_masked(folder: Path) -> Path:
    """A RoBERTa over byte-level pieces, a space before a word written Ġ."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=340, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=specials, show_progress=False
    )
    backend.train_from_iterator(LINES, trainer)
    backend.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    names = dict(zip(("bos_token", "pad_token", "eos_token", "unk_token", "mask_token"), specials, strict=True))
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, cls_token="<s>", sep_token="</s>", model_max_length=62, **names
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    config = _config(transformers.RobertaConfig, len(tokenizer), pad_token_id=1, bos_token_id=0, eos_token_id=2)
    transformers.RobertaForMaskedLM(config).save_pretrained(folder)
    return folder


def save_metaspace_decoder(folder: Path) -> Path:
    """A GPT-2 over pieces that mark words by ▁, with bytes for what the vocabulary lacks."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted({char for line in LINES for char in line if not char.isspace()})
    pieces = ["<unk>", "</s>", *[f"<0x{byte:02X}>" for byte in range(256)], "▁", *letters, "▁배", "▁섬", "▁날", "먹었"]
    numbers = {piece: number for number, piece in enumerate(pieces)}
    merges = [("▁", "배"), ("▁", "섬"), ("▁", "날"), ("먹", "었")]
    backend = Tokenizer(models.BPE(numbers, merges, unk_token="<unk>", byte_fallback=True))
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    backend.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="</s>", unk_token="<unk>", model_max_length=64
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(4)
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_embd=24, n_layer=2, n_head=2, n_positions=64, initializer_range=0.6,
        bos_token_id=1, eos_token_id=1,
    )  # fmt: skip
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return folder

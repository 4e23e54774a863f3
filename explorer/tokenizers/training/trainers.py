"""The calls into SentencePiece and Hugging Face that learn a vocabulary."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError
from explorer.core.leftovers import passing_folder
from explorer.core.store import cache_path
from explorer.tokenizers.engines.huggingface import wordpiece
from explorer.tokenizers.engines.spans import ODD_SPACES

__all__ = ["BOUNDARY", "Recipe", "cache_folder", "hugging_face", "sentence_piece", "versions"]

BOUNDARY = "\u241f"
"""Stands between two morphemes of one word in the training text: no piece crosses it (␟, symbol for unit separator)."""

# Sums over lines are added per thread: a fixed number makes the result the same on every machine.
_THREADS = 4
# SentencePiece leaves longer lines (in bytes) out; the default of 4,192 would drop most paragraphs of 1,400 syllables and more.
_LONGEST = 1 << 20

_BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is trained; the fields are arguments of :func:`~explorer.tokenizers.training.train.train_tokenizer`."""

    kind: str
    vocab_size: int
    seed: int
    coverage: float
    byte_fallback: bool
    special_tokens: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The settings for the record, without the kind."""
        found = {name: getattr(self, name) for name in self.__slots__ if name != "kind"}
        return found | {"special_tokens": list(self.special_tokens)}


def sentence_piece(recipe: Recipe, lines: Iterable[str], characters: Counter[str]) -> dict[str, bytes]:
    """Train unigram or BPE; returns ``{"tokenizer.model": bytes}``.

    NFKC, SentencePiece's default, is switched off: it turns the ㅋ of ㅋㅋㅋ into another character. Texts are NFC already. What
    the model maps is white space of any kind, which becomes a space as it did in the texts learnt from.
    """
    import sentencepiece

    inside = recipe.kind.startswith("kiwi-")
    settings: dict[str, Any] = {
        "model_type": recipe.kind.removeprefix("kiwi-"),
        "vocab_size": recipe.vocab_size,
        "character_coverage": recipe.coverage,
        "byte_fallback": recipe.byte_fallback,
        "num_threads": _THREADS,
        "max_sentence_length": _LONGEST,
        "minloglevel": 3,
    }
    if recipe.special_tokens:
        settings["user_defined_symbols"] = list(recipe.special_tokens)
    if inside:
        # A word's first segment brings its own space, a later one has none.
        settings |= {"pretokenization_delimiter": BOUNDARY, "add_dummy_prefix": False, "remove_extra_whitespaces": False}
    sentencepiece.set_random_generator_seed(recipe.seed)
    model = io.BytesIO()
    with passing_folder(cache_path("x").parent) as folder:
        rules = folder / "rules.tsv"
        rules.write_text("".join(f"{ord(char):X}\t20\n" for char in ODD_SPACES), encoding="ascii")
        settings["normalization_rule_tsv"] = str(rules)
        try:
            sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(lines), model_writer=model, **settings)
        except RuntimeError as error:
            raise _refused(str(error), recipe.vocab_size) from error
    return {"tokenizer.model": _forgetting(str(rules).encode(), model.getvalue())}


def _forgetting(path: bytes, model: bytes) -> bytes:
    """A model without the path of the rules (field 6 of its normalizer_spec, 3): it is another one each time, and tells of a machine."""
    parts = []
    for tag, content in _fields(model):
        if tag == 0x1A:
            content = content.replace(_field(0x32, path), b"", 1)
        parts.append(_field(tag, content))
    return b"".join(parts)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each field of a protocol buffer whose fields all have a length, as a SentencePiece model's have."""
    at = 0
    while at < len(message):
        tag, size, shift = message[at], 0, 0
        while True:
            at += 1
            size |= (message[at] & 0x7F) << shift
            shift += 7
            if message[at] < 0x80:
                break
        yield tag, message[at + 1 : at + 1 + size]
        at += 1 + size


def _field(tag: int, content: bytes) -> bytes:
    size, head = len(content), bytearray([tag])
    while size > 0x7F:
        head.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes(head) + bytes([size]) + content


def _refused(message: str, vocab_size: int) -> ExplorerError:
    """SentencePiece's reasons, in one line that says what would work."""
    high = re.search(r"Vocabulary size too high \(\d+\)\. Please set it to a value <= (\d+)", message)
    if high:
        return BadInput("tokenizers.vocab_size_unreachable", vocab_size=vocab_size, most=high[1])
    low = re.search(r"smaller than required_chars\. \d+ vs (\d+)", message)
    if low:
        return BadInput("tokenizers.vocab_size_below_coverage", vocab_size=vocab_size, needed=low[1])
    return ExplorerError("tokenizers.sentencepiece_training_failed", reason=" ".join(message.split()))


def hugging_face(recipe: Recipe, lines: Iterable[str], characters: Counter[str]) -> dict[str, bytes]:
    """Train WordPiece or byte-level BPE; returns ``tokenizer.json``, and ``vocab.txt`` for WordPiece."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    if recipe.kind == "wordpiece":
        alphabet = _alphabet(characters, recipe.coverage)
        special = [*_BERT_SPECIAL, *recipe.special_tokens]
        # Inner pieces of single characters are given, not found: the library would number them in the random order of a hash table,
        # and break ties by number. So every covered character also has a piece inside words, and hides no word behind [UNK].
        inner = ["##" + char for char in alphabet]
        needed = len(special) + len(inner) + len(alphabet)
        backend = wordpiece({})
        trainer: Any = trainers.WordPieceTrainer(
            vocab_size=recipe.vocab_size,
            special_tokens=[*special, *inner],
            initial_alphabet=alphabet,
            limit_alphabet=len(alphabet),
            show_progress=False,
        )
    else:
        special = ["<|endoftext|>", *recipe.special_tokens]
        needed = len(special) + 256
        backend = Tokenizer(models.BPE())
        backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        backend.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=recipe.vocab_size,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
    if recipe.vocab_size < needed:
        code = "tokenizers.vocab_size_below_coverage" if recipe.kind == "wordpiece" else "tokenizers.vocab_size_too_small"
        raise BadInput(code, vocab_size=recipe.vocab_size, needed=needed)
    backend.train_from_iterator(iter(lines), trainer)
    reached = backend.get_vocab_size(with_added_tokens=True)
    if reached < recipe.vocab_size:
        raise BadInput("tokenizers.vocab_size_unreachable", vocab_size=recipe.vocab_size, most=reached)
    if reached > recipe.vocab_size:
        raise BadInput("tokenizers.vocab_size_too_small", vocab_size=recipe.vocab_size, needed=reached)
    files = {"tokenizer.json": b""}
    if recipe.kind == "wordpiece":
        vocabulary: Mapping[str, int] = backend.get_vocab(with_added_tokens=True)
        ordered = sorted(vocabulary, key=vocabulary.__getitem__)
        backend = wordpiece({piece: index for index, piece in enumerate(ordered)})
        backend.add_special_tokens(special)
        files["vocab.txt"] = "".join(piece + "\n" for piece in ordered).encode()
        config = {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": False, "unk_token": "[UNK]"}
        config |= {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    else:
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": special[0], "bos_token": special[0]}
    files["tokenizer.json"] = backend.to_str(pretty=True).encode()
    files["tokenizer_config.json"] = (json.dumps(config, ensure_ascii=False, indent=2) + "\n").encode()
    return files


def _alphabet(characters: Counter[str], coverage: float) -> list[str]:
    """The most frequent characters that together make up ``coverage`` of the text; ties by code point."""
    counted = [(count, char) for char, count in characters.items() if not char.isspace()]
    total = sum(count for count, _ in counted)
    kept: list[str] = []
    covered = 0
    for count, char in sorted(counted, key=lambda pair: (-pair[0], pair[1])):
        if covered >= coverage * total:
            break
        kept.append(char)
        covered += count
    return kept


def cache_folder(name: str, files: Mapping[str, bytes]) -> Path:
    """Where a tokenizer without a name is kept: under its content, so that equal ones share a folder."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.encode() + b"\0" + files[file])
    return cache_path("tokenizers", f"{name}-{digest.hexdigest()[:16]}")


def versions(kind: str) -> dict[str, str]:
    """Versions of the libraries that took part."""
    from importlib.metadata import version

    used = ["tokenizers"] if kind in ("wordpiece", "byte-bpe") else ["sentencepiece"]
    if kind.startswith("kiwi-"):
        used += ["kiwipiepy", "kiwipiepy_model"]
    return {package: version(package) for package in used}

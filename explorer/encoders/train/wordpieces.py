"""Word pieces and existing checkpoints for masked modelling: the part that is not about morphemes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.core.progress import ProgressCallback, report, track
from explorer.encoders.forward import require_transformers
from explorer.encoders.train.batches import DOC, MASKABLE, SENTENCE, WORD, Encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["encode_texts", "open_masked_model", "train_wordpiece"]

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

_SENTENCE_END = re.compile(r"[.?!…。]['\"”’)\]]*\s+")
_BATCH = 1_000


def train_wordpiece(texts: Iterable[str], vocab_size: int, length: int, progress: ProgressCallback | None = None) -> Any:
    """A cased WordPiece tokenizer as BERT uses it, as a fast tokenizer of transformers.

    Hangul is never taken apart: nothing is lower-cased, no accents are stripped.
    """
    from tokenizers import BertWordPieceTokenizer, Tokenizer

    report(progress, "training word pieces")
    engine = BertWordPieceTokenizer(lowercase=False, strip_accents=False, handle_chinese_chars=True)
    lines = (line for text in texts for line in text.splitlines() if line.strip())
    engine.train_from_iterator(lines, vocab_size=vocab_size, min_frequency=2, special_tokens=SPECIAL, show_progress=False)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    return require_transformers().PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(engine.to_str()), model_max_length=max(128, length), **names
    )


def encode_texts(texts: Iterable[str], tokenizer: Any, progress: ProgressCallback | None = None) -> Encoded:
    """Documents as pieces of a fast tokenizer, with words (between white space), sentences and documents marked.

    Raises:
        BadInput: there is no text.
    """
    ids: list[NDArray[np.int32]] = []
    marks: list[NDArray[np.uint8]] = []
    for lines in _grouped(track(texts, progress, "encoding", unit="documents")):
        encoded = tokenizer([line for line, _ in lines], add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        for (line, first), numbers, offsets in zip(lines, encoded["input_ids"], encoded["offset_mapping"], strict=True):
            if numbers:
                ids.append(np.asarray(numbers, np.int32))
                marks.append(_marks(line, first, numbers, offsets, tokenizer.unk_token_id))
    if not ids:
        raise BadInput("encoders.no_training_text")
    return Encoded(np.concatenate(ids), np.concatenate(marks))


def _grouped(texts: Iterable[str]) -> Iterator[list[tuple[str, bool]]]:
    group: list[tuple[str, bool]] = []
    for text in texts:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        group += [(line, index == 0) for index, line in enumerate(lines)]
        if len(group) >= _BATCH:
            yield group
            group = []
    if group:
        yield group


def _marks(
    line: str, first: bool, numbers: list[int], offsets: list[tuple[int, int]], unknown: int | None
) -> NDArray[np.uint8]:
    marks = np.full(len(numbers), MASKABLE, np.uint8)
    marks[np.asarray(numbers) == (-1 if unknown is None else unknown)] = 0
    starts = np.array([start for start, _ in offsets])
    ends = np.array([end for _, end in offsets])
    # SentencePiece counts the space before a word to the word.
    spaces = np.concatenate([[0], np.cumsum([character.isspace() for character in line])])
    word = spaces[np.minimum(ends, len(line)) - (ends > starts)]
    marks[np.concatenate([[True], word[1:] != word[:-1]])] |= WORD
    for found in _SENTENCE_END.finditer(line):
        index = int(np.searchsorted(ends, found.end(), side="right"))
        if index < len(marks):
            marks[index] |= SENTENCE | WORD
    marks[0] |= SENTENCE | (DOC if first else np.uint8(0))
    return marks


def open_masked_model(name_or_path: str | Path, progress: ProgressCallback | None = None) -> tuple[Any, Any, list[Message]]:
    """A masked-language model of transformers, its fast tokenizer, and what a person should know about them.

    Opened with the same care as any checkpoint (:func:`~explorer.encoders.checkpoints.open_checkpoint`): safetensors only,
    no code from it.

    Raises:
        BadInput: it cannot be used, is no masked-language model, or has no mask.
    """
    from explorer.encoders.checkpoints import open_checkpoint

    tokenizer = open_checkpoint(name_or_path, "cpu", progress).pieces.tokenizer
    lacking = [part for part in ("mask", "cls", "sep", "pad") if getattr(tokenizer, f"{part}_token_id") is None]
    if lacking:
        raise BadInput("encoders.no_special_piece", model=name_or_path, piece=lacking[0])
    try:
        model, loaded = require_transformers().AutoModelForMaskedLM.from_pretrained(
            str(name_or_path), use_safetensors=True, trust_remote_code=False, local_files_only=True, output_loading_info=True
        )
    except ValueError as error:
        raise BadInput("encoders.not_masked_model", model=name_or_path, reason=str(error).splitlines()[0][:200]) from error
    missing = len(loaded["missing_keys"])
    warnings = [Message("encoders.head_starts_random", {"model": name_or_path, "count": missing})] if missing else []
    return model.float(), tokenizer, warnings

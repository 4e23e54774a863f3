"""Train a sub-word tokenizer on texts of any size.

Texts are streamed once into a temporary file, cleaned and counted on the way; training reads that file. What is saved is the file
SentencePiece or Hugging Face write and read themselves, with a manifest beside it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.core.caches import intact
from explorer.core.errors import BadInput, disk_errors
from explorer.core.leftovers import passing_folder
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import Manifest, atomic_folder, cache_path, write_manifest
from explorer.text.normalise import check_text
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.engines.hybrid import segments
from explorer.tokenizers.engines.kiwi import KiwiTokenizer
from explorer.tokenizers.engines.streams import alongside
from explorer.tokenizers.library import tokenizer_place
from explorer.tokenizers.loading import ENGINES
from explorer.tokenizers.token import Tokenizer
from explorer.tokenizers.training import trainers

__all__ = ["KINDS", "train_tokenizer"]

KINDS = ("unigram", "bpe", "wordpiece", "byte-bpe", "kiwi-bpe", "kiwi-unigram")
"""What can be trained."""

MOST_PIECES = 1_000_000
"""The largest vocabulary that is trained; those of the largest language models have a quarter of it."""

_HUGGING_FACE = ("wordpiece", "byte-bpe")


@dataclass(slots=True)
class _Corpus:
    """The texts as lines of one file, and what was counted while they were written."""

    path: Path
    documents: int = 0
    lines: int = 0
    characters: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[str]:
        with self.path.open(encoding="utf-8", newline="\n") as stream:
            for line in stream:
                yield line.rstrip("\n")


def train_tokenizer(
    kind: str,
    texts: Iterable[str],
    *,
    vocab_size: int,
    name: str | None = None,
    seed: int = 42,
    coverage: float = 0.9995,
    byte_fallback: bool = False,
    special_tokens: Sequence[str] = (),
    kiwi: dict[str, Any] | None = None,
    overwrite: bool = False,
    corpus: str | None = None,
    progress: ProgressCallback | None = None,
) -> Tokenizer:
    """Train a tokenizer; with ``name`` it is kept in the home folder.

    Args:
        kind: ``"unigram"`` or ``"bpe"`` (SentencePiece), ``"wordpiece"`` or ``"byte-bpe"`` (Hugging Face), ``"kiwi-bpe"`` or
            ``"kiwi-unigram"`` (SentencePiece inside Kiwi's morphemes).
        texts: documents or lines, read once; white space at line ends and empty lines are dropped.
        vocab_size: pieces in all, special ones and bytes included.
        name: save under this name as an artifact; ``None`` keeps nothing but what the returned tokenizer holds in a cache file.
        seed: recorded, and given to every random choice. Training draws none today: the same texts and settings give the same
            file on every machine.
        coverage: share of all characters that single-character pieces must cover, in (0, 1]; the rest becomes unknown, or bytes.
            Byte-level BPE covers everything and ignores it.
        byte_fallback: spell uncovered characters as bytes (SentencePiece kinds only).
        special_tokens: pieces that are never split, added to the usual ones of the kind.
        kiwi: options of the analyser, for the Kiwi kinds.
        overwrite: replace a saved tokenizer of that name.
        corpus: what the texts are, for the record.
        progress: stages ``"reading texts"`` and ``"training"``; it cannot be stopped in the middle of the latter.

    Raises:
        BadInput: no text, an unknown kind, or a vocabulary that these texts cannot reach (the message says which they can).
        Cancelled: raised by ``progress``; nothing is kept.

    >>> made = train_tokenizer("bpe", ["강아지가 밥을 먹었다.", "고양이가 밥을 먹는다."] * 20, vocab_size=40)
    >>> made.vocab_size, "".join(made.morphs("강아지가 먹는다")).replace("▁", " ").strip()
    (40, '강아지가 먹는다')
    """
    _check(kind, vocab_size, coverage, byte_fallback, special_tokens)
    target = tokenizer_place(name, overwrite) if name is not None else None
    recipe = trainers.Recipe(kind, vocab_size, seed, coverage, byte_fallback, tuple(special_tokens))
    options: dict[str, Any] = {"kiwi": dict(kiwi or {})} if kind.startswith("kiwi-") else {}
    with disk_errors("tokenizers.training"), passing_folder(cache_path("x").parent) as folder:
        corpus_file = _spool(texts, folder / "texts", kind, options.get("kiwi", {}), progress)
        report(progress, "training", 0, 1, note=f"{corpus_file.lines} lines")
        build = trainers.hugging_face if kind in _HUGGING_FACE else trainers.sentence_piece
        files = build(recipe, corpus_file, corpus_file.characters)
        report(progress, "training", 1, 1)
    runs_with = {"wordpiece": "huggingface", "byte-bpe": "huggingface", "unigram": "sentencepiece", "bpe": "sentencepiece"}
    manifest = Manifest(
        kind="tokenizer",
        name=name or f"{kind}-{vocab_size}",
        engine=kind,
        params={**recipe.to_dict(), "files": list(files), "runs_with": runs_with.get(kind, "hybrid"), "options": options},
        sizes={"vocabulary": vocab_size, "documents": corpus_file.documents, "lines": corpus_file.lines},
        provenance={"corpus": corpus, "versions": trainers.versions(kind)},
    )
    folder_path = target or trainers.cache_folder(manifest.name, files)
    if target is not None or not intact(folder_path):
        with atomic_folder(folder_path, overwrite) as made:
            for file, data in files.items():
                (made / file).write_bytes(data)
            write_manifest(made, manifest)
    engine = ENGINES.get(manifest.params["runs_with"])
    trained: Tokenizer = engine(folder_path / next(iter(files)), name=manifest.name, **options)
    return trained


def _check(kind: str, vocab_size: int, coverage: float, byte_fallback: bool, special_tokens: Sequence[str]) -> None:
    if kind not in KINDS:
        raise BadInput("tokenizers.kind_not_trainable", kind=kind, known=", ".join(KINDS))
    if not isinstance(vocab_size, int) or isinstance(vocab_size, bool) or vocab_size < 1:
        raise BadInput("tokenizers.bad_vocab_size", vocab_size=vocab_size)
    if vocab_size > MOST_PIECES:  # the trainers make room for all of them beforehand, and end the process where there is none
        raise BadInput("tokenizers.vocab_size_too_large", vocab_size=vocab_size, most=MOST_PIECES)
    if not 0 < coverage <= 1:
        raise BadInput("tokenizers.bad_coverage", coverage=coverage)
    if byte_fallback and kind in _HUGGING_FACE:
        raise BadInput("tokenizers.byte_fallback_unfit", kind=kind)
    for token in special_tokens:
        if not isinstance(token, str) or not token or token != token.strip():
            raise BadInput("tokenizers.bad_special_token", token=token)
    if len(set(special_tokens)) != len(special_tokens):
        raise BadInput("tokenizers.special_token_twice")


def _spool(texts: Iterable[str], path: Path, kind: str, kiwi: dict[str, Any], progress: ProgressCallback | None) -> _Corpus:
    made = _Corpus(path)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        lines = _lines(texts, made, progress)
        for line in _cut(lines, kiwi) if kind.startswith("kiwi-") else lines:
            stream.write(line + "\n")
            made.lines += 1
            made.characters.update(line)
    report(progress, "reading texts", made.documents, made.documents, "texts")
    if not made.lines:
        raise BadInput("tokenizers.training_texts_empty", texts=made.documents)
    return made


def _lines(texts: Iterable[str], made: _Corpus, progress: ProgressCallback | None) -> Iterator[str]:
    total = len(texts) if isinstance(texts, list | tuple) else None
    if isinstance(texts, str):
        raise BadInput("tokenizers.texts_is_string")
    for text in texts:
        made.documents += 1
        if made.documents % 1000 == 1:
            report(progress, "reading texts", made.documents - 1, total, "texts")
        check_text(text)
        # NUL and the marks of this file's own format cannot be learnt.
        clean = unicodedata.normalize("NFC", text).replace("\0", "").replace(trainers.BOUNDARY, "")
        for line in clean.splitlines():
            line = " ".join(line.split())
            if line:
                yield line


def _cut(lines: Iterable[str], options: dict[str, Any]) -> Iterator[str]:
    """Lines with a mark at every morpheme boundary inside a word; a word keeps the space before it, the first one too."""
    tokenizer = KiwiTokenizer(**options)
    for line, morphemes in alongside(lambda waiting: tokenize_all(tokenizer, waiting), lines):
        parts: list[str] = []
        previous = -1
        for start, end in segments(line, morphemes):
            parts.append((" " if start != previous else trainers.BOUNDARY) + line[start:end])
            previous = end
        yield "".join(parts)

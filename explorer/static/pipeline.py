"""Texts to numbers: token shards, a vocabulary, and what each trainer reads.

Texts are read once, in shards of about two million characters. All tokens of a shard are kept in the home folder's cache under
the hash of its text and the tokenizer's parameters, each written whole or not at all: a run that was killed goes on where it
stopped, and a second model on the same corpus, with whatever choice of keys, or its concordance, tokenizes nothing. Memory
holds one shard and the vocabulary, whatever the size of the corpus.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.core.errors import BadInput, Unavailable, disk_errors
from explorer.core.leftovers import passing_folder
from explorer.core.objects import kept_objects
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_write, cache_path, discard_folder
from explorer.static.keys import choose_keys, key_filter
from explorer.static.shards import BREAK, Shard, TokenShards
from explorer.tokenizers.batch import keys_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Tokenizer
    from explorer.vectors.subwords import Subwords

__all__ = [
    "Batch",
    "Fitted",
    "Vocabulary",
    "add_counts",
    "build_vocabulary",
    "check_limits",
    "corpus_file",
    "encode",
    "forget_shards",
    "frequent",
    "kept_shard",
    "shard_batches",
    "shard_digest",
    "shard_documents",
    "shard_path",
    "shard_prefix",
    "text_spans",
    "tokenize_corpus",
]

HELDOUT_EVERY, HELDOUT_FROM = 500, 50_000
"""Models that are measured while they train do without one sentence in so many, from a corpus of so many sentences on."""

FORMAT = 4
"""Part of every shard's hash; raised whenever this file would write other shards."""

SHARD_CHARACTERS = 2_000_000
PIECE = 100
"""A line of more than twice as many characters is tokenized in pieces of at least so many, cut after sentences."""

_SENTENCE_END = re.compile(r"(?<=[가-힣])[.!?]\s+")


@dataclass(frozen=True)
class Vocabulary:
    """Keys and how often they occur, most frequent first (ties in the order of the keys)."""

    keys: list[str]
    counts: NDArray[np.int64]
    index: dict[str, int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Fitted:
    """What a model's training gives.

    Attributes:
        vectors: vocabulary × dim float32, in the vocabulary's order.
        details: plain JSON data worth keeping with the vectors: losses by epoch, parameters found from the data.
        components: how many of the strongest directions this model is better without.
        strength: how much of them is taken out.
        composer: gives words outside the vocabulary a vector, in sub-word models.
    """

    vectors: NDArray[np.float32]
    details: dict[str, Any]
    components: int = 0
    strength: float = 1.0
    composer: Subwords | None = None


@dataclass(frozen=True)
class Batch:
    """Some documents and their tokens.

    Attributes:
        documents: the texts; their stretches (:func:`text_spans`) are the lines of the shard, in order.
        shard: all their tokens.
        path, digest: where the shard lies, and the hash it is called by.
    """

    documents: list[str]
    shard: Shard
    path: Path
    digest: bytes


def tokenize_corpus(
    texts: Iterable[str],
    tokenizer: Tokenizer,
    *,
    choice: str | None = None,
    workers: int | None = None,
    progress: ProgressCallback | None = None,
    shard_characters: int = SHARD_CHARACTERS,
) -> TokenShards:
    """Tokenize a corpus, shard by shard, taking from the cache what is there.

    Args:
        texts: documents; every line of one is a paragraph, and sentences end at sentence-final tokens (tag SF) too.
        tokenizer: any tokenizer.
        choice: ``"content"`` or ``"all"`` (:mod:`explorer.static.keys`); by default what fits the tokenizer.
        workers: threads or processes for the tokenizer; all cores by default.
        progress: told the number of characters read.

    Raises:
        BadInput: nothing was left to count, or the choice is unknown.
        Unavailable: the disk is full.
    """
    choice = choose_keys(tokenizer, choice)
    params = tokenizer.params()
    digest = hashlib.sha256(shard_prefix(tokenizer) + choice.encode())
    paths: list[Path] = []
    totals = dict.fromkeys(("documents", "characters", "tokens", "sentences"), 0)
    for batch in shard_batches(texts, tokenizer, workers=workers, shard_characters=shard_characters):
        shard = batch.shard.chosen(choice)
        digest.update(batch.digest)
        paths.append(batch.path)
        totals["documents"] += shard.documents
        totals["characters"] += shard.characters
        totals["tokens"] += shard.tokens
        totals["sentences"] += int(np.count_nonzero(shard.codes < 0))
        report(progress, "tokenizing", totals["characters"], None, "characters", f"{totals['tokens']:,} tokens")
    if not totals["characters"]:
        raise BadInput("static.corpus_empty")
    if not totals["tokens"]:
        raise BadInput("static.no_token_as_key", characters=totals["characters"], tokenizer=tokenizer.name, keys=choice)
    return TokenShards(
        paths,
        params,
        choice,
        documents=totals["documents"],
        characters=totals["characters"],
        tokens=totals["tokens"],
        sentences=totals["sentences"],
        sha256=digest.hexdigest(),
    )


def shard_batches(
    texts: Iterable[str], tokenizer: Tokenizer, *, workers: int | None = None, shard_characters: int = SHARD_CHARACTERS
) -> Iterator[Batch]:
    """Documents beside their tokens, shard by shard, taken from the cache where they are there."""
    prefix = shard_prefix(tokenizer)
    for documents in shard_documents(texts, shard_characters):
        digest = shard_digest(prefix, documents)
        path = shard_path(digest)
        yield Batch(documents, kept_shard(path, documents, tokenizer, workers), path, digest)


def forget_shards(texts: Iterable[str], *, shard_characters: int = SHARD_CHARACTERS) -> None:
    """Delete the shards of a corpus, of every tokenizer; the corpus is read for it, which takes seconds for each gigabyte.

    What was tokenized together with another corpus stays where one shard holds both. What a cluster counted is called by all the shards
    that it was counted over, so of that everything goes.
    """
    kept: dict[str, list[Path]] = {}
    for path in cache_path("tokens", "x").parent.glob("[!.]*-*.npz"):
        kept.setdefault(path.name.partition("-")[0], []).append(path)
    for documents in shard_documents(texts if kept else (), shard_characters):
        for path in kept.pop(_text_name(shard_digest(b"", documents)), []):
            path.unlink(missing_ok=True)
    for path in cache_path("counts", "x").parent.glob("[!.]*.zip"):
        path.unlink(missing_ok=True)
    for folder in cache_path("pairs", "x").parent.glob("[!.]*"):
        discard_folder(folder)


def shard_prefix(tokenizer: Tokenizer) -> bytes:
    """What the hashes of a tokenizer's shards begin with."""
    return json.dumps([FORMAT, tokenizer.params()], ensure_ascii=False, sort_keys=True, default=str).encode("utf-8")


def shard_digest(prefix: bytes, documents: Iterable[str]) -> bytes:
    """What a shard is called by: the hash of its documents, then that of the tokenizer's :func:`shard_prefix`."""
    digest = hashlib.sha256()
    for document in documents:
        digest.update(document.encode("utf-8", "surrogatepass"))
        digest.update(b"\x00")
    return digest.digest() + hashlib.sha256(prefix).digest()


def shard_path(digest: bytes) -> Path:
    """Where a shard lies in the home folder's cache, called by its text and then by the tokenizer."""
    return cache_path("tokens", f"{_text_name(digest)}-{digest[32:42].hex()}.npz")


def _text_name(digest: bytes) -> str:
    return digest[:20].hex()


def shard_documents(texts: Iterable[str], characters: int = SHARD_CHARACTERS) -> Iterator[list[str]]:
    """Documents shard by shard; where shards end depends on the texts alone, so that a second run finds the same ones.

    Raises:
        BadInput: a text is no string.

    >>> list(shard_documents(["왕이", "왔다", "끝"], characters=5))
    [['왕이', '왔다'], ['끝']]
    """
    batch: list[str] = []
    size = 0
    for text in texts:
        if not isinstance(text, str):
            raise BadInput("static.text_not_string", type_name=type(text).__name__)
        batch.append(text)
        size += len(text) + 1
        if size >= characters:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def kept_shard(path: Path, documents: list[str], tokenizer: Tokenizer, workers: int | None) -> Shard:
    """The shard from the cache or the object store, else made and put there, whole or not at all: it is there when it is done."""
    found = _read(path)
    if found is not None:
        return found
    objects = kept_objects()
    content = objects.get(path.name) if objects is not None else None
    if content is not None:
        atomic_write(path, content)
        found = _read(path)
        if found is not None:
            return found
    shard = _tokenize(documents, tokenizer, workers)
    atomic_write(path, shard.to_bytes())
    if objects is not None:
        objects.put(path.name, path.read_bytes())
    return shard


def _read(path: Path) -> Shard | None:
    try:
        return Shard.read(path)
    except (FileNotFoundError, Unavailable):  # not there, or damaged from outside
        return None


def text_spans(document: str) -> list[tuple[int, int]]:
    r"""The stretches of a document that are tokenized one by one: lines, long ones cut after sentences; none is blank.

    >>> text_spans("왕이 왔다.\n\n왕비도 왔다.")
    [(0, 6), (8, 15)]
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for whole in document.splitlines(keepends=True):
        line = whole.splitlines()[0]
        if line.strip():
            first = 0
            if len(line) > 2 * PIECE:
                # Where these cuts fall, a sentence ends in any case; shorter texts keep threads busy and answers quick.
                for match in _SENTENCE_END.finditer(line):
                    if match.end() - first >= PIECE and match.end() < len(line):
                        spans.append((start + first, start + match.end()))
                        first = match.end()
            spans.append((start + first, start + len(line)))
        start += len(whole)
    return [span for span in spans if document[span[0] : span[1]].strip()]


def _tokenize(documents: list[str], tokenizer: Tokenizer, workers: int | None) -> Shard:
    lines = [document[start:end] for document in documents for start, end in text_spans(document)]
    keep, _ = key_filter("all")
    numbers: dict[str, int] = {}
    codes: list[int] = []
    ends: list[int] = []
    verdicts: dict[str, int] = {}  # asked once per key, not once per token
    for keys in keys_all(tokenizer, lines, workers):
        for key in keys:
            code = verdicts.get(key)
            if code is None:
                kept = keep(key)
                verdicts[key] = code = -1 if kept is None else numbers.setdefault(kept, len(numbers))
            if code >= 0:
                codes.append(code)
        ends.append(len(codes))
    return Shard(list(numbers), np.array(codes, np.int32), len(documents), sum(map(len, documents)), np.array(ends, np.int32))


def build_vocabulary(
    shards: TokenShards, min_count: int = 5, max_size: int | None = None, progress: ProgressCallback | None = None
) -> Vocabulary:
    """Count keys over all shards and keep the frequent ones.

    Args:
        shards: the tokenized corpus.
        min_count: keys that occur less often are left out.
        max_size: at most so many keys, the most frequent ones.

    Raises:
        BadInput: nothing is left.
    """
    totals: dict[str, int] = {}
    check_limits(min_count, max_size)
    for number, shard in enumerate(shards):
        add_counts(totals, shard)
        report(progress, "counting words", number + 1, len(shards.paths), "shards", f"{len(totals):,} different")
    return frequent(totals.items(), min_count, max_size)


def check_limits(min_count: int, max_size: int | None) -> None:
    """Refuse a vocabulary that cannot be.

    Raises:
        BadInput: a limit is below 1.
    """
    if min_count < 1 or (max_size is not None and max_size < 1):
        raise BadInput("static.vocabulary_limits_invalid", min_count=min_count, max_size=max_size)


def add_counts(totals: dict[str, int], shard: Shard) -> None:
    """Add how often each key occurs in a shard."""
    counts = np.bincount(shard.codes[shard.codes >= 0], minlength=len(shard.keys))
    for key, count in zip(shard.keys, counts.tolist(), strict=True):
        totals[key] = totals.get(key, 0) + count


def frequent(counts: Iterable[tuple[str, int]], min_count: int, max_size: int | None) -> Vocabulary:
    """The vocabulary of counted keys, each given once.

    Raises:
        BadInput: nothing is left.
    """
    words = most = 0
    kept: list[tuple[int, str]] = []
    for key, count in counts:
        words, most = words + 1, max(most, count)
        if count >= min_count:
            kept.append((-count, key))
    kept = sorted(kept)[:max_size]
    if not kept:
        raise BadInput("static.no_frequent_word", min_count=min_count, words=words, most=most)
    keys = [key for _, key in kept]
    return Vocabulary(keys, np.array([-count for count, _ in kept], np.int64), {key: row for row, key in enumerate(keys)})


def encode(shards: TokenShards, vocabulary: Vocabulary, heldout: bool | None = None) -> Iterator[NDArray[np.int32]]:
    """Each shard as int32 numbers into the vocabulary, words outside it left out, :data:`BREAK` after each sentence.

    Args:
        shards, vocabulary: the corpus, and which of its keys count.
        heldout: only the sentences kept for measuring (one in :data:`HELDOUT_EVERY`, none of a corpus of fewer than
            :data:`HELDOUT_FROM` sentences), or only the others; all of them when ``None``.
    """
    every = HELDOUT_EVERY if shards.sentences >= HELDOUT_FROM else 0
    for shard in shards:
        table = np.array([vocabulary.index.get(key, -2) for key in shard.keys] + [BREAK], np.int32)  # code -1 picks the last
        codes = table[shard.codes]
        codes = codes[codes != -2]
        if heldout is not None:
            breaks = codes == BREAK
            sentence = np.cumsum(breaks) - breaks
            codes = codes[(sentence % every == every // 2) == heldout] if every else codes[:0] if heldout else codes
        yield codes


@contextmanager
def corpus_file(shards: TokenShards, vocabulary: Vocabulary, progress: ProgressCallback | None = None) -> Iterator[Path]:
    """The corpus, without what is held out, as a text file for gensim: a sentence a line. It vanishes afterwards."""
    folder = cache_path("corpus", "file").parent
    with passing_folder(folder) as temporary:
        path = temporary / "corpus.txt"
        words = np.array([key + " " for key in vocabulary.keys] + ["\n"], object)
        with disk_errors("static.writing_corpus"), path.open("w", encoding="utf-8", newline="\n") as stream:
            for number, codes in enumerate(encode(shards, vocabulary, heldout=False)):
                stream.write("".join(words[codes]))
                report(progress, "writing the corpus", number + 1, len(shards.paths), "shards")
        yield path

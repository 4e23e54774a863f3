"""What the pieces of a sub-word vocabulary mean: where words start, what is inside one, how a piece is shown.

Three ways of marking words are told apart: WordPiece marks what continues (``##다``), SentencePiece and its kin what starts
a word (``▁서울``), byte-level BPE the space before a word (``Ġ``). With them the text on both sides of a gap is cut as if
the gap were a word of its own there: 를 after a gap continues that word, although a tokenizer that only sees 를 would not say so.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.tokenizers.engines.pieces import byte_alphabet, byte_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["PieceTable"]

_ANCHOR = "가"  # one character in every Korean or multilingual vocabulary, and a letter to every pre-tokenizer
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")

Cut = list[tuple[int, int, int]]
"""Pieces of a text: number, first and one-past-last character."""


class PieceTable:
    """The vocabulary of a fast Hugging Face tokenizer, read as words and parts of words. Safe from several threads.

    Attributes:
        kind: ``"wordpiece"``, ``"metaspace"``, ``"bytes"``, or ``"plain"`` where words are not marked at all.
        entries: the vocabulary's strings by number; empty where a number is not used.
    """

    def __init__(self, tokenizer: Any, rows: int) -> None:
        self._tokenizer = tokenizer
        self._backend = tokenizer.backend_tokenizer
        self._lock = threading.Lock()
        definition = json.loads(self._backend.to_str())
        model = definition["model"]
        around = json.dumps([definition.get("normalizer"), definition.get("pre_tokenizer"), definition.get("decoder")])
        self._prefix = model.get("continuing_subword_prefix") or ""
        if self._prefix:
            self.kind = "wordpiece"
        elif '"ByteLevel"' in around:
            self.kind = "bytes"
        elif '"Metaspace"' in around or "\\u2581" in around:
            self.kind = "metaspace"
        else:
            self.kind = "plain"
        self._numbers: dict[str, int] = tokenizer.get_vocab()
        self.entries = [""] * rows
        for entry, number in self._numbers.items():
            if number < rows:
                self.entries[number] = entry
        self.unknown: int | None = tokenizer.unk_token_id
        added = (int(number) for number in tokenizer.added_tokens_decoder)
        self.special = frozenset({*tokenizer.all_special_ids, *added})

    # Single pieces

    def show(self, number: int) -> str:
        """A piece for people: as the vocabulary writes it, byte-level ones as text (``Ġ서울``, ``<0xEC><0x95>``)."""
        data = self.raw(number) if self.kind == "bytes" else None
        return byte_text(data) if data is not None else self.entries[number]

    def raw(self, number: int) -> bytes | None:
        """The bytes a piece stands for, where it stands for bytes."""
        entry = self.entries[number]
        if number in self.special:
            return None
        if self.kind == "bytes":
            alphabet = byte_alphabet()
            return bytes(alphabet[char] for char in entry) if all(char in alphabet for char in entry) else None
        found = _BYTE.fullmatch(entry)
        return bytes([int(found[1], 16)]) if found else None

    def bare(self, number: int) -> bytes:
        """The UTF-8 of a piece without its marker."""
        entry, data = self.entries[number], self.raw(number)
        if data is not None:
            return data.removeprefix(b" ")
        if self.kind == "wordpiece":
            entry = entry.removeprefix(self._prefix)
        return entry.removeprefix("▁").encode() if self.kind == "metaspace" else entry.encode()

    def written(self, number: int) -> bytes:
        """The UTF-8 that a piece adds to a running text, the space before a word included."""
        data, entry = self.raw(number), self.entries[number]
        if data is not None:
            return data
        if number not in self.special and self.kind == "wordpiece":
            entry = entry.removeprefix(self._prefix) if entry.startswith(self._prefix) else f" {entry}"
        return (entry.replace("▁", " ") if self.kind == "metaspace" else entry).encode()

    def starts_word(self, number: int) -> bool:
        """Whether a piece carries the mark of a new word (or lacks that of a continued one)."""
        entry = self.entries[number]
        if self.kind == "wordpiece":
            return not entry.startswith(self._prefix)
        if self.kind == "metaspace":
            return entry.startswith("▁")
        return entry.startswith("Ġ") if self.kind == "bytes" else True

    @cached_property
    def starts(self) -> NDArray[np.bool_]:
        """For every row of the model whether its piece starts a word."""
        return np.array([self.starts_word(number) for number in range(len(self.entries))])

    @cached_property
    def letters(self) -> NDArray[np.bool_]:
        """For every row whether its piece can be a part of a word: letters, digits, or bytes of an unfinished character."""
        return np.array([self._letters(number) for number in range(len(self.entries))])

    def _letters(self, number: int) -> bool:
        if number in self.special or not self.entries[number]:
            return False
        data = self.bare(number)
        if not data:
            return self.kind == "metaspace"  # ▁ alone, before a word's first piece
        try:
            return is_word(data.decode())
        except UnicodeDecodeError:
            return min(data) >= 0x80 or any(byte >= 0x80 for byte in data)

    def word(self, numbers: list[int] | tuple[int, ...]) -> str | None:
        """The word that pieces write together; ``None`` when they do not make whole characters or no word."""
        try:
            text = b"".join(self.bare(number) for number in numbers).decode()
        except UnicodeDecodeError:
            return None
        return text if is_word(text) else None

    # Text

    def encode(self, text: str) -> Cut:
        """A text by itself, without special tokens."""
        with self._lock:  # Hugging Face tokenizers change their own state on every call
            made = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [(int(n), int(a), int(b)) for n, (a, b) in zip(made["input_ids"], made["offset_mapping"], strict=True)]

    def after(self, text: str) -> Cut:
        """A text that follows a gap: what touches the gap continues its word."""
        glued = self._glued(text)
        pieces = self._continue(text[:glued]) if glued else []
        rest = text[glued:]
        if not rest.strip():
            return pieces
        if self.kind in ("wordpiece", "plain"):
            return pieces + [(n, a + glued, b + glued) for n, a, b in self.encode(rest)]
        if not rest[0].isspace():
            rest = text  # cannot happen for these kinds, where only white space ends a word
        anchor = len(self.encode(_ANCHOR))
        return pieces + [(n, max(a - 1, 0) + glued, b - 1 + glued) for n, a, b in self.encode(_ANCHOR + rest)[anchor:]]

    def cut_word(self, word: str, *, glued: bool, first: bool) -> list[int]:
        """The pieces of a word in a gap.

        Args:
            word: its text.
            glued: something stands before the gap without a space.
            first: nothing stands before it at all.
        """
        if glued:
            return [number for number, _, _ in self._continue(word)]
        if first:
            return [number for number, _, _ in self.encode(word)]
        anchor = self.encode(_ANCHOR)
        return [number for number, _, _ in self.encode(f"{_ANCHOR} {word}")[len(anchor) :]]

    def joins(self, before: str) -> bool:
        """Whether a gap right after this text continues its last word."""
        if not before or before[-1].isspace():
            return False
        if self.kind != "wordpiece":
            return self.kind != "plain"
        return self._glued(before[-1] if not unicodedata.combining(before[-1]) else "가") > 0

    def _glued(self, text: str) -> int:
        """How many characters at the beginning of ``text`` belong to the word of the gap before it."""
        run = re.match(r"\S*", text)
        end = run.end() if run else 0
        if not end or self.kind == "plain":
            return 0
        if self.kind != "wordpiece":
            return end
        return max(0, self._pretokens(_ANCHOR + text[:end])[0][1] - 1)

    def _pretokens(self, text: str) -> list[tuple[str, int]]:
        """Normalised pre-tokens, and where each ends in ``text`` (exact where the normaliser keeps lengths)."""
        normaliser, splitter = self._backend.normalizer, self._backend.pre_tokenizer
        clean = normaliser.normalize_str(text) if normaliser is not None else text
        if splitter is None:
            return [(clean, len(text))]
        return [(piece, min(end, len(text))) for piece, (_, end) in splitter.pre_tokenize_str(clean)] or [("", 0)]

    def _continue(self, text: str) -> Cut:
        """Pieces of a run of characters that goes on from something before it."""
        numbers: list[int] = []
        if self.kind == "wordpiece":
            first, *others = [piece for piece, _ in self._pretokens(_ANCHOR + text)]
            numbers += self._inner(first.removeprefix(_ANCHOR))
        else:
            first, *others = [piece for piece, _ in self._pretokens(text)]
            first = first.removeprefix("▁" if self.kind == "metaspace" else "Ġ")
            numbers += [token.id for token in self._backend.model.tokenize(first)] if first else []
        for piece in others:
            numbers += [token.id for token in self._backend.model.tokenize(piece)]
        return [(number, 0, len(text)) for number in numbers]

    def _inner(self, text: str) -> list[int]:
        """Greedy longest pieces, each with the mark of a continued word, as WordPiece does from a word's second piece on."""
        numbers: list[int] = []
        at = 0
        while at < len(text):
            for end in range(len(text), at, -1):
                number = self._numbers.get(self._prefix + text[at:end])
                if number is not None:
                    numbers.append(number)
                    at = end
                    break
            else:
                return [self.unknown] if self.unknown is not None else []
        return numbers


def is_word(text: str) -> bool:
    """Whether a text is letters and digits only, at least one of them.

    >>> is_word("섬"), is_word("ㅋㅋ"), is_word("섬."), is_word("")
    (True, True, False, False)
    """
    return bool(text) and all(char.isalnum() or unicodedata.combining(char) for char in text)

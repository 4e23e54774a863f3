"""Text, pieces and characters: what a tokenizer's pieces lie over, where words start, what is inside one, how one is shown.

Three ways of marking words are told apart: WordPiece marks what continues (``##다``), SentencePiece and its kin what starts
a word (``▁서울``), byte-level BPE the space before a word (``Ġ``). With them the text on both sides of a gap is cut as if
the gap were a word of its own there: 를 after a gap continues that word, although a tokenizer that only sees 를 would not say so.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from explorer.text.normalise import normalise
from explorer.tokenizers.engines.pieces import byte_alphabet, byte_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.tokenizers.token import Token, Tokenizer

__all__ = ["Cut", "HubPieces", "Passage", "Piece", "Pieces"]

_ANCHOR = "가"  # one character in every Korean or multilingual vocabulary, and a letter to every pre-tokenizer
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_PROBE = "한국어로 쓴 문장"

Cut = list[tuple[int, int, int]]
"""Pieces of a text: number, first and one-past-last character."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One token of a model.

    Attributes:
        index: its place in the pass, special tokens counted.
        text: as the vocabulary writes it (``##를``, ``▁서울``, ``배/NNG``).
        id: its number in the vocabulary.
        sentence: 0 or 1; ``None`` for special tokens.
        start, end: code-point offsets into that sentence as it was given; 0 and 0 for special tokens.
        surface: ``sentence[start:end]``.
        segment: the row of the segment table it gets; ``None`` where the model has none.
        position: the row of the position table it gets; ``None`` where the model has none.
        morpheme: for an encoder over morphemes, the number of its morpheme in the sentence.
    """

    index: int
    text: str
    id: int
    sentence: int | None
    start: int = 0
    end: int = 0
    surface: str = ""
    segment: int | None = None
    position: int | None = None
    morpheme: int | None = None

    @property
    def special(self) -> bool:
        """Whether it stands for nothing in the text."""
        return self.sentence is None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"special": self.special}


@dataclass(frozen=True)
class Passage:
    """One or two sentences as one pass: the tokens, the segment of each (``None``: the model has no table), Kiwi's morphemes."""

    pieces: list[Piece]
    segments: list[int] | None
    morphemes: list[list[Token]]


class Pieces(Protocol):
    """What cuts texts for a model. Safe from several threads.

    Attributes:
        prefix, suffix: numbers of the special tokens put around a text.
        capacity: text tokens that fit into one pass.
        pad: the number that fills short rows.
        paired: whether the model was trained on pairs of sentences, as far as its pieces say.
    """

    prefix: list[int]
    suffix: list[int]
    capacity: int
    pad: int
    paired: bool

    @property
    def analyser(self) -> Tokenizer:
        """Kiwi, which finds words in sentences."""

    def encode(self, text: str) -> Cut:
        """An NFC text by itself, of any length, without special tokens."""

    def names(self, numbers: Sequence[int]) -> list[str]:
        """Pieces as the vocabulary writes them."""

    def passage(self, texts: Sequence[str]) -> Passage:
        """One or two sentences as the model reads them, special tokens included."""


class HubPieces:
    """A fast Hugging Face tokenizer: :class:`Pieces`, and its vocabulary read as words and parts of words.

    Attributes:
        tokenizer: the tokenizer itself.
        kind: ``"wordpiece"``, ``"metaspace"``, ``"bytes"``, or ``"plain"`` where words are not marked at all.
        entries: the vocabulary's strings by number; empty where a number is not used.
    """

    paired = True

    def __init__(self, tokenizer: Any, config: Any, rows: int) -> None:
        """
        Args:
            tokenizer: see there.
            config: the model's; says how many positions it has.
            rows: of the model's embedding table.
        """
        self.tokenizer = tokenizer
        self.pad = int(tokenizer.pad_token_id or 0)
        self.prefix, self.suffix = _special_tokens(tokenizer)
        self.capacity = _positions(tokenizer, config) - len(self.prefix) - len(self.suffix)
        self.unknown: int | None = tokenizer.unk_token_id
        self._segments = int(getattr(config, "type_vocab_size", 0) or 0) > 1
        self._rows = rows
        self._backend = tokenizer.backend_tokenizer
        self._lock = threading.Lock()

    @cached_property
    def analyser(self) -> Tokenizer:
        from explorer.tokenizers.loading import tokenizer

        return tokenizer("kiwi")

    @cached_property
    def _prefix(self) -> str:
        """The mark of a continued word."""
        return json.loads(self._backend.to_str())["model"].get("continuing_subword_prefix") or ""

    @cached_property
    def kind(self) -> str:
        definition = json.loads(self._backend.to_str())
        around = json.dumps([definition.get("normalizer"), definition.get("pre_tokenizer"), definition.get("decoder")])
        if self._prefix:
            return "wordpiece"
        if '"ByteLevel"' in around:
            return "bytes"
        return "metaspace" if '"Metaspace"' in around or "\\u2581" in around else "plain"

    @cached_property
    def _numbers(self) -> dict[str, int]:
        numbers: dict[str, int] = self.tokenizer.get_vocab()
        return numbers

    @cached_property
    def entries(self) -> list[str]:
        entries = [""] * self._rows
        for entry, number in self._numbers.items():
            if number < self._rows:
                entries[number] = entry
        return entries

    @cached_property
    def special(self) -> frozenset[int]:
        """Numbers of special and added pieces."""
        return frozenset({*self.tokenizer.all_special_ids, *map(int, self.tokenizer.added_tokens_decoder)})

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
            made = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return [(int(n), int(a), int(b)) for n, (a, b) in zip(made["input_ids"], made["offset_mapping"], strict=True)]

    def names(self, numbers: Sequence[int]) -> list[str]:
        """Pieces as the vocabulary writes them."""
        return list(map(str, self.tokenizer.convert_ids_to_tokens(list(numbers))))

    def passage(self, texts: Sequence[str]) -> Passage:
        """One or two sentences as the model reads them, special tokens included."""
        cleans = [normalise(text) for text in texts]
        with self._lock:
            encoded = self.tokenizer(
                *(clean.text for clean in cleans),
                return_offsets_mapping=True,
                return_token_type_ids=self._segments,
                verbose=False,
            )
        ids = list(map(int, encoded["input_ids"]))
        names, alphabet = self.names(ids), byte_alphabet()
        if "Ġ" in self._numbers and "▁" not in self._numbers:  # byte-level: names are bytes in disguise
            names = [
                byte_text(bytes(alphabet[char] for char in name)) if all(char in alphabet for char in name) else name
                for name in names
            ]
        pieces: list[Piece] = []
        for index, (number, name, sentence, span) in enumerate(
            zip(ids, names, encoded.sequence_ids(), encoded["offset_mapping"], strict=True)
        ):
            if sentence is None:
                pieces.append(Piece(index, name, number, None))
                continue
            start, end = map(int, span)
            part = cleans[sentence].text[start:end]
            start, end = end - len(part.lstrip()), end - (len(part) - len(part.rstrip()))
            start, end = cleans[sentence].to_original(start, max(start, end))
            pieces.append(Piece(index, name, number, sentence, start, end, texts[sentence][start:end]))
        kinds = list(map(int, encoded["token_type_ids"])) if self._segments else None
        return Passage(pieces, kinds, [list(self.analyser.tokenize(text)) for text in texts])

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


def _special_tokens(tokenizer: Any) -> tuple[list[int], list[int]]:
    """Numbers that the tokenizer puts before and after a text."""
    plain = tokenizer(_PROBE, add_special_tokens=False)["input_ids"]
    whole = tokenizer(_PROBE)["input_ids"]
    for start in range(len(whole) - len(plain) + 1):
        if whole[start : start + len(plain)] == plain:
            return whole[:start], whole[start + len(plain) :]
    return [], []


def _positions(tokenizer: Any, config: Any) -> int:
    """Tokens in one pass, special ones included."""
    limits = [512 if tokenizer.model_max_length > 1 << 20 else tokenizer.model_max_length]
    positions = getattr(config, "max_position_embeddings", None)
    if isinstance(positions, int) and positions > 0:
        # RoBERTa and its kin number positions from the padding id on.
        shifted = "roberta" in str(getattr(config, "model_type", "")) or getattr(config, "model_type", "") == "camembert"
        limits.append(positions - (config.pad_token_id or 0) - 1 if shifted else positions)
        if tokenizer.model_max_length > 1 << 20:
            limits.remove(512)
    return int(min(limits))

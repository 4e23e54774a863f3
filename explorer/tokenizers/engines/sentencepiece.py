"""SentencePiece models, unigram and BPE (https://github.com/google/sentencepiece)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput
from explorer.core.guarded import require_opening
from explorer.core.messages import Message
from explorer.text.normalise import Normalised, nfc, normalise
from explorer.tokenizers.engine import Engine, as_ids
from explorer.tokenizers.engines.files import file_name, file_params, require_file
from explorer.tokenizers.engines.pieces import SPACE
from explorer.tokenizers.engines.spans import ODD_SPACE, plain_spaces, trim
from explorer.tokenizers.engines.streams import batched, read_ahead
from explorer.tokenizers.engines.trial import probes
from explorer.tokenizers.token import Token, new_token

__all__ = ["SentencePieceTokenizer"]

# Protocol buffers merge a message that comes twice: this is normalizer_spec (field 3 of the model) with
# add_dummy_prefix (3) and remove_extra_whitespaces (4) switched off.
_RAW = b"\x1a\x04\x18\x00\x20\x00"


def _opened(path: Path, raw: bool = False) -> tuple[Any, list[str]]:
    """The library's processor, and all pieces."""
    import sentencepiece

    try:
        model = path.read_bytes()
        if not model:
            raise ValueError("empty")  # SentencePiece opens it, and fails at the first text
        processor = sentencepiece.SentencePieceProcessor(model_proto=model + _RAW if raw else model)
        return processor, [processor.id_to_piece(index) for index in range(processor.get_piece_size())]
    except (RuntimeError, OSError, ValueError) as error:  # ValueError: a damaged piece that is no UTF-8
        raise BadInput("tokenizers.not_sentencepiece", path=path) from error


def try_model(path: str) -> None:
    """Open a model and use it; for a process that may end of it."""
    processor, _ = _opened(Path(path))
    for text in probes():
        processor.encode(text, out_type=str)
        processor.encode(text, out_type="offset_mapping")


class SentencePieceTokenizer(Engine):
    """A trained ``.model`` file. Pieces are given as they stand in the vocabulary: ``▁서울``, ``<0xEB>``.

    Args:
        path: the ``.model`` file.
        raw: take the text as it is: no space mark before it, no white space collapsed. What a part of a word needs.

    Byte pieces share the span of the character they spell, as do several pieces of one character that the model's own
    normalisation expanded (㈜ = ( + 주 + )). Spans refer to the text as given even where that normalisation is NFKC. Line ends and
    other white space that the model has no piece for count as spaces.

    A file of others is opened in a process of its own first (:mod:`explorer.core.guarded`).

    Raises:
        BadInput: the file is no SentencePiece model.
    """

    def __init__(self, path: str | Path, *, raw: bool = False, name: str | None = None) -> None:
        self.path = require_file(path, "tokenizers.file_sentencepiece")
        self.name = name or file_name(self.path)
        self.raw = raw
        what = Message("tokenizers.the_sentencepiece")
        require_opening("explorer.tokenizers.engines.sentencepiece:try_model", [self.path], what, library="sentencepiece")
        self._processor, pieces = _opened(self.path, raw)
        self.vocab_size: int | None = len(pieces)
        self._unknown = self._processor.unk_id()
        # piece -> (id, length, how many of its first characters stand for spaces, unknown)
        self._known: dict[str, tuple[int, int, int, bool]] = {
            piece: (index, len(piece), _spaces(piece), False)
            for index, piece in enumerate(pieces)
            if not self._processor.is_unknown(index)
        }
        self._plain = plain_spaces(self._is_space)

    def _is_space(self, char: str) -> bool:
        """Whether a white-space character is unknown to the model, or nothing else than a space to it."""
        encode = self._processor.encode
        return self._unknown in encode(char) or encode(f"a{char}a") == encode("a a")

    def _clean(self, text: str) -> Normalised:
        clean = normalise(text)
        return replace(clean, text=self._plain(clean.text)) if ODD_SPACE.search(clean.text) else clean

    def tokenize(self, text: str) -> list[Token]:
        clean = self._clean(text)
        return self._tokens(clean, self._processor.encode(clean.text, out_type=str))

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream tokens of many texts through SentencePiece's threads, in order."""

        def encode(cleans: list[Normalised]) -> Any:
            return self._processor.encode([clean.text for clean in cleans], out_type=str, num_threads=max(1, workers))

        for cleans, batch in read_ahead(encode, batched(map(self._clean, texts)), workers > 1):
            for clean, pieces in zip(cleans, batch, strict=True):
                yield self._tokens(clean, pieces)

    def keys_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[str]]:
        """Pieces only, for counting and training: no spans are made."""
        for batch in batched(self._plain(nfc(text)) for text in texts):
            yield from self._processor.encode(batch, out_type=str, num_threads=max(1, workers))

    def _tokens(self, clean: Normalised, pieces: Sequence[str]) -> list[Token]:
        text = clean.text
        # Where the model changed nothing, the pieces spell the text and spans follow from their lengths.
        spelled, plain = "".join(pieces), text.replace(" ", SPACE)
        if SPACE in text or (spelled != SPACE + plain and spelled != plain):
            return self._mapped_tokens(clean)
        position = 0 if spelled == plain else -1
        identity = clean.starts is None
        odd = ODD_SPACE.search(text) is not None
        known, original = self._known, clean.original
        tokens: list[Token] = []
        for piece in pieces:
            # Unknown pieces are not kept: they are endless.
            index, length, lead, unknown = known.get(piece) or (self._unknown, len(piece), _spaces(piece), True)
            start = position + lead
            position += length
            if start < 0:
                start = 0
            end = position
            if odd:
                start, end = trim(text, start, end)
            if not identity:
                start, end = clean.to_original(start, end)
            tokens.append(new_token(original[start:end], start, end, piece, None, index, unknown))
        return tokens

    def _mapped_tokens(self, clean: Normalised) -> list[Token]:
        """Tokens of a text that the model normalises: spans come from SentencePiece's own alignment."""
        mapping = self._processor.encode(clean.text, out_type="offset_mapping")
        pieces, ids = mapping["pieces"], mapping["ids"]
        spans = _shared([tuple(span) for span in mapping["offsets"]], pieces)
        tokens = []
        for piece, index, (left, right) in zip(pieces, ids, spans, strict=True):
            start, end = clean.to_original(*trim(clean.text, left, right))
            tokens.append(Token(clean.original[start:end], start, end, piece, None, index, index == self._unknown))
        return tokens

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        """The text of token ids, as the model restores it."""
        return str(self._processor.decode(as_ids(ids, self.vocab_size)))

    def vocabulary(self) -> list[str]:
        return [self._processor.id_to_piece(index) for index in range(self._processor.get_piece_size())]

    def is_byte(self, index: int) -> bool:
        """Whether a vocabulary id stands for one byte of a character the vocabulary lacks."""
        return bool(self._processor.is_byte(index))

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "sentencepiece", **file_params(self.path), "raw": self.raw}


def _spaces(piece: str) -> int:
    """How many leading characters of a piece are spaces; 0 for a piece that is nothing else."""
    rest = piece.lstrip(SPACE)
    return len(piece) - len(rest) if rest else 0


def _shared(spans: list[tuple[int, int]], pieces: Sequence[str]) -> list[tuple[int, int]]:
    """Give pieces with an empty span the span of the character they help to spell.

    SentencePiece attributes a character to the last of the pieces that spell it; those before it get nothing.
    """
    shared = list(spans)
    following: tuple[int, int] | None = None
    for position in range(len(spans) - 1, -1, -1):
        start, end = spans[position]
        if start != end:
            following = (start, end)
        elif following and following[0] == start and not (position == 0 and pieces[0] == SPACE):
            shared[position] = following
    return shared

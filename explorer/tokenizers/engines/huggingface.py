"""Any tokenizer of the Hugging Face kind: ``tokenizer.json``, a model folder, a ``vocab.txt`` (WordPiece), a hub id."""

from __future__ import annotations

import json
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
from explorer.tokenizers.engines.pieces import holds_bytes, readable
from explorer.tokenizers.engines.spans import ODD_SPACE, plain_spaces
from explorer.tokenizers.engines.streams import batched, read_ahead
from explorer.tokenizers.engines.trial import panics, probes
from explorer.tokenizers.token import Token, new_token

__all__ = ["HuggingFaceTokenizer", "read_vocabulary", "wordpiece"]

_MAX_WORD = 100
_UNKNOWN = "[UNK]"


def read_vocabulary(path: str | Path) -> dict[str, int]:
    """A ``vocab.txt``: one piece a line, its id the line number.

    Raises:
        BadInput: not a file, not UTF-8, or no vocabulary (no [UNK], pieces twice).
    """
    file = require_file(path, "tokenizers.file_wordpiece")
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadInput("tokenizers.vocab_not_utf8", path=file, offset=error.start) from error
    if lines and not lines[-1]:
        lines.pop()
    pieces = [line.rstrip("\r") for line in lines]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    if _UNKNOWN not in vocabulary:
        raise BadInput("tokenizers.wordpiece_without_unk", path=file)
    return vocabulary


def wordpiece(vocabulary: dict[str, int], *, lowercase: bool = False) -> Any:
    """A ``tokenizers.Tokenizer`` that runs a BERT vocabulary.

    Cased unless told: BERT's lower-casing also strips accents, which takes every Hangul syllable apart and makes all of them [UNK].
    """
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    backend = Tokenizer(models.WordPiece(vocabulary, unk_token=_UNKNOWN, max_input_chars_per_word=_MAX_WORD))
    backend.normalizer = normalizers.BertNormalizer(lowercase=lowercase, strip_accents=False)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    return backend


class HuggingFaceTokenizer(Engine):
    """A fast tokenizer (the ``tokenizers`` library), with spans of the text as given.

    Args:
        path: ``tokenizer.json`` or ``vocab.txt``.
        lowercase: only for ``vocab.txt``: the vocabulary is an uncased one.
        special_tokens: add [CLS], <s> and the like as the tokenizer's template does. Off: they are no part of the text.

    Byte-level pieces are shown decoded; the pieces of one syllable share its span. WordPiece and Unigram pieces are
    shown as they stand in the vocabulary (``##다``, ``▁서울``). Line ends and other white space that the vocabulary does not
    know count as spaces. A ``tokenizer.json`` of others is opened in a process of its own first (:mod:`explorer.core.guarded`).

    Raises:
        BadInput: the file is none of the two.
    """

    def __init__(
        self, path: str | Path, *, lowercase: bool = False, special_tokens: bool = False, name: str | None = None
    ) -> None:
        self.path = require_file(path, "tokenizers.file_huggingface")
        self.name = name or file_name(self.path)
        self.lowercase = lowercase
        self.special_tokens = special_tokens
        if self.path.suffix != ".txt":
            what = Message("tokenizers.the_tokenizer_json")
            require_opening("explorer.tokenizers.engines.huggingface:try_tokenizer", [self.path], what, library="tokenizers")
        self._backend = _open(self.path, lowercase)
        self._backend.no_truncation()
        self._backend.no_padding()
        definition = json.loads(self._backend.to_str())
        self.vocab_size: int | None = self._backend.get_vocab_size(with_added_tokens=True)
        self.byte_level = '"ByteLevel"' in json.dumps([definition["decoder"], definition["pre_tokenizer"]])
        self._unknown = _unknown_id(self._backend, definition["model"])
        self._added = {entry["id"] for entry in definition["added_tokens"]}
        # BERT's words hold no white space, so neither do its pieces.
        self._trims = definition["model"].get("type") != "WordPiece" or '"BertPreTokenizer"' not in json.dumps(
            definition["pre_tokenizer"]
        )
        self._forms: dict[int, str] = {}
        self._table: list[str] | None = None
        self._highest: int | None = None
        self._plain = plain_spaces(lambda char: self._unknown in self._backend.encode(char, add_special_tokens=False).ids)

    def _clean(self, text: str) -> Normalised:
        clean = normalise(text)
        return replace(clean, text=self._plain(clean.text)) if ODD_SPACE.search(clean.text) else clean

    def tokenize(self, text: str) -> list[Token]:
        clean = self._clean(text)
        with panics(self.name):
            encoding = self._backend.encode(clean.text, add_special_tokens=self.special_tokens)
        return self._tokens(clean, encoding)

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream tokens of many texts, in order: one by one for one worker, else through the library's threads (all cores)."""
        if workers <= 1:
            yield from map(self.tokenize, texts)
            return

        def encode(cleans: list[Normalised]) -> Any:
            with panics(self.name):
                return self._backend.encode_batch([clean.text for clean in cleans], add_special_tokens=self.special_tokens)

        for cleans, batch in read_ahead(encode, batched(map(self._clean, texts))):
            for clean, encoding in zip(cleans, batch, strict=True):
                yield self._tokens(clean, encoding)

    def keys_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[str]]:
        """Pieces only, for counting and training: no spans are made."""
        form = self._all().__getitem__
        for batch in batched(self._plain(nfc(text)) for text in texts):
            with panics(self.name):
                encodings = self._backend.encode_batch_fast(batch, add_special_tokens=self.special_tokens)
            # The fast encodings carry ids only.
            for encoding in encodings:
                yield list(map(form, encoding.ids))

    def _id_count(self) -> int:
        """One more than the highest id, which is more than there are entries where the numbering has holes."""
        if self._highest is None:
            self._highest = max(self._backend.get_vocab(with_added_tokens=True).values(), default=-1)
        return self._highest + 1

    def _form(self, index: int) -> str:
        form = self._forms.get(index)
        if form is None:
            form = self._backend.id_to_token(index) or ""
            if self.byte_level and index not in self._added:
                form = readable(form)
            self._forms[index] = form
        return form

    def _tokens(self, clean: Normalised, encoding: Any) -> list[Token]:
        text, original, unknown, forms = clean.text, clean.original, self._unknown, self._forms
        identity, trims = clean.starts is None, self._trims
        tokens: list[Token] = []
        for index, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            form = forms.get(index)
            if form is None:
                form = self._form(index)
            piece = text[start:end]
            rest = piece.strip() if trims else piece
            if rest is not piece and rest:  # str.strip returns the very string where there is nothing to strip
                start = end - len(piece.lstrip())
                end = start + len(rest)
                piece = rest
            if not identity:
                start, end = clean.to_original(start, end)
                piece = original[start:end]
            tokens.append(new_token(piece, start, end, form, None, index, index == unknown))
        return tokens

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        """The text of token ids, as the tokenizer restores it."""
        return str(self._backend.decode(as_ids(ids, self._id_count()), skip_special_tokens=skip_special_tokens))

    def vocabulary(self) -> list[str]:
        return list(self._all())

    def _all(self) -> list[str]:
        if self._table is None:
            self._table = [self._form(index) for index in range(self._id_count())]
        return self._table

    def is_byte(self, index: int) -> bool:
        """Whether a vocabulary id is a piece of a character: raw bytes, or a fall-back such as ``<0xEB>``."""
        return holds_bytes(self._form(index)) and index not in self._added

    def params(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "engine": "huggingface",
            **file_params(self.path),
            "lowercase": self.lowercase,
            "special_tokens": self.special_tokens,
        }


def _open(path: Path, lowercase: bool) -> Any:
    if path.suffix == ".txt":
        return wordpiece(read_vocabulary(path), lowercase=lowercase)
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # the Rust library raises nothing narrower
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput("tokenizers.not_tokenizer_json", path=path, reason=reason) from error


def try_tokenizer(path: str) -> None:
    """Open a ``tokenizer.json`` and use it; for a process that may end of it."""
    backend = _open(Path(path), False)
    definition = json.loads(backend.to_str())
    for text in probes("".join(_expressions([definition["normalizer"], definition["pre_tokenizer"]]))):
        backend.encode(text)


def _expressions(part: Any) -> Iterator[str]:
    """The regular expressions of a part of a definition."""
    if isinstance(part, dict) and isinstance(part.get("Regex"), str):
        yield part["Regex"]
    elif isinstance(part, dict | list):
        for one in part.values() if isinstance(part, dict) else part:
            yield from _expressions(one)


def _unknown_id(backend: Any, model: dict[str, Any]) -> int | None:
    if model.get("unk_id") is not None:
        return int(model["unk_id"])
    token = model.get("unk_token")
    index = backend.token_to_id(token) if token else None
    return int(index) if index is not None else None

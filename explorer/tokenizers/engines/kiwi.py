"""Kiwi: morphological analysis, and the sub-word tokenizer built on it (kiwipiepy, https://github.com/bab2min/kiwipiepy)."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from explorer.core.errors import BadInput, ExplorerError
from explorer.text.hangul import to_compatible
from explorer.text.morphology import cpu_count, shared_kiwi
from explorer.text.normalise import Normalised, normalise
from explorer.text.tags import PREDICATES
from explorer.tokenizers.engines.files import file_name, file_params, require_file
from explorer.tokenizers.engines.spans import trim
from explorer.tokenizers.engines.trial import SAMPLE, require_opening
from explorer.tokenizers.token import Token, TokenDraft

__all__ = ["KiwiSubwordTokenizer", "KiwiTokenizer", "dictionary_form"]

TYPOS = ("basic", "continual", "basic_with_continual", "lengthening", "basic_with_continual_and_lengthening", "all")

# Stems of these tags are quoted with 다 in dictionaries. Kiwi marks irregular and regular variants of one tag (VV-I, VV-R).
_PREDICATES = {tag + suffix: tag for tag in PREDICATES for suffix in ("", "-I", "-R")}
_VARIANTS = {tag + suffix: tag for tag in ("XSV", "XSA") for suffix in ("-I", "-R")}

_LARGEST = 256 << 20
"""Bytes of a sub-word tokenizer's file; those that exist have a few million."""

# White space to Python, characters to Kiwi.
_SEPARATORS = re.compile("[\x1c-\x1f\x85]")


def dictionary_form(form: str, tag: str) -> tuple[str, str]:
    """A Kiwi morpheme as this library writes it: predicates with 다, tags without -I and -R, keyboard jamo.

    >>> dictionary_form("걷", "VV-I"), dictionary_form("왕", "NNG"), dictionary_form("\u11ab다", "EF")
    (('걷다', 'VV'), ('왕', 'NNG'), ('ㄴ다', 'EF'))
    """
    plain = _PREDICATES.get(tag)
    if plain is not None:
        return to_compatible(form) + "다", plain
    return to_compatible(form), _VARIANTS.get(tag, tag)


def _clean(text: str) -> Normalised:
    return normalise(text, strip_zero_width=True, jamo=True)


class KiwiTokenizer:
    """Morphemes with Sejong tags. Thread-safe; the analyser is loaded once, on first use, and shared.

    Args:
        model_type: Kiwi's language model (``"cong"``, ``"cong-global"``, ``"largest"`` …); ``None`` is its default.
        typos: correct typing errors while analysing: ``"basic"``, ``"continual"``, ``"lengthening"``, ``"all"`` …
            (see kiwipiepy); slower. The surface stays as written, the form is the corrected one.
        dialects: comma-separated dialects to understand (``"jeju,gyeongsang"``); needs more memory.
        user_words: words to add, each ``"form"``, ``"form/TAG"`` or ``(form, TAG[, score])``.
        compatible_jamo: write the jamo of codas and endings as on a keyboard (ㄴ다), not as U+11AB.
        oov: how unknown words are guessed: ``None``, ``"rule"``, ``"chr"``, ``"chr_freq"`` (see kiwipiepy).
        normalise_coda: read 했닼ㅋㅋ as 했다ㅋㅋㅋ.

    Spans overlap where morphemes fuse (갔 = 가 + 았), and one may be empty (the copula in 뭐니).
    """

    vocab_size: int | None = None

    def __init__(
        self,
        *,
        model_type: str | None = None,
        typos: str | None = None,
        dialects: str | None = None,
        user_words: Sequence[str | Sequence[Any]] = (),
        compatible_jamo: bool = True,
        oov: str | None = None,
        normalise_coda: bool = False,
        name: str = "kiwi",
    ) -> None:
        if typos is not None and typos not in TYPOS:
            raise BadInput("tokenizers.bad_typos", typos=typos, known=", ".join(TYPOS))
        if oov is not None and oov not in ("rule", "chr", "chr_freq", "chr_freq_branch", "chr_freq_consistency"):
            raise BadInput("tokenizers.bad_oov", oov=oov)
        self.name = name
        self.model_type = model_type
        self.typos = typos
        self.dialects = dialects
        self.user_words = [_user_word(word) for word in user_words]
        self.compatible_jamo = compatible_jamo
        self.oov = oov
        self.normalise_coda = normalise_coda
        self._options: dict[str, Any] = {
            "compatible_jamo": compatible_jamo,
            "typos": typos,
            "oov_handling": oov,
            "normalize_coda": normalise_coda,
        }
        if dialects:
            self._options["allowed_dialects"] = dialects

    def _kiwi(self, workers: int | None = None) -> Any:
        return shared_kiwi(self.model_type, dialects=self.dialects, user_words=self.user_words, workers=workers)

    def tokenize(self, text: str) -> list[Token]:
        clean = _clean(text)
        return _tokens(clean, self._kiwi().tokenize(clean.text, **self._options))

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream tokens of many texts through Kiwi's own threads, in order."""
        for clean, raw in self._analyse(texts, workers):
            yield _tokens(clean, raw)

    def keys_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[str]]:
        """``form/TAG`` keys only, for counting and training: no spans are made."""
        predicates, variants = _PREDICATES, _VARIANTS
        for _clean_text, raw in self._analyse(texts, workers):
            keys = []
            for morpheme in raw:
                tag = morpheme.tag
                plain = predicates.get(tag)
                keys.append(f"{morpheme.form}다/{plain}" if plain else f"{morpheme.form}/{variants.get(tag, tag)}")
            yield keys

    def _analyse(self, texts: Iterable[str], workers: int) -> Iterator[tuple[Normalised, Any]]:
        if workers <= 1:
            kiwi = self._kiwi()
            for text in texts:
                clean = _clean(text)
                yield clean, kiwi.tokenize(clean.text, **self._options)
            return
        # Kiwi reads ahead of what it returns; the clean texts wait here until their analysis arrives.
        waiting: deque[Normalised] = deque()

        def feed() -> Iterator[str]:
            for text in texts:
                clean = _clean(text)
                waiting.append(clean)
                yield clean.text

        kiwi = self._kiwi(None if workers >= cpu_count() else workers)
        for raw in kiwi.tokenize(feed(), **self._options):
            yield waiting.popleft(), raw

    def params(self) -> dict[str, Any]:
        from kiwipiepy import __version__

        return {
            "name": self.name,
            "engine": "kiwi",
            "model_type": self.model_type,
            "typos": self.typos,
            "dialects": self.dialects,
            "user_words": [list(word) for word in self.user_words],
            "compatible_jamo": self.compatible_jamo,
            "oov": self.oov,
            "normalise_coda": self.normalise_coda,
            "version": __version__,
        }


def _user_word(word: str | Sequence[Any]) -> tuple[str, str, float]:
    if isinstance(word, str):
        form, _, tag = word.partition("/")
        entry: tuple[Any, ...] = (form, tag or "NNP", 0.0)
    else:
        entry = tuple(word)
        entry += ("NNP", 0.0)[len(entry) - 1 :]
    form, tag, score = entry[0], entry[1], entry[2]
    if not isinstance(form, str) or not form.strip():
        raise BadInput("tokenizers.user_word_formless", word=word)
    return form, str(tag), float(score)


def _tokens(clean: Normalised, raw: Sequence[Any]) -> list[Token]:
    text = clean.original
    odd = _SEPARATORS.search(clean.text) is not None
    predicates, variants = _PREDICATES, _VARIANTS
    finished: Any = Token
    tokens: list[Any] = []
    for morpheme in raw:
        start = morpheme.start
        end = start + morpheme.len
        if odd:
            start, end = trim(clean.text, start, end)
        if clean.starts is not None:
            start, end = clean.to_original(start, end)
        tag = morpheme.tag
        plain = predicates.get(tag)
        token = TokenDraft()
        token.surface = text[start:end]
        token.start = start
        token.end = end
        if plain is None:
            token.form = morpheme.form
            token.tag = variants.get(tag, tag)
        else:
            token.form = morpheme.form + "다"
            token.tag = plain
        token.id = morpheme.id
        token.unknown = morpheme.oov
        token.__class__ = finished
        tokens.append(token)
    return tokens


def _readable(text: str) -> str:
    # The one code point its UTF-8 reader refuses.
    return text.replace("\U0010ffff", "\ufffd")


def _require_subwords(path: Path) -> None:
    """Refuse what cannot be a sub-word tokenizer before Kiwi sees it: its JSON reader ends the process at a wrong byte."""
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise BadInput("tokenizers.kiwi_file_large", path=path, most=_LARGEST >> 20)
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadInput("tokenizers.kiwi_file_not_json", path=path) from error
    decoder, model = (found.get(key) if isinstance(found, dict) else None for key in ("decoder", "model"))
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(decoder, dict) or decoder.get("type") != "Kiwi" or not isinstance(vocabulary, list) or not vocabulary:
        raise BadInput("tokenizers.kiwi_file_other", path=path)


def try_subwords(path: str) -> None:
    """Open a sub-word tokenizer and use all of it; for a process that may end of it (see ``trial``)."""
    from kiwipiepy.sw_tokenizer import SwTokenizer

    tokenizer = SwTokenizer(path, kiwi=shared_kiwi(workers=1))
    tokenizer.config.unk_token  # noqa: B018  reading it runs the engine
    for text in (SAMPLE, ""):
        tokenizer.decode(tokenizer.encode(_readable(text), return_offsets=True)[0])
    for index in tokenizer.vocab.values():
        tokenizer.decode([index])


class KiwiSubwordTokenizer:
    """Kiwi's own sub-word tokenizer: morphemes first, sub-words inside them, from a ``tokenizer.json`` that Kiwi trained.

    Args:
        path: the file. Kiwi ships none; train one with kiwipiepy, or take one of those its author publishes. It is tried in
            a process of its own first, which takes as long as starting Kiwi: a damaged one would end this process.

    Raises:
        BadInput: the file is no Kiwi sub-word tokenizer, or a damaged one.
    """

    def __init__(self, path: str | Path, *, name: str | None = None) -> None:
        from kiwipiepy.sw_tokenizer import SwTokenizer

        self.path = require_file(path, "a Kiwi sub-word tokenizer (.json)")
        self.name = name or file_name(self.path)
        try:
            _require_subwords(self.path)
            require_opening("kiwi-sw", [str(self.path)], "Kiwi sub-word tokenizer")
            self._tokenizer = SwTokenizer(str(self.path), kiwi=shared_kiwi())
        except ExplorerError:
            raise
        except (ValueError, RuntimeError, OSError, KeyError) as error:
            raise BadInput("tokenizers.not_kiwi_subword", path=self.path, reason=str(error).splitlines()[0]) from error
        self._pieces = {index: form for form, index in self._tokenizer.vocab.items()}
        self._unknown = self._tokenizer.vocab.get(self._tokenizer.config.unk_token)
        self.vocab_size: int | None = len(self._pieces)

    def tokenize(self, text: str) -> list[Token]:
        clean = _clean(text)
        return self._build(clean, *self._tokenizer.encode(_readable(clean.text), return_offsets=True))

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream through Kiwi's threads; ``SwTokenizer`` itself, because its transformers wrapper joins a batch into one list."""
        waiting: deque[Normalised] = deque()

        def feed() -> Iterator[str]:
            for text in texts:
                clean = _clean(text)
                waiting.append(clean)
                yield _readable(clean.text)

        for ids, offsets in self._tokenizer.encode(feed(), return_offsets=True):
            yield self._build(waiting.popleft(), ids, offsets)

    def _build(self, clean: Normalised, ids: Sequence[int], offsets: Sequence[tuple[int, int]]) -> list[Token]:
        tokens = []
        for index, (left, right) in zip(ids, offsets, strict=True):
            start, end = clean.to_original(int(left), int(right))
            index = int(index)
            form = to_compatible(self._pieces.get(index, ""))
            tokens.append(Token(clean.original[start:end], start, end, form, None, index, index == self._unknown))
        return tokens

    def decode(self, ids: Sequence[int]) -> str:
        """Text of token ids, as far as this tokenizer can restore it."""
        return str(self._tokenizer.decode(list(ids)))

    def params(self) -> dict[str, Any]:
        return {"name": self.name, "engine": "kiwi-sw", **file_params(self.path)}

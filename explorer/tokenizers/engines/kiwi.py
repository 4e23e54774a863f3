"""Kiwi: morphological analysis (kiwipiepy, https://github.com/bab2min/kiwipiepy)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from explorer.core.errors import BadInput
from explorer.text.hangul import to_compatible
from explorer.text.morphology import cpu_count, has_threads, shared_kiwi, stretches
from explorer.text.normalise import Normalised, normalise
from explorer.text.tags import PREDICATES
from explorer.tokenizers.engine import Engine
from explorer.tokenizers.engines.spans import trim
from explorer.tokenizers.engines.streams import alongside
from explorer.tokenizers.token import Token, new_token

__all__ = ["KiwiTokenizer", "clean_text", "dictionary_form"]

TYPOS = ("basic", "continual", "basic_with_continual", "lengthening", "basic_with_continual_and_lengthening", "all")

# Stems of these tags are quoted with 다 in dictionaries. Kiwi marks irregular and regular variants of one tag (VV-I, VV-R).
_PREDICATES = {tag + suffix: tag for tag in PREDICATES for suffix in ("", "-I", "-R")}
_VARIANTS = {tag + suffix: tag for tag in ("XSV", "XSA") for suffix in ("-I", "-R")}

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


def clean_text(text: str) -> Normalised:
    """A text as Kiwi reads it."""
    return normalise(text, strip_zero_width=True, jamo=True)


Stretch = tuple[Normalised, int, int]
Parts = Sequence[tuple[int, Any]]
"""Where each stretch of a text begins, and Kiwi's morphemes of it."""


class KiwiTokenizer(Engine):
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
        [(clean, parts)] = self._analyse([text], 1)
        return _tokens(clean, parts)

    def analyses(self, text: str, n: int) -> list[tuple[list[Token], float]]:
        """The ``n`` best analyses of a text, best first, each with its log probability under Kiwi's model."""
        clean = clean_text(text)
        return [
            (_tokens(clean, [(0, raw)]), float(score))
            for raw, score in self._kiwi().analyze(clean.text, top_n=n, **self._options)
        ]

    def tokenize_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[Token]]:
        """Stream tokens of many texts through Kiwi's own threads, in order."""
        for clean, parts in self._analyse(texts, workers):
            yield _tokens(clean, parts)

    def keys_batch(self, texts: Iterable[str], workers: int) -> Iterator[list[str]]:
        """``form/TAG`` keys only, for counting and training: no spans are made."""
        predicates, variants = _PREDICATES, _VARIANTS
        for _clean_text, parts in self._analyse(texts, workers):
            keys = []
            for morpheme in chain.from_iterable(raw for _, raw in parts):
                tag = morpheme.tag
                plain = predicates.get(tag)
                keys.append(f"{morpheme.form}다/{plain}" if plain else f"{morpheme.form}/{variants.get(tag, tag)}")
            yield keys

    def _analyse(self, texts: Iterable[str], workers: int) -> Iterator[tuple[Normalised, Parts]]:
        """Each text as it is read, and its morphemes stretch by stretch."""
        cut = ((clean, start, end) for clean in map(clean_text, texts) for start, end in stretches(clean.text))
        kiwi = self._kiwi(None if workers <= 1 or workers >= cpu_count() else workers)

        def run(waiting: Iterator[Stretch]) -> Any:
            return kiwi.tokenize((clean.text[start:end] for clean, start, end in waiting), **self._options)

        def one_by_one() -> Iterator[tuple[Stretch, Any]]:
            for clean, start, end in cut:
                yield (clean, start, end), kiwi.tokenize(clean.text[start:end], **self._options)

        parts: list[tuple[int, Any]] = []
        for (clean, start, end), raw in one_by_one() if workers <= 1 or not has_threads() else alongside(run, cut):
            parts.append((start, raw))
            if end == len(clean.text):
                yield clean, parts
                parts = []

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


def _tokens(clean: Normalised, parts: Parts) -> list[Token]:
    text = clean.original
    odd = _SEPARATORS.search(clean.text) is not None
    predicates, variants = _PREDICATES, _VARIANTS
    tokens: list[Token] = []
    for shift, raw in parts:
        for morpheme in raw:
            start = morpheme.start + shift
            end = start + morpheme.len
            if odd:
                start, end = trim(clean.text, start, end)
            if clean.starts is not None:
                start, end = clean.to_original(start, end)
            tag = morpheme.tag
            plain = predicates.get(tag)
            form = morpheme.form + "다" if plain else morpheme.form
            tag = plain or variants.get(tag, tag)
            tokens.append(new_token(text[start:end], start, end, form, tag, morpheme.id, morpheme.oov))
    return tokens

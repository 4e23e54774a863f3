"""The library's errors in the language of the page: a short title and one line of what to do."""

from __future__ import annotations

import re

from dashboards.i18n import Text
from explorer.core.errors import (
    BadInput,
    Cancelled,
    ExplorerError,
    MissingExtra,
    OutOfVocabulary,
    Unavailable,
    UnknownName,
    listing,
)

__all__ = ["KNOWN", "explain", "remark"]

KNOWN = {
    "the quote ": "quote",
    "there is no word between the quotes": "no_word",
    "the weight ": "weight",
    "a weight stands before its word": "order",
    "a sign is missing between two words": "no_sign",
    "a word is missing after": "missing",
    "two signs stand in a row": "two_signs",
    "a number is missing before": "no_number",
    "the expression has too many words": "many",
    "the expression is empty": "empty",
    "the words cancel each other out": "cancel",
    "no key has the tag": "tag",
    "this model has no counts": "counts",
    "a map needs": "few",
    "the kept map": "kept",
    "the expression has no words": "empty",
    "the word is empty": "word",
    "holds every kind of quote": "quotes",
    "the method 'direction' needs": "direction",
    "the two words of the direction": "same",
    "odd_one_out compares": "odd",
    "is all zero, so it has no place": "zero",
    "lone surrogate": "surrogate",
    "no tokenizers to compare": "no_tokenizers",
    "no text to compare on": "no_text",
    "there is no file or folder": "no_file",
    "holds no tokenizer this program can run": "hub_no_tokenizer",
    "holds no tokenizer": "no_tokenizer",
    "is no tokenizer file": "not_tokenizer",
    "is no tokenizer.json of the Hugging Face kind": "not_huggingface",
    "is no SentencePiece model": "not_sentencepiece",
    "is no WordPiece vocabulary": "not_wordpiece",
    "is no vocabulary: byte": "not_vocabulary",
    "is no tiktoken encoding": "not_tiktoken",
    "the kept comparison": "kept_comparison",
    "save or train the model again": "model_damaged",
    "train the tokenizer again": "tokenizer_damaged",
    "remove the corpus and add it again": "corpus_damaged",
    "pieces, more than fit beside each other": "long_word",
    "the model's tokenizer leaves out": "left_out",
    "centring needs other words": "centring",
    "the worker process ended": "worker",
    "the worker process does not answer": "worker_silent",
    "cannot be had: it is no local file": "hub_absent",
    "is gated: accept its terms": "hub_gated",
    "Hugging Face has no public repository": "hub_none",
    "the disk is full": "disk",
    "no permission while": "permission",
    "could not be downloaded": "download",
}
"""What the library's lines hold, and the key ``input.*`` that says the same in the language of the page; the first that fits."""


def explain(error: ExplorerError, t: Text) -> tuple[str, str]:
    """Title and line for an error.

    >>> explain(OutOfVocabulary("뷁", ["뷔"]), Text("en"))
    ('No vector for “뷁”', 'Did you mean 뷔?')
    """
    match error:
        case OutOfVocabulary():
            near = t("error.near", words=", ".join(error.suggestions[:6])) if error.suggestions else t("error.not_near")
            return t("error.oov", word=error.word), near
        case UnknownName():
            return t("error.unknown", name=error.name), t("error.known", names=listing(error.known, 12)) if error.known else t(
                "error.none"
            )
        case MissingExtra():
            return t("error.extra", feature=error.feature), t("error.install", extra=error.extra)
        case Cancelled():
            return t("error.cancelled"), t("error.again")
        case Unavailable():
            return t("error.unavailable"), _input(str(error), t)
        case BadInput():
            return t("error.input"), _input(str(error), t)
    return t("error.internal"), str(error)


def _input(line: str, t: Text) -> str:
    for part, key in KNOWN.items():
        if part in line:
            return t(f"input.{key}")
    return line


_SHARE = r"(?P<share>[\d.]+ %|under 0\.01 %)"
_REMARKS = {
    f"{_SHARE} of the characters are under unknown tokens": "w_unknown",
    f"loses {_SHARE} of the characters: (?P<characters>.*)": "w_lost",
    f"{_SHARE} of the documents do not come back, though only white space changes": "w_return_space",
    f"{_SHARE} of the documents do not come back": "w_return",
    r"open vocabulary: Rényi efficiency is over the (?P<types>[\d,]+) types that occur.*": "n_open",
    "its unknown tokens are guesses, no text is hidden": "n_guess",
    "is itself the reference of the boundary scores": "n_reference",
}


def remark(line: str, t: Text) -> str:
    """What a comparison says beside a row, in the language of the page; lines this page does not know stay as they are.

    >>> remark("3.20 % of the documents do not come back", Text("en"))
    '3.20 % of the documents do not come back'
    """
    for pattern, key in _REMARKS.items():
        found = re.fullmatch(pattern, line, re.DOTALL)
        if found:
            return t(f"bench.{key}", **found.groupdict())
    return _input(line, t)

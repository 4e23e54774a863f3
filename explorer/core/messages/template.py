"""The template language of sentences: :class:`string.Formatter` with quotation marks, particles, lists and messages."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from explorer.core.messages.particles import particle

__all__ = ["Sentence"]


class Sentence(string.Formatter):
    """Fills the fields of a sentence in one language; ``said(value, language)`` puts a value into words."""

    def __init__(self, language: str, said: Callable[[Any, str], str]) -> None:
        self.language = language
        self._said = said

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion == "r":
            if not isinstance(value, str) and not hasattr(value, "said"):
                return repr(value)
            text = self._said(value, self.language)
            return f"‘{text}’" if self.language == "ko" else repr(text)
        return value if conversion is None else super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if "/" in format_spec:
            text = self._said(value, self.language)
            pair = format_spec.removeprefix("|")
            return particle(text, pair) if pair != format_spec else text + particle(text, pair)
        if format_spec:
            return format(value, format_spec)
        return self._said(value, self.language)

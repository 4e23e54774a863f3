"""What the library says to people: a code with values, and one English and one Korean sentence for each code.

The sentences lie beside this module, one file a room (``vectors.json`` holds the codes ``vectors.*``), both languages of a code
together. A sentence names its values in braces, as :meth:`str.format` does, with three additions:

* ``{name!r}`` puts the value between quotation marks;
* ``{name:을/를}`` writes the value and then the particle that fits it (also ``{name!r:이/가}``); ``{name:|은/는}`` the particle alone;
* a list or tuple is joined with commas, a :class:`Message` or an error among the values speaks the language of its sentence.

Programs compare codes, never sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

__all__ = ["LANGUAGES", "Message", "Note", "codes", "fill", "listing", "said", "say"]

LANGUAGES = ("en", "ko")
_MORE = {"en": "… and {} more", "ko": "… 외 {}개"}


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be said in either language.

    Attributes:
        code: ``"room.name"``, a key of the catalogue.
        values: what the sentence names.

    >>> str(Message("core.cancelled"))
    'cancelled; nothing half-made was kept'
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def said(self, language: str = "en") -> str:
        """The sentence in ``"en"`` or ``"ko"``."""
        return say(self.code, self.values, language)

    def __str__(self) -> str:
        return self.said()


class Note(str):
    """A message that is kept as text, in JSON as its English sentence, and is said in the language of whoever reads it.

    >>> note = Note("vectors.note_broken", count=2)
    >>> note, note.said("ko"), note.message.values
    ('2 keys hold broken UTF-8, shown as \ufffd', '키 2개에 깨진 UTF-8이 있어 \ufffd로 보입니다.', {'count': 2})
    """

    message: Message

    def __new__(cls, code: str, **values: Any) -> Note:
        made = super().__new__(cls, say(code, values))
        made.message = Message(code, values)
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:  # what it is copied by
        return (self.message.code,), dict(self.message.values)

    def said(self, language: str = "en") -> str:
        """The sentence in ``"en"`` or ``"ko"``."""
        return self.message.said(language)


@cache
def codes(room: str) -> dict[str, dict[str, str]]:
    """``{code: {"en": sentence, "ko": sentence}}`` of one room; empty where there is no such room."""
    import json
    from pathlib import Path

    path = Path(__file__).with_name(f"{room}.json")
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def say(code: str, values: Mapping[str, Any], language: str = "en") -> str:
    """The sentence of ``code`` with its values.

    Raises:
        KeyError: no such code, or a value the sentence names is missing. Both are mistakes in the program.

    >>> say("core.kind.model", {}, "ko")
    '모델'
    """
    sentence = codes(code.partition(".")[0])[code][language]
    return fill(sentence, values, language)


def fill(sentence: str, values: Mapping[str, Any], language: str = "en") -> str:
    """A sentence of the template language with its values.

    >>> fill("{word!r:을/를} 읽습니다", {"word": "배"}, "ko")
    '‘배’를 읽습니다'
    """
    # Late, like the catalogue: a program that says nothing loads neither.
    from explorer.core.messages.template import Sentence

    return Sentence(language, said).vformat(sentence, (), values)


def listing(names: Iterable[Any], limit: int = 40, language: str = "en") -> str:
    """Join names for a sentence, cutting a long list and saying by how much.

    >>> listing(["a", "b"])
    'a, b'
    """
    shown = [said(name, language) for name in names]
    if len(shown) <= limit:
        return ", ".join(shown)
    return f"{', '.join(shown[:limit])}, {_MORE[language].format(len(shown) - limit)}"


def said(value: Any, language: str) -> str:
    """One value of a sentence as text."""
    speak = getattr(value, "said", None)
    if callable(speak):
        return str(speak(language))
    if isinstance(value, list | tuple | set | frozenset):
        return listing(sorted(value) if isinstance(value, set | frozenset) else value, language=language)
    return str(value)

"""The unit every tokenizer produces, and the protocol every tokenizer follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

__all__ = ["Token", "Tokenizer", "key_of", "new_token"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token of one text.

    Attributes:
        surface: exactly ``text[start:end]`` of the ORIGINAL text (which may be NFD).
        start, end: code-point offsets into the original text. Several tokens may share or overlap a span
            (갔 = 가 + 았; three byte tokens of one syllable), and a token may be empty (``start == end``).
        form: what the token counts as: NFC; stem + 다 for predicates; the vocabulary piece for sub-words.
        tag: Sejong part-of-speech tag (``"NNG"``), or ``None`` where the tokenizer has none.
        id: vocabulary id, or ``None`` where there is no vocabulary.
        unknown: the tokenizer had no entry for this text (an UNK token, or a guessed morpheme).

    >>> from explorer.tokenizers.loading import tokenizer
    >>> stem, past, *_ = tokenizer("kiwi").tokenize("먹었다")
    >>> stem.surface, (stem.start, stem.end), stem.form, stem.tag, past.surface
    ('먹', (0, 1), '먹다', 'VV', '었')
    """

    surface: str
    start: int
    end: int
    form: str
    tag: str | None = None
    id: int | None = None
    unknown: bool = False

    def to_dict(self) -> dict[str, Any]:
        # Spelled out: dataclasses.asdict copies every value and is eight times slower, which a page of tokens would feel.
        return {
            "surface": self.surface,
            "start": self.start,
            "end": self.end,
            "form": self.form,
            "tag": self.tag,
            "id": self.id,
            "unknown": self.unknown,
        }


class _Draft:
    __slots__ = ("end", "form", "id", "start", "surface", "tag", "unknown")


def new_token(surface: str, start: int, end: int, form: str, tag: str | None, index: int | None, unknown: bool) -> Token:
    """A :class:`Token`, made in a quarter of the time, for the inner loops of engines.

    A frozen dataclass sets every field through ``object.__setattr__``, which takes longer than most sub-word tokenizers need for
    the token itself. A draft has the same slots and plain assignment, and becomes a token in the end.
    """
    made: Any = _Draft()
    made.surface = surface
    made.start = start
    made.end = end
    made.form = form
    made.tag = tag
    made.id = index
    made.unknown = unknown
    made.__class__ = Token
    token: Token = made
    return token


def key_of(token: Token) -> str:
    """The key a vector belongs to: ``form/TAG`` for morphemes, the piece itself otherwise.

    >>> key_of(Token("왕", 0, 1, "왕", "NNG"))
    '왕/NNG'
    """
    return f"{token.form}/{token.tag}" if token.tag else token.form


@runtime_checkable
class Tokenizer(Protocol):
    """What an engine has to offer. Batching, threads, progress and keys are written once, around it.

    >>> from explorer.tokenizers.loading import tokenizer
    >>> isinstance(tokenizer("eojeol"), Tokenizer), [token.form for token in tokenizer("eojeol").tokenize("왕이 왔다")]
    (True, ['왕이', '왔다'])
    """

    @property
    def name(self) -> str:
        """Short name for tables, e.g. ``"kiwi"``."""
        ...

    def tokenize(self, text: str) -> list[Token]:
        """Tokens of ``text`` in order of ``(start, end)`` as the engine emits them; offsets into ``text`` as given."""
        ...

    def params(self) -> dict[str, Any]:
        """Everything needed to say exactly which tokenizer this was; JSON-serialisable."""
        ...

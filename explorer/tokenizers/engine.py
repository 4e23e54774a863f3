"""What every tokenizer offers beside ``tokenize``: being called, ``encode`` and ``decode`` as Hugging Face has them, and KoNLPy's words.

An engine writes ``tokenize`` (and ``decode``, where it has a vocabulary); all that is here follows from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, overload

from explorer.core.errors import BadInput
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.token import Token, Tokenizer, key_of
from explorer.tokenizers.tokens import Tokens

__all__ = ["Adopted", "Engine", "as_ids", "decoder_of"]

T = TypeVar("T")

NOUNS = ("NNG", "NNP", "NNB")
"""Tags of nouns: common, proper, bound. Pronouns (NP) and numerals (NR) are none."""


class Engine(ABC):
    """A tokenizer. Each method takes one text, or several: then it gives a list, in order, made with all cores.

    >>> from explorer.tokenizers.engines.rules import EojeolTokenizer
    >>> cut = EojeolTokenizer()
    >>> cut("왕이 왔다").surfaces, cut.morphs(["왕이 왔다", ""])
    (['왕이', '왔다'], [['왕이', '왔다'], []])
    >>> cut
    <Tokenizer eojeol>
    """

    name: str
    vocab_size: int | None = None

    @abstractmethod
    def tokenize(self, text: str) -> list[Token]:
        """Tokens of one text; see :class:`~explorer.tokenizers.token.Tokenizer`."""

    @abstractmethod
    def params(self) -> dict[str, Any]:
        """Everything needed to make it again."""

    def __repr__(self) -> str:
        return f"<Tokenizer {self.name}" + (f": {self.vocab_size:,} tokens>" if self.vocab_size else ">")

    @overload
    def __call__(self, text: str) -> Tokens: ...  # type: ignore[overload-overlap]  # a str is an Iterable[str], too
    @overload
    def __call__(self, text: Iterable[str]) -> list[Tokens]: ...
    def __call__(self, text: str | Iterable[str]) -> Tokens | list[Tokens]:
        """The tokens of a text, with the text; of several texts a list of that.

        Raises:
            BadInput: what came is no text, or is a text with a lone surrogate.
        """
        found: Tokens | list[Tokens] = self._each(text, lambda one, tokens: Tokens(one, tuple(tokens), self.name))
        return found

    def _each(self, text: Any, make: Callable[[str, list[Token]], T]) -> Any:
        if isinstance(text, str):
            return make(text, self.tokenize(text))
        if not isinstance(text, Iterable) or isinstance(text, bytes | bytearray):
            raise BadInput("text.not_text", kind=type(text).__name__)
        texts = list(text)
        return [make(one, tokens) for one, tokens in zip(texts, tokenize_all(self, texts), strict=True)]

    @overload
    def encode(self, text: str) -> list[int]: ...  # type: ignore[overload-overlap]  # a str is an Iterable[str], too
    @overload
    def encode(self, text: Iterable[str]) -> list[list[int]]: ...
    def encode(self, text: str | Iterable[str]) -> list[int] | list[list[int]]:
        """The vocabulary ids of a text, or of each of several. Special tokens are added only where the tokenizer was told to.

        Raises:
            BadInput: the tokenizer has no vocabulary (morphemes, eojeol, syllables, jamo).
        """
        if self.vocab_size is None:
            raise BadInput("tokenizers.no_ids", tokenizer=self.name)

        def ids(_: str, tokens: list[Token]) -> list[int]:
            return [token.id for token in tokens if token.id is not None]

        found: list[int] | list[list[int]] = self._each(text, ids)
        return found

    def decode(self, ids: Sequence[int]) -> str:
        """The text of vocabulary ids, as the tokenizer restores it.

        Raises:
            BadInput: the tokenizer has no vocabulary, or what came are no ids of it.
        """
        raise BadInput("tokenizers.no_ids", tokenizer=self.name)

    @overload
    def morphs(self, text: str) -> list[str]: ...  # type: ignore[overload-overlap]  # a str is an Iterable[str], too
    @overload
    def morphs(self, text: Iterable[str]) -> list[list[str]]: ...
    def morphs(self, text: str | Iterable[str]) -> list[str] | list[list[str]]:
        """The form of every token, KoNLPy's ``morphs``; predicates are stems with 다 (먹다), pieces stand as in the vocabulary."""
        found: list[str] | list[list[str]] = self._each(text, lambda _, tokens: [token.form for token in tokens])
        return found

    def pos(self, text: str | Iterable[str], join: bool = False) -> list[Any]:
        """``(form, tag)`` of every token, KoNLPy's ``pos``; of several texts a list of that.

        Args:
            text: a text, or several.
            join: give ``form/tag`` instead: the very keys that models have.

        Raises:
            BadInput: the tokenizer has no tags.
        """

        def tagged(_: str, tokens: list[Token]) -> list[Any]:
            self._require_tags(tokens)
            return [key_of(token) if join else (token.form, token.tag) for token in tokens]

        found: list[Any] = self._each(text, tagged)
        return found

    @overload
    def nouns(self, text: str) -> list[str]: ...  # type: ignore[overload-overlap]  # a str is an Iterable[str], too
    @overload
    def nouns(self, text: Iterable[str]) -> list[list[str]]: ...
    def nouns(self, text: str | Iterable[str]) -> list[str] | list[list[str]]:
        """The nouns of a text (NNG, NNP, NNB) in order, KoNLPy's ``nouns``; of several texts a list of that.

        Raises:
            BadInput: the tokenizer has no tags.
        """

        def chosen(_: str, tokens: list[Token]) -> list[str]:
            self._require_tags(tokens)
            return [token.form for token in tokens if token.tag in NOUNS]

        found: list[str] | list[list[str]] = self._each(text, chosen)
        return found

    def _require_tags(self, tokens: Iterable[Token]) -> None:
        if any(token.tag is None for token in tokens):
            raise BadInput("tokenizers.no_tags", tokenizer=self.name)


class Adopted(Engine):
    """A tokenizer that is no :class:`Engine`, such as another package's, with what an engine offers. All else it has is its own."""

    def __init__(self, made: Tokenizer) -> None:
        self.made = made
        self.name = made.name
        self.vocab_size = getattr(made, "vocab_size", None)

    def tokenize(self, text: str) -> list[Token]:
        return self.made.tokenize(text)

    def params(self) -> dict[str, Any]:
        return self.made.params()

    def decode(self, ids: Sequence[int]) -> str:
        restore = getattr(self.made, "decode", None)
        return super().decode(ids) if restore is None else str(restore(as_ids(ids, self.vocab_size)))

    def __getattr__(self, name: str) -> Any:
        # Asked only for what neither this object nor its class has; "made" itself is missing while a copy is being put together.
        if name == "made":
            raise AttributeError(name)
        return getattr(self.made, name)


def decoder_of(tokenizer: Tokenizer) -> Callable[[Sequence[int]], str] | None:
    """What makes text of ids again, or ``None`` where a tokenizer has no such thing."""
    own = tokenizer.made if isinstance(tokenizer, Adopted) else tokenizer
    restore = getattr(own, "decode", None)
    return None if restore is None or getattr(restore, "__func__", None) is Engine.decode else restore


def as_ids(ids: Any, size: int | None) -> list[int]:
    """Vocabulary ids as plain numbers.

    Args:
        ids: one, or several.
        size: of the vocabulary; ``None`` where the tokenizer does not tell it.

    Raises:
        BadInput: they are not whole numbers, or one is none of the vocabulary.

    >>> as_ids((3, 1), 5)
    [3, 1]
    """
    found = list(ids) if isinstance(ids, Iterable) and not isinstance(ids, str | bytes) else [ids]
    for one in found:
        if isinstance(one, bool) or not hasattr(one, "__index__"):
            raise BadInput("tokenizers.ids_not_numbers", kind=type(one).__name__)
        if size is None and one < 0:
            raise BadInput("tokenizers.id_negative", index=int(one))
        if size is not None and not 0 <= one < size:
            raise BadInput("tokenizers.id_outside", index=int(one), size=size)
    return [int(one) for one in found]

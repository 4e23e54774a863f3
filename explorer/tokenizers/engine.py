"""What every tokenizer offers beside ``tokenize``: being called, ``encode`` and ``decode`` as Hugging Face has them, and KoNLPy's words.

An engine writes ``tokenize`` (and ``decode``, where it has a vocabulary); all that is here follows from it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, TypeVar, overload

from explorer.core.errors import BadInput
from explorer.core.foreign import refusing
from explorer.text.normalise import check_text
from explorer.tokenizers.batch import tokenize_all
from explorer.tokenizers.foreign import NAMES
from explorer.tokenizers.token import Token, Tokenizer, key_of
from explorer.tokenizers.tokens import Tokens

__all__ = ["Adopted", "Engine", "as_ids", "decoder_of"]

T = TypeVar("T")

_elsewhere = refusing(NAMES)

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
    special_tokens: bool | None = None
    """Whether ids have special tokens among them; ``None`` where it makes no difference."""

    @abstractmethod
    def tokenize(self, text: str) -> list[Token]:
        """Tokens of one text; see :class:`~explorer.tokenizers.token.Tokenizer`."""

    @abstractmethod
    def params(self) -> dict[str, Any]:
        """Everything needed to make it again."""

    __getattr__ = _elsewhere

    def __repr__(self) -> str:
        return f"<Tokenizer {self.name}" + (f": {self.vocab_size:,} tokens>" if self.vocab_size else ">")

    @overload
    def __call__(self, text: str) -> Tokens: ...  # type: ignore[overload-overlap]  # a str is an Iterable[str], too
    @overload
    def __call__(self, text: Iterable[str]) -> list[Tokens]: ...
    def __call__(self, text: str | Iterable[str], **options: Any) -> Tokens | list[Tokens]:
        """The tokens of a text, with the text; of several texts a list of that.

        Raises:
            BadInput: what came is no text, or is a text with a lone surrogate; or an option that feeds networks (``padding``).
        """
        if options:
            raise BadInput("tokenizers.no_call_options", options=list(options))
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
    def encode(self, text: str, *, add_special_tokens: bool | None = None) -> list[int]: ...  # type: ignore[overload-overlap]
    @overload
    def encode(self, text: Iterable[str], *, add_special_tokens: bool | None = None) -> list[list[int]]: ...
    def encode(self, text: str | Iterable[str], *, add_special_tokens: bool | None = None) -> list[int] | list[list[int]]:
        """The vocabulary ids of a text, or of each of several.

        Args:
            text: a text, or several.
            add_special_tokens: as the tokenizer was made, ``ex.tokenizer(name, special_tokens=True)``; anything else is refused.

        Raises:
            BadInput: the tokenizer has no vocabulary (morphemes, eojeol, syllables, jamo).
        """
        if self.vocab_size is None:
            raise BadInput("tokenizers.no_ids", tokenizer=self.name)
        if add_special_tokens is not None and add_special_tokens != bool(self.special_tokens):
            raise BadInput("tokenizers.special_when_made", tokenizer=self.name, asked=add_special_tokens)

        def ids(_: str, tokens: list[Token]) -> list[int]:
            return [token.id for token in tokens if token.id is not None]

        found: list[int] | list[list[int]] = self._each(text, ids)
        return found

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        """The text of vocabulary ids, as the tokenizer restores it.

        Args:
            ids: of one text.
            skip_special_tokens: leave [CLS] and the like out, where the tokenizer would write them.

        Raises:
            BadInput: the tokenizer has no vocabulary, or what came are no ids of it.
        """
        raise BadInput("tokenizers.no_ids", tokenizer=self.name)

    def batch_decode(self, sequences: Iterable[Sequence[int]], *, skip_special_tokens: bool = False) -> list[str]:
        """:meth:`decode` of several texts' ids."""
        return [self.decode(ids, skip_special_tokens=skip_special_tokens) for ids in sequences]

    def vocabulary(self) -> list[str]:
        """The piece of every id, in their order, written as :attr:`Token.form` has it; an id that nobody uses has ``""``.

        Raises:
            BadInput: the tokenizer has no vocabulary.
        """
        raise BadInput("tokenizers.no_ids", tokenizer=self.name)

    @cached_property
    def _numbered(self) -> tuple[list[str], dict[str, int]]:
        """The vocabulary, and the first id of every piece."""
        pieces = self.vocabulary()
        return pieces, {piece: index for index, piece in reversed(list(enumerate(pieces))) if piece}

    def get_vocab(self) -> dict[str, int]:
        """:meth:`vocabulary` by Hugging Face's name: the id of every piece.

        >>> from explorer.tokenizers.loading import tokenizer
        >>> cut = tokenizer("ko-unigram-32k")
        >>> cut.convert_ids_to_tokens(cut.encode("왕비가")) == cut.morphs("왕비가"), len(cut.get_vocab()) == cut.vocab_size
        (True, True)
        """
        return dict(self._numbered[1])

    @overload
    def convert_ids_to_tokens(self, ids: int) -> str: ...
    @overload
    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str]: ...
    def convert_ids_to_tokens(self, ids: int | Sequence[int]) -> str | list[str]:
        """The piece of an id, or of each of several, as Hugging Face gives them.

        Raises:
            BadInput: the tokenizer has no vocabulary, or what came are no ids of it.
        """
        pieces = self._numbered[0]
        found = [pieces[index] for index in as_ids(ids, len(pieces))]
        return found if isinstance(ids, Iterable) else found[0]

    @overload
    def convert_tokens_to_ids(self, tokens: str) -> int | None: ...  # type: ignore[overload-overlap]  # a str is a Sequence[str], too
    @overload
    def convert_tokens_to_ids(self, tokens: Sequence[str]) -> list[int | None]: ...
    def convert_tokens_to_ids(self, tokens: str | Sequence[str]) -> int | list[int | None] | None:
        """The id of a piece, or of each of several; ``None`` for one that is not in the vocabulary.

        Raises:
            BadInput: the tokenizer has no vocabulary.
        """
        numbers = self._numbered[1]
        if isinstance(tokens, str):
            return numbers.get(tokens)
        if not isinstance(tokens, Iterable):
            raise BadInput("text.not_text", kind=type(tokens).__name__)
        return [numbers.get(check_text(piece)) for piece in tokens]

    @overload
    def morphs(self, text: str, *, norm: bool = False, stem: bool = True) -> list[str]: ...  # type: ignore[overload-overlap]
    @overload
    def morphs(self, text: Iterable[str], *, norm: bool = False, stem: bool = True) -> list[list[str]]: ...
    def morphs(self, text: str | Iterable[str], *, norm: bool = False, stem: bool = True) -> list[str] | list[list[str]]:
        """The form of every token, KoNLPy's ``morphs``; predicates are stems with 다 (먹다), pieces stand as in the vocabulary.

        Args:
            text: a text, or several.
            norm, stem: of KoNLPy's Okt. Morphemes always are what ``stem=True`` asks for; the other value of either is refused,
                and the line says where to have it.
        """
        self._check_konlpy(norm, stem)
        found: list[str] | list[list[str]] = self._each(text, lambda _, tokens: [token.form for token in tokens])
        return found

    def pos(
        self, text: str | Iterable[str], join: bool = False, *, norm: bool = False, stem: bool = True, flatten: bool = True
    ) -> list[Any]:
        """``(form, tag)`` of every token, KoNLPy's ``pos``; of several texts a list of that.

        Args:
            text: a text, or several.
            join: give ``form/tag`` instead: the very keys that models have.
            norm, stem, flatten: of KoNLPy's taggers; see :meth:`morphs`.

        Raises:
            BadInput: the tokenizer has no tags.
        """
        self._check_konlpy(norm, stem, flatten)

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

    def _check_konlpy(self, norm: bool, stem: bool, flatten: bool = True) -> None:
        """Refuse what KoNLPy's taggers can be told, where this one does otherwise."""
        if norm and not getattr(self, "normalise_coda", False):
            raise BadInput("tokenizers.norm_when_made")
        if not stem:
            raise BadInput("tokenizers.always_stems")
        if not flatten:
            raise BadInput("tokenizers.always_flat")

    def _require_tags(self, tokens: Iterable[Token]) -> None:
        if any(token.tag is None for token in tokens):
            raise BadInput("tokenizers.no_tags", tokenizer=self.name)


class Adopted(Engine):
    """A tokenizer that is no :class:`Engine`, such as another package's, with what an engine offers. All else it has is its own."""

    def __init__(self, made: Tokenizer) -> None:
        self.made = made
        self.name = made.name
        self.vocab_size = getattr(made, "vocab_size", None)
        self.special_tokens = getattr(made, "special_tokens", None)

    def tokenize(self, text: str) -> list[Token]:
        return self.made.tokenize(text)

    def params(self) -> dict[str, Any]:
        return self.made.params()

    def decode(self, ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        restore = getattr(self.made, "decode", None)
        return super().decode(ids) if restore is None else str(restore(as_ids(ids, self.vocab_size)))

    def vocabulary(self) -> list[str]:
        listed = getattr(self.made, "vocabulary", None)
        return list(listed()) if callable(listed) else super().vocabulary()

    def __getattr__(self, name: str) -> Any:
        # Asked only for what neither this object nor its class has; "made" itself is missing while a copy is being put together.
        if name == "made":
            raise AttributeError(name)
        return getattr(self.made, name) if hasattr(self.made, name) or name not in NAMES else _elsewhere(self, name)


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

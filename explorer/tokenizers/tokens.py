"""The tokens of one text, with the text: what a tokenizer gives when it is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from explorer.core.errors import BadInput
from explorer.core.foreign import refusing
from explorer.display.record import Record
from explorer.display.sheet import Sheet
from explorer.display.tokens import tokens as strip
from explorer.tokenizers.foreign import TOKENS
from explorer.tokenizers.token import Token, key_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Tokens"]


@dataclass(frozen=True, slots=True, repr=False)
class Tokens(Sequence[Token], Record):
    """The tokens of a text; reads like a tuple of :class:`Token`.

    Attributes:
        text: as it was given; the tokens' offsets are into it.
        tokens: in order.
        tokenizer: name of the tokenizer.

    >>> found = Tokens("왕이", (Token("왕", 0, 1, "왕", "NNG"), Token("이", 1, 2, "이", "JKS")), "kiwi")
    >>> found.forms, found.keys, found[1].surface
    (['왕', '이'], ['왕/NNG', '이/JKS'], '이')
    """

    text: str
    tokens: tuple[Token, ...]
    tokenizer: str = ""

    @overload
    def __getitem__(self, index: int) -> Token: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, index: Any) -> Token | tuple[Token, ...]:
        if isinstance(index, str):  # as what Hugging Face's tokenizers give is asked
            raise BadInput("tokenizers.tokens_by_number", key=index)
        found: Token | tuple[Token, ...] = self.tokens[index]
        return found

    __getattr__ = refusing(TOKENS)

    def __len__(self) -> int:
        return len(self.tokens)

    def __iter__(self) -> Iterator[Token]:
        return iter(self.tokens)

    @property
    def surfaces(self) -> list[str]:
        """What stands in the text, token by token."""
        return [token.surface for token in self.tokens]

    @property
    def forms(self) -> list[str]:
        """What each token counts as."""
        return [token.form for token in self.tokens]

    @property
    def tags(self) -> list[str | None]:
        """The tag of each token, ``None`` where it has none."""
        return [token.tag for token in self.tokens]

    @property
    def ids(self) -> list[int | None]:
        """The vocabulary id of each token, ``None`` where it has none."""
        return [token.id for token in self.tokens]

    @property
    def keys(self) -> list[str]:
        """The key of each token, as models have them (왕/NNG)."""
        return list(map(key_of, self.tokens))

    def to_dict(self) -> dict[str, Any]:
        return {"tokenizer": self.tokenizer, "text": self.text, "tokens": [token.to_dict() for token in self.tokens]}

    def to_frame(self) -> pd.DataFrame:
        """A table, a row a token."""
        import pandas as pd

        return pd.DataFrame(
            [token.to_dict() for token in self.tokens], columns=["surface", "start", "end", "form", "tag", "id", "unknown"]
        )

    def sheet(self) -> Sheet:
        return strip(self)

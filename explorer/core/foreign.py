"""What other packages call by a name of their own: who asks one of our objects for it reads what to write here.

``hasattr`` and ``getattr`` with a default find nothing under such a name, as it should be; only the words of the error differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from explorer.core.errors import NoSuchName
from explorer.core.messages import Message

__all__ = ["Names", "called", "gone", "nearest", "refusing"]

Names = Mapping[str, Message]
"""A name, and the sentence that is said instead of "has no attribute"."""


def called(package: str, names: Mapping[str, str]) -> dict[str, Message]:
    """Names of a package for what is here, too.

    Args:
        package: whose names they are.
        names: what to write here, for each name.

    >>> str(called("gensim", {"index2word": "v.index_to_key"})["index2word"])
    "'index2word' is what gensim calls it; here write v.index_to_key"
    """
    return {
        name: Message("core.called_otherwise", {"name": name, "package": package, "here": here}) for name, here in names.items()
    }


def nearest(package: str, names: Mapping[str, str]) -> dict[str, Message]:
    """Names of a package for what is not here, with what comes nearest to it; arguments as for :func:`called`."""
    return {
        name: Message("core.nearest_here", {"name": name, "package": package, "here": here}) for name, here in names.items()
    }


def gone(package: str, why: Message, names: Iterable[str]) -> dict[str, Message]:
    """Names of a package for what cannot be here, all for one reason."""
    return {name: Message("core.only_there", {"name": name, "package": package, "why": why}) for name in names}


def refusing(names: Names) -> Callable[[Any, str], Any]:
    """A ``__getattr__`` that knows these names, and says what Python says of every other."""

    def missing(self: Any, name: str) -> Any:
        if name in names:
            raise NoSuchName.of(names[name])
        # Nothing is found a second time either: this makes Python's own error, or that of a property which failed.
        return object.__getattribute__(self, name)

    return missing

"""Tokens: every way of cutting Korean text, behind one protocol.

The package itself can be called, ``ex.tokenizers()``, and then lists the names that :func:`explorer.tokenizer` accepts.
"""

from __future__ import annotations

import sys
from types import ModuleType


class _TokenizersPackage(ModuleType):
    # A sub-package shadows any function of the same name on its parent as soon as it is imported,
    # so the public `ex.tokenizers()` has to be the package.
    def __call__(self) -> list[str]:
        """Names of built-in and saved tokenizers, sorted."""
        from explorer.tokenizers.loading import tokenizer_names

        return tokenizer_names()


sys.modules[__name__].__class__ = _TokenizersPackage

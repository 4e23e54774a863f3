"""Docstrings as the site shows them: examples as code, and the last part of names that Sphinx would link."""

from __future__ import annotations

import re
from typing import Any

import griffe

_ROLE = re.compile(r":(?:func|class|data|mod|meth|attr|exc):`(~?)([^`]+)`")
_EXAMPLE = re.compile(r"(?:^[ \t]*>>> .*\n(?:^[ \t]*\S.*\n?)*)", re.MULTILINE)


def shown(text: str) -> str:
    """A docstring for Markdown.

    >>> shown("See :func:`~a.b`.")
    'See `b`.'
    """

    def fenced(found: re.Match[str]) -> str:
        margin = found[0][: len(found[0]) - len(found[0].lstrip())]
        return f"{margin}```pycon\n{found[0].rstrip()}\n{margin}```\n"

    named = _ROLE.sub(lambda found: f"`{found[2].rpartition('.')[2] if found[1] else found[2]}`", text)
    return _EXAMPLE.sub(fenced, named)


class Shown(griffe.Extension):
    """Changes every docstring when its object has been read."""

    def on_instance(self, *, obj: Any, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = shown(obj.docstring.value)

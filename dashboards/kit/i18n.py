"""What the pages say, in Korean and English.

Each page keeps its sentences beside its code: ``pages/map/text.ko.json`` holds the keys ``map.*``; what several pages say is in
``kit/text``. Every key exists in both languages (a test holds that), and no page holds words of its own.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from dashboards.kit.url import LANGUAGE
from explorer.core.messages import fill

__all__ = ["COOKIE", "DEFAULT", "LANGUAGES", "Text", "asked", "catalogue", "current", "text"]

LANGUAGES = {"ko": "한국어", "en": "English"}
DEFAULT = "ko"
COOKIE = "explorer-language"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of one language by its key ``"file.name"``, in the template language of :mod:`explorer.core.messages`."""
    sentences: dict[str, str] = {}
    here = Path(__file__).parent
    shared = {path.name.partition(".")[0]: path for path in (here / "text").glob(f"*.{language}.json")}
    pages = {path.parent.name: path for path in (here.parent / "pages").glob(f"*/text.{language}.json")}
    for prefix, path in {**shared, **pages}.items():
        for name, sentence in json.loads(path.read_text(encoding="utf-8")).items():
            sentences[f"{prefix}.{name}"] = sentence
    return sentences


class Text:
    """The sentences of one language.

    >>> Text("en")("shell.home")
    'Home'
    """

    def __init__(self, language: str = DEFAULT) -> None:
        self.language = language if language in LANGUAGES else DEFAULT
        self._sentences = catalogue(self.language)

    def __call__(self, key: str, **values: object) -> str:
        sentence = self._sentences[key]
        return fill(sentence, values, self.language) if values else sentence

    def __contains__(self, key: object) -> bool:
        return key in self._sentences

    def maybe(self, key: str, otherwise: str) -> str:
        """The sentence, or the given one where the library speaks words this catalogue does not know."""
        return self._sentences.get(key, otherwise)


def asked(language: str | None) -> str | None:
    """The language, if pages speak it."""
    return language if language in LANGUAGES else None


def current() -> str:
    """The language of this request: what its address asks for, else what the person chose (a cookie), else the browser's.

    A browser that prefers neither Korean nor English gets English; Korean holds where nobody says anything.
    """
    from flask import has_request_context, request

    if not has_request_context():
        return DEFAULT
    said = asked(request.args.get(LANGUAGE)) or asked(request.cookies.get(COOKIE))
    if said or not request.accept_languages:
        return said or DEFAULT
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def text(language: str | None = None) -> Text:
    """Sentences in ``language``, by default in the one of this request."""
    return Text(language or current())

"""Terms of the field: where one stands in a sentence of a page, it leads to what the glossary says of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dash import dcc

from dashboards.kit.i18n import Text
from dashboards.kit.url import choice, href

__all__ = ["FIELDS", "GROUPS", "PATH", "named", "says", "with_terms"]

PATH = "/glossary"

GROUPS: dict[str, tuple[str, ...]] = {
    "vectors": ("embedding", "static", "contextual", "cosine", "word2vec", "glove", "sif", "pmi"),
    "analogies": ("analogy", "3cosadd", "3cosmul", "3cosavg", "lrcos"),
    "language": ("morpheme", "lemma", "particle", "ending", "eojeol", "jamo", "initials", "homograph", "corpus", "kwic"),
    "tokens": ("token", "tokenizer", "subword", "bpe", "unigram", "wordpiece", "nfc", "renyi"),
    "maps": ("pca", "umap", "tsne", "trust"),
    "models": ("encoder", "masked", "attention", "head", "anisotropy", "probe", "control", "selectivity", "overfit"),
    "numbers": ("interval", "spearman", "auc", "f1", "precision", "recall", "silhouette", "ari", "vmeasure"),
}
"""The terms by what they are about. In the catalogue ``glossary.term_X`` is how a term is written, in one way or several
(``"basic|other"``), and ``glossary.says_X`` what it means."""

_COMMON = frozenset(("embedding", "analogy", "morpheme", "corpus", "token", "tokenizer"))
"""Terms that stand everywhere: they are linked where a page says what it is for."""

_TERMS = [term for terms in GROUPS.values() for term in terms]

FIELDS = {"term": choice(_TERMS, "")}


def named(t: Text, term: str) -> str:
    """How a term is called first."""
    return t(f"glossary.term_{term}").split("|")[0]


def says(t: Text, term: str) -> str:
    """What a term means."""
    return t(f"glossary.says_{term}")


@cache
def _pattern(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds terms in a sentence, and the term of each way of writing one."""
    t = Text(language)
    terms = {form.lower(): term for term in _TERMS for form in t(f"glossary.term_{term}").split("|")}
    forms = "|".join(re.escape(form) for form in sorted(terms, key=len, reverse=True))
    # Particles follow a Korean term, an s an English one; before it a word begins.
    after = r"(?![a-z0-9])" if language == "ko" else r"(?=s?\b)"
    return re.compile(rf"(?<![\w-])(?:{forms}){after}", re.IGNORECASE), terms


def with_terms(t: Text, sentence: str, common: bool = False) -> Any:
    """A sentence whose terms are links to the glossary, each the first time; a plain sentence where it has none.

    Args:
        common: also terms that stand everywhere.

    >>> from flask import Flask
    >>> app = Flask("x"); app.config["EXPLORER_PATH_PREFIX"] = "/"
    >>> with app.app_context():
    ...     parts = with_terms(Text("ko"), "코사인 유사도로 찾습니다.")
    >>> parts[0].children, parts[0].href, parts[1]
    ('코사인 유사도', '/glossary?term=cosine', '로 찾습니다.')
    """
    pattern, terms = _pattern(t.language)
    parts: list[Any] = []
    seen = set() if common else set(_COMMON)
    end = 0
    for match in pattern.finditer(sentence):
        term = terms[match[0].lower()]
        if term in seen:
            continue
        seen.add(term)
        parts += [sentence[end : match.start()], _link(t, term, match[0])]
        end = match.end()
    return [part for part in (*parts, sentence[end:]) if part] if parts else sentence


def _link(t: Text, term: str, label: str) -> dcc.Link:
    return dcc.Link(label, href=href(PATH, FIELDS, {"term": term}), className="glossary-link", title=says(t, term))

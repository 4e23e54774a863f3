"""Errors in the language of the page."""

from __future__ import annotations

import re

import pytest

from dashboards.i18n import Text
from dashboards.messages import KNOWN, explain
from explorer.core.errors import BadInput, Cancelled, ExplorerError, MissingExtra, OutOfVocabulary, Unavailable, UnknownName

EXPRESSIONS = {
    "": "empty",
    "왕 − + 여자": "two_signs",
    "왕 −": "missing",
    "왕 여자": "no_sign",
    "왕*2": "order",
    "*왕": "no_number",
    "0*왕": "weight",
    '"왕 − 여자': "quote",
    '""': "no_word",
    "왕" + " + 왕" * 1500: "many",
}


@pytest.mark.parametrize(("expression", "key"), EXPRESSIONS.items(), ids=EXPRESSIONS.values())
def test_what_is_wrong_with_an_expression_is_said_in_korean(small, expression, key):
    t = Text("ko")
    with pytest.raises(BadInput) as caught:
        small.analogy(expression)
    assert explain(caught.value, t) == (t("error.input"), t(f"input.{key}"))


def test_other_lines_about_input_are_known_too(small):
    t = Text("ko")
    for ask, key in (
        (lambda: small.analogy("왕 − 왕"), "cancel"),
        (lambda: small.similar("왕", tags=["XX"]), "tag"),
    ):
        with pytest.raises(BadInput) as caught:
            ask()
        assert explain(caught.value, t)[1] == t(f"input.{key}")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "error",
    [
        OutOfVocabulary("뷁", ["뷔", "뷁스"]),
        OutOfVocabulary("뷁"),
        UnknownName("model", "x", ["kiwi"]),
        UnknownName("model", "x", []),
        MissingExtra("BERT", "bert"),
        Unavailable("the disk is full"),
        BadInput("something {odd} came"),
        Cancelled(),
        ExplorerError("ZeroDivisionError: oh"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_every_error_has_a_title_and_one_line(error, language):
    title, line = explain(error, Text(language))
    assert title and line and "\n" not in title + line
    assert bool(re.search("[가-힣]{3}", title)) == (language == "ko")


def test_names_and_suggestions_are_not_lost():
    t = Text("en")
    assert "뷔, 뷁스" in explain(OutOfVocabulary("뷁", ["뷔", "뷁스"]), t)[1]
    assert "kiwi" in explain(UnknownName("model", "x", ["kiwi"]), t)[1]
    assert "korean-explorer[bert]" in explain(MissingExtra("BERT", "bert"), t)[1]
    assert "{odd}" in explain(BadInput("something {odd} came"), t)[1]


def test_every_known_line_has_its_sentence():
    t = Text("ko")
    assert all(f"input.{key}" in t for key in KNOWN.values())

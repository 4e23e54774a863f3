"""Errors in the language of the page."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from dashboards.kit.errors import explain, on_page
from dashboards.kit.i18n import Text
from explorer.core import messages
from explorer.core.errors import BadInput, Cancelled, ExplorerError, MissingExtra, OutOfVocabulary, Unavailable, UnknownName
from explorer.core.store import Manifest, artifact_path, write_manifest

EXPRESSIONS = [
    "",
    "왕 − + 여자",
    "왕 −",
    "왕 여자",
    "왕*2",
    "*왕",
    "0*왕",
    '"왕 − 여자',
    '""',
    "왕" + " + 왕" * 1500,
    "왕 − 왕",
]


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_what_is_wrong_with_an_expression_is_said_in_korean(small, expression):
    t = Text("ko")
    with pytest.raises(BadInput) as caught:
        small.analogy(expression)
    title, line = explain(caught.value, t)
    assert title == t("error.input") and line == caught.value.said("ko")
    assert re.search("[가-힣] [가-힣]", line) and not re.search("[A-Za-z]{3}", line)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "error",
    [
        OutOfVocabulary("뷁", ["뷔", "뷁스"]),
        OutOfVocabulary("뷁"),
        UnknownName("model", "x", ["kiwi"]),
        UnknownName("model", "x", []),
        MissingExtra("encoders.an_encoder", "bert"),
        Unavailable("core.being_written", target="a"),
        BadInput("core.in_the_way", old="{odd}"),
        Cancelled(),
        ExplorerError("dashboards.unexpected", kind="ZeroDivisionError", reason="oh"),
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
    assert "korean-explorer[bert]" in explain(MissingExtra("encoders.an_encoder", "bert"), t)[1]
    assert "{odd}" in explain(BadInput("core.in_the_way", old="{odd}"), t)[1]


ROOMS = sorted(path.stem for path in Path(messages.__file__).parent.glob("*.json"))
CODES = [code for room in ROOMS for code in messages.codes(room)]


@pytest.mark.parametrize("kind", [BadInput, Unavailable, ExplorerError])
def test_whatever_goes_wrong_is_told_in_korean(kind):
    assert len(CODES) > 300
    for code in CODES:
        pair = messages.codes(code.partition(".")[0])[code]
        values = {name: 7 for _, name, _, _ in string.Formatter().parse(pair["en"] + pair["ko"]) if name}
        line = explain(kind(code, **values), Text("ko"))[1]
        code, values = (told := on_page(kind(code, **values))).code, told.values
        assert re.search("[가-힣]", line) and line == messages.say(code, values, "ko"), code
        assert line != explain(told, Text("en"))[1] == messages.say(code, values, "en"), code


def test_what_is_taken_is_said_without_the_command_line(home):
    """However the library says it, and wherever it is met: in a request, an opening, a worker."""
    from corpora import library
    from dashboards.kit.jobs import failure_of
    from explorer.core.store import check_target
    from explorer.static.train import check_free
    from explorer.tokenizers.library import tokenizer_place

    made = {kind: artifact_path(kind, "리뷰") for kind in ("corpus", "vectors", "tokenizer")}
    for kind, folder in made.items():
        folder.mkdir(parents=True)
        write_manifest(folder, Manifest(kind, "리뷰", "x"))
    refusals = (
        lambda: library.check_free("리뷰", force=False),
        lambda: check_free("리뷰", overwrite=False),
        lambda: tokenizer_place("리뷰", overwrite=False),
        lambda: check_target(made["vectors"], overwrite=False),
    )
    for refuse in refusals:
        with pytest.raises(BadInput, match="--force") as taken:
            refuse()
        _, said = explain(taken.value, Text("ko"))
        assert "리뷰" in said and "다른 이름" in said and "--" not in said and str(home) not in said
        assert failure_of(taken.value) == on_page(taken.value).to_dict()

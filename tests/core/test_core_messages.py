"""Every code that is raised has a sentence in both languages, and its particles fit any word."""

from __future__ import annotations

import ast
import json
import re
import string
from pathlib import Path

import pytest

import explorer
from explorer.core import errors
from explorer.core.errors import BadInput, MissingExtra, OutOfVocabulary, UnknownName
from explorer.core.messages import LANGUAGES, Message, codes, say
from explorer.core.messages.particles import particle

ROOT = Path(explorer.__file__).resolve().parents[1]  # of an installed package, too, where no source lies beside the tests
SOURCES = [path for package in ("explorer", "corpora", "dashboards") for path in sorted((ROOT / package).rglob("*.py"))]
FOLDER = ROOT / "explorer" / "core" / "messages"
CATALOGUE = {code: pair for path in sorted(FOLDER.glob("*.json")) for code, pair in codes(path.stem).items()}
CODE = re.compile(r"[a-z]+(\.kind)?\.[a-z0-9_]+")
BUILT = {"core.unknown", "core.unknown_near", "core.known", "core.none_known", "core.no_vector", "core.no_vector_near"}


def error_names() -> set[str]:
    """Every class in the sources that descends from ExplorerError, by name."""
    names = {"ExplorerError"}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]
    while True:
        more = {
            node.name
            for tree in trees
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and any(isinstance(base, ast.Name) and base.id in names for base in node.bases)
        }
        if more <= names:
            return names - {"UnknownName", "OutOfVocabulary", "MissingExtra", "NotReady", "_BadByte"}
        names |= more


def said() -> list[tuple[str, int, str, set[str] | None]]:
    """(file, line, code, names of the values or None where they are not all written out) of each error and message made."""
    makers = error_names() | {"Message", "disk_errors"}
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers and node.args):
                continue
            values: set[str] | None = {word.arg for word in node.keywords if word.arg}
            if any(word.arg is None for word in node.keywords):
                values = None
            if node.func.id == "Message":
                given = node.args[1] if len(node.args) > 1 else ast.Dict([], [])
                written = isinstance(given, ast.Dict) and all(isinstance(key, ast.Constant) for key in given.keys)
                values = {key.value for key in given.keys} if written else None
            first = node.args[0]
            for one in [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]:
                where = str(path.relative_to(ROOT))
                if isinstance(one, ast.Constant):
                    found.append((where, node.lineno, one.value, values))
                elif not told_again(one) and path.parts[-2:] != ("core", "errors.py"):
                    found.append((where, node.lineno, "", None))
    return found


def told_again(argument: ast.expr) -> bool:
    """``busy.code`` or a plain name: a message or a code that was made, and is checked, elsewhere."""
    return (isinstance(argument, ast.Name) and argument.id == "code") or (
        isinstance(argument, ast.Attribute) and argument.attr == "code"
    )


SAID = said()


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def test_every_code_that_is_raised_has_both_sentences_and_all_their_values():
    missing = [one for one in SAID if one[2] and one[2] not in CATALOGUE]
    assert not missing
    short = [
        (where, line, code, fields(CATALOGUE[code][language]) - values)
        for where, line, code, values in SAID
        if code and values is not None
        for language in LANGUAGES
        if not fields(CATALOGUE[code][language]) <= values
    ]
    assert not short


def test_codes_are_written_where_they_are_raised():
    # Handed on as they came: an error told again, a message that waits to be told.
    assert [one[:2] for one in SAID if not one[2]] == []


def test_no_sentence_lies_there_unused():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    written = set(re.findall(r"\"([a-z]+\.(?:kind\.)?[a-z0-9_]+)\"", text))
    named = ("core.kind.", "display.column_", "display.how_")  # the rest of the code is a word of the program
    unused = [code for code in CATALOGUE if code not in written and code not in BUILT and not code.startswith(named)]
    assert not unused


@pytest.mark.parametrize("code", CATALOGUE)
def test_sentences_are_in_their_language(code):
    pair = CATALOGUE[code]
    assert CODE.fullmatch(code) and set(pair) == set(LANGUAGES)
    assert re.search("[가-힣]", pair["ko"]) or code in KEPT, pair["ko"]
    assert not re.search(r"[을를이가은는와과]\([을를이가은는와과]\)|\(으\)로|\(이\)", pair["ko"]), pair["ko"]
    assert "\n" not in pair["en"] + pair["ko"]
    assert fields(pair["ko"]) <= fields(pair["en"]), "a value that English does not have"


KEPT: set[str] = set()
"""Codes whose Korean sentence has no Hangul of its own."""


def test_the_files_are_sorted_and_each_holds_its_room():
    for path in sorted(FOLDER.glob("*.json")):
        held = list(json.loads(path.read_text(encoding="utf-8")))
        assert held == sorted(held) and all(code.startswith(f"{path.stem}.") for code in held), path.name


@pytest.mark.parametrize(
    ("word", "pair", "chosen"),
    [
        ("왕", "을/를", "을"),
        ("나무", "이/가", "가"),
        ("물", "으로/로", "로"),
        ("집", "으로/로", "으로"),
        ("10", "을/를", "을"),
        ("2", "은/는", "는"),
        ("100", "이/가", "이"),
        ("kiwi", "을/를", "를"),
        ("word2vec", "은/는", "은"),
        ("mini", "이/가", "가"),
        ("XML", "을/를", "을"),
        ("GPU", "을/를", "를"),
        ("model", "으로/로", "로"),
        ("token", "을/를", "을"),
        ("a.txt", "을/를", "를"),
        ("‘왕’", "이라는/라는", "이라는"),
        ("왕!", "과/와", "과"),
        ("", "을/를", "를"),
        ("😀", "을/를", "를"),
        ("3 %", "이/가", "가"),
    ],
)
def test_particles_follow_the_last_sound(word, pair, chosen):
    assert particle(word, pair) == chosen


def test_values_speak_the_language_of_their_sentence():
    inner = Message("core.kind.tokenizer")
    error = UnknownName("tokenizer", "왕", ["왕국", "왕비"])
    assert inner.said("ko") in error.said("ko")
    assert "did you mean" in str(error) and "왕비" in error.said("ko")
    assert error.said("ko").startswith("‘왕’이라는 토크나이저는 없습니다.")
    assert say("core.missing_extra", {"feature": inner, "extra": "mecab"}, "ko").startswith(
        "토크나이저에는 추가 패키지 ‘mecab’이 필요합니다"
    )
    assert OutOfVocabulary("뷁").said("ko") == "‘뷁’에 해당하는 벡터가 없습니다"
    assert MissingExtra("tokenizers.the_mecab", "mecab").extra == "mecab"


def test_an_error_of_another_program_is_kept_as_text_only():
    try:
        raise KeyError("gone")
    except KeyError as cause:
        error = BadInput("core.writing", path=cause)
    assert error.values == {"path": "'gone'"}
    assert isinstance(error, errors.ExplorerError) and error.code == "core.writing"

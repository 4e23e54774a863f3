"""Both languages say everything, and no view holds words of its own."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from dashboards.kit.i18n import DEFAULT, LANGUAGES, Text, catalogue, current, text

ROOT = Path(__file__).resolve().parents[2] / "dashboards"
SOURCES = [path for path in sorted(ROOT.rglob("*.py")) if path.name not in ("examples.py", "__init__.py")]
SPOKEN = {
    "label",
    "placeholder",
    "title",
    "description",
    "hint",
    "error",
    "nothingFoundMessage",
    "children",
    "text",
    "name",
    "aria-label",
}
SHOWN = {"Text", "Title", "Button", "Span", "Badge", "Summary", "Alert", "P", "A", "H1", "H2", "Mark", "Div"}


PLACE = re.compile(r"\{[^{}]*\}")
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
# Models, programs, formats, methods and units as they are called in Korean too, and who found something.
NAMES = frozenset(
    re.findall(
        r"\S+",
        """BERT GPT GloVe Word2Vec FastText Kiwi MeCab MeCab-ko Mistral Tekken SentencePiece WordPiece BPE PyTorch mini e5-small
        multilingual-e5-small CSV PNG SVG HTML Parquet WebGL UTF-8 NFC NFD PCA UMAP t-SNE SIF PMI PPMI ARI AUC F1 V LRCos CosAdd CosMul
        CosAvg SEP MB GB k nat A B Enter Ctrl Shift Esc
        CP949 UTF-16 NUL U FFFD TXT TSV JSON JSONL CoNLL-U WikiExtractor ZIP gz Dask S3 KWIC NNG G logDice
        Arora Clark Drozd Goldberg Hewitt Hinton Kaski Kudo Levy Liang McInnes Mikolov Pennington Petrov Rust Venna Zouhar
        van der Maaten""",
    )
)
TYPED = {
    "context.home_models",
    "context.no_model_folder",
    "context.no_model_home",
    "error.install",
    "layers.keep",
    "saved.help_tokenizer",
    "saved.help_vectors",
    "tokens.full",
    "tokens.path_example",
    "tokens.path_help",
}
"""Sentences with commands and names of files."""
EXAMPLES = ("_example", "home.answer_analogy")
KOREAN_SPOKEN_OF = (
    "analogy.king",
    "analogy.lead",
    "analogy.nothing_lead",
    "analogy.relation",
    "bench.d_fused_boundaries",
    "classify.text_example",
    "context.absent_help",
    "documents.find_",
    "documents.text_example",
    "corpora.class_jamo",
    "corpora.lines_hint",
    "corpora.word_help",
    "game.guess_example",
    "game.lead",
    "glossary.says_",
    "home.answer_analogy",
    "home.context",
    "layers.lines_example",
    "map.around_hint",
    "map.c1_hint",
    "map.search_example",
    "map.search_hint",
    "map.x1_hint",
    "map.y1_hint",
    "search.big_example",
    "senses.lead",
    "similarity.lead",
    "similarity.no_word_lead",
    "similarity.word_example",
    "tokens.legend_shared",
    "why.family_",
    "widget.example_",
)


def test_every_sentence_exists_in_every_language():
    keys = {language: set(catalogue(language)) for language in LANGUAGES}
    assert keys["ko"] == keys["en"]


@pytest.mark.parametrize("key", sorted(catalogue("ko")))
def test_sentences_take_the_same_values(key):
    fields = [
        sorted({name for _, name, _, _ in string.Formatter().parse(catalogue(language)[key]) if name}) for language in LANGUAGES
    ]
    assert fields[0] == fields[1]
    assert all(catalogue(language)[key].strip() for language in LANGUAGES)


def test_korean_sentences_are_korean():
    """No English in Korean sentences but names, units and what is typed as it is."""
    foreign = {
        key: words
        for key, sentence in catalogue("ko").items()
        if key not in TYPED and (words := set(LATIN.findall(PLACE.sub(" ", sentence))) - NAMES)
    }
    assert foreign == {}


def test_english_sentences_are_english():
    """No Korean in English sentences but the words they speak of."""
    foreign = {
        key: words
        for key, sentence in catalogue("en").items()
        if not key.startswith(KOREAN_SPOKEN_OF) and (words := re.findall(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+", PLACE.sub(" ", sentence)))
    }
    assert foreign == {}
    sentences = [s for key, s in catalogue("en").items() if not key.endswith(EXAMPLES)]
    assert [s for s in sentences if re.search("[가-힣]", s) and not re.search("[A-Za-z]{2}", s)] == []


def test_particles_are_chosen_not_offered():
    both = re.compile(r"[은을이와]\([는를가과]\)|\((?:으|이)\)")
    assert [key for key, sentence in catalogue("ko").items() if both.search(sentence)] == []
    assert Text("ko")("context.missing", word="배", sentence="s").startswith("이 문장에서는 ‘배’를 ")
    assert "‘눈’을 " in Text("ko")("context.missing", word="눈", sentence="s")


def literal_keys(tree: ast.AST) -> set[str]:
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "t"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_key_that_is_asked_for_exists(path):
    missing = literal_keys(ast.parse(path.read_text(encoding="utf-8"))) - set(catalogue("ko"))
    assert not missing


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.parent.name == "views" or p.name in ("shell.py", "components.py")], ids=lambda p: p.name
)
def test_views_hold_no_words_of_their_own(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and node.body and isinstance(node.body[0], ast.Expr)
    }
    # Korean examples are data, the same in every language: constants of the module may hold them.
    documented |= {id(part) for node in tree.body if isinstance(node, ast.Assign) for part in ast.walk(node)}
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented | bare:
            hangul = re.findall(r"[가-힣]{3,}", node.value)
            assert not hangul, f"line {node.lineno}: {node.value!r} belongs into i18n/ or examples.py"
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            spoken = [keyword.value for keyword in node.keywords if keyword.arg in SPOKEN]
            if called in SHOWN:
                spoken += node.args[:1]
            for value in spoken:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    assert not re.search(r"[A-Za-z]{2,}", value.value), (
                        f"line {value.lineno}: {value.value!r} is said to people: put it into i18n/"
                    )


def test_every_view_has_its_sentences():
    from dashboards.app.application import VIEWS

    for view in VIEWS:
        name = view.NAME.split(".")[0]
        for part in ("name", "nav"):
            assert f"{name}.{part}" in catalogue("ko")


def test_a_language_nobody_offers_is_the_default():
    assert text("xx").language == DEFAULT == current()
    with pytest.raises(KeyError):
        Text("ko")("shell.no_such_sentence")


def test_the_cookie_chooses_and_a_wrong_one_does_no_harm():
    from flask import Flask

    app = Flask("x")
    for cookie, language in (("en", "en"), ("ko", "ko"), ("<script>", DEFAULT), ("", DEFAULT)):
        with app.test_request_context(headers={"Cookie": f"explorer-language={cookie}"}):
            assert current() == language


@pytest.mark.parametrize(
    ("browser", "cookie", "address", "language"),
    [
        ("en-US,en;q=0.9", "", "", "en"),
        ("ko-KR,ko;q=0.9,en-US;q=0.8", "", "", "ko"),
        ("fr-FR,fr;q=0.9", "", "", "en"),
        ("de,ko;q=0.5,en;q=0.4", "", "", "ko"),
        ("en-US", "ko", "", "ko"),
        ("en-US", "ko", "?lang=en", "en"),
        ("ko", "", "?lang=xx", "ko"),
        ("", "", "", "ko"),
    ],
)
def test_the_browser_decides_then_the_person_then_the_address(browser, cookie, address, language):
    from flask import Flask

    headers = {"Cookie": f"explorer-language={cookie}"} | ({"Accept-Language": browser} if browser else {})
    with Flask("x").test_request_context(f"/{address}", headers=headers):
        assert current() == language


def test_a_language_in_the_address_is_kept_for_what_the_page_asks(app):
    client = app.server.test_client()
    assert '<html lang="en">' in client.get("/map?lang=en").text
    assert client.get_cookie("explorer-language").value == "en" and '<html lang="en">' in client.get("/").text

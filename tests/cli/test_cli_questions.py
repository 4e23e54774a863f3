"""The commands that ask a model: what they print, what they say when something is wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from explorer.cli import main
from explorer.static.load import load
from explorer.tokenizers.loading import tokenizer
from explorer.vectors.vectors import Vectors

KEYS = ["왕/NNG", "왕비/NNG", "남자/NNG", "여자/NNG", "먹다/VV", "배/NNG", "배/NNB", "임금/NNG"]
ROWS = [
    [1, 1, 0, 0],
    [1, -1, 0, 0],
    [0, 1, 0.2, 0],
    [0, -1, 0.2, 0],
    [0, 0, 0, 1],
    [0, 0, 1, 0.1],
    [0, 0, 0.9, 0.5],
    [1, 0.8, 0.1, 0],
]
COUNTS = [100, 40, 90, 90, 80, 70, 200, 10]


@pytest.fixture
def model(home) -> str:
    info = {"model": "word2vec", "tokenizer": tokenizer("kiwi").params(), "seed": 1}
    Vectors(KEYS, np.array(ROWS, dtype=np.float32), COUNTS, info).save("작은모델")
    return "작은모델"


def run(*args: str, stdin: bytes | None = None):
    return CliRunner().invoke(main, list(args), input=stdin)


def test_similar_as_json(model):
    done = run("similar", "먹었다", "--model", model, "-n", "3", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["model"] == model and data["query"] == "먹었다"
    assert data["resolved"][0]["key"] == "먹다/VV" and data["resolved"][0]["how"] == "analysed"
    assert [set(item) for item in data["neighbours"]] == [{"word", "key", "score", "count"}] * 3
    assert data["neighbours"][0]["key"] == "배/NNB"


def test_similar_for_people_says_what_the_word_was_taken_for(model):
    done = run("similar", "배", "--model", model, "-n", "2")
    assert done.exit_code == 0
    assert "배 → 배/NNG (form); also: 배/NNB" in done.stderr
    header, first, *_ = done.stdout.splitlines()
    assert header.split("\t") == ["rank", "word", "key", "score", "count"]
    assert first.startswith("1\t")


def test_similar_by_other_methods(model):
    orders = {}
    for method in ("cosine", "csls", "mutual"):
        data = json.loads(run("similar", "먹다", "--model", model, "-n", "2", "--method", method, "--json").stdout)
        expected = load(model).similar("먹다", 2, method=method)
        orders[method] = [one["key"] for one in data["neighbours"]]
        assert orders[method] == [one.key for one in expected]
        assert [one["score"] for one in data["neighbours"]] == pytest.approx([float(one.score) for one in expected])
    assert orders == {"cosine": ["배/NNB", "배/NNG"], "csls": ["배/NNB", "여자/NNG"], "mutual": ["배/NNB"]}


def test_similar_filters(model):
    data = json.loads(run("similar", "왕", "--model", model, "--tag", "VV", "--json").stdout)
    assert [item["key"] for item in data["neighbours"]] == ["먹다/VV"]
    data = json.loads(run("similar", "왕", "--model", model, "--min-count", "90", "--json").stdout)
    assert all(item["count"] >= 90 for item in data["neighbours"])


def test_find_tells_what_was_typed_and_completes_it(model):
    data = json.loads(run("find", "왕ㅂ", "--model", model, "--json").stdout)
    assert (data["model"], data["kind"], data["query"]) == (model, "word", "왕ㅂ")
    assert [(one["word"], one["how"], one["count"]) for one in data["suggestions"]] == [("왕비", "begins", 40)]
    done = run("find", "왕 − ", "--model", model, "-n", "3")
    assert done.exit_code == 0 and done.stderr.splitlines()[-1] == "expression"
    lines = run("find", "-", "--model", model, stdin="먹었다".encode()).stdout.splitlines()
    assert [line.split("\t") for line in lines] == [["text", "key", "how", "count"], ["먹다", "먹다/VV", "inflected", "80"]]


@pytest.mark.parametrize("expression", ["왕 − 남자 + 여자", "왕-남자+여자", "왕 – 남자 ＋ 여자"])
def test_analogy_in_any_spelling(model, expression):
    data = json.loads(run("analogy", expression, "--model", model, "--json").stdout)
    assert data["neighbours"][0]["word"] == "왕비"
    assert [item["key"] for item in data["resolved"]] == ["왕/NNG", "남자/NNG", "여자/NNG"]


def test_analogy_by_both_methods(model):
    data = json.loads(run("analogy", "왕 − 남자 + 여자", "--model", model, "--method", "both", "--json").stdout)
    assert [item["method"] for item in data] == ["3cosadd", "3cosmul"]


@pytest.mark.parametrize("expression", ["왕 : ? = 남자 : 여자", "남자:여자::왕:?", "왕－（남자－여자）", "？：왕＝여자：남자"])
def test_proportions_and_brackets(model, expression):
    data = json.loads(run("analogy", expression, "--model", model, "--json").stdout)
    assert data["neighbours"][0]["word"] == "왕비" and data["query"] == expression
    assert {term["word"]: term["weight"] for term in data["terms"]} == {"왕": 1, "남자": -1, "여자": 1}


def test_several_examples_and_how_well_they_answer_each_other(model):
    asked = ("analogy", "임금 : ? = 남자 : 여자, 왕 : 왕비", "--model", model)
    done = run(*asked)
    assert done.exit_code == 0, done.output
    assert "3cosavg: 2 of 2 examples found from the others [0." in done.stderr and "lrcos" not in done.stderr
    assert json.loads(run(*asked, "--json").stdout)["method"] == "3cosavg"
    assert json.loads(run(*asked, "--method", "lrcos", "--json").stdout)["method"] == "lrcos"


def test_a_script_can_be_asked_for(model):
    for asked in (("similar", "왕"), ("analogy", "왕 : ? = 남자 : 여자")):
        assert json.loads(run(*asked, "--model", model, "--script", "hanja", "--json").stdout)["neighbours"] == []
        words = json.loads(run(*asked, "--model", model, "--script", "hangul", "--json").stdout)["neighbours"]
        assert words == json.loads(run(*asked, "--model", model, "--json").stdout)["neighbours"]
    assert run("similar", "왕", "--script", "korean", "--model", model).exit_code == 2


@pytest.fixture
def mixed(tmp_path):
    path = tmp_path / "mixed.vec"
    path.write_text("5 2\n행복 1 0\nhappiness 1 .1\n기쁨 1 .3\n幸福 1 .2\njoy 0 1\n", encoding="utf-8")
    return str(path)


def test_a_korean_word_is_answered_in_hangul_and_what_that_leaves_out_is_said(mixed):
    def answered(*asked):
        return [row.split("\t")[1] for row in run(*asked, "--model", mixed).stdout.splitlines()[1:]]

    said = run("similar", "행복", "-n", "3", "--model", mixed).stderr
    assert answered("similar", "행복", "-n", "3") == ["기쁨"] and "happiness, 幸福 (2)" in said and "--script any" in said
    assert answered("similar", "행복", "-n", "2", "--script", "any") == ["happiness", "幸福"]
    assert answered("similar", "happiness", "-n", "4") == ["幸福", "행복", "기쁨", "joy"]
    assert answered("similar", "happiness", "행복", "-n", "4")[:1] == ["행복"]
    assert answered("analogy", "happiness − joy + 행복") == ["기쁨"]
    assert set(answered("analogy", "happiness − joy + 幸福")) == {"행복", "기쁨"}
    assert answered("analogy", "행복 − joy + 幸福", "--expected", "happiness")[0] == "happiness"
    assert answered("analogy", "행복 − joy + 幸福", "--expected", "기쁨") == ["기쁨"]
    assert json.loads(run("similar", "행복", "-n", "1", "--model", mixed, "--json").stdout)["left_out"] == ["happiness"]


def test_similarity_of_a_pair_and_of_a_list(model):
    assert run("similarity", "왕", "왕", "--model", model).stdout == "1.0000\n"
    data = json.loads(run("similarity", "왕", "왕비", "남자", "--model", model, "--json").stdout)
    assert np.allclose(np.diag(data["matrix"]), 1) and len(data["matrix"]) == 3
    assert run("similarity", "왕", "--model", model).exit_code == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("similar", "뷁뷁", "--model", "작은모델"), ["뷁뷁"]),
        (("similar", "왕", "--model", "없는모델"), ["없는모델", "작은모델"]),
        (("analogy", "왕 − ", "--model", "작은모델"), ["왕"]),
        (("analogy", "", "--model", "작은모델"), []),
        (("analogy", "왕,남자,여자", "--model", "작은모델"), ["왕 − 남자 + 여자"]),
        (("analogy", "왕 - (남자 - 여자", "--model", "작은모델"), ["▸(남자"]),
        (("analogy", "왕 : 남자", "--model", "작은모델"), ["?"]),
        (("analogy", "왕 − 남자", "--method", "lrcos", "--model", "작은모델"), ["남자 : 여자, 아들 : 딸"]),
        (("analogy", '"왕 + 여자', "--model", "작은모델"), []),
        (("train", "word2vek", "--name", "x"), ["word2vek", "word2vec"]),
        (("train", "word2vec", "--name", "../x"), ["../x"]),
        (("train", "word2vec", "--name", "x", "--set", "oops"), ["oops"]),
        (("train", "word2vec", "--name", "x", "--corpus", "/no/such/file"), ["/no/such/file"]),
        (("tokenize", "--tokenizer", "kiwy", "왕"), ["kiwy", "kiwi"]),
        (("models", "remove", "없는모델"), ["없는모델"]),
        (("models", "show", "없는모델"), ["없는모델"]),
    ],
)
def test_bad_input_is_one_line_and_exit_1(model, home, args, words):
    done = run(*args)
    assert done.exit_code == 1, done.output
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("korean-explorer: ")
    for word in words:
        assert word in lines[0]
    assert sorted(path.name for path in (home / "models").iterdir()) == ["작은모델"]


def test_wrong_usage_is_exit_2(model):
    assert run("similar").exit_code == 2
    assert run("nothing").exit_code == 2
    assert run("similar", "왕", "-n", "0").exit_code == 2


def test_models_are_listed_shown_exported_imported_and_removed(model, tmp_path):
    names = [row["name"] for row in json.loads(run("models", "list", "--json").stdout)]
    assert model in names and "kiwi" in names
    shown = json.loads(run("models", "show", model, "--json").stdout)
    assert shown["keys"] == len(KEYS) and shown["seed"] == 1
    file = tmp_path / "out.txt"
    assert run("models", "export", model, str(file)).exit_code == 0
    assert run("models", "export", model, str(file)).exit_code == 1, "an existing file is kept"
    assert run("models", "import", str(file), "--name", "copy").exit_code == 0
    first = json.loads(run("similar", "왕", "--model", model, "--json").stdout)["neighbours"]
    again = json.loads(run("similar", "왕", "--model", "copy", "--json").stdout)["neighbours"]
    assert [n["key"] for n in first] == [n["key"] for n in again]
    assert run("models", "remove", "copy").exit_code == 0
    assert run("models", "show", "copy").exit_code == 1


def test_the_home_folder_can_be_chosen(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "other"))
    done = run("--home", str(tmp_path / "chosen"), "models", "remove", "x")
    assert done.exit_code == 1 and "No" in done.stderr


def test_several_words_and_models_stand_beside_each_other(model, home):
    load(model).save("둘째")
    done = run("similar", "왕", "먹었다", "-m", model, "-m", "둘째", "-n", "2")
    assert done.exit_code == 0, done.output
    header, *rows = done.stdout.splitlines()
    assert header.split("\t") == ["rank", f"왕 ({model})", "왕 (둘째)", f"먹었다 ({model})", "먹었다 (둘째)"] and len(rows) == 2
    data = json.loads(run("similar", "왕", "뷁뷁", "-m", model, "-m", "둘째", "-n", "2", "--json").stdout)
    assert [(one["query"], one["model"]) for one in data["lists"]] == [("왕", model), ("왕", "둘째")]
    assert [one["query"] for one in data["refused"]] == ["뷁뷁", "뷁뷁"] and data["shared"]["왕"]["임금"] == 2
    assert run("similar", "왕", "배", "-m", model, "--senses").exit_code == 2


def test_a_matrix_in_order_with_an_unknown_word(model):
    assert run("similarity", "왕", "뷁뷁", "임금", "-m", model).exit_code == 1
    done = run("similarity", "왕", "배", "뷁뷁", "임금", "-m", model, "--skip-unknown", "--order")
    assert done.exit_code == 0 and "뷁뷁" in done.stderr
    words = done.stdout.splitlines()[0].split("\t")[1:]
    assert words[-1] == "뷁뷁" and abs(words.index("왕") - words.index("임금")) == 1


def test_the_expected_answer_is_ranked(model, home):
    done = run("analogy", "왕 − 남자 + 여자", "-m", model, "--expected", "왕비")
    assert done.exit_code == 0 and "왕비 comes at rank 1" in done.stderr
    data = json.loads(run("analogy", "왕 − 남자 + 여자", "-m", model, "--expected", "배", "--json").stdout)
    assert data["expected"]["word"] == "배" and data["expected"]["rank"] > 1
    load(model).save("둘째")
    done = run("analogy", "왕 − 남자 + 여자", "-m", model, "-m", "둘째", "--expected", "남자", "-n", "2")
    assert done.exit_code == 0 and done.stdout.splitlines()[0].split("\t") == ["rank", model, "둘째"]
    assert "cannot be an answer" in done.stderr
    assert run("analogy", "왕 − 남자 + 여자", "-m", model, "-m", "둘째", "--method", "both").exit_code == 2

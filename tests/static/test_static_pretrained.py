"""The vectors that ship: small, with a card, opened without a network or a home folder, and of some use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from explorer.analysis.evaluation import evaluate
from explorer.cli import main
from explorer.core.store import sha256_file
from explorer.static.load import DEFAULT_MODEL, load, model_names, shipped_models

NAMES = ["glove", "korean", "word2vec"]
MEGABYTES = {"glove": 6, "korean": 25, "word2vec": 6}
MARKUP = [
    "br",
    "ref",
    "onlyinclude",
    "colspan",
    "rowspan",
    "width",
    "align",
    "style",
    "px",
    "small",
    "html",
    "formula",
    "nbsp",
    "nowiki",
    "http",
    "www",
    "lt",
    "gt",
]


@pytest.mark.parametrize("name", NAMES)
def test_they_are_small_whole_and_described(name: str) -> None:
    folder = shipped_models()[name]
    assert sum(path.stat().st_size for path in folder.iterdir()) < MEGABYTES[name] * 1_000_000
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    always = {"README.md", "counts.npy", "keys.txt", "scales.npy", "vectors.int8.npy"}
    more = (
        {"subwords.json", "subwords.npy", "senses.json", "senses.int8.npy", "senses.scales.npy"} if name == "korean" else set()
    )
    assert set(manifest["files"]) == always | more
    for file, digest in manifest["files"].items():
        assert sha256_file(folder / file) == digest, file
    card = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("CC BY-SA", "korean-explorer train", "WordSim-353", "## Limits", "interval"):
        assert part in card


@pytest.mark.parametrize("name", NAMES)
def test_they_open_and_answer(home: Path, name: str) -> None:
    v = load(name)
    assert v.name == name and 30_000 <= len(v) <= 70_000
    assert not home.exists(), "opening them wrote something"
    assert v.similarity("왕", "왕비") > v.similarity("왕", "컴퓨터") + 0.2
    assert v.resolve("먹다").key == "먹다/VV"
    assert "도쿄" in [answer.word for answer in v.analogy("서울 − 한국 + 일본", n=10)]
    assert v.counts is not None and int(v.counts.min()) >= 5
    assert not {f"{word}/SL" for word in MARKUP} & set(v.keys)


def test_they_are_listed(home: Path) -> None:
    assert set(NAMES) <= set(model_names())
    rows = {row["name"]: row for row in json.loads(CliRunner().invoke(main, ["models", "list", "--json"]).stdout)}
    for name in NAMES:
        assert rows[name]["where"] == "shipped" and rows[name]["keys"] >= 30_000 and "Wikipedia" in rows[name]["corpus"]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", NAMES)
def test_they_score_what_their_card_says(name: str, shared_data: Path) -> None:
    card = (shipped_models()[name] / "README.md").read_text(encoding="utf-8")
    [row] = [line for line in card.splitlines() if line.startswith("| WordSim-353 in Korean, ρ, words that are keys")]
    score = evaluate(load(name), shared_data / "eval" / "WS353_korean.csv")
    assert f"{score.value:.3f}" == row.split("|")[2].split()[0] and score.covered == int(row.split("|")[3].split("/")[0])


def test_the_default_answers_the_questions_it_is_shown_with() -> None:
    v = load(DEFAULT_MODEL)
    shown = {
        "소년 − 남자 + 여자": "소녀",
        "할아버지 − 아버지 + 어머니": "할머니",
        "도쿄 − 일본 + 한국": "서울",
        "파리 − 프랑스 + 독일": "베를린",
        "병아리 − 닭 + 개": "강아지",
        "한국어 − 한국 + 일본": "일본어",
        "여름 − 덥다 + 춥다": "겨울",
        "크다 : 작다 = 높다 : ?": "낮다",
    }
    assert {question: v.analogy(question, n=1, script="hangul").neighbours[0].word for question in shown} == shown
    found = [answer.word for answer in v.analogy("왕 − 남자 + 여자", n=20, script="hangul").neighbours]
    assert found.index("왕비") < 3 < found.index("여왕") < 15  # the king's wife before the ruling queen


def test_the_default_has_a_vector_for_whatever_is_typed() -> None:
    v = load(DEFAULT_MODEL)
    assert v.composer is not None and v.composer("컴퓨텨") is not None
    assert v.composer("\U0001f600") is None
    near = [answer.word for answer in v.similar("중요성", n=10)]
    assert not {"sex", "sexual", "성별"} & set(near), near

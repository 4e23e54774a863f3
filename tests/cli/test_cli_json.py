"""--json prints what the library call's record says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from corpora import open_corpus
from corpora.concordance import concordance
from corpora.library import corpus_facts, known_corpora
from corpora.statistics import statistics
from explorer.analysis.projection import project
from explorer.cli import main
from explorer.encoders.library import encoder_records
from explorer.static.load import known_models, load
from explorer.tokenizers.loading import tokenizer
from explorer.vectors.vectors import Vectors

POLES = ("왕", "남자"), ("여왕", "여자")


@pytest.fixture
def small(home: Path) -> str:
    words = ["왕", "여왕", "남자", "여자", "배", "바다", "=1+1", "산", "강", "들", "꽃", "달"]
    matrix = np.random.default_rng(7).normal(size=(len(words), 6))
    Vectors(words, matrix, counts=range(len(words), 0, -1), info={"name": "small"}).save("small")
    return "small"


LIBRARY: dict[tuple[str, ...], Callable[[], Any]] = {
    ("similar", "왕", "-m", "small", "-n", "3"): lambda: load("small").similar("왕", n=3, script="hangul").to_dict(),
    ("similarity", "왕", "여왕", "-m", "small"): lambda: load("small").similarities(["왕", "여왕"]).to_dict(),
    ("similarity", "왕", "여왕", "배", "-m", "small"): lambda: load("small").similarities(["왕", "여왕", "배"]).to_dict(),
    ("analogy", "왕 − 남자 + 여자", "-m", "small"): lambda: (
        load("small").analogy("왕 − 남자 + 여자", n=10, script="hangul").to_dict()
    ),
    ("axis", "왕,남자", "여왕,여자", "배", "-m", "small"): lambda: (
        load("small").axis(*POLES, ["배"], n=10, samples=1000).to_dict()
    ),
    ("project", "-m", "small", "--method", "pca"): lambda: project(load("small"), method="pca", seed=42).to_dict(),
    ("models", "list"): lambda: [one.to_dict() for one in (*known_models(), *encoder_records())],
    ("corpus", "list"): lambda: [one.to_dict() for one in known_corpora()],
    ("corpus", "show", "sample"): lambda: corpus_facts("sample").to_dict(),
    ("corpus", "show", "nsmc"): lambda: corpus_facts("nsmc").to_dict(),
    ("corpus", "stats", "sample", "--no-morphemes"): lambda: statistics(open_corpus("sample"), morphemes=False).to_dict(),
    ("corpus", "concordance", "sample", "바다", "--substring", "-n", "2"): lambda: concordance(
        open_corpus("sample"), "바다", 2, mode="substring"
    ).to_dict(),
    ("tokenize", "-t", "eojeol", "배를 탔다"): lambda: [
        {"tokenizer": "eojeol", "tokens": [one.to_dict() for one in tokenizer("eojeol").tokenize("배를 탔다")]}
    ],
}


@pytest.mark.parametrize("command", LIBRARY, ids=" ".join)
def test_json_is_the_record(small: str, command: tuple[str, ...]):
    done = CliRunner().invoke(main, [*command, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads(json.dumps(LIBRARY[command]()))


def test_no_spreadsheet_computes_a_word_of_a_map(small: str, tmp_path: Path):
    done = CliRunner().invoke(main, ["project", "-m", "small", "--method", "pca", "--out", str(tmp_path / "map.csv")])
    assert done.exit_code == 0, done.output
    rows = (tmp_path / "map.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 13 and sum(row.startswith("'=1+1,'=1+1,") for row in rows) == 1

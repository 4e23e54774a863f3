"""The vectors that ship: small, with a card, opened without a network or a home folder, and of some use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from explorer.analysis.evaluation import evaluate
from explorer.cli import main
from explorer.core.store import sha256_file
from explorer.static.load import load, model_names, shipped_models

NAMES = ["glove", "word2vec"]


@pytest.mark.parametrize("name", NAMES)
def test_they_are_small_whole_and_described(name: str) -> None:
    folder = shipped_models()[name]
    assert sum(path.stat().st_size for path in folder.iterdir()) < 6_000_000
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == {"README.md", "counts.npy", "keys.txt", "scales.npy", "vectors.int8.npy"}
    for file, digest in manifest["files"].items():
        assert sha256_file(folder / file) == digest, file
    card = (folder / "README.md").read_text(encoding="utf-8")
    for part in ("CC BY-SA", "korean-explorer train", "WordSim-353", "## Limits", "interval"):
        assert part in card


@pytest.mark.parametrize("name", NAMES)
def test_they_open_and_answer(home: Path, name: str) -> None:
    v = load(name)
    assert v.name == name and 30_000 <= len(v) <= 50_000
    assert not home.exists(), "opening them wrote something"
    assert v.similarity("왕", "왕비") > v.similarity("왕", "컴퓨터") + 0.2
    assert v.resolve("먹다").key == "먹다/VV"
    assert "도쿄" in [answer.word for answer in v.analogy("서울 − 한국 + 일본", n=10)]
    assert v.counts is not None and int(v.counts.min()) >= 5


def test_they_are_listed(home: Path) -> None:
    assert set(NAMES) <= set(model_names())
    rows = {row["name"]: row for row in json.loads(CliRunner().invoke(main, ["models", "list", "--json"]).stdout)}
    for name in NAMES:
        assert rows[name]["where"] == "shipped" and rows[name]["keys"] >= 30_000 and "Wikipedia" in rows[name]["corpus"]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", NAMES)
def test_they_score_what_their_card_says(name: str, shared_data: Path) -> None:
    card = (shipped_models()[name] / "README.md").read_text(encoding="utf-8")
    [row] = [line for line in card.splitlines() if line.startswith("| these files (8 bits)")]
    score = evaluate(load(name), shared_data / "eval" / "WS353_korean.csv")
    assert f"{score.value:.3f}" == row.split("|")[2].split()[0] and score.covered == int(row.split("|")[3])

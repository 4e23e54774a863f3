"""The commands mask, next and next-sentence."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from support_heads import save_byte_decoder, save_wordpiece

from explorer.cli import main

pytest.importorskip("torch")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("models")
    return {
        "MASKED": str(save_wordpiece(root / "masked")),
        "PAIR": str(save_wordpiece(root / "pair", "BertForPreTraining")),
        "CAUSAL": str(save_byte_decoder(root / "causal")),
    }


@pytest.fixture
def run(folders, monkeypatch):
    monkeypatch.delenv("EXPLORER_BERT", raising=False)

    def invoke(*args: str, stdin: str | None = None):
        return CliRunner().invoke(main, [folders.get(part, part) for part in args], input=stdin)

    return invoke


def test_masks_are_guessed_by_the_model_that_ships(run):
    done = run("mask", "밥을 먹[MASK]다.", "--unit", "piece", "-n", "2", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["model"] == "mini" and data["unit"] == "piece"
    assert [gap["guesses"][0]["text"] for gap in data["gaps"]] == ["었"]


def test_a_table_and_what_is_to_be_known_about_it(run):
    done = run("mask", "-", "-m", "MASKED", "-n", "2", stdin="배를 [MASK] 섬에 [MASK].\n")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "mask\tguess\tprobability\tpieces\tcontinues" and len(lines) == 5
    assert [line.split("\t")[0] for line in lines[1:]] == ["1", "1", "2", "2"]
    assert "others stay open" in done.stderr
    long = run("mask", "배를 " * 300 + "[MASK]", "-m", "MASKED", "-n", "1")
    assert "were read" in long.stderr and "of 906" in long.stderr


def test_candidates_are_scored(run):
    done = run("mask", "배를 [MASK] 섬에 갔다.", "-m", "MASKED", "--candidate", "타고", "--candidate", "뷁", "--json")
    assert done.exit_code == 0, done.output
    first, second = json.loads(done.stdout)["candidates"]
    assert first["text"] == "타고" and first["score"] < 0 and second["score"] is None
    table = run("mask", "배를 [MASK] 섬에 갔다.", "-m", "MASKED", "--candidate", "타고", "--candidate", "뷁")
    assert table.stdout.splitlines()[2].startswith("뷁\t–\t–") and "has no entry for 뷁" in table.stderr


def test_next_needs_no_download(run):
    done = run("next", "나는 학교", "-n", "3", "--json")
    assert done.exit_code == 0, done.output
    assert [guess["text"] for guess in json.loads(done.stdout)["guesses"]] == ["에", "에서", "를"]
    table = run("next", "나는 학교", "-n", "1").stdout.splitlines()
    assert table[0] == "guess\ttag\tprobability\tcontinues" and table[1].startswith("에\tJKB\t0.")


def test_a_decoder_guesses_and_continues(run):
    done = run("next", "오늘 날씨가", "-m", "CAUSAL", "--top-k", "3", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["top_k"] == 3 and len(data["guesses"]) == 3
    assert sum(guess["probability"] for guess in data["guesses"]) == pytest.approx(1)
    made = [run("next", "오늘 날씨가", "-m", "CAUSAL", "--steps", "6", "--seed", seed, "--json") for seed in ("1", "1", "2")]
    texts = [json.loads(one.stdout)["added"] for one in made]
    assert texts[0] == texts[1] != texts[2] and len(json.loads(made[0].stdout)["steps"]) == 6
    table = run("next", "바다에 배가 있다. " * 60, "-m", "CAUSAL", "--steps", "2", "--temperature", "0")
    assert len(table.stdout.splitlines()) == 3 and "last part" in table.stderr


def test_sentence_pairs(run):
    done = run("next-sentence", "나는 배를 타고 섬에 갔다.", "바다에 배가 있다.", "-m", "PAIR", "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert 0 < data["probability"] < 1 and data["probability"] != data["reverse"]
    table = run("next-sentence", "나는 배를 타고 섬에 갔다." * 30, "바다에 배가 있다.", "-m", "PAIR")
    assert table.stdout.splitlines()[0] == "order\tprobability" and "did not fit" in table.stderr


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["mask", "배를 타고"], "no [MASK]"),
        (["mask", "[MASK]", "-n", "0"], "n=0"),
        (["mask", "[MASK]", "-m", "CAUSAL"], "korean-explorer next"),
        (["mask", "[MASK]", "-m", "kiwi"], "korean-explorer next"),
        (["mask", "[MASK] [MASK]", "--candidate", "배"], "scored for one"),
        (["next", "오늘", "-m", "mini"], "korean-explorer mask"),
        (["next", "오늘", "-m", "MASKED"], "korean-explorer mask"),
        (["next", "오늘", "--steps", "3"], "--model"),
        (["next", "", "-m", "CAUSAL"], "no text"),
        (["next", ""], "no text"),
        (["next", "오늘", "-m", "CAUSAL", "--top-p", "0"], "top_p=0"),
        (["next", "오늘", "-m", "CAUSAL", "--temperature", "-1"], "temperature=-1"),
        (["next-sentence", "가", "나", "-m", "MASKED"], "next-sentence head"),
        (["next-sentence", "가", "나", "-m", "CAUSAL"], "next-sentence score"),
        (["next-sentence", "가", " ", "-m", "PAIR"], "second sentence is empty"),
    ],
)
def test_mistakes_are_one_line_and_exit_1(run, arguments, line):
    done = run(*arguments)
    assert done.exit_code == 1
    assert line in done.stderr and len(done.stderr.strip().splitlines()) == 1 and done.stdout == ""

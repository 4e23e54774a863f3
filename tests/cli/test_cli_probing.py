"""``korean-explorer layers``, ``fine-tune`` and ``classify``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from explorer.cli import main


def run(*arguments, **more):
    return CliRunner().invoke(main, list(map(str, arguments)), **more)


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    rows = [f"{n}번 영화는 참 {word},{label}" for n in range(15) for word, label in (("재미있다", "good"), ("지루하다", "bad"))]
    path.write_bytes("\n".join(["document,label", *rows]).encode("cp949"))
    return path


def test_every_layer_has_a_row(home, small_bert, reviews):
    result = run("layers", small_bert, "--labels", reviews, "--sentences", 60, "--most-words", 200, "--json")
    assert result.exit_code == 0, result.output
    made = json.loads(result.stdout)
    assert [level["layer"] for level in made["levels"]] == [0, 1, 2, 3]
    assert all(0 <= level["wic"]["low"] <= level["wic"]["value"] <= level["wic"]["high"] <= 1 for level in made["levels"])
    assert made["levels"][0]["labels"]["accuracy"]["value"] > 0.9 and made["labels"] == ["bad", "good"]
    assert made["levels"][-1]["neighbours"]["value"] == 1 and made["levels"][0]["similarity"] is None
    shown = run("layers", small_bert, "--labels", reviews, "--sentences", 60, "--most-words", 200)
    assert len(shown.stdout.strip().splitlines()) == 5 and "selectivity" in shown.stdout


def test_a_classifier_from_the_file_to_the_answer(home, small_bert, reviews):
    arguments = ("fine-tune", small_bert, "--labels", reviews, "--name", "films", "--steps", 60, "--rate", 0.02)
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert "saved films: held-out accuracy 1.0000" in result.stdout and "held-out loss" in result.stdout
    again = run(*arguments)
    assert again.exit_code == 1 and "taken" in again.stderr
    said = run("classify", "films", "-", "--json", input="1번 영화는 참 재미있다\n\n2번 영화는 참 지루하다\n")
    assert [one["label"] for one in json.loads(said.stdout)] == ["good", "bad"]
    assert "good" in run("classify", "films", "재미있다").stdout
    told = json.loads(run("classify", "films", "1번 영화는 참 재미있다", "--why", "--json").stdout)
    assert told[0]["label"] == "good" and max(told[0]["pulls"], key=lambda one: one["pull"])["surface"].startswith("재미있")
    out = home / "labelled.csv"
    counted = run("classify", "films", "--from", reviews, "--out", out)
    assert "accuracy 1.000" in counted.stdout and out.read_text(encoding="utf-8").startswith(
        "number,text,label,probability,gold"
    )
    assert json.loads(run("classify", "films", "--from", reviews, "--most", 3, "--json").stdout)["given"] == 3
    assert json.loads(run(*arguments, "--force", "--json").stdout)["accuracy"]["value"] == 1


def test_a_classifier_ships_and_a_head_is_saved_alone(home, reviews):
    said = run("classify", "reviews", "정말 재미있게 봤다", "지루하고 돈이 아깝다", "--json")
    assert [one["label"] for one in json.loads(said.stdout)] == ["긍정", "부정"], said.output
    listed = json.loads(run("models", "list", "--json").stdout)
    assert [one["where"] for one in listed if one["name"] == "reviews"] == ["shipped"]
    assert "NSMC" in run("models", "show", "reviews").stdout
    kept = run("models", "remove", "reviews")
    assert kept.exit_code == 1 and "cannot be removed" in kept.stderr
    taken = run("fine-tune", "mini", "--labels", reviews, "--name", "reviews", "--force")
    assert taken.exit_code == 1 and "taken" in taken.stderr
    made = run("fine-tune", "mini", "--labels", reviews, "--name", "films", "--steps", 30, "--head-only")
    assert made.exit_code == 0 and not (home / "encoders/films/model.safetensors").exists(), made.output
    assert "good" in run("classify", "films", "참 재미있다").stdout


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("layers", "mini", "--labels", "{}", "--label-column", "star"), "star"),
        (("fine-tune", "mini", "--labels", "{}", "--name", "x", "--text-column", "본문"), "본문"),
        (("fine-tune", "mini", "--labels", "no.csv", "--name", "x"), "no.csv"),
        (("classify", "nobody", "좋다"), "nobody"),
        (("classify", "nobody", "좋다", "--from", "{}"), "--from"),
        (("classify", "nobody", "좋다", "--out", "x.csv"), "--out"),
        (("classify", "nobody", "--from", "{}", "--out", "x.txt"), ".csv"),
        (("classify", "reviews", ""), "no text"),
        (("classify", "reviews", "--why", " \n"), "no text"),
        (("fine-tune", "mini", "--labels", "{}", "--name", "x", "--held-out", "2"), "between 0 and 1"),
    ],
)
def test_mistakes_are_one_line(home, reviews, arguments, message):
    result = run(*(one.format(reviews) for one in arguments))
    assert result.exit_code == 1 and message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1

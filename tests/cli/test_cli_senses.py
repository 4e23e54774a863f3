"""The command that sorts a word's sentences, and ``context --corpus``."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from explorer.cli import main

pytest.importorskip("torch")

pytestmark = pytest.mark.usefixtures("kiwi_recovered")  # they tell the telling words


@pytest.fixture(scope="module")
def checkpoint(small_bert):
    return str(small_bert)


def run(*args: str, stdin: str | None = None):
    return CliRunner().invoke(main, list(args), input=stdin)


def test_the_sample_comes_with_known_senses(monkeypatch):
    monkeypatch.delenv("EXPLORER_BERT", raising=False)
    new = "은행에서 돈을 찾아 통장에 넣었다."
    done = run("senses", "은행", "--corpus", "sample", "-k", "2", "--new", new, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert data["k"] == 2 and len(data["labels"]) == 20 and set(data["gold"]) == {"bank", "ginkgo"}
    assert data["agreement"]["ari"] > 0.5 and data["random_pairs"]["before"] > data["random_pairs"]["after"]
    assert data["new"][0]["sense"] == data["labels"][data["gold"].index("bank")]


def test_a_table_for_people(checkpoint):
    done = run("senses", "은행", "--corpus", "sample", "--limit", "8", "-k", "2", "-m", checkpoint, "--layers")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "sense\tsentence\tgold" and "[은행]" in lines[1] and len(lines) == 9 + 1 + 7, lines
    assert {line.split("\t")[0] for line in lines[10:]} == {"own", "context", "blend", "kiwi context"}
    assert lines[9].startswith("compared\tlayer\tk\tsilhouette\tARI") and lines[-1].startswith("kiwi context")
    assert "ARI" in done.stderr and "random pairs of words" in done.stderr and "telling words" in done.stderr


def test_one_sense_or_several_comes_with_its_evidence(monkeypatch):
    monkeypatch.delenv("EXPLORER_BERT", raising=False)
    done = run("senses", "은행", "--corpus", "sample", "--split", "1", "--join", "1,2")
    assert done.exit_code == 1 and "cannot be joined and split" in done.stderr
    done = run("senses", "은행", "--corpus", "sample", "--split", "2")
    assert done.exit_code == 0, done.output
    assert "2 senses: the contexts of one-sense words part so far in" in done.stderr
    assert "  2 groups: cosine between them" in done.stderr and "changed by hand: split 2" in done.stderr
    assert "sense 3: " in done.stderr and "sense 4: " not in done.stderr
    done = run("senses", "은행", "은행에 갔다.", "은행을 주웠다.")
    assert "one sense: 2 sentences cannot show more" in done.stderr
    done = run("senses", "은행", "--corpus", "sample", "-k", "4", "--join", "1,4", "--join", "2,3", "--json")
    data = json.loads(done.stdout)
    assert data["k"] == 2 and data["decision"] is None and data["by_hand"] == [["join", 0, 3], ["join", 1, 2]]


def test_senses_in_fewer_bits(checkpoint):
    asked = ("senses", "은행", "--corpus", "sample", "-k", "2", "-m", checkpoint, "--representation", "own", "--json")
    full, half = (
        json.loads(run(*asked, "--dtype", dtype).stdout)["random_pairs"]["before"] for dtype in ("float32", "bfloat16")
    )
    assert full != half and half == pytest.approx(full, abs=0.05)


def test_sentences_of_a_person_and_of_a_file(checkpoint, home, tmp_path):
    done = run("senses", "먹다", "-", "-m", checkpoint, "-k", "2", stdin="밥을 먹었다.\n겁을 먹었다ㅋㅋ\n바다\n떡을 먹자 😀\n")
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) == 4 and "먹다 is not in it" in done.stderr and "ARI" not in done.stderr
    (tmp_path / "mine.txt").write_text("은행에 갔다. 은행을 주웠다.\n은행이 노랗다.\n", encoding="utf-8")
    done = run("senses", "은행", "--corpus", str(tmp_path / "mine.txt"), "-m", checkpoint, "--json")
    assert done.exit_code == 0, done.output
    assert sorted(json.loads(done.stdout)["sentences"]) == ["은행에 갔다.", "은행을 주웠다.", "은행이 노랗다."]


def test_a_very_long_text_is_shown_around_the_word(checkpoint):
    long = "바다는 넓다. " * 2000 + "은행에 갔다. " + "하늘은 푸르다. " * 2000
    for command in ("senses", "context"):
        done = run(command, "은행", "-", "-m", checkpoint, stdin=f"{long}\n은행을 주웠다.\n{'바다는 넓다. ' * 2000}\n")
        assert done.exit_code == 0 and "…" in done.output and "[은행]에 갔다. 하늘은" in done.output
        assert len(done.output) < 5000


def test_context_takes_a_corpus_too(checkpoint):
    done = run("context", "은행", "--corpus", "sample", "--limit", "4", "-m", checkpoint, "--json")
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["occurrences"]) >= 4


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["은행", "은행에 갔다.", "--corpus", "sample"], "leave one of them out"),
        (["은행", "바다", "-m", "MODEL"], "none of the sentences"),
        (["은행", "은행에 갔다.", "-k", "3", "-m", "MODEL"], "cannot be divided"),
        (["은행", "은행에 갔다.", "바다", "-k", "2", "-m", "MODEL"], "stands in 1 of the 2 sentences, too few for 2 senses"),
        (["은행", "은행에 갔다.", "--representation", "dream", "-m", "MODEL"], "is unknown"),
        (["은행", "은행에 갔다.", "--new", "바다", "-m", "MODEL"], "does not occur"),
        (["은행", "--corpus", "no-such-corpus", "-m", "MODEL"], "no-such-corpus"),
        (["은행", " ", "-m", "MODEL"], "no sentence"),
        (["은행", "은행에 갔다.", "--join", "1;2", "-m", "MODEL"], "no list of senses"),
        (["은행", "은행에 갔다.", "--join", "1,2", "-m", "MODEL"], "there is no sense 2"),
        (["은행", "은행에 갔다.", "--split", "1", "-m", "MODEL"], "has one sentence"),
    ],
)
def test_mistakes_are_one_line_and_exit_1(checkpoint, home, monkeypatch, arguments, line):
    monkeypatch.delenv("EXPLORER_BERT", raising=False)
    done = run("senses", *[checkpoint if part == "MODEL" else part for part in arguments])
    assert done.exit_code == 1
    assert line in done.stderr and len(done.stderr.strip().splitlines()) == 1 and done.stdout == ""

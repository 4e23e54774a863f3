"""``korean-explorer train bert``, tiny."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

import explorer as ex
from corpora import open_corpus
from explorer.analysis.stability import train_again
from explorer.cli import main
from explorer.core.errors import BadInput

SETTINGS = {"vocab_size": 320, "dim": 16, "layers": 1, "heads": 2, "length": 32, "batch": 128, "steps": 12, "heldout": 0.1}


def train(tmp_path, *extra, **settings):
    path = tmp_path / "corpus.txt"
    path.write_text("\n\n".join(["배를 타고 섬에 갔다.", "배를 깎아 먹었다.", "어제 영화를 보았다."] * 12), encoding="utf-8")
    flags = [flag for name, value in (SETTINGS | settings).items() for flag in ("--set", f"{name}={value}")]
    arguments = ["train", "bert", "--corpus", str(path), "--name", "tiny", "--tokenizer", "wordpiece", *flags, *extra]
    return CliRunner().invoke(main, arguments)


def test_it_reports_the_held_out_loss_before_and_after(home, tmp_path):
    result = train(tmp_path)
    assert result.exit_code == 0, result.output
    assert "before" in result.stdout
    assert "after" in result.stdout
    assert (home / "encoders/tiny/model.safetensors").is_file()
    again = train(tmp_path)
    assert again.exit_code == 1
    assert "taken" in again.stderr
    forced = train(tmp_path, "--force", "--json")
    assert json.loads(forced.stdout)["before"] > 0


@pytest.mark.parametrize(
    "extra, message", [(["--window", "5"], "no parameter window"), (["--tokenizer", "jamo"], "kiwi or wordpiece")]
)
def test_what_a_bert_does_not_have_is_named(home, tmp_path, extra, message):
    result = train(tmp_path, *extra)
    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_the_command_prints_what_the_library_returns(home, tmp_path):
    said = json.loads(train(tmp_path, "--json").stdout)
    found = ex.train(
        "bert",
        open_corpus(str(tmp_path / "corpus.txt")),
        tokenizer="wordpiece",
        name="tiny",
        overwrite=True,
        corpus=str(tmp_path / "corpus.txt"),
        **SETTINGS,
    )
    here = json.loads(json.dumps(found.to_dict()))
    for record in (said, here):
        for point in [*record["curve"], *record["info"]["curve"]]:
            point.pop("seconds")
    assert said == {"name": "tiny", **here}
    assert found.info["recipe"]["base"] == "wordpiece" and found.outcome.curve[-1]["step"] == 12


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": None}, "give it a name"),
        ({"min_count": 3}, "no parameter min_count"),
        ({"components": 2}, "no parameter components"),
        ({"phrases": 0.6}, "neither phrases nor max_vocab"),
        ({"steps": 2, "layers": "two"}, "layers='two' must be a whole number"),
        ({"tokenizer": "jamo"}, "kiwi or wordpiece"),
    ],
)
def test_the_library_refuses_before_any_work(home, given, message):
    with pytest.raises(BadInput, match=message):
        ex.train("bert", ["배를 탔다."] * 9, **{"name": "tiny", **given})


def test_where_vectors_are_needed_a_bert_is_refused(home):
    with pytest.raises(BadInput, match="makes an encoder"):
        ex.lab(["배를 탔다."] * 9, ["eojeol"], ["bert"])
    with pytest.raises(BadInput, match="makes an encoder"):
        train_again("bert", ["배를 탔다."] * 9, times=2)

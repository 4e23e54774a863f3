"""``korean-explorer train bert``, tiny."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from explorer.cli import main

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
    "extra, message", [(["--window", "5"], "no parameter 'window'"), (["--tokenizer", "jamo"], "kiwi or wordpiece")]
)
def test_what_a_bert_does_not_have_is_named(home, tmp_path, extra, message):
    result = train(tmp_path, *extra)
    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1

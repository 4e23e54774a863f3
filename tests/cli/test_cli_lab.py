"""The lab from the shell: a result is kept by name, and a taken name is said before anything is trained."""

from __future__ import annotations

import json

from click.testing import CliRunner

from explorer.analysis.lab_results import load_lab
from explorer.cli import main


def test_a_result_is_saved_by_name(home, tmp_path):
    corpus = tmp_path / "글.txt"
    corpus.write_text("\n".join(["왕이 사과를 먹는다 .", "여왕이 배를 먹는다 ."] * 30), encoding="utf-8")
    asked = [
        "lab",
        "--corpus",
        str(corpus),
        "-t",
        "eojeol",
        "-m",
        "ppmi",
        "--dim",
        "3",
        "--min-count",
        "1",
        "--save",
        "나의실험",
    ]
    done = CliRunner().invoke(main, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == json.loads(json.dumps(load_lab("나의실험").to_dict()))
    again = CliRunner().invoke(main, [*asked[:2], "nowhere.txt", *asked[3:]])
    assert again.exit_code == 1 and "나의실험" in again.stderr and again.stderr.count("\n") == 1
    assert CliRunner().invoke(main, [*asked, "--force"]).exit_code == 0

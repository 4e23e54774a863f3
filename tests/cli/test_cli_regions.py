"""The command ``regions``."""

from __future__ import annotations

import json

from click.testing import CliRunner

import explorer as ex
from explorer.cli.group import main


def run(*arguments: str):
    return CliRunner().invoke(main, ["regions", *arguments])


def test_it_prints_what_the_library_finds():
    found = ex.regions(ex.load("korean"))
    assert json.loads(run("--json").stdout) == found.to_dict()
    table = run().stdout.splitlines()
    assert len(table) >= sum(len(layer.regions) for layer in found.layers) and found.layers[0].regions[0].name in run().stdout


def test_it_tells_where_a_word_lies():
    answer = json.loads(run("--word", "학교에서", "--json").stdout)
    assert len(answer) == 3 and answer[0]["size"] > answer[2]["size"] and "학교" in answer[1]["name"]


def test_what_does_not_fit_is_said_in_one_line():
    for arguments, said in ((("--count", "3", "--count", "2"), "3, 2"), (("--word", "에서/JKB"), "에서/JKB")):
        result = run(*arguments)
        assert result.exit_code == 1 and said in result.stderr and result.stderr.count("\n") == 1

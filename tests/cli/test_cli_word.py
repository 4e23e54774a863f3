"""``word``: the same from the shell as from Python."""

from __future__ import annotations

import json

from click.testing import CliRunner

import explorer as ex
from corpora import open_corpus
from corpora.usage import usage
from explorer.cli.group import main


def run(*arguments):
    found = CliRunner().invoke(main, ["word", *arguments], catch_exceptions=False)
    assert found.exit_code == 0, found.stderr
    return found.stdout


def test_json_is_what_python_gives(home):
    asked = ["사람을", "-m", "glove", "-m", "word2vec", "-t", "jamo", "-n", "5"]
    found = ex.word("사람을", ["glove", "word2vec"], ["jamo"], 5)
    expected = found.to_dict() | {"usage": usage(open_corpus("sample"), [found.key, "사람을"], 5).to_dict()}
    assert json.loads(run(*asked, "--json")) == json.loads(json.dumps(expected))
    table = run(*asked)
    assert "glove\tword2vec\t" in table and "사람이\t" in table


def test_a_word_no_model_knows_still_has_tokens_and_suggestions(home):
    table = run("뷁꽑", "-m", "glove", "-t", "syllable", "--corpus", "sample")
    assert "뷁 | 꽑" in table and "glove\t–\t" in table

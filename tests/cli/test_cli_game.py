"""The game from the shell."""

from __future__ import annotations

import json

from click.testing import CliRunner

from explorer.analysis.game import Game
from explorer.cli import main
from explorer.static.load import load


def ran(*arguments, given=None):
    done = CliRunner().invoke(main, ["game", *arguments], input=given)
    assert done.exit_code == 0, done.output
    return done


def test_guesses_as_arguments_get_their_ranks():
    found = json.loads(ran("밥", "먹었어요", "--seed", "우리반", "-m", "word2vec", "--json").stdout)
    game = Game(load("word2vec"), "우리반")
    assert found["guesses"] == [json.loads(json.dumps(game.guess(word).to_dict())) for word in ("밥", "먹었어요")]
    assert game.word not in json.dumps(found, ensure_ascii=False) and found["seed"] == "우리반"
    assert ran("밥", "--seed", "우리반", "-m", "word2vec").stdout.splitlines()[0].split("\t")[:2] == ["word", "lemma"]


def test_a_game_is_played_line_by_line():
    word = Game(load("word2vec"), "1").word
    done = ran("--seed", "1", "-m", "word2vec", given=f"학교\n학교에서\n?\n뷁뷁\n{word}\n")
    lines = done.stdout.splitlines()
    assert lines[1].endswith("(again)") and lines[2].startswith("tag\t") and lines[-1] == f"{word}\t1.000\t="
    assert "solved with 2 words and 1 hints" in done.stderr
    assert f"the word was {word}" in ran("--seed", "1", "-m", "word2vec", given="학교\n").stderr

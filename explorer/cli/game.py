"""The game in a terminal: guesses as arguments, or one a line until the word is found."""

from __future__ import annotations

import sys

import click

from explorer.cli.common import emit_json, json_option, model_option, print_table
from explorer.core import settings
from explorer.core.errors import ExplorerError
from explorer.core.progress import terminal_progress


@click.command()
@click.argument("guesses", nargs=-1)
@model_option
@click.option("--seed", help="What the secret word follows from; by default the date in Korea.")
@json_option
def game(guesses: tuple[str, ...], model: str, seed: str | None, as_json: bool) -> None:
    """Guess a secret word: how near each of GUESSES is. Without GUESSES they are read from standard input, one a line.

    A line "?" asks for a hint, an empty line or the end of the input gives up.

    \b
    Example:  korean-explorer game 학교 먹었어요 --seed 3학년2반
    """
    from explorer.analysis.game import Game
    from explorer.static.load import load

    with terminal_progress() as progress:
        played = Game(load(model, progress=progress), seed)
    if guesses or as_json:
        made = [played.guess(word) for word in guesses]
        if as_json:
            emit_json(
                {"seed": played.seed, "model": model, "scale": played.scale(), "guesses": [one.to_dict() for one in made]}
            )
            return
        rows = [(one.word, one.lemma, one.score, one.rank, one.solved) for one in made]
        print_table(("word", "lemma", "score", "rank", "solved"), rows)
        return
    click.echo("  ".join(f"#{rank}: {score:.3f}" for rank, score in played.scale().items()), err=True)
    told: set[str] = set()
    hints = 0
    for typed in sys.stdin:
        line = typed.strip()
        if not line:
            break
        try:
            if line == "?":
                hint = played.hint(hints)
                hints += 1
                place = f" #{hint.rank}" if hint.rank else ""
                click.echo(f"{hint.kind}{place}\t{hint.value}")
                continue
            one = played.guess(line)
        except ExplorerError as error:
            click.echo(error.said(settings.language()), err=True)
            continue
        again = one.lemma in told
        told.add(one.lemma)
        click.echo(f"{one.lemma}\t{one.score:.3f}\t{'=' if one.solved else one.rank or '-'}{' (again)' if again else ''}")
        if one.solved:
            click.echo(f"solved with {len(told)} words and {hints} hints", err=True)
            return
    click.echo(f"the word was {played.word}", err=True)

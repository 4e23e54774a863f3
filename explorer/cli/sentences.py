"""Sentences: which are near to one, and the matrix of all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from explorer.cli.common import COUNT, emit_json, json_option, print_table, read_text, shown
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, terminal_progress

if TYPE_CHECKING:
    from explorer.vectors.sentences import Sentences

F = TypeVar("F", bound=Callable[..., Any])


@click.group()
def sentences() -> None:
    """Compare whole sentences, by static vectors (SIF weights, at once) or by an encoder (--encoder).

    Sentences are the lines of a FILE ("-" for standard input), or those of a corpus.

    \b
    Example:  korean-explorer sentences similar "눈이 왔다" lines.txt
              korean-explorer sentences similar "배가 고프다" --corpus sample --encoder mini
              korean-explorer sentences matrix lines.txt --json
    """


def _options(function: F) -> F:
    """What both commands take."""
    for option in (
        json_option,
        click.option("--components", type=click.IntRange(0, 100), help="Shared directions to take out; else one where enough."),
        click.option("--prefix", help="What an encoder reads before each sentence, instead of what its checkpoint asks for."),
        click.option(
            "--pooling",
            type=click.Choice(["own", "mean", "all", "cls", "max", "last", "words"]),
            help="How an encoder's tokens become a sentence; own, the checkpoint's own way, by default.",
        ),
        click.option("-e", "--encoder", help="An encoder: mini, a checkpoint's folder, or a Hugging Face id."),
        click.option("-m", "--model", help="Static vectors: a model's name (see `models list`) or a file; korean by default."),
        click.option(
            "--by",
            default="line",
            show_default=True,
            type=click.Choice(["line", "sentence", "document"]),
            help="What of a corpus counts as a sentence.",
        ),
        click.option("--corpus", help="Take the sentences from a corpus: sample, a stored one, a file or a folder."),
        click.argument("file", required=False),
    ):
        function = option(function)
    return function


def _made(file: str | None, corpus: str | None, by: str, progress: ProgressCallback | None, **asked: Any) -> Sentences:
    """The sentences that a person means, and their vectors.

    Raises:
        BadInput: a file and a corpus were given both, or there is no sentence.
    """
    from explorer.analysis.sentences import sentences as make

    if file is not None and corpus is not None:
        raise BadInput("cli.lines_and_corpus")
    options = {name: value for name, value in asked.items() if value is not None}
    if corpus is None and file in (None, "-"):
        lines = [line for line in read_text(file).splitlines() if line.strip()]
        return make(lines, progress=progress, **options)
    from corpora import open_corpus

    opened = open_corpus(corpus if corpus is not None else Path(str(file)))
    texts: Iterable[str] = opened.texts() if by == "document" else opened.sentences("line" if by == "line" else "kiwi")
    return make(texts, keep=True, progress=progress, **options)


def _say(made: Sentences) -> None:
    """How they were made, and which have no vector."""
    click.echo(f"{made.model}: {len(made):,} sentences × {made.dim}; " + _way(made.how), err=True)
    if made.missing:
        first = "; ".join(shown(made.texts[row]) for row in made.missing[:3])
        click.echo(f"without a vector, as {made.model} knows none of their words: {len(made.missing):,} ({first})", err=True)


def _way(how: Mapping[str, Any]) -> str:
    pairs = ((name, value) for name, value in how.items() if value != "")
    return ", ".join(f"{name} {value!r}" if isinstance(value, str) else f"{name} {value}" for name, value in pairs)


@sentences.command()
@click.argument("query")
@_options
@click.option("-n", "--number", default=10, show_default=True, type=COUNT, help="Sentences to print.")
def similar(query: str, number: int, as_json: bool, **asked: Any) -> None:
    """The sentences nearest to QUERY among the lines of FILE ("-" for standard input) or of a corpus."""
    with terminal_progress() as progress:
        made = _made(progress=progress, **asked)
        found = made.similar(query, number)
    if as_json:
        emit_json({**found.to_dict(), "how": dict(made.how), "sentences": len(made), "missing": made.missing})
        return
    print_table(("line", "cosine", "sentence"), [(one.number + 1, one.score, shown(one.text)) for one in found])
    _say(made)


@sentences.command()
@_options
def matrix(as_json: bool, **asked: Any) -> None:
    """The cosines between all lines of FILE ("-" for standard input) or of a corpus."""
    with terminal_progress() as progress:
        made = _made(progress=progress, **asked)
        cosines = made.matrix()
    if as_json:
        emit_json(made.to_dict(matrix=True))
        return
    numbers = [str(number) for number in range(1, len(made) + 1)]
    for number, text in zip(numbers, made.texts, strict=True):
        click.echo(f"{number}\t{shown(text)}", err=True)
    rows = [
        (number, *(None if value != value else float(value) for value in row))
        for number, row in zip(numbers, cosines, strict=True)
    ]
    print_table(("", *numbers), rows)
    _say(made)

"""Questions to word vectors: similar, similarity, analogy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import COUNT, emit_json, json_option, model_option, print_table, read_text
from explorer.core.progress import terminal_progress

if TYPE_CHECKING:
    from explorer.vectors.records import Neighbour, Resolution
    from explorer.vectors.vectors import Vectors


def _load(model: str) -> Vectors:
    from explorer.static.load import load

    with terminal_progress() as progress:
        return load(model, progress=progress)


def _say(resolution: Resolution) -> None:
    """Tell on standard error what a word was taken for."""
    line = f"{resolution.query} → {resolution.key} ({resolution.how})"
    if resolution.alternatives:
        line += f"; also: {', '.join(resolution.alternatives[:5])}"
    click.echo(line, err=True)


def _print_neighbours(neighbours: Iterable[Neighbour]) -> None:
    rows = [(rank, n.word, n.key, float(n.score), n.count) for rank, n in enumerate(neighbours, 1)]
    print_table(("rank", "word", "key", "score", "count"), rows)


@click.command()
@click.argument("word")
@model_option
@click.option("-n", default=10, show_default=True, type=COUNT, help="How many neighbours.")
@click.option("--tag", "tags", multiple=True, help="Only words with this tag (NNG, VV …); may be repeated.")
@click.option("--min-count", default=0, type=click.IntRange(0, 2**31 - 1), help="Only words seen so often in training.")
@click.option(
    "--method",
    default="cosine",
    show_default=True,
    type=click.Choice(["cosine", "csls", "mutual"]),
    help="csls holds it against a word to be near to everything; mutual keeps words that name this one too.",
)
@json_option
def similar(word: str, model: str, n: int, tags: tuple[str, ...], min_count: int, method: str, as_json: bool) -> None:
    """Nearest neighbours of WORD ("-" reads it from standard input) by cosine in the original space, exact.

    WORD may be inflected: 먹었다 finds 먹다/VV, 왕에게 finds 왕/NNG, and what it was taken for is always said.
    """
    found = _load(model).similar(read_text(word), n=n, tags=tags or None, min_count=min_count, method=method)
    if as_json:
        emit_json(found.to_dict())
        return
    if found.resolution:
        _say(found.resolution)
    _print_neighbours(found)


@click.command()
@click.argument("words", nargs=-1, required=True)
@model_option
@json_option
def similarity(words: tuple[str, ...], model: str, as_json: bool) -> None:
    """Cosine similarity of two WORDS, or the matrix of several."""
    if len(words) < 2:
        raise click.UsageError("give at least two words, for example: similarity 왕 여왕")
    vectors = _load(model)
    resolved = [vectors.resolve(word) for word in words]
    matrix = vectors.matrix(list(words))
    if as_json:
        data: dict[str, Any] = {"model": model, "words": list(words), "resolved": [item.to_dict() for item in resolved]}
        if len(words) == 2:
            data["similarity"] = float(matrix[0, 1])
        emit_json(data | {"matrix": matrix.tolist()})
        return
    for resolution in resolved:
        if resolution.how != "exact":
            _say(resolution)
    if len(words) == 2:
        click.echo(f"{float(matrix[0, 1]):.4f}")
        return
    print_table(("", *words), [(word, *map(float, row)) for word, row in zip(words, matrix, strict=True)])


@click.command()
@click.argument("expression")
@model_option
@click.option("-n", default=10, show_default=True, type=COUNT, help="How many answers.")
@click.option(
    "--method",
    type=click.Choice(["3cosadd", "3cosmul", "both"]),
    default="3cosadd",
    show_default=True,
    help="How the terms are put together.",
)
@click.option("--include-query", is_flag=True, help="Allow the words of the expression as answers.")
@json_option
def analogy(expression: str, model: str, n: int, method: str, include_query: bool, as_json: bool) -> None:
    """Solve EXPRESSION ("-" reads it from standard input), such as "왕 − 남자 + 여자", "왕-남자+여자" or "0.5*왕 + 여자".

    Any minus, plus and multiplication sign will do; put words that hold signs or spaces in quotes.
    A leading "-" is read as an option: write it after "--".
    """
    vectors, text = _load(model), read_text(expression)
    methods = ["3cosadd", "3cosmul"] if method == "both" else [method]
    answers = [vectors.analogy(text, method=name, n=n, exclude=not include_query) for name in methods]
    if as_json:
        results = [answer.to_dict() for answer in answers]
        emit_json(results if method == "both" else results[0])
        return
    for resolution in answers[0].resolved:
        if resolution.how != "exact":
            _say(resolution)
    for answer in answers:
        if method == "both":
            click.echo(answer.method, err=True)
        _print_neighbours(answer)

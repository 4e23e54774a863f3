"""Tokens in the shell: one text cut by several tokenizers, and tokenizers compared on a corpus."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import emit_json, json_option, print_table, read_text, write_output
from explorer.core.progress import terminal_progress

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token

# Background colours that keep black text readable; neighbours differ, so borders show without separators.
_COLOURS = ("#bfdbfe", "#fde68a", "#bbf7d0", "#fbcfe8", "#ddd6fe", "#fed7aa")


@click.command()
@click.argument("text", required=False)
@click.option("-t", "--tokenizer", "names", multiple=True, help="A tokenizer's name, file, folder or hub id; may be repeated.")
@click.option("--list", "listing", is_flag=True, help="List the tokenizers that a name alone gives, and what is known of them.")
@json_option
def tokenize(text: str | None, names: tuple[str, ...], listing: bool, as_json: bool) -> None:
    """Cut TEXT ("-" for standard input) with one or more tokenizers.

    In a terminal the tokens are coloured; in a pipe they are separated by spaces, one tokenizer a line.
    """
    from explorer.tokenizers.loading import tokenizer as load

    if listing:
        _print_list(as_json)
        return
    text = read_text(text)
    results = [(name, load(name).tokenize(text)) for name in names or ("kiwi",)]
    if as_json:
        emit_json([{"tokenizer": name, "tokens": [token.to_dict() for token in tokens]} for name, tokens in results])
        return
    for name, tokens in results:
        _print_tokens(name, tokens)


def _print_list(as_json: bool) -> None:
    from explorer.tokenizers.cards import CARDS
    from explorer.tokenizers.loading import REGISTRY, tokenizer_names

    rows: list[dict[str, Any]] = [
        {"name": name, "get": "built in" if name in REGISTRY else "saved here"} for name in tokenizer_names()
    ]
    rows += [card.to_dict() for card in CARDS]
    if as_json:
        emit_json(rows)
        return
    columns = ("name", "kind", "vocab_size", "normalisation", "licence", "get", "note")
    print_table(columns, [[row.get(column) for column in columns] for row in rows])


def _label(token: Token) -> str:
    label = f"{token.form}/{token.tag}" if token.tag else token.form
    return f"{label}?" if token.unknown else label


def _print_tokens(name: str, tokens: list[Token]) -> None:
    if not sys.stdout.isatty():
        labels = " ".join(_label(token) for token in tokens)
        click.echo(f"{name}\t{len(tokens)}\t{labels}")
        return
    from rich.console import Console
    from rich.text import Text

    line = Text()
    for number, token in enumerate(tokens):
        colour = "#fca5a5" if token.unknown else _COLOURS[number % len(_COLOURS)]
        line.append(f" {_label(token)} ", style=f"black on {colour}")
    console = Console()
    console.print(Text(f"{name}  {len(tokens)} tokens", style="bold"))
    console.print(line)


@click.command()
@click.option(
    "-t",
    "--tokenizer",
    "names",
    multiple=True,
    required=True,
    help="A tokenizer's name, file, folder or hub id; may be repeated.",
)
@click.option("--corpus", default="sample", show_default=True, help="A corpus name, a file, a folder or a glob.")
@click.option("--field", help="Which column or JSON field holds the text.")
@click.option(
    "--gold", multiple=True, type=click.Path(), help="CoNLL-U files with gold morphemes, for boundary scores; may be repeated."
)
@click.option(
    "--parallel",
    nargs=2,
    type=click.Path(),
    metavar="KO EN",
    help="The same sentences in Korean and English, CoNLL-U or one a line, for parity.",
)
@click.option(
    "--reference",
    type=click.Choice(["kiwi", "none"]),
    help="Score boundaries against Kiwi (the default without --gold), or not at all.",
)
@click.option("--price", type=click.FloatRange(min=0), help="Price of a million tokens: adds the cost of 1,000 characters.")
@click.option("--speed", is_flag=True, help="Measure speed and load time, too.")
@click.option("--seed", default=42, show_default=True, help="Seed of the bootstrap intervals.")
@click.option("--html", help="Write a self-contained report to this file.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@json_option
def compare(
    names: tuple[str, ...],
    corpus: str,
    field: str | None,
    gold: tuple[str, ...],
    parallel: tuple[str, str] | None,
    reference: str | None,
    price: float | None,
    speed: bool,
    seed: int,
    html: str | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Put tokenizers side by side on a corpus, every number with its interval.

    A tokenizer that cannot be loaded has a row that says why. Files may be gzipped.

    \b
    Example:  korean-explorer compare -t kiwi -t syllable -t eojeol --corpus sample --markdown
    """
    from corpora import open_corpus
    from explorer.tokenizers.comparison.compare import compare as compare_all

    with terminal_progress() as progress:
        comparison = compare_all(
            list(names),
            open_corpus(corpus, field=field).texts(),
            gold=[Path(path) for path in gold] or None,
            parallel=parallel or None,
            reference=reference,
            price=price,
            speed=speed,
            seed=seed,
            progress=progress,
        )
    if html:
        write_output(html, comparison.to_html())
    if as_json:
        emit_json(comparison.to_dict())
    elif markdown or not html:
        click.echo(comparison.to_markdown())

"""Tokenizers: one text cut by several, several compared on a corpus, and a new one trained."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import (
    cluster_option,
    corpus_options,
    emit_json,
    force_option,
    json_option,
    name_option,
    parse_settings,
    part_option,
    print_divided,
    print_record,
    print_table,
    read_text,
    seed_option,
    settings_option,
    write_output,
)
from explorer.core.progress import terminal_progress

if TYPE_CHECKING:
    from explorer.tokenizers.token import Token

# Background colours that keep black text readable; neighbours differ, so borders show without separators.
_COLOURS = ("#bfdbfe", "#fde68a", "#bbf7d0", "#fbcfe8", "#ddd6fe", "#fed7aa")


_WHICH = "A tokenizer's name, file, folder or hub id; may be repeated."


@click.command()
@click.argument("text", required=False)
@click.option("-t", "--tokenizer", "names", multiple=True, help=_WHICH)
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
    from explorer.tokenizers.library import tokenizer_records

    had = {"built in": "built in", "shipped": "comes with korean-explorer", "saved": "saved here"}
    rows: list[dict[str, Any]] = [
        {"name": record.name, "kind": record.kind, "vocab_size": record.vocab_size, "get": had[record.where]}
        for record in tokenizer_records()
        if record.where in had
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
@click.option("-t", "--tokenizer", "names", multiple=True, required=True, help=_WHICH)
@corpus_options
@click.option(
    "--gold",
    multiple=True,
    help="CoNLL-U files with gold morphemes, or klue-dp (see `sets`), for boundary scores; may be repeated.",
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
@seed_option("Seed of the bootstrap intervals.")
@click.option("--html", help="Write a self-contained report to this file.")
@click.option("--markdown", is_flag=True, help="Print a Markdown table.")
@part_option
@cluster_option
@json_option
def compare(
    names: tuple[str, ...],
    corpus: str,
    field: str | None,
    gold: tuple[str, ...],
    html: str | None,
    markdown: bool,
    part: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Put tokenizers side by side on a corpus, every number with its interval.

    A tokenizer that cannot be loaded has a row that says why. Files may be gzipped.

    \b
    Example:  korean-explorer compare -t kiwi -t syllable -t eojeol --corpus sample --markdown
    """
    from corpora import open_corpus
    from explorer.core.pieces import check_division
    from explorer.tokenizers.comparison.compare import compare as compare_all
    from explorer.tokenizers.comparison.compare import compare_part

    check_division(part, options["cluster"])
    texts, standard = open_corpus(corpus, field=field).texts(), list(gold) or None
    with terminal_progress() as progress:
        if part is not None:
            reference = options["reference"]
            print_divided(compare_part(list(names), texts, part, standard, progress, reference=reference), as_json)
            return
        comparison = compare_all(list(names), texts, gold=standard, progress=progress, **options)
    if html:
        write_output(html, comparison.to_html())
    if as_json:
        emit_json(comparison.to_dict())
    elif markdown:
        click.echo(comparison.to_markdown())
    elif not html:
        for row in comparison.rows:
            for warning in row.warnings:
                click.echo(f"{row.tokenizer}: {warning}", err=True)
        sheet = comparison.sheet()
        for note in sheet.notes:
            click.echo(note, err=True)
        print_table(sheet.columns, sheet.rows)


@click.command("train-tokenizer")
@click.argument("kind")
@corpus_options
@click.option(
    "--vocab-size", type=click.IntRange(1, 2**31 - 1), required=True, help="Entries of the vocabulary, special tokens included."
)
@name_option("tokenizer")
@seed_option("Same seed: same tokenizer.")
@settings_option
@force_option("tokenizer")
@json_option
def train_tokenizer(
    kind: str,
    corpus: str,
    field: str | None,
    vocab_size: int,
    name: str,
    seed: int,
    settings: tuple[str, ...],
    force: bool,
    as_json: bool,
) -> None:
    """Train a sub-word tokenizer of KIND (unigram, bpe, wordpiece, byte-bpe, kiwi-bpe, kiwi-unigram) and save it.

    --set gives coverage=0.9995, byte_fallback=true, special_tokens='["[X]"]' and, for the Kiwi kinds, kiwi='{…}'.
    """
    from corpora import open_corpus
    from explorer.tokenizers.training.train import train_tokenizer as train_one

    given = parse_settings(settings, kind, {"coverage": 1.0, "byte_fallback": False, "special_tokens": [], "kiwi": {}})
    with terminal_progress() as progress:
        source = open_corpus(corpus, field=field)
        trained = train_one(
            kind,
            source.texts(),
            vocab_size=vocab_size,
            name=name,
            seed=seed,
            overwrite=force,
            corpus=corpus,
            progress=progress,
            **given,
        )
    if as_json:
        emit_json({"name": name, "params": trained.params()})
        return
    click.echo(f"saved {name}: {kind}, {vocab_size:,} entries")
    click.echo(f'try: korean-explorer tokenize --tokenizer {name} "아버지가 방에 들어가신다"', err=True)


@click.group()
def tokenizers() -> None:
    """List, show, import and remove tokenizers."""


@tokenizers.command("list")
@json_option
def list_tokenizers(as_json: bool) -> None:
    """Every tokenizer that is here: built in, shipped and saved. `tokenize --list` adds published ones."""
    from explorer.tokenizers.library import tokenizer_records

    records = tokenizer_records()
    if as_json:
        emit_json([record.to_dict() for record in records])
        return
    rows = [(one.name, one.where, one.kind, one.vocab_size, one.provenance.get("corpus")) for one in records]
    print_table(("name", "where", "kind", "vocab_size", "corpus"), rows)


@tokenizers.command("show")
@click.argument("name")
@json_option
def show_tokenizer(name: str, as_json: bool) -> None:
    """Where a tokenizer comes from: kind, size, texts, settings, versions, folder."""
    from explorer.tokenizers.library import tokenizer_record

    data = tokenizer_record(name).to_dict()
    if as_json:
        emit_json(data)
        return
    print_record(data)


@tokenizers.command("import")
@click.argument("file", type=click.Path())
@name_option("tokenizer")
@force_option("tokenizer")
def import_file(file: str, name: str, force: bool) -> None:
    """Copy the tokenizer in FILE, or in a folder, and save it under a name.

    Known: SentencePiece (.model), vocab.txt, tokenizer.json, tekken.json; kiwi-sw:FILE and hybrid:FILE too.
    """
    from explorer.tokenizers.library import import_tokenizer, tokenizer_record

    import_tokenizer(file, name, force)
    record = tokenizer_record(name)
    click.echo(f"saved {name}: {record.kind}, {record.vocab_size or 0:,} entries")


@tokenizers.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Delete a saved tokenizer."""
    from explorer.tokenizers.library import remove_tokenizer

    remove_tokenizer(name)
    click.echo(f"removed {name}", err=True)

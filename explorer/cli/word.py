"""One word from every side: word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import COUNT, corpus_options, emit_json, json_option, print_table, read_text
from explorer.core.progress import terminal_progress

if TYPE_CHECKING:
    from corpora.usage import Usage
    from explorer.analysis.word import Word


@click.command("word")
@click.argument("query", metavar="WORD")
@click.option("-m", "--model", "models", multiple=True, help="A model; give it again for several. Without it, all that ship.")
@click.option(
    "-t", "--tokenizer", "tokenizers", multiple=True, help="A tokenizer; again for several. Without it, all that are here."
)
@click.option("-n", default=10, show_default=True, type=COUNT, help="How many neighbours and lines.")
@corpus_options
@json_option
def word(
    query: str, models: tuple[str, ...], tokenizers: tuple[str, ...], n: int, corpus: str, field: str | None, as_json: bool
) -> None:
    """WORD ("-" reads it from standard input): its readings, neighbours in several models side by side and how many of them
    the lists share, its tokens, its frequency, and how a corpus uses it.
    """
    from corpora import open_corpus
    from corpora.usage import usage
    from explorer.analysis.word import MODELS
    from explorer.analysis.word import word as ask

    asked = read_text(query)
    with terminal_progress() as progress:
        found = ask(asked, models or MODELS, tokenizers or None, n, progress=progress)
        used = usage(open_corpus(corpus, field=field), [*([found.key] if found.key else []), asked], n, progress=progress)
    if as_json:
        emit_json(found.to_dict() | {"usage": used.to_dict()})
    else:
        _print(found, used)


def _print(found: Word, used: Usage) -> None:
    from explorer.analysis.word import pieces_of

    readings = [(one.model, one.resolution.key, one.resolution.how) for one in found.models if one.resolution]
    lost = [(one.model, "–", ", ".join(one.suggestions) or "–") for one in found.models if not one.resolution]
    _table(("model", "key", "how"), [*readings, *lost])
    known = [one for one in found.models if one.neighbours]
    if known:
        listed = [[one.neighbours[rank].word if rank < len(one.neighbours) else "" for one in known] for rank in range(found.n)]
        _table(("rank", *(one.model for one in known)), [(rank, *row) for rank, row in enumerate(listed, 1)])
    _table(("model", "and", "shared", "of"), [(*one.models, one.shared, one.n) for one in found.overlaps])
    _table(("tokenizer", "tokens"), [(name, " | ".join(pieces_of(row))) for name, row in found.tokens.items()])
    frequencies = [(one.model, one.frequency) for one in found.models] + [(used.corpus, used.frequency)]
    rows = [(name, one.count, one.rank, one.per_million) for name, one in frequencies if one]
    _table(("frequency in", "count", "rank", "per million"), rows)
    _table(("form", "count", "parts"), [(one.form, one.count, " + ".join(one.parts)) for one in used.forms[: found.n]])
    print_table(("left", "match", "right"), [(one.left, one.match, one.right) for one in used.concordance.lines])


def _table(head: tuple[str, ...], rows: list[Any]) -> None:
    if rows:
        print_table(head, rows)
        click.echo()

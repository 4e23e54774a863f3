"""The grid of tokenizers and models from the shell."""

from __future__ import annotations

from typing import Any

import click

from explorer.cli.common import emit_json, json_option, parse_settings, print_table, write_output
from explorer.core.progress import terminal_progress


@click.command()
@click.option("--corpus", default="sample", show_default=True, help="A corpus name, a file, a folder or a glob.")
@click.option("--field", help="Which column or JSON field holds the text.")
@click.option(
    "-t", "--tokenizer", "tokenizers", multiple=True, default=("kiwi", "eojeol"), show_default=True, help="Give it again."
)
@click.option("-m", "--model", "models", multiple=True, default=("word2vec",), show_default=True, help="Give it again.")
@click.option("--test", "test_sets", multiple=True, help="Similarity pairs or analogies: a file; give it again.")
@click.option("--dim", type=click.IntRange(1, 4096), help="Dimensions of a vector.")
@click.option("--window", type=click.IntRange(1, 1000), help="Words on each side that count as context.")
@click.option("--min-count", type=click.IntRange(1), help="Drop words seen less often.")
@click.option("--epochs", type=click.IntRange(1, 10_000), help="Passes over the data.")
@click.option("--seed", type=int, default=42, show_default=True, help="Same seed and one worker: same vectors.")
@click.option("--workers", type=click.IntRange(1, 1024), default=None, help="Threads; all cores by default.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any other parameter, for every model.")
@click.option("--markdown", help='Write the table as Markdown to this file ("-" prints it).')
@json_option
def lab(
    corpus: str,
    field: str | None,
    tokenizers: tuple[str, ...],
    models: tuple[str, ...],
    test_sets: tuple[str, ...],
    seed: int,
    workers: int | None,
    settings: tuple[str, ...],
    markdown: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Train every model over every tokenizer on one corpus, and score all on the same tests. Finished cells are kept.

    \b
    Example:  korean-explorer lab --corpus wiki.txt.gz -t kiwi -t eojeol -t syllable \\
                  -m word2vec -m fasttext -m glove --test WS353_korean.csv
    """
    from corpora import open_corpus
    from explorer.analysis.lab import lab as run

    params = {key: value for key, value in given.items() if value is not None} | parse_settings(settings)
    with terminal_progress() as progress:
        result = run(
            open_corpus(corpus, field=field),
            tokenizers,
            models,
            test_sets=test_sets,
            seed=seed,
            workers=workers,
            name=corpus,
            progress=progress,
            **params,
        )
    if markdown == "-":
        click.echo(result.to_markdown(), nl=False)
    elif markdown:
        write_output(markdown, result.to_markdown())
    elif as_json:
        emit_json(result.to_dict())
    else:
        rows = result.rows()
        print_table(list(rows[0]), [list(row.values()) for row in rows])

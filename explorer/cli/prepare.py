"""Tokens for training, made beforehand by as many processes as one likes."""

from __future__ import annotations

import click

from explorer.cli.common import cluster_option, emit_json, json_option
from explorer.core.progress import terminal_progress


@click.command()
@click.argument("corpus", nargs=-1, required=True, metavar="CORPUS...")
@click.option("--field", help="Which column or JSON field holds the text.")
@click.option("--tokenizer", default="kiwi", show_default=True, help="A tokenizer's name, file, folder or hub id.")
@click.option("--part", metavar="I/N", help="Only every Nth shard from the Ith on: 1/4, 2/4, 3/4 and 4/4 are all.")
@cluster_option
@click.option("--workers", type=click.IntRange(1, 4096), help="Threads of the tokenizer; all cores by default.")
@json_option
def prepare(
    corpus: tuple[str, ...],
    field: str | None,
    tokenizer: str,
    part: str | None,
    cluster: str | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Tokenize a corpus (or several, to be trained on together) and keep the tokens; train, concordance and collocates then read them.

    Shards that are there are passed over, so any number of processes on a shared home folder may do a part each, and may
    be killed and started again.

    \b
    Example:  korean-explorer prepare kowiki --tokenizer kiwi
              korean-explorer prepare kowiki --part 2/8
              korean-explorer prepare kowiki --cluster local:4
    """
    from corpora import open_corpus
    from corpora.corpus import joined
    from explorer.static.prepare import prepare as prepare_texts

    with terminal_progress() as progress:
        texts = joined([open_corpus(one, field=field) for one in corpus])
        made = prepare_texts(texts, tokenizer=tokenizer, part=part, cluster=cluster, workers=workers, progress=progress)
    if as_json:
        emit_json(made.to_dict())
        return
    click.echo(f"part {made.part} of {made.shards} shards: {made.made} made, {made.found} were there; {made.left} left in all")

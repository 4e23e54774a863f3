"""Training from the shell: word vectors and sub-word tokenizers."""

from __future__ import annotations

import os
from typing import Any

import click

from explorer.cli.common import emit_json, json_option, parse_settings
from explorer.core.progress import terminal_progress


@click.command()
@click.argument("model")
@click.option("--corpus", default="sample", show_default=True, help="A corpus name, a file, a folder or a glob.")
@click.option("--field", help="Which column or JSON field holds the text.")
@click.option("--tokenizer", default="kiwi", show_default=True, help="A tokenizer's name, file, folder or hub id.")
@click.option("--name", required=True, help="The name to save the vectors under.")
@click.option("--dim", type=click.IntRange(1, 4096), help="Dimensions of a vector.")
@click.option("--window", type=click.IntRange(1, 1000), help="Words on each side that count as context.")
@click.option("--min-count", type=click.IntRange(1), help="Drop words seen less often.")
@click.option("--epochs", type=click.IntRange(1, 10_000), help="Passes over the data.")
@click.option("--seed", type=int, default=42, show_default=True, help="Same seed and one worker: same vectors.")
@click.option("--workers", type=click.IntRange(1, 1024), default=None, help="Threads; all cores by default.")
@click.option("-p", "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any other parameter of the model.")
@click.option("--force", is_flag=True, help="Replace a model of the same name.")
@json_option
def train(
    model: str,
    corpus: str,
    field: str | None,
    tokenizer: str,
    name: str,
    settings: tuple[str, ...],
    force: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Train MODEL (word2vec, fasttext, glove, ppmi, contextual, bert) on a corpus and save it.

    contextual makes one vector a word out of an encoder's vectors in up to 50 contexts of the corpus (--set encoder=mini
    --set contexts=50 --set layer=1).

    bert learns to guess hidden morphemes, starting from Kiwi's vectors; --tokenizer wordpiece makes an ordinary BERT, and
    --set base=mini (or a checkpoint's folder) goes on from an existing one. An interrupted training goes on where it stopped.

    \b
    Example:  korean-explorer train word2vec --corpus wiki.txt.gz --tokenizer kiwi --name wiki-w2v
              korean-explorer train contextual --corpus wiki.txt.gz --name wiki-mini -p encoder=mini -p contexts=50
              korean-explorer train bert --corpus wiki.txt.gz --name wiki-bert --set base=mini
              korean-explorer analogy --model wiki-w2v "서울 − 한국 + 일본"
    """
    from corpora import open_corpus
    from explorer.static.train import train as train_vectors

    params = {key: value for key, value in given.items() if value is not None} | parse_settings(settings)
    if model == "bert":
        from explorer.cli.encoders import train_bert_command

        train_bert_command(corpus, field, name, tokenizer, params, force, as_json)
        return
    with terminal_progress() as progress:
        source = open_corpus(corpus, field=field)
        vectors = train_vectors(
            model, source, tokenizer=tokenizer, name=name, corpus=corpus, overwrite=force, progress=progress, **params
        )
    if as_json:
        emit_json({"name": name, "keys": len(vectors), "dim": vectors.dim, "info": dict(vectors.info)})
        return
    click.echo(f"saved {name}: {len(vectors):,} words × {vectors.dim} dimensions")
    click.echo(
        f"try: korean-explorer similar {os.fsdecode(vectors.keys[0]).rpartition('/')[0] or vectors.keys[0]} --model {name}",
        err=True,
    )


@click.command("train-tokenizer")
@click.argument("kind")
@click.option("--corpus", default="sample", show_default=True, help="A corpus name, a file, a folder or a glob.")
@click.option("--field", help="Which column or JSON field holds the text.")
@click.option("--vocab-size", type=click.IntRange(1), required=True, help="Entries of the vocabulary, special tokens included.")
@click.option("--name", required=True, help="The name to save the tokenizer under.")
@click.option("--seed", type=int, default=42, show_default=True, help="Same seed: same tokenizer.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any other parameter (coverage=0.9995 …).")
@click.option("--force", is_flag=True, help="Replace a tokenizer of the same name.")
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
    """Train a sub-word tokenizer of KIND (unigram, bpe, wordpiece, byte-bpe, kiwi-bpe, kiwi-unigram) and save it."""
    from corpora import open_corpus
    from explorer.tokenizers.training.train import train_tokenizer as train_one

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
            **parse_settings(settings),
        )
    if as_json:
        emit_json({"name": name, "params": trained.params()})
        return
    click.echo(f"saved {name}: {kind}, {vocab_size:,} entries")
    click.echo(f'try: korean-explorer tokenize --tokenizer {name} "아버지가 방에 들어가신다"', err=True)

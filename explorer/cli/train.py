"""Training word vectors and encoders."""

from __future__ import annotations

import json
from typing import Any

import click

from explorer.cli.common import (
    cluster_option,
    corpora_options,
    emit_json,
    force_option,
    json_option,
    name_option,
    parse_settings,
    training_options,
)
from explorer.core.messages import Message
from explorer.core.progress import terminal_progress
from explorer.core.settings import language


class _Training(click.Command):
    """A command whose help lists what each model can be told with --set."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from explorer.static.train import model_parameters, trainable_names

        rows = []
        for name in trainable_names():
            told = [f"{key}={_default(value)}" if value is not None else key for key, value in model_parameters(name).items()]
            rows.append((name, ", ".join(told)))
        with formatter.section(Message("cli.parameters").said(language())):
            formatter.write_dl(rows)


def _default(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


@click.command(cls=_Training)
@click.argument("model")
@corpora_options
@click.option("--tokenizer", default="kiwi", show_default=True, help="A tokenizer's name, file, folder or hub id.")
@name_option("vectors")
@click.option("--model", "of", help="senses: the vectors that get senses; word2vec by default.")
@click.option("--words", help="senses: a file of words, or words with commas; by default a list of homographs.")
@training_options
@cluster_option
@force_option("model")
@json_option
def train(
    model: str,
    corpus: tuple[str, ...],
    field: str | None,
    tokenizer: str,
    name: str,
    settings: tuple[str, ...],
    of: str | None,
    force: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Train MODEL (word2vec, fasttext, glove, ppmi, contextual, senses, bert) on a corpus and save it.

    contextual makes one vector a word out of an encoder's vectors in up to 50 contexts of the corpus (--set encoder=mini
    --set contexts=50 --set layer=1).

    senses adds, to the vectors of --model, one vector for each sense of words that have several (배: ship, pear, belly), found
    in up to 300 contexts of each in the corpus (--set contexts=300 --set encoder=mini).

    bert learns to guess hidden morphemes, starting from Kiwi's vectors; --tokenizer wordpiece makes an ordinary BERT, and
    --set base=mini (or a checkpoint's folder) goes on from an existing one. An interrupted training goes on where it stopped.

    \b
    Example:  korean-explorer train word2vec --corpus wiki.txt.gz --tokenizer kiwi --name wiki-w2v
              korean-explorer train contextual --corpus wiki.txt.gz --name wiki-mini -p encoder=mini -p contexts=50
              korean-explorer train glove --corpus kowiki --corpus nsmc --name all-glove
              korean-explorer train senses --model wiki-w2v --corpus wiki.txt.gz --name wiki-w2v --force
              korean-explorer train bert --corpus wiki.txt.gz --name wiki-bert --set base=mini
              korean-explorer analogy --model wiki-w2v "서울 − 한국 + 일본"
    """
    from corpora import open_corpus
    from corpora.corpus import joined
    from explorer.static.train import train as train_model
    from explorer.vectors.vectors import Vectors

    given["base"] = of
    params = {key: value for key, value in given.items() if value is not None} | parse_settings(settings)
    with terminal_progress() as progress:
        texts = joined([open_corpus(one, field=field) for one in corpus])
        made = train_model(
            model,
            texts,
            tokenizer=tokenizer,
            name=name,
            corpus=" + ".join(corpus),
            overwrite=force,
            progress=progress,
            **params,
        )
    if isinstance(made, Vectors):
        said = f"{len(made):,} words × {made.dim} dimensions"
        data, warnings = {"keys": len(made), "dim": made.dim, "info": dict(made.info)}, []
        advice = f"similar {made.keys[0].rpartition('/')[0] or made.keys[0]} --model {name}"
    else:
        outcome = made.outcome
        said = f"held-out loss {outcome.before:.3f} before, {outcome.after:.3f} after, {outcome.best:.3f} at best"
        data, warnings = made.to_dict(), outcome.warnings
        advice = f'context 배 "배를 타고 갔다." "배를 먹었다." --model {name}'
    if as_json:
        emit_json({"name": name, **data})
        return
    for warning in warnings:
        click.echo(f"warning: {warning.said(language())}", err=True)
    click.echo(f"saved {name}: {said}")
    click.echo(f"try: korean-explorer {advice}", err=True)

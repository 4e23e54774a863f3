"""Which neighbours are luck: what several models agree on, saved ones or ones trained again for the purpose."""

from __future__ import annotations

import click

from explorer.cli.common import emit_json, json_option, parse_settings, print_table, seed_option
from explorer.core.errors import BadInput
from explorer.core.progress import terminal_progress


@click.command()
@click.argument("models", nargs=-1)
@click.option("--train", "kind", help="Instead of MODELS: train this model (word2vec, glove …) several times.")
@click.option("--corpus", default="sample", show_default=True, help="With --train: a corpus name, a file, a folder or a glob.")
@click.option("-t", "--tokenizer", default="kiwi", show_default=True, help="With --train: a tokenizer.")
@click.option("--times", default=5, show_default=True, type=click.IntRange(2, 1000), help="With --train: how many models.")
@click.option(
    "--resample",
    default="bootstrap",
    show_default=True,
    type=click.Choice(["seeds", "bootstrap"]),
    help="With --train: what differs, the seed alone or also the texts.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="With --train: a parameter of the model.")
@click.option("--word", "words", multiple=True, help="Ask for this word; may be repeated. By default 1,000 drawn ones.")
@click.option("-n", default=10, show_default=True, type=click.IntRange(1, 1000), help="Neighbours of each word.")
@seed_option("Of training, words drawn and bootstrap.")
@json_option
def stability(
    models: tuple[str, ...],
    kind: str | None,
    corpus: str,
    tokenizer: str,
    times: int,
    resample: str,
    settings: tuple[str, ...],
    words: tuple[str, ...],
    n: int,
    seed: int,
    as_json: bool,
) -> None:
    """How far MODELS (two or more), or one model trained again and again, name the same neighbours.

    \b
    Example:  korean-explorer stability --train word2vec --corpus wiki --times 5 --word 배 --word 학교
    """
    from explorer.analysis.stability import stability as compare
    from explorer.analysis.stability import train_again
    from explorer.static.load import load

    if kind is not None and models:
        raise BadInput("cli.models_or_train")
    with terminal_progress() as progress:
        if kind is None:
            made = [load(model, progress=progress) for model in models]
        else:
            from corpora import open_corpus

            params = {"tokenizer": tokenizer, "corpus": corpus} | parse_settings(settings)
            texts = open_corpus(corpus)
            made = train_again(kind, texts, times=times, resample=resample, seed=seed, progress=progress, **params)
        found = compare(made, words or None, n=n, seed=seed, progress=progress)
    if as_json:
        emit_json(found.to_dict())
        return
    rows = [(one.word, one.key, one.jaccard, one.count, f"{len(one.steady)}/{len(one.support)}") for one in found.words]
    print_table(("word", "key", "jaccard", "count", "steady"), rows)
    click.echo(f"mean {found.mean:.3f} [{found.low:.3f}, {found.high:.3f}], by chance {found.chance:.3f}", err=True)

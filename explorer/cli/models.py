"""Saved models: list, show, compare, import, export, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from explorer.cli.common import emit_json, force_option, json_option, name_option, print_record, print_table
from explorer.cli.model_comparison import compare
from explorer.core.messages import Message, said
from explorer.core.progress import terminal_progress
from explorer.core.settings import language


@click.group()
def models() -> None:
    """List, show, compare, import, export and remove models."""


@models.command("list")
@json_option
def list_models(as_json: bool) -> None:
    """Every model that `--model` accepts by name: word vectors, then encoders, which read words in their sentences."""
    from explorer.encoders.listing import list_models as known

    found = known()
    if as_json:
        emit_json([one.to_dict() for one in found])
        return
    print_table(("name", "kind", "where", "model", "keys", "dim", "from"), found.rows())


@models.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Where a model comes from: corpus, tokenizer, parameters, seed, post-processing; of an encoder its source and licence."""
    from explorer.encoders.library import encoder_names, encoder_record
    from explorer.static.load import load, model_names

    if name not in model_names() and name in encoder_names():
        (emit_json if as_json else print_record)(encoder_record(name).to_dict())
        return
    with terminal_progress() as progress:
        vectors = load(name, progress=progress)
    data = {"name": name, "keys": len(vectors), "dim": vectors.dim, **dict(vectors.info)}
    if as_json:
        emit_json(data)
        return
    print_record(data)


@models.command("import")
@click.argument("file", type=click.Path())
@name_option("model")
@force_option("model")
def import_model(file: str, name: str, force: bool) -> None:
    """Read vectors from FILE and save them under a name.

    Known by content: word2vec, GloVe, fastText (.vec and .bin), gensim's own files, npy, safetensors, Parquet, projector TSV.
    """
    from explorer.vectors.files.formats import read_vectors

    with terminal_progress() as progress:
        vectors = read_vectors(file, progress=progress)
        vectors.save(name, overwrite=force)
    click.echo(f"saved {name}: {len(vectors):,} words × {vectors.dim} dimensions")
    for warning in vectors.info.get("warnings", ()):
        click.echo(f"note: {said(warning, language())}", err=True)


@models.command()
@click.argument("name")
@click.argument("file", type=click.Path())
@click.option("--format", "kind", help="word2vec-binary, glove, npy …; by default what the ending stands for.")
@force_option("file")
def export(name: str, file: str, kind: str | None, force: bool) -> None:
    """Write a model to FILE; the ending chooses the format (.bin .txt .vec .glove .tsv .npy .safetensors .parquet)."""
    from explorer.static.load import load
    from explorer.vectors.files.formats import write_vectors

    with terminal_progress() as progress:
        vectors = load(name, progress=progress)
        write_vectors(vectors, file, format=kind, overwrite=force)
    click.echo(f"written: {file}", err=True)
    if len(vectors.sense_table):
        left = Message("cli.senses_left_out", {"count": len(vectors.sense_table.words)})
        click.echo(left.said(language()), err=True)


@models.command()
@click.argument("name")
@click.argument("folder", type=click.Path(file_okay=False))
@click.option(
    "--keys", default=40_000, show_default=True, type=click.IntRange(1, 2**31 - 1), help="Keep the most frequent so many keys."
)
@click.option("--dim", type=click.IntRange(1, 4096), help="Keep so many dimensions, those that change cosines least.")
@click.option("--drop", multiple=True, help="Leave this key out; may be repeated.")
@force_option("folder")
def compact(name: str, folder: str, keys: int, dim: int | None, drop: tuple[str, ...], force: bool) -> None:
    """Write a small copy of a model to FOLDER: a byte a number. `--model FOLDER` opens it."""
    from explorer.static.load import load
    from explorer.vectors.files.folder import save_vectors
    from explorer.vectors.transform import compact as make_small
    from explorer.vectors.transform import subset

    with terminal_progress() as progress:
        vectors = load(name, progress=progress)
        left_out = {vectors.keys[vectors.index(key)] for key in drop}
        if left_out:
            vectors = subset(vectors, [key for key in vectors.keys if key not in left_out])
        small = make_small(vectors, keys, dim)
        save_vectors(small, Path(folder), force, small=True)
    click.echo(f"written: {folder} ({len(small):,} words × {small.dim} dimensions)", err=True)


@models.command()
@click.argument("name")
@click.argument("parts", nargs=-1, required=True)
@click.option("--weight", "weights", multiple=True, type=float, help="How much a model counts; once for each, in their order.")
@click.option("--components", default=2, show_default=True, type=click.IntRange(0, 4096), help="Strongest directions left out.")
@click.option("--dim", default=300, show_default=True, type=click.IntRange(1, 4096), help="Dimensions of the result.")
@click.option("--keys", type=click.IntRange(1, 2**31 - 1), help="Keep the most frequent so many keys.")
@click.option(
    "--pieces",
    default=12_000,
    show_default=True,
    type=click.IntRange(0, 10_000_000),
    help="N-grams that compose any other word.",
)
@force_option("model")
def join(name: str, parts: tuple[str, ...], weights: tuple[float, ...], force: bool, **options: Any) -> None:
    """Join the models PARTS, whose keys must be of one kind, and save the result as NAME.

    \b
    Example:  korean-explorer models join mine wiki-w2v wiki-glove kiwi --weight 1 --weight 0.7 --weight 1
    """
    from explorer.static.joined import join as join_models
    from explorer.static.load import load
    from explorer.static.train import check_free

    check_free(name, force)
    with terminal_progress() as progress:
        models = [load(part, progress=progress) for part in parts]
        joined = join_models(models, weights=weights or None, progress=progress, **options)
        joined.save(name, overwrite=force)
    click.echo(f"saved {name}: {len(joined):,} words × {joined.dim} dimensions")


@models.command()
@click.argument("name")
@click.argument("like")
@click.option("--encoder", default="e5-small", show_default=True, help="What reads the words; see `models list`.")
@click.option("--keys", type=click.IntRange(1, 2**31 - 1), help="Only the most frequent so many keys.")
@force_option("model")
def words(name: str, like: str, encoder: str, keys: int | None, force: bool) -> None:
    """Let an encoder read each word of the model LIKE by itself, and save these vectors as NAME.

    \b
    Example:  korean-explorer models words wiki-e5 wiki-w2v --encoder e5-small
              korean-explorer models join mine wiki-w2v wiki-e5 --weight 1 --weight 0.8
    """
    from explorer.encoders.alone import words_alone
    from explorer.encoders.open import encoder as open_encoder
    from explorer.static.load import load
    from explorer.static.train import check_free

    check_free(name, force)
    with terminal_progress() as progress:
        known = load(like, progress=progress)  # before the encoder, which takes longer to open
        made = words_alone(open_encoder(encoder, progress=progress), known, keys=keys, progress=progress)
        made.save(name, overwrite=force)
    click.echo(f"saved {name}: {len(made):,} words × {made.dim} dimensions")


@models.command()
@click.argument("name")
def remove(name: str) -> None:
    """Delete a saved model, or what was unpacked of a packaged encoder."""
    from explorer.core.store import remove_artifact
    from explorer.encoders.library import encoder_names, remove_encoder
    from explorer.static.load import model_names

    if name not in model_names() and name in encoder_names():
        remove_encoder(name)
    else:
        remove_artifact("vectors", name)
    click.echo(f"removed {name}", err=True)


models.add_command(compare)

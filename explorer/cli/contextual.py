"""One word in several sentences through a contextual model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import dtype_option, emit_json, json_option, print_table
from explorer.cli.contexts import contexts_of, marked, shown
from explorer.core.progress import terminal_progress
from explorer.core.settings import default_encoder

if TYPE_CHECKING:
    from explorer.encoders.occurrences import Occurrences


@click.command()
@click.argument("word")
@click.argument("sentences", nargs=-1)
@click.option(
    "-m",
    "--model",
    default=default_encoder,
    show_default=True,
    help="mini, which ships; an encoder trained here; a checkpoint's folder; or a Hugging Face id. EXPLORER_ENCODER changes the default.",
)
@click.option("--layer", default=-1, show_default=True, help="0 is the input, 1 the first block, -1 the last.")
@click.option(
    "--pooling",
    default="mean",
    show_default=True,
    type=click.Choice(["mean", "first", "last", "sum", "max"]),
    help="How a word's sub-words become one vector.",
)
@click.option("--corpus", help="Take the sentences from a corpus: sample, a stored one, a file or a folder.")
@click.option("--limit", default=12, show_default=True, type=click.IntRange(1, 200), help="At most so many of a corpus.")
@click.option("--centred", is_flag=True, help="Subtract the mean vector of other words first.")
@dtype_option
@json_option
def context(
    word: str,
    sentences: tuple[str, ...],
    model: str,
    layer: int,
    pooling: str,
    corpus: str | None,
    limit: int,
    centred: bool,
    dtype: str,
    as_json: bool,
) -> None:
    """Compare WORD's vectors in several SENTENCES ("-" reads them from standard input, one a line).

    WORD may be inflected in the sentences: 배 is found in 배를, 먹다 in 먹었다. The cosine of random pairs of words at the same
    layer is printed beside, because contextual vectors are all alike to some degree.

    \b
    Example:  korean-explorer context 배 "배를 타고 섬에 갔다." "배가 고파서 밥을 먹었다."
              korean-explorer context 배 --corpus sample
    """
    from corpora.sample import sentences as sample
    from explorer.encoders.contextual import contextual
    from explorer.encoders.occurrences import occurrences

    with terminal_progress() as progress:
        texts = contexts_of(word, sentences, corpus, limit, progress).sentences
        opened = contextual(model, layer=layer, pooling=pooling, dtype=dtype, progress=progress)
        found = occurrences(opened, word, texts, pooling=pooling, background=(one.text for one in sample()), progress=progress)
    if as_json:
        emit_json(found.to_dict(layer, centred))
        return
    _print(found, layer, centred)


def _print(found: Occurrences, layer: int, centred: bool) -> None:
    for number, one in enumerate(found.found, 1):
        where = marked(found.sentences[one.sentence], one.start, one.end)
        click.echo(f"{number}\t{where}\t{' '.join(one.pieces)}", err=True)
    for sentence in found.missing:
        click.echo(f"–\t{shown(found.sentences[sentence])}\t({found.word} is not in it)", err=True)
    numbers = [str(number) for number in range(1, len(found.found) + 1)]
    rows: list[tuple[Any, ...]] = [
        (number, *map(float, row)) for number, row in zip(numbers, found.cosines(layer, centred), strict=True)
    ]
    print_table(("", *numbers), rows)
    chance = found.chance(layer, centred)
    other = found.chance(layer, not centred)
    if chance is not None and other is not None:
        before, after = (other, chance) if centred else (chance, other)
        click.echo(
            f"random pairs at layer {found.layer(layer)}: {chance.mean:.4f} (5–95 %: {chance.low:.4f} to {chance.high:.4f}); "
            f"before centring {before.mean:.4f}, after {after.mean:.4f}",
            err=True,
        )

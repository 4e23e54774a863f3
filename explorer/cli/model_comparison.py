"""Two models side by side: the command `models compare`."""

from __future__ import annotations

import click

from explorer.cli.common import emit_json, json_option, print_table, seed_option
from explorer.core.progress import terminal_progress


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("-k", default=10, show_default=True, type=click.IntRange(1, 1000), help="Neighbours of each word.")
@click.option(
    "--sample", default=2000, show_default=True, type=click.IntRange(1), help="Ask for so many words drawn by the seed."
)
@click.option("--all", "every", is_flag=True, help="Ask for every word both have (about a minute for 60,000).")
@click.option("--word", help="Instead: this word's neighbours in both models.")
@click.option(
    "-n", default=20, show_default=True, type=click.IntRange(1, 100_000), help="Words listed that differ most, and least."
)
@click.option("--tag", "tags", multiple=True, help="List only words of this part of speech (NNG, VV …); may be repeated.")
@click.option("--min-count", default=0, type=click.IntRange(0), help="List only words seen at least this often.")
@seed_option("Of the sample, the random pairs and the bootstrap.")
@json_option
def compare(
    a: str,
    b: str,
    k: int,
    sample: int,
    every: bool,
    word: str | None,
    n: int,
    tags: tuple[str, ...],
    min_count: int,
    seed: int,
    as_json: bool,
) -> None:
    """How far models A and B name the same neighbours, for which words they do not, and what each lacks.

    \b
    Example:  korean-explorer models compare word2vec glove --tag VV
              korean-explorer models compare word2vec glove --word 먹었다
    """
    from explorer.analysis.model_comparison import compare_models, compare_word
    from explorer.static.load import load

    with terminal_progress() as progress:
        first, second = load(a, progress=progress), load(b, progress=progress)
        if word is not None:
            one = compare_word(first, second, word, k)
        else:
            found = compare_models(first, second, k=k, sample=None if every else sample, seed=seed, progress=progress)
    if word is not None:
        if as_json:
            emit_json(one.to_dict())
            return
        lines = [(left.word, left.score, right.word, right.score) for left, right in zip(one.first, one.second, strict=True)]
        print_table((one.a, "cosine", one.b, "cosine"), lines)
        click.echo(f"{one.key}: {len(one.both)} of {k} in both ({', '.join(one.both)}), kept {one.kept:.2f}", err=True)
        return
    if as_json:
        emit_json(found.to_dict())
        return
    lists = [(name, found.ranked(n, differ=name == "differ", tags=tags, min_count=min_count)) for name in ("differ", "agree")]
    rows = [(name, one.word, one.key, one.overlap, one.kept, one.count) for name, words in lists for one in words]
    print_table(("list", "word", "key", "overlap", "kept", "count"), rows)
    overlap, rho = found.overlap, found.correlation
    asked = f"{len(found.words):,} of {found.shared:,} shared words"
    click.echo(
        f"overlap@{k} {overlap.value:.3f} [{overlap.low:.3f}, {overlap.high:.3f}] over {asked}, by chance {found.chance:.5f}; "
        f"cosines of random pairs: Spearman {rho.value:.3f} [{rho.low:.3f}, {rho.high:.3f}]",
        err=True,
    )
    for lack in found.lacks:
        tokens = "" if lack.tokens is None else f", {lack.tokens:.1%} of its occurrences"
        click.echo(f"{lack.model} lacks {lack.count:,} of the other's words ({lack.share:.1%}{tokens})", err=True)

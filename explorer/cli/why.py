"""Why two words are near, and the counts it is told from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from explorer.cli.common import corpora_options, emit_json, force_option, json_option, model_option, print_table
from explorer.core.progress import terminal_progress

if TYPE_CHECKING:
    from explorer.vectors.reasons import Why

_LINES = "sample"
"""Whose lines are shown where only the counts that ship are asked; they come without texts."""


@click.command()
@click.argument("a")
@click.argument("b")
@model_option
@click.option(
    "--corpus", help="What is counted and shown: a corpus name, a file, a folder or a glob. By default the counts that ship."
)
@click.option("--field", help="Which column or JSON field holds the text.")
@click.option(
    "-n", default=10, show_default=True, type=click.IntRange(1, 1000), help="Contexts, neighbours and lines of each kind."
)
@json_option
def why(a: str, b: str, model: str, corpus: str | None, field: str | None, n: int, as_json: bool) -> None:
    """Why two words are near: beside each other, or in like places; related, similar or opposite, as far as a corpus tells.

    \b
    Example:  korean-explorer why 강아지 고양이
              korean-explorer why 의사 병원 --corpus kowiki
    """
    from corpora import open_corpus
    from explorer.static.load import load

    with terminal_progress() as progress:
        vectors = load(model, progress=progress)
        read = open_corpus(corpus or _LINES, field=field)
        found = vectors.why(a, b, read if corpus else None, n=n, lines=read, progress=progress)
    if as_json:
        emit_json(found.to_dict())
    else:
        _show(found)


def _show(found: Why) -> None:
    from explorer.core import settings

    language = settings.language()
    click.echo(found.verdict.said(language))
    for reason in found.verdict.reasons:
        click.echo(f"  {reason.said(language)}")
    for part in ("standing", "neighbours", "writing", "contexts", "patterns", "lines"):
        frame = found.to_frame(part)
        if len(frame):
            click.echo(f"\n[{part}]")
            print_table(list(frame.columns), [list(row) for row in frame.itertuples(index=False)])


@click.command()
@corpora_options
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@click.option(
    "--keys", default=20_000, show_default=True, type=click.IntRange(1, 10_000_000), help="Words, most frequent first."
)
@click.option(
    "--window", default=5, show_default=True, type=click.IntRange(1, 100), help="Content words to each side that are near."
)
@click.option("--contexts", default=40, show_default=True, type=click.IntRange(1, 100_000), help="Contexts kept of each word.")
@click.option("--least", default=5, show_default=True, type=click.IntRange(1), help="Places at which a pair stands, at least.")
@click.option(
    "--least-joined", default=3, show_default=True, type=click.IntRange(1), help="Times patterns join a pair, at least."
)
@click.option("--least-owned", default=8, show_default=True, type=click.IntRange(1), help="Times A의 B joins a pair, at least.")
@click.option(
    "--card", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A Markdown file to lie beside the counts."
)
@force_option("folder")
@json_option
def evidence(
    corpus: tuple[str, ...],
    field: str | None,
    out: Path,
    keys: int,
    window: int,
    contexts: int,
    least: int,
    least_joined: int,
    least_owned: int,
    card: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Count what `why` is told from, over one corpus or several, and write it into a folder.

    \b
    Example:  korean-explorer corpus evidence --corpus nsmc --corpus kowiki --out counts/
    """
    from corpora import open_corpus
    from corpora.corpus import joined
    from explorer.core.paths import bytes_of
    from explorer.static.evidence import count_evidence
    from explorer.text.reading import decode
    from explorer.tokenizers.loading import tokenizer

    with terminal_progress() as progress:
        made = count_evidence(
            joined([open_corpus(name, field=field) for name in corpus]),
            tokenizer("kiwi"),
            keys=keys,
            window=window,
            contexts=contexts,
            least=least,
            least_joined=least_joined,
            least_owned=least_owned,
            info={"corpus": " + ".join(corpus)},
            progress=progress,
        )
    made.save(out, card=decode(bytes_of(card)).text if card else "", overwrite=force)
    sizes = {"folder": str(out), "keys": len(made.keys), "pairs": len(made.pairs), "patterns": len(made.joined)}
    if as_json:
        emit_json(sizes)
    else:
        print_table(list(sizes), [list(sizes.values())])

"""Whole models: maps, regions, and the grid of tokenizers and models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from explorer.cli.common import (
    corpus_options,
    emit_json,
    force_option,
    json_option,
    model_option,
    parse_settings,
    print_table,
    read_text,
    seed_option,
    training_options,
    write_output,
)
from explorer.core.phases import phased
from explorer.core.progress import report, terminal_progress


@click.command()
@model_option
@click.option("--method", default="umap", show_default=True, type=click.Choice(["umap", "pca", "tsne"]))
@click.option("--dims", default=2, show_default=True, type=click.IntRange(2, 3))
@click.option("--words", "words_file", type=click.Path(), help='Only these words: a file, one a line ("-" for standard input).')
@click.option("--top", type=click.IntRange(10, 10_000_000), help="Only the most frequent so many words.")
@seed_option("Same seed: same map.")
@click.option(
    "--neighbors",
    "n_neighbors",
    default=15,
    show_default=True,
    type=click.IntRange(2, 1000),
    help="UMAP: size of a neighbourhood.",
)
@click.option("--out", help="Write the map to this file: its ending says what, .html, .svg, .png, .csv or .json.")
@json_option
def project(model: str, words_file: str | None, top: int | None, out: str | None, as_json: bool, **options: Any) -> None:
    """Coordinates of a model's words on a map, with how far the map can be trusted.

    \b
    Example:  korean-explorer project --method pca --top 3000 --out map.svg
    """
    from explorer.analysis.map_costs import word_phases
    from explorer.analysis.map_files import check_ending, write_map
    from explorer.analysis.projection import DEFAULT_WORDS
    from explorer.analysis.projection import project as make_map
    from explorer.analysis.regions import LEAST
    from explorer.analysis.regions import regions as find_regions
    from explorer.static.load import load

    if out:
        check_ending(out)
    named = out is not None and check_ending(out) == ".html"
    chosen = _words(words_file)
    with terminal_progress() as told:
        n = top or DEFAULT_WORDS if chosen is None else len(chosen)
        progress = phased(told, word_phases(model, n, options["method"], regions=named))
        report(progress, "opening the model")
        vectors = load(model, progress=progress)
        if chosen is None and top is not None:
            chosen = list(vectors.most_frequent(top))
        result = make_map(vectors, words=chosen, progress=progress, **options)
        found = find_regions(vectors, words=result.keys, progress=progress) if named and len(result) >= LEAST else None
    click.echo(f"{len(result.keys):,} words, trustworthiness {result.trustworthiness:.3f}", err=True)
    if out:
        click.echo(f"written: {write_map(result, out, found)}", err=True)
    elif as_json:
        emit_json(result.to_dict())
    else:
        rows = zip(result.keys, *result.coords.T.tolist(), result.trust.tolist(), strict=True)
        print_table(("key", *(f"x{axis + 1}" for axis in range(result.dims)), "trust"), list(rows))


def _words(path: str | None) -> list[str] | None:
    if path is None:
        return None
    from explorer.core.paths import bytes_of
    from explorer.text.reading import decode

    text = read_text(path) if path == "-" else decode(bytes_of(Path(path))).text
    return [line.strip() for line in text.splitlines() if line.strip()]


@click.command()
@model_option
@click.option("--words", "words_file", type=click.Path(), help='Only these words: a file, one a line ("-" for standard input).')
@click.option("--count", "counts", type=int, multiple=True, help="Regions of a layer, the fewest first; give it again.")
@click.option("--word", "asked", help="Only the regions this word lies in.")
@json_option
def regions(model: str, words_file: str | None, counts: tuple[int, ...], asked: str | None, as_json: bool) -> None:
    """Name the regions of a vocabulary, in layers: by the word in their middle and the two that belong to them most."""
    from explorer.analysis.regions import regions as find_regions
    from explorer.static.load import load

    with terminal_progress() as progress:
        vectors = load(model, progress=progress)
        found = find_regions(vectors, words=_words(words_file), counts=counts or None, progress=progress)
    if asked is not None:
        lies_in = found.of(vectors.resolve(asked).key)
        if as_json:
            emit_json([region.to_dict() for region in lies_in])
        else:
            print_table(("layer", "name", "size"), [(level, one.name, one.size) for level, one in enumerate(lies_in)])
    elif as_json:
        emit_json(found.to_dict())
    else:
        table = found.to_frame()
        print_table(list(table.columns), table.to_numpy().tolist())


@click.command()
@corpus_options
@click.option(
    "-t", "--tokenizer", "tokenizers", multiple=True, default=("kiwi", "eojeol"), show_default=True, help="Give it again."
)
@click.option("-m", "--model", "models", multiple=True, default=("word2vec",), show_default=True, help="Give it again.")
@click.option("--test", "test_sets", multiple=True, help="Similarity pairs or analogies: a file; give it again.")
@training_options
@click.option("--save", "saved", metavar="NAME", help="Keep the result under this name; the page /lab shows it.")
@force_option("result")
@click.option("--markdown", help='Write the table as Markdown to this file ("-" prints it).')
@json_option
def lab(
    corpus: str,
    field: str | None,
    tokenizers: tuple[str, ...],
    models: tuple[str, ...],
    test_sets: tuple[str, ...],
    settings: tuple[str, ...],
    saved: str | None,
    force: bool,
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
    from explorer.analysis.lab_results import check_lab_free, save_lab

    params = {key: value for key, value in given.items() if value is not None} | parse_settings(settings)
    if saved is not None:
        check_lab_free(saved, force)
    with terminal_progress() as progress:
        result = run(
            open_corpus(corpus, field=field), tokenizers, models, test_sets=test_sets, name=corpus, progress=progress, **params
        )
    if saved is not None:
        save_lab(result, saved, overwrite=force)
        click.echo(f"saved {saved}", err=True)
    if markdown == "-":
        click.echo(result.to_markdown(), nl=False)
    elif markdown:
        write_output(markdown, result.to_markdown())
    elif as_json:
        emit_json(result.to_dict())
    else:
        rows = result.rows()
        print_table(list(rows[0]), [list(row.values()) for row in rows])

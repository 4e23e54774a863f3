"""Whole models: maps, scores, and the grid of tokenizers and models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import (
    corpus_options,
    emit_json,
    json_option,
    model_option,
    parse_settings,
    print_table,
    read_text,
    seed_option,
    training_options,
    write_output,
)
from explorer.core.errors import BadInput
from explorer.core.progress import ProgressCallback, terminal_progress

if TYPE_CHECKING:
    from explorer.analysis.model_comparison import ModelComparison
    from explorer.analysis.scores import Score, Section

_ENDINGS = (".csv", ".json")


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
@click.option("--out", help="Write the coordinates to this .csv or .json file.")
@json_option
def project(model: str, words_file: str | None, top: int | None, out: str | None, as_json: bool, **options: Any) -> None:
    """Coordinates of a model's words on a map, with how far the map can be trusted."""
    from explorer.analysis.projection import project as make_map
    from explorer.static.load import load

    ending = Path(out or "").suffix.lower()
    if out and ending not in _ENDINGS:
        raise BadInput("cli.map_ending", path=out, endings=", ".join(_ENDINGS))
    with terminal_progress() as progress:
        vectors = load(model, progress=progress)
        chosen = _words(words_file)
        if chosen is None and top is not None:
            chosen = list(vectors.most_frequent(top))
        result = make_map(vectors, words=chosen, progress=progress, **options)
    click.echo(f"{len(result.keys):,} words, trustworthiness {result.trustworthiness:.3f}", err=True)
    if out:
        written = json.dumps(result.to_dict(), ensure_ascii=False) if ending == ".json" else result.to_csv()
        write_output(out, written)
    elif as_json:
        emit_json(result.to_dict())
    else:
        rows = zip(result.keys, *result.coords.T.tolist(), result.trust.tolist(), strict=True)
        print_table(("key", *(f"x{axis + 1}" for axis in range(result.dims)), "trust"), list(rows))


def _words(path: str | None) -> list[str] | None:
    if path is None:
        return None
    from explorer.text.reading import decode

    text = read_text(path) if path == "-" else decode(Path(path).read_bytes()).text
    return [line.strip() for line in text.splitlines() if line.strip()]


@click.command()
@model_option
@click.argument("test_sets", nargs=-1, required=True)
@click.option(
    "--method",
    default="3cosadd",
    show_default=True,
    type=click.Choice(["3cosadd", "3cosmul", "direction", "all"]),
    help="How analogies are answered.",
)
@click.option(
    "--resolve",
    default="form",
    show_default=True,
    type=click.Choice(["exact", "form", "analysed", "composed", "subword"]),
    help="How far a test word may be from a key.",
)
@click.option("--against", multiple=True, help="Compare with this model on what all of them cover; may be repeated.")
@click.option("--fetch", is_flag=True, help="Download the test sets known by name (ws353-ko, kwat) that are not here yet.")
@json_option
def evaluate(
    model: str, test_sets: tuple[str, ...], method: str, resolve: str, against: tuple[str, ...], fetch: bool, as_json: bool
) -> None:
    """Score a model on TEST_SETS: word-similarity CSV files, analogy files (": section" lines, four words each) or names.

    ws353-ko and kwat name the Korean WordSim-353 and 10,000 Korean analogies; --fetch downloads them once. relations names 31 relations
    that ship, asked as analogies; relations-dev is the half of them for choosing parameters, relations-test the half for scoring.
    """
    from explorer.static.load import load

    with terminal_progress() as progress:
        if fetch:
            _fetch_sets(test_sets, progress)
        vectors = load(model, progress=progress)
        options: dict[str, Any] = {"method": method, "resolve": resolve, "progress": progress}
        if against:
            from explorer.analysis.model_comparison import compare_models

            models = [vectors, *(load(other, progress=progress) for other in against)]
            compared = [compare_models(models, test_set, **options) for test_set in test_sets]
        else:
            from explorer.analysis.evaluation import evaluate as score_on

            scores = [score_on(vectors, test_set, **options) for test_set in test_sets]
    if against:
        _print_comparisons(compared, as_json)
        return
    if as_json:
        emit_json([score.to_dict() for score in scores])
        return
    for score in scores:
        _print_score(score)


def _fetch_sets(names: tuple[str, ...], progress: ProgressCallback | None) -> None:
    """Download what is known by name and not here yet."""
    from corpora.catalogue import Part
    from corpora.fetch import download
    from explorer.analysis.test_sets import SOURCES, stored_path

    for name in names:
        if name in SOURCES and not stored_path(name).is_file():
            download(Part(*SOURCES[name]), stored_path(name).parent, progress)


def _print_score(score: Score) -> None:
    """A row for the whole and each section; for analogies every method, the baseline and the distance beside it."""
    columns = ["test set", "metric", "value", "low", "high", "coverage"]
    parts: list[tuple[str, Score | Section]] = [
        (score.name, score),
        *((f"  {part.name}", part) for part in (*score.kinds, *score.sections)),
    ]
    rows: list[list[Any]] = [
        [name, part.metric, part.value, part.low, part.high, f"{part.covered}/{part.total}"] for name, part in parts
    ]
    if score.kind == "analogy":
        others = [name for name in score.details["by_method"] if name != score.method]
        columns += ["of all", *others, "neighbour of c", "words included", "distance", "impossible"]
        told = [score.details, *(part.to_dict() for part in (*score.kinds, *score.sections))]
        for row, part in zip(rows, told, strict=True):
            row += [part["of_all"], *(part["by_method"].get(name) for name in others)]
            row += [part["baseline"], part["included"], part["distance"], part["impossible"]]
    print_table(columns, rows)
    click.echo(f"{score.name}: mean cosine of random pairs of words {score.random_pair_cosine:.3f}", err=True)


def _print_comparisons(compared: list[ModelComparison], as_json: bool) -> None:
    if as_json:
        emit_json([each.to_dict() for each in compared])
        return
    for each in compared:
        rows = [
            (own.model, own.value, f"{own.covered}/{each.total}", shared.value, shared.low, shared.high)
            for own, shared in zip(each.own, each.shared, strict=True)
        ]
        shared_column = f"{each.metric} on the {each.common} in common"
        print_table((each.name, f"own {each.metric}", "coverage", shared_column, "low", "high"), rows)
        for gap in each.differences:
            click.echo(f"{gap.model} - {gap.against}: {gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]", err=True)


@click.command()
@corpus_options
@click.option(
    "-t", "--tokenizer", "tokenizers", multiple=True, default=("kiwi", "eojeol"), show_default=True, help="Give it again."
)
@click.option("-m", "--model", "models", multiple=True, default=("word2vec",), show_default=True, help="Give it again.")
@click.option("--test", "test_sets", multiple=True, help="Similarity pairs or analogies: a file; give it again.")
@training_options
@click.option("--markdown", help='Write the table as Markdown to this file ("-" prints it).')
@json_option
def lab(
    corpus: str,
    field: str | None,
    tokenizers: tuple[str, ...],
    models: tuple[str, ...],
    test_sets: tuple[str, ...],
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
            open_corpus(corpus, field=field), tokenizers, models, test_sets=test_sets, name=corpus, progress=progress, **params
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

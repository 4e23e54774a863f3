"""Whole-model questions: maps and scores."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from explorer.cli.common import emit_json, json_option, model_option, print_table, write_output
from explorer.core.progress import terminal_progress


@click.command()
@model_option
@click.option("--method", default="umap", show_default=True, type=click.Choice(["umap", "pca", "tsne"]))
@click.option("--dims", default=2, show_default=True, type=click.IntRange(2, 3))
@click.option("--words", "words_file", type=click.Path(), help='Only these words: a file, one a line ("-" for standard input).')
@click.option("--top", type=click.IntRange(10), help="Only the most frequent so many words.")
@click.option("--seed", default=42, show_default=True)
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
def project(
    model: str,
    method: str,
    dims: int,
    words_file: str | None,
    top: int | None,
    seed: int,
    n_neighbors: int,
    out: str | None,
    as_json: bool,
) -> None:
    """Coordinates of a model's words on a map, with how far the map can be trusted."""
    from explorer.analysis.projection import project as make_map
    from explorer.models.loading import load

    with terminal_progress() as progress:
        vectors = load(model, progress=progress)
        chosen = _words(words_file)
        if chosen is None and top is not None:
            chosen = list(vectors.most_frequent(top))
        result = make_map(
            vectors, method=method, dims=dims, words=chosen, seed=seed, n_neighbors=n_neighbors, progress=progress
        )
    click.echo(f"{len(result.keys):,} words, trustworthiness {result.trustworthiness:.3f}", err=True)
    if out:
        if out.endswith(".json"):
            import json

            write_output(out, json.dumps(result.to_dict(), ensure_ascii=False))
        else:
            write_output(out, result.to_frame().to_csv(index=False))
    elif as_json:
        emit_json(result.to_dict())
    else:
        axes = [f"x{axis + 1}" for axis in range(dims)]
        rows = [
            (key, *map(float, point), float(trust))
            for key, point, trust in zip(result.keys, result.coords, result.trust, strict=True)
        ]
        print_table(("key", *axes, "trust"), rows)


def _words(path: str | None) -> list[str] | None:
    if path is None:
        return None
    from explorer.text.reading import decode

    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    return [line.strip() for line in decode(data).text.splitlines() if line.strip()]


@click.command()
@model_option
@click.argument("test_sets", nargs=-1, required=True)
@json_option
def evaluate(model: str, test_sets: tuple[str, ...], as_json: bool) -> None:
    """Score a model on TEST_SETS: word-similarity CSV files or analogy files (": section" lines, four words each)."""
    from explorer.analysis.evaluation import evaluate as score_on
    from explorer.models.loading import load

    with terminal_progress() as progress:
        vectors = load(model, progress=progress)
        scores = [score_on(vectors, test_set) for test_set in test_sets]
    if as_json:
        emit_json([score.to_dict() | {"model": model} for score in scores])
        return
    rows: list[tuple[Any, ...]] = []
    for score in scores:
        rows.append((score.name, score.metric, score.value, score.low, score.high, f"{score.covered}/{score.total}"))
        rows += [(f"  {s.name}", s.metric, s.value, s.low, s.high, f"{s.covered}/{s.total}") for s in score.sections]
    print_table(("test set", "metric", "value", "low", "high", "coverage"), rows)

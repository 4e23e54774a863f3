"""The command ``documents``: a map of texts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from explorer.cli.common import emit_json, json_option, print_table, read_text, seed_option, shown, write_output
from explorer.core.errors import BadInput
from explorer.core.progress import terminal_progress

if TYPE_CHECKING:
    from explorer.analysis.document_records import DocumentMap

_FIRST = 200


@click.command()
@click.argument("file", required=False)
@click.option("--corpus", help="Take the documents from a corpus: sample, a stored one, a file or a folder.")
@click.option("--label", help="The column or field of the label; label, class, 분류 … are found by themselves.")
@click.option(
    "--by",
    default="document",
    show_default=True,
    type=click.Choice(["document", "line", "sentence"]),
    help="What is one point.",
)
@click.option("--most", type=click.IntRange(5, 10_000_000), help="Only the first so many.")
@click.option("-m", "--model", help="Static vectors: a model's name (see `models list`) or a file; korean by default.")
@click.option("-e", "--encoder", help="An encoder instead: mini, a checkpoint's folder, or a Hugging Face id.")
@click.option("--method", default="umap", show_default=True, type=click.Choice(["umap", "pca", "tsne"]))
@click.option("--neighbors", "n_neighbors", type=click.IntRange(2, 1000), help="UMAP: size of a neighbourhood.")
@click.option("--count", "counts", type=int, multiple=True, help="Regions of a layer, the fewest first; give it again.")
@seed_option("Same seed: same map.")
@click.option("--find", "query", help="Only the documents with this word: 학교에서 finds 학교, ㅎㄱ finds 학교 and 한국.")
@click.option("--out", help="Write the map to this file: its ending says what, .html, .csv or .json.")
@json_option
def documents(
    file: str | None, corpus: str | None, label: str | None, by: str, most: int | None, query: str | None, out: str | None,
    as_json: bool, **options: Any,
) -> None:  # fmt: skip
    """Put documents on a map and name its regions from their morphemes.

    Documents are the lines or rows of FILE (text, CSV, TSV, JSON lines; "-" for standard input), or those of a corpus.

    \b
    Example:  korean-explorer documents reviews.csv --label sentiment
              korean-explorer documents --corpus sample --find 학교에서
              korean-explorer documents reviews.csv --out map.html
    """
    from corpora.labelled import documents_of, pasted_documents
    from explorer.analysis.document_files import WRITERS
    from explorer.analysis.documents import map_documents
    from explorer.analysis.map_files import check_ending

    if file is not None and corpus is not None:
        raise BadInput("cli.lines_and_corpus")
    ending = check_ending(out, WRITERS) if out else ""
    if corpus is None and file in (None, "-"):
        texts, labels = pasted_documents(read_text(file), label, by, most)
    else:
        texts, labels = documents_of(corpus or Path(str(file)), label, by, most)  # type: ignore[assignment]
    given = {name: value for name, value in options.items() if value not in (None, ())}
    with terminal_progress() as progress:
        found = map_documents(texts, labels, keep=True, progress=progress, **given)
    _say(found)
    if out:
        write_output(out, WRITERS[ending](found))
    if query is not None:
        _print_found(found, query, as_json)
    elif out:
        return
    elif as_json:
        emit_json(found.to_dict())
    else:
        print_table(
            ("layer", "name", "size", "document"),
            [
                (level, one.name, one.size, shown(found.texts[one.document]))
                for level, layer in enumerate(found.layers)
                for one in layer.regions
            ],
        )


def _say(found: DocumentMap) -> None:
    placed = found.projection
    click.echo(f"{len(found):,} documents, trustworthiness {placed.trustworthiness:.3f}", err=True)
    if found.missing:
        click.echo(f"without a vector, as {found.model} knows none of their words: {found.missing:,}", err=True)


def _print_found(found: DocumentMap, query: str, as_json: bool) -> None:
    rows = found.find(query)
    telling = found.telling(rows, 8)
    if as_json:
        listed = [{"number": int(found.numbers[row]) + 1, "label": found.label(row), "text": found.text(row)} for row in rows]
        emit_json({"query": query, "documents": listed, "telling": [one.to_dict() for one in telling]})
        return
    print_table(
        ("number", "label", "document"),
        [(int(found.numbers[row]) + 1, found.label(row), shown(found.text(row))) for row in rows[:_FIRST]],
    )
    click.echo(f"{len(rows):,}: " + " · ".join(one.word for one in telling), err=True)

"""One file to documents, whatever it is: looks at the content and chooses the reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from corpora.document import Document
from corpora.readers.inputs import Buffered, Input
from corpora.readers.lines import Lines
from corpora.readers.markup import clean
from corpora.readers.report import Report
from corpora.readers.sniff import Shape, sniff
from explorer.core.errors import BadInput

__all__ = ["read_input"]

_JSON_PIECE = 1 << 20
_WITH_FIELDS = {"table", "jsonl", "json", "parquet"}
_WIKI = {"wikiextractor", "mediawiki"}


def read_input(
    one: Input,
    field: str | None,
    report: Report,
    tell: Callable[[int], None] | None = None,
    *,
    clean_markup: bool | None = None,
) -> Iterator[Document]:
    """The documents of one input, streamed.

    Args:
        one: the file or archive member.
        field: which column or field holds the text, for tables, JSON and Parquet; guessed if ``None``.
        report: what else was met.
        tell: called with the number of bytes read so far, as they are on disk.
        clean_markup: whether :func:`~corpora.readers.markup.clean` goes over every text; ``None``: of the wiki formats only.

    Raises:
        BadInput: the file cannot be read; names it and the place.
    """
    with one.open(tell) as source:
        if not source.peek(1):
            report.note("files", f"{one.name}: an empty file")
            return
        shape = sniff(source, one.name)
        if field and shape.form not in _WITH_FIELDS:
            raise BadInput("corpora.field_without_columns", name=one.name, form=_WORDS[shape.form], field=field)
        documents = _read(source, one, shape, field, report)
        if clean_markup or (clean_markup is None and shape.form in _WIKI):
            documents = _cleaned(documents, one.name, report)
        yield from documents


def _cleaned(documents: Iterator[Document], name: str, report: Report) -> Iterator[Document]:
    for document in documents:
        made = clean(document.text)
        place = f"{name}, document {document.id}"
        for kind, count in made.counts.items():
            report.note(kind, place, count)
        if made.text:
            yield replace(document, text=made.text)
        else:
            report.note("empty", place)


_WORDS = {
    "plain": "plain text",
    "paragraphs": "plain text",
    "wikiextractor": "WikiExtractor text",
    "mediawiki": "a MediaWiki dump",
    "conllu": "CoNLL-U",
}


def _read(source: Buffered, one: Input, shape: Shape, field: str | None, report: Report) -> Iterator[Document]:
    if shape.form == "parquet":
        from corpora.readers.parquet import read_parquet

        yield from read_parquet(one, source, field, report)
        return
    if shape.form == "mediawiki":
        from corpora.readers.mediawiki import read_mediawiki

        report.file("utf-8", _WORDS[shape.form])
        yield from read_mediawiki(source, one.name, report)
        return
    # A JSON array is often one line; its reader puts the pieces together again.
    lines = Lines(source, one.name, report, max_line=_JSON_PIECE if shape.form == "json" else None)
    if shape.form == "table":
        from corpora.readers.tables import read_table

        yield from read_table(lines, shape, field, report)
        return
    if shape.form in ("json", "jsonl"):
        from corpora.readers import jsons

        yield from (jsons.read_json if shape.form == "json" else jsons.read_jsonl)(lines, field, report)
        return
    report.file(lines.encoding, _WORDS[shape.form])
    if shape.form == "wikiextractor":
        from corpora.readers.wikiextractor import read_wikiextractor

        yield from read_wikiextractor(lines, report)
    elif shape.form == "conllu":
        from corpora.readers.conllu import read_conllu

        yield from read_conllu(lines, report)
    else:
        from corpora.readers.plain import read_lines, read_paragraphs

        yield from (read_paragraphs if shape.form == "paragraphs" else read_lines)(lines, report)

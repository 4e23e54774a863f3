"""Texts with labels: a table of two columns, lines of a text, a tab and its label, or any corpus, whose labels may be missing."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from corpora.corpus import Corpus, open_corpus
from corpora.readers.fields import TEXT_NAMES
from explorer.core.errors import BadInput, listing

__all__ = [
    "BY",
    "LABEL_NAMES",
    "documents_of",
    "drawn",
    "label_column",
    "label_field",
    "labelled_lines",
    "labelled_texts",
    "pasted_documents",
]

BY = ("document", "line", "sentence")
"""What of a corpus may count as a document."""

LABEL_NAMES = ("label", "labels", "class", "category", "sentiment", "레이블", "라벨", "분류", "감정", "평가", "topic", "주제")
"""Columns that are taken for the label where none is named."""

Labelled = list[tuple[str, str]]


def labelled_texts(
    where: str | Path | Corpus, text_column: str | None = None, label_column: str | None = None, most: int | None = None
) -> Labelled:
    """Texts and labels of a table (CSV, TSV, JSON lines, Parquet; in any Korean encoding, compressed or not).

    Args:
        where: a file, a folder, a pattern, or a stored corpus whose documents say the label.
        text_column, label_column: by name, or by number from 1 where there is no header; guessed if left out, or as it was said
            when the corpus was stored.
        most: read no more rows than that.

    Returns:
        ``(text, label)`` of every row that has both, as NFC.

    Raises:
        BadInput: no such column, none that can be taken for the label, or no row at all.
    """
    corpus = open_corpus(where, field=text_column)
    found: Labelled = []
    label_column = label_column or corpus.info().get("label")
    chosen = label_column
    for document in corpus.documents():
        if chosen is None or (not found and chosen not in document.meta):
            chosen = _column(list(document.meta), label_column, corpus.name)
        said = document.meta.get(chosen)
        label = "" if said is None else _plain(str(said))
        if label and document.text.strip():
            found.append((document.text, label))
            if len(found) == most:
                break
    return found


def label_field(where: str | Path | Corpus, wanted: str | None = None) -> tuple[str, list[str]]:
    r"""Which column or field of a corpus is the label, and which there are beside the text; only its first document is read.

    Args:
        where: as :func:`labelled_texts` takes it.
        wanted: by name; if left out, as it was said when the corpus was stored, else guessed.

    Raises:
        BadInput: no such column, or none that can be taken for the label.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "r.csv").write_text("document,label,genre\n좋다,1,극\n", encoding="utf-8")
    ...     label_field(Path(folder, "r.csv"))
    ('label', ['label', 'genre'])
    """
    corpus = open_corpus(where)
    first = next(corpus.documents(), None)
    known = list(first.meta) if first else []
    return _column(known, wanted or corpus.info().get("label"), corpus.name), known


def drawn(labelled: Labelled, most: int, seed: int) -> Labelled:
    """At most so many of the texts, drawn at random, in the order they had: a table is often sorted by its labels.

    >>> drawn([("가", "1"), ("나", "2"), ("다", "3")], 2, 42)
    [('나', '2'), ('다', '3')]
    """
    if len(labelled) <= most:
        return labelled
    import numpy as np

    return [labelled[row] for row in np.sort(np.random.default_rng([seed, 37]).permutation(len(labelled))[:most])]


def label_column(known: Sequence[str]) -> str | None:
    """Which of the columns is called as labels are.

    >>> label_column(["id", "document", "Label"])
    'Label'
    """
    return _guessed(known)


def _guessed(known: Iterable[str]) -> str | None:
    lowered = {name.strip().lower(): name for name in known}
    return next((lowered[name] for name in LABEL_NAMES if name in lowered), None)


def _column(known: list[str], wanted: str | None, place: str) -> str:
    lowered = {name.strip().lower(): name for name in known}
    if wanted is not None:
        if wanted.strip().lower() in lowered:
            return lowered[wanted.strip().lower()]
        raise BadInput("corpora.no_label_column", place=place, column=wanted, known=listing(known) or "–")
    found = _guessed(known) or (known[0] if len(known) == 1 else None)
    if found is None:
        raise BadInput("corpora.label_column_missing", place=place, known=listing(known) or "–")
    return found


def documents_of(
    where: str | Path | Corpus, label_column: str | None = None, by: str = "document", most: int | None = None
) -> tuple[Iterator[str], list[str]]:
    """The texts of a corpus as a stream, and a list of their labels that fills as they go by: ``""`` where there is none.

    Args:
        where: as :func:`labelled_texts` takes it.
        label_column: the column or field of the label; if left out, what was said when the corpus was stored, else one of
            :data:`LABEL_NAMES` where the corpus has one.
        by: whether documents, their lines or their sentences are read; each has the label of its document.
        most: read no more than that.

    Raises:
        BadInput: no such column, or an unknown ``by``.
    """
    if by not in BY:
        raise BadInput("corpora.unknown_by", by=by, known=", ".join(BY))
    corpus = open_corpus(where)
    labels: list[str] = []
    stored = corpus.info().get("label")
    chosen = label_column

    def parts() -> Iterator[str]:
        nonlocal chosen
        for document in corpus.documents():
            if label_column is not None and not labels:
                chosen = _column(list(document.meta), label_column, corpus.name)
            elif chosen is None and document.meta:
                chosen = stored if stored in document.meta else _guessed(document.meta)
            said = document.meta.get(chosen) if chosen else None
            label = "" if said is None else _plain(str(said))
            for text in _parts(document.text, by):
                labels.append(label)
                yield text

    return islice(parts(), most), labels


def _parts(text: str, by: str) -> Iterator[str]:
    from explorer.text.sentences import split_sentences

    parts = [text] if by == "document" else split_sentences(text, "line" if by == "line" else "kiwi")
    return (part for part in parts if part.strip())


def pasted_documents(
    text: str, label_column: str | None = None, by: str = "document", most: int | None = None
) -> tuple[list[str], list[str]]:
    r"""Texts and labels of what a person pastes: a table whose first line names its columns, else one text a line.

    Args:
        text: what was pasted.
        label_column, by, most: as :func:`documents_of` takes them.

    Raises:
        BadInput: a quoted cell of the table never ends, an unknown ``by``, or no such column: lines have none.

    >>> pasted_documents("문장,분류\n\"재미있다, 정말\",좋음\n지루하다,나쁨")
    (['재미있다, 정말', '지루하다'], ['좋음', '나쁨'])
    >>> pasted_documents("재미있다, 정말\n\n지루하다")
    (['재미있다, 정말', '지루하다'], ['', ''])
    """
    head = text.lstrip("\ufeff \n").partition("\n")[0]
    names = {sign: [cell.strip().strip('"').lower() for cell in head.split(sign)] for sign in ",\t"}
    sign = next((sign for sign, cells in names.items() if len(cells) > 1 and set(cells) & set(TEXT_NAMES)), None)
    if sign is None:
        if by not in BY:
            raise BadInput("corpora.unknown_by", by=by, known=", ".join(BY))
        if label_column is not None:
            raise BadInput("corpora.no_label_column", place="-", column=label_column, known="–")
        lines = (line.strip() for line in text.splitlines())
        found = list(islice((part for line in lines if line for part in _parts(line, by)), most))
        return found, [""] * len(found)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("pasted.csv" if sign == "," else "pasted.tsv")
        path.write_text(text, encoding="utf-8")
        corpus = open_corpus(path)
        corpus.name = path.name  # where it lies for the moment is nobody's business
        texts, labels = documents_of(corpus, label_column, by, most)
        return list(texts), labels


def labelled_lines(lines: Iterable[str]) -> Labelled:
    r"""Texts and labels of lines as a person types or pastes them; empty lines count for nothing.

    Raises:
        BadInput: a line has no tab.

    >>> labelled_lines(["재미있다\t좋음", "", "지루하다\t나쁨"])
    [('재미있다', '좋음'), ('지루하다', '나쁨')]
    """
    found: Labelled = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        text, tab, label = line.rpartition("\t")
        if not tab or not label.strip() or not text.strip():
            raise BadInput("corpora.label_not_after_tab", line=number)
        found.append((_plain(text), _plain(label)))
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()

"""Texts with labels: a table of two columns, or lines of a text, a tab and its label."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from corpora.corpus import Corpus, open_corpus
from explorer.core.errors import BadInput, listing

__all__ = ["LABEL_NAMES", "labelled_lines", "labelled_texts"]

LABEL_NAMES = ("label", "labels", "class", "category", "sentiment", "레이블", "라벨", "분류", "감정", "평가")
"""Columns that are taken for the label where none is named."""

Labelled = list[tuple[str, str]]


def labelled_texts(
    where: str | Path | Corpus, text_column: str | None = None, label_column: str | None = None, most: int | None = None
) -> Labelled:
    """Texts and labels of a table (CSV, TSV, JSON lines, Parquet; in any Korean encoding, compressed or not).

    Args:
        where: a file, a folder, a pattern, or a stored corpus whose documents say the label.
        text_column, label_column: by name, or by number from 1 where there is no header; guessed if left out.
        most: read no more rows than that.

    Returns:
        ``(text, label)`` of every row that has both, as NFC.

    Raises:
        BadInput: no such column, none that can be taken for the label, or no row at all.
    """
    corpus = open_corpus(where, field=text_column)
    found: Labelled = []
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


def _column(known: list[str], wanted: str | None, place: str) -> str:
    lowered = {name.strip().lower(): name for name in known}
    if wanted is not None:
        if wanted.strip().lower() in lowered:
            return lowered[wanted.strip().lower()]
        raise BadInput("corpora.no_label_column", place=place, column=wanted, known=listing(known) or "–")
    found = next((lowered[name] for name in LABEL_NAMES if name in lowered), known[0] if len(known) == 1 else None)
    if found is None:
        raise BadInput("corpora.label_column_missing", place=place, known=listing(known) or "–")
    return found


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

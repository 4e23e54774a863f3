"""Plain text: a document a line, or a paragraph where lines are cut at a fixed width."""

from __future__ import annotations

from collections.abc import Iterator

from corpora.document import Document
from corpora.readers.lines import Lines
from corpora.readers.report import Report

__all__ = ["MAX_DOCUMENT", "pieces", "read_lines", "read_paragraphs"]

MAX_DOCUMENT = 2_000_000
"""Characters of one document; a longer one is kept in pieces."""


def pieces(text: str) -> Iterator[str]:
    """``text`` in pieces of at most :data:`MAX_DOCUMENT` characters, cut at line ends or spaces where there are any."""
    start = 0
    while len(text) - start > MAX_DOCUMENT:
        end = start + MAX_DOCUMENT
        for mark in ("\n", " "):
            at = text.rfind(mark, start + MAX_DOCUMENT // 2, end)
            if at > 0:
                end = at + 1
                break
        yield text[start:end]
        start = end
    yield text[start:]


def read_lines(lines: Lines, report: Report) -> Iterator[Document]:
    """Every line that is not blank, as ``file:line``."""
    name = lines.name
    for line in lines:
        text = line.strip()
        if not text:
            continue
        if len(text) <= MAX_DOCUMENT and not lines.piece:
            yield Document(f"{name}:{lines.line}", text)
            continue
        if lines.piece <= 1:
            report.note("cut", lines.place)
        for part in pieces(text):
            yield Document(f"{name}:{lines.line}", part)


def read_paragraphs(lines: Lines, report: Report) -> Iterator[Document]:
    """Paragraphs between blank lines, their lines joined by spaces, named after their first line."""
    held: list[str] = []
    size = first = 0
    for line in lines:
        text = line.strip()
        if text:
            if not held:
                first = lines.line
            held.append(text)
            size += len(text) + 1
            if size <= MAX_DOCUMENT:
                continue
            report.note("cut", f"{lines.name}:{first}")
        if held:
            for part in pieces(" ".join(held)):
                yield Document(f"{lines.name}:{first}", part)
            held, size = [], 0
    if held:
        yield Document(f"{lines.name}:{first}", " ".join(held))

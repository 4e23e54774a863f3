"""CoNLL-U: the sentences of a treebank as comments and rows of ten columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

__all__ = ["ConlluSentence", "conllu_sentences"]

_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class ConlluSentence:
    """One sentence as it stands in the file.

    Attributes:
        comments: ``# key = value`` lines by key; the value is empty where there is none.
        rows: ID FORM LEMMA UPOS XPOS FEATS HEAD DEPREL DEPS MISC of each line.
        line: number of the first row.
    """

    comments: dict[str, str]
    rows: list[list[str]]
    line: int


def conllu_sentences(lines: Iterable[tuple[int, str]], odd: Callable[[int, int], object]) -> Iterator[ConlluSentence]:
    r"""Sentences of numbered lines.

    Args:
        lines: ``(number, line)``, without line ends.
        odd: told the number and the columns of a line that has not ten of them; the line is left out unless it raises.

    >>> row = "1\t왕\t왕\tNOUN\tNNG\t_\t0\troot\t_\t_"
    >>> [sentence.comments for sentence in conllu_sentences(enumerate(["# text = 왕", row, ""], 1), print)]
    [{'text': '왕'}]
    """
    comments: dict[str, str] = {}
    rows: list[list[str]] = []
    first = 0
    for number, line in lines:
        if line.startswith("#"):
            key, _, value = line[1:].partition("=")
            comments[key.strip()] = value.strip()
        elif line.strip():
            first = first or number
            row = line.split("\t")
            if len(row) == _COLUMNS:
                rows.append(row)
            else:
                odd(number, len(row))
        elif rows:
            yield ConlluSentence(comments, rows, first)
            comments, rows, first = {}, [], 0
    if rows:
        yield ConlluSentence(comments, rows, first)

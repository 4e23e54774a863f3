"""Test sets in files: pairs of words with people's judgements, analogies in sections, and relations that make analogies."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from explorer.core.errors import BadInput
from explorer.core.evaluation_sets import evaluation_sets, set_file
from explorer.core.paths import expanded
from explorer.text.reading import decode

__all__ = ["PARTS", "SHIPPED", "AnalogySet", "Question", "SimilaritySet", "read_test_set"]

SHIPPED = {"relations": slice(None), "relations-dev": slice(0, None, 2), "relations-test": slice(1, None, 2)}
"""The test set written for this project (CC0), and its halves: every other relation for choosing parameters, the rest for scoring."""

_RELATIONS = Path(__file__).parent / "data" / "relations.tsv"
_HEADER = ["relation", "kind", "parts", "pairs"]

PARTS = {
    "noun": ("NNG", "NNP", "NP", "NR", "NNB"),
    "name": ("NNP", "NNG", "NNB"),
    "unit": ("NNB", "NNBC", "NNG", "NNP"),
    "verb": ("VV", "VA", "VX"),
    "adjective": ("VA", "VV"),
    "adverb": ("MAG", "IC", "NNG"),
}
"""Parts of speech a relation's file may name, and the tags of the keys that are taken for its words, the most wanted first."""


@dataclass(frozen=True, slots=True)
class SimilaritySet:
    """Pairs of words and how similar people find them; repeated pairs stay, as published scores count them."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    scores: tuple[float, ...]

    @property
    def items(self) -> tuple[tuple[str, ...], ...]:
        """The words of each pair."""
        return self.pairs

    def part(self, places: Iterable[int]) -> SimilaritySet:
        """Some of the pairs, under the same name."""
        chosen = list(places)
        return SimilaritySet(self.name, tuple(self.pairs[at] for at in chosen), tuple(self.scores[at] for at in chosen))


@dataclass(frozen=True, slots=True)
class Question:
    """a is to b as c is to d, in a section.

    Attributes:
        section: its name.
        words: a, b, c and d.
        also: other right answers than d.
        parts: parts of speech of a and c, and of b and d (:data:`PARTS`); empty where unknown.
        kind: ``"syntactic"`` or ``"semantic"``; empty where unknown.
    """

    section: str
    words: tuple[str, str, str, str]
    also: tuple[str, ...] = ()
    parts: tuple[str, str] = ("", "")
    kind: str = ""


@dataclass(frozen=True, slots=True)
class AnalogySet:
    """Analogy questions in the order of the file."""

    name: str
    questions: tuple[Question, ...]

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the sections, in order."""
        return tuple(dict.fromkeys(question.section for question in self.questions))

    @property
    def items(self) -> tuple[tuple[str, ...], ...]:
        """The words of each question."""
        return tuple(question.words for question in self.questions)

    def part(self, places: Iterable[int]) -> AnalogySet:
        """Some of the questions, under the same name."""
        return AnalogySet(self.name, tuple(self.questions[at] for at in places))


def _find(name_or_path: str | Path) -> tuple[str, Path]:
    path = expanded(name_or_path)
    if isinstance(name_or_path, str) and name_or_path in evaluation_sets():
        if path.is_file() and evaluation_sets()[name_or_path].where != "fetched":
            return name_or_path, path
        return name_or_path, set_file(name_or_path)
    if not path.is_file():
        raise BadInput("analysis.no_such_test_set", name=str(name_or_path), allowed=", ".join(evaluation_sets()))
    return path.stem, path


def read_test_set(name_or_path: str | Path) -> SimilaritySet | AnalogySet:
    """Read a test set; lines that begin with ``:`` make it an analogy set, a first line ``relation kind parts pairs`` relations.

    Every line of relations has four columns with tabs between them: the relation's name, its kind (``syntactic`` or ``semantic``), the
    parts of speech (``verb:noun``), and pairs with spaces between them, ``word:answer|answer``. They are asked as analogies: every
    pair beside every other one of its relation, but for those whose answer stands in the question.

    Raises:
        BadInput: no such file, or a line that is not as it should be; names the line.
        Unavailable: a known name whose file is not on this machine.
    """
    if isinstance(name_or_path, str) and name_or_path in SHIPPED:
        return _relations(name_or_path, _RELATIONS, _RELATIONS.read_text(encoding="utf-8").splitlines(), SHIPPED[name_or_path])
    name, path = _find(name_or_path)
    try:
        text = decode(path.read_bytes()).text
    except OSError as error:
        raise BadInput("analysis.test_file_unreadable", path=path, reason=error.strerror) from error
    lines = text.splitlines()
    if lines and lines[0].split("\t") == _HEADER:
        return _relations(name, path, lines)
    if any(line.startswith(":") for line in lines):
        return _analogies(name, path, lines)
    return _pairs(name, path, lines)


def _analogies(name: str, path: Path, lines: list[str]) -> AnalogySet:
    questions: list[Question] = []
    section = ""
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields:
            continue
        if line.startswith(":"):
            section = line.lstrip(":").strip()
            continue
        if len(fields) != 4:
            raise BadInput("analysis.question_word_count", line=number, path=path, count=len(fields))
        if not section:
            raise BadInput("analysis.line_before_section", line=number, path=path)
        questions.append(Question(section, (fields[0], fields[1], fields[2], fields[3])))
    if not questions:
        raise BadInput("analysis.sections_without_questions", path=path)
    return AnalogySet(name, tuple(questions))


def _relations(name: str, path: Path, lines: list[str], chosen: slice = slice(None)) -> AnalogySet:
    rows = [(number, line.split("\t")) for number, line in enumerate(lines[1:], 2) if line.strip()]
    questions: list[Question] = []
    for number, row in rows[chosen]:
        parts = tuple(row[2].split(":")) if len(row) == len(_HEADER) else ()
        pairs = [tuple(pair.split(":")) for pair in row[-1].split()]
        if len(parts) != 2 or not PARTS.keys() >= set(parts) or not all(len(pair) == 2 and all(pair) for pair in pairs):
            raise BadInput("analysis.relation_malformed", line=number, path=path, allowed=", ".join(PARTS))
        for start, end in pairs:
            for word, answers in pairs:
                first, shown, right = end.split("|")[0], (start, end.split("|")[0], word), answers.split("|")
                if (start, end) != (word, answers) and not set(right) <= set(shown):
                    words = (start, first, word, right[0])
                    questions.append(Question(row[0], words, tuple(right[1:]), (parts[0], parts[1]), row[1]))
    if not questions:
        raise BadInput("analysis.sections_without_questions", path=path)
    return AnalogySet(name, tuple(questions))


def _number(field: str) -> float | None:
    try:
        value = float(field)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _pairs(name: str, path: Path, lines: list[str]) -> SimilaritySet:
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not filled:
        raise BadInput("analysis.test_file_empty", path=path)
    delimiter = next((mark for mark in ("\t", ",", ";") if mark in filled[0][1]), None)
    pairs: list[tuple[str, str]] = []
    scores: list[float] = []
    for place, (number, line) in enumerate(filled):
        fields = line.split() if delimiter is None else next(csv.reader(io.StringIO(line), delimiter=delimiter))
        fields = [field.strip() for field in fields]
        if len(fields) < 3:
            raise BadInput("analysis.pair_column_count", line=number, path=path, count=len(fields))
        score = _number(fields[2])
        if score is None and place == 0:
            continue  # the header
        if score is None or not fields[0] or not fields[1]:
            raise BadInput("analysis.pair_malformed", line=number, path=path)
        pairs.append((fields[0], fields[1]))
        scores.append(score)
    if not pairs:
        raise BadInput("analysis.header_without_pairs", path=path)
    return SimilaritySet(name, tuple(pairs), tuple(scores))

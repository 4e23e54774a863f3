"""Test sets of words in sentences, and of pairs of sentences: tables whose columns are known by their names, else by what they hold.

Three kinds: pairs of sentences with one word, the same sense or not (word in context: Pilehvar & Camacho-Collados 2019,
https://aclanthology.org/N19-1128/; in Korean KoBEST, Jang et al. 2022, https://aclanthology.org/2022.coling-1.325/); sentences of a
word with its sense; pairs of sentences with a score of how alike they are (KorSTS: Ham et al. 2020; KLUE-STS: Park et al. 2021).
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.core.errors import BadInput
from explorer.core.paths import expanded
from explorer.core.progress import ProgressCallback, track
from explorer.text.reading import decode

if TYPE_CHECKING:
    from explorer.tokenizers.token import Tokenizer

__all__ = [
    "KINDS",
    "ContextSet",
    "Place",
    "SensePlace",
    "SenseSet",
    "SentencePairSet",
    "TextSet",
    "WordPair",
    "WordPairSet",
    "find_places",
    "joined_senses",
    "read_context_set",
]

KINDS = ("wic", "senses", "sentences")
"""Pairs of sentences with a word; sentences with a word's sense; pairs of sentences with a score."""

_NAMES = {
    "word": ("target", "word", "targetword", "lemma", "단어", "낱말", "표제어", "대상어"),
    "first": ("sentence1", "context1", "sent1", "text1", "문장1", "문맥1", "예문1"),
    "second": ("sentence2", "context2", "sent2", "text2", "문장2", "문맥2", "예문2"),
    "label": ("answer", "label", "gold", "same", "정답", "답", "라벨", "레이블"),
    "score": ("reallabel", "labelsreallabel", "score", "similarity", "점수", "유사도"),
    "sentence": ("sentence", "text", "context", "문장", "문맥", "예문"),
    "sense": ("sense", "meaning", "뜻", "의미", "갈래"),
    "sense1": ("dictionary1", "sense1", "뜻1", "의미1"),
    "sense2": ("dictionary2", "sense2", "뜻2", "의미2"),
}
"""Column names by what they hold, in small letters and without spaces and marks; the wanted ones first."""

_NEEDED = {
    "wic": ("word", "first", "second", "label"),
    "senses": ("word", "sentence", "sense"),
    "sentences": ("first", "second", "score"),
}
_TRUE = {"true", "t", "1", "1.0", "yes", "same", "예", "참", "같음"}
_FALSE = {"false", "f", "0", "0.0", "no", "different", "아니요", "아니오", "거짓", "다름"}
_MARKED = re.compile(r"\[([^\[\]]*)\]")
_SAMPLE = 50
"""Rows that are looked at to tell what a column holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """A word in a sentence; ``start`` and ``end`` are ``None`` where the file does not mark it and it is to be looked for.

    In a file that marks the word with ``[ ]`` the brackets are not part of ``text``.
    """

    word: str
    text: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class WordPair:
    """A word in two sentences, and whether it has the same sense in both."""

    first: Place
    second: Place
    same: bool


@dataclass(frozen=True, slots=True)
class SensePlace:
    """A word in a sentence, and its sense there."""

    place: Place
    sense: str


@dataclass(frozen=True, slots=True)
class WordPairSet:
    """Word in context, in the order of the file."""

    name: str
    pairs: tuple[WordPair, ...]


@dataclass(frozen=True, slots=True)
class SenseSet:
    """Sentences with the sense of a word, each sentence once."""

    name: str
    places: tuple[SensePlace, ...]


@dataclass(frozen=True, slots=True)
class SentencePairSet:
    """Pairs of sentences, and how alike people find them."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TextSet:
    """Texts, a sentence a line, for guessing words in."""

    name: str
    texts: tuple[str, ...]


ContextSet = WordPairSet | SenseSet | SentencePairSet | TextSet


@dataclass(frozen=True, slots=True)
class _Table:
    path: Path
    columns: tuple[str, ...]
    rows: list[tuple[int, list[str]]]
    roles: dict[str, int]


def read_context_set(path: str | Path, kind: str | None = None) -> WordPairSet | SenseSet | SentencePairSet | None:
    """Read a table of words in sentences or of sentence pairs: CSV, TSV, JSON or a JSON object a line, in any encoding known here.

    Args:
        path: the file.
        kind: one of :data:`KINDS`; by default what the columns say. A word-in-context file with a sense for each of its two
            sentences, as KoBEST's, is also read as ``"senses"``: every sentence once.

    Returns:
        The set; ``None`` where no kind was asked for and the columns are those of none.

    Raises:
        BadInput: no such file, a column is missing or a value is none of its kind; names the line.
    """
    table = _table(expanded(path))
    if kind is None:
        kind = next((one for one in KINDS if table.roles.keys() >= set(_NEEDED[one])), None)
        if kind is None and not table.roles.keys() & {"first", "second", "sentence"}:
            return None
        if kind is None:
            kind = "senses" if "sentence" in table.roles else "wic" if "word" in table.roles else "sentences"
    if not table.rows:
        raise BadInput("analysis.table_without_rows", path=table.path)
    if kind == "wic":
        return _word_pairs(table)
    return _senses(table) if kind == "senses" else _sentence_pairs(table)


# Tables


def _table(path: Path) -> _Table:
    try:
        text = decode(path.read_bytes()).text
    except FileNotFoundError:
        raise BadInput("analysis.no_such_file", path=path) from None
    except OSError as error:
        raise BadInput("analysis.test_file_unreadable", path=path, reason=error.strerror) from error
    rows = _objects(path, text) if text.lstrip()[:1] in ("[", "{") else None
    columns, body = rows if rows is not None else _cells(text)
    return _Table(path, tuple(columns), body, _roles(columns, body))


def _objects(path: Path, text: str) -> tuple[list[str], list[tuple[int, list[str]]]] | None:
    """A list of JSON objects, or one object a line, as columns and rows; ``None`` where it is no JSON."""
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        try:
            data = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            return None
    items = [data] if isinstance(data, dict) else data
    if not all(isinstance(item, dict) for item in items):
        raise BadInput("analysis.json_not_objects", path=path)
    flat = [dict(_flat(item)) for item in items]
    columns = list(dict.fromkeys(name for item in flat for name in item))
    return columns, [(number, [item.get(name, "") for name in columns]) for number, item in enumerate(flat, 1)]


def _flat(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in item.items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield name, "" if value is None else str(value)


def _cells(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Columns and rows with the number of their line. Tabs are no quotes' business: people's TSV files quote or do not."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    mark = next((one for one in ("\t", ",", ";") if one in head), "\t")
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=mark, quoting=csv.QUOTE_NONE if mark == "\t" else csv.QUOTE_MINIMAL
    )
    found: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((reader.line_num, [_unquoted(cell) if mark == "\t" else cell.strip() for cell in row]))
    except csv.Error:  # a field longer than a table has
        return [], []
    return (found[0][1], found[1:]) if found else ([], [])


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in cell[1:-1].replace('""', ""):
        return cell[1:-1].replace('""', '"').strip()
    return cell


def _roles(columns: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> dict[str, int]:
    """What each column holds: by its name, else by its values."""
    names = [re.sub(r"[\W_]", "", unicodedata.normalize("NFC", column)).lower() for column in columns]
    found = {
        role: names.index(next(one for one in known if one in names))
        for role, known in _NAMES.items()
        if any(one in names for one in known)
    }
    sample = [row for _, row in rows[:_SAMPLE] if len(row) >= len(columns)]
    free = [place for place in range(len(columns)) if place not in found.values()]
    values = {place: [row[place] for row in sample] for place in range(len(columns))}
    long = [place for place in free if sample and all(" " in cell and "://" not in cell for cell in values[place])]
    if not found.keys() & {"first", "second", "sentence"} and len(long) == 2:
        found["first"], found["second"] = long
    if found.keys() >= {"first", "second"}:
        first, second = values[found["first"]], values[found["second"]]
        truth = [at for at in free if sample and all(cell.lower() in _TRUE | _FALSE for cell in values[at])]
        inside = [
            at
            for at in free
            if at not in long
            and sum(bool(w) and w in a and w in b for w, a, b in zip(values[at], first, second, strict=True)) * 2 > len(sample)
        ]
        if "label" not in found and len(truth) == 1:
            found["label"] = truth[0]
        if "word" not in found and len(inside) == 1 and "label" in found:
            found["word"] = inside[0]
    return found


def _at(table: _Table, needed: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """The cells of some roles, row by row.

    Raises:
        BadInput: a column is missing, or a row has too few cells.
    """
    wanted = list(needed)
    missing = [role for role in wanted if role not in table.roles]
    if missing:
        asked = "; ".join(", ".join(_NAMES[role][:3]) for role in missing)
        raise BadInput("analysis.column_missing", path=table.path, wanted=asked, found=", ".join(table.columns))
    places = [table.roles[role] for role in wanted]
    for line, row in table.rows:
        if len(row) <= max(places):
            raise BadInput("analysis.row_too_short", path=table.path, line=line, cells=len(row), columns=len(table.columns))
        yield line, [row[place] for place in places]


# Kinds


def _word_pairs(table: _Table) -> WordPairSet:
    pairs = []
    for line, (word, first, second, label) in _at(table, _NEEDED["wic"]):
        said = label.lower()
        if said not in _TRUE | _FALSE:
            raise BadInput("analysis.label_not_yes_no", path=table.path, line=line, label=label)
        pairs.append(WordPair(_place(word, first), _place(word, second), said in _TRUE))
    return WordPairSet(table.path.stem, tuple(pairs))


def _senses(table: _Table) -> SenseSet:
    found: dict[Place, str] = {}
    if "sense1" in table.roles and "sense" not in table.roles:
        for _, (word, first, sense1, second, sense2) in _at(table, ("word", "first", "sense1", "second", "sense2")):
            for sentence, sense in ((first, sense1), (second, sense2)):
                found.setdefault(_place(word, sentence), sense)
    else:
        for _, (word, sentence, sense) in _at(table, _NEEDED["senses"]):
            found.setdefault(_place(word, sentence), sense)
    return SenseSet(table.path.stem, tuple(SensePlace(place, sense) for place, sense in found.items() if sense))


def joined_senses(sets: Sequence[SenseSet]) -> SenseSet:
    """Several sets of sense-labelled sentences as one, every sentence once."""
    found: dict[Place, str] = {}
    for one in sets:
        for labelled in one.places:
            found.setdefault(labelled.place, labelled.sense)
    return SenseSet(" + ".join(one.name for one in sets), tuple(SensePlace(place, sense) for place, sense in found.items()))


def _sentence_pairs(table: _Table) -> SentencePairSet:
    pairs, scores = [], []
    if "score" not in table.roles and "label" in table.roles:
        table.roles["score"] = table.roles["label"]
    for line, (first, second, given) in _at(table, _NEEDED["sentences"]):
        try:
            score = float(given)
        except ValueError:
            score = math.nan
        if not math.isfinite(score):
            raise BadInput("analysis.score_not_number", path=table.path, line=line, score=given)
        pairs.append((first.strip(), second.strip()))
        scores.append(score)
    return SentencePairSet(table.path.stem, tuple(pairs), tuple(scores))


# Words in their sentences


def _place(word: str, sentence: str) -> Place:
    """The sentence without its brackets, and where they were if they stand around the word itself.

    >>> _place("배", "[배]를 타고 [배]를 먹었다")
    Place(word='배', text='배를 타고 배를 먹었다', start=0, end=1)
    """
    word, sentence = unicodedata.normalize("NFC", word).strip(), sentence.strip()
    first = next((one for one in _MARKED.finditer(sentence) if word and _inner(one) == word), None)
    if first is None:
        return Place(word, sentence)
    before = _without(sentence[: first.start()], word)
    text = before + first[1] + _without(sentence[first.end() :], word)
    return Place(word, text, len(before), len(before) + len(first[1]))


def _inner(marked: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", marked[1]).strip()


def _without(text: str, word: str) -> str:
    """A text without the brackets around a word."""
    return _MARKED.sub(lambda one: one[1] if _inner(one) == word else one[0], text)


def find_places(
    places: Sequence[Place], analyser: Tokenizer, progress: ProgressCallback | None = None
) -> list[tuple[int, int] | None]:
    """Where each word stands: as marked, else where it is found (배 in 배를, 먹다 in 먹었다); ``None`` where it is not there."""
    from explorer.encoders.locate import find_words

    spans: list[tuple[int, int] | None] = []
    for place in track(places, progress, "looking for the word", total=len(places), unit="sentences"):
        if place.start is not None and place.end is not None:
            spans.append((place.start, place.end))
            continue
        found = find_words(place.word, place.text, analyser, 1) if place.word and place.text else []
        spans.append((found[0].start, found[0].end) if found else None)
    return spans

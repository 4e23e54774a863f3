"""Concordance: a word in its contexts, line by line, where the match is the word and not a string of letters.

먹다 finds 먹었다 and 먹는; 왕 does not find 왕복. An SQLite full-text index (FTS5) holds, for every line of text, its tokenizer keys
(왕/NNG 이/JKS …) as numbers, so that one key is one term whatever characters it is made of. It is built from the same cached
token shards that training uses, once per corpus, and kept in the home folder's cache. The index knows the lines; the exact
places come from tokenizing the few lines that are shown.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from heapq import nsmallest
from itertools import islice, product
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from explorer.core.errors import BadInput, Unavailable
from explorer.core.progress import ProgressCallback, report
from explorer.core.store import atomic_file, derived_path
from explorer.display.record import Record
from explorer.display.sheet import Sheet, say
from explorer.static.keys import key_filter
from explorer.static.pipeline import text_spans, tokenize_corpus
from explorer.static.prepare import prepare
from explorer.static.shards import Shard
from explorer.text.tags import tag_of, word_of

if TYPE_CHECKING:
    import pandas as pd

    from explorer.tokenizers.token import Token, Tokenizer

__all__ = [
    "ORDERS",
    "Concordance",
    "ConcordanceIndex",
    "ConcordanceLine",
    "IndexedLine",
    "Phrases",
    "Searchable",
    "concordance",
    "query_of",
    "spread",
]

_FORMAT = 2
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_MOST_PHRASES = 64
ORDERS = ("corpus", "left", "right")
"""How lines can be ordered: as in the corpus, or by what stands to the left or to the right of the match."""
SORTED = 1_000
"""Lines of text that are tokenized to be sorted; of a more frequent word so many, evenly over the corpus. Substrings are all sorted."""
_BESIDE = 200
"""Characters beside a match that lines are sorted by, however few of them are shown."""
_SIGNS = re.compile(r"[\W_]+")
_MATCHING = "FROM keys_of_line WHERE keys_of_line MATCH ?"
_keep, _ = key_filter("all")

Phrases: TypeAlias = list[list[tuple[str, int, int]]]
"""What is looked for: phrases of ``(key, number, occurrences)``."""
_Found: TypeAlias = tuple[str, "ConcordanceLine"]
"""A line, and the text of its document."""


class _Document(Protocol):
    id: str
    title: str
    text: str


class Searchable(Protocol):
    name: str

    def documents(self) -> Iterator[Any]: ...

    def texts(self) -> Iterator[str]: ...

    def fingerprint(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ConcordanceLine:
    """One match in its context.

    Attributes:
        left, match, right: the text around and at the match; line ends are written as spaces.
        document, title: the document's id and title.
        start, end: the match's span in the document's text; ``text[start:end]`` is ``match``.
        number: the document's place in the corpus, from 1; see :meth:`corpora.corpus.Corpus.document`.
    """

    left: str
    match: str
    right: str
    document: str
    title: str
    start: int
    end: int
    number: int

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, repr=False)
class Concordance(Record):
    """Matches of a query in a corpus.

    Attributes:
        query: as it was asked.
        mode: ``"word"`` or ``"substring"``.
        resolved: what was looked for: phrases of keys (``"먹다/VV"``, ``"한국/NNP 전쟁/NNG"``); several readings of a word are
            all looked for. Empty where the corpus has none of them.
        lines: the first matches in the order that was asked for.
        count: how many matches there are in all; of phrases, how many lines of text have one.
        order: one of :data:`ORDERS`.
        among: how many of ``count`` were read to be sorted: fewer for a frequent word; 0 in the order of the corpus.
    """

    query: str
    mode: str
    resolved: tuple[str, ...]
    lines: tuple[ConcordanceLine, ...]
    count: int
    order: str = "corpus"
    among: int = 0

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """A table, a row a line."""
        import pandas as pd

        return pd.DataFrame([line.to_dict() for line in self.lines], columns=list(ConcordanceLine.__slots__))

    def sheet(self) -> Sheet:
        rows = tuple((line.left, line.match, line.right, line.title or line.document) for line in self.lines)
        return Sheet(self.said(), columns=("left", "match", "right", "document"), rows=rows)

    def said(self) -> str:
        """What was found, in one line; of a frequent word also how many of its lines were sorted."""
        keys = ", ".join(self.resolved) or "–"
        if 0 < self.among < self.count:
            return say("corpora.lines_sorted", query=self.query, keys=keys, count=self.count, among=self.among)
        return say("corpora.lines_found", query=self.query, keys=keys, count=self.count)


def concordance(
    corpus: Searchable,
    word: str,
    n: int = 20,
    *,
    mode: str = "word",
    width: int = 40,
    start: int = 0,
    order: str = "corpus",
    tokenizer: str | Tokenizer = "kiwi",
    cluster: str | None = None,
    progress: ProgressCallback | None = None,
) -> Concordance:
    """Show a word or phrase in its contexts.

    The index is built on first use: one pass of the tokenizer, unless training on this corpus has made it already.

    Args:
        corpus: a corpus with ``documents()``, ``texts()`` and ``fingerprint()``, such as ``corpora.open_corpus`` gives.
        word: a word in any form (먹었다 looks for 먹다), a key (``먹다/VV``), or a phrase of several words.
        n: at most so many matches.
        mode: ``"word"``, or ``"substring"`` for plain text, which needs no index.
        width: characters of context on each side.
        start: leave out the matches of so many lines of text (of so many matches, for substrings and sorted lines) at the beginning.
        order: one of :data:`ORDERS`. Left and right are sorted by the words of the context, from the match outwards.
        tokenizer: what cuts the text.
        cluster: where the text of a corpus without an index is tokenized (:func:`explorer.prepare`); here if ``None``.
        progress: told how far the index is.

    Raises:
        BadInput: an empty word, an unknown mode or order, or a corpus without text.
    """
    query = query_of(word)
    if n < 0 or width < 0 or start < 0:
        raise BadInput("corpora.negative_window", n=n, width=width, start=start)
    if order not in ORDERS:
        raise BadInput("corpora.unknown_order", order=order, known=ORDERS)
    if mode == "substring":
        return _substring(corpus, query, n, width, start, order)
    if mode != "word":
        raise BadInput("corpora.unknown_mode", mode=mode)
    for last in (False, True):
        try:
            with closing(ConcordanceIndex.of(corpus, tokenizer, progress, cluster)) as index:
                return index.find(query, n, width=width, start=start, order=order)
        except Unavailable as error:  # damaged in its middle: built again, once
            if last or error.code != "corpora.index_damaged":
                raise
    raise AssertionError


def _substring(corpus: Searchable, query: str, n: int, width: int, start: int, order: str) -> Concordance:
    count = 0
    shown = range(start, start + n) if order == "corpus" else None

    def found() -> Iterator[_Found]:
        nonlocal count
        for place, document in enumerate(corpus.documents(), 1):
            here = range(count, count := count + document.text.count(query))
            if shown is not None and (here.stop <= shown.start or here.start >= shown.stop):
                continue
            position = -len(query)
            for number in here:
                position = document.text.find(query, position + len(query))
                if shown is None or number in shown:
                    span = (position, position + len(query))
                    yield document.text, _line(document.text, span, document.id, document.title, place, width)

    lines = [line for _, line in found()] if shown is not None else _sorted(found(), order, start + n)[start:]
    return Concordance(
        query, "substring", (query,) if count else (), tuple(lines), count, order, 0 if shown is not None else count
    )


def _line(text: str, span: tuple[int, int], document: str, title: str, number: int, width: int) -> ConcordanceLine:
    start, end = span
    left = text[max(0, start - width) : start].replace("\n", " ")
    right = text[end : end + width].replace("\n", " ")
    return ConcordanceLine(left, text[start:end], right, document, title, start, end, number)


def _sorted(found: Iterable[_Found], order: str, most: int) -> list[ConcordanceLine]:
    """The first lines by the words beside the match, the nearest first; 가나다 order is that of the code points.

    Only so many are held at a time, however many there are.
    """

    def words(text: str, line: ConcordanceLine) -> tuple[bool, list[str]]:
        left = order == "left"
        beside = text[max(0, line.start - _BESIDE) : line.start] if left else text[line.end : line.end + _BESIDE]
        parts = [part for part in _SIGNS.split(unicodedata.normalize("NFC", beside).casefold()) if part]
        return not parts, parts[::-1] if left else parts  # where nothing stands beside it, at the end

    return [line for _, line in nsmallest(most, ((words(*one), one[1]) for one in found), key=itemgetter(0))]


def spread(rows: Sequence[int], most: int) -> list[int]:
    """At most so many of the rows, evenly over all of them.

    >>> spread(range(10), 4), spread([3, 8], 4), spread([], 4)
    ([0, 2, 5, 7], [3, 8], [])
    """
    return [rows[place * len(rows) // most] for place in range(most)] if len(rows) > most else list(rows)


@dataclass(frozen=True, slots=True)
class IndexedLine:
    """A line of text with its tokens.

    Attributes:
        document, title, text, number: the document, whole, and its place in the corpus, from 1.
        start, end: the line's span in it.
        tokens: of the line; their offsets begin with it.
    """

    document: str
    title: str
    text: str
    number: int
    start: int
    end: int
    tokens: list[Token]

    def matches(self, phrases: Phrases) -> Iterator[list[Token]]:
        """The tokens of each phrase that stands here, in order."""
        wanted = {tuple(key for key, _, _ in phrase) for phrase in phrases}
        tokens = [(key, token) for token in self.tokens if (key := _key(token))]
        keys = [key for key, _ in tokens]
        for at in range(len(keys)):
            for phrase in wanted:
                if tuple(keys[at : at + len(phrase)]) == phrase:
                    yield [token for _, token in tokens[at : at + len(phrase)]]
                    break


class ConcordanceIndex:
    """The index of one corpus, open for reading. Use :meth:`of`; close it afterwards."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self.path = path
        self.tokenizer = tokenizer
        self.database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)

    def close(self) -> None:
        self.database.close()

    @classmethod
    def of(
        cls,
        corpus: Searchable,
        tokenizer: str | Tokenizer = "kiwi",
        progress: ProgressCallback | None = None,
        cluster: str | None = None,
    ) -> ConcordanceIndex:
        """The index of a corpus, built if there is none yet; its text is tokenized on a cluster where one is named.

        Raises:
            BadInput: the corpus has no text.
            Unavailable: the disk is full.
        """
        engine, path = _placed(corpus, tokenizer)
        if not _is_whole(path):
            _build(corpus, engine, path, progress, cluster)
        return cls(path, engine)

    @classmethod
    def made(cls, corpus: Searchable, tokenizer: str | Tokenizer = "kiwi") -> bool:
        """Whether the index of a corpus is there."""
        return _is_whole(_placed(corpus, tokenizer)[1])

    def ask(self, statement: str, values: Sequence[Any], least: int = 0) -> Iterator[Any]:
        """Rows of an answer of the database, of which there must be some.

        Raises:
            Unavailable: the index turns out to be damaged; it is deleted, and built again when it is opened next.
        """
        found = 0
        try:
            for row in self.database.execute(statement, values):
                found += 1
                yield row
            if found < least:
                raise sqlite3.DatabaseError("rows are missing")
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            self.path.unlink(missing_ok=True)
            raise Unavailable("corpora.index_damaged", path=self.path) from error

    def find(self, query: str, n: int = 20, *, width: int = 40, start: int = 0, order: str = "corpus") -> Concordance:
        """Matches of a word or phrase; see :func:`concordance`."""
        phrases = self.resolve(query)
        resolved = tuple(" ".join(key for key, _, _ in phrase) for phrase in phrases)
        if not phrases:
            return Concordance(query, "word", (), (), 0, order)
        words = all(len(phrase) == 1 for phrase in phrases)
        if words:
            count = sum(phrase[0][2] for phrase in phrases)
        else:
            ((count,),) = self.ask(f"SELECT count(*) {_MATCHING}", (_match(phrases),))
        if order == "corpus":
            lines = [line for _, line in islice(self._lines(self.rows(phrases, n, start), phrases, width), n)]
            return Concordance(query, "word", resolved, tuple(lines), count, order)
        rows = spread(list(self.rows(phrases)), SORTED)
        found = list(self._lines(rows, phrases, width))
        among = len(found) if words else len(rows)
        return Concordance(query, "word", resolved, tuple(_sorted(found, order, start + n)[start:]), count, order, among)

    def _lines(self, rows: Iterable[int], phrases: Phrases, width: int) -> Iterator[_Found]:
        for row in rows:
            line = self.line(row)
            for _, span in _places(line, phrases):
                yield line.text, _line(line.text, span, line.document, line.title, line.number, width)

    def rows(self, phrases: Phrases, n: int = -1, start: int = 0) -> Iterator[int]:
        """Numbers of the lines of text that hold one of the phrases; at most ``n``, where that is not negative."""
        found = self.ask(f"SELECT rowid {_MATCHING} ORDER BY rowid LIMIT ? OFFSET ?", (_match(phrases), n, start))
        return (row for (row,) in found)

    def rows_of_both(self, first: Sequence[str], second: Sequence[str], n: int) -> list[int]:
        """Numbers of the first ``n`` lines of text that hold a key of each."""
        sides: list[Phrases] = [[[one] for key in side for one in self._keys("key", key)] for side in (first, second)]
        if not all(sides):
            return []
        query = " AND ".join(f"({_match(phrases)})" for phrases in sides)
        found = self.ask(f"SELECT rowid {_MATCHING} ORDER BY rowid LIMIT ?", (query, n))
        return [row for (row,) in found]

    def line(self, row: int) -> IndexedLine:
        """One line of text, tokenized again."""
        ((identity, title, text, number, start, length),) = self.ask(
            "SELECT documents.id, documents.title, documents.text, documents.number, lines.start, lines.length "
            "FROM lines JOIN documents ON documents.number = lines.document WHERE lines.number = ?",
            (row,),
            least=1,
        )
        tokens = self.tokenizer.tokenize(text[start : start + length])
        return IndexedLine(identity, title, text, number, start, start + length, tokens)

    def places(self, row: int, phrases: Phrases) -> Iterator[tuple[str, str, str, tuple[int, int], tuple[int, int]]]:
        """The places in one line of text: document, title, its text, the line's span, the match's."""
        line = self.line(row)
        for span, place in _places(line, phrases):
            yield line.document, line.title, line.text, span, place

    def resolve(self, query: str) -> Phrases:
        """Phrases of ``(key, number, occurrences)`` to look for, the most frequent reading first."""
        exact = self._keys("key", query)
        if exact:
            return [exact]
        if " " not in query:
            # A word as a dictionary has it: every reading of it that occurs (차다 is a verb and an adjective).
            readings = self._keys("form", query)
            if readings:
                return [[reading] for reading in readings]
        parts = query.split(" ")
        if any("/" in part for part in parts):
            choices = [self._keys("key", part) or self._keys("form", part) for part in parts]
            if all(choices):
                return [list(phrase) for phrase in islice(product(*choices), _MOST_PHRASES)]
        keys = [key for token in self.tokenizer.tokenize(query) if (key := _key(token))]
        # 먹었다 and 왕에게 ask for the words 먹다 and 왕: endings and particles at the end are the asker's, not the word's.
        while len(keys) > 1 and tag_of(keys[-1]).startswith(("E", "J")):
            keys.pop()
        phrase = [found[0] for key in keys if (found := self._keys("key", key))]
        return [phrase] if phrase and len(phrase) == len(keys) else []

    def _keys(self, column: str, value: str) -> list[tuple[str, int, int]]:
        statement = {
            "key": "SELECT key, number, occurrences FROM keys WHERE key = ?",
            "form": "SELECT key, number, occurrences FROM keys WHERE form = ? ORDER BY occurrences DESC, key",
        }[column]
        return list(self.ask(statement, (value,)))


def _places(line: IndexedLine, phrases: Phrases) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The line's span and the match's, for each match."""
    for tokens in line.matches(phrases):
        first, last = min(token.start for token in tokens), max(token.end for token in tokens)
        yield (line.start, line.end), (line.start + first, line.start + last)


def _is_whole(path: Path) -> bool:
    """Whether an index is there to its end, as its first page says; what broke off is deleted."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(32)
    size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    if head.startswith(b"SQLite format 3\0") and path.stat().st_size == size * pages > 0:
        return True
    path.unlink(missing_ok=True)
    return False


def _placed(corpus: Searchable, tokenizer: str | Tokenizer) -> tuple[Tokenizer, Path]:
    """The tokenizer of an index, and its place."""
    from explorer.tokenizers.loading import tokenizer as load_tokenizer

    engine = load_tokenizer(tokenizer) if isinstance(tokenizer, str) else tokenizer
    identity = json.dumps([_FORMAT, corpus.fingerprint(), engine.params()], ensure_ascii=False, sort_keys=True, default=str)
    name = hashlib.sha256(identity.encode()).hexdigest()[:40]
    return engine, derived_path("concordance", corpus.fingerprint(), f"{name}.sqlite")


def _key(token: Token) -> str | None:
    from explorer.tokenizers.token import key_of

    return _keep(key_of(token))


def query_of(word: str) -> str:
    """A word or phrase as it is looked for: NFC, single spaces.

    Raises:
        BadInput: nothing is left of it.
    """
    query = unicodedata.normalize("NFC", " ".join(word.split()))
    if not query:
        raise BadInput("corpora.no_word_given")
    return query


def _match(phrases: Phrases) -> str:
    """The phrases in FTS5's language."""
    return " OR ".join('"' + " ".join(code_of(number) for _, number, _ in phrase) + '"' for phrase in phrases)


def code_of(number: int) -> str:
    """A number as FTS5 sees it: letters and digits only, short."""
    text = ""
    while True:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
        if not number:
            return text


_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
PRAGMA page_size = 8192;
CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE lines (number INTEGER PRIMARY KEY, document INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL);
CREATE TABLE keys (number INTEGER PRIMARY KEY, key TEXT NOT NULL, form TEXT NOT NULL, occurrences INTEGER NOT NULL);
CREATE VIRTUAL TABLE keys_of_line USING fts5(keys, content='', columnsize=0, tokenize='ascii');
INSERT INTO keys_of_line(keys_of_line, rank) VALUES ('hashsize', 67108864);
"""


def _build(
    corpus: Searchable, tokenizer: Tokenizer, path: Path, progress: ProgressCallback | None, cluster: str | None
) -> None:
    """Write the index beside its place and move it there when it is whole."""
    if cluster is not None:
        prepare(corpus, tokenizer=tokenizer, cluster=cluster, progress=progress)
    shards = tokenize_corpus(corpus.texts(), tokenizer, choice="all", progress=progress)
    try:
        with atomic_file(path) as temporary, closing(sqlite3.connect(temporary, isolation_level=None)) as database:
            _fill(database, corpus, shards.paths, progress)
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise Unavailable("corpora.disk_full", path=path) from error
        raise


def _fill(database: sqlite3.Connection, corpus: Searchable, paths: Sequence[Path], progress: ProgressCallback | None) -> None:
    database.executescript(_SCHEMA)
    numbers: dict[str, int] = {}
    codes: list[str] = []
    counts = np.zeros(0, np.int64)
    documents = iter(corpus.documents())
    line = number = 0
    for done, path in enumerate(paths):
        report(progress, "indexing", done, len(paths), "shards", f"{line:,} lines")
        shard = Shard.read(path)
        here = np.array([numbers.setdefault(key, len(numbers)) for key in shard.keys], np.int64)
        codes += [code_of(value) for value in range(len(codes), len(numbers))]
        counts = np.pad(counts, (0, len(numbers) - len(counts)))
        counts += np.bincount(here[shard.codes], minlength=len(numbers)) if len(shard.codes) else 0
        words = [codes[value] for value in here.tolist()]
        tokens = shard.codes.tolist()
        database.execute("BEGIN")
        first = 0
        rows: list[tuple[int, int, int, int]] = []
        texts: list[tuple[int, str]] = []
        ends = iter(shard.lines.tolist())
        for document in islice(documents, shard.documents):
            number += 1
            database.execute("INSERT INTO documents VALUES (?, ?, ?, ?)", (number, document.id, document.title, document.text))
            for start, stop in text_spans(document.text):
                line += 1
                end = next(ends, None)
                if end is None:
                    raise BadInput("corpora.changed_while_indexing", name=corpus.name)
                rows.append((line, number, start, stop - start))
                texts.append((line, " ".join([words[token] for token in tokens[first:end]])))
                first = end
        database.executemany("INSERT INTO lines VALUES (?, ?, ?, ?)", rows)
        database.executemany("INSERT INTO keys_of_line(rowid, keys) VALUES (?, ?)", texts)
        database.execute("COMMIT")
    database.execute("BEGIN")
    database.executemany("INSERT INTO keys VALUES (?, ?, ?, ?)", _key_rows(numbers, counts))
    database.execute("CREATE INDEX keys_by_key ON keys (key)")
    database.execute("CREATE INDEX keys_by_form ON keys (form)")
    database.execute("COMMIT")
    report(progress, "indexing", len(paths), len(paths), "shards", f"{line:,} lines")


def _key_rows(numbers: dict[str, int], counts: Iterable[int]) -> Iterator[tuple[int, str, str, int]]:
    for (key, number), count in zip(numbers.items(), counts, strict=True):
        yield number, key, word_of(key), int(count)

"""A corpus: a name and documents that can be read again and again."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson

from corpora.document import Document
from corpora.readers.inputs import Input, find_inputs
from corpora.readers.lines import NotText
from corpora.readers.reading import read_input
from corpora.readers.report import Report, no_text_found
from explorer.core.errors import BadInput, UnknownName
from explorer.core.store import Manifest, artifact_path, list_artifacts, read_manifest, sha256_file

if TYPE_CHECKING:
    from explorer.core.progress import ProgressCallback
    from explorer.text.patterns import PairLine
    from explorer.vectors.evidence import Evidence

__all__ = ["Corpus", "FileCorpus", "JoinedCorpus", "SampleCorpus", "StoredCorpus", "joined", "open_corpus", "read_shards"]


_READING = 3
"""Counted up when the same files give other documents, so that caches of the old ones are left."""


class Corpus(ABC):
    """Documents under a name. Every call of :meth:`documents` begins anew and streams.

    Attributes:
        name: what the corpus is called.

    >>> corpus = open_corpus("sample")
    >>> isinstance(corpus, Corpus), next(corpus.texts()) == next(corpus.documents()).text
    (True, True)
    """

    name: str
    seekable = False
    """Whether :meth:`marked` begins at a mark at once, without reading what stands before it."""

    @abstractmethod
    def documents(self) -> Iterator[Document]:
        """Every document, in a fixed order."""

    def document(self, number: int) -> Document:
        """One document by its place, from 1.

        Raises:
            BadInput: there is none at that place.

        >>> open_corpus("sample").document(1).text.count(" ") > 2
        True
        """
        found = next(islice(self.documents(), number - 1, None), None) if number > 0 else None
        if found is None:
            raise self._no_document(number, sum(1 for _ in self.documents()))
        return found

    def _no_document(self, number: int, documents: int) -> BadInput:
        return BadInput("corpora.no_such_document", name=self.name, number=number, documents=documents)

    def texts(self) -> Iterator[str]:
        """The text of every document."""
        for document in self.documents():
            yield document.text

    def marked(self, mark: Any = None) -> Iterator[tuple[str, Any]]:
        """The texts from a mark on, each with the mark of its place: plain JSON data, ``None`` for the beginning.

        >>> corpus = open_corpus("sample")
        >>> (text, _), (_, second) = islice(corpus.marked(), 2)
        >>> next(corpus.marked(second))[0] == corpus.document(2).text
        True
        """
        start = mark or 0
        return ((text, number) for number, text in enumerate(islice(self.texts(), start, None), start))

    def sentences(self, method: str = "kiwi") -> Iterator[str]:
        """Every sentence: found by Kiwi's analysis, or with ``"line"`` every line as one.

        Raises:
            BadInput: an unknown method.
        """
        from explorer.text.sentences import split_sentences

        for text in self.texts():
            yield from split_sentences(text, method)

    def evidence(self, *, progress: ProgressCallback | None = None) -> Evidence:
        """What stands near what, and which patterns join words: counted on first use, then kept under the home folder.

        Raises:
            BadInput: the corpus has no text.
        """
        from explorer.static.evidence import kept_evidence
        from explorer.tokenizers.loading import tokenizer

        return kept_evidence(self.texts(), tokenizer("kiwi"), self.fingerprint(), self.name, progress=progress)

    def lines_of_both(
        self, a: Sequence[str], b: Sequence[str], n: int = 10, *, progress: ProgressCallback | None = None
    ) -> list[PairLine]:
        """Lines in which two words stand, given by their keys; see :func:`corpora.pair_lines.pair_lines`."""
        from corpora.pair_lines import pair_lines

        return pair_lines(self, a, b, n, progress=progress)

    def __iter__(self) -> Iterator[str]:
        return self.texts()

    @abstractmethod
    def fingerprint(self) -> str:
        """Changes whenever the documents may have changed; what caches are kept under."""

    @abstractmethod
    def info(self) -> dict[str, Any]:
        """What is known without reading everything, and what the last full reading found (``"report"``)."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class SampleCorpus(Corpus):
    """The sentences written for this project, one passage a document."""

    name = "sample"

    def documents(self) -> Iterator[Document]:
        from corpora import sample

        return sample.documents()

    def fingerprint(self) -> str:
        from corpora import sample

        digest = hashlib.sha256()
        for path in sorted(sample.FOLDER.joinpath("sentences").glob("*.tsv")):
            digest.update(sha256_file(path).encode())
        return f"sample-{digest.hexdigest()[:32]}"

    def info(self) -> dict[str, Any]:
        return {"name": self.name, "source": "shipped with korean-explorer", "licence": "CC0-1.0"}


class FileCorpus(Corpus):
    """Whatever a path, a folder or a pattern names, read by content.

    Args:
        where: the path or pattern.
        field: which column or field holds the text, for tables and JSON.

    Raises:
        BadInput: nothing to read is there.
    """

    def __init__(self, where: str | Path, field: str | None = None) -> None:
        self.name = str(where)
        self.field = field
        self._found = Report()
        self.inputs: list[Input] = find_inputs(where, self._found)
        self._single = len(self.inputs) == 1
        self.report: Report | None = None

    def documents(self) -> Iterator[Document]:
        report = Report.total([self._found])
        given = 0
        for one in self.inputs:
            for document in self._documents_of(one, report):
                given += 1
                yield document
        self.report = report
        if not given:
            raise no_text_found(self.name, len(self.inputs), report)

    def _documents_of(self, one: Input, report: Report) -> Iterator[Document]:
        try:
            yield from read_input(one, self.field, report)
        except NotText as error:
            # Among many files a picture or a program is passed over and counted.
            if self._single:
                raise
            report.note("files", str(error))

    def fingerprint(self) -> str:
        state = [list(one.identity().values()) for one in self.inputs]
        digest = hashlib.sha256(json.dumps([_READING, state, self.field]).encode()).hexdigest()
        return f"files-{digest[:32]}"

    def info(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "name": self.name,
            "files": len(self.inputs),
            "bytes": sum(one.size for one in self.inputs),
            "field": self.field,
        }
        if self.report is not None:
            made["report"] = self.report.to_dict()
        return made


class StoredCorpus(Corpus):
    """A corpus of the home folder.

    Raises:
        UnknownName: there is none of that name.
    """

    seekable = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.folder = artifact_path("corpus", name)
        if not self.folder.is_dir():
            raise UnknownName("corpus", name, [*list_artifacts("corpus"), "sample"])
        self.manifest: Manifest = read_manifest(self.folder, "corpus")

    def documents(self) -> Iterator[Document]:
        return read_shards(self._shards())

    def marked(self, mark: Any = None) -> Iterator[tuple[str, Any]]:
        shards = self._shards()
        first, offset, before = mark or [0, 0, 0]
        for number, path in enumerate(shards[first:], first):
            with _opened(path) as stream:
                stream.seek(offset)
                for line, text in enumerate(stream, before + 1):
                    yield next(_read_lines([text], path, line)).text, [number, offset, line - 1]
                    offset += len(text)
            offset = before = 0

    def document(self, number: int) -> Document:
        """As of every corpus; a shard that is missing or damaged is said."""
        documents = int(self.manifest.sizes["documents"])
        if not 0 < number <= documents:
            raise self._no_document(number, documents)
        left = number
        for path in self._shards():  # lines are counted, not parsed: gigabytes pass in seconds
            with _opened(path) as stream:
                for place, line in enumerate(stream, 1):
                    left -= 1
                    if not left:
                        return next(_read_lines([line], path, place))
        raise self._no_document(number, number - left)

    def _shards(self) -> list[Path]:
        return [self.folder / name for name in sorted(self.manifest.files) if name.endswith(".jsonl")]

    def fingerprint(self) -> str:
        digest = hashlib.sha256(json.dumps(dict(self.manifest.files), sort_keys=True).encode()).hexdigest()
        return f"corpus-{digest[:32]}"

    def info(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "folder": str(self.folder),
            **dict(self.manifest.sizes),
            "params": dict(self.manifest.params),
            **dict(self.manifest.provenance),
        }


class JoinedCorpus(Corpus):
    """Several corpora, read one after the other."""

    def __init__(self, parts: Sequence[Corpus]) -> None:
        self.parts = list(parts)
        self.name = " + ".join(part.name for part in parts)
        self.seekable = all(part.seekable for part in parts)

    def documents(self) -> Iterator[Document]:
        for part in self.parts:
            yield from part.documents()

    def marked(self, mark: Any = None) -> Iterator[tuple[str, Any]]:
        first, inner = mark or [0, None]
        for number, part in enumerate(self.parts[first:], first):
            for text, place in part.marked(inner):
                yield text, [number, place]
            inner = None

    def fingerprint(self) -> str:
        digest = hashlib.sha256(json.dumps([part.fingerprint() for part in self.parts]).encode()).hexdigest()
        return f"joined-{digest[:32]}"

    def info(self) -> dict[str, Any]:
        return {"name": self.name, "parts": [part.info() for part in self.parts]}


def read_shards(paths: Iterable[Path]) -> Iterator[Document]:
    """The documents of shards, in order.

    Raises:
        BadInput: a shard is missing or damaged; names it and the line.
    """
    for path in paths:
        with _opened(path) as stream:
            yield from _read_lines(stream, path)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise BadInput("corpora.corpus_file_missing", path=path) from None


def _read_lines(lines: Iterable[bytes], path: Path, first: int = 1) -> Iterator[Document]:
    for number, line in enumerate(lines, first):
        try:
            record = orjson.loads(line)
            yield Document(record["id"], record["text"], record["title"], record["meta"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("corpora.corpus_file_damaged", path=path, line=number, reason=error) from error


def open_corpus(name_or_path: str | Path | Corpus, *, field: str | None = None) -> Corpus:
    """A corpus by its name, or whatever a path names, read by content.

    Args:
        name_or_path: ``"sample"``, the name of a stored corpus (``korean-explorer corpus list``), or a file, a folder or a
            pattern: plain text, CSV and TSV, JSON lines and arrays, Parquet, CoNLL-U, WikiExtractor text, MediaWiki dumps, zip
            archives of these; gzip, bzip2, xz and zstd. A name wins over a file called the same; ``./name`` is the file.
        field: which column or field holds the text, where there are several; several names separated by commas are
            joined. Guessed by name and by Hangul if left out, and said in ``info()``.

    Raises:
        UnknownName: neither a corpus nor a file of that name.
        BadInput: the file cannot be read.

    >>> open_corpus("sample").name
    'sample'
    """
    if isinstance(name_or_path, Corpus):
        return name_or_path
    if isinstance(name_or_path, str) and not _looks_like_path(name_or_path):
        stored = list_artifacts("corpus")
        if name_or_path == "sample" or name_or_path in stored:
            if field:
                raise BadInput("corpora.field_not_needed", name=name_or_path, field=field)
            return SampleCorpus() if name_or_path == "sample" else StoredCorpus(name_or_path)
        if not Path(name_or_path).exists():
            raise UnknownName("corpus", name_or_path, [*stored, "sample"], _hint(name_or_path), corpus=name_or_path)
    return FileCorpus(name_or_path, field)


def joined(corpora: Sequence[Corpus]) -> Corpus:
    """Several corpora as one, or the only one there is.

    >>> len(list(joined([open_corpus("sample"), open_corpus("sample")]).texts())) == 2 * len(list(open_corpus("sample").texts()))
    True
    """
    return corpora[0] if len(corpora) == 1 else JoinedCorpus(corpora)


def _hint(name: str) -> str:
    from corpora.catalogue import cards

    return "corpora.can_be_fetched" if name in cards() else "corpora.no_file_either"


def _looks_like_path(text: str) -> bool:
    return any(mark in text for mark in "/\\*?[") or text.startswith("~")

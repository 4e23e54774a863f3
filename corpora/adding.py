"""Files read into what a stored corpus is written from: by this process as it writes, or beforehand in pieces, by other processes and machines.

A piece is some files, one after the other, of together :data:`PIECE_BYTES` or more. A large file is one piece: what stands in its middle is
found by reading it. What comes of a piece is the lines that the corpus is made of, each with what is counted of it, so that putting pieces
together copies bytes; whether a text was there before is then looked at in the order of the files, as it must be.
"""

from __future__ import annotations

import hashlib
import json
import platform
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import orjson

from corpora.counts import count_sentences
from corpora.document import Document
from corpora.duplicates import PERMUTATIONS, Signature, signature, text_key
from corpora.readers.inputs import Archives, Input
from corpora.readers.lines import NotText
from corpora.readers.reading import read_input
from corpora.readers.report import Report
from explorer.core.errors import BadInput
from explorer.core.pieces import Piece, damaged, zip_file
from explorer.core.workspace import named_cache

__all__ = ["PIECE_BYTES", "FromPieces", "Line", "ReadMaker", "direct", "pieces_folder", "pieces_of"]

PIECE_BYTES = 4 << 20
"""Files are taken together until they are so large on disk."""

_FORMAT = 1
_HEAD = struct.Struct("<QQQQ")
_SIGNATURE = PERMUTATIONS * 4

Tell: TypeAlias = Callable[[int], None] | None
Reading: TypeAlias = Callable[[int, Input, Report, Tell], Iterator["Line"]]
"""Gives the lines of one input, which has a number from 0, in order, and notes in the report what else was met."""


@dataclass(frozen=True, slots=True)
class Line:
    """One document as a corpus keeps it.

    Attributes:
        data: a line of JSON.
        characters, sentences: of its text.
        key: the :func:`~corpora.duplicates.text_key` of its text, where duplicates are dropped; else 0.
        shape: gives the :func:`~corpora.duplicates.signature` of its text.
    """

    data: bytes
    characters: int
    sentences: int
    key: int
    shape: Callable[[], Signature]

    @property
    def id(self) -> str:
        """The document's id."""
        found: str = orjson.loads(self.data)["id"]
        return found


def _line(document: Document, with_key: bool) -> Line:
    text = document.text
    kept = {"id": document.id, "title": document.title, "meta": dict(document.meta), "text": text}
    data = orjson.dumps(kept, option=orjson.OPT_APPEND_NEWLINE)
    return Line(data, len(text), count_sentences(text), text_key(text) if with_key else 0, lambda: signature(text))


def direct(settings: Mapping[str, Any], single: bool) -> Reading:
    """Reading the files themselves.

    Args:
        settings: ``field``, ``drop`` and ``clean_markup``, as for :func:`corpora.library.add`.
        single: whether there is no other file: one that is no text then ends the reading.
    """

    def read(_: int, one: Input, notes: Report, tell: Tell) -> Iterator[Line]:
        try:
            for document in read_input(one, settings["field"], notes, tell, clean_markup=settings["clean_markup"]):
                yield _line(document, settings["drop"] is not None)
        except NotText as error:
            if single:
                raise
            notes.note("files", str(error))

    return read


_Given: TypeAlias = tuple[Path, list[tuple[Input, dict[str, Any]]]]
"""Where a piece goes, and its inputs, each with its identity."""


def pieces_folder(name: str) -> Path:
    """Where the pieces of a corpus lie until it is put together."""
    return named_cache("adding", name)


def pieces_of(name: str, inputs: Sequence[Input], settings: Mapping[str, Any]) -> list[tuple[Piece, range]]:
    """The pieces of a corpus, each with the numbers of its inputs."""
    reading = [_FORMAT, len(inputs) == 1, *(settings[key] for key in ("layout", "field", "clean_markup", "drop"))]
    found = []
    start = size = 0
    for stop, one in enumerate(inputs, 1):
        size += one.size
        if size >= PIECE_BYTES or stop == len(inputs):
            given = [(replace(each, archives=None), each.identity()) for each in inputs[start:stop]]
            identity = json.dumps([*reading, [known for _, known in given]], ensure_ascii=False, sort_keys=True)
            path = pieces_folder(name) / f"{hashlib.sha256(identity.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}.zip"
            found.append((Piece(path, (path, given)), range(start, stop)))
            start, size = stop, 0
    return found


class ReadMaker:
    """Reads files into pieces.

    Args:
        settings, single: as for :func:`direct`.
    """

    def __init__(self, settings: Mapping[str, Any], single: bool) -> None:
        self._settings, self._single = dict(settings), single

    def open(self) -> None:
        self._archives = Archives()
        self._near = self._settings["drop"] == "near"

    def make(self, given: _Given) -> None:
        path, inputs = given
        read = direct(self._settings, self._single)
        notes: list[dict[str, Any]] = []
        with zip_file(path) as packed:
            with packed.open("lines", "w", force_zip64=True) as stream:
                for one, identity in inputs:
                    self._check(one, identity)
                    found, documents = Report(), 0
                    here = replace(one, archives=self._archives if one.member is not None else None)
                    for documents, line in enumerate(read(0, here, found, None), 1):  # noqa: B007 - counted to the last one
                        self._write(stream, line)
                    notes.append({"documents": documents, "report": found.to_dict()})
            packed.writestr("inputs", json.dumps(notes, ensure_ascii=False))

    def _check(self, one: Input, identity: dict[str, Any]) -> None:
        try:
            same = one.identity() == identity
        except OSError:
            raise BadInput("corpora.file_not_on_worker", path=one.path, worker=platform.node()) from None
        if not same:
            raise BadInput("corpora.file_changed", path=one.path)

    def _write(self, stream: IO[bytes], line: Line) -> None:
        stream.write(_HEAD.pack(len(line.data), line.characters, line.sentences, line.key))
        if self._near:
            stream.write(line.shape().astype("<u4").tobytes())
        stream.write(line.data)


class FromPieces:
    """A :data:`Reading` of pieces, in the order of the inputs. A piece is looked through for damage before anything of it is taken.

    Args:
        pieces: from :func:`pieces_of`; those that are asked for are there.
        near: whether they hold signatures.

    Raises:
        Unavailable: when a piece is damaged; it is deleted, to be made again.
    """

    def __init__(self, pieces: Iterable[tuple[Piece, range]], near: bool) -> None:
        self._places = {number: (piece.target, number - numbers.start) for piece, numbers in pieces for number in numbers}
        self._near = near
        self._path: Path | None = None
        self._stack = ExitStack()

    def __call__(self, number: int, one: Input, notes: Report, tell: Tell) -> Iterator[Line]:
        path, at = self._places[number]
        if path != self._path:
            self._open(path, at)
        held = self._held[at]
        for _ in range(held["documents"]):
            yield self._line()
        notes.add(Report.from_dict(held["report"]))
        if at == len(self._held) - 1:
            self._stack.close()
        if tell is not None:
            tell(one.size)

    def _open(self, path: Path, at: int) -> None:
        self._stack.close()
        try:
            packed = self._stack.enter_context(zipfile.ZipFile(path))
            if packed.testzip() is not None:
                raise zipfile.BadZipFile
            self._held: list[dict[str, Any]] = json.loads(packed.read("inputs"))
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            self._stack.close()
            raise damaged(path) from error
        self._path, self._stream = path, self._stack.enter_context(packed.open("lines"))
        for _ in range(sum(one["documents"] for one in self._held[:at])):  # an earlier run has taken these
            self._line()

    def _line(self) -> Line:
        size, characters, sentences, key = _HEAD.unpack(self._stream.read(_HEAD.size))
        shape = self._stream.read(_SIGNATURE) if self._near else b""
        return Line(self._stream.read(size), characters, sentences, key, lambda: np.frombuffer(shape, "<u4"))

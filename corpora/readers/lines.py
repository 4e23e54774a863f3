"""Bytes to lines for texts of any size and any upbringing.

:mod:`explorer.text.reading` refuses what it cannot read exactly, which is right for one file of a person's own. Gigabytes
of gathered text always hold a damaged byte somewhere: here every damage is repaired as far as it goes, counted, and its
first place kept. Memory stays at one block and one line, because a line has a greatest length.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from corpora.readers.report import Report
from explorer.core.errors import BadInput
from explorer.core.messages import Message
from explorer.text.hangul import recompose_fillers
from explorer.text.reading import decode

__all__ = ["MAX_LINE", "ByteSource", "Lines", "NotText", "head_text"]

BLOCK = 1 << 20
"""Bytes read at a time."""

MAX_LINE = 8 << 20
"""Bytes of one line; a longer one is given in pieces of this size."""

HEAD = 1 << 16
"""Bytes that are looked at to settle what a file is."""

_IS_NFC = partial(unicodedata.is_normalized, "NFC")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class NotText(BadInput):
    """A file that is no text at all: an error on its own, passed over and counted among many."""


class ByteSource(Protocol):
    """What the readers read: a binary stream that can also show what comes next."""

    def read(self, size: int = -1, /) -> bytes: ...

    def peek(self, size: int, /) -> bytes: ...


def _settle(head: bytes, name: str) -> tuple[str, int]:
    """The encoding most of a file is in, and the length of its BOM.

    Raises:
        NotText: the bytes are no text at all.
        BadInput: they are UTF-32.
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise BadInput("corpora.utf32_not_supported", name=name)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    if 0 in head:
        try:
            wide = decode(head[: len(head) & ~1]).encoding
        except BadInput:
            wide = ""
        if wide.startswith("utf-16"):
            return wide, 0
    controls = len(_CONTROLS.findall(head))
    if controls > max(8, len(head) // 50):
        found = _CONTROLS.search(head)
        assert found is not None
        raise NotText("corpora.binary_data", name=name, byte=head[found.start()], offset=found.start(), guess=_guess(head))
    if _decodes(head, "utf-8", final=False):
        return "utf-8", 0
    # The line that the head cuts in two says nothing, nor does one that both can read.
    whole = head[: head.rfind(b"\n") + 1] or head
    votes = Counter(_encoding_of(line, "") for line in whole.split(b"\n") if not line.isascii())
    return ("cp949", 0) if votes["cp949"] > votes["utf-8"] else ("utf-8", 0)


_MAGIC = {
    b"%PDF": Message("corpora.looks_like_pdf"),
    b"\xd0\xcf\x11\xe0": Message("corpora.looks_like_office"),
    b"SQLite format 3": Message("corpora.looks_like_sqlite"),
    b"\x7fELF": Message("corpora.looks_like_program"),
    b"MZ": Message("corpora.looks_like_program"),
    b"\x89PNG": Message("corpora.looks_like_image"),
    b"\xff\xd8\xff": Message("corpora.looks_like_image"),
    b"GIF8": Message("corpora.looks_like_image"),
}


def _guess(head: bytes) -> Message | str:
    """What the bytes look like, and what to do with it."""
    if b"ustar" in head[250:270]:
        return Message("corpora.looks_like_tar")
    return next((said for magic, said in _MAGIC.items() if head.startswith(magic)), "")


def _encoding_of(line: bytes, usual: str) -> str | None:
    """UTF-8 or CP949, whichever can read this line; ``None`` for neither, ``usual`` where nothing tells."""
    fitting = [encoding for encoding in ("utf-8", "cp949") if _decodes(line, encoding)]
    if len(fitting) < 2:
        return fitting[0] if fitting else None
    # CP949 syllables may by chance be valid UTF-8, and accented letters valid CP949, but letters beyond those are UTF-8.
    return "utf-8" if max(line.decode("utf-8")) >= "\u1100" else usual


def _decodes(data: bytes, encoding: str, final: bool = True) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final)
    except UnicodeDecodeError:
        return False
    return True


def head_text(head: bytes, name: str) -> str:
    """The beginning of a file as text, for looking at; damage is replaced."""
    encoding, bom = _settle(head, name)
    data = head[bom:]
    if encoding.startswith("utf-16"):
        data = data[: len(data) & ~1]
    text = unicodedata.normalize("NFC", data.decode(encoding, errors="replace"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Lines:
    r"""NFC lines of one file, without their ends; iterable once.

    Args:
        source: the bytes, decompressed.
        name: what the file is called in messages.
        report: where repairs are counted.
        max_line: bytes of a line that is given whole.

    Attributes:
        line: number of the line given last, from 1.
        encoding: what most of the file is in.
        piece: 0 for a whole line; 1, 2 … for the pieces of one longer than ``max_line`` bytes.

    Raises while iterating:
        BadInput: the file is binary.

    >>> from corpora.readers.inputs import Buffered
    >>> import io
    >>> list(Lines(Buffered(io.BytesIO("봄\r\n여름".encode("cp949"))), "a.txt", Report()))
    ['봄', '여름']
    """

    def __init__(self, source: ByteSource, name: str, report: Report, max_line: int | None = None) -> None:
        self._max_line = MAX_LINE if max_line is None else max_line
        self._source = source
        self._report = report
        self.name = name
        self.line = 0
        self.piece = 0
        self.encoding, self._bom = _settle(source.peek(HEAD), name)
        self._usual = "cp949" if self.encoding == "cp949" else "utf-8"  # UTF-16 is read as UTF-8

    @property
    def place(self) -> str:
        """``file:line`` of the line given last."""
        return f"{self.name}:{self.line}"

    def __iter__(self) -> Iterator[str]:
        number = 0
        for data, is_piece, is_first in self._blocks():
            text = self._text(data, number)
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            lines = text.split("\n")
            if data.endswith((b"\n", b"\r")):
                lines.pop()
            self.piece = (1 if is_first else self.piece + 1) if is_piece else 0
            if is_piece and not is_first:
                number -= 1  # still the same line
            for line in lines:
                number += 1
                self.line = number
                yield line

    def _blocks(self) -> Iterator[tuple[bytes, bool, bool]]:
        """(bytes of whole lines or of one piece of a line, whether a piece, whether its first piece)."""
        self._source.read(self._bom)
        wide = self.encoding.startswith("utf-16")
        read = _Recoded(self._source, self.encoding, self._report, self.name) if wide else self._source.read
        rest: list[bytes] = []
        held = 0
        cutting = False
        while block := read(BLOCK):
            end = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
            if end:
                if cutting:  # what remains of the long line stands alone, so that it counts as the same line
                    first = _line_end(block)
                    yield b"".join([*rest, block[:first]]), True, False
                    if first < end:
                        yield block[first:end], False, True
                else:
                    yield b"".join([*rest, block[:end]]), False, True
                rest, held, cutting = [block[end:]], len(block) - end, False
                continue
            rest.append(block)
            held += len(block)
            if held > self._max_line:
                data = b"".join(rest)
                cut = _cut(data)
                yield data[:cut], True, not cutting
                rest, held, cutting = [data[cut:]], len(data) - cut, True
        last = b"".join(rest)
        if last:
            yield last, cutting, not cutting

    def _text(self, data: bytes, before: int) -> str:
        """Decode a block of lines that begins after line ``before``."""
        if b"\0" in data:
            at = before + data.count(b"\n", 0, data.index(b"\0")) + 1
            self._report.note("nul", f"{self.name}:{at}", data.count(b"\0"))
            data = data.replace(b"\0", b"")
        if data.isascii():
            return data.decode("ascii")
        if self._usual == "utf-8" and _decodes(data, "utf-8"):
            text = data.decode("utf-8")
        else:
            text = "\n".join(self._line_text(line, before + n + 1) for n, line in enumerate(data.split(b"\n")))
        if "\u3164" in text:
            text, _ = recompose_fillers(text)
        # Line by line: one doubtful character would send a whole megabyte down the slow way.
        if all(map(_IS_NFC, text.split("\n"))):
            return text
        return "\n".join(self._composed(line, before + n + 1) for n, line in enumerate(text.split("\n")))

    def _line_text(self, line: bytes, number: int) -> str:
        if line.isascii():
            return line.decode("ascii")
        encoding = _encoding_of(line, self._usual)
        if encoding is None:
            text = line.decode(self._usual, errors="replace")
            self._report.note("repaired", f"{self.name}:{number}", max(1, text.count("\ufffd")))
            return text
        if encoding != self._usual:
            self._report.note("mixed", f"{self.name}:{number}, {encoding.upper()} among {self.encoding.upper()}")
        return line.decode(encoding)

    def _composed(self, line: str, number: int) -> str:
        made = unicodedata.normalize("NFC", line)
        if made != line:
            self._report.note("composed", f"{self.name}:{number}")
        return made


class _Recoded:
    """UTF-16 as UTF-8 bytes, so that everything after it sees one kind of stream."""

    def __init__(self, source: ByteSource, encoding: str, report: Report, name: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._report = report
        self._name = name
        self._done = False

    def __call__(self, size: int) -> bytes:
        while not self._done:
            data = self._source.read(size)
            self._done = not data
            text = self._decoder.decode(data, final=self._done)
            if "\ufffd" in text:
                self._report.note("repaired", self._name, text.count("\ufffd"))
            if text:
                return text.encode("utf-8")
        return b""


def _line_end(block: bytes) -> int:
    """Offset just after the first line end."""
    ends = [at for at in (block.find(b"\n"), block.find(b"\r")) if at >= 0]
    first = min(ends)
    return first + (2 if block[first : first + 2] == b"\r\n" else 1)


def _cut(data: bytes) -> int:
    """Where an overlong line may be cut: after its last white space, else before its last UTF-8 character."""
    space = max(data.rfind(b" "), data.rfind(b"\t"))
    if space > len(data) // 2:
        return space + 1
    cut = len(data)
    while cut > len(data) - 4 and data[cut - 1] & 0xC0 == 0x80:
        cut -= 1
    return cut - 1 if cut > 1 and data[cut - 1] >= 0xC0 else cut or len(data)

"""Bytes to text: the encodings Korean files really come in, and what had to be repaired.

UTF-8 with or without a BOM, UTF-16 in either order, UTF-32 with a BOM, and CP949. Never Python's ``euc-kr``: its decoder refuses
8,822 of the 11,172 syllables that Windows programs write into files of that name, while CP949 reads both.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from explorer.core.errors import BadInput
from explorer.text.hangul import recompose_fillers
from explorer.text.normalise import normalise

__all__ = ["Decoded", "LineDecoder", "decode", "decode_lines"]

CHUNK = 1 << 20
"""Bytes read at a time; also how many are looked at before an encoding is settled."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PLAUSIBLE = re.compile("[\t\n\r\x20-\x7e가-힣ㄱ-ㆎ\u2010-\u203b\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SPELLINGS = {"utf-8": "UTF-8", "cp949": "CP949", "utf-16-le": "UTF-16 LE", "utf-16-be": "UTF-16 BE"}


class _ByteStream(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and how it was read.

    Attributes:
        text: NFC text, without its BOM. Line ends are as they were.
        encoding: Python's name of the encoding (``"utf-8"``, ``"cp949"``, ``"utf-16-le"`` …).
        repairs: how often each repair was needed; empty for a clean file. ``"bom"`` (1), ``"nfc"`` (characters that were
            decomposed, as macOS writes them), ``"filler"`` (syllables put back together from the eight-byte spelling).
    """

    text: str
    encoding: str
    repairs: dict[str, int] = field(default_factory=dict)


def decode(data: bytes) -> Decoded:
    """Decode a whole file.

    Raises:
        BadInput: no supported encoding fits; names the offset of the first byte that cannot be read.

    >>> decode("뷁".encode("cp949")).text, decode("뷁".encode("cp949")).encoding
    ('뷁', 'cp949')
    >>> decode("뷁".encode("euc-kr"))
    Decoded(text='뷁', encoding='cp949', repairs={'filler': 1})
    """
    encoding, bom = _detect(data, final=True)
    try:
        text = data[bom:].decode(encoding)
    except UnicodeDecodeError as error:
        raise _unreadable(encoding, bom + error.start, data[bom + error.start]) from None
    repairs = {"bom": 1} if bom else {}
    text = _repair(text, repairs)
    return Decoded(text, encoding, repairs)


def decode_lines(stream: _ByteStream) -> LineDecoder:
    r"""Lines of a binary stream, decoded as they come; memory stays at one chunk and one line.

    Args:
        stream: anything with ``read(size) -> bytes``, opened in binary mode.

    >>> import io
    >>> lines = decode_lines(io.BytesIO("\ufeff한국어\r\n왕".encode()))
    >>> list(lines), lines.encoding, lines.repairs
    (['한국어', '왕'], 'utf-8', {'bom': 1})
    """
    return LineDecoder(stream)


class LineDecoder:
    """Iterates over lines without their ends; ``encoding`` and ``repairs`` tell, once iterated, what was met.

    Raises while iterating:
        BadInput: a byte that the encoding cannot hold, with its offset in the stream.
    """

    def __init__(self, stream: _ByteStream) -> None:
        self._stream = stream
        self.encoding = "utf-8"
        self.repairs: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        rest = ""
        for text in self._texts():
            whole = rest + text
            # A "\r" at the very end may be half of "\r\n".
            cut = max(whole.rfind("\n"), whole.rfind("\r", 0, len(whole) - 1)) + 1
            if cut:
                yield from (_repair(line, self.repairs) for line in _split_lines(whole[:cut]))
            rest = whole[cut:]
        if rest:
            yield from (_repair(line, self.repairs) for line in _split_lines(rest))

    def _texts(self) -> Iterator[str]:
        head = self._stream.read(CHUNK)
        fed = 0
        # Plain ASCII says nothing about the encoding of what follows it.
        while head and head.isascii() and 0 not in head:
            yield head.decode("ascii")
            fed += len(head)
            head = self._stream.read(CHUNK)
        if not head:
            return
        following = self._stream.read(CHUNK)
        try:
            self.encoding, bom = _detect(head, final=not following) if fed == 0 else (_multibyte(head, final=not following), 0)
        except _BadByte as error:
            raise _unreadable(error.tried, fed + error.offset, head[error.offset]) from None
        if bom:
            self.repairs["bom"] = 1
        decoder = codecs.getincrementaldecoder(self.encoding)()
        chunk = head[bom:]
        fed += bom
        while chunk:
            fed += len(chunk)
            try:
                yield decoder.decode(chunk, final=not following)
            except UnicodeDecodeError as error:
                at = fed - len(error.object) + error.start
                raise _unreadable(self.encoding, at, error.object[error.start]) from None
            if self.encoding in ("utf-8", "cp949") and 0 in following:
                raise _unreadable(self.encoding, fed + following.index(0), 0)
            chunk, following = following, self._stream.read(CHUNK) if following else b""


class _BadByte(BadInput):
    """No encoding fits; carries where, for the caller that knows what came before."""

    def __init__(self, tried: str, offset: int, byte: int) -> None:
        self.tried = tried
        self.offset = offset
        super().__init__("text.no_encoding", byte=byte, offset=offset, encoding=tried)


def _unreadable(encoding: str, offset: int, byte: int) -> BadInput:
    code = "text.binary" if byte == 0 else "text.no_encoding"
    return BadInput(code, byte=byte, offset=offset, encoding=_SPELLINGS.get(encoding, encoding))


def _detect(data: bytes, *, final: bool) -> tuple[str, int]:
    """The encoding of ``data`` and the length of its BOM."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding, len(mark)
    if 0 in data:
        wide = _wide(data)
        if wide:
            return wide, 0
    return _multibyte(data, final=final), 0


def _wide(data: bytes) -> str | None:
    """UTF-16 without a BOM, if one byte order makes sense: almost only Hangul, ASCII, hanja and punctuation."""
    if len(data) < 2 or (len(data) % 2 and len(data) < CHUNK):
        return None
    sample = data[: min(len(data), 1 << 16) & ~1]
    best: tuple[float, str] = (0.0, "")
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, errors="replace")
        best = max(best, (len(_PLAUSIBLE.findall(text)) / len(text), encoding))
    return best[1] if best[0] > 0.9 else None


def _multibyte(data: bytes, *, final: bool) -> str:
    """``"utf-8"`` or ``"cp949"``, or an error at the first byte neither can read."""
    utf8 = _first_bad(data, "utf-8", final)
    null = data.find(b"\0")
    if utf8 is None:
        if null >= 0:
            raise _BadByte("utf-8", null, 0)
        return "utf-8"
    cp949 = _first_bad(data, "cp949", final)
    control = _CONTROLS.search(data)
    if cp949 is None and control is None:
        return "cp949"
    if control is not None:
        # Binary files often happen to be decodable for a while; controls betray them.
        offset = min(utf8, null) if null >= 0 else utf8
        raise _BadByte("utf-8", offset, data[offset])
    assert cp949 is not None
    # Of two encodings that both fail, the one that got further is the likelier one.
    encoding, offset = ("cp949", cp949) if cp949 > utf8 else ("utf-8", utf8)
    raise _BadByte(encoding, offset, data[offset])


def _first_bad(data: bytes, encoding: str, final: bool) -> int | None:
    try:
        codecs.getincrementaldecoder(encoding)().decode(data, final)
    except UnicodeDecodeError as error:
        return error.start
    return None


_LINE_END = re.compile("\r\n|\r|\n")


def _split_lines(text: str) -> list[str]:
    # Not str.splitlines: it also cuts at form feeds and other separators that occur inside documents.
    lines = text.split("\n") if "\r" not in text else _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _repair(text: str, repairs: dict[str, int]) -> str:
    if text.isascii():
        return text
    text, filled = recompose_fillers(text)
    if filled:
        repairs["filler"] = repairs.get("filler", 0) + filled
    if not unicodedata.is_normalized("NFC", text):
        made = normalise(text)
        text = made.text
        repairs["nfc"] = repairs.get("nfc", 0) + made.changes.get("nfc", 0)
    return text

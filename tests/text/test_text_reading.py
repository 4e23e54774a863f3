"""Bytes to text: every encoding, every repair, and errors that point at the byte."""

import codecs
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.errors import BadInput
from explorer.text.reading import CHUNK, decode, decode_lines

TEXT = "한국어 텍스트: 뷁, ㅋㅋㅋ 그리고 漢字\n둘째 줄 abc\n"


@pytest.mark.parametrize(
    ("data", "encoding", "repairs"),
    [
        (TEXT.encode(), "utf-8", {}),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8", {"bom": 1}),
        (TEXT.encode("cp949"), "cp949", {}),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le", {"bom": 1}),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be", {"bom": 1}),
        (TEXT.encode("utf-16-le"), "utf-16-le", {}),
        (TEXT.encode("utf-16-be"), "utf-16-be", {}),
        (TEXT.encode("euc-kr"), "cp949", {"filler": 1}),
    ],
)
def test_encodings(data, encoding, repairs):
    made = decode(data)
    assert (made.text, made.encoding, made.repairs) == (TEXT, encoding, repairs)
    lines = decode_lines(io.BytesIO(data))
    assert list(lines) == TEXT.splitlines()
    assert (lines.encoding, lines.repairs) == (encoding, repairs)


def test_nfd_is_composed_and_counted():
    made = decode(unicodedata.normalize("NFD", "왕비 abc").encode())
    assert made.text == "왕비 abc"
    assert made.repairs == {"nfc": 5}


def test_empty_and_ascii():
    assert decode(b"").text == ""
    assert list(decode_lines(io.BytesIO(b""))) == []
    assert decode(b"abc").encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        ("한국어".encode() + b"\xff\xfe!", 9),
        (b"plain \xff", 6),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 0),
        (b"text\x00\x01\x02 more text", 4),
        ("왕".encode("cp949") + b"\xff ", 2),
    ],
)
def test_unreadable_bytes_are_located(data, offset):
    with pytest.raises(BadInput, match=f"offset {offset} ") as caught:
        decode(data)
    assert "\n" not in str(caught.value)
    with pytest.raises(BadInput, match=f"offset {offset} "):
        list(decode_lines(io.BytesIO(data)))


def test_a_late_bad_byte_is_located_in_the_stream():
    data = b"a" * (CHUNK + 5) + b"\n" + "한글\n".encode() * 10 + b"\xff\n"
    with pytest.raises(BadInput, match=f"offset {len(data) - 2} "):
        list(decode_lines(io.BytesIO(data)))
    data = "한글\n".encode() * (CHUNK // 4) + b"\xff\n"
    with pytest.raises(BadInput, match=f"offset {len(data) - 2} "):
        list(decode_lines(io.BytesIO(data)))


def test_characters_cut_by_a_chunk_survive():
    text = "뷁" * (CHUNK // 2) + "\n끝"
    for encoding in ("utf-8", "cp949"):
        assert list(decode_lines(io.BytesIO(text.encode(encoding)))) == text.split("\n")
    text = "a" * (CHUNK - 1) + "\r\n뷁"
    assert list(decode_lines(io.BytesIO(text.encode()))) == ["a" * (CHUNK - 1), "뷁"]


def test_korean_after_a_megabyte_of_ascii_is_still_recognised():
    data = b"ascii line\n" * (CHUNK // 8) + "뷁\n".encode("cp949")
    lines = decode_lines(io.BytesIO(data))
    assert list(lines)[-1] == "뷁"
    assert lines.encoding == "cp949"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))), st.sampled_from(["utf-8", "utf-8-sig"]))
def test_utf8_comes_back_in_nfc(text, encoding):
    data = text.encode(encoding)
    assert decode(data).text.lstrip("\ufeff") == unicodedata.normalize("NFC", text).lstrip("\ufeff") or "\u3164" in text


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data):
    try:
        assert isinstance(decode(data).text, str)
    except BadInput as error:
        assert "offset" in str(error)

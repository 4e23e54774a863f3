"""Files within files: compressed ones, archives, folders and patterns, and those that would do harm."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zipfile
from pathlib import Path

import pytest
from support_texts import LINES, TEXT, read, texts, write

from corpora import open_corpus
from corpora.readers import inputs as inputs_module
from explorer.core.errors import BadInput


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
def test_compressed_files_whatever_they_are_called(tmp_path: Path, pack):
    assert texts(write(tmp_path / "a.dat", pack(TEXT.encode()))) == LINES


def test_zstd(tmp_path: Path):
    zstandard = pytest.importorskip("zstandard")
    pack = zstandard.ZstdCompressor().compress
    assert texts(write(tmp_path / "a.dat", pack(LINES[0].encode() + b"\n") + pack(LINES[1].encode()))) == LINES[:2]


def test_folders_and_patterns_in_order_without_hidden_files(tmp_path: Path):
    (tmp_path / "b").mkdir()
    write(tmp_path / "b" / "2.txt", "둘\n")
    write(tmp_path / "1.txt.gz", gzip.compress("하나\n".encode()))
    write(tmp_path / ".hidden", "숨음\n")
    assert [d.id for d in read(tmp_path)[0]] == ["1.txt.gz:1", "b/2.txt:1"]
    assert texts(str(tmp_path / "**" / "*.txt")) == ["둘"]
    assert texts(str(tmp_path / "*")) == ["하나", "둘"]


def test_among_many_files_a_picture_is_passed_over_and_counted(tmp_path: Path):
    write(tmp_path / "a.txt", "글이다\n")
    write(tmp_path / "b.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10)
    documents, corpus = read(tmp_path)
    assert [d.text for d in documents] == ["글이다"]
    assert "b.png: binary data" in corpus.info()["report"]["findings"]["files"]["first"]


def test_a_zip_is_read_member_by_member(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("d/b.txt", "둘\n".encode("cp949") * 3)
        archive.writestr("a.jsonl.gz", gzip.compress(b'{"text": "x"}\n{"text": "y"}\n'))
        archive.writestr("__MACOSX/._b.txt", b"\0\1\2")
    documents = read(tmp_path / "a.zip")[0]
    assert [(d.id, d.text) for d in documents[:3]] == [
        ("a.zip/a.jsonl.gz:1", "x"),
        ("a.zip/a.jsonl.gz:2", "y"),
        ("a.zip/d/b.txt:1", "둘"),
    ]


@pytest.mark.parametrize("member", ["../out.txt", "/etc/x.txt", "a/../../x.txt", "..\\x.txt", "C:/x.txt"])
def test_a_member_that_climbs_out_of_its_archive_is_refused(tmp_path: Path, member: str):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, "글")
    with pytest.raises(BadInput, match=r"a\.zip: its member .* climbs out"):
        texts(tmp_path / "a.zip")


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(inputs_module, "BOMB_BYTES", 1 << 20)
    bomb = b"a" * (4 << 20)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bomb)
    for path in (
        tmp_path / "a.zip",
        write(tmp_path / "a.gz", gzip.compress(bomb)),
        write(tmp_path / "a.bz2", bz2.compress(bomb)),
        write(tmp_path / "a.xz", lzma.compress(bomb)),
    ):
        with pytest.raises(BadInput, match="zip bomb"):
            texts(path)


def test_a_truncated_gzip_says_where(tmp_path: Path):
    data = gzip.compress("\n".join(f"{n}째 줄" for n in range(5000)).encode())
    with pytest.raises(BadInput, match=r"a\.gz: the compressed data are damaged or cut off after [\d,]+ unpacked bytes"):
        texts(write(tmp_path / "a.gz", data[: len(data) // 2]))
    flipped = bytearray(data)
    flipped[len(data) // 2] ^= 0xFF
    with pytest.raises(BadInput, match=r"a\.gz: "):
        texts(write(tmp_path / "a.gz", bytes(flipped)))


def test_a_loop_of_links_ends(tmp_path: Path):
    (tmp_path / "a").mkdir()
    write(tmp_path / "a" / "x.txt", "글이다\n")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    documents, corpus = read(tmp_path)
    assert [d.text for d in documents] == ["글이다"]
    assert corpus.info()["report"]["findings"]["files"]["count"] == 2


def test_a_zip_is_opened_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(300):
            archive.writestr(f"{number:03}.txt", f"글 {number}")
    opened = []
    real = zipfile.ZipFile

    def counted(*args, **options):
        opened.append(args)
        return real(*args, **options)

    monkeypatch.setattr(inputs_module.zipfile, "ZipFile", counted)
    assert [document.text for document in read(path)[0]] == [f"글 {number}" for number in range(300)]
    assert len(opened) == 1


def test_more_archives_are_read_than_a_process_may_open_files(tmp_path: Path):
    import resource

    for number in range(80):
        with zipfile.ZipFile(tmp_path / f"{number:02}.zip", "w") as archive:
            archive.writestr("a.txt", f"글 {number}\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 40, hard))
    try:
        corpus = open_corpus(tmp_path)
        one, other = corpus.documents(), corpus.documents()
        assert [(next(one).text, next(other).text) for _ in range(80)] == [(f"글 {number}",) * 2 for number in range(80)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with zipfile.ZipFile(tmp_path / "00.zip", "w") as archive:
        archive.writestr("b.txt", "다른 글\n")
    with pytest.raises(BadInput, match=r"00\.zip"):
        next(corpus.documents())


def test_an_archive_whose_places_lie_before_its_beginning_is_damaged(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "왕이 웃었다.\n")
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\x05\x06") + 16  # where the directory begins
    content[at : at + 4] = (int.from_bytes(content[at : at + 4], "little") + 1_000).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        list(open_corpus(path).documents())
    assert caught.value.code in ("corpora.zip_damaged", "corpora.unpack_by_hand")

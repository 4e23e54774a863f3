"""Corpora read from an object store, here one that speaks like Amazon S3."""

from __future__ import annotations

import bz2
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support_objects import new_bucket, object_store

pytest.importorskip("s3fs")

from corpora import open_corpus
from corpora.library import add, add_part
from explorer.core.errors import BadInput, MissingExtra, Unavailable
from explorer.static.prepare import prepare

TEXTS = [f"왕비가 {number}번 웃었다. ㅋㅋㅋ 漢字 👩‍👩‍👧" for number in range(60)]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    yield from object_store()


def contents() -> dict[str, bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("속/가.txt", "\n".join(TEXTS[40:50]))
    return {
        "0.txt.bz2": bz2.compress("\n".join(TEXTS[:20]).encode("cp949", "ignore")),
        "아래/1.jsonl": "".join(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in TEXTS[20:40]).encode(),
        "2.zip": packed.getvalue(),
        ".hidden": b"x",
        "3.txt": b"",
    }


@pytest.fixture
def folders(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> tuple[str, Path]:
    """The same files in a bucket and on disk."""
    system, bucket = new_bucket(server, monkeypatch, "c", request.node.name)
    for name, content in contents().items():
        system.pipe_file(f"{bucket}/wiki/{name}", content)
        path = tmp_path / "wiki" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return f"s3://{bucket}/wiki", tmp_path / "wiki"


def test_a_folder_a_pattern_and_a_file_are_read_as_on_disk(folders: tuple[str, Path]) -> None:
    there, here = folders
    for below in ("", "/", "/*.bz2", "/2.zip", "/아래/1.jsonl"):
        found = [document.to_dict() for document in open_corpus(there + below).documents()]
        wanted = [document.to_dict() for document in open_corpus(str(here) + below).documents()]
        assert found and sorted(one["text"] for one in found) == sorted(one["text"] for one in wanted), below
    assert open_corpus(there).fingerprint() == open_corpus(there).fingerprint()


def test_they_are_stored_in_parts_and_tokenized(folders: tuple[str, Path], home: Path) -> None:
    there, here = folders
    parts = [add_part(there, "c", part=f"{number}/2") for number in (1, 2)]
    assert parts[-1].left == 0
    assert add(there, "c").manifest.params["paths"] == [there]
    assert sorted(open_corpus("c").texts()) == sorted(open_corpus(here).texts())
    done = prepare(open_corpus(there), tokenizer="eojeol", shard_characters=300, part="1/2")
    assert 0 < done.made < done.shards


def test_parquet_is_copied_first(folders: tuple[str, Path], tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq
    import s3fs

    pq.write_table(pa.table({"text": TEXTS}), tmp_path / "a.parquet")
    s3fs.S3FileSystem().put_file(str(tmp_path / "a.parquet"), f"{folders[0]}/p/a.parquet")
    assert list(open_corpus(f"{folders[0]}/p/a.parquet").texts()) == TEXTS


def test_what_is_not_there_is_said_in_one_line(folders: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="nothing"):
        open_corpus(f"{folders[0]}/nothing")
    with pytest.raises((BadInput, Unavailable)) as refused:
        open_corpus("s3://no-such-bucket-at-all/x")
    assert "no-such-bucket-at-all" in str(refused.value) and "\n" not in str(refused.value)
    corpus = open_corpus(folders[0])
    import s3fs

    s3fs.S3FileSystem().rm(f"{folders[0]}/2.zip")
    with pytest.raises((BadInput, Unavailable)) as gone:
        list(corpus.texts())
    assert "2.zip" in str(gone.value) and "\n" not in str(gone.value)

    def absent(*_: object, **__: object) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", absent)
    with pytest.raises(MissingExtra, match="s3"):
        open_corpus(folders[0])

"""A text of every kind of character, and files of it read as a corpus."""

from __future__ import annotations

from pathlib import Path

from corpora import Document, open_corpus
from corpora.corpus import FileCorpus

TEXT = "봄이 왔다.\n산에 꽃이 피었다ㅋㅋㅋ 😀\n\n漢字(한자)와 뷁을 쓴다.\n"
LINES = ["봄이 왔다.", "산에 꽃이 피었다ㅋㅋㅋ 😀", "漢字(한자)와 뷁을 쓴다."]


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def texts(path: Path | str, **options: str) -> list[str]:
    return list(open_corpus(path, **options).texts())


def read(path: Path | str, **options: str) -> tuple[list[Document], FileCorpus]:
    corpus = open_corpus(path, **options)
    assert isinstance(corpus, FileCorpus)
    return list(corpus.documents()), corpus

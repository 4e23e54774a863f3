"""Small tokenizers trained once for the whole run, on sentences composed here."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

SUBJECTS = ["왕이", "왕비가", "강아지는", "고양이도", "선생님께서", "학생들이", "바람이", "할머니는", "아이가", "친구와"]
OBJECTS = ["밥을", "책을", "노래를", "편지를", "길을", "사과를", "이야기를", "그림을", "학교에", "집으로"]
VERBS = [
    "먹었다.",
    "읽었어요ㅋㅋㅋ",
    "불렀다!",
    "썼습니다.",
    "갔다ㅠㅠ",
    "봤어?",
    "좋아한다.",
    "찾았네요",
    "그렸다.",
    "생각했다.",
]


def sentences() -> list[str]:
    """A thousand sentences, every subject with every object and every verb."""
    return [" ".join(parts) for parts in itertools.product(SUBJECTS, OBJECTS, VERBS)]


@pytest.fixture(scope="session")
def korean() -> list[str]:
    return sentences()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """``{kind: file of a trained tokenizer}``."""
    from explorer.tokenizers.training.train import train_tokenizer

    before = os.environ.get("EXPLORER_HOME")
    os.environ["EXPLORER_HOME"] = str(tmp_path_factory.mktemp("trained"))
    try:
        sizes = {"unigram": 333, "bpe": 130, "wordpiece": 200, "byte-bpe": 400, "kiwi-bpe": 120}
        return {
            kind: train_tokenizer(kind, sentences(), vocab_size=size, byte_fallback=kind == "unigram", name=kind).path
            for kind, size in sizes.items()
        }
    finally:
        if before is None:
            del os.environ["EXPLORER_HOME"]
        else:
            os.environ["EXPLORER_HOME"] = before


@pytest.fixture(scope="session")
def kiwi_sw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sub-word tokenizer that Kiwi itself trained."""
    from kiwipiepy.sw_tokenizer import SwTokenizer, SwTokenizerConfig

    path = tmp_path_factory.mktemp("kiwi-sw") / "own.json"
    SwTokenizer.train(str(path), sentences(), SwTokenizerConfig(fallback_byte=True), 400, show_progress=False)
    return path

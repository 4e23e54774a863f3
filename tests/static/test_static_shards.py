"""One pass of the tokenizer serves every choice of keys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.static.pipeline import text_spans, tokenize_corpus
from explorer.static.shards import BREAK, Shard
from explorer.tokenizers.engines.rules import EojeolTokenizer
from explorer.tokenizers.loading import tokenizer
from explorer.tokenizers.token import Token


class Counting(EojeolTokenizer):
    lines = 0

    def tokenize(self, text: str) -> list[Token]:
        self.lines += 1
        return super().tokenize(text)


TEXTS = ["왕이 왔다. 왕비도 왔다.\n\n- * -\n\u200b끝", "한 줄", "!!!"]


def test_choices_of_keys_share_the_tokens(home: Path) -> None:
    counting = Counting()
    first = tokenize_corpus(TEXTS, counting, choice="content")
    lines = counting.lines
    assert lines == 5
    second = tokenize_corpus(TEXTS, counting, choice="all")
    assert counting.lines == lines and second.paths == first.paths
    assert first.sha256 != second.sha256 and first.tokens < second.tokens


def test_sentences_end_where_they_should(home: Path) -> None:
    shard = next(iter(tokenize_corpus(TEXTS, EojeolTokenizer(), choice="content")))
    words = " ".join("|" if code == BREAK else shard.keys[code] for code in shard.codes)
    assert words == "왕이 왔다 | 왕비도 왔다 | 끝 | 한 줄 |"


def test_kept_shards_know_their_lines(home: Path) -> None:
    texts = ["나는 학교에 갔다.\n 너도 왔니?", "", "그래"]
    shards = tokenize_corpus(texts, tokenizer("kiwi"), choice="all")
    kept = Shard.read(shards.paths[0])
    assert len(kept.lines) == sum(len(text_spans(text)) for text in texts) == 3
    assert kept.lines[-1] == len(kept.codes) and bool(np.all(np.diff(kept.lines) > 0))
    first = [kept.keys[code] for code in kept.codes[: kept.lines[0]]]
    assert first[0] == "나/NP" and "가다/VV" in first and first[-1] == "./SF"


@pytest.mark.parametrize("size", [1, 3, 10_000])
def test_long_sentences_are_cut(home: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("explorer.static.shards.MAX_SENTENCE", size)
    shard = next(iter(tokenize_corpus(["가 나 다 라 마 바 사"], EojeolTokenizer())))
    lengths = np.diff(np.flatnonzero(np.concatenate([[True], shard.codes == BREAK])))
    assert lengths.max() <= size + 1 and int((shard.codes >= 0).sum()) == 7


def test_long_lines_are_tokenized_in_pieces_that_end_with_sentences(home: Path) -> None:
    sentence = "왕이 3.5리를 걸어 성에 왔다고 그가 말했다."
    text = "짧다. 줄\r\n" + " ".join([sentence] * 20) + "\n \n" + "쉼없이" * 500
    spans = text_spans(text)
    pieces = [text[start:end] for start, end in spans]
    assert pieces[0] == "짧다. 줄" and pieces[-1] == "쉼없이" * 500
    assert "".join(pieces[1:-1]) == " ".join([sentence] * 20)
    assert all(piece.startswith("왕이") and piece.rstrip().endswith("말했다.") and len(piece) < 200 for piece in pieces[1:-1])
    assert len(pieces) > 5
    assert text_spans("") == text_spans(" \n\n") == []

"""Texts with labels, from tables of every kind and from lines."""

from __future__ import annotations

import gzip
import unicodedata

import pytest

from corpora.labelled import documents_of, labelled_lines, labelled_texts, pasted_documents
from corpora.library import add
from explorer.core.errors import BadInput

ROWS = [("재미있다", "좋음"), ("지루하다", "나쁨"), ('그는 "좋다, 정말"이라고 했다', "좋음")]


def written(tmp_path, text, name="reviews.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


CSV = 'id,document,label\n1,재미있다,좋음\n2,지루하다,나쁨\n3,"그는 ""좋다, 정말""이라고 했다",좋음\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_every_korean_encoding_is_read(tmp_path, encoding):
    assert labelled_texts(written(tmp_path, CSV, encoding=encoding)) == ROWS


def test_nfd_compressed_and_named_columns(tmp_path):
    decomposed = unicodedata.normalize("NFD", CSV)
    assert labelled_texts(written(tmp_path, decomposed)) == ROWS
    packed = tmp_path / "reviews.csv.gz"
    packed.write_bytes(gzip.compress(CSV.encode()))
    assert labelled_texts(packed, "document", "Label") == ROWS
    assert labelled_texts(packed, most=1) == ROWS[:1]
    table = written(tmp_path, "말\t값\n재미있다\t1\n지루하다\t0\n", "a.tsv")
    assert labelled_texts(table, "말", "값") == [("재미있다", "1"), ("지루하다", "0")]
    objects = written(tmp_path, '{"text": "재미있다", "label": 1}\n{"text": "지루하다", "label": 0}\n', "a.jsonl")
    assert [label for _, label in labelled_texts(objects)] == ["1", "0"]


def test_rows_without_text_or_label_are_left_out(tmp_path):
    table = written(tmp_path, "document,label\n재미있다,좋음\n,나쁨\n지루하다,\n따분하다,나쁨\n")
    assert labelled_texts(table) == [("재미있다", "좋음"), ("따분하다", "나쁨")]


def test_a_column_that_is_not_there_is_said_with_those_that_are(tmp_path):
    path = written(tmp_path, CSV)
    with pytest.raises(BadInput, match=r"star.*label"):
        labelled_texts(path, label_column="star")
    with pytest.raises(BadInput, match="본문"):
        labelled_texts(path, "본문")
    with pytest.raises(BadInput, match="--label-column"):
        labelled_texts(written(tmp_path, "document,a,b\n재미있다,1,2\n지루하다,1,2\n", "b.csv"))


def test_lines_of_text_tab_label():
    decomposed = unicodedata.normalize("NFD", "재미있다\t좋음")
    assert labelled_lines([decomposed, "", "글 안의\t탭\t나쁨"]) == [("재미있다", "좋음"), ("글 안의\t탭", "나쁨")]
    for line in ("탭이 없다", "레이블이 없다\t", "\t글이 없다"):
        with pytest.raises(BadInput, match="line 2"):
            labelled_lines(["좋다\t좋음", line])


def test_a_corpus_gives_texts_and_labels_that_may_be_missing(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text('문장,분류\n"재미있다. 또 볼래",좋음\n지루하다,\n', encoding="utf-8")
    texts, labels = documents_of(path)
    assert labels == [] and list(texts) == ["재미있다. 또 볼래", "지루하다"] and labels == ["좋음", ""]
    texts, labels = documents_of(path, by="sentence")
    assert list(texts) == ["재미있다.", "또 볼래", "지루하다"] and labels == ["좋음", "좋음", ""]
    texts, labels = documents_of(path, most=1)
    assert list(texts) == ["재미있다. 또 볼래"]
    with pytest.raises(BadInput, match="색"):
        next(documents_of(path, "색")[0])
    with pytest.raises(BadInput, match="page"):
        documents_of(path, by="page")


def test_the_label_that_was_said_when_a_corpus_was_stored_is_its_label(home, tmp_path):
    path = written(tmp_path, "문장,분류,점수\n재미있다,가,높음\n지루하다,나,낮음\n", "a.csv")
    stored = add(path, "reviews", source={"label": "점수"})
    for given, wanted in ((None, ["높음", "낮음"]), ("분류", ["가", "나"])):
        texts, labels = documents_of("reviews", given)
        assert list(texts) == ["재미있다", "지루하다"] and labels == wanted
    assert [label for _, label in labelled_texts(stored)] == ["높음", "낮음"]


def test_what_is_pasted_is_asked_as_a_corpus_is():
    table = '문장,분류,점수\n"재미있다. 또 볼래",가,높음\n지루하다,나,낮음\n'
    assert pasted_documents(table, "점수", "sentence", 2) == (["재미있다.", "또 볼래"], ["높음", "높음"])
    assert pasted_documents("재미있다. 또 볼래\n\n지루하다", by="sentence") == (
        ["재미있다.", "또 볼래", "지루하다"],
        ["", "", ""],
    )
    assert pasted_documents("하나\n둘\n셋", most=2)[0] == ["하나", "둘"]
    for text, label in ((table, "색"), ("하나\n둘", "점수")):
        with pytest.raises(BadInput, match=label) as caught:
            pasted_documents(text, label)
        assert "/" not in str(caught.value)
    with pytest.raises(BadInput, match="page"):
        pasted_documents("하나", by="page")


def test_what_is_pasted_is_a_table_or_lines():
    assert pasted_documents("id\tdocument\tlabel\n1\t재미있다\t1\n2\t지루하다\t0") == (["재미있다", "지루하다"], ["1", "0"])
    assert pasted_documents("글이 좋다, 정말\n\n둘째 글") == (["글이 좋다, 정말", "둘째 글"], ["", ""])
    assert pasted_documents("") == ([], []) and pasted_documents("\ufeff문장,분류\n하나,가")[1] == ["가"]

"""Reading whatever people bring: formats by content, encodings, damage."""

from __future__ import annotations

import bz2
import csv
import io
import json
import os
import sys
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import pytest
from support_texts import LINES, TEXT, read, texts, write

import corpora.readers.lines as lines_module
from corpora import Document, open_corpus
from corpora.corpus import FileCorpus
from corpora.library import add
from corpora.readers import inputs as inputs_module
from corpora.readers import plain as plain_module
from explorer.core.errors import BadInput, UnknownName

# -- plain text and encodings ------------------------------------------------------------------------------------------


def test_plain_text_is_a_document_a_line_with_its_place(tmp_path: Path):
    documents, _ = read(write(tmp_path / "글.txt", TEXT))
    assert [d.text for d in documents] == LINES
    assert [d.id for d in documents] == ["글.txt:1", "글.txt:2", "글.txt:4"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        unicodedata.normalize("NFD", TEXT).encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
    ids=["bom", "utf-16", "utf-16-be", "utf-16-le without a mark", "nfd", "windows", "old mac"],
)
def test_every_spelling_of_the_same_text_gives_the_same_documents(tmp_path: Path, data: bytes):
    plain = read(write(tmp_path / "a.txt", TEXT))[0]
    assert read(write(tmp_path / "a.txt", data))[0] == plain


def test_cp949_gives_the_same_documents_as_utf8(tmp_path: Path):
    text = TEXT.replace("😀", "♥")
    plain = read(write(tmp_path / "a.txt", text))[0]
    documents, corpus = read(write(tmp_path / "a.txt", text.encode("cp949")))
    assert documents == plain
    assert corpus.info()["report"]["encodings"] == {"cp949": 1}


def test_a_bad_byte_is_replaced_counted_and_placed(tmp_path: Path):
    documents, corpus = read(write(tmp_path / "a.txt", "가나다\n라마".encode() + b"\xff" + "바\n사\n".encode()))
    assert [d.text for d in documents] == ["가나다", "라마\ufffd바", "사"]
    assert corpus.info()["report"]["findings"]["repaired"] == {"count": 1, "first": "a.txt:2"}


def test_lines_in_another_encoding_are_read_and_reported(tmp_path: Path):
    data = "첫째 줄\n".encode() + "둘째 줄이다\n".encode("cp949") + "셋째 줄\n".encode()
    documents, corpus = read(write(tmp_path / "a.txt", data))
    assert [d.text for d in documents] == ["첫째 줄", "둘째 줄이다", "셋째 줄"]
    assert corpus.info()["report"]["findings"]["mixed"] == {"count": 1, "first": "a.txt:2, CP949 among UTF-8"}
    data = ("첫째 줄이다\n" * 5).encode("cp949") + "여섯째 줄\n".encode()
    documents, corpus = read(write(tmp_path / "b.txt", data))
    assert documents[-1].text == "여섯째 줄"
    assert corpus.info()["report"]["findings"]["mixed"]["first"] == "b.txt:6, UTF-8 among CP949"


def test_nul_characters_are_taken_out_and_counted(tmp_path: Path):
    documents, corpus = read(write(tmp_path / "a.txt", "가나\n다\0라\0\n"))
    assert [d.text for d in documents] == ["가나", "다라"]
    assert corpus.info()["report"]["findings"]["nul"] == {"count": 2, "first": "a.txt:2"}


def test_a_binary_file_is_refused_with_its_name(tmp_path: Path):
    with pytest.raises(BadInput, match=r"x\.txt: binary data"):
        texts(write(tmp_path / "x.txt", bytes(range(256)) * 40))
    with pytest.raises(BadInput, match="a PDF"):
        texts(write(tmp_path / "x.pdf", b"%PDF-1.7\n" + bytes(range(32)) * 40))


def test_an_overlong_line_comes_in_pieces_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines_module, "BLOCK", 1 << 12)
    monkeypatch.setattr(lines_module, "MAX_LINE", 1 << 14)
    monkeypatch.setattr(plain_module, "MAX_DOCUMENT", 3000)
    line = "".join(f"낱말{n}" + (" " if n % 7 == 0 else "") for n in range(9000))
    documents, corpus = read(write(tmp_path / "a.txt", f"앞줄\n{line}\n뒷줄\n"))
    assert documents[0].text == "앞줄"
    assert documents[-1] == Document("a.txt:3", "뒷줄")
    assert "".join(d.text for d in documents[1:-1]).replace(" ", "") == line.replace(" ", "")
    assert max(len(d.text) for d in documents) <= 3000
    assert {d.id for d in documents[1:-1]} == {"a.txt:2"}
    assert corpus.info()["report"]["findings"]["cut"]["count"] >= 1


def test_memory_stays_bounded_on_one_endless_line(tmp_path: Path):
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        for _ in range(64):
            stream.write("한없이긴줄".encode() * 70_000)  # 67 MB without a space or a line end
    tracemalloc.start()
    size = sum(len(text) for text in open_corpus(path).texts())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 64 * 70_000 * 5
    assert peak < 60 << 20


def test_hard_wrapped_text_is_read_by_paragraph(tmp_path: Path):
    text = "옛날 어느 마을에 나무꾼이 살고\n있었는데 그는 매일 산에 올라 나무를\n하였다.\n\n" * 4
    documents, _ = read(write(tmp_path / "a.txt", text))
    assert len(documents) == 4
    assert documents[1].text == "옛날 어느 마을에 나무꾼이 살고 있었는데 그는 매일 산에 올라 나무를 하였다."
    assert documents[1].id == "a.txt:5"


# -- WikiExtractor -----------------------------------------------------------------------------------------------------

WIKI = """<doc id="7" url="https://ko.example/7" title="왕 &amp; "여왕"">
왕 &amp; "여왕"

왕은 나라의 우두머리다.
여왕도 그렇다.
</doc>
<doc id="8" url="https://ko.example/8" title="빈 글">
빈 글

</doc>
<doc id="9" url="https://ko.example/9" title="끝">
끝이 아닌 첫 줄.
"""


def test_wikiextractor_blocks_keep_id_title_and_url(tmp_path: Path):
    documents, corpus = read(write(tmp_path / "wiki_00", WIKI))
    assert documents == [
        Document("7", "왕은 나라의 우두머리다.\n여왕도 그렇다.", '왕 & "여왕"', {"url": "https://ko.example/7"}),
        Document("9", "끝이 아닌 첫 줄.", "끝", {"url": "https://ko.example/9"}),
    ]
    assert corpus.info()["report"]["findings"]["empty"]["count"] == 1


# -- tables ------------------------------------------------------------------------------------------------------------

NSMC = 'id\tdocument\tlabel\n1\t"재미있다\t1\n2\t\t0\n3\t별로다, 정말\t0\n4\t"최고" 라고 한다"\t1\n'


def test_a_tab_table_takes_quotation_marks_as_they_are(tmp_path: Path):
    documents, corpus = read(write(tmp_path / "ratings.txt", NSMC))
    assert [(d.id, d.text, d.meta["label"]) for d in documents] == [
        ("1", '"재미있다', "1"),
        ("3", "별로다, 정말", "0"),
        ("4", '"최고" 라고 한다"', "1"),
    ]
    report = corpus.info()["report"]
    assert report["fields"] == {"document": 1}
    assert report["findings"]["empty"] == {"count": 1, "first": "ratings.txt:3"}


def test_a_comma_table_with_quoted_cells(tmp_path: Path):
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["번호", "제목", "본문", "별점"])
    writer.writerows([[n, f"제목 {n}", f'그는 "{n}"라고,\n말했다.', n % 5] for n in range(5)])
    documents, _ = read(write(tmp_path / "data", "\ufeff" + buffer.getvalue()))
    assert documents[2] == Document("2", '그는 "2"라고,\n말했다.', "제목 2", {"별점": "2"})


def test_the_column_can_be_named_and_a_wrong_name_lists_what_is_there(tmp_path: Path):
    path = write(tmp_path / "a.tsv", "a\tb\n하나\t둘\n셋\t넷\n")
    assert texts(path, field="a") == ["하나", "셋"]
    assert texts(path, field="a,b") == ["하나\n둘", "셋\n넷"]
    with pytest.raises(BadInput, match=r"a\.tsv: no column or field 'c'; there is a, b"):
        texts(path, field="c")


def test_a_table_without_a_header_has_numbered_columns(tmp_path: Path):
    path = write(tmp_path / "a.tsv", "1\t봄이 왔다\n2\t꽃이 피었다\n3\t새가 운다\n")
    assert texts(path) == ["봄이 왔다", "꽃이 피었다", "새가 운다"]
    assert texts(path, field="1") == ["1", "2", "3"]


def test_prose_with_commas_is_no_table(tmp_path: Path):
    prose = "그는 갔고, 나는 남았다.\n비가 왔고, 바람이 불었다.\n해가 졌고, 달이 떴다.\n"
    assert texts(write(tmp_path / "a.txt", prose)) == prose.splitlines()


def test_a_pair_of_sentences_is_one_document(tmp_path: Path):
    table = "sentence1\tsentence2\tgold_label\n비가 온다.\t하늘이 흐리다.\tneutral\n눈이 온다.\t덥다.\tcontradiction\n"
    documents, _ = read(write(tmp_path / "a.tsv", table))
    assert [d.text for d in documents] == ["비가 온다.\n하늘이 흐리다.", "눈이 온다.\n덥다."]


def test_a_quotation_mark_that_never_closes_names_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import corpora.readers.tables as tables

    monkeypatch.setattr(tables, "MAX_CELL", 1000)
    good = "".join(f'{n},"문장 {n}"\n' for n in range(9000))
    with pytest.raises(BadInput, match=r"a\.csv:\d+: .*never closed"):
        texts(write(tmp_path / "a.csv", f'id,text\n{good}9001,"끝나지 않는\n' + "줄이 이어진다\n" * 200))


def test_rows_without_the_column_are_counted(tmp_path: Path):
    rows = "id\ttext\n" + "".join(f"{n}\t문장 {n}\n" for n in range(50)) + "51\n"
    documents, corpus = read(write(tmp_path / "a.tsv", rows))
    assert len(documents) == 50
    assert corpus.info()["report"]["findings"]["ragged"] == {"count": 1, "first": "a.tsv:52"}


# -- JSON --------------------------------------------------------------------------------------------------------------

RECORDS = [
    {"petition_idx": str(n), "title": f"제목 {n}", "content": f"내용 {n} 입니다.", "num": n, "tags": ["a"]} for n in range(300)
]


def test_json_lines_and_json_arrays_give_the_same_texts(tmp_path: Path):
    rows = "\n".join(json.dumps(r, ensure_ascii=False) for r in RECORDS)
    first, corpus = read(write(tmp_path / "a", rows))
    assert first[5] == Document("5", "내용 5 입니다.", "제목 5", {"num": 5})
    assert corpus.info()["report"]["fields"] == {"content": 1}
    for indent in (None, 2):
        assert read(write(tmp_path / "b", json.dumps(RECORDS, ensure_ascii=False, indent=indent)))[0] == first
    wrapped = {"version": 1, "data": RECORDS, "end": None}
    assert read(write(tmp_path / "c", json.dumps(wrapped, indent=1)))[0] == first


def test_nested_json_finds_passages(tmp_path: Path):
    data = {
        "data": [
            {
                "title": f"글 {n}",
                "paragraphs": [{"context": f"문단 {n}-{m} 이다.", "qas": [{"question": "무엇?"}]} for m in range(2)],
            }
            for n in range(3)
        ]
    }
    documents, _ = read(write(tmp_path / "a.json", json.dumps(data, ensure_ascii=False)))
    assert [d.text for d in documents] == [f"문단 {n}-{m} 이다." for n in range(3) for m in range(2)]
    assert documents[-1].title == "글 2"


def test_a_json_array_of_strings(tmp_path: Path):
    assert texts(write(tmp_path / "a.json", json.dumps(["가", "나 다", "라"]))) == ["가", "나 다", "라"]


def test_a_json_array_is_streamed(tmp_path: Path):
    path = tmp_path / "a.json"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for number in range(60_000):
            stream.write(("," if number else "") + json.dumps({"text": f"{number} " + "긴 글 " * 40}, ensure_ascii=False))
        stream.write("]")
    tracemalloc.start()
    count = sum(1 for _ in open_corpus(path).texts())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 50 << 20


def test_bad_json_lines_are_counted_and_a_broken_array_names_the_place(tmp_path: Path):
    rows = [json.dumps({"text": f"글 {n}"}) for n in range(5)]
    rows[3] = '{"text": "글'
    documents, corpus = read(write(tmp_path / "a.jsonl", "\n".join(rows)))
    assert len(documents) == 4
    assert corpus.info()["report"]["findings"]["unparsed"] == {"count": 1, "first": "a.jsonl:4"}
    with pytest.raises(BadInput, match=r"b\.json:\d+: broken JSON"):
        texts(write(tmp_path / "b.json", json.dumps(RECORDS)[:-500]))


# -- Parquet, CoNLL-U, MediaWiki -----------------------------------------------------------------------------------------


def test_parquet(tmp_path: Path):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"id": [1, 2, 3], "review": ["재미있다", None, "별로다"], "stars": [5, 3, 1]})
    pq.write_table(table, tmp_path / "a.bin")
    documents, corpus = read(tmp_path / "a.bin")
    assert documents == [Document("1", "재미있다", "", {"stars": 5}), Document("3", "별로다", "", {"stars": 1})]
    assert corpus.info()["report"]["findings"]["ragged"]["count"] == 1
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.bin", "inside.parquet")
    assert texts(tmp_path / "a.zip") == ["재미있다", "별로다"]
    data = (tmp_path / "a.bin").read_bytes()
    with pytest.raises(BadInput, match="damaged Parquet"):
        texts(write(tmp_path / "b.bin", data[: len(data) // 2]))


CONLLU = """# sent_id = s1
# text = 나는 "서울역"에 갔다.
1\t나는\t나+는\tPRON\tNP+JX\t_\t4\tnsubj\t_\t_
2\t"\t"\tPUNCT\tSS\t_\t3\tpunct\t_\tSpaceAfter=No
3-4\t서울역"에\t_\t_\t_\t_\t_\t_\t_\t_
3\t서울역\t서울역\tPROPN\tNNP\t_\t5\tobl\t_\t_
4\t"에\t_\tADP\t_\t_\t3\tcase\t_\t_
5\t갔다\t가+았+다\tVERB\tVV+EP+EF\t_\t0\troot\t_\tSpaceAfter=No
6\t.\t.\tPUNCT\tSF\t_\t5\tpunct\t_\t_

# sent_id = s2
1\t1+1\t1+1\tNUM\tSN\t_\t0\troot\t_\tSpaceAfter=No
2\t은\t은\tADP\tJX+X\t_\t1\tcase\t_\tMSeg=은

"""


def test_conllu_documents_and_gold_morphemes(tmp_path: Path):
    from corpora.readers.conllu import gold_sentences

    path = write(tmp_path / "a.conllu", CONLLU)
    assert read(path)[0] == [Document("s1", '나는 "서울역"에 갔다.'), Document("s2", "1+1은")]
    first, second = gold_sentences(path)
    assert all(first.text[w.start : w.end] == w.form for w in first.words)
    assert first.words[0].morphemes == (("나", "NP"), ("는", "JX"))
    assert first.words[-2].morphemes == (("가", "VV"), ("았", "EP"), ("다", "EF"))
    assert second.words[0].morphemes == (("1+1", "SN"),)
    assert second.words[1].morphemes == ()  # two tags, one form


def test_conllu_documents_by_newdoc(tmp_path: Path):
    blocks = CONLLU.split("\n\n")
    text = f"# newdoc id = d1\n{blocks[0]}\n\n{blocks[1]}\n\n# newdoc id = d2\n{blocks[1]}\n\n"
    documents = read(write(tmp_path / "a", text))[0]
    assert [(d.id, d.text.count("\n")) for d in documents] == [("d1", 1), ("d2", 0)]


def dump(*pages: tuple[int, str, str, str]) -> list[bytes]:
    head = b'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="ko"><siteinfo><sitename>x</sitename></siteinfo>'
    body = [
        f"<page><title>{title}</title><ns>{ns}</ns><id>{number}</id>{extra}<revision><id>9{number}</id>"
        f"<contributor><id>77</id></contributor><text>{text}</text></revision></page>".encode()
        for number, (ns, title, text, extra) in enumerate(pages, 1)
    ]
    return [head, *body, b"</mediawiki>"]


WIKITEXT = """{{정보|이름=왕}}'''왕'''([[한자]]: 王, {{llang|en|king}})은 [[나라|한 나라]]의 우두머리다.&lt;ref&gt;책&lt;/ref&gt;
[[파일:King.jpg|섬네일|[[왕]]의 모습]]
== 역사 ==
* 첫째
{| class="x"
| 칸
|}
[[분류:왕]]"""


def test_a_multistream_dump_gives_articles_as_plain_text(tmp_path: Path):
    pytest.importorskip("mwparserfromhell")
    pages = [(0, "왕", WIKITEXT, ""), (14, "분류:왕", "분류", ""), (0, "임금", "#넘겨주기 [[왕]]", '<redirect title="왕"/>')]
    data = b"".join(bz2.compress(part) for part in dump(*pages))
    documents, corpus = read(write(tmp_path / "d.xml.bz2", data))
    assert documents == [Document("1", "왕(한자: 王)은 한 나라의 우두머리다.\n역사\n첫째", "왕")]
    assert corpus.info()["report"]["findings"]["redirects"]["count"] == 2


def test_a_broken_dump_and_one_that_declares_entities(tmp_path: Path):
    pytest.importorskip("mwparserfromhell")
    whole = b"".join(dump((0, "왕", "왕이다.", ""), (0, "왕비", "왕비다.", "")))
    with pytest.raises(BadInput, match=r"d\.xml:1: broken XML"):
        texts(write(tmp_path / "d.xml", whole[:-40]))
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + whole
    with pytest.raises(BadInput, match="declares entities"):
        texts(write(tmp_path / "d.xml", bomb))


def test_empty_things_say_so(tmp_path: Path):
    with pytest.raises(BadInput, match="an empty folder"):
        open_corpus(tmp_path)
    with pytest.raises(BadInput, match="no text found"):
        texts(write(tmp_path / "a.txt", ""))
    with pytest.raises(BadInput, match="no text found"):
        texts(write(tmp_path / "a.txt", "\n \n"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w"):
        pass
    with pytest.raises(BadInput):
        texts(tmp_path / "a.zip")
    with pytest.raises(BadInput, match="no such file"):
        open_corpus(str(tmp_path / "none" / "x.txt"))
    with pytest.raises(UnknownName, match="sample"):
        open_corpus("smaple")


def test_a_field_for_a_file_without_fields_is_an_error(tmp_path: Path):
    with pytest.raises(BadInput, match="plain text, which has no columns"):
        texts(write(tmp_path / "a.txt", TEXT), field="text")


def test_documents_can_be_read_again_and_the_fingerprint_follows_the_file(tmp_path: Path):
    path = write(tmp_path / "a.txt", TEXT)
    corpus = open_corpus(path)
    assert list(corpus.texts()) == list(corpus.texts()) == list(corpus)
    before = corpus.fingerprint()
    assert open_corpus(path).fingerprint() == before
    write(path, TEXT + "더\n")
    assert open_corpus(path).fingerprint() != before


def test_names_and_hints(home: Path, tmp_path: Path):
    from corpora.library import add

    add(write(tmp_path / "a.txt", "왕이 왔다. 왕비도 왔다.\n둘째 줄"), "mine")
    assert open_corpus("mine").name == "mine"
    assert list(open_corpus("mine").sentences()) == ["왕이 왔다.", "왕비도 왔다.", "둘째 줄"]
    assert list(open_corpus("mine").sentences("line")) == ["왕이 왔다. 왕비도 왔다.", "둘째 줄"]
    with pytest.raises(BadInput, match="leave --field"):
        open_corpus("mine", field="text")
    with pytest.raises(UnknownName, match="corpus fetch nsmc"):
        open_corpus("nsmc")
    corpus = open_corpus("mine")
    assert open_corpus(corpus) is corpus


@pytest.mark.shared_data
def test_real_files_are_recognised(shared_data: Path):
    from itertools import islice

    for name, form, field in (
        ("nsmc/ratings.txt.gz", "table", "document"),
        ("petitions/petitions_2019-05.jsonl.gz", "jsonl", "content"),
        ("ud/ko_gsd-ud-dev.conllu.gz", "CoNLL-U", ""),
        ("kowiki/wiki-15.txt.gz", "WikiExtractor text", ""),
    ):
        corpus = open_corpus(shared_data / name)
        assert isinstance(corpus, FileCorpus)
        assert len(list(islice(corpus.documents(), 50))) == 50
        documents = list(corpus.documents())
        report = corpus.report
        assert report is not None and form in report.formats and report.encodings == {"utf-8": 1}
        assert not field or report.fields == {field: 1}
        assert all(d.text and "\0" not in d.text for d in documents)


@pytest.mark.parametrize("damage", [b"", "마지막 줄이다\n".encode()[:-2] + b"\n"])
def test_accented_latin_lines_stay_utf8(tmp_path: Path, damage: bytes):
    """Such lines are valid CP949 by chance, each of them; a damaged line among them changes nothing."""
    lines = ["Café Zoé à la crème", "El niño mañana", "Übergröße für Öl", "서울의 카페"]
    documents, corpus = read(write(tmp_path / "a.txt", "\n".join([*lines[:3] * 5, lines[3], ""]).encode() + damage))
    assert [one.text for one in documents][:16] == [*lines[:3] * 5, lines[3]]
    assert corpus.info()["report"]["encodings"] == {"utf-8": 1} and "mixed" not in corpus.info()["report"]["findings"]


def test_a_cp949_line_that_is_also_utf8_is_read_like_its_file(tmp_path: Path):
    assert "치타".encode("cp949").decode("utf-8") == "ġŸ"
    documents, corpus = read(write(tmp_path / "a.txt", "동물의 이름\n치타\n코끼리\n".encode("cp949")))
    assert [one.text for one in documents] == ["동물의 이름", "치타", "코끼리"]
    assert corpus.info()["report"]["encodings"] == {"cp949": 1}


def test_a_parquet_hides_nothing_in_lists_and_structs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("corpora.readers.parquet.BOMB_BYTES", 100_000)
    for value in (["가" * 50_000] * 40, [{"속": "가" * 50_000}] * 40, {"깊이": {"속": ["가" * 50_000] * 40}}):
        path = tmp_path / "bomb.parquet"
        parquet.write_table(pa.table({"text": ["글"], "extra": [value]}), path, compression="zstd")
        with pytest.raises(BadInput) as caught:
            list(open_corpus(path).documents())
        assert caught.value.code == "corpora.zip_bomb_unpacked"


def test_a_parquet_of_one_text_a_thousand_times_is_a_bomb(tmp_path: Path):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "bomb.parquet"
    parquet.write_table(pa.table({"text": pa.array(["가" * 1_000_000] * 100).dictionary_encode()}), path, compression="zstd")
    assert path.stat().st_size < 2_000
    seen = 0
    with pytest.raises(BadInput) as caught:
        for document in open_corpus(path).documents():
            seen += len(document.text)
    assert caught.value.code == "corpora.zip_bomb_unpacked"
    assert seen <= inputs_module.BOMB_BYTES


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput) as caught:
        read(tmp_path / "pipe")
    assert caught.value.code == "core.no_ordinary_file"


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="file names are any bytes on Linux alone")
def test_file_names_of_another_encoding_are_read_as_text(tmp_path: Path, home: Path):
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("한글.txt".encode("cp949"), b"\xff\xfe.txt"):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text("왕이 웃었다.", encoding="utf-8")
    ids = [document.id for document in read(folder)[0]]
    assert [name.partition(":")[0] for name in ids] == ["한글.txt", "\\xff\\xfe.txt"]
    assert add([folder], "이름").info()["documents"] == 2

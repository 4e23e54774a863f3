"""Markup out of text: what goes, what stays, how long it takes, and the way back."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from support_cost import cost

from corpora import open_corpus
from corpora.corpus import FileCorpus
from corpora.readers.markup import clean
from corpora.readers.mediawiki import visible_text
from corpora.readers.report import WORDS


@pytest.mark.parametrize(
    ("dirty", "text", "kinds"),
    [
        ("밥 &lt;br&gt; 국", "밥\n국", {"entities", "tags"}),
        ("밥&amp;lt;br /&amp;gt;국", "밥\n국", {"entities", "tags"}),
        ("소금&nbsp;약간 &amp; 설탕&#44; 물&#x3a; 셋", "소금 약간 & 설탕, 물: 셋", {"entities"}),
        ("그는 갔다.<ref name=ㄱ>어느 책 3쪽</ref> 그리고 왔다.", "그는 갔다. 그리고 왔다.", {"contents"}),
        ("그는 갔다.<ref name=ㄱ /> 왔다.</ref>", "그는 갔다. 왔다.", {"tags"}),
        ("넓이는 <math>a^{2}</math> 만큼이다.", "넓이는 만큼이다.", {"contents"}),
        ("<onlyinclude>\n표제\n</onlyinclude>", "표제", {"tags"}),
        ("앞<!-- 숨긴 <b>말</b> -->뒤<!-- 안 닫힌\n다음", "앞뒤\n다음", {"comments"}),
        ("꽃{{출처|날짜={{오늘}}}}이 핀다. 1950년 ~ }}에\n{{안 닫힌 새", "꽃이 핀다. 1950년 ~ 에\n안 닫힌 새", {"templates"}),
        ("[[강아지]]와 [[고양이|야옹이]]는 [[동물#분류|동물]]이다.", "강아지와 야옹이는 동물이다.", {"links"}),
        ("[[파일:개.jpg|섬네일|[[개]] 한 마리]]개가 짖는다. [[en:Dog]]", "개가 짖는다.", {"pictures", "links"}),
        ("[[바다]를 본다. [[산 너머", "바다를 본다. 산 너머", {"links"}),
        ("[https://a.example/b?c=1 누리집]을 보라. https://a.example/d.html", "누리집을 보라.", {"links", "addresses"}),
        ('{| class="x"\n! 이름 !! 값\n|-\n| 하나 || 둘\n|}\n본문이다.', "본문이다.", {"tables"}),
        ('!colspan="2" align=center|합계\n|1 || 2\n본문이다.', "본문이다.", {"tables"}),
        ("!1기\n!2기\n!3기\n본문이다.", "본문이다.", {"tables"}),
        ("| 저자 = 아무개\n본문이다.", "본문이다.", {"tables"}),
        ('칸은 colspan="2" style="color:red" align=center | 넓다.', "칸은 넓다.", {"tables"}),
        ("파일:봄 꽃.jpg|섬네일|200px|봄에 핀 꽃", "봄에 핀 꽃", {"pictures"}),
        ("여름 바다.JPG|바다의 모습", "바다의 모습", {"pictures"}),
        ("* 하나\n** 둘\n# 셋\n: 넷\n; 다섯", "하나\n둘\n셋\n넷\n다섯", {"marks"}),
        ("== 생애 ==\n'''그'''는 ''빨리'' 걷는다.", "생애\n그는 빨리 걷는다.", {"marks"}),
        ("__NOTOC__\n글 -{zh-hans:이름;zh-hant:성함}- 끝__목차없음__", "글 이름 끝", {"switches"}),
        ("#넘겨주기 [[다른 글]]\n글", "글", {"switches", "links"}),
        ("아무개(, 1950년 ~ )는 (한자: , )배우()다.", "아무개(1950년 ~ )는 (한자)배우다.", {"brackets"}),
        ("이름( : 뜻)과 산(山, , )과 강（ ; ）", "이름(뜻)과 산(山)과 강", {"brackets"}),
        ("여기서 formula_1은 formula_2, formula_3에서 온다.", "여기서, 온다.", {"formulas"}),
        ("codice_12라는 명령", "라는 명령", {"formulas"}),
        ("글이다.\nISBN 978-89-000-0000-1\n분류:가상의 책\n분류:2001년 책", "글이다.", {"marks", "pictures"}),
        ("&lt;ns&gt;0&lt;/ns&gt;\n&lt;timestamp&gt;2020&lt;/timestamp&gt;", "", {"entities", "tags"}),
    ],
)
def test_markup_goes_and_is_counted_by_kind(dirty: str, text: str, kinds: set[str]):
    made = clean(dirty)
    assert made.text == text
    assert set(made.counts) == kinds <= set(WORDS)
    assert clean(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "3 < 5이고 a > b이며 x <b and c> y이다.",
        "사랑해 <3 ㅋㅋ <- 이거",
        "영화 <슬픈 봄>과 <Big>, 음반 <The Long Road>, 《책》, 〈제목〉",
        "vector<int>와 map<string, vector<a>>를 쓴다.",
        "[주 1] {가} [1] a[i] f(x) {1, 2} [[1, 2], [3, 4]] if (x == y) {}",
        "int a[]; list.size() == 0; f(a)[] 이고 main() 하다",
        "|x| < 1이면 수렴한다.",
        "!쿵어는 흡착음이 많은 말이다.",
        "별 * 표, # 기호, 1:2, 가;나",
        ":) 좋아요 ;) 정말 ;; :D",
        "AT&T와 R&D &없음; & 그리고",
        "__FILE__과 snake_case_name",
        "이름: 분류: 파일: 그림: 적었다.",
        "그는 '예'라고, \"아니오\"라고 했다. 5'10''",
        "왕(王)은, (그때) 갔다. (가, 나) ( 다 )",
        "첫째 문단\n\n둘째 문단  두 칸",
        "분류: 포유류. 크기: 작다.",
    ],
)
def test_prose_that_looks_like_markup_stays(text: str):
    made = clean(text)
    assert (made.text, made.counts) == (text, {})
    assert made.offsets.to_original(1, 3) == (1, 3)


def test_the_way_back_is_exact():
    dirty = "그는 &lt;b&gt;[[왕|임금]]&lt;/b&gt;(, )이다.&lt;ref&gt;책&lt;/ref&gt; &amp; 끝"
    made = clean(dirty)
    assert made.text == "그는 임금이다. & 끝"
    for word in ("그는", "임금", "이다", "끝"):
        at = made.text.index(word)
        start, end = made.offsets.to_original(at, at + len(word))
        assert dirty[start:end] == word
    at = made.text.index("&")
    start, end = made.offsets.to_original(at, at + 1)
    assert dirty[start:end] == "&amp;"
    assert made.offsets.to_original(3, 3) == (dirty.index("임금"),) * 2
    whole = made.offsets.to_original(0, len(made.text))
    assert whole == (0, len(dirty))


def test_kept_letters_are_the_letters_of_the_original_whatever_comes():
    parts = [
        *(
            "왕",
            "비 ",
            "ab",
            "\n",
            " ",
            "[[",
            "]]",
            "{{",
            "}}",
            "|",
            "!",
            "(",
            ")",
            ",",
            "<br>",
            "<ref>",
            "</ref>",
            "&lt;",
            "&gt;",
        ),
        *("formula_1은", "'''", "==", "* ", "파일:가.jpg", "http://a.b", "{|", "|}", "<!--", "-->", "&#769;", "e", "__NOTOC__"),
    ]
    made_of = random.Random(7)
    for _ in range(3000):
        dirty = "".join(made_of.choices(parts, k=made_of.randrange(1, 30)))
        made = clean(dirty)
        before = 0
        for at, char in enumerate(made.text):
            start, end = made.offsets.to_original(at, at + 1)
            assert before <= start < end <= len(dirty)
            if char.isalpha() and dirty[start] != "&" and end == start + 1:
                assert dirty[start] == char
            before = start


@pytest.mark.parametrize(
    "unit",
    [
        *("[", "{", "<", "|", " ", ".", "(", "&", "=", "'", "#", "*", "!", "&amp;", "(,", ", ", "[[a|", "{{a", "<a ", "<ref>"),
        *(
            "<!--",
            "-{",
            "|\n",
            "{|\n",
            "|}\n",
            "파일:a.jpg",
            "formula_1, ",
            "분류:",
            "[http://a ",
            'style="',
            "''a",
            "<code><pre>",
        ),
    ],
)
def test_a_megabyte_of_anything_takes_its_time_only_once(unit: str):
    text = "가" + unit * (1_000_000 // len(unit)) + "나"
    most = 150 if len(unit) == 1 else 1200
    part = cost(lambda: clean(text[: len(text) // 16]))
    assert cost(lambda: clean(text), enough=min(most, 20 * part), tries=5) < min(most, 64 * part + 75)  # sixteen times the text


def wiki(body: str) -> str:
    return f'<doc id="1" url="https://a.example/1" title="개">\n개\n\n{body}\n</doc>\n'


def test_wikiextractor_text_is_cleaned_and_the_report_says_of_what(tmp_path: Path):
    (tmp_path / "AA").mkdir()
    (tmp_path / "AB").mkdir()
    body = "개(, )는 짖는다.&lt;br&gt;formula_1은 꼬리다."
    (tmp_path / "AA" / "wiki_00").write_text(wiki(body) + wiki("&lt;onlyinclude&gt;"), encoding="utf-8")
    (tmp_path / "AB" / "wiki_00").write_text(wiki(body), encoding="utf-8")
    corpus = open_corpus(tmp_path)
    assert isinstance(corpus, FileCorpus)
    assert list(corpus.texts()) == ["개는 짖는다.\n꼬리다."] * 2
    assert corpus.report is not None
    counts = {kind: found.count for kind, found in corpus.report.findings.items()}
    assert counts == {"entities": 6, "tags": 3, "formulas": 2, "brackets": 2, "empty": 1}
    assert "2 placeholders of formulas and code removed (first: AA/wiki_00, document 1)" in corpus.report.lines()


def test_adding_cleans_wiki_text_unless_told_otherwise_and_other_text_if_told(home: Path, tmp_path: Path):
    from corpora.library import add

    page, rows = tmp_path / "wiki_00", tmp_path / "a.jsonl"
    page.write_text(wiki("개&lt;br&gt;는 &lt;b&gt;짖는다&lt;/b&gt;."), encoding="utf-8")
    rows.write_text(json.dumps({"text": "개<br>고양이"}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert list(add(page, "a").texts()) == ["개\n는 짖는다."]
    assert list(add(page, "b", clean_markup=False).texts()) == ["개&lt;br&gt;는 &lt;b&gt;짖는다&lt;/b&gt;."]
    assert list(add(rows, "c").texts()) == ["개<br>고양이"]
    stored = add(rows, "d", clean_markup=True)
    assert list(stored.texts()) == ["개\n고양이"]
    assert stored.info()["report"]["findings"]["tags"]["count"] == 1


def test_attributes_of_a_document_in_linear_time(tmp_path: Path):
    title = '그 "말" 많은 = 이름'
    (tmp_path / "a").write_text(f'<doc id="" url="u" title="{title}">\n{title}\n\n글이다.\n</doc>\n', encoding="utf-8")
    assert next(iter(open_corpus(tmp_path / "a").documents())).title == title
    (tmp_path / "b").write_text(wiki("글이다.") * 20 + "<doc " + 'a="x ' * 200_000 + ">\n글이다.\n</doc>\n", encoding="utf-8")
    assert list(open_corpus(tmp_path / "b").texts()) == ["글이다."] * 21
    assert cost(lambda: list(open_corpus(tmp_path / "b").texts()), enough=450) < 450


def test_sentences_of_a_megabyte_of_marks_in_linear_time():
    from corpora.counts import count_sentences

    for text, sentences in (("." * 1_000_000 + "x", 1), ("!" * 1_000_000 + " 끝. 3.. 그래 3.5. 아", 4)):
        assert count_sentences(text) == sentences
        assert cost(lambda text=text: count_sentences(text), enough=150) < 150


@pytest.mark.parametrize("unit", ["{{가|", "[[가|", "<b>", "<ref>"])
def test_a_page_of_brackets_that_never_close_takes_no_longer_than_its_length(unit: str):
    pytest.importorskip("mwparserfromhell")
    from corpora.readers.mediawiki import plain_text

    text = unit * 40_000 + "\n끝이다."
    assert "끝이다." in plain_text(text)
    assert cost(lambda: plain_text(text), enough=600) < 600


@pytest.mark.parametrize("unit", ["<a ", "<br ", "[http://a "])
def test_markup_that_never_closes_takes_linear_time(unit):
    assert cost(lambda: visible_text(unit * 20_000), enough=750) < 750  # the parser alone: minutes

"""Tokenizers side by side, gold boundaries, parallel text, reports."""

import json
from html.parser import HTMLParser

import pytest

import explorer as ex
from explorer.core.errors import BadInput, Cancelled
from explorer.tokenizers.gold import boundary_counts, cuts, morpheme_cuts, read_conllu, read_sentences
from explorer.tokenizers.token import Token

TEXTS = ["왕이 왔다. 왕비도 왔다.", "강아지는 밥을 먹었다ㅋㅋ", "고양이가 예뻐서 웃었다!", "<script>alert(1)</script> & 왕"]

CONLLU = """# sent_id = 1
# text = 왕은 서울에 갔다.
1\t왕은\t왕+은\tNOUN\tncn+jxt\t_\t3\tnsubj\t_\t_
2\t서울에\t서울+에\tPROPN\tnq+jca\t_\t3\tobl\t_\t_
3\t갔다\t가+았+다\tVERB\tpvg+ep+ef\t_\t0\troot\t_\tSpaceAfter=No
4\t.\t.\tPUNCT\tsf\t_\t3\tpunct\t_\t_

"""


@pytest.fixture
def gold_file(tmp_path):
    path = tmp_path / "gold.conllu"
    path.write_text(CONLLU, encoding="utf-8")
    return path


def test_rows_and_shapes():
    comparison = ex.compare(["eojeol", "syllable", "kiwi"], iter(TEXTS))
    rows = json.loads(json.dumps(comparison.to_dict()))["rows"]
    assert [row["tokenizer"] for row in rows] == ["eojeol", "syllable", "kiwi"]
    assert rows[0]["documents"] == 4
    assert rows[0]["tokens_per_eojeol"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert rows[1]["tokens_per_eojeol"]["low"] <= rows[1]["tokens_per_eojeol"]["value"] <= rows[1]["tokens_per_eojeol"]["high"]
    frame = comparison.to_frame()
    assert list(frame["tokenizer"]) == ["eojeol", "syllable", "kiwi"]
    assert {"tokens_per_eojeol", "tokens_per_eojeol_low", "tokens_per_eojeol_high"} <= set(frame.columns)
    assert comparison.examples
    assert comparison.to_dict() == ex.compare(["eojeol", "syllable", "kiwi"], TEXTS).to_dict()


def test_a_tokenizer_that_cannot_be_had_has_a_row():
    class Failing:
        name = "failing"

        def tokenize(self, text):
            raise RuntimeError("no\nluck")

        def params(self):
            return {"name": "failing"}

    rows = ex.compare(["nonesuch", "syllable", Failing()], TEXTS).rows
    assert "nonesuch" in rows[0].error
    assert rows[1].error is None
    assert rows[2].error == "RuntimeError: no"


def test_chunks_do_not_change_numbers(monkeypatch):
    from explorer.tokenizers import comparison

    whole = ex.compare(["kiwi"], TEXTS * 3)
    monkeypatch.setattr(comparison, "_CHUNK_TEXTS", 2)
    assert ex.compare(["kiwi"], TEXTS * 3).rows == whole.rows


def test_same_name_twice_is_told_apart():
    rows = ex.compare([ex.tokenizer("jamo"), ex.tokenizer("jamo", jamo="conjoining")], TEXTS).rows
    assert [row.tokenizer for row in rows] == ["jamo", "jamo (2)"]


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.opened: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.opened.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href")]


def test_html_is_one_escaped_page():
    page = ex.compare(["eojeol", "kiwi", "no<b>"], TEXTS).to_html()
    tags = _Tags()
    tags.feed(page)
    assert tags.addresses == []
    assert tags.opened.count("script") == 1
    assert "alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "no&lt;b&gt;" in page
    assert tags.opened.count("table") > 1


def test_markdown_table():
    text = ex.compare(["eojeol", "syllable", "a|b"], TEXTS).to_markdown()
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 5
    columns = {line.replace("\\|", "").count("|") for line in table}
    assert len(columns) == 1
    assert "tokens_per_eojeol" in table[0]
    assert "failed" in table[-1]


def test_gold_scores(gold_file):
    rows = {row.tokenizer: row for row in ex.compare(["kiwi", "syllable", "eojeol"], ["왕"], gold=gold_file).rows}
    # Gold cuts: 왕|은, 서울|에, 갔|다, 다|. (four); 가+았 is fused and not scored.
    assert rows["kiwi"].metrics["boundary_f1"].value == 1
    assert rows["kiwi"].metrics["exact_eojeol"].value == 1
    assert rows["syllable"].metrics["boundary_recall"].value == 1
    assert rows["syllable"].metrics["boundary_precision"].value == pytest.approx(4 / 5)
    assert rows["eojeol"].metrics["boundary_recall"].value == 0
    assert rows["eojeol"].metrics["boundary_precision"].value is None


@pytest.mark.parametrize(
    ("form", "morphemes", "expected"),
    [
        ("고향은", ["고향", "은"], ({2}, 0)),
        ("서울입니다", ["서울", "이", "ㅂ니다"], ({2}, 1)),
        ("갔다", ["가", "았", "다"], ({1}, 1)),
        ("했어요", ["하", "였", "어요"], ({1}, 1)),
        ("예뻐", ["예쁘", "어"], (set(), 1)),
        ("왕", ["왕"], (set(), 0)),
    ],
)
def test_gold_boundaries_are_aligned_by_jamo(form, morphemes, expected):
    assert morpheme_cuts(form, morphemes) == expected


def test_cuts_inside_fused_tokens_do_not_count():
    tokens = [Token("예뻐", 0, 2, "예쁘다"), Token("뻐", 1, 2, "어"), Token("요", 2, 3, "요")]
    assert cuts(tokens, 0, 3) == {2}


def test_gold_sentence(gold_file):
    [sentence] = read_conllu(gold_file)
    assert [sentence.text[start:end] for start, end in sentence.eojeol] == ["왕은", "서울에", "갔다."]
    assert sentence.fused == (0, 0, 1)
    assert boundary_counts(sentence, ex.tokenizer("eojeol").tokenize(sentence.text)) == [0, 0, 4, 0, 2]


def test_parity(tmp_path):
    korean, english = tmp_path / "ko.txt", tmp_path / "en.txt"
    korean.write_text("왕이 왔다\n왕비가 웃었다\n", encoding="utf-8")
    english.write_text("the king came\nthe queen laughed\n", encoding="utf-8")
    [row] = ex.compare(["eojeol"], ["왕"], parallel=(korean, english)).rows
    assert row.metrics["parity"].value == pytest.approx(4 / 6)
    assert read_sentences(korean) == ["왕이 왔다", "왕비가 웃었다"]
    with pytest.raises(BadInput, match="1 sentences on one side and 2"):
        ex.compare(["eojeol"], ["왕"], parallel=(["왕"], english))


@pytest.mark.parametrize("content", ["", "그냥 글\n", "1\t왕\t왕\tN\tncn\t_\t0\troot\t_\t_\n\n"])
def test_gold_without_morphemes(tmp_path, content):
    path = tmp_path / "bad.conllu"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=r"CoNLL-U|morphemes"):
        ex.compare(["eojeol"], ["왕"], gold=path)


def test_nothing_to_compare():
    with pytest.raises(BadInput, match="no text"):
        ex.compare(["eojeol"], [])
    with pytest.raises(BadInput, match="no tokenizers"):
        ex.compare([], TEXTS)
    with pytest.raises(BadInput, match="one string"):
        ex.compare(["eojeol"], "왕이 왔다")
    with pytest.raises(BadInput, match="surrogate"):
        ex.compare(["eojeol"], ["\ud800"])


def test_cancelling():
    def stop(step):
        if step.done:
            raise Cancelled

    with pytest.raises(Cancelled):
        ex.compare(["syllable"], TEXTS, progress=stop)


@pytest.mark.shared_data
def test_published_fertility_and_premium_on_pud(shared_data):
    folder = shared_data / "ud"
    parallel = (folder / "ko_pud-ud-test.conllu.gz", folder / "en_pud-ud-test.conllu.gz")
    paths = [shared_data / "tokenizers" / name for name in ("kortok-sp-8k", "kortok-sp-32k", "kortok-sp-64k", "gpt2")]
    rows = ex.compare(paths, read_sentences(parallel[0]), parallel=parallel).rows
    assert [round(row.metrics["tokens_per_eojeol"].value, 2) for row in rows[:3]] == [2.31, 1.80, 1.65]
    assert rows[3].totals["tokens"] == 114_502
    assert rows[3].metrics["parity"].value == pytest.approx(114_502 / 23_136)
    assert rows[3].metrics["lossless"].value == 1

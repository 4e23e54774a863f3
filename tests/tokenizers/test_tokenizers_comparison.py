"""Tokenizers side by side, gold boundaries, parallel text, reports."""

import json
from html.parser import HTMLParser

import pytest

import explorer as ex
from explorer.core.errors import BadInput, Cancelled
from explorer.tokenizers.comparison.gold import boundary_counts, cuts, morpheme_cuts, read_gold, read_sentences
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
    assert rows[0].error.code == "core.unknown" and "nonesuch" in rows[0].error.said("ko")
    assert rows[1].error is None
    assert (rows[2].error.code, str(rows[2].error)) == ("tokenizers.engine_failed", "RuntimeError: no")
    assert rows[2].to_dict()["error"] == "RuntimeError: no"


def test_chunks_do_not_change_numbers(monkeypatch):
    from explorer.tokenizers.comparison import entries

    whole = ex.compare(["kiwi"], TEXTS * 3)
    monkeypatch.setattr(entries, "_CHUNK_TEXTS", 2)
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


def test_markdown_tables():
    text = ex.compare(["eojeol", "syllable", "a|b"], TEXTS).to_markdown()
    tables = [block.splitlines() for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 5  # length, loss, words, boundaries, vocabulary
    for number, table in enumerate(tables):
        columns = {line.replace("\\|", "").count("|") for line in table}
        assert len(columns) == 1
        assert len(table) == (5 if number == 0 else 4)
    assert "tokens_per_eojeol" in tables[0][0]
    assert "failed" in tables[0][-1]
    assert "Few tokens are no sign of quality" in text
    assert "(tokens/eojeol)" in text


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
    [sentence] = read_gold(gold_file)
    assert [sentence.text[start:end] for start, end in sentence.eojeol] == ["왕은", "서울에", "갔다."]
    assert sentence.fused == (0, 0, 1)
    assert boundary_counts(sentence, ex.tokenizer("eojeol").tokenize(sentence.text)) == [
        (0, 0, 1, False, 0),
        (0, 0, 1, False, 0),
        (0, 0, 2, False, 1),
    ]


def test_parity(tmp_path):
    korean, english = tmp_path / "ko.txt", tmp_path / "en.txt"
    korean.write_text("왕이 왔다\n왕비가 웃었다\n", encoding="utf-8")
    english.write_text("the king came\nthe queen laughed\n", encoding="utf-8")
    [row] = ex.compare(["eojeol"], ["왕"], parallel=(korean, english)).rows
    assert row.metrics["parity"].value == pytest.approx(4 / 6)
    assert list(read_sentences(korean)) == ["왕이 왔다", "왕비가 웃었다"]
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


def test_warnings_stand_in_the_row_itself(trained):
    comparison = ex.compare([trained["wordpiece"], "syllable"], ["왕이 뷁쉙튋 갔다", "왕비"], reference="none")
    lossy, whole = comparison.rows
    assert any(warning.code == "tokenizers.remark_unknown" for warning in lossy.warnings) and not whole.warnings
    assert "뷁" in "".join(text for text, _ in lossy.lost)
    assert comparison.to_dict()["rows"][0]["lost_examples"][0]["text"] == "왕이 뷁쉙튋 갔다"
    [line] = [line for line in comparison.to_markdown().splitlines() if line.startswith(f"| {lossy.tokenizer} ⚠ | ⚠ ")]
    assert "unknown tokens" in line
    row = next(part for part in comparison.to_html().split("<tr>") if f'data-value="{lossy.tokenizer}"' in part)
    assert "⚠" in row and "under unknown tokens" in row


def test_a_side_that_is_unknown_is_said_beside_its_parity(trained):
    rows = ex.compare(
        [trained["wordpiece"], "syllable"], ["왕"], parallel=(["왕이 왔다"], ["뷁 뷁 뷁 뷁"]), reference="none"
    ).rows
    assert "parity: 100.00 % of the tokens of one side are unknown" in list(map(str, rows[0].warnings))
    assert not rows[1].warnings and rows[1].metrics["parity"].value == 1


def test_kiwi_is_the_reference_without_gold():
    comparison = ex.compare(["kiwi", "syllable", "eojeol"], TEXTS)
    assert comparison.reference == "kiwi"
    kiwi, syllable, eojeol = comparison.rows
    assert kiwi.metrics["boundary_f1"].value == kiwi.metrics["exact_eojeol"].value == 1
    assert any(note.code == "tokenizers.remark_reference" for note in kiwi.notes)
    assert syllable.metrics["boundary_recall"].value == 1 > syllable.metrics["boundary_precision"].value
    assert eojeol.metrics["boundary_recall"].value == 0
    # 왔다 twice, 먹었다 not (its syllables meet the morphemes), 예뻐서: 가 + 았, 예쁘 + 어.
    assert 0 < kiwi.metrics["fused_boundaries"].value == eojeol.metrics["fused_boundaries"].value < 0.5
    assert "Kiwi" in comparison.definitions()["boundary_f1"]
    assert "boundary_f1" not in ex.compare(["eojeol"], TEXTS, reference="none").metrics
    with pytest.raises(BadInput, match="reference="):
        ex.compare(["eojeol"], TEXTS, reference="mecab")


def test_gold_and_kiwi_side_by_side(gold_file):
    comparison = ex.compare(["kiwi", "syllable"], TEXTS, gold=gold_file, reference="kiwi")
    assert comparison.reference == "gold"
    assert comparison.rows[0].metrics["boundary_f1_kiwi"].value == 1
    assert comparison.rows[0].metrics["fused_boundaries"].value == pytest.approx(1 / 5)


def test_several_gold_files_are_one_standard(gold_file, tmp_path):
    import gzip

    other = tmp_path / "other.conllu.gz"
    other.write_bytes(gzip.compress("# text = 왕비가\n1\t왕비가\t왕비+가\tNOUN\tncn+jcs\t_\t0\troot\t_\t_\n\n".encode()))
    [row] = ex.compare(["syllable"], ["왕"], gold=[gold_file, other]).rows
    assert row.metrics["boundary_precision"].value == pytest.approx(5 / 7)
    # Macro over eojeol types with a boundary: 왕은 2·1/(1+1), 서울에 2·1/(2+1), 갔다. 2·2/(2+2), 왕비가 2·1/(2+1).
    assert row.metrics["boundary_f1_types"].value == pytest.approx((1 + 2 / 3 + 1 + 2 / 3) / 4)


def test_disagreements_of_two_are_ranked():
    comparison = ex.compare(["eojeol", "syllable", "kiwi"], [*TEXTS, "왕비왕비왕비왕비", "A1 A2 A3 A4"], reference="none")
    ranked = comparison.disagreements("eojeol", "syllable")
    assert ranked[0].text == "왕비왕비왕비왕비"
    assert [row.tokenizer for row in ranked[0].rows] == ["eojeol", "syllable"]
    scores = [grid.disagreement for grid in ranked]
    assert scores == sorted(scores, reverse=True) and scores[0] == pytest.approx(7 / 8)
    pairs = comparison.to_dict()["disagreements"]
    assert [pair["tokenizers"] for pair in pairs] == [["eojeol", "syllable"], ["eojeol", "kiwi"], ["syllable", "kiwi"]]
    with pytest.raises(ex.UnknownName, match="mecab"):
        comparison.disagreements("eojeol", "mecab")


def test_price_is_arithmetic():
    comparison = ex.compare(["syllable"], ["왕비가 왔다"], price=2.5, reference="none")
    assert comparison.rows[0].metrics["cost_per_1000_characters"].value == pytest.approx(1000 * 5 / 6 * 2.5 / 1e6)
    assert comparison.to_dict()["units"]["cost_per_1000_characters"] == "price"
    with pytest.raises(BadInput, match="price=-1"):
        ex.compare(["syllable"], ["왕"], price=-1)


def test_speed_only_when_asked():
    names = {
        "megabytes_per_second",
        "characters_per_second",
        "megabytes_per_second_all",
        "characters_per_second_all",
        "load_seconds",
    }
    assert names.isdisjoint(ex.compare(["syllable"], TEXTS, reference="none").metrics)
    [row] = ex.compare(["syllable"], TEXTS * 20, reference="none", speed=True).rows
    assert names <= set(row.metrics)
    ratio = row.metrics["characters_per_second"].value / row.metrics["megabytes_per_second"].value
    assert ratio == pytest.approx(1e6 * sum(map(len, TEXTS)) / sum(len(text.encode()) for text in TEXTS))


def test_every_metric_is_defined_with_its_unit(gold_file):
    comparison = ex.compare(["kiwi", "syllable"], TEXTS, gold=gold_file, price=1, reference="kiwi", speed=True)
    data = comparison.to_dict()
    measured = {name for row in data["rows"] for name, value in row.items() if isinstance(value, dict) and "value" in value}
    assert set(comparison.metrics) == set(data["definitions"]) == set(data["units"]) <= measured
    assert all(data["units"].values())


def test_corpora_are_streamed():
    import weakref

    class Document(str):
        __slots__ = ("__weakref__",)

    alive: list[weakref.ref] = []

    def documents():
        for number in range(3000):
            made = Document(f"왕이 {number}번 왔다")
            alive.append(weakref.ref(made))
            assert sum(ref() is not None for ref in alive[:-1]) <= 1100, "the comparison holds on to what it has read"
            yield made

    assert ex.compare(["syllable"], documents(), reference="none").rows[0].totals["documents"] == 3000


def test_inflection_of_rules_and_morphemes():
    kiwi, syllable, eojeol = ex.compare(["kiwi", "syllable", "eojeol"], ["왕"], reference="none").rows
    assert eojeol.metrics["single_token_words"].value == 1
    assert eojeol.metrics["stem_whole"].value == eojeol.metrics["inflection_consistency"].value == 0
    assert kiwi.metrics["stem_whole"].value > 0.9
    assert kiwi.metrics["inflection_consistency"].value >= kiwi.metrics["stem_whole"].value
    assert syllable.metrics["stem_whole"].value < 0.5 < syllable.metrics["inflection_consistency"].value


def test_the_shipped_forms_are_what_kiwi_joins():
    from explorer.tokenizers.comparison import probes

    made = probes.generate_forms()
    assert made == [(lemma.stem, lemma.tag, form) for lemma in probes.lemmas() for form in lemma.forms]
    nouns = [lemma for lemma in probes.lemmas() if lemma.tag.startswith("NN")]
    assert len(nouns) >= 60 and len(probes.lemmas()) - len(nouns) >= 40
    assert all(len(lemma.forms) == 8 for lemma in probes.lemmas())
    assert len(set(probes.words())) == len(probes.words())


@pytest.mark.parametrize(("unknown", "warned"), [(0, False), (1, False), (2, True)])
def test_half_a_percent_of_unknown_tokens_is_said_beside_the_parity(trained, unknown, warned):
    sides = ["왕이 " * 149 + "왕이"] * 2, ["왕이 " * 149 + ("뷁" if number < unknown else "왕이") for number in range(2)]
    [row] = ex.compare([trained["wordpiece"]], ["왕"], parallel=sides, reference="none").rows
    assert any("parity" in str(warning) for warning in row.warnings) == warned

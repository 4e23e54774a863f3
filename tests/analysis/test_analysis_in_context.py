"""Test sets of words in sentences and of sentences: what is read from files, and what a model is given for its answers."""

from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest

import explorer as ex
from explorer.analysis.in_context.models import as_context_model
from explorer.analysis.in_context.records import ContextScore
from explorer.analysis.in_context.scoring import auc, best_threshold
from explorer.analysis.in_context.sets import (
    Place,
    SenseSet,
    SentencePairSet,
    WordPairSet,
    find_places,
    joined_senses,
    read_context_set,
)
from explorer.core.errors import BadInput, Cancelled
from explorer.encoders.readings import Reading
from explorer.vectors.vectors import Vectors

HEADER = "ID\tTarget\tSENTENCE1\tDictionary 1\tLink 1\tSENTENCE2\tDictionary 2\tLink2\tANSWER"
ROWS = (
    ("배", "[배]를 타고 섬에 갔다.", "1", "항구에 [배]가 들어왔다.", "1", "True"),
    ("배", "[배]를 깎아 먹었다.", "2", "달콤한 [배]와 사과", "2", "TRUE"),
    ("배", "[배]를 타고 바다로 갔다.", "1", "[배]가 달다.", "2", "False"),
    ("눈", "[눈]이 펑펑 내렸다.", "1", "[눈]을 감고 잤다.", "2", "FALSE"),
    ("눈", "하얀 [눈]이 쌓였다.", "1", "[눈]이 녹는다.", "1", "True"),
    ("눈", "[눈]이 아프다.", "2", "[눈]을 뜨고 보았다.", "2", "True"),
)


def kobest(rows=ROWS) -> str:
    return "\n".join(
        [HEADER, *("\t".join((str(n), w, a, x, "l", b, y, "l", z)) for n, (w, a, x, b, y, z) in enumerate(rows, 1))]
    )


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


class Oracle:
    """A model that knows the senses: its vector of a word in a sentence is what ``senses`` says of the sentence."""

    name, representation, layer = "oracle", None, None

    def __init__(self, senses, wrong=False):
        self.senses, self.wrong = senses, wrong
        self.asked = []

    @property
    def analyser(self):
        from explorer.tokenizers.loading import tokenizer

        return tokenizer("kiwi")

    def words(self, words, texts, spans, progress=None):
        self.asked += [text[start:end] for text, (start, end) in zip(texts, spans, strict=True)]
        rows = np.zeros((len(texts), 8))
        for row, text in enumerate(texts):
            rows[row, self.senses[text]] = 1
        return Reading({"own": rows}, {"own": 1.0}, tuple(spans))

    def sentences(self, texts, progress=None):
        angles = [self.senses[text] for text in texts]
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.fixture
def wic(tmp_path):
    return written(tmp_path / "wic.tsv", kobest())


def oracle(rows=ROWS):
    """Sense 1 and 2 of 배 and 눈 as four directions, as the file says."""
    first = {"배": 0, "눈": 2}
    plain = {}
    for word, a, x, b, y, _ in rows:
        for text, sense in ((a, x), (b, y)):
            plain[text.replace("[", "").replace("]", "")] = first[word] + int(sense) - 1
    return Oracle(plain)


# Files


def test_a_word_in_context_file_is_known_by_its_columns(wic):
    found = read_context_set(wic)
    assert isinstance(found, WordPairSet) and len(found.pairs) == 6
    assert found.pairs[0].first == Place("배", "배를 타고 섬에 갔다.", 0, 1)
    assert found.pairs[1].second == Place("배", "달콤한 배와 사과", 4, 5)
    assert [pair.same for pair in found.pairs] == [True, True, False, False, True, True]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("mark", ["\t", ","])
def test_other_encodings_names_and_separators(tmp_path, encoding, mark):
    rows = [("단어", "문장1", "문장2", "정답"), ("배", "배를 탔다", "배가 달다", "0"), ("밥", "밥을 먹다", "밥이 익다", "1")]
    found = read_context_set(written(tmp_path / "x.csv", "\r\n".join(mark.join(row) for row in rows), encoding))
    assert isinstance(found, WordPairSet)
    assert [(pair.first.word, pair.same) for pair in found.pairs] == [("배", False), ("밥", True)]
    assert found.pairs[0].first == Place("배", "배를 탔다")


def test_columns_with_unknown_names_are_known_by_what_they_hold(tmp_path):
    text = "no\tw\ta\tb\tok\n1\t배\t배를 타고 갔다\t배가 참 달다\tFALSE\n2\t눈\t눈이 와서 논다\t눈이 내려 쌓였다\tTRUE\n"
    found = read_context_set(written(tmp_path / "x.tsv", text))
    assert isinstance(found, WordPairSet) and [pair.same for pair in found.pairs] == [False, True]
    assert found.pairs[0].second.text == "배가 참 달다"


def test_sense_files_and_the_senses_of_a_word_in_context_file(wic, tmp_path):
    own = read_context_set(wic, "senses")
    assert isinstance(own, SenseSet) and len(own.places) == 12
    assert own.places[0].sense == "1" and own.places[0].place.start == 0
    text = 'word,sentence,sense\n배,"배를, 탔다",ship\n배,배가 달다,pear\n배,배가 달다,pear\n'
    table = read_context_set(written(tmp_path / "s.csv", text))
    assert isinstance(table, SenseSet) and [(one.place.text, one.sense) for one in table.places] == [
        ("배를, 탔다", "ship"),
        ("배가 달다", "pear"),
    ]
    assert len(joined_senses([own, own, table]).places) == 14


def test_sentence_pairs_of_korsts_and_klue(tmp_path):
    korsts = (
        'genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\nm\tx\t2012\t0001\t5.000\t비행기가 뜬다\t"비행기" 하나가 뜬다\n'
    )
    found = read_context_set(written(tmp_path / "sts.tsv", korsts))
    assert found == SentencePairSet("sts", (("비행기가 뜬다", '"비행기" 하나가 뜬다'),), (5.0,))
    klue = [
        {
            "guid": "1",
            "sentence1": "숙소가 좋다",
            "sentence2": "숙소가 나쁘다",
            "labels": {"label": 4.0, "real-label": 3.7, "binary-label": 1},
        }
    ]
    for name, text in (("a.json", json.dumps(klue, ensure_ascii=False)), ("b.jsonl", json.dumps(klue[0], ensure_ascii=False))):
        found = read_context_set(written(tmp_path / name, text))
        assert isinstance(found, SentencePairSet) and found.scores == (3.7,)
    table = "guid\tsource\tsentence1\tsentence2\tlabel\treal-label\n1\tx\t숙소가 좋다\t숙소가 나쁘다\t4.0\t3.7\n"
    found = read_context_set(written(tmp_path / "c.tsv", table))
    assert isinstance(found, SentencePairSet) and found.scores == (3.7,)


def test_files_of_words_alone_are_none_of_these(tmp_path):
    for text in (
        "낱말 1,낱말 2,점수\n왕,여왕,9\n",
        ": 가족\n왕 여왕 남자 여자\n",
        "relation\tkind\tparts\tpairs\n",
        "왕\t여왕\t9\n",
        "",
    ):
        assert read_context_set(written(tmp_path / "x.csv", text)) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("word\tsentence1\tsentence2\n배\t배를 탔다\t배가 달다\n", "column_missing"),
        ("word\tsentence1\tlabel\n배\t배를 탔다\t1\n", "column_missing"),
        ("sentence1\tsentence2\tx\n배를 탔다\t배가 달다\tb\n", "column_missing"),
        ("word\tsentence\n배\t배를 탔다\n", "column_missing"),
        ("word\tsentence1\tsentence2\tlabel\n배\t배를 탔다\t배가 달다\t아마\n", "label_not_yes_no"),
        ("word\tsentence1\tsentence2\tlabel\n배\t배를 탔다\t배가 달다\n", "row_too_short"),
        ("word\tsentence1\tsentence2\tlabel\n", "table_without_rows"),
        ("score\tsentence1\tsentence2\nnan\t배를 탔다\t배가 달다\n", "score_not_number"),
        ('[{"sentence1": "가", "sentence2": "나", "score": 1}, 3]', "json_not_objects"),
    ],
)
def test_files_that_are_not_as_they_should_be(tmp_path, text, code):
    with pytest.raises(BadInput) as error:
        read_context_set(written(tmp_path / "x.tsv", text))
    assert error.value.code == f"analysis.{code}"


def test_no_such_file(tmp_path):
    with pytest.raises(BadInput) as error:
        read_context_set(tmp_path / "none.tsv")
    assert error.value.code == "analysis.no_such_file"


# Words in sentences


def test_words_are_found_inflected_with_particles_decomposed_and_amid_signs():
    from explorer.tokenizers.loading import tokenizer

    nfd = unicodedata.normalize("NFD", "그는 배를 탔다")
    places = [
        Place("먹다", "밥을 먹었다 ㅋㅋㅋ"),
        Place("배", nfd),
        Place("배", "🚢\u200b배에서 王이 내렸다"),
        Place("배", "밥을 먹었다"),
    ]
    spans = find_places([*places, Place("배", ""), Place("", "밥")], tokenizer("kiwi"))
    found = [place.text[span[0] : span[1]] if span else None for place, span in zip(places, spans, strict=False)]
    assert found[0] == "먹" and unicodedata.normalize("NFC", found[1]) == "배" and found[2] == "배"
    assert spans[3:] == [None, None, None]


def test_brackets_around_the_word_in_either_form_of_hangul(tmp_path):
    rows = [(w, unicodedata.normalize("NFD", a), x, b, y, z) for w, a, x, b, y, z in ROWS]
    found = read_context_set(written(tmp_path / "x.tsv", kobest(rows)))
    place = found.pairs[0].first
    assert unicodedata.normalize("NFC", place.text[place.start : place.end]) == "배" and "[" not in place.text


# Words in context


def test_the_threshold_and_the_area_are_what_counting_gives():
    cosines, same = np.array([0.9, 0.8, 0.3, 0.2]), np.array([True, True, False, False])
    assert best_threshold(cosines, same) == pytest.approx(0.55)
    assert auc(cosines, same).tolist() == [1.0] and auc(-cosines, same).tolist() == [0.0]
    assert auc(np.ones(4), same).tolist() == [0.5]
    rng = np.random.default_rng(1)
    values, truth = rng.integers(0, 9, 60) / 9, rng.random(60) < 0.4
    times = rng.integers(0, 3, (5, 60))
    for row in range(5):
        wins = [
            (values[a] > values[b]) + 0.5 * (values[a] == values[b])
            for a in np.flatnonzero(truth)
            for b in np.flatnonzero(~truth)
            for _ in range(times[row, a] * times[row, b])
        ]
        assert auc(values, truth, times)[row] == pytest.approx(np.mean(wins))
    best = max(np.mean((values >= one) == truth) for one in (*values, 2.0))
    assert np.mean((values >= best_threshold(values, truth)) == truth) == pytest.approx(best)
    assert np.isnan(auc(values, np.ones(60, bool))[0])


def test_a_model_that_knows_the_senses_is_right_and_one_that_knows_them_backwards_is_not(wic):
    score = ex.evaluate(oracle(), wic, train=wic)
    assert isinstance(score, ContextScore) and score.kind == "wic"
    assert score.value == 1 and score.measure("auc").value == 1 and (score.covered, score.total, score.words) == (6, 6, 2)
    assert score.measure("accuracy").chance == pytest.approx(4 / 6)
    assert score.to_dict()["coverage"] == 1 and json.dumps(score.to_dict())
    rows = [(*row[:-1], "False" if row[-1].lower() == "true" else "True") for row in ROWS]
    wrong = ex.evaluate(oracle(), written(wic.parent / "wrong.tsv", kobest(rows)), train=wic)
    assert wrong.value == 0 and wrong.measure("auc").value == 0


def test_labels_that_have_nothing_to_do_with_the_senses_give_a_half(tmp_path):
    rng = np.random.default_rng(0)
    rows = []
    for number in range(300):
        x, y = rng.integers(1, 3, 2)
        rows.append(("배", f"[배]를 타고 {number} 갔다", str(x), f"[배]가 {number} 달다", str(y), str(bool(rng.integers(2)))))
    path = written(tmp_path / "x.tsv", kobest(rows))
    score = ex.evaluate(oracle(rows), path)
    assert abs(score.value - 0.5) < 0.1 and abs(score.measure("auc").value - 0.5) < 0.1
    assert score.details["chosen_on"] != path.stem


def test_the_threshold_comes_from_the_training_file_alone(wic):
    """Taught backwards, the model answers backwards: the labels of the scored file are not looked at."""
    rows = [(*row[:-1], "False" if row[-1].lower() == "true" else "True") for row in ROWS]
    taught = written(wic.parent / "taught.tsv", kobest(rows))
    score = ex.evaluate(oracle(), wic, train=taught)
    assert score.value < 0.7 and score.measure("auc").value == 1


def test_intervals_are_over_words(tmp_path):
    """One word of 40 pairs is all wrong, one is all right: resampling words, the accuracy goes from 0 to 1."""
    rows = []
    for number in range(40):
        rows.append(("배", f"[배]를 타고 {number}", "1", f"[배]가 {number} 달다", "2", "False" if number % 2 else "True"))
        rows.append(("눈", f"[눈]이 {number}", "1", f"[눈]을 {number} 감다", "2", "False"))
    knows = oracle([*rows, *ROWS])
    score = ex.evaluate(knows, written(tmp_path / "x.tsv", kobest(rows)), train=written(tmp_path / "t.tsv", kobest()))
    assert score.value == 0.75 and score.words == 2
    assert (score.measures[0].low, score.measures[0].high) == (0.5, 1.0)


def test_pairs_without_the_word_or_with_an_empty_sentence_are_told_and_left_out(wic):
    rows = [*ROWS, ("배", "밥을 먹었다", "1", "[배]가 달다.", "2", "False"), ("배", "", "1", "[배]가 달다.", "2", "True")]
    model = oracle()
    score = ex.evaluate(model, written(wic.parent / "y.tsv", kobest(rows)), train=wic)
    assert (score.covered, score.total, score.details["missing"]) == (6, 8, [6, 7])
    assert set(model.asked) == {"배", "눈"}


def test_one_label_only_is_refused(tmp_path):
    rows = [row for row in ROWS if row[-1].lower() == "true"]
    with pytest.raises(BadInput) as error:
        ex.evaluate(oracle(), written(tmp_path / "x.tsv", kobest(rows)))
    assert error.value.code == "analysis.one_label_only"
    with pytest.raises(BadInput) as error:
        ex.evaluate(oracle(), written(tmp_path / "x.tsv", kobest(ROWS[:1])))
    assert error.value.code == "analysis.too_few_word_pairs"


# Senses


def sense_rows(count=4):
    rows = []
    for number in range(count):
        rows += [("배", f"배를 타고 {number} 갔다", "ship"), ("배", f"배를 깎아 {number} 먹었다", "pear")]
        rows += [("눈", f"눈이 {number} 내렸다", "snow"), ("눈", f"눈을 {number} 떴다", "eye")]
    return [*rows, ("눈", "눈이 돋았다", "bud"), ("밥", "밥을 먹었다", "rice")]


def sense_file(tmp_path, rows):
    return written(tmp_path / "senses.csv", "\n".join(["word,sentence,sense", *(",".join(row) for row in rows)]))


def test_senses_are_divided_as_labelled_by_a_model_that_knows_them(tmp_path):
    rows = sense_rows()
    path = sense_file(tmp_path, rows)
    known = Oracle({text: ("ship", "pear", "snow", "eye", "bud", "rice").index(sense) for _, text, sense in rows})
    score = ex.evaluate(known, path)
    assert score.kind == "senses" and [one.name for one in score.measures] == ["ari", "v_measure", "number_right"]
    assert [one.value for one in score.measures] == [1, 1, 1] and score.words == 2
    assert (score.covered, score.total) == (16, 16)  # the senses of one sentence are not asked
    assert score.details["by_word"]["눈"] == {"sentences": 8, "senses": 2, "found": 2, "ari": 1.0, "v_measure": 1.0}


def test_senses_that_the_model_does_not_see_are_chance(tmp_path):
    rows = sense_rows(20)
    rng = np.random.default_rng(3)
    blind = Oracle({text: int(rng.integers(2)) for _, text, _ in rows})
    score = ex.evaluate(blind, sense_file(tmp_path, rows))
    assert abs(score.value) < 0.15 and score.measure("v_measure").value < 0.2


def test_sentences_without_the_word_are_not_scored_and_a_file_without_ambiguous_words_is_refused(tmp_path):
    rows = [*sense_rows(), ("배", "밥을 먹었다", "ship")]
    known = Oracle({text: ("ship", "pear", "snow", "eye", "bud", "rice").index(sense) for _, text, sense in rows})
    score = ex.evaluate(known, sense_file(tmp_path, rows))
    assert (score.covered, score.total) == (16, 17)
    with pytest.raises(BadInput) as error:
        ex.evaluate(known, sense_file(tmp_path, sense_rows(2)))
    assert error.value.code == "analysis.no_ambiguous_word"


# Sentences


def test_sentence_pairs_are_ranked_and_correlated(tmp_path):
    angles = {"하나 문장": 0.0, "둘 문장": 0.1, "셋 문장": 0.9, "넷 문장": 1.5}
    rows = [("하나 문장", "둘 문장", 5), ("하나 문장", "셋 문장", 3), ("하나 문장", "넷 문장", 0), ("하나 문장", "", 4)]
    path = written(
        tmp_path / "sts.tsv", "\n".join(["sentence1\tsentence2\tscore", *("\t".join(map(str, row)) for row in rows)])
    )
    score = ex.evaluate(Oracle(angles), path)
    assert score.kind == "sentences" and score.value == pytest.approx(1) and (score.covered, score.total) == (3, 4)
    cosines = np.cos([0.1, 0.9, 1.5])
    assert score.measure("pearson").value == pytest.approx(np.corrcoef(cosines, [5, 3, 0])[0, 1])
    backwards = Oracle({text: 1.5 - angle if text != "하나 문장" else 0 for text, angle in angles.items()})
    assert ex.evaluate(backwards, path).value == pytest.approx(-1)
    with pytest.raises(BadInput) as error:
        ex.evaluate(
            Oracle(angles), written(tmp_path / "few.tsv", "\n".join(["sentence1\tsentence2\tscore", "하나 문장\t둘 문장\t1"]))
        )
    assert error.value.code == "analysis.too_few_sentence_pairs"


# Models


@pytest.fixture
def vectors():
    keys = ["타다/VV", "섬/NNG", "항구/NNG", "바다/NNG", "깎다/VV", "먹다/VV", "달콤하다/VA", "사과/NNG", "달다/VA"]
    rows = np.array([[1, 0.1]] * 4 + [[0.1, 1]] * 5) + np.arange(18).reshape(9, 2) / 100
    return Vectors(keys, rows, info={"name": "작은"})


def test_static_averages_are_a_baseline(vectors, wic, tmp_path):
    boats = written(tmp_path / "boats.tsv", kobest(ROWS[:3]))
    score = ex.evaluate(vectors, boats, train=boats)
    assert score.representation == "average" and score.measure("auc").value == 1 and score.model == "작은"
    model = as_context_model(vectors)
    [one, other] = model.words(["배"] * 2, ["배를 타고", "사과를 타고"], [(0, 1), (0, 0)]).views["average"]
    assert not np.allclose(one, other)  # the word itself is left out, and 사과 is not
    with pytest.raises(BadInput) as error:
        ex.evaluate(vectors, boats, layer=2)
    assert error.value.code == "analysis.static_no_representation"


def test_options_that_do_not_fit_are_refused(vectors, wic, tmp_path):
    pairs = written(tmp_path / "pairs.csv", "섬,항구,3\n섬,바다,2\n바다,사과,1\n")
    sts = written(tmp_path / "sts.tsv", "sentence1\tsentence2\tscore\n가\t나\t1\n")
    for asked, code in (
        (lambda: ex.evaluate(vectors, wic, method="3cosmul"), "words_options_only"),
        (lambda: ex.evaluate(vectors, pairs, layer=1), "sentence_options_only"),
        (lambda: ex.evaluate(vectors, sts, train=wic), "train_for_wic_only"),
        (lambda: ex.evaluate(vectors, wic, test="x"), "unknown_test_kind"),
        (lambda: ex.evaluate(vectors, [wic, sts]), "only_senses_join"),
        (lambda: ex.evaluate(oracle(), pairs), "words_need_vectors"),
    ):
        with pytest.raises(BadInput) as error:
            asked()
        assert error.value.code == f"analysis.{code}"
    assert ex.evaluate(vectors, pairs).metric == "spearman"


def test_an_encoder_reads_each_sentence_once_and_goes_on_after_a_stop(home, small_bert, wic, monkeypatch):
    from explorer.analysis.in_context import models

    monkeypatch.setattr(models, "_BLOCK", 4)
    encoder = ex.encoder(small_bert)
    read = []
    states = encoder.reader.states
    monkeypatch.setattr(
        encoder.reader, "states", lambda words, texts, *a, **k: (read.append(list(texts)), states(words, texts, *a, **k))[1]
    )

    def stop(step):
        if step.stage.endswith("reading sentences") and step.done == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        ex.evaluate(encoder, wic, representation="own", progress=stop)
    assert len(read) == 1
    score = ex.evaluate(encoder, wic, representation="own")
    texts = [text for block in read for text in block]
    assert len(texts) == len(set(texts)) == 12
    assert ex.evaluate(encoder, wic, representation="own") == score and sum(map(len, read)) == 12
    ex.evaluate(encoder, wic, representation="own", layer=1)
    assert sum(map(len, read)) == 24  # another layer is another reading
    with pytest.raises(BadInput):
        ex.evaluate(encoder, wic, representation="nothing")
    with pytest.raises(BadInput):
        ex.evaluate(encoder, wic, layer=99)

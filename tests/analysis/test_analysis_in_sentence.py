import json

import pytest

pytest.importorskip("torch")

import explorer as ex
from corpora.sample import homographs
from explorer.core.errors import BadInput, Cancelled, OutOfVocabulary
from explorer.text.tags import word_of

EAT, SORRY = "나는 사과를 먹고 싶어", "그는 잘못을 뉘우치고 사과를 했다."


@pytest.fixture(scope="module")
def v():
    return ex.load("word2vec")


@pytest.fixture(scope="module")
def read():
    return ex.read_words(ex.encoder("mini"), [one.text for one in homographs()])


def test_the_sentence_decides_what_is_near(v, read):
    eat, sorry = ex.in_sentence(v, read, "사과", EAT), ex.in_sentence(v, read, "사과", SORRY)
    assert eat.static == sorry.static == v.similar("사과", 10, script="hangul")
    ours, theirs = ({one.word for one in found.contextual} for found in (eat, sorry))
    food, guilt = {"커피", "양파", "고추", "수제비", "포도주"}, {"훈계", "항의", "야유", "오보", "인사"}
    assert len(ours & food) >= 2 > len(theirs & food) and len(theirs & guilt) >= 2 > len(ours & guilt)
    assert (
        EAT[eat.start : eat.end] == "사과"
        and len(eat.substitutes) == 10
        and "우유" in dict(eat.substitutes)
        and "사죄" in dict(sorry.substitutes)
    )
    assert eat.both == tuple(one.word for one in eat.contextual if one.word in eat.static.words)


def test_each_neighbour_is_a_use_the_encoder_sees_so(v, read):
    found = ex.in_sentence(v, read, "먹었다", "밥을 먹었다", n=5)
    assert [one.score for one in found.contextual] == sorted((one.score for one in found.contextual), reverse=True)
    for one in found.contextual:
        place = next(
            number
            for number, (sentence, span) in enumerate(zip(read.sentences, read.spans, strict=True))
            if (sentence, span) == (one.sentence, (one.start, one.end)) and read.keys[number] == one.key
        )
        state = read.encoder.vector("먹다", "밥을 먹었다", layer=read.layer) - read.mean
        assert one.score == pytest.approx(float(read.unit[place] @ state / (state @ state) ** 0.5), abs=1e-5)
    assert len({one.word for one in found.contextual}) == 5 and "먹다" not in {one.word for one in found.contextual}
    assert {word_of(key) for key in read.keys} >= {one.word for one in found.contextual}


def test_it_becomes_plain_data(v, read):
    found = ex.in_sentence(v, read, "사과", EAT, n=3)
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["static"][0]["word"] == found.static[0].word and plain["substitutes"][0][0] == found.substitutes[0][0]
    assert found.to_frame()["by"].tolist() == ["static"] * 3 + ["contextual"] * 3 + ["substitute"] * 3


def test_offsets_are_those_of_the_text_as_given(v, read):
    decomposed = "\u1112\u1161\u11ab 번 \u1106\u1165\u11a8\u1103\u1161 ㅋㅋㅋ 😀\u200b 사과를 먹었다"
    found = ex.in_sentence(v, read, "사과", decomposed)
    assert decomposed[found.start : found.end] == "사과"


def test_what_cannot_be_asked_is_said(v, read):
    with pytest.raises(BadInput):
        ex.in_sentence(v, read, "바다", EAT)
    with pytest.raises(BadInput):
        ex.in_sentence(v, read, "사과", "")
    with pytest.raises(OutOfVocabulary):
        ex.in_sentence(v, read, "뷁뷁", "뷁뷁은 없다")
    with pytest.raises(BadInput) as none:
        ex.read_words(ex.encoder("mini"), ["ㅋㅋㅋ", "…"])
    assert none.value.code == "analysis.no_content_words"

    def stop(_):
        raise Cancelled

    with pytest.raises(Cancelled):
        ex.read_words(ex.encoder("mini"), ["배를 탔다"], progress=stop)

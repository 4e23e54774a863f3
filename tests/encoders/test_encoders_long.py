"""A word in a text of a megabyte: what is analysed is counted, not timed."""

from __future__ import annotations

import unicodedata

import pytest

import explorer as ex
from corpora.sample import sentences
from explorer.core.errors import BadInput
from explorer.encoders.locate import LONG, _looks, around, find_word, find_words, parts_around, stretches

OTHERS = " ".join(
    one.text for one in list(sentences())[:600] if not any(part in one.text for part in ("배", "은행", "듣", "들"))
)
WORDS = " 배를 타고 섬에 갔다. 친구들은 노래를 들었다. "
BIG = (OTHERS + " ") * (400_000 // len(OTHERS) + 1)
BIG = BIG[:200_000] + WORDS + BIG[200_000:]


class Counting:
    """Kiwi, and how many characters it was given."""

    name = "kiwi"

    def __init__(self):
        self.kiwi = ex.tokenizer("kiwi")
        self.seen = 0

    def tokenize(self, text):
        self.seen += len(text)
        return self.kiwi.tokenize(text)


def test_stretches_are_the_text():
    for text in (
        BIG,
        "가" * 9001,
        "줄\n" * 4000,
        unicodedata.normalize("NFD", "갑" * 9000),
        "e" + "\u0301" * 9000,
        " " * 9000,
        "",
    ):
        parts = stretches(text)
        assert "".join(text[start:end] for start, end in parts) == text
        assert all(unicodedata.normalize("NFC", text[start : start + 1]) != "\u1161" for start, _ in parts)
        assert "".join(unicodedata.normalize("NFC", text[a:b]) for a, b in parts) == unicodedata.normalize("NFC", text)


def test_what_is_read_around_a_word_holds_it():
    for text in (BIG, "배" * 9000, unicodedata.normalize("NFD", "배를 탔다. " * 4000)):
        for start in (0, 3, len(text) // 2, len(text) - 1):
            first, last = around(text, start, start + 1)
            assert first <= start < last <= first + LONG
    few, many = [(5, 6)], [(at, at + 1) for at in range(0, 100_000, 10)]
    requests = [("짧은 글", [(0, 2)]), (BIG, few), (BIG, many)]
    got = list(parts_around(requests, 1000))
    assert got[0] == requests[0] and got[-1] == requests[2] and len(got) == 3
    assert len(got[1][0]) < 4000 and got[1][0][slice(*got[1][1][0])] == BIG[5:6]


@pytest.mark.parametrize(
    ("word", "surface", "share"), [("배", "배", 0.5), ("듣다", "들", 1.2), ("은행", None, 0.05), ("코끼리", None, 0.05)]
)
def test_a_word_is_found_in_one_pass_at_most(word, surface, share):
    assert len(BIG.encode()) > 900_000
    counting = Counting()
    found = find_words(word, BIG, counting, 1)
    assert counting.seen < share * len(BIG)
    if surface is None:
        assert not found
        with pytest.raises(BadInput, match="does not occur") as caught:
            find_word(word, BIG, counting)
        assert len(str(caught.value)) < 300
    else:
        assert found[0].surface == surface and BIG[found[0].start :].startswith(surface)
        assert 200_000 <= found[0].start < 200_000 + len(WORDS)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("배", "그는 배ㅋㅋㅋ 😀 배를 탔다."),
        ("먹다", "밥을 먹었다. 떡도 먹는다."),
        ("흐르다", "강물이 흘러 바다로 갔다."),
        ("돕다", "친구를 도와 주었다."),
        ("파랗다", "하늘이 파랬다."),
        ("먹었지만", "밥을 먹고 잤다."),
        ("서울대학교", "그는 서울대학교에 다닌다."),
        ("漢字", "漢字를 배운다."),
        ("나", "내가 간다. 나는 간다."),
        ("를", "밥을 배를 먹었다."),
        ("ㅋㅋㅋ", "웃긴다ㅋㅋㅋ 정말"),
        ("은행", unicodedata.normalize("NFD", "은행에 갔다.")),
        ("은행", "은\u200b행에 갔다."),
        ("었", "집에 갔다."),
        ("없다", "아무것도 없어서 울었다."),
        ("빠르다", "그는 빨리 달린다. 말이 빨랐다."),
    ],
)
def test_a_long_text_gives_what_its_sentence_gives(word, text):
    """The stretches that are left out hold no form of the word."""
    kiwi = ex.tokenizer("kiwi")
    short = find_words(word, text, kiwi)
    assert short
    lead = "차\n" * 3000
    long = find_words(word, lead + text + "\n차" * 3000, kiwi)
    assert [(one.start - len(lead), one.end - len(lead), one.key, one.how) for one in long] == [
        (one.start, one.end, one.key, one.how) for one in short
    ]
    looks = _looks(unicodedata.normalize("NFC", word), kiwi)
    assert looks is None or not looks.search("차 " * 20)


@pytest.fixture(scope="module")
def mini():
    pytest.importorskip("torch")
    return ex.encoder("mini")


def test_senses_of_a_megabyte_read_what_stands_around_the_word(mini, monkeypatch):
    plain = ["배를 타고 섬에 갔다.", "달고 시원한 배를 먹었다."]
    seen = []
    kiwi = mini.analyser
    real = type(kiwi).tokenize
    monkeypatch.setattr(type(kiwi), "tokenize", lambda self, text: seen.append(len(text)) or real(self, text))
    senses = mini.senses("배", [BIG, *plain], 2)
    assert BIG[slice(*senses.spans[0])] == "배" and len(senses.labels) == 3
    assert mini.assign(senses, BIG).start == senses.spans[0][0]
    assert mini.vector("배", BIG).shape == (mini.dim,) and mini.pieces("배", BIG) == ["배/NNG"]
    assert mini.sense_curve("배", [BIG, *plain], 2).levels
    assert max(seen) <= LONG + 100 and sum(seen) < 5 * len(BIG)
    assert mini.similarity(("배", BIG[198_000:202_000]), ("배", BIG)) > 0.6

"""Counts of a corpus: the same as counting by hand, kept whole, and cut to the strongest."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from explorer.core.errors import BadInput
from explorer.static.evidence import count_evidence, kept_evidence
from explorer.static.keys import key_filter
from explorer.text.patterns import EQUALS
from explorer.tokenizers.loading import tokenizer
from explorer.tokenizers.token import key_of
from explorer.vectors.evidence import Evidence

TEXTS = [
    "강아지와 고양이가 마당에서 놀았다. 강아지는 짖었다.\n고양이나 강아지를 기르는 사람이 많다.",
    "의사의 병원은 넓고, 병원의 의사는 바쁘다. ㅋㅋㅋ",
    "",
    "큰 나무와 작은 나무가 있다. 크고 작은 배가 떠 있었다.",
] * 3


@pytest.fixture
def made(home: Path) -> Evidence:
    return count_evidence(TEXTS, tokenizer("kiwi"), min_count=1, window=2, info={"corpus": "손"})


def by_hand(window: int) -> Counter[tuple[str, str]]:
    keep, ends = key_filter("content")
    near: Counter[tuple[str, str]] = Counter()
    for text in TEXTS:
        for line in text.split("\n"):
            sentence: list[str] = []
            for key in [*(key_of(token) for token in tokenizer("kiwi").tokenize(line)), "./SF"]:
                if (kept := keep(key)) is not None:
                    sentence.append(kept)
                if ends(key):
                    places = combinations(enumerate(sentence), 2)
                    near.update(tuple(sorted((a, b))) for (i, a), (j, b) in places if j - i <= window and a != b)
                    sentence = []
    return near


def test_pairs_are_those_counted_by_hand(made: Evidence) -> None:
    near = by_hand(2)
    found = {tuple(sorted((made.keys[a], made.keys[b]))): int(n) for (a, b), n in zip(made.pairs, made.places, strict=True)}
    assert found == dict(near) and len(found) > 20
    for row, key in enumerate(made.keys):
        assert made.near[row] == sum(count for pair, count in near.items() if key in pair)
    a, b = made.row(["강아지/NNG"]), made.row(["고양이/NNG"])
    assert made.together(a, b) == made.together(b, a) == near["강아지/NNG", "고양이/NNG"]
    assert made.together(a, made.row(["병원/NNG"])) == 0
    assert made.expected(a, b) == pytest.approx(made.near[a] * made.near[b] / made.near.sum())
    assert made.info["corpus"] == "손" and made.info["documents"] == len(TEXTS)


def test_patterns_keep_their_order(made: Evidence) -> None:
    dog, cat, doctor, hospital = (made.row([f"{word}/NNG"]) for word in ("강아지", "고양이", "의사", "병원"))
    assert made.patterns(dog, cat) == {"and": 3} and made.patterns(cat, dog) == {"or": 3}
    assert made.patterns(doctor, hospital) == made.patterns(hospital, doctor) == {"of": 3}
    assert made.beside[dog] == 6 and made.beside[doctor] == 0
    assert made.place_beside(dog, cat) == 1
    sums = np.zeros(len(made.keys), int)
    for (a, b, family), times in zip(made.joined, made.joints, strict=True):
        if family < len(EQUALS):
            sums[[a, b]] += times
    assert sums.tolist() == made.beside.tolist()


def test_words_are_found_by_key_or_form(made: Evidence) -> None:
    assert made.row(["강아지/NNG"]) == made.row(["강아지/NNP"]) == made.row(["강아지"])
    assert made.row(["없다시피/NNG"]) is None and made.row([]) is None


def test_only_the_strongest_contexts_are_kept(home: Path, made: Evidence) -> None:
    cut = count_evidence(TEXTS, tokenizer("kiwi"), min_count=1, window=2, contexts=2)
    assert 0 < len(cut.pairs) < len(made.pairs) and cut.near.tolist() == made.near.tolist()
    kept = {tuple(pair) for pair in cut.pairs.tolist()}
    for row in range(len(made.keys)):
        for strong in made.contexts(row).rows[:2].tolist():
            assert tuple(sorted((row, strong))) in kept
    rare = count_evidence(TEXTS, tokenizer("kiwi"), min_count=1, window=2, least=4, least_joined=4, least_owned=4)
    assert rare.places.min() >= 4 and len(rare.joined) and {len(made.patterns(a, b)) for a, b, _ in rare.joined.tolist()}


def test_what_is_saved_is_read_again(made: Evidence, tmp_path: Path) -> None:
    made.save(tmp_path / "counts", card="# Counts\n")
    again = Evidence.open(tmp_path / "counts")
    assert again.keys == made.keys and dict(again.params) == dict(made.params) and again.name == "손"
    for name in ("counts", "near", "pairs", "places", "joined", "joints", "beside"):
        assert np.array_equal(getattr(again, name), getattr(made, name)), name
    with pytest.raises(BadInput):
        made.save(tmp_path / "counts")
    part = tmp_path / "counts" / "counts.npz"
    part.write_bytes(part.read_bytes()[:-200])
    with pytest.raises(BadInput) as error:
        Evidence.open(tmp_path / "counts")
    assert error.value.code == "vectors.saved_file_damaged"


def test_a_corpus_is_counted_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.static import evidence

    first = kept_evidence(TEXTS, tokenizer("kiwi"), "f", "손")
    monkeypatch.setattr(evidence, "count_evidence", None)
    assert kept_evidence([], tokenizer("kiwi"), "f", "손").keys == first.keys
    with pytest.raises(TypeError):
        kept_evidence(TEXTS, tokenizer("kiwi"), "another", "손")


def test_what_cannot_be_counted_is_said(home: Path) -> None:
    for texts, name, code in (
        ([], "kiwi", "static.corpus_empty"),
        (["ㅋ"], "kiwi", "static.corpus_empty"),
        (TEXTS, "syllable", "static.evidence_needs_tags"),
    ):
        with pytest.raises(BadInput) as error:
            count_evidence(texts, tokenizer(name), min_count=3)
        assert error.value.code == code
    with pytest.raises(BadInput):
        count_evidence(TEXTS, tokenizer("kiwi"), window=0)


def test_counting_can_be_stopped(home: Path) -> None:
    from explorer.core.errors import Cancelled

    def stop(_: object) -> None:
        raise Cancelled("core.cancelled")

    with pytest.raises(Cancelled):
        count_evidence(TEXTS, tokenizer("kiwi"), progress=stop)

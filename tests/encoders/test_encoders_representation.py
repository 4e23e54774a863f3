"""The representation by which words in context are compared: what it tells apart, how it is chosen, and what is kept."""

from __future__ import annotations

import json
import unicodedata

import numpy as np
import pytest

from explorer.core.errors import BadInput
from explorer.encoders import representation as choosing
from explorer.encoders.clusters import Space
from explorer.encoders.homographs import homographs

pytest.importorskip("torch")

from explorer.encoders.open import encoder
from explorer.encoders.representation import content_key, default_representation, measure, shipped

SHIP, PIER, PEAR = "배를 타고 섬에 갔다.", "부두에 배가 닿았다.", "달고 시원한 배를 먹었다."
"""The first example that a newcomer sees."""


@pytest.fixture(scope="module")
def mini():
    return encoder("mini")


def test_the_first_example_puts_ship_beside_ship(mini):
    cosines = mini.similarity_matrix("배", [SHIP, PIER, PEAR])
    assert cosines[0, 1] > cosines[0, 2] + 0.1 and cosines[0, 1] > cosines[1, 2] + 0.1
    own = mini.similarity_matrix("배", [SHIP, PIER, PEAR], representation="own")
    assert own[0, 2] > 0.5  # the states as they are say that everything is alike


def test_the_representation_of_mini_is_that_of_its_weights(mini):
    """Whoever changes the weights has to measure them anew: tests/benchmarks/representations.py --write."""
    assert content_key(choosing.SHIPPED.parent / "mini") in shipped()
    chosen = default_representation(mini)
    assert chosen.source == "shipped" and chosen.auc > chosen.own_auc and chosen.ari > chosen.own_ari


def test_a_cosine_does_not_depend_on_the_sentences_beside_it(mini):
    two = mini.similarity_matrix("배", [SHIP, PEAR])
    three = mini.similarity_matrix("배", [SHIP, PIER, PEAR])
    assert two[0, 1] == pytest.approx(three[0, 2], abs=1e-4) and two[0, 1] > -0.5
    assert mini.similarity(("배", SHIP), ("배", PEAR)) == pytest.approx(two[0, 1], abs=1e-4)


@pytest.mark.parametrize(
    ("word", "first", "second"),
    [
        ("배", SHIP, unicodedata.normalize("NFD", SHIP)),
        ("먹다", "밥을 먹었다.", "밥을 먹었다 😀"),
        ("배", "배 船舶을 탔다.", "배\u200b 船舶을 탔다."),
    ],
)
def test_spellings_of_one_sentence_are_one(mini, word, first, second):
    assert mini.similarity((word, first), (word, second)) > 0.9


def test_two_places_in_one_sentence_and_none(mini):
    line = "배를 타고 가면서 배를 깎아 먹었다."
    first, second = (mini.word_vectors("배", [line], occurrence=number)[0] for number in (0, 1))
    assert first @ second < 1 - 1e-3
    with pytest.raises(BadInput, match="does not occur"):
        mini.word_vectors("배", ["바다는 넓다."])
    with pytest.raises(BadInput, match="blend, own, masked"):
        mini.word_vectors("배", [SHIP], representation="dream")


def test_a_word_without_a_context_still_has_a_vector(mini):
    rows = mini.word_vectors("배", ["배", "배!", SHIP])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4) and rows[0] @ rows[1] > 0.5


def test_nothing_has_no_direction_in_a_space():
    others = {"a": np.array([[1.0, 0.0], [0.0, 1.0]])}
    placed = Space.beside(others, {"a": 1.0}).place({"a": np.array([[0.0, 0.0], [1.0, 0.0]])})
    assert not placed[0].any() and np.linalg.norm(placed[1]) == pytest.approx(1)


def test_what_is_measured_is_kept_by_the_weights_and_read_back(small_bert, home, monkeypatch):
    monkeypatch.setattr(choosing, "_known", {})
    few = [one for one in homographs() if one.word in ("은행", "병")]
    monkeypatch.setattr(choosing, "homographs", lambda: iter(few))
    told = []
    opened = encoder(small_bert, device="cpu")
    choice = choosing.Choice(opened.analyser, small_bert)
    found = choice(opened.reader, told.append)
    assert found.source == "measured" and found.auc >= found.own_auc and 0.5 <= found.auc <= 1
    assert {one.stage for one in told} >= {"choosing the representation", "reading sentences"}
    [file] = (home / "cache" / "representations").iterdir()
    assert file.name.startswith(content_key(small_bert)[:32]) and json.loads(file.read_text())["auc"] == found.auc
    monkeypatch.setattr(choosing, "measure", None)  # nothing is measured a second time
    assert choosing.Choice(opened.analyser, small_bert)(opened.reader) == found
    monkeypatch.setattr(choosing, "_known", {})
    assert choosing.Choice(opened.analyser, small_bert)(opened.reader) == found
    file.write_text("{")
    monkeypatch.setattr(choosing, "_known", {})
    monkeypatch.setattr(choosing, "measure", measure)
    assert choosing.Choice(opened.analyser, small_bert)(opened.reader) == found


def test_the_choice_follows_the_senses(mini):
    """Where labels say nothing of the sentences, no representation reaches far beyond chance."""
    few = [one for one in homographs() if one.word in ("은행", "병", "사과")]
    real = measure(mini.reader, mini.analyser, few)
    assert real.auc > 0.8 and real.ari > 0.6 and "context" in real.weights
    senses = [one.sense for one in few]
    shuffled = np.random.default_rng(3).permutation(len(few))
    from dataclasses import replace

    mixed = [replace(one, sense=f"{senses[place]}") for one, place in zip(few, shuffled, strict=True)]
    assert measure(mini.reader, mini.analyser, mixed).auc < real.auc - 0.1

"""Metrics against arithmetic and published oracle values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import explorer as ex
from explorer.core.errors import BadInput
from explorer.core.intervals import Interval, ratio_interval
from explorer.tokenizers.comparison.distribution import distribution, renyi_efficiency, renyi_entropy
from explorer.tokenizers.comparison.metrics import Meter, Text
from explorer.tokenizers.token import Token

# "pick @@ed pick @@l @@ed pick @@les": the oracle of the tokenization-scorer package's own test.
COUNTS = [3, 2, 1, 1]
SECOND = [3, 3, 2, 2, 1]


def test_renyi_oracles():
    assert renyi_efficiency(COUNTS) == pytest.approx(0.8265, abs=5e-5)
    assert renyi_entropy(COUNTS) == pytest.approx(1.6530, abs=5e-5)
    assert renyi_entropy(COUNTS, alpha=1) == pytest.approx(1.8424, abs=5e-5)
    assert renyi_efficiency(COUNTS, alpha=1) == pytest.approx(0.9212, abs=5e-5)
    assert renyi_entropy(COUNTS, alpha=3) == pytest.approx(1.6063, abs=5e-5)


def test_renyi_oracles_of_the_second_text():
    # "pick @@e @@d pick @@l @@e @@d pick @@l @@e @@s", the same words with the pieces cut further.
    assert renyi_efficiency(SECOND) == pytest.approx(0.9205, abs=5e-5)
    assert renyi_entropy(SECOND) == pytest.approx(2.1373, abs=5e-5)
    assert renyi_efficiency(SECOND, alpha=1) == pytest.approx(0.9610, abs=5e-5)
    assert renyi_entropy(SECOND, alpha=1) == pytest.approx(2.2313, abs=5e-5)


@given(st.lists(st.integers(1, 1000), min_size=2, max_size=30), st.sampled_from([0.5, 1.0, 2.5, 4.0]))
def test_renyi_bounds(counts, alpha):
    assert -1e-9 <= renyi_efficiency(counts, alpha=alpha) <= 1 + 1e-9
    assert renyi_efficiency([7] * len(counts), alpha=alpha) == pytest.approx(1)
    assert renyi_efficiency(counts, 1000, alpha) == pytest.approx(renyi_entropy(counts, alpha) / math.log2(1000))


def test_renyi_refuses_nonsense():
    with pytest.raises(BadInput, match="no counts"):
        renyi_entropy([0, 0])
    with pytest.raises(BadInput, match="smaller than"):
        renyi_efficiency([1, 1, 1], vocab_size=2)


def measured(name, *texts):
    tokenizer = ex.tokenizer(name) if isinstance(name, str) else name
    meter = Meter(tokenizer)
    for text in texts:
        meter.add(Text(text), tokenizer.tokenize(text))
    return meter


def test_rules_are_what_arithmetic_says():
    texts = ["왕이 왔다", "강아지ㅋㅋ 갔다!"]
    eojeol, syllable, jamo = (measured(name, *texts).results() for name in ("eojeol", "syllable", "jamo"))
    characters, words = 5 + 9, 4
    assert eojeol["tokens_per_eojeol"].value == 1
    assert eojeol["continued_words"].value == 0
    assert eojeol["tokens_per_character"].value == pytest.approx(words / characters)
    assert syllable["tokens_per_eojeol"].value == pytest.approx(12 / words)
    assert syllable["continued_words"].value == 1
    assert syllable["bytes_per_token"].value == pytest.approx((11 * 3 + 1 + 2) / 12)
    assert jamo["tokens_per_eojeol"].value == pytest.approx((3 + 2 + 3 + 2 + 2 + 3 + 2 + 2 + 3 + 2 + 1) / words)
    for result in (eojeol, syllable, jamo):
        assert result["lost_characters"].value == 0
        assert result["lossless"].value is None
        assert result["vocabulary_used"].value is None


def test_nfd_counts_as_nfc():
    import unicodedata

    text = "왕비가 강아지를 보았다"
    for name in ("syllable", "kiwi"):
        assert measured(name, text).totals() == measured(name, unicodedata.normalize("NFD", text)).totals()


def test_unknown_both_ways(trained):
    result = measured(ex.tokenizer(trained["wordpiece"]), "왕이 뷁쉙튋 갔다")
    values = result.results()
    tokens = ex.tokenizer(trained["wordpiece"]).tokenize("왕이 뷁쉙튋 갔다")
    assert values["unknown_tokens"].value == pytest.approx(1 / len(tokens))
    assert values["unknown_characters"].value == pytest.approx(3 / 9)
    assert values["lost_characters"].value == pytest.approx(3 / 7)
    assert values["lossless"].value == 0
    assert set(result.lost) == set("뷁쉙튋")
    assert list(map(str, result.warnings())) == [
        "33.33 % of the characters are under unknown tokens",
        "loses 42.86 % of the characters: 뷁 쉙 튋",
        "100.00 % of the documents do not come back",
    ]
    [example] = result.lost_examples
    assert example.text == "왕이 뷁쉙튋 갔다"
    assert example.decoded != example.text


def test_byte_fallback_and_lossless(trained):
    values = measured(ex.tokenizer(trained["unigram"]), "왕이 뷁").results()
    assert values["byte_characters"].value == pytest.approx(1 / 4)
    assert values["unknown_tokens"].value == 0
    assert values["lossless"].value == 1
    assert values["lost_characters"].value == 0


def test_vocabulary_used(trained):
    tokenizer = ex.tokenizer(trained["bpe"])
    text = "왕이 밥을 먹었다."
    ids = {token.id for token in tokenizer.tokenize(text)}
    assert measured(tokenizer, text).results()["vocabulary_used"].value == pytest.approx(len(ids) / tokenizer.vocab_size)


def test_intervals():
    made = ratio_interval([1, 2, 3, 4] * 20, [2] * 80)
    assert made.low < made.value < made.high
    assert made == ratio_interval([1, 2, 3, 4] * 20, [2] * 80)
    wider = ratio_interval([1, 2, 3, 4] * 5, [2] * 20)
    assert wider.high - wider.low > made.high - made.low


def test_no_interval_holds_more_than_the_whole_vocabulary():
    # Fifty groups, each with a type of its own and all of them with one more: every type of the vocabulary occurs.
    groups = np.hstack([np.eye(50, dtype=np.float32), np.ones((50, 1), np.float32)])
    used, efficiency = distribution(groups, 51)
    assert used.value == used.high == 1 and 0.8 < used.low < 1
    assert 0 <= efficiency.low < efficiency.value < efficiency.high <= 1
    assert distribution(groups, 102)[0].high == pytest.approx(0.5 + (0.5 - distribution(groups, 102)[0].low), abs=0.02)
    assert distribution(groups[:1], 51) == (Interval(2 / 51), Interval(pytest.approx(1 / math.log2(51))))


def test_dropped_text_without_a_decoder():
    class Dropping:
        name = "dropping"

        def tokenize(self, text):
            return [Token(text[0], 0, 1, text[0])]

        def params(self):
            return {"name": self.name, "engine": "none"}

    result = measured(Dropping(), "왕비 온다")
    assert result.results()["lost_characters"].value == pytest.approx(3 / 4)
    assert set(result.lost) == set("비온다")


@pytest.mark.parametrize("kind", ["bpe", "wordpiece", "byte-bpe", "unigram", "kiwi-bpe"])
def test_line_ends_and_other_white_space_are_neither_unknown_nor_lost(trained, kind):
    tokenizer = ex.tokenizer(f"hybrid:{trained[kind]}" if kind == "kiwi-bpe" else trained[kind])
    for space in ("\n", "\t", "\r\n", "\n\n", "\u00a0", "\u3000", "\u2028"):
        values = measured(tokenizer, f"왕이{space}밥을 먹었다").results()
        assert values["unknown_tokens"].value == values["lost_characters"].value == 0, space
        assert values["lossless"].value == 1, space


def test_white_space_a_vocabulary_knows_stays_its_own(trained):
    tokens = ex.tokenizer(trained["byte-bpe"]).tokenize("왕이\n밥을")
    assert "\n" in [token.form for token in tokens]

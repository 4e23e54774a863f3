"""Collocates against a count by hand, and the log-likelihood ratio against scipy's."""

from __future__ import annotations

from collections import Counter
from math import log2

import pytest
from test_corpora_concordance import Texts

from corpora import open_corpus
from corpora.collocations import MEASURES, Collocations, collocates, g2
from explorer.core.errors import BadInput, Cancelled
from explorer.static.keys import key_filter
from explorer.text.tags import tag_of
from explorer.tokenizers.loading import tokenizer
from explorer.tokenizers.token import key_of

CORPUS = Texts(
    "비가 내리고 바람이 분다. 오늘은 비가 많이 내린다.\n내일도 비가 올까? ㅋㅋㅋ 비 비 비",
    "바람이 분다. 강물이 흐른다. 비가 내리면 강물이 는다.",
    "나무가 자란다. 강물이 흐른다. 바람이 분다. 해가 뜬다.",
)


def by_hand(corpus, node, window):
    """Places near the node and all places, of content words other than the node, in plain loops."""
    keep, ends = key_filter("content")
    near, left, right, every = Counter(), Counter(), Counter(), Counter()
    nodes = 0
    for text in corpus.texts():
        for line in text.split("\n"):
            sentence = []
            for token in [*tokenizer("kiwi").tokenize(line), None]:
                key = key_of(token) if token else ""
                if key and (key == node or keep(key)):
                    sentence.append(key)
                if token is None or ends(key):
                    at = [place for place, one in enumerate(sentence) if one == node]
                    others = [place for place, one in enumerate(sentence) if one != node]
                    nodes += len(at)
                    for rank, place in enumerate(others):
                        before = sum(window + 1 - (sum(p < n for p in others) - rank) > 0 and place < n for n in at)
                        after = sum(window - (rank - sum(p < n for p in others)) > 0 and place > n for n in at)
                        every[sentence[place]] += 1
                        left[sentence[place]] += before > 0
                        right[sentence[place]] += after > 0
                        near[sentence[place]] += before + after > 0
                    sentence = []
    return nodes, near, left, right, every


@pytest.mark.parametrize("window", [1, 2, 5])
def test_every_number_is_the_one_counted_by_hand(home, window):
    for corpus, node in ((CORPUS, "비/NNG"), (CORPUS, "불다/VV"), (open_corpus("sample"), "물/NNG")):
        found = collocates(corpus, node, 10_000, window=window, least=1)
        nodes, near, left, right, every = by_hand(corpus, node, window)
        assert (found.occurrences, found.near, found.words) == (nodes, near.total(), every.total())
        assert {row.key: (row.count, row.left, row.right, row.total) for row in found.rows} == {
            key: (count, left[key], right[key], every[key]) for key, count in near.items() if count
        }
        for row in found.rows[:50]:
            assert row.expected == pytest.approx(found.near * row.total / found.words)
            assert row.pmi == pytest.approx(log2(row.count / row.expected))
            assert row.log_dice == pytest.approx(min(14, 14 + log2(2 * row.count / (nodes + row.total))))


def test_the_ratio_is_that_of_scipy():
    from scipy.stats import chi2_contingency

    for count, near, total, words in ((10, 100, 20, 10_000), (3, 50, 3, 400), (1, 90, 300, 1000), (0, 90, 300, 1000)):
        table = [[count, near - count], [total - count, words - near - total + count]]
        expected = chi2_contingency(table, correction=False, lambda_="log-likelihood")[0]
        assert abs(g2(count, near, total, words)) == pytest.approx(expected)
    assert g2(1, 90, 300, 1000) < 0 < g2(10, 100, 20, 10_000)


def test_words_that_belong_together_come_first_and_every_order_holds(home):
    found = collocates(open_corpus("sample"), "비", 5, least=2)
    assert found.rows[0].key == "오다/VV" and found.resolved[0] == "비/NNG" and found.rows[0].g2 > 10.83
    assert found.rows[0].right > found.rows[0].left  # 비가 오다
    for by in MEASURES:
        values = [getattr(row, by) for row in collocates(open_corpus("sample"), "비", 50, by=by, least=1).rows]
        assert values == sorted(values, reverse=True) and len(values) == 50
    assert all(tag_of(row.key)[0] not in "JE" for row in found.rows)
    assert "이/JKS" in [row.key for row in collocates(CORPUS, "비", 50, keys="all", least=1).rows] or "가/JKS" in [
        row.key for row in collocates(CORPUS, "비", 50, keys="all", least=1).rows
    ]


def test_phrases_inflected_words_and_what_is_not_there(home):
    assert collocates(CORPUS, "내렸다", 50, least=1).resolved == ("내리다/VV",)
    phrase = collocates(CORPUS, "강물이 흐르다", 50, least=1)
    assert phrase.occurrences == 2 and not {"강물/NNG", "흐르다/VV"} & {row.key for row in phrase.rows}
    nothing = collocates(CORPUS, "쀍쀍스럽다")
    assert (nothing.resolved, nothing.rows, nothing.occurrences, nothing.found) == ((), (), 0, 0)
    assert collocates(Texts("비"), "비").rows == ()


def test_records_go_through_json_and_into_a_table(home):
    found = collocates(CORPUS, "비", 3, least=1)
    assert Collocations.from_dict(found.to_dict()) == found
    assert list(found.to_frame()["key"]) == [row.key for row in found.rows] and found.found > 3
    assert "<td" in found._repr_html_() and found.rows[0].key in repr(found)


def test_silly_questions_and_a_stop(home):
    for options in ({"n": -1}, {"window": 0}, {"least": 0}, {"by": "luck"}, {"keys": "some"}):
        with pytest.raises(BadInput):
            collocates(CORPUS, "비", **options)
    for corpus, word in ((CORPUS, " "), (Texts(""), "비")):
        with pytest.raises(BadInput):
            collocates(corpus, word)

    def stop(_):
        raise Cancelled

    with pytest.raises(Cancelled):
        collocates(CORPUS, "비", progress=stop)

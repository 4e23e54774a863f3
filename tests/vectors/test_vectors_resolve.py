import unicodedata

import numpy as np
import pytest

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.tokenizers.token import Token
from explorer.vectors.suggest import Suggester, jamo
from explorer.vectors.vectors import Vectors

ANALYSES = {
    "왕에게": "왕/NNG 에게/JKB",
    "먹었다": "먹다/VV 었/EP 다/EF",
    "예뻤다": "예쁘다/VA 었/EP 다/EF",
    "공부했다": "공부/NNG 하/XSV 었/EP 다/EF",
    "행복한": "행복/NNG 하/XSA ㄴ/ETM",
    "왕비님": "왕비/NNG 님/XSN",
    "왕들": "왕/NNG 들/XSN",
    "한국은행총재": "한국은행/NNP 총재/NNG",
    "왕뷁": "왕/NNG 뷁/NNG",
    "먹고있다": "먹다/VV 고/EC 있다/VX",
    "에게는": "에게/JKB 는/JX",
    "왕님": "왕/NNG 님/XSN",
}


class Analyser:
    """Answers from the table above; anything else is one unknown noun."""

    def __init__(self):
        self.asked = []

    def tokenize(self, text):
        self.asked.append(text)
        pairs = [pair.rsplit("/", 1) for pair in ANALYSES.get(text, f"{text}/NNG").split()]
        return [Token(form, 0, 0, form, tag) for form, tag in pairs]


KEYS = [
    "왕/NNG",
    "왕비/NNG",
    "님/XSN",
    "님/NNB",
    "왕/NNP",
    "먹다/VV",
    "예쁘다/VA",
    "공부/NNG",
    "한국은행/NNP",
    "총재/NNG",
    "배/NNG",
    "배/NNB",
    "별/XSN",
    "별/NNG",
    "행복하다/VA",
    "에게/JKB",
    "강아지/NNG",
    "있다/VX",
]


def vectors(keys=KEYS, counts=None, **options):
    rng = np.random.default_rng(0)
    return Vectors(keys, rng.standard_normal((len(keys), 6)), counts, analyser=Analyser(), **options)


@pytest.mark.parametrize(
    ("word", "key", "how"),
    [
        ("왕/NNP", "왕/NNP", "exact"),
        ("왕", "왕/NNG", "form"),
        ("배", "배/NNG", "form"),
        ("먹다", "먹다/VV", "form"),
        ("에게", "에게/JKB", "form"),
        ("왕에게", "왕/NNG", "analysed"),
        ("먹었다", "먹다/VV", "analysed"),
        ("예뻤다", "예쁘다/VA", "analysed"),
        ("공부했다", "공부/NNG", "analysed"),
        ("행복한", "행복하다/VA", "analysed"),
        ("왕들", "왕/NNG", "analysed"),
        ("먹고있다", "먹다/VV", "analysed"),
    ],
)
def test_steps(word, key, how):
    v = vectors()
    for spelling in (word, unicodedata.normalize("NFD", word), f" \u200b{word}\ufeff\n"):
        found = v.resolve(spelling)
        assert (found.key, found.how, found.query) == (key, how, spelling)
        assert found.parts == (key,)
        assert np.array_equal(v.vector(spelling), v.vectors[v.index(key)])


def test_the_most_frequent_reading_wins_and_the_others_are_told():
    counts = np.ones(len(KEYS), dtype=int)
    counts[KEYS.index("왕/NNP")] = 50
    found = vectors(counts=counts).resolve("왕")
    assert found.key == "왕/NNP" and found.alternatives == ("왕/NNG",)
    assert vectors().resolve("배").alternatives == ("배/NNB",)


@pytest.mark.parametrize(("times", "key"), [(50, "배/NNG"), (500, "배/NNB")])
def test_counters_come_after_nouns_unless_hardly_anything_else_is_said(times, key):
    counts = np.ones(len(KEYS), dtype=int)
    counts[KEYS.index("배/NNB")] = times
    assert vectors(counts=counts).resolve("배").key == key


def test_words_come_before_affixes_of_the_same_spelling():
    counts = np.ones(len(KEYS), dtype=int)
    counts[KEYS.index("별/XSN")] = 1000
    found = vectors(counts=counts).resolve("별")
    assert found.key == "별/NNG" and found.alternatives == ("별/XSN",)


def test_composed_words_are_the_sum_of_their_parts_where_a_syllable_counts_half():
    v = vectors()
    found = v.resolve("왕비님")
    assert found.how == "composed" and found.parts == ("왕비/NNG", "님/XSN") and found.word == "왕비 + 님"
    rows = [v.index(part) for part in found.parts]
    assert np.allclose(v.vector("왕비님"), v.unit[rows[0]] + v.unit[rows[1]] / 2, atol=1e-6)
    assert v.resolve("한국은행총재").parts == ("한국은행/NNP", "총재/NNG")
    assert set(found.parts).isdisjoint(n.key for n in v.similar("왕비님", n=30))


def test_a_verb_of_the_noun_comes_first_where_there_is_one():
    assert vectors([*KEYS, "공부하다/VV"]).resolve("공부했다").key == "공부하다/VV"


def test_a_missing_affix_does_not_matter_and_a_missing_noun_does():
    without = [key for key in KEYS if not key.startswith("님/")]
    assert vectors(without).resolve("왕비님").key == "왕비/NNG"
    with pytest.raises(OutOfVocabulary):
        vectors().resolve("왕뷁")


def test_the_plural_says_nothing_about_the_word_even_where_it_has_a_vector():
    found = vectors([*KEYS, "들/XSN"]).resolve("왕들")
    assert (found.key, found.how, found.parts) == ("왕/NNG", "analysed", ("왕/NNG",))


def test_untagged_vocabularies_work_too():
    v = vectors(["왕", "먹다", "왕비", "님", "▁서울", "##에서", "Ġcat"])
    assert v.resolve("왕에게").key == "왕" and v.resolve("먹었다").key == "먹다"
    assert v.resolve("왕비님").parts == ("왕비", "님")
    assert [v.resolve(w).key for w in ("서울", "에서", "cat")] == ["▁서울", "##에서", "Ġcat"]


def test_subwords_come_last_and_must_fit():
    asked = []

    def composer(word):
        asked.append(word)
        return None if word == "없음" else np.full(6, 0.5)

    v = vectors(composer=composer)
    assert v.resolve("왕에게").how == "analysed" and not asked
    found = v.resolve("뷁뷁")
    assert (found.how, found.key, found.parts) == ("subword", "뷁뷁", ())
    assert v.vector("뷁뷁").tolist() == [0.5] * 6 and len(v.similar("뷁뷁")) == 10
    with pytest.raises(OutOfVocabulary):
        v.resolve("없음")
    with pytest.raises(BadInput, match="6 are needed"):
        vectors(composer=lambda word: np.ones(5)).vector("뷁뷁")


def test_unknown_words_get_suggestions_by_jamo():
    with pytest.raises(OutOfVocabulary, match="강아지") as caught:
        vectors().resolve("강아쥐")
    assert caught.value.suggestions[0] == "강아지"
    assert vectors().suggest("ㅎㄱㅇㅎ") == ["한국은행"]


@pytest.mark.parametrize("word", ["", "  ", "\u200b\ufeff"])
def test_an_empty_word_is_bad_input(word):
    with pytest.raises(BadInput, match="empty"):
        vectors().resolve(word)


def test_a_text_is_no_word():
    v = vectors()
    with pytest.raises(OutOfVocabulary) as caught:
        v.resolve("가나" * 500_000)
    assert len(str(caught.value)) < 300
    with pytest.raises(BadInput, match="text, not int"):
        v.resolve(5)


def test_find_gives_none_instead_of_an_error():
    v = vectors()
    assert v.find("왕뷁") is None and v.find("왕에게").key == "왕/NNG"
    assert v.lookup("왕에게") is None and v.lookup("왕") == 0


def test_words_are_analysed_once():
    v = vectors()
    for _ in range(3):
        v.resolve("왕에게")
    assert v._given_analyser.asked == ["왕에게"]


def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]


def test_distances_equal_the_textbook_table():
    rng = np.random.default_rng(1)
    letters = list("가나각낙닭ab강아지")
    words = sorted({"".join(rng.choice(letters, size=rng.integers(1, 6))) for _ in range(300)})
    suggester = Suggester(words)
    for query in ("강아지", "닭나", "ab가"):
        distances = suggester._distances(jamo(query), np.arange(len(words)))
        assert distances.tolist() == [levenshtein(jamo(query), jamo(word)) for word in words]


def test_suggestions_of_odd_queries():
    suggester = Suggester(["강아지", "ㅋㅋㅋ", "A"])
    for query in ("", "😀", "가" * 10_000, "\u3164"):
        assert suggester.suggest(query) == []
    assert Suggester([]).suggest("강") == []


@pytest.mark.parametrize("word", ["왕에게", "먹었다", "먹는", "예뻤다"])
def test_kiwi_itself_finds_the_stem(word):
    keys = ["왕/NNG", "먹다/VV", "예쁘다/VA"]
    v = Vectors(keys, np.eye(3), info={"tokenizer": {"name": "kiwi", "engine": "kiwi"}})
    expected = {"왕": "왕/NNG", "먹": "먹다/VV", "예": "예쁘다/VA"}[word[0]]
    assert v.resolve(word).key == expected and v.resolve(word).how == "analysed"


def test_suggestions_come_without_markers():
    assert vectors(["▁아버지가", "##같이", "Ġfather"]).suggest("아버지") == ["아버지가"]

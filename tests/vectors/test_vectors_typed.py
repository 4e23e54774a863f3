"""Words as people type them, against every morpheme Kiwi knows: what they are taken for, and what they are not."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from support_cost import cost

from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.static.kiwi import morphemes, unique_keys
from explorer.text.morphology import shared_kiwi
from explorer.text.spelling import is_insult
from explorer.vectors.vectors import Vectors

TYPED = [line.split("\t") for line in (Path(__file__).parent / "typed.tsv").read_text(encoding="utf-8").splitlines()]


def of(keys, **options):
    return Vectors(keys, np.ones((len(keys), 1)), info={"tokenizer": {"name": "kiwi", "engine": "kiwi"}}, **options)


@pytest.fixture(scope="module")
def v():
    keys, *_ = unique_keys(morphemes(shared_kiwi()))
    return of(keys)


def taken(v, word):
    found = v.find(word)
    return "-" if found is None else "+".join(found.parts)


def test_everyday_forms(v):
    wrong = [f"{form} → {got}" for form, expected in TYPED if (got := taken(v, form)) not in expected.split()]
    assert len(TYPED) >= 300 and len(wrong) <= 0.05 * len(TYPED), "; ".join(wrong)


def test_homographs_offer_their_other_readings(v):
    for word, key, other in [
        ("지었다", "짓다/VV", "지다/VV"),
        ("걸었다", "걷다/VV", "걸다/VV"),
        ("물었다", "묻다/VV", "물다/VV"),
        ("나라도", "나라/NNG", "나/NP"),
        ("배우는", "배우다/VV", "배우/NNG"),
        ("정치가", "정치/NNG", "정치가/NNG"),
        ("말이", "말/NNG", "말이/NNG"),
    ]:
        found = v.resolve(word)
        assert found.key == key and other in found.alternatives, (word, found)
        assert 0 <= found.sure <= 1


def test_a_rare_key_is_still_found_by_its_tag(v):
    assert v.resolve("말이/NNG").key == "말이/NNG" and v.resolve("말이/nng").how == "form"


def test_single_syllables_are_not_composed_by_chance(v):
    for word in ("꿀잼", "노잼", "갓생", "꿀팁", "존맛"):
        with pytest.raises(OutOfVocabulary):
            v.resolve(word)
    found = v.resolve("왕비님")
    assert found.how == "composed" and 0 < found.sure < 1 and v.resolve("학교폭력").sure > found.sure


def test_other_spellings_are_said(v):
    for word, key, note in [
        ("설겆이를", "설거지/NNG", "misspelling"),
        ("몇일", "며칠/NNG", "misspelling"),
        ("學校", "학교/NNG", "hanja"),
        ("學校에서", "학교/NNG", "hanja"),
        ("rkddkwl", "강아지/NNG", "keyboard"),
        ("gkrrydptj", "학교/NNG", "keyboard"),
    ]:
        found = v.resolve(word)
        assert (found.key, found.note, found.query) == (key, note, word)
    assert v.resolve("학교").note == ""
    assert v.find("dog") is None and v.find("go") is None


def test_units_stand_under_their_symbols_and_prefixes_are_no_chance():
    v = of(["km/SL", "cm/SL", "낮/NNG", "한/MM", "마일/NNG"])
    for word, key in [("킬로미터", "km/SL"), ("센티미터로", "cm/SL")]:
        found = v.resolve(word)
        assert (found.key, found.how, found.note) == (key, "form", "unit")
    assert v.resolve("마일").note == "" and v.find("헤르츠") is None
    assert v.resolve("한낮").how == "composed" and "낮/NNG" in v.resolve("한낮").parts
    named = of(["km/SL", "킬로미터/NNG"]).resolve("킬로미터")
    assert named.key == "킬로미터/NNG" and not named.note


def test_a_latin_or_hanja_key_is_not_reread():
    v = of(["rkddkwl/SL", "강아지/NNG", "王/SH", "왕/NNG"], counts=[5, 50, 9, 3])
    assert v.resolve("rkddkwl").key == "rkddkwl/SL"
    found = v.resolve("王")
    assert found.key == "王/SH" and "왕/NNG" in found.alternatives and not found.note


def test_initials_are_suggestions_only(v):
    with pytest.raises(OutOfVocabulary, match="initial consonants") as caught:
        v.resolve("ㅎㄱ")
    assert caught.value.suggestions[0] in ("한국", "학교", "하고", "학생") or len(caught.value.suggestions) == 5
    assert caught.value.said("ko") != caught.value.said("en")


def test_no_slur_is_suggested_for_an_ordinary_word(v):
    for word in ("그녀의", "그녀", "병싱", "시바견", "미친녀"):
        assert not any(map(is_insult, v.suggest(word, 20)))
        found = v.find(word)
        assert found is None or not any(is_insult(key.rpartition("/")[0]) for key in found.alternatives)


@pytest.mark.parametrize("word", ["왕/Noun", "왕/noun", "왕/NNG", "왕/nng", "'왕'", "“왕”", " 왕/Noun "])
def test_tags_and_quotes_of_other_tools(v, word):
    assert v.resolve(word).key == "왕/NNG"


def test_konlpy_keys_are_resolved_like_sejong_ones():
    v = of(["에/Josa", "주다/Verb", "왕/Noun", "왕/Josa", "예쁘다/Adjective"])
    for word, key in [
        ("왕", "왕/Noun"),
        ("왕에게", "왕/Noun"),
        ("줬다", "주다/Verb"),
        ("왕/NNG", "왕/Noun"),
        ("예뻐요", "예쁘다/Adjective"),
    ]:
        assert v.resolve(word).key == key
    assert v.resolve("왕").alternatives == ("왕/Josa",)


def test_membership_and_index_agree(v):
    for word in ("왕", "왕/NNG", "먹다", "왕에게", "없는말입니다", "에게"):
        if word in v:
            assert v.keys[v.index(word)].startswith(word)
        else:
            with pytest.raises(OutOfVocabulary):
                v.index(word)


def test_a_words_other_readings_are_not_its_neighbours():
    rng = np.random.default_rng(0)
    v = Vectors(["한국/NNP", "한국/NNG", "▁한국", "서울/NNP", "일본/NNP"], rng.standard_normal((5, 4)))
    assert set(v.similar("한국", 5).words) == {"서울", "일본"}
    assert {answer.word for answer in v.analogy("한국 - 서울 + 일본", n=5)} == set()


@pytest.mark.parametrize(
    "word",
    ["가" * 5000, "\u1100" * 200, "\u1100" * 50, "ㄱ" * 300, "가나" * 500_000, "😀" * 100, "왕" * 200, "𠀀" * 50, "ㅏ" * 90],
)
def test_long_and_odd_words_are_answered_at_once(v, word):
    v.suggest("왕비")  # its table is built once
    v.find("왕비에게")
    most = 400 if len(word) > 10_000 else 60
    asked = []
    assert (
        cost(lambda: asked.append((v.find(word), v.suggest(word))), tries=1) < most
    )  # the first time, before anything is kept
    [(found, offered)] = asked
    assert found is None or found.parts
    assert len(word) < 1000 or offered == []


@pytest.mark.parametrize("word", ["", " ", "\u200b", "\u3164"])
def test_nothing_typed(v, word):
    with pytest.raises(BadInput):
        v.resolve(word)


def test_the_same_whatever_the_normal_form(v):
    for word in ("말이", "설겆이를", "걸었다", "學校에서"):
        assert v.resolve(unicodedata.normalize("NFD", word)).key == v.resolve(f"\u200b{word} ").key == v.resolve(word).key

"""Maps of documents: what lies on them, what their regions are called, what is found, what is kept."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import numpy as np
import pytest

import explorer as ex
from explorer.analysis.document_files import open_documents, save_documents
from explorer.analysis.document_names import document_names
from explorer.analysis.document_words import DocumentWords, WordsBuilder
from explorer.analysis.map_costs import document_phases
from explorer.core.errors import BadInput, Cancelled, UnknownName
from explorer.core.store import MANIFEST

PLACES = ("산에서", "바다에서", "들에서", "강에서", "숲에서")
DISHES = ("국수를", "만두를", "김밥을", "떡을", "빵을")
TEXTS = [f"{place} {thing} 보았다." for place in PLACES for thing in ("나무를", "꽃을", "새를")] + [
    f"{who} {dish} 먹었다." for dish in DISHES for who in ("학교에서", "집에서", "식당에서")
]
LABELS = ["자연"] * 15 + ["음식"] * 15


@pytest.fixture(scope="module")
def made():
    return ex.map_documents([*TEXTS, "ㅋㅋㅋ", ""], [*LABELS, "웃음", ""], model="word2vec", method="pca", counts=[2, 4])


def test_documents_without_a_vector_have_no_place_and_the_rest_keep_their_number_and_label(made):
    assert len(made) == 30 and made.missing == 2 and len(made.texts) == 32
    assert made.text(29) == TEXTS[29] and made.label(29) == "음식" and made.projection.keys[29] == "30"
    moved = ex.map_documents(["", *TEXTS], ["없음", *LABELS], model="word2vec", method="pca")
    assert moved.text(0) == TEXTS[0] and moved.label(0) == "자연" and moved.numbers[0] == 1
    with pytest.raises(BadInput):
        made.text(30)


def test_regions_nest_and_are_called_after_morphemes_that_tell_them(made):
    coarse, fine = made.layers
    assert sum(region.size for region in coarse.regions) == 30
    for row in range(30):
        assert fine.regions[fine.labels[row]].parent == coarse.labels[row]
    named = {word for layer in made.layers for region in layer.regions for word in region.words}
    assert named and not any(word.endswith(("에서", "를", "을")) for word in named)
    for region in fine.regions:
        assert len(region.words) == len(region.lifts) and all(lift > 1 for lift in region.lifts)
        assert made.texts[region.document] in TEXTS
    meal = next(region for region in coarse.regions if "먹다" in region.words)
    assert meal.lifts[meal.words.index("먹다")] == pytest.approx(2, abs=0.3)


@pytest.mark.parametrize("query", ["학교", "학교에서", "학교까지도", unicodedata.normalize("NFD", "학교에서"), " 학교는 "])
def test_search_takes_words_apart(made, query):
    assert {made.text(row) for row in made.find(query)} == {text for text in TEXTS if text.startswith("학교")}


def test_search_by_initials_as_it_is_written_and_for_nothing(made):
    assert {made.text(row) for row in made.find("ㅎㄱ")} == {text for text in TEXTS if text.startswith("학교")}
    assert {made.text(row)[:2] for row in made.find("먹었")} == {"학교", "집에", "식당"}
    assert made.find("먹는다 학교") == made.find("학교에서 먹다") != []
    assert made.find("") == made.find(" \u200b") == made.find("우주선") == []


def test_telling_words_are_those_with_the_greatest_part_in_the_difference(made):
    rows = made.find("국수")
    best = made.telling(rows, 3)
    assert best[0].word == "국수" and best[0].inside == 3 and best[0].share == 1 and best[0].lift == pytest.approx(10)
    assert made.telling([]) == () and len(made.telling(rows, 1)) == 1
    with pytest.raises(BadInput):
        made.telling([99])


def test_a_kept_map_is_the_same_map_and_a_damaged_one_says_so(made, tmp_path):
    folder = save_documents(made, tmp_path / "map")
    again = open_documents(folder)
    assert again.to_dict() == made.to_dict() and again.find("학교") == made.find("학교")
    assert again.telling([0, 1]) == made.telling([0, 1])
    (folder / "map.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="map"):
        open_documents(folder)
    assert (save_documents(made, folder) / MANIFEST).is_file() and open_documents(folder).labels == made.labels


def test_tables_hold_every_point_and_no_formula(made):
    table = made.to_frame()
    assert list(table.columns) == ["number", "text", "label", "x", "y", "trust", "region1", "region2"] and len(table) == 30
    risky = replace(made, texts=["=1+1", *TEXTS[1:], "", ""])
    assert "'=1+1" in risky.to_csv() and "\n=1+1" not in risky.to_csv()


def test_what_does_not_fit_is_refused():
    for arguments, options in (
        ((TEXTS, LABELS[:-1]), {}),
        ((TEXTS[:3],), {}),
        (([""] * 30,), {}),
        ((TEXTS,), {"counts": [4, 2]}),
        ((TEXTS,), {"method": "som"}),
        ((TEXTS,), {"model": "korean", "encoder": "mini"}),
    ):
        with pytest.raises(BadInput):
            ex.map_documents(*arguments, **({"model": "word2vec", "method": "pca"} | options))
    with pytest.raises(UnknownName):
        ex.map_documents(TEXTS, model="no such model")


@pytest.mark.parametrize("method", ["umap", "pca"])
def test_all_of_it_has_one_estimate(method):
    seen = []
    ex.map_documents(TEXTS, model="word2vec", method=method, counts=[2], progress=seen.append)
    told = [step for step in seen if step.whole is not None]
    planned = {phase.stage for phase in document_phases(len(TEXTS), method=method, tree=20_000, encoded=False)}
    assert planned == {step.stage for step in told} - {"measuring a random map"}
    shares = [step.whole.share(step.whole.at) for step in told]
    assert shares == sorted(shares) and told[0].stage == "reading sentences"


def test_it_can_be_stopped():
    def stop(step):
        if step.stage == "finding neighbours":
            raise Cancelled

    with pytest.raises(Cancelled):
        ex.map_documents(TEXTS, model="word2vec", progress=stop)


def test_an_encoder_reads_them_too():
    found = ex.map_documents(TEXTS, encoder="mini", method="pca", counts=[2])
    assert found.model == "mini" and len(found) == 30
    sides = [{LABELS[row] for row in np.flatnonzero(found.layers[0].labels == region)} for region in (0, 1)]
    assert all(len(side) == 1 for side in sides)


def test_many_documents_join_the_regions_of_those_drawn(monkeypatch):
    from explorer.analysis import documents

    monkeypatch.setattr(documents, "_TREE", 20)
    found = ex.map_documents(TEXTS, model="word2vec", method="pca", counts=[2])
    labels = found.layers[0].labels
    assert len(set(labels[:15])) == 1 and len(set(labels[15:])) == 1 and labels[0] != labels[15]


def test_words_of_some_documents_keep_their_order():
    from explorer.tokenizers.loading import tokenizer

    builder = WordsBuilder()
    for text in ("왕이 왔다", "", "왕과 여왕, 왕"):
        builder.add(tokenizer("kiwi").tokenize(text))
    words = builder.made([1, 2])
    assert len(words) == 2 and words.of(0) == () and words.of(1) == ("왕/NNG", "여왕/NNG")
    assert words.holding("왕/NNG").tolist() == [1] and words.holding("오다/VV").tolist() == []


def documents_of(*rows):
    """Documents as their keys."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    numbers = np.array([keys.index(key) for row in rows for key in row], np.int32)
    return DocumentWords(tuple(keys), np.concatenate([[0], np.cumsum(list(map(len, rows)))]).astype(np.int64), numbers)


def names_of(words, *sizes):
    labels = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    return [[word.word for word in name] for name in document_names(words, labels)]


def test_chance_names_nothing_and_a_root_is_written_as_a_word():
    told = [["감동/NNG", "영화/NNG"]] * 98 + [["감동/NNG", "물결/NNG", "영화/NNG"]] * 3
    dull = [["지루/XR", "영화/NNG"]] * 60 + [["지루/XR", "돈/NNG", "영화/NNG"]] * 41
    rest = [["영화/NNG", f"낱말{number}/NNG"] for number in range(98)] + [["나라/NNG", "영화/NNG"]] * 3
    words = documents_of(*told, *dull, *rest)
    assert names_of(words, 101, 101, 101) == [["감동"], ["지루하다", "돈"], []]  # 물결 and 나라 are in three of a hundred


def test_a_region_without_a_word_of_its_own_borrows_one_that_most_of_it_has():
    rows = [["감동/NNG"]] * 30 + [["감동/NNG"]] * 12 + [["마을/NNG"]] * 60 + [["감동/NNG"]] * 3 + [[]] * 17
    assert names_of(documents_of(*rows), 30, 12, 60, 20) == [["감동"], ["감동"], ["마을"], []]


def test_a_word_names_the_region_it_tells_best_and_nouns_come_before_verbs():
    first = [["배우/NNG", "보다/VV", "배역/NNG", "김/NNP", "영화/NNG"]] * 8
    second = [["음악/NNG", "보다/VV", "노래/NNG", "때/NNG", "배우/NNG"]] + [["음악/NNG", "보다/VV", "노래/NNG", "때/NNG"]] * 7
    words = documents_of(*first, *second, *[["재미있다/VA"]] * 24)
    one, two, three = names_of(words, 8, 8, 24)
    assert set(one) in ({"배역", "영화"}, {"배우", "영화"})  # 배우 and 배역 begin alike, 김 is half a name, 보다 says nothing
    assert two[:2] in (["음악", "노래"], ["노래", "음악"]) and "배우" not in two and three == ["재미있다"]

"""Regions: planted groups are found, layers nest, names are words that can name something."""

from __future__ import annotations

import numpy as np
import pytest

import explorer as ex
from explorer.core.errors import BadInput, OutOfVocabulary
from explorer.text.tags import tag_of
from explorer.vectors.vectors import Vectors


def planted(names: list[list[str]], spread: float = 0.1) -> Vectors:
    """Groups around corners; the first words of a group are the most frequent."""
    random = np.random.default_rng(0)
    width = len(names[0])
    keys = [group[place] for place in range(width) for group in names]
    corners = np.tile(np.eye(len(names)), (width, 1))
    return Vectors(keys, corners + spread * random.normal(size=corners.shape), np.arange(len(keys), 0, -1))


FRUIT = ["사과/NNG", "배/NNG", "감/NNG", "포도/NNG", "하다/VV", "딸기/NNG", "수박/NNG", "참외/NNG", "ㅋㅋㅋ/IC", "자두/NNG"]
PLACE = ["서울/NNP", "부산/NNP", "대구/NNP", "인천/NNP", "김/NNP", "광주/NNP", "대전/NNP", "울산/NNP", "수원/NNP", "창원/NNP"]
DEED = ["하다/VV", "달리다/VV", "걷다/VV", "뛰다/VV", "있다/VV", "가다/VV", "오다/VV", "서다/VV", "눕다/VV", "앉다/VV"]


@pytest.fixture
def small() -> Vectors:
    return planted([FRUIT, PLACE, [f"{key.removesuffix('/VV')}/VX" if key == "하다/VV" else key for key in DEED]])


def test_planted_groups_are_the_regions_and_layers_nest(small):
    found = ex.regions(small, words=small.keys, counts=[2, 3])
    coarse, fine = found.layers
    assert [region.size for region in fine.regions] == [10, 10, 10]
    for group in range(3):
        assert len({int(fine.labels[row]) for row in range(group, 30, 3)}) == 1
    for row in range(30):
        assert fine.regions[fine.labels[row]].parent == coarse.labels[row]
    assert sum(region.size for region in coarse.regions) == 30 and coarse.regions[0].parent == -1


def test_no_light_verb_no_surname_and_no_laughter_names_a_region(small):
    found = ex.regions(small, words=small.keys, counts=[3])
    named = {key for region in found.layers[0].regions for key in region.keys}
    assert len(named) == 9 and not named & {"하다/VX", "하다/VV", "있다/VV", "김/NNP", "ㅋㅋㅋ/IC"}
    assert {"서울", "부산", "대구", "인천"} >= set(found.of("부산/NNP")[0].words) - {"광주", "대전", "울산", "수원"}
    assert all(tag_of(key) == "VV" for key in found.of("가다/VV")[0].keys)  # a region without nouns


def test_a_region_of_surnames_stays_without_a_name():
    surnames = [f"{one}/NNP" for one in "김이박최정강조윤장임"]
    found = ex.regions(v := planted([surnames, PLACE[:4] + PLACE[5:] + ["제주/NNP"]]), words=v.keys, counts=[2])
    assert found.of("김/NNP")[0].words == () and found.of("김/NNP")[0].name == "" and len(found.of("제주/NNP")[0].words) == 3


def test_things_name_a_region_before_deeds_and_no_stem_comes_twice():
    things = ["나무", "집", "물", "책", "손", "학교", "병원", "자동차", "강", "산"]
    deeds = ["증가", "비교", "다양", "진행", "사용", "발생", "변화", "포함", "가능", "필요"]
    random = np.random.default_rng(1)
    # Two groups around corners of their own; within each, deeds lie to one side and things to the other.
    keys = [f"{word}/NNG" for pair in zip(deeds, things, strict=True) for word in pair]
    rows = [[1 + (i % 2 == 0) * 0.02, 0, 0, i % 2 * 0.6, 0.6 - i % 2 * 0.6] for i in range(20)]
    other = [f"{word}/NNG" for word in ["사자", "사슴", "사자자리", "호랑이", "호수", "곰", "곰탕", "늑대", "여우", "토끼"]]
    rows += [[0, 1, 0, 0.3, 0.3]] * 10
    v = Vectors(keys + other, np.array(rows) + random.normal(scale=0.01, size=(30, 5)), np.arange(30, 0, -1))
    found = ex.regions(v, words=v.keys, counts=[2])
    assert set(found.of("증가/NNG")[0].words) <= set(things)
    words = found.of("곰/NNG")[0].words
    assert len(words) == 3 == len({word[0] for word in words})


def test_a_region_of_verbs_is_called_after_verbs_though_it_has_nouns():
    verbs = [f"{word}/VV" for word in ["달리다", "걷다", "뛰다", "가다", "오다", "서다", "눕다"]]
    mixed = planted([["강타/NNG", "한데/NNG", "통째/NNG", *verbs], PLACE])
    found = ex.regions(mixed, words=mixed.keys, counts=[2])
    assert {tag_of(key) for key in found.of("걷다/VV")[0].keys} == {"VV"}


def test_the_same_words_give_the_same_regions_and_plain_data(small):
    one, other = (ex.regions(small, words=small.keys, counts=[2, 3]) for _ in range(2))
    assert one.to_dict() == other.to_dict()
    assert list(one.to_frame().columns) == ["layer", "region", "name", "size", "parent"] and len(one.to_frame()) == 5


@pytest.mark.parametrize(("counts", "code"), [([3, 2], "counts"), ([1], "counts"), ([16], "counts"), ([], "counts")])
def test_counts_that_do_not_fit_are_refused(small, counts, code):
    with pytest.raises(BadInput, match=code):
        ex.regions(small, words=small.keys, counts=counts)


def test_too_few_words_and_unknown_words_are_told(small):
    with pytest.raises(BadInput, match="20"):
        ex.regions(small, words=list(small.keys)[:19])
    with pytest.raises(OutOfVocabulary):
        ex.regions(small, words=[*small.keys, "😀"])
    with pytest.raises(BadInput, match="뷁"):
        ex.regions(small, words=small.keys, counts=[2]).of("뷁/NNG")


def test_the_default_model_answers_at_once_with_names_fit_for_a_textbook():
    v = ex.load("korean")
    found = ex.regions(v)
    assert [len(layer.regions) for layer in found.layers] == [37, 111, 333]
    assert {"질환", "치료", "의사", "암", "병", "환자", "질병"} & {
        word for region in found.of("의사/NNG") for word in region.words
    }
    every = [key for layer in found.layers for region in layer.regions for key in region.keys]
    assert {tag_of(key) for key in every} <= {"NNG", "NNP", "XR", "VV", "VA", "MAG"}
    assert not {"하다/VV", "되다/VV", "있다/VA", "김/NNP"} & set(every)
    for layer in found.layers:
        unnamed = sum(region.size for region in layer.regions if not region.words)
        assert unnamed < 0.14 * len(found.keys)  # pieces of names, and the vaguest in the coarsest layer
    names = {region.name for layer in found.layers for region in layer.regions}
    assert not {name for name in names if {"증가", "비교", "다양", "김광", "통째"} & set(name.split(" · "))}

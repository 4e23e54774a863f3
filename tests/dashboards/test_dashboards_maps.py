"""Maps: which words, kept whole, found by what Koreans type."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from dashboards.kit.taking import csv_of
from dashboards.pages.map.maps import Choice, Map, find, make, read, shipped, with_regions
from explorer.analysis.map_words import map_words
from explorer.core.errors import BadInput


@pytest.fixture
def shown(small, home) -> Map:
    return read(make(small, Choice("small", "pca", words=100)))


def test_particles_stay_off_the_map_and_the_most_frequent_come_first(small):
    assert map_words(small, 100) == [key for key in small.keys if key != "에서/JKB"]
    assert map_words(small, 3) == list(small.keys[:3])


def test_a_model_without_tags_shows_all_its_words():
    from explorer.vectors.vectors import Vectors

    assert map_words(Vectors(["a", "b/c", "A/S"], np.eye(3)), 10) == ["a", "b/c", "A/S"]


def test_a_kept_map_is_the_map_that_was_drawn_and_is_drawn_once(small, shown, home):
    from explorer.analysis.projection import project

    fresh = project(small, method="pca", words=map_words(small, 100))
    assert np.array_equal(shown.coords, fresh.coords) and shown.keys == fresh.keys
    assert shown.facts["trustworthiness"] == fresh.trustworthiness

    def never(_):
        raise AssertionError("it was drawn again")

    assert read(make(small, Choice("small", "pca", words=100), never)).id == shown.id
    assert read(make(small, Choice("small", "pca", words=10))).id != shown.id


@pytest.mark.parametrize("damage", ["map.json", "coords.npy", "trust.npy"])
def test_a_damaged_map_says_which_folder_to_delete(small, home, damage):
    folder = make(small, Choice("small", "pca", words=100))
    (folder / damage).write_bytes(b"\x93NUMPY broken")
    with pytest.raises(BadInput, match=folder.name):
        read(folder)


def found(shown: Map, query: str, small=None) -> list[str]:
    return [shown.words[row] for row in find(shown, query, vectors=small)]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("학교", ["학교", "대학교"]),  # the word itself, then words that hold it
        ("ㅎㄱ", ["학교", "대학교"]),  # initials, at the beginning first
        ("ㄷㅎㄱ", ["대학교"]),
        ("\u1112\u1100", ["학교", "대학교"]),  # conjoining initials, as some keyboards and files write them
        ("여", ["여왕", "여자"]),
        ("배", ["배", "배"]),
        ("배/NNB", ["배"]),
        ("하", []),  # not a part of 학, whatever its jamo say
        ("   ", []),
        ("", []),
        ("😀", []),
    ],
)
def test_search_finds_what_koreans_type(shown, query, words):
    assert found(shown, query) == words


def test_an_inflected_word_finds_its_dictionary_form(shown, small):
    assert found(shown, "먹었다", small)[0] == "먹다"
    assert found(shown, "먹었다") == []
    assert found(shown, "뷁뷁", small) == []


def test_the_table_holds_every_point_and_no_formula():
    coords = np.array([[0.5, -1], [2, 3]], np.float32)
    shown = Map("x", ("=1+1/SW", "왕/NNG"), ("=1+1", "왕"), ("SW", "NNG"), coords, np.array([np.nan, 0.5], np.float32), {})
    text = csv_of(shown.to_frame())
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows == [
        ["word", "key", "x", "y", "trust"],
        ["'=1+1", "'=1+1/SW", "0.5", "-1.0", ""],
        ["왕", "왕/NNG", "2.0", "3.0", "0.5"],
    ]


def test_the_first_map_of_the_default_model_is_the_shipped_one_with_its_regions(home):
    import explorer as ex

    korean = ex.load("korean")
    first = shipped(korean, Choice("korean"))
    assert first is not None and len(first.keys) == 20_000 and first.facts["method"] == "umap"
    assert shipped(korean, Choice("korean", seed=1)) is None and shipped(korean, Choice("korean", "pca")) is None
    named = with_regions(first, korean)
    assert [len(layer) > 0 for layer in named.regions] == [True] * 3 and len(named.regions[2]) > 5 * len(named.regions[0])
    low, high = first.coords.min(axis=0), first.coords.max(axis=0)
    assert all(np.all(low <= one.place) and np.all(one.place <= high) for layer in named.regions for one in layer)
    assert len(named.region_of) == 20_000 and named.region_of.min() >= 0


def test_the_map_of_a_model_whose_regions_are_not_known_names_none(small, shown):
    assert with_regions(shown, small).regions == ()

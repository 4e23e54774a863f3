"""Maps: which words, kept whole, found by what Koreans type."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from dashboards.kit import url
from dashboards.kit.taking import csv_of
from dashboards.pages.map.colours import NONE, by_axis, by_label, simply
from dashboards.pages.map.form import FIELDS, choice_of
from dashboards.pages.map.maps import Choice, Map, Place, make, read, shipped, with_regions, words_of
from dashboards.pages.map.search import find
from dashboards.pages.map.sending import coloured, placed, written
from explorer.analysis.map_words import map_words
from explorer.core.errors import BadInput
from explorer.vectors.vectors import Vectors


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
        ("핛교", ["학교"]),  # a slip of the keyboard
        ("학교에", ["학교"]),
        ("   ", []),
        ("", []),
        ("😀", []),
    ],
)
def test_search_finds_what_koreans_type(shown, query, words):
    assert found(shown, query) == words


def test_an_inflected_word_finds_its_dictionary_form(shown, small):
    assert found(shown, "먹었다", small)[0] == "먹다"
    assert found(shown, "먹었다") == ["먹다"]  # spelt like it, where no model tells
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


def test_words_of_ones_own_are_the_most_frequent_first_and_those_without_a_vector_are_told(small):
    keys, unknown = words_of(small, Choice("small", source="list", own="사과, 뷁뷁\n왕 먹었다;왕,학교"))
    assert keys == ["왕/NNG", "사과/NNG", "학교/NNG", "먹다/VV"] and unknown == ["뷁뷁"]
    around, none = words_of(small, Choice("small", source="around", around="사과", reach=3))
    assert around[0] == "사과/NNG" and "배/NNG" in around and len(around) == 3 and none == []
    topic, _ = words_of(small, Choice("small", source="around", around="왕,여왕", reach=4))
    assert set(topic[:2]) == {"왕/NNG", "여왕/NNG"}


def test_maps_that_differ_only_in_what_they_do_not_read_are_one_map():
    one, other = (Choice("m", "pca", seed=seed, own="왕", perplexity=seed) for seed in (1, 2))
    assert one.settled() == other.settled() != Choice("m", "pca", 3).settled()
    assert Choice("m", "umap", seed=1).settled() != Choice("m", "umap", seed=2).settled()
    assert Choice("m", "axes", 3, x=("가", "나")).settled() == Choice("m", "axes", x=("가", "나"))


@pytest.mark.parametrize(("method", "dims"), [("umap", 3), ("tsne", 2), ("pca", 3), ("axes", 2)])
def test_every_method_is_kept_and_read(small, home, method, dims):
    drawn = read(make(small, Choice("small", method, dims, words=100, x=("남자", "여자"), y=("사과", "왕"))))
    assert drawn.coords.shape == (15, dims) and drawn.facts["method"] == method
    if method == "axes":
        x = dict(zip(drawn.words, drawn.coords[:, 0], strict=True))
        assert x["여왕"] > x["왕"] and x["어머니"] > x["아버지"]


def test_an_address_is_the_same_map_again():
    asked = {
        "model": "small",
        "method": "axes",
        "of": "list",
        "own": "왕 여왕",
        "x0": "남자",
        "x1": "여자,여왕",
        "y0": "",
        "dims": "3",
    }
    choice = choice_of(asked)
    search = url.encode(FIELDS, url.decode({k: f for k, f in FIELDS.items() if k != "own"}, asked) | {"own": asked["own"]})
    from urllib.parse import parse_qs

    again = choice_of(
        url.decode(FIELDS, {name: values[0] for name, values in parse_qs(search[1:], keep_blank_values=True).items()})
    )
    assert again == choice and choice.x == ("남자", "여자,여왕") and choice.y == ("", "높다")
    assert choice_of({"model": "x", "method": "rm -rf", "words": None, "seed": -3}) == Choice("x")


def test_colours_are_codes_and_a_palette_for_each_scheme(small, shown):
    sentence = "{}".format
    for kind in ("tag", "frequency", "trust", "script", "region"):
        found = simply(shown, small, kind, sentence)
        known = found.codes[found.codes != NONE]
        assert len(found.codes) == 15 and all(known.max() < len(palette) for palette in found.palette.values()), kind
        assert all(len(one) == 7 and one[0] == "#" for palette in found.palette.values() for one in palette)
    tags = simply(shown, small, "tag", sentence)
    assert dict(tags.legend)[int(tags.codes[shown.rows["먹다/VV"]])] == "group_verb"
    often = simply(shown, small, "frequency", sentence)
    assert often.codes[shown.rows["왕/NNG"]] == often.codes.max() and often.ends == ("rare", "often")
    pole = by_axis(shown, small, ["남자"], ["여자"], "mean")
    assert pole.codes[shown.rows["여왕/NNG"]] > pole.codes[shown.rows["왕/NNG"]] and pole.ends == ("남자", "여자")
    assert by_axis(shown, small, [], ["사과"], "mean").ends[0] == "mean"


def test_labels_of_ones_own_colour_the_words_they_name(small, shown):
    found = by_label(shown, small, "왕에게,사람\n여왕\t사람\n사과;과일\n뷁뷁,없음\n배")
    names = dict(found.legend)
    assert names[int(found.codes[shown.rows["왕/NNG"]])] == names[int(found.codes[shown.rows["여왕/NNG"]])] == "사람"
    assert names[int(found.codes[shown.rows["사과/NNG"]])] == "과일" and found.codes[shown.rows["배/NNG"]] == NONE
    with pytest.raises(BadInput, match="word and a label"):
        by_label(shown, small, "왕\n여왕")


def a_map(n: int) -> Map:
    random = np.random.default_rng(1)
    words = tuple(f"단어{i}" for i in range(n))
    layers = ((Place("가 · 나", (0.0, 0.5)),),)
    return Map(
        "id",
        tuple(f"{word}/NNG" for word in words),
        words,
        ("NNG",) * n,
        random.normal(size=(n, 2)).astype(np.float32),
        np.full(n, np.nan, np.float32),
        {},
        layers,
    )


def test_places_travel_without_words_and_come_back_to_a_thousandth(small):
    import base64
    import json

    shown = a_map(70_000)
    sent = placed(shown, "made so", [0, 1, 0, 1])
    steps = np.frombuffer(base64.b64decode(sent["places"]), "<u2").reshape(-1, 2)
    back = np.array(sent["low"]) + steps / 65535 * np.array(sent["scale"])
    assert np.abs(back - shown.coords).max() < 1e-3
    colours = coloured(shown, simply(shown, small, "tag", "{}".format))
    assert len(json.dumps(sent)) + len(json.dumps(colours)) < 500_000  # before it is compressed
    words = written(shown)
    assert words["words"] == shown.words and words["tags"] == ["NNG"] and len(base64.b64decode(words["tag"])) == 70_000
    assert sent["layers"] == [[["가 · 나", 0.0, 0.5]]] and sent["view"] == [0, 1, 0, 1] and not sent["stretch"]


def test_a_pair_is_the_shared_words_by_both_models_and_is_drawn_once(home):
    from dashboards.pages.map.pairs import make_pair, read_pair
    from dashboards.pages.map.words import mover_frame

    rows = np.random.default_rng(5).normal(size=(25, 6))
    a, b = Vectors([f"단어{i}" for i in range(25)], rows), Vectors([f"단어{i}" for i in range(24, 2, -1)], rows[24:2:-1])
    choice = Choice("a", "pca", words=25, beside="b")
    folder = make_pair(a, b, choice)
    shown = read_pair(folder, read(make(a, choice)))
    assert len(shown.keys) == 22 == len(shown.beside.coords) and "단어0" not in shown.keys
    assert shown.beside.overlap.min() == 1 and list(mover_frame(shown).columns) == [
        "word",
        "key",
        "overlap",
        "x",
        "y",
        "x2",
        "y2",
    ]
    assert make_pair(a, b, choice, lambda _: pytest.fail("it was drawn again")) == folder
    (folder / "overlap.npy").write_bytes(b"no")
    with pytest.raises(BadInput, match=folder.name):
        read_pair(folder, shown)
    with pytest.raises(BadInput, match="second"):
        simply(read(make(a, choice)), a, "moved", "{}".format)

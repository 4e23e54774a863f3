"""Maps: which words, kept whole, found by what Koreans type."""

from __future__ import annotations

import base64
import csv
import io
import unicodedata
from types import SimpleNamespace

import numpy as np
import pytest

from dashboards.kit import url
from dashboards.kit.hues import NONE, plain
from dashboards.kit.points import coloured
from dashboards.kit.taking import csv_of
from dashboards.pages.map.colours import by_axis, by_label, by_sense, labels_of, simply
from dashboards.pages.map.form import FIELDS, choice_of
from dashboards.pages.map.maps import Choice, Map, Place, make, read, shipped, with_regions, words_of
from dashboards.pages.map.search import find
from dashboards.pages.map.sending import placed, written
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
    for kind in ("tag", "frequency", "trust", "script"):
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


def test_colours_that_a_map_has_not_are_said_and_not_replaced(small, shown):
    with pytest.raises(BadInput, match="no regions are known"):
        simply(shown, small, "region", "{}".format)
    with pytest.raises(BadInput, match="knows senses of 0 words"):
        by_sense(shown, small, "")
    assert set(plain(len(shown.keys)).codes.tolist()) == {0} and plain(len(shown.keys)).legend == ()


def test_senses_lie_among_their_words_and_colour_them(small):
    from explorer.vectors.senses import Sense, SenseTable

    told = SenseTable(
        [Sense("배/NNG#1", 0.6, ("사과/NNG", "먹다/VV"), 9), Sense("배/NNG#2", 0.4, ("서울/NNP",), 9)],
        np.stack([small.vector("사과/NNG"), small.vector("학교/NNG")]),
    )
    v = Vectors(small.keys, small.vectors, small.counts, senses=told)
    coords = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
    words, tags = zip(*(key.split("/") for key in v.keys), strict=True)
    shown = Map("x", tuple(v.keys), words, tags, coords, np.zeros(16, np.float32), {})
    found = by_sense(shown, v, "한 점이 한 뜻입니다.")
    assert [(one.name, one.about, one.of) for one in found.spots] == [
        ("배#1", "사과 · 먹다", "배/NNG"),
        ("배#2", "서울", "배/NNG"),
    ]
    assert all(any(np.allclose(one.place, place) for place in coords) for one in found.spots)
    assert found.codes[shown.rows["사과/NNG"]] == found.spots[0].code != found.spots[1].code
    assert found.codes[shown.rows["학교/NNG"]] == found.spots[1].code and found.codes[shown.rows["배/NNG"]] == NONE
    sent = coloured(shown.id, found)["spots"]
    assert sent[0]["name"] == "배#1" and len(sent[0]["place"]) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "왕,사람\n사과,과일",
        "단어,분류\n왕,사람\n사과,과일",
        '\ufeff"왕","사람"\r\n"사과","과일"\r\n',
        "왕\t사람\n사과;과일",
        unicodedata.normalize("NFD", "왕,사람\n사과,과일"),
        "왕 , 사람\n\n사과,과일,더 있는 칸\n배\n,없음",
    ],
)
def test_labels_are_read_as_spreadsheets_write_them(typed):
    assert labels_of(typed) == [("왕", "사람"), ("사과", "과일")]
    assert labels_of('"왕, 임금";"곳 ""안"" 밖"') == [("왕, 임금", '곳 "안" 밖')] and labels_of("") == []


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
    import json

    shown = a_map(70_000)
    sent = placed(shown, "made so", [0, 1, 0, 1])
    steps = np.frombuffer(base64.b64decode(sent["places"]), "<u2").reshape(-1, 2)
    back = np.array(sent["low"]) + steps / 65535 * np.array(sent["scale"])
    assert np.abs(back - shown.coords).max() < 1e-3
    colours = coloured(shown.id, simply(shown, small, "tag", "{}".format))
    assert len(json.dumps(sent)) + len(json.dumps(colours)) < 500_000  # before it is compressed
    words = written(shown)
    assert words["words"] == shown.words and words["tags"] == ["NNG"] and len(base64.b64decode(words["tag"])) == 70_000
    assert sent["layers"] == [[["가 · 나", 0.0, 0.5]]] and sent["view"] == [0, 1, 0, 1] and not sent["stretch"]


def test_a_pair_is_the_shared_words_by_both_models_and_is_drawn_once(home, monkeypatch):
    from dashboards.pages.map.pairs import make_pair, read_pair
    from explorer.analysis.trust import measure_trust
    from explorer.core.caches import mark_used

    rows = np.random.default_rng(5).normal(size=(25, 6))
    a, b = Vectors([f"단어{i}" for i in range(25)], rows), Vectors([f"단어{i}" for i in range(24, 2, -1)], rows[24:2:-1])
    choice = Choice("a", "pca", words=25, beside="b")
    folder = make_pair(a, b, choice)
    whole = read(make(a, choice))
    used = []
    monkeypatch.setattr("dashboards.pages.map.pairs.mark_used", lambda place: (used.append(place), mark_used(place)))
    shown = read_pair(folder, whole)
    assert used == [folder]  # otherwise the budget of the caches takes what is looked at every day for old
    assert len(shown.keys) == 22 == len(shown.pair) and "단어0" not in shown.keys
    assert shown.pair.overlap.min() == 1 == shown.pair.agreement and shown.pair.strangers == 0
    assert list(shown.pair.to_frame().columns) == ["word", "key", "overlap", "x", "y", "x2", "y2"]
    # What is said of the map's trust is about the words that are shown.
    again = measure_trust(a.unit_vectors(list(shown.keys)), shown.coords, shown.facts["trust_k"])
    assert shown.facts["trustworthiness"] == pytest.approx(again.trustworthiness) != whole.facts["trustworthiness"]
    assert np.allclose(shown.trust, again.points)
    assert make_pair(a, b, choice, lambda _: pytest.fail("it was drawn again")) == folder
    (folder / "overlap.npy").write_bytes(b"no")
    with pytest.raises(BadInput, match=folder.name):
        read_pair(folder, shown)
    with pytest.raises(BadInput, match="second"):
        simply(whole, a, "moved", "{}".format)


def page_of(small, shown, monkeypatch, interim=None):
    """The page's callbacks over one map; ``interim`` is what is there while the one that was asked for is made."""
    from dashboards.kit.jobs import NotReady
    from dashboards.pages.map import page

    class Waiting:
        label = "map.job_frequent"

        def awaited(self):
            pass

    def opened(choice):
        if interim is not None and choice.method != "pca":
            raise NotReady(Waiting())
        return shown if interim is None else interim

    monkeypatch.setattr(page, "open_shown", opened)
    monkeypatch.setattr(page, "state", lambda: SimpleNamespace(vectors=lambda _: small))
    monkeypatch.setattr(page, "ctx", SimpleNamespace(triggered=[]))
    monkeypatch.setattr(page, "waiting", lambda *_: "waiting")
    return page


def test_where_one_looks_belongs_to_one_map(small, shown, monkeypatch, app):
    page = page_of(small, shown, monkeypatch, interim=shown)
    asked, view = {"method": "umap", "words": "1000"}, "0,1,0,1"

    def drawn(page, asked, before):
        with app.server.test_request_context():
            return page.draw(asked, "small", None, "tag", "", "", "", before, True, view)

    sent, *_, signature, _ = drawn(page, asked, None)
    assert sent["interim"] and sent["view"] is None  # PCA is no place for the view of a UMAP
    done = page_of(small, shown, monkeypatch)
    assert drawn(done, asked, signature)[0]["view"] == [0, 1, 0, 1]  # the map of the address has come
    assert drawn(done, asked | {"method": "tsne"}, signature)[0]["view"] is None  # another was asked for meanwhile
    last = drawn(done, asked, None)[5]
    assert drawn(done, asked | {"method": "tsne"}, last)[0]["view"] is None


def test_what_is_there_meanwhile_has_no_axes_and_no_movers(small, shown, monkeypatch, app):
    page = page_of(small, shown, monkeypatch, interim=shown)
    asked = {"method": "axes", "x0": "남자", "x1": "여자", "y1": "왕"}
    with app.server.test_request_context():
        sent, colours, legend, *_ = page.draw(asked, "small", None, "moved", "", "", "", None, True, "")
    assert sent["axes"] is None and not sent["stretch"]
    assert set(np.frombuffer(base64.b64decode(colours["codes"]), np.uint8)) == {0} and legend == []


def test_labels_longer_than_an_address_or_than_is_read_are_told(app, home):
    from dashboards.pages.map import page
    from dashboards.pages.map.form import MAX_LABELS

    random = np.random.default_rng(3)
    labels = "\n".join(f"단어{a}가{b},분류{c}" for a, b, c in random.integers(0, 10**6, (1500, 3)))
    with app.server.test_request_context():
        given = ({"method": "pca"}, "small", "own", "", "")
        rest = ("", None, "", None, "a")
        assert page.address(*given, "왕,사람", *rest)[1] is None
        where, note = page.address(*given, labels, *rest)
        assert note is not None and "labels=" in where
        with pytest.raises(BadInput, match=str(MAX_LABELS)):
            page.labels_within("가,나\n" * MAX_LABELS)


def test_what_is_picked_in_three_dimensions_is_what_is_seen(small, monkeypatch):
    from dashboards.pages.map.words import group_of

    coords = np.random.default_rng(2).normal(size=(16, 3)).astype(np.float32)
    shown = Map("x", tuple(small.keys), ("",) * 16, ("",) * 16, coords, np.zeros(16, np.float32), {})
    turn = (0.6, 0.35)
    # As the browser turns the map: to the right, and up.
    centred = coords - (coords.min(axis=0) + coords.max(axis=0)) / 2
    (ca, cb), (sa, sb) = np.cos(turn), np.sin(turn)
    right = centred @ [ca, 0, sa]
    up = centred @ [sa * sb, cb, -ca * sb]
    group = group_of(small, shown, [*turn, 0, -9, 9, -9, 9, 9, 0, 9])
    assert set(group.keys) == {key for key, at in zip(small.keys, right, strict=True) if at > 0}
    group = group_of(small, shown, [*turn, -9, 0, 9, 0, 9, 9, -9, 9])
    assert set(group.keys) == {key for key, at in zip(small.keys, up, strict=True) if at > 0}

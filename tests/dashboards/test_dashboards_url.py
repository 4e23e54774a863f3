"""Addresses: what is written is read again, and nothing that comes from outside can do harm."""

from __future__ import annotations

import json
from collections import deque
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.kit import url

FIELDS = {
    "word": url.text(),
    "n": url.integer(1, 50, 10),
    "dist": url.number(0, 1, 0.1),
    "method": url.choice(("pca", "umap"), "pca"),
    "all": url.flag(),
    "words": url.texts(most=5),
}


def read(search: str) -> dict:
    return url.decode(
        FIELDS, {key: values[0] for key, values in parse_qs(search.removeprefix("?"), keep_blank_values=True).items()}
    )


@given(
    word=st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=50).map(lambda w: url.clean(w, 60)),
    n=st.integers(1, 50),
    dist=st.sampled_from([0, 0.05, 0.1, 0.25, 1]),
    method=st.sampled_from(["pca", "umap"]),
    all_=st.booleans(),
)
def test_what_is_written_is_read_again(word, n, dist, method, all_):
    values = {"word": word, "n": n, "dist": dist, "method": method, "all": all_, "words": ["왕", "여왕"]}
    assert read(url.encode(FIELDS, values)) == values


def test_defaults_stay_out_of_the_address():
    assert url.encode(FIELDS, {"word": "", "n": 10, "method": "pca", "all": False}) == ""


@pytest.mark.parametrize(
    "bad", ["", "0", "51", "1e3", "１０", "abc", "9" * 400, "-1", "3.5", "nan", None, [], ["x"], 5, {"a": 1}]
)
def test_anything_that_is_no_number_is_the_default(bad):
    assert url.decode(FIELDS, {"n": bad})["n"] == 10


@pytest.mark.parametrize("bad", ["nan", "inf", "-0.1", "1.01", "x", "1" * 5000])
def test_only_finite_numbers_in_range(bad):
    assert url.decode(FIELDS, {"dist": bad})["dist"] == 0.1


def test_a_repeated_name_counts_once_and_unknown_names_are_dropped():
    assert url.decode(FIELDS, {"n": ["7", "8"], "__proto__": "x"})["n"] == 7
    assert set(url.decode(FIELDS, {"evil": "1"})) == set(FIELDS)


def test_words_are_cut_cleaned_and_composed():
    decomposed = "\u1112\u1161\u11ab"
    assert url.decode(FIELDS, {"word": f" \x00{decomposed}\n"})["word"] == "한"
    assert len(url.decode(FIELDS, {"word": "가" * 10_000})["word"]) == url.MAX_WORD
    assert url.decode(FIELDS, {"words": "왕,,왕, 여왕 ," + ",".join("가나다라마바사")})["words"] == [
        "왕",
        "여왕",
        "가",
        "나",
        "다",
    ]


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "x"]), st.one_of(st.none(), st.text(max_size=200), st.lists(st.text(max_size=20), max_size=3))
    )
)
def test_decoding_never_fails_and_always_gives_every_field(query):
    assert set(url.decode(FIELDS, query)) == set(FIELDS)


def test_what_cannot_be_taken_as_it_is_is_told():
    fields = FIELDS | {"z": url.packed()}
    asked = {
        "n": "99",
        "dist": "x",
        "method": "tsne",
        "all": "yes",
        "word": "가" * 61,
        "words": "가,나,다,라,마,바",
        "z": "!!",
        "hm": "1",
    }
    assert [part.partition("=")[0] for part in url.unread(fields, asked)] == list(asked)
    fine = {
        "n": "20",
        "dist": "0.2",
        "method": "umap",
        "all": "1",
        "word": "가" * 60,
        "words": "가,나",
        "z": url.pack("글"),
        "lang": "en",
    }
    assert url.unread(fields, fine) == []


def test_the_model_is_always_in_the_address_and_nothing_is_something():
    fields = {"model": url.model(), "word": url.text(default="왕"), "own": url.text(60, None)}
    assert url.encode(fields, {"model": "kiwi", "word": "왕", "own": None}) == "?model=kiwi"
    emptied = url.encode(fields, {"model": "kiwi", "word": "", "own": ""})
    given = {name: values[0] for name, values in parse_qs(emptied[1:], keep_blank_values=True).items()}
    assert url.decode(fields, given) == {"model": "kiwi", "word": "", "own": ""}


# ---- every page: what can be set on it is in its address

CONTROLS = (
    "TextInput",
    "Textarea",
    "Select",
    "MultiSelect",
    "TagsInput",
    "NumberInput",
    "Switch",
    "Slider",
    "SegmentedControl",
)
PLAYED = ("game-guess", "corpora-paste")
"""What is typed while playing: it is kept in the browser, and a link leads to the same game unplayed. And what is given for good."""
SAMPLES = (
    "왕",
    "1",
    "2",
    "20",
    "1000",
    "3000",
    "10000",
    "own",
    "pca",
    "trust",
    "any",
    "table",
    "first",
    "eojeol",
    "position",
    "piece",
    "loss",
    "typed",
    "tokenizer",
    "fasttext",
    "bpe",
    "content",
    "0.3",
)
SAMPLES += ("all", "agree", "common", url.pack("나는 학교에 간다"), "1,0", "0,1,0,1", "s2_j1.3", "3", "list", "0,0,1,0,1,1")
SAMPLES += ("line", "2000", "length", "0,0,1,0,1,1")
SAMPLES += ("left", "50", "pmi", "b", "wrong")


def views():
    from dashboards.app.application import VIEWS

    return VIEWS


def parts_of(component):
    """Every component in a layout as plain data."""
    import plotly

    waiting = deque([json.loads(json.dumps(component, cls=plotly.utils.PlotlyJSONEncoder))])
    while waiting:
        part = waiting.popleft()
        if isinstance(part, dict):
            if "props" in part and "type" in part:
                yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


@pytest.mark.parametrize("view", views(), ids=lambda view: view.PATH)
def test_every_control_of_a_page_reaches_its_address(app, view):
    """A control is an input of the callback that writes the address, or of one that fills a store which is."""
    with app.server.test_request_context():
        found = [
            part for part in parts_of(view.layout()) if part["type"] in CONTROLS and isinstance(part["props"].get("id"), str)
        ]
    found = [one for one in found if one["props"]["id"] not in PLAYED]
    name = view.NAME.partition(".")[0]
    edges = {}
    for one in app.server.test_client().get("/_dash-dependencies").json:
        outputs = one["output"].replace("\\", "").strip(".").split("...")
        for part in one["inputs"] + one["state"]:
            edges.setdefault(part["id"], set()).update(output.split("@")[0] for output in outputs)
    goal = json.dumps({"type": "address", "view": name}, separators=(",", ":")) + ".data"

    def reaches(control):
        seen, waiting = set(), [control]
        while waiting:
            for output in edges.get(waiting.pop(), ()):
                if output == goal:
                    return True
                place, _, prop = output.rpartition(".")
                if (
                    prop == "data"
                    and place not in seen
                    and place.endswith(("-asked", "-paired", "-placed", "-question", "-going", "-drawn"))
                ):
                    seen.add(place)
                    waiting.append(place)
        return False

    # The search leads away from a page.
    names = [one["props"]["id"] for one in found]
    assert [one for one in names if one != "search" and not reaches(one)] == []


def sample_of(field):
    for value in SAMPLES:
        if (
            field.good(value)
            and field.read(value) not in (field.default, None, "", [])
            and field.write(field.read(value)) == value
        ):
            return value
    raise AssertionError("no sample fits this field")


@pytest.mark.parametrize("view", views(), ids=lambda view: view.PATH)
def test_every_field_of_an_address_is_shown_on_its_page(app, view):
    with app.server.test_request_context():
        for name, field in view.FIELDS.items():
            # A page that is asked nothing may answer its first question; one that says which corpus waits to be asked.
            before = {"c": "sample"} if (view.PATH, name) == ("/bench", "run") else {}
            plain = json.dumps(list(parts_of(view.layout(**before))), sort_keys=True)
            given = before | {name: sample_of(field)} | ({"a": "왕"} if name in ("b", "zb") and "za" in view.FIELDS else {})
            assert url.unread(view.FIELDS, given) == [], name
            if (name == "text" and "c" in view.FIELDS) or (name == "z" and "c" in view.FIELDS):
                given |= {"c": "-"}
            assert json.dumps(list(parts_of(view.layout(**given))), sort_keys=True) != plain, name
            again = url.encode({name: field}, {name: field.read(given[name])})
            assert parse_qs(again[1:], keep_blank_values=True)[name] == [given[name]], name

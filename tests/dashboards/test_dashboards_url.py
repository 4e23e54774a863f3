"""Addresses: what is written is read again, and nothing that comes from outside can do harm."""

from __future__ import annotations

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

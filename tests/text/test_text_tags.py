"""Keys are split at their last slash, and only where what follows is a tag."""

import pytest

from explorer.text import tags
from explorer.text.tags import base_tag, is_bound, split_key, tag_of, word_of


@pytest.mark.parametrize(
    "key, parts",
    [
        ("왕/NNG", ("왕", "NNG")),
        ("돕다/VV-I", ("돕다", "VV-I")),
        ("먹다/VV+EF", ("먹다", "VV+EF")),
        ("//SP", ("/", "SP")),
        ("km/h/SL", ("km/h", "SL")),
        ("서울", ("서울", "")),
        ("/", ("/", "")),
        ("/NNG", ("/NNG", "")),
        ("A/S", ("A/S", "")),
        ("TCP/IP", ("TCP/IP", "")),
        ("왕/NNG-", ("왕/NNG-", "")),
        ("왕/NNG+", ("왕/NNG+", "")),
        ("http://a/b", ("http://a/b", "")),
    ],
)
def test_keys_are_split_at_their_last_slash(key, parts):
    assert split_key(key) == parts
    assert (word_of(key), tag_of(key)) == parts


def test_a_tag_is_told_by_its_first_part():
    assert [base_tag(tag) for tag in ("VV-I", "VV+EF", "NNG", "", None)] == ["VV", "VV", "NNG", "", ""]


@pytest.mark.parametrize("tag, bound", [("JKS", True), ("ETM", True), ("XPN", True), ("XSV", True), ("XR", False), ("", False)])
def test_what_is_bound(tag, bound):
    assert is_bound(tag) is bound


def test_sets_hold_tags_and_differ_as_they_say():
    named = {name: getattr(tags, name) for name in tags.__all__ if isinstance(getattr(tags, name), frozenset)}
    assert all(split_key(f"가/{tag}")[1] == tag for one in named.values() for tag in one)
    assert len(set(named.values())) == len(named)
    assert {"NNB", "NNBC", "MAJ", "SN"} == tags.CONTENT - tags.MODELLED and {"VCN"} == tags.MODELLED - tags.CONTENT
    assert {"NNBC", "SN"} == tags.CONTENT - tags.LISTED and tags.LISTED > tags.MASKED > tags.TOPICAL

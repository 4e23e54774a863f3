"""The doors of the package: what their help names is what there is, and completion shows what is public."""

from __future__ import annotations

import inspect
import re

import pytest

import explorer as ex
from explorer.core.errors import BadInput, NoSuchName, UnknownName
from explorer.encoders.foreign import PACKAGE
from explorer.encoders.packaged import PACKAGED
from explorer.static.load import BUILT_IN, shipped_models
from explorer.tokenizers.cards import CARDS
from explorer.tokenizers.loading import REGISTRY, shipped_tokenizers
from explorer.vectors.vectors import Vectors


def quoted(door: object) -> set[str]:
    """The names that the help of ``name_or_path`` has between quotation marks; patterns such as ``"hybrid:PATH"`` are none."""
    text = inspect.getdoc(door) or ""
    [part] = re.findall(r"name_or_path: (.*?)\n    \S*: ", text, re.DOTALL)
    return {name for name in re.findall(r'``"([^"]+)"``', part) if ":" not in name and "/" not in name}


def test_the_help_of_load_names_what_ships():
    assert quoted(ex.load) == {*BUILT_IN, *shipped_models()}


def test_the_help_of_tokenizer_names_what_ships_and_what_has_a_card():
    of_others = {name for name in REGISTRY.names() if not REGISTRY._table[name].startswith("explorer.")}
    assert quoted(ex.tokenizer) == {*REGISTRY.names(), *shipped_tokenizers(), *(one.name for one in CARDS)} - of_others


def test_the_help_of_encoder_names_what_ships():
    ids = {"bert-base-multilingual-cased"}
    assert quoted(ex.encoder) == {"mini", "kiwi", *PACKAGED, *ids}


def test_completion_of_the_package_shows_public_names_only():
    assert set(dir(ex)) == {*ex.__all__, "__version__"}


@pytest.mark.parametrize(
    "made", [Vectors(["왕"], [[1.0]]), ex.tokenizer("eojeol"), ex.tokenizer("eojeol")("왕")], ids=["v", "t", "tokens"]
)
def test_completion_of_objects_shows_what_has_a_docstring(made: object):
    """What stands there without an underscore is meant for people, so it says what it is."""
    names = [name for name in dir(made) if not name.startswith("_")]
    members = {name: inspect.getattr_static(type(made), name, None) for name in names}
    silent = [
        name
        for name, member in members.items()
        if (callable(member) or isinstance(member, property)) and not inspect.getdoc(member)
    ]
    assert names and silent == []


@pytest.mark.parametrize("name", sorted(PACKAGE))
def test_what_people_look_for_in_the_package_says_what_to_write(name: str):
    with pytest.raises(AttributeError) as caught:
        getattr(ex, name)
    error = caught.value
    assert isinstance(error, NoSuchName) and name in str(error) and name in error.said("ko")
    here = str(error.values["here"])
    assert all(hasattr(ex, word) for word in re.findall(r"\bex\.(\w+)", here)) and compile(here, "here", "eval")
    assert not hasattr(ex, name)


def test_other_names_are_errors_of_python():
    with pytest.raises(AttributeError, match="module 'explorer' has no attribute 'nothing'") as caught:
        ex.nothing  # type: ignore[attr-defined]  # noqa: B018
    assert not isinstance(caught.value, NoSuchName)


@pytest.mark.parametrize("door", [ex.load, ex.tokenizer, ex.encoder])
@pytest.mark.parametrize("given", [None, 3, ["korean"], b"korean"], ids=str)
def test_what_is_no_name_is_one_line(door, given):
    with pytest.raises(BadInput) as caught:
        door(given)
    assert caught.value.code == "core.name_not_text"


@pytest.mark.parametrize(
    ("name", "code"),
    [("mini", "static.give_a_name"), ("nothing/a.bin", "static.no_such_file"), ("wiki.ko.vec", "static.no_such_file")],
)
def test_vectors_that_are_not_there_say_where_they_were_looked_for(home, name: str, code: str):
    with pytest.raises(UnknownName) as caught:
        ex.load(name)
    hint = caught.value.hint
    assert hint is not None and hint.code == code and "ex.encoder" in str(caught.value)
    assert code == "static.give_a_name" or f"No file lies at {name}" in str(caught.value)

"""Artifacts are whole or absent, names are safe, manifests tell the truth."""

from __future__ import annotations

import errno
import json

import pytest

from explorer.core import store
from explorer.core.errors import BadInput, Unavailable, UnknownName
from explorer.core.store import Manifest


def make(name: str = "a", content: str = "하나", overwrite: bool = False):
    with store.atomic_folder(store.artifact_path("vectors", name), overwrite) as folder:
        (folder / "keys.txt").write_text(content, encoding="utf-8")
        store.write_manifest(folder, Manifest("vectors", name, "word2vec", params={"seed": 1}))


def test_an_artifact_is_listed_read_and_removed(home):
    assert store.list_artifacts("vectors") == {}
    make("위키-w2v")
    manifest = store.list_artifacts("vectors")["위키-w2v"]
    assert manifest.params == {"seed": 1}
    assert manifest.files["keys.txt"] == store.sha256_file(home / "models" / "위키-w2v" / "keys.txt")
    store.remove_artifact("vectors", "위키-w2v")
    assert list((home / "models").iterdir()) == []
    with pytest.raises(UnknownName, match="위키-w2v"):
        store.remove_artifact("vectors", "위키-w2v")


def test_an_existing_artifact_is_kept_unless_told(home):
    make(content="old")
    with pytest.raises(BadInput, match="exists already"):
        make(content="new")
    assert (home / "models/a/keys.txt").read_text() == "old"
    make(content="new", overwrite=True)
    assert (home / "models/a/keys.txt").read_text() == "new"
    assert [p.name for p in (home / "models").iterdir()] == ["a"]


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_nothing(home, error):
    make(content="old")
    with pytest.raises(type(error)), store.atomic_folder(store.artifact_path("vectors", "a"), overwrite=True) as folder:
        (folder / "keys.txt").write_text("half")
        raise error
    assert [p.name for p in (home / "models").iterdir()] == ["a"]
    assert (home / "models/a/keys.txt").read_text() == "old"


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(home):
    with pytest.raises(Unavailable, match="disk is full"), store.atomic_folder(store.artifact_path("vectors", "a")):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list((home / "models").iterdir()) == []


def test_a_killed_process_leaves_nothing_listed(home):
    (home / "models/.partial-x").mkdir(parents=True)
    (home / "models/.partial-x/manifest.json").write_text("{}")
    (home / "models/empty").mkdir()
    assert store.list_artifacts("vectors") == {}


def test_atomic_write_replaces_whole_files(tmp_path):
    target = tmp_path / "deep" / "file.txt"
    store.atomic_write(target, "하나")
    store.atomic_write(target, "둘".encode())
    assert target.read_text(encoding="utf-8") == "둘"
    assert [p.name for p in target.parent.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a\0", "x" * 101, "한 글", "-x"])
def test_names_that_are_no_file_names_are_refused(name):
    with pytest.raises(BadInput, match="cannot be a name"):
        store.check_name(name)


@pytest.mark.parametrize("name", ["wiki-w2v", "한국어_1", "v1.2+3"])
def test_ordinary_names_are_fine(name):
    assert store.check_name(name) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "damaged"),
        ("[]", "damaged"),
        (json.dumps({"kind": "vectors"}), "damaged"),
        (json.dumps({"kind": "vectors", "name": "a", "engine": "b", "format": 99}), "newer version"),
        (json.dumps({"kind": "corpus", "name": "a", "engine": "b"}), "not a vectors"),
    ],
)
def test_a_bad_manifest_is_one_clear_line(tmp_path, text, message):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BadInput, match=message):
        store.read_manifest(tmp_path, "vectors")


def test_a_folder_that_is_no_artifact_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no artifact"):
        store.read_manifest(tmp_path)

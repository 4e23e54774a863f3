"""Artifacts are whole or absent, names are safe, manifests tell the truth."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.core import store
from explorer.core.errors import BadInput, Unavailable, UnknownName
from explorer.core.paths import expanded
from explorer.core.store import Manifest


def make(name: str = "a", content: str = "하나", overwrite: bool = False):
    with store.atomic_folder(store.artifact_path("vectors", name), overwrite) as folder:
        (folder / "keys.txt").write_text(content, encoding="utf-8")
        store.write_manifest(folder, Manifest("vectors", name, "word2vec", params={"seed": 1}))


def test_a_private_folder_is_its_owners_alone_from_the_first_moment(home):
    with store.atomic_folder(store.artifact_path("vectors", "a"), private=True) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        store.write_manifest(folder, Manifest("vectors", "a", "x"))
    assert stat.S_IMODE(store.artifact_path("vectors", "a").stat().st_mode) == 0o700


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


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_what_one_saves_others_may_read(home):
    before = os.umask(0o022)
    try:
        for content in ("old", "new"):
            make("a", content, overwrite=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.artifact_path("vectors", "a").stat().st_mode) == 0o755


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


def test_only_what_was_saved_here_is_replaced(tmp_path):
    def overwrite(target: Path, kind: str = "vectors"):
        with store.atomic_folder(target, overwrite=True) as folder:
            (folder / "keys.txt").write_text("new")
            store.write_manifest(folder, Manifest(kind, target.name, "word2vec"))

    thesis = tmp_path / "thesis"
    thesis.mkdir()
    overwrite(thesis)  # an empty folder holds nothing to lose
    overwrite(thesis)
    with pytest.raises(BadInput, match="holds a vectors"):
        overwrite(thesis, "corpus")
    (thesis / "chapter.txt").write_text("years of work")
    with pytest.raises(BadInput, match=r"also holds chapter\.txt"):
        overwrite(thesis)
    for text in (None, "{", "[]", '{"manifest_version": 3, "name": "an extension"}'):
        (thesis / "manifest.json").unlink(missing_ok=True)
        if text is not None:
            (thesis / "manifest.json").write_text(text)
        with pytest.raises(BadInput, match="was not written by korean-explorer"):
            overwrite(thesis)
    assert (thesis / "chapter.txt").read_text() == "years of work"
    file = tmp_path / "notes"
    file.write_text("notes")
    with pytest.raises(BadInput, match="is a file"):
        overwrite(file)
    with pytest.raises(BadInput, match="is a folder"):
        store.atomic_write(thesis, "text")
    assert file.read_text() == "notes"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes", "thesis"]


def test_nothing_is_deleted_through_a_link(home, tmp_path):
    make("real")
    away = tmp_path / "away"
    os.rename(home / "models/real", away)
    (home / "models/link").symlink_to(away)
    with pytest.raises(BadInput, match="is a link"):
        make("link", overwrite=True)
    assert list(store.list_artifacts("vectors")) == ["link"]
    store.remove_artifact("vectors", "link")
    assert store.list_artifacts("vectors") == {} and (away / "keys.txt").is_file()
    (home / "models/nowhere").symlink_to(tmp_path / "gone")
    with pytest.raises(BadInput, match="exists already"):
        make("nowhere")


def test_a_name_taken_during_the_work_is_not_lost(home):
    with pytest.raises(BadInput, match="exists already"), store.atomic_folder(store.artifact_path("vectors", "a")) as folder:
        (folder / "keys.txt").write_text("second")
        make(content="first")
    assert (home / "models/a/keys.txt").read_text() == "first"
    assert [p.name for p in (home / "models").iterdir()] == ["a"]


def test_a_held_name_is_waited_for_and_then_one_clear_line(home, monkeypatch):
    monkeypatch.setattr(store, "_LOCK_SECONDS", 0.1)
    target = store.artifact_path("vectors", "a")
    with (
        store.name_lock(target),
        pytest.raises(Unavailable, match="another process is writing"),
        store.name_lock(target.parent / ".." / "models" / "a", wait=0.1),
    ):
        pass
    make()
    assert [p.name for p in (home / "models").iterdir()] == ["a"]


KILLED = """
import os, shutil, signal, sys
from explorer.core import store

step, swap = int(sys.argv[1]), sys.argv[2] == "swap"

def dying(function):
    def run(*arguments, **named):
        global step
        step -= 1
        if step < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **named)
    return run

target = store.artifact_path("vectors", "a")
with store.atomic_folder(target, overwrite=True) as folder:
    (folder / "keys.txt").write_text("new")
    store.write_manifest(folder, store.Manifest("vectors", "a", "word2vec"))
    store.exchange = dying(store.exchange) if swap else lambda one, other: False
    os.replace, shutil.rmtree, store._sync = dying(os.replace), dying(shutil.rmtree), dying(store._sync)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
@pytest.mark.parametrize("way", ["swap", "two renames"])
def test_a_kill_at_any_step_leaves_the_old_or_the_new(home, way):
    seen = []
    for step in range(30):
        shutil.rmtree(home, ignore_errors=True)
        make(content="old")
        done = subprocess.run([sys.executable, "-c", KILLED, str(step), way], check=False)
        if way == "swap" and sys.platform == "linux":
            assert (home / "models/a/keys.txt").is_file(), "missing before anybody looked"
        assert list(store.list_artifacts("vectors")) == ["a"]
        folder = store.artifact_path("vectors", "a")
        seen.append((folder / "keys.txt").read_text())
        assert store.read_manifest(folder).files["keys.txt"] == store.sha256_file(folder / "keys.txt")
        make(content="next", overwrite=True)
        left = {p.name for p in (home / "models").iterdir()} - {"a"}
        assert all(name.startswith(".partial-") for name in left), left
        assert (folder / "keys.txt").read_text() == "next"
        store.remove_artifact("vectors", "a")
        assert store.list_artifacts("vectors") == {}, "an old version came back"
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert done.returncode == 0 and len(seen) > 5
    turn = seen.index("new")
    assert turn and set(seen[:turn]) == {"old"} and set(seen[turn:]) == {"new"}


def test_without_an_exchange_the_old_one_is_found_by_name_and_by_path(home, monkeypatch):
    make(content="old")
    folder = home / "models/a"
    os.rename(folder, home / "models/.replaced-a")
    with pytest.raises(BadInput, match="exists already"):
        make(content="new")
    os.rename(folder, home / "models/.replaced-a")
    assert store.read_manifest(folder).name == "a" and (folder / "keys.txt").read_text() == "old"
    # A failing second rename puts the old one back at once.
    monkeypatch.setattr(store, "exchange", lambda one, other: False)
    replace = os.replace

    def failing(source, target):
        if Path(target) == folder and ".partial-" in str(source):
            raise OSError(errno.EIO, "broken disk")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(OSError, match="broken disk"):
        make(content="new", overwrite=True)
    assert [p.name for p in (home / "models").iterdir()] == ["a"] and (folder / "keys.txt").read_text() == "old"
    monkeypatch.setattr(os, "replace", replace)
    # Somebody else's folder of that name is neither taken for an old version nor written over.
    (home / "models/.replaced-a").mkdir()
    (home / "models/.replaced-a/mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="in the way"):
        make(content="new", overwrite=True)
    assert (home / "models/.replaced-a/mine.txt").is_file() and (folder / "keys.txt").read_text() == "old"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems rename twice")
def test_linux_swaps_in_one_step(tmp_path):
    from explorer.core.exchange import exchange

    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    assert exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "one/file").read_text() == "other" and (tmp_path / "other/file").read_text() == "one"
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "one", tmp_path / "none")


def test_a_reader_never_mixes_two_versions(home):
    make(content="old")
    folder = home / "models/a"
    reads = []

    def read(manifest):
        if not reads:
            make(content="new", overwrite=True)  # the parts change after the manifest was read
        reads.append((manifest.files["keys.txt"], store.sha256_file(folder / "keys.txt")))
        return reads[-1]

    first, second = store.read_artifact(folder, "vectors", read)
    assert first == second and len(reads) == 2 and reads[0][0] != reads[0][1]

    def always(manifest):
        make(content="newer", overwrite=True)

    with pytest.raises(Unavailable, match="again and again"):
        store.read_artifact(folder, "vectors", always)


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


def test_a_home_that_is_a_file_or_lies_under_one_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "file"))
    with pytest.raises(BadInput, match="is a file; choose a folder"):
        store.home()
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "file" / "under"))
    with pytest.raises(Unavailable, match="a file stands where a folder is needed"):
        store.cache_path("x", "y")


def test_a_tilde_of_nobody_is_a_path_like_any_other():
    assert str(expanded("~nobody-of-that-name/x")) == "~nobody-of-that-name/x"
    assert expanded("~") == Path.home()


@pytest.mark.parametrize("part", ["params", "sizes", "files", "provenance"])
@pytest.mark.parametrize("value", [None, [1], "a"])
def test_a_manifest_with_parts_of_the_wrong_kind_is_damaged(home, part, value):
    folder = store.artifact_path("vectors", "x")
    folder.mkdir(parents=True)
    whole = Manifest("vectors", "x", "word2vec").to_dict()
    (folder / "manifest.json").write_text(json.dumps(whole | {part: value}), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        store.read_manifest(folder)
    assert caught.value.code == "core.damaged_artifact" and part in str(caught.value)
    assert f"{part}의 값이" in caught.value.said("ko")
    assert store.list_artifacts("vectors") == {}

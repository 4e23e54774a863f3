"""Files that end the process that opens them, or keep it busy, are one clear line; those that open pay once."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pytest

from explorer.core import guarded
from explorer.core.errors import BadInput, Cancelled, Unavailable
from explorer.core.messages import Message
from explorer.core.store import Manifest, atomic_folder, write_manifest

WHAT = Message("core.kind.tokenizer")


@pytest.fixture(autouse=True)
def _forgotten(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(guarded, "_answers", {})
    monkeypatch.setattr(guarded, "_opened", set())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.bin"
    path.write_bytes(b"content")
    return path


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "asked.txt"


def ask(trial: str, *paths: Path | None, note: Path | None = None, **more: object) -> None:
    options = {"note": str(note)} if note else {}
    guarded.require_opening(f"support_trials:{trial}", paths, WHAT, library="numpy", options=options, **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))


@pytest.mark.parametrize(
    ("trial", "said"), [("aborts", "ends the process"), ("panics", "too many steps"), ("babbles", "ValueError"), ("nosuch", "")]
)
def test_what_a_file_does_to_the_child_is_one_line(trial, said, file):
    if trial == "nosuch":  # a mistake in this program is no bad file, but it must not be taken for a good one
        said = "AttributeError"
    with pytest.raises(BadInput) as caught:
        ask(trial, file)
    assert said in str(caught.value) and str(file) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux limits memory")
def test_memory_is_limited(file, monkeypatch):
    monkeypatch.setattr(guarded, "MEMORY", 2 << 30)
    with pytest.raises(BadInput, match="2 GB"):
        ask("swells", file)


@pytest.mark.parametrize("limit", ["SECONDS", "WAITING"])
def test_time_is_limited(limit, file, monkeypatch):
    monkeypatch.setattr(guarded, limit, 1 if limit == "SECONDS" else 0.1)
    with pytest.raises(BadInput) as caught:
        ask("lingers", file)
    assert caught.value.code == "core.guard_slow"
    assert not guarded._answers  # a busy machine is no property of the file


def test_a_person_may_stop_it(file):
    def stop(_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        ask("lingers", file, progress=stop)


def test_a_content_is_tried_once(file, note, tmp_path, monkeypatch):
    for _ in range(2):
        ask("opens", file, note=note)
    shutil.copy(file, tmp_path / "b.bin")
    ask("opens", tmp_path / "b.bin", note=note)
    monkeypatch.setattr(guarded, "_answers", {})
    monkeypatch.setattr(guarded, "_opened", set())  # another process
    ask("opens", file, note=note)
    assert note.read_text().split() == ["a.bin"]
    file.write_bytes(b"another content")
    ask("opens", file, note=note)
    assert note.read_text().split() == ["a.bin", "a.bin"]


def test_what_was_refused_is_tried_again_in_another_process(file, monkeypatch):
    with pytest.raises(BadInput):
        ask("aborts", file)
    monkeypatch.setattr(guarded, "_started", partial(pytest.fail, "it was tried again"))
    with pytest.raises(BadInput):
        ask("aborts", file)
    monkeypatch.setattr(guarded, "_answers", {})
    with pytest.raises(pytest.fail.Exception):
        ask("aborts", file)


def test_files_of_our_own_artifacts_are_opened_directly_while_they_are_as_they_were(home, note):
    folder = home / "tokenizers" / "x"
    with atomic_folder(folder) as made:
        (made / "tokenizer.model").write_bytes(b"content")
        write_manifest(made, Manifest("tokenizer", "x", "unigram"))
    ask("opens", folder / "tokenizer.model", note=note)
    assert not note.exists()
    (folder / "tokenizer.model").write_bytes(b"damaged")
    ask("opens", folder / "tokenizer.model", note=note)
    assert note.read_text().split() == ["tokenizer.model"]


def test_a_manifest_elsewhere_vouches_for_nothing(tmp_path, note):
    with atomic_folder(tmp_path / "tokenizers" / "x") as made:
        (made / "tokenizer.model").write_bytes(b"content")
        write_manifest(made, Manifest("tokenizer", "x", "unigram"))
    ask("opens", tmp_path / "tokenizers" / "x" / "tokenizer.model", note=note)
    assert note.exists()


def test_a_home_that_cannot_be_written_costs_only_time(file, note, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "asked.txt" / "home"))
    ask("opens", file)


def test_without_a_child_nothing_is_opened(file, monkeypatch):
    def absent(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "none")

    monkeypatch.setattr(guarded.subprocess, "Popen", absent)
    with pytest.raises(Unavailable):
        ask("opens", file)
    assert not guarded._answers

"""Each step of writing fails, or is the last one of its process; the disk fills up at many bytes; nobody may write.

Steps are counted, not timed: every opening for writing, renaming, making and deleting below the home, every flush to the disk.
"""

from __future__ import annotations

import errno
import mmap
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corpora import library
from explorer.core import store
from explorer.core.errors import ExplorerError
from explorer.core.leftovers import PARTIAL, give_back, sweep
from explorer.core.store import Manifest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks, and counts what Linux does")

_STEPS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate")
_TEXTS = {"old": "옛것이다.\n" * 300, "new": "새것이다.\n" * 500}
_hit = mmap.mmap(-1, 1)  # shared with forked processes: whether the step was reached


def save(content: str) -> None:
    with store.atomic_folder(store.artifact_path("vectors", "a"), overwrite=True) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "keys.txt").write_text(_TEXTS[content], encoding="utf-8")
        store.write_manifest(folder, Manifest("vectors", "a", "word2vec"))


def write(content: str) -> None:
    store.atomic_write(store.home() / "models" / "a.txt", _TEXTS[content])


def add(content: str) -> None:
    library.add(store.home().parent / f"{content}.txt", "a", force=True)


def held() -> str:
    """Which text is under the name ``a``, in whatever was written, each part of it whole; empty where nothing is."""
    for kind in ("vectors", "corpus"):
        for name, manifest in store.list_artifacts(kind).items():
            assert name == "a"
            folder = store.artifact_path(kind, name)
            parts = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
            assert parts.keys() == manifest.files.keys() | {"manifest.json"}
            assert all(store.sha256_file(parts[part]) == hash_ for part, hash_ in manifest.files.items())
            return "old" if "옛것" in "".join(parts[part].read_text(encoding="utf-8") for part in manifest.files) else "new"
    file = store.home() / "models" / "a.txt"
    return next(name for name, text in _TEXTS.items() if text == file.read_text(encoding="utf-8")) if file.is_file() else ""


def child(work: Callable[[], object], prepare: Callable[[], object]) -> int:
    """Exit status of ``work`` in a process of its own: 0 done, 1 refused in one line, 2 the system's error, 3 anything else."""
    process = os.fork()
    if process == 0:
        code = 3
        try:
            prepare()
            work()
            code = 0
        except ExplorerError:
            code = 1
        except OSError:
            code = 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def at_step(step: int, home: Path, way: str) -> None:
    """From here on count what this process does to the files below ``home``; the given step fails, or is its last."""
    left = step

    def count() -> None:
        nonlocal left
        left -= 1
        if left == -1:
            _hit[0] = 1
            if way == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.EIO, "broken disk")

    def told(event: str, arguments: tuple[object, ...]) -> None:
        if event in _STEPS and (event != "open" or _writes(arguments)):
            path = arguments[0]
            place = os.fspath(path) if isinstance(path, str | os.PathLike) else ""
            if isinstance(place, str) and (place.startswith(str(home)) or not place.startswith("/")):
                count()

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            count()
            return function(*arguments)

        return run

    os.fsync, store.exchange = counted(os.fsync), counted(store.exchange)  # type: ignore[assignment]
    sys.addaudithook(told)


def _writes(arguments: tuple[object, ...]) -> bool:
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))


def nothing_left(home: Path) -> None:
    give_back()  # of this process, which may have moved something to its place
    sweep()
    assert [str(path) for path in home.rglob("*") if path.name.startswith((PARTIAL, ".replaced-"))] == []
    assert list((home / ".leases").glob("*.list")) == []


@pytest.fixture
def texts(home: Path) -> Path:
    home.parent.mkdir(exist_ok=True)
    for name, text in _TEXTS.items():
        (home.parent / f"{name}.txt").write_text(text, encoding="utf-8")
    return home


@pytest.mark.parametrize("way", ["kill", "fail"])
@pytest.mark.parametrize("verb", [save, write, add, "remove"], ids=["save", "write", "add", "remove"])
def test_whichever_step_fails_or_is_the_last_the_old_or_the_new_is_there_whole(texts, verb, way):
    home, make = texts, save if verb == "remove" else verb
    work = (lambda: store.remove_artifact("vectors", "a")) if verb == "remove" else (lambda: verb("new"))
    last = "" if verb == "remove" else "new"
    seen = []
    for step in range(200):
        if held() != "old":
            assert child(lambda: make("old"), lambda: None) == 0, "the old one could not be written again"
        _hit[0] = 0
        code = child(work, lambda step=step: at_step(step, home, way))
        assert code in ({0, -signal.SIGKILL} if way == "kill" else {0, 1, 2}), (step, code)
        library.unfinished()
        nothing_left(home)
        seen.append(held())
        assert seen[-1] == last or (code and seen[-1] == "old"), (step, code)
        if not _hit[0]:
            break
    assert code == 0 and not _hit[0] and {"old", last} == set(seen) and len(seen) > 5


@pytest.mark.parametrize("verb", [save, write, add], ids=["save", "write", "add"])
def test_a_disk_that_fills_up_at_any_byte_is_one_line_and_the_old_stays(texts, verb):
    import resource

    codes = set()
    for most in (0, 1, 100, 511, 4_096, 5_000, 7_001, 1 << 20):
        child(lambda: verb("old"), lambda: None)
        code = child(lambda: verb("new"), lambda most=most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
        nothing_left(texts)
        assert code in (0, 1) and held() == ("old" if code else "new"), most
        codes.add(code)
    assert codes == {0, 1}


def test_a_home_that_may_only_be_read_is_read_and_one_line_for_whoever_writes(texts):
    for verb in (save, add):
        child(lambda verb=verb: verb("old"), lambda: None)
    texts.chmod(0o755)
    for place in [texts, *texts.rglob("*")]:
        place.chmod(place.stat().st_mode & ~0o222 | 0o444)
    above = list(texts.parents)[:-2]
    before = [(place, place.stat().st_mode) for place in above]
    for place in above:
        place.chmod(place.stat().st_mode | 0o055)

    def nobody() -> None:
        if os.getuid() == 0:
            os.setuid(65534)

    try:
        assert child(held, nobody) == 0
        assert [child(lambda verb=verb: verb("new"), nobody) for verb in (save, write, add)] == [1, 1, 1]
        assert child(lambda: store.remove_artifact("vectors", "a"), nobody) == 1
        assert child(sweep, nobody) == 0
    finally:
        for place, mode in before:
            place.chmod(mode)
        for place in [texts, *texts.rglob("*")]:
            place.chmod(place.stat().st_mode | 0o200)
    assert held() == "old"

"""What a killed process leaves goes with the next command; what a living one is writing stays."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from explorer.cli import main
from explorer.core import leftovers, places
from explorer.core.leftovers import PARTIAL, Swept, sweep, temporary_folder

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys, time
from pathlib import Path
from explorer.core.leftovers import passing_folder, temporary_file
from explorer.core.store import cache_path
temporary_file(Path(sys.argv[1])).write_bytes(b"x" * 1000)
with passing_folder(cache_path("pairs", "x").parent) as folder:
    (folder / "run").write_bytes(b"y" * 500)
    print(flush=True)
    time.sleep(600)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name.startswith(PARTIAL))


@pytest.fixture
def writer(home, tmp_path):
    """A process in the middle of its work, writing in a folder outside the home too."""
    away = tmp_path / "[away]\n한글"
    away.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(away)],
        stdout=subprocess.PIPE,
        env={**os.environ, "EXPLORER_HOME": str(home), "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process, away
        process.kill()


def test_what_a_killed_process_leaves_goes_and_what_a_living_one_writes_stays(home, writer):
    process, away = writer
    assert (len(names(home)), len(names(away))) == (1, 1)
    assert sweep() == Swept()
    assert (len(names(home)), len(names(away))) == (1, 1)
    process.kill()
    process.wait()
    own = away / f"{PARTIAL}of a person"
    own.write_text("mine")
    said = CliRunner().invoke(main, ["--home", str(home), "--lang", "en", "corpus", "list"])
    assert "removed 2 temporary files of commands that were killed (1,500 bytes)" in said.stderr
    assert (names(home), names(away)) == ([], [own.name])
    assert "removed" not in CliRunner().invoke(main, ["--home", str(home), "corpus", "list"]).stderr
    assert list((home / ".leases").iterdir()) == []


def test_a_process_that_ends_gives_its_lease_back(home):
    code = "from explorer.core.store import atomic_write, home; atomic_write(home() / 'a', b'a')"
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert sorted(path.name for path in home.iterdir()) == [".leases", "a"]
    assert list((home / ".leases").iterdir()) == []


@pytest.mark.parametrize("step", ["acquire", "write_text", "unlink", "release"])
def test_a_lease_whose_holder_is_killed_at_any_step_goes_with_the_next_command(home, step):
    """Each step of taking it and giving it back is the last one of a process."""
    code = f"""
import os, pathlib, filelock
from explorer.core import leftovers
from explorer.core.store import atomic_write, home
of = filelock.FileLock if {step!r} in ("acquire", "release") else pathlib.Path
step = getattr(of, {step!r})
def last(*given, **named):
    step(*given, **named)
    if {step!r} == "acquire" or str(given[0]).endswith((".list", ".lock")) or {step!r} == "release":
        os._exit(0)
setattr(of, {step!r}, last)
atomic_write(home() / "a", b"a")
"""
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    sweep()
    assert list((home / ".leases").iterdir()) == []


def test_a_lock_that_is_held_is_no_leftover(home):
    (home / ".leases").mkdir(parents=True)
    held = FileLock(home / ".leases" / "0.lock")
    with held:
        sweep()
        assert Path(held.lock_file).exists()
    sweep()
    assert not Path(held.lock_file).exists()


def test_what_another_machine_left_is_left_alone_for_a_week(home, writer, monkeypatch):
    process, _ = writer
    process.kill()
    process.wait()
    monkeypatch.setattr(leftovers.platform, "node", lambda: "another")
    assert sweep() == Swept()
    (file,) = (home / ".leases").glob("*.list")
    os.utime(file, (time.time() - 8 * 86_400,) * 2)
    assert sweep().count == 2


def test_a_list_that_broke_off_and_a_file_nobody_may_delete_break_nothing(home, writer, monkeypatch):
    process, away = writer
    process.kill()
    process.wait()
    (file,) = (home / ".leases").glob("*.list")
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(str(away / "gone")) + '\n"/tmp/hal')

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refused)
        patch.setattr(leftovers.shutil, "rmtree", refused)
        assert sweep() == Swept()
    assert sweep().count == 2


def test_names_are_taken_once_and_a_home_that_cannot_be_written_stops_nobody(home, tmp_path, monkeypatch):
    draws = iter(["aa", "aa", "bb"])
    temporary_folder(tmp_path)
    monkeypatch.setattr(leftovers.secrets, "token_hex", lambda _: next(draws))
    assert [temporary_folder(tmp_path).name[-3:] for _ in range(2)] == ["-aa", "-bb"]
    monkeypatch.undo()
    monkeypatch.setenv("EXPLORER_HOME", "/proc/nowhere")
    assert temporary_folder(tmp_path).name.startswith(f"{PARTIAL}0-")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_the_home_is_its_owners_alone_and_a_shared_one_stays_shared(tmp_path, monkeypatch):
    for made, mode in ((False, 0o700), (True, 0o775)):
        root = tmp_path / f"{made}" / "home"
        if made:
            root.mkdir(parents=True)
            root.chmod(0o775)
        monkeypatch.setenv("EXPLORER_HOME", str(root))
        places.cache_path("maps", "x")
        assert stat.S_IMODE(root.stat().st_mode) == mode

"""Some kills in every run of the tests, one of each writing verb, and damage; more by hand, see tests/fuzz/kills.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
SEEN = """
import sys
from pathlib import Path
from tests.fuzz import kills
place = Path(sys.argv[1])
kills.prepare(place)
before = kills.hashes(place)
assert kills.troubles(place, before, []) == []
(place / "home/models/old/keys.txt").write_text("other")
(place / "home/models/.partial-x").mkdir()
(place / "out.vec").write_text("half")
print(kills.troubles(place, before, ["out.vec"]))
"""


def run(*arguments: str) -> str:
    """In a process of its own: those that are forked from it must not inherit the threads of other tests."""
    line = [sys.executable, *arguments]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_killed_commands_lose_nothing_and_leave_nothing():
    assert "0 troubles" in run("-m", "tests.fuzz.kills", "--kills", "16", "--seed", "5")


def test_troubles_are_seen(tmp_path):
    expected = ["changed: home/models/old/keys.txt", "left: home/models/.partial-x", "damaged: old/keys.txt"]
    assert run("-c", SEEN, str(tmp_path)).strip() == str(expected)


def test_damaged_files_of_the_cache_are_made_again():
    said = run("-m", "tests.fuzz.damage")
    assert "0 other answers" in said and all(kind in said for kind in (".json", ".npz", ".sqlite", ".txt"))

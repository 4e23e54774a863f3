"""Some kills in every run of the tests, one of each writing verb; more by hand, see tests/fuzz/kills.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz import kills

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_killed_commands_lose_nothing_and_leave_nothing():
    line = [sys.executable, "-m", "tests.fuzz.kills", "--kills", str(len(kills.VERBS)), "--seed", "5"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 troubles" in done.stdout


def test_troubles_are_seen(tmp_path):
    kills.prepare(tmp_path)
    before = kills.hashes(tmp_path)
    assert kills.troubles(tmp_path, before, []) == []
    (tmp_path / "home/models/old/keys.txt").write_text("other")
    (tmp_path / "home/models/.partial-x").mkdir()
    (tmp_path / "out.vec").write_text("half")
    found = kills.troubles(tmp_path, before, ["out.vec"])
    assert found == ["changed: home/models/old/keys.txt", "left: home/models/.partial-x", "damaged: old/keys.txt"]

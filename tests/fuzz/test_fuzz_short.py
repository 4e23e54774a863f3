"""A few hostile cases in every run of the tests; more by hand, see tests/fuzz/__main__.py and tests/fuzz/calls.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
@pytest.mark.parametrize("line", ["tests.fuzz --cases 25 --seed 3", "tests.fuzz.calls --cases 80 --seed 31"])
def test_hostile_cases_are_answered_or_refused(line):
    done = subprocess.run([sys.executable, "-m", *line.split()], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "refused" in done.stdout

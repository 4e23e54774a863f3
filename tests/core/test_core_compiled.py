"""Compiled code finds a place where the installed package may not be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ_ONLY = """
import os, sys
from pathlib import Path
import explorer
package, access = str(Path(explorer.__file__).parent), os.access
closed = [package, *sys.argv[1:]]
os.access = lambda path, mode, **more: access(path, mode, **more) and not str(path).startswith(tuple(closed))
import numpy as np
from explorer.static.glove_kernels import reduce_sorted
keys, sums = np.empty(3, np.uint64), np.empty(3, np.int64)
print(reduce_sorted(np.sort(np.array([1, 1, 2], np.uint64)), np.array([5, 5, 5], np.int64), keys, sums), os.environ["NUMBA_CACHE_DIR"])
"""


@pytest.mark.parametrize("home_too", [False, True])
def test_what_is_compiled_goes_to_the_home_or_stays_in_this_process(tmp_path, home_too):
    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    environment |= {"EXPLORER_HOME": str(home), "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-c", READ_ONLY, *([str(home)] if home_too else [])]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    place = Path(done.stdout.split()[-1])
    if home_too:
        assert home not in place.parents and not place.exists()
    else:
        assert place == home / "cache" / "numba" and list(place.rglob("*.nbi"))

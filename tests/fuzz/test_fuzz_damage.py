"""Files of the cache that break off, are or are zeroed in part are found and made again: the answers stay the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz.kills import hashes, prepare
from tests.fuzz.running import run

COMMANDS = (
    "corpus concordance old 먹다 --json",
    "corpus stats old --json",
    "why 왕 왕비 --corpus old --json",
    "train ppmi --corpus old --tokenizer eojeol --min-count 1 --dim 2 --name new --force --json",
)
WAYS: tuple[Callable[[bytes], bytes], ...] = (
    lambda content: content[: len(content) * 2 // 3],
    lambda content: content[: len(content) // 3] + bytes(len(content) // 3) + content[len(content) // 3 * 2 :],
)


def answers(folder: Path) -> dict[str, bytes]:
    environment = {"EXPLORER_HOME": str(folder / "home"), "EXPLORER_LANG": "en", "OMP_NUM_THREADS": "1"}
    (folder / ".told").mkdir(exist_ok=True)
    found = {}
    for line in COMMANDS:
        done = run(line.split(), folder / ".told", environment=environment, working=folder)
        assert done.code == 0, (line, done.said)
        found[line] = (folder / ".told" / ".stdout").read_bytes()
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_damaged_files_of_the_cache_are_made_again(tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    prepare(first)
    right = answers(first)
    cache = [path for path in sorted((first / "home" / "cache").rglob("*")) if path.is_file() and path.stat().st_size]
    assert {path.suffix for path in cache} >= {".npz", ".sqlite", ".json", ".txt"}
    damaged = tmp_path / "damaged"
    shutil.copytree(first, damaged)
    for number, path in enumerate(cache):
        place = damaged / path.relative_to(first)
        place.write_bytes(WAYS[number % len(WAYS)](place.read_bytes()))
    assert answers(damaged) == right
    assert hashes(damaged).keys() == hashes(first).keys()

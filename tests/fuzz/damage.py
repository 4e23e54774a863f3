"""Files of the cache that break off, are or are zeroed in part are found and made again: the answers stay the same."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

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
        if done.code:
            raise RuntimeError(f"{line}: {done.said}")
        found[line] = (folder / ".told" / ".stdout").read_bytes()
    return found


def main() -> int:
    """Damage every file, every second one in the same way, and ask again."""
    with tempfile.TemporaryDirectory(prefix="damage-") as place:
        first, damaged = Path(place) / "first", Path(place) / "damaged"
        first.mkdir()
        prepare(first)
        right = answers(first)
        cache = [path for path in sorted((first / "home" / "cache").rglob("*")) if path.is_file() and path.stat().st_size]
        shutil.copytree(first, damaged)
        for number, path in enumerate(cache):
            there = damaged / path.relative_to(first)
            there.write_bytes(WAYS[number % len(WAYS)](there.read_bytes()))
        others = [line for line, answer in answers(damaged).items() if answer != right[line]]
        others += sorted(hashes(damaged).keys() ^ hashes(first).keys())
    kinds = sorted({path.suffix for path in cache})
    print(f"{len(cache)} files damaged ({' '.join(kinds)}); {len(others)} other answers", *others, sep="\n    ")
    return int(bool(others))


if __name__ == "__main__":
    sys.exit(main())

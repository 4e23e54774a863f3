"""Hostile command lines and files, run with limits and counted: ``python -m tests.fuzz --cases 300 --seed 1``.

Ends with 1 if any case ended in a traceback, an abort, a hang or out of memory; names each with its number, so that
``--only NUMBER`` with the same seed runs it alone. Needs a system that forks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tests.fuzz.cases import Case, make
from tests.fuzz.running import Outcome, run

_OFFLINE = {"HF_HUB_OFFLINE": "1", "EXPLORER_MIRROR": "http://127.0.0.1:9", "EXPLORER_LANG": "en", "OMP_NUM_THREADS": "1"}


def _run(case: Case, cache: Path) -> Outcome:
    """One case, in a home folder of its own; only what the first use of Kiwi's vectors makes is there already."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        folder = Path(place)
        (folder / "home").mkdir()
        (folder / "home" / "cache").symlink_to(cache)
        for name, content in case.files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        return run(list(case.arguments), folder, case.stdin, {**_OFFLINE, "EXPLORER_HOME": str(folder / "home")})


def main() -> int:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="one case alone, and what it said")
    asked = parser.parse_args()
    with suppress(ImportError):  # once, and not in every case with a checkpoint
        import torch
        from transformers import BertModel  # noqa: F401

        torch.set_num_threads(1)
    numbers = range(asked.cases) if asked.only is None else [asked.only]
    with tempfile.TemporaryDirectory(prefix="fuzz-cache-") as cache:
        _run(Case(("similar", "왕", "--model", "kiwi")), Path(cache))
        verdicts = _counted(numbers, asked.seed, asked.only is not None, Path(cache))
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    return int(any(verdict not in ("answered", "refused") for verdict in verdicts))


def _counted(numbers: Iterable[int], seed: int, alone: bool, cache: Path) -> Counter[str]:
    """The cases by what became of them; what should not have is printed."""
    verdicts: Counter[str] = Counter()
    for number in numbers:
        case = make(seed, number)
        outcome = _run(case, cache)
        verdicts[outcome.verdict] += 1
        if outcome.bad or alone:
            line = " ".join(argument.encode("ascii", "backslashreplace").decode()[:60] for argument in case.arguments)
            sizes = {name: len(content) for name, content in case.files.items()}
            print(
                f"{number}: {outcome.verdict} ({outcome.code}, {outcome.seconds:.1f} s, {outcome.memory >> 20} MB): {line} {sizes}"
            )
            print("    " + outcome.said.strip().replace("\n", "\n    ")[-3000 if alone else -700 :], flush=True)
    return verdicts


if __name__ == "__main__":
    sys.exit(main())
